"""Problems in the order a person mends them: by file, errors first, one kind at a time with its first examples."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from gbv_kpi.catalogue import CATALOGUE
from gbv_kpi.language import Phrase, phrase
from gbv_kpi.problems import Problem, Severity
from gbv_kpi.told import OneKind, Problems

__all__ = ["SEVERITY", "ProblemGroup", "grouped", "place_text"]

EXAMPLES = 3
SEVERITY = {Severity.ERROR: phrase("error"), Severity.WARNING: phrase("warning")}


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """All problems of one kind in one file."""

    severity: Severity
    code: str
    problems: Problems
    hints: Sequence[Phrase]  # how to mend them; several may say the same

    @property
    def examples(self) -> Sequence[Problem]:
        return self.problems[:EXAMPLES]

    @property
    def more(self) -> int:
        """How many there are beyond the examples."""
        return len(self.problems) - len(self.examples)


def grouped(problems: Iterable[Problem]) -> Iterator[tuple[str, list[ProblemGroup]]]:
    """Each file with its groups."""
    every = problems if isinstance(problems, Problems) else Problems(problems)
    for file, of_file in groupby(every.runs(), key=_file):
        kinds: dict[tuple[Severity, str], list[Problem | OneKind]] = {}
        for told in of_file:
            kinds.setdefault((told.severity, told.code), []).append(told)
        groups = [
            ProblemGroup(severity, code, every.of_kind(file, code), _hints(found))
            for (severity, code), found in kinds.items()
        ]
        yield file, sorted(groups, key=lambda group: group.severity is not Severity.ERROR)


def _hints(found: Sequence[Problem | OneKind]) -> list[Phrase]:
    return [CATALOGUE[told.code].remedy if isinstance(told, OneKind) else told.hint for told in found]


def _file(told: Problem | OneKind) -> str:
    return told.file if isinstance(told, OneKind) else told.place.file


def place_text(problem: Problem) -> str:
    """Sheet and cell, then unit and year: Biểu 1!D9 (Huyện Nho Quan, 2023)."""
    place = problem.place
    cell = place.cell or (str(place.row) if place.row else "")
    spot = "!".join(part for part in (place.sheet, cell) if part)
    of = ", ".join(part for part in (problem.unit_name, str(problem.year or "")) if part)
    return f"{spot} ({of})" if spot and of else spot or of
