"""Define a table of texts for any output, and draw it on a terminal: coloured, never as markup, stacked if too wide."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, JustifyMethod, RenderableType
from rich.table import Column as TextColumn
from rich.table import Table as RichTable
from rich.text import Text

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Bilingual, Language, Phrase
from gbv_kpi.render.listing import Cell, Coded, Listing, for_person

READABLE = 14  # columns that a wrapped text needs; figures are never wrapped
GAPS = (3, 1)  # columns between two values: usual, and where room is short


@dataclass(frozen=True)
class Styled:
    """A text without control characters, the sign before it and the counts on a line of their own."""

    text: str
    style: str = ""  # a style of rich; in a legend that of the sign
    sign: str = ""
    counts: str = ""

    def __rich__(self) -> Text:
        text = Text(" ".join(part for part in (self.sign, self.text) if part), self.style)
        return text.append(f"\n{self.counts}", "dim") if self.counts else text


def styled(words: Phrase | Bilingual | str, language: Language, style: str = "") -> Styled:
    return Styled(escape_controls(language.say(words)), style)


@dataclass(frozen=True)
class Column:
    """A heading; figures, and whole texts such as days and addresses, are not broken over lines."""

    heading: str
    is_figure: bool = False
    is_unbroken: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under columns; a row may lack its last cells. A rule is drawn above the row `rule_above`, a legend below.

    On a terminal values are side by side where they fit, and stacked where they do not.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[Styled]]
    rule_above: int = -1
    legend: Sequence[Styled] = ()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        columns, rows = self.columns, [[cell.__rich__() for cell in row] for row in self.rows]
        texts = [[row[number] for row in rows if number < len(row)] for number in range(len(columns))]
        widths = list(map(_widths, columns, texts))
        least = [width for width, _ in widths]
        gap = next((gap for gap in GAPS if sum(least) + gap * (len(least) - 1) <= options.max_width), None)
        if gap is None:
            yield from _stack_rows(columns, rows)
        else:
            table = RichTable(box=box.SIMPLE_HEAD, padding=(0, gap // 2), show_edge=False, pad_edge=False)
            fitted = _fit_widths(options.max_width - gap * (len(least) - 1), widths)
            for column, width in zip(columns, fitted, strict=True):
                justify: JustifyMethod = "right" if column.is_figure else "left"
                table.add_column(column.heading, justify=justify, overflow="fold", width=width)
            for number, row in enumerate(rows):
                if number == self.rule_above:
                    table.add_section()
                table.add_row(*row)
            yield table
        if self.legend:
            yield legend_text(self.legend)


def on_terminal(listing: Listing, language: Language, names: Collection[str] = ()) -> Table:
    """Return the columns of these names, or all, as a table of a terminal."""
    shown = [index for index, (name, _) in enumerate(listing.columns) if not names or name in names]
    columns: list[Column] = []
    for index in shown:
        cells = [row[index] for row in listing.rows]
        heading = listing.columns[index][1]
        is_figure = any(isinstance(cell, int) and not isinstance(cell, bool) for cell in cells)
        is_unbroken = any(isinstance(cell, date) for cell in cells)
        columns.append(Column(language.say(heading or ""), is_figure, is_unbroken))
    return Table(columns, [[_styled(row[index], language) for index in shown] for row in listing.rows])


def _styled(cell: Cell, language: Language) -> Styled:
    lines = map(escape_controls, for_person(cell, language).split("\n"))
    return Styled("\n".join(lines), cell.style if isinstance(cell, Coded) else "")


def legend_text(signs: Sequence[Styled]) -> Text:
    """Return signs in their colours with their meanings."""
    texts = [Text.assemble((sign.sign, sign.style), (f" {sign.text}", "dim")) for sign in signs]
    return Text("   ").join(texts)


def _widths(column: Column, texts: Sequence[Text]) -> tuple[int, int]:
    """Return the least readable width of a column, with its words whole, and the width that needs no wrapping."""
    longest = max((line.cell_len for text in texts for line in text.split()), default=0)
    words = max(map(cell_len, " ".join([column.heading, *map(str, texts)]).split()), default=0)
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
        details = RichTable.grid("", "", TextColumn(overflow="fold"), padding=(0, 2, 0, 0))
        for column, text in zip(columns[1:], row[1:], strict=False):
            if text.plain:
                details.add_row("", column.heading, text)
        if details.row_count:
            yield details
