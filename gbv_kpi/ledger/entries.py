"""Convert returns into entries of the ledger, and entries into returns."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from gbv_kpi.errors import LedgerError
from gbv_kpi.kpi.year_record import Change
from gbv_kpi.ledger.records import Entry, Figure, FileRecord, UnitKey, hash_of, storable
from gbv_kpi.plan import Plan, Unit
from gbv_kpi.returns.duplicates import Return
from gbv_kpi.returns.frame import FileRead, Returns


@dataclass(frozen=True)
class Author:
    """The person and time of a record."""

    who: str
    at: datetime


@dataclass(frozen=True)
class Revision:
    """One revision of a return and its changes; none for the first, or after a withdrawal."""

    entry: Entry
    changes: tuple[Change, ...]


def key_of(unit: Unit) -> UnitKey:
    return UnitKey(storable(unit.code), unit.since.isoformat() if unit.since else "")


def entry_of(given: Return, revision: int, file: FileRecord) -> Entry:
    """Return the entry of a return in a file."""
    code, since = key_of(given.named)
    return Entry(
        **dict(file),
        unit_code=code,
        unit_since=since,
        unit_name=storable(given.named.name),
        year=given.year,
        revision=revision,
        sheet=None if given.place.sheet is None else storable(given.place.sheet),
        figures={name: Figure(value, given.cells.get(name)) for name, value in given.values.items()},
    )


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
    """Return the hash of the returns of a file, whatever its layout."""
    return values_hash((key_of(given.named), given.year, given.values) for given in returns)


def values_hash(given: Iterable[tuple[UnitKey, int, Mapping[str, int]]]) -> str:
    """Return the hash of units, years and counts, whatever their order."""
    return hash_of(sorted([*key, year, sorted(values.items())] for key, year, values in given))


def newest(entries: Iterable[Entry]) -> dict[tuple[int, UnitKey], Entry]:
    """Return the last revision of each return by year and unit, withdrawn or not."""
    return {(entry.year, entry.unit): entry for entry in entries}


def latest(entries: Iterable[Entry]) -> list[Entry]:
    """Return the last revision of each return that counts."""
    return [entry for entry in newest(entries).values() if not entry.withdrawn]


def unit_of(plan: Plan, key: UnitKey, year: int) -> Unit | None:
    """Return the unit that reports in a year for the unit of this key, after mergers; None if there is none."""
    if not plan.units:
        return Unit(code=key.code, name=key.code)
    named = next((unit for unit in plan.units_by_code.get(key.code, ()) if key_of(unit) == key), None)
    return plan.successor(named, year) if named else None


def returns_from(entries: Iterable[Entry], plan: Plan, *, only_known: bool = False) -> Returns:
    """Return the entries as `read_returns` would, each under the unit of its year.

    Raises `LedgerError` for a unit that the plan does not have; `only_known` leaves its returns out.
    """
    kept: list[tuple[Unit, Entry]] = []
    for entry in entries:
        if unit := unit_of(plan, entry.unit, entry.year):
            kept.append((unit, entry))
        elif not only_known:
            raise LedgerError(
                "The ledger has a return of {unit} for {year}, but the plan {plan} has no such unit in that year: "
                "put it back into the plan file, with until and merged_into if it has ended.",
                unit=entry.unit_name,
                year=str(entry.year),
                plan=plan.id,
            )
    frame = pd.DataFrame(
        dict.fromkeys(("file", "table", "row"), pd.array([pd.NA] * len(kept), dtype="Int32"))
        | {
            "unit": pd.Categorical([unit.code for unit, _ in kept]),
            "named_unit": pd.Categorical([entry.unit_code for _, entry in kept]),
            "is_merged": np.array([entry.unit != key_of(unit) for unit, entry in kept], dtype=bool),
            "is_expected": np.array([unit.expected for unit, _ in kept], dtype=bool),
            "year": np.array([entry.year for _, entry in kept], dtype=np.int16),
            "is_reported": True,
            "is_duplicate": False,
            "is_valid": True,
        }
    )
    dtype_by_field = {field.id: field.dtype for field in plan.fields}
    counts = pd.DataFrame([entry.values for _, entry in kept], columns=list(dtype_by_field), dtype=object)
    number_by_file = Counter((entry.file, entry.sha256) for _, entry in kept)
    files = [FileRead(file, sha256, None, number) for (file, sha256), number in number_by_file.items()]
    return Returns(frame.join(counts.astype(dtype_by_field)), (), files)
