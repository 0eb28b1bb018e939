"""Findings by the million: columns of counts and statuses, of which a `Finding` is made when it is asked for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.counts import Column, Names, known, whole
from gbv_kpi.kpi.scorecard import Finding, Status
from gbv_kpi.on_demand import OnDemand
from gbv_kpi.plan import Indicator
from gbv_kpi.plan.thresholds import Threshold, shortfall
from gbv_kpi.shelf import Shelved

STATUSES = tuple(Status)  # a column of statuses holds their places here
Statuses = NDArray[np.int8] | Shelved
NONE = np.array([], dtype=np.int8)


def has_status(statuses: Statuses, status: Status) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.equal(np.asarray(statuses), STATUSES.index(status))
    return found


def finding_of(
    indicator: Indicator,
    year: int,
    unit: tuple[str, str] | None,
    counts: tuple[int | None, int | None],
    status: Status,
    provisional: bool = False,
) -> Finding:
    """One finding; `unit` has code and name, `counts` numerator and denominator."""
    threshold, next_threshold = indicator.threshold_in(year), indicator.threshold_after(year)

    def lacking(held_against: Threshold | None) -> int | None:
        if counts[0] is None or counts[1] is None or held_against is None or not status.has_rate:
            return None
        return shortfall(counts[0], counts[1], held_against)

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


@dataclass(frozen=True, slots=True, eq=False)
class UnitFindings(OnDemand[Finding]):
    """The findings of one indicator in one year, one for each of the units."""

    indicator: Indicator
    year: int
    units: Names
    name_by_code: Mapping[str, str]
    numerators: Column
    denominators: Column
    statuses: Statuses

    def __len__(self) -> int:
        return len(self.statuses)

    def __iter__(self) -> Iterator[Finding]:
        columns = map(np.asarray, (self.numerators, self.denominators, self.statuses))
        for code, *counts, status in zip(self.units, *(column.tolist() for column in columns), strict=True):
            yield self._finding(code, counts[0], counts[1], status)

    def at(self, place: int) -> Finding:
        counts = int(self.numerators[place]), int(self.denominators[place])
        return self._finding(self.units[place], *counts, int(self.statuses[place]))

    def _finding(self, code: str, numerator: int, denominator: int, status: int) -> Finding:
        unit = code, self.name_by_code.get(code, code)
        return finding_of(self.indicator, self.year, unit, (known(numerator), known(denominator)), STATUSES[status])


@dataclass(frozen=True, slots=True, eq=False)
class _Chosen(OnDemand[Finding]):
    """Some of many findings."""

    findings: Sequence[Finding]
    places: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.places)

    def at(self, place: int) -> Finding:
        return self.findings[int(self.places[place])]


@dataclass(frozen=True, slots=True, eq=False)
class OfIndicator:
    """The findings of one indicator in one year: the province's and the units'."""

    indicator: str
    year: int
    province: Finding | None
    units: Sequence[Finding]
    statuses: Statuses  # of the units

    def __len__(self) -> int:
        return (self.province is not None) + len(self.units)

    def __iter__(self) -> Iterator[Finding]:
        if self.province is not None:
            yield self.province
        yield from self.units

    def at(self, place: int) -> Finding:
        if self.province is None:
            return self.units[place]
        return self.units[place - 1] if place else self.province

    @property
    def present(self) -> set[Status]:
        """The statuses that occur."""
        of_units = {STATUSES[place] for place in np.unique(np.asarray(self.statuses))}
        return of_units if self.province is None else {*of_units, self.province.status}

    def where(self, status: Status) -> "OfIndicator":
        """Those with that status."""
        province = self.province if self.province is not None and self.province.status is status else None
        places = np.flatnonzero(has_status(self.statuses, status)).astype(np.int32)
        statuses = np.full(len(places), STATUSES.index(status), dtype=np.int8)
        return OfIndicator(self.indicator, self.year, province, _Chosen(self.units, places), statuses)


class Findings(OnDemand[Finding]):
    """Every finding by year, indicator, and province before units.

    `by_indicator` has a part for each indicator of each year, and those of one year have the same units.
    """

    def __init__(self, by_indicator: Iterable[OfIndicator] = ()) -> None:
        self.by_indicator = tuple(by_indicator)

    def __len__(self) -> int:
        return sum(map(len, self.by_indicator))

    def __iter__(self) -> Iterator[Finding]:
        return (finding for part in self.by_indicator for finding in part)

    def at(self, place: int) -> Finding:
        for part in self.by_indicator:
            if place < len(part):
                return part.at(place)
            place -= len(part)
        raise IndexError(place)

    def __repr__(self) -> str:
        return f"Findings({', '.join(map(repr, islice(self, 3)))}{', …' if len(self) > 3 else ''})"

    @property
    def statuses(self) -> set[Status]:
        """The statuses that occur."""
        return {status for part in self.by_indicator for status in part.present}

    def of_year(self, year: int) -> "Findings":
        return Findings(part for part in self.by_indicator if part.year == year)

    def of_province(self) -> "Findings":
        """Those of the province alone."""
        return Findings(replace(part, units=(), statuses=NONE) for part in self.by_indicator)

    def of_units(self) -> "Findings":
        """Those of the units alone."""
        return Findings(replace(part, province=None) for part in self.by_indicator)

    def where(self, status: Status) -> "Findings":
        """Those with that status, in the same order."""
        return Findings(part.where(status) for part in self.by_indicator)

    @property
    def unit_count(self) -> int:
        """How many units they are of, all of one year."""
        return max((len(part.units) for part in self.by_indicator), default=0)

    def places_with(self, status: Status) -> NDArray[np.intp]:
        """Where the units of one year stand that have that status in one indicator or another."""
        return np.flatnonzero(np.any([has_status(part.statuses, status) for part in self.by_indicator], axis=0))


def findings_of(findings: Sequence[Finding]) -> Findings:
    """Any findings in that order, to be asked as columns."""
    if isinstance(findings, Findings):
        return findings
    return Findings(
        _listed(indicator, year, list(group))
        for (year, indicator), group in groupby(findings, key=lambda finding: (finding.year, finding.indicator))
    )


def _listed(indicator: str, year: int, findings: Sequence[Finding]) -> OfIndicator:
    province = next((finding for finding in findings if finding.unit is None), None)
    units = tuple(finding for finding in findings if finding.unit is not None)
    statuses = whole([STATUSES.index(finding.status) for finding in units]).astype(np.int8)
    return OfIndicator(indicator, year, province, units, statuses)
