"""Hold the counts of valid returns against the plan's thresholds, by whole-number arithmetic on pandas columns."""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import add
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gbv_kpi.kpi.scorecard import Coverage, Scorecard, Status, UnitCounts, findings_frame, integers
from gbv_kpi.plan import Plan, Unit
from gbv_kpi.plan.thresholds import Threshold, is_met, weights
from gbv_kpi.returns.collect import Returns

STATUSES = list(map(str, Status))


def evaluate(returns: Returns, plan: Plan) -> Scorecard:
    """Return every indicator of every year in the returns, for the province and for each unit.

    Returns of units that have merged are summed under their successor. The province is the sum of
    numerators over the sum of denominators, never a mean of rates.
    """
    fields = list(dict.fromkeys(name for one in plan.indicators for name in (*one.numerator, *one.denominator)))
    refused = returns.refused()
    valid = returns.valid
    coverage: list[Coverage] = []
    findings: list[pd.DataFrame] = []
    for year in sorted({*valid["year"].unique().tolist(), *(year for _, year in refused)}):
        rows = valid[valid["year"] == year]
        coverage.append(_coverage(plan, year, rows, {code for code, of_year in refused if of_year == year}))
        if len(rows):
            findings.extend(_findings(plan, coverage[-1], sum_by_unit(rows, fields)))
    frame = pd.concat(findings, ignore_index=True) if findings else findings_frame(plan, ())
    return Scorecard(plan, frame, tuple(coverage), valid)


def counts_of_year(returns: Returns, plan: Plan, year: int) -> tuple[UnitCounts, ...]:
    """Return what the findings of a year were computed from: the counts of each unit, in order of code."""
    valid = returns.valid
    fields = list(plan.field_by_id)
    counts = sum_by_unit(valid[valid["year"] == year], fields)
    columns = [integers(counts[field]) for field in fields]
    return tuple(
        UnitCounts(
            year,
            code,
            plan.unit_name(year, code),
            {field: count for field, count in zip(fields, row, strict=True) if count is not None},
        )
        for code, *row in zip(counts["unit"], *columns, strict=True)
    )


def sum_by_unit(rows: pd.DataFrame, fields: Sequence[str]) -> pd.DataFrame:
    """Return the counts (Int64) of each unit of one year, with `unit` in order of code.

    Returns of the predecessors of a unit are summed; a sum with a blank in it is not known.
    """
    rows = rows.iloc[np.argsort(rows["unit"].cat.codes.to_numpy(), kind="stable")]
    counts = rows[list(fields)].astype("Int64")
    if rows["unit"].is_unique:
        return counts.assign(unit=rows["unit"]).reset_index(drop=True)
    by_unit = counts.groupby(rows["unit"], observed=True)
    return by_unit.sum().where(by_unit.count().eq(by_unit.size(), axis=0)).reset_index()


def _coverage(plan: Plan, year: int, rows: pd.DataFrame, refused: set[str]) -> Coverage:
    expected = plan.expected_units(year)
    reported = set(rows["unit"].unique())
    missing = tuple(unit for unit in expected if unit.code not in reported)
    new = [unit for unit in expected if unit.since and unit.code in reported]
    return Coverage(
        year,
        expected,
        missing,
        refused=tuple(unit for unit in missing if unit.code in refused),
        partly=tuple(unit for unit in new if _is_partial(unit, rows[(rows["unit"] == unit.code).to_numpy()], plan)),
        reported=len(reported),
    )


def _is_partial(unit: Unit, rows: pd.DataFrame, plan: Plan) -> bool:
    """Return whether only some of a unit's predecessors have reported in its place."""
    if not rows["is_merged"].all():
        return False
    return not {other.code for other in plan.predecessors(unit)} <= set(rows["named_unit"])


def _findings(plan: Plan, coverage: Coverage, counts: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the findings of a year, an indicator after the other, the province before the units.

    Only units that give both counts add to the province's: a denominator without its numerator would count as if
    nothing had been reached.
    """
    optional = [unit.code for unit in plan.units_in(coverage.year) if not unit.expected]
    may_leave_blank = counts["unit"].isin(optional).to_numpy()
    scopes: pd.Categorical[Any] = pd.Categorical.from_codes(
        np.append(-1, counts["unit"].cat.codes), dtype=counts["unit"].dtype
    )
    for position, indicator in enumerate(plan.indicators):
        numerators, denominators = (
            sum_of_fields(counts, fields, may_leave_blank) for fields in (indicator.numerator, indicator.denominator)
        )
        given = (numerators.notna() & denominators.notna()).to_numpy()
        is_incomplete = not coverage.is_judged or coverage.provisional or bool((~given & ~may_leave_blank).any())
        numerators, denominators = (
            pd.concat([pd.Series([column[given].sum(min_count=1)], dtype="Int64"), column], ignore_index=True)
            for column in (numerators, denominators)
        )
        yield pd.DataFrame(
            {
                "year": np.full(len(scopes), coverage.year, dtype=np.int16),
                "indicator": _categorical(np.full(len(scopes), position), list(plan.indicator_by_id)),
                "unit": scopes,
                "numerator": numerators,
                "denominator": denominators,
                "status": _statuses(numerators, denominators, indicator.threshold_in(coverage.year)),
                "provisional": np.append(is_incomplete, np.zeros(len(counts), dtype=bool)),
            }
        )


def _categorical(codes: NDArray[np.integer[Any]], categories: list[str]) -> "pd.Categorical[Any]":
    column: pd.Categorical[Any] = pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(categories))
    return column


def sum_of_fields(counts: pd.DataFrame, fields: Sequence[str], may_leave_blank: NDArray[np.bool_]) -> pd.Series:
    """Return the sum of some fields of each unit, NA where one of them is.

    A unit that may leave blank what it does not run has the sum of what it gives.
    """
    sums = reduce(add, (counts[field] for field in fields)).copy()
    if len(fields) > 1 and may_leave_blank.any():
        sums[may_leave_blank] = counts.loc[may_leave_blank, list(fields)].sum(axis=1, min_count=1)
    return sums


def _statuses(numerators: pd.Series, denominators: pd.Series, threshold: Threshold | None) -> "pd.Categorical[Any]":
    """Return the status of every row, decided on whole columns of whole numbers."""
    given = (numerators.notna() & denominators.notna()).to_numpy()
    judged = given & (denominators > 0).fillna(False).to_numpy(dtype=bool)
    codes = np.full(len(given), STATUSES.index(Status.NO_DATA), dtype=np.int8)
    codes[given] = STATUSES.index(Status.NO_CASES)
    codes[judged] = STATUSES.index(Status.MISSED if threshold else Status.NOT_DUE)
    if threshold is not None:
        reached, whole = (column[judged].to_numpy(dtype=np.int64) for column in (numerators, denominators))
        met = _met(reached, whole, threshold)
        codes[np.flatnonzero(judged)[met]] = STATUSES.index(Status.MET)
    return _categorical(codes, STATUSES)


def _met(numerators: NDArray[np.int64], denominators: NDArray[np.int64], threshold: Threshold) -> NDArray[np.bool_]:
    """Return whether each rate meets the threshold: in 64 bits where every product fits, else in as many as it takes.

    The counts of a unit are below 2³⁰ and 90.5% weighs them by 200, so nearly every plan fits.
    """
    largest = int(max(numerators.max(initial=0), denominators.max(initial=0)))
    kind = np.int64 if largest * max(weights(threshold)) <= np.iinfo(np.int64).max else object
    return is_met(numerators.astype(kind), denominators.astype(kind), threshold).astype(bool)
