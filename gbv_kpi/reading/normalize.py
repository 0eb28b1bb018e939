"""Headings in any spelling brought to one key.

Vietnamese is typed in composed and decomposed Unicode, with the tone on either vowel (hòa, hoà),
with i or y (tỷ lệ, tỉ lệ), in capitals, or with no diacritics at all. Two spellings of the same words
have the same key; other words do not. A *wrong* diacritic is another word: Viển is not Viễn.
"""

import re
import unicodedata
from functools import lru_cache

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_FOOTNOTE = re.compile("[¹²³⁰⁴-⁹]")
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_LAST_Y = re.compile(r"(?<=[bcdđghklmnpqrstvx])y$|(?<=qu)y$|^y$")


@lru_cache(maxsize=16384)
def without_diacritics(text: str) -> str:
    """The text with every diacritic taken off, as it is typed on a keyboard that has none."""
    bare = "".join(mark for mark in unicodedata.normalize("NFD", text) if not unicodedata.combining(mark))
    return bare.replace("đ", "d").replace("Đ", "D")


def _either_way(pattern: str) -> str:
    """A pattern for text typed with or without diacritics."""
    return f"(?:{pattern}|{without_diacritics(pattern)})"


# What may stand in brackets or before the words without changing what is counted.
_COUNTED = "(?:người|vụ|vụ việc|trường hợp|ca|lượt|lượt người|cơ sở|cơ sở giáo dục|trường)"
_MEASURE = _either_way(rf"(?:(?:đvt|đơn vị tính)\s*:?\s*)?{_COUNTED}")
_BRACKETS = re.compile(rf"[(\[]\s*(?:{_MEASURE}|\d{{1,2}}|\d{{1,2}}\s*=[\d\s+\-=]*)\s*[)\]]")
_MEASURE_ALONE = re.compile(rf"[(\[]?\s*{_MEASURE}\s*[)\]]?")
_MEASURE_AFTER = re.compile(rf"\s*(?:[,;–-]\s*{_MEASURE}|{_either_way('(?:đvt|đơn vị tính)')}\s*:?\s*{_MEASURE})\s*$")
_IN_THE_YEAR = re.compile(rf"[\s,(]*{_either_way('trong (?:năm|kỳ)(?: báo cáo)?')}[\s)]*$")
_FILLERS = frozenset({"đã", "các", "những", "da", "cac", "nhung"})  # "đã được tập huấn" is "được tập huấn"
_NUMBERING = re.compile(
    r"^\s*(?:\d{1,2}(?:\.\d{1,2})*(?:\s*[.)/]+\s*(?!\d)|\s+)|(?:[ivx]{1,4}|[a-zđ])\s*[.)]+\s*|[-+*•–—]\s*)"
)
_LEADING = re.compile(rf"^\s*{_either_way('trong đó')}\s*[:,–-]?\s*")


def is_measure(text: str) -> bool:
    """Whether a heading only says what is counted: "(người)", "ĐVT: vụ"."""
    return _MEASURE_ALONE.fullmatch(tidy(text)) is not None


@lru_cache(maxsize=16384)
def words(text: str) -> tuple[str, ...]:
    """The words of a text in small letters, each with its tone at its end and i for y."""
    return tuple(_word(word) for word in _WORD.findall(tidy(text)))


@lru_cache(maxsize=16384)
def label_words(text: str) -> tuple[str, ...]:
    r"""The words of a heading without its numbering, its measure, "trong đó" and what only fills a sentence.

    >>> label_words("1.2. TRONG ĐÓ: CƠ SỞ\nGIÁO DỤC (cơ sở)") == label_words("Cơ sở giáo dục")
    True
    """
    label = _NUMBERING.sub("", _BRACKETS.sub(" ", tidy(text)))
    label = _NUMBERING.sub("", _LEADING.sub("", _IN_THE_YEAR.sub("", _MEASURE_AFTER.sub("", label))))
    return tuple(_word(word) for word in _WORD.findall(label) if word not in _FILLERS)


def seen(text: str) -> str:
    """The text without characters that nobody sees."""
    return _INVISIBLE.sub("", text)


@lru_cache(maxsize=16384)
def tidy(text: str) -> str:
    """Composed, in small letters, without invisible characters and marks of footnotes; every blank a single space."""
    composed = unicodedata.normalize("NFKC", _FOOTNOTE.sub("", seen(text))).casefold()
    return " ".join(unicodedata.normalize("NFC", composed).split())


@lru_cache(maxsize=16384)
def _word(word: str) -> str:
    """One syllable with its tone moved to its end, so that hòa and hoà are the same."""
    letters = unicodedata.normalize("NFD", word)
    tones = "".join(mark for mark in letters if mark in _TONES)
    base = unicodedata.normalize("NFC", "".join(mark for mark in letters if mark not in _TONES))
    return _LAST_Y.sub("i", base) + tones
