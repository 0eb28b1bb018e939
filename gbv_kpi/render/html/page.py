"""Lay out the report as one HTML page from templates, with its charts as inline SVG.

pygal draws the charts; the style sheet colours them, and the page describes them in words. Figures arrive rounded for
print; only their positions are computed here. pygal replaces matplotlib: its text stays text in the page's fonts and
themes, and it takes a tenth of the time.
"""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import tostring

import pygal
from markupsafe import Markup
from pygal.etree import etree

from gbv_kpi import __version__
from gbv_kpi.i18n import Language
from gbv_kpi.kpi.finding import Finding
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.trend import Series
from gbv_kpi.plan import Indicator
from gbv_kpi.plan.thresholds import Measure
from gbv_kpi.render import formatting, jinja, sentences
from gbv_kpi.render.problems import SEVERITY, grouped, place_text

WIDTH, BULLET_HEIGHT, LINE_HEIGHT = 340, 72, 170  # about a phone's width, so that text is hardly scaled there
HALF_YEAR = 0.5

etree.to_etree()  # the same bytes whether lxml is installed or not


def to_html(outcome: Outcome, language: Language) -> str:
    """Return the report as one page without other files; the same outcome gives the same text."""
    functions = [*jinja.functions_of(formatting, sentences), bullet, line, scale_start, grouped, place_text]
    environment = jinja.environment(Path(__file__).parent, language, functions)
    constants = ("MARK", "MEANING", "SHOWN_FILES", "SHOWN_UNITS")
    environment.globals |= {name: getattr(formatting, name) for name in constants} | {"SEVERITY": SEVERITY}
    return environment.get_template("report.html.j2").render(outcome=outcome, version=__version__)


def bullet(finding: Finding, last_year: Finding | None, language: Language) -> Markup | None:
    """Return the rate as a bar against the thresholds, with last year's rate; None without a rate."""
    rate = _shown_rate(finding)
    if rate is None or finding.measure == "change":  # the axis begins at 0
        return None
    previous = _shown_rate(last_year) if last_year else None
    thresholds = (finding.threshold, finding.next_threshold)
    bounds = [float(threshold.bound) if threshold else None for threshold in thresholds]
    end = _axis_end(finding.measure, [rate, previous, *bounds])
    chart = pygal.XY(
        height=BULLET_HEIGHT,
        xrange=(0, end),
        range=(-1, 1),
        show_y_labels=False,
        show_y_guides=False,
        margin_right=20,  # for half of "100%"
        **_settings(finding.measure, language),
    )
    if end == 100:
        chart.x_labels = [0, 25, 50, 75, 100]
    chart.add("", [(0, 0), (end, 0)], show_dots=False)
    chart.add("", [(0, 0), (rate, 0)], show_dots=False)
    for bound in bounds:
        chart.add("", [] if bound is None else [(bound, -0.95), (bound, 0.95)], show_dots=False)
    chart.add("", [] if previous is None else [(previous, 0)], stroke=False, dots_size=6)
    return _drawing(chart)


def line(series: Series, language: Language) -> Markup | None:
    """Return the rates over the years, the thresholds while they are in force, and the path to the next one.

    None where fewer than two years have a rate.
    """
    indicator, findings = series.indicator, [point.finding for point in series.points]
    rates = {finding.year: rate for finding in findings if (rate := _shown_rate(finding)) is not None}
    if len(rates) < 2 or indicator.measure == "change":
        return None
    first, last = findings[0].year, findings[-1].year
    path: list[tuple[float, float]] = []
    if (ahead := series.path) and ahead.first_year in rates:
        last = ahead.milestone.since
        path = [(ahead.first_year, rates[ahead.first_year]), (last, float(ahead.milestone.bound))]
    steps = _steps(indicator, first, last)
    start = scale_start(series) or 0
    end = _axis_end(indicator.measure, [*rates.values(), *(bound for _, bound in steps)])
    chart = pygal.XY(
        height=LINE_HEIGHT,
        xrange=(first - 0.5, last + 0.5),
        range=(start, end),
        max_scale=6,
        margin_left=16,  # for the larger text in print
        **_settings(indicator.measure, language),
    )
    chart.x_labels = [{"value": year, "label": str(year)} for year in range(first, last + 1)]
    if end == 100:
        chart.y_labels = list(range(start, 101, 5 if start >= 75 else 10 if start >= 50 else 25))
    chart.add("", path, show_dots=False)
    chart.add("", steps, show_dots=False)
    every_year = [(finding.year, rates.get(finding.year)) for finding in findings]
    chart.add("", every_year, show_dots=False, allow_interruptions=True)  # no line where a year has no rate
    provisional = {finding.year for finding in findings if finding.provisional}
    for dots in (rates.keys() - provisional, rates.keys() & provisional):
        chart.add("", [(year, rate) for year, rate in rates.items() if year in dots], stroke=False)
    return _drawing(chart)


def scale_start(series: Series) -> int | None:
    """Return the percentage that a chart over the years starts at, None for one that starts at 0."""
    if series.indicator.measure != "percent":
        return None
    first, last = series.points[0].finding.year, series.points[-1].finding.year
    rates = [rate for point in series.points if (rate := _shown_rate(point.finding)) is not None]
    heights = [*rates, *(bound for _, bound in _steps(series.indicator, first, last))]
    return min(75, int(min(heights)) // 25 * 25) or None if heights else None


def _settings(measure: Measure, language: Language) -> dict[str, Any]:
    def tick(value: float) -> str:
        return formatting.number_text(Decimal(value), 0 if float(value).is_integer() else 2, measure, language)

    looks = {"width": WIDTH, "margin": 6, "dots_size": 4, "show_legend": False, "css": (), "js": ()}
    return looks | {"value_formatter": tick, "x_value_formatter": tick}


def _shown_rate(finding: Finding) -> float | None:
    rate = finding.rate()
    return float(rate[0]) if rate else None


def _axis_end(measure: Measure, values: Sequence[float | None]) -> float:
    """Return the end of the axis: 100%, or a tenth beyond the largest value."""
    furthest = max(value for value in values if value is not None)
    return 100 if measure == "percent" and furthest <= 100 else furthest * 1.1


def _steps(indicator: Indicator, first: int, last: int) -> list[tuple[float, float]]:
    """Return each threshold as a level line while it is in force."""
    thresholds = [(year, indicator.threshold_in(year)) for year in range(first, last + 1)]
    bounds = [(year, float(threshold.bound)) for year, threshold in thresholds if threshold]
    return [(year + offset, bound) for year, bound in bounds for offset in (-HALF_YEAR, HALF_YEAR)]


def _drawing(chart: Any) -> Markup:
    """Return what is drawn within the picture, without scripts, styles, texts, tooltips and date."""
    drawing = chart.render_tree()
    for parent in list(drawing.iter()):
        for child in list(parent):
            is_overlay = child.get("class", "").endswith(("text-overlay", "tooltip-overlay", "titles"))
            if is_overlay or not isinstance(child.tag, str) or child.tag in ("defs", "desc", "title"):
                parent.remove(child)
    content = (tostring(child, encoding="unicode") for child in drawing)
    return Markup("".join(content))  # noqa: S704 - the serialiser escapes every text
