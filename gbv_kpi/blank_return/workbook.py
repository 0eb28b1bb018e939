"""Write a blank return, a table or forms, which `check` reads without a problem once filled in."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from gbv_kpi import excel_style
from gbv_kpi.blank_return import request as labels
from gbv_kpi.blank_return.request import BlankReturn, Layout
from gbv_kpi.i18n import Bilingual, Phrase, phrase
from gbv_kpi.plan import ReturnField, Unit
from gbv_kpi.render import jinja
from gbv_kpi.render.formatting import document_title
from gbv_kpi.render.xlsx.book import (
    BOLD,
    CENTRED,
    GRID,
    HEADING,
    PLAIN,
    TITLE,
    Area,
    Book,
    Cell,
    Line,
    Look,
    Page,
    spaced,
)

ROW_HEIGHT = 20  # points, at least, of a row
FRAME = 2  # the columns before the figures: number and unit
BLANK_ROWS, LONG_NAME = 30, 30  # for units that the plan does not name
WIDE = 20  # a column for text
PADDING = 5 / 7  # of a column, in digits, which a width counts
PAGE_WIDTH = 105  # of the columns on a landscape A4 page at full size: LibreOffice takes fewer than Excel
SIGNED_COLUMNS = 6  # the columns over which the head of the unit signs
MAX_PROMPT, MAX_MESSAGE = 32, 255  # characters; a workbook with longer ones counts as damaged
PLAIN_DIGITS = "0"  # not #,##0: saved as CSV that is text, and 1.234 would need a warning
HEADER: Look = {**HEADING, "font_size": 11.5}
LOWER_HEADER: Look = {**HEADING, "font_size": 10, "bold": False, "italic": True}
OPEN: Look = {"locked": False, "bg_color": "#FFF6CC"}  # a cell to fill in
OPTIONAL: Look = {"bg_color": "#F1F6E4"}


def blank_return(request: BlankReturn, layout: Layout) -> bytes:
    """Return the workbook: one table of all units, or a form on a sheet of its own for each; the guide last."""
    book = Book(f"{request.plan.number} {request.year}", request.language, author="gbv-kpi")
    if layout == "table":
        _fill_table(Page(book, labels.TABLE), request)
    else:
        for unit in request.units:
            _fill_form(Page(book, _form_title(unit, book.titles)), request, unit)
    _fill_guide(Page(book, labels.GUIDE), request)
    return book.to_bytes()


def _fill_table(page: Page, request: BlankReturn) -> None:
    """Write the table: title, two-level header, a row for each unit, a total by formula, signatures.

    Without units there are blank rows, for names too.
    """
    fields, sheet = request.fields, page.sheet
    names = [unit.name for unit in request.units] or [""] * BLANK_ROWS
    longest = max(map(len, names)) or LONG_NAME
    widths = [5.0, min(32.0, max(18.0, longest * 1.15)), *(_width(field, request) for field in fields)]
    page.set_widths(widths, PADDING)
    on_first_page = _columns_of_first_page(request, widths)
    unit = request.units[0] if len(request.units) == 1 else None
    is_split = on_first_page < len(widths)
    top = _add_title(page, request, unit, FRAME if is_split else 0, on_first_page - 1)
    first = _fill_header(page, request, top)
    last = first + len(names) - 1
    for row, name in enumerate(names, start=first):
        number = Cell(row - first + 1, look=CENTRED) if name else Cell()
        page.row(row, [number, Cell(name, look=PLAIN if name else OPEN)], at_least=ROW_HEIGHT)
    areas = {field.id: (first, column, last, column) for column, field in enumerate(fields, start=FRAME)}
    _open_answers(page, request, areas)
    if unit is None:
        sums = [Cell(None, PLAIN_DIGITS, f"=SUM({xl_range(*area)})", CENTRED) for area in areas.values()]
        page.row(last + 1, [Cell(), Cell(labels.TOTAL), *sums], BOLD, ROW_HEIGHT)
    head = (max(FRAME + 3, on_first_page - SIGNED_COLUMNS), on_first_page - 1)
    _add_signatures(page, last + 3, (FRAME, FRAME + 2), head)
    _finish(page, first - 1, FRAME, last + 8)
    sheet.repeat_rows(top, first - 1)
    if is_split:  # the second page repeats number and unit
        sheet.repeat_columns(0, FRAME - 1)
        sheet.set_v_pagebreaks([on_first_page])
        widest = max(sum(widths[:on_first_page]), sum(widths[:FRAME]) + sum(widths[on_first_page:]))
        sheet.set_print_scale(min(100, int(100 * PAGE_WIDTH / widest)))


def _columns_of_first_page(request: BlankReturn, widths: Sequence[float]) -> int:
    """Return the number of columns on the first page: in a wide table the required ones."""
    required = FRAME + sum(not field.optional for field in request.fields)
    is_wide = sum(widths) > 2 * PAGE_WIDTH
    return required if is_wide and required > FRAME + 4 else len(widths)


def _width(field: ReturnField, request: BlankReturn) -> float:
    """Return a width for the longest word of a field's headings, which cannot be wrapped."""
    _, lower = request.levels(field)
    words = [*lower.split(), *(request.second.say(field.label).split() if request.second else ())]
    return max(8.5, 1.05 * max(map(len, words), default=0) + 1.5)


