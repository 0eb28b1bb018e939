"""Write a workbook: its language, its cell styles, and its sheets row by row."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from types import MappingProxyType
from typing import Any, NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from gbv_kpi import excel_style
from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Bilingual, Language, Phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.plan.thresholds import SCALE, UNCHANGED, Measure, Threshold
from gbv_kpi.render.formatting import MEANING, SIGN
from gbv_kpi.render.xlsx.formulas import quoted

UNDATED = datetime(1980, 1, 1)  # noqa: DTZ001 - the day a zip file has where it has none: same input, same bytes
LOCALE = {"vi": "[$-42A]", "en": "[$-409]"}  # for numbers in LibreOffice; Excel follows the reader's Windows
RESERVED = ("History",)  # a sheet's name that Excel keeps for itself
ROW_HEIGHT, GAP = 18, 3  # points
BOLD_WIDTH = 1.08  # of a letter, to a usual one
GRID = {"border": 1, "border_color": excel_style.LINE}
BOLD = {"bold": True, **GRID}
HEADING = {"align": "center", "bg_color": excel_style.HEADING, **BOLD}
FIGURE = {"align": "right"}
CENTRED = {"align": "center"}
TITLE = {"font_size": 14, "bold": True}
COLOURS = {
    Status.MET: ("#C6EFCE", "#0B5A1D"),
    Status.MISSED: ("#FFC7CE", "#9C0006"),
    Status.NOT_DUE: ("#DDEBF7", "#1F4E79"),
    Status.NO_CASES: ("#EDEDED", "#404040"),
    Status.NO_DATA: ("#FFEB9C", "#7F6000"),
    Status.WITHHELD: ("#E4DFEC", "#3F3151"),
}

Words = Phrase | Bilingual | str
Look = Mapping[str, Any]  # as xlsxwriter names the properties of a format
Line = tuple[Words, Look]
Column = tuple[Words, float]  # heading and width
Area = tuple[int, int, int, int]  # first row and column, last row and column
PLAIN: Look = MappingProxyType({})


class Cell(NamedTuple):
    """The contents of a cell, and its own look on top of that of its row."""

    value: Words | list[str] | float | None = None  # words, lines of words, or a number; None: nothing
    number_format: str | None = None  # the format of a number
    formula: str = ""  # that evaluates to the value
    look: Look = PLAIN


class Book:
    def __init__(self, title: Words, language: Language, **properties: str) -> None:
        self.language = language
        self._bytes = BytesIO()
        flags = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.workbook = Workbook(self._bytes, flags)
        self.workbook.set_properties({"title": self.say(title), "created": UNDATED, **properties})
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self.titles = list(RESERVED)  # of the sheets
        self.word = {status: self.say(meaning) for status, meaning in MEANING.items()}  # of each status
        self.count_format = f"{LOCALE[language.tag]}#,##0"  # the number format of counts

    def say(self, words: Words | list[str]) -> str:
        """Return a text as a cell holds it, a list as lines."""
        if isinstance(words, list):
            return "\n".join(map(self.say, words))
        return excel_style.storable(escape_controls(self.language.say(words)))

    def format(self, look: Look) -> Any:
        """Return a format; cells that look the same share it."""
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            usual = {"font_name": excel_style.FONT, "font_size": 12, "valign": "vcenter"}
            self._formats[key] = self.workbook.add_format(usual | dict(look))
        return self._formats[key]

    def rate_format(self, measure: Measure, decimals: int = 1, prefix: str = "", suffix: str = "") -> str:
        """Return the number format of rates, with literal signs around them."""
        places = f"{0:.{decimals}f}{'%' if measure in ('percent', 'change') else ''}"
        before, after = (quoted(text) if text else "" for text in (prefix, suffix))
        return f"{LOCALE[self.language.tag]}{before}{places}{after}"

    def finding_format(self, finding: Finding | None, measure: Measure, prefix: str = "", suffix: str = "") -> str:
        """Return a number format with enough decimals never to contradict the verdict."""
        shown = finding.rate() if finding else None
        return self.rate_format(measure, shown[1] if shown else 1, prefix, suffix)

    def count(self, count: int | None, formula: str = "") -> Cell:
        return Cell(count, self.count_format, formula)

    def rate(self, finding: Finding | None, measure: Measure, formula: str = "") -> Cell:
        return Cell(quotient(finding), self.finding_format(finding, measure), formula)

    def bound(self, threshold: Threshold | None, suffix: str = "") -> Cell:
        """Return a threshold as a cell for display and charts: ≥ 85%."""
        if threshold is None:
            return Cell()
        decimals = max(0, -int(threshold.bound.normalize().as_tuple().exponent))
        number_format = self.rate_format(threshold.measure, decimals, f"{SIGN[threshold.comparator]} ", suffix)
        return Cell(float(threshold.bound) / SCALE[threshold.measure], number_format)

    def verdict(self, status: Status, formula: str = "") -> Cell:
        return Cell(self.word[status], formula=formula, look=CENTRED)

    def to_bytes(self) -> bytes:
        self.workbook.close()
        return self._bytes.getvalue()


def quotient(finding: Finding | None) -> float | None:
    """Return the value of the formula of a rate; None where there is none."""
    if finding is None or not finding.status.has_rate or finding.numerator is None or not finding.divisor:
        return None
    return finding.numerator / finding.divisor - UNCHANGED[finding.measure] / 100


class _Sheet(Worksheet):  # type: ignore[misc] # the library has no types
    """A sheet that stores formulas unchanged.

    The library looks for thirty functions of newer Excels in every formula, which is most of the time of a large
    workbook, and would find one in the name of a sheet.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:  # noqa: ARG002
        return formula.removeprefix("=")


