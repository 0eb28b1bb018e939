"""Problems by the hundred thousand, as columns: each is made into a `Problem` when somebody looks at it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.i18n import Phrase
from gbv_kpi.on_demand import OnDemand
from gbv_kpi.problem_codes import CATALOGUE, Severity
from gbv_kpi.problems import Problem

AT_ONCE = 10_000  # problems whose places are numbers of Python at the same time


@dataclass(frozen=True, slots=True, eq=False)
class OneKind(OnDemand[Problem]):
    """Problems with one code and its usual remedy in cells of one file; `made` makes the one at a place."""

    file: str
    code: str
    rows: NDArray[np.signedinteger]  # of the cells, counted from 0
    columns: NDArray[np.signedinteger]
    made: Callable[[int], Problem]

    @property
    def severity(self) -> Severity:
        return CATALOGUE[self.code].severity

    @property
    def hint(self) -> Phrase:
        return CATALOGUE[self.code].remedy

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, place: int) -> Problem:
        return self.made(place)


class Problems(OnDemand[Problem]):
    """Problems after each other."""

    _part: NDArray[np.signedinteger]
    _place: NDArray[np.signedinteger]

    def __init__(self, told: Iterable[Problem | Sequence[Problem]], *, in_reading_order: bool = False) -> None:
        self.parts: list[Sequence[Problem]] = []
        part_of: list[NDArray[np.signedinteger]] = []
        places: list[NDArray[np.signedinteger]] = []
        for one in told:
            if isinstance(one, Problems):
                part_of.append(one._part + np.int32(len(self.parts)))
                places.append(one._place)
                self.parts.extend(one.parts)
            else:
                part = [one] if isinstance(one, Problem) else one
                part_of.append(np.full(len(part), len(self.parts), dtype=np.int32))
                places.append(np.arange(len(part), dtype=np.int32))
                self.parts.append(part)
        self._part, self._place = _joined(part_of, np.int32), _joined(places, np.int32)
        if in_reading_order:
            rows, columns = zip(*map(_cells, self.parts), strict=True) if self.parts else ((), ())
            order = np.lexsort([_joined(columns, np.int32), _joined(rows, np.int32)])
            self._part, self._place = self._part[order], self._place[order]

    def __len__(self) -> int:
        return len(self._part)

    def __iter__(self) -> Iterator[Problem]:
        for start in range(0, len(self), AT_ONCE):
            some = slice(start, start + AT_ONCE)
            for part, place in zip(self._part[some].tolist(), self._place[some].tolist(), strict=True):
                yield self.parts[part][place]

    def at(self, place: int) -> Problem:
        return self.parts[int(self._part[place])][int(self._place[place])]

    def __repr__(self) -> str:
        return f"Problems({list(self)!r})"

    def runs(self) -> Iterator[Problem | OneKind]:
        """Every problem in the order of their first ones, those of one kind that were told together as one."""
        parts, first = np.unique(self._part, return_index=True)
        for part in parts[np.argsort(first)].tolist():
            told = self.parts[part]
            if isinstance(told, OneKind):
                yield told
            else:
                yield from told

    def by_kind(self) -> "Mapping[tuple[str, str], Problems]":
        """Those of each file and code, in the order of their first ones."""
        numbers: dict[tuple[str, str], int] = {}
        of_parts = _joined([_numbered(part, numbers) for part in self.parts], np.int32)
        starts = np.cumsum([0, *map(len, self.parts)])
        number = of_parts[starts[self._part] + self._place]
        there, first, counts = np.unique(number, return_index=True, return_counts=True)
        places = np.split(np.argsort(number, kind="stable"), np.cumsum(counts)[:-1])
        kinds = list(numbers)
        return {kinds[there[kind]]: self._chosen(places[kind]) for kind in np.argsort(first)}

    def _chosen(self, places: NDArray[np.signedinteger]) -> "Problems":
        chosen = copy(self)
        chosen._part, chosen._place = self._part[places], self._place[places]
        return chosen


def _numbered(told: Sequence[Problem], numbers: dict[tuple[str, str], int]) -> NDArray[np.signedinteger]:
    """The number of each one's file and code; one that has none yet gets the next."""
    if isinstance(told, OneKind):
        return np.full(len(told), numbers.setdefault((told.file, told.code), len(numbers)), dtype=np.int32)
    return np.array([numbers.setdefault((one.place.file, one.code), len(numbers)) for one in told], dtype=np.int32)


def runs_of(problems: Iterable[Problem]) -> Iterable[Problem | OneKind]:
    return problems.runs() if isinstance(problems, Problems) else problems


def error_count(problems: Iterable[Problem]) -> int:
    errors = (told for told in runs_of(problems) if told.severity is Severity.ERROR)
    return sum(len(told) if isinstance(told, OneKind) else 1 for told in errors)


def has_errors(problems: Iterable[Problem]) -> bool:
    return any(told.severity is Severity.ERROR for told in runs_of(problems))


def _cells(told: Sequence[Problem]) -> tuple[NDArray[np.signedinteger], NDArray[np.signedinteger]]:
    """Row and column of each, counted from 1; 0 where it has none."""
    if isinstance(told, OneKind):
        return told.rows + 1, told.columns + 1
    return (
        np.array([problem.place.row or 0 for problem in told], dtype=np.int32),
        np.array([_column(problem.place.cell or "") for problem in told], dtype=np.int32),
    )


def _column(address: str) -> int:
    number = 0
    for letter in address.rstrip("0123456789"):
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _joined(columns: Sequence[NDArray[np.signedinteger]], kind: type) -> NDArray[np.signedinteger]:
    return np.concatenate([np.array([], dtype=kind), *columns]).astype(kind, copy=False)
