"""Killed at any moment, and handed in by many at once: nothing torn, nothing lost, no gap."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from gbv_kpi.plan import Plan
from tests.command import WELL, of_2025, well_but, write_csv
from tests.ledger.crowd import crowd
from tests.ledger.inbox import held

PROCESSES, FILES = 8, 48
KILLS = {"sqlite": 40, "postgresql": 15}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="fork and SIGKILL are not there")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KILLS)
def test_killed_at_any_moment_a_file_is_in_wholly_or_not_at_all(kind: str, request: pytest.FixtureRequest) -> None:
    """In a process of its own: a child of this one would have its threads' locks and connections."""
    address = [request.getfixturevalue("server")] if kind == "postgresql" else []
    command = [sys.executable, "-m", "tests.ledger.kill", str(KILLS[kind]), *address]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "not in" in ran.stdout


@pytest.mark.slow
def test_a_crowd_correcting_the_same_returns_loses_no_update(place: str, plan: Plan, tmp_path: Path) -> None:
    """Every file corrects all seven returns: each has as many revisions as there are files."""
    for number in range(FILES):
        write_csv(tmp_path / f"{number:02}.csv", plan, of_2025(dict.fromkeys(UNITS, well_but(schools=20 + number))))
    printed = "".join(crowd(tmp_path, place, PROCESSES))
    assert printed.split() == ["recorded"] * FILES
    entries = held(place, plan)
    for unit in UNITS:
        of_unit = [entry for entry in entries if entry.unit.code == unit]
        assert [entry.revision for entry in of_unit] == list(range(1, FILES + 1))
        assert sorted(entry.values["schools"] for entry in of_unit) == list(range(20, 20 + FILES))


UNITS = [unit for unit, _, _ in of_2025()]


@pytest.mark.slow
def test_a_cron_job_that_overlaps_with_itself_records_everything_once(place: str, plan: Plan, tmp_path: Path) -> None:
    rows = [(unit.name, year, WELL) for year in range(2021, 2026) for unit in plan.units_in(year) if unit.expected]
    random.Random(4).shuffle(rows)
    for number, row in enumerate(rows):
        write_csv(tmp_path / f"{number:02}.csv", plan, [row])
    printed = crowd(tmp_path, place, PROCESSES, all_files=True)
    states = [run.split() for run in printed]
    assert all(len(run) == len(rows) for run in states)
    assert {state for run in states for state in run} <= {"recorded", "unchanged"}
    for recorded in zip(*states, strict=True):
        assert recorded.count("recorded") == 1
    assert [entry.revision for entry in held(place, plan)] == [1] * len(rows)
