"""Files made to hurt: each is read or refused within bounds of time and memory, its children counted."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gbv_kpi.exit_codes import ExitCode
from gbv_kpi.plan import load_plan
from gbv_kpi.returns.isolation import can_isolate
from tests.command import UNITS_OF_2025, WELL, run, write_csv

HOSTILE = sorted((Path(__file__).parent / "hostile").iterdir())
POISONOUS = ["01-far-uppercase.xlsx", "01-ods-zeros.ods", "05-xls-name-doubling.xls", "03-re-html-charset.xls"]
SECONDS = 10  # of computing
MEBIBYTES = 400
MEASURED = """
import json, resource, sys
from contextlib import redirect_stdout
from gbv_kpi.cli.app import main
import gbv_kpi.pipeline
def used():
    return [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
def peak():
    # in KiB; ru_maxrss would still have the size of the process that started this one
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
shared = peak()  # what a child has from its parent
code = None
try:
    with redirect_stdout(sys.stderr):
        main()
except SystemExit as end:
    code = end.code
own, child = used()
seconds = own.ru_utime + own.ru_stime + child.ru_utime + child.ru_stime
print(json.dumps([code, seconds, (peak() + max(0, child.ru_maxrss - shared)) / 1024]))
"""

pytestmark = pytest.mark.skipif(not can_isolate(), reason="the system has no limits")


def measured(*arguments: str) -> tuple[int, float, float]:
    """Return exit code, seconds of processor time, and the peak of memory in MiB."""
    command = [sys.executable, "-c", MEASURED, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30 * SECONDS, check=True)
    code, seconds, peak = json.loads(ran.stdout)
    return code, seconds, peak


@pytest.mark.slow
@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.name)
def test_a_hostile_file_is_answered_within_bounds(path: Path, tmp_path: Path) -> None:
    for more in ((), ("--annotate", str(tmp_path / "marked.xlsx"))):
        code, seconds, peak = measured("check", str(path), "--format", "json", *more)
        assert code in (ExitCode.OK, ExitCode.MISSED, ExitCode.INVALID)
        assert seconds <= SECONDS
        assert peak <= MEBIBYTES


@pytest.mark.quick(1)
@pytest.mark.parametrize("poison", POISONOUS)
def test_one_poisonous_file_keeps_no_other_from_being_recorded(tmp_path: Path, poison: str) -> None:
    plan, inbox = load_plan(), tmp_path / "inbox"
    inbox.mkdir()
    rows = [(unit, 2025, WELL) for unit in UNITS_OF_2025] + [("372", 2024, WELL)]
    for number, row in enumerate(rows):
        write_csv(inbox / f"{number}.csv", plan, [row])
    shutil.copy(HOSTILE[0].parent / poison, inbox / f"4-{poison}")
    ran = run("submit", str(inbox), "--ledger", str(tmp_path / "ledger.db"), "--format", "json")
    files = json.loads(ran.out)["files"]
    assert ran.code == ExitCode.INVALID
    assert [file["state"] for file in files if not file["path"].endswith(poison)] == ["recorded"] * 8
    assert [file["state"] for file in files if file["path"].endswith(poison)] == ["refused"]
