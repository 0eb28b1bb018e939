"""Returns of any year as returns of the units of one year: across a merger the predecessors are summed."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from gbv_kpi.ledger.entries import Entry, key_of, unit_finder
from gbv_kpi.plan import Plan, Unit


@dataclass(frozen=True, slots=True)
class Recast:
    """The returns of one year that make up the return of a unit of another year."""

    unit: Unit  # of the base year
    year: int
    entries: tuple[Entry, ...]
    merged: bool  # the unit did not exist in that year: these are its predecessors'
    complete: bool  # every unit of that year that has become part of it reported

    def values(self) -> dict[str, int]:
        """The sums by field; one that any of the returns leaves blank has no sum."""
        fields = set.intersection(*(set(entry.figures) for entry in self.entries))
        return {field: sum(entry.figures[field].value for entry in self.entries) for field in sorted(fields)}


def recast(entries: Iterable[Entry], plan: Plan, base_year: int) -> list[Recast]:
    """By year and unit of the base year; a unit that ended without an heir before it is left out."""
    units = unit_finder(plan)
    grouped: dict[tuple[int, str], tuple[Unit, list[Entry], set[str]]] = {}
    for entry in entries:
        then = units(entry.unit, entry.year)
        heir = units(key_of(then), base_year) if then else None
        if then is not None and heir is not None:
            _, group, reported = grouped.setdefault((entry.year, heir.code), (heir, [], set()))
            group.append(entry)
            reported.add(then.code)
    needed = cache(lambda year: _predecessors(plan, year, base_year))
    units_then = cache(lambda year: {key_of(unit) for unit in plan.units_in(year)})
    return [
        Recast(
            heir,
            year,
            tuple(group),
            merged=bool(plan.units) and key_of(heir) not in units_then(year),
            complete=needed(year).get(code, set()) <= reported,
        )
        for (year, code), (heir, group, reported) in sorted(grouped.items(), key=lambda item: item[0])
    ]


def _predecessors(plan: Plan, year: int, base_year: int) -> dict[str, set[str]]:
    """The codes of the units expected in a year, by the code of the unit they have become part of."""
    found: dict[str, set[str]] = {}
    for unit in plan.expected_units(year):
        if heir := plan.successor(unit, base_year):
            found.setdefault(heir.code, set()).add(unit.code)
    return found
