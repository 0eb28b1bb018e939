"""Work out what readers of former publications know of the counts of a year."""

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
    """The sum of some units in a former publication, by its number."""

    publication: int
    indicator: str
    units: tuple[str, ...]
    total: int


Former = Mapping[int, Mapping[Side, Sequence[FormerSum]]]  # by year


@dataclass(frozen=True, eq=False)
class Known:
    """The facts of former publications about the counts of a year.

    A sum that differs from today's is of corrected returns. The sum of one unit reveals nothing of its new return.
    That of several does not reveal which one was corrected: it is treated as unchanged, which assumes that the reader
    knows more than he does, and its units are kept together.
    """

    corrected: Mapping[Side, Booleans]  # of each unit: whether a sum of several that it is in was another
    cells: Mapping[Side, Integers]  # of each unit: those with the same number were in the same sums; 0: in none
    alone: Mapping[Side, Booleans]  # of each unit: whether its count was printed, and is still the same
    printed: Mapping[Side, Booleans]  # of each row: whether its sum was printed, and is still the same
    sums: Mapping[tuple[str, ...], Mapping[Side, Mapping[int, int]]]  # of several units, by number of publication

    @property
    def is_empty(self) -> bool:
        return not any(cells.any() for cells in self.cells.values())


def told_before(former: Iterable[Publication], years: Iterable[int]) -> Former:
    """Return every sum that was published of these years."""
    wanted = set(years)
    told: dict[int, dict[Side, list[FormerSum]]] = {year: defaultdict(list) for year in wanted}
    for number, publication in enumerate(former):
        for year, side, indicator, units, count in publication.sums(wanted):
            told[year][side].append(FormerSum(number, indicator, units, count))
    return told


def known_of(counts: Counts, former: Mapping[Side, Sequence[FormerSum]]) -> Known:
    position = {unit: number for number, unit in enumerate(counts.units)}
    row_by_units = {units: row for row, units in enumerate(counts.units_by_row())}
    cells: dict[Side, Integers] = {}
    printed = {side: np.zeros(len(counts.rows), dtype=bool) for side in counts.sums}
    alone = {side: np.zeros(len(counts.units), dtype=bool) for side in counts.sums}
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
                alone[side][members] = True
            else:
                continue
            if is_same and units in row_by_units:
                printed[side][row_by_units[units]] = True
            numbers.setdefault((publication, indicator), np.zeros(len(now), dtype=np.int64))[members] = number
        cells[side] = _numbered(list(numbers.values()), len(now))
    return Known(corrected, cells, alone, printed, sums)


def _numbered(columns: Sequence[Integers], length: int) -> Integers:
    """Return a number for each combination that occurs in the columns, 0 for zeros only."""
    zeros = np.zeros(length, dtype=np.int64)
    combined = np.stack([zeros, *columns], axis=1)
    _, cell = np.unique(np.append(combined, combined[:1] * 0, axis=0), axis=0, return_inverse=True)
    return cell.reshape(-1)[:length].astype(np.int64)


def joined(columns: Sequence[Integers]) -> Integers:
    """Return the finest cells that are made of whole cells of every column: the sums that all of them tell."""
    if all(np.array_equal(column, columns[0]) for column in columns):
        return columns[0]
    joined = pd.Series(np.where(np.min(columns, axis=0) == 0, 0, columns[0]))
    while True:
        before = joined
        for column in columns:
            joined = joined.groupby(column).transform("min")
        if joined.equals(before):
            return joined.to_numpy().astype(np.int64)


def corrected_rows(counts: Counts, known: Known, family: Family, limit: int) -> tuple[Booleans, set[str]]:
    """Return the rows to keep withheld because a sum that they are in was corrected, and the totals that reveal it.

    Rows withheld from a sum that only another plan prints stay withheld as well: how its parts and wholes bound each
    other across plans is not worked out.

    Where a sum fell, the corrected returns had at least the difference before, and the others at most the rest
    (`room`). A total is withheld where that is below the limit.
    """
    forced = np.zeros(len(counts.rows), dtype=bool)
    for side in counts.sums.keys() - {side for pair in counts.pairs.values() for side in pair}:
        forced[counts.row[(known.cells[side] > 0) & ~known.alone[side] & (counts.row >= 0)]] = True
    totals: set[str] = set()
    units_by_row = counts.units_by_row()
    for units, sums in known.sums.items():
        members = np.isin(counts.units, units)
        now = {side: counts.sums[side][members].sum() for side in sums}
        is_gone = members.sum() < len(units)
        if not is_gone and all(set(by_number.values()) == {now[side]} for side, by_number in sums.items()):
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
            if is_gone or (values[-1] != values[-2] and not room >= limit):
                totals |= {name for name, pair in counts.pairs.items() if set(pair) & set(amount.sides)}
    printed = [known.printed[side] for pair in counts.pairs.values() for side in pair]
    return forced & ~np.logical_and.reduce(printed), totals
