"""Where a ledger is, and opening it: for reading, or for writing with one writer at a time.

A SQLite ledger keeps the rollback journal: it stays one file that can be copied, opens from a read-only
folder, and may lie on a network drive, none of which a write-ahead log allows. Writers take the write lock
before they read, so what they read is what they add to; the others wait. On PostgreSQL an advisory lock
does the same.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, inspect, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from gbv_kpi.errors import LedgerError, NoLedgerError, system_reason
from gbv_kpi.i18n import phrase
from gbv_kpi.inputs import data_folder
from gbv_kpi.ledger.address import NOT_UNDERSTOOD, address_of, shown_address
from gbv_kpi.ledger.faults import CONTRADICTION, OTHER_TABLES, damaged, is_passing, ledger_error
from gbv_kpi.ledger.records import (
    LATER,
    LATER_TABLES,
    SCHEMA,
    VERSION,
    layout,
    make_tables,
    metadata,
    missing_columns,
)

T = TypeVar("T")

SILENT_SECONDS = 2  # that a writer waits without saying so
PATIENCE_SECONDS = 120  # a writer waits for the others; 48 files take a few seconds
ATTEMPTS = 5  # at a write that another one crossed
CHECKED_BYTES = 16 * 2**20  # of a ledger that is looked through whenever it is opened: it takes 30 ms
ADVISORY_LOCK = 6_303_720_215  # one number for all ledgers of a server's database


def default_place() -> str:
    """Return the officer's own ledger, in the folder the system has for a program's data."""
    return str(data_folder() / "ledger.db")


@dataclass(frozen=True)
class Ledger:
    """An open ledger; `name` is its path or address, without a password."""

    name: str
    engine: Engine
    on_wait: Callable[[str], None] | None = None  # called with the name where a writer has to wait for another
    rehearsal: Connection | None = None  # on which everything is done, to be undone

    def reading(self) -> AbstractContextManager[Connection]:
        """Give a connection that sees one moment of the ledger. Raises `LedgerError` for whatever is wrong with it."""
        return self._transaction(writes=False)

    def writing(self) -> AbstractContextManager[Connection]:
        """Give a connection: all that is added through it is recorded, or nothing if anything goes wrong."""
        return self._transaction(writes=True)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` returns, with all that it adds recorded. Another writer may make it run again."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self.writing() as connection:
                    return work(connection)
            except LedgerError as error:
                if attempt == ATTEMPTS or not is_passing(error.__cause__):
                    raise
                time.sleep(0.05 * 2**attempt)
        raise AssertionError

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Connection]:
        if self.rehearsal is not None:
            yield self.rehearsal
            return
        options: dict[str, Any] = {"writes": writes, "ledger": self.name}
        is_server = self.engine.dialect.name == "postgresql"
        if is_server:
            # What was read before a lock was had may have changed: never the isolation that the server prefers.
            options["isolation_level"] = "READ COMMITTED" if writes else "REPEATABLE READ"
        commits = False
        try:
            with self.engine.connect().execution_options(**options) as connection:
                with self._patience() if writes else nullcontext():
                    transaction = connection.begin()
                    if is_server and writes:
                        _take_lock(connection)
                with transaction:
                    yield connection
                    commits = writes
        except DBAPIError as error:
            raise ledger_error(error, self.name, commits=commits) from error
        except UnicodeDecodeError as error:  # SQLite quotes a damaged text in its own message
            raise damaged(self.name, CONTRADICTION) from error

    @contextmanager
    def _patience(self) -> Iterator[None]:
        """Say so where a lock is waited for."""
        timer = Timer(SILENT_SECONDS, self.on_wait or (lambda _: None), [self.name])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


@contextmanager
def open_ledger(place: str, *, create: bool = False, on_wait: Callable[[str], None] | None = None) -> Iterator[Ledger]:
    """Give the ledger at a path or `postgresql://` address; made where it is missing if `create`.

    Raises `LedgerError` for one that is missing, of another program, of a newer gbv-kpi, or unusable.
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
        if not _known(ledger, create=create):
            if not create:
                raise NoLedgerError(
                    phrase("{ledger} has no ledger yet; gbv-kpi submit creates one.", ledger=ledger.name)
                )
            _make(ledger)
        yield ledger
    finally:
        engine.dispose()


@contextmanager
def rehearse(place: str, on_wait: Callable[[str], None] | None = None) -> Iterator[Ledger]:
    """Open the ledger, or a new one where there is none, and undo in the end all that was written to it."""
    with TemporaryDirectory() as folder:
        try:
            with open_ledger(place):
                actual = place
        except NoLedgerError:
            actual = str(Path(folder) / "ledger.db")
        with open_ledger(actual, create=actual != place, on_wait=on_wait) as ledger, ledger.writing() as connection:
            make_tables(connection)
            yield replace(ledger, name=ledger.name if actual == place else place, rehearsal=connection)
            connection.rollback()


def _take_lock(connection: Connection) -> None:
    connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'"))
    patient: Any = connection.connection.dbapi_connection
    usual, patient.seconds = patient.seconds, PATIENCE_SECONDS + patient.seconds
    connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ADVISORY_LOCK})
    patient.seconds = usual


