"""Word official documents: titles, dates and the sentences on findings."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice

from gbv_kpi.i18n import Bilingual, Language, Phrase, phrase, plural
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.plan import Plan
from gbv_kpi.render import sentences
from gbv_kpi.render.formatting import MEANING, marked, rate_text, result_text, target_text

BLANK = "……"  # for the officer to fill in
SHOWN_MERGERS = 20
# Abbreviations of Nghị định 30/2020/NĐ-CP, Phụ lục III, as a document's number has them.
KINDS = {
    "KH": phrase("Plan No. {number}"),
    "NQ": phrase("Resolution No. {number}"),
    "QĐ": phrase("Decision No. {number}"),
    "CTr": phrase("Programme No. {number}"),
    "ĐA": phrase("Scheme No. {number}"),
}

# Signs in Times New Roman, those of statistical yearbooks where possible.
SIGN = {Status.MISSED: "*", Status.NO_CASES: "–", Status.NO_DATA: "…", Status.WITHHELD: "#"}


def document_title(plan: Plan) -> Phrase:
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


def short_result(finding: Finding, language: Language) -> str:
    """Return the result as a table has it: 2.061/2.216 = 93,0%."""
    return result_text(finding, language) if finding.status.has_rate else SIGN[finding.status]


def signed_rate(finding: Finding | None, language: Language) -> str:
    """Return the rate, marked where it misses a threshold; or the sign for why there is none."""
    if finding is None:
        return SIGN[Status.NO_DATA]
    return f"{rate_text(finding, language)}{SIGN.get(finding.status, '')}"


def target_in_force(finding: Finding, plan: Plan, language: Language) -> Phrase | str:
    if finding.threshold is None:
        return phrase("not yet")
    return target_text(finding.threshold, plan.indicator_by_id[finding.indicator], language)


def judged(finding: Finding) -> Phrase | Bilingual | str:
    return marked(MEANING[finding.status], finding.provisional and finding.status.has_rate)


def legend(findings: Iterable[Finding], language: Language, further: Iterable[Status] = ()) -> str:
    present = {finding.status for finding in findings} | set(further)
    return "; ".join(f"{sign} {language.say(MEANING[status])}" for status, sign in SIGN.items() if status in present)


def titles_by_verdict(findings: Iterable[Finding], plan: Plan, language: Language) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in sorted(findings, key=lambda finding: list(Status).index(finding.status)):
        title = language.say(plan.indicator_by_id[finding.indicator].title)
        found.setdefault(language.say(judged(finding)), []).append(title)
    return found


def on_the_figures(outcome: Outcome, language: Language) -> Iterator[Phrase | Bilingual | str]:
    """Yield completeness, caveats and other limits of the figures."""
    plan = outcome.scorecard.plan
    for coverage in outcome.scorecard.coverage:
        if coverage.provisional:
            yield from (sentence for sentence, _ in sentences.completeness(coverage, lists_errors=False))
        if reason := plan.reporting_date_reason.get(coverage.year):
            yield reason
    if refused := sentences.refused_returns(outcome):
        yield refused
    for found in outcome.outlook:
        yield sentences.outlook(plan, found)
    merged = [problem.message for problem in outcome.problems if problem.code == "merged-unit"]
    yield from islice(merged, SHOWN_MERGERS)
    if len(merged) > SHOWN_MERGERS:
        yield plural("… {count} more", "… {count} more", len(merged) - SHOWN_MERGERS)
    yield from sentences.withheld_notes(plan, outcome.withheld, language)
    if plan.note:
        yield plan.note
