"""What the ledger holds of one return, as values."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from gbv_kpi.errors import LedgerError
from gbv_kpi.i18n import phrase
from gbv_kpi.kpi.year_record import Change, Event
from gbv_kpi.plan import Plan, Unit
from gbv_kpi.returns.collect import FileRead, Returns
from gbv_kpi.returns.duplicates import Return


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
    path: str | None = None  # of the file, absolute
    withdrawn: Event | None = None  # why it no longer counts

    @property
    def values(self) -> dict[str, int]:
        return {name: figure.value for name, figure in self.figures.items()}


def key_of(unit: Unit) -> UnitKey:
    return UnitKey(storable(unit.code), _iso(unit.since))


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def entry_of(
    given: Return, plan: Plan, revision: int, sha256: str, at: datetime, who: str, path: str | None = None
) -> Entry:
    """A return as the ledger holds it; its file is the one it was read from."""
    return Entry(
        plan=plan.id,
        unit=key_of(given.named),
        unit_name=storable(given.named.name),
        year=given.year,
        revision=revision,
        sheet=None if given.place.sheet is None else storable(given.place.sheet),
        figures={name: Figure(value, given.cells.get(name)) for name, value in given.values.items()},
        file=storable(given.place.file),
        sha256=sha256,
        at=at,
        who=storable(who),
        path=path,
    )


def unrecorded(given: Return, plan: Plan) -> Entry:
    """A return straight from its file, as if it were the first revision: nobody handed it in, at no time."""
    return entry_of(given, plan, 1, "", datetime.min.replace(tzinfo=UTC), "")


def changes_between(old: Mapping[str, Figure], new: Mapping[str, Figure]) -> tuple[Change, ...]:
    """Return the fields that differ, in the order of the new return.

    >>> old, new = {"victims": Figure(9, "B2"), "schools": Figure(4, "C2")}, {"victims": Figure(12, "B2")}
    >>> [(change.field, change.old, change.new) for change in changes_between(old, new)]
    [('victims', 9, 12), ('schools', 4, None)]
    """
    blank = (None, None)
    pairs = ((name, old.get(name, blank), new.get(name, blank)) for name in dict.fromkeys([*new, *old]))
    return tuple(Change(name, a[0], b[0], a[1], b[1]) for name, a, b in pairs if a[0] != b[0])


def content_hash(returns: Iterable[Return]) -> str:
    """What the returns of a file say, however it is laid out: a SHA-256 of units, years and counts."""
    return hash_of((key_of(r.named), r.year, r.values) for r in returns)


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


def newest(entries: Iterable[Entry]) -> list[Entry]:
    """Return the last revision of each return, withdrawn or not."""
    return list({(entry.year, entry.unit): entry for entry in entries}.values())


def latest(entries: Iterable[Entry]) -> list[Entry]:
    """Return the last revision of each return that counts."""
    return [entry for entry in newest(entries) if not entry.withdrawn]


def unit_finder(plan: Plan) -> Callable[[UnitKey, int], Unit | None]:
    """Return a function that gives what a unit is, or has become part of, in a year; None where the plan has none."""
    unit_by_key = {key_of(unit): unit for unit in plan.units}

    @cache  # a country's ledger asks for each unit some ten times
    def find(key: UnitKey, year: int) -> Unit | None:
        if not plan.units:
            return Unit(code=key.code, name=key.code)
        named = unit_by_key.get(key)
        return plan.successor(named, year) if named else None

    return find


def returns_from(entries: Sequence[Entry], plan: Plan) -> Returns:
    """Return what these entries hold, rolled up to the units of their years, as `read_returns` gives it.

    Raises `LedgerError` for a unit that the plan does not have.
    """
    unit_in = unit_finder(plan)
    under = []
    for entry in entries:
        unit = unit_in(entry.unit, entry.year)
        if unit is None:
            message = phrase(
                "The ledger has a return of {unit} for {year}, but the plan {plan} has no such unit then.",
                unit=entry.unit_name,
                year=str(entry.year),
                plan=plan.id,
            )
            raise LedgerError(message)
        under.append((unit, entry))
    return returns_under(under, plan)


def returns_under(entries: Sequence[tuple[Unit, Entry]], plan: Plan) -> Returns:
    """Return what entries hold, each under the unit that it counts for."""
    files = Counter((entry.file, entry.sha256) for _, entry in entries)
    values = [entry.values for _, entry in entries]
    absent = pd.array([pd.NA] * len(entries), dtype="Int32")
    frame = pd.DataFrame(
        {
            "file": absent,
            "table": absent,
            "row": absent,
            "unit": pd.Categorical([unit.code for unit, _ in entries]),
            "named_unit": pd.Categorical([entry.unit.code for _, entry in entries]),
            "is_merged": np.array([entry.unit != key_of(unit) for unit, entry in entries], dtype=bool),
            "is_expected": np.array([unit.expected for unit, _ in entries], dtype=bool),
            "year": np.array([entry.year for _, entry in entries], dtype=np.int16),
            "is_reported": True,
            "is_duplicate": False,
            "is_valid": True,
        }
        | {
            field.id: pd.array([given.get(field.id, pd.NA) for given in values], dtype=field.dtype)
            for field in plan.fields
        }
    )
    read = [FileRead(file, sha256, None, count) for (file, sha256), count in files.items()]
    return Returns(frame, (), read)
