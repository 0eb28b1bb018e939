"""A PostgreSQL as its administrators set it, frozen, full of others, or gone: one line, and nothing lost or twice."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from gbv_kpi.errors import LedgerError
from gbv_kpi.ledger import database, patient
from gbv_kpi.ledger.database import open_ledger
from gbv_kpi.plan import Plan
from tests.command import of_2025, run, well_but, write_csv
from tests.ledger.inbox import hand_in, held
from tests.ledger.server import fresh_database
from tests.ledger.test_faults import expect_one_line


@pytest.fixture
def file(plan: Plan, tmp_path: Path) -> str:
    return write_csv(tmp_path / "r.csv", plan, of_2025())


@pytest.fixture
def place(server: str) -> str:
    return fresh_database(server)


def execute(place: str, *commands: str) -> None:
    with psycopg.connect(place, autocommit=True) as connection:
        for command in commands:
            connection.execute(command.encode())


def name_of(place: str) -> str:
    return place.partition("@/")[2].partition("?")[0]


def database_in(server: str, encoding: str) -> str:
    name = f"test_{encoding.lower()}"
    execute(
        server,
        f"DROP DATABASE IF EXISTS {name}",
        f"CREATE DATABASE {name} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
    )
    return server.replace("/postgres?", f"/{name}?")


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_without_vietnamese_is_refused_by_name(server: str, file: str, encoding: str) -> None:
    place = database_in(server, encoding)
    for command in (("submit", file), ("report", "--year", "2025"), ("history",)):
        expect_one_line(run(*command, "--ledger", place), encoding, "UTF8")


@pytest.mark.parametrize("isolation", ["serializable", "repeatable read", "read uncommitted"])
def test_the_isolation_that_the_server_prefers_is_not_ours(
    place: str, plan: Plan, file: str, noon: datetime, isolation: str
) -> None:
    execute(place, f"ALTER DATABASE {name_of(place)} SET default_transaction_isolation = '{isolation}'")
    hand_in(place, plan, noon, file)
    with open_ledger(place) as ledger, ledger.writing() as connection:
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "read committed"
    assert len(held(place, plan)) == 7


def test_a_client_encoding_that_the_server_prefers_is_not_ours(
    place: str, plan: Plan, file: str, noon: datetime
) -> None:
    execute(place, f"ALTER DATABASE {name_of(place)} SET client_encoding = 'LATIN1'")
    hand_in(place, plan, noon, file)
    assert {entry.unit_name for entry in held(place, plan)} >= {"Huyện Nho Quan"}


@pytest.mark.parametrize("state", ["40001", "40P01", "23505"])
def test_a_write_that_another_one_crossed_is_made_again(
    place: str, plan: Plan, file: str, noon: datetime, tmp_path: Path, state: str
) -> None:
    hand_in(place, plan, noon, file)
    execute(
        place,
        "CREATE SEQUENCE attempts",  # which no rollback sets back
        f"""CREATE FUNCTION fail() RETURNS trigger AS $$ BEGIN
            IF nextval('attempts') < 4 THEN RAISE EXCEPTION 'crossed' USING ERRCODE = '{state}'; END IF;
            RETURN NEW; END $$ LANGUAGE plpgsql""",
        "CREATE TRIGGER fail BEFORE INSERT ON gbv_kpi_submission FOR EACH ROW EXECUTE FUNCTION fail()",
    )
    other = write_csv(tmp_path / "o.csv", plan, of_2025({"372": well_but(schools=21)}))
    assert run("submit", other, "--ledger", place).code == 0
    assert len(held(place, plan)) == 8


def test_a_write_that_is_crossed_for_ever_is_told(place: str, plan: Plan, file: str, noon: datetime) -> None:
    with open_ledger(place, create=True):
        pass
    execute(
        place,
        """CREATE FUNCTION fail() RETURNS trigger AS $$ BEGIN
            RAISE EXCEPTION 'crossed' USING ERRCODE = '40001'; END $$ LANGUAGE plpgsql""",
        "CREATE TRIGGER fail BEFORE INSERT ON gbv_kpi_submission FOR EACH ROW EXECUTE FUNCTION fail()",
    )
    expect_one_line(run("submit", file, "--ledger", place), "in use by another program")


def test_a_statement_timeout_is_told_as_that(place: str, plan: Plan, file: str, noon: datetime) -> None:
    with open_ledger(place, create=True):
        pass
    execute(
        place,
        "CREATE FUNCTION slow() RETURNS trigger AS $$ BEGIN PERFORM pg_sleep(5); RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER slow BEFORE INSERT ON gbv_kpi_submission FOR EACH ROW EXECUTE FUNCTION slow()",
        f"ALTER DATABASE {name_of(place)} SET statement_timeout = '500ms'",
    )
    expect_one_line(run("submit", file, "--ledger", place), "statement_timeout", "Nothing was recorded")
    assert held(place, plan) == []


def test_a_connection_lost_at_commit_may_have_recorded(place: str, plan: Plan, file: str, noon: datetime) -> None:
    with open_ledger(place, create=True):
        pass
    execute(
        place,
        """CREATE FUNCTION lose() RETURNS trigger AS $$ BEGIN
            PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$ LANGUAGE plpgsql""",
        """CREATE CONSTRAINT TRIGGER lose AFTER INSERT ON gbv_kpi_submission
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION lose()""",
    )
    expect_one_line(run("submit", file, "--ledger", place), "may have been recorded", "Repeat the command")
    execute(place, "DROP TRIGGER lose ON gbv_kpi_submission")
    assert run("submit", file, "--ledger", place).code == 0
    assert len(held(place, plan)) == 7


@contextmanager
def frozen(server: str) -> Iterator[None]:
    """The server and all its processes stopped, as on a machine whose disk hangs."""
    with psycopg.connect(server) as connection:
        (folder,) = connection.execute("SHOW data_directory").fetchone() or ("",)
    leader = int(Path(folder, "postmaster.pid").read_text().splitlines()[0])
    stopped = []
    try:
        for process in family(leader):
            with suppress(ProcessLookupError):  # a connection that has ended since
                os.kill(process, signal.SIGSTOP)
                stopped.append(process)
        yield
    finally:
        for process in reversed(stopped):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)


def family(leader: int) -> Iterator[int]:
    """Yield a process, and its children at the time they are asked for: one that is stopped has no more."""
    yield leader
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(leader)], capture_output=True, text=True, check=True)
    yield from map(int, listed.stdout.split())


def test_a_frozen_server_is_given_up_when_we_connect(
    place: str, server: str, plan: Plan, file: str, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(place, plan, noon, file)
    monkeypatch.setitem(patient.CONNECT_ARGUMENTS, "connect_timeout", 2)
    with frozen(server):
        started = time.monotonic()
        expect_one_line(run("report", "--year", "2025", "--ledger", place), "does not respond")
        assert time.monotonic() - started < 10


def test_a_server_that_freezes_in_the_middle_is_given_up(
    place: str, server: str, plan: Plan, file: str, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(place, plan, noon, file)
    monkeypatch.setattr(patient.PatientConnection, "seconds", 1)
    with pytest.raises(LedgerError, match="does not respond"):
        freeze_in_the_middle(place, server)
    assert len(held(place, plan)) == 7


def freeze_in_the_middle(place: str, server: str) -> None:
    with open_ledger(place) as ledger, ledger.writing() as connection, frozen(server):
        connection.exec_driver_sql("DELETE FROM gbv_kpi_return")


def test_a_lock_waits_longer_than_a_statement(
    place: str, plan: Plan, file: str, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(place, plan, noon, file)
    monkeypatch.setattr(patient.PatientConnection, "seconds", 1)
    monkeypatch.setattr(database, "PATIENCE_SECONDS", 2)
    with open_ledger(place) as ledger, ledger.writing():
        expect_one_line(run("import", "-", "--ledger", place), "was not written by gbv-kpi export")
        other = str(Path(file).with_name("o.csv"))
        Path(other).write_bytes(Path(file).read_bytes() + b"\n")
        ran = run("submit", other, "--ledger", place)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 2)
        assert ran.err.startswith("Waiting for another program to release")
        assert "in use" in ran.err
