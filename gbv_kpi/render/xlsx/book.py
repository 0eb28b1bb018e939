"""A workbook being written: sheets for A4, cells in one look, and text that is text."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, Literal

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from gbv_kpi.language import Bilingual, Language, Phrase
from gbv_kpi.output import visible
from gbv_kpi.render import paper
from gbv_kpi.render.figures import MEANING, SIGN
from gbv_kpi.render.xlsx.formulas import quoted, reference
from gbv_kpi.scorecard import Finding, Status
from gbv_kpi.thresholds import Measure, Threshold

__all__ = ["COLOURS", "Book", "Page", "Words"]

ROW_HEIGHT, GAP = 18, 3  # points
UNDATED = datetime(1980, 1, 1)  # noqa: DTZ001 - the day a zip file has where it has none: same input, same bytes
LOCALE = {"vi": "[$-42A]", "en": "[$-409]"}  # LibreOffice writes numbers after it, Excel after its reader's Windows
RESERVED = ("History",)  # a sheet's name that Excel keeps for itself
FIGURE = {"align": "right"}
COLOURS = {
    Status.MET: ("#C6EFCE", "#0B5A1D"),
    Status.MISSED: ("#FFC7CE", "#9C0006"),
    Status.NOT_DUE: ("#DDEBF7", "#1F4E79"),
    Status.NO_CASES: ("#EDEDED", "#404040"),
    Status.NO_DATA: ("#FFEB9C", "#7F6000"),
    Status.WITHHELD: ("#E4DFEC", "#3F3151"),
}

Words = Phrase | Bilingual | str


class _Sheet(Worksheet):  # type: ignore[misc] # the library has no types
    """A sheet that takes formulas as they are.

    The library looks for thirty functions of newer Excels in every formula, which is most of the time of a large
    workbook, and would find one in the name of a sheet.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: ARG002
        return formula.removeprefix("=")


class Book:
    """One workbook in one language."""

    def __init__(self, title: Words, language: Language) -> None:
        self.language = language
        self._bytes = BytesIO()
        how = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.workbook = Workbook(self._bytes, how)
        self.workbook.set_properties({"title": self.say(title), "created": UNDATED})
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._titles = list(RESERVED)
        self.word = {status: self.say(meaning) for status, meaning in MEANING.items()}  # of each status

    def say(self, words: Words) -> str:
        """A text as a cell holds it."""
        return paper.storable(visible(self.language.say(words)))

    def page(self, title: Words) -> "Page":
        """A further sheet."""
        # A word right before a bracket is taken for a function wherever the sheet is referred to.
        name = paper.sheet_title(self.say(title).replace("(", " ("), self._titles)
        self._titles.append(name)
        return Page(self, name)

    def look(self, **properties: Any) -> Any:
        """A format; cells that look the same share it."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            usual = {"font_name": paper.FONT, "font_size": 12, "valign": "vcenter"}
            self._formats[key] = self.workbook.add_format(usual | properties)
        return self._formats[key]

    def colours(self, status: Status) -> Any:
        """The colours of a verdict, to be laid over a cell's own look."""
        fill, ink = COLOURS[status]
        return self.workbook.add_format({"bg_color": fill, "font_color": ink})

    @property
    def whole(self) -> str:
        """The number format of counts."""
        return f"{LOCALE[self.language.tag]}#,##0"

    def rates(self, measure: Measure, decimals: int = 1, before: str = "", after: str = "") -> str:
        """The number format of rates, with literal signs around them."""
        places = "0" + ("." + "0" * decimals if decimals else "")
        literal = [quoted(text) if text else "" for text in (before, after)]
        return f"{LOCALE[self.language.tag]}{literal[0]}{places}{'%' if measure == 'percent' else ''}{literal[1]}"

    def rate_of(self, finding: Finding | None, measure: Measure, before: str = "", after: str = "") -> str:
        """The number format of a finding's rate: enough decimals that print never contradicts the verdict."""
        shown = finding.rate() if finding else None
        return self.rates(measure, shown[1] if shown else 1, before, after)

    def bound(self, threshold: Threshold, after: str = "") -> str:
        """The number format of a threshold: ≥ 85%."""
        decimals = max(0, -int(threshold.bound.normalize().as_tuple().exponent))
        return self.rates(threshold.measure, decimals, f"{SIGN[threshold.comparator]} ", after)

    def written(self) -> bytes:
        self.workbook.close()
        return self._bytes.getvalue()


class Page:
    """One sheet, rows and columns counted from 0."""

    def __init__(self, book: Book, name: str) -> None:
        self.book = book
        self.name = name
        self.sheet = book.workbook.add_worksheet(name, _Sheet)
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
        self.sheet.write_string(row, column, text, self.book.look(text_wrap=True, **look))

    def across(self, row: int, widths: Sequence[float], words: Words, *, size: float = 12, **look: Any) -> None:
        """A line of text over all columns, as high as it needs."""
        text = self.book.say(words)
        quoting = {"quote_prefix": True} if paper.acts(text) else {}
        style = self.book.look(text_wrap=True, font_size=size, **quoting, **look)
        self.sheet.merge_range(row, 0, row, len(widths) - 1, "", style)
        self.sheet.write_string(row, 0, text, style)
        self.fit(row, [(text, sum(widths))], size)

    def headings(self, row: int, widths: Sequence[float], headings: Iterable[Words]) -> None:
        texts = [self.book.say(words) for words in headings]
        for column, text in enumerate(texts):
            self.text(
                row, column, text, bold=True, align="center", border=1, border_color=paper.LINE, bg_color=paper.HEADING
            )
        self.fit(row, zip(texts, widths, strict=True), bold=True)

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
