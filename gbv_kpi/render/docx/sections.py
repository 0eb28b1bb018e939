"""The body of the report, section by section: what the findings say, and room for what only the officer knows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice, repeat

from gbv_kpi.i18n import Bilingual, Phrase, phrase, plural
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.plan import Indicator
from gbv_kpi.render.docx.draft import Bold, Column, Draft, Words
from gbv_kpi.render.docx.styles import Style
from gbv_kpi.render.docx.wording import (
    BLANK,
    SIGN,
    assessment,
    day_issued,
    document_title,
    judged,
    legend,
    on_its_subject,
    reported,
    result,
    short_result,
    signed_rate,
    target_in_force,
    unit_names,
    year_of,
)
from gbv_kpi.render.formatting import clock_text
from gbv_kpi.render.sentences import (
    amount_lacking,
    figure,
    last_year_rate,
    monitored_figures,
    outlook,
    progress_alone,
    refused_returns,
    verdict,
    withheld_notes,
)

LETTERS = {"vi": "abcdđeghiklmnopqrstuvxy", "en": "abcdefghijklmnopqrstuvwxyz"}
SHOWN_MERGERS = 20
SHOWN_UNITS = 60  # in the body; the annex has all
SHOWN_LACKING = 100


def content(draft: Draft, outcome: Outcome) -> None:
    """Write everything from the first sentence of the body to the last."""
    plan = outcome.scorecard.plan
    agency = plan.letterhead(outcome.day).issuer or BLANK
    issued = document_title(plan)
    if plan.issued:
        issued = phrase("{document} of {day}", document=issued, day=day_issued(plan))
    if body := plan.agency("issuer", plan.issued or outcome.day):
        issued = phrase("{document}, {agency}", document=issued, agency=body.name)
    draft.write(
        phrase(
            "In carrying out {document}, {agency} reports the results of {year} as follows:",
            document=on_its_subject(issued, plan),
            agency=agency,
            year=year_of(outcome),
        )
    )
    for number, title, section in SECTIONS:
        draft.write(f"{number}. {draft.text(title).upper()}", Style.SECTION)
        section(draft, outcome)
    last = draft.write(
        phrase(
            "This is the report on the results of {year} of {document}, respectfully submitted by {agency}./.",
            year=year_of(outcome),
            document=document_title(plan),
            agency=agency,
        )
    )
    last.paragraph_format.keep_with_next = True  # a page of signatures alone would belong to nothing


def general_assessment(draft: Draft, outcome: Outcome) -> None:
    """Write the verdict, which indicators it rests on, and who has reported."""
    plan, province = outcome.scorecard.plan, _of_province(outcome)
    for year in outcome.scorecard.years:
        if sentence := verdict(outcome, year):
            draft.write(sentence)
    titles_by_verdict: dict[str, list[str]] = {}
    for finding in sorted(province, key=lambda finding: list(Status).index(finding.status)):
        title = draft.text(plan.indicator_by_id[finding.indicator].title)
        titles_by_verdict.setdefault(draft.text(judged(finding)), []).append(title)
    for words, titles in titles_by_verdict.items():
        draft.write(f"- {_capitalised(words)}: {'; '.join(titles)}.", Style.POINT)
    for coverage in outcome.scorecard.coverage:
        for sentence in reported(coverage):
            draft.write(sentence)
    if outcome.data_moment is not None:
        draft.write(phrase("As recorded by {moment}.", moment=clock_text(outcome.data_moment)))
    if province:
        _indicators_table(draft, outcome, province)


def indicator_results(draft: Draft, outcome: Outcome) -> None:
    """Write each indicator in the plan's words, its result and verdict; then the units side by side."""
    province = _of_province(outcome)
    for number, finding in enumerate(province, start=1):
        indicator = outcome.scorecard.plan.indicator_by_id[finding.indicator]
        _item(draft, number, indicator.title)
        _lettered(draft, _of_indicator(draft, outcome, finding, indicator))
    if not province:
        draft.write(phrase("No valid return."))
    if any(finding.unit is not None for finding in outcome.scorecard.judged.findings):
        _item(draft, len(province) + 1, phrase("Results by unit"))
        unit_results(draft, outcome)


