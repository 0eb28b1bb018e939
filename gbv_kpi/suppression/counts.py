"""Gather the counts of one year's table, and what former publications already reveal of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gbv_kpi.kpi.engine import returns_of_year, sum_by_unit, sum_of_fields
from gbv_kpi.kpi.publication import Publication, Side
from gbv_kpi.plan import Plan
from gbv_kpi.suppression.families import Amount, Family
from gbv_kpi.suppression.selection import Booleans, Floats, Integers


@dataclass(frozen=True, slots=True)
class YearTable:
    """One year of an output: the row of each unit, and the indicators of provisional findings of the province."""

    year: int
    row_by_unit: Mapping[str, str | None]
    provisional: frozenset[str]  # indicators


@dataclass(frozen=True, eq=False)
class Counts:
    """The counts of a family in one year, by unit of that year; NaN for one that is not reported."""

    units: list[str]
    rows: list[str]
    row: Integers  # of each unit; -1 for none
    sums: Mapping[Side, Floats]
    pairs: Mapping[str, tuple[Side, ...]]  # numerator and denominator of each indicator; a count has no denominator
    changes: frozenset[str]  # indicators of which only the total is printed

    def gives_both(self, indicator: str) -> Booleans:
        """Return which units give both counts, and so are part of the province's total."""
        return ~np.isnan(sum(self.sums[side] for side in self.pairs[indicator]))

    def printing(self, amount: Amount) -> list[set[str]]:
        """Return, for each sum that an amount is derived from, the indicators that print it."""
        return [{name for name, pair in self.pairs.items() if side in pair} for side in amount.sides]

    def counted(self, side: Side) -> Floats:
        """Return the counts that a total includes: those of units that give both counts of an indicator."""
        given = [self.gives_both(name) for name, pair in self.pairs.items() if side in pair]
        return np.where(np.logical_or.reduce(given), self.sums[side], np.nan) if given else self.sums[side]

    def of_rows(self, amount: Amount, without: Booleans | None = None) -> Floats:
        """Return the amount of each row, `without` some units; NaN if a unit of the row lacks it."""
        values = value_of(amount, self.sums)
        if without is not None:
            values[without] = 0
        in_row = self.row >= 0
        return summed(self.row[in_row], values[in_row], len(self.rows))

    def units_by_row(self) -> list[tuple[str, ...]]:
        units: list[list[str]] = [[] for _ in self.rows]
        for unit, row in zip(self.units, self.row, strict=True):
            if row >= 0:
                units[row].append(unit)
        return [tuple(of_row) for of_row in units]


def counts_of(table: YearTable, family: Family, returns: pd.DataFrame, plan: Plan) -> Counts:
    fields = sorted(family.fields)
    counts = sum_by_unit(returns_of_year(returns, table.year, fields), fields)
    units = [str(unit) for unit in counts["unit"]]
    optional = [unit.code for unit in plan.units_in(table.year) if not unit.expected]
    may_leave_blank = counts["unit"].isin(optional).to_numpy()
    names = [table.row_by_unit.get(unit) for unit in units]
    rows = sorted({name for name in names if name is not None})
    indicators = [plan.indicator_by_id[name] for name in family.indicators]
    pairs = {i.id: (i.numerator, i.denominator) if i.denominator else (i.numerator,) for i in indicators}
    sides = {side for sides in (*pairs.values(), *(amount.sides for amount in family.amounts)) for side in sides}
    return Counts(
        units,
        rows,
        pd.Index(rows, dtype=object).get_indexer(pd.Index(names, dtype=object)),
        {
            side: sum_of_fields(counts, side, may_leave_blank).to_numpy(dtype=np.float64, na_value=np.nan)
            for side in sides
        },
        pairs,
        frozenset(indicator.id for indicator in indicators if indicator.measure == "change"),
    )


def value_of(amount: Amount, by_side: Mapping[Side, Floats]) -> Floats:
    value = by_side[amount.side].copy()
    for part in amount.parts:
        value -= by_side[part]
    return value


def summed(group: Integers, values: Floats, length: int) -> Floats:
    """Return the sum of each group."""
    return np.bincount(group, weights=values, minlength=length).astype(np.float64)


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


def known_of(counts: Counts, year: int, former: Sequence[Publication]) -> Known:
    """Return what the sums published of a year reveal."""
    position = {unit: number for number, unit in enumerate(counts.units)}
    row_by_units = {units: row for row, units in enumerate(counts.units_by_row())}
    length = len(counts.units)
    printed_rows = {side: np.zeros(len(counts.rows), dtype=bool) for side in counts.sums}
    printed_units = {side: np.zeros(length, dtype=bool) for side in counts.sums}
    corrected = {side: np.zeros(length, dtype=bool) for side in counts.sums}
    sums: dict[tuple[str, ...], dict[Side, dict[int, int]]] = {}
    numbers: dict[Side, dict[tuple[int, str], Integers]] = {side: {} for side in counts.sums}  # of the sum of each unit
    for publication, printed in enumerate(former):
        for number, (_, side, indicator, units, total) in enumerate(printed.sums({year}), start=1):
            if side not in counts.sums:
                continue
            members = [position[unit] for unit in units if unit in position]
            is_same = len(members) == len(units) and bool(counts.sums[side][members].sum() == total)
            if len(units) > 1:
                sums.setdefault(units, {}).setdefault(side, {})[publication] = total
                corrected[side][members] |= not is_same
            elif is_same:
                printed_units[side][members] = True
            else:
                continue
            if is_same and units in row_by_units:
                printed_rows[side][row_by_units[units]] = True
            numbers[side].setdefault((publication, indicator), np.zeros(length, dtype=np.int64))[members] = number
    cells = {side: _numbered(list(columns.values()), length) for side, columns in numbers.items()}
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
