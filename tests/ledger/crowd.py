"""Several processes that hand in at once.

    python -m tests.ledger.crowd FOLDER LEDGER PROCESSES

Waits for FOLDER/go, hands in the files whose numbers fall to this process (PROCESS of PROCESSES), each in
a call of its own, and prints the states.
"""

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from gbv_kpi.ledger.database import open_ledger
from gbv_kpi.ledger.entries import Author
from gbv_kpi.ledger.submit import submit
from gbv_kpi.plan import load_plan


def crowd(folder: Path, ledger: str, processes: int, *, all_files: bool = False) -> list[str]:
    """What each of the processes printed, all begun at the same moment."""
    command = [sys.executable, "-m", "tests.ledger.crowd", str(folder), ledger, str(processes)]
    workers = [
        subprocess.Popen([*command, "all" if all_files else str(number)], stdout=subprocess.PIPE, text=True)
        for number in range(processes)
    ]
    while len(list(folder.glob("ready-*"))) < processes and all(worker.poll() is None for worker in workers):
        time.sleep(0.01)
    (folder / "go").touch()
    printed = [worker.communicate(timeout=300)[0] for worker in workers]
    if any(worker.returncode for worker in workers):
        raise ValueError("a process of the crowd failed")
    return printed


def main() -> None:
    folder, place, processes, which = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
    plan = load_plan()
    files = sorted(str(file) for file in folder.glob("*.csv"))
    calls = [files] if which == "all" else [[file] for file in files[int(which) :: processes]]
    (folder / f"ready-{time.perf_counter_ns()}").touch()
    while not (folder / "go").exists():
        time.sleep(0.001)
    for call in calls:
        with open_ledger(place, create=True) as ledger:
            submission = submit(ledger, plan, call, None, Author(f"process {which}", datetime.now(UTC)))
        print(*(file.state for file in submission.files), flush=True)


if __name__ == "__main__":
    main()
