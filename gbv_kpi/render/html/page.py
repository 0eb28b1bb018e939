"""Lay out the report as one HTML page from templates."""

from pathlib import Path

from gbv_kpi import __version__
from gbv_kpi.i18n import Language
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.render import formatting, jinja, sentences
from gbv_kpi.render.html import charts
from gbv_kpi.render.outcome import SHOWN_UNITS, shown_of, year_rows
from gbv_kpi.render.problems import SEVERITY, grouped, place_text
from gbv_kpi.render.year_record import record_sentences

SHOWN_FILES = 200
FUNCTIONS: tuple[jinja.Function, ...] = (  # of the templates
    *(formatting.rate_text, formatting.counts_text, formatting.threshold_text, formatting.clock_text),
    *(formatting.marks_text, sentences.amount_lacking, sentences.caveats, sentences.completeness, sentences.last_year),
    *(sentences.marks_explained, sentences.monitored_figures, sentences.outlook, sentences.path, sentences.progress),
    *(sentences.refused_returns, sentences.verdict, sentences.withheld_notes, record_sentences),
    *(charts.bullet, charts.line, charts.scale_start, grouped, place_text, shown_of, year_rows),
)


def to_html(outcome: Outcome, language: Language) -> str:
    """Return the report as one page without other files; the same outcome gives the same text."""
    environment = jinja.environment(Path(__file__).parent, language, FUNCTIONS)
    environment.globals |= {"MARK": formatting.MARK, "MEANING": formatting.MEANING, "SEVERITY": SEVERITY}
    scorecard, trend = outcome.scorecard, outcome.trend
    year = scorecard.years[-1] if scorecard.years else None  # None: every return was refused
    shows_trend = trend is not None and len(trend.years) > 1
    return environment.get_template("report.html.j2").render(
        outcome=outcome,
        scorecard=scorecard,
        plan=scorecard.plan,
        year=year,
        decisive=outcome.decisive(year).findings if year else [],
        trend=trend if shows_trend else None,
        trend_statuses={point.finding.status for series in trend.series for point in series.points} if trend else (),
        SHOWN_FILES=SHOWN_FILES,
        SHOWN_UNITS=SHOWN_UNITS,
        version=__version__,
    )
