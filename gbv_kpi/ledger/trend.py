"""Every indicator over the years: each year's level, and whether it lies on the path to the next milestone.

Units are those of the last year reported. A unit that others became part of has the sum of their counts
for the years before, marked as recast; where one of them did not report, the year has no figure.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from gbv_kpi.errors import UsageError
from gbv_kpi.i18n import phrase
from gbv_kpi.kpi.engine import evaluate
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.trend import Point, Series, Trend
from gbv_kpi.ledger.entries import Entry, latest, returns_from, returns_under
from gbv_kpi.ledger.mergers import Recast, recast
from gbv_kpi.plan import Indicator, Plan


def trend(entries: Iterable[Entry], plan: Plan, as_of: datetime | None = None) -> Trend:
    """The trend of what these revisions hold. Raises `UsageError` where they hold nothing."""
    held = latest(entries)
    if not held:
        raise UsageError(phrase("The ledger holds no return of the plan {plan}.", plan=plan.id))
    years = tuple(range(min(entry.year for entry in held), max(entry.year for entry in held) + 1))
    card = evaluate(returns_from(held, plan), plan)
    of_province = card.of_province().findings
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
        for indicator in plan.all_indicators
        if not indicator.is_monitored or (indicator.id, None) in by_series
        for unit, name in [(None, None), *sorted(names.items())]
    ]
    return Trend(plan, years, tuple(series), as_of, returns=card.returns)


def _unit_findings(groups: Iterable[Recast], plan: Plan) -> list[Finding]:
    """The findings of the last year's units in every year: predecessors' returns stand under their code."""
    under = [(group.unit, entry) for group in groups for entry in group.entries]
    return evaluate(returns_under(under, plan), plan).of_units().findings


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
