"""Let a blank return take whole numbers in its answers, and nothing anywhere else."""

from collections.abc import Mapping

from openpyxl.cell.cell import Cell
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Protection
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from gbv_kpi.blank_return.request import BlankReturn
from gbv_kpi.excel_style import cells as looks
from gbv_kpi.i18n import phrase
from gbv_kpi.plan import ReturnField

MAX_PROMPT, MAX_MESSAGE = 32, 255  # characters; a workbook with longer ones counts as damaged
PLAIN_DIGITS = "0"  # not #,##0: saved as CSV that is text, and 1.234 would need a warning


def open_answers(sheet: Worksheet, request: BlankReturn, area_by_field: Mapping[str, str]) -> None:
    """Unlock the answers: `area_by_field` has the cell, or the column of cells, of each field (A1 style)."""
    first_by_field = {field: area.partition(":")[0] for field, area in area_by_field.items()}
    for field in request.fields:
        area = area_by_field[field.id]
        for cell in unlock(sheet, area):
            cell.fill = looks.OPTIONAL_ANSWER if field.optional else looks.ANSWER
            cell.number_format = PLAIN_DIGITS
            cell.alignment, cell.border, cell.font = looks.CENTRED, looks.GRID, looks.font()
        part, whole = first_by_field[field.id], first_by_field[field.part_of] if field.part_of else ""
        rule = _validation(field, request, part, whole)
        rule.add(area)
        sheet.add_data_validation(rule)
        if whole:
            # Pasted numbers escape validation, and so does a whole that is lowered afterwards.
            exceeds = f"AND(ISNUMBER({part}),ISNUMBER({whole}),{part}>{whole})"
            marked = Rule("expression", dxf=DifferentialStyle(fill=looks.RED), formula=[exceeds])
            sheet.conditional_formatting.add(area, marked)


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


def _validation(field: ReturnField, request: BlankReturn, part: str, whole: str) -> DataValidation:
    """Return a rule: a whole number of 0 or more; for a part, no more than its whole where that is filled in."""
    say = request.language.say
    if field.part_of:
        fits = f"AND(ISNUMBER({part}),{part}=INT({part}),{part}>=0,OR(ISBLANK({whole}),{part}<={whole}))"
        rule = DataValidation(type="custom", formula1=fits)
        message = phrase(
            "Write a whole number in digits, at most “{whole}”, which includes it.",
            whole=request.plan.field_by_id[field.part_of].label,
        )
    else:
        rule = DataValidation(type="whole", operator="greaterThanOrEqual", formula1="0")
        message = phrase(
            "Write a whole number in digits: 0 if there was none. Leave the cell blank if the number is not known."
        )
    rule.allow_blank = rule.showErrorMessage = rule.showInputMessage = True
    rule.errorTitle, rule.error = say(phrase("Check this number"))[:MAX_PROMPT], say(message)[:MAX_MESSAGE]
    rule.promptTitle, rule.prompt = request.measure(field)[:MAX_PROMPT], say(field.label)[:MAX_MESSAGE]
    return rule
