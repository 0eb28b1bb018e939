"""Build a sheet cell by cell, as its reader sees it: numbers by their format, texts by the look of their runs.

Plain text would turn 12 with the footnote 1 into 121, and 15 corrected to 20 into 1520. Raised digits become the
Unicode superscripts, which no figure or heading contains; struck-out text is left out.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache, reduce
from math import isfinite
from unicodedata import normalize

from gbv_kpi.sheets.refusal import DAMAGED, OVERSIZED, Refusal
from gbv_kpi.sheets.sheet import LONGEST_NAME, LONGEST_TEXT, Area, Cell, FormulaWithoutValue, Note, Percentage, Sheet

MAX_AREA = 2_500_000  # cells between A1 and the last of all sheets; 53,000 returns span 1 million
MAX_MERGED = 100_000  # areas
MAX_SHEETS = 1000
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
_REFERENCE = re.compile("([A-Za-z]{1,8})([1-9][0-9]{0,8})[0-9]*")  # nine digits are enough to refuse a row
DAY_ONE = datetime(1899, 12, 30)  # noqa: DTZ001 - a cell's date has no time zone
A_DAY = 45000.0  # in 2023; as a count it is shown unchanged
LAST_DAY = 2_958_466  # the year 10000
DAYS_TO_1904 = 1462

# The formats that a workbook need not spell out: https://learn.microsoft.com/openspecs (ECMA-376 part 1, 18.8.30)
BUILT_IN = {9: "0%", 10: "0.00%", **dict.fromkeys((14, 15, 16, 17, *range(27, 32), *range(50, 59)), "d/m/yyyy")} | {
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 47), "h:mm"), 22: "d/m/yyyy h:mm", 36: "d/m/yyyy",
    46: "[h]:mm", **dict.fromkeys((5, 6, 7, 8, 42, 44), "$0"),
}  # fmt: skip
_SIGN = re.compile(  # the literal text of a format, a currency, or the place of a digit
    r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|_.|\*.|(?P<time>\[(?:h+|m+|s+)\])|\[[^\]]*\]|(?P<digit>general|[0#?.,@]|e[+-])|(.)',
    re.IGNORECASE | re.DOTALL,
)
_THOUSANDS = re.compile(r"[0#?],+(?![0#?,])")  # 0, shows 12 000 as 12
_QUIET = re.compile(r"người|nguoi|[\s()\[\].,;:+'’*_\d\u2010-\u2015\u2212-]", re.IGNORECASE)  # signs of a count
_FORMAT_LENGTH = 500  # characters; Excel takes 255
_RAISED_DIGITS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

Look = tuple[bool, bool]  # is it raised (or lowered), is it struck out
Run = tuple[str, Look | None]  # a text, and its look if it is not that of its cell
Text = str | list[Run]
NORMAL: Look = (False, False)


@dataclass(frozen=True)
class Style:
    """The part of a cell's format that changes its meaning."""

    number_format: str = ""
    look: Look = NORMAL

    @property
    def is_peculiar(self) -> bool:
        """Return whether the fast reader misses it: raised, struck out, a percentage, a year, nothing shown."""
        shown = as_shown(A_DAY, self.number_format)
        return any(self.look) or (shown != A_DAY and not isinstance(shown, date | time | timedelta))


PLAIN = Style()


def split_runs(text: str, marks: Iterable[tuple[int, int]], looks: Sequence[Look]) -> list[Run]:
    """Return the runs of a text, each mark the first letter and the font of one; the first has the look of the cell."""
    starts = [(0, None), *((first, looks[font]) for first, font in marks)]
    ends = [first for first, _ in starts[1:]] + [len(text)]
    return [(text[first:end], look) for (first, look), end in zip(starts, ends, strict=True)]


def join_runs(runs: Iterable[Run], base: Look = NORMAL) -> tuple[str, bool]:
    """Return the visible text, no longer than a cell's, and whether some was left out; `base` is the cell's look.

    >>> join_runs([("15", (False, True)), ("20", None), ("1", (True, False))])
    ('20¹', True)
    """
    seen: list[str] = []
    is_cut, length = False, 0
    for text, look in runs:
        if length >= LONGEST_TEXT:
            break
        length += len(text)
        is_raised, is_struck = base if look is None else look
        is_cut |= is_struck and bool(text.strip())
        if not is_struck:
            seen.append(text.translate(_RAISED_DIGITS) if is_raised else text)
    return "".join(seen)[:LONGEST_TEXT], is_cut


