"""The zip that an .xlsx, .xlsb or .ods is: its parts, found by name whatever its case or slashes, within bounds."""

import io
import zipfile
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from gbv_kpi.sheets.refusal import encrypted, oversized
from gbv_kpi.sheets.xml_reader import elements

ZIP = b"PK\x03\x04"
MAX_UNPACKED = 100 * 2**20  # bytes; the country's 53,000 returns unpack to some 40 MiB
MAX_PART = 64 * 2**20  # bytes
MAX_MEMBERS = 5000
_ENCRYPTED = 1  # flag of a member


@dataclass(frozen=True, slots=True)
class Relation:
    """A part that another one refers to."""

    id: str
    kind: str  # the last word of its type: "worksheet", "styles"
    target: str


class Package:
    """The parts of a zip. Raises `Refusal` for one that is too large to be opened safely."""

    def __init__(self, content: bytes) -> None:
        if content.count(b"PK\x01\x02") > MAX_MEMBERS:
            raise oversized()
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        members = self._archive.infolist()
        if sum(member.file_size for member in members) > MAX_UNPACKED:
            raise oversized()
        self.names = [member.filename for member in members]
        self._members = {_canonical(member.filename): member for member in members}
        self.is_ambiguous = len(self._members) < len(members)  # readers may differ in which of two they take
        self._unpacked = 0

    def has(self, name: str) -> bool:
        return _canonical(name) in self._members

    def part(self, name: str) -> bytes | None:
        """Return the bytes of a part; None where there is none."""
        member = self._members.get(_canonical(name))
        if member is None:
            return None
        if member.flag_bits & _ENCRYPTED:
            raise encrypted()
        if member.file_size > MAX_PART:
            raise oversized()
        with self._archive.open(member) as stream:
            part = stream.read(member.file_size + 1)  # never more than it claims, whatever follows
        self._unpacked += len(part)
        if len(part) > member.file_size or self._unpacked > MAX_UNPACKED:
            raise oversized()
        return part

    def relations(self, name: str = "") -> list[Relation]:
        """Return what a part refers to within the package; without a name, what the package itself does."""
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

    def content_types(self) -> dict[str, str]:
        """Return the declared content type of each part that has its own, by its name in small letters."""
        overrides = elements(self.part("[Content_Types].xml"), "Override")
        return {_canonical(given.get("PartName", "")): given.get("ContentType", "") for _, given in overrides}


def _canonical(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
