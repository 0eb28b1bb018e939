"""The engine: valid returns to findings, by whole-number arithmetic on whole columns."""

from collections.abc import Iterator, Sequence

import pandas as pd

from gbv_kpi.plan import Indicator, Plan
from gbv_kpi.returns import Returns
from gbv_kpi.scorecard import Coverage, Finding, Scorecard, Status
from gbv_kpi.thresholds import Threshold, is_met, shortfall

__all__ = ["evaluate"]


def evaluate(returns: Returns, plan: Plan) -> Scorecard:
    """Every indicator of every year in the returns, for the province and for each unit.

    Returns of units that have merged are summed under their successor. The province is the sum of
    numerators over the sum of denominators, never a mean of rates.
    """
    findings: list[Finding] = []
    coverage: list[Coverage] = []
    for year in sorted({int(year) for year in returns.frame["year"]}):
        returned = returns.frame[returns.frame["year"] == year]
        by_unit = returned.groupby("unit", sort=True)[list(plan.field_by_id)].sum(min_count=1)
        refused = {unit for unit, of in returns.refused if of == year}
        covered = _coverage(plan, year, set(by_unit.index), refused)
        coverage.append(covered)
        counts = pd.concat([by_unit.sum(min_count=1).to_frame().T, by_unit])
        scopes = [None, *by_unit.index]  # the province first
        for indicator in plan.indicators:
            findings.extend(_findings(indicator, plan, covered, scopes, counts))
    return Scorecard(plan, tuple(findings), tuple(coverage))


def _coverage(plan: Plan, year: int, reported: set[str], refused: set[str]) -> Coverage:
    expected = plan.expected_units(year)
    missing = tuple(unit for unit in expected if unit.code not in reported)
    return Coverage(year, expected, missing, tuple(unit for unit in missing if unit.code in refused))


def _findings(
    indicator: Indicator, plan: Plan, coverage: Coverage, scopes: Sequence[str | None], counts: pd.DataFrame
) -> Iterator[Finding]:
    """One finding for each scope, a row of `counts` each; `None` is the province."""
    year = coverage.year
    name_by_code = {unit.code: unit.name for unit in plan.units_in(year)}
    threshold, next_threshold = indicator.threshold_in(year), indicator.threshold_after(year)
    numerators, denominators = _sums(counts, indicator.numerator), _sums(counts, indicator.denominator)
    statuses = _statuses(numerators, denominators, threshold)
    for unit, n, d, status in zip(scopes, numerators, denominators, statuses, strict=True):
        yield Finding(
            indicator=indicator.id,
            year=year,
            unit=unit,
            unit_name=name_by_code.get(unit, unit) if unit is not None else None,
            numerator=None if pd.isna(n) else n,
            denominator=None if pd.isna(d) else d,
            threshold=threshold,
            next_threshold=next_threshold,
            status=status,
            shortfall=shortfall(n, d, threshold) if threshold and status.has_rate else None,
            next_shortfall=shortfall(n, d, next_threshold) if next_threshold and status.has_rate else None,
            provisional=unit is None and not coverage.complete,
            measure=indicator.measure,
        )


def _sums(counts: pd.DataFrame, fields: Sequence[str]) -> pd.Series:
    """The sum of some fields in each row as a Python integer, NA where the row has none of them."""
    return counts[list(fields)].sum(axis=1, min_count=1).reset_index(drop=True).astype(object)


def _statuses(numerators: pd.Series, denominators: pd.Series, threshold: Threshold | None) -> pd.Series:
    """The status of every row, decided on whole columns of whole numbers."""
    reported = numerators.notna() & denominators.notna()
    judged = reported & (denominators.where(reported, 0) > 0)
    statuses = pd.Series(Status.NO_DATA, index=numerators.index, dtype=object)
    statuses[reported] = Status.NO_CASES
    if threshold is None:
        statuses[judged] = Status.NOT_DUE
        return statuses
    statuses[judged] = Status.MISSED
    met = is_met(numerators[judged], denominators[judged], threshold)
    statuses[met.index[met.astype(bool)]] = Status.MET
    return statuses
