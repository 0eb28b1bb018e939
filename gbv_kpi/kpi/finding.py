"""One indicator in one year for one unit or the province, held against the threshold in force."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from gbv_kpi.plan import Indicator
from gbv_kpi.plan.thresholds import Measure, Threshold, exact_rate, shortfall, shown_rate


class Status(StrEnum):
    """How one indicator stands in one year for one scope."""

    MET = "met"
    MISSED = "missed"
    NOT_DUE = "not-due"  # no threshold is in force yet
    NO_CASES = "no-cases"  # the denominator is 0: nothing to judge, and no failure
    NO_DATA = "no-data"  # not reported
    MONITORED = "monitored"  # a figure that the plan sets no threshold for
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

    @property
    def divisor(self) -> int | None:
        """What the numerator is held against: the denominator, and 1 for a count."""
        return 1 if self.measure == "count" else self.denominator

    @property
    def is_known(self) -> bool:
        """Whether the counts it rests on are."""
        return self.numerator is not None and self.divisor is not None

    def rate(self, decimals: int = 1) -> tuple[Decimal, int] | None:
        """The rate as it may be printed, and its decimals; None where there is none.

        It has more decimals than asked where rounding would make it reach or cross a threshold, 0 or 100.
        """
        if not self.status.has_rate or self.numerator is None or not self.divisor:
            return None
        if self.measure == "count":
            return Decimal(self.numerator), 0
        marks = [t.bound for t in (self.threshold, self.next_threshold) if t is not None]
        if self.measure == "percent":
            marks += [Decimal(0), Decimal(100)]
        return shown_rate(exact_rate(self.numerator, self.divisor, self.measure), tuple(marks), decimals)

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
            rate_key(self.measure): float(rate[0]) if rate and self.measure != "count" else None,
            "threshold": _threshold_record(self.threshold),
            "next_threshold": _threshold_record(self.next_threshold),
            "status": str(self.status),
            "shortfall": self.shortfall,
            "next_shortfall": self.next_shortfall,
            "provisional": self.provisional,
        }


def make_finding(
    indicator: Indicator,
    year: int,
    unit: tuple[str, str] | None,
    counts: tuple[int | None, int | None],
    status: Status,
    provisional: bool = False,
) -> Finding:
    """Return one finding of a unit (code and name), or of the province; `counts` has numerator and denominator."""
    threshold, next_threshold = indicator.threshold_in(year), indicator.threshold_after(year)

    def lacking(bound: Threshold | None) -> int | None:
        divisor = 1 if indicator.measure == "count" else counts[1]
        if counts[0] is None or divisor is None or bound is None or not status.has_rate:
            return None
        return shortfall(counts[0], divisor, bound)

    return Finding(
        indicator=indicator.id,
        year=year,
        unit=unit[0] if unit else None,
        unit_name=unit[1] if unit else None,
        numerator=counts[0],
        denominator=counts[1],
        threshold=threshold,
        next_threshold=next_threshold,
        status=status,
        shortfall=lacking(threshold),
        next_shortfall=lacking(next_threshold),
        provisional=provisional,
        measure=indicator.measure,
    )


def rate_key(measure: Measure) -> str:
    """Return the key of a rate in JSON; a count has none, so that the key is blank."""
    return f"rate_{'percent' if measure == 'count' else measure}"


def _threshold_record(threshold: Threshold | None) -> dict[str, object] | None:
    if threshold is None:
        return None
    whole = threshold.bound == threshold.bound.to_integral_value()
    bound = int(threshold.bound) if whole else float(threshold.bound)
    return {"comparator": threshold.comparator, threshold.measure: bound, "since": threshold.since}