def _of_indicator(draft: Draft, outcome: Outcome, finding: Finding, indicator: Indicator) -> Iterator[Phrase]:
    language, year = draft.language, str(finding.year)
    if indicator.quote:
        yield phrase("Target: “{quote}”.", quote=indicator.quote)
    found = result(finding, indicator, language)
    if rate := last_year_rate(outcome.trend, finding, language):
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
    if progress := progress_alone(indicator, finding, language):
        yield phrase("Progress: {progress}.", progress=progress)
    for note in (indicator.caveat, indicator.note):
        if note and finding.status.has_rate:
            yield phrase("Note: {note}", note=note)


def tasks(draft: Draft, outcome: Outcome) -> None:
    """Write the plan's task groups: figures of the returns, dots where there are none, room for the officer's text."""
    plan, language = outcome.scorecard.plan, draft.language
    findings = {finding.indicator: finding for finding in outcome.scorecard.of_province().findings}
    shown: set[str] = set()
    for number, group in enumerate(plan.task_groups, start=1):
        _item(draft, number, _capitalised(draft.text(group.title)))
        for name in group.indicators:
            if name in findings and findings[name].status is not Status.NO_DATA:
                sentence = figure(plan, findings[name], outcome.trend, language)
                draft.write(phrase("- {sentence}", sentence=sentence), Style.POINT)
            else:
                draft.write(f"- {draft.text(plan.indicator_by_id[name].title)}: {BLANK}", Style.POINT)
        shown.update(group.indicators)
        draft.write(BLANK)
    for name, sentence in monitored_figures(outcome.scorecard, outcome.trend, language):
        if name not in shown:
            draft.write(phrase("- {sentence}", sentence=sentence), Style.POINT)
    if not plan.task_groups:
        draft.write(BLANK)


def shortcomings(draft: Draft, outcome: Outcome) -> None:
    """Write which thresholds are missed and where, what the figures do not tell, and room for the officer's reasons."""
    missed = [finding for finding in outcome.scorecard.findings if finding.status is Status.MISSED]
    _item(draft, 1, phrase("Indicators and units that miss a threshold"))
    if missed:
        _lacking_table(draft, outcome, missed)
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
    """Yield completeness and caveats: whatever may keep the figures from the truth."""
    plan = outcome.scorecard.plan
    for coverage in outcome.scorecard.coverage:
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
    draft.write(BLANK)


SECTIONS: tuple[tuple[str, Phrase, Callable[[Draft, Outcome], None]], ...] = (
    ("I", phrase("General assessment"), general_assessment),
    ("II", phrase("Results by indicator"), indicator_results),
    ("III", phrase("Tasks and measures"), tasks),
    ("IV", phrase("Shortcomings"), shortcomings),
    ("V", phrase("Proposals"), proposals),
)


def _indicators_table(draft: Draft, outcome: Outcome, findings: Sequence[Finding]) -> None:
    """Write the province's indicators: threshold, result, last year, verdict."""
    plan, language, year = outcome.scorecard.plan, draft.language, findings[0].year
    rates = [last_year_rate(outcome.trend, finding, language) or SIGN[Status.NO_DATA] for finding in findings]
    verdicts = [_bold_where(finding.status is Status.MISSED, judged(finding)) for finding in findings]
    draft.table(
        [
            Column(phrase("No."), 12, _numbers(findings)),
            Column(phrase("Indicator"), 40, [plan.indicator_by_id[f.indicator].title for f in findings], "left"),
            Column(phrase("Target in force"), 26, [target_in_force(f, plan, language) for f in findings]),
            Column(phrase("Result of {year}", year=str(year)), 41, [short_result(f, language) for f in findings]),
            Column(phrase("Year {year}", year=str(year - 1)), 19, rates),
            Column(phrase("Assessment"), 27, verdicts),
        ]
    )


