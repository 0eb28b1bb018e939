"""Cells by the million: a column holds every different cell once, and which of them stands in each row.

What is asked of a cell is asked once of each different one, however many rows repeat it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.sheets.sheet import Cell, text_of

Rows = NDArray[np.intp]  # places of rows in a block


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """The cells of some rows."""

    cells: Sequence[Cell]
    places: NDArray[np.integer[Any]]  # of each row's cell among `cells`

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> "Column":
        if len({bool, int, float}.intersection(map(type, cells))) > 1:  # 1, 1.0 and True are equal, but not the same
            place_by_key = {key: place for place, key in enumerate(dict.fromkeys((type(cell), cell) for cell in cells))}
            keys = [place_by_key[type(cell), cell] for cell in cells]
            return cls([cell for _, cell in place_by_key], np.array(keys, dtype=np.int32))
        place_by_cell = {cell: place for place, cell in enumerate(dict.fromkeys(cells))}
        places = np.fromiter(map(place_by_cell.__getitem__, cells), dtype=np.int32, count=len(cells))
        return cls(list(place_by_cell), places)

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, row: int) -> Cell:
        return self.cells[int(self.places[row])]

    def at(self, rows: Rows | slice) -> "Column":
        """The cells of some of the rows, in ascending order; as many as there are, are all of them."""
        places = self.places[rows]
        if len(places) == len(self.places):
            return self
        occurs = np.zeros(len(self.cells), dtype=bool)
        occurs[places] = True
        cells = [self.cells[place] for place in np.flatnonzero(occurs).tolist()]
        return Column(cells, (np.cumsum(occurs) - 1)[places])

    def holds(self, claim: Callable[[Any], bool]) -> NDArray[np.bool_]:
        """In which rows the cell is as claimed."""
        claimed: NDArray[np.bool_] = np.fromiter(map(claim, self.cells), dtype=bool, count=len(self.cells))
        rows: NDArray[np.bool_] = claimed[self.places]
        return rows

    def texts(self) -> "Column":
        """The same cells as their reader sees them."""
        return Column(list(map(text_of, self.cells)), self.places)

    def __add__(self, below: "Column") -> "Column":
        places = np.concatenate([self.places.astype(np.int32), below.places.astype(np.int32) + len(self.cells)])
        return Column([*self.cells, *below.cells], places)


BLANKS = ("",)


@dataclass(frozen=True, slots=True, eq=False)
class Block(Sequence[Sequence[Cell]]):
    """Rows that follow each other on a sheet, as columns; `first` is the number of the first one."""

    first: int
    height: int
    columns: Sequence[Column]

    @classmethod
    def of(cls, rows: Sequence[Sequence[Cell]], first: int = 0) -> "Block":
        return cls(first, len(rows), [Column.of(cells) for cells in zip_longest(*rows, fillvalue="")])

    def __len__(self) -> int:
        return self.height

    def column(self, number: int) -> Column:
        """The column of that number, blank beyond the last one."""
        if number < len(self.columns):
            return self.columns[number]
        return Column(BLANKS, np.zeros(self.height, dtype=np.int8))

    @overload
    def __getitem__(self, place: int) -> list[Cell]: ...
    @overload
    def __getitem__(self, place: slice) -> list[list[Cell]]: ...
    def __getitem__(self, place: int | slice) -> list[Cell] | list[list[Cell]]:
        """The cells of a row up to the last filled one."""
        if isinstance(place, slice):
            return [self[one] for one in range(self.height)[place]]
        row = range(self.height)[place]
        cells = [column.cells[column.places[row]] for column in self.columns]
        while cells and cells[-1] == "":
            cells.pop()
        return cells

    def below(self, row: int) -> "Block":
        """The rows from the one of that number on."""
        rows = slice(row - self.first, None)
        columns = [column.at(rows) for column in self.columns]
        return Block(row, self.height - (row - self.first), columns)

    def __add__(self, below: "Block") -> "Block":
        width = max(len(self.columns), len(below.columns))
        columns = [self.column(number) + below.column(number) for number in range(width)]
        return Block(self.first, self.height + below.height, columns)
