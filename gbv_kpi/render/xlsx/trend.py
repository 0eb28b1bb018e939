"""Write the years side by side, one indicator below the other, each with a chart of the province.

The year reported refers to the indicator's own sheet; earlier years are quotients of the counts reported then.
"""

from collections.abc import Sequence

from xlsxwriter.utility import xl_rowcol_to_cell

from gbv_kpi import excel_style
from gbv_kpi.i18n import phrase
from gbv_kpi.kpi.finding import Status
from gbv_kpi.kpi.trend import Point, Series, Trend
from gbv_kpi.render.formatting import MARK, marks_text
from gbv_kpi.render.sentences import marks_explained
from gbv_kpi.render.xlsx import formulas
from gbv_kpi.render.xlsx.book import BOLD, CENTRED, COLOURS, FIGURE, GRID, TITLE, Cell, Page, quotient
from gbv_kpi.render.xlsx.charts import ChartContent, put_trend_chart
from gbv_kpi.render.xlsx.units import RATE, VERDICT, IndicatorSheet

LEGEND, HEADINGS = 1, 2
NAME, FIRST_YEAR = 0, 1
NAME_WIDTH, YEAR_WIDTH, VERDICT_WIDTH = 30.0, 11.0, 17.0
CHART_SIZE = (460, 280)  # pixels
BLOCK_ROWS = 13  # at least, so that the next chart is below
PAGE_WIDTH, PAGE_ROWS = 890, 23  # of A4 at full size: pixels, and rows with their gaps


def fill_trend(page: Page, trend: Trend, sheets: Sequence[IndicatorSheet]) -> None:
    page.set_widths([NAME_WIDTH, *[YEAR_WIDTH] * len(trend.years), VERDICT_WIDTH])
    page.put_across(0, phrase("Every indicator over the years"), TITLE)
    signs = [f"{MARK[status]} {page.book.word[status]}" for status in Status if status in trend.statuses]
    signs += [f"{mark} {page.book.say(meaning)}" for mark, meaning in marks_explained(trend)]
    page.put_across(LEGEND, "   ".join(signs), {"italic": True})
    verdict = phrase("Verdict {year}", year=str(trend.years[-1]))
    page.headings(HEADINGS, [phrase("Unit"), *map(str, trend.years), verdict])
    scale = min(1, PAGE_WIDTH / (page.pixels + CHART_SIZE[0]))
    row, used, breaks = HEADINGS + 1, HEADINGS + 1, []
    for sheet in sheets:
        series = [found for found in trend.series if found.indicator.id == sheet.indicator.id]
        rows = max(BLOCK_ROWS, len(series) + 4)
        if row > HEADINGS + 1 and used + rows - 1 > PAGE_ROWS / scale:
            breaks.append(row)
            used = 1
        _fill_block(page, sheet, series, row)
        row, used = row + rows, used + rows
    page.colour_verdicts(HEADINGS + 1, row, len(trend.years) + 1)
    page.sheet.set_h_pagebreaks(breaks)
    page.print_on_a4(HEADINGS, frozen_columns=1)


def _fill_block(page: Page, sheet: IndicatorSheet, all_series: Sequence[Series], row: int) -> None:
    """Write one indicator over the years: the province with verdicts and thresholds, then the units, and a chart."""
    book, points = page.book, all_series[0].points
    findings, last_column = [point.finding for point in points], len(points)
    blanks = [Cell("")] * (last_column + 1)
    page.row(row, [Cell(sheet.indicator.title), *blanks], {"bg_color": excel_style.HEADING, **BOLD})
    verdicts = [book.verdict(point.finding.status, _reference(sheet, point, VERDICT)) for point in points]
    looks = [{**CENTRED, "font_size": 10, "font_color": COLOURS[finding.status][1]} for finding in findings]
    small = [verdict._replace(look=look) for verdict, look in zip(verdicts, looks, strict=True)]
    page.row(row + 2, [Cell(phrase("Verdict")), *small, Cell()])
    bounds = [book.bound(finding.threshold) for finding in findings]
    page.row(row + 3, [Cell(phrase("Threshold in force")), *bounds, Cell()])
    for series_row, series in zip((row + 1, *range(row + 4, row + 3 + len(all_series))), all_series, strict=True):
        name = Cell(sheet.figures.plan.place if series.unit is None else series.unit_name or "")
        _fill_rates(page, sheet, series, name, series_row)
    shown = ChartContent(
        sheet.indicator.title,
        (HEADINGS, FIRST_YEAR, HEADINGS, last_column),
        (row + 1, FIRST_YEAR, row + 1, last_column),
        (row + 3, FIRST_YEAR, row + 3, last_column) if any(finding.threshold for finding in findings) else None,
        findings,
        sheet.indicator.measure,
    )
    put_trend_chart(page, (row, last_column + 2, *CHART_SIZE), shown)


def _fill_rates(page: Page, sheet: IndicatorSheet, series: Series, name: Cell, row: int) -> None:
    """Write the rates of the province or a unit; a sign disappears once somebody changes a count and so the verdict.

    The province's year without a rate is blank, for a chart would draw 0.
    """
    book, last, last_year = page.book, series.points[-1], len(series.points)
    verdict = book.verdict(series.level.status, _reference(sheet, last, VERDICT))
    cells = [name, *(_rate(sheet, point) for point in series.points), verdict]
    page.row(row, cells, GRID if series.unit else BOLD)
    if quotient(series.level) is not None and _reference(sheet, last, RATE):
        current = xl_rowcol_to_cell(row, last_year + 1, col_abs=True)
        number_format = book.finding_format(series.level, series.level.measure, suffix=marks_text(last))
        rule = {
            "type": "formula",
            "criteria": f"={current}<>{formulas.quoted(book.word[series.level.status])}",
            "format": book.workbook.add_format({"num_format": number_format}),
        }
        page.sheet.conditional_format(row, last_year, row, last_year, rule)


def _rate(sheet: IndicatorSheet, point: Point) -> Cell:
    finding, book = point.finding, sheet.page.book
    rate = quotient(finding)
    if rate is None:
        return Cell(MARK[finding.status], look=FIGURE) if finding.unit else Cell()
    number_format = book.finding_format(finding, finding.measure, f"{MARK[finding.status]} ", marks_text(point))
    if link := _reference(sheet, point, RATE):
        return Cell(rate, number_format, link)
    formula = f"={formulas.quotient(str(finding.numerator), str(finding.divisor), finding.measure)}"
    return Cell(rate, number_format, formula, {"font_color": COLOURS[finding.status][1]})


def _reference(sheet: IndicatorSheet, point: Point, column: int) -> str:
    """Return a link to a cell of the indicator's own sheet; "" for a year or a unit not on it."""
    rows, finding = sheet.figures.row_by_unit, point.finding
    if finding.year != sheet.figures.year or finding.unit not in rows:
        return ""
    return f"={sheet.page.reference(rows[finding.unit], column)}"
