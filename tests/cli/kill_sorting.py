"""An inbox sorted by runs that are killed at random moments: nothing may be lost, nothing be there twice.

    python -m tests.cli.kill_sorting [KILLS]

Each round puts five files into the inbox (good ones, a bad one, one of a name used before), kills the run that sorts
them, and lets another one finish. Prints how the rounds ended; raises where a file is lost, is there twice, or was
recorded twice.
"""

import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from gbv_kpi.cli import sorting
from gbv_kpi.ledger.database import open_ledger
from gbv_kpi.ledger.query import entries_of
from gbv_kpi.plan import Plan, load_plan
from tests.command import run, well_but, write_csv

FILES = 5  # of a round
MOVING_SECONDS = 0.01  # that the five moves take about


def fill(inbox: Path, plan: Plan, number: int) -> list[bytes]:
    """Put the files of a round into the inbox and return their contents."""
    rows = {
        f"tot-{number}.csv": [
            ("370", 2024, well_but(victims=100 + number)),
            ("372", 2024, well_but(victims=number + 7)),
        ],
        f"sai-{number}.csv": [("373", 2024, well_but(victims=number, victims_seeking_help=number + 1))],
        "cung-ten.csv": [("375", 2023, well_but(victims=number + 8))],
        f"cung-ten-{number}.csv": [("376", 2023, well_but(victims=number + 9))],
        f"trung-{number}.csv": [("377", 2025, well_but(victims=number + 10))],
    }
    return [Path(write_csv(inbox / name, plan, of_file)).read_bytes() for name, of_file in rows.items()]


def sort(folder: Path) -> int:
    places = ("--sort-into", str(folder / "sorted"), "--ledger", str(folder / "ledger.db"))
    return run("submit", str(folder / "inbox"), *places, "--quiet").code


def killed(folder: Path, delay: float, *, from_moving: bool) -> bool:
    """Sort in a child that is killed after a delay, from its start or from its first move; whether it was at work."""
    ready, begun = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ready)
        usual = vars(sorting)["_move"]

        def telling(*arguments: object) -> None:
            os.write(begun, b".")
            usual(*arguments)

        if from_moving:
            vars(sorting)["_move"] = telling
        else:
            os.write(begun, b".")
        sort(folder)
        os._exit(0)
    os.close(begun)
    os.read(ready, 1)
    os.close(ready)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def kill_rounds(kills: int, folder: Path, plan: Plan, dice: random.Random) -> Counter[str]:
    outcome: Counter[str] = Counter()
    (folder / "inbox").mkdir()
    sent: list[bytes] = fill(folder / "inbox", plan, 0)
    started = time.perf_counter()
    sort(folder)
    longest, number = time.perf_counter() - started, 0
    while outcome["killed"] < kills:
        number += 1
        sent += fill(folder / "inbox", plan, number)
        from_moving = number % 2 == 0
        delay = dice.uniform(0, MOVING_SECONDS if from_moving else longest)
        was_killed = killed(folder, delay, from_moving=from_moving)
        outcome["killed" if was_killed else "finished before the kill"] += 1
        left = len(list((folder / "inbox").iterdir()))
        outcome["none moved" if left == FILES else "some moved" if left else "all moved"] += was_killed
        if sort(folder) not in (0, 3):
            raise ValueError("the next run failed")
        expect_all_once(folder, sent)
    with open_ledger(str(folder / "ledger.db")) as ledger, ledger.reading() as connection:
        entries = entries_of(connection, plan)
    if len(entries) != 5 * (number + 1):
        raise ValueError(f"{len(entries)} revisions of {number + 1} rounds")
    return outcome


def expect_all_once(folder: Path, sent: list[bytes]) -> None:
    if left := list((folder / "inbox").iterdir()):
        raise ValueError(f"left in the inbox: {left}")
    found = Counter(path.read_bytes() for path in (folder / "sorted").rglob("*.csv"))
    if found != Counter(sent):
        raise ValueError(f"{len(sent)} files sent, {found.total()} found")
    replies = len(list((folder / "sorted/refused").glob("*.reply.md")))
    if replies != len(list((folder / "sorted/refused").glob("*.csv"))):
        raise ValueError(f"{replies} replies")


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as name:
        print(dict(kill_rounds(kills, Path(name), load_plan(), random.Random(kills))))


if __name__ == "__main__":
    main()
