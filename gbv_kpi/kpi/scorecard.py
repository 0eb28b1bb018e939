"""Hold the findings of returns in one frame, and the coverage of each year."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.kpi.finding import Finding, Status, demands_of, rate_key
from gbv_kpi.plan import Indicator, Plan, Unit
from gbv_kpi.returns.frame import integers

if TYPE_CHECKING:
    import pandas as pd

_COUNTS = ("numerator", "denominator", "shortfall", "next_shortfall")


@dataclass(frozen=True)
class UnitCounts:
    """The counts of a unit in a year, summed over its predecessors if these reported in its place."""

    year: int
    unit: str
    unit_name: str
    values: Mapping[str, int]  # by field, without those left blank
    withheld: frozenset[str] = frozenset()  # fields with a known count that is not published


@dataclass(frozen=True)
class Coverage:
    """The units expected in a year, and which of them have a valid return.

    `refused` are missing units that sent an invalid return; of the predecessors of `partly` units only some have
    reported. A plan without units expects none, and it is unknown whether the `reported` ones are all.
    """

    year: int
    expected: tuple[Unit, ...]
    missing: tuple[Unit, ...]
    refused: tuple[Unit, ...] = ()
    partly: tuple[Unit, ...] = ()
    reported: int = 0  # units with a valid return, expected or not

    @property
    def has_expected_units(self) -> bool:
        return bool(self.expected)

    @property
    def received(self) -> int:
        """Return the number of units that have reported completely."""
        return len(self.expected) - len(self.missing) - len(self.partly) if self.has_expected_units else self.reported

    @property
    def complete(self) -> bool:
        return self.has_expected_units and not self.missing and not self.partly

    @property
    def provisional(self) -> bool:
        """Return whether the province's figures still lack some counts of expected units."""
        return bool(self.missing or self.partly)


@dataclass(frozen=True, eq=False)
class Scorecard:
    """Every finding of some returns under a plan, and the coverage of each year.

    `frame` has one row for each finding, by year, indicator, and province before units, with the columns

        year         int16
        indicator    Categorical  in the order of the plan
        unit         Categorical  code; NA for the province
        numerator    Int64        NA if unknown
        denominator  Int64
        status       Categorical  a `Status`
        provisional  bool
    """

    plan: Plan
    frame: "pd.DataFrame"
    coverage: tuple[Coverage, ...]
    returns: "pd.DataFrame | None" = None  # the valid returns behind it; None if published

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(coverage.year for coverage in self.coverage)

    @cached_property
    def findings(self) -> list[Finding]:
        """Return every finding as a value."""
        units = self.frame["unit"].astype(object).where(self.frame["unit"].notna(), None)
        names, years = self.frame["indicator"].tolist(), self.frame["year"].tolist()
        unit_names = [unit and self.plan.unit_name(year, unit) for unit, year in zip(units, years, strict=True)]
        columns: list[Iterable[Any]] = [names, years, units, unit_names]
        columns += [integers(self.frame[name]) for name in ("numerator", "denominator")]
        columns += [map(Status, self.frame["status"].tolist()), self.frame["provisional"].tolist()]
        known = self.plan.indicator_by_id
        demands = {(name, year): demands_of(known[name], year) for name, year in set(zip(names, years, strict=True))}
        return [Finding(*(row + demands[row[:2]])) for row in zip(*columns, strict=True)]

    @property
    def statuses(self) -> set[Status]:
        occurs = _is_present(self.frame["status"])
        return {Status(name) for name in self.frame["status"].cat.categories[occurs]}

    @property
    def rated_indicators(self) -> set[str]:
        """Return the indicators that have a rate in some finding."""
        rated = [str(status) for status in Status if status.has_rate]
        indicators = self.frame.loc[_is_one_of(self.frame["status"], rated), "indicator"]
        return set(indicators.cat.categories[_is_present(indicators)])

    @cached_property
    def unit_count(self) -> int:
        """Return the number of units that have a finding."""
        return int(_is_present(self.frame["unit"]).sum())

    @cached_property
    def missed(self) -> NDArray[np.intp]:
        """Return the row numbers of findings that miss a threshold; a frame would copy 100,000s of rows."""
        return np.flatnonzero(_is_one_of(self.frame["status"], [str(Status.MISSED)]))

    @cached_property
    def units_with_misses(self) -> NDArray[np.intp]:
        """Return the units that miss a threshold, as positions in the categories of `unit`."""
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

    @cached_property
    def judged(self) -> "Scorecard":
        """Return the findings of the indicators that the plan judges."""
        return self.of_indicators(self.plan.indicators)

    @property
    def monitored(self) -> "Scorecard":
        """Return the findings of figures that the plan monitors without judging."""
        return self.of_indicators(self.plan.monitored)

    def of_unit_positions(self, positions: NDArray[np.intp]) -> "Scorecard":
        """Return the findings of units, given as positions in the categories of `unit`."""
        return self._where(np.isin(self.frame["unit"].cat.codes.to_numpy(), positions))

    def with_status(self, status: Status) -> "Scorecard":
        return self._where(_is_one_of(self.frame["status"], [str(status)]))

    def of_rows(self, rows: NDArray[np.intp]) -> "Scorecard":
        return replace(self, frame=self.frame.iloc[rows])

    def _where(self, is_wanted: NDArray[np.bool_]) -> "Scorecard":
        return self if is_wanted.all() else self.of_rows(np.flatnonzero(is_wanted))

    def to_frame(self) -> "pd.DataFrame":
        """Return one row for each finding, with the columns of the JSON output; counts are whole numbers or NA."""
        import pandas as pd

        rates = list(dict.fromkeys(rate_key(indicator.measure) for indicator in self.plan.indicator_by_id.values()))
        columns = ["indicator", "year", "scope", "unit", "unit_name", "numerator", "denominator", *rates]
        columns += ["threshold", "next_threshold", "status", "shortfall", "next_shortfall", "provisional"]
        frame = pd.DataFrame([finding.record() for finding in self.findings], columns=columns)
        return frame.astype(dict.fromkeys(_COUNTS, "Int64") | dict.fromkeys(rates, "Float64"))


def _is_present(column: "pd.Series") -> NDArray[np.bool_]:
    """Return which categories occur; `unique` takes ten times as long."""
    is_present = np.zeros(len(column.cat.categories) + 1, dtype=bool)  # the last element is for NA
    is_present[column.cat.codes.to_numpy()] = True
    return is_present[:-1]


def _is_one_of(column: "pd.Series", values: Sequence[str]) -> NDArray[np.bool_]:
    """Return a mask of the rows with one of a few categories; `isin` takes a hundred times as long."""
    codes = column.cat.codes.to_numpy()
    places = np.flatnonzero(column.cat.categories.isin(values))
    return reduce(or_, (codes == place for place in places), np.zeros(len(codes), dtype=bool))
