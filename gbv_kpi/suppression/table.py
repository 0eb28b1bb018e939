"""Choose the cells of one year's table to withhold, by its counts and what former publications reveal of them."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gbv_kpi.kpi.engine import counts_by_unit, sum_of_fields
from gbv_kpi.kpi.publication import Disclosure, Publication, Side
from gbv_kpi.plan import Plan
from gbv_kpi.suppression.families import Amount, Family
from gbv_kpi.suppression.selection import Booleans, Column, Floats, Integers, is_recovered, is_small, select_rows

Cell = tuple[str, int, str | None]  # an indicator's finding of a year, for a unit or (None) the province


@dataclass(frozen=True)
class YearTable:
    """One year of an output: the row of each unit, and the indicators of provisional findings of the province."""

    year: int
    row_by_unit: Mapping[str, str | None]
    provisional: frozenset[str]  # indicators


@dataclass(frozen=True)
class Choice:
    """The withheld cells of a table, the sums it discloses, and the rows that former publications reveal."""

    cells: frozenset[Cell]
    disclosures: tuple[Disclosure, ...]
    exposed: frozenset[tuple[int, str]]  # year and unit


def choose_cells(
    table: YearTable, family: Family, returns: pd.DataFrame, plan: Plan, limit: int, former: Sequence[Publication]
) -> Choice:
    """Choose the cells to withhold of one family of indicators in one year."""
    counts = _counts_of(table, family, returns, plan)
    known = _known_of(counts, table.year, former)
    forced, withheld_totals = _corrected_rows(counts, known, family, limit)
    while True:
        columns = [_column(amount, counts, known, table, withheld_totals, limit) for amount in family.amounts]
        hidden, failing = select_rows(columns, limit, forced)
        sides = {side for number in failing for side in family.amounts[number].sides}
        revealing = {name for name, pair in counts.pairs.items() if sides.intersection(pair) or not known.is_empty}
        if not failing or revealing <= withheld_totals | table.provisional:
            break
        withheld_totals |= revealing
    totals = {
        name for name in withheld_totals | table.provisional if name in counts.pairs and counts.gives_both(name).any()
    }
    cells = {(name, table.year, counts.rows[row]) for name in family.indicators for row in np.flatnonzero(hidden)}
    exposed = {
        (table.year, name)
        for row, name in enumerate(counts.rows)
        if any(is_small(column.own[row], limit) and is_recovered(column, row) for column in columns)
    }
    return Choice(
        frozenset(cells | {(name, table.year, None) for name in totals}),
        tuple(_disclosed(table.year, counts, hidden, totals)),
        frozenset(exposed),
    )


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
        values = _value_of(amount, self.sums)
        if without is not None:
            values[without] = 0
        in_row = self.row >= 0
        return _summed(self.row[in_row], values[in_row], len(self.rows))

    def units_by_row(self) -> list[tuple[str, ...]]:
        units: list[list[str]] = [[] for _ in self.rows]
        for unit, row in zip(self.units, self.row, strict=True):
            if row >= 0:
                units[row].append(unit)
        return [tuple(of_row) for of_row in units]


def _counts_of(table: YearTable, family: Family, returns: pd.DataFrame, plan: Plan) -> Counts:
    fields = sorted(family.fields)
    counts = counts_by_unit(returns, table.year, fields)
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


def _value_of(amount: Amount, by_side: Mapping[Side, Floats]) -> Floats:
    return by_side[amount.side] - sum(by_side[part] for part in amount.parts)


def _summed(group: Integers, values: Floats, length: int) -> Floats:
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


def _known_of(counts: Counts, year: int, former: Sequence[Publication]) -> Known:
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
        for number, (side, indicator, units, total) in enumerate(printed.sums(year), start=1):
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


def _joined(columns: Sequence[Integers]) -> Integers:
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


def _corrected_rows(counts: Counts, known: Known, family: Family, limit: int) -> tuple[Booleans, set[str]]:
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
            values = _value_of(
                amount, {side: np.array([*(sums[side][n] for n in common), now[side]], float) for side in amount.sides}
            )
            room = values[0] - np.maximum(-np.diff(values), 0).sum()
            if has_unit_gone or (values[-1] != values[-2] and not room >= limit):
                totals |= {name for name, pair in counts.pairs.items() if set(pair) & set(amount.sides)}
    printed = [known.printed_rows[side] for pair in counts.pairs.values() for side in pair]
    return forced & ~np.logical_and.reduce(printed), totals


def _column(
    amount: Amount, counts: Counts, known: Known, table: YearTable, withheld_totals: Set[str], limit: int
) -> Column:
    """Return an amount of all rows, in pieces by row and cell."""
    printing = counts.printing(amount)
    by_side = list(zip(amount.sides, map(bool, printing), strict=True))
    is_printed = np.logical_and.reduce([known.printed_rows[side] | is_now for side, is_now in by_side])
    was_printed = np.logical_and.reduce([known.printed_rows[side] for side in amount.sides])
    corrected = np.logical_or.reduce([known.corrected[side] for side in amount.sides])
    # Of units that were printed alone, the rest of their row is known.
    alone = np.logical_and.reduce([known.printed_units[side] for side in amount.sides])
    cell = _joined([known.cells[side] for side in amount.sides])
    value = _value_of(amount, {side: counts.counted(side) for side in amount.sides})
    is_known = ~np.isnan(value)
    for side, is_now in by_side:
        is_known &= (known.cells[side] > 0) | is_now
    pieces, piece = np.unique(np.stack([counts.row, cell], axis=1)[is_known], axis=0, return_inverse=True)
    piece = piece.reshape(-1)
    reasons = [is_small(counts.of_rows(amount, without), limit) for without in (np.zeros_like(alone), alone)]
    return Column(
        own=np.where(is_printed, counts.of_rows(amount), np.nan),
        is_reason=np.logical_or.reduce(reasons) & is_printed & ~was_printed,
        was_printed=was_printed,
        row=pieces[:, 0],
        cell=pieces[:, 1],
        value=_summed(piece, value[is_known], len(pieces)),
        units=np.bincount(piece, minlength=len(pieces)),
        is_corrected=_summed(piece, corrected[is_known].astype(np.float64), len(pieces)) > 0,
        is_free=~np.append(np.logical_or.reduce(list(known.printed_rows.values())), False)[pieces[:, 0]],
        is_sum_printed=all(not names or names - withheld_totals for names in printing),
        is_sum_late=bool(set().union(*printing) & table.provisional),
        is_strict=not known.is_empty,
    )


def _disclosed(year: int, counts: Counts, hidden: Booleans, totals: set[str]) -> Iterator[Disclosure]:
    """Yield the disclosed sums: the counts of each row shown, and the sum of the withheld ones."""
    units_by_row = counts.units_by_row()
    for name, pair in counts.pairs.items():
        of_rows = [counts.of_rows(Amount(side)) for side in pair]
        for row in np.flatnonzero(~(hidden | np.isnan(of_rows).all(axis=0))) if name not in counts.changes else ():
            yield Disclosure(year, name, units_by_row[row], *(_count(of_side[row]) for of_side in of_rows))
        withheld = counts.gives_both(name) & np.append(hidden, True)[counts.row]
        if withheld.any() and name not in totals:
            units = tuple(unit for unit, is_withheld in zip(counts.units, withheld, strict=True) if is_withheld)
            yield Disclosure(year, name, units, *(_count(counts.sums[side][withheld].sum()) for side in pair))


def _count(value: float) -> int | None:
    return None if np.isnan(value) else int(value)
