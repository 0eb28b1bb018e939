"""What was computed: findings, coverage, and the scorecard that holds them. Frozen; renderers only read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from gbv_kpi.plan import Plan, Unit
from gbv_kpi.plan.thresholds import Measure, Threshold, exact_rate, shown_rate

if TYPE_CHECKING:
    import pandas as pd


class Status(StrEnum):
    """How one indicator stands in one year for one scope."""

    MET = "met"
    MISSED = "missed"
    NOT_DUE = "not-due"  # no threshold is in force yet
    NO_CASES = "no-cases"  # the denominator is 0: nothing to judge, and no failure
    NO_DATA = "no-data"  # not reported
    WITHHELD = "withheld"  # known, but not published: a small count could be told from it

    @property
    def has_rate(self) -> bool:
        return self not in (Status.NO_CASES, Status.NO_DATA, Status.WITHHELD)


@dataclass(frozen=True, slots=True)
class Finding:
    """One indicator in one year for one scope, held against the threshold in force."""

    indicator: str
    year: int
    unit: str | None  # the unit's code; None for the province
    unit_name: str | None
    numerator: int | None  # None where the unit did not report it
    denominator: int | None
    threshold: Threshold | None  # None before the first threshold's year
    next_threshold: Threshold | None  # None after the last
    status: Status
    shortfall: int | None  # whole number lacking; None where nothing is judged
    next_shortfall: int | None  # lacking to the next threshold, on this year's denominator
    provisional: bool  # the province's, while units are missing
    measure: Measure = "percent"

    @property
    def scope(self) -> str:
        return "province" if self.unit is None else "unit"

    def rate(self, decimals: int = 1) -> tuple[Decimal, int] | None:
        """The rate as it may be printed, and its decimals; None where there is none.

        It has more decimals than asked where rounding would make it reach or cross a threshold, 0 or 100.
        """
        if not self.status.has_rate or self.numerator is None or not self.denominator:
            return None
        marks = [t.bound for t in (self.threshold, self.next_threshold) if t is not None]
        if self.measure == "percent":
            marks += [Decimal(0), Decimal(100)]
        return shown_rate(exact_rate(self.numerator, self.denominator, self.measure), tuple(marks), decimals)

    def record(self) -> dict[str, object]:
        """The finding as JSON has it; `rate_percent` is for display and decides nothing."""
        rate = self.rate(decimals=4)
        return {
            "indicator": self.indicator,
            "year": self.year,
            "scope": self.scope,
            "unit": self.unit,
            "unit_name": self.unit_name,
            "numerator": self.numerator,
            "denominator": self.denominator,
            f"rate_{self.measure}": float(rate[0]) if rate else None,
            "threshold": _threshold_record(self.threshold),
            "next_threshold": _threshold_record(self.next_threshold),
            "status": str(self.status),
            "shortfall": self.shortfall,
            "next_shortfall": self.next_shortfall,
            "provisional": self.provisional,
        }


@dataclass(frozen=True, slots=True)
class UnitCounts:
    """What a unit reported for a year, summed over its predecessors where these reported in its place."""

    year: int
    unit: str
    unit_name: str
    values: Mapping[str, int]  # by field; one that was left blank is not there
    withheld: frozenset[str] = frozenset()  # fields whose count is known, but not published


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which of the units expected in a year have a valid return.

    `refused` are missing ones that sent a return with an error; of `partly` only some of the units have
    reported that have become part of it. A plan that names no units expects none, and nobody can say whether
    the `reported` ones are all.
    """

    year: int
    expected: tuple[Unit, ...]
    missing: tuple[Unit, ...]
    refused: tuple[Unit, ...] = ()
    partly: tuple[Unit, ...] = ()
    reported: int = 0  # units with a valid return, waited for or not

    @property
    def is_judged(self) -> bool:
        return bool(self.expected)

    @property
    def received(self) -> int:
        return len(self.expected) - len(self.missing) if self.is_judged else self.reported

    @property
    def complete(self) -> bool:
        return self.is_judged and not self.missing

    @property
    def provisional(self) -> bool:
        """Whether the province's figures still lack some of what its units will report."""
        return bool(self.missing or self.partly)


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Every finding of some returns under a plan, by year, indicator, and province before units."""

    plan: Plan
    findings: Sequence[Finding]
    coverage: tuple[Coverage, ...]

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(coverage.year for coverage in self.coverage)

    def of_year(self, year: int) -> "Scorecard":
        from gbv_kpi.kpi.findings import findings_of

        return Scorecard(
            self.plan,
            findings_of(self.findings).of_year(year),
            tuple(coverage for coverage in self.coverage if coverage.year == year),
        )

    def to_frame(self) -> "pd.DataFrame":
        """One row for each finding, with the columns of the JSON output; counts are whole numbers or NA."""
        import pandas as pd

        rates = list(dict.fromkeys(f"rate_{indicator.measure}" for indicator in self.plan.indicators))
        columns = ["indicator", "year", "scope", "unit", "unit_name", "numerator", "denominator", *rates]
        columns += ["threshold", "next_threshold", "status", "shortfall", "next_shortfall", "provisional"]
        frame = pd.DataFrame([finding.record() for finding in self.findings], columns=columns)
        return frame.astype(dict.fromkeys(_COUNTS, "Int64") | dict.fromkeys(rates, "Float64"))


_COUNTS = ("numerator", "denominator", "shortfall", "next_shortfall")


def _threshold_record(threshold: Threshold | None) -> dict[str, object] | None:
    if threshold is None:
        return None
    whole = threshold.bound == threshold.bound.to_integral_value()
    bound = int(threshold.bound) if whole else float(threshold.bound)
    return {"comparator": threshold.comparator, threshold.measure: bound, "since": threshold.since}
