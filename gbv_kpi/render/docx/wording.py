"""Words of official documents: what they are called, how their dates are written, what they say of a finding."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from gbv_kpi.i18n import Bilingual, Detail, Language, Phrase, phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.scorecard import Coverage
from gbv_kpi.plan import Indicator, Plan
from gbv_kpi.render.formatting import MEANING, counts_text, rate_text, result_text, target_text
from gbv_kpi.render.sentences import amount_lacking, completeness

BLANK = "……"  # for the officer to fill in

# Abbreviations of Nghị định 30/2020/NĐ-CP, Phụ lục III, as a document's number has them.
KINDS = {
    "KH": phrase("Plan No. {number}"),
    "NQ": phrase("Resolution No. {number}"),
    "QĐ": phrase("Decision No. {number}"),
    "CTr": phrase("Programme No. {number}"),
    "ĐA": phrase("Scheme No. {number}"),
}

# Signs that Times New Roman has; those of statistical yearbooks where there are any.
SIGN = {Status.MISSED: "*", Status.NO_CASES: "–", Status.NO_DATA: "…", Status.WITHHELD: "#"}


def document_title(plan: Plan) -> Phrase:
    """Return the plan's name by its number, which says the kind of document: Kế hoạch số 63/KH-UBND."""
    kind = plan.number.partition("/")[2].rpartition("/")[2].partition("-")[0]
    return phrase(KINDS.get(kind, KINDS["KH"]).wording, number=plan.number)


def on_its_subject(document: Phrase, plan: Plan) -> Phrase | Bilingual:
    """Return the document and its subject; a title that names the document itself says both."""
    if plan.number in plan.title.vi:
        return plan.title
    return phrase("{document} on {title}", document=document, title=plan.title)


def official_day(day: date) -> str:
    """Return the numerals as the decree writes them: days below 10 and the months 1 and 2 take a leading zero.

    >>> official_day(date(2021, 5, 12)), official_day(date(2025, 2, 3))
    ('12/5/2021', '03/02/2025')
    """
    month = f"{day.month:02}" if day.month <= 2 else str(day.month)
    return f"{day.day:02}/{month}/{day.year}"


def day_issued(plan: Plan) -> str:
    return official_day(plan.issued) if plan.issued else BLANK


def year_of(outcome: Outcome) -> str:
    """Return the year reported; a blank where no return could be read at all."""
    return next((str(year) for year in outcome.scorecard.years), BLANK)


def result(finding: Finding, indicator: Indicator, language: Language) -> Phrase:
    """Return the counts, what they count, and the rate; or why there is none."""
    if not finding.status.has_rate:
        return MEANING[finding.status]
    counts = counts_text(finding, language)
    if finding.measure == "count" and not finding.provisional:
        return phrase("{counts} {noun}", counts=counts, noun=indicator.noun or "")
    if indicator.noun:
        counts = f"{counts} {language.say(indicator.noun)}"
    rate = rate_text(finding, language)
    if finding.provisional:
        return phrase("{counts}, that is {rate} (provisional)", counts=counts, rate=rate)
    return phrase("{counts}, that is {rate}", counts=counts, rate=rate)


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


def judged(finding: Finding) -> Phrase:
    """Return the verdict in a word or two."""
    meaning = MEANING[finding.status]
    if finding.provisional and finding.status.has_rate:
        return phrase("{verdict} (provisional)", verdict=meaning)
    return meaning


def assessment(finding: Finding, indicator: Indicator, language: Language) -> Phrase:
    """Return whether the target is met, and how many are lacking; before it is due, when it will be."""
    meaning = judged(finding)
    threshold = finding.threshold or finding.next_threshold
    if threshold is None:
        return meaning
    details: dict[str, Detail] = {
        "status": meaning,
        "target": target_text(threshold, indicator, language),
        "year": str(threshold.since),
    }
    if finding.threshold is None:
        return phrase("{status}: the target of {target} is set for {year}", **details)
    if finding.status is not Status.MISSED:
        return phrase("{status} (the target is {target}, from {year} on)", **details)
    lacking = amount_lacking(finding, indicator)
    if not threshold.lower_is_better:
        lacking = phrase("{amount} lacking", amount=lacking)
    return phrase("{status}: the target is {target} from {year} on, {lacking}", **details, lacking=lacking)


def reported(coverage: Coverage) -> Iterator[Phrase]:
    """Yield who has reported and who has not; a report handed on lists no errors that it could point to."""
    yield from (sentence for sentence, _ in completeness(replace(coverage, refused=())))
    if coverage.refused:
        names = ", ".join(unit.name for unit in coverage.refused)
        yield phrase("Of these returned to the sender for correction: {units}.", units=names)


def unit_names(outcome: Outcome) -> dict[str, str]:
    """Return the units by code, with those that are still missing."""
    names = {f.unit: f.unit_name or f.unit for f in outcome.scorecard.findings if f.unit is not None}
    missing = {unit.code: unit.name for coverage in outcome.scorecard.coverage for unit in coverage.missing}
    return dict(sorted((names | missing).items()))


def legend(findings: Iterable[Finding], language: Language, further: Iterable[Status] = ()) -> str:
    """Return the signs of a table in words."""
    present = {finding.status for finding in findings} | set(further)
    return "; ".join(f"{sign} {language.say(MEANING[status])}" for status, sign in SIGN.items() if status in present)
