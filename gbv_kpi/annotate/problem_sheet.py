"""A sheet that lists problems: where each stands, with a link to its cell, and how to mend it."""

from collections.abc import Mapping, Sequence
from copy import copy
from pathlib import PurePath
from typing import Any

from openpyxl.styles import Font
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from gbv_kpi.console import escape_controls
from gbv_kpi.excel_style.cells import (
    AMBER,
    CENTRED,
    GRID,
    HEADING,
    RED,
    TEXT,
    fit_row,
    font,
    print_on_a4,
    put_text,
    set_widths,
)
from gbv_kpi.i18n import Language, Phrase, phrase, plural
from gbv_kpi.problems import Problem, Severity
from gbv_kpi.render.problem_groups import SEVERITY

FILL = {Severity.ERROR: RED, Severity.WARNING: AMBER}
WIDTHS = (11.0, 20.0, 18.0, 9.0, 22.0, 58.0, 48.0)
_HEADINGS = (
    phrase("Severity"),
    phrase("Code"),
    phrase("Sheet"),
    phrase("Cell"),
    phrase("Unit, year"),
    phrase("What was found"),
    phrase("How to correct it"),
)
_SHEET, _CELL = 3, 4
MAX_LISTED = 5000

Look = tuple[int, Severity, bool]  # column, severity, whether it is a link
LINK = Font(name="Times New Roman", size=12, color="0563C1", underline="single")


def fill_summary(
    sheet: Worksheet,
    file: str,
    problems: Sequence[Problem],
    sheet_by_name: Mapping[str | None, Worksheet],
    language: Language,
    note: Phrase | None,
) -> None:
    """All problems of a file, errors first. `note` says why nothing else of the file is in the workbook."""
    say = language.say
    set_widths(sheet, WIDTHS)
    listed = sorted(problems, key=lambda problem: problem.severity is not Severity.ERROR)[:MAX_LISTED]
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    warnings = len(problems) - errors
    counted = phrase(
        "{errors}, {warnings}.",
        errors=plural("{count} error", "{count} errors", errors),
        warnings=plural("{count} warning", "{count} warnings", warnings),
    )
    marks = phrase("Red cells hold an error and must be corrected; amber cells were read in a way to be confirmed.")
    lines: list[tuple[Phrase, Font]] = [
        (phrase("What to correct in {file}", file=PurePath(file).name), font(14, bold=True)),
        (counted if problems else phrase("No problem was found."), font(bold=True)),
        (note or marks, font(italic=True)),
    ]
    if len(listed) < len(problems):
        lines.append((phrase("Only the first {count} are listed here.", count=len(listed)), font(italic=True)))
    for row, (line, style) in enumerate(lines, start=1):
        text = escape_controls(say(line))
        put_text(sheet, row, 1, text, style, TEXT)
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(WIDTHS))
        fit_row(sheet, row, [(text, sum(WIDTHS))], style.size)
    top = len(lines) + 2
    for column, heading in enumerate(_HEADINGS, start=1):
        cell = put_text(sheet, top, column, say(heading), font(bold=True), CENTRED)
        cell.border, cell.fill = GRID, HEADING
    looks: dict[Look, Any] = {}
    for row, problem in enumerate(listed, top + 1):
        _write(sheet, row, problem, sheet_by_name.get(problem.place.sheet), language, looks)
    sheet.freeze_panes = f"A{top + 1}"
    if listed:
        sheet.auto_filter.ref = f"A{top}:G{top + len(listed)}"
    print_on_a4(sheet, "landscape", f"{top}:{top}")


def _write(
    sheet: Worksheet,
    row: int,
    problem: Problem,
    target: Worksheet | None,
    language: Language,
    looks: dict[Look, Any],
) -> None:
    say, place = language.say, problem.place
    spot = place.cell or (say(phrase("row {row}", row=str(place.row))) if place.row else "")
    texts = [
        say(SEVERITY[problem.severity]),
        problem.code,
        place.sheet or (target.title if target else ""),
        spot,
        ", ".join(part for part in (problem.unit_name, str(problem.year or "")) if part),
        say(problem.message),
        say(problem.hint),
    ]
    texts = [escape_controls(text) for text in texts]
    reachable = target is not None and target.sheet_state == "visible"
    for column, text in enumerate(texts, start=1):
        linked = reachable and text != "" and column in (_SHEET, _CELL)
        _dress(sheet.cell(row, column), column, problem.severity, looks, linked=linked)
        cell = put_text(sheet, row, column, text)
        if target and linked:
            cell.hyperlink = _link(target, place.cell if place.cell and column == _CELL else f"A{place.row or 1}")
    fit_row(sheet, row, zip(texts, WIDTHS, strict=True))


def _dress(cell: Any, column: int, severity: Severity, looks: dict[Look, Any], *, linked: bool) -> None:
    """The look of a cell, worked out once for all cells that look the same: that is what takes the time."""
    look = (column, severity, linked)
    if look not in looks:
        cell.font, cell.border = LINK if linked else font(), GRID
        cell.alignment = CENTRED if column in (1, _CELL) else TEXT
        if column == 1:
            cell.fill = FILL[severity]
        looks[look] = copy(cell._style)
    cell._style = copy(looks[look])


def _link(target: Worksheet, address: str) -> Hyperlink:
    """A link inside the workbook; an apostrophe in the sheet's name is written twice."""
    name = target.title.replace("'", "''")
    return Hyperlink(ref="", location=f"'{name}'!{address}")
