"""One letter per unit: a reminder, what is wrong in its return, or its results; nothing to say, no letter."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from gbv_kpi.i18n import Detail, Language, Phrase, phrase
from gbv_kpi.kpi.finding import Finding
from gbv_kpi.ledger.status import Arrival, UnitStatus, YearStatus
from gbv_kpi.plan import Plan, Unit
from gbv_kpi.problems import Problem
from gbv_kpi.render.docx.wording import document_title, official_day
from gbv_kpi.render.formatting import MEANING, result_text, threshold_text
from gbv_kpi.render.markdown import escaped, markdown_table
from gbv_kpi.render.reply import corrections

HEADINGS = (
    phrase("Indicator"),
    phrase("Result"),
    phrase("Target"),
    phrase("Assessment"),
    phrase("Lacking"),
    phrase("Remaining"),
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What is said to a unit: what it is about, an opening, points or the rows of a table, and a closing."""

    unit: Unit
    kind: Literal["reminder", "refusal", "results"]
    about: Phrase
    opening: Sequence[Phrase]
    closing: Phrase  # without its full stop
    points: Sequence[Phrase] = ()
    rows: Sequence[Sequence[str]] = ()  # under HEADINGS

    @property
    def addressee(self) -> Phrase | str:
        """The committee that governs the unit; any other body by its own name."""
        name = _within_sentence(self.unit)
        return name if name == self.unit.name else phrase("People's Committee of {unit}", unit=name)


def _within_sentence(unit: Unit) -> str:
    """Return the name with the small letter that the word of its level has: huyện Nho Quan."""
    is_place = unit.reporting_level in ("commune", "district")
    return unit.name[:1].lower() + unit.name[1:] if is_place else unit.name


def letters_of(
    status: YearStatus,
    findings: Iterable[Finding],
    refused: Mapping[str, Sequence[Problem]],
    day: date,
    language: Language,
) -> Iterator[Letter]:
    """Yield the letters of a year, written on that day; `refused` are the errors in returns by unit."""
    findings_by_unit: dict[str | None, list[Finding]] = {}
    for finding in findings:
        findings_by_unit.setdefault(finding.unit, []).append(finding)
    for one in status.units:
        if one.unit.code in refused:
            yield _refusal(one, status, refused[one.unit.code], day)
        elif one.unit.expected and not one.is_in:
            yield _reminder(one, status, day)
        elif rows := list(_rows(findings_by_unit.get(one.unit.code, ()), status.plan, language)):
            yield _results(one, status, rows)


def _details(one: UnitStatus, status: YearStatus) -> dict[str, Detail]:
    deadline = official_day(one.deadline) if one.deadline else ""
    document = document_title(status.plan)
    return {"unit": _within_sentence(one.unit), "year": str(status.year), "document": document, "deadline": deadline}


def _refusal(one: UnitStatus, status: YearStatus, problems: Sequence[Problem], day: date) -> Letter:
    details = _details(one, status)
    names = dict.fromkeys(problem.place.file.replace("\\", "/").rpartition("/")[2] for problem in problems)
    why = phrase(
        "The return of {unit} for {year} ({file}) could not be recorded, for these reasons:",
        **details,
        file=", ".join(names),
    )
    again = phrase("Please correct it and send it again")
    if one.deadline and day <= one.deadline:
        again = phrase("Please correct it and send it again by {deadline}", **details)
    about = phrase("Correction of the return of {year} on {document}", **details)
    return Letter(one.unit, "refusal", about, [why], again, points=list(corrections(problems)))


def _reminder(one: UnitStatus, status: YearStatus, day: date) -> Letter:
    details = _details(one, status) | {"day": official_day(day)}
    missing = phrase("By {day} the return of {unit} for {year} on {document} has not been received.", **details)
    if one.arrival is Arrival.PARTLY:
        missing = phrase("By {day} only a part of {unit} has sent its return for {year} on {document}.", **details)
    opening = [missing]
    if one.withdrawn:
        opening.append(phrase("The return that was received no longer counts: {reason}", reason=one.withdrawn.text))
    if one.deadline:
        is_past = one.deadline < day
        opening.append(
            phrase("The deadline was {deadline}.", **details)
            if is_past
            else phrase("The deadline is {deadline}.", **details)
        )
    about = phrase("Reminder of the return of {year} on {document}", **details)
    return Letter(one.unit, "reminder", about, opening, phrase("Please fill in the enclosed form and send it"))


def _results(one: UnitStatus, status: YearStatus, rows: Sequence[Sequence[str]]) -> Letter:
    details = _details(one, status)
    opening = phrase("By its return, the results of {unit} in {year} on {document} are:", **details)
    explained = phrase(
        "“Lacking” is how many more are needed for the target; “Remaining” is how many are not reached yet, such as "
        "people still to be trained. Please take the measures that are needed"
    )
    about = phrase("Results of {unit} in {year} on {document}", **details)
    return Letter(one.unit, "results", about, [opening], explained, rows=rows)


def _rows(findings: Sequence[Finding], plan: Plan, language: Language) -> Iterator[list[str]]:
    """Yield a row for each indicator; none where nothing is lacking to a threshold in force or to the next one."""
    if not any(finding.shortfall or finding.next_shortfall for finding in findings):
        return
    for finding in findings:
        target = finding.threshold if finding.shortfall else finding.next_threshold or finding.threshold
        if target is None or not finding.status.has_rate:
            continue
        lacking = finding.shortfall or finding.next_shortfall or 0
        whole, part = finding.denominator, finding.numerator
        known = finding.measure == "percent" and whole is not None and part is not None
        wanted = phrase("{threshold} from {year}", threshold=threshold_text(target, language), year=str(target.since))
        yield [
            language.say(plan.indicator_by_id[finding.indicator].title),
            result_text(finding, language),
            language.say(wanted),
            language.say(MEANING[finding.status]),
            language.number(lacking),
            language.number(max(0, (whole or 0) - (part or 0))) if known else "",
        ]


def letter_to_markdown(letter: Letter, language: Language) -> str:
    """Return the letter as the text of an e-mail."""
    lines = [f"**{escaped(language.say(phrase('Re: {subject}', subject=letter.about)))}**", ""]
    lines += [escaped(language.say(phrase("To: {addressee}.", addressee=letter.addressee))), ""]
    for sentence in letter.opening:
        lines += [escaped(language.say(sentence)), ""]
    lines += [f"- {escaped(language.say(point))}" for point in letter.points]
    if letter.rows:
        lines.pop()
        headings = [escaped(language.say(heading)) for heading in HEADINGS]
        lines += markdown_table(headings, [[escaped(text) for text in row] for row in letter.rows])
    lines += [*[""] * bool(lines[-1]), escaped(f"{language.say(letter.closing)}.")]
    return "\n".join(lines).rstrip() + "\n"
