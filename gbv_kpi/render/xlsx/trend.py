"""The years side by side, one indicator below the other, with a chart of the province against its thresholds.

The year reported refers to the indicator's own sheet; earlier years are quotients of the counts reported then.
"""

from collections.abc import Iterable, Sequence

from xlsxwriter.utility import xl_rowcol_to_cell

from gbv_kpi.excel_style import paper
from gbv_kpi.i18n import phrase
from gbv_kpi.kpi.finding import Status
from gbv_kpi.kpi.trend import Point, Series, Trend
from gbv_kpi.render.formatting import MARK, marks_text
from gbv_kpi.render.sentences import marks_explained
from gbv_kpi.render.xlsx import formulas
from gbv_kpi.render.xlsx.book import COLOURS, GRID
from gbv_kpi.render.xlsx.charts import put_trend_chart
from gbv_kpi.render.xlsx.indicator import IndicatorPage
from gbv_kpi.render.xlsx.judged import RATE, VERDICT
from gbv_kpi.render.xlsx.lines import level, quotient
from gbv_kpi.render.xlsx.page import FIGURE, Page

LEGEND, HEADINGS = 1, 2
NAME_WIDTH, YEAR_WIDTH, VERDICT_WIDTH = 30.0, 11.0, 16.0
CHART_SIZE = (460, 280)  # pixels
BLOCK_ROWS = 13  # at least, so that the next chart stands below
PAGE_ROWS = 27
BOLD = {"bold": True, **GRID}


def fill_trend(page: Page, trend: Trend, indicators: Sequence[IndicatorPage]) -> None:
    widths = [NAME_WIDTH, *[YEAR_WIDTH] * len(trend.years), VERDICT_WIDTH]
    page.widths(widths)
    page.across(0, widths, phrase("Every indicator over the years"), size=14, bold=True)
    page.across(LEGEND, widths, "   ".join(_legend(page, trend)), italic=True)
    verdict = phrase("Verdict {year}", year=str(trend.years[-1]))
    page.headings(HEADINGS, widths, [phrase("Unit"), *(str(year) for year in trend.years), verdict])
    row, used, breaks = HEADINGS + 1, 0, []
    for indicator in indicators:
        series = [one for one in trend.series if one.indicator.id == indicator.indicator.id]
        rows = max(BLOCK_ROWS, len(series) + 4)
        if used and used + rows > PAGE_ROWS:
            breaks.append(row)
            used = 0
        _Block(page, trend, indicator, row).fill(series)
        row, used = row + rows, used + rows
    page.colour_verdicts(HEADINGS + 1, row, len(trend.years) + 1)
    page.sheet.set_h_pagebreaks(breaks)
    page.on_a4("landscape", HEADINGS, frozen_columns=1)


def _legend(page: Page, trend: Trend) -> Iterable[str]:
    """The signs at the figures, in words."""
    present = {point.finding.status for series in trend.series for point in series.points}
    for status in (status for status in Status if status in present):
        yield f"{MARK[status]} {page.book.word[status]}"
    for mark, meaning in marks_explained(trend):
        yield f"{mark} {page.book.say(meaning)}"


