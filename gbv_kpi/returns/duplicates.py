"""Find returns of the same unit and year: neither counts, for either may be right."""

from collections.abc import Mapping
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
    named: Unit  # the unit that the return names: `unit`, or a predecessor merged into it
    year: int
    place: Place  # of the unit's name, or of the cell that replaces it
    values: Mapping[str, int]  # by field; one left blank is absent
    cells: Mapping[str, str]  # the address of each of these values

    @property
    def is_merged(self) -> bool:
        return self.named is not self.unit


def find_duplicates(frame: pd.DataFrame, *, across_files: bool) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return pairs of rows, a return and the first return of the same unit and year, and which rows do not count.

    The returns of the predecessors of a merged unit are not duplicates: together they are its return. A predecessor
    and its successor are: the successor's return may or may not include the predecessor's.
    """
    unit, year = frame["unit"].cat.codes.to_numpy(), frame["year"].to_numpy()
    key = unit * np.int64(10_000) + year
    if not across_files:
        key += frame["file"].to_numpy(np.int64) * (10_000 * (1 + len(frame["unit"].cat.categories)))
    is_known = (unit >= 0) & (year > 0) & frame["is_reported"].to_numpy()
    is_duplicate = np.zeros(len(frame), dtype=bool)
    ordered = np.sort(key[is_known])
    if (ordered[1:] > ordered[:-1]).all():
        return np.empty((0, 2), dtype=np.int64), is_duplicate
    row = np.flatnonzero(is_known)
    row = row[pd.Index(key[row]).duplicated(keep=False)]
    key = key[row]
    named = frame["named_unit"].cat.codes.to_numpy()[row]
    is_merged = frame["is_merged"].to_numpy()[row]
    group, _ = pd.factorize(key)
    first_named = _group_minimum(group * (1 + len(frame["named_unit"].cat.categories)) + named, row)
    first_unmerged = _group_minimum(group, np.where(is_merged, len(frame), row))
    first = np.where(is_merged, np.minimum(first_named, first_unmerged), _group_minimum(group, row))
    repeats = first < row
    is_duplicate[row[np.isin(key, key[repeats])]] = True
    return np.column_stack([row[repeats], first[repeats]]), is_duplicate


def _group_minimum(keys: NDArray[np.int64], values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return, for each key, the least value of all rows with that key."""
    group, different = pd.factorize(keys)
    least = np.full(len(different), np.iinfo(np.int64).max)
    np.minimum.at(least, group, values)
    return least[group]


def describe_duplicate(given: Return, first: Return) -> Problem:
    """Report a return and the place of an earlier one of the same unit and year."""
    where = first.place.spot or first.place.file
    if first.place.file != given.place.file:
        where = f"{first.place.file} {first.place.spot}".strip()
    if given.named is not first.named:
        return same_unit_problem(given, first.named.name, where)
    message = phrase(
        "{unit} already has a return for {year}: {where}.", unit=given.named.name, year=str(given.year), where=where
    )
    return duplicate_return(given, message)


def same_unit_problem(given: Return, other: str, where: str) -> Problem:
    """Report a return as a duplicate of one by a predecessor or successor of its unit."""
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
