"""Define the records of the ledger, each as a model from which its table, JSON line and digest are derived.

Rows are only added: nothing is ever changed or deleted.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, NamedTuple, get_args, get_origin

import sqlalchemy as sql
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints
from sqlalchemy.schema import SchemaItem

from gbv_kpi.kpi.year_record import Event, Text
from gbv_kpi.returns.schema import MAX_COUNT, Money

SCHEMA = "gbv-kpi/ledger"
VERSION = 1  # of the layout below; a ledger of a higher one belongs to a newer gbv-kpi


def stamp(at: datetime) -> str:
    """Return a time as the ledger writes it: UTC, of one length, so that text order is time order.

    >>> stamp(datetime(2025, 12, 1, 8, 30, tzinfo=UTC))
    '2025-12-01T08:30:00.000000Z'
    """
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@lru_cache  # the returns of a file have one time: 0.04 s of a country's report (2026-11-26)
def instant(stamped: str) -> datetime:
    """Return the time that `stamp` wrote. Raises `ValueError` for any other text."""
    at = datetime.fromisoformat(stamped) if stamped.endswith("Z") else None
    if at is None or stamp(at) != stamped:
        raise ValueError(stamped)
    return at


def storable(text: str) -> str:
    """Return text that every database accepts: names of files and sheets may contain NUL or invalid Unicode."""
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


Moment = Annotated[
    datetime, BeforeValidator(lambda at: instant(at) if isinstance(at, str) else at), PlainSerializer(stamp)
]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class UnitKey(NamedTuple):
    """The permanent key of a unit: successors reuse codes, so the day the unit began is part of it."""

    code: str
    since: str  # ISO date, "" where the plan gives none


class Figure(NamedTuple):
    """A count with the cell that it was read from."""

    value: Money
    cell: Text | None


class Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileRecord(Record):
    """A submitted file."""

    plan: Text
    file: Text
    sha256: Sha256
    content: Sha256  # `content_hash` of what was read from it
    at: Moment
    who: Text
    path: Text | None = None  # absolute; None for standard input


class ReturnRecord(Record):
    """One revision of the return of a unit for a year; the unit is as named in the return."""

    unit_code: Text
    unit_since: Text  # "" where the plan gives no date
    unit_name: Text
    year: Annotated[int, Field(ge=1, le=9999)]
    revision: Annotated[int, Field(ge=1, le=MAX_COUNT)]  # from 1, without gaps
    sheet: Text | None
    figures: dict[Text, Figure]  # by field; one left blank is absent

    @property
    def unit(self) -> UnitKey:
        return UnitKey(self.unit_code, self.unit_since)

    @property
    def values(self) -> dict[str, int]:
        return {name: figure.value for name, figure in self.figures.items()}


class Entry(ReturnRecord, FileRecord):
    """One revision of a return, with the file that brought it."""

    model_config = ConfigDict(extra="ignore")

    withdrawn: Event | None = None  # the event that withdrew it


class FileWithReturns(FileRecord):
    """A file with the returns in it that were new or changed."""

    returns: Sequence[ReturnRecord]


metadata = sql.MetaData()


def _table(name: str, record: type[Record] | None, *more: SchemaItem) -> sql.Table:
    fields = record.model_fields if record else {}
    columns = [_column(field, info.annotation) for field, info in fields.items()]
    return sql.Table(name, metadata, sql.Column("id", sql.Integer, sql.Identity(), primary_key=True), *columns, *more)


def _column(name: str, annotation: object) -> sql.Column[Any]:
    kind = sql.Integer if annotation is int else sql.JSON if get_origin(annotation) is dict else sql.String
    return sql.Column(name, kind, nullable=type(None) in get_args(annotation))


layout = sql.Table(
    "gbv_kpi_layout",
    metadata,
    sql.Column("schema", sql.String, primary_key=True),
    sql.Column("version", sql.Integer, nullable=False),
)
submissions = _table("gbv_kpi_submission", FileRecord, sql.UniqueConstraint("plan", "sha256", "content"))
returns = _table(
    "gbv_kpi_return",
    ReturnRecord,
    sql.Column("submission", sql.ForeignKey(submissions.c.id), nullable=False),
    sql.Column("plan", sql.String, nullable=False),
    sql.Column("digest", sql.String, nullable=False),  # `digest_of` the row
    sql.CheckConstraint("revision >= 1"),
    sql.UniqueConstraint("plan", "year", "unit_code", "unit_since", "revision"),
    sql.Index("gbv_kpi_return_of_submission", "submission"),
)
events = _table(
    "gbv_kpi_event",
    None,
    sql.Column("content", sql.String, nullable=False),  # an `Event` as JSON
    sql.Column("digest", sql.String, nullable=False),  # the hash of `content`
)
publications = _table(
    "gbv_kpi_publication",
    None,
    sql.Column("at", sql.String, nullable=False),
    sql.Column("content", sql.JSON, nullable=False),  # a `gbv_kpi.kpi.publication.Publication`
    sql.Column("digest", sql.String, nullable=False),  # the hash of `content`
)

_DIGESTED = (
    *("plan", "unit_code", "unit_since", "unit_name", "year", "revision", "sheet", "figures"),
    *("file", "sha256", "at", "who"),
)
_JSON = json.JSONEncoder(sort_keys=True)  # reused: json.dumps would create one for each of 10,600 returns


def digest_of(row: Mapping[str, Any]) -> str:
    """Return the hash of a row of `returns` joined with the submission it came with."""
    return hash_of([row[name] for name in _DIGESTED])


def hash_of(content: object) -> str:
    """Return the SHA-256 of a text, or of other content as JSON."""
    text = content if isinstance(content, str) else _JSON.encode(content)
    return hashlib.sha256(text.encode()).hexdigest()


def add_submission(connection: sql.Connection, file: FileRecord, brought: Sequence[ReturnRecord]) -> None:
    """Add a file with its returns, each with its digest."""
    row = file.model_dump(include=set(FileRecord.model_fields))
    key = connection.execute(sql.insert(submissions).values(**row)).inserted_primary_key
    if key is None:
        raise ValueError("the database gave the submission no number")
    rows = [
        {**given.model_dump(include=set(ReturnRecord.model_fields)), "plan": file.plan, "submission": key[0]}
        for given in brought
    ]
    if rows:
        connection.execute(sql.insert(returns), [{**given, "digest": digest_of(row | given)} for given in rows])
