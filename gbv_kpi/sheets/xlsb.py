"""Read workbooks in binary records (.xlsb).

Record and field layout: [MS-XLSB], https://learn.microsoft.com/openspecs/office_file_formats/ms-xlsb.
"""

from collections.abc import Iterator, Sequence
from struct import unpack_from

from gbv_kpi.sheets.grid import MAX_COLUMNS, MAX_ROWS, Grid, check_areas
from gbv_kpi.sheets.package import Package
from gbv_kpi.sheets.refusal import damaged, oversized
from gbv_kpi.sheets.sheet import LONGEST_TEXT, Cell, FormulaError, Sheet
from gbv_kpi.sheets.shown import BUILT_IN, as_shown, join_runs

MAX_SHEETS = 1000
MAX_RECORDS = 5_000_000
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}

_ROW, _COLUMNS, _STRING, _MERGE, _SHEET, _WORKBOOK, _FORMAT, _FONT, _XF = 0, 60, 19, 176, 156, 153, 44, 43, 47
_XFS = 617  # the formats of cells begin
_XFS_END = 618

Fonts = Sequence[tuple[bool, bool]]  # raised, struck out
Strings = Sequence[tuple[str, list[tuple[int, int]]]]  # with runs: first character, font


def read_xlsb(package: Package, main: str) -> list[tuple[Sheet, bool]]:
    """Return each sheet and whether it is shown."""
    targets = {relation.id: relation for relation in package.relations(main)}
    listed, from_1904 = [], False
    for kind, record in _records(package.part(main)):
        if kind == _WORKBOOK:
            from_1904 = bool(record[0] & 1)
        elif kind == _SHEET:
            identity, end = _text(record, 8)
            listed.append((_text(record, end)[0], targets.get(identity), record[0] == 0))
    if len(listed) > MAX_SHEETS:
        raise oversized()
    formats, fonts = _styles(package.related(main, "styles"))
    strings = [
        _rich_text(record) for kind, record in _records(package.related(main, "sharedStrings")) if kind == _STRING
    ]
    sheets = []
    for name, relation, is_shown in listed:
        if relation and relation.kind == "worksheet":
            part = package.part(relation.target)
            if part is None:
                raise damaged()
            sheets.append((_sheet(part, strings, formats, fonts, from_1904).sheet(name), is_shown))
            check_areas(sheet for sheet, _ in sheets)
    return sheets


def _records(part: bytes | None) -> Iterator[tuple[int, bytes]]:
    """Yield the kind and content of each record; its kind and size are written in groups of seven bits."""
    position, count = 0, 0
    part = part or b""
    while position < len(part):
        kind = part[position]
        position += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (part[position] & 0x7F) << 7
            position += 1
        size = 0
        for shift in range(0, 28, 7):
            byte = part[position]
            position += 1
            size |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        if position + size > len(part):
            raise damaged()
        yield kind, part[position : position + size]
        position += size
        count += 1
        if count > MAX_RECORDS:
            raise oversized()


def _text(record: bytes, start: int) -> tuple[str, int]:
    """Return the text at the offset `start`, and the offset of its end."""
    (length,) = unpack_from("<I", record, start)
    end = start + 4 + 2 * length
    return record[start + 4 : min(end, start + 4 + 4 * LONGEST_TEXT)].decode("utf-16-le", "replace"), end


def _rich_text(record: bytes) -> tuple[str, list[tuple[int, int]]]:
    text, end = _text(record, 1)
    if not record[0] & 1:
        return text, []
    (count,) = unpack_from("<I", record, end)
    runs = [unpack_from("<HH", record, end + 4 + 4 * number) for number in range(min(count, LONGEST_TEXT))]
    return text, [(first, font) for first, font in runs]


def _styles(part: bytes | None) -> tuple[Sequence[tuple[str, int]], Fonts]:
    """Return the number format and font of each format of cells, and the look of each font."""
    codes: dict[int, str] = dict(BUILT_IN)
    fonts: list[tuple[bool, bool]] = []
    formats: list[tuple[str, int]] = []
    in_cells = False
    for kind, record in _records(part):
        if kind == _FORMAT:
            codes[unpack_from("<H", record)[0]] = _text(record, 2)[0]
        elif kind == _FONT:
            fonts.append((unpack_from("<H", record, 6)[0] != 0, bool(record[2] & 8)))
        elif kind in (_XFS, _XFS_END):
            in_cells = kind == _XFS
        elif kind == _XF and in_cells:
            number_format, font = unpack_from("<HH", record, 2)
            formats.append((codes.get(number_format, ""), font))
    return formats, fonts


def _sheet(part: bytes, strings: Strings, formats: Sequence[tuple[str, int]], fonts: Fonts, from_1904: bool) -> Grid:
    grid, row = Grid(), -1
    for kind, record in _records(part):
        if kind == _ROW:
            (row,) = unpack_from("<I", record)
            if row >= MAX_ROWS:
                raise damaged()
        elif 2 <= kind <= 11 or kind == 62:  # a cell: BrtCellRk to BrtFmlaError, BrtCellRString
            column, look = unpack_from("<II", record)
            number_format, font = formats[look & 0xFFFFFF] if formats else ("", 0)
            font_look = fonts[font] if font < len(fonts) else (False, False)
            grid.show(row, column, _cell(kind, record, strings, number_format, font_look, fonts, from_1904))
        _note_layout(grid, kind, record)
    return grid


def _note_layout(grid: Grid, kind: int, record: bytes) -> None:
    if kind == _ROW and record[11] & 0x10:
        grid.hidden_rows.add(unpack_from("<I", record)[0])
    elif kind == _COLUMNS and record[16] & 1:
        first, last = unpack_from("<II", record)
        grid.hidden_columns.update(range(first, min(last + 1, MAX_COLUMNS)))
    elif kind == _MERGE:
        top, bottom, left, right = unpack_from("<IIII", record)
        grid.merge(top, left, bottom, right)


def _cell(
    kind: int, record: bytes, strings: Strings, code: str, look: tuple[bool, bool], fonts: Fonts, from_1904: bool
) -> tuple[Cell, bool]:
    """Return the cell, and whether some of its text was left out."""
    if kind in (6, 7, 8, 62):  # text: inline, shared, of a formula, rich
        if kind == 7:
            text, runs = strings[unpack_from("<I", record, 8)[0]]
        else:
            text, runs = _rich_text(record[8:]) if kind == 62 else (_text(record, 8)[0], [])
        starts = [0, *(first for first, _ in runs), len(text)]
        looks = [look, *(fonts[font] for _, font in runs)]
        return join_runs(
            (text[first:end], *drawn) for first, end, drawn in zip(starts, starts[1:], looks, strict=False)
        )
    if look[1]:
        return "", True
    if kind in (3, 11):  # error: constant, of a formula
        return FormulaError(ERRORS.get(record[8], "#ERR!")), False
    if kind in (4, 10):  # truth value: constant, of a formula
        return bool(record[8]), False
    number = _packed_number(record[8:12]) if kind == 2 else unpack_from("<d", record, 8)[0]
    shown = as_shown(number, code, from_1904=from_1904)
    return ("", True) if shown is None else (shown, False)


def _packed_number(packed: bytes) -> float:
    """Return a number from four bytes: an integer or the upper half of a float, either perhaps times 100."""
    (whole,) = unpack_from("<i", packed)
    number = (
        float(whole >> 2) if whole & 2 else unpack_from("<d", b"\0\0\0\0" + bytes([packed[0] & 0xFC]) + packed[1:])[0]
    )
    return number / 100 if whole & 1 else number
