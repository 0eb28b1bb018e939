"""The cells of a sheet as a grid: texts, figures, and what a merged area covers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile

from gbv_kpi.reading.normalize import seen
from gbv_kpi.sheets.sheet import Area, Cell, Sheet, cell_address, text_of

WIDEST = 16_384  # columns, as many as a workbook has; a text with more is no table
_SIGNS = "-–—−….+"


def holds_figure(cell: Cell) -> bool:
    """Whether a cell holds something written as a figure, right or wrong, rather than words or nothing."""
    if isinstance(cell, str):
        text = seen(cell[:80]).strip()
        return text[:1].isdigit() or (text != "" and text[0] in _SIGNS and not text.strip(_SIGNS + " 0123456789,"))
    return True


def is_column_numbers(texts: Sequence[str]) -> bool:
    """Whether the cells of a row only number its columns: A, B, 1, 2 … or (1), (2), (3)=(1)+(2) …"""
    signs = [text.split("=")[0].strip("()[] ") for text in texts]
    letters = list(takewhile(lambda sign: len(sign) == 1 and sign.isalpha(), signs))
    numbers = signs[len(letters) :]
    if not numbers or len(signs) < 2 or not all(number.isdecimal() and len(number) < 4 for number in numbers):
        return False
    return (
        "".join(letters).upper() in "ABCDEFGH"
        and all(int(after) == int(before) + 1 for before, after in pairwise(numbers))
        and (bool(letters) or len(numbers) > 1)
    )


@dataclass(frozen=True)
class Grid:
    """The rows of a sheet that are at hand, with its merged areas by cell."""

    sheet: Sheet
    file: str
    rows: Sequence[Sequence[Cell]]
    area_at: dict[tuple[int, int], Area] = field(default_factory=dict)

    @classmethod
    def of(cls, sheet: Sheet, file: str, looked_at: int) -> "Grid":
        """Return the grid; merged areas are known in the first `looked_at` rows."""
        area_at = {
            (row, column): area
            for area in sheet.merged
            for row in range(area[0][0], min(area[1][0], looked_at) + 1)
            for column in range(area[0][1], min(area[1][1], area[0][1] + 1000) + 1)
        }
        rows = sheet.rows
        if any(len(row) > WIDEST for row in rows):
            rows = [row[:WIDEST] for row in rows]
        return cls(sheet, file, rows, area_at)

    def cell(self, row: int, column: int) -> Cell:
        cells = self.rows[row] if 0 <= row < len(self.rows) else ()
        return cells[column] if 0 <= column < len(cells) else ""

    def text(self, row: int, column: int) -> str:
        """Return what is written in the cell itself."""
        text = text_of(self.cell(row, column))
        return text if text.isascii() else seen(text).strip()

    def spread_text(self, row: int, column: int) -> str:
        """Return the text of the cell, or of the merged area that it belongs to."""
        text = self.text(row, column)
        if not text and (area := self.area_at.get((row, column))):
            return self.text(*area[0])
        return text

    def words(self, row: int) -> list[tuple[int, str]]:
        """Return column and text of the cells of a row that hold words."""
        cells = self.rows[row] if row < len(self.rows) else ()
        return [(at, text) for at, cell in enumerate(cells) if isinstance(cell, str) and (text := cell.strip())]

    def texts(self, row: int) -> list[tuple[int, str]]:
        """Return column and text of the filled cells of a row."""
        cells = self.rows[row] if row < len(self.rows) else ()
        return [(column, text) for column, cell in enumerate(cells) if cell != "" and (text := text_of(cell))]

    def is_blank(self, row: int) -> bool:
        return not any(cell != "" and (not isinstance(cell, str) or cell.strip()) for cell in self.rows[row])

    def address(self, row: int, column: int) -> str:
        return cell_address(row, column)
