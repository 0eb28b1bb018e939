"""Warn of returns that are late or probably mistaken, among them counts far from last year's.

The likely count is last year's times the median change of the other units, so nothing is unusual in a year in which
every district finds twice as many cases. A count is unusual if all three hold:

1. It is beyond chance. Counts scatter by about their square root, so they are compared after Anscombe's root,
   2·√(count + ⅜), which scatters by 1 whatever the count; the difference of two must reach 4 times its scatter of √2.
   From 2 to 16 cases is 3.5 times, from 0 to 11 is 3.9: both pass. From 0 to 13 is 4.3 and does not. So small
   districts raise few false alarms.
2. It is large: at least 1.5 times the likely count, or at most two thirds of it (12,000 workers after 10,000 are far
   beyond chance, but no reason to ask).
3. It is far from the other units: at least 3.5 times their scatter from their median change (the median absolute
   deviation × 1.4826, which estimates a standard deviation and is not moved by one unit's slip). Fewer than 4 other
   units have no meaningful scatter: then last year's count alone is likely.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp, log, sqrt
from statistics import median

from gbv_kpi.i18n import Bilingual, phrase
from gbv_kpi.ledger.entries import Revision, unit_finder
from gbv_kpi.ledger.records import Entry
from gbv_kpi.ledger.trend import recast
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Place, Problem

CHANCE = 4.0
FACTOR = 1.5
SCATTERS = 3.5
FEWEST_OTHERS = 4
FEWEST_UNITS = 3  # fewer are easily all corrected at once

Counts = Mapping[str, Mapping[str, int]]  # by unit and field
Warnings = Iterator[tuple[Entry, Problem]]


def warnings_of(plan: Plan, revised: Sequence[Revision], current: Sequence[Entry], at: datetime) -> Warnings:
    """Yield the warnings about revisions; `current` are the entries of their years and of those before."""
    entries = [revision.entry for revision in revised]
    yield from _late(plan, entries, at)
    yield from _large_corrections(plan, revised)
    yield from _identical(entries, current)
    yield from _unusual(plan, entries, current)


def corrects_all_units(
    plan: Plan, path: str, revised: Sequence[Revision], current: Iterable[Entry]
) -> Iterator[Problem]:
    """Report a file that corrects the returns of all units: it may be another year's, or an older one."""
    find_unit = unit_finder(plan)
    for year in sorted({revision.entry.year for revision in revised}):
        of_year = (entry for entry in current if entry.year == year)
        expected = {entry.unit for entry in of_year if (unit := find_unit(entry.unit, year)) and unit.expected}
        corrected = {revision.entry.unit for revision in revised if revision.changes and revision.entry.year == year}
        if len(corrected) >= FEWEST_UNITS and corrected >= expected:
            message = phrase(
                "The file corrects the returns of all {count} units of {year}.", count=len(corrected), year=str(year)
            )
            yield Problem("all-corrected", Place(path), message).for_unit(None, None, year)


def _late(plan: Plan, entries: Iterable[Entry], at: datetime) -> Warnings:
    """Report a first return after the deadline of its unit; a correction is not late."""
    find_unit = unit_finder(plan)
    for entry in (entry for entry in entries if entry.revision == 1):
        unit = find_unit(entry.unit, entry.year)
        deadline = plan.deadline_of(unit, entry.year) if unit else None
        if deadline is not None and at.date() > deadline:
            message = phrase(
                "The return was received on {day}; the deadline was {deadline}.",
                day=at.date().strftime("%d/%m/%Y"),
                deadline=deadline.strftime("%d/%m/%Y"),
            )
            yield entry, Problem("late-return", Place(entry.file, entry.sheet), message)


def _large_corrections(plan: Plan, revised: Iterable[Revision]) -> Warnings:
    """Report corrections beyond chance and large: the figures may be of another unit or year."""
    for entry, changes in ((revision.entry, revision.changes) for revision in revised):
        for change in changes:
            if change.old is not None and change.new is not None and is_large_change(change.new, change.old):
                message = phrase(
                    "{field}: {new}, but {old} in the return it corrects.",
                    field=_label(plan, change.field),
                    new=change.new,
                    old=change.old,
                )
                place = Place(entry.file, entry.sheet, change.new_cell)
                yield entry, Problem("large-correction", place, message, field=change.field, value=str(change.new))


