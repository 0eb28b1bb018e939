"""Write the sheets of a row for each unit: every count as reported, and each indicator's rates and verdicts on them.

A unit has the same row on every sheet, so that a figure is easy to follow. Rates and verdicts are live formulas on the
sheet of returns.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.scorecard import UnitCounts
from gbv_kpi.plan import Indicator, Plan
from gbv_kpi.plan.thresholds import Threshold
from gbv_kpi.render.formatting import document_title, marked, threshold_text
from gbv_kpi.render.xlsx import formulas
from gbv_kpi.render.xlsx.book import CENTRED, FIGURE, PLAIN, TITLE, Book, Cell, Column, Line, Page, Words
from gbv_kpi.render.xlsx.charts import ChartContent, put_rates_chart

HEADINGS, PROVINCE, FIRST_UNIT = 7, 8, 9  # rows counted from 0; above are a title and explanations
CODE, NAME, NUMERATOR, DENOMINATOR, RATE, BOUND, VERDICT, LACKING, NEXT = range(9)
UNIT_COLUMNS = ((phrase("Code"), 8.0), (phrase("Unit"), 27.0))
COUNT_WIDTH = 14.0
CHARTED_UNITS = 30
CHART_HEIGHT = 340  # pixels
ITALIC = {"italic": True}
UNSEEN = ";;;"  # the number format of a cell that shows nothing


@dataclass(frozen=True)
class YearFigures:
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


def figures_of(outcome: Outcome) -> YearFigures | None:
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
    return YearFigures(plan, coverage.year, units, exempt, findings, rows, columns) if units else None


def fill_returns(page: Page, figures: YearFigures) -> None:
    plan, book = figures.plan, page.book
    lines = (
        (phrase("The returns of {year}", year=str(figures.year)), TITLE),
        (phrase("A blank cell was not reported; it never counts as 0."), ITALIC),
        (
            phrase(
                "The first row is the sum of what was reported. "
                "The year's rates and verdicts are calculated from this sheet."
            ),
            ITALIC,
        ),
    )
    columns: list[Column] = [
        *UNIT_COLUMNS,
        *((plan.field_by_id[field].label, COUNT_WIDTH) for field in figures.column_by_field),
    ]
    rows = [[Cell(), Cell(plan.place), *(_sum(book, figures, *field) for field in figures.column_by_field.items())]]
    for unit in figures.units:
        counts = [
            book.verdict(Status.WITHHELD) if field in unit.withheld else book.count(unit.values.get(field))
            for field in figures.column_by_field
        ]
        rows.append([Cell(unit.unit, look=CENTRED), Cell(unit.unit_name), *counts])
    page.fill(lines, columns, rows, "returns", HEADINGS, frozen_columns=2)
    page.sheet.ignore_errors({"number_stored_as_text": xl_range(FIRST_UNIT, 0, figures.last_row, 0)})


def _sum(book: Book, figures: YearFigures, field: str, column: int) -> Cell:
    """Return the sum of a column; none where it would reveal a withheld count."""
    if any(field in unit.withheld for unit in figures.units):
        return book.verdict(Status.WITHHELD)
    known = [unit.values[field] for unit in figures.units if field in unit.values]
    cells = xl_range(FIRST_UNIT, column, figures.last_row, column)
    return book.count(sum(known) if known else None, f'=IF(COUNT({cells})=0,"",SUM({cells}))')


@dataclass(frozen=True)
class IndicatorSheet:
    page: Page
    indicator: Indicator
    figures: YearFigures
    returns: Page

    @property
    def threshold(self) -> Threshold | None:
        return self.indicator.threshold_in(self.figures.year)

    @property
    def coming(self) -> Threshold | None:
        return self.indicator.threshold_after(self.figures.year)

    def finding(self, unit: str | None = None) -> Finding | None:
        """Return the finding of a unit, or of the province; None where no return is valid."""
        return self.figures.findings.get((self.indicator.id, unit))

    def fill(self, number: int) -> None:
        """Write the sheet, its table named by the number of the indicator."""
        page, units, last_row = self.page, self.figures.units, self.figures.last_row
        rows = [self.row_of(), *map(self.row_of, units)]
        is_charted = len(units) <= CHARTED_UNITS
        lines, columns = list(self._lines()), list(self._columns())
        page.fill(lines, columns, rows, f"indicator_{number}", HEADINGS, frozen_columns=2, one_page=is_charted)
        page.colour_verdicts(PROVINCE, last_row, VERDICT)
        cells = xl_range(FIRST_UNIT, CODE, last_row, len(columns) - 1)
        page.sheet.ignore_errors({"number_stored_as_text": cells, "formula_differs": cells})
        if is_charted:
            shown = ChartContent(
                self.indicator.title,
                (PROVINCE, NAME, last_row, NAME),
                (PROVINCE, RATE, last_row, RATE),
                (PROVINCE, BOUND, last_row, BOUND) if self.threshold else None,
                [self.finding(), *(self.finding(unit.unit) for unit in units)],
                self.indicator.measure,
            )
            put_rates_chart(page, (last_row + 2, CODE, page.pixels, CHART_HEIGHT), shown, first_is_whole=True)

    def _lines(self) -> Iterator[Line]:
        """Yield the title, the plan's words, what is counted, and the thresholds."""
        plan, indicator, language = self.figures.plan, self.indicator, self.page.book.language
        yield phrase("{indicator}, {year}", indicator=indicator.title, year=str(self.figures.year)), TITLE
        if indicator.quote:
            yield phrase("{document}: “{quote}”", document=document_title(plan), quote=indicator.quote), PLAIN
        yield phrase("Numerator: {fields}", fields=self._labels(indicator.numerator)), PLAIN
        if indicator.denominator:
            yield phrase("Denominator: {fields}", fields=self._labels(indicator.denominator)), PLAIN
        if current := self.threshold:
            since = {"threshold": threshold_text(current, language), "year": str(current.since)}
            yield phrase("Threshold in force: {threshold}, since {year}", **since), PLAIN
        else:
            yield phrase("No threshold is in force yet."), PLAIN
        if coming := self.coming:
            since = {"threshold": threshold_text(coming, language), "year": str(coming.since)}
            yield phrase("Next threshold: {threshold}, from {year}", **since), PLAIN
        if indicator.caveat:
            yield indicator.caveat, ITALIC

    def _labels(self, fields: Sequence[str]) -> str:
        return " + ".join(self.page.book.say(self.figures.plan.field_by_id[field].label) for field in fields)

    def _columns(self) -> Iterator[Column]:
        yield from UNIT_COLUMNS
        yield from ((phrase("Numerator"), 12.0), (phrase("Denominator"), 12.0), (phrase("Rate"), 11.0))
        yield from ((phrase("Threshold"), 12.0), (phrase("Verdict"), 19.0), (_lacking_words(self.threshold), 12.0))
        if coming := self.coming:
            since = {"threshold": threshold_text(coming, self.page.book.language), "year": str(coming.since)}
            yield phrase("{lacking} for {threshold} from {year}", lacking=_lacking_words(coming), **since), 15.0

    def marked(self, words: Words) -> Words:
        """Return the name of the province or the indicator, marked where the year is provisional."""
        finding = self.finding()
        return marked(words, finding is not None and finding.provisional)

    def row_of(self, unit: UnitCounts | None = None) -> list[Cell]:
        """Return the row of a unit, or of the province: two counts, rate, threshold, verdict and shortfalls.

        Where a count is not known, words alone take the place of formulas.
        """
        book, code = self.page.book, unit.unit if unit else None
        finding, row, measure = self.finding(code), self.figures.row_by_unit[code], self.indicator.measure
        status = finding.status if finding else Status.NO_DATA
        counts = (finding.numerator, finding.divisor) if finding else (None, None)
        name = unit.unit_name if unit else self.marked(self.figures.plan.place)
        cells = [Cell(code, look=CENTRED), Cell(name)]
        for count, formula in zip(counts, self._sums(unit, row), strict=True):
            is_hidden = count is None and (not formula or status is Status.WITHHELD)
            cells.append(book.verdict(Status.WITHHELD) if is_hidden else book.count(count, formula))
        if measure in ("count", "change") and status is not Status.WITHHELD:
            # No field of the return gives it: the base year's count, or an unseen 1 that a count is divided by.
            number_format = UNSEEN if measure == "count" else book.count_format
            cells[DENOMINATOR] = Cell() if counts[1] is None else Cell(counts[1], number_format)
        bound = book.bound(self.threshold) if self.threshold else Cell(phrase("not yet"), look=FIGURE)
        lacking = [(self.threshold, finding.shortfall if finding else None)]
        if self.coming:
            lacking.append((self.coming, finding.next_shortfall if finding else None))
        if status is not Status.NO_DATA and None in counts:
            word = book.verdict(status)
            return [*cells, word, bound, word, *[word] * len(lacking)]
        sides = xl_rowcol_to_cell(row, NUMERATOR), xl_rowcol_to_cell(row, DENOMINATOR)
        cells += [book.rate(finding, measure, formulas.rate(*sides, measure)), bound]
        cells.append(book.verdict(status, formulas.verdict(*sides, self.threshold, book.word)))
        for threshold, amount in lacking:
            cells.append(book.count(amount, formulas.lacking(*sides, threshold)) if threshold else Cell())
        return cells

    def _sums(self, unit: UnitCounts | None, row: int) -> list[str]:
        """Return the formulas of both counts of a unit or the province; "" where the plain counts are withheld."""
        figures, sides = self.figures, (self.indicator.numerator, self.indicator.denominator)
        if unit:
            blank = unit.unit in figures.exempt
            cells = [[self.returns.reference(row, figures.column_by_field[field]) for field in side] for side in sides]
            known = [unit.withheld.isdisjoint(side) for side in sides]
            return [
                formulas.known_sum(side, may_be_blank=blank) if is_known else ""
                for side, is_known in zip(cells, known, strict=True)
            ]
        findings = [self.finding(unit.unit) for unit in figures.units]
        is_hidden = any(finding and finding.status is Status.WITHHELD for finding in findings)
        if is_hidden or not all(unit.withheld.isdisjoint(sides[0] + sides[1]) for unit in figures.units):
            return ["", ""]
        counts, pairs = (xl_range(FIRST_UNIT, side, figures.last_row, side) for side in (NUMERATOR, DENOMINATOR))
        return [formulas.province_sum(counts, pairs), formulas.province_sum(pairs, counts)]


def _lacking_words(threshold: Threshold | None) -> Phrase:
    return phrase("Too many") if threshold and threshold.lower_is_better else phrase("Lacking")
