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

    def least(self, texts: Sequence[Text]) -> int:
        """Return the width below which the column cannot be read."""
        longest = max((line.cell_len for text in texts for line in text.split()), default=0)
        words = max((len(word) for word in str(self.heading).split()), default=0)
        return max(words, longest if self.is_figure or self.is_whole else min(longest, READABLE))


@dataclass(frozen=True, slots=True)
class TerminalTable:
    """Rows of texts; a rule is drawn above the row numbered `rule_above`."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str | Text]]
    rule_above: int = -1

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        rows = [[text if isinstance(text, Text) else Text(text) for text in row] for row in self.rows]
        cells = [[row[number] for row in rows if number < len(row)] for number in range(len(self.columns))]
        least = [column.least(texts) for column, texts in zip(self.columns, cells, strict=True)]
        gap = next((gap for gap in GAPS if sum(least) + gap * (len(least) - 1) <= options.max_width), None)
        if gap is None:
            yield from self._stacked(rows)
            return
        table = Table(box=box.SIMPLE_HEAD, padding=(0, gap // 2), show_edge=False, pad_edge=False)
        for column, width in zip(self.columns, least, strict=True):
            table.add_column(
                column.heading, justify="right" if column.is_figure else "left", overflow="fold", min_width=width
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