def _identical(entries: Iterable[Entry], current: Iterable[Entry]) -> Warnings:
    """Report a return with the very figures of another unit: one of the two may be recorded for the wrong unit."""
    units_by_figures: dict[tuple[int, frozenset[tuple[str, int]]], list[Entry]] = {}
    for entry in current:
        units_by_figures.setdefault((entry.year, frozenset(entry.values.items())), []).append(entry)
    for entry in (entry for entry in entries if any(entry.values.values())):
        same = units_by_figures.get((entry.year, frozenset(entry.values.items())), [])
        if other := next((other for other in same if other.unit != entry.unit), None):
            message = phrase(
                "All figures are the same as those of {unit} ({file}).", unit=other.unit_name, file=other.file
            )
            yield entry, Problem("identical-returns", Place(entry.file, entry.sheet), message)


def _unusual(plan: Plan, entries: Sequence[Entry], current: Sequence[Entry]) -> Warnings:
    """Report counts far from last year's."""
    find_unit = unit_finder(plan)
    for year in sorted({entry.year for entry in entries}):
        now, before = (
            {group.unit.code: group.values() for group in recast(of_year, plan, year) if group.complete}
            for of_year in ([e for e in current if e.year == year], [e for e in current if e.year == year - 1])
        )
        new = {unit.code: e for e in entries if e.year == year and (unit := find_unit(e.unit, year))}
        for change in unusual_changes(now, before, new):
            entry = new[change.unit]
            message = phrase(
                "{field}: {count}, but {last} in {year}; about {likely} was expected.",
                field=_label(plan, change.field),
                count=change.count,
                last=change.last,
                year=str(year - 1),
                likely=change.likely,
            )
            figure = entry.figures.get(change.field)
            place = Place(entry.file, entry.sheet, figure.cell if figure else None)
            yield entry, Problem("unusual-change", place, message, field=change.field, value=str(change.count))


def _label(plan: Plan, field: str) -> Bilingual | str:
    return plan.field_by_id[field].label if field in plan.field_by_id else field


@dataclass(frozen=True, slots=True)
class UnusualChange:
    """A unit's count of a field, last year's, and the likely one."""

    unit: str
    field: str
    count: int
    last: int
    likely: int


def unusual_changes(now: Counts, before: Counts, units: Iterable[str]) -> Iterator[UnusualChange]:
    """Yield the unusual counts of some units, given last year's counts and the other units' changes."""
    changes_by_field: dict[str, dict[str, float]] = {}
    for unit, counts in now.items():
        for field in counts.keys() & before.get(unit, {}).keys():
            changes_by_field.setdefault(field, {})[unit] = log((counts[field] + 0.5) / (before[unit][field] + 0.5))
    ordered_by_field = {field: sorted(changes.values()) for field, changes in changes_by_field.items()}
    for unit in units:
        for field, count in now.get(unit, {}).items():
            if field not in before.get(unit, {}):
                continue
            last, change = before[unit][field], changes_by_field[field][unit]
            others = _Others(ordered_by_field[field], change)
            likely = last * exp(others.median_change)
            if is_large_change(count, likely) and others.is_beyond(change):
                yield UnusualChange(unit, field, count, last, round(likely))


@dataclass(frozen=True, slots=True)
class _Others:
    """The changes of all units but one."""

    ordered: list[float]
    own: float

    @property
    def _count(self) -> int:
        return len(self.ordered) - 1

    def _change(self, place: int) -> float:
        """Return the change at an index among the others, skipping the own one."""
        return self.ordered[place + (place >= bisect_left(self.ordered, self.own))]

    @property
    def median_change(self) -> float:
        if self._count < FEWEST_OTHERS:
            return 0.0
        return (self._change((self._count - 1) // 2) + self._change(self._count // 2)) / 2

    def is_beyond(self, change: float) -> bool:
        if self._count < FEWEST_OTHERS:
            return True
        scatter = 1.4826 * median(abs(self._change(place) - self.median_change) for place in range(self._count))
        return abs(change - self.median_change) >= SCATTERS * scatter


def is_large_change(count: float, likely: float) -> bool:
    """Return whether a count is beyond chance and large (1 and 2 above), given the likely count."""
    larger, smaller = max(count, likely) + 0.5, min(count, likely) + 0.5
    is_beyond_chance = sqrt(2) * abs(sqrt(count + 3 / 8) - sqrt(likely + 3 / 8)) >= CHANCE
    return is_beyond_chance and larger >= FACTOR * smaller