def plain_format(code: str) -> str:
    """Return the placeholders of a format, without its literal text, colours and conditions.

    >>> plain_format('[Red]0.0"%";-0 _d'), plain_format('"Năm "yyyy')
    ('0.0;-0 ', 'yyyy')
    """
    return _SIGN.sub(r"\g<time>\g<digit>\g<6>", code[:_FORMAT_LENGTH]).lower()


def as_written(number: float, text: str) -> Cell:
    """Return a number that its reader sees as a text; the text where it has other signs or digits than the count.

    >>> as_written(12.0, "12 người"), as_written(1200.0, "1.200,0"), as_written(12.0, "12 ₫"), as_written(1200.0, "1")
    (12.0, 1200.0, '12 ₫', '1200 (1)')
    """
    if _QUIET.sub("", normalize("NFC", text)):
        return text
    digits, count = re.sub(r"\D", "", text).lstrip("0"), f"{abs(number):.0f}"
    is_same = not number.is_integer() or (digits.startswith(count) and not digits[len(count) :].strip("0"))
    return number if is_same or (number == 0 and not digits) else f"{number:.15g} ({text})"


def _with_signs(number: float, code: str) -> Cell:
    """Return a number with the literal text of its format: 0" nghìn" shows 12 as "12 nghìn", 0"0" as "120"."""
    code, written = code.partition(";")[0][:_FORMAT_LENGTH], f"{number:.15g}"
    if _THOUSANDS.search(plain_format(code)):
        return f"{written} (1 = 1,000)"
    shown = _SIGN.sub(lambda sign: "□" if sign["digit"] else "".join(filter(None, sign.group(1, 2, 3, 6))), code)
    if any(map(str.isdigit, shown)):
        return f"{written} ({shown.replace('□', '').strip()})"
    return as_written(number, re.sub("□.*□|□", written, shown, flags=re.DOTALL))


def as_shown(number: float, code: str, *, from_1904: bool = False) -> Cell | None:
    """Return a number as a percentage, date, time or year where its format makes it one; None where it is not shown.

    A % in quotation marks is only a sign; a number with a unit such as thousands or a currency becomes a text.

    >>> as_shown(0.95, "0%"), as_shown(95.5, '0.0"%"'), as_shown(1234.0, "#,##0"), as_shown(45000.0, "yyyy")
    (Percentage(share=0.95), Percentage(share=0.955), 1234.0, 2023.0)
    >>> as_shown(12.0, '0" nghìn"'), as_shown(12.0, '0" người"')
    ('12 nghìn', 12.0)
    >>> as_shown(12000.0, "#,##0,"), as_shown(70.0, '"khoảng "0'), as_shown(70.0, "#,##0 [$₫-42A]")
    ('12000 (1 = 1,000)', 'khoảng 70', '70 ₫')
    """
    if code in ("", "General"):
        return without_noise(number)
    plain = plain_format(code)
    if "%" in code:
        return Percentage(number if "%" in plain else number / 100)
    if ";" in code and not code.strip("; "):
        return None
    if not any(letter in plain for letter in "ymdhs"):
        return _with_signs(without_noise(number), code)
    if "[" in plain:
        return timedelta(days=number) if abs(number) < LAST_DAY else number
    moment = _date(number + DAYS_TO_1904 * from_1904)
    return float(moment.year) if isinstance(moment, date) and not plain.strip("y ") else moment


def number_of(text: str) -> float:
    """Return a number as a workbook writes it. Raises `ValueError` for anything else."""
    number = float(text)
    if "_" in text or not isfinite(number):
        raise ValueError(text)
    return number


