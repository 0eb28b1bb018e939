"""How written workbooks look, and text that is text: nothing a file or a plan says acts as a formula."""

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

__all__ = [
    "ACROSS",
    "AMBER",
    "ANSWER",
    "CENTRED",
    "GRID",
    "HEADING",
    "MAX_TITLE",
    "OPTIONAL_ANSWER",
    "RED",
    "TEXT",
    "fit_row",
    "font",
    "print_on_a4",
    "put_text",
    "set_widths",
    "sheet_title",
    "storable",
]

MAX_TEXT = 32_767  # characters a cell holds
MAX_TITLE = 31  # characters of a sheet's name
A4 = 9
LINE_HEIGHT = 1.32  # of the font's size
LETTER_WIDTH = 0.39  # of the font's size: a letter of Vietnamese in Times New Roman, with room to spare
WIDTH_UNIT = 5.25  # points: what a column's width counts in
MM = 1 / 25.4  # inches

CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
ACROSS = Alignment(horizontal="left", vertical="center")
TEXT = Alignment(horizontal="left", vertical="center", wrap_text=True)
_LINE = Side(style="thin", color="808080")
GRID = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)


def _fill(colour: str) -> PatternFill:
    return PatternFill("solid", start_color=colour, end_color=colour)


HEADING = _fill("DCE6F1")
ANSWER = _fill("FFF6CC")
OPTIONAL_ANSWER = _fill("F1F6E4")
RED = _fill("FF9B9B")
AMBER = _fill("FFD27F")


@lru_cache
def font(size: float = 12, *, bold: bool = False, italic: bool = False, colour: str = "000000") -> Font:
    return Font(name="Times New Roman", size=size, bold=bold, italic=italic, color=colour)


def storable(text: str) -> str:
    """The text without what a workbook cannot hold."""
    return ILLEGAL_CHARACTERS_RE.sub("", text)[:MAX_TEXT]


def put_text(
    sheet: Worksheet,
    row: int,
    column: int,
    text: str,
    font: Font | None = None,
    alignment: Alignment | None = None,
) -> Cell:
    """The text in a cell as text, whatever sign it starts with, and even if someone edits the cell later."""
    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):
        raise TypeError(f"{cell.coordinate} is inside a merged area")
    cell.value = storable(text)
    cell.data_type = "s"
    if font:
        cell.font = font
    if alignment:
        cell.alignment = alignment
    if text[:1] in ("=", "+", "-", "@"):
        cell.quotePrefix = True
    return cell


def fit_row(
    sheet: Worksheet, row: int, texts: Iterable[tuple[str, float]], size: float = 12, at_least: float = 0
) -> None:
    """Make a row high enough for wrapped texts in columns of these widths; programs do not agree on doing it."""
    lines = max((sum(_lines(part, width, size) for part in text.split("\n")) for text, width in texts), default=1)
    sheet.row_dimensions[row].height = max(at_least, round(lines * size * LINE_HEIGHT + 4, 1))


def _lines(text: str, width: float, size: float) -> int:
    return max(1, math.ceil(len(text) * size * LETTER_WIDTH / max(1, width * WIDTH_UNIT)))


def set_widths(sheet: Worksheet, widths: Iterable[float]) -> None:
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width


def print_on_a4(
    sheet: Worksheet, orientation: Literal["portrait", "landscape"], repeated_rows: str | None = None
) -> None:
    """A4, as wide as the page and as long as it takes, with the rows of headings on every page."""
    sheet.page_setup.paperSize = A4
    sheet.page_setup.orientation = orientation
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if repeated_rows:
        sheet.print_title_rows = repeated_rows
    sheet.print_options.horizontalCentered = True
    margins = sheet.page_margins
    margins.top, margins.bottom, margins.left, margins.right = 20 * MM, 20 * MM, 20 * MM, 15 * MM
    sheet.oddFooter = HeaderFooterItem(center=_HeaderFooterPart("&P/&N"))


def sheet_title(wanted: str, taken: Iterable[str]) -> str:
    """The name for a sheet: without signs a workbook refuses, short enough, and not taken in any case."""
    clean = "".join(" " if sign in "[]:*?/\\" else sign for sign in storable(wanted)).strip(" '") or "1"
    used = {title.casefold() for title in taken}
    title, number = clean[:MAX_TITLE], 1
    while title.casefold() in used:
        number += 1
        ending = f" ({number})"
        title = clean[: MAX_TITLE - len(ending)] + ending
    return title
