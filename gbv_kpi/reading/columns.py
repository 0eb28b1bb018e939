"""The columns of a sheet below a header: every different cell, and which of them each row has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gbv_kpi.reading.grid import Grid
from gbv_kpi.reading.normalize import alike
from gbv_kpi.sheets.sheet import Cell, text_of

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """The cells of one column below a header: the different ones, and which of them each row has."""

    codes: NDArray[np.int32]
    cells: Sequence[Cell]

    def holds(self, claim: Callable[[Cell], bool], among: Mask | None = None) -> Mask:
        """Return the rows, of all or of some, with a cell of which the claim is true."""
        if among is None:
            claimed = np.fromiter(map(claim, self.cells), dtype=bool, count=len(self.cells))
            return claimed[self.codes]
        found = among.copy()
        codes = self.codes[among]
        present = np.flatnonzero(np.bincount(codes, minlength=len(self.cells)))
        claimed = np.zeros(len(self.cells), dtype=bool)
        claimed[present] = [claim(self.cells[code]) for code in present.tolist()]
        found[among] = claimed[codes]
        return found

    def alike(self) -> "Values":
        """Return the cells with their long numbers made the same, for claims that do not depend on them."""
        texts = [cell for cell in self.cells if isinstance(cell, str)]
        looks: list[Cell] = [*alike("\0".join(texts)).split("\0")] if len(texts) == len(self.cells) else []
        if len(looks) != len(self.cells):
            looks = [alike(cell) if isinstance(cell, str) else cell for cell in self.cells]
        place = {look: number for number, look in enumerate(dict.fromkeys(looks))}
        if len(place) == len(self.cells):
            return self
        to_look = np.fromiter(map(place.__getitem__, looks), dtype=np.int32, count=len(looks))
        return Values(to_look[self.codes], list(place))

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
        self._looks: dict[int, Values] = {}
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

    def cell(self, column: int, row: int) -> Cell:
        values = self.values(column)
        return values.cells[int(values.codes[row])]

    def looks(self, column: int) -> Values:
        """Return the different cells with their long numbers made the same."""
        if column not in self._looks:
            self._looks[column] = self.values(column).alike()
        return self._looks[column]

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
            tail = self._tail
            if tail is not None and (column >= tail.shape[1] or isinstance(tail[column].dtype, pd.CategoricalDtype)):
                self._all_figures[column] = False
            else:
                cells = self.cells(column)
                self._all_figures[column] = set(map(type, cells)) <= {int, float} or all(map(_is_digits, cells))
        return self._all_figures[column]

    def series(self, column: int, rows: NDArray[np.intp]) -> pd.Series:
        """Return the cells of some rows as they are read: whole numbers, categories of texts, or cells."""
        chosen = slice(None) if len(rows) == self.count else rows
        cells = self.cells(column)
        if self.all_figures(column) and (numbers := _whole_numbers(cells)) is not None:
            parts = [numbers] if self._tail is None else [numbers, self._tail[column].to_numpy()]
            return pd.Series(np.concatenate(parts)[chosen], copy=False)
        if self._tail is None:
            values = np.empty(len(cells), dtype=object)
            values[:] = cells
            return pd.Series(values[chosen], dtype=object)
        known = self.values(column)
        if all(isinstance(cell, str) for cell in known.cells):
            categories: Any = pd.Index(np.array(known.cells, dtype=object))
            return pd.Series(pd.Categorical.from_codes(known.codes[chosen], categories))
        different = np.empty(len(known.cells), dtype=object)
        different[:] = known.cells
        return pd.Series(different[known.codes[chosen]], dtype=object)


def _whole_numbers(cells: Sequence[Cell]) -> NDArray[np.integer[Any]] | None:
    """Return numbers, or texts of digits, as whole numbers of 32 or 64 bits; None where some may not be exact."""
    numbers: NDArray[np.float64] = np.array(cells, dtype=np.float64)
    largest = np.abs(numbers).max(initial=0)
    if largest >= 2**53 or (np.floor(numbers) != numbers).any():
        return None
    return numbers.astype(np.int32 if largest < 2**31 else np.int64)


def _is_digits(cell: Cell) -> bool:
    return isinstance(cell, str) and cell.isascii() and cell.isdigit() and len(cell) < 19 and str(int(cell)) == cell
