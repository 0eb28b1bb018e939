"""Where the returns stand on a sheet, whichever way the office laid it out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gbv_kpi.problems import Place
from gbv_kpi.reading.sheet import Cell, Sheet, cell_address, text_of

__all__ = ["Heading", "KnowsUnit", "Layout", "holds_figure", "is_column_numbers"]

KnowsUnit = Callable[[str], bool]  # whether a text names a reporting unit in any year


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the sheet at its row and column."""

    text: str
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Returns on a sheet: one *line* for each return, and the place of each field across the lines.

    In a table the lines are rows and the places columns; where the items stand below each other
    (`items_down`: a form, a cross table) the lines are columns and the places rows.
    """

    sheet: Sheet
    items_down: bool
    top: int  # the first row of the headings; the title block is above it
    lines: Sequence[int]
    totals: Sequence[int]  # lines that sum up the others
    place_by_field: Mapping[str, int]
    unit: int | None = None  # the places of a line's unit, its code and its year
    unit_code: int | None = None
    year: int | None = None
    duplicates: Sequence[tuple[str, Heading]] = ()  # a field's second heading
    unknown: Sequence[Heading] = ()  # headings that mean nothing to the plan, with figures beside them

    def _row_and_column(self, line: int, place: int) -> tuple[int, int]:
        return (place, line) if self.items_down else (line, place)

    def cell(self, line: int, place: int) -> Cell:
        return self.sheet.cell(*self._row_and_column(line, place))

    def cells(self, place: int) -> list[Cell]:
        """The cells of one field, a line each."""
        if self.items_down:
            return [self.sheet.cell(place, line) for line in self.lines]
        rows = self.sheet.rows
        return [row[place] if place < len(row) else "" for row in (rows[line] for line in self.lines)]

    def spread_text(self, line: int, place: int) -> str:
        """The text there; in a merged area that of its first cell."""
        row, column = self._row_and_column(line, place)
        if text := text_of(self.sheet.cell(row, column)):
            return text
        for (top, left), (bottom, right) in self.sheet.merged:
            if top <= row <= bottom and left <= column <= right:
                return text_of(self.sheet.cell(top, left))
        return ""

    def where(self, file: str, line: int, place: int | None) -> Place:
        """The place of a cell, or where a whole line has no one cell, of the line's row."""
        if place is None:
            return Place(file, self.sheet.name, None, None if self.items_down else line + 1)
        row, column = self._row_and_column(line, place)
        return Place(file, self.sheet.name, cell_address(row, column), row + 1)

    def title_cells(self) -> Iterator[tuple[int, int, str]]:
        """Row, column and text of the filled cells above the table."""
        for row in range(self.top):
            for column, cell in enumerate(self.sheet.rows[row]):
                if text := text_of(cell):
                    yield row, column, text


def holds_figure(cell: Cell) -> bool:
    """Whether a cell holds something written as a figure, right or wrong, rather than words or nothing."""
    if isinstance(cell, str):
        text = cell.strip()
        return text[:1].isdigit() or (text != "" and text[0] in "-–—−….+" and not text.strip("-–—−….+ 0123456789,"))
    return True


def is_column_numbers(texts: Sequence[str]) -> bool:
    """Whether cells only number their columns: 1, 2, 3 … or (1), (2), (3=1+2) …"""
    numbers = []
    for text in texts:
        number = text.strip("() ").split("=")[0].strip()
        if not number.isdecimal():
            return False
        numbers.append(int(number))
    return len(numbers) > 1 and all(after == before + 1 for before, after in pairwise(numbers))
