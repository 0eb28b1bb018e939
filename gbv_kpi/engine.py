"""The engine: valid returns to findings, by whole-number arithmetic on whole columns."""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import add

import pandas as pd

from gbv_kpi.plan import Indicator, Plan, Unit
from gbv_kpi.returns import Returns
from gbv_kpi.scorecard import Coverage, Finding, Scorecard, Status, UnitCounts
from gbv_kpi.thresholds import Threshold, is_met, shortfall

__all__ = ["counts_of_year", "evaluate"]


def evaluate(returns: Returns, plan: Plan) -> Scorecard:
    """Every indicator of every year in the returns, for the province and for each unit.

    Returns of units that have merged are summed under their successor. The province is the sum of
    numerators over the sum of denominators, never a mean of rates.
    """
    findings: list[Finding] = []
    coverage: list[Coverage] = []
    for year in sorted({int(year) for year in returns.frame["year"]} | {year for _, year in returns.refused}):
        returned = returns.frame[returns.frame["year"] == year]
        counts = _counts_by_unit(returned, plan)
        refused = {unit for unit, of in returns.refused if of == year}
        covered = _coverage(plan, year, returned, refused)
        coverage.append(covered)
        for indicator in plan.indicators if len(counts) else ():
            findings.extend(_findings(indicator, plan, covered, counts))
    return Scorecard(plan, tuple(findings), tuple(coverage))


def counts_of_year(returns: Returns, plan: Plan, year: int) -> tuple[UnitCounts, ...]:
    """What the findings of a year were computed from: the counts of each unit, in order of code."""
    name_by_code = {unit.code: unit.name for unit in plan.units_in(year)}
    counts = _counts_by_unit(returns.frame[returns.frame["year"] == year], plan)
    return tuple(
        UnitCounts(
            year,
            unit,
            name_by_code.get(unit, unit),
            {field: int(count) for field, count in zip(counts.columns, row, strict=True) if not pd.isna(count)},
        )
        for unit, *row in counts.itertuples(name=None)
    )


def _counts_by_unit(returned: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The fields of each unit, summed over its predecessors; a sum with a blank in it is not known."""
    fields = list(plan.field_by_id)
    sums = returned.groupby("unit", sort=True)[fields].sum(min_count=1)
    return sums.mask(returned[fields].isna().groupby(returned["unit"], sort=True).any())


def _coverage(plan: Plan, year: int, returned: pd.DataFrame, refused: set[str]) -> Coverage:
    named_by_unit: dict[str, set[str]] = {}
    for unit, named in zip(returned["unit"], returned["named"], strict=True):
        named_by_unit.setdefault(unit, set()).add(named)
    expected = plan.expected_units(year)
    missing = tuple(unit for unit in expected if unit.code not in named_by_unit)
    return Coverage(
        year,
        expected,
        missing,
        refused=tuple(unit for unit in missing if unit.code in refused),
        partly=tuple(unit for unit in expected if _is_partial(unit, named_by_unit.get(unit.code, set()), plan)),
        reported=len(named_by_unit),
    )


def _is_partial(unit: Unit, named: set[str], plan: Plan) -> bool:
    """Whether only some of a unit's predecessors have reported in its place."""
    return bool(named) and unit.name not in named and any(p.name not in named for p in plan.predecessors(unit))


def _findings(indicator: Indicator, plan: Plan, coverage: Coverage, counts: pd.DataFrame) -> Iterator[Finding]:
    """The province's finding, then one for each unit, a row of `counts` each.

    Only units that give both counts add to the province's: a denominator whose numerator is not known
    would count as if nothing had been reached.
    """
    year = coverage.year
    name_by_code = {unit.code: unit.name for unit in plan.units_in(year)}
    threshold, next_threshold = indicator.threshold_in(year), indicator.threshold_after(year)
    not_waited_for = {unit.code for unit in plan.units_in(year) if not unit.expected}
    may_leave_blank = pd.Series(counts.index.isin(not_waited_for), index=counts.index)
    numerators, denominators = _with_province(
        _sums(counts, indicator.numerator, may_leave_blank), _sums(counts, indicator.denominator, may_leave_blank)
    )
    statuses = _statuses(numerators, denominators, threshold)
    incomplete = (
        not coverage.is_judged
        or coverage.provisional
        or bool((statuses[1:][~may_leave_blank.to_numpy()] == Status.NO_DATA).any())
    )
    for unit, n, d, status in zip([None, *counts.index], numerators, denominators, statuses, strict=True):
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
            provisional=unit is None and incomplete,
            measure=indicator.measure,
        )


def _sums(counts: pd.DataFrame, fields: Sequence[str], may_leave_blank: pd.Series) -> pd.Series:
    """The sum of some fields in each row, NA where one is blank.

    A unit that may leave blank what it does not run has the sum of what it gives.
    """
    complete = reduce(add, (counts[field] for field in fields))
    if not may_leave_blank.any():
        return complete
    return complete.where(~may_leave_blank, counts[list(fields)].sum(axis=1, min_count=1))


def _with_province(numerators: pd.Series, denominators: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Both columns as Python integers, with the sum over the units that give both in front."""
    both = numerators.notna() & denominators.notna()

    def after_its_sum(column: pd.Series) -> pd.Series:
        province = pd.Series([column[both].sum(min_count=1)], dtype="Int64")
        return pd.concat([province, column], ignore_index=True).astype(object)

    return after_its_sum(numerators), after_its_sum(denominators)


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
