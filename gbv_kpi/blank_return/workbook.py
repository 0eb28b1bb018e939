"""A blank return as a workbook: what an office fills in, and `check` then reads without a problem."""

import io
from typing import Literal

from openpyxl import Workbook

from gbv_kpi.blank_return.form import fill_form
from gbv_kpi.blank_return.frame import GUIDE
from gbv_kpi.blank_return.guide import fill_guide
from gbv_kpi.blank_return.request import Request
from gbv_kpi.blank_return.table import fill_table
from gbv_kpi.excel_style.paper import MAX_TITLE, sheet_title
from gbv_kpi.i18n import Bilingual
from gbv_kpi.plan import Unit

_TABLE = Bilingual("Báo cáo", "Return")


def blank_return(request: Request, layout: Literal["table", "form"]) -> bytes:
    """The workbook: one table of all units, or a form on a sheet of its own for each; the guide last."""
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "gbv-kpi"
    book.properties.title = f"{request.plan.number} {request.year}"
    if layout == "table":
        fill_table(book.create_sheet(request.language.say(_TABLE)), request)
    else:
        for unit in request.units:
            fill_form(book.create_sheet(_form_title(unit, book.sheetnames)), request, unit)
    fill_guide(book.create_sheet(sheet_title(request.language.say(GUIDE), book.sheetnames)), request)
    book.active = 0
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _form_title(unit: Unit, taken: list[str]) -> str:
    """The unit's name; its code where the name is too long or taken, for part of a name may be another unit."""
    fits = len(unit.name) <= MAX_TITLE and sheet_title(unit.name, taken) == unit.name
    return unit.name if fits else sheet_title(unit.code, taken)
