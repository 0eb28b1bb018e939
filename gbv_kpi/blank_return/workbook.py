"""Write a blank return, a table or forms, which `check` reads without a problem once filled in."""

import io
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from gbv_kpi.blank_return import request as labels
from gbv_kpi.blank_return.answers import lock, open_answers, unlock
from gbv_kpi.blank_return.request import BlankReturn, Layout
from gbv_kpi.excel_style import cells as looks
from gbv_kpi.excel_style.paper import MAX_TITLE, sheet_title
from gbv_kpi.i18n import Bilingual, Phrase, phrase
from gbv_kpi.plan import ReturnField, Unit
from gbv_kpi.render import jinja

ROW_HEIGHT = 20  # points, at least, of a row
FRAME = 2  # the columns before the figures: number and unit
BLANK_ROWS, LONG_NAME = 30, 30  # for units that the plan does not name
PAGE_WIDTH = 105  # of the columns on a landscape A4 page at full size: LibreOffice takes fewer than Excel
SIGNED_COLUMNS = 6  # the columns over which the head of the unit signs


def blank_return(request: BlankReturn, layout: Layout) -> bytes:
    """Return the workbook: one table of all units, or a form on a sheet of its own for each; the guide last."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "gbv-kpi"
    book.properties.title = f"{request.plan.number} {request.year}"
    if layout == "table":
        _fill_table(book.create_sheet(request.language.say(labels.TABLE)), request)
    else:
        for unit in request.units:
            _fill_form(book.create_sheet(_form_title(unit, book.sheetnames)), request, unit)
    _fill_guide(book.create_sheet(sheet_title(request.language.say(labels.GUIDE), book.sheetnames)), request)
    book.active = 0
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _fill_table(sheet: Worksheet, request: BlankReturn) -> None:
    """Write the table: title, two-level header, a row for each unit, a total by formula, signatures.

    Without units there are blank rows, for names too.
    """
    fields = request.fields
    names = [unit.name for unit in request.units] or [""] * BLANK_ROWS
    longest = max(map(len, names)) or LONG_NAME
    widths = [5.0, min(32.0, max(18.0, longest * 1.15)), *(_width(field, request) for field in fields)]
    looks.set_widths(sheet, widths)
    unit = request.units[0] if len(request.units) == 1 else None
    last_column = FRAME + len(fields)
    on_first_page = _columns_of_first_page(request, widths)
    top = _add_title(sheet, request, unit, widths[:on_first_page], FRAME + 1 if on_first_page < last_column else 1)
    first = _fill_header(sheet, request, top, widths)
    last = first + len(names) - 1
    for row, name in enumerate(names, start=first):
        if name:
            sheet.cell(row, 1, row - first + 1)
            looks.put_text(sheet, row, 2, name)
        _style_row(sheet, row, last_column)
        looks.fit_row(sheet, row, [(name, widths[1])], at_least=ROW_HEIGHT)
    columns = {field.id: get_column_letter(FRAME + number) for number, field in enumerate(fields, start=1)}
    if unit is None:
        looks.put_text(sheet, last + 1, 2, request.language.say(labels.TOTAL))
        for letter in columns.values():
            sheet[f"{letter}{last + 1}"] = f"=SUM({letter}{first}:{letter}{last})"
        _style_row(sheet, last + 1, last_column, bold=True)
        looks.fit_row(sheet, last + 1, (), at_least=ROW_HEIGHT)
    if not request.units:
        unlock(sheet, f"B{first}:B{last}")
    open_answers(sheet, request, {name: f"{letter}{first}:{letter}{last}" for name, letter in columns.items()})
    head = (max(FRAME + 4, on_first_page - SIGNED_COLUMNS + 1), on_first_page)
    _add_signatures(sheet, request, last + 3, (FRAME + 1, FRAME + 3), head)
    sheet.freeze_panes = f"{get_column_letter(FRAME + 1)}{first}"
    looks.print_on_a4(sheet, "landscape", f"{top}:{first - 1}")
    if on_first_page < last_column:
        _print_on_two_pages(sheet, on_first_page, widths)
    sheet.print_area = f"A1:{get_column_letter(last_column)}{last + 8}"
    lock(sheet)


def _columns_of_first_page(request: BlankReturn, widths: Sequence[float]) -> int:
    """Return the number of columns on the first page: in a wide table the required ones."""
    required = FRAME + sum(not field.optional for field in request.fields)
    is_wide = sum(widths) > 2 * PAGE_WIDTH
    return required if is_wide and required > FRAME + 4 else len(widths)


def _print_on_two_pages(sheet: Worksheet, first_page: int, widths: Sequence[float]) -> None:
    """Break the page behind the columns of the first one, and repeat number and unit on the second."""
    sheet.print_title_cols = f"A:{get_column_letter(FRAME)}"
    sheet.col_breaks.append(Break(id=first_page))
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=False)  # else the break is ignored
    widest = max(sum(widths[:first_page]), sum(widths[:FRAME]) + sum(widths[first_page:]))
    sheet.page_setup.scale = min(100, int(100 * PAGE_WIDTH / widest))


def _fill_header(sheet: Worksheet, request: BlankReturn, top: int, widths: Sequence[float]) -> int:
    """Write the header from row `top` on; return the first row below it.

    Above the two levels of a field the header says whether it is required, below them are the labels in a second
    language: `check` reads both.
    """
    fields, say = request.fields, request.language.say
    bands = [say(phrase("May be left blank") if field.optional else phrase("To be filled in")) for field in fields]
    upper_texts, lower_texts = zip(*(request.levels(field) for field in fields), strict=True)
    upper, lower = top + 1, top + 2
    rows = [["", "", *bands], [say(labels.NUMBERING), say(labels.UNIT), *upper_texts], ["", "", *lower_texts]]
    if request.second:
        rows.append(
            [request.second.say(words) for words in (labels.NUMBERING, labels.UNIT, *(field.label for field in fields))]
        )
    for row, texts in enumerate(rows, start=top):
        for column, text in enumerate(texts, start=1):
            looks.put_text(sheet, row, column, text)
    bottom = top + len(rows) - 1
    for column, number in enumerate(("A", "B", *range(1, len(fields) + 1)), start=1):
        sheet.cell(bottom + 1, column, number)
    looks.fit_row(sheet, bottom, zip(rows[-1], widths, strict=True), size=10)
    looks.fit_row(sheet, lower, zip(lower_texts, widths[FRAME:], strict=True))
    sheet.merge_cells(start_row=top, end_row=top, start_column=1, end_column=FRAME)
    _merge_equal(sheet, top, bands, widths)
    _merge_equal(sheet, upper, upper_texts, widths)
    for column, text in enumerate(rows[2], start=1):
        if not text:
            sheet.merge_cells(start_row=upper, end_row=lower, start_column=column, end_column=column)
    for row in range(top, bottom + 2):
        style = looks.font(11.5, bold=True) if row <= lower else looks.font(10, italic=True)
        for column in range(1, FRAME + len(fields) + 1):
            cell = sheet.cell(row, column)
            cell.border, cell.fill, cell.alignment, cell.font = looks.GRID, looks.HEADING, looks.CENTRED, style
    return bottom + 2


def _width(field: ReturnField, request: BlankReturn) -> float:
    """Return a width for the longest word of a field's headings, which cannot be wrapped."""
    _, lower = request.levels(field)
    words = [*lower.split(), *(request.second.say(field.label).split() if request.second else ())]
    return max(8.5, 1.05 * max(map(len, words), default=0) + 1.5)


