"""What the fast reader does not give of an .ods: formulas that fail, percentages, hidden rows and columns, its extent.

They are told from the XML of the sheets, row by row, and only in rows that show such a mark.
"""

import re
from collections.abc import Iterator, Mapping
from html import unescape

from gbv_kpi.sheets.sheet import Cell, FormulaError, FormulaWithoutValue, Percentage, Seen

_TABLE_ROW = re.compile(
    rb"<table:table-row\b([^>]*)(?<!/)>(.*?)</table:table-row>|<table:table-row\b([^>]*)/>", re.DOTALL
)
_TABLE_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*?)(/?)>")
_ROWS_REPEATED = re.compile(rb"""number-rows-repeated=["']([0-9]{1,9})""")
_COLUMNS_REPEATED = re.compile(rb"""number-columns-repeated=["']([0-9]{1,9})""")

_TABLE = re.compile(rb"<table:table\s[^>]*?table:name=(?:\"([^\"]*)\"|'([^']*)')")
_COLUMN = re.compile(rb"<table:table-column\b([^>]*)>")
_HIDDEN = re.compile(rb"""table:visibility=["'](?:collapse|filter)["']""")
_ERROR = re.compile(rb"""calcext:value-type=["']error["']""")
_FORMULA = re.compile(rb"\btable:formula=")
_VALUE_TYPE = re.compile(rb"""\boffice:value-type=["'](\w+)["']""")
_VALUE = re.compile(rb"""\boffice:value=["']([^"']{1,40})["']""")
_ANNOTATION = re.compile(rb"<office:annotation\b.*?</office:annotation>", re.DOTALL)
_TAG = re.compile(rb"<[^>]*>")
_TRUTH = {b"TRUE": True, b"FALSE": False, b"\xc4\x90\xc3\x9aNG": True, b"SAI": False}
_PECULIAR = re.compile(
    rb"""table:visibility=["'][cf]|value-type=["'](?:error|percentage)["']|<table:table-cell\b(?=[^>]*table:formula=)"""
)
MAX_REPEATED = 1000  # a peculiar cell that stands for more than so many is formatting
MAX_PECULIAR = 500_000  # cells of a table


def area_of_tables(xml: bytes) -> int:
    """The cells up to the last filled one of all the tables, where one element may stand for many cells."""
    return sum(map(_area_of_table, xml.split(b"</table:table>")))


def _area_of_table(xml: bytes) -> int:
    rows = last_row = last_column = 0
    for row in _TABLE_ROW.finditer(xml):
        rows += _repeated(_ROWS_REPEATED, row[1] or row[3] or b"")
        column = 0
        for cell in _TABLE_CELL.finditer(row[2] or b""):
            column += _repeated(_COLUMNS_REPEATED, cell[1])
            if not cell[2] or b"value" in cell[1]:  # not empty
                last_row, last_column = rows, max(last_column, column)
    return last_row * last_column


def seen_in_tables(xml: bytes) -> Mapping[str, Seen]:
    """By the name of a table, what is peculiar in it; raises `OverflowError` for more than any return has."""
    if not _PECULIAR.search(xml):
        return {}
    starts = list(_TABLE.finditer(xml))
    ends = [start.start() for start in starts[1:]] + [len(xml)]
    return {
        unescape((start[1] or start[2] or b"").decode("utf-8", "replace")): _seen(xml[start.end() : end])
        for start, end in zip(starts, ends, strict=True)
    }


def _seen(table: bytes) -> Seen:
    cells: dict[tuple[int, int], Cell] = {}
    hidden_rows: set[int] = set()
    row = 0
    for found in _TABLE_ROW.finditer(table):
        attributes, inside = found[1] or found[3] or b"", found[2] or b""
        count = _repeated(_ROWS_REPEATED, attributes)
        rows = range(row, row + min(count, MAX_REPEATED))
        if _HIDDEN.search(attributes):
            hidden_rows.update(rows)
        if _PECULIAR.search(inside):
            for column, cell in _peculiar_cells(inside):
                cells |= {(each, column): cell for each in rows}
                if len(cells) > MAX_PECULIAR:
                    raise OverflowError
        row += count
    return Seen(cells, frozenset(hidden_rows), frozenset(_hidden_columns(table)))


def _hidden_columns(table: bytes) -> Iterator[int]:
    column = 0
    for found in _COLUMN.finditer(table):
        count = _repeated(_COLUMNS_REPEATED, found[1])
        if _HIDDEN.search(found[1]):
            yield from range(column, column + min(count, MAX_REPEATED))
        column += count


def _peculiar_cells(row: bytes) -> Iterator[tuple[int, Cell]]:
    column = 0
    found = list(_TABLE_CELL.finditer(row))
    ends = [cell.start() for cell in found[1:]] + [len(row)]
    for cell, end in zip(found, ends, strict=True):
        count = _repeated(_COLUMNS_REPEATED, cell[1])
        peculiar = _peculiar(cell[1], row[cell.end() : end])
        if peculiar is not None:
            yield from ((each, peculiar) for each in range(column, column + min(count, MAX_REPEATED)))
        column += count


def _peculiar(attributes: bytes, inside: bytes) -> Cell | None:
    """The cell that the fast reader gives as blank or as a plain number; None where it gives it rightly."""
    kind = _VALUE_TYPE.search(attributes)
    value = _VALUE.search(attributes)
    if _ERROR.search(attributes):
        return FormulaError(_text(inside).decode("utf-8", "replace"))
    if kind and kind[1] == b"percentage" and value:
        return Percentage(float(value[1]))
    if _FORMULA.search(attributes):
        if kind is None and b"<text:p" not in inside:  # LibreOffice writes an empty paragraph for an empty text
            return FormulaWithoutValue()
        if kind and kind[1] == b"float":
            return _TRUTH.get(_text(inside).upper())
    return None


def _text(inside: bytes) -> bytes:
    return _TAG.sub(b"", _ANNOTATION.sub(b"", inside)).strip()


def _repeated(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    """How many rows or columns an element stands for."""
    found = pattern.search(attributes)
    return int(found[1]) if found else 1
