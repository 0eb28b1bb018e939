"""Open a ledger for reading, or for writing with one writer at a time.

A SQLite ledger keeps the rollback journal: it stays one file that can be copied, opens from a read-only
folder, and may lie on a network drive, none of which a write-ahead log allows. Writers take the write lock
before they read, so that nothing changes between reading and writing; others wait. On PostgreSQL an advisory lock
does the same.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from gbv_kpi.errors import LedgerError, NoLedgerError, system_reason
from gbv_kpi.ledger import records
from gbv_kpi.ledger.address import NOT_UNDERSTOOD, address_of, default_place, shown_address
from gbv_kpi.ledger.faults import CONTRADICTION, damaged, is_conflict, ledger_error
from gbv_kpi.ledger.records import layout

T = TypeVar("T")

SILENT_SECONDS = 2  # before a waiting writer reports it
PATIENCE_SECONDS = 120  # that a writer waits for others; 48 files take a few seconds
ATTEMPTS = 5  # at a write that conflicts with another
CHECKED_BYTES = 16 * 2**20  # smaller ledgers are checked whenever they are opened, which takes 30 ms
ADVISORY_LOCK = 6_303_720_215  # one number for all ledgers of a server's database


@dataclass(frozen=True)
class Ledger:
    """An open ledger; `name` is its path or address, without a password."""

    name: str
    engine: Engine
    on_wait: Callable[[str], None] | None = None  # called with the name when a writer has to wait
    rehearsal: Connection | None = None  # of a dry run: serves all transactions and is rolled back

    def reading(self) -> AbstractContextManager[Connection]:
        """Open a connection that sees one state of the ledger. Raises `LedgerError` if it is unusable."""
        return self._transaction(writes=False)

    def writing(self) -> AbstractContextManager[Connection]:
        """Open a connection that records everything added through it, or nothing after an error."""
        return self._transaction(writes=True)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a writing transaction and return its result; rerun it after a conflict with another writer."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self.writing() as connection:
                    return work(connection)
            except LedgerError as error:
                if attempt == ATTEMPTS or not is_conflict(error.__cause__):
                    raise
                time.sleep(0.05 * 2**attempt)
        raise AssertionError

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Connection]:
        if self.rehearsal is not None:
            yield self.rehearsal
            return
        options: dict[str, Any] = {"ledger": self.name}
        if self.engine.dialect.name == "postgresql":
            # A writer must see what was committed while it waited for the lock, so the server's default does not apply.
            options["isolation_level"] = "READ COMMITTED" if writes else "REPEATABLE READ"
        waiting = Timer(SILENT_SECONDS, self.on_wait or (lambda _: None), [self.name])
        waiting.daemon = True
        commits = False
        try:
            with self.engine.connect().execution_options(**options) as connection:
                if writes:
                    waiting.start()
                try:
                    transaction = connection.begin()
                    _begin(connection, writes=writes)
                finally:
                    waiting.cancel()
                with transaction:
                    yield connection
                    commits = writes
        except DBAPIError as error:
            raise ledger_error(error, self.name, commits=commits) from error
        except UnicodeDecodeError as error:  # SQLite quotes a damaged text in its own message
            raise damaged(self.name, CONTRADICTION) from error


@contextmanager
def open_ledger(place: str, *, create: bool = False, on_wait: Callable[[str], None] | None = None) -> Iterator[Ledger]:
    """Open the ledger at a path or `postgresql://` address; create a missing one if `create`.

    Raises `LedgerError` if it is missing, another program's, a newer gbv-kpi's, or unusable.
    """
    url = address_of(place)
    if url.drivername == "sqlite":
        name = url.database or ""
        engine = _sqlite(name, create=create)
    else:
        name = shown_address(url)
        engine = _postgresql(url, name)
    ledger = Ledger(name, engine, on_wait)
    try:
        if not _is_ready(ledger):
            if not create:
                raise NoLedgerError("{ledger} has no ledger yet; gbv-kpi submit creates one.", ledger=name)
            ledger.write(_create_tables)
        yield ledger
    finally:
        engine.dispose()


@contextmanager
def rehearse(place: str, on_wait: Callable[[str], None] | None = None) -> Iterator[Ledger]:
    """Open the ledger, or a temporary one if it is missing, and roll back at the end."""
    with TemporaryDirectory() as folder:
        try:
            with open_ledger(place):
                actual = place
        except NoLedgerError:
            actual = str(Path(folder) / "ledger.db")
        with open_ledger(actual, create=actual != place, on_wait=on_wait) as ledger, ledger.writing() as connection:
            yield replace(ledger, name=ledger.name if actual == place else place, rehearsal=connection)
            connection.rollback()


def _begin(connection: Connection, *, writes: bool) -> None:
    """Begin the transaction in the database; a writer waits for its turn."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    elif writes:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'")
        driver: Any = connection.connection.dbapi_connection
        usual_seconds, driver.seconds = driver.seconds, PATIENCE_SECONDS + driver.seconds
        connection.execute(select(func.pg_advisory_xact_lock(ADVISORY_LOCK)))
        driver.seconds = usual_seconds


