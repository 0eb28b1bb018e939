"""The counts of one year as a table of units, and what of it is withheld beside all that was published before."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from gbv_kpi.kpi.engine import sum_by_unit, sum_of_fields
from gbv_kpi.kpi.publication import Publication, Side, Told
from gbv_kpi.kpi.scorecard import Finding, Scorecard, Status
from gbv_kpi.plan import Plan
from gbv_kpi.suppression.families import Amount, Family
from gbv_kpi.suppression.selection import Booleans, Column, Floats, Integers, Sum, chosen, is_recovered, is_small

Cell = tuple[str, int, str | None]  # an indicator's finding of a year, for a unit or (None) the province


class FormerSum(NamedTuple):
    """What a former publication, by number, tells of some units."""

    publication: int
    indicator: str
    units: tuple[str, ...]
    total: int


Former = Mapping[int, Mapping[Side, Sequence[FormerSum]]]  # by year


@dataclass(frozen=True, slots=True)
class YearTable:
    """One year of an output: the row in which each unit of the year counts, and the province's interim findings."""

    year: int
    row_by_unit: Mapping[str, str | None]
    provisional: frozenset[str]  # indicators


@dataclass(frozen=True, slots=True)
class Choice:
    """What is withheld of a table, what its readers can tell then, and the rows that were told before."""

    cells: frozenset[Cell]
    told: tuple[Told, ...]
    exposed: frozenset[tuple[int, str]]  # year and unit


def told_before(former: Iterable[Publication], years: Iterable[int]) -> Former:
    """Return every sum that was published of these years."""
    wanted = set(years)
    told: dict[int, dict[Side, list[FormerSum]]] = {year: defaultdict(list) for year in wanted}
    for number, publication in enumerate(former):
        for year, side, indicator, units, count in publication.sums(wanted):
            told[year][side].append(FormerSum(number, indicator, units, count))
    return told


def published(finding: Finding, withheld: frozenset[Cell]) -> Finding:
    """Return the finding without what could be told from it, where it is withheld."""
    if (finding.indicator, finding.year, finding.unit) not in withheld:
        return finding
    return replace(
        finding, numerator=None, denominator=None, status=Status.WITHHELD, shortfall=None, next_shortfall=None
    )


def published_scorecard(card: Scorecard, withheld: frozenset[Cell]) -> Scorecard:
    """Return the scorecard without what could be told from its findings, where they are withheld."""
    keys = zip(card.frame["indicator"], card.frame["year"], card.frame["unit"], strict=True)
    is_withheld = [(name, year, unit if isinstance(unit, str) else None) in withheld for name, year, unit in keys]
    frame = card.frame.copy()
    frame.loc[is_withheld, ["numerator", "denominator"]] = None
    frame.loc[is_withheld, "status"] = str(Status.WITHHELD)
    return replace(card, frame=frame, returns=None)


@dataclass(frozen=True, eq=False)
class _Counts:
    """The counts of a family in one year, by unit of that year; NaN where one is not reported."""

    units: list[str]
    rows: list[str]
    row: Integers  # of each unit; -1 for none
    sums: Mapping[Side, Floats]
    pairs: Mapping[str, tuple[Side, Side]]  # numerator and denominator of each indicator

    def given(self, indicator: str) -> Booleans:
        """Return which units give both counts, and so are in the province's."""
        numerator, denominator = self.pairs[indicator]
        return ~np.isnan(self.sums[numerator] + self.sums[denominator])

    def counted(self, side: Side) -> Floats:
        """Return the counts that are in a total: those of units that give both of an indicator."""
        given = [self.given(name) for name, pair in self.pairs.items() if side in pair]
        return np.where(np.logical_or.reduce(given), self.sums[side], np.nan) if given else self.sums[side]

    def of_rows(self, amount: Amount, without: Booleans | None = None) -> Floats:
        """Return the amount of each row, `without` some units; NaN where one of its units does not give it."""
        values = _value(amount, self.sums)
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


