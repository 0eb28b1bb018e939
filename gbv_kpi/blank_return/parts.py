"""Write the parts that the sheets of a blank return share: title, answers, date and signatures.

The words that `check` looks for (Đơn vị báo cáo, Năm, STT …) are given in both languages here, not in
the translators' catalogue: with another word for them, a return could not be read.
"""

from collections.abc import Mapping, Sequence

from openpyxl.cell.cell import Cell
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Protection
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from gbv_kpi.blank_return.request import Request
from gbv_kpi.excel_style import cells as looks
from gbv_kpi.i18n import Bilingual, phrase
from gbv_kpi.plan import ReturnField, Unit

NUMBERING = Bilingual("STT", "No")
UNIT = Bilingual("Đơn vị", "Unit")
ITEM = Bilingual("Chỉ tiêu", "Item")
MEASURE = Bilingual("Đơn vị tính", "Unit of measure")
VALUE = Bilingual("Số liệu", "Value")
NOTE = Bilingual("Ghi chú", "Notes")
TOTAL = Bilingual("Tổng cộng", "Total")
GUIDE = Bilingual("Hướng dẫn", "Guide")  # the name of the sheet

_REPORTING = Bilingual("Đơn vị báo cáo", "Reporting unit")
_RECEIVING = Bilingual("Đơn vị nhận báo cáo", "Reported to")
_YEAR = Bilingual("Năm", "Year")
_DATE = Bilingual("……, ngày … tháng … năm ……", "Place, date: ……………")
_PREPARED = Bilingual("NGƯỜI LẬP BIỂU", "PREPARED BY")
_HEAD = Bilingual("THỦ TRƯỞNG ĐƠN VỊ", "HEAD OF THE UNIT")

MAX_TITLE, MAX_MESSAGE = 32, 255  # characters; a workbook with longer ones counts as damaged
PLAIN_DIGITS = "0"  # not #,##0: saved as CSV that is text, and 1.234 would need a warning


def add_title(
    sheet: Worksheet, request: Request, unit: Unit | None, widths: Sequence[float], first_column: int = 1
) -> int:
    """Write the title block from row 1 on; return the first free row after a blank one.

    `unit` is the reporting unit, None for a table of several.
    """
    say, plan = request.language.say, request.plan
    row = 1
    if unit:
        looks.put_text(sheet, row, 1, f"{say(_REPORTING)}: {unit.name}", looks.font(bold=True), looks.ACROSS)
        row += 1
    if lead := plan.agency("lead", plan.reporting_day(request.year)):
        looks.put_text(sheet, row, 1, f"{say(_RECEIVING)}: {say(lead.name)}", looks.font(), looks.ACROSS)
        row += 1
    hint = phrase(
        "Fill in the coloured cells only: 0 if there were none, blank if unknown. See sheet “{guide}”.", guide=GUIDE
    )
    for text, style in (
        (say(phrase("Return on plan {number}", number=plan.number)).upper(), looks.font(14, bold=True)),
        (say(plan.title), looks.font(13, bold=True)),
        (f"{say(_YEAR)} {request.year}", looks.font(13, bold=True)),
        (say(hint), looks.font(11, italic=True)),
    ):
        looks.put_line(sheet, row, text, widths, style, looks.CENTRED, first_column)
        row += 1
    return row + 1


def add_signatures(
    sheet: Worksheet, request: Request, row: int, prepared: tuple[int, int], head: tuple[int, int]
) -> None:
    """Write date and signatures, in columns where `check` expects neither a unit nor a figure.

    `prepared` and `head` are the first and last columns of the preparer's and of the head's signature.
    """
    say = request.language.say
    looks.put_across(sheet, row, head, say(_DATE), looks.font(italic=True), looks.CENTRED)
    looks.put_across(sheet, row + 1, head, say(_HEAD), looks.font(bold=True), looks.CENTRED)
    looks.put_across(sheet, row + 1, prepared, say(_PREPARED), looks.font(bold=True), looks.CENTRED)


def open_answers(sheet: Worksheet, request: Request, area_by_field: Mapping[str, str]) -> None:
    """Unlock the answers: `area_by_field` has the cell, or the column of cells, of each field (A1 style)."""
    for field in request.fields:
        area = area_by_field[field.id]
        for cell in unlock(sheet, area):
            cell.fill = looks.OPTIONAL_ANSWER if field.optional else looks.ANSWER
            cell.number_format = PLAIN_DIGITS
            cell.alignment, cell.border, cell.font = looks.CENTRED, looks.GRID, looks.font()
        part, whole = _first(area), _first(area_by_field[field.part_of]) if field.part_of else None
        sheet.add_data_validation(_validation(field, request, area, whole))
        if whole:
            # Pasted numbers escape validation, and so does a whole that is lowered afterwards.
            exceeds = f"AND(ISNUMBER({part}),ISNUMBER({whole}),{part}>{whole})"
            rule = Rule("expression", dxf=DifferentialStyle(fill=looks.RED), formula=[exceeds])
            sheet.conditional_formatting.add(area, rule)


def unlock(sheet: Worksheet, area: str) -> list[Cell]:
    """Unlock and colour the cells of an area; return them."""
    first, _, last = area.partition(":")
    cells = [cell for row in sheet[f"{first}:{last or first}"] for cell in row]
    for cell in cells:
        cell.protection = Protection(locked=False)
        cell.fill = looks.ANSWER
    return cells


def lock(sheet: Worksheet) -> None:
    """Lock all cells but the unlocked ones, without a password: against slips, not against the officer."""
    sheet.protection.enable()
    sheet.protection.formatColumns = False  # False: allowed
    sheet.protection.formatRows = False


def _first(area: str) -> str:
    return area.partition(":")[0]


def _validation(field: ReturnField, request: Request, area: str, whole: str | None) -> DataValidation:
    """Return a rule: a whole number of 0 or more; for a part, no more than its whole where that is filled in."""
    say = request.language.say
    if whole is None or field.part_of is None:
        rule = DataValidation(type="whole", operator="greaterThanOrEqual", formula1="0")
        message = phrase(
            "Write a whole number in digits: 0 if there was none. Leave the cell blank if the number is not known."
        )
    else:
        part = _first(area)
        fits = f"AND(ISNUMBER({part}),{part}=INT({part}),{part}>=0,OR(ISBLANK({whole}),{part}<={whole}))"
        rule = DataValidation(type="custom", formula1=fits)
        message = phrase(
            "Write a whole number in digits, at most “{whole}”, which includes it.",
            whole=request.plan.field_by_id[field.part_of].label,
        )
    rule.allow_blank = True
    rule.errorTitle, rule.error = say(phrase("Check this number"))[:MAX_TITLE], say(message)[:MAX_MESSAGE]
    rule.promptTitle, rule.prompt = request.measure(field)[:MAX_TITLE], say(field.label)[:MAX_MESSAGE]
    rule.showErrorMessage = rule.showInputMessage = True
    rule.add(area)
    return rule
