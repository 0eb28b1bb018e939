"""Style cells with openpyxl, and write text that is never taken for a formula."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from gbv_kpi.excel_style import paper

CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
ACROSS = Alignment(horizontal="left", vertical="center")
WIDE = 20  # a column for text
TEXT = Alignment(horizontal="left", vertical="center", wrap_text=True)
_LINE = Side(style="thin", color=paper.LINE)
GRID = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
HEADING, ANSWER, OPTIONAL_ANSWER, RED, AMBER = (
    PatternFill("solid", start_color=colour, end_color=colour)
    for colour in (paper.HEADING, "FFF6CC", "F1F6E4", paper.RED, paper.AMBER)
)


@lru_cache
def font(size: float = 12, *, bold: bool = False, italic: bool = False, colour: str = "000000") -> Font:
    return Font(name=paper.FONT, size=size, bold=bold, italic=italic, color=colour)


def put_text(
    sheet: Worksheet, row: int, column: int, text: str, font: Font | None = None, alignment: Alignment | None = None
) -> Cell:
    """Write a text as text, whatever sign it starts with, and even if someone edits the cell later."""
    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):
        raise TypeError(f"{cell.coordinate} is inside a merged area")
    if text:
        cell.value = paper.storable(text)
        cell.data_type = "s"
    if font:
        cell.font = font
    if alignment:
        cell.alignment = alignment
    if paper.is_formula_like(text):
        cell.quotePrefix = True
    return cell


def put_line(
    sheet: Worksheet,
    row: int,
    text: str,
    widths: Sequence[float],
    style: Font,
    alignment: Alignment = TEXT,
    first_column: int = 1,
) -> None:
    """Write a text over the columns from `first_column` to the last of `widths`, in a row high enough."""
    put_text(sheet, row, first_column, text, style, alignment)
    if len(widths) > first_column:
        sheet.merge_cells(start_row=row, end_row=row, start_column=first_column, end_column=len(widths))
    fit_row(sheet, row, [(text, sum(widths[first_column - 1 :]))], style.size)


def put_row(
    sheet: Worksheet,
    row: int,
    texts: Sequence[str],
    widths: Sequence[float],
    style: Font,
    *,
    heading: bool = False,
    at_least: float = 0,
) -> None:
    """Write a row of a table, high enough; wide columns are aligned left, narrow ones centred."""
    for column, (text, width) in enumerate(zip(texts, widths, strict=True), start=1):
        cell = put_text(sheet, row, column, text, style, TEXT if width >= WIDE and not heading else CENTRED)
        cell.border = GRID
        if heading:
            cell.fill = HEADING
    fit_row(sheet, row, zip(texts, widths, strict=True), at_least=at_least)


def fit_row(
    sheet: Worksheet, row: int, texts: Iterable[tuple[str, float]], size: float = 12, at_least: float = 0
) -> None:
    """Make a row high enough for wrapped texts in columns of these widths, which not every program does itself."""
    sheet.row_dimensions[row].height = paper.row_height(texts, size, at_least)


def set_widths(sheet: Worksheet, widths: Iterable[float]) -> None:
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width


def print_on_a4(
    sheet: Worksheet, orientation: Literal["portrait", "landscape"], repeated_rows: str | None = None
) -> None:
    """Print on A4, as wide as the page and as long as it takes, with the rows of headings on every page."""
    sheet.page_setup.paperSize = paper.A4
    sheet.page_setup.orientation = orientation
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if repeated_rows:
        sheet.print_title_rows = repeated_rows
    sheet.print_options.horizontalCentered = True
    for side, inches in paper.MARGINS.items():
        setattr(sheet.page_margins, side, inches)
    sheet.oddFooter = HeaderFooterItem(center=_HeaderFooterPart("&P/&N"))
