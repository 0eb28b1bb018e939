"""The columns of a sheet below a header: every different cell, and which of them each row has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gbv_kpi.reading.grid import Grid
from gbv_kpi.sheets.sheet import Cell, text_of

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """The cells of one column below a header: the different ones, and which of them each row has."""

    codes: NDArray[np.int32]
    cells: Sequence[Cell]

    def holds(self, claim: Callable[[Cell], bool]) -> Mask:
        claimed = np.fromiter(map(claim, self.cells), dtype=bool, count=len(self.cells))
        if claimed.all() or not claimed.any():
            return np.full(len(self.codes), bool(len(claimed)) and bool(claimed[0]))
        return claimed[self.codes]

    def texts_at(self, rows: NDArray[np.intp]) -> list[tuple[str, NDArray[np.intp]]]:
        """Return every different text of some rows, with the rows that have it."""
        order = np.argsort(self.codes[rows], kind="stable")
        codes, rows = self.codes[rows][order], rows[order]
        starts = np.flatnonzero(np.diff(codes, prepend=-1))
        groups = np.split(rows, starts[1:]) if len(starts) else []
        return [(text_of(self.cells[code]), at) for code, at in zip(codes[starts].tolist(), groups, strict=True)]


class Columns:
    """The columns of a sheet from one row on, and their different cells."""

    def __init__(self, grid: Grid, first: int) -> None:
        self.first = first
        self._rows = grid.rows[first:]
        self._widths = {len(row) for row in self._rows}
        self._tail: pd.DataFrame | None = getattr(grid.sheet, "tail", None)
        self.count = len(self._rows) + (0 if self._tail is None else len(self._tail))
        self.width = max([*self._widths, 0 if self._tail is None else self._tail.shape[1]])
        self._cells: dict[int, Sequence[Cell]] = {}
        self._known: dict[int, Values] = {}
        self._all_figures: dict[int, bool] = {}

    def cells(self, column: int) -> Sequence[Cell]:
        """Return the cells at hand, without those of the tail."""
        if column not in self._cells:
            if len(self._widths) == 1 and column < next(iter(self._widths)):
                self._cells[column] = [row[column] for row in self._rows]
            else:
                self._cells[column] = [row[column] if column < len(row) else "" for row in self._rows]
        return self._cells[column]

    def values(self, column: int) -> Values:
        """Return the different cells; every column is looked through once."""
        if column not in self._known:
            self._known[column] = self._different(column)
        return self._known[column]

    def _different(self, column: int) -> Values:
        cells = self.cells(column)
        place = {cell: number for number, cell in enumerate(dict.fromkeys(cells))}
        codes = np.fromiter(map(place.__getitem__, cells), dtype=np.int32, count=len(cells))
        if self._tail is None:
            return Values(codes, list(place))
        if column >= self._tail.shape[1]:
            blank = place.setdefault("", len(place))
            return Values(np.append(codes, np.full(len(self._tail), blank)), list(place))
        tail = self._tail[column]
        if isinstance(tail.dtype, pd.CategoricalDtype):
            tail_codes, different = tail.cat.codes.to_numpy(), list(tail.cat.categories)
        else:
            tail_codes, numbers = pd.factorize(tail.to_numpy())
            different = numbers.tolist()
        to_place = np.array([place.setdefault(cell, len(place)) for cell in different] or [0], dtype=np.int32)
        return Values(np.append(codes, to_place[tail_codes]), list(place))

    def all_figures(self, column: int) -> bool:
        """Whether a column holds numbers only, so that its cells need not be told apart."""
        if column not in self._all_figures:
            at_hand = set(map(type, self.cells(column))) <= {int, float}
            tail = self._tail is None or (column < self._tail.shape[1] and self._tail[column].dtype == np.int64)
            self._all_figures[column] = at_hand and tail
        return self._all_figures[column]

    def series(self, column: int, rows: NDArray[np.intp]) -> pd.Series:
        """Return the cells of some rows as they are read: numbers, categorical texts, or cells."""
        cells = self.cells(column)
        everything = len(rows) == self.count
        if self._tail is None:
            values = np.empty(len(cells), dtype=object)
            values[:] = cells
            return pd.Series(values if everything else values[rows], dtype=object)
        known = self.values(column)
        if all(isinstance(cell, str) for cell in known.cells):
            categories: Any = pd.Index(np.array(known.cells, dtype=object))
            return pd.Series(pd.Categorical.from_codes(known.codes if everything else known.codes[rows], categories))
        head = [int(str(cell)) if _is_digits(cell) else cell for cell in cells]
        if all(isinstance(cell, int) for cell in head):
            return pd.Series(np.append(np.array(head, dtype=np.int64), self._tail[column].to_numpy())[rows])
        different = np.empty(len(known.cells), dtype=object)
        different[:] = known.cells
        return pd.Series(different[known.codes[rows]], dtype=object)


def _is_digits(cell: Cell) -> bool:
    return isinstance(cell, str) and cell.isascii() and cell.isdigit() and len(cell) < 19 and str(int(cell)) == cell
