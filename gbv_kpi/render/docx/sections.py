"""The body of the report, section by section: what the findings say, and room for what only the officer knows."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice, repeat

from gbv_kpi.i18n import Bilingual, Phrase, phrase, plural
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.plan import Indicator
from gbv_kpi.render.docx.decree import BLANK, document_title, official_day, on_its_subject
from gbv_kpi.render.docx.draft import Draft
from gbv_kpi.render.docx.styles import ITEM, POINT, SECTION
from gbv_kpi.render.docx.tables import indicators_table, lacking_table, units_table
from gbv_kpi.render.docx.wording import assessment, judged, reported, result
from gbv_kpi.render.formatting import clock_text
from gbv_kpi.render.sentences import (
    figure,
    last_year_rate,
    monitored_figures,
    outlook,
    progress_alone,
    refused_returns,
    verdict,
    withheld_notes,
)

ROMAN = ("I", "II", "III", "IV", "V")
LETTERS = {"vi": "abcdđeghiklmnopqrstuvxy", "en": "abcdefghijklmnopqrstuvwxyz"}
SHOWN_MERGERS = 20


def opening(draft: Draft, outcome: Outcome) -> None:
    """What the report is on, and who reports."""
    plan = outcome.scorecard.plan
    issued = document_title(plan)
    if plan.issued:
        issued = phrase("{document} of {day}", document=issued, day=official_day(plan.issued))
    if body := plan.agency("issuer", plan.issued or outcome.day):
        issued = phrase("{document}, {agency}", document=issued, agency=body.name)
    draft.write(
        phrase(
            "In carrying out {document}, {agency} reports the results of {year} as follows:",
            document=on_its_subject(issued, plan),
            agency=plan.letterhead(outcome.day).issuer or BLANK,
            year=year_of(outcome),
        )
    )


def year_of(outcome: Outcome) -> str:
    """The year reported; blank where no return could be read at all."""
    return next((str(year) for year in outcome.scorecard.years), BLANK)


def general_assessment(draft: Draft, outcome: Outcome) -> None:
    """The verdict, which indicators it rests on, and who has reported."""
    province = _of_province(outcome)
    for year in outcome.scorecard.years:
        if sentence := verdict(outcome, year):
            draft.write(sentence)
    titles = {one.id: draft.text(one.title) for one in outcome.scorecard.plan.indicators}
    named_by_verdict: dict[str, list[str]] = {}
    for finding in sorted(province, key=lambda finding: list(Status).index(finding.status)):
        named_by_verdict.setdefault(draft.text(judged(finding)), []).append(titles[finding.indicator])
    for words, named in named_by_verdict.items():
        draft.write(f"- {words[:1].upper()}{words[1:]}: {'; '.join(named)}.", POINT)
    for coverage in outcome.scorecard.coverage:
        for sentence in reported(coverage):
            draft.write(sentence)
    if outcome.data_moment is not None:
        draft.write(phrase("As recorded by {moment}.", moment=clock_text(outcome.data_moment)))
    if province:
        indicators_table(draft, outcome, province)


def indicator_results(draft: Draft, outcome: Outcome) -> None:
    """Each indicator in the plan's words, its result and verdict; then the units beside each other."""
    plan = outcome.scorecard.plan
    province = _of_province(outcome)
    for number, finding in enumerate(province, start=1):
        indicator = plan.indicator_by_id[finding.indicator]
        _item(draft, number, indicator.title)
        _lettered(draft, _of_indicator(draft, outcome, finding, indicator))
    if not province:
        draft.write(phrase("There is no valid return."))
    if any(finding.unit is not None for finding in outcome.scorecard.judged.findings):
        _item(draft, len(province) + 1, phrase("Results by unit"))
        unit_results(draft, outcome)


def _of_indicator(draft: Draft, outcome: Outcome, finding: Finding, indicator: Indicator) -> Iterator[Phrase]:
    language = draft.language
    if indicator.quote:
        yield phrase("Target: “{quote}”.", quote=indicator.quote)
    found = result(finding, indicator, language)
    if before := last_year_rate(outcome.trend, finding, language):
        last_year = str(finding.year - 1)
        yield phrase(
            "Result of {year}: {result}; of {last_year}: {rate}.",
            year=str(finding.year),
            result=found,
            last_year=last_year,
            rate=before,
        )
    else:
        yield phrase("Result of {year}: {result}.", year=str(finding.year), result=found)
    yield phrase("Assessment: {assessment}.", assessment=assessment(finding, indicator, language))
    if coming := progress_alone(indicator, finding, language):
        yield phrase("Progress: {progress}.", progress=coming)
    for caveat in (indicator.caveat, indicator.note):
        if caveat and finding.status.has_rate:
            yield phrase("Note: {note}", note=caveat)


