"""Read workbooks of Excel 5–2003 (.xls).

The records are scanned first: cells that xlrd would allocate are counted, records that it need not read are hidden.
Record layout: [MS-XLS], https://learn.microsoft.com/openspecs/office_file_formats/ms-xls.
"""

import io
from array import array
from collections.abc import Iterator
from struct import pack_into, unpack_from
from typing import TYPE_CHECKING

from gbv_kpi.i18n import phrase
from gbv_kpi.sheets.grid import MAX_AREA, Grid
from gbv_kpi.sheets.refusal import damaged, encrypted, oversized, text_document, unsupported
from gbv_kpi.sheets.sheet import Cell, FormulaError, FormulaWithoutValue, Sheet
from gbv_kpi.sheets.shown import as_shown, join_runs

if TYPE_CHECKING:
    from xlrd.book import Book
    from xlrd.sheet import Cell as LegacyCell
    from xlrd.sheet import Sheet as LegacySheet

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_SIZE = 12 * 2**20  # bytes; 65,536 rows of twelve columns, more than the country sends, take 7
MAX_SHEETS = 1000
_HEADER_LIST = 109  # sectors of the allocation table that the header of the container lists
_MINI_SECTOR = 64  # bytes

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SUMMARY = "\x05SummaryInformation"
_BOF, _SHEET, _STRINGS, _CONTINUED, _MERGED, _COLUMNS, _LOCKED, _ROW = 0x809, 0x85, 0xFC, 0x3C, 0xE5, 0x7D, 0x2F, 0x208
_CELLS = {0x203, 0x204, 0x205, 0x6, 0x206, 0x406, 0x27E, 0xFD, 0xD6, 0x201}
_BYTES_OF_A_CELL = {0xBD: 6, 0xBE: 2, _MERGED: 8}  # of records that hold many, or many areas
# End, code page, dates, fonts, formats, rows, results of formulas, shared formulas.
_READ_TOO = (0xA, 0x42, 0x22, 0x31, 0x231, 0x41E, 0x1E, 0xE0, _ROW, 0x207, 0x221, 0x4BC, 0x236, 0x8C, 0x200, 0x92)
_KEPT = {_BOF, _SHEET, _STRINGS, _CONTINUED, _MERGED, _COLUMNS, _LOCKED, *_CELLS, *_BYTES_OF_A_CELL, *_READ_TOO}
_IGNORED = 0xEEEE  # a kind of record that does not exist


def read_xls(content: bytes) -> list[tuple[Sheet, bool]]:
    """Return each sheet and whether it is shown. Raises `Refusal`, or what xlrd raises for a damaged file."""
    if _ENCRYPTED in content:
        raise encrypted()
    file = Streams(content)
    if "WordDocument" in file.streams:
        raise text_document()
    name = next((name for name in file.streams if name.lower() in ("workbook", "book")), None)
    if name is None:
        raise damaged()
    import xlrd

    stream = bytearray(file.read(name))
    _prepare(stream)
    book = xlrd.open_workbook(
        file_contents=bytes(stream), formatting_info=True, ragged_rows=True, logfile=io.StringIO()
    )
    # No office program leaves a formula without value, and each writes a summary: a script does neither.
    is_calculated = _SUMMARY in file.streams
    return [(_sheet(book, sheet, is_calculated), sheet.visibility == 0) for sheet in book.sheets()]


# ------------------------------------------------------------------------ the container


