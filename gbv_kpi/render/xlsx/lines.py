"""The rows that stand for the same unit on every sheet, so that whoever follows a figure stays in its row."""

from collections.abc import Iterable
from dataclasses import dataclass

from gbv_kpi.kpi.finding import Finding
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.scorecard import UnitCounts
from gbv_kpi.plan import Plan
from gbv_kpi.plan.thresholds import SCALE, UNCHANGED, Threshold

HEAD = range(7)  # rows of title and explanations, counted from 0
HEADINGS = 7
PROVINCE = 8
FIRST_UNIT = 9


@dataclass(frozen=True, slots=True)
class Line:
    """A unit that has reported, or one that is waited for and has not (`counts` None)."""

    code: str
    name: str
    counts: UnitCounts | None
    may_leave_blank: bool

    def withheld(self, fields: Iterable[str]) -> bool:
        """Whether one of these counts is known, but not published."""
        return self.counts is not None and not self.counts.withheld.isdisjoint(fields)


@dataclass(frozen=True, slots=True)
class Year:
    """The year reported: its lines, and its findings by indicator and unit."""

    plan: Plan
    year: int
    lines: tuple[Line, ...]
    findings: dict[tuple[str, str | None], Finding]
    row_by_unit: dict[str | None, int]  # None: the province

    @property
    def last_row(self) -> int:
        return FIRST_UNIT + len(self.lines) - 1

    def knows(self, field: str) -> bool:
        """Whether any unit has given this field."""
        return any(line.counts and (field in line.counts.values or line.withheld([field])) for line in self.lines)


def year_of(outcome: Outcome) -> Year | None:
    """None where not one return of the year could be read, nor any unit is waited for."""
    plan = outcome.scorecard.plan
    if not outcome.scorecard.coverage:
        return None
    coverage = outcome.scorecard.coverage[0]
    exempt = {unit.code for unit in plan.units_in(coverage.year) if not unit.expected}
    reported = [Line(counts.unit, counts.unit_name, counts, counts.unit in exempt) for counts in outcome.counts]
    missing = [Line(unit.code, unit.name, None, may_leave_blank=False) for unit in coverage.missing]
    lines = tuple(sorted([*reported, *missing], key=lambda line: line.code))
    findings = {(finding.indicator, finding.unit): finding for finding in outcome.scorecard.findings}
    rows: dict[str | None, int] = {
        None: PROVINCE,
        **{line.code: row for row, line in enumerate(lines, start=FIRST_UNIT)},
    }
    return Year(plan, coverage.year, lines, findings, rows) if lines else None


def quotient(finding: Finding | None) -> float | str:
    """What the formula of its rate comes to; nothing where there is none."""
    if finding is None or not finding.status.has_rate or finding.numerator is None or not finding.divisor:
        return ""
    return finding.numerator / finding.divisor - UNCHANGED[finding.measure] / 100


def level(threshold: Threshold) -> float:
    """A threshold as the cell of a rate would have it; for display and charts, it decides nothing."""
    return float(threshold.bound) / SCALE[threshold.measure]
