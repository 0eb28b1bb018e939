"""Word official documents: titles, dates and the sentences on findings."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import islice

from gbv_kpi.i18n import Bilingual, Detail, Language, Phrase, phrase, plural
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.scorecard import Coverage
from gbv_kpi.plan import Indicator, Plan
from gbv_kpi.plan.model import Letterhead
from gbv_kpi.render import sentences
from gbv_kpi.render.formatting import MEANING, counts_text, rate_text, result_text, target_text

BLANK = "……"  # for the officer to fill in
SHOWN_MERGERS = 20
POINT = 25.4 / 72  # mm
# The decree has the superior body's name written with the usual abbreviations.
USUAL = {"ỦY BAN NHÂN DÂN": "UBND", "UỶ BAN NHÂN DÂN": "UBND", "HỘI ĐỒNG NHÂN DÂN": "HĐND"}

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


def on_its_subject(document: Phrase, plan: Plan) -> Phrase | Bilingual:
    """Return the document and its subject; the title alone if it names the document."""
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
    lacking = sentences.amount_lacking(finding, indicator)
    if not threshold.lower_is_better:
        lacking = phrase("{amount} lacking", amount=lacking)
    return phrase("{status}: the target is {target} from {year} on, {lacking}", **details, lacking=lacking)


def reported(coverage: Coverage) -> Iterator[Phrase]:
    """Yield who has reported and who has not; without "see the errors", for a report lists none."""
    yield from (sentence for sentence, _ in sentences.completeness(replace(coverage, refused=())))
    if coverage.refused:
        names = ", ".join(unit.name for unit in coverage.refused)
        yield phrase("Of these returned to the sender for correction: {units}.", units=names)


def legend(findings: Iterable[Finding], language: Language, further: Iterable[Status] = ()) -> str:
    present = {finding.status for finding in findings} | set(further)
    return "; ".join(f"{sign} {language.say(MEANING[status])}" for status, sign in SIGN.items() if status in present)


def report_number(letterhead: Letterhead) -> str:
    """Return the number of the report, with room for what the records office gives it."""
    return f"      /BC-{letterhead.issuer_short or BLANK}"


def capitalised(words: str) -> str:
    return words[:1].upper() + words[1:]


def abbreviated(name: str) -> str:
    """Return the name, in capitals, with its usual abbreviations.

    >>> abbreviated("ỦY BAN NHÂN DÂN TỈNH NINH BÌNH")
    'UBND TỈNH NINH BÌNH'
    """
    for words, abbreviation in USUAL.items():
        name = name.replace(words, abbreviation)
    return name


def widest_line(text: str, points: float, column: float) -> float:
    """Return about how wide (mm) the widest line of a text in bold Times New Roman is, broken to fit a column.

    Accurate enough for a rule of a third to half of it.

    >>> round(widest_line("SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI", 12, 69))
    62
    """
    widest = line = 0.0
    for word in text.split():
        width = sum(map(_advance, word)) * points * POINT
        longer = line + (0.25 * points * POINT if line else 0) + width
        line = longer if longer <= column else width
        widest = max(widest, min(line, column))
    return widest


def _advance(character: str) -> float:
    if character in "Iijltf.,;:/-–()":
        return 0.35
    return 0.71 if character.isupper() else 0.5


def findings_by_indicator(findings: Iterable[Finding]) -> dict[str, Finding]:
    return {finding.indicator: finding for finding in findings}


def titles_by_verdict(findings: Iterable[Finding], plan: Plan, language: Language) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in sorted(findings, key=lambda finding: list(Status).index(finding.status)):
        title = language.say(plan.indicator_by_id[finding.indicator].title)
        found.setdefault(language.say(judged(finding)), []).append(title)
    return found


def indicator_points(outcome: Outcome, finding: Finding, language: Language) -> Iterator[Phrase]:
    """Yield the target in the plan's words, the result with last year's, the assessment, and notes."""
    indicator, year = outcome.scorecard.plan.indicator_by_id[finding.indicator], str(finding.year)
    if indicator.quote:
        yield phrase("Target: “{quote}”.", quote=indicator.quote)
    found = result(finding, indicator, language)
    if rate := sentences.last_year_rate(outcome.trend, finding, language):
        yield phrase(
            "Result of {year}: {result}; of {last_year}: {rate}.",
            year=year,
            result=found,
            last_year=str(finding.year - 1),
            rate=rate,
        )
    else:
        yield phrase("Result of {year}: {result}.", year=year, result=found)
    yield phrase("Assessment: {assessment}.", assessment=assessment(finding, indicator, language))
    if progress := sentences.progress_alone(indicator, finding, language):
        yield phrase("Progress: {progress}.", progress=progress)
    for note in (indicator.caveat, indicator.note):
        if note and finding.status.has_rate:
            yield phrase("Note: {note}", note=note)


def on_the_figures(outcome: Outcome, language: Language) -> Iterator[Phrase | Bilingual | str]:
    """Yield completeness, caveats and other limits of the figures."""
    plan = outcome.scorecard.plan
    for coverage in outcome.scorecard.coverage:
        if coverage.provisional:
            yield from reported(coverage)
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
