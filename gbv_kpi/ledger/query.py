"""Read a ledger, now or at a past moment: its entries, its journal and its publications.

The journal has the withdrawals, notes and signatures of a year, and the moves of files.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter
from sqlalchemy import Connection, RowMapping, Table, insert, select

from gbv_kpi.errors import UsageError
from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.kpi.publication import Publication
from gbv_kpi.kpi.year_record import Event, Text
from gbv_kpi.ledger import records
from gbv_kpi.ledger.entries import latest
from gbv_kpi.ledger.faults import damaged
from gbv_kpi.ledger.records import Entry, UnitKey, hash_of, returns, stamp, submissions
from gbv_kpi.plan import Plan

UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)  # raised by damaged values
UNREADABLE_RETURN = phrase("one of its returns cannot be read")
RETURNS_WITH_FILES = select(returns, *(column for column in submissions.c if column.name not in returns.c)).outerjoin(
    submissions, returns.c.submission == submissions.c.id
)
MOST_CODES = 500  # for more units, the entries of all units are read


class Move(records.Record):
    """The move of a file out of the inbox."""

    kind: Literal["move"]
    sha256: records.Sha256
    path: Text  # the new one, absolute


JournalItem = Annotated[Event | Move, Field(discriminator="kind")]
_JOURNAL_ITEM: TypeAdapter[Event | Move] = TypeAdapter(JournalItem)


class ChangedError(ValueError):
    """Rows differ from what was recorded; its argument is a phrase that says how."""


@contextmanager
def damage_as_error(connection: Connection, found: Phrase = UNREADABLE_RETURN) -> Iterator[None]:
    """Raise `LedgerError` for rows that no gbv-kpi can have written."""
    try:
        yield
    except UNREADABLE as error:
        ledger = connection.get_execution_options().get("ledger", "")
        raise damaged(ledger, error.args[0] if isinstance(error, ChangedError) else found) from error


def entries_of(
    connection: Connection,
    plan: Plan,
    *,
    years: Collection[int] | None = None,
    codes: Iterable[str] | None = None,
    as_of: datetime | None = None,
) -> list[Entry]:
    """Return all revisions of a plan's returns, by year and unit, the oldest first; `as_of` leaves out later ones.

    Raises `LedgerError` for a return that cannot be read or differs from its digest.
    """
    if years is not None and not years:
        return []
    query = RETURNS_WITH_FILES.where(returns.c.plan == plan.id).order_by(
        returns.c.year, returns.c.unit_code, returns.c.unit_since, returns.c.revision
    )
    if years is not None:  # others than these may not fit into the column
        query = query.where(returns.c.year.in_(sorted(year for year in set(years) if 0 < year < 10_000)))
    if codes is not None and len(wanted := sorted(set(codes))) <= MOST_CODES:
        query = query.where(returns.c.unit_code.in_(wanted))
    if as_of is not None:
        query = query.where(submissions.c.at <= stamp(as_of))
    journal = journal_of(connection)
    path_by_sha256 = {item.sha256: item.path for item in journal if isinstance(item, Move)}
    events = _events_in(journal, plan, as_of)
    withdrawals = {(event.year, (event.unit, event.since)): event for event in events if event.kind == "withdraw"}
    revisions: dict[tuple[int, UnitKey], list[Entry]] = defaultdict(list)
    with damage_as_error(connection):
        for row in connection.execute(query).mappings():
            entry = entry_from(row)
            key = (entry.year, entry.unit)
            if entry.revision != len(revisions[key]) + 1:
                if as_of is not None:  # a clock that was set back makes gaps
                    continue
                raise ChangedError(phrase("one revision of a return is missing"))
            withdrawal = withdrawals.get(key)
            if withdrawal and entry.revision <= (withdrawal.revision or 0):
                entry = entry.model_copy(update={"withdrawn": withdrawal})
            if entry.sha256 in path_by_sha256:
                entry = entry.model_copy(update={"path": path_by_sha256[entry.sha256]})
            revisions[key].append(entry)
    return list(chain.from_iterable(revisions.values()))


def current_entries(
    connection: Connection, plan: Plan, years: Collection[int] | None = None, as_of: datetime | None = None
) -> list[Entry]:
    """Return the last revision of each return that counts, or counted at a past moment."""
    return latest(entries_of(connection, plan, years=years, as_of=as_of))


def entries_of_year(connection: Connection, plan: Plan, year: int, as_of: datetime | None = None) -> list[Entry]:
    """Return the current entries of a year. Raises `UsageError` if there are none."""
    entries = current_entries(connection, plan, [year], as_of)
    if not entries:
        ledger = connection.get_execution_options().get("ledger", "")
        raise UsageError(
            "The ledger {ledger} has no return for {year}: submit it or check --year.", ledger=ledger, year=str(year)
        )
    return entries


def entry_from(row: RowMapping) -> Entry:
    """Return the entry in a row of returns joined with its file.

    Raises `ValueError` or `TypeError` for damaged values, and `ChangedError` for a row that differs from its digest.
    """
    columns = dict(row)
    entry = Entry.model_validate(columns)
    if columns["digest"] != records.digest_of(columns):
        message = phrase(
            "revision {revision} of {unit}, {year}, differs from what was recorded",
            revision=entry.revision,
            unit=entry.unit_name,
            year=str(entry.year),
        )
        raise ChangedError(message)
    return entry


def journal_of(connection: Connection) -> list[Event | Move]:
    """Return all events and moves, the oldest first. Raises `LedgerError` for one that differs from its digest."""
    with damage_as_error(connection, phrase("a note, withdrawal or signature in it differs from what was recorded")):
        return [_JOURNAL_ITEM.validate_json(row["content"]) for row in _verified(connection, records.events)]


def events_of(
    connection: Connection, plan: Plan, years: Collection[int] | None = None, as_of: datetime | None = None
) -> list[Event]:
    """Return the withdrawals, notes and signatures of a plan, of years and up to a time, the oldest first."""
    events = _events_in(journal_of(connection), plan, as_of)
    return [event for event in events if years is None or event.year in years]


def _events_in(journal: Iterable[Event | Move], plan: Plan, as_of: datetime | None) -> list[Event]:
    events = [item for item in journal if isinstance(item, Event) and item.plan == plan.id]
    return [event for event in events if as_of is None or event.at <= as_of]


def record_places(connection: Connection, path_by_sha256: Mapping[str, str]) -> None:
    """Record the new paths of files."""
    known = {item.sha256: item.path for item in journal_of(connection) if isinstance(item, Move)}
    moved = {sha256: records.storable(path) for sha256, path in path_by_sha256.items()}
    moves = [Move(kind="move", sha256=key, path=path) for key, path in moved.items() if known.get(key) != path]
    add_to_journal(connection, moves)


def add_to_journal(connection: Connection, added: Sequence[Event | Move]) -> None:
    """Add events and moves, each with its digest."""
    contents = [json.dumps(item.model_dump(mode="json")) for item in added]
    if contents:
        rows = [{"content": content, "digest": hash_of(content)} for content in contents]
        connection.execute(insert(records.events), rows)


def publications_of(connection: Connection) -> list[tuple[str, Publication]]:
    """Return the publications, each with the stamp of its time.

    Raises `LedgerError` for a damaged one: what it disclosed would be unknown.
    """
    with damage_as_error(connection, phrase("one of its publications cannot be read")):
        rows = _verified(connection, records.publications)
        return [(row["at"], Publication.model_validate(row["content"])) for row in rows]


def add_publication(connection: Connection, publication: Publication, at: datetime) -> None:
    """Record a publication unless it equals the last one."""
    if [known for _, known in publications_of(connection)[-1:]] != [publication]:
        content = publication.record()
        row = {"at": stamp(at), "content": content, "digest": hash_of(content)}
        connection.execute(insert(records.publications), row)


def _verified(connection: Connection, table: Table) -> Iterator[RowMapping]:
    """Yield the rows of a table, the oldest first. Raises `ValueError` for a changed one."""
    for row in connection.execute(select(table).order_by(table.c.id)).mappings():
        if row["digest"] != hash_of(row["content"]):
            raise ValueError(row["id"])
        yield row
