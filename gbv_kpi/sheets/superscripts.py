"""Numbers of footnotes that are raised by their format alone: a reader would give 12 with the note 1 as 121.

They are written as the raised digits that Unicode has, which no figure holds and no heading is asked for.
"""

import re
from collections.abc import Iterator, Mapping

_DIGITS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

_RAISED_RUN = re.compile(rb"""<(?:\w+:)?vertAlign\s+val=["']superscript["']""")
_STRING = re.compile(rb"<(?:\w+:)?(?:si|is)>(.*?)</(?:\w+:)?(?:si|is)>", re.DOTALL)
_RUN = re.compile(rb"<(?:\w+:)?r>(.*?)</(?:\w+:)?r>", re.DOTALL)
_TEXT = re.compile(rb"<(?:\w+:)?t(?:\s[^>]*)?>(.*?)</(?:\w+:)?t>", re.DOTALL)

_STYLE = re.compile(rb"""<style:style\b[^>]*style:name=["']([^"']+)["'][^>]*>(.*?)</style:style>""", re.DOTALL)
_RAISED_STYLE = re.compile(rb"""style:text-position=["'](?:super|[1-9])""")
_SPAN = re.compile(rb"""<text:span\b[^>]*text:style-name=["']([^"']+)["'][^>]*>(.*?)</text:span>""", re.DOTALL)
_PARAGRAPH = re.compile(rb"<text:p\b[^>]*>(.*?)</text:p>", re.DOTALL)
_TAG = re.compile(rb"<[^>]*>")


def raised(text: str) -> str:
    """The text with its digits raised.

    >>> raised("(1)")
    '(¹)'
    """
    return text.translate(_DIGITS)


def raised_in_shared_strings(xml: bytes) -> Mapping[str, str]:
    """Texts of an .xlsx that hold raised runs: as a reader gives them, and as they are seen."""
    if b"superscript" not in xml or not _RAISED_RUN.search(xml):
        return {}
    return dict(_pairs([list(_runs(string)) for string in _STRING.findall(xml) if _RAISED_RUN.search(string)]))


def _runs(string: bytes) -> Iterator[tuple[str, bool]]:
    for run in _RUN.findall(string):
        yield _plain(b"".join(_TEXT.findall(run))), _RAISED_RUN.search(run) is not None


def raised_in_tables(xml: bytes) -> Mapping[str, str]:
    """The same for the tables of an .ods."""
    if not _RAISED_STYLE.search(xml):
        return {}
    styles = {name for name, style in _STYLE.findall(xml) if _RAISED_STYLE.search(style)}
    paragraphs = (text for text in _PARAGRAPH.findall(xml) if any(name in styles for name, _ in _SPAN.findall(text)))
    return dict(_pairs([list(_spans(text, styles)) for text in paragraphs]))


def _spans(paragraph: bytes, styles: set[bytes]) -> Iterator[tuple[str, bool]]:
    at = 0
    for span in _SPAN.finditer(paragraph):
        yield _plain(paragraph[at : span.start()]), False
        yield _plain(span[2]), span[1] in styles
        at = span.end()
    yield _plain(paragraph[at:]), False


def _pairs(texts: list[list[tuple[str, bool]]]) -> Iterator[tuple[str, str]]:
    for runs in texts:
        yield (
            "".join(text for text, _ in runs),
            "".join(raised(text) if is_raised else text for text, is_raised in runs),
        )


def _plain(xml: bytes) -> str:
    from html import unescape  # here, for few workbooks have any

    return unescape(_TAG.sub(b"", xml).decode("utf-8", "replace"))
