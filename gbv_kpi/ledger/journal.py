"""What is recorded next to the returns: withdrawals, notes, signatures, moves of files, and publications."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, TypeAdapter
from sqlalchemy import Connection, RowMapping, Table, insert, select

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.kpi.publication import Publication
from gbv_kpi.kpi.year_record import Event, Text
from gbv_kpi.ledger.faults import damaged
from gbv_kpi.ledger.records import Record, Sha256, columns_of, events, make_tables, publications, stamp, storable
from gbv_kpi.plan import Plan

T = TypeVar("T", bound="BaseModel | tuple[str, Publication]")


class Move(Record):
    """A file that was sorted out of the inbox."""

    kind: Literal["move"]
    sha256: Sha256
    path: Text  # its new one, absolute


Document = Annotated[Event | Move, Field(discriminator="kind")]
_DOCUMENT: TypeAdapter[Event | Move] = TypeAdapter(Document)


def journal_of(
    connection: Connection,
    plan: Plan | None = None,
    years: Iterable[int] | None = None,
    as_of: datetime | None = None,
) -> list[Event | Move]:
    """Return every move, and the events of a plan, years and time, or all; the oldest first.

    Raises `LedgerError` for one that is not what was recorded.
    """
    damage = phrase("a note, withdrawal or signature in it differs from what was recorded")
    journal = _read(connection, events, lambda row: _DOCUMENT.validate_json(row["content"]), damage)
    wanted = None if years is None else set(years)
    return [
        one
        for one in journal
        if isinstance(one, Move)
        or (
            (plan is None or one.plan == plan.id)
            and (wanted is None or one.year in wanted)
            and (as_of is None or one.at <= as_of)
        )
    ]


def events_of(
    connection: Connection, plan: Plan, years: Iterable[int] | None = None, as_of: datetime | None = None
) -> list[Event]:
    """Return the withdrawals, notes and signatures of a plan, the oldest first."""
    return [one for one in journal_of(connection, plan, years, as_of) if isinstance(one, Event)]


def places_of(connection: Connection) -> dict[str, str]:
    """Return where each file is that was moved, by its hash."""
    return {one.sha256: one.path for one in journal_of(connection) if isinstance(one, Move)}


def record_places(connection: Connection, path_by_sha256: Mapping[str, str]) -> None:
    """Record where files are moved to."""
    known = places_of(connection)
    moved = {sha256: storable(path) for sha256, path in path_by_sha256.items()}
    moves = [Move(kind="move", sha256=key, path=path) for key, path in moved.items() if known.get(key) != path]
    add_to_journal(connection, moves)


def add_to_journal(connection: Connection, added: Sequence[Event | Move]) -> None:
    """Add events and moves, each with its digest."""
    make_tables(connection)
    contents = [json.dumps(one.model_dump(mode="json")) for one in added]
    if contents:
        connection.execute(insert(events), [{"content": one, "digest": _digest(one)} for one in contents])


def publications_of(connection: Connection) -> list[tuple[str, Publication]]:
    """Return the publications that no later one may undo, each with the stamp of when it was recorded.

    Raises `LedgerError` for one that is damaged: nobody would know what was published.
    """
    damage = phrase("one of its publications cannot be read")
    return _read(connection, publications, lambda row: (row["at"], Publication.model_validate(row["content"])), damage)


def add_publication(connection: Connection, publication: Publication, at: datetime) -> None:
    """Record a publication unless it tells nothing but what the last one told."""
    make_tables(connection)
    if [known for _, known in publications_of(connection)[-1:]] != [publication]:
        content = publication.model_dump(mode="json")
        connection.execute(insert(publications).values(at=stamp(at), content=content, digest=_digest(content)))


def _read(connection: Connection, table: Table, read: Callable[[RowMapping], T], damage: Phrase) -> list[T]:
    columns = columns_of(connection, table)
    if not columns:  # the ledger was made before 0.2
        return []
    found = []
    try:
        for row in connection.execute(select(*columns).order_by(table.c.id)).mappings():
            if row.get("digest") not in (None, _digest(row["content"])):
                raise ValueError(row["id"])
            found.append(read(row))
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise damaged(connection.get_execution_options().get("ledger", ""), damage) from error
    return found


def _digest(content: Any) -> str:
    text = content if isinstance(content, str) else json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
