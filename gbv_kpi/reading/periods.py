"""Periods in words: a year, or a part of one."""

import re

from gbv_kpi.reading.normalize import tidy, without_diacritics

_DAY = r"(?:ngay\s*)?(\d{1,2})\s*(?:[/.-]|thang)\s*(\d{1,2})(?:\s*(?:[/.-]|nam)\s*(\d{4}))?"
_MONTH = r"(?:thang|t)\s*(\d{1,2})(?:\s*(?:[/.-]|nam)\s*(\d{4}))?"
_FROM_TO = re.compile(rf"(?:tinh\s+)?tu\s+{_DAY}\s*(?:den|toi|-|–)\s*(?:het\s+)?{_DAY}")
_DAY_TO_DAY = re.compile(rf"\b{_DAY}\s*(?:den|-|–)\s*(?:het\s+)?{_DAY}")
_MONTH_TO_MONTH = re.compile(rf"(?:tu\s+)?{_MONTH}\s*(?:den|-|–)\s*(?:het\s+)?{_MONTH}")
_MONTH_NUMBERS = re.compile(r"(?:tu\s+)?thang\s*(\d{1,2})\s*(?:den|-|–)\s*(?:thang\s*)?(\d{1,2})()()\b")
_UP_TO_DAY = re.compile(rf"(?:tinh\s+|chot\s+|so lieu\s+)?(?:den|toi)\s+(?:het\s+)?{_DAY}")
_UP_TO_MONTH = re.compile(rf"(?:tinh\s+|chot\s+|so lieu\s+)?(?:den|toi)\s+(?:het\s+)?{_MONTH}")
_TWELVE_MONTHS = re.compile(r"\b(?:12|muoi hai) thang\b")


def _is_year(first_day: int, first_month: int, first_year: int | None, month: int, year: int | None) -> bool:
    """Whether a period is a year long and ends in December, or in November of a year counted from December."""
    if first_year is None or year is None or first_year == year:
        return (first_month, month) == (1, 12) and first_day == 1
    return first_year == year - 1 and first_month in (11, 12) and month in (11, 12)


def find_periods(text: str) -> list[tuple[int, int, bool, int | None]]:
    """Return start, end, whether it is a whole year, and the year where it is, of each period in a tidied text."""
    plain = without_diacritics(text)
    if len(plain) != len(text):
        return []
    found: list[tuple[int, int, bool, int | None]] = []

    def add(match: re.Match[str], *, is_year: bool, year: str | None) -> None:
        if not any(start < match.end() and match.start() < end for start, end, *_ in found):
            found.append((match.start(), match.end(), is_year, int(year) if is_year and year else None))

    for pattern in (_FROM_TO, _DAY_TO_DAY):
        for match in pattern.finditer(plain):
            day, month, year, last_day, last_month, last_year = match.groups()
            numbers = (int(day), int(month), int(year) if year else None, int(last_month))
            add(match, is_year=_is_year(*numbers, int(last_year) if last_year else None), year=last_year)
    for pattern in (_MONTH_TO_MONTH, _MONTH_NUMBERS):
        for match in pattern.finditer(plain):
            month, year, last_month, last_year = (
                match.groups() if pattern is _MONTH_TO_MONTH else (match[1], None, match[2], None)
            )
            is_year = _is_year(
                1, int(month), int(year) if year else None, int(last_month), int(last_year) if last_year else None
            )
            add(match, is_year=is_year, year=last_year)
    for match in _UP_TO_DAY.finditer(plain):
        add(
            match, is_year=match[2].lstrip("0") == "12", year=match[3] if (match[1], match[2]) == ("31", "12") else None
        )
    for match in _UP_TO_MONTH.finditer(plain):
        add(match, is_year=match[1].lstrip("0") == "12", year=match[2])
    for match in _TWELVE_MONTHS.finditer(plain):
        add(match, is_year=True, year=None)
    return sorted(found)


def mark_periods(tidied: str) -> str:
    """Return a tidied text with a word in place of each period, as `meanings.PERIOD_WORDS` has them."""
    for start, end, is_year, year in reversed(find_periods(tidied)):
        word = "periodwhole" if is_year else "periodpart"
        tidied = f"{tidied[:start]} {word} {year or ''} {tidied[end:]}"
    return tidied or tidy(tidied)
