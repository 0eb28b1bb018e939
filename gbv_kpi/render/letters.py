"""Write letters to the units of a year: reminders, corrections to make, results; and replies to refused files."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from gbv_kpi.i18n import Detail, Language, Phrase, phrase
from gbv_kpi.kpi.finding import Finding
from gbv_kpi.ledger.status import YearStatus
from gbv_kpi.ledger.submit import SubmittedFile
from gbv_kpi.plan import Plan, Unit
from gbv_kpi.problems import Problem
from gbv_kpi.render.formatting import MEANING, document_title, official_day, result_text, target_text
from gbv_kpi.render.jinja import markdown_of, text_of
from gbv_kpi.render.problems import correction, errors_first, place_text
from gbv_kpi.render.sentences import amount_lacking

Kind = Literal["reminder", "refusal", "results"]
HEADINGS = (
    phrase("Indicator"),
    phrase("Result"),
    phrase("Target"),
    phrase("Assessment"),
    phrase("Lacking"),
    phrase("Remaining"),
)


@dataclass(frozen=True)
class Letter:
    """A letter to a unit: its subject, an opening, points or the rows of a table, and a closing."""

    unit: Unit
    kind: Kind
    about: str
    opening: Sequence[str]
    closing: str  # without its full stop
    points: Sequence[Phrase]
    rows: Sequence[Sequence[str]]  # under HEADINGS

    @property
    def addressee(self) -> Phrase | str:
        """Return the committee that governs the unit; any other body by its own name."""
        name = _lower_level(self.unit)
        return name if name == self.unit.name else phrase("People's Committee of {unit}", unit=name)


def _lower_level(unit: Unit) -> str:
    """Return the name with its level in lower case: huyện Nho Quan."""
    is_place = unit.reporting_level in ("commune", "district")
    return unit.name[:1].lower() + unit.name[1:] if is_place else unit.name


def letters_of(
    year_status: YearStatus,
    findings: Iterable[Finding],
    refused: Mapping[str, Sequence[Problem]],
    day: date,
    language: Language,
) -> Iterator[Letter]:
    """Yield the letters of a year, written on that day; `refused` are the errors in returns by unit.

    A unit that has reported and lacks nothing gets no letter.
    """
    plan, year = year_status.plan, year_status.year
    findings_by_unit: dict[str | None, list[Finding]] = {}
    for finding in findings:
        findings_by_unit.setdefault(finding.unit, []).append(finding)
    for status in year_status.units:
        unit, problems = status.unit, refused.get(status.unit.code, ())
        is_awaited = unit.expected and not status.is_received
        kind: Kind = "refusal" if problems else "reminder" if is_awaited else "results"
        rows = list(_rows(findings_by_unit.get(unit.code, ()), plan, language)) if kind == "results" else []
        if kind == "results" and not rows:
            continue
        details: dict[str, Detail] = {
            "unit": _lower_level(unit),
            "year": str(year),
            "document": document_title(plan),
            "day": official_day(day),
            "deadline": official_day(status.deadline) if status.deadline else "",
            "file": ", ".join(dict.fromkeys(_file_name(problem.place.file) for problem in problems)),
        }
        text = text_of("letter.txt.j2", language, kind=kind, status=status, day=day, details=details)
        about, *opening, closing = text.splitlines()
        yield Letter(unit, kind, about, opening, closing, _corrections(problems), rows)


def _rows(findings: Sequence[Finding], plan: Plan, language: Language) -> Iterator[list[str]]:
    """Yield a row for each indicator; none where the current and the next threshold are met."""
    if not any(finding.shortfall or finding.next_shortfall for finding in findings):
        return
    for finding in findings:
        is_met = not finding.shortfall
        target = (finding.next_threshold if is_met else None) or finding.threshold
        if target is None or not finding.status.has_rate:
            continue
        whole, part = finding.denominator, finding.numerator
        is_part = finding.measure == "percent" and whole is not None and part is not None
        indicator = plan.indicator_by_id[finding.indicator]
        wanted = target_text(target, indicator, language)
        is_lacking = finding.shortfall or finding.next_shortfall
        yield [
            language.say(indicator.title),
            result_text(finding, language),
            language.say(phrase("{threshold} from {year}", threshold=wanted, year=str(target.since))),
            language.say(MEANING[finding.status]),
            language.say(amount_lacking(finding, indicator, to_next=is_met)) if is_lacking else "0",
            language.number(max(0, (whole or 0) - (part or 0))) if is_part else "",
        ]


def letter_to_markdown(letter: Letter, language: Language) -> str:
    return markdown_of("letter.md.j2", language, letter=letter, HEADINGS=HEADINGS)


def reply_to(file: SubmittedFile, language: Language) -> str:
    """Return the reply, as Markdown, to a file that was refused or in which nothing is filled in."""
    points = _corrections(file.problems)
    return markdown_of("reply.md.j2", language, file=file, name=_file_name(file.path), points=points)


def _file_name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _corrections(problems: Iterable[Problem]) -> list[Phrase]:
    """Return each problem and its remedy, cell by cell, errors first."""
    return [correction(problem, place_text(problem)) for problem in errors_first(problems)]
