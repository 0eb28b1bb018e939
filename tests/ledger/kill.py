"""Submissions killed at random moments, and what the ledger holds then.

    python -m tests.ledger.kill [KILLS] [POSTGRESQL-ADDRESS]

A child process hands in a file that corrects every return of five years, and is killed (SIGKILL) after a
random delay: from its start in every second round, else from the moment it begins to record. Every fourth
round starts without a ledger. Prints how many files were then not in, and how many were wholly in; exits
with 1 if one was in by part, a revision was missing, or the ledger would not open.
"""

import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import gbv_kpi.ledger.submit
from gbv_kpi.errors import LedgerError
from gbv_kpi.ledger.database import open_ledger
from gbv_kpi.ledger.entries import Author
from gbv_kpi.ledger.query import entries_of
from gbv_kpi.ledger.submit import State
from gbv_kpi.plan import Plan, load_plan
from tests.command import Row, well_but, write_csv
from tests.ledger.server import fresh_database


def submit(place: str, plan: Plan, file: str) -> State:
    with open_ledger(place, create=True) as ledger:
        author = Author("kill", datetime.now(UTC))
        submission = gbv_kpi.ledger.submit.submit(ledger, plan, [file], None, author)
    return submission.files[0].state


def file_of_round(folder: Path, plan: Plan, number: int) -> tuple[str, int]:
    """A file that differs from that of every other round in all of its returns, and how many they are."""
    rows: list[Row] = [
        (unit.name, year, well_but(schools=100 + number))
        for year in range(plan.first_year, plan.last_year + 1)
        for unit in plan.expected_units(year)
    ]
    return write_csv(folder / f"{number}.csv", plan, rows), len(rows)


def killed(place: str, plan: Plan, file: str, delay: float, *, from_recording: bool) -> bool:
    """Whether the child was still at work when it was killed."""
    ready, begun = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ready)
        if from_recording:
            at_once = vars(gbv_kpi.ledger.submit)["record"]

            def telling(*arguments: object) -> object:
                os.write(begun, b".")
                result: object = at_once(*arguments)
                return result

            vars(gbv_kpi.ledger.submit)["record"] = telling
        else:
            os.write(begun, b".")
        submit(place, plan, file)
        os._exit(0)
    os.close(begun)
    os.read(ready, 1)
    os.close(ready)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def held_of(place: str, plan: Plan, file: str) -> int:
    """How many returns of the file the ledger holds; raises where its revisions have a gap."""
    try:
        with open_ledger(place) as ledger, ledger.reading() as connection:
            entries = entries_of(connection, plan)
    except LedgerError as error:
        if "yet" in str(error):  # killed before there was a ledger
            return 0
        raise
    revisions: dict[object, list[int]] = {}
    for entry in entries:
        revisions.setdefault((entry.unit, entry.year), []).append(entry.revision)
    for found in revisions.values():
        if found != list(range(1, len(found) + 1)):
            raise ValueError(f"revisions {found}")
    if "://" not in place:
        with sqlite3.connect(place) as connection_:
            (verdict,) = connection_.execute("PRAGMA integrity_check").fetchone()
        connection_.close()
        if verdict != "ok":
            raise ValueError(verdict)
    return sum(entry.file == file for entry in entries)


def seconds_of(place: str, plan: Plan, file: str) -> float:
    started = time.perf_counter()
    submit(place, plan, file)
    return time.perf_counter() - started


def kill_rounds(kills: int, server: str | None, dice: random.Random) -> Counter[str]:
    """What became of the files of the rounds; raises for one in by part."""
    plan = load_plan()
    outcome: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def fresh(number: int) -> str:
            return fresh_database(server) if server else str(folder / f"ledger-{number}.db")

        file, _ = file_of_round(folder, plan, 0)
        seconds_of(fresh(0), plan, file)  # what is imported once is imported
        longest = seconds_of(fresh(-1), plan, file)
        place = fresh(1)
        number = 0
        while outcome["killed"] < kills:
            number += 1
            if number % 4 == 0:
                place = fresh(number)
            file, returns = file_of_round(folder, plan, number)
            from_recording = number % 2 == 0
            delay = dice.uniform(0, longest / 2 if from_recording else longest)
            was_killed = killed(place, plan, file, delay, from_recording=from_recording)
            held = held_of(place, plan, file)
            if held not in (0, returns):
                raise ValueError(f"{held} of {returns} returns of a file are in")
            if not was_killed:
                outcome["finished before the kill"] += 1
                continue
            outcome["killed"] += 1
            outcome["wholly in" if held else "not in"] += 1
            submit(place, plan, file)
            if held_of(place, plan, file) != returns:
                raise ValueError("handed in again, the file is not in")
    return outcome


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    server = sys.argv[2] if len(sys.argv) > 2 else None
    print(dict(kill_rounds(kills, server, random.Random(kills))))


if __name__ == "__main__":
    main()
