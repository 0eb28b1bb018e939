"""Lay out the report as one HTML page from templates."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from jinja2 import Environment

from gbv_kpi import __version__
from gbv_kpi.i18n import Language
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.trend import Series
from gbv_kpi.plan import Indicator
from gbv_kpi.render import formatting, jinja, sentences
from gbv_kpi.render.html.charts import bullet, line, scale_start
from gbv_kpi.render.outcome import SHOWN_UNITS, shown_of, year_rows
from gbv_kpi.render.problems import SEVERITY, grouped, place_text
from gbv_kpi.render.year_record import record_sentences

SHOWN_FILES = 200

# Functions for templates: those that take the language, then the others.
LOCALISED: tuple[jinja.Function, ...] = (
    *(formatting.rate_text, formatting.counts_text, formatting.threshold_text, sentences.progress, sentences.path),
    *(bullet, line),
)
OTHERS: tuple[jinja.Function, ...] = (
    *(sentences.amount_lacking, sentences.caveats, sentences.completeness, sentences.last_year, sentences.outlook),
    *(sentences.marks_explained, sentences.refused_returns, formatting.clock_text, formatting.marks_text),
    *(grouped, place_text, scale_start),
)


def to_html(outcome: Outcome, language: Language) -> str:
    """Return the report as one page without other files; the same outcome gives the same text."""
    template = _environment(language).get_template("report.html.j2")
    scorecard, plan = outcome.scorecard, outcome.scorecard.plan
    year = scorecard.years[-1] if scorecard.years else None  # None: every return was refused
    decisive = outcome.decisive(year).findings if year else []
    tone, sign = _tone(decisive)
    trends = _trends(outcome)
    points = (point for _, found in trends for series in found for point in series.points)
    return template.render(
        outcome=outcome,
        plan=plan,
        year=year,
        verdict=sentences.verdict(outcome, year) if year else None,
        tone=tone,
        sign=sign,
        provisional=any(finding.provisional for finding in decisive),
        findings=scorecard.judged.of_province().findings,
        rows=year_rows(scorecard) if len(scorecard.judged.frame) else None,
        monitored=[sentence for _, sentence in sentences.monitored_figures(scorecard, outcome.trend, language)],
        shown=shown_of(scorecard.unit_count),
        missed=scorecard.of_units().with_status(Status.MISSED).findings,
        withheld=list(sentences.withheld_notes(plan, outcome.withheld)),
        year_record=list(record_sentences(outcome.year_record, plan, language)),
        statuses=_sort_statuses(scorecard.judged.statuses),
        trends=trends,
        trend_statuses=_sort_statuses(point.finding.status for point in points),
    )


def _trends(outcome: Outcome) -> list[tuple[Indicator, list[Series]]]:
    """Return each indicator with its series; none without an earlier year."""
    if outcome.trend is None or len(outcome.trend.years) < 2:
        return []
    found: dict[str, list[Series]] = {}
    for series in outcome.trend.series:
        found.setdefault(series.indicator.id, []).append(series)
    return [
        (indicator, found[indicator.id]) for indicator in outcome.scorecard.plan.all_indicators if indicator.id in found
    ]


def _sort_statuses(present: Iterable[Status]) -> list[Status]:
    found = set(present)
    return [status for status in Status if status in found]


def _tone(decisive: Sequence[Finding]) -> tuple[str, str]:
    """Return the colour and the sign of the verdict; thresholds met by provisional figures are not yet met."""
    if any(finding.status is Status.MISSED for finding in decisive):
        return str(Status.MISSED), formatting.MARK[Status.MISSED]
    if any(finding.provisional for finding in decisive):
        return "provisional", formatting.PROVISIONAL
    reached = Status.MET if decisive else Status.NO_DATA
    return str(reached), formatting.MARK[reached]


def _environment(language: Language) -> Environment:
    environment = jinja.environment(Path(__file__).parent, language, LOCALISED, OTHERS)
    environment.globals |= {
        "MARK": formatting.MARK,
        "MEANING": formatting.MEANING,
        "SEVERITY": SEVERITY,
        "SHOWN_FILES": SHOWN_FILES,
        "SHOWN_UNITS": SHOWN_UNITS,
        "version": __version__,
    }
    return environment
