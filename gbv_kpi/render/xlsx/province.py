"""The province's figures on the first sheet: a row for each indicator, every figure a link to the indicator's sheet."""

from collections.abc import Sequence

from gbv_kpi.i18n import phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.trend import Trend
from gbv_kpi.render.xlsx import formulas
from gbv_kpi.render.xlsx.book import GRID, Words
from gbv_kpi.render.xlsx.indicator import IndicatorPage
from gbv_kpi.render.xlsx.judged import BOUND, DENOMINATOR, LACKING, NEXT, NUMERATOR, RATE, VERDICT
from gbv_kpi.render.xlsx.lines import PROVINCE, level, quotient
from gbv_kpi.render.xlsx.page import FIGURE, Page

TITLE, QUOTE = 0, 1  # from NUMERATOR to LACKING the columns are those of the indicators' own sheets
WIDTHS = (20.0, 46.0, 11.0, 11.0, 11.0, 12.0, 17.0, 11.0)
EXTRA_WIDTH = 13.0


class ProvinceTable:
    """The indicators down; last year's rate where it is known, the next threshold where there is one."""

    def __init__(self, page: Page, trend: Trend | None, indicators: Sequence[IndicatorPage]) -> None:
        self.page, self.indicators = page, indicators
        self.year = indicators[0].year.year
        points = [point for one in trend.series if one.unit is None for point in one.points] if trend else []
        self._before = {p.finding.indicator: p.finding for p in points if p.finding.year == self.year - 1}
        self._coming = any(one.coming for one in indicators)
        self.widths = (*WIDTHS, *[EXTRA_WIDTH] * (bool(self._before) + 2 * self._coming))

    def fill(self, headings: int) -> None:
        self.first_row, self.last_row = headings + 1, headings + len(self.indicators)
        self.page.headings(headings, self.widths, self._headings())
        for row, one in enumerate(self.indicators, start=self.first_row):
            self._row(row, one)
        self.page.colour_verdicts(self.first_row, self.last_row, VERDICT)

    def _headings(self) -> list[Words]:
        thresholds = [threshold for one in self.indicators for threshold in (one.threshold, one.coming) if threshold]
        lower = any(threshold.lower_is_better for threshold in thresholds)
        lacking = phrase("Lacking or too many") if lower else phrase("Lacking")
        headings: list[Words] = [phrase("Indicator"), phrase("The plan's words")]
        headings += [phrase("Numerator"), phrase("Denominator"), phrase("Rate"), phrase("Threshold in force")]
        headings += [phrase("Verdict"), lacking]
        if self._before:
            headings.append(phrase("Rate in {year}", year=str(self.year - 1)))
        if self._coming:
            headings += [phrase("Next threshold"), phrase("{lacking} for it", lacking=lacking)]
        return headings

    def _row(self, row: int, one: IndicatorPage) -> None:
        page, indicator, finding = self.page, one.indicator, one.finding
        provisional = finding is not None and finding.provisional
        mark = phrase("(provisional)")
        title = phrase("{indicator} {mark}", indicator=indicator.title, mark=mark) if provisional else indicator.title
        page.text(row, TITLE, title, bold=True, **GRID)
        page.text(row, QUOTE, indicator.quote, **GRID)
        page.fit(row, [(page.book.say(title), WIDTHS[TITLE]), (indicator.quote, WIDTHS[QUOTE])])
        for column in (NUMERATOR, DENOMINATOR, RATE, VERDICT):
            if column == DENOMINATOR and indicator.measure == "count":
                page.blank(row, column, **GRID)
            else:
                self._link(row, column, one, column)
        if one.threshold:
            self._link(row, LACKING, one, LACKING)
            page.number(row, BOUND, level(one.threshold), page.book.bound(one.threshold), **GRID)
        else:
            page.blank(row, BOUND, **GRID)  # the chart would draw a word as 0
            page.blank(row, LACKING, **GRID)  # and a link to a blank cell comes to 0
        column = len(WIDTHS)
        if self._before:
            self._last_year(row, column, self._before.get(indicator.id))
            column += 1
        if one.coming:
            since = page.book.bound(one.coming, f" ({one.coming.since})")
            page.number(row, column, level(one.coming), since, **GRID)
            self._link(row, column + 1, one, NEXT)
        elif self._coming:
            page.blank(row, column, **GRID)
            page.blank(row, column + 1, **GRID)

    def _link(self, row: int, column: int, one: IndicatorPage, there: int) -> None:
        """What the province's row of the indicator's own sheet has in the column `there`."""
        value, numbers = one.shown(there)
        link = f"={one.page.cell(PROVINCE, there)}"
        if there == VERDICT:
            self.page.words(row, column, link, str(value), align="center", **GRID)
        else:
            self.page.figure(row, column, link, value, numbers, **GRID)

    def _last_year(self, row: int, column: int, finding: Finding | None) -> None:
        """A quotient of last year's counts, or why there is none."""
        page = self.page
        if finding is None or quotient(finding) == "":
            page.text(row, column, page.book.word[finding.status if finding else Status.NO_DATA], **FIGURE, **GRID)
            return
        rates = page.book.rate_of(finding, finding.measure)
        formula = f"={formulas.quotient(str(finding.numerator), str(finding.divisor), finding.measure)}"
        page.figure(row, column, formula, quotient(finding), rates, **GRID)
