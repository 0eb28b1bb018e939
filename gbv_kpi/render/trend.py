"""Render every indicator over the years: as a list, on a terminal, and as JSON, schema `gbv-kpi/trend/1`."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from rich.console import Group, RenderableType
from rich.text import Text

from gbv_kpi.console import json_pieces
from gbv_kpi.i18n import Language, phrase, plural
from gbv_kpi.kpi.trend import Point, Series, Trend
from gbv_kpi.plan import Indicator
from gbv_kpi.plan.thresholds import shown_rate
from gbv_kpi.render.formatting import (
    LOOKS,
    MEANING,
    SHOWN_UNITS,
    document_title,
    marks_text,
    number_text,
    rate_text,
    threshold_text,
)
from gbv_kpi.render.json import attributes
from gbv_kpi.render.listing import Coded, Columns, Listing, listing_of
from gbv_kpi.render.outcome import legend
from gbv_kpi.render.sentences import marks_explained, path, withheld_notes
from gbv_kpi.render.table import Column, Styled, Table, legend_text, styled

BARS = "▁▂▃▄▅▆▇█"
GAP = "·"


def trend_to_json(trend: Trend, _: Language) -> Iterator[str]:
    """Yield JSON in pieces, the same in every language; rates and paths are for display and decide nothing."""
    content: dict[str, object] = {
        "schema": "gbv-kpi/trend/1",
        "plan": trend.plan.id,
        **attributes(trend, "as_of", "years"),
        "series": map(_series_record, trend.series),
    }
    if trend.withheld:
        content |= trend.withheld.published_record()
    return json_pieces({**content, "exit_code": 0})


def _series_record(series: Series) -> dict[str, object]:
    found = series.path
    path_record = found and {
        "from": found.first_year,
        "to": found.milestone.since,
        "year": found.year,
        f"wanted_{series.indicator.measure}": round(float(found.wanted), 4),
        "on_path": found.ahead,
    }
    return {
        "indicator": series.indicator.id,
        "scope": "province" if series.unit is None else "unit",
        "unit": series.unit,
        "unit_name": series.unit_name,
        "points": [{**point.finding.record(), "recast": point.recast} for point in series.points],
        "level": attributes(series.level, "year", "status", "shortfall", "next_shortfall"),
        "path": path_record,
    }


def trend_listing(trend: Trend, language: Language) -> Listing:
    plan = trend.plan

    def indicator(point: Point) -> Coded:
        return Coded(point.finding.indicator, plan.indicator_by_id[point.finding.indicator].title)

    columns: Columns[Point] = (
        ("indicator", phrase("Indicator"), indicator),
        ("scope", None, lambda point: point.finding.scope),
        ("unit", phrase("Code"), lambda point: point.finding.unit),
        ("unit_name", phrase("Unit"), lambda point: point.finding.unit_name or plan.place),
        ("year", phrase("Year"), lambda point: str(point.finding.year)),
        ("numerator", phrase("Numerator"), lambda point: point.finding.numerator),
        ("denominator", phrase("Denominator"), lambda point: point.finding.denominator),
        ("rate", phrase("Rate"), lambda point: point.finding),
        ("measure", None, lambda point: point.finding.measure),
        ("comparator", None, lambda point: point.finding.threshold and point.finding.threshold.comparator),
        ("threshold", phrase("Threshold in force"), lambda point: point.finding.threshold),
        ("status", phrase("Verdict"), lambda point: Coded(str(point.finding.status), MEANING[point.finding.status])),
        ("provisional", phrase("Provisional"), lambda point: point.finding.provisional),
        ("recast", phrase("Recast"), lambda point: point.recast),
    )
    points = (point for series in trend.series for point in series.points)
    notes = [phrase("{mark} {status}", mark=mark, status=meaning) for mark, meaning in marks_explained(trend)]
    title = phrase("Every indicator over the years, {document}", document=document_title(plan))
    return listing_of(title, columns, points, [*notes, *withheld_notes(plan, trend.withheld, language)])


def trend_to_terminal(trend: Trend, language: Language) -> RenderableType:
    """Return a table for each indicator: the province and the units down, the years across."""
    parts: list[RenderableType] = []
    for indicator in trend.plan.all_indicators:
        if found := [series for series in trend.series if series.indicator is indicator]:
            parts += [styled(indicator.title, language, "bold"), _table(trend, indicator, found, language), Text()]
    parts.append(legend_text(legend(trend.statuses, language)))
    parts += [Text(f"{mark} {language.say(meaning)}", "dim") for mark, meaning in marks_explained(trend)]
    bars = phrase("Bars: one per year, on the scale given above them, the same for every row.")
    notes = withheld_notes(trend.plan, trend.withheld, language)
    return Group(*parts, styled(bars, language, "dim"), *(styled(note, language) for note in notes))


def _table(trend: Trend, indicator: Indicator, found: Sequence[Series], language: Language) -> Table:
    rates_by_series = [[point.finding.fraction for point in series.points] for series in found]
    rates = [rate for of_series in rates_by_series for rate in of_series if rate is not None]
    low, high = min(rates, default=Fraction(0)), max(rates, default=Fraction(0))
    ends = [number_text(*shown_rate(rate, (), 0), indicator.measure, language) for rate in (low, high)]
    scale = "–".join(ends) if rates else ""
    columns = [Column(language.say(phrase("Unit"))), *(Column(str(year), is_figure=True) for year in trend.years)]
    columns.append(Column(scale, is_unbroken=True))
    if any(series.path for series in found):
        columns.append(Column(language.say(phrase("Path to the next threshold"))))
    denominators = [trend.plan.field_by_id[name] for name in indicator.denominator]
    rows: list[list[Styled]] = []
    for series, of_series in zip(found[: SHOWN_UNITS + 1], rates_by_series, strict=False):
        name = styled(series.unit_name or trend.plan.place, language, "bold" if series.unit is None else "")
        cells = [_cell(point, language) for point in series.points]
        rows.append([name, *cells, Styled(sparkline(of_series, low, high))])
        if series.path:
            rows[-1].append(styled(path(series.path, language), language, "green" if series.path.ahead else "yellow"))
        if series.unit is None and len(denominators) == 1 and denominators[0].is_protected:  # victims or cases
            counts = [point.finding.denominator for point in series.points]
            texts = ["" if count is None else language.number(count) for count in counts]
            rows.append([styled(denominators[0].label, language, "dim"), *(Styled(text, "dim") for text in texts)])
    if (more := len(found) - SHOWN_UNITS - 1) > 0:
        rows.append([styled(plural("… {count} more unit", "… {count} more units", more), language, "dim")])
    if indicator.is_monitored:
        return Table(columns, rows)
    thresholds = [indicator.threshold_in(year) for year in trend.years]
    in_force = [threshold_text(threshold, language) if threshold else "–" for threshold in thresholds]
    footer = [styled(phrase("Threshold in force"), language, "dim"), *(Styled(text, "dim") for text in in_force)]
    return Table(columns, [*rows, footer], rule_above=len(rows))


def _cell(point: Point, language: Language) -> Styled:
    sign, _, style = LOOKS[point.finding.status]
    words = f"{sign} {rate_text(point.finding, language)}".rstrip()
    return Styled(words + marks_text(point), style)


def sparkline(rates: Sequence[Fraction | None], low: Fraction, high: Fraction) -> str:
    """Return the rates as bars on a scale from `low` to `high`; a year without one is a dot.

    >>> sparkline([Fraction(58), None, Fraction(88), Fraction(100)], Fraction(50), Fraction(100))
    '▂·▆█'
    """
    steps = len(BARS) - 1
    return "".join(
        GAP if rate is None else BARS[round((rate - low) / (high - low) * steps) if high > low else steps // 2]
        for rate in rates
    )
