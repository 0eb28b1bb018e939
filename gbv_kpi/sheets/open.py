"""One file of any kind to its sheets."""

from gbv_kpi.i18n import phrase
from gbv_kpi.problems import Place, Problem
from gbv_kpi.sheets.csv import is_legacy, legacy_encoding, read_text
from gbv_kpi.sheets.html import is_web_page, plain_start, read_web_page
from gbv_kpi.sheets.sheet import Sheet
from gbv_kpi.sheets.sources import Source
from gbv_kpi.sheets.xlsx import is_workbook, read_workbook

LOOKED_AT_ROWS = 200


def read_sheets(source: Source) -> tuple[list[Sheet], str | None, list[Problem]]:
    """The sheets of a file, the encoding of a text, and what kept sheets from being read."""
    place = Place(source.name)
    encoding = None
    if not source.start.strip() and not source.content.strip():
        return [], None, [Problem("unreadable-file", place, phrase("The file is empty."))]
    if is_workbook(source.start):
        read = read_workbook(source.content, place)
    elif is_web_page(source.start):
        read, encoding = read_web_page(source.content, place)
    elif problem := _other_kind(source.start, place):
        return [], None, [problem]
    else:
        sheet, encoding, problems = read_text(source)
        return [sheet] if sheet else [], encoding, problems
    if isinstance(read, Problem):
        return [], encoding, [read]
    if any(is_legacy(_texts(sheet)) for sheet, is_shown in read if is_shown):
        return [], encoding, [legacy_encoding(place)]
    hidden = [sheet for sheet, is_shown in read if not is_shown and any(map(any, sheet.rows))]
    return [sheet for sheet, is_shown in read if is_shown], encoding, [_hidden(sheet, source.name) for sheet in hidden]


def is_plain_text(source: Source) -> bool:
    """Return whether a file is read as text with separators."""
    return not is_workbook(source.start) and not is_web_page(source.start)


def _hidden(sheet: Sheet, file: str) -> Problem:
    message = phrase("The sheet “{sheet}” is hidden and was not read.", sheet=sheet.name or "")
    return Problem("hidden-sheet", Place(file, sheet.name), message)


def without_headings(source: Source) -> Problem:
    """What to tell of a file in which none of the plan's headings was found."""
    place = Place(source.name)
    if is_web_page(source.start):
        return Problem("unsupported-format", place, phrase("This is a web page, whatever its name says."))
    return Problem("no-table-found", place, phrase("No table with the plan's headings was found."))


def _texts(sheet: Sheet) -> list[str]:
    return [cell for row in sheet.rows[:LOOKED_AT_ROWS] for cell in row if isinstance(cell, str) and cell]


def _other_kind(content: bytes, place: Place) -> Problem | None:
    """What a file is that is neither a workbook nor text with separators, whatever its name says."""
    start = plain_start(content)
    if start.startswith(b"%pdf"):
        return Problem("unsupported-format", place, phrase("This is a PDF, from which no figures are read."))
    if b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        message = phrase("This is an “XML Spreadsheet 2003”, whatever its name says.")
        return Problem("unsupported-format", place, message, phrase("Save it in Excel as .xlsx and send that."))
    if start.startswith((b"<?xml", b"{\\rtf", b"\x89png", b"\xff\xd8\xff", b"gif8", b"rar!", b"7z\xbc\xaf")):
        return Problem("unsupported-format", place, phrase("This is no spreadsheet, whatever its name says."))
    return None
