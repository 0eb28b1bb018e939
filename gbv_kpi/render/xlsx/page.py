"""One sheet of a report: A4, rows and columns counted from 0, text that is text, formulas with their values."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from gbv_kpi.excel_style import paper
from gbv_kpi.kpi.finding import Status
from gbv_kpi.render.xlsx.book import COLOURS, GRID, Book, Words
from gbv_kpi.render.xlsx.formulas import quoted, reference

ROW_HEIGHT, GAP = 18, 3  # points
FIGURE = {"align": "right"}


class _Sheet(Worksheet):  # type: ignore[misc] # the library has no types
    """A sheet that takes formulas as they are.

    The library looks for thirty functions of newer Excels in every formula, which is most of the time of a large
    workbook, and would find one in the name of a sheet.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: ARG002
        return formula.removeprefix("=")


class Page:
    """A further sheet of a book."""

    def __init__(self, book: Book, title: Words) -> None:
        self.book = book
        self.name = book.sheet_name(title)
        self.sheet = book.workbook.add_worksheet(self.name, _Sheet)
        self.sheet.hide_gridlines(2)
        self.sheet.set_default_row(ROW_HEIGHT)

    def cell(self, row: int, column: int) -> str:
        """A cell as other sheets refer to it."""
        return reference(self.name, xl_rowcol_to_cell(row, column))

    def widths(self, widths: Sequence[float]) -> None:
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)

    def text(self, row: int, column: int, words: Words, **look: Any) -> None:
        """A text as text, whatever sign it starts with, and even if someone edits the cell later."""
        text = self.book.say(words)
        if paper.acts(text):
            look["quote_prefix"] = True
        self.sheet.write_string(row, column, text, self.book.look(**{"text_wrap": True, **look}))

    def across(self, row: int, widths: Sequence[float], words: Words, *, size: float = 12, **look: Any) -> None:
        """A line of text over all columns, as high as it needs."""
        text = self.book.say(words)
        quoting = {"quote_prefix": True} if paper.acts(text) else {}
        style = self.book.look(text_wrap=True, font_size=size, **quoting, **look)
        self.sheet.merge_range(row, 0, row, len(widths) - 1, "", style)
        self.sheet.write_string(row, 0, text, style)
        self.fit(row, [(text, sum(widths))], size)

    def line(self, row: int, widths: Sequence[float], words: Words, *, size: float = 12, **look: Any) -> None:
        """A line of text that runs on over the blank cells beside it; one longer than the columns is broken."""
        text = self.book.say(words)
        if paper.row_height([(text, sum(widths))], size) > paper.row_height([("", 1)], size):
            self.across(row, widths, words, size=size, **look)
        else:
            self.text(row, 0, words, font_size=size, **{"text_wrap": False, **look})

    def headings(self, row: int, widths: Sequence[float], headings: Iterable[Words]) -> None:
        texts = [self.book.say(words) for words in headings]
        for column, text in enumerate(texts):
            self.text(row, column, text, bold=True, align="center", bg_color=paper.HEADING, **GRID)
        self.fit(row, zip(texts, widths, strict=True), bold=True)

    def named_table(
        self, name: str, top: int, last_row: int, headings: Iterable[Words], *, filters: bool = True
    ) -> None:
        """Make the cells from a row of headings down a table that formulas and pivot tables know by its name."""
        look = self.book.look(bold=True, align="center", bg_color=paper.HEADING, text_wrap=True, **GRID)
        columns = [{"header": self.book.say(heading), "header_format": look} for heading in headings]
        if last_row > top:
            table = {"name": name, "columns": columns, "style": None, "autofilter": filters}
            self.sheet.add_table(top, 0, last_row, len(columns) - 1, table)

    @staticmethod
    def pixels(widths: Iterable[float]) -> int:
        """What columns of these widths together measure on a screen."""
        return sum(round(width * 7) + 5 for width in widths)

    def number(self, row: int, column: int, number: float, format: str, **look: Any) -> None:
        self.sheet.write_number(row, column, number, self.book.look(num_format=format, **FIGURE, **look))

    def figure(self, row: int, column: int, formula: str, value: float | str, format: str, **look: Any) -> None:
        """A formula that gives a number, with what it comes to, for whoever does not calculate."""
        self.sheet.write_formula(row, column, formula, self.book.look(num_format=format, **FIGURE, **look), value)

    def words(self, row: int, column: int, formula: str, value: str, **look: Any) -> None:
        """A formula that gives words, with what it comes to."""
        self.sheet.write_formula(row, column, formula, self.book.look(text_wrap=True, **look), value)

    def blank(self, row: int, column: int, **look: Any) -> None:
        self.sheet.write_blank(row, column, None, self.book.look(**look))

    def fit(self, row: int, texts: Iterable[tuple[str, float]], size: float = 12, *, bold: bool = False) -> None:
        """Make a row high enough for wrapped texts in columns of these widths."""
        self.sheet.set_row(row, paper.row_height(texts, size * 1.08 if bold else size))

    def fit_name(self, row: int, name: str, width: float, *, bold: bool = False) -> None:
        """Make room for a name that does not fit on one line; other rows keep the sheet's usual height."""
        if len(name) > width:
            self.fit(row, [(name, width)], bold=bold)

    def shrink(self, rows: Iterable[int]) -> None:
        """Let unused rows be no more than a gap."""
        for row in rows:
            self.sheet.set_row(row, GAP)

    def colour_verdicts(self, first_row: int, last_row: int, column: int) -> None:
        """A colour for each verdict, which follows the word in the cell."""
        for status in COLOURS:
            word = quoted(self.book.word[status])
            rule = {"type": "cell", "criteria": "==", "value": word, "format": self.book.colours(status)}
            self.sheet.conditional_format(first_row, column, last_row, column, rule)

    def colour_where(self, row: int, last_column: int, condition: str, status: Status) -> None:
        """The colour of a verdict across a row, as long as a condition holds."""
        rule = {"type": "formula", "criteria": condition, "format": self.book.colours(status)}
        self.sheet.conditional_format(row, 0, row, last_column, rule)

    def on_a4(
        self,
        orientation: Literal["portrait", "landscape"],
        headings: int | None = None,
        frozen_columns: int | None = None,
        *,
        one_page: bool = False,
    ) -> None:
        """A4, as wide as the page and as long as it takes, or all on one; the row of headings on every page.

        With a number of frozen columns, these and the headings stay in sight on a screen.
        """
        sheet = self.sheet
        sheet.set_paper(paper.A4)
        if orientation == "landscape":
            sheet.set_landscape()
        sheet.fit_to_pages(1, int(one_page))
        sheet.center_horizontally()
        sheet.set_margins(**paper.MARGINS)
        sheet.set_footer("&C&P/&N")
        if headings is not None:
            sheet.repeat_rows(headings)
            if frozen_columns is not None:
                sheet.freeze_panes(headings + 1, frozen_columns)
