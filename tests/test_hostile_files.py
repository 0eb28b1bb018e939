"""Files made to hurt: each is read or refused within bounds of time and memory, in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gbv_kpi.exit_codes import ExitCode

HOSTILE = sorted((Path(__file__).parent / "hostile").iterdir())
SECONDS = 10  # of computing
MEBIBYTES = 400
MEASURED = f"""
import json, re, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))
from contextlib import redirect_stdout
from pathlib import Path
from gbv_kpi.cli.app import main
sys.argv = ["gbv-kpi", "check", sys.argv[1], "--format", "json"]
try:
    with redirect_stdout(sys.stderr):
        main()
except SystemExit as end:
    peak = int(re.search(r"VmHWM:\\s*([0-9]+) kB", Path("/proc/self/status").read_text())[1]) // 1024
    print(json.dumps([end.code, peak]))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.name)
def test_a_hostile_file_is_answered_within_bounds(path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path)], capture_output=True, text=True, timeout=12 * SECONDS, check=True
    )
    code, peak = json.loads(ran.stdout)
    assert code in (ExitCode.OK, ExitCode.MISSED, ExitCode.INVALID)
    assert peak <= MEBIBYTES
