"""Count the fields of a family of indicators in one year, by unit and as a table of rows."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gbv_kpi.kpi.engine import returns_of_year, sum_by_unit, sum_of_fields
from gbv_kpi.kpi.publication import Side
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
    sides = {*family.sides, *(side for pair in pairs.values() for side in pair)}
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
