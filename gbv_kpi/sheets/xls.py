"""Workbooks of Excel 97–2003 (.xls) to sheets.

The fast reader of the other kinds makes room for the whole rectangle of an .xls whatever it holds, and gives
its errors and percentages as blank and plain cells. These workbooks are small, so the slower reader reads them.
"""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from gbv_kpi.i18n import phrase
from gbv_kpi.problems import Place, Problem
from gbv_kpi.sheets.sheet import Cell, FormulaError, FormulaWithoutValue, Sheet, as_shown
from gbv_kpi.sheets.superscripts import raised
from gbv_kpi.sheets.xlsx_scan import damaged

if TYPE_CHECKING:
    from xlrd.book import Book
    from xlrd.sheet import Cell as LegacyCell
    from xlrd.sheet import Sheet as LegacySheet

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_SIZE = 12 * 2**20  # bytes; 65,536 rows of twelve columns, more than the country sends, take 7
MAX_MERGED = 100_000  # areas

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SUMMARY = "\x05SummaryInformation".encode("utf-16-le")


def read_legacy_workbook(content: bytes, place: Place) -> list[tuple[Sheet, bool]] | Problem:
    """Each sheet and whether it is shown, or what keeps the workbook from being read."""
    if _ENCRYPTED in content:
        return encrypted(place)
    if len(content) > MAX_SIZE:
        return _oversized(place)
    import xlrd
    from xlrd.biffh import XLRDError

    try:
        book = xlrd.open_workbook(file_contents=content, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
        if sum(len(sheet.merged_cells) for sheet in book.sheets()) > MAX_MERGED:
            return _oversized(place)
        # No office program leaves a formula without value, and each writes a summary: a script does neither.
        calculated = _SUMMARY in content
        return [(_sheet(book, sheet, calculated), sheet.visibility == 0) for sheet in book.sheets()]
    except Exception as error:  # whatever the reader stumbles over in a damaged file
        if isinstance(error, XLRDError) and "encrypted" in str(error):
            return encrypted(place)
        return damaged(place)


def _oversized(place: Place) -> Problem:
    return Problem("oversized-file", place, phrase("The workbook is too large to be a return."))


def _sheet(book: "Book", sheet: "LegacySheet", calculated: bool) -> Sheet:
    rows = [list(_cells(book, sheet.row(row), calculated)) for row in range(sheet.nrows)]
    for (row, column), runs in sheet.rich_text_runlist_map.items():
        rows[row][column] = _with_notes(str(rows[row][column]), runs, book)
    return Sheet(
        sheet.name,
        rows,
        tuple(((top, left), (bottom - 1, right - 1)) for top, bottom, left, right in sheet.merged_cells),
        hidden_rows=frozenset(row for row, look in sheet.rowinfo_map.items() if look.hidden),
        hidden_columns=frozenset(column for column, look in sheet.colinfo_map.items() if look.hidden),
    )


def _cells(book: "Book", cells: "list[LegacyCell]", calculated: bool) -> Iterator[Cell]:
    import xlrd

    for cell in cells:
        match cell.ctype:
            case xlrd.XL_CELL_TEXT if not cell.value and not calculated:
                yield FormulaWithoutValue()
            case xlrd.XL_CELL_TEXT:
                yield str(cell.value)
            case xlrd.XL_CELL_NUMBER:
                look = book.xf_list[cell.xf_index or 0]
                yield as_shown(float(cell.value), str(book.format_map[look.format_key].format_str))
            case xlrd.XL_CELL_DATE:
                yield _date(float(cell.value), book.datemode)
            case xlrd.XL_CELL_BOOLEAN:
                yield bool(cell.value)
            case xlrd.XL_CELL_ERROR:
                yield FormulaError(xlrd.error_text_from_code.get(int(cell.value), "#ERR!"))
            case _:
                yield ""


def _with_notes(text: str, runs: "list[tuple[int, int]]", book: "Book") -> str:
    """The text with the numbers of its footnotes raised: from each run's first letter on, its font."""
    ends = [start for start, _ in runs[1:]] + [len(text)]
    parts = [text[: runs[0][0]]]
    for (start, font), end in zip(runs, ends, strict=True):
        is_raised = book.font_list[font].escapement == 1
        parts.append(raised(text[start:end]) if is_raised else text[start:end])
    return "".join(parts)


def _date(number: float, datemode: Literal[0, 1]) -> Cell:
    """The day or the time of day; a number that is neither is no less than a number."""
    import xlrd

    try:
        when = xlrd.xldate_as_datetime(number, datemode)
    except (ValueError, OverflowError):
        return number
    return when if number >= 1 else when.time()


def encrypted(place: Place) -> Problem:
    return Problem("encrypted-workbook", place, phrase("The workbook is locked with a password."))
