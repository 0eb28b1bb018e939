"""Periods in words: a year, or a part of one."""

import re
from collections.abc import Callable, Sequence

from gbv_kpi.reading.normalize import without_diacritics

_DAY = r"(?:ngay\s*)?(\d{1,2})\s*(?:[/.-]|thang)\s*(\d{1,2})(?:\s*(?:[/.-]|nam)\s*(\d{4}))?"
_MONTH = r"(?:thang|t)\s*(\d{1,2})(?:\s*(?:[/.-]|nam)\s*(\d{4}))?"
_FROM_TO = re.compile(rf"(?:tinh\s+)?tu\s+{_DAY}\s*(?:den|toi|-|–)\s*(?:het\s+)?{_DAY}")
_DAY_TO_DAY = re.compile(rf"\b{_DAY}\s*(?:den|-|–)\s*(?:het\s+)?{_DAY}")
_MONTH_TO_MONTH = re.compile(rf"(?:tu\s+)?{_MONTH}\s*(?:den|-|–)\s*(?:het\s+)?{_MONTH}")
_MONTH_YEAR = re.compile(r"(?:tu\s+)?\b(\d{1,2})(?:\s*/\s*(\d{4}))?\s*(?:den|-|–)\s*(\d{1,2})\s*/\s*(\d{4})\b")
_MONTH_NUMBERS = re.compile(r"(?:tu\s+)?thang\s*(\d{1,2})\s*(?:den|-|–)\s*(?:thang\s*)?(\d{1,2})\b")
_UP_TO_DAY = re.compile(rf"(?:tinh\s+|chot\s+|so lieu\s+)?(?:den|toi)\s+(?:het\s+)?{_DAY}")
_UP_TO_MONTH = re.compile(rf"(?:tinh\s+|chot\s+|so lieu\s+)?(?:den|toi)\s+(?:het\s+)?{_MONTH}")
_TWELVE_MONTHS = re.compile(r"\b(?:12|muoi hai) thang\b")


def _is_year(first_day: int, first_month: int, first_year: int | None, month: int, year: int | None) -> bool:
    """Whether a period is a year long and ends in December, or in November of a year counted from December."""
    if first_year is None or year is None or first_year == year:
        return (first_month, month) == (1, 12) and first_day == 1
    return first_year == year - 1 and first_month in (11, 12) and month in (11, 12)


def _day_to_day(match: re.Match[str]) -> tuple[bool, str | None]:
    day, month, year, _, last_month, last_year = match.groups()
    return _is_year(int(day), int(month), _number(year), int(last_month), _number(last_year)), last_year


def _month_to_month(match: re.Match[str]) -> tuple[bool, str | None]:
    month, year, last_month, last_year = match.groups()
    return _is_year(1, int(month), _number(year), int(last_month), _number(last_year)), last_year


def _months(match: re.Match[str]) -> tuple[bool, str | None]:
    return _is_year(1, int(match[1]), None, int(match[2]), None), None


def _up_to_day(match: re.Match[str]) -> tuple[bool, str | None]:
    return match[2].lstrip("0") == "12", match[3] if (match[1], match[2]) == ("31", "12") else None


def _up_to_month(match: re.Match[str]) -> tuple[bool, str | None]:
    return match[1].lstrip("0") == "12", match[2]


def _number(digits: str | None) -> int | None:
    return int(digits) if digits else None


_PERIODS: Sequence[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[bool, str | None]]]] = (
    (_FROM_TO, _day_to_day),
    (_DAY_TO_DAY, _day_to_day),
    (_MONTH_TO_MONTH, _month_to_month),
    (_MONTH_YEAR, _month_to_month),
    (_MONTH_NUMBERS, _months),
    (_UP_TO_DAY, _up_to_day),
    (_UP_TO_MONTH, _up_to_month),
    (_TWELVE_MONTHS, lambda _: (True, None)),
)


def find_periods(text: str) -> list[tuple[int, int, bool, int | None]]:
    """Return start, end, whether it is a whole year, and the year where it is, of each period in a tidied text."""
    plain = without_diacritics(text)
    if len(plain) != len(text) or not (any(map(str.isdigit, plain)) or "muoi hai" in plain):
        return []
    found: list[tuple[int, int, bool, int | None]] = []
    for pattern, read in _PERIODS:
        for match in pattern.finditer(plain):
            if not any(start < match.end() and match.start() < end for start, end, *_ in found):
                is_year, year = read(match)
                found.append((match.start(), match.end(), is_year, _number(year) if is_year else None))
    return sorted(found)


def mark_periods(tidied: str) -> str:
    """Return a tidied text with a word in place of each period, as `meanings.PERIOD_WORDS` has them."""
    for start, end, is_year, year in reversed(find_periods(tidied)):
        word = "periodwhole" if is_year else "periodpart"
        tidied = f"{tidied[:start]} {word} {year or ''} {tidied[end:]}"
    return tidied
