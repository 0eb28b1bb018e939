"""Every indicator over the years: each year's level, and whether it lies on the path to the next milestone.

Units are those of the last year reported. A unit that others became part of has the sum of their counts
for the years before, marked as recast; where one of them did not report, the year has no figure.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from gbv_kpi.errors import UsageError
from gbv_kpi.i18n import phrase
from gbv_kpi.kpi.engine import evaluate
from gbv_kpi.kpi.findings import Findings, findings_of
from gbv_kpi.kpi.scorecard import Finding, Status
from gbv_kpi.kpi.withheld import Withheld
from gbv_kpi.ledger.entries import Entry
from gbv_kpi.ledger.held import latest, returns_from, returns_under
from gbv_kpi.ledger.mergers import Recast, recast
from gbv_kpi.plan import Indicator, Plan
from gbv_kpi.plan.thresholds import Threshold, exact_rate

__all__ = ["Path", "Point", "Series", "Trend", "trend"]


@dataclass(frozen=True, slots=True)
class Point:
    """One year of a series: the finding, as the sum of predecessors' counts where it is recast."""

    finding: Finding
    recast: bool

    @property
    def rate(self) -> Fraction | None:
        """The exact rate, None where there is none."""
        finding = self.finding
        if finding.numerator is None or not finding.denominator:
            return None
        return exact_rate(finding.numerator, finding.denominator, finding.measure)


@dataclass(frozen=True, slots=True)
class Path:
    """The straight line from the first rate reported to a milestone, and the last year's place on it."""

    first_year: int
    milestone: Threshold
    year: int
    wanted: Fraction  # what the line has in `year`
    ahead: bool  # on the line or better


@dataclass(frozen=True, slots=True)
class Series:
    """One indicator of the province (`unit` None) or a unit over the years of the ledger."""

    indicator: Indicator
    unit: str | None
    unit_name: str | None
    points: tuple[Point, ...]

    @property
    def level(self) -> Finding:
        """The last year's finding."""
        return self.points[-1].finding

    @property
    def path(self) -> Path | None:
        """None where no milestone is ahead, or fewer than two years have a rate, the last one among them."""
        milestone = self.level.next_threshold
        rated = [(point.finding.year, rate) for point in self.points if (rate := point.rate) is not None]
        if milestone is None or len(rated) < 2 or rated[-1][0] != self.level.year:
            return None
        (first_year, first), (year, now) = rated[0], rated[-1]
        step = (Fraction(milestone.bound) - first) / (milestone.since - first_year)
        wanted = first + step * (year - first_year)
        ahead = now <= wanted if milestone.lower_is_better else now >= wanted
        return Path(first_year, milestone, year, wanted, ahead)


@dataclass(frozen=True, slots=True)
class Trend:
    """All series, by indicator, the province before units; `years` are those between first and last reported."""

    plan: Plan
    years: tuple[int, ...]
    series: tuple[Series, ...]
    as_of: datetime | None = None
    withheld: Withheld | None = None  # of a published trend


def trend(entries: Iterable[Entry], plan: Plan, as_of: datetime | None = None) -> Trend:
    """The trend of what these revisions hold. Raises `UsageError` where they hold nothing."""
    held = latest(entries)
    if not held:
        raise UsageError(phrase("The ledger holds no return of the plan {plan}.", plan=plan.id))
    years = tuple(range(min(entry.year for entry in held), max(entry.year for entry in held) + 1))
    of_province = findings_of(evaluate(returns_from(held, plan), plan).findings).of_province()
    groups = [group for group in recast(held, plan, years[-1]) if group.complete]
    of_units = _unit_findings(groups, plan)
    names = {group.unit.code: group.unit.name for group in groups}
    merged = {(group.unit.code, group.year) for group in groups if group.merged}
    by_series: dict[tuple[str, str | None], dict[int, Finding]] = {}
    for finding in (*of_province, *of_units):
        by_series.setdefault((finding.indicator, finding.unit), {})[finding.year] = finding
    series = [
        Series(
            indicator,
            unit,
            name,
            tuple(
                Point(replace(finding, unit_name=name), (unit, finding.year) in merged)
                for finding in _every_year(by_series.get((indicator.id, unit), {}), indicator, unit, years)
            ),
        )
        for indicator in plan.indicators
        for unit, name in [(None, None), *sorted(names.items())]
    ]
    return Trend(plan, years, tuple(series), as_of)


def _unit_findings(groups: Iterable[Recast], plan: Plan) -> Findings:
    """The findings of the last year's units in every year: predecessors' returns stand under their code."""
    under = [(group.unit.code, entry) for group in groups for entry in group.entries]
    return findings_of(evaluate(returns_under(under, plan), plan).findings).of_units()


def _every_year(
    findings: Mapping[int, Finding], indicator: Indicator, unit: str | None, years: Iterable[int]
) -> Iterator[Finding]:
    for year in years:
        yield findings.get(year) or Finding(
            indicator=indicator.id,
            year=year,
            unit=unit,
            unit_name=None,
            numerator=None,
            denominator=None,
            threshold=indicator.threshold_in(year),
            next_threshold=indicator.threshold_after(year),
            status=Status.NO_DATA,
            shortfall=None,
            next_shortfall=None,
            provisional=unit is None,
            measure=indicator.measure,
        )
