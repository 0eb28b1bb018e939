"""The sheet that says what each field counts, in the plan's words.

`check` reads every sheet, so this one must not look like a return: beside the items it has columns for
measure and notes only, which never hold figures.
"""

from collections.abc import Iterator

from openpyxl.worksheet.worksheet import Worksheet

from gbv_kpi.blank_return.answers import lock
from gbv_kpi.blank_return.frame import ITEM, MEASURE, NOTE, NUMBERING
from gbv_kpi.blank_return.request import Request
from gbv_kpi.excel_style.cells import CENTRED, GRID, HEADING, TEXT, fit_row, font, print_on_a4, put_text, set_widths
from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.plan import ReturnField


def fill_guide(sheet: Worksheet, request: Request) -> None:
    """Rules for every answer, then each field with its measure, its whole and the indicators it serves."""
    say = request.language.say
    widths = [5.0, 38.0, 32.0, 13.0, 66.0] if request.beside else [5.0, 42.0, 14.0, 84.0]
    set_widths(sheet, widths)
    title = say(phrase("How to fill in the return of {year}", year=str(request.year)))
    put_text(sheet, 1, 1, title, font(14, bold=True), CENTRED)
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(widths))
    fit_row(sheet, 1, [(title, sum(widths))], 14)
    row = 1
    for row, rule in enumerate(_rules(request), start=2):
        text = "• " + say(rule)
        put_text(sheet, row, 1, text, font(), TEXT)
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(widths))
        fit_row(sheet, row, [(text, sum(widths))])
    top = row + 2  # a blank row keeps the rules out of the header
    second = [request.beside.say(ITEM)] if request.beside else []
    headings = [say(NUMBERING), say(ITEM), *second, say(MEASURE), say(NOTE)]
    _write(sheet, top, headings, widths, heading=True)
    for number, field in enumerate(request.fields, start=1):
        beside = [request.beside.say(field.label)] if request.beside else []
        notes = "\n".join(say(note) for note in _notes(field, request))
        _write(sheet, top + number, [str(number), say(field.label), *beside, request.measure(field), notes], widths)
    sheet.freeze_panes = f"A{top + 1}"
    print_on_a4(sheet, "landscape", f"{top}:{top}")
    lock(sheet)


def _rules(request: Request) -> Iterator[Phrase]:
    plan, year = request.plan, request.year
    yield phrase("Fill in the coloured cells; all others are locked.")
    yield phrase(
        "If there were none, write 0. If the number is unknown, leave the cell blank: you will be asked for it."
    )
    yield phrase("Write whole numbers in digits, without separators, words or percentages.")
    yield phrase("A part never exceeds its whole. People, cases and places are counted separately, never added up.")
    yield phrase("A return contains counts only: no names, dates of birth, telephone numbers or addresses.")
    if reason := plan.reporting_date_reason.get(year):
        day = f"{plan.reporting_day(year):%d/%m/%Y}"
        yield phrase("The units for {year} are those of {day}. {reason}", year=str(year), day=day, reason=reason)


def _notes(field: ReturnField, request: Request) -> Iterator[Phrase]:
    """What a field is a part of, whether it may be left blank, and the words of the plan it serves."""
    by_id = request.plan.field_by_id
    if field.part_of:
        yield phrase("Part of “{whole}”, so it never exceeds it.", whole=by_id[field.part_of].label)
    if field.form_of:
        yield phrase("A case that received several forms of help counts under each of them.")
    if field.optional:
        yield phrase("May be left blank.")
    for indicator in request.served(field):
        if indicator.quote:
            yield phrase("{indicator}: “{quote}”", indicator=indicator.title, quote=indicator.quote)
        if indicator.note:
            yield phrase("{indicator}: {note}", indicator=indicator.title, note=indicator.note)


def _write(sheet: Worksheet, row: int, texts: list[str], widths: list[float], *, heading: bool = False) -> None:
    for column, text in enumerate(texts, start=1):
        narrow = widths[column - 1] < 20
        cell = put_text(sheet, row, column, text, font(bold=heading), CENTRED if heading or narrow else TEXT)
        cell.border = GRID
        if heading:
            cell.fill = HEADING
    fit_row(sheet, row, zip(texts, widths, strict=True))
