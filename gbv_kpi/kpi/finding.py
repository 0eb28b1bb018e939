"""Compare one indicator in one year, of one unit or the province, with the threshold in force."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from gbv_kpi.plan import Indicator
from gbv_kpi.plan.thresholds import Measure, Threshold, exact_rate, shortfall, shown_rate


class Status(StrEnum):
    """The verdict on one indicator in one year for one scope."""

    MET = "met"
    MISSED = "missed"
    NOT_DUE = "not-due"  # no threshold is in force yet
    NO_CASES = "no-cases"  # the denominator is 0: nothing to judge
    NO_DATA = "no-data"  # not reported
    MONITORED = "monitored"  # a figure that the plan sets no threshold for
    WITHHELD = "withheld"  # known, but not published: it would reveal a small count

    @property
    def has_rate(self) -> bool:
        return self not in (Status.NO_CASES, Status.NO_DATA, Status.WITHHELD)


@dataclass(frozen=True, slots=True)
class Finding:
    """One indicator in one year for one scope, compared with the threshold in force."""

    indicator: str
    year: int
    unit: str | None  # the unit's code; None for the province
    unit_name: str | None
    numerator: int | None  # None if the unit did not report it
    denominator: int | None
    status: Status
    provisional: bool  # the province's, while units are missing
    threshold: Threshold | None  # None before the first threshold's year
    next_threshold: Threshold | None  # None after the last
    measure: Measure = "percent"

    @property
    def scope(self) -> str:
        return "province" if self.unit is None else "unit"

    @property
    def divisor(self) -> int | None:
        """Return the number that the numerator is divided by: the denominator, and 1 for a count."""
        return 1 if self.measure == "count" else self.denominator

    @property
    def is_known(self) -> bool:
        """Return whether the counts it rests on are known."""
        return self.numerator is not None and self.divisor is not None

    @property
    def fraction(self) -> Fraction | None:
        if self.numerator is None or not self.divisor:
            return None
        return exact_rate(self.numerator, self.divisor, self.measure)

    @property
    def shortfall(self) -> int | None:
        """Return the whole number by which the threshold is missed; None without a verdict."""
        return self._lacking(self.threshold)

    @property
    def next_shortfall(self) -> int | None:
        """Return the whole number by which the next threshold is missed, with this year's denominator."""
        return self._lacking(self.next_threshold)

    def _lacking(self, threshold: Threshold | None) -> int | None:
        if self.numerator is None or not self.divisor or threshold is None:
            return None
        return shortfall(self.numerator, self.divisor, threshold)

    def rate(self, decimals: int = 1) -> tuple[Decimal, int] | None:
        """Return the rate for print and its decimals, or None.

        It has more decimals than asked if rounding would make it reach or cross a threshold, 0 or 100.
        """
        rate = self.fraction
        if rate is None:
            return None
        marks = [threshold.bound for threshold in (self.threshold, self.next_threshold) if threshold]
        if self.measure == "percent":
            marks += [Decimal(0), Decimal(100)]
        return shown_rate(rate, tuple(marks), 0 if self.measure == "count" else decimals)

    def record(self) -> dict[str, object]:
        """Return the finding as in JSON; `rate_percent` is for display and decides nothing."""
        rate = self.rate(decimals=4)
        return {
            "indicator": self.indicator,
            "year": self.year,
            "scope": self.scope,
            "unit": self.unit,
            "unit_name": self.unit_name,
            "numerator": self.numerator,
            "denominator": self.denominator,
            rate_key(self.measure): float(rate[0]) if rate and self.measure != "count" else None,
            "threshold": self.threshold and threshold_record(self.threshold),
            "next_threshold": self.next_threshold and threshold_record(self.next_threshold),
            "status": str(self.status),
            "shortfall": self.shortfall,
            "next_shortfall": self.next_shortfall,
            "provisional": self.provisional,
        }


def demands_of(indicator: Indicator, year: int) -> tuple[Threshold | None, Threshold | None, Measure]:
    """Return the threshold in force in a year, the next one, and what they measure."""
    return indicator.threshold_in(year), indicator.threshold_after(year), indicator.measure


def rate_key(measure: Measure) -> str:
    """Return the key of a rate in JSON; a count has no rate, so its `rate_percent` is null."""
    return f"rate_{'percent' if measure == 'count' else measure}"


def threshold_record(threshold: Threshold) -> dict[str, object]:
    whole = threshold.bound == threshold.bound.to_integral_value()
    bound = int(threshold.bound) if whole else float(threshold.bound)
    return {"comparator": threshold.comparator, threshold.measure: bound, "since": threshold.since}
