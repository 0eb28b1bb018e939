"""What the report says of one finding, in the words of an official document."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from gbv_kpi.i18n import Detail, Language, Phrase, phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.scorecard import Coverage
from gbv_kpi.plan import Indicator
from gbv_kpi.render.formatting import MEANING, counts_text, rate_text, result_text, target_text
from gbv_kpi.render.sentences import amount_lacking, completeness

# Signs that Times New Roman has; those of statistical yearbooks where there are any.
SIGN = {Status.MISSED: "*", Status.NO_CASES: "–", Status.NO_DATA: "…", Status.WITHHELD: "#"}


def result(finding: Finding, indicator: Indicator, language: Language) -> Phrase:
    """The counts, what they count, and the rate; or why there is none."""
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
    """As it stands in a table: 2.061/2.216 = 93,0%."""
    if not finding.status.has_rate:
        return SIGN[finding.status]
    return result_text(finding, language)


def signed_rate(finding: Finding | None, language: Language) -> str:
    """The rate, marked where it misses a threshold; or the sign for why there is none."""
    if finding is None:
        return SIGN[Status.NO_DATA]
    return f"{rate_text(finding, language)}{SIGN.get(finding.status, '')}"


def judged(finding: Finding) -> Phrase:
    """The verdict in a word or two."""
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
    """Who has reported and who has not; a report handed on lists no errors that it could point to."""
    yield from (sentence for sentence, _ in completeness(replace(coverage, refused=())))
    if coverage.refused:
        names = ", ".join(unit.name for unit in coverage.refused)
        yield phrase("Of these returned to the sender for correction: {units}.", units=names)


def unit_names(outcome: Outcome) -> dict[str, str]:
    """The units by code, those that are still missing among them."""
    names = {f.unit: f.unit_name or f.unit for f in outcome.scorecard.findings if f.unit is not None}
    missing = {unit.code: unit.name for coverage in outcome.scorecard.coverage for unit in coverage.missing}
    return dict(sorted((names | missing).items()))


def legend(findings: Iterable[Finding], language: Language, further: Iterable[Status] = ()) -> str:
    """The signs that stand in a table, in words."""
    present = {finding.status for finding in findings} | set(further)
    return "; ".join(f"{sign} {language.say(MEANING[status])}" for status, sign in SIGN.items() if status in present)
