"""Where the returns stand on a sheet, whichever way the office laid it out."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.problems import Place
from gbv_kpi.reading.titles import years_in, years_in_sheet_name
from gbv_kpi.sheets.column import Block, Column
from gbv_kpi.sheets.sheet import Area, Cell, Sheet, cell_address, text_of

Lines = Sequence[int] | NDArray[np.intp]
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
    place_by_field: Mapping[str, int]
    bottom: int = 0  # the last row of a table's headings; its lines are below it
    lines: Lines = ()
    totals: Lines = ()  # lines that sum up the others
    block: Block | None = None  # the rows that hold the lines of a table
    unit: int | None = None  # the places of a line's unit, its code and its year
    unit_code: int | None = None
    year: int | None = None
    duplicates: Sequence[tuple[str, Heading]] = ()  # a field's second heading
    unknown: Sequence[Heading] = ()  # headings that mean nothing to the plan, with figures beside them
    other_years: Sequence[tuple[int, Heading]] = ()  # columns of a year beside that of the title, which were not read
    next_block: int | None = None  # the row from which another form follows on the same sheet
    years_between: Sequence[tuple[int, int, int]] = ()  # row, column and year of the words between the lines

    def _row_and_column(self, line: int, place: int) -> tuple[int, int]:
        return (place, line) if self.items_down else (line, place)

    def cell(self, line: int, place: int) -> Cell:
        return self.sheet.cell(*self._row_and_column(line, place))

    def column(self, place: int) -> Column:
        """The cells of one field, unit or year, a line each."""
        if self.block is None:
            return Column.of([self.cell(line, place) for line in self.lines])
        return self.block.column(place).at(np.asarray(self.lines) - self.block.first)

    def spread_text(self, line: int, place: int) -> str:
        """The text there; in a merged area that of its first cell."""
        return self.sheet.spread_text(*self._row_and_column(line, place))

    def spread_column(self, place: int | None) -> Column | None:
        """The texts of one place, a line each."""
        if place is None:
            return None
        if self.sheet.merged:
            return Column.of([self.spread_text(line, place) for line in self.lines])
        return self.column(place).texts()

    def lines_sharing(self, place: int) -> Iterator[tuple[int, Area]]:
        """The lines whose cell is merged with that of another line: one figure for several returns."""
        if not self.sheet.merged:
            return
        areas = [(line, self.sheet.merged_area(*self._row_and_column(line, place))) for line in self.lines]
        lines_by_area = Counter(area for _, area in areas)
        yield from ((line, area) for line, area in areas if area and lines_by_area[area] > 1)

    def year_above(self, line: int) -> tuple[int, int, int] | None:
        """The row, column and year of the last row of words above a line that names a year."""
        at = bisect_left(self.years_between, (line,))
        return self.years_between[at - 1] if at else None

    def where(self, file: str, line: int, place: int | None) -> Place:
        """The place of a cell, or where a whole line has no one cell, of the line's row."""
        if place is None:
            return Place(file, self.sheet.name, None, None if self.items_down else int(line) + 1)
        row, column = self._row_and_column(int(line), place)
        return Place(file, self.sheet.name, cell_address(row, column), row + 1)

    def title_cells(self) -> Iterator[tuple[int, int, str]]:
        """Row, column and text of the filled cells above the table."""
        for row in range(self.top):
            for column, cell in enumerate(self.sheet.rows[row]):
                if text := text_of(cell):
                    yield row, column, text


def first_filled_row(sheet: Sheet) -> int:
    """Where a sheet begins; a table is looked for within so many rows of it."""
    return next((row for row, cells in enumerate(sheet.rows) if any(map(text_of, cells))), 0)


def years_said(sheet: Sheet, top: int) -> set[int]:
    """The years that the title block above a row gives, or else the sheet's name."""
    titles = (text_of(cell) for row in sheet.rows[:top] for cell in row)
    return {year for title in titles for year in years_in(title)} or set(years_in_sheet_name(sheet.name or ""))


def holds_figure(cell: Cell) -> bool:
    """Whether a cell holds something written as a figure, right or wrong, rather than words or nothing."""
    if isinstance(cell, str):
        text = cell.strip()
        return text[:1].isdigit() or (text != "" and text[0] in "-–—−….+" and not text.strip("-–—−….+ 0123456789,"))
    return True


def is_column_numbers(texts: Sequence[str]) -> bool:
    """Whether the cells of a row only number its columns: A, B, 1, 2 … or (1), (2), (3)=(1)+(2) …"""
    signs = [text.split("=")[0].strip("()[] ") for text in texts]
    letters = list(takewhile(lambda sign: len(sign) == 1 and sign.isalpha(), signs))
    numbers = signs[len(letters) :]
    if len(numbers) < 2 or not all(number.isdecimal() and len(number) < 4 for number in numbers):
        return False
    return "".join(letters).upper() in "ABCDE" and all(
        int(after) == int(before) + 1 for before, after in pairwise(numbers)
    )
