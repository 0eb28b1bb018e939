"""The blank return of one unit: items down, numbered, with their measure; the figure in the last column."""

from itertools import groupby

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from gbv_kpi.blank_return.answers import lock, open_answers
from gbv_kpi.blank_return.frame import ITEM, MEASURE, NUMBERING, VALUE, add_signatures, add_title
from gbv_kpi.blank_return.request import Request
from gbv_kpi.excel_style.cells import CENTRED, GRID, HEADING, TEXT, fit_row, font, print_on_a4, put_text, set_widths
from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.plan import ReturnField, Unit


def fill_form(sheet: Worksheet, request: Request, unit: Unit) -> None:
    """The whole sheet of one unit: title, items in sections, signatures."""
    widths = [6.0, 44.0, 38.0, 14.0, 15.0] if request.beside else [6.0, 62.0, 14.0, 16.0]
    set_widths(sheet, widths)
    top = add_title(sheet, request, unit, widths)
    say, last_column = request.language.say, len(widths)
    second = [request.beside.say(ITEM)] if request.beside else []
    _write(sheet, top, [say(NUMBERING), say(ITEM), *second, say(MEASURE), say(VALUE)], widths, heading=True)
    row = top
    rows: dict[str, int] = {}
    for number, (section, fields) in enumerate(groupby(request.fields, key=lambda field: _section(field, request)), 1):
        row += 1
        _write(sheet, row, [str(number), section, *([""] * (last_column - 2))], widths, bold=True)
        for item, field in enumerate(fields, start=1):
            row += 1
            rows[field.id] = row
            beside = [request.beside.say(field.label)] if request.beside else []
            texts = [f"{number}.{item}", say(field.label), *beside, request.measure(field), ""]
            _write(sheet, row, texts, widths)
    letter = get_column_letter(last_column)
    open_answers(sheet, request, {name: f"{letter}{at}" for name, at in rows.items()})
    add_signatures(sheet, request, row + 2, (2, 2), (last_column - 1, last_column))
    sheet.freeze_panes = f"A{top + 1}"
    print_on_a4(sheet, "portrait", f"{top}:{top}")
    sheet.print_area = f"A1:{letter}{row + 8}"
    lock(sheet)


def _section(field: ReturnField, request: Request) -> str:
    """The upper heading of a field; that it may be left blank stands behind it."""
    upper, _ = request.levels(field)
    heading: Phrase | str = phrase("{heading} (may be left blank)", heading=upper) if field.optional else upper
    return request.language.say(heading)


def _write(
    sheet: Worksheet, row: int, texts: list[str], widths: list[float], *, heading: bool = False, bold: bool = False
) -> None:
    """One row of the form with its grid; only the column of items, and a second language's, reads as text."""
    for column, text in enumerate(texts, start=1):
        cell = put_text(sheet, row, column, text) if text else sheet.cell(row, column)
        wide = widths[column - 1] > 20
        cell.font = font(bold=heading or bold, italic=column == 3 and wide and not heading)
        cell.border = GRID
        cell.alignment = TEXT if wide and not heading else CENTRED
        if heading:
            cell.fill = HEADING
    fit_row(sheet, row, zip(texts, widths, strict=True), at_least=20)
