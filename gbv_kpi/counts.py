"""Returns by the million, in as few bytes as hold them: columns of whole numbers, and names as bytes.

A count is 0 or more, so a blank one is held as -1; `known` and `whole` go from and to None.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.shelf import Shelved

if TYPE_CHECKING:
    import pandas as pd

BLANK = -1
UNCHOSEN = -1

Numbers = NDArray[np.signedinteger[Any]]
Column = Numbers | Shelved
Rows = NDArray[np.int32]


def known(count: int) -> int | None:
    """The count, None where it is blank."""
    return None if count == BLANK else int(count)


def whole(counts: Iterable[int | None]) -> NDArray[np.int64]:
    return np.array([BLANK if count is None else count for count in counts], dtype=np.int64)


def at_rows(column: Column, rows: NDArray[np.integer[Any]]) -> Numbers:
    """The numbers of some rows in ascending order."""
    numbers: Numbers = column.at(rows) if isinstance(column, Shelved) else column[rows]
    return numbers


def compact(column: Numbers) -> Numbers:
    """The same numbers in the least bytes that hold them all."""
    largest = int(column.max(initial=0))
    kind = next(kind for kind in (np.int8, np.int16, np.int32, np.int64) if largest <= np.iinfo(kind).max)
    return column.astype(kind, copy=False)


class Names(Sequence[str]):
    """Many short texts, held as bytes; a million of them as objects would take ten times the room."""

    def __init__(self, texts: Iterable[str] | NDArray[np.bytes_] = ()) -> None:
        self.encoded: NDArray[np.bytes_] = (
            texts if isinstance(texts, np.ndarray) else np.array([text.encode() for text in texts], dtype=np.bytes_)
        )

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Names":
        return texts if isinstance(texts, Names) else cls(texts)

    def __len__(self) -> int:
        return len(self.encoded)

    def __iter__(self) -> Iterator[str]:
        return map(bytes.decode, self.encoded.tolist())

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> "Names": ...
    def __getitem__(self, place: int | slice) -> "str | Names":
        found = self.encoded[place]
        return Names(found) if isinstance(place, slice) else bytes(found).decode()


def places_in_order(names: Names) -> tuple[NDArray[np.intp], Names]:
    """Where each name stands among the different ones, and these in order."""
    different, places = np.unique(names.encoded, return_inverse=True)
    return places, Names(different)


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """What was counted in one year: a row for each unit by its code, a column for each field."""

    year: int
    units: Names
    by_field: Mapping[str, Column]
    rows: Rows  # of the columns
    order: Rows  # of these, those of a unit together
    starts: NDArray[np.intp]  # where among these each unit begins

    def __len__(self) -> int:
        return len(self.units)

    def of_field(self, field: str) -> Numbers:
        """A field of all units, summed over their predecessors; a sum with a blank in it is not known."""
        column = at_rows(self.by_field[field], self.rows)[self.order]
        if len(self.starts) == len(column):
            return column
        blank = np.logical_or.reduceat(column == BLANK, self.starts)
        return compact(np.where(blank, BLANK, np.add.reduceat(column.astype(np.int64), self.starts)))

    def by_unit(self) -> Iterator[tuple[str, dict[str, int]]]:
        """Each unit's code, and its counts by field; one that is not known is not there."""
        columns = [self.of_field(field).tolist() for field in self.by_field]
        for unit, *counts in zip(self.units, *columns, strict=True):
            yield unit, {field: count for field, count in zip(self.by_field, counts, strict=True) if count != BLANK}


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Returns as columns, a row each.

    `unit` and `named` are places in `units` (the codes in order) and `names` (as the returns name the units).
    """

    year: Column
    unit: Column
    named: Column
    by_field: Mapping[str, Column]
    units: Names
    names: Names
    chosen: NDArray[np.bool_] | None = None  # the rows that count; None: all of them

    def __len__(self) -> int:
        return len(self.year) if self.chosen is None else int(self.chosen.sum())

    def where(self, chosen: NDArray[np.bool_]) -> "Lines":
        """Those of all rows that are chosen."""
        return replace(self, chosen=None if chosen.all() else chosen)

    @property
    def years(self) -> list[int]:
        return sorted({int(year) for _, some in self._years_by_row() for year in np.unique(some) if year != UNCHOSEN})

    def rows_of(self, year: int) -> Rows:
        rows = [(np.flatnonzero(some == year) + start).astype(np.int32) for start, some in self._years_by_row()]
        return np.concatenate(rows) if rows else np.array([], dtype=np.int32)

    def _years_by_row(self) -> Iterator[tuple[int, Numbers]]:
        """The year of each row that is chosen, some rows at a time, and which row is the first of them."""
        start = 0
        for years in self.year.pieces() if isinstance(self.year, Shelved) else (self.year,):
            end = start + len(years)
            yield start, years if self.chosen is None else np.where(self.chosen[start:end], years, UNCHOSEN)
            start = end

    def units_of(self, year: int) -> Names:
        """The codes of the units that have a return of that year."""
        units = np.unique(at_rows(self.unit, self.rows_of(year)))
        return self.units if len(units) == len(self.units) else Names(self.units.encoded[units])

    def names_of(self, year: int, codes: Collection[str]) -> Mapping[str, set[str]]:
        """How the returns of some units name them, by code."""
        asked = np.isin(self.units.encoded, np.array([code.encode() for code in codes], dtype=np.bytes_))
        rows = self.rows_of(year)
        rows = rows[asked[at_rows(self.unit, rows)]]
        named: dict[str, set[str]] = defaultdict(set)
        pairs = (at_rows(column, rows).tolist() for column in (self.unit, self.named))
        for unit, name in set(zip(*pairs, strict=True)):
            named[self.units[unit]].add(self.names[name])
        return named

    def counts_of(self, year: int) -> Counts:
        """The counts of each unit in that year."""
        rows = self.rows_of(year)
        unit = at_rows(self.unit, rows)
        order = np.argsort(unit, kind="stable").astype(np.int32)
        unit = unit[order]
        starts = np.flatnonzero(np.diff(unit, prepend=-1))
        units = unit[starts]
        all_of_them = len(units) == len(self.units)
        names = self.units if all_of_them else Names(self.units.encoded[units])
        return Counts(year, names, self.by_field, rows, order, starts)

    def frame(self) -> "pd.DataFrame":
        """As a table of pandas: unit, named, year and the fields, which are whole numbers or NA."""
        import pandas as pd

        unit, named = (
            pd.Categorical.from_codes(self._of_chosen(places), pd.Index(list(texts), dtype=object)).astype(object)
            for places, texts in ((self.unit, self.units), (self.named, self.names))
        )
        counts = {field: _with_blanks(self._of_chosen(column)) for field, column in self.by_field.items()}
        years = pd.array(self._of_chosen(self.year), dtype="Int64")
        return pd.DataFrame({"unit": unit, "named": named, "year": years, **counts})

    def _of_chosen(self, column: Column) -> Numbers:
        numbers: Numbers = np.asarray(column)
        return numbers if self.chosen is None else numbers[self.chosen]


def series(column: Numbers) -> "pd.Series":
    """A column as pandas computes with it: whole numbers, or NA where blank."""
    import pandas as pd

    return pd.Series(_with_blanks(column))


def held(column: "pd.Series") -> Numbers:
    """A column of pandas in the least bytes that hold it."""
    return compact(column.fillna(BLANK).to_numpy(dtype=np.int64))


def _with_blanks(column: Numbers) -> "pd.arrays.IntegerArray":
    import pandas as pd

    return pd.arrays.IntegerArray(column.astype(np.int64), column == BLANK)
