"""The rows that mean the same unit on every sheet, so that whoever follows a figure stays in its row."""

from collections.abc import Iterable
from dataclasses import dataclass

from gbv_kpi.kpi.finding import Finding
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.scorecard import UnitCounts
from gbv_kpi.plan import Plan

HEAD = range(7)  # rows of title and explanations, counted from 0
HEADINGS = 7
PROVINCE = 8
FIRST_UNIT = 9


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit that has reported, or an expected one that has not (`counts` None)."""

    code: str
    name: str
    counts: UnitCounts | None
    may_leave_blank: bool

    def withheld(self, fields: Iterable[str]) -> bool:
        """Return whether one of these counts is known, but not published."""
        return self.counts is not None and not self.counts.withheld.isdisjoint(fields)

    def count(self, field: str) -> int | None:
        return self.counts.values.get(field) if self.counts else None


@dataclass(frozen=True, slots=True)
class Year:
    """The year reported: its units, and by unit (None: the province) its findings and rows."""

    plan: Plan
    year: int
    units: tuple[UnitRow, ...]
    findings: dict[tuple[str, str | None], Finding]
    row_by_unit: dict[str | None, int]

    @property
    def last_row(self) -> int:
        return FIRST_UNIT + len(self.units) - 1


def year_of(outcome: Outcome) -> Year | None:
    """Return None where not one return of the year could be read, nor any unit is expected."""
    plan = outcome.scorecard.plan
    if not outcome.scorecard.coverage:
        return None
    coverage = outcome.scorecard.coverage[0]
    exempt = {unit.code for unit in plan.units_in(coverage.year) if not unit.expected}
    reported = [UnitRow(counts.unit, counts.unit_name, counts, counts.unit in exempt) for counts in outcome.counts]
    missing = [UnitRow(unit.code, unit.name, None, may_leave_blank=False) for unit in coverage.missing]
    units = tuple(sorted([*reported, *missing], key=lambda unit: unit.code))
    findings = {(finding.indicator, finding.unit): finding for finding in outcome.scorecard.findings}
    rows = {code: row for row, code in enumerate([None, *(unit.code for unit in units)], start=PROVINCE)}
    return Year(plan, coverage.year, units, findings, rows) if units else None