def unit_results(draft: Draft, outcome: Outcome) -> None:
    """Write each unit's rates, and which miss a threshold; of very many units only those that do."""
    if outcome.scorecard.judged.frame.empty:
        return
    plan, language = outcome.scorecard.plan, draft.language
    findings = {(finding.unit, finding.indicator): finding for finding in outcome.scorecard.findings}
    units = unit_names(outcome)
    missing_one = {finding.unit for finding in findings.values() if finding.status is Status.MISSED}
    shown = list(units) if len(units) <= SHOWN_UNITS else [unit for unit in units if unit in missing_one][:SHOWN_UNITS]
    province = [findings[None, indicator.id] for indicator in plan.indicators]
    provisional = any(finding.provisional for finding in province)
    place = phrase("{place} (provisional)", place=plan.place) if provisional else plan.place
    names: list[Words | Bold] = [*(units[unit] for unit in shown), Bold(place), phrase("Target in force")]
    columns = [Column(phrase("No."), 12, [*_numbers(shown), "", ""]), Column(phrase("Unit"), 43, names, "left")]
    for indicator, finding in zip(plan.indicators, province, strict=True):
        rates = [signed_rate(findings.get((unit, indicator.id)), language) for unit in shown]
        total = Bold(signed_rate(finding, language))
        target = target_in_force(finding, plan, language)
        columns.append(Column(indicator.title, 110 / len(plan.indicators), [*rates, total, target]))
    draft.table(columns)
    without = [Status.NO_DATA] if any((unit, plan.indicators[0].id) not in findings for unit in shown) else []
    if signs := legend(outcome.scorecard.judged.findings, language, without):
        draft.write(phrase("Signs: {signs}.", signs=signs), Style.POINT)
    if more := len(units) - len(shown):
        words = plural("{count} more unit is listed in the annex.", "{count} more units are listed in the annex.", more)
        draft.write(words, Style.POINT)


def _lacking_table(draft: Draft, outcome: Outcome, missed: Sequence[Finding]) -> None:
    """Write every threshold missed, the province before its units, with the whole number that is lacking."""
    plan, shown = outcome.scorecard.plan, missed[:SHOWN_LACKING]
    indicators = [plan.indicator_by_id[finding.indicator] for finding in shown]
    titles = [_bold_where(f.unit is None, one.title) for f, one in zip(shown, indicators, strict=True)]
    units = [_bold_where(f.unit is None, f.unit_name or plan.place) for f in shown]
    amounts = [amount_lacking(f, one) for f, one in zip(shown, indicators, strict=True)]
    draft.table(
        [
            Column(phrase("No."), 12, _numbers(shown)),
            Column(phrase("Indicator"), 40, titles, "left"),
            Column(phrase("Unit"), 40, units, "left"),
            Column(phrase("Result"), 36, [short_result(finding, draft.language) for finding in shown]),
            Column(phrase("Lacking"), 37, amounts, "left"),
        ]
    )
    if more := len(missed) - len(shown):
        draft.write(plural("{count} more is not listed.", "{count} more are not listed.", more), Style.POINT)


def _numbers(rows: Sequence[object]) -> list[str]:
    return [str(number) for number in range(1, len(rows) + 1)]


def _bold_where(condition: bool, words: Words) -> Words | Bold:
    return Bold(words) if condition else words


def _capitalised(words: str) -> str:
    return words[:1].upper() + words[1:]


def _of_province(outcome: Outcome) -> list[Finding]:
    return outcome.scorecard.judged.of_province().findings


def _item(draft: Draft, number: int, title: Words) -> None:
    draft.write(f"{number}. {draft.text(title)}", Style.ITEM)


def _lettered(draft: Draft, sentences: Iterable[Words]) -> None:
    """Write points a), b), c) of the language's alphabet; Vietnamese has a đ, and no f."""
    marks = chain((f"{letter})" for letter in LETTERS[draft.language.tag]), repeat("-"))
    for mark, sentence in zip(marks, sentences, strict=False):
        draft.write(f"{mark} {draft.text(sentence)}", Style.POINT)
