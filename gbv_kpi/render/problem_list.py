"""Problems on a terminal: by file, errors first, one kind at a time with its first examples."""

from collections.abc import Iterable, Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Language, plural
from gbv_kpi.problems import Problem, Severity
from gbv_kpi.render.problem_groups import SEVERITY, ProblemGroup, grouped, place_text

STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "yellow"}


def problem_groups(problems: Iterable[Problem], language: Language) -> Iterator[RenderableType]:
    """The problems as paragraphs; nothing where there are none."""
    for file, groups in grouped(problems):
        yield Text(escape_controls(file), "bold underline")
        for group in groups:
            yield from _kind(group, language)
        yield Text()


def _kind(group: ProblemGroup, language: Language) -> Iterator[RenderableType]:
    heading = Text.assemble((language.say(SEVERITY[group.severity]), STYLE[group.severity]), f" {group.code}")
    if len(group.problems) > 1:
        heading.append(f" ({language.number(len(group.problems))})")
    yield Padding.indent(heading, 2)
    for problem in group.examples:
        where = escape_controls(place_text(problem))
        message = escape_controls(language.say(problem.message))
        yield Padding.indent(Text(f"{where}: {message}" if where else message), 4)
    if group.more:
        more = plural("… and {count} more", "… and {count} more", group.more)
        yield Padding.indent(Text(language.say(more), "dim"), 4)
    for hint in dict.fromkeys(map(language.say, group.hints)):
        yield Padding.indent(Text(f"→ {escape_controls(hint)}", "italic"), 4)
