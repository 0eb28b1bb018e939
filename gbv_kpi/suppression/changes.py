"""Changes against a base year. Each tells the counts of two years, and what these differ by from other totals."""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace

import pandas as pd

from gbv_kpi.kpi.finding import Finding
from gbv_kpi.plan import Indicator, Plan
from gbv_kpi.suppression.counts import YearTable
from gbv_kpi.suppression.families import Family
from gbv_kpi.suppression.table import Cell


def changes_in(plan: Plan, families: Iterable[Family]) -> list[Indicator]:
    indicators = (plan.indicator_by_id[name] for family in families for name in family.indicators)
    return [indicator for indicator in indicators if indicator.measure == "change"]


def base_tables(plan: Plan, families: Sequence[Family], years: Set[int]) -> Iterator[tuple[YearTable, Family]]:
    """Yield the base years that are no years of the output: only the total of each is told there."""
    for family in families:
        changes = changes_in(plan, [family])
        for base in sorted({change.base_of(year) for change in changes for year in years} - years):
            yield YearTable(base, {}, frozenset()), replace(family, indicators=tuple(one.id for one in changes))


def withheld_changes(changes: Iterable[Finding], returns: pd.DataFrame, plan: Plan, cells: Set[Cell]) -> Iterator[Cell]:
    """Yield all of units, and those of the province that are not made of two totals that may be printed.

    A unit that gives only one of the two counts prints it all the same, perhaps a small one of the base year.
    """
    for finding in changes:
        indicator = plan.indicator_by_id[finding.indicator]
        counts = {finding.year: finding.numerator, indicator.base_of(finding.year): finding.denominator}
        is_of_printed_totals = (
            finding.unit is None
            and not finding.provisional
            and not any((indicator.id, year, None) in cells for year in counts)
            and all(_total(returns, year, indicator) == count for year, count in counts.items())
        )
        if not is_of_printed_totals and any(count is not None for count in counts.values()):
            yield finding.indicator, finding.year, finding.unit


def _total(returns: pd.DataFrame, year: int, indicator: Indicator) -> int:
    return int(returns.loc[returns["year"] == year, list(indicator.numerator)].sum().sum())
