"""Follow every indicator over the years: each year's level, and the path to the next milestone.

Units are those of the last year reported. Before a merger a unit has the sum of its predecessors' counts,
marked as recast; if one of them did not report, the year has no figure.
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
    merged: bool  # the unit did not exist in that year: the entries are its predecessors'
    complete: bool  # all its predecessors of that year reported

    def values(self) -> dict[str, int]:
        """Return the sums by field, without fields that a return leaves blank."""
        fields = set.intersection(*(set(entry.figures) for entry in self.entries))
        return {field: sum(entry.figures[field].value for entry in self.entries) for field in sorted(fields)}


def recast(entries: Iterable[Entry], plan: Plan, base_year: int) -> list[Recast]:
    """Group returns of any year under the units of the base year: across a merger predecessors are summed.

    Ordered by year and unit, without units that ended without an heir.
    """
    find_unit = unit_finder(plan)
    grouped: dict[tuple[int, str], tuple[Unit, list[Entry], set[str]]] = {}
    for entry in entries:
        unit = find_unit(entry.unit, entry.year)
        heir = find_unit(key_of(unit), base_year) if unit else None
        if unit is not None and heir is not None:
            _, group, reported = grouped.setdefault((entry.year, heir.code), (heir, [], set()))
            group.append(entry)
            reported.add(unit.code)
    needed = cache(lambda year: _predecessors(plan, year, base_year))
    keys_in = cache(lambda year: {key_of(unit) for unit in plan.units_in(year)})
    return [
        Recast(
            heir,
            year,
            tuple(group),
            merged=bool(plan.units) and key_of(heir) not in keys_in(year),
            complete=needed(year).get(code, set()) <= reported,
        )
        for (year, code), (heir, group, reported) in sorted(grouped.items(), key=lambda item: item[0])
    ]


def _predecessors(plan: Plan, year: int, base_year: int) -> dict[str, set[str]]:
    """Return the codes of the units expected in a year, by the code of their heir in the base year."""
    found: dict[str, set[str]] = {}
    for unit in plan.expected_units(year):
        if heir := plan.successor(unit, base_year):
            found.setdefault(heir.code, set()).add(unit.code)
    return found


def trend(entries: Iterable[Entry], plan: Plan, as_of: datetime | None = None) -> Trend:
    """Return the trend of these revisions. Raises `UsageError` if there are none."""
    current = latest(entries)
    if not current:
        raise UsageError(phrase("The ledger has no return for the plan {plan}.", plan=plan.id))
    years = tuple(range(min(entry.year for entry in current), max(entry.year for entry in current) + 1))
    card = evaluate(returns_from(current, plan), plan)
    province_findings = card.of_province().findings
    groups = [group for group in recast(current, plan, years[-1]) if group.complete]
    unit_findings = _unit_findings(groups, plan)
    names = {group.unit.code: group.unit.name for group in groups}
    merged = {(group.unit.code, group.year) for group in groups if group.merged}
    findings_by_series: dict[tuple[str, str | None], dict[int, Finding]] = {}
    for finding in (*province_findings, *unit_findings):
        findings_by_series.setdefault((finding.indicator, finding.unit), {})[finding.year] = finding
    series = [
        Series(
            indicator,
            unit,
            name,
            tuple(
                Point(replace(finding, unit_name=name), (unit, finding.year) in merged)
                for finding in _every_year(findings_by_series.get((indicator.id, unit), {}), indicator, unit, years)
            ),
        )
        for indicator in plan.all_indicators
        if not indicator.is_monitored or (indicator.id, None) in findings_by_series
        for unit, name in [(None, None), *sorted(names.items())]
    ]
    return Trend(plan, years, tuple(series), as_of, returns=card.returns)


def _unit_findings(groups: Iterable[Recast], plan: Plan) -> list[Finding]:
    """Return the findings of the last year's units in every year, with their predecessors' returns summed."""
    pairs = [(group.unit, entry) for group in groups for entry in group.entries]
    return evaluate(returns_under(pairs, plan), plan).of_units().findings


def _every_year(
    findings: Mapping[int, Finding], indicator: Indicator, unit: str | None, years: Iterable[int]
) -> Iterator[Finding]:
    """Yield the finding of each year, NO_DATA for a year without one."""
    for year in years:
        no_data = make_finding(indicator, year, unit, None, (None, None), Status.NO_DATA, provisional=unit is None)
        yield findings.get(year, no_data)
