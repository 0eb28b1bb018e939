"""Verify a whole ledger: its pages, each return against its hash, and each file against the hash of its content."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, select

from gbv_kpi.exit_codes import ExitCode
from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.ledger.database import Ledger
from gbv_kpi.ledger.entries import values_hash
from gbv_kpi.ledger.faults import CONTRADICTION
from gbv_kpi.ledger.query import (
    UNREADABLE,
    ChangedError,
    damage_as_error,
    entry_from,
    journal_of,
    publications_of,
    rows_with_files,
)
from gbv_kpi.ledger.records import Entry, UnitKey, columns_of, returns, submissions

MAX_KEY_SETS = 50  # sets of units and years of earlier files to try for each file

Key = tuple[UnitKey, int]


@dataclass(frozen=True, slots=True)
class LedgerCheck:
    """The numbers of files and returns of a ledger, and its damage."""

    ledger: str
    files: int
    returns: int
    not_compared: int  # files that repeated earlier figures; which ones is not recorded
    damage: tuple[Phrase, ...]

    @property
    def exit_code(self) -> int:
        return ExitCode.COULD_NOT_RUN if self.damage else ExitCode.OK


def check_ledger(ledger: Ledger) -> LedgerCheck:
    """Verify all records of a ledger. Raises `LedgerError` if it cannot be read at all."""
    with ledger.reading() as connection, damage_as_error(connection):
        damage = list(_damaged_pages(connection))
        journal_of(connection)  # both raise for a record that differs from its digest
        publications_of(connection)
        files = connection.execute(select(*columns_of(connection, submissions)).order_by(submissions.c.id))
        files_held = files.mappings().all()
        query = rows_with_files(connection).order_by(returns.c.submission, returns.c.revision)
        rows = connection.execute(query).mappings().all()
    entries: dict[object, list[Entry]] = {}
    for row in rows:
        entry = _entry(row)
        if isinstance(entry, Entry):
            entries.setdefault(row["submission"], []).append(entry)
        else:
            damage.append(entry)
    damage += _missing_revisions(entries)
    contents = list(_content_damage(files_held, entries))
    damage += filter(None, contents)
    return LedgerCheck(ledger.name, len(files_held), len(rows), contents.count(None), tuple(damage))


def _damaged_pages(connection: Connection) -> Iterator[Phrase]:
    """Check the pages of SQLite; PostgreSQL checks its own."""
    if connection.dialect.name != "sqlite":
        return
    if connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar() != "ok":
        yield CONTRADICTION
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        yield phrase("a return in it belongs to no file")


def _entry(row: RowMapping) -> Entry | Phrase:
    try:
        return entry_from(row)
    except ChangedError as error:
        found: Phrase = error.args[0]
        return found
    except UNREADABLE:
        return phrase("the return number {number} cannot be read", number=str(row["id"]))


def _missing_revisions(entries: Mapping[object, list[Entry]]) -> Iterator[Phrase]:
    revisions: dict[tuple[str, UnitKey, int], list[Entry]] = {}
    for entry in (entry for brought in entries.values() for entry in brought):
        revisions.setdefault((entry.plan, entry.unit, entry.year), []).append(entry)
    for kept in revisions.values():
        found = {entry.revision for entry in kept}
        for number in sorted(set(range(1, max(found) + 1)) - found):
            yield phrase(
                "revision {revision} of {unit}, {year}, is missing",
                revision=number,
                unit=kept[0].unit_name,
                year=str(kept[0].year),
            )


def _content_damage(files: Iterable[RowMapping], entries: Mapping[object, list[Entry]]) -> Iterator[Phrase | None]:
    """Yield a message for each file with returns that differ from its hash, or None where that is undecidable.

    The hash covers all returns of a file, but only new and changed ones are recorded with it. The unchanged ones are
    found by trial: those of the units and years of each earlier file.
    """
    held: dict[str, dict[Key, Mapping[str, int]]] = {}
    key_sets: dict[str, list[set[Key]]] = {}
    for file in files:
        brought = {(entry.unit, entry.year): entry.values for entry in entries.get(file["id"], ())}
        latest = held.setdefault(file["plan"], {})
        is_first = not latest
        latest |= brought
        former = key_sets.setdefault(file["plan"], [])
        for keys in [set(brought), *(keys | set(brought) for keys in reversed(former[-MAX_KEY_SETS:]))]:
            if values_hash((unit, year, latest[unit, year]) for unit, year in keys) == file["content"]:
                if keys not in former:
                    former.append(keys)
                break
        else:
            message = phrase("the returns of the file {file} differ from what was submitted", file=str(file["file"]))
            yield message if is_first else None  # a first file has no unchanged returns
