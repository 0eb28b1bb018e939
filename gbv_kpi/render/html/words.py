"""What a chart shows, in words: its title, and the text that a screen reader says in its place."""

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Language, Phrase, phrase
from gbv_kpi.kpi.finding import Finding
from gbv_kpi.kpi.trend import Series
from gbv_kpi.plan import Indicator
from gbv_kpi.render.formatting import MEANING, rate_text, threshold_text


def in_words(indicator: Indicator, finding: Finding, last_year: Finding | None, language: Language) -> tuple[str, str]:
    """The rate, what the plan demands now and next, and last year's rate."""
    parts = [_year(finding, language)]
    if finding.threshold:
        parts.append(_threshold(phrase("Threshold in force"), threshold_text(finding.threshold, language)))
    if coming := finding.next_threshold:
        parts.append(_threshold(phrase("From {year}", year=str(coming.since)), threshold_text(coming, language)))
    if last_year:
        parts.append(_year(last_year, language))
    return _said(indicator, str(finding.year), parts, language)


def over_the_years(series: Series, language: Language) -> tuple[str, str]:
    """Each year's rate and the threshold that was in force."""
    first, last = series.points[0].finding, series.points[-1].finding
    parts: list[Phrase] = []
    for point in series.points:
        parts.append(_year(point.finding, language))
        if threshold := point.finding.threshold:
            parts.append(_threshold(phrase("Threshold in force"), threshold_text(threshold, language)))
    return _said(series.indicator, f"{first.year}–{last.year}", parts, language)


def _year(finding: Finding, language: Language) -> Phrase:
    figure = rate_text(finding, language)
    meaning = MEANING[finding.status]
    if not figure:
        return phrase("{what}: {figure}", what=str(finding.year), figure=meaning)
    return phrase("{what}: {figure}", what=str(finding.year), figure=f"{figure} ({language.say(meaning)})")


def _threshold(what: Phrase, threshold: str) -> Phrase:
    return phrase("{what}: {figure}", what=what, figure=threshold)


def _said(indicator: Indicator, years: str, parts: list[Phrase], language: Language) -> tuple[str, str]:
    title = phrase("{indicator}, {year}", indicator=indicator.title, year=years)
    return escape_controls(language.say(title)), escape_controls("; ".join(map(language.say, parts)) + ".")