def _merge_equal(sheet: Worksheet, row: int, texts: Sequence[str], widths: Sequence[float]) -> None:
    """Merge the cells of equal adjacent texts, and fit the row to the longest."""
    column = FRAME + 1
    needed = []
    for text, group in groupby(texts):
        last = column + len(list(group)) - 1
        if last > column:
            sheet.merge_cells(start_row=row, end_row=row, start_column=column, end_column=last)
        needed.append((text, sum(widths[column - 1 : last])))
        column = last + 1
    looks.fit_row(sheet, row, needed)


def _style_row(sheet: Worksheet, row: int, last_column: int, *, bold: bool = False) -> None:
    for column in range(1, last_column + 1):
        cell = sheet.cell(row, column)
        if isinstance(cell, Cell):
            cell.border, cell.font = looks.GRID, looks.font(bold=bold)
            cell.alignment = looks.TEXT if column == FRAME else looks.CENTRED
            cell.number_format = "0"


def _form_title(unit: Unit, taken: list[str]) -> str:
    """Return the unit's name, or its code where the name is too long or taken: a cut name may be another unit's."""
    fits = len(unit.name) <= MAX_TITLE and sheet_title(unit.name, taken) == unit.name
    return unit.name if fits else sheet_title(unit.code, taken)


def _fill_form(sheet: Worksheet, request: BlankReturn, unit: Unit) -> None:
    """Write the sheet of one unit: title, numbered items in sections with their measure and answer, signatures."""
    second = request.second
    widths = [6.0, 44.0, 38.0, 14.0, 15.0] if second else [6.0, 62.0, 14.0, 16.0]
    looks.set_widths(sheet, widths)
    row = top = _add_title(sheet, request, unit, widths)
    _put_headings(sheet, row, labels.VALUE, widths, request, ROW_HEIGHT)
    letter = get_column_letter(len(widths))
    answer_by_field: dict[str, str] = {}
    sections = groupby(request.fields, key=lambda field: _section(field, request))
    for number, (section, fields) in enumerate(sections, start=1):
        row += 1
        texts = [str(number), section, *[""] * (len(widths) - 2)]
        looks.put_row(sheet, row, texts, widths, looks.font(bold=True), at_least=ROW_HEIGHT)
        for item, field in enumerate(fields, start=1):
            row += 1
            answer_by_field[field.id] = f"{letter}{row}"
            texts = _item(f"{number}.{item}", field, "", request)
            looks.put_row(sheet, row, texts, widths, looks.font(), at_least=ROW_HEIGHT)
            if second:
                sheet.cell(row, 3).font = looks.font(italic=True)
    open_answers(sheet, request, answer_by_field)
    _add_signatures(sheet, request, row + 2, (2, 2), (len(widths) - 1, len(widths)))
    sheet.freeze_panes = f"A{top + 1}"
    looks.print_on_a4(sheet, "portrait", f"{top}:{top}")
    sheet.print_area = f"A1:{letter}{row + 8}"
    lock(sheet)


