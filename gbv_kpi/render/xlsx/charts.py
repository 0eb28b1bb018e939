"""Native charts: rates against thresholds, side by side and over the years."""

from collections.abc import Sequence
from typing import Any

from gbv_kpi.excel_style import paper
from gbv_kpi.i18n import phrase
from gbv_kpi.kpi.finding import Finding
from gbv_kpi.plan.thresholds import Measure
from gbv_kpi.render.xlsx.book import Words
from gbv_kpi.render.xlsx.page import Page

BLUE, DARK_BLUE, RED, GREY = "#8FB4D9", "#1F4E79", "#C00000", "#D9D9D9"
GAP = 5  # pixels to what stands above
DASH = {"type": "long_dash", "size": 12, "fill": {"color": RED}, "border": {"color": RED}}

Cells = tuple[int, int, int, int]  # first row and column, last row and column
Spot = tuple[int, int, int, int]  # the row and column a chart stands at, its width and height in pixels


def put_rates_chart(
    page: Page,
    spot: Spot,
    title: Words,
    names: Cells,
    rates: Cells,
    bounds: Cells | None,
    findings: Sequence[Finding | None],
    *,
    measure: Measure,
    first_is_whole: bool,
) -> None:
    """A column for each finding, the first darker where the others are its parts, and the threshold.

    Where there is no rate no label says 0. The threshold is a line across parts of one whole, a mark at each of
    several indicators.
    """
    shown = [finding.rate() if finding else None for finding in findings]
    series = _series(page, phrase("Rate"), names, rates) | {
        "fill": {"color": BLUE},
        "points": [{"fill": {"color": DARK_BLUE}}] if first_is_whole else None,
        "gap": 60,
        "data_labels": _labels(page, shown, measure) | {"position": "inside_base"},
    }
    chart = page.book.workbook.add_chart({"type": "column"})
    chart.add_series({key: value for key, value in series.items() if value is not None})
    if bounds:
        look: dict[str, Any] = {"line": {"color": RED, "width": 1.75, "dash_type": "dash"}}
        if not first_is_whole:
            look = {"line": {"none": True}, "marker": DASH}
        thresholds = page.book.workbook.add_chart({"type": "line"})
        thresholds.add_series(_series(page, phrase("Threshold in force"), names, bounds) | look)
        chart.combine(thresholds)
    _put(page, chart, spot, title, measure, findings)


def put_trend_chart(
    page: Page,
    spot: Spot,
    title: Words,
    years: Cells,
    rates: Cells,
    bounds: Cells | None,
    findings: Sequence[Finding],
    *,
    measure: Measure,
) -> None:
    """The rate and the threshold as lines over the years; a year without a rate is a gap."""
    marker = {"type": "circle", "size": 7, "fill": {"color": DARK_BLUE}, "border": {"color": DARK_BLUE}}
    chart = page.book.workbook.add_chart({"type": "line"})
    chart.add_series(
        _series(page, phrase("Rate"), years, rates)
        | {
            "line": {"color": DARK_BLUE, "width": 2.25},
            "marker": marker,
        }
    )
    if bounds:
        threshold = {"line": {"color": RED, "width": 1.75, "dash_type": "dash"}, "marker": DASH}
        chart.add_series(_series(page, phrase("Threshold in force"), years, bounds) | threshold)
    chart.show_blanks_as("gap")
    _put(page, chart, spot, title, measure, findings)


def _series(page: Page, name: Words, categories: Cells, values: Cells) -> dict[str, Any]:
    return {
        "name": page.book.say(name),
        "categories": [page.name, *categories],
        "values": [page.name, *values],
    }


def _labels(page: Page, shown: Sequence[tuple[Any, int] | None], measure: Measure) -> dict[str, Any]:
    decimals = max((rate[1] for rate in shown if rate), default=1)
    return {
        "value": True,
        "num_format": page.book.rates(measure, decimals),
        "font": _font(9),
        "custom": [None if rate else {"delete": True} for rate in shown],
    }


def _put(
    page: Page, chart: Any, spot: Spot, title: Words, measure: Measure, findings: Sequence[Finding | None]
) -> None:
    row, column, width, height = spot
    text = page.book.say(title)
    chart.set_title({"name": text, "name_font": _font(12, bold=True), "overlay": False})
    chart.set_legend({"position": "bottom", "font": _font(10)})
    chart.set_x_axis({"num_font": _font(10), "line": {"color": GREY}})
    axis: dict[str, Any] = {
        "min": 0,
        "num_font": _font(10),
        "major_gridlines": {"visible": True, "line": {"color": GREY}},
    }
    if measure == "percent":
        axis["num_format"] = page.book.rates(measure, 0)
        if all(not known or known[0] <= 100 for known in (finding.rate() if finding else None for finding in findings)):
            axis |= {"max": 1.1, "major_unit": 0.2}  # room for the labels of 100%
    else:
        axis["num_format"] = page.book.rates(measure, 1)
    chart.set_y_axis(axis)
    chart.set_size({"width": width, "height": height})
    page.sheet.insert_chart(row, column, chart, {"object_position": 2, "y_offset": GAP, "description": text})


def _font(size: int, *, bold: bool = False) -> dict[str, Any]:
    return {"name": paper.FONT, "size": size, "bold": bold}