def _fill_header(page: Page, request: BlankReturn, top: int) -> int:
    """Write the header from row `top` on; return the first row below it.

    Above the two levels of a field the header says whether it is required, below them are the labels in a second
    language: `check` reads both.
    """
    fields, say = request.fields, request.language.say
    bands = [say(phrase("May be left blank") if field.optional else phrase("To be filled in")) for field in fields]
    levels = [(say(labels.NUMBERING), ""), (say(labels.UNIT), ""), *map(request.levels, fields)]
    uppers, lowers = zip(*levels, strict=True)
    for row, texts in ((top, ["", "", *bands]), (top + 1, uppers)):
        first, fitted = 0, []
        for text, group in groupby(texts):  # adjacent cells with the same text are merged
            last = first + len(list(group)) - 1
            bottom = row if row == top or lowers[first] else row + 1
            page.put_over((row, first, bottom, last), Cell(text), HEADER)
            fitted.append((text, sum(page.widths[first : last + 1])))
            first = last + 1
        page.fit(row, fitted)
    bottom = top + 2
    for column, text in enumerate(lowers):
        if text:
            page.put(bottom, column, Cell(text), HEADER)
    page.fit(bottom, zip(lowers, page.widths, strict=True))
    if second := request.second:
        bottom += 1
        words = (labels.NUMBERING, labels.UNIT, *(field.label for field in fields))
        page.row(bottom, [Cell(second.say(heading)) for heading in words], LOWER_HEADER)
    page.row(bottom + 1, [Cell("A"), Cell("B"), *map(Cell, range(1, len(fields) + 1))], LOWER_HEADER)
    return bottom + 2


def _form_title(unit: Unit, taken: Sequence[str]) -> str:
    """Return the unit's name, or its code where the name is too long or taken: a cut name may be another unit's."""
    name = spaced(unit.name)
    return unit.name if excel_style.sheet_title(name, taken) == name else unit.code


