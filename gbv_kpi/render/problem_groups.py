"""Problems in the order a person corrects them: by file, errors first, one kind at a time with its first examples."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gbv_kpi.i18n import Language, phrase
from gbv_kpi.problem_codes import CATALOGUE
from gbv_kpi.problems import Problem, Severity

EXAMPLES = 3
SEVERITY = {Severity.ERROR: phrase("error"), Severity.WARNING: phrase("warning")}


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """All problems of one kind in one file."""

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
        """Return how many there are beyond the examples."""
        return max(0, len(self.problems) - EXAMPLES)

    def example_texts(self, language: Language) -> list[str]:
        """Return the place of each example and what was found there."""
        places = [(place_text(problem), language.say(problem.message)) for problem in self.examples]
        return [": ".join(part for part in parts if part) for parts in places]

    def distinct_hints(self, language: Language) -> list[str]:
        """Return how to correct them, each way once."""
        return list(dict.fromkeys(language.say(problem.hint) for problem in self.problems))


def grouped(problems: Iterable[Problem]) -> Iterator[tuple[str, list[ProblemGroup]]]:
    """Yield each file with its groups."""
    problems_by_file: dict[str, dict[str, list[Problem]]] = {}
    for problem in problems:
        problems_by_file.setdefault(problem.place.file, {}).setdefault(problem.code, []).append(problem)
    for file, problems_by_code in problems_by_file.items():
        groups = [ProblemGroup(code, found) for code, found in problems_by_code.items()]
        yield file, sorted(groups, key=lambda group: group.severity is not Severity.ERROR)


def place_text(problem: Problem) -> str:
    """Return sheet and cell, then unit and year: Biểu 1!D9 (Huyện Nho Quan, 2023)."""
    place = problem.place
    cell = place.cell or (str(place.row) if place.row else "")
    spot = "!".join(part for part in (place.sheet, cell) if part)
    owner = ", ".join(part for part in (problem.unit_name, str(problem.year or "")) if part)
    return f"{spot} ({owner})" if spot and owner else spot or owner
