"""A web page to a sheet, as a spreadsheet program opens it.

The tables and the lines of text between them stand at successive rows; cells that reach over others are merged.
"""

import re
from collections.abc import Mapping
from typing import Any

from gbv_kpi.sheets.sheet import Area, Cell, Sheet
from gbv_kpi.sheets.superscripts import raised

MAX_CELLS = 500_000  # that a page spans
LONGEST_TEXT = 32_767  # characters of a cell, as in Excel
LONGEST_SPAN = 1000  # columns, as browsers have it
CHUNK = 2**16  # bytes
_SHOWN_NUMBER = re.compile(r"[\s\d.,'()$₫đ+-]*")  # beside words, percentages and errors
_NOT_SHOWN = frozenset({"script", "style", "title", "xml", "noscript", "template"})
_BLOCKS = frozenset({"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "center", "caption", "body", "form", "hr"})


def read_page(text: str, name: str | None) -> Sheet:
    """The sheet of a page; raises `OverflowError` for more cells than any return has."""
    from lxml import etree

    target: Any = _Target()  # the parser asks for no more methods than it has
    parser = etree.HTMLParser(target=target, encoding="utf-8", huge_tree=True, remove_comments=True)
    content = re.sub(r"<\?xml[^>]*\?>", "", text, count=1).encode()
    for start in range(0, len(content), CHUNK):  # what the target raises is only heard between two of them
        parser.feed(content[start : start + CHUNK])
    parser.close()
    return Sheet(name, target.rows, tuple(target.merged), hidden_rows=frozenset(target.hidden_rows))


class _Target:
    """Rows as the tags of a page come by; raises `OverflowError` for more cells than any return has."""

    def __init__(self) -> None:
        self.rows: list[list[Cell]] = []
        self.merged: list[Area] = []
        self.hidden_rows: set[int] = set()
        self._open_rows: list[int] = []  # the row of each open table that is being filled
        self._taken: set[tuple[int, int]] = set()  # cells that one further up or left reaches over
        self._cell: Mapping[str, str] | None = None
        self._text: list[str] = []
        self._length = 0
        self._raised = 0  # open tags whose text is raised
        self._unseen = 0  # open tags whose text is not shown
        self._cells = 0

    # ------------------------------------------------------------ what the parser calls

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in _NOT_SHOWN:
            self._unseen += 1
        elif tag == "table":
            self._end_cell()
            self._taken.clear()
            self._open_rows.append(len(self.rows))
        elif tag == "tr" and self._open_rows:
            self._end_cell()
            self._begin_row(attributes)
        elif tag in ("td", "th") and self._open_rows:
            self._end_cell()
            self._cell = attributes
        elif tag == "sup":
            self._raised += 1
        elif tag == "br":
            self._text.append("\n")
        elif tag in _BLOCKS:
            self._text.append("\n") if self._cell is not None else self._end_cell()

    def end(self, tag: str) -> None:
        if tag in _NOT_SHOWN:
            self._unseen -= 1
        elif tag == "sup":
            self._raised -= 1
        elif tag == "table" and self._open_rows:
            self._end_cell()
            self._open_rows.pop()
            self._taken.clear()
        elif tag in ("td", "th", "tr", *_BLOCKS) and (self._cell is None or tag in ("td", "th", "tr")):
            self._end_cell()

    def data(self, text: str) -> None:
        if not self._unseen and self._length < LONGEST_TEXT:
            self._length += len(text)
            self._text.append((raised(text) if self._raised else text).replace("\r\n", " ").replace("\n", " "))

    def close(self) -> None:
        self._end_cell()

    # ------------------------------------------------------------ rows and cells

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        self._count(1)
        if re.search(r"display\s*:\s*none", attributes.get("style", "")):
            self.hidden_rows.add(len(self.rows))
        self._open_rows[-1] = len(self.rows)
        self.rows.append([])

    def _end_cell(self) -> None:
        """Put the lines since the last cell where they belong: in the open cell, or in rows of their own."""
        lines = [words for line in "".join(self._text).split("\n") if (words := " ".join(line.split()))]
        self._text.clear()
        self._length = 0
        attributes, self._cell = self._cell, None
        if attributes is None:
            self._count(len(lines))
            self.rows.extend([line] for line in lines)
            return
        text = "\n".join(lines)
        row = self._open_rows[-1]
        if row >= len(self.rows):
            self.rows.append([])
        cells = self.rows[row]
        while (row, len(cells)) in self._taken:
            cells.append("")
        self._place(row, len(cells), attributes)
        cells.append(_value(text, attributes))
        self._count(1)

    def _place(self, row: int, column: int, attributes: Mapping[str, str]) -> None:
        """Keep room for a cell that reaches over others."""
        across = min(_span(attributes, "colspan"), LONGEST_SPAN)
        down = _span(attributes, "rowspan")
        if across == down == 1:
            return
        self._count(across * down)
        self.merged.append(((row, column), (row + down - 1, column + across - 1)))
        self._taken.update(
            (row + below, column + beside) for below in range(down) for beside in range(across) if below or beside
        )

    def _count(self, cells: int) -> None:
        self._cells += cells
        if self._cells > MAX_CELLS:
            raise OverflowError


def _span(attributes: Mapping[str, str], name: str) -> int:
    given = attributes.get(name, "1").strip()
    return max(1, int(given)) if given.isdecimal() and len(given) < 8 else 1


def _value(text: str, attributes: Mapping[str, str]) -> Cell:
    """The number that a spreadsheet program wrote beside what it shows, else what it shows."""
    number = attributes.get("sdval") or attributes.get("x:num")
    if number and text and _SHOWN_NUMBER.fullmatch(text):
        try:
            return float(number)
        except ValueError:
            return text
    return text
