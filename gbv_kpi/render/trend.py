"""The years side by side: as a list, on a terminal, and as JSON, schema `gbv-kpi/trend/1`."""

from collections.abc import Iterator, Sequence
from datetime import UTC
from fractions import Fraction

from rich.console import Group, RenderableType
from rich.text import Text

from gbv_kpi.console import dumped_by_record, escape_controls
from gbv_kpi.i18n import Language, phrase, plural
from gbv_kpi.kpi.trend import Path, Point, Series, Trend
from gbv_kpi.plan import Indicator, ReturnField
from gbv_kpi.plan.thresholds import shown_rate
from gbv_kpi.render.formatting import MARK, MEANING, marks_text, rate_text, threshold_text, writer_of
from gbv_kpi.render.listing import Cell, Coded, Listing
from gbv_kpi.render.matrix import legend
from gbv_kpi.render.sentences import marks_explained, path, withheld_notes
from gbv_kpi.render.terminal_table import Column, TerminalTable
from gbv_kpi.render.terminal_text import STYLE, said

SHOWN_UNITS = 100
BARS = "▁▂▃▄▅▆▇█"
GAP = "·"


def trend_to_json(trend: Trend) -> Iterator[str]:
    """The same in every language, in pieces; rates and paths are for display and decide nothing."""
    content: dict[str, object] = {
        "schema": "gbv-kpi/trend/1",
        "plan": trend.plan.id,
        "as_of": trend.as_of.astimezone(UTC).isoformat() if trend.as_of else None,
        "years": trend.years,
        "series": map(_series_record, trend.series),
    }
    if trend.withheld:
        content |= trend.withheld.published_record()
    return dumped_by_record({**content, "exit_code": 0})


def _series_record(series: Series) -> dict[str, object]:
    return {
        "indicator": series.indicator.id,
        "scope": "province" if series.unit is None else "unit",
        "unit": series.unit,
        "unit_name": series.unit_name,
        "points": [{**point.finding.record(), "recast": point.recast} for point in series.points],
        "level": {
            "year": series.level.year,
            "status": str(series.level.status),
            "shortfall": series.level.shortfall,
            "next_shortfall": series.level.next_shortfall,
        },
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
    """Return a row for each indicator, unit and year."""
    columns = (
        ("indicator", phrase("Indicator")),
        ("scope", None),
        ("unit", phrase("Code")),
        ("unit_name", phrase("Unit")),
        ("year", phrase("Year")),
        ("numerator", phrase("Numerator")),
        ("denominator", phrase("Denominator")),
        ("rate", phrase("Rate")),
        ("measure", None),
        ("comparator", None),
        ("threshold", phrase("Threshold in force")),
        ("status", phrase("Verdict")),
        ("provisional", phrase("Provisional")),
        ("recast", phrase("Recast")),
    )
    rows: list[list[Cell]] = [
        [
            *(Coded(series.indicator.id, series.indicator.title), found.scope, found.unit),
            *(series.unit_name or trend.plan.place, str(found.year), found.numerator, found.denominator, found),
            *(found.measure, found.threshold and found.threshold.comparator, found.threshold),
            *(Coded(str(found.status), MEANING[found.status]), found.provisional, point.recast),
        ]
        for series in trend.series
        for point in series.points
        for found in [point.finding]
    ]
    notes = [phrase("{mark} {status}", mark=mark, status=meaning) for mark, meaning in marks_explained(trend)]
    title = phrase("Every indicator over the years, plan {number}", number=trend.plan.number)
    return Listing(title, columns, rows, (*notes, *withheld_notes(trend.plan, trend.withheld)))


def trend_to_terminal(trend: Trend, language: Language) -> RenderableType:
    """Return a table for each indicator: the province and the units down, the years across."""
    return Group(*_parts(trend, language))


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


def _parts(trend: Trend, language: Language) -> Iterator[RenderableType]:
    for indicator in trend.plan.all_indicators:
        if series := [one for one in trend.series if one.indicator is indicator]:
            yield said(indicator.title, language, "bold")
            yield _table(trend, indicator, series, language)
            yield Text()
    points = [point for series in trend.series for point in series.points]
    yield legend({point.finding.status for point in points}, language)
    for mark, meaning in marks_explained(trend):
        yield Text(f"{mark} {language.say(meaning)}", "dim")
    yield said(phrase("Bars: one per year, on the scale given above them, the same for every row."), language, "dim")
    for sentence in withheld_notes(trend.plan, trend.withheld):
        yield said(sentence, language)


def _table(trend: Trend, indicator: Indicator, series: Sequence[Series], language: Language) -> TerminalTable:
    rates = [point.rate for one in series for point in one.points if point.rate is not None]
    low, high = min(rates, default=Fraction(0)), max(rates, default=Fraction(0))
    write = writer_of(indicator.measure, language)
    scale = "–".join(write(*shown_rate(rate, (), 0)) for rate in (low, high)) if rates else ""
    has_path = any(one.path for one in series)
    columns = [Column(language.say(phrase("Unit"))), *(Column(str(year), is_figure=True) for year in trend.years)]
    columns += [Column(scale, is_whole=True), *([Column(language.say(_PATH))] if has_path else [])]
    rows: list[list[Text]] = []
    for one in series[: SHOWN_UNITS + 1]:
        name = one.unit_name or language.say(trend.plan.place)
        cells = [_cell(point, language) for point in one.points]
        bars = Text(sparkline([point.rate for point in one.points], low, high))
        rows.append([Text(escape_controls(name), "bold" if one.unit is None else ""), *cells, bars])
        if one.path:
            rows[-1].append(said(path(one.path, language), language, "green" if one.path.ahead else "yellow"))
        if one.unit is None and (field := _protected_denominator(trend, indicator)):
            counts = [point.finding.denominator for point in one.points]
            texts = ["" if count is None else language.number(count) for count in counts]
            rows.append([said(field.label, language, "dim"), *(Text(text, "dim") for text in texts)])
    if len(series) > SHOWN_UNITS + 1:
        left_out = plural("… {count} more unit", "… {count} more units", len(series) - SHOWN_UNITS - 1)
        rows.append([said(left_out, language, "dim")])
    if indicator.is_monitored:
        return TerminalTable(columns, rows)
    found = [indicator.threshold_in(year) for year in trend.years]
    in_force = [threshold_text(one, language) if one else "–" for one in found]
    in_force_row = [said(phrase("Threshold in force"), language, "dim"), *(Text(text, "dim") for text in in_force)]
    return TerminalTable(columns, [*rows, in_force_row], rule_above=len(rows))


_PATH = phrase("Path to the next threshold")


def _protected_denominator(trend: Trend, indicator: Indicator) -> ReturnField | None:
    """Return the field of victims or cases whose counts are shown below the rates."""
    fields = [trend.plan.field_by_id[name] for name in indicator.denominator]
    return fields[0] if len(fields) == 1 and fields[0].is_protected else None


def _cell(point: Point, language: Language) -> Text:
    finding = point.finding
    words = " ".join(part for part in (MARK[finding.status], rate_text(finding, language)) if part)
    return Text(words + marks_text(point), STYLE[finding.status])
