"""The years side by side: for a person, and as JSON, schema `gbv-kpi/trend/1`."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gbv_kpi.console import dumped_by_record, escape_controls
from gbv_kpi.i18n import Language, phrase, plural
from gbv_kpi.kpi.trend import Path, Point, Series, Trend
from gbv_kpi.plan import Indicator, ReturnField
from gbv_kpi.plan.thresholds import Threshold
from gbv_kpi.render.formatting import MARK, marks_text, rate_text, threshold_text
from gbv_kpi.render.sentences import marks_explained, path, withheld_notes
from gbv_kpi.render.terminal_text import STYLE, said

SHOWN_UNITS = 100
BARS = "▁▂▃▄▅▆▇█"
GAP = "·"


def trend_to_json(trend: Trend) -> Iterator[str]:
    """The same in every language, in pieces; rates and paths are for display and decide nothing."""
    content: dict[str, object] = {
        "schema": "gbv-kpi/trend/1",
        "plan": trend.plan.id,
        "as_of": trend.as_of.isoformat() if trend.as_of else None,
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


def trend_to_terminal(trend: Trend, language: Language) -> RenderableType:
    """A table for each indicator: the province and the units down, the years across."""
    return Group(*_Writer(trend, language).parts())


def sparkline(rates: Sequence[Fraction | None]) -> str:
    """The rates as bars between the lowest and the highest; a year without one is a dot.

    >>> sparkline([Fraction(58), None, Fraction(88), Fraction(100)])
    '▁·▆█'
    """
    known = [rate for rate in rates if rate is not None]
    if not known:
        return GAP * len(rates)
    low, high = min(known), max(known)
    steps = len(BARS) - 1
    return "".join(
        GAP if rate is None else BARS[round((rate - low) / (high - low) * steps) if high > low else steps // 2]
        for rate in rates
    )


class _Writer:
    """One trend being said in one language."""

    def __init__(self, trend: Trend, language: Language) -> None:
        self.trend = trend
        self.language = language

    def parts(self) -> Iterator[RenderableType]:
        for indicator in self.trend.plan.all_indicators:
            series = [one for one in self.trend.series if one.indicator is indicator]
            if not series:
                continue
            yield Text(escape_controls(self.language.say(indicator.title)), "bold")
            yield self._table(indicator, series)
            yield Text()
        for mark, meaning in marks_explained(self.trend):
            yield Text(f"{mark} {self.language.say(meaning)}", "dim")
        for sentence in withheld_notes(self.trend.plan, self.trend.withheld):
            yield said(sentence, self.language)

    def _table(self, indicator: Indicator, series: Sequence[Series]) -> Table:
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
        table.add_column(self.language.say(phrase("Unit")), overflow="fold")
        for year in self.trend.years:
            table.add_column(str(year), justify="right")
        table.add_column("")
        table.add_column(self.language.say(phrase("Path to the next threshold")), overflow="fold")
        for one in series[: SHOWN_UNITS + 1]:
            style = "bold" if one.unit is None else ""
            name = one.unit_name or self.language.say(self.trend.plan.place)
            cells = [self._cell(point) for point in one.points]
            spark = sparkline([point.rate for point in one.points])
            table.add_row(Text(escape_controls(name), style), *cells, spark, self._path(one))
            if one.unit is None and (field := self._protected_denominator(indicator)):
                counts = [point.finding.denominator for point in one.points]
                texts = ["" if count is None else self.language.number(count) for count in counts]
                table.add_row(said(field.label, self.language, "dim"), *(Text(text, "dim") for text in texts))
        if len(series) > SHOWN_UNITS + 1:
            left_out = plural("… {count} more unit", "… {count} more units", len(series) - SHOWN_UNITS - 1)
            table.add_row(Text(self.language.say(left_out), "dim"))
        if indicator.is_monitored:
            return table
        table.add_section()
        thresholds = [self._threshold(indicator.threshold_in(year)) for year in self.trend.years]
        table.add_row(
            Text(self.language.say(phrase("Threshold in force")), "dim"), *(Text(t, "dim") for t in thresholds)
        )
        return table

    def _protected_denominator(self, indicator: Indicator) -> ReturnField | None:
        """Return the field whose counts by year stand below the rates: victims or cases."""
        fields = [self.trend.plan.field_by_id[name] for name in indicator.denominator]
        return fields[0] if len(fields) == 1 and fields[0].is_protected else None

    def _cell(self, point: Point) -> Text:
        finding = point.finding
        words = " ".join(part for part in (MARK[finding.status], rate_text(finding, self.language)) if part)
        return Text(words + marks_text(point), STYLE[finding.status])

    def _threshold(self, threshold: Threshold | None) -> str:
        return threshold_text(threshold, self.language) if threshold else self.language.say(phrase("not yet"))

    def _path(self, series: Series) -> Text:
        if series.path is None:
            return Text()
        return said(path(series.path, self.language), self.language, "green" if series.path.ahead else "yellow")
