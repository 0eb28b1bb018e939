"""Choose the cells of one year's table to withhold, and publish the findings without them."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.publication import Disclosure, Publication
from gbv_kpi.kpi.scorecard import Scorecard
from gbv_kpi.plan import Plan
from gbv_kpi.suppression.counts import (
    Counts,
    Known,
    YearTable,
    corrected_rows,
    counts_of,
    joined,
    known_of,
    summed,
    value_of,
)
from gbv_kpi.suppression.families import Amount, Family
from gbv_kpi.suppression.selection import Booleans, Column, is_recovered, is_small, select_rows

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
    table: YearTable, family: Family, returns: pd.DataFrame, plan: Plan, limit: int, former: Sequence[Publication]
) -> Choice:
    """Choose the cells to withhold of one family of indicators in one year."""
    counts = counts_of(table, family, returns, plan)
    known = known_of(counts, table.year, former)
    columns = [_column(amount, counts, known, table.provisional, limit) for amount in family.amounts]
    forced, withheld_totals = corrected_rows(counts, known, family, limit)
    while True:
        columns = [
            replace(
                column, is_sum_printed=all(not names or names - withheld_totals for names in counts.printing(amount))
            )
            for amount, column in zip(family.amounts, columns, strict=True)
        ]
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


def _column(amount: Amount, counts: Counts, known: Known, provisional: Set[str], limit: int) -> Column:
    """Return an amount of all rows, in pieces by row and cell."""
    printing = counts.printing(amount)
    by_side = list(zip(amount.sides, map(bool, printing), strict=True))
    is_printed = np.logical_and.reduce([known.printed_rows[side] | is_now for side, is_now in by_side])
    was_printed = np.logical_and.reduce([known.printed_rows[side] for side in amount.sides])
    corrected = np.logical_or.reduce([known.corrected[side] for side in amount.sides])
    # Of units that were printed alone, the rest of their row is known.
    alone = np.logical_and.reduce([known.printed_units[side] for side in amount.sides])
    cell = joined([known.cells[side] for side in amount.sides])
    value = value_of(amount, {side: counts.counted(side) for side in amount.sides})
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
        value=summed(piece, value[is_known], len(pieces)),
        units=np.bincount(piece, minlength=len(pieces)),
        is_corrected=summed(piece, corrected[is_known].astype(np.float64), len(pieces)) > 0,
        is_free=~np.append(np.logical_or.reduce(list(known.printed_rows.values())), False)[pieces[:, 0]],
        is_sum_late=bool(set().union(*printing) & provisional),
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
