"""Read in a line of a title the year, a period, a plan, or the reporting unit of the figures below.

A line counts where it qualifies the figures, not where it names a document, a law or an office.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from gbv_kpi.reading.labels import Kind, listed, listed_by_word
from gbv_kpi.reading.normalize import CACHED, plain_words, seen, tidy, without_diacritics

# Dates, spans of years and document numbers do not name the year reported.
AROUND = " .…_[]()-"  # a name in a form: "[Huyện Nho Quan]", "....."
_DATE = re.compile(r"ngay\s*\S*\s*thang\s*\S*\s*nam\s*\S*|\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{4}")
_MONTH = re.compile(r"thang\s*\d{1,2}\s*(?:nam|/|-)\s*\d{4}")
_NOT_THE_YEAR = re.compile(
    r"(?:nam\s*(?:hoc\s*)?)?\d{4}\s*(?:[-–—]|den|toi)\s*(?:nam\s*)?\d{4}|\d+\s*/\s*[a-z]\S*"
    r"|so voi\s+(?:(?:cung ky|ket qua|so lieu)\s+)*(?:(?:nam\s*)?\d{4}|nam truoc)|\bnam hoc\s*\d{4}"
    # "… năm 2023 và phương hướng nhiệm vụ năm 2024": the second is a year to come
    r"|(?:va|,|;|-)\s*(?:xay dung\s+|de ra\s+|trien khai\s+)?(?:ke hoach|phuong huong|nhiem vu|du kien|muc tieu)\b.*?"
    r"nam\s*(?:\d{4}|toi|sau)"
    r"|\b(?:bo luat|luat|phap lenh|hien phap|cong uoc)\b[^;:()]*?\bnam\s*\d{4}"
)
_YEAR = re.compile(
    r"\b(?:nam|bao cao|ky bao cao|ket qua|so lieu|nien do|year|return|report|results?)(?:\s+bao cao)?"
    r"[\s:.,_…\[(-]*((?:1\s?9|2\s?0)\s?\d\s?\d)(?!\d)"
)
_NEXT_YEAR = re.compile(r"(\bnam\s*\d{4})\s*(?:,|va|&|\+)\s*(?=\d{4}\b)")  # "năm 2022, 2023"
_YEAR_ALONE = re.compile(r"(?:nam\s*)?[\s:.,_…\[(]*(\d{4})(?:\.0)?[\s.,_…\])]*")
_PLACE_AND_DATE = re.compile(r"[^,]{2,40},\s*(?:ngay\b|thang\b|…|\.\.)")
_PART_OF_YEAR = re.compile(
    r"\bquy\s+(?:[1-4]|i{1,3}|iv)\b|\b(?!12|muoi hai)(?:\d{1,2}|hai|ba|bon|sau|bay|tam|chin|muoi|muoi mot)\s+thang\b"
    r"|^\W*thang\s*\d{1,2}\b|\b(?:bao cao|ket qua|so lieu|ky bao cao|thuc hien|tong hop)\W+"
    r"(?:(?:cua|nhanh|dot xuat|dinh ky|thuong xuyen|chuyen de|bo sung|cong tac)\s+)*thang\s*\d{1,2}\b"
    r"|\bchi (?:tinh|co|gom)\s+(?:so lieu\s+)?(?:cua\s+|tu\s+|den\s+|trong\s+)?(?:thang|quy|ngay)\b|\btinh tu thang\b"
    r"|\btinh tu\s+(?:ngay\s+)?(?!0?1\s*[/.-]\s*0?1\b)\d{1,2}\s*[/.-]\s*\d{1,2}\b"
    r"|\b(?:as (?:of|at)|up to|until|to)\s+(?:\d{1,2}\s+)?(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct)[a-z]*\s+\d"
    r"|^\W*t\d{1,2}\b|(?<![\w.])(?!12)\d{1,2}\s?t(?:\s?\d{4})?(?!\w)"
)
_SEVERAL_YEARS = re.compile(
    r"(?<!ke hoach )\b(?:[2-5]|hai|ba|bon)\s+nam\s+(?:\d{4}|thuc hien|qua)\b|\bden nay\W*$"
    r"|\b(?:so lieu|ket qua|tong hop)\s+(?:tinh\s+)?(?:tu|giai doan)?\s*(?:nam\s*)?\d{4}\s*(?:-|den)\s*(?:nam\s*)?\d{4}"
)
_SCALE = re.compile(
    r"\b(?:dvt|don vi tinh|don vi)\s*:?\s*(?:%|phan tram|ty le|nghin|ngan|chuc|tram|trieu|1[. ]?000|10)"
    r"|\b(?:tren|per|/)\s*(?:10{1,2}[. ]?000|1[. ]?000|1 trieu|100|nghin)\s*(?:dan|nguoi|phu nu|tre|ho|people)\b"
    r"|\bper 1[., ]?000\b|\b(?:nguoi|vu|bq)\s*/\s*(?:xa|phuong|thon|thang|ho|truong|lop)\b"
    r"|^[\s(]*(?:x|×|\*|nhan(?: voi)?|he so)\s*:?\s*10+(?:[. ]?000)*\b"
    r"|^\W*(?:nghin|ngan|tram|chuc|trieu)\s+(?:nguoi|vu|dong)\b"
)
_LEVEL = r"(?:xa|phuong|thi tran|don vi|thon|truong|co so|to dan pho)\b(?! hop\b)"
_NOT_ALL = re.compile(
    rf"\b(?:thieu|chua co)\s+(?:(?:\d+|cac|mot so)\s*{_LEVEL}|(?!co so){_LEVEL}(?!\s+nao)|quy\b|thang\b)"
    rf"|\b(?:quy|thang)\s+\S+\s+chua co\b|(?:\d|\bmot so)\s*{_LEVEL}\s+chua (?:co )?(?:bao cao|gui|nop|so)\b"
    r"|(?:^|[(,;])\W*(?:tru|ngoai)\s+(?!so\b|ra\b)"
    r"|\b(?:so dung|dinh chinh|sua|dung la|phai la)(?: lai)?(?: la| thanh)?\W+\d"  # "Sửa thành 25"
)
_SOME_OF = re.compile(rf"\b(\d{{1,3}})\s*/\s*(\d{{1,3}})\s*{_LEVEL}")
_BY_A_DOCUMENT = re.compile(
    r"^\W*(?:kem theo|ban hanh|can cu|theo|thuc hien theo)\b"
    r"|\b(?:ke hoach|chuong trinh|nghi quyet|quyet dinh|cong van)\s+(?:thuc hien\s+)?(?:so\s*)?\d+\s*/\S*"
)
_PRIMARY = re.compile(r"\bTH\W*$", re.IGNORECASE)
_RUNNING_TEXT = re.compile(r"\(?(?:kem theo|ban hanh)|can cu")


class Period(NamedTuple):
    """A period in a text. `is_nearly`: it lasts to November at least, as in notes sent before the year ends."""

    start: int
    end: int
    is_year: bool
    is_nearly: bool
    year: int | None  # in which a whole year ends


_TO = r"\s*(?:den|toi|-|–)\s*(?:het\s+)?"
_UP_TO = r"(?:tinh\s+|chot\s+|so lieu\s+)?(?:den|toi)\s+(?:het\s+)?"
_AT = r"(?:so lieu|thoi diem)\s*(?:\(?(?:lay so lieu|chot so lieu|chot|lay|tai|ngay)\s*)*:?\s*"
_YEAR_AFTER = r"(?:\s*(?:[/.-]|nam)\s*(?P<END_year>\d{4}))?"
_DAY_NAMED = r"(?:ngay\s*)?(?P<END_day>\d{1,2})\s*(?:[/.-]|thang)\s*(?P<END_month>\d{1,2})(?!\d)" + _YEAR_AFTER
_MONTH_NAMED = r"(?:thang|t)\s*(?P<END_month>\d{1,2})" + _YEAR_AFTER
_MONTH_AND_YEAR = r"(?P<to_month>\d\d?)\s*/\s*(?P<to_year>\d{4})\b"
_FROM_DAY, _FROM_MONTH = (pattern.replace("END", "from") for pattern in (_DAY_NAMED, _MONTH_NAMED))
_TO_DAY, _TO_MONTH = (pattern.replace("END", "to") for pattern in (_DAY_NAMED, _MONTH_NAMED))
_PERIODS = [
    re.compile(pattern)
    for pattern in (
        rf"(?:\b(?:tinh\s+)?tu\s+|\b){_FROM_DAY}{_TO}{_TO_DAY}",
        rf"(?:tu\s+)?{_FROM_MONTH}{_TO}{_TO_MONTH}",
        rf"(?:tu\s+)?\b(?P<from_month>\d\d?)(?:\s*/\s*(?P<from_year>\d{{4}}))?{_TO}{_MONTH_AND_YEAR}",
        rf"(?:tu\s+)?thang\s*(?:tu\s+)?(?P<from_month>\d{{1,2}}){_TO}(?:thang\s*)?(?P<to_month>\d{{1,2}})\b",
        _UP_TO + _TO_DAY,
        _UP_TO + _TO_MONTH,
        _AT + _TO_DAY,
        r"\b(?:(?:12|muoi hai) thang|12\s?t)\b",
    )
]


def _period(match: re.Match[str]) -> Period:
    """Return the period of a match, from January and to December unless it names other months.

    It is a year where it is one long and ends in December, or in November of a year counted from December.
    """
    found = match.groupdict()
    day, month = int(found.get("from_day") or 1), int(found.get("from_month") or 1)
    first_year, last_month, last_year = found.get("from_year"), int(found.get("to_month") or 12), found.get("to_year")
    if "from_month" not in found and found.get("to_day") not in (None, "31"):
        last_year = None  # "đến 15/12/2023"
    is_nearly = (day, month) == (1, 1) and last_month >= 11
    is_year = is_nearly and last_month == 12
    if first_year and last_year and first_year != last_year:
        is_year = int(first_year) == int(last_year) - 1 and month in (11, 12) and last_month in (11, 12)
        is_nearly = is_year
    return Period(*match.span(), is_year, is_nearly, int(last_year) if is_year and last_year else None)


def find_periods(text: str) -> list[Period]:
    """Return the periods in a tidied text."""
    plain = without_diacritics(text)
    if len(plain) != len(text) or not (any(map(str.isdigit, plain)) or "muoi hai" in plain):
        return []
    found: list[Period] = []
    for pattern in _PERIODS:
        for match in pattern.finditer(plain):
            if not any(period.start < match.end() and match.start() < period.end for period in found):
                found.append(_period(match))
    return sorted(found)


def mark_periods(tidied: str) -> str:
    """Return a tidied text with a word in place of each period, as `meanings.PERIOD_WORDS` has them."""
    for period in reversed(find_periods(tidied)):
        word = "periodwhole" if period.is_year else "periodpart"
        tidied = f"{tidied[: period.start]} {word} {period.year or ''} {tidied[period.end :]}"
    return tidied


def _plain(text: str) -> str:
    return without_diacritics(tidy(text))


@lru_cache
def _listed(meaning: str) -> re.Pattern[str]:
    """Return a pattern for the entries of one meaning, typed with or without diacritics."""
    entries = sorted({_plain(entry) for entry in listed(meaning)}, key=len, reverse=True)
    found = "|".join(re.escape(entry).replace(r"\ \-\ ", r"\s*-\s*").replace(r"\ ", r"\s+") for entry in entries)
    return re.compile(rf"\b(?:{found})\b")


@lru_cache
def _label(meaning: str, rest: str) -> re.Pattern[str]:
    """Return a pattern for a line that begins with an entry of one meaning."""
    return re.compile(rf"\W*{_listed(meaning).pattern}{rest}")


@dataclass(frozen=True)
class LineMeaning:
    """The years that a line names, and the kind of figures it excludes or limits."""

    years: tuple[int, ...] = ()
    against: Kind | None = None
    is_result: bool = False


@lru_cache(CACHED)
def read_line(text: str) -> LineMeaning:
    """Return the meaning of a line of a title, or of a row of words between figures, for the figures below.

    >>> read_line("Dự kiến năm 2024").against, read_line("KẾT QUẢ THỰC HIỆN KẾ HOẠCH NĂM 2023").against
    (<Kind.TARGET: 'target'>, None)
    """
    plain = _plain(text)
    if is_place_and_date(text) or names_recipient(text):
        return LineMeaning()
    years = years_in(text)
    if part_of_year_in(text):
        return LineMeaning(years, Kind.PART_OF_YEAR)
    if _SCALE.search(plain) or _label("rate of a line", "").match(plain):
        return LineMeaning(years, Kind.RATE)
    if _RUNNING_TEXT.match(plain):
        is_assigned = not plain.startswith("can cu") and _listed("target of a result in a line").search(plain)
        return LineMeaning(against=Kind.TARGET if is_assigned else None)
    remaining = _listed("document in a line").sub(" ", _BY_A_DOCUMENT.sub(" ", _NOT_THE_YEAR.sub(" ", plain)))
    is_result = _listed("result in a line").search(plain) is not None
    is_target = not is_result and _listed("target in a line").search(remaining)
    found = {
        Kind.ACCUMULATED: _listed("accumulated in a line").search(remaining) or _SEVERAL_YEARS.search(plain),
        Kind.ESTIMATE: _listed("estimate in a line").search(remaining),
        Kind.PART: is_incomplete(text),
        Kind.TARGET: is_target or _listed("target of a result in a line").search(remaining),
    }
    return LineMeaning(years, next((kind for kind, is_found in found.items() if is_found), None), is_result)


@lru_cache(maxsize=CACHED)
def years_in(title: str) -> tuple[int, ...]:
    """Return the years that a line of a title names as the year reported."""
    remaining = _NOT_THE_YEAR.sub(" ", _MONTH.sub(" ", _DATE.sub(" ", _plain(title))))
    remaining = _NEXT_YEAR.sub(r"\1 nam ", remaining)
    return tuple(int(year.replace(" ", "")) for year in _YEAR.findall(remaining))


def year_ended_in(title: str) -> int | None:
    """Return the year that a line gives as a period: "Từ ngày 15/12/2022 đến ngày 14/12/2023"."""
    return next((period.year for period in find_periods(tidy(title)) if period.year), None)


def part_of_year_in(title: str) -> bool:
    """Return whether a line means less than a year: "6 tháng đầu năm 2023", "Quý I/2023", "Tính đến 30/6/2023"."""
    remaining = tidy(title)
    for period in reversed(find_periods(remaining)):
        if not period.is_year:
            return True
        remaining = f"{remaining[: period.start]} {remaining[period.end :]}"
    remaining = _NOT_THE_YEAR.sub(" ", _DATE.sub(" ", without_diacritics(remaining)))
    return bool(_listed("part-of-year in a line").search(remaining) or _PART_OF_YEAR.search(remaining))


def names_document(text: str) -> bool:
    """Return whether a text names a form or document: "Biểu 02-KH", "(Kèm theo Công văn số 12/CV-UBND)"."""
    plain = _plain(text)
    return bool(_RUNNING_TEXT.match(plain) or re.search(r"\bso\s*\d+\s*/\s*[a-z]|\d[/.-]kh\W*$", plain))


def spell_out(texts: Sequence[str]) -> list[str]:
    """Return labels next to each other, with "TH" spelt out where it is a level of schools: "MN, TH, THCS"."""
    are_levels = any(_listed("level of schools").search(_plain(text)) for text in texts)
    return [_PRIMARY.sub("Tiểu học", text) for text in texts] if are_levels else list(texts)


def is_scale(text: str) -> bool:
    """Return whether a text states that figures are thousands, percentages or rates: "ĐVT: nghìn người"."""
    return _SCALE.search(_plain(text)) is not None


def is_incomplete(text: str) -> bool:
    """Return whether a text states that the figures are incomplete: "Chưa bao gồm …", "20/27 xã báo cáo"."""
    plain = re.sub(r"\bneu .*|\bkhong tinh trung\b", "", _plain(text))  # "Nếu chưa có số liệu thì ghi 0"
    found = _listed("part in a line").search(plain) or _NOT_ALL.search(plain)
    return bool(found) or any(int(reported) < int(expected) for reported, expected in _SOME_OF.findall(plain))


def year_in(cell: str) -> int | None:
    """Return the year that a cell gives alone: "2023", "Năm 2023"."""
    found = _YEAR_ALONE.fullmatch(_plain(cell))
    return int(found[1]) if found and found[1][:2] in ("19", "20") else None


def year_named(heading: str) -> int | None:
    """Return the one year that a heading names: "2023", "Thực hiện năm 2023"."""
    named = set(years_in(heading))
    return year_in(heading) or (named.pop() if len(named) == 1 else None)


def is_place_and_date(title: str) -> bool:
    """Return whether a line gives the place and date of signature: "Thành phố Ninh Bình, ngày 5 tháng 1 năm 2024"."""
    return _PLACE_AND_DATE.match(_plain(title)) is not None


def years_in_sheet_name(name: str) -> list[int]:
    remaining = _NOT_THE_YEAR.sub(" ", _DATE.sub(" ", _plain(name)))
    return [int(year) for year in re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", remaining)]


def is_page(text: str) -> bool:
    """Return whether a text only numbers a page or continues a table: "Trang 2/3", "(tiếp theo)"."""
    return re.fullmatch(r"\W*(?:(?:trang|page|bieu|bieu so|tiep|tiep theo)\W*)+[\d/ ]*\W*", _plain(text)) is not None


def is_year_label(text: str) -> bool:
    return _label("year label", r"\W*").fullmatch(_plain(text)) is not None


def reporting_unit_in(title: str) -> str | None:
    """Return the text after "Đơn vị báo cáo:", perhaps blank; None for a line without such a label."""
    tidied = tidy(title)
    found = _label("reporter", r"\s*(?:\([^)]*\)\s*)?[:：﹕︓]\s*(.*)").fullmatch(without_diacritics(tidied))
    return tidied[found.start(1) :].strip(AROUND) if found else None


def names_recipient(title: str) -> bool:
    """Return whether a line names the recipient of the return."""
    return _label("recipient", "").match(_plain(title)) is not None


def after_label(title: str) -> str:
    """Return the original text after the label, for quoting."""
    return " ".join(unicodedata.normalize("NFKC", seen(title)).partition(":")[2].split())


def joins_to_period(texts: Sequence[str]) -> bool:
    """Return whether the cells of a row give a period together: "Từ tháng", "1", "đến tháng", "6"."""
    joined = tidy(" ".join(texts))
    return len(texts) > 1 and bool(find_periods(joined)) and not any(find_periods(tidy(text)) for text in texts)


def is_title_line(texts: Sequence[str]) -> bool:
    """Return whether a row belongs to a title block rather than to a header."""
    begins_with_label = bool(texts) and texts[0].endswith(":")  # not "Tổng cộng:" after names of units
    return (begins_with_label or joins_to_period(texts)) or any(
        len(text) > 200 or reporting_unit_in(text) is not None or names_recipient(text) or is_place_and_date(text)
        for text in texts
    )


@lru_cache(CACHED)
def is_signature(text: str) -> bool:
    """Return whether a text belongs to the block of date, signatures and recipients under a table."""
    key = plain_words(text)
    if starts := listed_by_word("signature").get(key[0], ()) if key else ():
        return any(key[: len(start)] == start for start in starts)
    return {"ngay", "thang", "nam"} <= set(key)
