"""Format figures in a language, with the sign and word of each status, and choose the units that are shown."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from gbv_kpi.i18n import Bilingual, Language, Phrase, phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.plan.thresholds import Measure, Threshold

if TYPE_CHECKING:
    from gbv_kpi.kpi.scorecard import Scorecard
    from gbv_kpi.kpi.trend import Point
    from gbv_kpi.plan import Indicator, Plan

LOOKS = {  # sign, word, and colour on a terminal
    Status.MET: ("✓", phrase("met"), "green"),
    Status.MISSED: ("✗", phrase("missed"), "bold red"),
    Status.NOT_DUE: ("○", phrase("not due yet"), "cyan"),
    Status.NO_CASES: ("–", phrase("no cases"), "dim"),
    Status.NO_DATA: ("?", phrase("not reported"), "yellow"),
    Status.MONITORED: ("•", phrase("monitored"), "cyan"),
    Status.WITHHELD: ("#", phrase("withheld"), "dim"),
}
MARK = {status: mark for status, (mark, _, _) in LOOKS.items()}
MEANING = {status: meaning for status, (_, meaning, _) in LOOKS.items()}
SHOWN_UNITS = 200  # more than any province has communes
SHOWN_FILES = 200
SHOWN_OF_MANY = 20  # of a country's units: nobody reads them all on a page, JSON and CSV have them
RECAST = "*"
PROVISIONAL = "~"
TARGET = {
    ">=": phrase("at least {bound}"),
    ">": phrase("above {bound}"),
    "<=": phrase("at most {bound}"),
    "<": phrase("below {bound}"),
}
# Abbreviations of Nghị định 30/2020/NĐ-CP, Phụ lục III, as a document's number has them.
KINDS = {
    "KH": phrase("Plan {number}"),
    "NQ": phrase("Resolution {number}"),
    "QĐ": phrase("Decision {number}"),
    "CTr": phrase("Programme {number}"),
    "ĐA": phrase("Scheme {number}"),
}
PLAN_WORDS = ("[Tt]ối thiểu", "[Íí]t nhất", "[Đđ]ạt trên", "[Đđ]ạt", "[Tt]rên", "[Kk]hông quá", "[Tt]ối đa", "[Dd]ưới")
SIGN = {">=": "≥", ">": ">", "<=": "≤", "<": "<"}


def document_title(plan: "Plan") -> Phrase:
    """Return the plan's name by its number, which shows the kind of document: Kế hoạch số 63/KH-UBND."""
    kind = plan.number.partition("/")[2].rpartition("/")[2].partition("-")[0]
    return phrase(KINDS.get(kind, KINDS["KH"]).wording, number=plan.number)


def official_day(day: date) -> str:
    """Return the numerals as the decree writes them: days below 10 and the months 1 and 2 take a leading zero.

    >>> official_day(date(2021, 5, 12)), official_day(date(2025, 2, 3))
    ('12/5/2021', '03/02/2025')
    """
    month = f"{day.month:02}" if day.month <= 2 else str(day.month)
    return f"{day.day:02}/{month}/{day.year}"


def number_text(value: int | Decimal, decimals: int, measure: Measure, language: Language) -> str:
    return language.number(value, decimals) + ("%" if measure in ("percent", "change") else "")


def rate_text(finding: Finding, language: Language) -> str:
    """Return the rate or count: 91.5%, 1.65 or 8; nothing where there is none."""
    rate = finding.rate()
    return number_text(*rate, finding.measure, language) if rate else ""


def counts_text(finding: Finding, language: Language) -> str:
    """Return numerator and denominator: 2,061/2,216; for a count only the numerator."""
    counts = (finding.numerator,) if finding.measure == "count" else (finding.numerator, finding.denominator)
    return "/".join("" if count is None else language.number(count) for count in counts)


def result_text(finding: Finding, language: Language) -> str:
    """Return the counts and the rate: 2,061/2,216 = 93.0%; for a count, or without a rate, only the counts."""
    counts, rate = counts_text(finding, language), rate_text(finding, language)
    return f"{counts} = {rate}" if rate and finding.measure != "count" else counts


def threshold_text(threshold: Threshold, language: Language) -> str:
    """Return the threshold as it is written next to a rate: ≥ 85%."""
    return f"{SIGN[threshold.comparator]} {_bound_text(threshold, language)}"


def target_text(threshold: Threshold, indicator: "Indicator", language: Language) -> str:
    """Return the threshold in the words of the plan, or else in usual ones: tối thiểu 50%, trên 90%, đạt 100%."""
    bound = _bound_text(threshold, language)
    if language.tag == "vi" and (found := re.search(rf"({'|'.join(PLAN_WORDS)}) {re.escape(bound)}", indicator.quote)):
        return found.group().lower()
    is_full = threshold.comparator == ">=" and bound == "100%"
    wording = phrase("the full {bound}") if is_full else TARGET[threshold.comparator]
    return language.say(phrase(wording.wording, bound=bound))


def level_text(threshold: Threshold, language: Language) -> str:
    """Return the threshold as a level to be reached: 50%, above 90%."""
    bound = _bound_text(threshold, language)
    has_words = "=" not in threshold.comparator
    return language.say(phrase(TARGET[threshold.comparator].wording, bound=bound)) if has_words else bound


def _bound_text(threshold: Threshold, language: Language) -> str:
    decimals = max(0, -int(threshold.bound.normalize().as_tuple().exponent))
    return number_text(threshold.bound, decimals, threshold.measure, language)


def shown_limit(units: int) -> int:
    return SHOWN_UNITS if units <= SHOWN_UNITS else SHOWN_OF_MANY


def unit_rows(scorecard: "Scorecard") -> list[tuple[str, Mapping[str, Finding]]]:
    """Return the judged findings of the units by name; of very many units only those that miss a threshold."""
    scorecard = scorecard.judged
    shown = shown_limit(scorecard.unit_count)
    if scorecard.unit_count > shown:
        scorecard = scorecard.of_unit_positions(scorecard.units_with_misses[:shown])
    rows: dict[str, dict[str, Finding]] = {}
    for finding in scorecard.of_units().findings:
        rows.setdefault(finding.unit or "", {})[finding.indicator] = finding
    return [(next(iter(row.values())).unit_name or "", row) for row in rows.values()]


def marks_text(point: "Point") -> str:
    """Return the marks of a figure of an earlier year: ~ provisional, * recast."""
    return (PROVISIONAL if point.finding.provisional else "") + (RECAST if point.recast else "")


def marked(words: Phrase | Bilingual | str, is_provisional: bool) -> Phrase | Bilingual | str:
    """Return the words, marked where they are about provisional figures."""
    return phrase("{words} (provisional)", words=words) if is_provisional else words


def clock_text(moment: datetime) -> str:
    """Return a time on the clock of the office, with its offset: 20/12/2025 09:30 +07:00."""
    local = moment.astimezone()
    offset = local.strftime("%z")
    return f"{local:%d/%m/%Y %H:%M} {offset[:3]}:{offset[3:5]}"
