"""Record withdrawals, notes, signatures, moves of files and publications next to the returns."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, Field, TypeAdapter
from sqlalchemy import Connection, RowMapping, Table, insert, select

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.kpi.publication import Publication
from gbv_kpi.kpi.year_record import Event, Text
from gbv_kpi.ledger.faults import damaged
from gbv_kpi.ledger.records import (
    Record,
    Sha256,
    columns_of,
    events,
    hash_of,
    make_tables,
    publications,
    stamp,
    storable,
)
from gbv_kpi.plan import Plan

T = TypeVar("T", bound="BaseModel | tuple[str, Publication]")


class Move(Record):
    """The move of a file out of the inbox."""

    kind: Literal["move"]
    sha256: Sha256
    path: Text  # the new one, absolute


Document = Annotated[Event | Move, Field(discriminator="kind")]
_DOCUMENT: TypeAdapter[Event | Move] = TypeAdapter(Document)


def journal_of(
    connection: Connection,
    plan: Plan | None = None,
    years: Iterable[int] | None = None,
    as_of: datetime | None = None,
) -> list[Event | Move]:
    """Return all moves, and the events of a plan, of years, and up to a time, the oldest first.

    Raises `LedgerError` for one that differs from its digest.
    """
    damage = phrase("a note, withdrawal or signature in it differs from what was recorded")
    journal = _read(connection, events, lambda row: _DOCUMENT.validate_json(row["content"]), damage)
    wanted = None if years is None else set(years)
    return [
        item
        for item in journal
        if isinstance(item, Move)
        or (
            (plan is None or item.plan == plan.id)
            and (wanted is None or item.year in wanted)
            and (as_of is None or item.at <= as_of)
        )
    ]


def events_of(
    connection: Connection, plan: Plan, years: Iterable[int] | None = None, as_of: datetime | None = None
) -> list[Event]:
    """Return the withdrawals, notes and signatures of a plan, the oldest first."""
    return [item for item in journal_of(connection, plan, years, as_of) if isinstance(item, Event)]


def places_of(connection: Connection) -> dict[str, str]:
    """Return the path of each moved file, by its hash."""
    return {item.sha256: item.path for item in journal_of(connection) if isinstance(item, Move)}


def record_places(connection: Connection, path_by_sha256: Mapping[str, str]) -> None:
    """Record the new paths of files."""
    known = places_of(connection)
    moved = {sha256: storable(path) for sha256, path in path_by_sha256.items()}
    moves = [Move(kind="move", sha256=key, path=path) for key, path in moved.items() if known.get(key) != path]
    add_to_journal(connection, moves)


def add_to_journal(connection: Connection, added: Sequence[Event | Move]) -> None:
    """Add events and moves, each with its digest."""
    make_tables(connection)
    contents = [json.dumps(item.model_dump(mode="json")) for item in added]
    if contents:
        connection.execute(insert(events), [{"content": content, "digest": hash_of(content)} for content in contents])


def publications_of(connection: Connection) -> list[tuple[str, Publication]]:
    """Return the publications, each with the stamp of its time.

    Raises `LedgerError` for a damaged one: what it disclosed would be unknown.
    """
    damage = phrase("one of its publications cannot be read")
    return _read(connection, publications, lambda row: (row["at"], Publication.model_validate(row["content"])), damage)


def add_publication(connection: Connection, publication: Publication, at: datetime) -> None:
    """Record a publication unless it equals the last one."""
    make_tables(connection)
    if [known for _, known in publications_of(connection)[-1:]] != [publication]:
        content = publication.model_dump(mode="json")
        connection.execute(insert(publications).values(at=stamp(at), content=content, digest=hash_of(content)))


def _read(connection: Connection, table: Table, read: Callable[[RowMapping], T], damage: Phrase) -> list[T]:
    columns = columns_of(connection, table)
    if not columns:  # the ledger was made before 0.2
        return []
    found = []
    try:
        for row in connection.execute(select(*columns).order_by(table.c.id)).mappings():
            if row.get("digest") not in (None, hash_of(row["content"])):
                raise ValueError(row["id"])
            found.append(read(row))
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise damaged(connection.get_execution_options().get("ledger", ""), damage) from error
    return found
