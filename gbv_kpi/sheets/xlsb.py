"""Read workbooks in binary records (.xlsb).

Record and field layout: [MS-XLSB], https://learn.microsoft.com/openspecs/office_file_formats/ms-xlsb.
"""

from collections.abc import Iterator, Sequence
from struct import unpack_from

from gbv_kpi.sheets.grid import BUILT_IN, MAX_ROWS, NORMAL, PLAIN, Grid, Look, Style, Text, split_runs
from gbv_kpi.sheets.package import Package
from gbv_kpi.sheets.refusal import DAMAGED, OVERSIZED, Refusal
from gbv_kpi.sheets.sheet import LONGEST_TEXT, Cell, FormulaError, Sheet

MAX_RECORDS = 5_000_000
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}

_ROW, _COLUMNS, _STRING, _MERGE, _SHEET, _WORKBOOK, _FORMAT, _FONT, _XF = 0, 60, 19, 176, 156, 153, 44, 43, 47
_XFS = 617  # the formats of cells begin
_XFS_END = 618
_CELLS = frozenset({*range(2, 12), 62})  # BrtCellRk to BrtFmlaError, BrtCellRString


def read_xlsb(package: Package, main: str) -> Iterator[Sheet]:
    targets = {relation.id: relation for relation in package.relations(main)}
    listed, from_1904 = [], False
    for kind, record in _records(package.part(main)):
        if kind == _WORKBOOK:
            from_1904 = bool(record[0] & 1)
        elif kind == _SHEET:
            identity, end = _plain_text(record, 8)
            listed.append((_plain_text(record, end)[0], targets.get(identity), record[0] == 0))
    styles, looks = _read_styles(package.related(main, "styles"))
    shared = _records(package.related(main, "sharedStrings"))
    strings = [_text(record, looks) for kind, record in shared if kind == _STRING]
    for name, relation, is_shown in listed:
        if relation and relation.kind == "worksheet":
            part = package.part(relation.target)
            if part is None:
                raise Refusal(*DAMAGED)
            grid = Grid(from_1904=from_1904)
            _fill(grid, part, strings, styles, looks)
            yield grid.sheet(name, is_shown=is_shown)


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
            raise Refusal(*DAMAGED)
        yield kind, part[position : position + size]
        position += size
        count += 1
        if count > MAX_RECORDS:
            raise Refusal(*OVERSIZED)


def _plain_text(record: bytes, start: int) -> tuple[str, int]:
    """Return the text at the offset `start`, and the offset of its end."""
    (length,) = unpack_from("<I", record, start)
    end = start + 4 + 2 * length
    return record[start + 4 : min(end, start + 4 + 4 * LONGEST_TEXT)].decode("utf-16-le", "replace"), end


def _text(record: bytes, looks: Sequence[Look]) -> Text:
    """Return a text, in runs if some of it has a look of its own."""
    text, end = _plain_text(record, 1)
    if not record[0] & 1:
        return text
    (count,) = unpack_from("<I", record, end)
    marks = [unpack_from("<HH", record, end + 4 + 4 * number) for number in range(min(count, LONGEST_TEXT))]
    return split_runs(text, [(first, font) for first, font in marks], looks)


def _read_styles(part: bytes | None) -> tuple[Sequence[Style], Sequence[Look]]:
    """Return the formats that cells refer to, and the look of each font."""
    codes: dict[int, str] = dict(BUILT_IN)
    looks: list[Look] = []
    styles: list[Style] = []
    in_cells = False
    for kind, record in _records(part):
        if kind == _FORMAT:
            codes[unpack_from("<H", record)[0]] = _plain_text(record, 2)[0]
        elif kind == _FONT:
            looks.append((unpack_from("<H", record, 6)[0] != 0, bool(record[2] & 8)))
        elif kind in (_XFS, _XFS_END):
            in_cells = kind == _XFS
        elif kind == _XF and in_cells:
            code, font = unpack_from("<HH", record, 2)
            styles.append(Style(codes.get(code, ""), looks[font] if font < len(looks) else NORMAL))
    return styles, looks


def _fill(grid: Grid, part: bytes, strings: Sequence[Text], styles: Sequence[Style], looks: Sequence[Look]) -> None:
    row = -1
    for kind, record in _records(part):
        if kind == _ROW:
            (row,) = unpack_from("<I", record)
            if row >= MAX_ROWS:
                raise Refusal(*DAMAGED)
            if record[11] & 0x10:
                grid.hidden_rows.add(row)
        elif kind in _CELLS:
            column, style = unpack_from("<II", record)
            grid.show(row, column, _value(kind, record, strings, looks), styles[style & 0xFFFFFF] if styles else PLAIN)
        elif kind == _COLUMNS and record[16] & 1:
            first, last = unpack_from("<II", record)
            grid.hide_columns(first, last + 1)
        elif kind == _MERGE:
            top, bottom, left, right = unpack_from("<IIII", record)
            grid.merge(top, left, bottom, right)


def _value(kind: int, record: bytes, strings: Sequence[Text], looks: Sequence[Look]) -> Cell | Text:
    match kind:
        case 6 | 8:  # text: inline, of a formula
            return _plain_text(record, 8)[0]
        case 7:
            return strings[int(unpack_from("<I", record, 8)[0])]
        case 62:
            return _text(record[8:], looks)
        case 3 | 11:  # error: constant, of a formula
            return FormulaError(ERRORS.get(record[8], "#ERR!"))
        case 4 | 10:  # truth value: constant, of a formula
            return bool(record[8])
        case 2:
            return _packed_number(record[8:12])
        case _:
            return float(unpack_from("<d", record, 8)[0])


def _packed_number(packed: bytes) -> float:
    """Return a number from four bytes: an integer or the upper half of a float, either perhaps times 100."""
    (whole,) = unpack_from("<i", packed)
    number = (
        float(whole >> 2) if whole & 2 else unpack_from("<d", b"\0\0\0\0" + bytes([packed[0] & 0xFC]) + packed[1:])[0]
    )
    return number / 100 if whole & 1 else number