@dataclass(frozen=True, eq=False)
class _Known:
    """What former publications tell of the counts of a year.

    A sum that differs from today's is of corrected returns. Of one unit it says nothing of the new return. Of
    several, it does not say which one was corrected: we go on as if they were the same, which lets the reader know
    more than he does, and keep its units together.
    """

    corrected: Mapping[Side, Booleans]  # of each unit: whether a sum of several that it is in was another
    cells: Mapping[Side, Integers]  # of each unit: those with the same number were in the same sums; 0: in none
    alone: Mapping[Side, Booleans]  # of each unit: whether its count was printed, and is still the same
    printed: Mapping[Side, Booleans]  # of each row: whether its sum was printed, and is still the same
    sums: Mapping[tuple[str, ...], Mapping[Side, Mapping[int, int]]]  # of several units, by number of publication

    @property
    def is_empty(self) -> bool:
        return not any(cells.any() for cells in self.cells.values())


def choice(table: YearTable, family: Family, returns: pd.DataFrame, plan: Plan, limit: int, former: Former) -> Choice:
    """Choose what is withheld of one family of indicators in one year."""
    counts = _counts(table, family, returns[returns["year"] == table.year], plan)
    known = _known(counts, former.get(table.year, {}))
    printed_now = {side for pair in counts.pairs.values() for side in pair}
    columns = [_column(amount, counts, known, printed_now, limit) for amount in family.amounts]
    forced, withheld_totals = _corrected(counts, known, family, limit)
    while True:
        sums = [
            _sum(amount, counts.pairs, withheld_totals, table.provisional, not known.is_empty)
            for amount in family.amounts
        ]
        hidden, failing = chosen(columns, sums, limit, forced)
        sides = {side for number in failing for side in family.amounts[number].sides}
        more = {name for name, pair in counts.pairs.items() if sides.intersection(pair) or not known.is_empty}
        if not failing or more <= withheld_totals | table.provisional:
            break
        withheld_totals |= more
    totals = {name for name in withheld_totals | table.provisional if name in counts.pairs and counts.given(name).any()}
    cells = {(name, table.year, counts.rows[row]) for name in family.indicators for row in np.flatnonzero(hidden)}
    exposed = {
        (table.year, name)
        for row, name in enumerate(counts.rows)
        if any(is_small(column.own[row], limit) and is_recovered(column, row) for column in columns)
    }
    return Choice(
        frozenset(cells | {(name, table.year, None) for name in totals}),
        tuple(_told(table.year, counts, hidden, totals)),
        frozenset(exposed),
    )


def _counts(table: YearTable, family: Family, returns: pd.DataFrame, plan: Plan) -> _Counts:
    counts = sum_by_unit(returns, sorted(family.fields))
    units = [str(unit) for unit in counts["unit"]]
    optional = {unit.code for unit in plan.units_in(table.year) if not unit.expected}
    may_leave_blank = np.array([unit in optional for unit in units], dtype=bool)
    names = [table.row_by_unit.get(unit) for unit in units]
    rows = sorted({name for name in names if name is not None})
    number = {name: row for row, name in enumerate(rows)}
    indicators = [plan.indicator_by_id[name] for name in family.indicators]
    pairs = {indicator.id: (indicator.numerator, indicator.denominator) for indicator in indicators}
    sides = {*family.sides, *(side for pair in pairs.values() for side in pair)}
    return _Counts(
        units,
        rows,
        np.array([-1 if name is None else number[name] for name in names], dtype=np.int64),
        {
            side: sum_of_fields(counts, side, may_leave_blank).to_numpy(dtype=np.float64, na_value=np.nan)
            for side in sides
        },
        pairs,
    )


def _value(amount: Amount, by_side: Mapping[Side, Floats]) -> Floats:
    value = by_side[amount.side].copy()
    for part in amount.parts:
        value -= by_side[part]
    return value


# ------------------------------------------------------------------------ former publications


def _known(counts: _Counts, former: Mapping[Side, Sequence[FormerSum]]) -> _Known:
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
    return _Known(corrected, cells, alone, printed, sums)


def _numbered(columns: Sequence[Integers], length: int) -> Integers:
    """Return a number for each combination that occurs in the columns, 0 for zeros only."""
    zeros = np.zeros(length, dtype=np.int64)
    combined = np.stack([zeros, *columns], axis=1)
    _, cell = np.unique(np.append(combined, combined[:1] * 0, axis=0), axis=0, return_inverse=True)
    return cell.reshape(-1)[:length].astype(np.int64)


def _joined(columns: Sequence[Integers]) -> Integers:
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


