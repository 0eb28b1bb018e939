"""A blank return as a workbook: what an office fills in, and `check` then reads without a problem."""

import io
from collections.abc import Iterator
from itertools import groupby
from typing import Literal

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from gbv_kpi.blank_return.parts import (
    GUIDE,
    ITEM,
    MEASURE,
    NOTE,
    NUMBERING,
    VALUE,
    add_signatures,
    add_title,
    lock,
    open_answers,
)
from gbv_kpi.blank_return.request import Request
from gbv_kpi.blank_return.table import fill_table
from gbv_kpi.excel_style.cells import CENTRED, fit_row, font, print_on_a4, put_line, put_row, set_widths
from gbv_kpi.excel_style.paper import MAX_TITLE, sheet_title
from gbv_kpi.i18n import Bilingual, Phrase, phrase
from gbv_kpi.plan import ReturnField, Unit

_TABLE = Bilingual("Báo cáo", "Return")
ROW_HEIGHT = 20  # points, at least, of a row of the form


def blank_return(request: Request, layout: Literal["table", "form"]) -> bytes:
    """Return the workbook: one table of all units, or a form on a sheet of its own for each; the guide last."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "gbv-kpi"
    book.properties.title = f"{request.plan.number} {request.year}"
    if layout == "table":
        fill_table(book.create_sheet(request.language.say(_TABLE)), request)
    else:
        for unit in request.units:
            _fill_form(book.create_sheet(_form_title(unit, book.sheetnames)), request, unit)
    _fill_guide(book.create_sheet(sheet_title(request.language.say(GUIDE), book.sheetnames)), request)
    book.active = 0
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _form_title(unit: Unit, taken: list[str]) -> str:
    """Return the unit's name; its code where the name is too long or taken: part of a name may be another unit's."""
    fits = len(unit.name) <= MAX_TITLE and sheet_title(unit.name, taken) == unit.name
    return unit.name if fits else sheet_title(unit.code, taken)


def _fill_form(sheet: Worksheet, request: Request, unit: Unit) -> None:
    """Write the sheet of one unit: title, numbered items in sections with their measure and answer, signatures."""
    say, second = request.language.say, request.second
    widths = [6.0, 44.0, 38.0, 14.0, 15.0] if second else [6.0, 62.0, 14.0, 16.0]
    set_widths(sheet, widths)
    row = top = add_title(sheet, request, unit, widths)
    _put_item(sheet, row, (say(NUMBERING), ITEM, say(MEASURE), say(VALUE)), widths, request, heading=True)
    letter = get_column_letter(len(widths))
    answer_by_field: dict[str, str] = {}
    sections = groupby(request.fields, key=lambda field: _section(field, request))
    for number, (section, fields) in enumerate(sections, start=1):
        row += 1
        put_row(sheet, row, [str(number), section, *[""] * (len(widths) - 2)], widths, bold=True)
        fit_row(sheet, row, [(section, widths[1])], at_least=ROW_HEIGHT)
        for item, field in enumerate(fields, start=1):
            row += 1
            answer_by_field[field.id] = f"{letter}{row}"
            _put_item(sheet, row, (f"{number}.{item}", field.label, request.measure(field), ""), widths, request)
            if second:
                sheet.cell(row, 3).font = font(italic=True)
    open_answers(sheet, request, answer_by_field)
    add_signatures(sheet, request, row + 2, (2, 2), (len(widths) - 1, len(widths)))
    sheet.freeze_panes = f"A{top + 1}"
    print_on_a4(sheet, "portrait", f"{top}:{top}")
    sheet.print_area = f"A1:{letter}{row + 8}"
    lock(sheet)


def _section(field: ReturnField, request: Request) -> str:
    """Return the upper heading of a field, and whether it may be left blank."""
    upper, _ = request.levels(field)
    heading: Phrase | str = phrase("{heading} (may be left blank)", heading=upper) if field.optional else upper
    return request.language.say(heading)


def _fill_guide(sheet: Worksheet, request: Request) -> None:
    """Write rules for every answer, then each field with its measure, its whole and the indicators it serves.

    `check` reads every sheet, so this one must not look like a return: its columns never hold figures.
    """
    say = request.language.say
    widths = [5.0, 38.0, 32.0, 13.0, 66.0] if request.second else [5.0, 42.0, 14.0, 84.0]
    set_widths(sheet, widths)
    title = say(phrase("How to fill in the return of {year}", year=str(request.year)))
    put_line(sheet, 1, title, widths, font(14, bold=True), CENTRED)
    rules = list(_rules(request))
    for row, rule in enumerate(rules, start=2):
        put_line(sheet, row, f"• {say(rule)}", widths, font())
    top = len(rules) + 3  # a blank row keeps the rules out of the header
    _put_item(sheet, top, (say(NUMBERING), ITEM, say(MEASURE), say(NOTE)), widths, request, heading=True, at_least=0)
    for number, field in enumerate(request.fields, start=1):
        notes = "\n".join(say(note) for note in _notes(field, request))
        texts = (str(number), field.label, request.measure(field), notes)
        _put_item(sheet, top + number, texts, widths, request, at_least=0)
    sheet.freeze_panes = f"A{top + 1}"
    print_on_a4(sheet, "landscape", f"{top}:{top}")
    lock(sheet)


def _put_item(
    sheet: Worksheet,
    row: int,
    texts: tuple[str, Bilingual, str, str],
    widths: list[float],
    request: Request,
    *,
    heading: bool = False,
    at_least: float = ROW_HEIGHT,
) -> None:
    """Write a row of number, item, measure and answer or note, the item in each language of the return."""
    number, item, *rest = texts
    items = [language.say(item) for language in request.languages]
    cells = [number, *items, *rest]
    put_row(sheet, row, cells, widths, heading=heading)
    fit_row(sheet, row, zip(cells, widths, strict=True), at_least=at_least)


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
    """Yield what a field is a part of, whether it may be left blank, and the words of the plan it serves."""
    if field.part_of:
        yield phrase("Part of “{whole}”, so it never exceeds it.", whole=request.plan.field_by_id[field.part_of].label)
    if field.form_of:
        yield phrase("A case that received several forms of help counts under each of them.")
    if field.optional:
        yield phrase("May be left blank.")
    for indicator in request.plan.all_indicators:
        if field.id in (*indicator.numerator, *indicator.denominator):
            if indicator.quote:
                yield phrase("{indicator}: “{quote}”", indicator=indicator.title, quote=indicator.quote)
            if indicator.note:
                yield phrase("{indicator}: {note}", indicator=indicator.title, note=indicator.note)
