"""What the ledger holds of one return, as values."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple

from gbv_kpi.plan import Plan, Unit
from gbv_kpi.returns.received import Return


class UnitKey(NamedTuple):
    """A unit for good: codes are used again by successors, so the day the unit came into being belongs to it."""

    code: str
    since: str  # ISO date, "" where the plan gives none


class Figure(NamedTuple):
    """A count, and the cell of its sheet it was read from."""

    value: int
    cell: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One revision of the return of one unit, named as the return names it, and one year."""

    plan: str
    unit: UnitKey
    unit_name: str
    year: int
    revision: int  # from 1, without gaps
    sheet: str | None
    figures: Mapping[str, Figure]  # by field; a field left blank is not there
    file: str
    sha256: str
    at: datetime  # UTC
    who: str

    @property
    def values(self) -> dict[str, int]:
        return {name: figure.value for name, figure in self.figures.items()}


@dataclass(frozen=True, slots=True)
class Change:
    """A field whose count differs between two revisions; None where it is blank."""

    field: str
    old: int | None
    new: int | None


def key_of(unit: Unit) -> UnitKey:
    return UnitKey(storable(unit.code), _iso(unit.since))


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def entry_of(given: Return, plan: Plan, revision: int, sha256: str, at: datetime, who: str) -> Entry:
    """A return as the ledger holds it; its file is the one it was read from."""
    return Entry(
        plan=plan.id,
        unit=key_of(given.unit.named),
        unit_name=storable(given.unit.named.name),
        year=given.year,
        revision=revision,
        sheet=None if given.place.sheet is None else storable(given.place.sheet),
        figures={name: Figure(value, given.cells.get(name)) for name, value in given.values.items()},
        file=storable(given.place.file),
        sha256=sha256,
        at=at,
        who=storable(who),
    )


def unrecorded(given: Return, plan: Plan) -> Entry:
    """A return straight from its file, as if it were the first revision: nobody handed it in, at no time."""
    return entry_of(given, plan, 1, "", datetime.min.replace(tzinfo=UTC), "")


def changes_between(old: Mapping[str, int], new: Mapping[str, int]) -> tuple[Change, ...]:
    """The fields that differ, in the order of the new return.

    >>> changes_between({"victims": 9, "schools": 4}, {"victims": 12, "schools": 4})
    (Change(field='victims', old=9, new=12),)
    """
    names = dict.fromkeys([*new, *old])
    return tuple(Change(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name))


def content_hash(returns: Iterable[Return]) -> str:
    """What the returns of a file say, however it is laid out: a SHA-256 of units, years and counts."""
    return hash_of((key_of(r.unit.named), r.year, r.values) for r in returns)


def hash_of(returns: Iterable[tuple[UnitKey, int, Mapping[str, int]]]) -> str:
    """The same of units, years and counts."""
    told = sorted([*key, year, sorted(values.items())] for key, year, values in returns)
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def storable(text: str) -> str:
    """The text as every database takes it: names of files and sheets may hold what is no Unicode, or a NUL."""
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


def stamp(at: datetime) -> str:
    """A time as the ledger writes it: UTC, of one length, so that text order is time order.

    >>> stamp(datetime(2025, 12, 1, 8, 30, tzinfo=UTC))
    '2025-12-01T08:30:00.000000Z'
    """
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def instant(stamped: str) -> datetime:
    """The time that `stamp` wrote."""
    return datetime.fromisoformat(stamped)
