"""Write the sheets of a row for each unit: every count as reported, and each indicator's rates and verdicts on them.

A unit has the same row on every sheet, so that a figure is easy to follow. Rates and verdicts are live formulas on the
sheet of returns.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.scorecard import UnitCounts
from gbv_kpi.plan import Indicator, Plan
from gbv_kpi.plan.thresholds import Threshold
from gbv_kpi.render.formatting import threshold_text
from gbv_kpi.render.xlsx import formulas
from gbv_kpi.render.xlsx.book import BOLD, CENTRED, FIGURE, GAP, GRID, PLAIN, TITLE, Book, Cell, Page, Words
from gbv_kpi.render.xlsx.charts import Rates, put_rates_chart

HEADINGS, PROVINCE, FIRST_UNIT = 7, 8, 9  # rows counted from 0; above are a title and explanations
CODE, NAME, NUMERATOR, DENOMINATOR, RATE, BOUND, VERDICT, LACKING, NEXT = range(9)
WIDTHS = (8.0, 27.0, 12.0, 12.0, 11.0, 12.0, 19.0, 12.0, 15.0)
COUNT_WIDTH = 14.0
CHARTED_UNITS = 30
CHART_HEIGHT = 340  # pixels
ITALIC = {"italic": True}
UNSEEN = ";;;"  # the number format of a cell that shows nothing


@dataclass(frozen=True, slots=True)
class Year:
    """The year reported: its units, and by unit (None: the province) its findings and rows.

    A unit that has not reported has no counts. An optional field that no unit gave has no column.
    """

    plan: Plan
    year: int
    units: tuple[UnitCounts, ...]
    exempt: frozenset[str]  # units that may leave counts blank
    findings: dict[tuple[str, str | None], Finding]
    row_by_unit: dict[str | None, int]
    column_by_field: Mapping[str, int]  # of the sheet of returns

    @property
    def last_row(self) -> int:
        return FIRST_UNIT + len(self.units) - 1


def year_of(outcome: Outcome) -> Year | None:
    """Return the year reported; None where no return could be read and no unit is expected."""
    plan = outcome.scorecard.plan
    if not outcome.scorecard.coverage:
        return None
    coverage = outcome.scorecard.coverage[0]
    missing = [UnitCounts(coverage.year, unit.code, unit.name, {}) for unit in coverage.missing]
    units = tuple(sorted([*outcome.counts, *missing], key=lambda unit: unit.unit))
    exempt = frozenset(unit.code for unit in plan.units_in(coverage.year) if not unit.expected)
    findings = {(finding.indicator, finding.unit): finding for finding in outcome.scorecard.findings}
    rows = {code: row for row, code in enumerate([None, *(unit.unit for unit in units)], start=PROVINCE)}
    judged = {field for indicator in plan.indicators for field in (*indicator.numerator, *indicator.denominator)}
    given = {field for unit in units for field in (*unit.values, *unit.withheld)}
    fields = [field.id for field in plan.fields if not field.optional or field.id in judged | given]
    columns = {field: column for column, field in enumerate(fields, start=NAME + 1)}
    return Year(plan, coverage.year, units, exempt, findings, rows, columns) if units else None


def fill_returns(page: Page, year: Year) -> None:
    plan, book = year.plan, page.book
    lines = (
        (phrase("The returns of {year}", year=str(year.year)), TITLE),
        (phrase("A blank cell was not reported; it never counts as 0."), ITALIC),
        (
            phrase(
                "The first row is the sum of what was reported. "
                "The year's rates and verdicts are calculated from this sheet."
            ),
            ITALIC,
        ),
    )
    page.set_widths([*WIDTHS[: NAME + 1], *[COUNT_WIDTH] * len(year.column_by_field)])
    headings: list[Words] = [
        phrase("Code"),
        phrase("Unit"),
        *(plan.field_by_id[field].label for field in year.column_by_field),
    ]
    rows = [[Cell(), Cell(plan.place), *(_sum(book, year, *field) for field in year.column_by_field.items())]]
    for unit in year.units:
        counts = [
            book.verdict(Status.WITHHELD) if field in unit.withheld else book.count(unit.values.get(field))
            for field in year.column_by_field
        ]
        rows.append([Cell(unit.unit, look=CENTRED), Cell(unit.unit_name), *counts])
    _fill(page, lines, headings, rows, "returns")
    page.sheet.ignore_errors({"number_stored_as_text": xl_range(FIRST_UNIT, 0, year.last_row, 0)})


def _sum(book: Book, year: Year, field: str, column: int) -> Cell:
    """Return the sum of a column; none where it would reveal a withheld count."""
    if any(field in unit.withheld for unit in year.units):
        return book.verdict(Status.WITHHELD)
    known = [unit.values[field] for unit in year.units if field in unit.values]
    cells = xl_range(FIRST_UNIT, column, year.last_row, column)
    return book.count(sum(known) if known else None, f'=IF(COUNT({cells})=0,"",SUM({cells}))')


def _fill(
    page: Page,
    lines: Sequence[tuple[Words, Mapping[str, object]]],
    headings: Sequence[Words],
    rows: Sequence[Sequence[Cell]],
    name: str,
    *,
    one_page: bool = False,
) -> None:
    """Write lines, and below them a named table of the province, in bold, and its units."""
    for row, (words, look) in enumerate(lines):
        page.put_across(row, words, look)
    for row in range(len(lines), HEADINGS):
        page.sheet.set_row(row, GAP)
    page.headings(HEADINGS, headings, name, HEADINGS + len(rows))
    for row, cells in enumerate(rows, start=PROVINCE):
        is_whole = row == PROVINCE
        page.row(row, cells, BOLD if is_whole else GRID)
        page.fit_name(row, cells[NAME], NAME, bold=is_whole)
    page.print_on_a4(HEADINGS, frozen_columns=2, one_page=one_page)


@dataclass(frozen=True, slots=True)
class IndicatorPage:
    page: Page
    indicator: Indicator
    year: Year
    returns: Page

    @property
    def threshold(self) -> Threshold | None:
        return self.indicator.threshold_in(self.year.year)

    @property
    def coming(self) -> Threshold | None:
        return self.indicator.threshold_after(self.year.year)

    def finding(self, unit: str | None = None) -> Finding | None:
        """Return the finding of a unit, or of the province; None where no return is valid."""
        return self.year.findings.get((self.indicator.id, unit))

    def fill(self, number: int) -> None:
        """Write the sheet, its table named by the number of the indicator."""
        page, units, last_row = self.page, self.year.units, self.year.last_row
        page.set_widths(WIDTHS if self.coming else WIDTHS[:NEXT])
        title, *others = self._head()
        lines = [(title, TITLE), *((line, ITALIC if line is self.indicator.caveat else PLAIN) for line in others)]
        rows = [self.province_row(), *(self._unit_row(row, unit) for row, unit in enumerate(units, start=FIRST_UNIT))]
        is_charted = len(units) <= CHARTED_UNITS
        _fill(page, lines, list(self._headings()), rows, f"indicator_{number}", one_page=is_charted)
        page.colour_verdicts(PROVINCE, last_row, VERDICT)
        cells = xl_range(FIRST_UNIT, CODE, last_row, len(page.widths) - 1)
        page.sheet.ignore_errors({"number_stored_as_text": cells, "formula_differs": cells})
        if is_charted:
            shown = Rates(
                self.indicator.title,
                (PROVINCE, NAME, last_row, NAME),
                (PROVINCE, RATE, last_row, RATE),
                (PROVINCE, BOUND, last_row, BOUND) if self.threshold else None,
                [self.finding(), *(self.finding(unit.unit) for unit in units)],
                self.indicator.measure,
            )
            put_rates_chart(page, (last_row + 2, CODE, page.pixels, CHART_HEIGHT), shown, first_is_whole=True)

    def _head(self) -> Iterator[Words]:
        """Yield the title, the plan's words, what is counted, and the thresholds."""
        plan, indicator, language = self.year.plan, self.indicator, self.page.book.language
        yield phrase("{indicator}, {year}", indicator=indicator.title, year=str(self.year.year))
        if indicator.quote:
            yield phrase("Plan {number}: “{quote}”", number=plan.number, quote=indicator.quote)
        yield phrase("Numerator: {fields}", fields=self._labels(indicator.numerator))
        if indicator.denominator:
            yield phrase("Denominator: {fields}", fields=self._labels(indicator.denominator))
        if current := self.threshold:
            since = {"threshold": threshold_text(current, language), "year": str(current.since)}
            yield phrase("Threshold in force: {threshold}, since {year}", **since)
        else:
            yield phrase("No threshold is in force yet.")
        if coming := self.coming:
            since = {"threshold": threshold_text(coming, language), "year": str(coming.since)}
            yield phrase("Next threshold: {threshold}, from {year}", **since)
        if indicator.caveat:
            yield indicator.caveat

    def _labels(self, fields: Sequence[str]) -> str:
        return " + ".join(self.page.book.say(self.year.plan.field_by_id[field].label) for field in fields)

    def _headings(self) -> Iterator[Words]:
        yield from (phrase("Code"), phrase("Unit"), phrase("Numerator"), phrase("Denominator"))
        yield from (phrase("Rate"), phrase("Threshold"), phrase("Verdict"), _lacking_words(self.threshold))
        if coming := self.coming:
            yield phrase(
                "{lacking} for {threshold} from {year}",
                lacking=_lacking_words(coming),
                threshold=threshold_text(coming, self.page.book.language),
                year=str(coming.since),
            )

    def marked(self, words: Words) -> Words:
        """Return the name of the province or the indicator, marked where the year is provisional."""
        if (finding := self.finding()) and finding.provisional:
            return phrase("{place} {mark}", place=words, mark=phrase("(provisional)"))
        return words

    def province_row(self) -> list[Cell]:
        """Return the sums over the units that give both counts, and the verdict; bare counts where one is withheld."""
        fields = (*self.indicator.numerator, *self.indicator.denominator)
        findings = [self.finding(unit.unit) for unit in self.year.units]
        hidden = any(finding and finding.status is Status.WITHHELD for finding in findings)
        sums = ("", "")
        if not hidden and all(unit.withheld.isdisjoint(fields) for unit in self.year.units):
            columns = [xl_range(FIRST_UNIT, column, self.year.last_row, column) for column in (NUMERATOR, DENOMINATOR)]
            sums = (formulas.province_sum(*columns), formulas.province_sum(*reversed(columns)))
        return [Cell(), Cell(self.marked(self.year.plan.place)), *self._judge(PROVINCE, self.finding(), sums)]

    def _unit_row(self, row: int, unit: UnitCounts) -> list[Cell]:
        sums = [self._known_sum(row, unit, side) for side in (self.indicator.numerator, self.indicator.denominator)]
        name = [Cell(unit.unit, look=CENTRED), Cell(unit.unit_name)]
        return [*name, *self._judge(row, self.finding(unit.unit), sums)]

    def _known_sum(self, row: int, unit: UnitCounts, fields: Iterable[str]) -> str:
        """Return the formula of a count, a link to the unit's returns; "" where they are withheld."""
        cells = [self.returns.reference(row, self.year.column_by_field[field]) for field in fields]
        is_known = unit.withheld.isdisjoint(fields)
        return formulas.known_sum(cells, may_be_blank=unit.unit in self.year.exempt) if is_known else ""

    def _judge(self, row: int, finding: Finding | None, sums: Sequence[str]) -> Iterator[Cell]:
        """Yield two counts, rate, threshold, verdict and shortfalls; words alone where a count is not known.

        `finding` is None where a unit has not reported; `sums` are the formulas of its counts, "" where they are
        withheld.
        """
        book, measure = self.page.book, self.indicator.measure
        status = finding.status if finding else Status.NO_DATA
        counts = (finding.numerator, finding.divisor) if finding else (None, None)
        yield self._count(counts[0], sums[0], finding)
        if measure in ("count", "change") and status is not Status.WITHHELD:
            # No field of the return gives it: the base year's count, or an unseen 1 that a count is divided by.
            yield Cell() if counts[1] is None else Cell(counts[1], UNSEEN if measure == "count" else book.whole)
        else:
            yield self._count(counts[1], sums[1], finding)
        bound = book.bound(self.threshold) if self.threshold else Cell(phrase("not yet"), look=FIGURE)
        lacking = [(self.threshold, finding.shortfall if finding else None)]
        if self.coming:
            lacking.append((self.coming, finding.next_shortfall if finding else None))
        if finding and status is not Status.NO_DATA and None in counts:
            word = book.verdict(status)
            yield from (word, bound, word, *[word] * len(lacking))
            return
        numerator, denominator = (xl_rowcol_to_cell(row, column) for column in (NUMERATOR, DENOMINATOR))
        yield book.rate(finding, measure, formulas.rate(numerator, denominator, measure))
        yield bound
        yield book.verdict(status, formulas.verdict(numerator, denominator, self.threshold, book.word))
        for threshold, amount in lacking:
            formula = formulas.lacking(numerator, denominator, threshold) if threshold else ""
            yield book.count(amount, formula) if threshold else Cell()

    def _count(self, count: int | None, formula: str, finding: Finding | None) -> Cell:
        """Return a count as a formula, or as a number or a word where its summands are withheld."""
        if count is None and finding and (not formula or finding.status is Status.WITHHELD):
            return self.page.book.verdict(Status.WITHHELD)
        return self.page.book.count(count, formula)


def _lacking_words(threshold: Threshold | None) -> Phrase:
    return phrase("Too many") if threshold and threshold.lower_is_better else phrase("Lacking")