def without_noise(number: float) -> float:
    """Return the whole number that a spreadsheet shows at eleven digits, if it shows one.

    >>> without_noise(20.000000000000004), without_noise(19.999999999999773), without_noise(12.5)
    (20.0, 20.0, 12.5)
    """
    shown = number if number.is_integer() else float(f"{number:.11g}")
    return shown if shown.is_integer() else number


def _date(number: float) -> date | datetime | time | float:
    if not 0 <= number < LAST_DAY:
        return number
    # Day 60 is a 29 February 1900 that never was.
    moment = DAY_ONE + timedelta(days=number + (number < 60), milliseconds=0.5)
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    if number < 1:
        return moment.time()
    return moment if number % 1 else moment.date()


# ------------------------------------------------------------------------ the grid


class Grid:
    """Cells at their addresses, from 0. Raises `Refusal` where they span more than a return."""

    def __init__(self, *, from_1904: bool = False) -> None:
        self.from_1904 = from_1904
        self.rows: list[list[Cell]] = []
        self.width = 0
        self.merged: list[Area] = []
        self.hidden_rows: set[int] = set()
        self.hidden_columns: dict[int, int] = {}  # the end of each span by its first
        self.unseen: list[tuple[int, int]] = []  # cells with struck-out or hidden text, which was left out
        self.notes: list[Note] = []

    def put(self, row: int, column: int, cell: Cell) -> None:
        if row >= len(self.rows) or column >= self.width:
            height, self.width = max(len(self.rows), row + 1), max(self.width, column + 1)
            if height * self.width > MAX_AREA:
                raise Refusal(*OVERSIZED)
            self.rows.extend([] for _ in range(height - len(self.rows)))
        cells = self.rows[row]
        if column < len(cells):
            cells[column] = cell
        else:
            cells.extend([""] * (column - len(cells)))
            cells.append(cell)

    def show(self, row: int, column: int, value: Cell | Text, style: Style = PLAIN) -> Cell:
        """Put the visible content of a cell and return it; record the cell as unseen if some of it is left out."""
        cell: Cell | None
        is_cut = style.look[1]
        match value:
            case str() | list():
                cell, is_cut = join_runs([(value, None)] if isinstance(value, str) else value, style.look)
            case FormulaWithoutValue():
                cell, is_cut = value, False
            case _ if is_cut:
                cell = ""
            case float():
                cell = as_shown(value, style.number_format, from_1904=self.from_1904)
            case _:
                cell = value
        if is_cut or cell is None:
            self.unseen.append((row, column))
        if cell is None or cell == "":
            return ""
        self.put(row, column, cell)
        return cell

    def hide_columns(self, first: int, end: int) -> None:
        self.hidden_columns[max(first, 0)] = max(end, self.hidden_columns.get(max(first, 0), 0))

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        self.merged.append(((top, left), (bottom, right)))
        if len(self.merged) > MAX_MERGED:
            raise Refusal(*OVERSIZED)

    def sheet(self, name: str | None, *, is_shown: bool) -> Sheet:
        return Sheet(
            name and name[:LONGEST_NAME],
            self.rows,
            tuple(self.merged),
            hidden_rows=frozenset(row for row in self.hidden_rows if row < len(self.rows)),
            hidden_columns=frozenset(
                column for first, end in self.hidden_columns.items() for column in range(first, min(end, self.width))
            ),
            unseen=tuple(self.unseen),
            notes=tuple(self.notes),
            is_shown=is_shown,
        )


def address_of(reference: str) -> tuple[int, int]:
    """Return the row and column of a reference such as AB12, from 0. Raises `Refusal` for an invalid one.

    >>> address_of("AB12"), address_of("c3")
    ((11, 27), (2, 2))
    """
    found = _REFERENCE.fullmatch(reference)
    if not found:
        raise Refusal(*DAMAGED)
    row, column = int(found[2]) - 1, column_of(found[1])
    if row >= MAX_ROWS or column >= MAX_COLUMNS:
        raise Refusal(*OVERSIZED)
    return row, column


@lru_cache(MAX_COLUMNS)  # a sheet names each column in every row: 0.9 of 5 s for 53,000 returns
def column_of(letters: str) -> int:
    return reduce(lambda number, letter: number * 26 + ord(letter) - ord("A") + 1, letters.upper(), 0) - 1
