"""What goes wrong with a ledger is one clear line and exit code 2, and nothing is lost."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from gbv_kpi.errors import LedgerError
from gbv_kpi.ledger import database as store
from gbv_kpi.plan import Plan
from tests.command import Ran, of_2025, run, well_but, write_csv
from tests.ledger.inbox import hand_in, held
from tests.ledger.server import fresh_database, postgresql, short_folder
from tests.sweep import slow


@pytest.fixture
def file(plan: Plan, tmp_path: Path) -> str:
    return write_csv(tmp_path / "r.csv", plan, of_2025())


def commands(place: str, file: str) -> Iterator[Ran]:
    for command in (
        ("submit", file),
        ("report", "--year", "2025"),
        ("status", "--year", "2025"),
        ("history",),
        ("trace", "training", "--year", "2025"),
        ("trend",),
        ("export",),
    ):
        yield run(*command, "--ledger", place)


def expect_one_line(ran: Ran, *words: str) -> None:
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran
    assert ran.err.startswith("gbv-kpi: ")
    for word in words:
        assert word in ran.err
    for word in ("Traceback", "sqlite3", "psycopg", "sqlalche", "SELECT", "internal error"):
        assert word not in ran.err


def test_a_ledger_of_a_newer_program_is_refused(place: str, plan: Plan, file: str, noon: datetime) -> None:
    hand_in(place, plan, noon, file)
    with store.open_ledger(place) as ledger, ledger.writing() as connection:
        connection.exec_driver_sql("UPDATE gbv_kpi_layout SET version = 2")
    for ran in commands(place, file):
        expect_one_line(ran, "newer gbv-kpi")


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path: Path, file: str) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()
    before = other.read_bytes()
    for ran in commands(str(other), file):
        expect_one_line(ran, "another program")
    assert other.read_bytes() == before


def test_in_a_shared_postgresql_database_other_tables_are_left_alone(
    server: str, plan: Plan, file: str, noon: datetime
) -> None:
    import psycopg

    place = fresh_database(server)
    with psycopg.connect(place, autocommit=True) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    hand_in(place, plan, noon, file)
    assert len(held(place, plan)) == 7


@pytest.mark.parametrize("content", [b"not a database, but long enough to be read as one" * 90, b"\x00" * 5000])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, file: str, content: bytes) -> None:
    damaged = tmp_path / "ledger.db"
    damaged.write_bytes(content)
    for ran in commands(str(damaged), file):
        expect_one_line(ran, "damaged")
    assert damaged.read_bytes() == content


def test_a_return_itself_is_not_taken_for_a_ledger(file: str) -> None:
    before = Path(file).read_bytes()
    expect_one_line(run("submit", file, "--ledger", file), "damaged")
    assert Path(file).read_bytes() == before


@pytest.mark.slow
@pytest.mark.parametrize("from_page", [slow(1), 2, slow(3)])
def test_a_ledger_with_torn_pages_is_told_in_one_line(
    sqlite: str, plan: Plan, tmp_path: Path, file: str, noon: datetime, from_page: int
) -> None:
    for number in range(20):
        rows = of_2025(dict.fromkeys([u for u, _, _ in of_2025()], well_but(schools=30 + number)))
        hand_in(sqlite, plan, noon, write_csv(tmp_path / "n.csv", plan, rows))
    content = bytearray(Path(sqlite).read_bytes())
    content[from_page * 4096 :] = os.urandom(len(content) - from_page * 4096)
    Path(sqlite).write_bytes(content)
    expect_one_line(run("history", "--ledger", sqlite), "damaged")
    expect_one_line(run("submit", file, "--ledger", sqlite), "damaged")


def test_a_value_that_is_no_figure_is_told_as_damage(place: str, plan: Plan, file: str, noon: datetime) -> None:
    hand_in(place, plan, noon, file)
    with store.open_ledger(place) as ledger, ledger.writing() as connection:
        connection.exec_driver_sql("""UPDATE gbv_kpi_return SET figures = '{"victims": 5}'""")
    expect_one_line(run("report", "--year", "2025", "--ledger", place), "damaged")


@pytest.mark.slow
def test_a_locked_ledger_is_told_and_nothing_is_lost(
    place: str, plan: Plan, file: str, noon: datetime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(store, "PATIENCE_SECONDS", 1)
    hand_in(place, plan, noon, file)
    other = write_csv(tmp_path / "o.csv", plan, of_2025({"372": well_but(schools=21)}))
    with store.open_ledger(place) as ledger, ledger.writing():
        expect_one_line(run("submit", other, "--ledger", place), "in use")
        assert run("report", "--year", "2025", "--ledger", place).code == 0
    assert run("submit", other, "--ledger", place).code == 0
    assert len(held(place, plan)) == 8


def limited(limit: int, *arguments: str) -> Ran:
    """`gbv-kpi` in a process that may make no file larger than that: what a full disk is to a database."""
    script = (
        "import resource, sys; from gbv_kpi.cli.app import main;"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit})); sys.argv = ['gbv-kpi', *sys.argv[1:]]; main()"
    )
    ran = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False)
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")
@pytest.mark.parametrize("limit", [slow(0), slow(8192), 30_000])
def test_no_room_left_is_told_and_what_was_there_stays(
    sqlite: str, plan: Plan, tmp_path: Path, file: str, noon: datetime, limit: int
) -> None:
    if limit > 8192:
        hand_in(sqlite, plan, noon, file)
    rows = [(unit.name, year, well_but(schools=44)) for year in range(2021, 2026) for unit in plan.expected_units(year)]
    other = write_csv(tmp_path / "o.csv", plan, rows)
    expect_one_line(limited(limit, "submit", other, "--ledger", sqlite), "full")
    if limit > 8192:
        assert len(held(sqlite, plan)) == 7
    assert run("submit", other, "--ledger", sqlite).code == 0
    assert {entry.values["schools"] for entry in held(sqlite, plan)} >= {44}


@pytest.mark.skipif(not sys.platform.startswith("linux") or os.geteuid() != 0, reason="only root can mount a disk")
def test_a_disk_that_is_really_full(plan: Plan, tmp_path: Path, file: str) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        place = str(disk / "ledger.db")
        assert run("submit", file, "--ledger", place).code == 0
        (disk / "ballast").write_bytes(b"." * (shutil.disk_usage(disk).free))
        other = write_csv(tmp_path / "o.csv", plan, of_2025({"372": well_but(schools=21)}))
        expect_one_line(run("submit", other, "--ledger", place), "full")
        (disk / "ballast").unlink()
        assert len(held(place, plan)) == 7
        assert run("submit", other, "--ledger", place).code == 0
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux") or os.geteuid() != 0, reason="root becomes nobody")
def test_a_read_only_folder_can_be_read_but_not_written(plan: Plan, noon: datetime, file: str) -> None:
    folder = Path(short_folder())
    try:
        place, copy = folder / "ledger.db", folder / "r.csv"
        hand_in(str(place), plan, noon, file)
        corrected = write_csv(copy, plan, of_2025({"372": well_but(schools=21)}))
        folder.chmod(0o555)
        place.chmod(0o444)
        copy.chmod(0o444)
        expect_one_line(as_nobody(corrected, "submit", corrected, "--ledger", str(place)), "read-only")
        expect_one_line(
            as_nobody(corrected, "submit", corrected, "--ledger", str(folder / "new.db")), "cannot be opened"
        )
        assert as_nobody(corrected, "report", "--year", "2025", "--ledger", str(place)).code == 0
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


AS_NOBODY = """
import os, sys
from gbv_kpi.cli.app import main

