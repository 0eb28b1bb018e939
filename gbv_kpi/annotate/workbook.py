"""Mark and comment every faulty cell of the sender's workbook, and list the problems in front, each with a link.

A file with a personal-data column, or one that cannot be opened as a workbook, gives the list alone: nothing of it is
copied. A .csv, .xls or .ods, and a workbook with hidden sheets, gives a workbook of its visible
cells as they were read. Charts, pivot tables, and pictures where Pillow is not installed, are not in the copy.
"""

import io
import math
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from copy import copy
from itertools import zip_longest
from pathlib import PurePath
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from gbv_kpi import excel_style
from gbv_kpi.annotate import cells as looks
from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Language, Phrase, phrase, plural
from gbv_kpi.problems import Place, Problem, Severity, error_count, has_errors
from gbv_kpi.render.problems import HEADINGS, SEVERITY, errors_first, listed
from gbv_kpi.returns.isolation import Child, Failure
from gbv_kpi.sheets.open import is_xlsx, read_sheets
from gbv_kpi.sheets.sheet import Cell, FormulaError, FormulaWithoutValue, Percentage, Sheet, text_of
from gbv_kpi.sheets.sources import Source

FILL = {Severity.ERROR: looks.RED, Severity.WARNING: looks.AMBER}
WIDTHS = (11.0, 20.0, 18.0, 9.0, 22.0, 58.0, 48.0)
FILE = 2  # column of `HEADINGS`, from 0, left out here: the whole list is about one file
SHEET, CELL = 3, 4
MAX_LISTED = 5000
AUTHOR = "gbv-kpi"
CPU_SECONDS = 2
MAX_MERGED_CELLS = 100_000
TOO_LARGE = phrase("The file is too large or too complex to be copied here.")
MAX_COMMENT = 4000  # characters
COMMENT_WIDTH = 340  # pixels
LINE_PIXELS, LINE_CHARACTERS = 17, 46  # of a comment's usual font at that width
WIDEST = 24  # of columns without a width of their own; longer texts wrap
ROOMY = 14  # points: for the default font of 11, which is wider than ours

Sheets = Mapping[str | None, Worksheet]  # by the name that problems give, None for the sheet of a CSV


def annotate(problems: Iterable[Problem], source: Source, language: Language) -> bytes:
    """Return the marked copy as .xlsx, with the problems of this source only.

    The file is opened in a child process; one that exceeds its limits gives the list alone.
    """
    of_source = [problem for problem in problems if problem.place.file == source.name]
    if any(problem.code == "personal-data-column" for problem in of_source):
        note = phrase("The file has a column of personal data, so nothing of it was copied here.")
        return _save(of_source, source, language, note)

    def copied(source: Source) -> bytes:
        return _copy(of_source, source, language)

    with closing(Child(copied, CPU_SECONDS)) as child:
        answer = child.ask(source, len(source.content))
    return _save(of_source, source, language, TOO_LARGE) if isinstance(answer, Failure) else answer


def _copy(problems: Sequence[Problem], source: Source, language: Language) -> bytes:
    opened = read_sheets(source)
    if not opened.shown:
        note = phrase("The file could not be read as a table, so nothing of it was copied here.")
        return _save(problems, source, language, note)
    if is_xlsx(source) and not opened.hidden:
        # openpyxl stops at files that the reader of returns and Excel open; their cells can still be marked.
        with suppress(Exception):
            return _save(problems, source, language, _load(source.content, opened.shown))
    if any(sheet.tail is not None for sheet in opened.shown):
        return _save(problems, source, language, TOO_LARGE)
    return _save(problems, source, language, _rebuild(opened.shown, language))


def _save(
    problems: Sequence[Problem], source: Source, language: Language, copied: tuple[Workbook, Sheets] | Phrase
) -> bytes:
    """Mark and list the problems in a copied workbook; or list them alone, with the reason why nothing was copied."""
    note = copied if isinstance(copied, Phrase) else None
    book, sheet_by_name = (_new_book(), {}) if isinstance(copied, Phrase) else copied
    for (title, address), found in _group_by_cell(problems, sheet_by_name).items():
        _mark(book[title], address, found, language)
    summary = book.create_sheet(excel_style.sheet_title(language.say(phrase("To correct")), book.sheetnames), 0)
    _fill_list(summary, source.name, problems, sheet_by_name, language, note)
    book.active = 0
    for sheet in book.worksheets:  # typing would go into all selected sheets
        sheet.sheet_view.tabSelected = sheet.title == summary.title
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _new_book() -> Workbook:
    """Return a workbook without a sheet."""
    book = Workbook()
    book.remove(book.worksheets[0])
    return book


