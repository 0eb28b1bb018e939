"""Render every indicator over the years: as a list, on a terminal, and as JSON, schema `gbv-kpi/trend/1`."""

from collections.abc import Iterator, Sequence
from datetime import UTC
from fractions import Fraction
from typing import NamedTuple

from rich.console import Group, RenderableType
from rich.text import Text

from gbv_kpi.console import json_pieces
from gbv_kpi.i18n import Language, phrase, plural
from gbv_kpi.kpi.finding import Finding
from gbv_kpi.kpi.trend import Path, Point, Series, Trend
from gbv_kpi.plan import Indicator, ReturnField
from gbv_kpi.plan.thresholds import shown_rate
from gbv_kpi.render.formatting import MARK, MEANING, STYLE, marks_text, rate_text, threshold_text, writer_of
from gbv_kpi.render.json import attributes
from gbv_kpi.render.listing import Coded, Columns, Listing, listing_of
from gbv_kpi.render.outcome import legend
from gbv_kpi.render.sentences import marks_explained, path, withheld_notes
from gbv_kpi.render.table import Column, Styled, Table, legend_text, styled

SHOWN_UNITS = 100
BARS = "▁▂▃▄▅▆▇█"
GAP = "·"


class _Row(NamedTuple):
    series: Series
    finding: Finding
    is_recast: bool


def trend_to_json(trend: Trend) -> Iterator[str]:
    """Yield JSON in pieces, the same in every language; rates and paths are for display and decide nothing."""
    content: dict[str, object] = {
        "schema": "gbv-kpi/trend/1",
        "plan": trend.plan.id,
        "as_of": trend.as_of.astimezone(UTC).isoformat() if trend.as_of else None,
        "years": trend.years,
        "series": map(_series_record, trend.series),
    }
    if trend.withheld:
        content |= trend.withheld.published_record()
    return json_pieces({**content, "exit_code": 0})


def _series_record(series: Series) -> dict[str, object]:
    return {
        "indicator": series.indicator.id,
        "scope": "province" if series.unit is None else "unit",
        "unit": series.unit,
        "unit_name": series.unit_name,
        "points": [{**point.finding.record(), "recast": point.recast} for point in series.points],
        "level": attributes(series.level, "year", "status", "shortfall", "next_shortfall"),
        "path": _path_record(series.path, series.indicator),
    }


def _path_record(path: Path | None, indicator: Indicator) -> dict[str, object] | None:
    if path is None:
        return None
    return {
        "from": path.first_year,
        "to": path.milestone.since,
        "year": path.year,
        f"wanted_{indicator.measure}": round(float(path.wanted), 4),
        "on_path": path.ahead,
    }


def trend_listing(trend: Trend) -> Listing:
    columns: Columns[_Row] = (
        ("indicator", phrase("Indicator"), lambda row: Coded(row.series.indicator.id, row.series.indicator.title)),
        ("scope", None, lambda row: row.finding.scope),
        ("unit", phrase("Code"), lambda row: row.finding.unit),
        ("unit_name", phrase("Unit"), lambda row: row.series.unit_name or trend.plan.place),
        ("year", phrase("Year"), lambda row: str(row.finding.year)),
        ("numerator", phrase("Numerator"), lambda row: row.finding.numerator),
        ("denominator", phrase("Denominator"), lambda row: row.finding.denominator),
        ("rate", phrase("Rate"), lambda row: row.finding),
        ("measure", None, lambda row: row.finding.measure),
        ("comparator", None, lambda row: row.finding.threshold and row.finding.threshold.comparator),
        ("threshold", phrase("Threshold in force"), lambda row: row.finding.threshold),
        ("status", phrase("Verdict"), lambda row: Coded(str(row.finding.status), MEANING[row.finding.status])),
        ("provisional", phrase("Provisional"), lambda row: row.finding.provisional),
        ("recast", phrase("Recast"), lambda row: row.is_recast),
    )
    rows = (_Row(series, point.finding, point.recast) for series in trend.series for point in series.points)
    notes = [phrase("{mark} {status}", mark=mark, status=meaning) for mark, meaning in marks_explained(trend)]
    title = phrase("Every indicator over the years, plan {number}", number=trend.plan.number)
    return listing_of(title, columns, rows, [*notes, *withheld_notes(trend.plan, trend.withheld)])


