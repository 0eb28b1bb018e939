"""Compare counts with thresholds in exact arithmetic.

A verdict is decided by whole numbers alone: 29/100 is at least 29% here, which it is not in binary
floats. The functions take whole numbers, or whole columns of them, and never a rate.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal

Comparator = Literal[">=", ">", "<=", "<"]
COMPARE: Mapping[Comparator, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
}
Measure = Literal["percent", "ratio", "count", "change"]  # a change in percent of the base year's count

SCALE: dict[Measure, int] = {"percent": 100, "ratio": 1, "count": 1, "change": 100}
UNCHANGED: dict[Measure, int] = {"percent": 0, "ratio": 0, "count": 0, "change": 100}  # percent of the base count


@dataclass(frozen=True)
class Threshold:
    """A demand of the plan, from the year `since` until a later threshold replaces it."""

    since: int
    comparator: Comparator
    bound: Decimal  # in percent, a ratio or a count, as the measure says
    measure: Measure = "percent"

    @property
    def lower_is_better(self) -> bool:
        return self.comparator in ("<=", "<")


@lru_cache
def weights(threshold: Threshold) -> tuple[int, int]:
    """Return (a, b) such that a·numerator compares to b·denominator as the rate does to the bound.

    The denominator of a count is 1, that of a change the count of its base year:

    >>> weights(Threshold(2022, "<=", Decimal(-5), "change"))
    (100, 95)
    """
    bound = Fraction(threshold.bound) + UNCHANGED[threshold.measure]
    return SCALE[threshold.measure] * bound.denominator, bound.numerator


def is_met(numerator: Any, denominator: Any, threshold: Threshold) -> Any:
    """Return whether the rate meets the threshold, by cross-multiplied whole numbers or arrays of them.

    45 of 50 is exactly 90%, and the plan says "trên 90%":

    >>> is_met(45, 50, Threshold(2021, ">", Decimal(90)))
    False
    """
    a, b = weights(threshold)
    return COMPARE[threshold.comparator](numerator * a, denominator * b)


def shortfall(numerator: int, denominator: int, threshold: Threshold) -> int:
    """Return the smallest whole number to add to the numerator (or subtract, if lower is better) to meet it.

    Raises `ValueError` for a denominator of 0: there is nothing to fall short of.

    >>> shortfall(412, 489, Threshold(2023, ">=", Decimal(85)))
    4
    """
    if denominator == 0:
        raise ValueError("a denominator of 0 has no shortfall")
    if is_met(numerator, denominator, threshold):
        return 0
    a, b = weights(threshold)
    lacking = abs(b * denominator - a * numerator)
    if threshold.comparator in (">=", "<="):
        return -(-lacking // a)
    return lacking // a + 1


def exact_rate(numerator: int, denominator: int, measure: Measure = "percent") -> Fraction:
    """Return the rate as an exact fraction: in percent, as a ratio, a count or a change in percent."""
    return Fraction(numerator * SCALE[measure] - UNCHANGED[measure] * denominator, denominator)


def shown_rate(rate: Fraction, marks: tuple[Decimal, ...], decimals: int = 1) -> tuple[Decimal, int]:
    """Return the rate rounded for print, and its decimals: more than asked where rounding would mislead.

    A printed rate never reaches or crosses one of `marks` (the thresholds, 0 and 100) that the
    exact rate does not: 2505 of 2506 is never printed as 100%.

    >>> shown_rate(Fraction(250500, 2506), (Decimal(100),))
    (Decimal('99.96'), 2)
    """
    while True:
        scale = 10**decimals
        shown = (2 * rate.numerator * scale + rate.denominator) // (2 * rate.denominator)  # half up, as by hand
        if all(_side(shown, scale, mark) == _side(rate.numerator, rate.denominator, mark) for mark in marks):
            return Decimal(shown).scaleb(-decimals), decimals
        decimals += 1


def _side(numerator: int, denominator: int, mark: Decimal) -> int:
    """Return 1 for a fraction above the mark, -1 for one below, 0 at the mark."""
    a, b = mark.as_integer_ratio()
    return (numerator * b > a * denominator) - (numerator * b < a * denominator)
