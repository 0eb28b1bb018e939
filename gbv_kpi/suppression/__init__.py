"""What of an outcome or a trend may be published: small counts, and what they could be told from, are taken out.

It is done before any renderer sees the result, so no format can let slip what another withholds. Beside the
findings it takes out whatever else tells of the counts: the fields behind them, problems that quote them,
estimates that rest on last year's, and the hash of a file, against which guesses could be tried.
The exit code stays what it was.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gbv_kpi.i18n import phrase
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.outlook import Outlook
from gbv_kpi.kpi.scorecard import Finding, UnitCounts
from gbv_kpi.kpi.withheld import Withheld
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Problem, Severity
from gbv_kpi.suppression.families import Family, protected_families, shown_alone
from gbv_kpi.suppression.table import Cell, published, published_scorecard, withheld_cells

if TYPE_CHECKING:
    from gbv_kpi.kpi.trend import Trend

__all__ = ["publishable", "publishable_trend"]


def publishable(outcome: Outcome, min_count: int) -> Outcome:
    """The outcome as it may be published; counts from 1 up to below `min_count` are withheld."""
    card, trend = outcome.scorecard, outcome.trend
    related = list(protected_families(card.plan))
    protected = {field for family in related for field in family.fields}
    cells = withheld_cells(card.findings, related, min_count)
    if trend is not None:
        earlier = (finding for finding in _findings(trend) if finding.year not in card.years)
        cells |= withheld_cells(earlier, related, min_count)
    problems = [problem for problem in outcome.problems if not _tells_counts(problem, protected, Severity.WARNING)]
    refused = sum(_tells_counts(problem, protected, Severity.ERROR) for problem in problems)
    never = _never_shown(card.plan, related)
    withheld = replace(
        _extent(cells, min_count),
        fields=tuple(field for field in card.plan.field_by_id if field in never and _is_given(field, outcome.counts)),
        warnings=len(outcome.problems) - len(problems),
        errors=refused,
    )
    return replace(
        outcome,
        scorecard=published_scorecard(card, cells),
        problems=tuple(_without_counts(problem, protected) for problem in problems),
        files=tuple(replace(file, sha256="") for file in outcome.files),
        outlook=tuple(_publishable_outlook(outcome.outlook, related, cells)),
        counts=tuple(_publishable_counts(counts, related, cells, never) for counts in outcome.counts),
        trend=_published_trend(trend, cells, min_count) if trend else None,
        year_record=None,  # notes and corrections quote counts
        decided=outcome.exit_code,
        withheld=withheld,
    )


def publishable_trend(trend: "Trend", min_count: int) -> "Trend":
    """The trend as it may be published: each year as a table of that year would be."""
    related = list(protected_families(trend.plan))
    return _published_trend(trend, withheld_cells(_findings(trend), related, min_count), min_count)


def _published_trend(trend: "Trend", cells: set[Cell], min_count: int) -> "Trend":
    series = tuple(
        replace(one, points=tuple(replace(point, finding=published(point.finding, cells)) for point in one.points))
        for one in trend.series
    )
    return replace(trend, series=series, withheld=_extent(cells, min_count))


def _findings(trend: "Trend") -> Iterator[Finding]:
    return (point.finding for series in trend.series for point in series.points)


def _extent(cells: set[Cell], min_count: int) -> Withheld:
    of_units = sum(unit is not None for _, _, unit in cells)
    return Withheld(min_count, of_units, len(cells) - of_units)


def _tells_counts(problem: Problem, protected: set[str], severity: Severity) -> bool:
    """Whether it is one of a protected cell, and not of a heading."""
    return problem.severity is severity and problem.field in protected and problem.place.cell is not None


def _without_counts(problem: Problem, protected: set[str]) -> Problem:
    """An error says which return is refused, and not by which counts."""
    if not _tells_counts(problem, protected, Severity.ERROR):
        return problem
    return replace(problem, message=phrase("What stands here is not published."), value=None)


def _publishable_outlook(outlook: Iterable[Outlook], related: Sequence[Family], cells: set[Cell]) -> Iterator[Outlook]:
    """An estimate rests on last year's counts of the missing units, and so tells of them."""
    protected = {indicator for family in related for indicator in family.indicators}
    for found in outlook:
        estimated = found.estimated and found.indicator in protected
        if not estimated and (found.indicator, found.year, None) not in cells:
            yield found


def _never_shown(plan: Plan, related: Sequence[Family]) -> set[str]:
    """Protected fields that no indicator prints: nothing needs them, and no total stands beside them."""
    return {field for family in related for field in family.fields} & set(plan.protected_fields) - shown_alone(plan)


def _is_given(field: str, counts: Iterable[UnitCounts]) -> bool:
    return any(field in of_unit.values for of_unit in counts)


def _publishable_counts(counts: UnitCounts, related: Sequence[Family], cells: set[Cell], never: set[str]) -> UnitCounts:
    withheld = set(never)
    for family in related:
        if any((indicator, counts.year, counts.unit) in cells for indicator in family.indicators):
            withheld |= family.fields
    return replace(
        counts,
        values={field: count for field, count in counts.values.items() if field not in withheld},
        withheld=frozenset(withheld & counts.values.keys()),
    )
