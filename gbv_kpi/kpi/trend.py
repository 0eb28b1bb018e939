"""Model a trend: every indicator over the years, and whether it is on the path to its next threshold."""

from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from gbv_kpi.kpi.finding import Finding
from gbv_kpi.kpi.publication import Withheld
from gbv_kpi.plan import Indicator, Plan
from gbv_kpi.plan.thresholds import Threshold, exact_rate

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Point:
    """One year of a series; a recast finding has the summed counts of predecessors."""

    finding: Finding
    recast: bool

    @property
    def rate(self) -> Fraction | None:
        """Return the exact rate, or None."""
        finding = self.finding
        if finding.numerator is None or not finding.divisor:
            return None
        return exact_rate(finding.numerator, finding.divisor, finding.measure)


@dataclass(frozen=True, slots=True)
class Path:
    """The straight line from the first rate reported to a milestone, and the last year's place on it."""

    first_year: int
    milestone: Threshold
    year: int
    wanted: Fraction  # the rate of the line in `year`
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
        """Return the last year's finding."""
        return self.points[-1].finding

    @property
    def path(self) -> Path | None:
        """Return the path to the next milestone, if there is one and two years, among them the last, have a rate."""
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
    returns: "pd.DataFrame | None" = field(default=None, compare=False)  # the valid returns; None if published
