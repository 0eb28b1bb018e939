"""Follow every indicator over the years: each year's level, and the path to the next milestone.

Units are those of the last year reported. Before a merger a unit has the sum of its predecessors' counts,
marked as recast; if one of them did not report, the year has no figure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from gbv_kpi.kpi.engine import evaluate, recast
from gbv_kpi.kpi.finding import Finding, Status, demands_of
from gbv_kpi.plan import Indicator, Plan, Unit
from gbv_kpi.plan.thresholds import Threshold
from gbv_kpi.returns.frame import Returns

if TYPE_CHECKING:
    from gbv_kpi.kpi.publication import Withheld


@dataclass(frozen=True)
class Point:
    """One year of a series; a recast finding has the summed counts of predecessors."""

    finding: Finding
    recast: bool


@dataclass(frozen=True)
class Path:
    """The straight line from the first rate reported to a milestone, and the last year's place on it."""

    first_year: int
    milestone: Threshold
    year: int
    wanted: Fraction  # the rate of the line in `year`, or the milestone's where the line is beyond it
    ahead: bool  # on the line or better


@dataclass(frozen=True)
class Series:
    """One indicator of the province (`unit` None) or a unit over the years of the ledger."""

    indicator: Indicator
    unit: str | None
    unit_name: str | None
    points: tuple[Point, ...]

    @property
    def level(self) -> Finding:
        """Return the last year's finding."""
        return self.points[-1].finding

    @property
    def path(self) -> Path | None:
        """Return the path to the next milestone, if there is one and two years, among them the last, have a rate."""
        milestone = self.level.next_threshold
        rates = [(point.finding.year, point.finding.fraction) for point in self.points]
        rated = [(year, rate) for year, rate in rates if rate is not None]
        if milestone is None or len(rated) < 2 or rated[-1][0] != self.level.year:
            return None
        (first_year, first), (year, now) = rated[0], rated[-1]
        bound, is_lower_better = Fraction(milestone.bound), milestone.lower_is_better
        on_line = first + (bound - first) * (year - first_year) / (milestone.since - first_year)
        # The line leads away from a milestone that the first rate is beyond: no more is wanted than to keep it.
        wanted = max(on_line, bound) if is_lower_better else min(on_line, bound)
        return Path(first_year, milestone, year, wanted, now <= wanted if is_lower_better else now >= wanted)


@dataclass(frozen=True)
class Trend:
    """All series, by indicator, the province before units; `years` are those between first and last reported."""

    plan: Plan
    years: tuple[int, ...]
    series: tuple[Series, ...]
    as_of: datetime | None = None
    withheld: "Withheld | None" = None  # of a published trend
    returns: pd.DataFrame | None = field(default=None, compare=False)  # the valid returns; None if published

    @cached_property
    def statuses(self) -> set[Status]:
        return {point.finding.status for series in self.series for point in series.points}

    @cached_property
    def of_province(self) -> dict[tuple[str, int], Finding]:
        """Return the province's findings by indicator and year."""
        findings = [point.finding for series in self.series if series.unit is None for point in series.points]
        return {(finding.indicator, finding.year): finding for finding in findings}


def trend_of(returns: Returns, plan: Plan, as_of: datetime | None = None) -> Trend:
    """Return the trend of the valid returns, of which there is at least one."""
    card = evaluate(returns, plan)
    province = card.of_province().findings
    years = tuple(range(int(returns.valid["year"].min()), int(returns.valid["year"].max()) + 1))
    frame = recast(returns.valid, plan, years[-1])
    unit_by_code = {unit.code: unit for unit in plan.units_in(years[-1])}
    without_days = {"since": None, "until": None, "merged_into": None}
    lasting = plan.model_copy(update={"units": tuple(u.model_copy(update=without_days) for u in unit_by_code.values())})
    codes = sorted(set(frame["unit"]))
    units = [None, *(unit_by_code.get(code) or Unit(code=code, name=code) for code in codes)]
    of_units = evaluate(replace(returns, frame=frame), lasting).of_units().findings
    findings = {(finding.indicator, finding.unit, finding.year): finding for finding in (*province, *of_units)}
    given = {finding.indicator for finding in province}
    series = [
        _series(plan, indicator, unit, years, findings)
        for indicator in plan.all_indicators
        if not indicator.is_monitored or indicator.id in given
        for unit in units
    ]
    return Trend(plan, years, tuple(series), as_of, returns=card.returns)


def _series(
    plan: Plan,
    indicator: Indicator,
    unit: Unit | None,
    years: Iterable[int],
    findings: Mapping[tuple[str, str | None, int], Finding],
) -> Series:
    """Return the finding of each year, NO_DATA for a year without one."""
    code, name = (unit.code, unit.name) if unit else (None, None)
    points = []
    for year in years:
        if finding := findings.get((indicator.id, code, year)):
            is_recast = unit is not None and not unit.exists_on(plan.reporting_day(year))
            points.append(Point(replace(finding, unit_name=name), is_recast))
        else:
            no_data = (None, None, Status.NO_DATA, unit is None)
            finding = Finding(indicator.id, year, code, name, *no_data, *demands_of(indicator, year))
            points.append(Point(finding, recast=False))
    return Series(indicator, code, name, tuple(points))
