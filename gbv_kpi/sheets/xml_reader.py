"""XML read by a parser, as events with local names; nothing of it is kept."""

import pyexpat
from collections.abc import Callable, Mapping
from typing import NoReturn

from gbv_kpi.i18n import phrase
from gbv_kpi.sheets.refusal import Refusal, oversized

MAX_TAGS = 10_000_000  # start and end tags of a part; 53,000 returns have 4 million
MAX_ELEMENTS = 100_000  # of a list: sheets, relations, parts
_SEPARATOR = "\n"  # between a namespace and a name: no namespace holds it

Attributes = Mapping[str, str]  # of an element, by local name


class _LocalNames(dict[str, str]):
    def __missing__(self, name: str) -> str:
        local = self[name] = name.rpartition(_SEPARATOR)[2]
        return local


def read_xml(
    xml: bytes,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Call `start`, `end` and `text` for what a part holds, in its order.

    An attribute keeps its local name only; two with the same one have their values joined, if they differ.
    Raises `pyexpat.ExpatError` for a part that is not XML, and `Refusal` for one with its own entities.
    """
    if xml.count(b"<") > MAX_TAGS:
        raise oversized()
    local = _LocalNames()

    def started(name: str, attributes: dict[str, str]) -> None:
        for attribute in attributes:
            if _SEPARATOR in attribute:
                attributes = _by_local_name(attributes, local)
                break
        start(local[name], attributes)

    parser = pyexpat.ParserCreate(namespace_separator=_SEPARATOR)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = started
    if end is not None:
        parser.EndElementHandler = lambda name: end(local[name])
    if text is not None:
        parser.CharacterDataHandler = text
    parser.Parse(xml, True)


def elements(xml: bytes | None, *names: str) -> list[tuple[str, Attributes]]:
    """Return the elements of some local names, with their attributes."""
    found: list[tuple[str, Attributes]] = []

    def start(name: str, attributes: Attributes) -> None:
        if name in names:
            found.append((name, attributes))
            if len(found) > MAX_ELEMENTS:
                raise oversized()

    if xml is not None:
        read_xml(xml, start)
    return found


def is_true(value: str | None) -> bool:
    return value is not None and value.strip().lower() in ("1", "true", "on")


def _by_local_name(attributes: Attributes, local: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in attributes.items():
        name = local[key]
        found[name] = value if found.get(name, value) == value else f"{found[name]} {value}"
    return found


def _refuse_doctype(*_: object) -> NoReturn:
    message = phrase("The workbook contains instructions that no spreadsheet program writes.")
    raise Refusal("unreadable-file", message)
