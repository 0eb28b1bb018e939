"""Read a cell as the whole number that it writes, or say what keeps it from being one.

Vietnamese offices write 1.234.567,89; statistical tables write "-" for *none* and "…" for *not available*.
Nothing is rounded, and nothing is guessed without a warning.
"""

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.reading.normalize import seen
from gbv_kpi.reading.privacy import without_names
from gbv_kpi.sheets.sheet import Cell, FormulaError, FormulaWithoutValue, Percentage, text_of

_DIGITS = re.compile(r"[0-9]+")
_GROUPED = re.compile(
    r"(?P<digits>-?[1-9][0-9]{0,2}(?P<mark>[.,' ])[0-9]{3}(?:(?P=mark)[0-9]{3}){0,5})(?:(?!(?P=mark))[.,]0+)?"
)
_DECIMAL = re.compile(r"-?[0-9]+[.,][0-9]+")
_GROUPED_FRACTION = re.compile(r"-?[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]+|-?[1-9][0-9]{0,2}(?:,[0-9]{3})+\.[0-9]+")
_ERROR = re.compile(r"#(?:DIV/0!|REF!|N/A|NAME\?|VALUE!|NUM!|NULL!)|Err:[0-9]{3}", re.IGNORECASE)
_PERCENT = re.compile(r"-?[0-9]+(?:[.,][0-9]+)? ?%")
_NEGATIVE = re.compile(r"-[0-9]+")
_HOLDS_ONE_NUMBER = re.compile(r"[+~≈]?\s*([0-9](?:[0-9.,' ]*[0-9])?)[^0-9]*")
_DASHES = frozenset("-–—−‐‑")
_NOT_AVAILABLE = re.compile(r"\.{2,}")  # "…" too, once it is written with dots
_SIGNS = str.maketrans({"\u2212": "-", "’": "'"})
_EXACT_FLOATS = 2**53
LONGEST_COUNT = 18  # digits; a column of counts holds 64-bit numbers


@dataclass(frozen=True)
class Figure:
    """The reading of a cell: a value for the schema to judge, or a fault that leaves nothing to judge.

    `value` is None where the cell is blank or not available. `code` and `message` are those of a fault, or with a
    value of the warning under which it was read.
    """

    value: int | None = None
    code: str | None = None
    message: Phrase | None = None

    @property
    def is_fault(self) -> bool:
        return self.code is not None and self.value is None


BLANK = Figure()


def read_figure(cell: Cell) -> Figure:
    """Return the count that one cell writes, or its fault.

    >>> read_figure("1.234").value, read_figure("-").value, read_figure("…").value
    (1234, 0, None)
    """
    found = text_of(cell)
    match cell:
        case str():
            return _text_figure(cell)
        case bool():
            return _not_a_number(found)
        case int():
            return Figure(cell)
        case float():
            return _number_figure(cell)
        case Percentage():
            message = phrase("{found} is a percentage, not a count.", found=found)
            return Figure(None, "not-a-whole-number", message)
        case FormulaWithoutValue():
            return Figure(None, "formula-without-value", phrase("The cell holds a formula that was never calculated."))
        case FormulaError():
            message = phrase("The formula in this cell gives the error {error}.", error=found)
            return Figure(None, "formula-error", message)
        case date():
            return Figure(None, "not-a-number", phrase("{found} is a date, not a number.", found=found))
        case time() | timedelta():
            return Figure(None, "not-a-number", phrase("{found} is a time of day, not a number.", found=found))


def _number_figure(number: float) -> Figure:
    if not number.is_integer():
        return _fraction(Decimal(repr(number)), repr(number)) if math.isfinite(number) else _not_a_number(str(number))
    return Figure(int(number)) if abs(number) < _EXACT_FLOATS else _too_large(f"{number:g}")


def _text_figure(text: str) -> Figure:
    if _DIGITS.fullmatch(text):
        return _whole(text)
    if any(unicodedata.category(sign) == "No" for sign in text):
        return _not_a_number(text)  # "12¹" is 12 with a footnote, never 121
    written = unicodedata.normalize("NFKC", seen(text)).translate(_SIGNS).strip()  # "200↵210" is not 200210
    if not written or _NOT_AVAILABLE.fullmatch(written):
        return BLANK
    if _DIGITS.fullmatch(written) or _NEGATIVE.fullmatch(written):
        return _whole(written)
    if set(written) <= _DASHES:
        message = phrase("“{found}” was read as 0: in statistical tables it means none.", found=written)
        return Figure(0, "dash-read-as-zero", message)
    if grouped := _GROUPED.fullmatch(written):
        figure = _whole(re.sub(r"[.,' ]", "", grouped["digits"]))
        message = phrase(
            "“{found}” was read as {value}: its separators group thousands.", found=written, value=str(figure.value)
        )
        return figure if figure.is_fault else Figure(figure.value, "grouped-number", message)
    if _DECIMAL.fullmatch(written):
        number = Decimal(written.replace(",", "."))
        return Figure(int(number)) if number == number.to_integral_value() else _fraction(number, written)
    if _ERROR.fullmatch(written):
        return read_figure(FormulaError(written))
    is_percentage = _PERCENT.fullmatch(written)
    if is_percentage or _GROUPED_FRACTION.fullmatch(written):
        message = phrase("{found} is not a whole number.", found=written)
        message = phrase("{found} is a percentage, not a count.", found=written) if is_percentage else message
        return Figure(None, "not-a-whole-number", message)
    return _not_a_number(text)


def _whole(digits: str) -> Figure:
    return Figure(int(digits)) if len(digits.lstrip("-0")) < LONGEST_COUNT else _too_large(digits)


def _too_large(found: str) -> Figure:
    return Figure(None, "number-too-large", phrase("{found} is too large for a count.", found=found))


def _fraction(number: Decimal, written: str) -> Figure:
    """Return the fault of a number that is not whole; 1.234 and 12.5 are often 1 234 and 12 500, a separator lost."""
    thousands = number * 1000
    message = phrase("{found} is not a whole number.", found=written)
    if "," not in written and 1 <= number < 1000 and thousands == thousands.to_integral_value():
        likely = str(int(thousands))
        message = phrase("{found} is not a whole number; did you mean {likely}?", found=written, likely=likely)
    elif 0 < number < 1:
        message = phrase("{found} is not a whole number; it looks like a rate, not a count.", found=written)
    return Figure(None, "not-a-whole-number", message)


def _not_a_number(found: str) -> Figure:
    found = found.strip()
    start = _HOLDS_ONE_NUMBER.fullmatch(found)
    likely = read_figure(start[1]).value if start and start[1] != found else None
    found = without_names(found)
    message = phrase("“{found}” is not a number.", found=found)
    if likely is not None:
        message = phrase("“{found}” is not just a number; did you mean {likely}?", found=found, likely=str(likely))
    return Figure(None, "not-a-number", message)
