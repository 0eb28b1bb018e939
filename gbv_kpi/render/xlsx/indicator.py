"""A sheet for one indicator: what each unit counts, its rate and verdict as live formulas, and a chart of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter.utility import xl_range

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.plan import Indicator
from gbv_kpi.plan.thresholds import Threshold
from gbv_kpi.render.formatting import threshold_text
from gbv_kpi.render.xlsx import formulas
from gbv_kpi.render.xlsx.book import GRID, Words
from gbv_kpi.render.xlsx.charts import put_rates_chart
from gbv_kpi.render.xlsx.judged import (
    BOUND,
    CODE,
    DENOMINATOR,
    LACKING,
    NAME,
    NEXT,
    NUMERATOR,
    RATE,
    VERDICT,
    JudgedRow,
)
from gbv_kpi.render.xlsx.lines import FIRST_UNIT, HEAD, HEADINGS, PROVINCE, Line, Year, quotient
from gbv_kpi.render.xlsx.page import Page
from gbv_kpi.render.xlsx.returns import ReturnsPage

WIDTHS = (8.0, 27.0, 12.0, 12.0, 11.0, 12.0, 19.0, 12.0, 15.0)
CHARTED_UNITS = 30
CHART_HEIGHT = 340  # pixels


@dataclass(frozen=True, slots=True)
class IndicatorPage:
    """One indicator in the year reported."""

    page: Page
    indicator: Indicator
    year: Year
    returns: ReturnsPage
    number: int = 1

    @property
    def threshold(self) -> Threshold | None:
        return self.indicator.threshold_in(self.year.year)

    @property
    def coming(self) -> Threshold | None:
        return self.indicator.threshold_after(self.year.year)

    @property
    def finding(self) -> Finding | None:
        """The province's; None where no return is valid."""
        return self.year.findings.get((self.indicator.id, None))

    def shown(self, column: int) -> tuple[float | str, str]:
        """What the province's row has in a column, and its number format."""
        finding, book = self.finding, self.page.book
        status = finding.status if finding else Status.NO_DATA
        if column == VERDICT or status is Status.WITHHELD:
            return book.word[status], ""
        if column == RATE:
            return quotient(finding), book.rate_of(finding, self.indicator.measure)
        if finding is None:
            return "", book.whole
        counts = {NUMERATOR: finding.numerator, DENOMINATOR: finding.denominator}
        value = (counts | {LACKING: finding.shortfall, NEXT: finding.next_shortfall})[column]
        return "" if value is None else value, book.whole

    def fill(self) -> None:
        page = self.page
        widths = WIDTHS if self.coming else WIDTHS[:NEXT]
        page.widths(widths)
        self._head(widths)
        page.headings(HEADINGS, widths, self._headings())
        self._province()
        for row, line in enumerate(self.year.lines, start=FIRST_UNIT):
            self._unit(row, line)
        page.colour_verdicts(PROVINCE, self.year.last_row, VERDICT)
        page.named_table(f"indicator_{self.number}", HEADINGS, self.year.last_row, self._headings(), filters=False)
        page.on_a4("landscape", HEADINGS, frozen_columns=2, one_page=len(self.year.lines) <= CHARTED_UNITS)
        cells = xl_range(FIRST_UNIT, CODE, self.year.last_row, len(widths) - 1)
        page.sheet.ignore_errors({"number_stored_as_text": cells, "formula_differs": cells})
        if len(self.year.lines) <= CHARTED_UNITS:
            self._chart(widths)

    def _head(self, widths: tuple[float, ...]) -> None:
        page, plan, indicator = self.page, self.year.plan, self.indicator
        title = phrase("{indicator}, {year}", indicator=indicator.title, year=str(self.year.year))
        page.across(HEAD[0], widths, title, size=14, bold=True)
        lines: list[Words] = []
        if indicator.quote:
            lines.append(phrase("Plan {number}: “{quote}”", number=plan.number, quote=indicator.quote))
        lines.append(phrase("Numerator: {fields}", fields=self._labels(indicator.numerator)))
        if indicator.denominator:
            lines.append(phrase("Denominator: {fields}", fields=self._labels(indicator.denominator)))
        lines.extend(self._thresholds())
        if indicator.caveat:
            lines.append(indicator.caveat)
        for row, line in zip(HEAD[1:], lines, strict=False):
            page.across(row, widths, line, italic=line is indicator.caveat)
        page.shrink(HEAD[1 + len(lines) :])

    def _labels(self, fields: tuple[str, ...]) -> str:
        labels = [self.page.book.say(self.year.plan.field_by_id[field].label) for field in fields]
        return " + ".join(labels)

    def _thresholds(self) -> list[Words]:
        language = self.page.book.language
        in_force: Words = phrase("No threshold is in force yet.")
        if self.threshold:
            since = {"threshold": threshold_text(self.threshold, language), "year": str(self.threshold.since)}
            in_force = phrase("Threshold in force: {threshold}, since {year}", **since)
        if self.coming is None:
            return [in_force]
        from_year = {"threshold": threshold_text(self.coming, language), "year": str(self.coming.since)}
        return [in_force, phrase("Next threshold: {threshold}, from {year}", **from_year)]

    def _headings(self) -> list[Words]:
        language = self.page.book.language
        headings: list[Words] = [phrase("Code"), phrase("Unit"), phrase("Numerator"), phrase("Denominator")]
        headings += [phrase("Rate"), phrase("Threshold"), phrase("Verdict"), self._lacking_words(self.threshold)]
        if self.coming:
            headings.append(
                phrase(
                    "{lacking} for {threshold} from {year}",
                    lacking=self._lacking_words(self.coming),
                    threshold=threshold_text(self.coming, language),
                    year=str(self.coming.since),
                )
            )
        return headings

    def _lacking_words(self, threshold: Threshold | None) -> Phrase:
        if threshold and threshold.lower_is_better:
            return phrase("Too many")
        return phrase("Lacking")

    def _province(self) -> None:
        """The sum over the units that give both counts; as it is where it could not be added up from what is shown."""
        page, place = self.page, self.year.plan.place
        finding = self.finding
        bold = {"bold": True, **GRID}
        page.blank(PROVINCE, CODE, **bold)
        provisional = finding is not None and finding.provisional
        label = phrase("{place} {mark}", place=place, mark=phrase("(provisional)")) if provisional else place
        page.text(PROVINCE, NAME, label, **bold)
        page.fit_name(PROVINCE, page.book.say(label), WIDTHS[NAME], bold=True)
        ranges = [xl_range(FIRST_UNIT, column, self.year.last_row, column) for column in (NUMERATOR, DENOMINATOR)]
        sums = (formulas.province_sum(*ranges), formulas.province_sum(*reversed(ranges)))
        parts = (*self.indicator.numerator, *self.indicator.denominator)
        row = JudgedRow(page, PROVINCE, finding, self.indicator.measure, bold)
        hidden = any(line.withheld(parts) or self._is_withheld(line) for line in self.year.lines)
        for column, formula in zip((NUMERATOR, DENOMINATOR), sums, strict=True):
            row.count(column, None if hidden else formula)
        row.judge(self.threshold, self.coming)

    def _is_withheld(self, line: Line) -> bool:
        finding = self.year.findings.get((self.indicator.id, line.code))
        return finding is not None and finding.status is Status.WITHHELD

    def _unit(self, row: int, line: Line) -> None:
        page = self.page
        finding = self.year.findings.get((self.indicator.id, line.code))
        page.text(row, CODE, line.code, align="center", **GRID)
        page.text(row, NAME, line.name, **GRID)
        page.fit_name(row, line.name, WIDTHS[NAME])
        judged = JudgedRow(page, row, finding, self.indicator.measure, GRID)
        for column, fields in ((NUMERATOR, self.indicator.numerator), (DENOMINATOR, self.indicator.denominator)):
            cells = self.returns.cells(row, fields)
            formula = formulas.known_sum(cells, may_be_blank=line.may_leave_blank)
            judged.count(column, None if line.withheld(fields) else formula)
        judged.judge(self.threshold, self.coming)

    def _chart(self, widths: Sequence[float]) -> None:
        """Province and units against the threshold."""
        first, last = PROVINCE, self.year.last_row
        codes: list[str | None] = [None, *(line.code for line in self.year.lines)]
        put_rates_chart(
            self.page,
            (last + 2, CODE, self.page.pixels(widths), CHART_HEIGHT),
            self.indicator.title,
            (first, NAME, last, NAME),
            (first, RATE, last, RATE),
            (first, BOUND, last, BOUND) if self.threshold else None,
            [self.year.findings.get((self.indicator.id, code)) for code in codes],
            measure=self.indicator.measure,
            first_is_whole=True,
        )
