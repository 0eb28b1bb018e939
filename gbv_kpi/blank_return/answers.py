"""The cells an office may fill in: the only ones unlocked, each with what may be written there."""

from collections.abc import Mapping

from openpyxl.cell.cell import Cell
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Protection
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from gbv_kpi.blank_return.request import Request
from gbv_kpi.excel_style.cells import ANSWER, CENTRED, GRID, OPTIONAL_ANSWER, RED, font
from gbv_kpi.i18n import Language, phrase
from gbv_kpi.plan import ReturnField

MAX_TITLE, MAX_MESSAGE = 32, 255  # characters; a workbook with longer ones counts as damaged
PLAIN_DIGITS = "0"  # not #,##0: saved as CSV that is text, and 1.234 would need a warning


def open_answers(sheet: Worksheet, request: Request, area_by_field: Mapping[str, str]) -> None:
    """Unlock the answers: `area_by_field` has the cell, or the column of cells, of each field (A1 style)."""
    for field in request.fields:
        area = area_by_field[field.id]
        for cell in _cells(sheet, area):
            cell.protection = Protection(locked=False)
            cell.fill = OPTIONAL_ANSWER if field.optional else ANSWER
            cell.number_format = PLAIN_DIGITS
            cell.alignment, cell.border, cell.font = CENTRED, GRID, font()
        own, whole = _first(area), _first(area_by_field[field.part_of]) if field.part_of else None
        sheet.add_data_validation(_validation(field, request, area, whole))
        if whole:
            exceeds = f"AND(ISNUMBER({own}),ISNUMBER({whole}),{own}>{whole})"
            # Pasted numbers escape validation, and so does a whole that is lowered afterwards.
            sheet.conditional_formatting.add(
                area, Rule("expression", dxf=DifferentialStyle(fill=RED), formula=[exceeds])
            )


def open_names(sheet: Worksheet, area: str) -> None:
    """Unlock the cells in which units that the plan does not name write their names."""
    for cell in _cells(sheet, area):
        cell.protection = Protection(locked=False)
        cell.fill = ANSWER


def lock(sheet: Worksheet) -> None:
    """Lock all cells but the unlocked ones, without a password: against slips, not against the officer."""
    sheet.protection.enable()
    sheet.protection.formatColumns = False  # False: allowed
    sheet.protection.formatRows = False


def _cells(sheet: Worksheet, area: str) -> list[Cell]:
    first, _, last = area.partition(":")
    return [cell for row in sheet[f"{first}:{last or first}"] for cell in row]


def _first(area: str) -> str:
    return area.partition(":")[0]


def _validation(field: ReturnField, request: Request, area: str, whole: str | None) -> DataValidation:
    """A whole number of 0 or more; for a part, no more than its whole where that is filled in."""
    language = request.language
    if whole is None or field.part_of is None:
        rule = DataValidation(type="whole", operator="greaterThanOrEqual", formula1="0")
        message = phrase(
            "Write a whole number in digits: 0 if there was none. Leave the cell blank if the number is not known."
        )
    else:
        own = _first(area)
        fits = f"AND(ISNUMBER({own}),{own}=INT({own}),{own}>=0,OR(ISBLANK({whole}),{own}<={whole}))"
        rule = DataValidation(type="custom", formula1=fits)
        message = phrase(
            "Write a whole number in digits, at most “{whole}”, which includes it.",
            whole=request.plan.field_by_id[field.part_of].label,
        )
    rule.allow_blank = True
    rule.errorTitle, rule.error = _title(language), language.say(message)[:MAX_MESSAGE]
    rule.promptTitle, rule.prompt = request.measure(field)[:MAX_TITLE], language.say(field.label)[:MAX_MESSAGE]
    rule.showErrorMessage = rule.showInputMessage = True
    rule.add(area)
    return rule


def _title(language: Language) -> str:
    return language.say(phrase("Check this number"))[:MAX_TITLE]