def _corrected(counts: _Counts, known: _Known, family: Family, limit: int) -> tuple[Booleans, set[str]]:
    """Return the rows that stay withheld since a sum they are in was corrected, and the totals that would tell of it.

    What was withheld of a sum that only another plan prints stays so as well: how its parts and wholes bound each other
    across plans is not worked out.

    Where a sum fell, what the corrected returns held before has a least value, and the others a most; `room` is what
    is left for these at least. A total is withheld where that is below the limit.
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
            values = _value(
                amount, {side: np.array([*(sums[side][n] for n in common), now[side]], float) for side in amount.sides}
            )
            room = values[0] - np.maximum(-np.diff(values), 0).sum()
            if is_gone or (values[-1] != values[-2] and not room >= limit):
                totals |= {name for name, pair in counts.pairs.items() if set(pair) & set(amount.sides)}
    printed = [known.printed[side] for pair in counts.pairs.values() for side in pair]
    return forced & ~np.logical_and.reduce(printed), totals


# ------------------------------------------------------------------------ the table as columns of amounts


def _column(amount: Amount, counts: _Counts, known: _Known, printed_now: set[Side], limit: int) -> Column:
    """Return an amount of all rows, in pieces by row and cell."""
    printed = [known.printed[side] for side in amount.sides]
    is_told = np.logical_and.reduce([known.printed[side] | (side in printed_now) for side in amount.sides], dtype=bool)
    value = _value(amount, {side: counts.counted(side) for side in amount.sides})
    corrected = np.logical_or.reduce([known.corrected[side] for side in amount.sides])
    cell = _joined([known.cells[side] for side in amount.sides])
    is_known = ~np.isnan(value)
    for side in amount.sides:
        if side not in printed_now:
            is_known &= known.cells[side] > 0
    pieces, piece = np.unique(np.stack([counts.row, cell], axis=1)[is_known], axis=0, return_inverse=True)
    piece = piece.reshape(-1)
    was_printed = np.logical_and.reduce(printed, dtype=bool)
    alone = np.logical_and.reduce(
        [known.alone[side] for side in amount.sides]
    )  # the others of its row are told with it
    reasons = [is_small(counts.of_rows(amount, without), limit) for without in (np.zeros_like(alone), alone)]
    return Column(
        own=np.where(is_told, counts.of_rows(amount), np.nan),
        is_reason=np.logical_or.reduce(reasons) & is_told & ~was_printed,
        was_printed=was_printed,
        row=pieces[:, 0],
        cell=pieces[:, 1],
        value=_summed(piece, value[is_known], len(pieces)),
        units=np.bincount(piece, minlength=len(pieces)),
        is_corrected=_summed(piece, corrected[is_known].astype(np.float64), len(pieces)) > 0,
        is_free=~np.append(np.logical_or.reduce(list(known.printed.values())), False)[pieces[:, 0]],
    )


def _sum(
    amount: Amount,
    pairs: Mapping[str, tuple[Side, Side]],
    withheld: set[str],
    provisional: frozenset[str],
    is_strict: bool,
) -> Sum:
    """Return how the province's amount is published: a provisional one is kept as if it were printed later."""
    printing = [{name for name, pair in pairs.items() if side in pair} for side in amount.sides]
    told = all(not names or names - withheld for names in printing)
    return Sum(told, bool(set().union(*printing) & provisional), is_strict)


def _told(year: int, counts: _Counts, hidden: Booleans, totals: set[str]) -> Iterator[Told]:
    """Yield what a reader can tell: the counts of each row shown, and what the others have together."""
    units_by_row = counts.units_by_row()
    for name, pair in counts.pairs.items():
        numerators, denominators = (counts.of_rows(Amount(side)) for side in pair)
        for row in np.flatnonzero(~hidden & ~(np.isnan(numerators) & np.isnan(denominators))):
            yield Told(year, name, units_by_row[row], *(_count(of_rows[row]) for of_rows in (numerators, denominators)))
        rest = counts.given(name) & np.append(hidden, True)[counts.row]
        if rest.any() and name not in totals:
            units = tuple(unit for unit, is_in in zip(counts.units, rest, strict=True) if is_in)
            yield Told(year, name, units, *(_count(counts.sums[side][rest].sum()) for side in pair))


def _summed(group: Integers, values: Floats, length: int) -> Floats:
    """Return the sum of each group."""
    return np.bincount(group, weights=values, minlength=length).astype(np.float64)


def _count(value: float) -> int | None:
    return None if np.isnan(value) else int(value)
