"""The rows and columns that a sheet of an .xlsx hides, filtered ones too, told from its XML.

Few workbooks hide any, so the mark alone is looked for first.
"""

import re
from collections.abc import Mapping, Set
from posixpath import join, normpath

_MARK = re.compile(rb"""\bhidden=["'](?:1|true)["']""")
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b([^>]*)>")
_NUMBER = re.compile(rb"""\br=["']([0-9]{1,7})["']""")
_SPAN = re.compile(rb"""\b(min|max)=["']([0-9]{1,5})["']""")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b([^>]*)>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b([^>]*)>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")

MAX_COLUMNS = 16_384


def hidden_lines(xml: bytes) -> tuple[Set[int], Set[int]]:
    """The rows and the columns, from 0, that are hidden on a sheet."""
    rows: set[int] = set()
    columns: set[int] = set()
    if b"hidden=" not in xml or not _MARK.search(xml):
        return rows, columns
    number = 0
    for row in _ROW.finditer(xml):
        given = _NUMBER.search(row[1])
        number = int(given[1]) if given else number + 1
        if _MARK.search(row[1]):
            rows.add(number - 1)
    for column in _COLUMN.finditer(xml):
        if _MARK.search(column[1]):
            span = {end: min(int(at), MAX_COLUMNS) for end, at in _SPAN.findall(column[1])}
            columns.update(range(span.get(b"min", 1) - 1, span.get(b"max", 0)))
    return rows, columns


def sheet_names(workbook: bytes, relations: bytes) -> Mapping[str, str]:
    """The name of each sheet by the part of the zip that holds it."""
    parts = {}
    for relation in map(_attributes, _RELATION.findall(relations)):
        parts[relation.get("Id", "")] = normpath(join("/xl", relation.get("Target", ""))).lstrip("/")
    sheets = map(_attributes, _SHEET.findall(workbook))
    return {parts.get(_relation_of(sheet), ""): sheet.get("name", "") for sheet in sheets}


def _relation_of(sheet: Mapping[str, str]) -> str:
    return next((value for name, value in sheet.items() if name.endswith(":id")), "")


def _attributes(tag: bytes) -> dict[str, str]:
    from html import unescape  # here, for few workbooks hide any

    return {
        name.decode("utf-8", "replace"): unescape((double or single).decode("utf-8", "replace"))
        for name, double, single in _ATTRIBUTE.findall(tag)
    }
