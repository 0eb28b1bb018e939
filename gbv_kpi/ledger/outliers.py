"""A count far from last year's, and from what the other units make likely.

What is likely is last year's count times the median change of the other units, so a year in which every
district finds twice as many cases is usual in each of them. A count is unusual where three things hold:

1. It is no play of chance. Counts scatter by about their square root, so they are compared after
   Anscombe's root, 2·√(count + ⅜), which scatters by 1 whatever the count; a difference of two such has
   to reach 4 times its scatter of √2. From 2 to 16 cases is 3.5 times and passes, from 0 to 11 is 3.9 and
   passes; from 0 to 13 is 4.3 and does not. Small districts do not cry wolf.
2. It is large: at least 1.5 times what is likely, or at most two thirds of it (12,000 workers after 10,000
   are far beyond chance, and nothing to ask about).
3. It lies beyond the other units: at least 3.5 times their scatter from their median change (the median
   absolute deviation × 1.4826, which estimates a standard deviation and is not moved by one unit's slip).
   With fewer than 4 other units there is no scatter to speak of, and last year's count alone is likely.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import median

CHANCE = 4.0
FACTOR = 1.5
SCATTERS = 3.5
FEWEST_OTHERS = 4

Counts = Mapping[str, Mapping[str, int]]  # by unit, then by field


@dataclass(frozen=True, slots=True)
class UnusualChange:
    """A unit's count of a field, last year's, and what the other units make likely."""

    unit: str
    field: str
    count: int
    last: int
    likely: int


def unusual_changes(now: Counts, before: Counts, asked: Iterable[str]) -> Iterator[UnusualChange]:
    """Yield the unusual counts of the units asked about, against last year's `before` and the others' change."""
    changes_by_field: dict[str, dict[str, float]] = {}
    for unit, counts in now.items():
        for field in counts.keys() & before.get(unit, {}).keys():
            changes_by_field.setdefault(field, {})[unit] = log((counts[field] + 0.5) / (before[unit][field] + 0.5))
    ordered_by_field = {field: sorted(changes.values()) for field, changes in changes_by_field.items()}
    for unit in asked:
        for field, count in now.get(unit, {}).items():
            if field not in before.get(unit, {}):
                continue
            last, change = before[unit][field], changes_by_field[field][unit]
            others = _Others(ordered_by_field[field], change)
            likely = last * exp(others.middle)
            if is_large_change(count, likely) and others.beyond(change):
                yield UnusualChange(unit, field, count, last, round(likely))


@dataclass(frozen=True, slots=True)
class _Others:
    """The changes of all units but one."""

    ordered: list[float]
    own: float

    @property
    def _count(self) -> int:
        return len(self.ordered) - 1

    def _at(self, place: int) -> float:
        """Return the change at that place among the others, skipping the own one."""
        return self.ordered[place + (place >= bisect_left(self.ordered, self.own))]

    @property
    def middle(self) -> float:
        if self._count < FEWEST_OTHERS:
            return 0.0
        return (self._at((self._count - 1) // 2) + self._at(self._count // 2)) / 2

    def beyond(self, change: float) -> bool:
        if self._count < FEWEST_OTHERS:
            return True
        scatter = 1.4826 * median(abs(self._at(place) - self.middle) for place in range(self._count))
        return abs(change - self.middle) >= SCATTERS * scatter


def is_large_change(count: float, likely: float) -> bool:
    """Return whether a count is beyond chance, and large, against what is likely: 1 and 2 above."""
    larger, smaller = max(count, likely) + 0.5, min(count, likely) + 0.5
    is_beyond_chance = sqrt(2) * abs(sqrt(count + 3 / 8) - sqrt(likely + 3 / 8)) >= CHANCE
    return is_beyond_chance and larger >= FACTOR * smaller