def spaced(title: str) -> str:
    """Return the title of a sheet with a blank before brackets: a formula would take the word for a function."""
    return re.sub(r"(?<! )\(", " (", title)


class Page:
    """One sheet of a book: rows and columns counted from 0, text never a formula, formulas with their values."""

    def __init__(self, book: Book, title: Words) -> None:
        self.book = book
        self.name = excel_style.sheet_title(spaced(book.say(title)), book.titles)
        book.titles.append(self.name)
        self.sheet = book.workbook.add_worksheet(self.name, _Sheet)
        self.sheet.hide_gridlines(2)
        self.sheet.set_default_row(ROW_HEIGHT)
        self.widths: Sequence[float] = ()

    def set_widths(self, widths: Sequence[float], padding: float = 0) -> None:
        """Set the widths of columns, which include the padding."""
        self.widths = widths
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width - padding)

    @property
    def pixels(self) -> int:
        """Return how wide the columns are together on a screen."""
        return sum(round(width * 7) + 5 for width in self.widths)

    def reference(self, row: int, column: int) -> str:
        """Return a cell as other sheets refer to it; an apostrophe in the sheet's name is written twice."""
        name = self.name.replace("'", "''")
        return f"'{name}'!{xl_rowcol_to_cell(row, column)}"

    def fill(
        self,
        lines: Sequence[Line],
        columns: Sequence[Column],
        rows: Sequence[Sequence[Cell]],
        name: str,
        top: int | None = None,
        *,
        frozen_columns: int = 0,
        one_page: bool = False,
    ) -> int:
        """Write lines, and below them a table that formulas can refer to by its name; return its last row.

        With `top`, the headings are in that row, and the first row below sums up the others: it is bold, and there are
        no filters.
        """
        self.set_widths([width for _, width in columns])
        self.put_lines(0, lines)
        has_sums = top is not None
        top = len(lines) + 1 if top is None else top
        for row in range(len(lines), top):
            self.sheet.set_row(row, GAP if has_sums else ROW_HEIGHT)
        last = top + len(rows)
        headings = [self.book.say(heading) for heading, _ in columns]
        self.headings(top, headings)
        for row, cells in enumerate(rows, start=top + 1):
            self.row(row, cells, BOLD if has_sums and row == top + 1 else GRID)
        if rows:
            look = self.book.format({"text_wrap": True, **HEADING})
            described = [{"header": text, "header_format": look} for text in headings]
            table = {"name": name, "columns": described, "style": None, "autofilter": not has_sums}
            self.sheet.add_table(top, 0, last, len(columns) - 1, table)
        self.print_on_a4(top, frozen_columns, one_page=one_page)
        return last

    def put_lines(self, row: int, lines: Iterable[Line]) -> int:
        """Write lines of text over all columns; return the row below them."""
        for words, look in lines:
            self.put_across(row, words, look)
            row += 1
        return row

    def put_across(self, row: int, words: Words, look: Look = PLAIN, first: int = 0, last: int | None = None) -> None:
        """Write a line of text over columns, usually all, in a row as high as it needs."""
        last = len(self.widths) - 1 if last is None else last
        text = self.put_over((row, first, row, last), Cell(words), look)
        self.fit(row, [(text, sum(self.widths[first : last + 1]))], look.get("font_size", 12))

    def put_over(self, area: Area, cell: Cell, look: Look = GRID) -> str:
        """Write a cell over an area and return its text."""
        if area[:2] < area[2:]:
            self.sheet.merge_range(*area, "", self.book.format({"text_wrap": True, **look, **cell.look}))
        return self.put(*area[:2], cell, look)

    def headings(self, row: int, headings: Iterable[Words]) -> None:
        self.row(row, map(Cell, headings), HEADING)

    def row(self, row: int, cells: Iterable[Cell], look: Look = GRID, at_least: float = 0) -> None:
        """Write a row of cells, high enough for their texts."""
        texts = [self.put(row, column, cell, look) for column, cell in enumerate(cells)]
        size = look.get("font_size", 12) * (BOLD_WIDTH if look.get("bold") else 1)
        self.fit(row, zip(texts, self.widths, strict=False), size, at_least)

    def put(self, row: int, column: int, cell: Cell, look: Look = GRID) -> str:
        """Write a cell and return its text: it stays text, whatever sign it starts with, even when edited later."""
        text = "" if isinstance(cell.value, int | float | None) else self.book.say(cell.value)
        if cell.value in (None, "") and not cell.formula:
            self.sheet.write_blank(row, column, None, self.book.format({**look, **cell.look}))
            return text
        kind: Look = {"text_wrap": True} if cell.number_format is None else {"num_format": cell.number_format, **FIGURE}
        look = {**kind, **look, **cell.look}
        if cell.formula:
            shown = "" if cell.value is None else cell.value
            self.sheet.write_formula(row, column, cell.formula, self.book.format(look), shown)
        elif isinstance(cell.value, int | float):
            self.sheet.write_number(row, column, cell.value, self.book.format(look))
        else:
            quoting = {"quote_prefix": True} if excel_style.is_formula_like(text) else {}
            self.sheet.write_string(row, column, text, self.book.format({**look, **quoting}))
        return text

    def fit(self, row: int, texts: Iterable[tuple[str, float]], size: float = 12, at_least: float = 0) -> None:
        """Make a row high enough for wrapped texts, each with the width of its columns."""
        self.sheet.set_row(row, excel_style.row_height(texts, size, at_least))

    def colour_verdicts(self, first_row: int, last_row: int, column: int) -> None:
        for status in COLOURS:
            rule = {"type": "cell", "criteria": "==", "value": quoted(self.book.word[status])}
            self.colour((first_row, column, last_row, column), status, rule)

    def colour(self, area: Area, status: Status, rule: dict[str, Any]) -> None:
        """Give cells the colour of a verdict as long as a rule holds."""
        fill, ink = COLOURS[status]
        look = self.book.workbook.add_format({"bg_color": fill, "font_color": ink})
        self.sheet.conditional_format(*area, {**rule, "format": look})

    def print_on_a4(self, headings: int | None = None, frozen_columns: int = 0, *, one_page: bool = False) -> None:
        """Print on A4, as wide as the page and as long as it takes, or all on one; the row of headings on every page.

        The headings and a number of columns stay in sight on a screen.
        """
        sheet = self.sheet
        sheet.set_paper(excel_style.A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, int(one_page))
        sheet.center_horizontally()
        sheet.set_margins(**excel_style.MARGINS)
        sheet.set_footer("&C&P/&N")
        if headings is not None:
            sheet.repeat_rows(headings)
            sheet.freeze_panes(headings + 1, frozen_columns)
