"""Problems for a person: by file, errors first, one kind at a time with its first examples."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from gbv_kpi.language import Language, phrase, plural
from gbv_kpi.output import visible
from gbv_kpi.problems import Place, Problem, Severity

__all__ = ["problem_groups"]

EXAMPLES = 3
STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "yellow"}
SEVERITY = {Severity.ERROR: phrase("error"), Severity.WARNING: phrase("warning")}


def problem_groups(problems: Iterable[Problem], language: Language) -> Iterator[RenderableType]:
    """The problems as paragraphs; nothing where there are none."""
    for file, of_file in groupby(problems, key=lambda problem: problem.place.file):
        yield Text(visible(file), "bold underline")
        kinds: dict[tuple[Severity, str], list[Problem]] = {}
        for problem in of_file:
            kinds.setdefault((problem.severity, problem.code), []).append(problem)
        for (severity, code), group in sorted(kinds.items(), key=lambda item: item[0][0] is not Severity.ERROR):
            yield from _kind(severity, code, group, language)
        yield Text()


def _kind(severity: Severity, code: str, group: Sequence[Problem], language: Language) -> Iterator[RenderableType]:
    heading = Text.assemble((language.say(SEVERITY[severity]), STYLE[severity]), f" {code}")
    if len(group) > 1:
        heading.append(f" ({language.number(len(group))})")
    yield Padding(heading, (0, 0, 0, 2))
    for problem in group[:EXAMPLES]:
        where = _where(problem.place, problem)
        message = visible(language.say(problem.message))
        yield Padding(Text(f"{where}: {message}" if where else message), (0, 0, 0, 4))
    if len(group) > EXAMPLES:
        more = plural("… and {count} more", "… and {count} more", len(group) - EXAMPLES)
        yield Padding(Text(language.say(more), "dim"), (0, 0, 0, 4))
    for hint in dict.fromkeys(language.say(problem.hint) for problem in group):
        yield Padding(Text(f"→ {visible(hint)}", "italic"), (0, 0, 0, 4))


def _where(place: Place, problem: Problem) -> str:
    """Sheet and cell, then unit and year: Biểu 1!D9 (Huyện Nho Quan, 2023)."""
    cell = place.cell or (str(place.row) if place.row else "")
    spot = "!".join(part for part in (place.sheet, cell) if part)
    of = ", ".join(part for part in (problem.unit_name, str(problem.year or "")) if part)
    return visible(f"{spot} ({of})" if spot and of else spot or of)
