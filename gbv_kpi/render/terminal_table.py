"""Tables of a terminal: side by side where there is room, and one value below the other where there is none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

READABLE = 14  # columns that a text needs, however it is broken; figures are not broken at all
GAPS = (3, 1)  # columns between two values: where there is room, and where there is little


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; a figure, a day or an address must not be broken over lines."""

    heading: str | Text
    is_figure: bool = False
    is_whole: bool = False

    def widths(self, texts: Sequence[Text]) -> tuple[int, int]:
        """Return the width below which the column cannot be read, and the one that breaks no line."""
        longest = max((line.cell_len for text in texts for line in text.split()), default=0)
        words = max((len(word) for word in str(self.heading).split()), default=0)
        least = max(words, longest if self.is_figure or self.is_whole else min(longest, READABLE))
        return least, max(longest, Text.assemble(self.heading).cell_len)


@dataclass(frozen=True, slots=True)
class TerminalTable:
    """Rows of texts; a rule is drawn above the row numbered `rule_above`."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str | Text]]
    rule_above: int = -1

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        rows = [[text if isinstance(text, Text) else Text(text) for text in row] for row in self.rows]
        cells = [[row[number] for row in rows if number < len(row)] for number in range(len(self.columns))]
        widths = [column.widths(texts) for column, texts in zip(self.columns, cells, strict=True)]
        least = [width for width, _ in widths]
        gap = next((gap for gap in GAPS if sum(least) + gap * (len(least) - 1) <= options.max_width), None)
        if gap is None:
            yield from self._stacked(rows)
            return
        table = Table(box=box.SIMPLE_HEAD, padding=(0, gap // 2), show_edge=False, pad_edge=False)
        room = options.max_width - gap * (len(least) - 1)
        for column, width in zip(self.columns, _within(room, widths), strict=True):
            table.add_column(
                column.heading, justify="right" if column.is_figure else "left", overflow="fold", width=width
            )
        for number, row in enumerate(rows):
            if number == self.rule_above:
                table.add_section()
            table.add_row(*row)
        yield table

    def _stacked(self, rows: Sequence[Sequence[Text]]) -> Iterator[RenderableType]:
        for row in rows:
            yield Text.assemble(row[0], style="bold")
            below = Table.grid(padding=(0, 2, 0, 0))
            for column, text in zip(self.columns[1:], row[1:], strict=False):
                if text.plain:
                    below.add_row("", column.heading, text)
            if below.row_count:
                yield below


def _within(room: int, widths: Sequence[tuple[int, int]]) -> list[int]:
    """Return the widths that together fit: the widest gives way first, none below its least.

    Rich narrows first and applies `min_width` after, so that its tables outgrow the terminal and lose a column.
    """
    fitted = [full for _, full in widths]
    while sum(fitted) > room:
        widest = max(range(len(widths)), key=lambda number: (fitted[number] > widths[number][0], fitted[number]))
        fitted[widest] -= 1
    return fitted
