"""Build a sheet cell by cell."""

import re
from functools import lru_cache, reduce

from gbv_kpi.sheets.refusal import damaged, oversized
from gbv_kpi.sheets.sheet import LONGEST_NAME, Area, Cell, FormulaWithoutValue, Sheet
from gbv_kpi.sheets.shown import PLAIN, Run, Style, as_shown, join_runs

MAX_AREA = 2_500_000  # cells between A1 and the last of all sheets; 53,000 returns span 1 million
MAX_MERGED = 100_000  # areas
MAX_SHEETS = 1000
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
_REFERENCE = re.compile("([A-Za-z]{1,8})([1-9][0-9]{0,8})[0-9]*")


class Grid:
    """Cells at their addresses, from 0. Raises `Refusal` where they span more than a return."""

    def __init__(self, *, from_1904: bool = False) -> None:
        self.from_1904 = from_1904
        self.rows: list[list[Cell]] = []
        self.width = 0
        self.merged: list[Area] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.unseen: list[tuple[int, int]] = []  # cells with struck-out or hidden text, which was left out

    def put(self, row: int, column: int, cell: Cell) -> None:
        if row >= len(self.rows) or column >= self.width:
            height, self.width = max(len(self.rows), row + 1), max(self.width, column + 1)
            if height * self.width > MAX_AREA:
                raise oversized()
            self.rows.extend([] for _ in range(height - len(self.rows)))
        cells = self.rows[row]
        if column < len(cells):
            cells[column] = cell
        else:
            cells.extend([""] * (column - len(cells)))
            cells.append(cell)

    def show(self, row: int, column: int, value: Cell | list[Run], style: Style = PLAIN) -> Cell:
        """Put what a cell with some value or text in runs shows, and return it; note text that was left out."""
        cell: Cell | None
        is_cut = style.look[1]
        match value:
            case str():
                cell, is_cut = join_runs([(value, None)], style.look)
            case list():
                cell, is_cut = join_runs(value, style.look)
            case FormulaWithoutValue():
                cell, is_cut = value, False
            case _ if is_cut:
                cell = ""
            case float():
                cell = as_shown(value, style.number_format, from_1904=self.from_1904)
            case _:
                cell = value
        if is_cut or cell is None:
            self.unseen.append((row, column))
        if cell is None or cell == "":
            return ""
        self.put(row, column, cell)
        return cell

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        self.merged.append(((top, left), (bottom, right)))
        if len(self.merged) > MAX_MERGED:
            raise oversized()

    def sheet(self, name: str | None, *, is_shown: bool) -> Sheet:
        return Sheet(
            name and name[:LONGEST_NAME],
            self.rows,
            tuple(self.merged),
            hidden_rows=frozenset(row for row in self.hidden_rows if row < len(self.rows)),
            hidden_columns=frozenset(column for column in self.hidden_columns if column < self.width),
            unseen=tuple(self.unseen),
            is_shown=is_shown,
        )


def address_of(reference: str) -> tuple[int, int]:
    """Return the row and column of a reference such as AB12, from 0. Raises `Refusal` for an invalid one.

    >>> address_of("AB12"), address_of("c3")
    ((11, 27), (2, 2))
    """
    found = _REFERENCE.fullmatch(reference)
    if not found:
        raise damaged()
    row, column = int(found[2]) - 1, column_of(found[1])
    if row >= MAX_ROWS or column >= MAX_COLUMNS:
        raise oversized()
    return row, column


@lru_cache(MAX_COLUMNS)  # a sheet names each column in every row: 0.9 of 5 s for 53,000 returns
def column_of(letters: str) -> int:
    return reduce(lambda number, letter: number * 26 + ord(letter) - ord("A") + 1, letters.upper(), 0) - 1
