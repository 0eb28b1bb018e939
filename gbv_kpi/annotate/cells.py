"""Style cells with openpyxl, and write text that is never taken for a formula."""

from collections.abc import Iterable
from functools import partial

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from gbv_kpi import excel_style

CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
TEXT = Alignment(horizontal="left", vertical="center", wrap_text=True)
_font = partial(Font, name=excel_style.FONT, size=12)
USUAL, BOLD, ITALIC, TITLE = _font(), _font(bold=True), _font(italic=True), _font(size=14, bold=True)
LINK = _font(color="0563C1", underline="single")
_LINE = Side(style="thin", color=excel_style.LINE)
GRID = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
HEADING, RED, AMBER = (
    PatternFill("solid", start_color=colour, end_color=colour)
    for colour in (excel_style.HEADING, excel_style.RED, excel_style.AMBER)
)


def put_text(sheet: Worksheet, row: int, column: int, text: str, alignment: Alignment | None = None) -> Cell:
    """Write a text as text, whatever sign it starts with, and even if someone edits the cell later."""
    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):
        raise TypeError(f"{cell.coordinate} is inside a merged area")
    if text:
        cell.value = excel_style.storable(text)
        cell.data_type = "s"
    if alignment:
        cell.alignment = alignment
    if excel_style.is_formula_like(text):
        cell.quotePrefix = True
    return cell


def fit_row(sheet: Worksheet, row: int, texts: Iterable[tuple[str, float]], size: float = 12) -> None:
    """Make a row high enough for wrapped texts in columns of these widths, which not every program does itself."""
    sheet.row_dimensions[row].height = excel_style.row_height(texts, size)


def set_widths(sheet: Worksheet, widths: Iterable[float]) -> None:
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width


def print_on_a4(sheet: Worksheet) -> None:
    """Print on A4 across, as wide as the page and as long as it takes."""
    sheet.page_setup.paperSize = excel_style.A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_options.horizontalCentered = True
    for side, inches in excel_style.MARGINS.items():
        setattr(sheet.page_margins, side, inches)
    sheet.oddFooter = HeaderFooterItem(center=_HeaderFooterPart("&P/&N"))
