"""The engine: valid returns to findings, by whole-number arithmetic of pandas on whole columns."""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import add

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gbv_kpi.counts import BLANK, Counts, Lines, Numbers, held, series, whole
from gbv_kpi.kpi.findings import STATUSES, Findings, OfIndicator, UnitFindings, finding_of
from gbv_kpi.kpi.scorecard import Coverage, Scorecard, Status, UnitCounts
from gbv_kpi.plan import Indicator, Plan, Unit
from gbv_kpi.plan.thresholds import Threshold, is_met, weights
from gbv_kpi.returns.collect import Returns
from gbv_kpi.shelf import Shelf, Shelved

AT_ONCE = 100_000  # units whose counts are in memory as pandas has them


def evaluate(returns: Returns, plan: Plan) -> Scorecard:
    """Every indicator of every year in the returns, for the province and for each unit.

    Returns of units that have merged are summed under their successor. The province is the sum of
    numerators over the sum of denominators, never a mean of rates.
    """
    findings: list[OfIndicator] = []
    coverage: list[Coverage] = []
    lines, shelf = returns.lines, Shelf()
    for year in sorted({*lines.years, *(year for _, year in returns.refused)}):
        refused = {unit for unit, of in returns.refused if of == year}
        coverage.append(_coverage(plan, year, lines, refused))
        counts = lines.counts_of(year)
        if len(counts):
            findings.extend(_findings(plan, coverage[-1], counts, shelf))
    return Scorecard(plan, Findings(findings), tuple(coverage))


def counts_of_year(returns: Returns, plan: Plan, year: int) -> tuple[UnitCounts, ...]:
    """What the findings of a year were computed from: the counts of each unit, in order of code."""
    name_by_code = {unit.code: unit.name for unit in plan.units_in(year)}
    counts = returns.lines.counts_of(year)
    return tuple(UnitCounts(year, unit, name_by_code.get(unit, unit), values) for unit, values in counts.by_unit())


def _coverage(plan: Plan, year: int, lines: Lines, refused: set[str]) -> Coverage:
    expected = plan.expected_units(year)
    held = lines.units_of(year)
    reported = set(held) if expected else set()
    missing = tuple(unit for unit in expected if unit.code not in reported)
    new = [unit for unit in expected if unit.since and unit.code in reported]
    named = lines.names_of(year, [unit.code for unit in new])
    return Coverage(
        year,
        expected,
        missing,
        refused=tuple(unit for unit in missing if unit.code in refused),
        partly=tuple(unit for unit in new if _is_partial(unit, named[unit.code], plan)),
        reported=len(held),
    )


def _is_partial(unit: Unit, named: set[str], plan: Plan) -> bool:
    """Whether only some of a unit's predecessors have reported in its place."""
    return unit.name not in named and any(p.name not in named for p in plan.predecessors(unit))


def _findings(plan: Plan, coverage: Coverage, counts: Counts, shelf: Shelf) -> Iterator[OfIndicator]:
    """The findings of a year, an indicator after the other.

    Only units that give both counts add to the province's: a denominator whose numerator is not known
    would count as if nothing had been reached.
    """
    year = coverage.year
    name_by_code = {unit.code: unit.name for unit in plan.units_in(year)}
    not_waited_for = [unit.code.encode() for unit in plan.units_in(year) if not unit.expected]
    may_leave_blank = np.isin(counts.units.encoded, np.array(not_waited_for, dtype=np.bytes_))
    for indicator in plan.indicators:
        threshold, shelved, wholes, unknown = indicator.threshold_in(year), [], [], False
        columns = {field: counts.of_field(field) for field in (*indicator.numerator, *indicator.denominator)}
        for start in range(0, len(counts), AT_ONCE):
            some = slice(start, start + AT_ONCE)
            sums = _sums(indicator, {field: column[some] for field, column in columns.items()}, may_leave_blank[some])
            given = np.logical_and(*(column != BLANK for column in sums))
            unknown = unknown or bool((~given & ~may_leave_blank[some]).any())
            wholes.append([column[given].sum(dtype=np.int64) if given.any() else BLANK for column in sums])
            shelved.append([shelf.put(column) for column in (*sums, _statuses(*sums, threshold))])
        numerator, denominator = (_sum(parts) for parts in zip(*wholes, strict=True))
        status = STATUSES[_statuses(whole([numerator]), whole([denominator]), threshold)[0]]
        incomplete = not coverage.is_judged or coverage.provisional or unknown
        of_all = finding_of(indicator, year, None, (numerator, denominator), status, incomplete)
        numerators, denominators, of_units = map(Shelved.joined, zip(*shelved, strict=True))
        units = UnitFindings(indicator, year, counts.units, name_by_code, numerators, denominators, of_units)
        yield OfIndicator(indicator.id, year, of_all, units, of_units)


def _sums(
    indicator: Indicator, columns: Mapping[str, Numbers], may_leave_blank: NDArray[np.bool_]
) -> tuple[Numbers, Numbers]:
    """Numerator and denominator of each row, blank where a field of theirs is.

    A unit that may leave blank what it does not run has the sum of what it gives.
    """

    def added(fields: Sequence[str]) -> Numbers:
        parts = [series(columns[field]) for field in fields]
        sums = reduce(add, parts)
        if len(parts) > 1 and may_leave_blank.any():
            given = pd.concat([part[may_leave_blank] for part in parts], axis=1)
            sums[may_leave_blank] = given.sum(axis=1, min_count=1)
        return held(sums)

    return added(indicator.numerator), added(indicator.denominator)


def _sum(parts: Sequence[int]) -> int | None:
    """The sum of what is known."""
    given = [int(part) for part in parts if part != BLANK]
    return sum(given) if given else None


def _statuses(numerators: Numbers, denominators: Numbers, threshold: Threshold | None) -> NDArray[np.int8]:
    """The status of every row, decided on whole columns of whole numbers."""
    given = (numerators != BLANK) & (denominators != BLANK)
    judged = given & (denominators > 0)
    statuses = np.full(len(given), STATUSES.index(Status.NO_DATA), dtype=np.int8)
    statuses[given] = STATUSES.index(Status.NO_CASES)
    statuses[judged] = STATUSES.index(Status.MISSED if threshold else Status.NOT_DUE)
    if threshold is not None:
        met = _met(numerators[judged], denominators[judged], threshold)
        statuses[np.flatnonzero(judged)[met]] = STATUSES.index(Status.MET)
    return statuses


def _met(numerators: Numbers, denominators: Numbers, threshold: Threshold) -> NDArray[np.bool_]:
    """Whether each rate meets the threshold: in 64 bits where every product fits, otherwise in as many as it takes.

    The counts of a unit are below 2³⁰ and 90.5% weighs them by 200, so nearly every plan fits.
    """
    largest = int(max(numerators.max(initial=0), denominators.max(initial=0)))
    kind = np.int64 if largest * max(weights(threshold)) <= np.iinfo(np.int64).max else object
    return is_met(numerators.astype(kind), denominators.astype(kind), threshold).astype(bool)
