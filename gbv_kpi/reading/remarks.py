"""Find texts outside a table's headings that limit or exclude its figures: title lines, notes, words in a row."""

import re
from collections.abc import Set
from functools import lru_cache

from gbv_kpi.reading.labels import Kind, Label, words_at_start
from gbv_kpi.reading.meanings import PERIODS, Vocabulary
from gbv_kpi.reading.normalize import CACHED, tidy, without_diacritics, words
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.titles import (
    find_periods,
    is_incomplete,
    is_place_and_date,
    is_signature,
    names_document,
    read_line,
)
from gbv_kpi.reading.units import heads_bodies, level_of

NUMERAL = re.compile(r"^\s*(?:[IVX]+|[A-M]|\d+)\s*[.)/-]\s*")
ORDINAL = re.compile(r"[ivx]+|[a-z]|\d+")
LONGEST_NOTE = 80  # characters of a note that is explained word by word
_NOTE = re.compile(r"^\W*(?:(?:ghi chu|luu y|chu thich|chu y|notes?|remarks?)\b|\d\s*\))?\W*")
_OF_FIGURES = re.compile(
    r"\b(?:so lieu|tinh|chot|ket qua|ky|uoc|so bo|thoi diem|dvt|luy ke|cong don|figures?|data|chi co so)\b|^so\b"
    r"|^nhu nam\b"
)
# A note that gives a part its own figure, or says that nothing happened in it or that it is included.
_OWN_FIGURE = re.compile(
    r"(?!.*\b(?:chi|tren|duoi|tuoi)\b)(?:(?P<sex>nam|nu|tre em)|.*[a-z])\s*:?\s*\d{1,6}(?P<tail>\s.*)?"
)
_OF_YEAR = re.compile(r"(?:so(?: lieu)?|nhu) nam \d{4}\b")
_FIGURE_OF_YEAR = re.compile(r"\d{4}\s*(?::|la|co)\s*\d")  # "Năm 2022: 17"
_NOTHING_IN = re.compile(r"\bkhong (?:phat sinh|xay ra|co vu|co truong hop)\b")
_WITH = re.compile(r"\b(?:gom|ke|tinh) ca\b")
_OF_SENDING = re.compile(r"\b(?:gui|nop|han|deadline|submit\w*)\b")
_OF_BODIES = re.compile(
    r"\W*(?:(?:tong hop|bao cao|so lieu|ket qua|cua)\s+)*(?P<body>[^,]{2,40}?)(?<! tai)(?<! va)\s+"
    r"cac (?:huyen|thanh pho|xa|phuong|thi tran)\b"
)
_ONLY = re.compile(r"\bchi (?:tinh|gom|bao gom|thong ke|tong hop|lay|ke|cua|co so(?: lieu)?)\b(?! (?:mot|1) lan\b)")
_SCOPE = re.compile(r"\W*(?:pham vi|dia ban|tai|rieng)\b(?!.*\btren dia ban\b)")
_PARTING = (Kind.PART, Kind.PART_OF_YEAR)
_NEUTRAL = {Kind.ACTUAL, Kind.TOTAL, Kind.SUM, Kind.UNIT, Kind.GROUP, Kind.YEAR}
_OF_UNITS = {Kind.UNIT, Kind.GROUP, Kind.ACTUAL}
_FRAME = (Kind.NOTE, Kind.NUMBERING, Kind.CODE)
_AGE = re.compile(r"[<>≤≥]\s*\d|\d+\s*[-–]\s*\d+$|\d+\s*\+$")  # "<16", "18-60"
TextCell = tuple[int, int, str]  # row, column and text
COMMUNE_WORDS = frozenset(words("xã, phường, trấn, xa, phuong, tran"))
DISTRICT_WORDS = frozenset(words("huyện, phố, quận, tỉnh, huyen, pho, quan, tinh"))


