"""Problems in the order a person mends them: by file, errors first, one kind at a time with its first examples."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.problem_codes import CATALOGUE
from gbv_kpi.problems import Problem, Severity

EXAMPLES = 3
SEVERITY = {Severity.ERROR: phrase("error"), Severity.WARNING: phrase("warning")}


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """All problems of one kind in one file."""

    severity: Severity
    code: str
    problems: Sequence[Problem]

    @property
    def examples(self) -> Sequence[Problem]:
        return self.problems[:EXAMPLES]

    @property
    def hints(self) -> Sequence[Phrase]:
        """How to correct them; several may say the same."""
        return [problem.hint for problem in self.problems]

    @property
    def more(self) -> int:
        """How many there are beyond the examples."""
        return len(self.problems) - len(self.examples)


def grouped(problems: Iterable[Problem]) -> Iterator[tuple[str, list[ProblemGroup]]]:
    """Each file with its groups."""
    by_kind: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        by_kind.setdefault((problem.place.file, problem.code), []).append(problem)
    groups_by_file: dict[str, list[ProblemGroup]] = {}
    for (file, code), found in by_kind.items():
        groups_by_file.setdefault(file, []).append(ProblemGroup(CATALOGUE[code].severity, code, found))
    for file, groups in groups_by_file.items():
        yield file, sorted(groups, key=lambda group: group.severity is not Severity.ERROR)


def place_text(problem: Problem) -> str:
    """Sheet and cell, then unit and year: Biểu 1!D9 (Huyện Nho Quan, 2023)."""
    place = problem.place
    cell = place.cell or (str(place.row) if place.row else "")
    spot = "!".join(part for part in (place.sheet, cell) if part)
    of = ", ".join(part for part in (problem.unit_name, str(problem.year or "")) if part)
    return f"{spot} ({of})" if spot and of else spot or of
