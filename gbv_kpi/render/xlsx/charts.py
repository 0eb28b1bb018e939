"""Draw native charts: rates against thresholds, side by side and over the years."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from gbv_kpi import excel_style
from gbv_kpi.i18n import phrase
from gbv_kpi.kpi.finding import Finding
from gbv_kpi.plan.thresholds import Measure
from gbv_kpi.render.xlsx.book import Area, Look, Page, Words

BLUE, DARK_BLUE, RED, GREY, WHITE = "#8FB4D9", "#1F4E79", "#C00000", "#D9D9D9", "#FFFFFF"
GAP = 5  # pixels to the cells above
DASH = {"type": "long_dash", "size": 12, "fill": {"color": RED}, "border": {"color": RED}}
DASHED_LINE = {"color": RED, "width": 1.75, "dash_type": "dash"}

Spot = tuple[int, int, int, int]  # the row and column of a chart, its width and height in pixels


class ChartContent(NamedTuple):
    """The contents of a chart: its title, and its cells on the same page."""

    title: Words
    names: Area
    rates: Area
    bounds: Area | None  # None without a threshold
    findings: Sequence[Finding | None]  # in the order of the cells
    measure: Measure


def put_rates_chart(page: Page, spot: Spot, shown: ChartContent, *, first_is_whole: bool) -> None:
    """Draw a column for each finding, the first darker where the others are its parts, and the threshold.

    A missing rate has no label, rather than 0. The threshold is a line across the parts of a whole, a mark at each of
    several indicators.
    """
    rates = [finding.rate() if finding else None for finding in shown.findings]
    labels: dict[str, Any] = {
        "value": True,
        "num_format": page.book.rate_format(shown.measure, max((rate[1] for rate in rates if rate), default=1)),
        "font": _font(9),
        "custom": [None if rate else {"delete": True} for rate in rates],
        "position": "inside_base",
    }
    columns = {"fill": {"color": BLUE}, "gap": 60, "data_labels": labels}
    if first_is_whole:
        columns["points"] = [{"fill": {"color": DARK_BLUE}}]
        if rates[0]:
            labels["custom"][0] = {"font": _font(9) | {"color": WHITE}}
    bounds = {"line": DASHED_LINE} if first_is_whole else {"line": {"none": True}, "marker": DASH}
    _put_chart(page, spot, shown, "column", columns, bounds)


def put_trend_chart(page: Page, spot: Spot, shown: ChartContent) -> None:
    """Draw the rate and the threshold as lines over the years; a year without a rate is a gap."""
    marker = {"type": "circle", "size": 7, "fill": {"color": DARK_BLUE}, "border": {"color": DARK_BLUE}}
    rates = {"line": {"color": DARK_BLUE, "width": 2.25}, "marker": marker}
    _put_chart(page, spot, shown, "line", rates, {"line": DASHED_LINE, "marker": DASH})


def _put_chart(page: Page, spot: Spot, shown: ChartContent, kind: str, rate_look: Look, bound_look: Look) -> None:
    """Draw rates as columns or a line, thresholds as a line."""

    def series(name: Words, values: Area) -> dict[str, Any]:
        return {"name": page.book.say(name), "categories": [page.name, *shown.names], "values": [page.name, *values]}

    row, column, width, height = spot
    chart = page.book.workbook.add_chart({"type": kind})
    chart.add_series(series(phrase("Rate"), shown.rates) | dict(rate_look))
    if shown.bounds:
        lines = chart if kind == "line" else page.book.workbook.add_chart({"type": "line"})
        lines.add_series(series(phrase("Threshold in force"), shown.bounds) | dict(bound_look))
        if lines is not chart:
            chart.combine(lines)
    text = page.book.say(shown.title)
    is_percent = shown.measure == "percent"
    axis: dict[str, Any] = {
        "min": 0,
        "num_font": _font(10),
        "major_gridlines": {"visible": True, "line": {"color": GREY}},
        "num_format": page.book.rate_format(shown.measure, 0 if is_percent else 1),
    }
    rates = [rate for finding in shown.findings if finding and (rate := finding.rate())]
    if is_percent and all(rate <= 100 for rate, _ in rates):
        axis |= {"max": 1.1, "major_unit": 0.2}  # room for the labels of 100%
    chart.set_title({"name": text, "name_font": _font(12, bold=True), "overlay": False})
    chart.set_legend({"position": "bottom", "font": _font(10)})
    chart.set_x_axis({"num_font": _font(10), "line": {"color": GREY}})
    chart.set_y_axis(axis)
    chart.set_size({"width": width, "height": height})
    page.sheet.insert_chart(row, column, chart, {"object_position": 2, "y_offset": GAP, "description": text})


def _font(size: int, *, bold: bool = False) -> dict[str, Any]:
    return {"name": excel_style.FONT, "size": size, "bold": bold}