def _section(field: ReturnField, request: BlankReturn) -> str:
    """Return the upper heading of a field, and whether it may be left blank."""
    upper, _ = request.levels(field)
    heading: Phrase | str = phrase("{heading} (may be left blank)", heading=upper) if field.optional else upper
    return request.language.say(heading)


def _fill_guide(sheet: Worksheet, request: BlankReturn) -> None:
    """Write rules for every answer, then each field with its measure, its whole and the indicators it serves.

    `check` reads every sheet, so this one must not look like a return: its columns never hold figures.
    """
    widths = [5.0, 38.0, 32.0, 13.0, 66.0] if request.second else [5.0, 42.0, 14.0, 84.0]
    looks.set_widths(sheet, widths)
    title = request.language.say(phrase("How to fill in the return of {year}", year=str(request.year)))
    looks.put_line(sheet, 1, title, widths, looks.font(14, bold=True), looks.CENTRED)
    environment = jinja.environment(jinja.TEXTS, request.language, escape=str)
    known = {"plan": request.plan, "year": request.year}
    guide: Any = environment.get_template("return-guide.txt.j2").make_module(known)
    rules = guide.rules().splitlines()
    for row, rule in enumerate(rules, start=2):
        looks.put_line(sheet, row, f"• {rule}", widths, looks.font())
    top = len(rules) + 3  # a blank row keeps the rules out of the header
    _put_headings(sheet, top, labels.NOTE, widths, request)
    for number, field in enumerate(request.fields, start=1):
        texts = _item(str(number), field, str(guide.notes(field)).rstrip(), request)
        looks.put_row(sheet, top + number, texts, widths, looks.font())
    sheet.freeze_panes = f"A{top + 1}"
    looks.print_on_a4(sheet, "landscape", f"{top}:{top}")
    lock(sheet)


def _put_headings(
    sheet: Worksheet, row: int, last: Bilingual, widths: list[float], request: BlankReturn, at_least: float = 0
) -> None:
    """Write the headings over items; `last` is that of the answers or notes."""
    say = request.language.say
    items = [language.say(labels.ITEM) for language in request.languages]
    texts = [say(labels.NUMBERING), *items, say(labels.MEASURE), say(last)]
    looks.put_row(sheet, row, texts, widths, looks.font(bold=True), heading=True, at_least=at_least)


def _item(number: str, field: ReturnField, note: str, request: BlankReturn) -> list[str]:
    """Return the row of a field: number, label in each language of the return, measure, and answer or note."""
    return [number, *(language.say(field.label) for language in request.languages), request.measure(field), note]


def _add_title(
    sheet: Worksheet, request: BlankReturn, unit: Unit | None, widths: Sequence[float], first_column: int = 1
) -> int:
    """Write the title block from row 1 on; return the first free row after a blank one.

    `unit` is the reporting unit, None for a table of several.
    """
    say, plan = request.language.say, request.plan
    lead = plan.agency("lead", plan.reporting_day(request.year))
    bodies = [(labels.REPORTING, unit.name, looks.font(bold=True))] if unit else []
    bodies += [(labels.RECEIVING, say(lead.name), looks.font())] if lead else []
    for row, (label, name, style) in enumerate(bodies, start=1):
        looks.put_text(sheet, row, 1, f"{say(label)}: {name}", style, looks.ACROSS)
    hint = phrase(
        "Fill in the coloured cells only: 0 if there were none, blank if unknown. See sheet “{guide}”.",
        guide=labels.GUIDE,
    )
    lines = (
        (say(phrase("Return on plan {number}", number=plan.number)).upper(), looks.font(14, bold=True)),
        (say(plan.title), looks.font(13, bold=True)),
        (f"{say(labels.YEAR)} {request.year}", looks.font(13, bold=True)),
        (say(hint), looks.font(11, italic=True)),
    )
    for row, (text, style) in enumerate(lines, start=len(bodies) + 1):
        looks.put_line(sheet, row, text, widths, style, looks.CENTRED, first_column)
    return len(bodies) + len(lines) + 2


def _add_signatures(
    sheet: Worksheet, request: BlankReturn, row: int, prepared: tuple[int, int], head: tuple[int, int]
) -> None:
    """Write date and signatures, in columns where `check` expects neither a unit nor a figure.

    `prepared` and `head` are the first and last columns of the preparer's and of the head's signature.
    """
    bold = looks.font(bold=True)
    for line, (first, last), label, style in (
        (row, head, labels.DATE, looks.font(italic=True)),
        (row + 1, head, labels.HEAD, bold),
        (row + 1, prepared, labels.PREPARED, bold),
    ):
        looks.put_text(sheet, line, first, request.language.say(label), style, looks.CENTRED)
        if last > first:
            sheet.merge_cells(start_row=line, end_row=line, start_column=first, end_column=last)