def _sqlite(name: str, *, create: bool) -> Engine:
    path = Path(name)
    try:
        if create and name == default_place():
            _make_folder(path.parent)
        if not create and not path.exists():
            raise NoLedgerError(
                phrase("The ledger {ledger} does not exist yet; gbv-kpi submit creates one.", ledger=name)
            )
        if (path.exists() and not path.is_file()) or not path.parent.is_dir():
            message = phrase("No ledger can be created at {ledger}: give a file name in an existing folder.", ledger=name)
            raise LedgerError(message)
        if create:
            with suppress(FileExistsError, PermissionError):  # a read-only folder is told when it is written to
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise LedgerError(
            phrase("{name} cannot be opened: {reason}.", name=name, reason=system_reason(error))
        ) from error
    address = f"{path.absolute().as_uri()}?mode=rw"  # only an address can ask not to make the file
    engine = create_engine(
        "sqlite://",
        poolclass=NullPool,
        creator=lambda: sqlite3.connect(address, uri=True, timeout=PATIENCE_SECONDS, isolation_level=None),
    )
    event.listen(engine, "connect", _take_over_transactions)
    event.listen(engine, "begin", _begin)
    return engine


def _make_folder(folder: Path) -> None:
    """Make the officer's own folder, which nobody else may look into."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        message = phrase(
            "The folder {folder} cannot be created: {reason}.", folder=str(folder), reason=system_reason(error)
        )
        raise LedgerError(message) from error


def _take_over_transactions(connection: Any, _: object) -> None:
    """Python's sqlite3 would begin a transaction only before the first write, after what it rests on was read."""
    connection.isolation_level = None  # the engine may have set it
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql(url: URL, name: str) -> Engine:
    try:
        from gbv_kpi.ledger.patient import CONNECT_ARGUMENTS, PatientConnection

        engine = create_engine(url, poolclass=NullPool, connect_args=CONNECT_ARGUMENTS)
    except ModuleNotFoundError as error:
        raise LedgerError(phrase("A ledger on PostgreSQL requires a driver: pip install 'psycopg[binary]'.")) from error

    @event.listens_for(engine, "do_connect")
    def connect(_: object, __: object, arguments: Any, options: Any) -> PatientConnection:
        try:
            connection = PatientConnection.connect(*arguments, **options)
        except (UnicodeError, ValueError) as error:  # of a host that can be none
            raise LedgerError(NOT_UNDERSTOOD) from error
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            connection.close()
            message = phrase(
                "The database of the ledger {ledger} uses {encoding}, which cannot store Vietnamese safely; "
                "ask its administrator to create one in UTF8.",
                ledger=name,
                encoding=encoding or "?",
            )
            raise LedgerError(message)
        return connection

    return engine


def _known(ledger: Ledger, *, create: bool) -> bool:
    """Return whether the ledger is there. Raises `LedgerError` for one that this gbv-kpi must not touch."""
    with ledger.reading() as connection:
        if connection.dialect.name == "sqlite" and Path(ledger.name).stat().st_size <= CHECKED_BYTES:
            _expect_whole(connection, ledger.name)
        present = set(inspect(connection).get_table_names())
        if layout.name not in present:
            if present and connection.dialect.name == "sqlite":
                raise LedgerError(phrase("{ledger} belongs to another program.", ledger=ledger.name))
            return False
        found = connection.execute(select(layout.c.schema, layout.c.version)).all()
        missing = missing_columns(connection)
    match found:
        case [(schema, version)] if schema == SCHEMA and version == VERSION:
            may_lack = {name: set(metadata.tables[name].c.keys()) for name in LATER_TABLES}
            if any(columns - LATER and columns != may_lack.get(name) for name, columns in missing.items()):
                raise damaged(ledger.name, OTHER_TABLES)
            return not any(missing.values()) or not create  # one from before 0.2 gets what it lacks
        case [(schema, int(version))] if schema == SCHEMA and version > VERSION:
            message = phrase(
                "The ledger {ledger} was created by a newer gbv-kpi; install that version.", ledger=ledger.name
            )
            raise LedgerError(message)
        case [(schema, int())] if schema == SCHEMA:
            message = phrase(
                "The ledger {ledger} was created by an older gbv-kpi: export it with that version, then import "
                "it here.",
                ledger=ledger.name,
            )
            raise LedgerError(message)
        case _:
            raise LedgerError(phrase("{ledger} belongs to another program.", ledger=ledger.name))


def _expect_whole(connection: Connection, name: str) -> None:
    """Look at all pages before anything is read: a damaged index makes returns vanish without an error."""
    if connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar() != "ok":
        raise damaged(name, CONTRADICTION)


def _make(ledger: Ledger) -> None:
    def make(connection: Connection) -> None:
        make_tables(connection)
        if connection.execute(select(layout.c.schema)).first() is None:  # another process may have been first
            connection.execute(layout.insert().values(schema=SCHEMA, version=VERSION))

    ledger.write(make)
