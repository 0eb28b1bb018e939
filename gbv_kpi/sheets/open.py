"""Open a file of any kind and read its sheets."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from gbv_kpi.i18n import phrase, plural
from gbv_kpi.problems import Place, Problem
from gbv_kpi.sheets.csv import encoding_of, read_csv
from gbv_kpi.sheets.encodings import lost_letters, plain_start, undecodable
from gbv_kpi.sheets.grid import MAX_AREA, MAX_MERGED, MAX_SHEETS
from gbv_kpi.sheets.html import MAX_SIZE as MAX_PAGE
from gbv_kpi.sheets.html import is_web_page, read_web_page
from gbv_kpi.sheets.refusal import NOT_A_SPREADSHEET, OVERSIZED, REPORT_MARK, Refusal, is_fault, problem_of
from gbv_kpi.sheets.sheet import Sheet, cell_address
from gbv_kpi.sheets.sources import MAX_SIZE, RETURN_SUFFIXES, Source

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_XLS = 12 * 2**20  # bytes; 65,536 rows of twelve columns, more than the country sends, take 7
MAX_WORKBOOK = 32 * 2**20  # bytes of a zip; the country's 53,000 returns have 2 MiB
SAMPLE_ROWS = 200
SAMPLE_CELLS = 5000
SHOWN_CELLS = 5
WORKBOOK_SUFFIXES = RETURN_SUFFIXES - {".csv", ".tsv", ".xls"}
REPORT_COLUMNS = ["plan", "year", "indicator", "indicator_title", "scope"]  # the first ones of a report as CSV
OWN_REPORT = "own-report", phrase("This is a report written by gbv-kpi, not a return.")
PACKED = (
    "unsupported-format",
    phrase("This is an archive of other files."),
    phrase("Unpack it and send the returns in it."),
)
_REPORT_PAGE = b'<meta name="generator" content="gbv-kpi'


@dataclass(frozen=True)
class Opened:
    """The sheets of a file that have content, and its problems. `encoding` is that of a text or web page."""

    shown: Sequence[Sheet] = ()
    hidden: Sequence[Sheet] = ()
    encoding: str | None = None
    problems: Sequence[Problem] = ()


def read_sheets(source: Source) -> Opened:
    """Open a file of any kind. A file that cannot be opened has no sheets."""
    place, encoding = Place(source.name), None
    try:
        if is_too_large(source):
            raise Refusal(*OVERSIZED)
        if not source.start.strip() and not source.content.strip():
            raise Refusal("unreadable-file", phrase("The file is empty."))
        if is_plain_text(source):
            _check_kind(source)
            encoding = encoding_of(source)
            sheets = [_read_text(source, encoding)]
        elif is_workbook(source.start):
            sheets = _read_workbook(source.content)
        elif _REPORT_PAGE in plain_start(source.start):
            raise Refusal(*OWN_REPORT)
        else:
            sheets, encoding = read_web_page(source.content)
    except BaseException as error:
        if not is_fault(error):
            raise
        return Opened(encoding=encoding, problems=[problem_of(error, place)])
    shown = [sheet for sheet in sheets if sheet.is_shown]
    hidden = [sheet for sheet in sheets if not sheet.is_shown and any(map(any, sheet.rows))]
    texts = (
        (cell_address(row, column), cell)
        for sheet in shown
        for row, cells in enumerate(sheet.rows[:SAMPLE_ROWS])
        for column, cell in enumerate(cells)
        if isinstance(cell, str) and cell
    )
    if lost := lost_letters(islice(texts, SAMPLE_CELLS)):
        return Opened((), hidden, encoding, [problem_of(lost, place)])
    return Opened(shown, hidden, encoding, list(_left_out(shown, hidden, source.name)))


def is_too_large(source: Source) -> bool:
    """Return whether a file has more bytes than any return of its kind."""
    most = {OLE[:4]: MAX_XLS, ZIP: MAX_WORKBOOK}.get(source.start[:4])
    return len(source.content) > (most or (MAX_PAGE if is_web_page(source.start) else MAX_SIZE))


def is_workbook(start: bytes) -> bool:
    return start.startswith((ZIP, OLE))


def is_xlsx(source: Source) -> bool:
    return source.content.startswith(ZIP) and b"xl/" in source.content


def _read_workbook(content: bytes) -> list[Sheet]:
    """Return the sheets of a workbook. Raises `Refusal` for more, or larger ones, than a return has."""
    sheets: list[Sheet] = []
    area = merged = 0
    for sheet in _workbook_sheets(content):
        sheets.append(sheet)
        width = max(map(len, sheet.rows), default=0)
        area += len(sheet.rows) * width + (0 if sheet.tail is None else sheet.tail.size)
        merged += len(sheet.merged)
        if len(sheets) > MAX_SHEETS or merged > MAX_MERGED or area > MAX_AREA:
            raise Refusal(*OVERSIZED)
    return sheets


def _workbook_sheets(content: bytes) -> Iterable[Sheet]:
    # A text needs none of their libraries.
    from gbv_kpi.sheets.ods import is_ods, read_ods
    from gbv_kpi.sheets.package import Package
    from gbv_kpi.sheets.xlsx import main_part, read_xlsx

    if content.startswith(OLE):
        from gbv_kpi.sheets.xls import read_xls

        return read_xls(content)
    package = Package(content)
    if package.category() == REPORT_MARK:
        raise Refusal(*OWN_REPORT)
    if is_ods(package):
        return read_ods(package)
    if main := main_part(package):
        return read_xlsx(content, package, main)
    if any(Path(name).suffix.lower() in RETURN_SUFFIXES for name in package.names):
        raise Refusal(*PACKED)
    raise Refusal("unsupported-format", phrase("This is an archive, not a spreadsheet."))


def _check_kind(source: Source) -> None:
    """Raise `Refusal` for a file that is neither a workbook nor text with separators, whatever its name."""
    start = plain_start(source.start)
    if start.startswith(b"%pdf"):
        raise Refusal("unsupported-format", phrase("This is a PDF, from which no figures are read."))
    if b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        message = phrase("This is an “XML Spreadsheet 2003”, despite its name.")
        raise Refusal("unsupported-format", message, phrase("Save it in Excel as .xlsx and send that."))
    if start.startswith((b"rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"bzh", b"\xfd7zxz")):
        raise Refusal(*PACKED)
    if start.startswith((b"<?xml", b"{\\rtf", b"\x89png", b"\xff\xd8", b"gif8", b"ii*", b"mm\0*", b"riff", b"sqlite")):
        raise Refusal(*NOT_A_SPREADSHEET)
    if ZIP in source.start[1:4096]:
        message = phrase("Extra bytes precede the workbook: the program that sent it added them.")
        raise Refusal("unreadable-file", message)


def _read_text(source: Source, encoding: str | None) -> Sheet:
    if encoding is None:
        suffix = Path(source.name).suffix.lower()
        if suffix not in WORKBOOK_SUFFIXES:
            raise undecodable(source.start)
        message = phrase("The file is named {suffix} but is not a workbook.", suffix=suffix)
        raise Refusal("unreadable-file", message)
    sheet = read_csv(source, encoding)
    if len(sheet.rows) and sheet.rows[0][: len(REPORT_COLUMNS)] == REPORT_COLUMNS:
        raise Refusal(*OWN_REPORT)
    return sheet


def is_plain_text(source: Source) -> bool:
    """Return whether a file is read as text with separators."""
    return not is_workbook(source.start) and not is_web_page(source.start)


def _left_out(shown: Sequence[Sheet], hidden: Sequence[Sheet], file: str) -> Iterator[Problem]:
    """Yield the problems of hidden sheets, and of struck-out or hidden text."""
    for sheet in hidden:
        message = phrase("The sheet “{sheet}” is hidden and was not read.", sheet=sheet.name or "")
        yield Problem("hidden-sheet", Place(file, sheet.name), message)
    for sheet in (sheet for sheet in shown if sheet.unseen):
        first = [cell_address(row, column) for row, column in sheet.unseen[:SHOWN_CELLS]]
        message = plural(
            "Struck-out or hidden text in one cell was ignored ({cells}).",
            "Struck-out or hidden text in {count} cells was ignored ({cells}).",
            len(sheet.unseen),
            cells=", ".join(first) + (" …" if len(sheet.unseen) > SHOWN_CELLS else ""),
        )
        yield Problem("unseen-text", Place(file, sheet.name, first[0]), message)