def _fill_form(page: Page, request: BlankReturn, unit: Unit) -> None:
    """Write the sheet of one unit: title, numbered items in sections with their measure and answer, signatures."""
    page.set_widths([6.0, 44.0, 38.0, 14.0, 15.0] if request.second else [6.0, 62.0, 14.0, 16.0], PADDING)
    last = len(page.widths) - 1
    row = top = _add_title(page, request, unit, 0, last)
    page.row(row, _headings(labels.VALUE, request), HEADING, ROW_HEIGHT)
    areas: dict[str, Area] = {}
    sections = groupby(request.fields, key=lambda field: _section(field, request))
    for number, (section, fields) in enumerate(sections, start=1):
        row += 1
        texts = [str(number), section, *[""] * (last - 1)]
        page.row(row, _aligned(texts, page), BOLD, ROW_HEIGHT)
        for item, field in enumerate(fields, start=1):
            row += 1
            areas[field.id] = (row, last, row, last)
            cells = _aligned([*_item(f"{number}.{item}", field, request), ""], page)
            if request.second:
                cells[2] = cells[2]._replace(look={"italic": True})
            page.row(row, cells, GRID, ROW_HEIGHT)
    _open_answers(page, request, areas)
    _add_signatures(page, row + 2, (1, 1), (last - 1, last))
    _finish(page, top, 0, row + 8)
    page.sheet.set_portrait()


def _section(field: ReturnField, request: BlankReturn) -> str:
    """Return the upper heading of a field, and whether it may be left blank."""
    upper, _ = request.levels(field)
    heading: Phrase | str = phrase("{heading} (may be left blank)", heading=upper) if field.optional else upper
    return request.language.say(heading)


def _fill_guide(page: Page, request: BlankReturn) -> None:
    """Write rules for every answer, then each field with its measure, its whole and the indicators it serves.

    `check` reads every sheet, so this one must not look like a return: its columns never hold figures.
    """
    page.set_widths([5.0, 38.0, 32.0, 13.0, 66.0] if request.second else [5.0, 42.0, 14.0, 84.0], PADDING)
    environment = jinja.environment(jinja.TEXTS, request.language, escape=str)
    known = {"plan": request.plan, "year": request.year}
    guide: Any = environment.get_template("return-guide.txt.j2").make_module(known)
    title = phrase("How to fill in the return of {year}", year=str(request.year))
    lines: list[Line] = [(title, {**TITLE, **CENTRED}), *((f"• {rule}", PLAIN) for rule in guide.rules().splitlines())]
    top = page.put_lines(0, lines) + 1  # a blank row keeps the rules out of the header
    page.row(top, _headings(labels.NOTE, request), HEADING)
    for number, field in enumerate(request.fields, start=1):
        notes = str(guide.notes(field)).splitlines()
        page.row(top + number, _aligned([*_item(str(number), field, request), notes], page))
    _finish(page, top)


def _headings(last: Bilingual, request: BlankReturn) -> list[Cell]:
    """Return the headings over items; `last` is that of the answers or notes."""
    items = [language.say(labels.ITEM) for language in request.languages]
    return [Cell(labels.NUMBERING), *map(Cell, items), Cell(labels.MEASURE), Cell(last)]


def _item(number: str, field: ReturnField, request: BlankReturn) -> list[str]:
    """Return the row of a field up to its answer: number, label in each language of the return, measure."""
    return [number, *(language.say(field.label) for language in request.languages), request.measure(field)]


def _aligned(texts: Sequence[str | list[str]], page: Page) -> list[Cell]:
    """Return a row of cells, centred in narrow columns."""
    looks = [PLAIN if width >= WIDE else CENTRED for width in page.widths]
    return [Cell(text, look=look) for text, look in zip(texts, looks, strict=True)]


def _add_title(page: Page, request: BlankReturn, unit: Unit | None, first: int, last: int) -> int:
    """Write the title block, most of it over columns; return the first free row after a blank one.

    `unit` is the reporting unit, None for a table of several.
    """
    say, plan = request.language.say, request.plan
    lead = plan.agency("lead", plan.reporting_day(request.year))
    bodies = [(labels.REPORTING, unit.name, True)] if unit else []
    bodies += [(labels.RECEIVING, say(lead.name), False)] if lead else []
    for row, (label, name, bold) in enumerate(bodies):
        page.put(row, 0, Cell(f"{say(label)}: {name}"), {"bold": bold, "text_wrap": False})
    hint = phrase(
        "Fill in the coloured cells only: 0 if there were none, blank if unknown. See sheet “{guide}”.",
        guide=labels.GUIDE,
    )
    lines: tuple[Line, ...] = (
        (say(phrase("Return on {document}", document=document_title(plan))).upper(), TITLE),
        (plan.title, {"font_size": 13, "bold": True}),
        (f"{say(labels.YEAR)} {request.year}", {"font_size": 13, "bold": True}),
        (hint, {"font_size": 11, "italic": True}),
    )
    for row, (words, looks) in enumerate(lines, start=len(bodies)):
        page.put_across(row, words, {**looks, **CENTRED}, first, last)
    return len(bodies) + len(lines) + 1


