"""Derive what readers of former publications know about the counts of a year."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from gbv_kpi.kpi.publication import Publication, Side
from gbv_kpi.suppression.counts import Counts, value_of
from gbv_kpi.suppression.families import Family
from gbv_kpi.suppression.selection import Booleans, Integers


class FormerSum(NamedTuple):
    """The sum of some units in a former publication, which is given by its number."""

    publication: int
    indicator: str
    units: tuple[str, ...]
    total: int


Former = Mapping[int, Mapping[Side, Sequence[FormerSum]]]  # by year


@dataclass(frozen=True, eq=False)
class Known:
    """The facts of former publications about the counts of a year.

    A sum that differs from today's is of corrected returns. If it is of one unit, it reveals nothing about the new
    return. If it is of several, it does not reveal which one was corrected: its units are kept together, as if the
    sum were unchanged, which overestimates what the reader knows.
    """

    corrected: Mapping[Side, Booleans]  # by unit: whether a former sum of several units with it has changed
    cells: Mapping[Side, Integers]  # by unit: units with the same number were in the same sums; 0: in none
    printed_units: Mapping[Side, Booleans]  # by unit: whether its present count was printed
    printed_rows: Mapping[Side, Booleans]  # by row: whether its present sum was printed
    sums: Mapping[tuple[str, ...], Mapping[Side, Mapping[int, int]]]  # by several units, fields and publication

    @property
    def is_empty(self) -> bool:
        return not any(cells.any() for cells in self.cells.values())


def former_sums(former: Iterable[Publication], years: Iterable[int]) -> Former:
    """Return every sum that was published of these years."""
    wanted = set(years)
    sums: dict[int, dict[Side, list[FormerSum]]] = {year: defaultdict(list) for year in wanted}
    for number, publication in enumerate(former):
        for year, side, indicator, units, count in publication.sums(wanted):
            sums[year][side].append(FormerSum(number, indicator, units, count))
    return sums


def known_of(counts: Counts, former: Mapping[Side, Sequence[FormerSum]]) -> Known:
    position = {unit: number for number, unit in enumerate(counts.units)}
    row_by_units = {units: row for row, units in enumerate(counts.units_by_row())}
    cells: dict[Side, Integers] = {}
    printed_rows = {side: np.zeros(len(counts.rows), dtype=bool) for side in counts.sums}
    printed_units = {side: np.zeros(len(counts.units), dtype=bool) for side in counts.sums}
    corrected = {side: np.zeros(len(counts.units), dtype=bool) for side in counts.sums}
    sums: dict[tuple[str, ...], dict[Side, dict[int, int]]] = {}
    for side, now in counts.sums.items():
        numbers: dict[tuple[int, str], Integers] = {}  # by table: which of its sums each unit is in
        for number, (publication, indicator, units, total) in enumerate(former.get(side, ()), start=1):
            members = [position[unit] for unit in units if unit in position]
            is_same = len(members) == len(units) and bool(now[members].sum() == total)
            if len(units) > 1:
                sums.setdefault(units, {}).setdefault(side, {})[publication] = total
                corrected[side][members] |= not is_same
            elif is_same:
                printed_units[side][members] = True
            else:
                continue
            if is_same and units in row_by_units:
                printed_rows[side][row_by_units[units]] = True
            numbers.setdefault((publication, indicator), np.zeros(len(now), dtype=np.int64))[members] = number
        cells[side] = _numbered(list(numbers.values()), len(now))
    return Known(corrected, cells, printed_units, printed_rows, sums)


def _numbered(columns: Sequence[Integers], length: int) -> Integers:
    """Assign a number to each combination in the columns; zeros, which are appended and sort first, get 0."""
    zeros = np.zeros(length, dtype=np.int64)
    combined = np.stack([zeros, *columns], axis=1)
    _, cell = np.unique(np.append(combined, combined[:1] * 0, axis=0), axis=0, return_inverse=True)
    return cell.reshape(-1)[:length].astype(np.int64)


def joined(columns: Sequence[Integers]) -> Integers:
    """Return the finest cells that are unions of cells in every column: all columns reveal their sums."""
    if all(np.array_equal(column, columns[0]) for column in columns):
        return columns[0]
    joined = pd.Series(np.where(np.min(columns, axis=0) == 0, 0, columns[0]))
    while True:
        previous = joined
        for column in columns:
            joined = joined.groupby(column).transform("min")
        if joined.equals(previous):
            return joined.to_numpy().astype(np.int64)


def corrected_rows(counts: Counts, known: Known, family: Family, limit: int) -> tuple[Booleans, set[str]]:
    """Return the rows to withhold because one of their sums was corrected, and the totals that would reveal it.

    Rows withheld from a sum that only another plan prints stay withheld: bounds across plans are not derived.

    If a sum fell, the corrected returns had at least the difference before, and the others have at most the remainder
    (`room`). A total is withheld if that is below the limit.
    """
    forced = np.zeros(len(counts.rows), dtype=bool)
    for side in counts.sums.keys() - {side for pair in counts.pairs.values() for side in pair}:
        forced[counts.row[(known.cells[side] > 0) & ~known.printed_units[side] & (counts.row >= 0)]] = True
    totals: set[str] = set()
    units_by_row = counts.units_by_row()
    for units, sums in known.sums.items():
        members = np.isin(counts.units, units)
        now = {side: counts.sums[side][members].sum() for side in sums}
        has_unit_gone = members.sum() < len(units)
        if not has_unit_gone and all(set(by_number.values()) == {now[side]} for side, by_number in sums.items()):
            continue
        for row, of_row in enumerate(units_by_row):
            if set(of_row) & set(units) and not set(of_row) >= set(units):
                forced[row] = True
        for amount in family.amounts:
            common = sorted(set.intersection(*(set(sums.get(side, ())) for side in amount.sides)))
            if not common:
                continue
            values = value_of(
                amount, {side: np.array([*(sums[side][n] for n in common), now[side]], float) for side in amount.sides}
            )
            room = values[0] - np.maximum(-np.diff(values), 0).sum()
            if has_unit_gone or (values[-1] != values[-2] and not room >= limit):
                totals |= {name for name, pair in counts.pairs.items() if set(pair) & set(amount.sides)}
    printed = [known.printed_rows[side] for pair in counts.pairs.values() for side in pair]
    return forced & ~np.logical_and.reduce(printed), totals
