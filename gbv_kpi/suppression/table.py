"""Choose the cells of one year's table to withhold, given all former publications."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.publication import Disclosure, Side
from gbv_kpi.kpi.scorecard import Scorecard
from gbv_kpi.plan import Plan
from gbv_kpi.suppression.counts import Counts, YearTable, counts_of, summed, value_of
from gbv_kpi.suppression.families import Amount, Family
from gbv_kpi.suppression.former import Former, Known, corrected_rows, joined, known_of
from gbv_kpi.suppression.selection import Booleans, Column, Sum, is_recovered, is_small, select_rows

Cell = tuple[str, int, str | None]  # an indicator's finding of a year, for a unit or (None) the province


@dataclass(frozen=True, slots=True)
class Choice:
    """The withheld cells of a table, the sums it discloses, and the rows that former publications reveal."""

    cells: frozenset[Cell]
    disclosures: tuple[Disclosure, ...]
    exposed: frozenset[tuple[int, str]]  # year and unit


def published(finding: Finding, withheld: frozenset[Cell]) -> Finding:
    """Return the finding without its counts and verdict where it is withheld."""
    if (finding.indicator, finding.year, finding.unit) not in withheld:
        return finding
    return replace(finding, numerator=None, denominator=None, status=Status.WITHHELD)


def published_scorecard(card: Scorecard, withheld: frozenset[Cell]) -> Scorecard:
    """Return the scorecard without the counts and verdicts of findings that are withheld."""
    keys = zip(card.frame["indicator"], card.frame["year"], card.frame["unit"], strict=True)
    is_withheld = [(name, year, unit if isinstance(unit, str) else None) in withheld for name, year, unit in keys]
    frame = card.frame.copy()
    frame.loc[is_withheld, ["numerator", "denominator"]] = None
    frame.loc[is_withheld, "status"] = str(Status.WITHHELD)
    return replace(card, frame=frame, returns=None)


def choose_cells(
    table: YearTable, family: Family, returns: pd.DataFrame, plan: Plan, limit: int, former: Former
) -> Choice:
    """Choose the cells to withhold of one family of indicators in one year."""
    counts = counts_of(table, family, returns, plan)
    known = known_of(counts, former.get(table.year, {}))
    printed_now = {side for pair in counts.pairs.values() for side in pair}
    columns = [_column(amount, counts, known, printed_now, limit) for amount in family.amounts]
    forced, withheld_totals = corrected_rows(counts, known, family, limit)
    while True:
        sums = [
            _sum(amount, counts.pairs, withheld_totals, table.provisional, not known.is_empty)
            for amount in family.amounts
        ]
        hidden, failing = select_rows(columns, sums, limit, forced)
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


def _column(amount: Amount, counts: Counts, known: Known, printed_now: set[Side], limit: int) -> Column:
    """Return an amount of all rows, in pieces by row and cell."""
    printed = [known.printed_rows[side] for side in amount.sides]
    sides_printed = [known.printed_rows[side] | (side in printed_now) for side in amount.sides]
    is_printed = np.logical_and.reduce(sides_printed, dtype=bool)
    value = value_of(amount, {side: counts.counted(side) for side in amount.sides})
    corrected = np.logical_or.reduce([known.corrected[side] for side in amount.sides])
    cell = joined([known.cells[side] for side in amount.sides])
    is_known = ~np.isnan(value)
    for side in amount.sides:
        if side not in printed_now:
            is_known &= known.cells[side] > 0
    pieces, piece = np.unique(np.stack([counts.row, cell], axis=1)[is_known], axis=0, return_inverse=True)
    piece = piece.reshape(-1)
    was_printed = np.logical_and.reduce(printed, dtype=bool)
    alone = np.logical_and.reduce(
        [known.printed_units[side] for side in amount.sides]
    )  # the row's remainder is then known
    reasons = [is_small(counts.of_rows(amount, without), limit) for without in (np.zeros_like(alone), alone)]
    return Column(
        own=np.where(is_printed, counts.of_rows(amount), np.nan),
        is_reason=np.logical_or.reduce(reasons) & is_printed & ~was_printed,
        was_printed=was_printed,
        row=pieces[:, 0],
        cell=pieces[:, 1],
        value=summed(piece, value[is_known], len(pieces)),
        units=np.bincount(piece, minlength=len(pieces)),
        is_corrected=summed(piece, corrected[is_known].astype(np.float64), len(pieces)) > 0,
        is_free=~np.append(np.logical_or.reduce(list(known.printed_rows.values())), False)[pieces[:, 0]],
    )


def _sum(
    amount: Amount,
    pairs: Mapping[str, tuple[Side, ...]],
    withheld: set[str],
    provisional: frozenset[str],
    is_strict: bool,
) -> Sum:
    """Return how the province's amount is published: a provisional one is printed later."""
    printing = [{name for name, pair in pairs.items() if side in pair} for side in amount.sides]
    is_printed = all(not names or names - withheld for names in printing)
    return Sum(is_printed, bool(set().union(*printing) & provisional), is_strict)


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
