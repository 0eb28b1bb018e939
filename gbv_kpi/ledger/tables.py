"""The tables of a ledger. Rows are only added: nothing is ever changed or deleted."""

import hashlib
import json
from collections.abc import Mapping, Sequence, Set
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    UniqueConstraint,
    insert,
    inspect,
    text,
)

SCHEMA = "gbv-kpi/ledger"
VERSION = 1  # of the layout below; a ledger of a higher one belongs to a newer gbv-kpi
# What a ledger from before 0.2 lacks.
LATER = {"digest", "path"}
LATER_TABLES = ("gbv_kpi_publication", "gbv_kpi_event")

metadata = MetaData()

layout = Table(
    "gbv_kpi_layout",
    metadata,
    Column("schema", String, primary_key=True),
    Column("version", Integer, nullable=False),
)

submissions = Table(
    "gbv_kpi_submission",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("plan", String, nullable=False),
    Column("file", String, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("content", String(64), nullable=False),  # hash of units, years and counts read
    Column("at", String(27), nullable=False),  # UTC, as `stamp` writes it: the same text in every database
    Column("who", String, nullable=False),
    Column("path", String),  # of the file, absolute; none on standard input, or where a gbv-kpi before 0.2 wrote it
    UniqueConstraint("plan", "sha256", "content"),
)

returns = Table(
    "gbv_kpi_return",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("submission", ForeignKey(submissions.c.id), nullable=False),
    Column("plan", String, nullable=False),
    Column("unit_code", String, nullable=False),
    Column("unit_since", String, nullable=False),  # "" where the plan gives no date
    Column("unit_name", String, nullable=False),
    Column("year", Integer, nullable=False),
    Column("revision", Integer, CheckConstraint("revision >= 1"), nullable=False),
    Column("sheet", String),
    Column("figures", JSON, nullable=False),  # {field: [count, cell]}
    Column("digest", String(64)),  # `digest_of` the row; none where a gbv-kpi before 0.2 wrote it
    UniqueConstraint("plan", "year", "unit_code", "unit_since", "revision"),
    Index("gbv_kpi_return_of_submission", "submission"),
)

events = Table(
    "gbv_kpi_event",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("content", String, nullable=False),  # a `gbv_kpi.kpi.year_record.Event` as JSON
    Column("digest", String(64), nullable=False),  # the hash of `content`
)

publications = Table(
    "gbv_kpi_publication",  # a ledger made before 0.2 has none
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("at", String(27), nullable=False),
    Column("content", JSON, nullable=False),  # a `gbv_kpi.kpi.publication.Publication`
)

_OF_RETURN = ("plan", "unit_code", "unit_since", "unit_name", "year", "revision", "sheet", "figures")
_JSON = json.JSONEncoder(sort_keys=True)  # json.dumps makes one for each of 10,600 returns
_OF_SUBMISSION = ("file", "sha256", "at", "who")


def digest_of(submission: Mapping[str, Any] | RowMapping, row: Mapping[str, Any] | RowMapping) -> str:
    """Return the hash of a row of `returns` and of the submission it came with."""
    content = [*(row[name] for name in _OF_RETURN), *(submission[name] for name in _OF_SUBMISSION)]
    return hashlib.sha256(_JSON.encode(content).encode()).hexdigest()


def add_submission(connection: Connection, submission: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Add a submission with its returns, each with its digest."""
    key = connection.execute(insert(submissions).values(**submission)).inserted_primary_key
    if key is None:
        raise ValueError("the database gave the submission no number")
    if rows:
        below = [{**row, "submission": key[0], "digest": digest_of(submission, row)} for row in rows]
        connection.execute(insert(returns), below)


def readable_columns(connection: Connection) -> list[Column[Any]]:
    """Return the columns of returns and of the file each came with, as far as the ledger has them."""
    of_file = [column for column in columns_of(connection, submissions) if column.name in (*_OF_SUBMISSION, "path")]
    return [*columns_of(connection, returns), *of_file]


def columns_of(connection: Connection, table: Table) -> list[Column[Any]]:
    """Return the columns that a table has: one from before 0.2 gets the later ones with its first write."""
    missing = missing_columns(connection)[table.name]
    return [column for column in table.c if column.name not in missing]


def missing_columns(connection: Connection) -> Mapping[str, Set[str]]:
    """Return the columns that each table of a ledger lacks; all of them where it is not there."""
    present = inspect(connection).get_multi_columns()
    names = {table: {column["name"] for column in columns} for (_, table), columns in present.items()}
    return {table.name: set(table.c.keys()) - names.get(table.name, set()) for table in metadata.tables.values()}


def make_tables(connection: Connection) -> None:
    """Make what a ledger lacks of its tables."""
    metadata.create_all(connection)
    for table, columns in missing_columns(connection).items():
        for column in sorted(columns & LATER):
            connection.execute(text(f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR"))