class Streams:
    """The streams of a container by name: a small file system in sectors ([MS-CFB]).

    More lenient than xlrd: two streams may share a sector. Raises `struct.error` or `ValueError` for an invalid
    header.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        shift, _ = unpack_from("<HH", content, 30)
        self._size = 1 << (shift if shift in (9, 12) else 9)
        directory, _, self._cutoff, mini_table, _, extra = unpack_from("<IIIIII", content, 48)
        listed = list(unpack_from(f"<{_HEADER_LIST}I", content, 76))
        while self._sector(extra) and len(listed) * 4 < len(content):
            sectors = array("I", self._sector(extra))
            listed += sectors[:-1]
            extra = sectors[-1]
        self._table = array("I", b"".join(filter(None, map(self._sector, listed))))
        entries = self._chain(directory)
        self.streams: dict[str, tuple[int, int]] = {}
        root = 0, 0
        for position in range(0, len(entries) - 127, 128):
            length, kind = unpack_from("<HB", entries, position + 64)
            start, size = unpack_from("<II", entries, position + 116)
            name = entries[position : position + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            if kind == 5:
                root = start, size
            elif kind == 2:
                self.streams[name] = start, size
        self._minis = self._chain(root[0])
        mini_table_bytes = self._chain(mini_table)
        self._mini_table = array("I", mini_table_bytes[: len(mini_table_bytes) // 4 * 4])

    def read(self, name: str) -> bytes:
        start, size = self.streams[name]
        if size >= self._cutoff:
            return self._chain(start)[:size]
        pieces = [
            self._minis[number * _MINI_SECTOR : (number + 1) * _MINI_SECTOR]
            for number in _follow_links(self._mini_table, start)
        ]
        return b"".join(pieces)[:size]

    def _sector(self, number: int) -> bytes:
        """Return the content of a sector, empty beyond the last whole one."""
        start = (number + 1) * self._size
        sector = self._content[start : start + self._size]
        return sector if len(sector) == self._size else b""

    def _chain(self, start: int) -> bytes:
        size = self._size
        return b"".join(self._content[(n + 1) * size : (n + 2) * size] for n in _follow_links(self._table, start))


def _follow_links(table: "array[int]", number: int) -> list[int]:
    """Return the chain of sectors from `number` on; a cycle ends where it closes."""
    found: dict[int, None] = {}
    while number < len(table) and number not in found:
        found[number] = None
        number = table[number]
    return list(found)


# ------------------------------------------------------------------------ the records, before xlrd reads them


def _prepare(stream: bytearray) -> None:
    """Hide from xlrd the records that it need not read. Raises `Refusal` for a workbook that it cannot open safely."""
    if len(stream) < 8 or unpack_from("<H", stream)[0] != _BOF:
        message = phrase("This workbook was saved by a program from before 1995.")
        raise unsupported(message, phrase("Save it in Excel or LibreOffice as .xlsx and send that."))
    beginnings: set[int] = set()
    listed: list[int] = []
    is_kept, cells = True, 0
    for position, kind, size in _records(stream):
        is_kept = is_kept if kind == _CONTINUED else kind in _KEPT
        if not is_kept:
            pack_into("<H", stream, position, _IGNORED)
        elif kind == _LOCKED:
            raise encrypted()
        elif kind == _BOF:
            beginnings.add(position)
        elif kind == _SHEET:
            listed.append(unpack_from("<I", stream, position + 4)[0])
        elif kind == _STRINGS:
            _count_strings(stream, position)
        cells += size // _BYTES_OF_A_CELL.get(kind, size + 1) + 1
    if not beginnings.issuperset(listed):
        raise damaged()
    if len(listed) > MAX_SHEETS or cells > MAX_AREA:
        raise oversized()


def _records(stream: bytes | bytearray, position: int = 0) -> Iterator[tuple[int, int, int]]:
    """Yield position, kind and size of each record."""
    while position + 4 <= len(stream):
        kind, size = unpack_from("<HH", stream, position)
        yield position, kind, size
        position += 4 + size


def _count_strings(stream: bytearray, position: int) -> None:
    """Correct the number of shared texts: some programs write a wrong one, which xlrd believes."""
    pieces: list[bytes] = []
    for start, kind, size in _records(stream, position):
        if pieces and kind != _CONTINUED:
            break
        pieces.append(bytes(stream[start + 4 : start + 4 + size]))
    count, piece, place = 0, 0, 8
    while piece < len(pieces) and place + 3 <= len(pieces[piece]):
        length, options = unpack_from("<HB", pieces[piece], place)
        place += 3
        runs = unpack_from("<H", pieces[piece], place)[0] if options & 8 else 0
        place += 2 if options & 8 else 0
        extra = unpack_from("<I", pieces[piece], place)[0] if options & 4 else 0
        place += 4 if options & 4 else 0
        while length:
            width = 1 + (options & 1)
            available = min(length, (len(pieces[piece]) - place) // width)
            length, place = length - available, place + available * width
            if length:  # goes on in the next record, with its own width
                piece += 1
                if piece == len(pieces) or not pieces[piece]:
                    return
                options, place = pieces[piece][0], 1
        place += 4 * runs + extra
        while piece < len(pieces) and place >= len(pieces[piece]):
            place -= len(pieces[piece])
            piece += 1
        count += 1
    pack_into("<I", stream, position + 8, count)


# ------------------------------------------------------------------------ cells


def _sheet(book: "Book", sheet: "LegacySheet", is_calculated: bool) -> Sheet:
    grid = Grid()
    for row in range(sheet.nrows):
        for column, legacy in enumerate(sheet.row(row)):
            runs = sheet.rich_text_runlist_map.get((row, column), [])
            grid.show(row, column, _show(book, legacy, runs, is_calculated))
    for top, bottom, left, right in sheet.merged_cells:
        grid.merge(top, left, bottom - 1, right - 1)
    grid.hidden_rows.update(row for row, look in sheet.rowinfo_map.items() if look.hidden)
    grid.hidden_columns.update(column for column, look in sheet.colinfo_map.items() if look.hidden)
    return grid.sheet(sheet.name)


def _show(book: "Book", cell: "LegacyCell", runs: "list[tuple[int, int]]", is_calculated: bool) -> tuple[Cell, bool]:
    """Return the visible cell, and whether some of its text was left out."""
    font = book.font_list[book.xf_list[cell.xf_index or 0].font_index]
    if cell.ctype == 1 and (cell.value or is_calculated):
        return _text(book, str(cell.value), [(0, font.font_index), *runs])
    shown = _cell(book, cell, is_calculated)
    is_cut = shown is None or (bool(font.struck_out) and shown != "")
    return ("", True) if is_cut or shown is None else (shown, False)


def _cell(book: "Book", cell: "LegacyCell", is_calculated: bool) -> Cell | None:
    """Return a cell other than a text; None where it is not shown."""
    import xlrd

    match cell.ctype:
        case xlrd.XL_CELL_TEXT:
            return "" if is_calculated else FormulaWithoutValue()
        case xlrd.XL_CELL_NUMBER | xlrd.XL_CELL_DATE:
            code = str(book.format_map[book.xf_list[cell.xf_index or 0].format_key].format_str)
            return as_shown(float(cell.value), code, from_1904=bool(book.datemode))
        case xlrd.XL_CELL_BOOLEAN:
            return bool(cell.value)
        case xlrd.XL_CELL_ERROR:
            return FormulaError(xlrd.error_text_from_code.get(int(cell.value), "#ERR!"))
        case _:
            return ""


def _text(book: "Book", text: str, runs: "list[tuple[int, int]]") -> tuple[str, bool]:
    """Return the visible text, and whether some was left out; a run is its first letter and its font."""
    ends = [start for start, _ in runs[1:]] + [len(text)]
    fonts = [book.font_list[font] for _, font in runs]
    return join_runs(
        (text[start:end], font.escapement != 0, bool(font.struck_out))
        for (start, _), end, font in zip(runs, ends, fonts, strict=True)
    )
