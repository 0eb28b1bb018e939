"""The engine: valid returns to findings, by whole-number arithmetic on whole columns."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.counts import BLANK, Counts, Lines, compact, whole
from gbv_kpi.findings import STATUSES, Findings, OfIndicator, UnitFindings, finding_of
from gbv_kpi.plan import Plan, Unit
from gbv_kpi.returns import Returns
from gbv_kpi.scorecard import Coverage, Scorecard, Status, UnitCounts
from gbv_kpi.thresholds import Threshold, is_met, weights

__all__ = ["counts_of_year", "evaluate"]


def evaluate(returns: Returns, plan: Plan) -> Scorecard:
    """Every indicator of every year in the returns, for the province and for each unit.

    Returns of units that have merged are summed under their successor. The province is the sum of
    numerators over the sum of denominators, never a mean of rates.
    """
    findings: list[OfIndicator] = []
    coverage: list[Coverage] = []
    lines = returns.lines
    for year in sorted({*lines.years, *(year for _, year in returns.refused)}):
        refused = {unit for unit, of in returns.refused if of == year}
        coverage.append(_coverage(plan, year, lines, refused))
        counts = lines.counts_of(year)
        if len(counts):
            findings.extend(_findings(plan, coverage[-1], counts))
    return Scorecard(plan, Findings(findings), tuple(coverage))


def counts_of_year(returns: Returns, plan: Plan, year: int) -> tuple[UnitCounts, ...]:
    """What the findings of a year were computed from: the counts of each unit, in order of code."""
    name_by_code = {unit.code: unit.name for unit in plan.units_in(year)}
    counts = returns.lines.counts_of(year)
    return tuple(
        UnitCounts(year, unit, name_by_code.get(unit, unit), counts.of(place))
        for place, unit in enumerate(counts.units)
    )


def _coverage(plan: Plan, year: int, lines: Lines, refused: set[str]) -> Coverage:
    expected = plan.expected_units(year)
    held = lines.units_of(year)
    reported = set(held) if expected else set()
    missing = tuple(unit for unit in expected if unit.code not in reported)
    return Coverage(
        year,
        expected,
        missing,
        refused=tuple(unit for unit in missing if unit.code in refused),
        partly=tuple(
            unit
            for unit in expected
            if unit.since and unit.code in reported and _is_partial(unit, lines.names_of(year, unit.code), plan)
        ),
        reported=len(held),
    )


def _is_partial(unit: Unit, named: set[str], plan: Plan) -> bool:
    """Whether only some of a unit's predecessors have reported in its place."""
    return unit.name not in named and any(p.name not in named for p in plan.predecessors(unit))


def _findings(plan: Plan, coverage: Coverage, counts: Counts) -> Iterator[OfIndicator]:
    """The findings of a year, an indicator after the other.

    Only units that give both counts add to the province's: a denominator whose numerator is not known
    would count as if nothing had been reached.
    """
    year = coverage.year
    name_by_code = {unit.code: unit.name for unit in plan.units_in(year)}
    not_waited_for = [unit.code.encode() for unit in plan.units_in(year) if not unit.expected]
    may_leave_blank = np.isin(counts.units.encoded, np.array(not_waited_for, dtype=np.bytes_))
    for indicator in plan.indicators:
        numerators = _sums(counts, indicator.numerator, may_leave_blank)
        denominators = _sums(counts, indicator.denominator, may_leave_blank)
        threshold = indicator.threshold_in(year)
        statuses = _statuses(numerators, denominators, threshold)
        given = (numerators != BLANK) & (denominators != BLANK)
        sums = [int(column[given].sum()) if given.any() else None for column in (numerators, denominators)]
        of_all = _statuses(whole(sums[:1]), whole(sums[1:]), threshold)
        unknown = bool((~given & ~may_leave_blank).any())
        incomplete = not coverage.is_judged or coverage.provisional or unknown
        columns = (compact(numerators), compact(denominators), statuses)
        units = UnitFindings(indicator, year, counts.units, name_by_code, *columns)
        province = finding_of(indicator, year, None, (sums[0], sums[1]), STATUSES[of_all[0]], incomplete)
        yield OfIndicator(indicator.id, year, province, units, statuses)


def _sums(counts: Counts, fields: Sequence[str], may_leave_blank: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The sum of some fields in each row, blank where one of them is.

    A unit that may leave blank what it does not run has the sum of what it gives.
    """
    columns = [counts.by_field[field] for field in fields]
    total = np.zeros(len(counts), dtype=np.int64)
    blank, given = np.zeros(len(counts), dtype=bool), np.zeros(len(counts), dtype=bool)
    for column in columns:
        total += np.maximum(column, 0)
        blank |= column == BLANK
        given |= column != BLANK
    total[np.where(may_leave_blank, ~given, blank)] = BLANK
    return total


def _statuses(
    numerators: NDArray[np.int64], denominators: NDArray[np.int64], threshold: Threshold | None
) -> NDArray[np.int8]:
    """The status of every row, decided on whole columns of whole numbers."""
    given = (numerators != BLANK) & (denominators != BLANK)
    statuses = np.full(len(given), STATUSES.index(Status.NO_DATA), dtype=np.int8)
    statuses[given] = STATUSES.index(Status.NO_CASES)
    judged = np.flatnonzero(given & (denominators > 0))
    statuses[judged] = STATUSES.index(Status.MISSED if threshold else Status.NOT_DUE)
    if threshold is not None:
        met = _met(numerators[judged], denominators[judged], threshold)
        statuses[judged[met]] = STATUSES.index(Status.MET)
    return statuses


def _met(numerators: NDArray[np.int64], denominators: NDArray[np.int64], threshold: Threshold) -> NDArray[np.bool_]:
    """Whether each rate meets the threshold: in 64 bits where every product fits, otherwise in as many as it takes.

    The counts of a unit are below 2³⁰ and 90.5% weighs them by 200, so nearly every plan fits.
    """
    largest = max(int(numerators.max(initial=1)), int(denominators.max(initial=1)))
    if largest * max(weights(threshold)) > np.iinfo(np.int64).max:
        numerators, denominators = numerators.astype(object), denominators.astype(object)
    return np.asarray(is_met(numerators, denominators, threshold), dtype=bool)
