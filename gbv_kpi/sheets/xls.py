"""Read workbooks of Excel 5–2003 (.xls).

The records are scanned first: cells that xlrd would allocate are counted, records that it need not read are hidden.
Record layout: [MS-XLS], https://learn.microsoft.com/openspecs/office_file_formats/ms-xls.
"""

import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from struct import pack_into, unpack_from
from typing import Any

import xlrd
from xlrd.compdoc import CompDoc

from gbv_kpi.i18n import phrase
from gbv_kpi.sheets.grid import MAX_AREA, MAX_SHEETS, NORMAL, Grid, Style, split_runs
from gbv_kpi.sheets.refusal import DAMAGED, ENCRYPTED, OVERSIZED, TEXT_DOCUMENT, Refusal
from gbv_kpi.sheets.sheet import LONGEST_TEXT, Cell, FormulaError, FormulaWithoutValue, Sheet

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SUMMARY = "\x05SummaryInformation"
_BOF, _SHEET, _STRINGS, _CONTINUED, _MERGED, _LOCKED, _SHARED = 0x809, 0x85, 0xFC, 0x3C, 0xE5, 0x2F, 0xFD
_BYTES_OF_A_CELL = {0xBD: 6, 0xBE: 2, _MERGED: 8}  # of records that hold many, or many areas
_KEPT = {
    _BOF, _SHEET, _STRINGS, _CONTINUED, _LOCKED, _SHARED, *_BYTES_OF_A_CELL,
    0x203, 0x204, 0x205, 0x6, 0x206, 0x406, 0x27E, 0xD6, 0x201, 0x1C, 0x5D, 0x1B6,  # cells, comments
    0xA, 0x42, 0x22, 0x31, 0x231, 0x41E, 0x1E, 0xE0,  # end, code page, dates, fonts, formats
    0x7D, 0x208, 0x207, 0x221, 0x4BC, 0x236, 0x8C, 0x200, 0x92,  # columns, rows, results, shared formulas
}  # fmt: skip
_IGNORED = 0xEEEE  # a kind of record that does not exist


def read_xls(content: bytes) -> Iterator[Sheet]:
    """Yield the sheets of a workbook. Raises `Refusal`, or what xlrd raises for a damaged file."""
    if _ENCRYPTED in content:
        raise Refusal(*ENCRYPTED)
    container = _Container(content, io.StringIO(), ignore_workbook_corruption=True)
    streams = [entry.name for entry in container.dirlist if entry.etype == 2]
    if "WordDocument" in streams:
        raise Refusal(*TEXT_DOCUMENT)
    name = next((name for name in streams if name.lower() in ("workbook", "book")), "Workbook")
    whole, start, size = container.locate_named_stream(name)
    if whole is None:
        raise Refusal(*DAMAGED)
    stream = bytearray(whole[start : start + size])
    _prepare(stream)
    book = xlrd.open_workbook(
        file_contents=bytes(stream), formatting_info=True, ragged_rows=True, logfile=io.StringIO()
    )
    looks = [(font.escapement != 0, bool(font.struck_out)) for font in book.font_list]
    codes = {key: str(number_format.format_str) for key, number_format in book.format_map.items()}
    looks_of_styles = (looks[xf.font_index] if xf.font_index < len(looks) else NORMAL for xf in book.xf_list)
    styles = [Style(codes.get(xf.format_key, ""), look) for xf, look in zip(book.xf_list, looks_of_styles, strict=True)]
    # Office programs calculate every formula and write a summary; without one, a blank text was never calculated.
    is_calculated = _SUMMARY in streams
    for sheet in book.sheets():
        grid = Grid(from_1904=bool(book.datemode))
        for row in range(sheet.nrows):
            for column, cell in enumerate(sheet.row(row)):
                value = _value(cell.ctype, cell.value, is_calculated)
                marks = sheet.rich_text_runlist_map.get((row, column), ())
                runs = split_runs(value, marks, looks) if isinstance(value, str) and marks else value
                grid.show(row, column, runs, styles[cell.xf_index or 0])
        for top, bottom, left, right in sheet.merged_cells:
            grid.merge(top, left, bottom - 1, right - 1)
        grid.hidden_rows.update(row for row, look in sheet.rowinfo_map.items() if look.hidden)
        grid.notes += [(*place, note.text[:LONGEST_TEXT]) for place, note in sheet.cell_note_map.items()]
        for column, look in sheet.colinfo_map.items():
            if look.hidden:
                grid.hide_columns(column, column + 1)
        yield grid.sheet(sheet.name, is_shown=sheet.visibility == 0)


