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
    keys = ["unit", "year"] if across_files else ["file", "unit", "year"]
    is_known = frame["unit"].notna() & (frame["year"] > 0) & frame["is_reported"]
    known = frame.loc[is_known, [*keys, "named_unit", "is_merged"]]
    among = known[known.duplicated(keys, keep=False)]
    is_duplicate = np.zeros(len(frame), dtype=bool)
    if among.empty:
        return np.empty((0, 2), dtype=np.int64), is_duplicate
    group = among.groupby(keys, observed=True).ngroup()
    row = pd.Series(among.index, among.index)
    first_named = row.groupby([group, among["named_unit"].cat.codes]).transform("min")
    first_unmerged = row.mask(among["is_merged"], len(frame)).groupby(group).transform("min")
    first = row.groupby(group).transform("min").mask(among["is_merged"], np.minimum(first_named, first_unmerged))
    repeats = first < row
    is_duplicate[row[repeats.groupby(group).transform("any")]] = True
    return np.column_stack([row[repeats], first[repeats]]), is_duplicate


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