def _sqlite(name: str, *, create: bool) -> Engine:
    path = Path(name)
    try:
        if create and name == default_place():
            path.parent.parent.mkdir(parents=True, exist_ok=True)
            path.parent.mkdir(mode=0o700, exist_ok=True)
        if not create and not path.exists():
            raise NoLedgerError("The ledger {ledger} does not exist yet; gbv-kpi submit creates one.", ledger=name)
        if (path.exists() and not path.is_file()) or not path.parent.is_dir():
            raise LedgerError(
                "No ledger can be created at {ledger}: give a file name in an existing folder.", ledger=name
            )
        if create:
            with suppress(FileExistsError, PermissionError):  # a read-only folder is reported by the first write
                path.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        raise LedgerError("{name} cannot be opened: {reason}.", name=name, reason=system_reason(error)) from error
    address = f"{path.absolute().as_uri()}?mode=rw"  # only a URI can keep SQLite from creating the file

    def connect() -> sqlite3.Connection:
        # Without an isolation level, sqlite3 begins no transaction of its own: it would after the reads of a writer.
        connection = sqlite3.connect(address, uri=True, timeout=PATIENCE_SECONDS, isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    return create_engine("sqlite://", poolclass=NullPool, creator=connect)


def _postgresql(url: URL, name: str) -> Engine:
    try:
        from gbv_kpi.ledger.patient import CONNECT_ARGUMENTS, PatientConnection

        engine = create_engine(url, poolclass=NullPool, connect_args=CONNECT_ARGUMENTS)
    except ModuleNotFoundError as error:
        raise LedgerError("A ledger on PostgreSQL requires a driver: pip install 'psycopg[binary]'.") from error

    @event.listens_for(engine, "do_connect")
    def connect(_: object, __: object, arguments: Any, options: Any) -> PatientConnection:
        try:
            connection = PatientConnection.connect(*arguments, **options)
        except (UnicodeError, ValueError) as error:  # an invalid host
            raise LedgerError(NOT_UNDERSTOOD) from error
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            connection.close()
            raise LedgerError(
                "The database of the ledger {ledger} uses {encoding}, which cannot store Vietnamese safely; "
                "ask its administrator to create one in UTF8.",
                ledger=name,
                encoding=encoding or "?",
            )
        return connection

    return engine


def _is_ready(ledger: Ledger) -> bool:
    """Return whether the ledger has its tables. Raises `LedgerError` if this gbv-kpi must not use it."""
    name = ledger.name
    with ledger.reading() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        # Check all pages before any is read: a damaged index hides returns without an error.
        is_small = is_sqlite and Path(name).stat().st_size <= CHECKED_BYTES
        if is_small and connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar() != "ok":
            raise damaged(name, CONTRADICTION)
        present = inspect(connection).get_table_names()
        has_layout = layout.name in present
        if not has_layout and not (is_sqlite and present):  # a PostgreSQL database may hold other tables
            return False
        found = connection.execute(select(layout.c.schema, layout.c.version)).all() if has_layout else ()
    match found:
        case [(records.SCHEMA, records.VERSION)] if records.events.name in present:  # 0.1 kept no events
            return True
        case [(records.SCHEMA, int(version))] if version > records.VERSION:
            raise LedgerError("The ledger {ledger} was created by a newer gbv-kpi; install that version.", ledger=name)
        case [(records.SCHEMA, int())]:
            raise LedgerError(
                "The ledger {ledger} was created by an older gbv-kpi: export it with that version, then import "
                "it here.",
                ledger=name,
            )
    raise LedgerError("{ledger} belongs to another program.", ledger=name)


def _create_tables(connection: Connection) -> None:
    records.metadata.create_all(connection)
    if connection.execute(select(layout.c.schema)).first() is None:  # another process may have been first
        connection.execute(layout.insert().values(schema=records.SCHEMA, version=records.VERSION))