def _add_signatures(page: Page, row: int, prepared: tuple[int, int], head: tuple[int, int]) -> None:
    """Write date and signatures, in columns where `check` expects neither a unit nor a figure.

    `prepared` and `head` are the first and last columns of the preparer's and of the head's signature.
    """
    for line, (first, last), label, look in (
        (row, head, labels.DATE, {"italic": True}),
        (row + 1, head, labels.HEAD, {"bold": True}),
        (row + 1, prepared, labels.PREPARED, {"bold": True}),
    ):
        page.put_over((line, first, line, last), Cell(label), look | CENTRED)


def _open_answers(page: Page, request: BlankReturn, area_by_field: Mapping[str, Area]) -> None:
    """Let the answers take whole numbers: `area_by_field` has the cell, or the column of cells, of each field."""
    exceeding = page.book.workbook.add_format({"bg_color": f"#{excel_style.RED}"})
    for field in request.fields:
        top, column, bottom, _ = area = area_by_field[field.id]
        look = {**GRID, **CENTRED, "num_format": PLAIN_DIGITS, **OPEN, **(OPTIONAL if field.optional else {})}
        for row in range(top, bottom + 1):
            page.put(row, column, Cell(), look)
        part = xl_rowcol_to_cell(top, column)
        whole = xl_rowcol_to_cell(*area_by_field[field.part_of][:2]) if field.part_of else ""
        page.sheet.data_validation(*area, _validation(field, request, part, whole))
        if whole:
            # Pasted numbers escape validation, and so does a whole that is lowered afterwards.
            exceeds = f"=AND(ISNUMBER({part}),ISNUMBER({whole}),{part}>{whole})"
            page.sheet.conditional_format(*area, {"type": "formula", "criteria": exceeds, "format": exceeding})


def _validation(field: ReturnField, request: BlankReturn, part: str, whole: str) -> dict[str, Any]:
    """Return a rule: a whole number of 0 or more; for a part, no more than its whole where that is filled in."""
    say = request.language.say
    if field.part_of:
        fits = f"=AND(ISNUMBER({part}),{part}=INT({part}),{part}>=0,OR(ISBLANK({whole}),{part}<={whole}))"
        rule: dict[str, Any] = {"validate": "custom", "value": fits}
        message = phrase(
            "Write a whole number in digits, at most “{whole}”, which includes it.",
            whole=request.plan.field_by_id[field.part_of].label,
        )
    else:
        rule = {"validate": "integer", "criteria": ">=", "value": 0}
        message = phrase(
            "Write a whole number in digits: 0 if there was none. Leave the cell blank if the number is not known."
        )
    return {
        **rule,
        "error_title": say(phrase("Check this number"))[:MAX_PROMPT],
        "error_message": say(message)[:MAX_MESSAGE],
        "input_title": request.measure(field)[:MAX_PROMPT],
        "input_message": say(field.label)[:MAX_MESSAGE],
    }


def _finish(page: Page, headings: int, frozen_columns: int = 0, last_row: int | None = None) -> None:
    """Lay out a sheet for paper, and lock it without a password: against slips, not against the officer."""
    page.print_on_a4(headings, frozen_columns)
    if last_row is not None:
        page.sheet.print_area(0, 0, last_row, len(page.widths) - 1)
    page.sheet.hide_gridlines(1)  # on paper only
    page.sheet.protect("", {"format_columns": True, "format_rows": True, "objects": True, "scenarios": True})