def trend_to_terminal(trend: Trend, language: Language) -> RenderableType:
    """Return a table for each indicator: the province and the units down, the years across."""
    parts: list[RenderableType] = []
    for indicator in trend.plan.all_indicators:
        if found := [series for series in trend.series if series.indicator is indicator]:
            parts += [styled(indicator.title, language, "bold"), _table(trend, indicator, found, language), Text()]
    parts.append(
        legend_text(legend({point.finding.status for series in trend.series for point in series.points}, language))
    )
    parts += [Text(f"{mark} {language.say(meaning)}", "dim") for mark, meaning in marks_explained(trend)]
    bars = phrase("Bars: one per year, on the scale given above them, the same for every row.")
    notes = withheld_notes(trend.plan, trend.withheld)
    return Group(*parts, styled(bars, language, "dim"), *(styled(note, language) for note in notes))


def _table(trend: Trend, indicator: Indicator, found: Sequence[Series], language: Language) -> Table:
    rates = [point.rate for series in found for point in series.points if point.rate is not None]
    low, high = min(rates, default=Fraction(0)), max(rates, default=Fraction(0))
    write = writer_of(indicator.measure, language)
    scale = "–".join(write(*shown_rate(rate, (), 0)) for rate in (low, high)) if rates else ""
    columns = [Column(language.say(phrase("Unit"))), *(Column(str(year), is_figure=True) for year in trend.years)]
    columns.append(Column(scale, is_unbroken=True))
    if any(series.path for series in found):
        columns.append(Column(language.say(phrase("Path to the next threshold"))))
    rows: list[list[Styled]] = []
    for series in found[: SHOWN_UNITS + 1]:
        name = styled(series.unit_name or trend.plan.place, language, "bold" if series.unit is None else "")
        cells = [_cell(point, language) for point in series.points]
        rows.append([name, *cells, Styled(sparkline([point.rate for point in series.points], low, high))])
        if series.path:
            rows[-1].append(styled(path(series.path, language), language, "green" if series.path.ahead else "yellow"))
        if series.unit is None and (field := _protected_denominator(trend, indicator)):
            counts = [point.finding.denominator for point in series.points]
            texts = ["" if count is None else language.number(count) for count in counts]
            rows.append([styled(field.label, language, "dim"), *(Styled(text, "dim") for text in texts)])
    if (more := len(found) - SHOWN_UNITS - 1) > 0:
        rows.append([styled(plural("… {count} more unit", "… {count} more units", more), language, "dim")])
    if indicator.is_monitored:
        return Table(columns, rows)
    thresholds = [indicator.threshold_in(year) for year in trend.years]
    in_force = [threshold_text(threshold, language) if threshold else "–" for threshold in thresholds]
    footer = [styled(phrase("Threshold in force"), language, "dim"), *(Styled(text, "dim") for text in in_force)]
    return Table(columns, [*rows, footer], rule_above=len(rows))


def _protected_denominator(trend: Trend, indicator: Indicator) -> ReturnField | None:
    """Return the denominator's field, if its counts of victims or cases are shown below the rates."""
    fields = [trend.plan.field_by_id[name] for name in indicator.denominator]
    return fields[0] if len(fields) == 1 and fields[0].is_protected else None


def _cell(point: Point, language: Language) -> Styled:
    status = point.finding.status
    words = " ".join(part for part in (MARK[status], rate_text(point.finding, language)) if part)
    return Styled(words + marks_text(point), STYLE[status])


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
