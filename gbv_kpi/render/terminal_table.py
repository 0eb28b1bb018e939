"""Draw text and tables on a terminal, coloured but never as markup; stack a table that is too wide."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from gbv_kpi.i18n import Bilingual, Language, Phrase
from gbv_kpi.render.table import Column, Styled, Table, styled

READABLE = 14  # columns that a wrapped text needs; figures are never wrapped
GAPS = (3, 1)  # columns between two values: usual, and where room is short


def to_text(words: Phrase | Bilingual | str, language: Language, style: str = "") -> Text:
    """Return a sentence as text that is never markup and moves no cursor."""
    return drawn(styled(words, language, style))


def drawn(cell: Styled) -> Text:
    """Return a text with its sign before it, and its counts on a line of their own."""
    text = Text(" ".join(part for part in (cell.sign, cell.text) if part), cell.style)
    return text.append(f"\n{cell.counts}", "dim") if cell.counts else text


def legend_text(signs: Sequence[Styled]) -> Text:
    """Return signs in their colours with their meanings."""
    texts = [Text.assemble((sign.sign, sign.style), (f" {sign.text}", "dim")) for sign in signs]
    return Text("   ").join(texts)


@dataclass(frozen=True, slots=True)
class TerminalTable:
    """A table with its values side by side where they fit, and stacked where they do not."""

    table: Table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        columns = self.table.columns
        rows = [list(map(drawn, row)) for row in self.table.rows]
        texts = [[row[number] for row in rows if number < len(row)] for number in range(len(columns))]
        widths = list(map(_widths, columns, texts))
        least = [width for width, _ in widths]
        gap = next((gap for gap in GAPS if sum(least) + gap * (len(least) - 1) <= options.max_width), None)
        if gap is None:
            yield from _stack_rows(columns, rows)
            return
        table = RichTable(box=box.SIMPLE_HEAD, padding=(0, gap // 2), show_edge=False, pad_edge=False)
        room = options.max_width - gap * (len(least) - 1)
        for column, width in zip(columns, _fit_widths(room, widths), strict=True):
            table.add_column(
                column.heading, justify="right" if column.is_figure else "left", overflow="fold", width=width
            )
        for number, row in enumerate(rows):
            if number == self.table.rule_above:
                table.add_section()
            table.add_row(*row)
        yield table


def _widths(column: Column, texts: Sequence[Text]) -> tuple[int, int]:
    """Return the least readable width of a column, and the width that needs no wrapping."""
    longest = max((line.cell_len for text in texts for line in text.split()), default=0)
    words = max(map(len, column.heading.split()), default=0)
    least = max(words, longest if column.is_figure or column.is_unbroken else min(longest, READABLE))
    return least, max(longest, cell_len(column.heading))


def _fit_widths(room: int, widths: Sequence[tuple[int, int]]) -> list[int]:
    """Return widths that fit the room: the widest shrinks first, none below its least.

    Rich narrows first and applies `min_width` after, so that its tables outgrow the terminal and lose a column.
    """
    fitted = [full for _, full in widths]
    while sum(fitted) > room:
        widest = max(range(len(widths)), key=lambda number: (fitted[number] > widths[number][0], fitted[number]))
        fitted[widest] -= 1
    return fitted


def _stack_rows(columns: Sequence[Column], rows: Sequence[Sequence[Text]]) -> Iterator[RenderableType]:
    for row in rows:
        yield Text.assemble(row[0], style="bold")
        details = RichTable.grid(padding=(0, 2, 0, 0))
        for column, text in zip(columns[1:], row[1:], strict=False):
            if text.plain:
                details.add_row("", column.heading, text)
        if details.row_count:
            yield details
