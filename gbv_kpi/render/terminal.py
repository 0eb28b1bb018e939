"""Render an outcome as tables for a terminal, a log or a printout.

Status is shown by a sign as well as by colour. Text that comes from files is never markup, and its
control characters are shown instead of acting.
"""

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Language, phrase, plural
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.problems import Problem, Severity
from gbv_kpi.render.blocks import Block, verdict_blocks, year_blocks
from gbv_kpi.render.problems import SEVERITY, ProblemGroup, grouped
from gbv_kpi.render.table import Styled, Table
from gbv_kpi.render.terminal_table import TerminalTable, drawn, legend_text, to_text

SEVERITY_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "yellow"}


def to_terminal(outcome: Outcome, language: Language) -> RenderableType:
    """Return the tables of every year, missed thresholds, coverage, the problems by file, and the verdict last."""
    plan = outcome.scorecard.plan
    parts: list[RenderableType] = []
    for coverage in outcome.scorecard.coverage:
        title = phrase("Plan {number}, year {year}", number=plan.number, year=str(coverage.year))
        parts.append(to_text(title, language, "bold"))
        for block in year_blocks(outcome.scorecard.of_year(coverage.year), coverage, language):
            parts += _block(block)
        parts.append(Text())
    parts += problem_groups(outcome.problems, language)
    return Group(*parts, *map(drawn, verdict_blocks(outcome, language)))


def _block(block: Block) -> list[RenderableType]:
    match block:
        case Table() if block.rule_above < 0:
            return [TerminalTable(block), Text()]
        case Table():  # its legend follows
            return [TerminalTable(block)]
        case Styled():
            return [drawn(block)]
        case _:
            return [legend_text(block), Text()]


def problem_groups(problems: Iterable[Problem], language: Language) -> Iterator[RenderableType]:
    """Yield problems as paragraphs: by file, errors first, one kind at a time with its first examples."""
    for file, groups in grouped(problems):
        yield Text(escape_controls(file), "bold underline")
        for group in groups:
            yield from _problem_group(group, language)
        yield Text()


def _problem_group(group: ProblemGroup, language: Language) -> Iterator[RenderableType]:
    heading = Text.assemble((language.say(SEVERITY[group.severity]), SEVERITY_STYLE[group.severity]), f" {group.code}")
    if len(group.problems) > 1:
        heading.append(f" ({language.number(len(group.problems))})")
    yield Padding.indent(heading, 2)
    for example in group.example_texts(language):
        yield Padding.indent(Text(escape_controls(example)), 4)
    if group.more:
        yield Padding.indent(
            to_text(plural("… and {count} more", "… and {count} more", group.more), language, "dim"), 4
        )
    for hint in group.distinct_hints(language):
        yield Padding.indent(Text(f"→ {escape_controls(hint)}", "italic"), 4)
