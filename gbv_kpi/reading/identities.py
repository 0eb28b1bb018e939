"""Whose return each line is, as values: unit, year, and where they stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.plan import Unit
from gbv_kpi.problems import Place, Problem
from gbv_kpi.reading.units import NamedUnit, NamedUnits


@dataclass(frozen=True, slots=True)
class Said:
    """Something a sheet says outside its lines, and where."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class AssumedYear:
    """The year of returns that name none; where it `binds`, a return that names another is a problem."""

    year: int
    binds: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """The unit and year of one line as far as they are known, and where they stand."""

    unit: NamedUnit | None
    year: int | None
    place: Place  # of the unit's name, or of what stands for it


Whose = tuple[Unit | None, int | None]
LineProblem = tuple[int | None, Problem]  # the index of the line it fails; None: every line of the layout


@dataclass(frozen=True, slots=True, eq=False)
class Identities:
    """Whose return each line is: `year` is 0 and `unit`, a place in `units`, is -1 where it is not known."""

    year: NDArray[np.int16]
    unit: NDArray[np.int32]
    units: NamedUnits
    problems: Sequence[LineProblem]
    place_by_year: Mapping[int, Place]  # of the unit that the title names
    _told: dict[int, Whose] = field(default_factory=dict)  # a line with ten faults has one unit and one year

    def __len__(self) -> int:
        return len(self.year)

    @property
    def waited_for(self) -> NDArray[np.bool_]:
        """The lines whose unit must give every field, or is not known."""
        return np.append(self.units.expected, True)[self.unit]

    def of(self, index: int) -> Whose:
        """Unit and year of a line, as far as they are known."""
        if index not in self._told:
            unit = self.units.at(int(self.unit[index])).unit if self.unit[index] >= 0 else None
            self._told[index] = unit, int(self.year[index]) or None
        return self._told[index]


def alike_in(keys: NDArray[np.int64]) -> Iterator[NDArray[np.intp]]:
    """The indices of equal keys together."""
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.diff(keys[order], prepend=-1)).tolist()
    yield from (order[start:end] for start, end in pairwise([*starts, len(order)]))
