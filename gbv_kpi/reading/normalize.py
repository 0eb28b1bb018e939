"""Bring headings in any spelling to one key.

Vietnamese is typed in composed and decomposed Unicode, with the tone on either vowel (hòa, hoà), with i or y
(tỷ lệ, tỉ lệ), in capitals, with the foreign Ð for Đ, or with no diacritics at all. Two spellings of the same words
have the same key; other words do not. A *wrong* diacritic is another word: Viển is not Viễn.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

LONGEST_LABEL = 600  # characters of a cell; longer text is prose, not a heading
CACHED = 65_536  # numbered rows of a country give 53,000 names

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_FOOTNOTE = re.compile("[¹²³⁰⁴-⁹]")
_WORD = re.compile(r"[^\W_]+|%", re.UNICODE)
_LAST_Y = re.compile(r"(?<=[bcdđghklmnpqrstvx])y$|(?<=qu)y$|^y$")
_D_WITH_STROKE = str.maketrans("ðɖÐƉĐđ", "đđđđđđ")
_WITHOUT_STROKE = str.maketrans("đĐ", "dD")


@lru_cache(maxsize=CACHED)
def without_diacritics(text: str) -> str:
    """Return the text without diacritics, as typed on a keyboard that has none."""
    if text.isascii():
        return text
    bare = "".join(mark for mark in unicodedata.normalize("NFD", text) if not unicodedata.combining(mark))
    return bare.translate(_WITHOUT_STROKE)


_LONG_NUMBER = re.compile(r"[0-9]{5,}")


def _either_way(pattern: str) -> str:
    """Return a pattern for text typed with or without diacritics."""
    return f"(?:{pattern}|{without_diacritics(pattern)})"


# Words in brackets or before a label that do not change what is counted.
_COUNTED = "(?:người|vụ|vụ việc|trường hợp|ca|cơ sở|cơ sở giáo dục|trường|phút|people|persons|cases|places)"
_MEASURE = _either_way(rf"(?:(?:đvt|đơn vị tính|đơn vị)\s*:?\s*)?{_COUNTED}")
_COLUMN_NUMBER = r"\d{1,2}|\d{1,2}\s*=[\d\s+\-=]*"
_BRACKETS = re.compile(rf"[(\[]\s*(?:{_MEASURE}|{_COLUMN_NUMBER}|\*+)\s*[)\]]")
_MEASURE_ALONE = re.compile(rf"[(\[]?\s*{_MEASURE}\s*[)\]]?")
_MEASURE_AFTER = re.compile(rf"\s*(?:[,;–-]\s*{_MEASURE}|{_either_way('(?:đvt|đơn vị tính)')}\s*:?\s*{_MEASURE})\s*$")
_IN_THE_YEAR = re.compile(rf"(?<=\S)[\s,(]+{_either_way('trong (?:năm|kỳ)(?: báo cáo)?')}[\s)]*$")
_FILLERS = frozenset({"đã", "các", "những", "da", "cac", "nhung"})  # "đã được tập huấn" is "được tập huấn"
_NUMBERING = re.compile(
    r"^\s*(?:\d{1,2}(?:\.\d{1,2})*(?:\s*[.)/]+\s*(?!\d)|\s+(?!thang\b|tháng\b|tuổi\b|tuoi\b))|"
    r"(?:(?:phần|phan|mục|muc)\s+(?=\w{1,4}[.)]))?\(?(?:(?:[ivx]{1,4}|[a-ce-m]|[dđ](?!\.\w))\s*[.)]+|[n-z]\s*\)+)\s*|[-+*•–—]\s*)"
)
_AMONG_THEM = re.compile(rf"^\s*{_either_way('(?:trong|tr?[.]?) ?đó')}\s*[:,–-]?\s*")  # "T.đó: nữ"


def is_measure(text: str) -> bool:
    """Return whether a heading only names the measure: "(người)", "ĐVT: vụ"."""
    return _MEASURE_ALONE.fullmatch(tidy(text)) is not None


@lru_cache(maxsize=CACHED)
def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in lower case, each with its tone at the end and i for y."""
    return tuple(_word(word) for word in _WORD.findall(tidy(text)) if word != "%")


def plain_key(key: Iterable[str]) -> tuple[str, ...]:
    """Return the words without diacritics."""
    return tuple(map(without_diacritics, key))


@lru_cache(CACHED)
def plain_words(text: str) -> tuple[str, ...]:
    return plain_key(words(text))


@lru_cache(maxsize=CACHED)
def label_words(text: str) -> tuple[str, ...]:
    r"""Return the words of a heading without numbering, measure, "trong đó" and filler words.

    >>> label_words("1.2. TRONG ĐÓ: CƠ SỞ\nGIÁO DỤC (cơ sở)") == label_words("Cơ sở giáo dục")
    True
    """
    return words_of_label(tidy(text))[0]


def words_of_label(tidied: str, *, whole: bool = False) -> tuple[tuple[str, ...], bool]:
    """Return the words of a tidied heading, and whether "trong đó" or a dash makes it a part of the item above.

    A `whole` text keeps its numbering and measure.
    """
    if whole:
        return tuple(_word(word) for word in _WORD.findall(tidied) if word not in _FILLERS), False
    label = _BRACKETS.sub(" ", tidied)
    is_inner = label.lstrip()[:1] in ("-", "+", "–", "—", "•", "*")
    label = _NUMBERING.sub("", label)
    among = _AMONG_THEM.match(label)
    label = label[among.end() :] if among else label
    label = _NUMBERING.sub("", _IN_THE_YEAR.sub("", _MEASURE_AFTER.sub("", label)))
    found = tuple(_word(word) for word in _WORD.findall(label) if word not in _FILLERS)
    return found, is_inner or among is not None


def seen(text: str) -> str:
    """Return the text without invisible characters."""
    return _INVISIBLE.sub("", text)


@lru_cache(maxsize=CACHED)
def tidy(text: str) -> str:
    """Return the text composed, in lower case, without invisible characters, and with single spaces."""
    text = _FOOTNOTE.sub("", seen(text[:LONGEST_LABEL]))
    composed = unicodedata.normalize("NFKC", text.translate(_D_WITH_STROKE)).casefold()
    return " ".join(unicodedata.normalize("NFC", composed).translate(_D_WITH_STROKE).split())


@lru_cache(maxsize=CACHED)
def _word(word: str) -> str:
    """Return one syllable with its tone moved to its end, so that hòa and hoà are the same."""
    if word.isascii():
        return _LAST_Y.sub("i", word)
    letters = unicodedata.normalize("NFD", word)
    tones = "".join(mark for mark in letters if mark in _TONES)
    base = unicodedata.normalize("NFC", "".join(mark for mark in letters if mark not in _TONES))
    return _LAST_Y.sub("i", base) + tones


def alike(text: str) -> str:
    """Return a text with its long numbers made equal, since its meaning does not depend on them.

    Of 200,000 communes “Xã 00001” … only one is then explained.
    """
    return _LONG_NUMBER.sub("00000", text)
