"""Group problems in the order a person corrects them, and explain their codes, as text and JSON `gbv-kpi/explain/1`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import starmap

from gbv_kpi.console import to_json_text
from gbv_kpi.i18n import Language, Phrase, phrase
from gbv_kpi.problems import CATALOGUE, Problem, Severity

EXAMPLES = 3
SEVERITY = {Severity.ERROR: phrase("error"), Severity.WARNING: phrase("warning")}
SEVERITY_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "yellow"}
HEADINGS = (
    phrase("Severity"),
    phrase("Code"),
    phrase("File"),
    phrase("Sheet"),
    phrase("Cell"),
    phrase("Unit, year"),
    phrase("What was found"),
    phrase("How to correct it"),
)
MEANINGS = {
    Severity.ERROR: phrase("Errors: a return with an error is excluded from all figures."),
    Severity.WARNING: phrase("Warnings: something was read in a way that needs confirmation."),
}


@dataclass(frozen=True)
class ProblemGroup:
    """The problems of one kind in a file."""

    code: str
    problems: Sequence[Problem]

    @property
    def severity(self) -> Severity:
        return CATALOGUE[self.code].severity

    @property
    def examples(self) -> Sequence[Problem]:
        return self.problems[:EXAMPLES]

    @property
    def more(self) -> int:
        return len(self.problems) - len(self.examples)

    def distinct_hints(self, language: Language) -> list[str]:
        return list(dict.fromkeys(language.say(problem.hint) for problem in self.problems))


def grouped(problems: Iterable[Problem]) -> Iterator[tuple[str, list[ProblemGroup]]]:
    """Yield each file with its problems by kind, errors first."""
    problems_by_file: dict[str, dict[str, list[Problem]]] = {}
    for problem in problems:
        problems_by_file.setdefault(problem.place.file, {}).setdefault(problem.code, []).append(problem)
    for file, problems_by_code in problems_by_file.items():
        groups = starmap(ProblemGroup, problems_by_code.items())
        yield file, sorted(groups, key=lambda group: group.severity is not Severity.ERROR)


def errors_first(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: problem.severity is not Severity.ERROR)


def place_text(problem: Problem) -> str:
    """Return sheet and cell, then unit and year: Biểu 1!D9 (Huyện Nho Quan, 2023)."""
    place = problem.place
    cell = place.cell or (str(place.row) if place.row else "")
    spot = "!".join(part for part in (place.sheet, cell) if part)
    owner = _owner(problem)
    return f"{spot} ({owner})" if spot and owner else spot or owner


def _owner(problem: Problem) -> str:
    return ", ".join(part for part in (problem.unit_name, str(problem.year or "")) if part)


def correction(problem: Problem, place: str) -> Phrase:
    if place:
        return phrase("{place}: {message} {hint}", place=place, message=problem.message, hint=problem.hint)
    return phrase("{message} {hint}", message=problem.message, hint=problem.hint)


def listed(problem: Problem) -> list[Phrase | str]:
    """Return the cells of a problem in a list with `HEADINGS`."""
    place = problem.place
    row = phrase("row {row}", row=str(place.row)) if place.row else ""
    cells = (place.file, place.sheet or "", place.cell or row, _owner(problem))
    return [SEVERITY[problem.severity], problem.code, *cells, problem.message, problem.hint]


def codes_to_text(language: Language) -> str:
    width = max(map(len, CATALOGUE))
    blocks = []
    for severity, heading in MEANINGS.items():
        kinds = [(code, kind) for code, kind in CATALOGUE.items() if kind.severity is severity]
        lines = (f"  {code:<{width}}  {language.say(kind.meaning)}\n" for code, kind in kinds)
        blocks.append(f"{language.say(heading)}\n{''.join(lines)}")
    return "\n".join(blocks)


def code_to_text(code: str, language: Language) -> str:
    kind = CATALOGUE[code]
    example = phrase("For example: {example}", example=kind.example)
    remedy = phrase("Remedy: {remedy}", remedy=kind.remedy)
    lines = (f"{code} ({language.say(SEVERITY[kind.severity])})", kind.meaning, example, remedy)
    return "".join(f"{language.say(line)}\n" for line in lines)


def codes_to_json(codes: Sequence[str], language: Language) -> str:
    records = [
        {
            "code": code,
            "severity": CATALOGUE[code].severity,
            **{name: language.say(getattr(CATALOGUE[code], name)) for name in ("meaning", "example", "remedy")},
        }
        for code in codes
    ]
    return to_json_text({"schema": "gbv-kpi/explain/1", "codes": records})
