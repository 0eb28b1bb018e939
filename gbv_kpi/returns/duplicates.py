"""Find returns of the same unit and year: neither counts, for either may be right."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.plan import Unit
from gbv_kpi.problems import Place, Problem


@dataclass(frozen=True, slots=True)
class Return:
    """One valid return, with the cell of every count."""

    unit: Unit  # of the year
    named: Unit  # the unit that the return names: a predecessor where it has merged since, else the same
    year: int
    place: Place  # of the unit's name, or of what stands for it
    values: Mapping[str, int]  # by field; one left blank is absent
    cells: Mapping[str, str]  # the address of each of these values

    @property
    def is_merged(self) -> bool:
        return self.named is not self.unit


def _key(frame: pd.DataFrame, *, across_files: bool) -> pd.Series:
    """Return a number for each unit and year (and file); NA where unit or year is not known."""
    unit = frame["unit"].cat.codes.astype(np.int64)
    key = unit * 10_000 + frame["year"]
    if not across_files:
        key += frame["file"].to_numpy(dtype=np.int64) * (10_000 * (1 + len(frame["unit"].cat.categories)))
    return key[(unit >= 0) & (frame["year"] > 0) & frame["is_reported"]]


def find_duplicates(frame: pd.DataFrame, *, across_files: bool) -> list[tuple[int, int]]:
    """Return pairs of rows: a return, and the first return of the same unit and year.

    The returns of the predecessors of a merged unit are not duplicates: together they are its return. A predecessor
    next to its successor is one, for nobody can tell whether the successor's return includes it.
    """
    key = _key(frame, across_files=across_files)
    if (np.diff(np.sort(key)) > 0).all():
        return []
    key = key[key.duplicated(keep=False)]
    rows = frame.loc[key.index]
    columns = (key.index, key, rows["named_unit"], rows["is_merged"])
    return _repeated(zip(*(column.tolist() for column in columns), strict=True))


def of_same_return(frame: pd.DataFrame, rows: list[int], *, across_files: bool) -> NDArray[np.bool_]:
    """Return which rows are of the same unit and year as one of these."""
    if not rows:
        return np.zeros(len(frame), dtype=bool)
    key = _key(frame, across_files=across_files)
    return frame.index.isin(key.index[key.isin(key[rows])])


def _repeated(rows: Iterable[tuple[int, object, str, bool]]) -> list[tuple[int, int]]:
    """Return the pairs among rows, which have position, unit and year, the unit named, and whether that merged."""
    pairs: list[tuple[int, int]] = []
    earlier: dict[object, list[tuple[int, str, bool]]] = defaultdict(list)
    for row, key, named, is_merged in rows:
        first = next((at for at, name, was in earlier[key] if name == named or not (was and is_merged)), None)
        if first is not None:
            pairs.append((row, first))
        earlier[key].append((row, named, is_merged))
    return sorted(pairs)


def describe_duplicate(given: Return, first: Return) -> Problem:
    """Report a return, and where an earlier one of the same unit and year is."""
    where = first.place.spot or first.place.file
    if first.place.file != given.place.file:
        where = f"{first.place.file} {first.place.spot}".strip()
    if given.named is not first.named:
        return one_unit(given, first.named.name, where)
    message = phrase(
        "{unit} already has a return for {year}: {where}.", unit=given.named.name, year=str(given.year), where=where
    )
    return duplicate_return(given, message)


def one_unit(given: Return, other: str, where: str) -> Problem:
    """Report a return next to one of a predecessor or successor of its unit."""
    message = phrase(
        "{unit} and {other} ({where}) are one unit in {year}; one return may hold the other.",
        unit=given.named.name,
        other=other,
        where=where,
        year=str(given.year),
    )
    return duplicate_return(given, message)


def duplicate_return(given: Return, message: Phrase) -> Problem:
    problem = Problem("duplicate-return", given.place, message, value=given.named.name)
    return problem.for_unit(given.unit.code, given.unit.name, given.year)
