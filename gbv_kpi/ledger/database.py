"""Where a ledger is, and opening it: for reading, or for writing with one writer at a time.

A SQLite ledger keeps the rollback journal: it stays one file that can be copied, opens from a read-only
folder, and may lie on a network drive, none of which a write-ahead log allows. Writers take the write lock
before they read, so what they read is what they add to; the others wait. On PostgreSQL an advisory lock
does the same.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from gbv_kpi.errors import LedgerError
from gbv_kpi.i18n import phrase
from gbv_kpi.ledger.faults import ledger_error
from gbv_kpi.ledger.tables import SCHEMA, VERSION, layout, metadata

PATIENCE_SECONDS = 120  # a writer waits for the others; 48 files take a few seconds
ADVISORY_LOCK = 6_303_720_215  # one number for all ledgers of a server's database


def default_place() -> str:
    """The officer's own ledger, in the folder the system has for a program's data."""
    from platformdirs import user_data_path

    return str(user_data_path("gbv-kpi", appauthor=False) / "ledger.db")


@dataclass(frozen=True)
class Ledger:
    """An open ledger; `name` is its path or address, without a password."""

    name: str
    engine: Engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one moment of the ledger. Raises `LedgerError` for whatever is wrong with it."""
        with self._transaction(writes=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection whose additions are all in the ledger afterwards, or none of them if anything goes wrong."""
        with self._transaction(writes=True) as connection:
            yield connection

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Connection]:
        options: dict[str, Any] = {"writes": writes}
        if self.engine.dialect.name == "postgresql" and not writes:
            options["isolation_level"] = "REPEATABLE READ"
        try:
            with self.engine.connect().execution_options(**options) as connection, connection.begin():
                if self.engine.dialect.name == "postgresql" and writes:
                    connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'"))
                    connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ADVISORY_LOCK})
                yield connection
        except DBAPIError as error:
            raise ledger_error(error, self.name) from error


@contextmanager
def open_ledger(place: str, *, create: bool = False) -> Iterator[Ledger]:
    """The ledger at a path or `postgresql://` address; made where it is missing if `create`.

    Raises `LedgerError` for one that is missing, of another program, of a newer gbv-kpi, or unusable.
    """
    url = _url(place)
    name = url.database or "" if url.drivername == "sqlite" else url.render_as_string(hide_password=True)
    engine = _sqlite(name, create=create) if url.drivername == "sqlite" else _postgresql(url)
    ledger = Ledger(name.replace("postgresql+psycopg:", "postgresql:"), engine)
    try:
        if not _known(ledger):
            if not create:
                raise LedgerError(phrase("{ledger} holds no ledger yet; gbv-kpi submit makes one.", ledger=ledger.name))
            _make(ledger)
        yield ledger
    finally:
        engine.dispose()


def _url(place: str) -> URL:
    if "://" not in place:
        return URL.create("sqlite", database=place)
    try:
        url = make_url(place)
    except (ArgumentError, ValueError) as error:
        raise LedgerError(
            phrase("The address of the ledger is not understood; write a path or postgresql://…")
        ) from error
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite" and url.database:
        return URL.create("sqlite", database=url.database)
    raise LedgerError(phrase("The address of the ledger is not understood; write a path or postgresql://…"))


def _sqlite(name: str, *, create: bool) -> Engine:
    path = Path(name)
    if create and name == default_place():
        _make_folder(path.parent)
    if path.is_dir() or not path.parent.is_dir():
        raise LedgerError(phrase("There is no place for a ledger at {ledger}: name a file in a folder.", ledger=name))
    if not create and not path.exists():
        raise LedgerError(phrase("There is no ledger {ledger} yet; gbv-kpi submit makes one.", ledger=name))
    mode = "rwc" if create else "rw"
    address = f"{path.absolute().as_uri()}?mode={mode}"  # only an address can ask not to make the file
    engine = create_engine(
        "sqlite://",
        poolclass=NullPool,
        creator=lambda: sqlite3.connect(address, uri=True, timeout=PATIENCE_SECONDS, isolation_level=None),
    )
    event.listen(engine, "connect", _take_over_transactions)
    event.listen(engine, "begin", _begin)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = phrase("The folder {folder} cannot be made: {reason}.", folder=str(folder), reason=reason)
        raise LedgerError(message) from error


def _take_over_transactions(connection: Any, _: object) -> None:
    """Python's sqlite3 would begin a transaction only before the first write, after what it rests on was read."""
    connection.isolation_level = None  # the engine may have set it
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql(url: URL) -> Engine:
    try:
        return create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 10})
    except ModuleNotFoundError as error:
        raise LedgerError(phrase("A ledger on PostgreSQL needs more: pip install 'gbv-kpi[postgres]'.")) from error


def _known(ledger: Ledger) -> bool:
    """Whether the ledger is there. Raises `LedgerError` for one that this gbv-kpi must not touch."""
    with ledger.reading() as connection:
        present = set(inspect(connection).get_table_names())
        if layout.name not in present:
            if present and connection.dialect.name == "sqlite":
                raise LedgerError(phrase("{ledger} is the database of another program.", ledger=ledger.name))
            return False
        found = connection.execute(select(layout.c.schema, layout.c.version)).all()
    match found:
        case [(schema, version)] if schema == SCHEMA and version == VERSION:
            return True
        case [(schema, version)] if schema == SCHEMA and version > VERSION:
            message = phrase("The ledger {ledger} was made by a newer gbv-kpi; install that one.", ledger=ledger.name)
            raise LedgerError(message)
        case _:
            raise LedgerError(phrase("{ledger} is the database of another program.", ledger=ledger.name))


def _make(ledger: Ledger) -> None:
    with ledger.writing() as connection:
        metadata.create_all(connection)
        if connection.execute(select(layout.c.schema)).first() is None:  # another process may have been first
            connection.execute(layout.insert().values(schema=SCHEMA, version=VERSION))