def unit_results(draft: Draft, outcome: Outcome) -> None:
    """The table of units."""
    if len(outcome.scorecard.judged.frame):
        units_table(draft, outcome)


def tasks(draft: Draft, outcome: Outcome) -> None:
    """Write the plan's task groups: figures of the returns, dots where there are none, room for the officer's text."""
    plan, language = outcome.scorecard.plan, draft.language
    found = {finding.indicator: finding for finding in outcome.scorecard.of_province().findings}
    shown: set[str] = set()
    for number, group in enumerate(plan.task_groups, start=1):
        title = draft.text(group.title)
        _item(draft, number, f"{title[:1].upper()}{title[1:]}")
        for name in group.indicators:
            if name in found and found[name].status is not Status.NO_DATA:
                draft.write(phrase("- {sentence}", sentence=figure(plan, found[name], outcome.trend, language)), POINT)
            else:
                draft.write(f"- {draft.text(plan.indicator_by_id[name].title)}: {BLANK}", POINT)
        shown.update(group.indicators)
        draft.write(BLANK)
    for name, sentence in monitored_figures(outcome.scorecard, outcome.trend, language):
        if name not in shown:
            draft.write(phrase("- {sentence}", sentence=sentence), POINT)
    if not plan.task_groups:
        draft.write(BLANK)


def shortcomings(draft: Draft, outcome: Outcome) -> None:
    """Which thresholds are missed and where, what the figures do not tell, and the officer's reasons."""
    missed = [finding for finding in outcome.scorecard.findings if finding.status is Status.MISSED]
    _item(draft, 1, phrase("Indicators and units that miss a threshold"))
    if missed:
        lacking_table(draft, outcome, missed)
    else:
        draft.write(phrase("No threshold in force is missed."))
    _item(draft, 2, phrase("On the figures"))
    notes = list(_on_the_figures(outcome))
    _lettered(draft, notes)
    if not notes:
        draft.write(BLANK)
    _item(draft, 3, phrase("Reasons"))
    draft.write(BLANK)


def _on_the_figures(outcome: Outcome) -> Iterator[Phrase | Bilingual]:
    """Completeness and caveats: whatever stands between the figures and the truth."""
    scorecard = outcome.scorecard
    plan = scorecard.plan
    for coverage in scorecard.coverage:
        if coverage.provisional:
            yield from reported(coverage)
        if reason := plan.reporting_date_reason.get(coverage.year):
            yield reason
    if refused := refused_returns(outcome):
        yield refused
    for found in outcome.outlook:
        yield outlook(plan, found)
    merged = [problem.message for problem in outcome.problems if problem.code == "merged-unit"]
    yield from islice(merged, SHOWN_MERGERS)
    if len(merged) > SHOWN_MERGERS:
        yield plural("… {count} more", "… {count} more", len(merged) - SHOWN_MERGERS)
    yield from withheld_notes(plan, outcome.withheld)
    if plan.note:
        yield plan.note


def proposals(draft: Draft, _: Outcome) -> None:
    """The officer's text."""
    draft.write(BLANK)


def closing(draft: Draft, outcome: Outcome) -> None:
    """The last sentence of the body."""
    plan = outcome.scorecard.plan
    paragraph = draft.write(
        phrase(
            "This is the report on the results of {year} of {document}, respectfully submitted by {agency}./.",
            year=year_of(outcome),
            document=document_title(plan),
            agency=plan.letterhead(outcome.day).issuer or BLANK,
        )
    )
    paragraph.paragraph_format.keep_with_next = True  # a page of signatures alone would belong to nothing


Section = Callable[[Draft, Outcome], None]
SECTIONS: tuple[tuple[Phrase, Section], ...] = (
    (phrase("General assessment"), general_assessment),
    (phrase("Results by indicator"), indicator_results),
    (phrase("Tasks and measures"), tasks),
    (phrase("Shortcomings"), shortcomings),
    (phrase("Proposals"), proposals),
)


def sections(draft: Draft, outcome: Outcome) -> None:
    """All of them, under their numbers."""
    for number, (title, section) in zip(ROMAN, SECTIONS, strict=True):
        draft.write(f"{number}. {draft.text(title).upper()}", SECTION)
        section(draft, outcome)


def _of_province(outcome: Outcome) -> list[Finding]:
    return outcome.scorecard.judged.of_province().findings


def _item(draft: Draft, number: int, title: Phrase | Bilingual | str) -> None:
    draft.write(f"{number}. {draft.text(title)}", ITEM)


def _lettered(draft: Draft, sentences: Iterable[Phrase | Bilingual]) -> None:
    """As points a), b), c) of the language's alphabet; Vietnamese has a đ, and no f."""
    marks = chain((f"{letter})" for letter in LETTERS[draft.language.tag]), repeat("-"))
    for mark, sentence in zip(marks, sentences, strict=False):
        draft.write(f"{mark} {draft.text(sentence)}", POINT)