class _Block:
    """One indicator over the years."""

    def __init__(self, page: Page, trend: Trend, indicator: IndicatorPage, row: int) -> None:
        self.page, self.trend, self.indicator, self.row = page, trend, indicator, row
        self.last_column = len(trend.years) + 1

    def fill(self, series: Sequence[Series]) -> None:
        page, row, title = self.page, self.row, self.indicator.indicator.title
        for column in range(self.last_column + 1):
            page.text(row, column, title if column == 0 else "", bg_color=paper.HEADING, **BOLD)
        province, *units = series
        self._province(row + 1, province)
        for unit_row, one in enumerate(units, start=row + 4):
            self._unit(unit_row, one)
        if len(self.trend.years) > 1:
            years, last = 1, len(self.trend.years)
            put_trend_chart(
                page,
                (row, self.last_column + 1, *CHART_SIZE),
                title,
                (HEADINGS, years, HEADINGS, last),
                (row + 1, years, row + 1, last),
                (row + 3, years, row + 3, last) if any(p.finding.threshold for p in province.points) else None,
                [point.finding for point in province.points],
                measure=self.indicator.indicator.measure,
            )

    def _province(self, row: int, series: Series) -> None:
        """Rates, verdicts in words, thresholds; a year without a rate stays blank, for a chart would draw 0."""
        page, book = self.page, self.page.book
        page.text(row, 0, self.trend.plan.place, **BOLD)
        page.text(row + 1, 0, phrase("Verdict"), **GRID)
        page.text(row + 2, 0, phrase("Threshold in force"), **GRID)
        for column, point in enumerate(series.points, start=1):
            finding = point.finding
            if quotient(finding) == "":
                page.blank(row, column, **BOLD)
            else:
                self._rate(row, column, point, None, BOLD)
            words = book.word[finding.status]
            small = {"align": "center", "font_size": 10, "font_color": COLOURS[finding.status][1], **GRID}
            if self._is_reported(point):
                page.words(row + 1, column, f"={self._there(None, VERDICT)}", words, **small)
            else:
                page.text(row + 1, column, words, **small)
            if finding.threshold:
                page.number(row + 2, column, level(finding.threshold), book.bound(finding.threshold), **GRID)
            else:
                page.blank(row + 2, column, **GRID)
        self._verdict(row, series, BOLD)
        longest = max(len(book.word[point.finding.status]) for point in series.points)
        page.fit_name(row + 1, "x" * longest, YEAR_WIDTH)
        for spare in (row + 1, row + 2):
            page.blank(spare, self.last_column, **GRID)

    def _unit(self, row: int, series: Series) -> None:
        page = self.page
        name = series.unit_name or ""
        page.text(row, 0, name, **GRID)
        page.fit_name(row, name, NAME_WIDTH)
        for column, point in enumerate(series.points, start=1):
            if quotient(point.finding) == "":
                page.text(row, column, MARK[point.finding.status], **FIGURE, **GRID)
            else:
                self._rate(row, column, point, series.unit, GRID)
        self._verdict(row, series, GRID)

    def _rate(self, row: int, column: int, point: Point, unit: str | None, look: dict[str, object]) -> None:
        finding = point.finding
        marks = marks_text(point)
        formula = f"={formulas.quotient(str(finding.numerator), str(finding.divisor), finding.measure)}"
        if self._is_reported(point):
            formula = f"={self._there(unit, RATE)}"
            self._drop_stale_sign(row, column, point)
        else:
            look = {**look, "font_color": COLOURS[finding.status][1]}
        rates = self.page.book.rate_of(finding, finding.measure, f"{MARK[finding.status]} ", marks)
        self.page.figure(row, column, formula, quotient(finding), rates, **look)

    def _drop_stale_sign(self, row: int, column: int, point: Point) -> None:
        """Have no sign where somebody changes a count, and the verdict with it."""
        verdict = xl_rowcol_to_cell(row, self.last_column, col_abs=True)
        word = formulas.quoted(self.page.book.word[point.finding.status])
        plain = self.page.book.workbook.add_format(
            {"num_format": self.page.book.rate_of(point.finding, point.finding.measure, "", marks_text(point))}
        )
        rule = {"type": "formula", "criteria": f"={verdict}<>{word}", "format": plain}
        self.page.sheet.conditional_format(row, column, row, column, rule)

    def _verdict(self, row: int, series: Series, look: dict[str, object]) -> None:
        page = self.page
        words = page.book.word[series.level.status]
        if self._is_reported(series.points[-1]):
            formula = f"={self._there(series.unit, VERDICT)}"
            page.words(row, self.last_column, formula, words, align="center", **look)
        else:
            page.text(row, self.last_column, words, align="center", **look)

    def _is_reported(self, point: Point) -> bool:
        finding, year = point.finding, self.indicator.year
        return finding.year == year.year and finding.unit in year.row_by_unit

    def _there(self, unit: str | None, column: int) -> str:
        """A cell of the indicator's own sheet."""
        return self.indicator.page.cell(self.indicator.year.row_by_unit[unit], column)
