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

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gbv_kpi.i18n import Bilingual, phrase
from gbv_kpi.kpi.engine import counts_by_unit, recast
from gbv_kpi.ledger.entries import Revision, returns_from, unit_of
from gbv_kpi.ledger.records import Entry, UnitKey
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Place, Problem

CHANCE = 4.0
FACTOR = 1.5
SCATTERS = 3.5
SCATTER_BY_DISTANCE = 1.4826  # estimates a standard deviation from a median absolute deviation
FEWEST_OTHERS = 4
FEWEST_UNITS = 3  # fewer are easily all corrected at once

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
    corrected_by_year: dict[int, set[UnitKey]] = defaultdict(set)
    for entry in (revision.entry for revision in revised if revision.changes):
        corrected_by_year[entry.year].add(entry.unit)
    for year, corrected in sorted(corrected_by_year.items()):
        if len(corrected) < FEWEST_UNITS:
            continue
        units = {entry.unit for entry in current if entry.year == year}
        if corrected >= {key for key in units if (unit := unit_of(plan, key, year)) and unit.expected}:
            message = phrase(
                "The file corrects the returns of all {count} units of {year}.", count=len(corrected), year=str(year)
            )
            yield Problem("all-corrected", Place(path), message).for_unit(None, None, year)


def _late(plan: Plan, entries: Iterable[Entry], at: datetime) -> Warnings:
    """Report a first return after the deadline of its unit; a correction is not late."""
    for entry in (entry for entry in entries if entry.revision == 1):
        unit = unit_of(plan, entry.unit, entry.year)
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
    frame = returns_from(current, plan, only_known=True).frame
    fields = sorted(field for field in plan.field_by_id if frame[field].notna().any())
    for year in sorted({entry.year for entry in entries}):
        of_heirs = recast(frame, plan, year)
        now, before = (
            counts_by_unit(of_heirs, each, fields).astype({"unit": object}).set_index("unit")
            for each in (year, year - 1)
        )
        new = {unit.code: e for e in entries if e.year == year and (unit := unit_of(plan, e.unit, year))}
        for change in unusual_changes(now, before, new):
            entry = new[change.unit]
            message = phrase(
                "{field}: {count}, but {last} in {year}; about {likely} was expected.",
                field=_label(plan, change.field),
                count=change.new,
                last=change.old,
                year=str(year - 1),
                likely=change.likely,
            )
            figure = entry.figures.get(change.field)
            place = Place(entry.file, entry.sheet, figure.cell if figure else None)
            yield entry, Problem("unusual-change", place, message, field=change.field, value=str(change.new))


def _label(plan: Plan, field: str) -> Bilingual | str:
    return plan.field_by_id[field].label if field in plan.field_by_id else field


class UnusualChange(NamedTuple):
    """A unit's count of a field, last year's, and the likely one."""

    unit: str
    field: str
    new: int
    old: int
    likely: int


def unusual_changes(now: pd.DataFrame, before: pd.DataFrame, units: Collection[str]) -> Iterator[UnusualChange]:
    """Yield the unusual counts of some units. Both frames have counts by unit and field, NA for a blank."""
    for field in now.columns.intersection(before.columns):
        counts = pd.DataFrame({"count": now[field], "last": before[field]}).dropna().astype(float)
        counts["change"] = np.log((counts["count"] + 0.5) / (counts["last"] + 0.5))
        counts["likely"] = counts["last"] * np.exp(_median_of_others(counts["change"].to_numpy()))
        is_large = is_large_change(counts["count"], counts["likely"]) & counts.index.isin(units)
        for unit, count, last, change, likely in counts[is_large].itertuples(name=None):
            others = counts["change"].drop(unit)
            distances = (others - others.median()).abs()
            is_usual = len(others) >= FEWEST_OTHERS and (
                abs(change - others.median()) < SCATTERS * SCATTER_BY_DISTANCE * distances.median()
            )
            if not is_usual:
                yield UnusualChange(unit, field, int(count), int(last), round(likely))


def _median_of_others(changes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each unit the median change of all others, 0 if these are too few."""
    ordered, count = np.sort(changes), len(changes) - 1
    if count < FEWEST_OTHERS:
        return np.zeros(len(changes))
    own = np.searchsorted(ordered, changes)
    lower, upper = (ordered[middle + (middle >= own)] for middle in ((count - 1) // 2, count // 2))
    middle: NDArray[np.float64] = (lower + upper) / 2
    return middle


def is_large_change(count: Any, likely: Any) -> Any:
    """Return whether a count, or each of a column, is beyond chance and large (1 and 2 above)."""
    is_beyond_chance = np.sqrt(2) * abs(np.sqrt(count + 3 / 8) - np.sqrt(likely + 3 / 8)) >= CHANCE
    return is_beyond_chance & (np.maximum(count, likely) + 0.5 >= FACTOR * (np.minimum(count, likely) + 0.5))
