"""Represent problems of returns as values: collected and reported together, never raised.

The catalogue lists every code with its usual remedy; a new one is added to `problem_codes.toml`. The message of a
problem is written in its check.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import tomli

from gbv_kpi.i18n import Phrase, phrase


class Severity(StrEnum):
    """How severe a problem is."""

    ERROR = "error"  # the return is excluded from all findings
    WARNING = "warning"  # something was read in a way the officer should confirm


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """The severity and texts of all problems with one code."""

    severity: Severity
    meaning: Phrase
    example: Phrase
    remedy: Phrase


CATALOGUE: Mapping[str, ProblemKind] = {
    code: ProblemKind(Severity(severity), *(phrase(kind[key]) for key in ("meaning", "example", "remedy")))
    for severity, kinds in tomli.loads(Path(__file__).with_name("problem_codes.toml").read_text("utf-8")).items()
    for code, kind in kinds.items()
}


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a problem: `sheet`, `cell` (A1 style) and `row` are None where they do not apply."""

    file: str
    sheet: str | None = None
    cell: str | None = None
    row: int | None = None

    @property
    def spot(self) -> str:
        """Return sheet and cell as in a formula: `Biểu 1!D9`."""
        return "!".join(part for part in (self.sheet, self.cell) if part)


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of a return: its place, what was found, and the remedy."""

    code: str
    place: Place
    message: Phrase
    remedy: Phrase | None = None  # None: the usual one of the code
    unit: str | None = None  # the unit's code
    unit_name: str | None = None
    year: int | None = None
    field: str | None = None
    value: str | None = None  # as found; never a value of a personal-data column

    @property
    def severity(self) -> Severity:
        return CATALOGUE[self.code].severity

    @property
    def hint(self) -> Phrase:
        return self.remedy or CATALOGUE[self.code].remedy

    def for_unit(self, unit: str | None, unit_name: str | None, year: int | None) -> "Problem":
        """Return the problem attributed to a unit and a year."""
        return replace(self, unit=unit, unit_name=unit_name, year=year)

    def in_file(self, name: str) -> "Problem":
        """Return the problem with another name of its file."""
        return replace(self, place=replace(self.place, file=name))


def has_errors(problems: Iterable[Problem]) -> bool:
    return any(problem.severity is Severity.ERROR for problem in problems)


def error_count(problems: Iterable[Problem]) -> int:
    return sum(problem.severity is Severity.ERROR for problem in problems)


def in_reading_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems of one sheet by row, then by column; those without a cell first."""

    def by_row_and_column(problem: Problem) -> tuple[int, int, str]:
        column = (problem.place.cell or "").rstrip("0123456789")
        return problem.place.row or 0, len(column), column

    return sorted(problems, key=by_row_and_column)
