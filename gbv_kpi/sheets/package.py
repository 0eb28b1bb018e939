"""Read the parts of a zip package (.xlsx, .xlsb, .ods) within limits; names match in any case and with any slashes.

XML parts are parsed element by element, by local names, and not kept.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from lxml.etree import XMLPullParser, XMLSyntaxError
from lxml.etree import _Element as Element

from gbv_kpi.i18n import phrase
from gbv_kpi.sheets.refusal import ENCRYPTED, OVERSIZED, Refusal
from gbv_kpi.sheets.sheet import PIECE

MAX_UNPACKED = 100 * 2**20  # bytes; the country's 53,000 returns unpack to some 40 MiB
MAX_PART = 64 * 2**20  # bytes
MAX_MEMBERS = 5000
MAX_TAGS = 10_000_000  # start and end tags of a part; 53,000 returns have 4 million
MAX_ELEMENTS = 200_000  # of a list: sheets, relations, parts, formats
_ENCRYPTED = 1  # flag of a member

Attributes = Mapping[str, str]  # of an element, by local name


@dataclass(frozen=True)
class Relation:
    """A part that another one refers to."""

    id: str
    kind: str  # the last word of its type: "worksheet", "styles"
    target: str


class Package:
    """The parts of a zip. Raises `Refusal` for one that is too large to be opened safely."""

    def __init__(self, content: bytes) -> None:
        if content.count(b"PK\x01\x02") > MAX_MEMBERS:
            raise Refusal(*OVERSIZED)
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        members = self._archive.infolist()
        if sum(member.file_size for member in members) > MAX_UNPACKED:
            raise Refusal(*OVERSIZED)
        self.names = {member.filename for member in members}
        self._members = {_canonical(member.filename): member for member in members}
        # Readers may differ in which of two members they take, or where a backslash leads.
        self.is_ambiguous = len(self._members) < len(members) or any("\\" in name for name in self.names)
        self._unpacked = 0

    def has(self, name: str) -> bool:
        return _canonical(name) in self._members

    def part(self, name: str) -> bytes | None:
        """Return the bytes of a part; None where there is none."""
        member = self._members.get(_canonical(name))
        if member is None:
            return None
        if member.flag_bits & _ENCRYPTED:
            raise Refusal(*ENCRYPTED)
        if member.file_size > MAX_PART:
            raise Refusal(*OVERSIZED)
        with self._archive.open(member) as stream:
            part = stream.read(member.file_size + 1)  # never more than it claims, whatever follows
        self._unpacked += len(part)
        if len(part) > member.file_size or self._unpacked > MAX_UNPACKED:
            raise Refusal(*OVERSIZED)
        return part

    def relations(self, name: str = "") -> list[Relation]:
        """Return the relations of a part within the package; without a name, those of the package itself."""
        folder = dirname(name)
        part = self.part(join(folder, "_rels", name.removeprefix(folder).lstrip("/") + ".rels"))
        return [
            Relation(
                given.get("Id", ""),
                given.get("Type", "").rstrip("/").rpartition("/")[2],
                normpath(join("/", folder, given.get("Target", "").replace("\\", "/"))).lstrip("/"),
            )
            for _, given in elements(part, "Relationship")
            if given.get("TargetMode") != "External"
        ]

    def related(self, name: str, kind: str) -> bytes | None:
        """Return the first part of a kind that a part refers to."""
        target = next((relation.target for relation in self.relations(name) if relation.kind == kind), None)
        return None if target is None else self.part(target)

    def category(self) -> str:
        """Return the category in the properties of the document."""
        found = walk(self.related("", "core-properties"), "category")
        return next(((element.text or "").strip() for _, element in found), "")

    def content_types(self) -> dict[str, str]:
        """Return the declared content type of each part that has its own, by its name in lower case."""
        overrides = elements(self.part("[Content_Types].xml"), "Override")
        return {_canonical(given.get("PartName", "")): given.get("ContentType", "") for _, given in overrides}


def _canonical(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


# ------------------------------------------------------------------------ XML


def walk(xml: bytes | None, *names: str) -> Iterator[tuple[str, Element]]:
    """Yield each element with one of these local names once it is complete, then drop it and its earlier siblings.

    Raises `XMLSyntaxError` for a part that is not XML, and `Refusal` for one with its own entities.
    """
    if xml is None:
        return
    if xml.count(b"<") > MAX_TAGS:
        raise Refusal(*OVERSIZED)
    tags = [f"{{*}}{name}" for name in names]
    parser = XMLPullParser(tag=tags, resolve_entities=False, remove_comments=True, remove_pis=True)
    root = fault = None
    for start in range(0, len(xml), PIECE):
        try:
            parser.feed(xml[start : start + PIECE])
        except XMLSyntaxError as error:
            fault = error  # raised after the elements that precede it
        for _, element in parser.read_events():
            if root is None:
                root = element.getroottree().getroot()
                if element.getroottree().docinfo.internalDTD is not None:
                    message = phrase("The workbook contains instructions that no spreadsheet program writes.")
                    raise Refusal("unreadable-file", message)
            yield local_name(element), element
            element.clear()
            parent = element.getparent()
            while parent is not None and parent[0] is not element:
                del parent[0]
        _drop_unread(root, names)
        if fault is not None:
            raise fault
    parser.close()


def _drop_unread(element: Element | None, names: Sequence[str]) -> None:
    """Drop all complete elements around those of some names: half a million links would fill the memory."""
    while element is not None and len(element) and local_name(element) not in names:
        del element[:-1]
        element = element[-1]


def elements(xml: bytes | None, *names: str) -> list[tuple[str, Attributes]]:
    """Return the elements of some local names, with their attributes."""
    found: list[tuple[str, Attributes]] = []
    for name, element in walk(xml, *names):
        found.append((name, attributes_of(element)))
        if len(found) > MAX_ELEMENTS:
            raise Refusal(*OVERSIZED)
    return found


def local_name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def attributes_of(element: Element) -> Attributes:
    """Return the attributes by local name; different values of the same name are joined."""
    found: dict[str, str] = {}
    for key, value in element.items():
        name = key.rpartition("}")[2]
        found[name] = value if found.get(name, value) == value else f"{found[name]} {value}"
    return found


def is_true(value: str | None) -> bool:
    return value is not None and value.strip().lower() in ("1", "true", "on")
