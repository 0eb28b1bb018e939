"""Read web pages, which Excel, LibreOffice and many reporting systems save under the name of an .xls.

A page is one sheet; a "single file web page" (.mht) may hold several. The tables and the lines of text between them
are at successive rows; cells that reach over others are merged.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from itertools import islice
from typing import Any

from gbv_kpi.i18n import phrase
from gbv_kpi.sheets.encodings import clean_text, decode_page, plain_start
from gbv_kpi.sheets.grid import Grid, Run, as_written, join_runs
from gbv_kpi.sheets.refusal import OVERSIZED, Refusal
from gbv_kpi.sheets.sheet import LONGEST_TEXT, PIECE, Cell, Sheet

MAX_SIZE = 32 * 2**20  # bytes
MAX_CELLS = 500_000  # that a page spans
LONGEST_SPAN = 1000  # columns, as browsers have it
MAX_PARTS = 500  # of a "single file web page", pictures and style sheets too
MAX_DEPTH = 5000  # open tags

_SHIFTED = (
    "unreadable-file",
    phrase("Cells are hidden in only some rows of the table, so its columns cannot be distinguished."),
)
_STARTS = (
    b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<body", b"<style", b"<div", b"<center", b"<!--",
)  # fmt: skip
_MIME_START = (b"mime-version:", b"from: <saved by", b"content-type: multipart/related")
_STRUCK = frozenset({"s", "strike", "del"})
_RAISED = frozenset({"sup", "sub"})
_RAISING = ("super", "sub", "text-top", "text-bottom", *"0123456789")  # starts of a `vertical-align`
_NOT_SHOWN = frozenset({"script", "style", "title", "xml", "noscript", "template", "option"})
_LOOKING = _RAISED | _STRUCK | _NOT_SHOWN  # tags with a look of their own
_BLOCKS = frozenset({"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "center", "caption", "body", "form", "hr"})


def is_web_page(content: bytes) -> bool:
    start = plain_start(content)
    if start.startswith(b"<?xml"):
        start = start.partition(b"?>")[2].lstrip()
        return start.startswith((b"<!doctype html", b"<html", b"<table"))
    return start.startswith((*_STARTS, *_MIME_START))


def read_web_page(content: bytes) -> tuple[list[Sheet], str | None]:
    """Return the sheets and the encoding of a page. Raises `Refusal` for too many cells."""
    pages = [decode_page(page) for page in _pages(content)]
    read = [_read_page(text) for text, _ in pages]
    tables = [page.grid for page in read if page.has_table]
    listed = next((page.listed for page in read if len(page.listed) == len(tables)), [(None, True)] * len(tables))
    sheets = [grid.sheet(name, is_shown=is_shown) for grid, (name, is_shown) in zip(tables, listed, strict=True)]
    return sheets, pages[0][1] if pages else None


def _pages(content: bytes) -> list[bytes]:
    """Return the page, or those that a "single file web page" holds in quoted-printable or base64."""
    if not plain_start(content).startswith(_MIME_START):
        return [content]
    import email

    parts = islice(email.message_from_bytes(content.lstrip()).walk(), MAX_PARTS)
    pages = [part.get_payload(decode=True) for part in parts if part.get_content_type() == "text/html"]
    return [page for page in pages if isinstance(page, bytes)]


# ------------------------------------------------------------------------ styles


@dataclass(frozen=True)
class _Look:
    """The look of the text in an open tag and in the tags nested in it."""

    is_raised: bool = False
    is_struck: bool = False  # or invisible
    is_gone: bool = False  # not laid out: takes no room
    is_note: bool = False  # leads to another place on the page
    is_silent: bool = False  # not part of the page


def _look_of(tag: str, attributes: Mapping[str, str], above: _Look, classes: Mapping[str, Mapping[str, str]]) -> _Look:
    """Return the look of an open tag; `above` is the look of the tag around it, `classes` the style sheet."""
    if not attributes and tag not in _LOOKING:
        return above
    style: dict[str, str] = {}
    for name in attributes.get("class", "").split():
        style |= classes.get(name, {})
    style |= _declarations(attributes.get("style", ""))
    lines = style.get("text-decoration", "") + style.get("text-decoration-line", "")
    is_unseen = style.get("visibility") in ("hidden", "collapse") or any(
        style[name].strip("0.") in ("", "px", "pt") for name in ("font-size", "opacity") if name in style
    )
    is_gone = "hidden" in attributes or style.get("display") == "none" or style.get("mso-hide") == "all"
    return _Look(
        above.is_raised or tag in _RAISED or style.get("vertical-align", "").startswith(_RAISING),
        above.is_struck or tag in _STRUCK or "line-through" in lines or is_unseen,
        above.is_gone or is_gone,
        above.is_note or (tag == "a" and attributes.get("href", "").startswith("#")),
        above.is_silent or tag in _NOT_SHOWN,
    )


def _declarations(style: str) -> dict[str, str]:
    """Return the properties that a style sets, in small letters.

    >>> _declarations("Display: NONE; height:0")
    {'display': 'none', 'height': '0'}
    """
    pairs = (declaration.partition(":") for declaration in style.lower().split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in pairs if value}


def _classes_of(style_sheet: str) -> Mapping[str, Mapping[str, str]]:
    """Return the properties of single classes in a style sheet (`.xl65`, `td.xl65`)."""
    rules = (rule.partition("{") for rule in style_sheet.split("}"))
    return {
        selector.strip().partition(".")[2]: _declarations(style)
        for selectors, _, style in rules
        for selector in selectors.replace("<!--", "").split(",")
        if selector.count(".") == 1 and " " not in selector.strip()
    }


# ------------------------------------------------------------------------ one page


def _read_page(text: str) -> "_Page":
    from lxml import etree

    page = _Page()
    target: Any = page  # lxml calls only the methods that a target has
    parser = etree.HTMLParser(target=target, encoding="utf-8", huge_tree=True)
    content = text.encode("utf-8", "replace") or b"\n"  # the parser refuses an empty page
    for start in range(0, len(content), PIECE):  # an exception of the target surfaces only between two chunks
        parser.feed(content[start : start + PIECE])
    parser.close()
    return page


class _Page:
    """The grid of a page, filled by the events of a parser. Raises `Refusal` for more cells than any return has."""

    def __init__(self) -> None:
        self.grid = Grid()
        self.has_table = False
        self.listed: list[tuple[str | None, bool]] = []  # the sheets that Excel lists in a page
        self._row = 0  # the next row
        self._open_rows: list[int] = []  # the row of each open table that is being filled
        self._gone: list[dict[int, list[bool]]] = []  # for each open table, which cells of a row take no room
        self._column = 0
        self._taken: set[tuple[int, int]] = set()  # cells covered by a spanning one above or to the left
        self._cell: Mapping[str, str] | None = None
        self._is_gone = False  # the open cell
        self._runs: list[Run] = []
        self._looks: list[tuple[str, _Look]] = [("", _Look())]  # of the open tags
        self._classes: dict[str, Mapping[str, str]] = {}
        self._style_sheet: list[str] | None = None  # pieces of the open one
        self._cells = 0

    # ------------------------------------------------------------ what the parser calls

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if len(self._looks) > MAX_DEPTH:
            raise Refusal(*OVERSIZED)
        look = _look_of(tag, attributes, self._looks[-1][1], self._classes)
        self._looks.append((tag, look))
        if tag == "style":
            self._style_sheet = []
        elif tag == "table":
            self._end_cell()
            self.has_table = True
            self._taken.clear()
            self._open_rows.append(self._row)
            self._gone.append({})
        elif tag == "tr" and self._open_rows:
            self._end_cell()
            self._begin_row(look)
        elif tag in ("td", "th") and self._open_rows:
            self._end_cell()
            self._cell, self._is_gone = attributes, look.is_gone
        elif tag == "br" or (tag in _BLOCKS and self._cell is not None):
            self._add("\n")
        elif tag in _BLOCKS:
            self._end_cell()

    def end(self, tag: str) -> None:
        if tag == "style" and self._style_sheet is not None:
            self._classes |= _classes_of("".join(self._style_sheet))
            self._style_sheet = None
        elif tag == "table" and self._open_rows:
            self._end_cell()
            self._open_rows.pop()
            rows = [row for row in self._gone.pop().values() if len(row) > 1]
            if len({tuple(place for place, is_gone in enumerate(row) if is_gone) for row in rows}) > 1:
                raise Refusal(*_SHIFTED)
            self._taken.clear()
        elif tag in ("td", "th", "tr", *_BLOCKS) and (self._cell is None or tag in ("td", "th", "tr")):
            self._end_cell()
        for place in range(len(self._looks) - 1, max(0, len(self._looks) - 50), -1):
            if self._looks[place][0] == tag:
                del self._looks[place:]
                break

    def data(self, text: str) -> None:
        if self._style_sheet is not None:
            self._style_sheet.append(text)
        elif not self._looks[-1][1].is_silent:
            self._add(text.replace("\r\n", " ").replace("\n", " "))

    def comment(self, text: str) -> None:
        if self._style_sheet is not None:
            self._style_sheet.append(text)
        elif "ExcelWorksheet" in text:
            self.listed = self.listed or _listed_sheets(text.partition(">")[2])

    def close(self) -> None:
        self._end_cell()

    # ------------------------------------------------------------ rows and cells

    def _begin_row(self, look: _Look) -> None:
        self._count(1)
        if look.is_gone or look.is_struck:
            self.grid.hidden_rows.add(self._row)
        # Its cells are read, and reported as hidden; what a browser never shows is not.
        self._looks[-1] = self._looks[-1][0], _Look(is_silent=look.is_silent)
        self._open_rows[-1] = self._row
        self._row += 1
        self._column = 0

    def _add(self, text: str) -> None:
        look = self._looks[-1][1]
        if len(self._runs) < LONGEST_TEXT and (self._cell is not None or not (look.is_gone or look.is_note)):
            is_raised = look.is_raised or (look.is_note and any(run.strip() for run, _ in self._runs))
            self._runs.append((text[:LONGEST_TEXT], (is_raised, look.is_struck or look.is_gone)))

    def _end_cell(self) -> None:
        """Put the lines since the last cell into the open cell, or into rows of their own."""
        text, is_cut = join_runs(self._runs)
        lines = [words for line in clean_text(text).split("\n") if (words := " ".join(line.split()))]
        self._runs.clear()
        attributes, self._cell = self._cell, None
        if attributes is None:
            self._count(len(lines))
            for line in lines:
                self.grid.put(self._row, 0, line[:LONGEST_TEXT])
                self._row += 1
            return
        row = self._open_rows[-1]
        self._gone[-1].setdefault(row, []).append(self._is_gone)
        self._row = max(self._row, row + 1)
        while (row, self._column) in self._taken:
            self._column += 1
        if is_cut:
            self.grid.unseen.append((row, self._column))
        if self._is_gone:
            return
        column, self._column = self._column, self._column + 1
        text = "\n".join(lines)[:LONGEST_TEXT]
        self._count(1)
        if text:
            self.grid.put(row, column, text if is_cut else _value(text, attributes))
        across, down = min(_span(attributes, "colspan"), LONGEST_SPAN), _span(attributes, "rowspan")
        if across == down == 1:
            return
        self._count(across * down)
        self.grid.merge(row, column, row + down - 1, column + across - 1)
        self._taken.update((row + below, column + right) for below in range(down) for right in range(across))

    def _count(self, cells: int) -> None:
        self._cells += cells
        if self._cells > MAX_CELLS:
            raise Refusal(*OVERSIZED)


def _listed_sheets(comment: str) -> list[tuple[str | None, bool]]:
    """Return the sheets that Excel lists in a page, and whether they are shown."""
    listed = re.split("<x:excelworksheet>", comment, flags=re.IGNORECASE)[1:]
    names = (re.search("<x:name>([^<]*)", sheet, re.IGNORECASE) for sheet in listed)
    hidden = (re.search(r"<x:visible>\s*Sheet[HV]", sheet, re.IGNORECASE) for sheet in listed)
    return [(name and unescape(name[1]).strip(), not found) for name, found in zip(names, hidden, strict=True)]


def _span(attributes: Mapping[str, str], name: str) -> int:
    given = attributes.get(name, "1").strip()
    return max(1, int(given)) if given.isdecimal() and len(given) < 8 else 1


def _value(text: str, attributes: Mapping[str, str]) -> Cell:
    """Return the number that a spreadsheet program stored with the text, else the text."""
    number = attributes.get("sdval") or attributes.get("x:num")
    if number:
        with suppress(ValueError):
            return as_written(float(number), text)
    return text