def against_in(text: str, vocabulary: Vocabulary) -> Kind | None:
    """Return why a line of a title, a section or a sheet's name excludes its figures; None if it does not.

    Words for persons or places exclude figures only where every word of the line is explained.
    """
    line = read_line(text)
    if line.against is not None:
        names_other_year = any(Kind.OTHER_YEAR in atom.kinds for atom in vocabulary.explain(text).atoms)
        return Kind.OTHER_YEAR if line.against is Kind.ESTIMATE and names_other_year else line.against  # "Ước năm sau"
    plain = without_diacritics(tidied := tidy(text))
    of_bodies, only = _OF_BODIES.match(plain), _ONLY.search(plain)
    if (
        names_lower_level(text, vocabulary)
        or (of_bodies and heads_bodies(tidied[slice(*of_bodies.span("body"))]))
        or (only and not _is_neutral(tidied[only.end() :], vocabulary))
        or (_SCOPE.match(plain) and _is_of_communes(text, vocabulary))
    ):
        return Kind.PART
    heading, colon, value = text.partition(":")
    if colon and value.strip() and heads_parts(heading, vocabulary):
        return None if _is_neutral(value, vocabulary) else Kind.PART
    kind = None if names_document(text) else _against_alone(vocabulary.explain(text))
    if kind is Kind.ACCUMULATED and any(map(str.isdigit, text)):
        return None  # "GIAI ĐOẠN 2021 - 2025" is the plan's
    return None if line.is_result and kind in (Kind.TARGET, Kind.ESTIMATE) else kind


@lru_cache(CACHED)
def against_in_note(text: str, vocabulary: Vocabulary, years: Set[int] = frozenset()) -> Kind | None:
    """Return why a note excludes its figures; None if it does not, or is about something else.

    `years` are those of the title. A note may name a day from November on: a year's figures are sent before its end.
    """
    remaining = tidy(text)
    lead = _NOTE.match(without_diacritics(remaining))
    remaining = remaining[lead.end() if lead else 0 :]
    for period in reversed(find_periods(remaining)):
        if period.is_nearly:
            remaining = f"{remaining[: period.start]} {remaining[period.end :]}"
    plain = without_diacritics(remaining)
    label = vocabulary.explain(remaining) if len(remaining) <= LONGEST_NOTE else None
    is_explained = label is not None and bool(label.atoms) and all(map(str.isdecimal, label.unknown_words))
    if (
        (label is not None and (label.is_inner or (label.marks and not label.unknown_words)))
        or is_signature(text)
        or is_place_and_date(text)
    ):
        return None
    is_scaled, is_limited = vocabulary.counts_others(remaining), is_incomplete(remaining)
    is_of_figures = _OF_FIGURES.search(plain) or _WITH.search(plain)
    is_limit = is_limited and ("bao cao" in plain or "/" not in plain)  # not "Tập huấn tại 20/27 xã"
    if not is_limit and (_OF_SENDING.search(plain) or not (is_explained or is_scaled or is_of_figures)):
        return None
    is_rate = label is not None and label.against is Kind.RATE
    is_dated = label is not None and bool(label.years) and bool(years) and years.isdisjoint(label.years)
    is_of_year = is_explained or _WITH.search(plain) or _OF_YEAR.match(plain)
    if is_dated and not is_rate and is_of_year and not _FIGURE_OF_YEAR.search(plain):
        return Kind.OTHER_YEAR
    kind = Kind.PART if is_scaled else against_in(remaining, vocabulary)
    if not (is_limited or is_scaled) and (
        kind is Kind.RATE  # "Đạt 95%", "Tăng so với 2022"
        or (kind is Kind.TARGET and is_rate)  # "Đạt kế hoạch"
        or (kind in _PARTING and _is_aside(plain, vocabulary))
    ):
        return None
    return None if kind is Kind.TARGET and not is_explained else kind


def _is_aside(plain: str, vocabulary: Vocabulary) -> bool:
    """Return whether a note of one clause leaves the whole as it is: "Nữ: 15 người", "Nam 5", but not "Quý: 4"."""
    if re.search("[;,]", plain) or (_OF_FIGURES.search(plain) and not _WITH.search(plain)):
        return False
    if _WITH.search(plain) or _NOTHING_IN.search(plain):
        return True
    found = _OWN_FIGURE.fullmatch(plain.strip())
    tail = found["tail"] if found else None
    return vocabulary.explain(tail).only({Kind.MEASURE}) if tail else bool(found and found["sex"])


