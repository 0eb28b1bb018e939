"""Every indicator over the years: each year's level, and whether it lies on the path to the next milestone.

Units are those of the last year reported. A unit that others became part of has the sum of their counts
for the years before, marked as recast; where one of them did not report, the year has no figure.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from gbv_kpi.errors import UsageError
from gbv_kpi.i18n import phrase
from gbv_kpi.kpi.engine import evaluate
from gbv_kpi.kpi.finding import Finding, Status, make_finding
from gbv_kpi.kpi.trend import Point, Series, Trend
from gbv_kpi.ledger.entries import key_of, latest, returns_from, returns_under, unit_finder
from gbv_kpi.ledger.records import Entry
from gbv_kpi.plan import Indicator, Plan, Unit


@dataclass(frozen=True, slots=True)
class Recast:
    """The returns of one year that make up the return of a unit of another year."""

    unit: Unit  # of the base year
    year: int
    entries: tuple[Entry, ...]
    merged: bool  # the unit did not exist in that year: these are its predecessors'
    complete: bool  # every unit of that year that has become part of it reported

    def values(self) -> dict[str, int]:
        """Return the sums by field; one that any of the returns leaves blank has no sum."""
        fields = set.intersection(*(set(entry.figures) for entry in self.entries))
        return {field: sum(entry.figures[field].value for entry in self.entries) for field in sorted(fields)}


def recast(entries: Iterable[Entry], plan: Plan, base_year: int) -> list[Recast]:
    """Return returns of any year as returns of the units of one year: across a merger the predecessors are summed.

    They are ordered by year and unit. A unit that ended without an heir before the base year is left out.
    """
    units = unit_finder(plan)
    grouped: dict[tuple[int, str], tuple[Unit, list[Entry], set[str]]] = {}
    for entry in entries:
        then = units(entry.unit, entry.year)
        heir = units(key_of(then), base_year) if then else None
        if then is not None and heir is not None:
            _, group, reported = grouped.setdefault((entry.year, heir.code), (heir, [], set()))
            group.append(entry)
            reported.add(then.code)
    needed = cache(lambda year: _predecessors(plan, year, base_year))
    units_then = cache(lambda year: {key_of(unit) for unit in plan.units_in(year)})
    return [
        Recast(
            heir,
            year,
            tuple(group),
            merged=bool(plan.units) and key_of(heir) not in units_then(year),
            complete=needed(year).get(code, set()) <= reported,
        )
        for (year, code), (heir, group, reported) in sorted(grouped.items(), key=lambda item: item[0])
    ]


def _predecessors(plan: Plan, year: int, base_year: int) -> dict[str, set[str]]:
    """Return the codes of the units expected in a year, by the code of the unit they have become part of."""
    found: dict[str, set[str]] = {}
    for unit in plan.expected_units(year):
        if heir := plan.successor(unit, base_year):
            found.setdefault(heir.code, set()).add(unit.code)
    return found


def trend(entries: Iterable[Entry], plan: Plan, as_of: datetime | None = None) -> Trend:
    """Return the trend of what these revisions hold. Raises `UsageError` where they hold nothing."""
    held = latest(entries)
    if not held:
        raise UsageError(phrase("The ledger has no return for the plan {plan}.", plan=plan.id))
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
    """Return the findings of the last year's units in every year, with their predecessors' returns under their code."""
    under = [(group.unit, entry) for group in groups for entry in group.entries]
    return evaluate(returns_under(under, plan), plan).of_units().findings


def _every_year(
    findings: Mapping[int, Finding], indicator: Indicator, unit: str | None, years: Iterable[int]
) -> Iterator[Finding]:
    for year in years:
        no_data = make_finding(indicator, year, unit, None, (None, None), Status.NO_DATA, provisional=unit is None)
        yield findings.get(year, no_data)
