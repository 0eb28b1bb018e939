"""Write the sheet of problems: place, link to the cell, and how to correct it."""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from pathlib import PurePath
from typing import Any

from openpyxl.cell.cell import Cell
from openpyxl.styles import Font
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from gbv_kpi.console import escape_controls
from gbv_kpi.excel_style import cells as looks
from gbv_kpi.i18n import Language, Phrase, phrase, plural
from gbv_kpi.problems import Place, Problem, Severity
from gbv_kpi.render.problems import HEADINGS, listed

FILL = {Severity.ERROR: looks.RED, Severity.WARNING: looks.AMBER}
WIDTHS = (11.0, 20.0, 18.0, 9.0, 22.0, 58.0, 48.0)
_FILE = 2  # column of `HEADINGS`, from 0, left out here: the whole list is about one file
_SHEET, _CELL = 3, 4
MAX_LISTED = 5000

LINK = Font(name="Times New Roman", size=12, color="0563C1", underline="single")


def fill_summary(
    sheet: Worksheet,
    file: str,
    problems: Sequence[Problem],
    sheet_by_name: Mapping[str | None, Worksheet],
    language: Language,
    note: Phrase | None,
) -> None:
    """Write all problems of a file, errors first. `note` explains why nothing else of the file was copied."""
    looks.set_widths(sheet, WIDTHS)
    listed = sorted(problems, key=lambda problem: problem.severity is not Severity.ERROR)[:MAX_LISTED]
    lines = list(_head(file, problems, note))
    for row, (line, style) in enumerate(lines, start=1):
        looks.put_line(sheet, row, escape_controls(language.say(line)), WIDTHS, style)
    top = len(lines) + 2
    headings = [language.say(heading) for heading in HEADINGS if heading is not HEADINGS[_FILE]]
    looks.put_row(sheet, top, headings, WIDTHS, heading=True)
    styles: dict[tuple[int, Severity, bool], Any] = {}
    for row, problem in enumerate(listed, top + 1):
        target = sheet_by_name.get(problem.place.sheet)
        reachable = target is not None and target.sheet_state == "visible"
        texts = [escape_controls(text) for text in _texts(problem, target, language)]
        for column, text in enumerate(texts, start=1):
            cell: Any = sheet.cell(row, column)
            linked = reachable and text != "" and column in (_SHEET, _CELL)
            key = (column, problem.severity, linked)
            if key not in styles:  # styling a cell takes most of the time: once per look
                _set_look(cell, *key)
                styles[key] = copy(cell._style)
            cell._style = copy(styles[key])
            looks.put_text(sheet, row, column, text)
            if target and linked:
                cell.hyperlink = _link(target, problem.place, column)
        looks.fit_row(sheet, row, zip(texts, WIDTHS, strict=True))
    sheet.freeze_panes = f"A{top + 1}"
    if listed:
        sheet.auto_filter.ref = f"A{top}:G{top + len(listed)}"
    looks.print_on_a4(sheet, "landscape", f"{top}:{top}")


def _head(file: str, problems: Sequence[Problem], note: Phrase | None) -> Iterator[tuple[Phrase, Font]]:
    yield phrase("What to correct in {file}", file=PurePath(file).name), looks.font(14, bold=True)
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    warnings = len(problems) - errors
    counted = phrase(
        "{errors}, {warnings}.",
        errors=plural("{count} error", "{count} errors", errors),
        warnings=plural("{count} warning", "{count} warnings", warnings),
    )
    yield counted if problems else phrase("No problem was found."), looks.font(bold=True)
    marks = phrase("Red cells hold an error and must be corrected; amber cells were read in a way to be confirmed.")
    yield note or marks, looks.font(italic=True)
    if len(problems) > MAX_LISTED:
        yield phrase("Only the first {count} are listed here.", count=MAX_LISTED), looks.font(italic=True)


def _texts(problem: Problem, target: Worksheet | None, language: Language) -> list[str]:
    severity, code, _, sheet, *others = map(language.say, listed(problem))
    return [severity, code, sheet or (target.title if target else ""), *others]


def _set_look(cell: Cell, column: int, severity: Severity, linked: bool) -> None:
    cell.font, cell.border = LINK if linked else looks.font(), looks.GRID
    cell.alignment = looks.CENTRED if column in (1, _CELL) else looks.TEXT
    if column == 1:
        cell.fill = FILL[severity]


def _link(target: Worksheet, place: Place, column: int) -> Hyperlink:
    """Return a link inside the workbook; an apostrophe in the sheet's name is written twice."""
    name = target.title.replace("'", "''")
    address = place.cell if place.cell and column == _CELL else f"A{place.row or 1}"
    return Hyperlink(ref="", location=f"'{name}'!{address}")