def against_in_cell(
    heading: str, text: str, reader: Reader, *, is_label: bool, years: Set[int] = frozenset()
) -> Kind | None:
    """Return why a text in a column without figures excludes its row: "Giới: Nữ", "Phòng: Phòng GD&ĐT".

    A column of labels, before the figures, is part of the meaning of the row: an unknown text there excludes it.
    """
    vocabulary = reader.vocabulary
    label, word = vocabulary.explain(heading), vocabulary.explain(text)
    if word.only({Kind.MEASURE}):
        return None
    if label.only({Kind.MEASURE}) and not label.only({Kind.UNIT}):
        return read_line(f"ĐVT: {text}").against or _against_alone(word)
    if is_label and years and word.years and years.isdisjoint(word.years):
        return Kind.OTHER_YEAR
    if not any(map(str.isalpha, text)) and not _AGE.match(text):
        is_number = bool(PERIODS.intersection(words(heading)[-1:])) and not any(map(str.isdigit, heading))
        is_count = label.against is Kind.PART_OF_YEAR and text.isdecimal() and not is_number  # of "6 tháng"
        kind = against_in_note(f"{heading} {text}", vocabulary)
        return kind if kind is Kind.PART_OF_YEAR and not is_count else None
    if not heading or label.is_one_of(_FRAME):
        return against_in_note(text, vocabulary, years)
    if reader.units.knows(text) or words(text) in vocabulary.places:
        return None
    if _against_alone(label) not in (None, *_PARTING):
        return Kind.ACCUMULATED if names_other_span(text, reader) else None  # but not "Đánh giá: Đạt"
    if kind := against_in(text, vocabulary):
        return kind
    if _is_neutral(text, vocabulary):
        return None
    is_of_parts = label.only({Kind.UNIT}) or heads_parts(heading, vocabulary)
    return Kind.UNEXPLAINED if is_label or is_of_parts else None


def names_other_span(text: str, reader: Reader) -> bool:
    """Return whether a text is only a span of years, and not the plan's: "Giai đoạn 2021-2023"."""
    of_plan = [str(reader.plan.first_year), str(reader.plan.last_year)]
    is_span = _against_alone(reader.vocabulary.explain(text)) is Kind.ACCUMULATED
    return is_span and re.findall(r"\d{4}", text) != of_plan


def _against_alone(label: Label) -> Kind | None:
    """Return why a label excludes figures, if no word but numbers is left over."""
    if not all(map(str.isdecimal, label.unknown_words)):
        return None
    return next((kind for atom in label.atoms if (kind := atom._replace(lower=None).against)), None)


def heads_parts(heading: str, vocabulary: Vocabulary) -> bool:
    """Return whether a heading is about the parts of a whole: "Giới tính", "Quý", but not "Khu vực" of the units."""
    label = vocabulary.explain(heading)
    return not label.unknown_words and label.against in _PARTING and not label.only({Kind.GROUP})


def _is_neutral(text: str, vocabulary: Vocabulary) -> bool:
    label = vocabulary.explain(text)
    atoms = (atom.kinds & _NEUTRAL or atom.field or atom.upper or atom.year for atom in label.atoms)
    is_neutral = bool(label.atoms) and not label.unknown_words and label.against is None and all(atoms)
    return is_neutral and not names_lower_level(text, vocabulary)


def heads_units(text: str, reader: Reader, *, is_over: bool = True) -> bool:
    """Return whether a heading names a unit, or `is_over` them and says no more: "Chia theo huyện"."""
    rest = " ".join(text.split()[words_at_start("division", words(text)) :]) or "Đơn vị"
    is_of_units = reader.vocabulary.explain(rest).only(_OF_UNITS) and not any(map(str.isdigit, text))
    return (is_over and is_of_units and not names_lower_level(rest, reader.vocabulary)) or reader.units.knows(text)


def groups_units(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether a text only names a group of units: "Khối huyện", "II. Khu vực miền núi", "Cụm số 2"."""
    rest = NUMERAL.sub("", text)
    label = vocabulary.explain(rest)
    kinds = [atom.kinds & {Kind.GROUP, Kind.ACTUAL} for atom in label.atoms]
    is_group = all(kinds) and any(Kind.GROUP in found for found in kinds)
    begins_unknown = tuple(label.unknown_words[:1]) == words(rest)[:1]  # "N. Quan"
    if label.unknown_words and (begins_unknown or level_of(rest)):  # "Quận 1"
        return False
    return is_group and all(map(ORDINAL.fullmatch, label.unknown_words)) and not names_lower_level(text, vocabulary)


def names_lower_level(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether a text is only a level below that of the plan's units: "Xã", "Khối xã, thị trấn"."""
    return vocabulary.explain(text).only({Kind.UNIT, Kind.GROUP, Kind.PART}) and _is_of_communes(text, vocabulary)


def _is_of_communes(text: str, vocabulary: Vocabulary) -> bool:
    levels = (word in COMMUNE_WORDS for word in words(text) if word in COMMUNE_WORDS | DISTRICT_WORDS)
    return next(levels, False) and not vocabulary.is_of_communes
