"""The results as values: findings, coverage, and the scorecard that holds them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.plan import Indicator, Plan, Unit
from gbv_kpi.plan.thresholds import Measure, Threshold, exact_rate, shortfall, shown_rate
from gbv_kpi.returns.parse import integers

if TYPE_CHECKING:
    import pandas as pd


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
        """How many units have reported completely."""
        return len(self.expected) - len(self.missing) - len(self.partly) if self.is_judged else self.reported

    @property
    def complete(self) -> bool:
        return self.is_judged and not self.missing and not self.partly

    @property
    def provisional(self) -> bool:
        """Whether the province's figures still lack some of what its units will report."""
        return bool(self.missing or self.partly)


@dataclass(frozen=True, eq=False)
class Scorecard:
    """Every finding of some returns under a plan, and the coverage of each year.

    `frame` has one row for each finding, by year, indicator, and province before units, with the columns

        year         int16
        indicator    Categorical  in the order of the plan
        unit         Categorical  code; NA for the province
        numerator    Int64        NA where it is not known
        denominator  Int64
        status       Categorical  a `Status`
        provisional  bool
    """

    plan: Plan
    frame: "pd.DataFrame"
    coverage: tuple[Coverage, ...]
    returns: "pd.DataFrame | None" = None  # the valid ones that it was computed from; None in a published scorecard

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(coverage.year for coverage in self.coverage)

    @cached_property
    def findings(self) -> list[Finding]:
        """Every finding as a value."""
        columns = [self.frame[name].tolist() for name in ("year", "indicator", "unit")]
        columns += [integers(self.frame[name]) for name in ("numerator", "denominator")]
        columns += [self.frame[name].tolist() for name in ("status", "provisional")]
        return [
            make_finding(
                self.plan.indicator_by_id[indicator],
                year,
                (unit, self.plan.unit_name(year, unit)) if isinstance(unit, str) else None,
                (numerator, denominator),
                Status(status),
                provisional,
            )
            for year, indicator, unit, numerator, denominator, status, provisional in zip(*columns, strict=True)
        ]

    @property
    def statuses(self) -> set[Status]:
        """The statuses that occur."""
        return set(map(Status, self.frame["status"].cat.categories[_is_present(self.frame["status"])]))

    @property
    def rated_indicators(self) -> set[str]:
        """The indicators that have a rate in some finding."""
        rated = [str(status) for status in Status if status.has_rate]
        indicators = self.frame.loc[_is_one_of(self.frame["status"], rated), "indicator"]
        return set(indicators.cat.categories[_is_present(indicators)])

    @property
    def unit_count(self) -> int:
        """The number of units that have a finding."""
        return int(_is_present(self.frame["unit"]).sum())

    @property
    def missed(self) -> NDArray[np.intp]:
        """The rows of the findings that miss a threshold. (A frame of them would copy hundreds of thousands.)"""
        return np.flatnonzero(_is_one_of(self.frame["status"], [str(Status.MISSED)]))

    @property
    def missing_units(self) -> NDArray[np.intp]:
        """The units that miss a threshold, as positions among the categories of units."""
        return np.flatnonzero(_is_present(self.frame["unit"].iloc[self.missed]))

    def of_year(self, year: int) -> "Scorecard":
        coverage = tuple(coverage for coverage in self.coverage if coverage.year == year)
        years = self.frame["year"]
        rows = slice(years.searchsorted(year), years.searchsorted(year, side="right"))
        return replace(self, frame=self.frame.iloc[rows], coverage=coverage)

    def of_province(self) -> "Scorecard":
        return self._where(self.frame["unit"].cat.codes.to_numpy() < 0)

    def of_units(self) -> "Scorecard":
        return self._where(self.frame["unit"].cat.codes.to_numpy() >= 0)

    def of_indicators(self, indicators: Iterable[Indicator]) -> "Scorecard":
        return self._where(_is_one_of(self.frame["indicator"], [indicator.id for indicator in indicators]))

    @property
    def judged(self) -> "Scorecard":
        """The findings of the indicators that the plan judges."""
        return self.of_indicators(self.plan.indicators)

    @property
    def monitored(self) -> "Scorecard":
        """The findings of the figures that the plan only follows; of those that some unit gave."""
        return self.of_indicators(self.plan.monitored)

    def of_some_units(self, positions: NDArray[np.intp]) -> "Scorecard":
        """The findings of the units at some positions among the categories of units."""
        return self._where(np.isin(self.frame["unit"].cat.codes.to_numpy(), positions))

    def with_status(self, status: Status) -> "Scorecard":
        return self._where(_is_one_of(self.frame["status"], [str(status)]))

    def of_rows(self, rows: NDArray[np.intp]) -> "Scorecard":
        return replace(self, frame=self.frame.iloc[rows])

    def _where(self, chosen: NDArray[np.bool_]) -> "Scorecard":
        return self if chosen.all() else self.of_rows(np.flatnonzero(chosen))

    def to_frame(self) -> "pd.DataFrame":
        """Return one row for each finding, with the columns of the JSON output; counts are whole numbers or NA."""
        import pandas as pd

        rates = list(dict.fromkeys(rate_key(indicator.measure) for indicator in self.plan.indicator_by_id.values()))
        columns = ["indicator", "year", "scope", "unit", "unit_name", "numerator", "denominator", *rates]
        columns += ["threshold", "next_threshold", "status", "shortfall", "next_shortfall", "provisional"]
        frame = pd.DataFrame([finding.record() for finding in self.findings], columns=columns)
        return frame.astype(dict.fromkeys(_COUNTS, "Int64") | dict.fromkeys(rates, "Float64"))


def _is_present(column: "pd.Series") -> NDArray[np.bool_]:
    """Return which categories occur. (`unique` takes ten times as long.)"""
    is_present = np.zeros(len(column.cat.categories) + 1, dtype=bool)  # the last one is NA's
    is_present[column.cat.codes.to_numpy()] = True
    return is_present[:-1]


def _is_one_of(column: "pd.Series", values: Sequence[str]) -> NDArray[np.bool_]:
    """Return where a column has one of some categories. (`isin` takes ten times as long.)"""
    is_wanted = np.append(column.cat.categories.isin(values), np.False_)  # the last one of NA
    return is_wanted[column.cat.codes.to_numpy()]


def findings_frame(plan: Plan, findings: Iterable[Finding]) -> "pd.DataFrame":
    """Return the frame of a scorecard with these findings."""
    import pandas as pd

    rows = [(f.year, f.indicator, f.unit, f.numerator, f.denominator, str(f.status), f.provisional) for f in findings]
    frame = pd.DataFrame(
        rows, columns=["year", "indicator", "unit", "numerator", "denominator", "status", "provisional"]
    )
    return frame.astype(
        {
            "year": "int16",
            "indicator": pd.CategoricalDtype(list(plan.indicator_by_id)),
            "unit": "category",
            "numerator": "Int64",
            "denominator": "Int64",
            "status": pd.CategoricalDtype(list(map(str, Status))),
            "provisional": bool,
        }
    )


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


_COUNTS = ("numerator", "denominator", "shortfall", "next_shortfall")


def _threshold_record(threshold: Threshold | None) -> dict[str, object] | None:
    if threshold is None:
        return None
    whole = threshold.bound == threshold.bound.to_integral_value()
    bound = int(threshold.bound) if whole else float(threshold.bound)
    return {"comparator": threshold.comparator, threshold.measure: bound, "since": threshold.since}