class _Container(CompDoc):
    """The streams of an OLE file. Raises `Refusal` for one that xlrd would read again and again."""

    def _get_stream(
        self, mem: bytes, base: int, chain: list[int], size: int, first: int, *rest: Any, **more: Any
    ) -> bytes:
        _check_walk(first, lambda sector: [chain[sector]], len(chain))
        stream: bytes = super()._get_stream(mem, base, chain, size, first, *rest, **more)  # type: ignore[misc]
        if more.get("name") == "directory":
            _check_walk(0, lambda entry: _links(stream, entry), len(stream) // 64)  # twice as many as there are
        return stream


def _check_walk(first: int, links_of: Callable[[int], Iterable[int]], most: int) -> None:
    """Raise `Refusal` for a walk of more than `most` steps: its links form a circle, or branches that join."""
    ahead, steps = [first], 0
    while ahead:
        place = ahead.pop()
        if place < 0:  # an end
            continue
        steps += 1
        if steps > most:
            raise Refusal(*DAMAGED)
        ahead += links_of(place)


def _links(directory: bytes, entry: int) -> Iterable[int]:
    """Return the entries that xlrd visits from one: those before and after it, and those in it."""
    kind, before, after, within = unpack_from("<Bxiii", directory, 128 * entry + 66)
    return (within,) if entry == 0 else (before, after, within) if kind == 1 else (before, after)


def _value(kind: int, value: str | float, is_calculated: bool) -> Cell:
    match kind:
        case xlrd.XL_CELL_TEXT:
            return str(value) if value or is_calculated else FormulaWithoutValue()
        case xlrd.XL_CELL_NUMBER | xlrd.XL_CELL_DATE:
            return float(value)
        case xlrd.XL_CELL_BOOLEAN:
            return bool(value)
        case xlrd.XL_CELL_ERROR:
            return FormulaError(xlrd.error_text_from_code.get(int(value), "#ERR!"))
        case _:
            return ""


def _prepare(stream: bytearray) -> None:
    """Hide from xlrd the records that it need not read. Raises `Refusal` for a workbook that it cannot open safely."""
    if len(stream) < 8 or unpack_from("<H", stream)[0] != _BOF:
        message = phrase("This workbook was saved by a program from before 1995.")
        raise Refusal("unsupported-format", message, phrase("Save it in Excel or LibreOffice as .xlsx and send that."))
    places = defaultdict[int, list[int]](list)  # of the records, by kind
    is_kept, cells, position = True, 0, 0
    while position + 4 <= len(stream):
        kind, size = unpack_from("<HH", stream, position)
        is_kept = is_kept if kind == _CONTINUED else kind in _KEPT
        if not is_kept:
            pack_into("<H", stream, position, _IGNORED)
        if kind in (_BOF, _SHEET, _STRINGS, _LOCKED, _SHARED):
            places[kind].append(position)
        cells += size // _BYTES_OF_A_CELL.get(kind, size + 1) + 1
        position += 4 + size
    if places[_LOCKED]:
        raise Refusal(*ENCRYPTED)
    if not {unpack_from("<I", stream, place + 4)[0] for place in places[_SHEET]}.issubset(places[_BOF]):
        raise Refusal(*DAMAGED)
    if len(places[_SHEET]) > MAX_SHEETS or cells > MAX_AREA:
        raise Refusal(*OVERSIZED)
    # Some programs write a wrong number of shared texts, which xlrd believes.
    used = max((unpack_from("<I", stream, place + 10)[0] + 1 for place in places[_SHARED]), default=0)
    if 3 * used > len(stream):  # each text takes three bytes at least
        raise Refusal(*DAMAGED)
    for place in places[_STRINGS]:
        pack_into("<I", stream, place + 8, used)
