"""What stands on the page, and the template that lays it out.

Whatever a template prints is said in the officer's language, its control characters are shown, and it is escaped:
a text of a file can neither act as markup nor turn the direction of what stands beside it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gbv_kpi import __version__
from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Bilingual, Language, Phrase, phrase, plural
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.trend import Series
from gbv_kpi.plan import Indicator
from gbv_kpi.render import formatting, sentences
from gbv_kpi.render.html.charts import bullet, line, scale_start
from gbv_kpi.render.html.words import in_words, over_the_years
from gbv_kpi.render.paging import SHOWN_UNITS, shown_of, year_rows
from gbv_kpi.render.problem_groups import SEVERITY, grouped, place_text
from gbv_kpi.render.year_record import record_sentences

SHOWN_FILES = 200


@dataclass(frozen=True, slots=True)
class Card:
    """The province's finding of one indicator, with last year's where it is known."""

    indicator: Indicator
    finding: Finding
    last_year: Finding | None
    chart: Markup | None
    note: Bilingual | None  # the plan file's, on the threshold in force


@dataclass(frozen=True, slots=True)
class Years:
    """One indicator over the years: the province first, then the units."""

    indicator: Indicator
    series: tuple[Series, ...]
    chart: Markup | None
    starts_at: str = ""  # the scale of the chart, where it is not 0


def to_html(outcome: Outcome, language: Language) -> str:
    """The report as one page that needs nothing beside it; the same outcome gives the same text."""
    template = _environment(language).get_template("report.html.j2")
    scorecard = outcome.scorecard
    year = scorecard.years[-1] if scorecard.years else None  # None: every return was refused
    decisive = outcome.decisive(year).findings if year else []
    tone, sign = _tone(decisive)
    return template.render(
        outcome=outcome,
        plan=scorecard.plan,
        year=year,
        verdict=sentences.verdict(outcome, year) if year else None,
        tone=tone,
        sign=sign,
        provisional=any(finding.provisional for finding in decisive),
        cards=list(_cards(outcome, language)),
        rows=year_rows(scorecard) if len(scorecard.judged.frame) else None,
        monitored=[sentence for _, sentence in sentences.monitored_figures(scorecard, outcome.trend, language)],
        shown=shown_of(scorecard.unit_count),
        missed=scorecard.of_units().with_status(Status.MISSED).findings,
        withheld=list(sentences.withheld_notes(scorecard.plan, outcome.withheld)),
        year_record=list(record_sentences(outcome.year_record, scorecard.plan, language)),
        statuses=[status for status in Status if status in scorecard.judged.statuses],
        trends=list(_trends(outcome, language)),
        trend_statuses=_trend_statuses(outcome),
    )


def _trend_statuses(outcome: Outcome) -> list[Status]:
    series = outcome.trend.series if outcome.trend else ()
    present = {point.finding.status for one in series for point in one.points}
    return [status for status in Status if status in present]


def _tone(decisive: Sequence[Finding]) -> tuple[str, str]:
    """The colour and the sign of the verdict: thresholds met by a part of the units are not yet met by all."""
    if any(finding.status is Status.MISSED for finding in decisive):
        return str(Status.MISSED), formatting.MARK[Status.MISSED]
    if any(finding.provisional for finding in decisive):
        return "provisional", formatting.PROVISIONAL
    reached = Status.MET if decisive else Status.NO_DATA
    return str(reached), formatting.MARK[reached]


def _environment(language: Language) -> Environment:
    """Jinja2 with the words and figures of every format, in one language."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=partial(_printed, language),
    )
    spoken: tuple[Callable[..., object], ...] = (
        formatting.rate_text,
        formatting.counts_text,
        formatting.threshold_text,
        sentences.progress,
        sentences.path,
    )
    environment.globals |= {function.__name__: partial(function, language=language) for function in spoken}
    environment.globals |= {
        "MARK": formatting.MARK,
        "MEANING": formatting.MEANING,
        "amount_lacking": sentences.amount_lacking,
        "SEVERITY": SEVERITY,
        "SHOWN_FILES": SHOWN_FILES,
        "SHOWN_UNITS": SHOWN_UNITS,
        "caveats": sentences.caveats,
        "completeness": sentences.completeness,
        "grouped": grouped,
        "hints": lambda group: dict.fromkeys(map(language.say, group.hints)),
        "language": language,
        "marks_explained": sentences.marks_explained,
        "marks_text": formatting.marks_text,
        "moment": formatting.clock_text,
        "outlook": sentences.outlook,
        "phrase": phrase,
        "place_text": place_text,
        "plural": plural,
        "refused_returns": sentences.refused_returns,
        "version": __version__,
    }
    return environment


def _printed(language: Language, value: object) -> object:
    match value:
        case Markup():
            return value
        case Phrase() | Bilingual() | str():
            return escape_controls(language.say(value))
        case _:
            return value


def _cards(outcome: Outcome, language: Language) -> Iterator[Card]:
    for finding in outcome.scorecard.judged.of_province().findings:
        indicator = outcome.scorecard.plan.indicator_by_id[finding.indicator]
        before = _last_year(outcome, finding)
        since = finding.threshold.since if finding.threshold else None
        note = next((entry.note for entry in indicator.entries if entry.from_year == since), None)
        chart = bullet(finding, before, in_words(indicator, finding, before, language), language)
        yield Card(indicator, finding, before, chart, note)


def _last_year(outcome: Outcome, finding: Finding) -> Finding | None:
    series = outcome.trend.series if outcome.trend else ()
    of_province = (point.finding for one in series if one.unit is None for point in one.points)
    wanted = (finding.indicator, finding.year - 1)
    return next((past for past in of_province if (past.indicator, past.year) == wanted), None)


def _trends(outcome: Outcome, language: Language) -> Iterator[Years]:
    """Nothing where there is no earlier year to stand beside this one."""
    if outcome.trend is None or len(outcome.trend.years) < 2:
        return
    for indicator in outcome.scorecard.plan.all_indicators:
        if series := tuple(one for one in outcome.trend.series if one.indicator.id == indicator.id):
            start = scale_start(series[0])
            drawn = line(series[0], over_the_years(series[0], language), language)
            yield Years(indicator, series, drawn, language.percent(Decimal(start), 0) if start else "")
