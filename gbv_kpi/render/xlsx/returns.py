"""Write the sheet that all others refer to: units down, fields across, every count as reported.

A unit has the same row on every sheet, so that a figure is easy to follow.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xlsxwriter.utility import xl_range

from gbv_kpi.i18n import phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.scorecard import UnitCounts
from gbv_kpi.plan import Plan
from gbv_kpi.render.xlsx.book import BOLD, CENTRED, TITLE, Book, Cell, Page, Words

HEAD = range(7)  # rows of title and explanations, counted from 0
HEADINGS = 7
PROVINCE = 8
FIRST_UNIT = 9
CODE_WIDTH, NAME_WIDTH, COUNT_WIDTH = 8.0, 27.0, 14.0


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit that has reported, or an expected one that has not (`counts` None)."""

    code: str
    name: str
    counts: UnitCounts | None
    may_leave_blank: bool

    def withholds(self, fields: Iterable[str]) -> bool:
        """Return whether any of these counts is known but not published."""
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
    """Return the year reported; None where no return could be read and no unit is expected."""
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


@dataclass(frozen=True, slots=True)
class ReturnsPage:
    """The sheet of returns and its columns; an optional field that no unit gave has none."""

    page: Page
    column_by_field: Mapping[str, int]

    def cells(self, row: int, fields: Sequence[str]) -> list[str]:
        """Return the cells of some fields in a row, as other sheets refer to them."""
        return [self.page.reference(row, self.column_by_field[field]) for field in fields]


def fill_returns(page: Page, year: Year) -> ReturnsPage:
    plan, units = year.plan, year.units
    judged = {field for indicator in plan.indicators for field in (*indicator.numerator, *indicator.denominator)}
    given = {field for unit in units if unit.counts for field in (*unit.counts.values, *unit.counts.withheld)}
    fields = [field for field in plan.fields if not field.optional or field.id in judged | given]
    page.set_widths([CODE_WIDTH, NAME_WIDTH, *[COUNT_WIDTH] * len(fields)])
    page.put_across(0, phrase("The returns of {year}", year=str(year.year)), TITLE)
    page.put_across(1, phrase("A blank cell was not reported; it never counts as 0."), {"italic": True})
    totals = phrase(
        "The first row is the sum of what was reported. The year's rates and verdicts are calculated from this sheet."
    )
    page.put_across(2, totals, {"italic": True})
    page.shrink(HEAD[3:])
    headings: list[Words] = [phrase("Code"), phrase("Unit"), *(field.label for field in fields)]
    page.headings(HEADINGS, headings)
    column_by_field = {field.id: column for column, field in enumerate(fields, start=2)}
    sums = [_sum(page.book, year, field, column) for field, column in column_by_field.items()]
    page.row(PROVINCE, [Cell(), Cell(plan.place), *sums], BOLD)
    for row, unit in enumerate(units, start=FIRST_UNIT):
        counts = [
            page.book.verdict(Status.WITHHELD) if unit.withholds([field]) else page.book.count(unit.count(field))
            for field in column_by_field
        ]
        page.row(row, [Cell(unit.code, look=CENTRED), Cell(unit.name), *counts])
        page.fit_name(row, unit.name, column=1)
    page.named_table("returns", HEADINGS, year.last_row, headings)
    page.print_on_a4(HEADINGS, frozen_columns=2)
    page.sheet.ignore_errors({"number_stored_as_text": xl_range(FIRST_UNIT, 0, year.last_row, 0)})
    return ReturnsPage(page, column_by_field)


def _sum(book: Book, year: Year, field: str, column: int) -> Cell:
    """Return the sum of a column; none where it would reveal a withheld count."""
    if any(unit.withholds([field]) for unit in year.units):
        return book.verdict(Status.WITHHELD)
    known = [count for unit in year.units if (count := unit.count(field)) is not None]
    cells = xl_range(FIRST_UNIT, column, year.last_row, column)
    return book.count(sum(known) if known else None, f'=IF(COUNT({cells})=0,"",SUM({cells}))')
