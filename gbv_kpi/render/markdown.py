"""Render an outcome as Markdown, readable as plain text and as a page of a wiki or repository.

Text from files and plans is escaped wherever Markdown or HTML would give it a meaning.
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Language, Phrase, phrase, plural
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.render.blocks import SHOWN_UNITS, Block, verdict_blocks, year_blocks
from gbv_kpi.render.problems import SEVERITY, grouped
from gbv_kpi.render.table import Styled, Table

ANYWHERE = re.compile(
    r"""
      [\\`*\[\]<|~$@]
    | (?<![^\W_])_ | _(?![^\W_])  # literal between letters
    | & (?=[#\w]+;)               # an entity
    | (?<=:)/ (?=/) | (?<=www)\.  # an address
    | \# (?=\s*$)                 # the end of a heading
    """,
    re.IGNORECASE | re.VERBOSE,
)
IN_FRONT = re.compile(r"^\s*(?:[#>+=-]|\d+(?=[.)]))")  # a heading, quotation or list


def to_markdown(outcome: Outcome, language: Language) -> str:
    """Return the verdict first, then every year, the problems and the files."""
    plan = outcome.scorecard.plan
    lines = [_heading(1, phrase("Plan {number}", number=plan.number), language), "", escaped(language.say(plan.title))]
    for sentence in verdict_blocks(outcome, language):
        lines += _block(sentence)
    for coverage in outcome.scorecard.coverage:
        lines += ["", _heading(2, phrase("Year {year}", year=str(coverage.year)), language)]
        for block in year_blocks(outcome.scorecard.of_year(coverage.year), coverage, language):
            lines += _block(block)
    lines += _problems(outcome, language)
    lines += _files(outcome, language)
    return "\n".join(lines).rstrip("\n") + "\n"


def escaped(text: str) -> str:
    r"""Return the text as Markdown shows it unchanged, on a line of its own.

    >>> print(escaped("1. <b>*x*</b> | =y"))
    1\. \<b>\*x\*\</b> \| =y
    """
    return IN_FRONT.sub(_escape, _escape_inline(text))


def _escape_inline(text: str) -> str:
    """Return the text escaped within a line, where nothing begins a heading or list."""
    return ANYWHERE.sub(_escape, escape_controls(text))


def _escape(found: re.Match[str]) -> str:
    sign = found.group()
    return f"{sign}\\" if sign[-1].isdigit() else f"{sign[:-1]}\\{sign[-1]}"


def markdown_table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], figures: Container[int] = ()
) -> Iterator[str]:
    """Yield the lines of a table of escaped texts; the columns `figures` are aligned right."""
    width = len(headings)
    rules = ["---:" if column in figures else "---" for column in range(width)]
    yield ""
    for row in (headings, rules, *rows):
        yield f"| {' | '.join([*row, *[''] * (width - len(row))])} |"


def _heading(level: int, text: Phrase | str, language: Language) -> str:
    return f"{'#' * level} {_escape_inline(language.say(text))}"


def _block(block: Block) -> list[str]:
    match block:
        case Table():
            return _table(block)
        case Styled() if block.style.startswith("bold"):
            return ["", f"**{_escape_inline(block.text)}**"]
        case Styled():
            return ["", escaped(block.text)]
        case _:
            return ["", " · ".join(map(_cell, block))]


def _table(table: Table) -> list[str]:
    headings = [_escape_inline(column.heading) for column in table.columns]
    rows = [list(map(_cell, row)) for row in table.rows]
    if table.rule_above >= 0:
        rows[table.rule_above] = [f"**{cell}**" for cell in rows[table.rule_above]]
    figures = [number for number, column in enumerate(table.columns) if column.is_figure]
    return list(markdown_table(headings, rows, figures))


def _cell(cell: Styled) -> str:
    counts = f"({cell.counts})" if cell.counts else ""
    return " ".join(part for part in (cell.sign, _escape_inline(cell.text), counts) if part)


def _problems(outcome: Outcome, language: Language) -> Iterator[str]:
    if not outcome.problems:
        return
    yield from ("", _heading(2, phrase("Problems"), language))
    for file, groups in grouped(outcome.problems):
        yield from ("", _heading(3, file, language))
        for group in groups:
            count = f" ({language.number(len(group.problems))})" if len(group.problems) > 1 else ""
            yield from ("", f"**{_escape_inline(language.say(SEVERITY[group.severity]))}** `{group.code}`{count}", "")
            yield from (f"- {escaped(text)}" for text in group.example_texts(language))
            if group.more:
                more = plural("… and {count} more", "… and {count} more", group.more)
                yield f"- {escaped(language.say(more))}"
            yield from (f"- → {_escape_inline(hint)}" for hint in group.distinct_hints(language))


def _files(outcome: Outcome, language: Language) -> Iterator[str]:
    if not outcome.files:
        return
    yield from ("", _heading(2, phrase("Files"), language))
    headings = [_escape_inline(language.say(heading)) for heading in (phrase("File"), phrase("Valid returns"))]
    rows = [[_escape_inline(file.path), language.number(file.returns)] for file in outcome.files[:SHOWN_UNITS]]
    if any(file.sha256 for file in outcome.files):
        headings.append("SHA-256")
        for row, file in zip(rows, outcome.files, strict=False):
            row.append(f"`{file.sha256}`")
    if len(outcome.files) > SHOWN_UNITS:
        more = plural("… {count} more", "… {count} more", len(outcome.files) - SHOWN_UNITS)
        rows.append([_escape_inline(language.say(more))])
    yield from markdown_table(headings, rows)
