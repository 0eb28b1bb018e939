"""Returns by the million, in as few bytes as hold them: columns of whole numbers, and names as bytes.

A count is 0 or more, so a blank one is held as -1; `known` and `whole` go from and to None.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BLANK", "Counts", "Lines", "Names", "Numbers", "compact", "held", "known", "places_in_order", "whole"]

BLANK = -1

Numbers = NDArray[np.signedinteger[Any]]


def known(count: int) -> int | None:
    """The count, None where it is blank."""
    return None if count == BLANK else int(count)


def whole(counts: Iterable[int | None]) -> NDArray[np.int64]:
    return np.array([BLANK if count is None else count for count in counts], dtype=np.int64)


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
    by_field: Mapping[str, Numbers]

    def __len__(self) -> int:
        return len(self.units)

    def column(self, field: str) -> "pd.Series":
        """A field of all units as pandas computes with it: whole numbers, or NA where blank."""
        import pandas as pd

        return pd.Series(_with_blanks(self.by_field[field]))

    def of(self, place: int) -> dict[str, int]:
        """The counts of one unit by field; one that is not known is not there."""
        return {field: int(column[place]) for field, column in self.by_field.items() if column[place] != BLANK}


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Returns as columns, a row each.

    `unit` and `named` are places in `units` (the codes in order) and `names` (as the returns name the units).
    """

    year: Numbers
    unit: Numbers
    named: Numbers
    by_field: Mapping[str, Numbers]
    units: Names
    names: Names

    def __len__(self) -> int:
        return len(self.year)

    def where(self, chosen: NDArray[np.bool_]) -> "Lines":
        if chosen.all():
            return self
        by_field = {field: column[chosen] for field, column in self.by_field.items()}
        return Lines(self.year[chosen], self.unit[chosen], self.named[chosen], by_field, self.units, self.names)

    @property
    def years(self) -> list[int]:
        return [int(year) for year in np.unique(self.year)]

    def units_of(self, year: int) -> Names:
        """The codes of the units that have a return of that year."""
        return Names(self.units.encoded[np.unique(self.unit[self.year == year])])

    def names_of(self, year: int, code: str) -> set[str]:
        """How the returns of a unit name it."""
        rows = (self.year == year) & (self.units.encoded == code.encode())[self.unit]
        return {self.names[int(place)] for place in np.unique(self.named[rows])}

    def counts_of(self, year: int) -> Counts:
        """The counts of each unit in that year, summed over its predecessors; a sum with a blank in it is not known."""
        rows = np.flatnonzero(self.year == year)
        rows = rows[np.argsort(self.unit[rows], kind="stable")]
        units, starts = np.unique(self.unit[rows], return_index=True)
        by_field = {field: _sums(column[rows], starts) for field, column in self.by_field.items()}
        all_of_them = len(units) == len(self.units)
        return Counts(year, self.units if all_of_them else Names(self.units.encoded[units]), by_field)

    def frame(self) -> "pd.DataFrame":
        """As a table of pandas: unit, named, year and the fields, which are whole numbers or NA."""
        import pandas as pd

        unit, named = (
            pd.Categorical.from_codes(places, pd.Index(list(texts), dtype=object)).astype(object)
            for places, texts in ((self.unit, self.units), (self.named, self.names))
        )
        counts = {field: _with_blanks(column) for field, column in self.by_field.items()}
        return pd.DataFrame({"unit": unit, "named": named, "year": pd.array(self.year, dtype="Int64"), **counts})


def _sums(column: Numbers, starts: NDArray[np.intp]) -> Numbers:
    """The sum of each group of rows, blank where one of them is; `starts` is where the groups begin."""
    if len(starts) == len(column):
        return column
    blank = np.logical_or.reduceat(column == BLANK, starts)
    return compact(np.where(blank, BLANK, np.add.reduceat(column.astype(np.int64), starts)))


def held(column: "pd.Series") -> Numbers:
    """A column of pandas in the least bytes that hold it."""
    return compact(column.fillna(BLANK).to_numpy(dtype=np.int64))


def _with_blanks(column: Numbers) -> "pd.arrays.IntegerArray":
    import pandas as pd

    return pd.arrays.IntegerArray(column.astype(np.int64), column == BLANK)
