"""Write the sheet of an indicator: each unit's counts, rate and verdict as live formulas, and a chart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.plan import Indicator
from gbv_kpi.plan.thresholds import Threshold
from gbv_kpi.render.formatting import threshold_text
from gbv_kpi.render.xlsx import formulas
from gbv_kpi.render.xlsx.book import BOLD, CENTRED, FIGURE, TITLE, Cell, Page, Words
from gbv_kpi.render.xlsx.charts import Rates, put_rates_chart
from gbv_kpi.render.xlsx.returns import FIRST_UNIT, HEAD, HEADINGS, PROVINCE, ReturnsPage, UnitRow, Year

CODE, NAME, NUMERATOR, DENOMINATOR, RATE, BOUND, VERDICT, LACKING, NEXT = range(9)
WIDTHS = (8.0, 27.0, 12.0, 12.0, 11.0, 12.0, 19.0, 12.0, 15.0)
CHARTED_UNITS = 30
CHART_HEIGHT = 340  # pixels
UNSEEN = ";;;"  # the number format of a cell that shows nothing


@dataclass(frozen=True, slots=True)
class IndicatorPage:
    page: Page
    indicator: Indicator
    year: Year
    returns: ReturnsPage

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
        page, units = self.page, self.year.units
        page.set_widths(WIDTHS if self.coming else WIDTHS[:NEXT])
        lines = list(self._head())
        page.put_across(HEAD[0], lines[0], TITLE)
        for row, line in zip(HEAD[1:], lines[1:], strict=False):
            page.put_across(row, line, {"italic": line is self.indicator.caveat})
        page.shrink(HEAD[len(lines) :])
        headings = list(self._headings())
        page.headings(HEADINGS, headings)
        page.row(PROVINCE, self.province_row(), BOLD)
        page.fit_name(PROVINCE, page.book.say(self._place), NAME, bold=True)
        for row, unit in enumerate(units, start=FIRST_UNIT):
            page.row(row, self._unit_row(row, unit))
            page.fit_name(row, unit.name, NAME)
        page.colour_verdicts(PROVINCE, self.year.last_row, VERDICT)
        page.named_table(f"indicator_{number}", HEADINGS, self.year.last_row, headings)
        page.print_on_a4(HEADINGS, frozen_columns=2, one_page=len(units) <= CHARTED_UNITS)
        cells = xl_range(FIRST_UNIT, CODE, self.year.last_row, len(page.widths) - 1)
        page.sheet.ignore_errors({"number_stored_as_text": cells, "formula_differs": cells})
        if len(units) <= CHARTED_UNITS:
            self._put_chart()

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

    @property
    def _place(self) -> Words:
        place, finding = self.year.plan.place, self.finding()
        if finding and finding.provisional:
            return phrase("{place} {mark}", place=place, mark=phrase("(provisional)"))
        return place

    def province_row(self) -> list[Cell]:
        """Return the sums over the units that give both counts, and the verdict; bare counts where one is withheld."""
        fields = (*self.indicator.numerator, *self.indicator.denominator)
        findings = [self.finding(unit.code) for unit in self.year.units]
        hidden = any(finding and finding.status is Status.WITHHELD for finding in findings)
        sums = ("", "")
        if not hidden and not any(unit.withholds(fields) for unit in self.year.units):
            columns = [xl_range(FIRST_UNIT, column, self.year.last_row, column) for column in (NUMERATOR, DENOMINATOR)]
            sums = (formulas.province_sum(*columns), formulas.province_sum(*reversed(columns)))
        return [Cell(), Cell(self._place), *self._judge(PROVINCE, self.finding(), sums)]

    def _unit_row(self, row: int, unit: UnitRow) -> list[Cell]:
        sums = [
            ""
            if unit.withholds(fields)
            else formulas.known_sum(self.returns.cells(row, fields), may_be_blank=unit.may_leave_blank)
            for fields in (self.indicator.numerator, self.indicator.denominator)
        ]
        name = [Cell(unit.code, look=CENTRED), Cell(unit.name)]
        return [*name, *self._judge(row, self.finding(unit.code), sums)]

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

    def _put_chart(self) -> None:
        first, last = PROVINCE, self.year.last_row
        shown = Rates(
            self.indicator.title,
            (first, NAME, last, NAME),
            (first, RATE, last, RATE),
            (first, BOUND, last, BOUND) if self.threshold else None,
            [self.finding(), *(self.finding(unit.code) for unit in self.year.units)],
            self.indicator.measure,
        )
        put_rates_chart(self.page, (last + 2, CODE, self.page.pixels, CHART_HEIGHT), shown, first_is_whole=True)


def _lacking_words(threshold: Threshold | None) -> Phrase:
    return phrase("Too many") if threshold and threshold.lower_is_better else phrase("Lacking")
