"""Web pages to sheets: what Excel, LibreOffice and many reporting systems save under the name of an .xls.

A page is one sheet; a "single file web page" (.mht) may hold several.
"""

import re
import unicodedata
from typing import TYPE_CHECKING

from gbv_kpi.i18n import phrase
from gbv_kpi.problems import Place, Problem
from gbv_kpi.sheets.encodings import MARKS, encodings_of
from gbv_kpi.sheets.sheet import Sheet

if TYPE_CHECKING:
    from email.message import Message

MAX_SIZE = 32 * 2**20  # bytes
LONGEST_HEAD = 2**16  # bytes
MAX_PARTS = 500  # of a "single file web page", pictures and style sheets too

_STARTS = (
    b"<!doctype html",
    b"<html",
    b"<table",
    b"<head",
    b"<meta",
    b"<body",
    b"<style",
    b"<div",
    b"<center",
    b"<!--",
)
_XML_START = re.compile(rb"<\?xml\b[^>]*>\s*(?:<!doctype html|<html|<table)")
_MIME_START = (b"mime-version:", b"from: <saved by", b"content-type: multipart/related")
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_LISTED_SHEET = re.compile(r"<x:ExcelWorksheet>\s*<x:Name>([^<]{1,99})</x:Name>(.*?)</x:ExcelWorksheet>", re.DOTALL)


def is_web_page(content: bytes) -> bool:
    start = plain_start(content)
    return start.startswith((*_STARTS, *_MIME_START)) or _XML_START.match(start) is not None


def plain_start(content: bytes) -> bytes:
    """The first letters of a file that is text, in small letters, without its mark."""
    start = content[:2000]
    for mark in MARKS:
        start = start.removeprefix(mark)
    return start.replace(b"\0", b"").lstrip().lower()


def read_web_page(content: bytes, place: Place) -> tuple[list[tuple[Sheet, bool]] | Problem, str | None]:
    """Each sheet and whether it is shown, or what keeps the page from being read; and its encoding."""
    from gbv_kpi.sheets.html_page import read_page  # here, for few files are pages

    if len(content) > MAX_SIZE:
        return _oversized(place), None
    pages = [_decoded(page) for page in _pages(content)]
    tables = [text for text, _ in pages if "<t" in text.lower()]
    named = (_listed_sheets(text) for text, _ in pages)
    listed = next((sheets for sheets in named if len(sheets) == len(tables)), [(None, True)] * len(tables))
    try:
        sheets = [(read_page(text, name), shown) for text, (name, shown) in zip(tables, listed, strict=True)]
    except OverflowError:
        return _oversized(place), None
    return sheets, pages[0][1] if pages else None


def _oversized(place: Place) -> Problem:
    return Problem("oversized-file", place, phrase("The web page is far larger than any return."))


def _listed_sheets(text: str) -> list[tuple[str | None, bool]]:
    """The name of each sheet that Excel lists in a page, and whether it is shown."""
    from html import unescape

    listed = _LISTED_SHEET.findall(text)
    return [
        (unescape(name), "<x:Visible>SheetH" not in rest and "<x:Visible>SheetV" not in rest) for name, rest in listed
    ]


def _pages(content: bytes) -> list[bytes]:
    """The page, or those that a "single file web page" holds."""
    if not plain_start(content).startswith(_MIME_START):
        return [content]
    whole, _ = _headed(content.lstrip()[:LONGEST_HEAD])
    boundary = whole.get_boundary()
    if not boundary:
        return []
    parts = content.split(b"--" + boundary.encode("utf-8", "replace"), MAX_PARTS)
    return [page for part in parts[1:] if (page := _page(part)) is not None]


def _page(part: bytes) -> bytes | None:
    """The page that one part holds, if it holds one."""
    head, body = _headed(part.lstrip())
    if head.get_content_type() != "text/html":
        return None
    head.set_payload(body)
    page = head.get_payload(decode=True)  # quoted-printable or base64
    return page if isinstance(page, bytes) else None


def _headed(part: bytes) -> tuple["Message", bytes]:
    """The headers and what follows them."""
    import email

    head = re.split(rb"\r?\n\r?\n", part, maxsplit=1)
    return email.message_from_bytes(head[0][:LONGEST_HEAD] + b"\n\n"), head[1] if len(head) > 1 else b""


def _decoded(page: bytes) -> tuple[str, str]:
    """The text of a page in composed Unicode, in the encoding it names if it is in that one."""
    named = [found[1].decode("ascii", "replace") for found in _CHARSET.finditer(page[:4096])][:1]
    for encoding in encodings_of(page, named):
        try:
            return unicodedata.normalize("NFC", page.decode(encoding)), encoding.removesuffix("-sig")
        except (UnicodeDecodeError, LookupError):
            continue
    return page.decode("latin-1"), "latin-1"
