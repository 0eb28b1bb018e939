"""CSV files as offices save them: UTF-8, UTF-16 or Windows-1258; commas, semicolons or tabs."""

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from gbv_kpi.language import phrase
from gbv_kpi.problems import Place, Problem
from gbv_kpi.reading.sheet import Sheet
from gbv_kpi.reading.sources import Source

__all__ = ["is_legacy", "legacy_encoding", "read_text"]

DELIMITERS = "\t;|,"  # the rarest in a label first
MAX_CELLS = 4_000_000  # the country's 53,000 returns have 1 million
LOOKED_AT = 200_000  # characters
HEADER_LINES = 60  # a header stands within so many lines

_SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?\r?\n', re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
# Letters and signs of Latin-1 that no Vietnamese word has in Unicode, but that TCVN3 (.VnTime) and VNI
# fonts draw as Vietnamese letters: "HuyÖn Nho Quan", "Ng­êi bÞ b¹o lùc", "Huyeän", "ngöôøi".
_FOREIGN = "¡¢£¤¥¦§¨©ª«¬\u00ad®¯°±²³´µ¶·¸¹º»¼½¾ÄÅÆÇËÎÏÑÖ×ØÛÜÞßäåæçëîïñö÷øûüþÿ"
_LEGACY_WORD = re.compile(rf"[A-Za-z][{_FOREIGN}]|[{_FOREIGN}][A-Za-z]")
# Signs that no language writes within a word, so that one is enough: "HuyÖn", "Thµnh", "Kh¸nh".
_TCVN3_WORD = re.compile("[A-Za-z][¡-¬®-¾ÖØÞ]+[A-Za-z]")
_VIETNAMESE_LETTER = re.compile("[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")


def read_text(source: Source) -> tuple[Sheet | None, str | None, list[Problem]]:
    """The one sheet of a CSV, the encoding it was read in, and what kept it from being read."""
    place = Place(source.name)
    decoded = _decode(source.content)
    if decoded is None:
        return None, None, [Problem("undecodable-text", place, phrase("The text is in no encoding that can be read."))]
    text, encoding = decoded
    if is_legacy([text[:100_000]]):
        return None, encoding, [legacy_encoding(place)]
    text, delimiter = _delimiter(text)
    if text.count(delimiter) + text.count("\n") > MAX_CELLS:
        return None, encoding, [Problem("oversized-file", place, phrase("The file is far larger than any return."))]
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        message = phrase("A quotation mark is open to the end of the file, or a cell is too long.")
        return None, encoding, [Problem("unreadable-file", place, message)]
    return Sheet(None, rows), encoding, []


def _decode(content: bytes) -> tuple[str, str] | None:
    """The text in composed Unicode and the name of its encoding."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _decoded(content, encoding)
    if b"\x00" in content[:1000]:
        even, odd = content[:1000:2].count(0), content[1:1000:2].count(0)
        return _decoded(content, "utf-16-le" if odd > even else "utf-16-be")
    return _decoded(content, "utf-8") or _decoded(content, "cp1258")


def _decoded(content: bytes, encoding: str) -> tuple[str, str] | None:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)  # Windows-1258 decodes to letters with loose tones
    if "\x00" in text:
        return None
    if encoding == "cp1258" and not is_legacy([text[:100_000]]) and any(map(unicodedata.combining, text[:100_000])):
        return None  # a tone on no vowel: the bytes are in another encoding
    return text, encoding


def _delimiter(text: str) -> tuple[str, str]:
    """The text without a `sep=` line, which spreadsheet programs do not show, and its delimiter.

    The lines of a table have the same number of delimiters, those of a title block or a label none or some.
    A cell that holds the delimiter stands in quotation marks, and may run over several lines.
    """
    if declared := _SEPARATOR_LINE.match(text):
        return text[declared.end() :], declared[1]
    lines = _QUOTED.sub("", text[:LOOKED_AT]).splitlines()[:HEADER_LINES]
    return text, max(DELIMITERS, key=lambda mark: _delimited(lines, mark))


def _delimited(lines: Sequence[str], mark: str) -> int:
    """How many of a sign stand in lines that have as many of it as each other."""
    lines_by_count = Counter(line.count(mark) for line in lines)
    return max((count * number for count, number in lines_by_count.items()), default=0)


def is_legacy(texts: Iterable[str]) -> bool:
    """Whether cells are typed for a font of before Unicode (TCVN3, VNI).

    One word with a sign inside is enough; of words that other languages may have, more than Vietnamese letters.
    """
    text = "\n".join(texts)
    foreign = len(_LEGACY_WORD.findall(text))
    outnumbered = foreign >= 3 and foreign > len(_VIETNAMESE_LETTER.findall(text))
    return outnumbered or _TCVN3_WORD.search(text) is not None


def legacy_encoding(place: Place) -> Problem:
    message = phrase("The text is typed for an old font (TCVN3 .VnTime or VNI), which cannot be read safely.")
    return Problem("legacy-encoding", place, message)