def _load(content: bytes, sheets: Sequence[Sheet]) -> tuple[Workbook, Sheets]:
    """Return the sender's workbook as it is, with its formats and formulas."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of extensions that are not copied
        book = load_workbook(io.BytesIO(content), rich_text=True)
    book.template = False
    book.calculation.fullCalcOnLoad = True  # results of formulas are not copied
    sheet_by_name: dict[str | None, Worksheet] = {
        sheet.title: sheet for sheet in book.worksheets if isinstance(sheet, Worksheet)
    }
    for sheet in sheet_by_name.values():
        # A pivot table holds a copy of the rows that it sums up, perhaps of another workbook.
        vars(sheet)["_pivots"].clear()
    # Problems name a sheet that is called after a person by its number. A sheet that openpyxl lacks is a KeyError.
    return book, sheet_by_name | {f"#{number}": sheet_by_name[sheet.name] for number, sheet in enumerate(sheets, 1)}


def _rebuild(sheets: Sequence[Sheet], language: Language) -> tuple[Workbook, Sheets]:
    """Return a workbook of the cells as they were read, each at its own address."""
    book = _new_book()
    sheet_by_name: dict[str | None, Worksheet] = {}
    for number, sheet in enumerate(sheets, start=1):
        name = language.say(phrase("Return")) if sheet.name is None else sheet.name
        target = book.create_sheet(excel_style.sheet_title(name, book.sheetnames))
        sheet_by_name |= {sheet.name: target, f"#{number}": target}
        _fill(target, sheet)
        size = sum((bottom - top + 1) * (right - left + 1) for (top, left), (bottom, right) in sheet.merged)
        for (top, left), (bottom, right) in sheet.merged if size <= MAX_MERGED_CELLS else ():
            target.merge_cells(start_row=top + 1, end_row=bottom + 1, start_column=left + 1, end_column=right + 1)
        looks.print_on_a4(target)
    return book, sheet_by_name


def _fill(copy: Worksheet, sheet: Sheet) -> None:
    """Write the cells; texts wrap in columns of moderate width, but a text alone in its row overflows."""
    rows = [[text_of(cell) for cell in row] for row in sheet.rows]
    side_by_side = [row for row in rows if sum(map(bool, row)) > 1]
    columns = zip_longest(*side_by_side, fillvalue="")
    widths = [min(WIDEST, max(8, *(len(text) + 2 for text in column))) for column in columns]
    looks.set_widths(copy, widths)
    for number, (texts, cells) in enumerate(zip(rows, sheet.rows, strict=True), start=1):
        wraps = sum(map(bool, texts)) > 1 and max(map(len, texts)) > WIDEST
        for column, cell in enumerate(cells, start=1):
            _put(copy, number, column, cell, looks.TEXT if wraps else None)
        if wraps:
            looks.fit_row(copy, number, zip(texts, widths, strict=False), ROOMY)


def _put(sheet: Worksheet, row: int, column: int, cell: Cell, alignment: Alignment | None) -> None:
    """Write a cell as it was read; text is never a formula, whatever sign it starts with."""
    match cell:
        case "" | FormulaWithoutValue():
            return
        case str():  # with line breaks, and other control characters shown
            lines = map(escape_controls, cell.replace("\r\n", "\n").split("\n"))
            looks.put_text(sheet, row, column, "\n".join(lines), alignment=alignment)
        case Percentage(share):
            sheet.cell(row, column, share).number_format = "0.##%"
        case float() if math.isfinite(cell):
            sheet.cell(row, column, cell)
        case FormulaError() | float():
            looks.put_text(sheet, row, column, text_of(cell))
        case _:
            sheet.cell(row, column, cell)


def _group_by_cell(problems: Iterable[Problem], sheet_by_name: Sheets) -> dict[tuple[str, str], list[Problem]]:
    """Return the problems of each cell; those in a merged area belong to its first cell, the visible one."""
    found: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        sheet = sheet_by_name.get(problem.place.sheet)
        if sheet is not None and problem.place.cell:
            address = problem.place.cell
            area = next((area for area in sheet.merged_cells.ranges if address in area), None)
            shown = str(area.start_cell.coordinate) if area else address
            found.setdefault((sheet.title, shown), []).append(problem)
    return found


def _mark(sheet: Worksheet, address: str, problems: Sequence[Problem], language: Language) -> None:
    """Fill the cell and comment its problems, below a comment of the sender."""
    cell = sheet[address]
    cell.fill = FILL[Severity.ERROR if has_errors(problems) else Severity.WARNING]
    parts = [cell.comment.text] if cell.comment else []
    for problem in problems:
        severity, message, hint = map(language.say, (SEVERITY[problem.severity], problem.message, problem.hint))
        parts.append(f"{severity.capitalize()}: {escape_controls(message)}\n→ {escape_controls(hint)}")
    text = excel_style.storable("\n\n".join(parts))[:MAX_COMMENT]
    lines = sum(1 + len(line) // LINE_CHARACTERS for line in text.split("\n"))
    cell.comment = Comment(text, AUTHOR, width=COMMENT_WIDTH, height=min(420, LINE_PIXELS * (lines + 1)))


def _fill_list(
    sheet: Worksheet,
    file: str,
    problems: Sequence[Problem],
    sheet_by_name: Sheets,
    language: Language,
    note: Phrase | None,
) -> None:
    """Write all problems of a file, errors first. `note` explains why nothing else of the file was copied."""
    looks.set_widths(sheet, WIDTHS)
    shown = errors_first(problems)[:MAX_LISTED]
    lines = list(_head(file, problems, note))
    for row, (line, font) in enumerate(lines, start=1):
        text = escape_controls(language.say(line))
        looks.put_text(sheet, row, 1, text, looks.TEXT).font = font
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(WIDTHS))
        looks.fit_row(sheet, row, [(text, sum(WIDTHS))], font.size)
    top = len(lines) + 2
    headings = [language.say(heading) for heading in HEADINGS if heading is not HEADINGS[FILE]]
    for column, heading in enumerate(headings, start=1):
        headed = looks.put_text(sheet, top, column, heading, looks.CENTRED)
        headed.font, headed.border, headed.fill = looks.BOLD, looks.GRID, looks.HEADING
    looks.fit_row(sheet, top, zip(headings, WIDTHS, strict=True))
    styles: dict[tuple[int, Severity, bool], Any] = {}
    for row, problem in enumerate(shown, top + 1):
        target = sheet_by_name.get(problem.place.sheet)
        severity, code, _, name, *others = map(language.say, listed(problem))
        name = name or (target.title if target else "")
        texts = list(map(escape_controls, (severity, code, name, *others)))
        for column, text in enumerate(texts, start=1):
            is_link = target is not None and target.sheet_state == "visible" and text != "" and column in (SHEET, CELL)
            key = (column, problem.severity, is_link)
            cell: Any = sheet.cell(row, column)
            if key not in styles:  # styling a cell takes most of the time: once per look
                cell.font, cell.border = looks.LINK if is_link else looks.USUAL, looks.GRID
                cell.alignment = looks.CENTRED if column in (1, CELL) else looks.TEXT
                if column == 1:
                    cell.fill = FILL[problem.severity]
                styles[key] = copy(cell._style)
            cell._style = copy(styles[key])
            looks.put_text(sheet, row, column, text)
            if target and is_link:
                cell.hyperlink = _link(target, problem.place, column)
        looks.fit_row(sheet, row, zip(texts, WIDTHS, strict=True))
    sheet.freeze_panes = f"A{top + 1}"
    if shown:
        sheet.auto_filter.ref = f"A{top}:G{top + len(shown)}"
    sheet.print_title_rows = f"{top}:{top}"
    looks.print_on_a4(sheet)


def _head(file: str, problems: Sequence[Problem], note: Phrase | None) -> Iterator[tuple[Phrase, Font]]:
    yield phrase("What to correct in {file}", file=PurePath(file).name), looks.TITLE
    errors = plural("{count} error", "{count} errors", count := error_count(problems))
    warnings = plural("{count} warning", "{count} warnings", len(problems) - count)
    counted = phrase("{errors}, {warnings}.", errors=errors, warnings=warnings)
    yield counted if problems else phrase("No problem was found."), looks.BOLD
    marks = phrase("Red cells hold an error and must be corrected; amber cells were read in a way to be confirmed.")
    yield note or marks, looks.ITALIC
    if len(problems) > MAX_LISTED:
        yield phrase("Only the first {count} are listed here.", count=MAX_LISTED), looks.ITALIC


def _link(target: Worksheet, place: Place, column: int) -> Hyperlink:
    """Return a link inside the workbook; an apostrophe in the sheet's name is written twice."""
    name = target.title.replace("'", "''")
    address = place.cell if place.cell and column == CELL else f"A{place.row or 1}"
    return Hyperlink(ref="", location=f"'{name}'!{address}")
