"""Find periods in words: a year, or a part of one."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from gbv_kpi.reading.normalize import without_diacritics

_DAY = r"(?:ngay\s*)?(\d{1,2})\s*(?:[/.-]|thang)\s*(\d{1,2})(?!\d)(?:\s*(?:[/.-]|nam)\s*(\d{4}))?"
_MONTH = r"(?:thang|t)\s*(\d{1,2})(?:\s*(?:[/.-]|nam)\s*(\d{4}))?"
_TO = r"\s*(?:den|toi|-|–)\s*(?:het\s+)?"
_UP_TO = r"(?:tinh\s+|chot\s+|so lieu\s+)?(?:den|toi)\s+(?:het\s+)?"
_AT = r"(?:so lieu|thoi diem)\s*(?:\(?(?:lay so lieu|chot so lieu|chot|lay|tai|ngay)\s*)*:?\s*"


class Period(NamedTuple):
    """A period in a text. `is_nearly`: it lasts to November at least, as in notes sent before the year ends."""

    start: int
    end: int
    is_year: bool
    is_nearly: bool
    year: int | None  # in which a whole year ends


def _period(match: re.Match[str], first: tuple[int, int, str | None], last: tuple[int, str | None]) -> Period:
    """Return the period from a first day, month and year to a last month and year.

    It is a year where it is one long and ends in December, or in November of a year counted from December.
    """
    (day, month, first_year), (last_month, last_year) = first, last
    is_nearly = (day, month) == (1, 1) and last_month >= 11
    is_year = is_nearly and last_month == 12
    if first_year and last_year and first_year != last_year:
        is_year = int(first_year) == int(last_year) - 1 and month in (11, 12) and last_month in (11, 12)
        is_nearly = is_year
    return Period(*match.span(), is_year, is_nearly, int(last_year) if is_year and last_year else None)


def _from_day(match: re.Match[str]) -> Period:
    day, month, year, _, last_month, last_year = match.groups()
    return _period(match, (int(day), int(month), year), (int(last_month), last_year))


def _from_month(match: re.Match[str]) -> Period:
    month, year, last_month, last_year = match.groups()
    return _period(match, (1, int(month), year), (int(last_month), last_year))


def _up_to_day(match: re.Match[str]) -> Period:
    day, month, year = match.groups()
    return _period(match, (1, 1, None), (int(month), year if day == "31" else None))


def _up_to_month(match: re.Match[str]) -> Period:
    return _period(match, (1, 1, None), (int(match[1]), match[2]))


def _twelve_months(match: re.Match[str]) -> Period:
    return _period(match, (1, 1, None), (12, None))


_PERIODS: Sequence[tuple[re.Pattern[str], Callable[[re.Match[str]], Period]]] = (
    (re.compile(rf"(?:\b(?:tinh\s+)?tu\s+|\b){_DAY}{_TO}{_DAY}"), _from_day),
    (re.compile(rf"(?:tu\s+)?{_MONTH}{_TO}{_MONTH}"), _from_month),
    (re.compile(rf"(?:tu\s+)?\b(\d{{1,2}})(?:\s*/\s*(\d{{4}}))?{_TO}(\d{{1,2}})\s*/\s*(\d{{4}})\b"), _from_month),
    (re.compile(rf"(?:tu\s+)?thang\s*(?:tu\s+)?(\d{{1,2}})(){_TO}(?:thang\s*)?(\d{{1,2}})()\b"), _from_month),
    (re.compile(_UP_TO + _DAY), _up_to_day),
    (re.compile(_UP_TO + _MONTH), _up_to_month),
    (re.compile(_AT + _DAY), _up_to_day),
    (re.compile(r"\b(?:12|muoi hai) thang\b"), _twelve_months),
)


def find_periods(text: str) -> list[Period]:
    """Return the periods in a tidied text."""
    plain = without_diacritics(text)
    if len(plain) != len(text) or not (any(map(str.isdigit, plain)) or "muoi hai" in plain):
        return []
    found: list[Period] = []
    for pattern, read in _PERIODS:
        for match in pattern.finditer(plain):
            if not any(period.start < match.end() and match.start() < period.end for period in found):
                found.append(read(match))
    return sorted(found)


def mark_periods(tidied: str) -> str:
    """Return a tidied text with a word in place of each period, as `meanings.PERIOD_WORDS` has them."""
    for period in reversed(find_periods(tidied)):
        word = "periodwhole" if period.is_year else "periodpart"
        tidied = f"{tidied[: period.start]} {word} {period.year or ''} {tidied[period.end :]}"
    return tidied