def run(*arguments):
    sys.argv = ["gbv-kpi", *arguments]
    try:
        main()
    except SystemExit as end:
        return end.code

file, warm, *arguments = sys.argv[1:]
out, sys.stdout = sys.stdout, open(os.devnull, "w")
run("submit", file, "--ledger", warm)  # what is imported before the rights are gone is imported
run("report", "--year", "2025", "--ledger", warm)
sys.stdout = out
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
sys.exit(run(*arguments))
"""


def as_nobody(file: str, *arguments: str) -> Ran:
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-c", AS_NOBODY, file, f"{folder}/warm.db", *arguments]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def test_a_folder_is_no_place_and_neither_is_one_that_is_not_there(tmp_path: Path, file: str) -> None:
    expect_one_line(run("submit", file, "--ledger", str(tmp_path)), "No ledger can be created")
    expect_one_line(run("submit", file, "--ledger", str(tmp_path / "no" / "ledger.db")), "No ledger can be created")


@pytest.mark.parametrize(
    "address", ["mysql://a@b/c", "postgresql+asyncpg://a@b/c", "sqlite://", "://", "http://x:y:z/"]
)
def test_an_address_that_is_none_is_told(file: str, address: str) -> None:
    expect_one_line(run("submit", file, "--ledger", address), "postgresql://")


def test_a_server_that_does_not_answer_is_told_without_the_password(file: str) -> None:
    for ran in commands("postgresql://lan:secret@127.0.0.1:9/gbv", file):
        expect_one_line(ran, "cannot be reached", "postgresql://lan:***@127.0.0.1:9/gbv")
        assert "secret" not in ran.err


def test_a_database_that_is_not_there_is_told(server: str, file: str) -> None:
    place = server.replace("/postgres?", "/nowhere?")
    expect_one_line(run("submit", file, "--ledger", place), "no database")


def test_an_officer_who_may_only_read_can_report_but_not_submit(
    server: str, plan: Plan, file: str, noon: datetime, tmp_path: Path
) -> None:
    import psycopg

    place = fresh_database(server)
    hand_in(place, plan, noon, file)
    with psycopg.connect(place, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS reader")
        connection.execute("CREATE ROLE reader LOGIN")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    as_reader = place.replace("postgres:@", "reader:@")
    assert run("report", "--year", "2025", "--ledger", as_reader).code == 0
    other = write_csv(tmp_path / "o.csv", plan, of_2025({"372": well_but(schools=21)}))
    expect_one_line(run("submit", other, "--ledger", as_reader), "no permission to write")
    with psycopg.connect(place, autocommit=True) as connection:
        connection.execute("DROP OWNED BY reader")
        connection.execute("DROP ROLE reader")


def lose_the_server(place: str, server: str) -> None:
    """Write to a ledger whose connection the server ends."""
    import psycopg

    with store.open_ledger(place) as ledger, ledger.writing() as connection:
        connection.exec_driver_sql("DELETE FROM gbv_kpi_return")
        with psycopg.connect(server, autocommit=True) as killer:
            killer.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        connection.exec_driver_sql("SELECT 1")


@pytest.mark.slow
def test_a_server_that_goes_away_in_the_middle_loses_nothing(
    plan: Plan, tmp_path: Path, noon: datetime, file: str
) -> None:
    folder = short_folder()
    with postgresql(Path(folder)) as server:
        place = fresh_database(server)
        hand_in(place, plan, noon, file)
        with pytest.raises(LedgerError, match="closed the connection"):
            lose_the_server(place, server)
        assert len(held(place, plan)) == 7
    expect_one_line(run("submit", file, "--ledger", place), "cannot be reached")
    shutil.rmtree(folder, ignore_errors=True)


def test_without_the_driver_the_line_says_what_to_install(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    ran = run("submit", file, "--ledger", "postgresql://a@b/c")
    assert (ran.code, ran.err) == (
        2,
        "gbv-kpi: A ledger on PostgreSQL requires a driver: pip install 'psycopg[binary]'.\n",
    )


def test_nobody_logged_in_must_be_named(file: str, sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise OSError

    monkeypatch.setattr("getpass.getuser", nobody)
    expect_one_line(run("submit", file, "--ledger", sqlite), "--by")
    assert run("submit", file, "--ledger", sqlite, "--by", "lan").code == 0
