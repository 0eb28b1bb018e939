"""Problems for a person: by file, errors first, one kind at a time with its first examples."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from gbv_kpi.language import Language, phrase, plural
from gbv_kpi.output import visible
from gbv_kpi.problems import Problem, Severity

__all__ = ["EXAMPLES", "SEVERITY", "Kind", "kinds_by_file", "problem_groups", "where"]

EXAMPLES = 3
STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "yellow"}
SEVERITY = {Severity.ERROR: phrase("error"), Severity.WARNING: phrase("warning")}

Kind = tuple[Severity, str]  # and the code


def problem_groups(problems: Iterable[Problem], language: Language) -> Iterator[RenderableType]:
    """The problems as paragraphs; nothing where there are none."""
    for file, kinds in kinds_by_file(problems):
        yield Text(visible(file), "bold underline")
        for (severity, code), group in kinds:
            yield from _kind(severity, code, group, language)
        yield Text()


def kinds_by_file(problems: Iterable[Problem]) -> Iterator[tuple[str, Sequence[tuple[Kind, Sequence[Problem]]]]]:
    """The files with their problems of each kind, errors first."""
    for file, of_file in groupby(problems, key=lambda problem: problem.place.file):
        kinds: dict[Kind, list[Problem]] = {}
        for problem in of_file:
            kinds.setdefault((problem.severity, problem.code), []).append(problem)
        yield file, sorted(kinds.items(), key=lambda item: item[0][0] is not Severity.ERROR)


def _kind(severity: Severity, code: str, group: Sequence[Problem], language: Language) -> Iterator[RenderableType]:
    heading = Text.assemble((language.say(SEVERITY[severity]), STYLE[severity]), f" {code}")
    if len(group) > 1:
        heading.append(f" ({language.number(len(group))})")
    yield Padding(heading, (0, 0, 0, 2))
    for problem in group[:EXAMPLES]:
        spot = where(problem)
        message = visible(language.say(problem.message))
        yield Padding(Text(f"{visible(spot)}: {message}" if spot else message), (0, 0, 0, 4))
    if len(group) > EXAMPLES:
        more = plural("… and {count} more", "… and {count} more", len(group) - EXAMPLES)
        yield Padding(Text(language.say(more), "dim"), (0, 0, 0, 4))
    for hint in dict.fromkeys(language.say(problem.hint) for problem in group):
        yield Padding(Text(f"→ {visible(hint)}", "italic"), (0, 0, 0, 4))


def where(problem: Problem) -> str:
    """Sheet and cell, then unit and year: Biểu 1!D9 (Huyện Nho Quan, 2023)."""
    place = problem.place
    cell = place.cell or (str(place.row) if place.row else "")
    spot = "!".join(part for part in (place.sheet, cell) if part)
    of = ", ".join(part for part in (problem.unit_name, str(problem.year or "")) if part)
    return f"{spot} ({of})" if spot and of else spot or of
