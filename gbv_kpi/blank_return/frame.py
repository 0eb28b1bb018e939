"""What stands around the answers of a blank return: the title block above, date and signatures below.

The words that `check` finds its way by (Đơn vị báo cáo, Năm, STT …) are given in both languages here,
not in the translators' catalogue: another word for them would be a return that cannot be read.
"""

from openpyxl.worksheet.worksheet import Worksheet

from gbv_kpi.blank_return.request import Request
from gbv_kpi.excel_style.cells import ACROSS, CENTRED, fit_row, font, put_text
from gbv_kpi.i18n import Bilingual, phrase
from gbv_kpi.plan import Unit

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


def add_title(sheet: Worksheet, request: Request, unit: Unit | None, widths: list[float], first_column: int = 1) -> int:
    """Write the title block from row 1 on; return the first free row after a blank one.

    `unit` is the one that reports.
    """
    say, plan, last = request.language.say, request.plan, len(widths)
    lead = plan.agency("lead", plan.reporting_day(request.year))
    heads = [f"{say(_REPORTING)}: {unit.name}"] if unit else []
    heads += [f"{say(_RECEIVING)}: {say(lead.name)}"] if lead else []
    for row, head in enumerate(heads, start=1):
        put_text(sheet, row, 1, head, font(bold=row == 1 and unit is not None), ACROSS)
    lines = (
        (say(phrase("Return on plan {number}", number=plan.number)).upper(), font(14, bold=True)),
        (say(plan.title), font(13, bold=True)),
        (f"{say(_YEAR)} {request.year}", font(13, bold=True)),
        (
            say(
                phrase(
                    "Fill in the coloured cells only: 0 if there were none, blank if unknown. See sheet “{guide}”.",
                    guide=GUIDE,
                )
            ),
            font(11, italic=True),
        ),
    )
    for row, (text, style) in enumerate(lines, start=len(heads) + 1):
        put_text(sheet, row, first_column, text, style, CENTRED)
        sheet.merge_cells(start_row=row, end_row=row, start_column=first_column, end_column=last)
        fit_row(sheet, row, [(text, sum(widths[first_column - 1 :]))], style.size)
    return len(heads) + len(lines) + 2


def add_signatures(
    sheet: Worksheet, request: Request, row: int, prepared: tuple[int, int], head: tuple[int, int]
) -> None:
    """Date and signatures, in columns where `check` expects neither a unit nor a figure.

    `prepared` and `head` are the first and last column of who made the return and of who signs it.
    """
    for at, (first, last), words, style in (
        (row, head, _DATE, font(italic=True)),
        (row + 1, head, _HEAD, font(bold=True)),
        (row + 1, prepared, _PREPARED, font(bold=True)),
    ):
        put_text(sheet, at, first, request.language.say(words), style, CENTRED)
        if last > first:
            sheet.merge_cells(start_row=at, end_row=at, start_column=first, end_column=last)
