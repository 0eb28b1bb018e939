"""How the process ends: at once, and as any other would."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SCRIPT = """
import atexit, sys
atexit.register(print, "last words")
sys.argv = ["gbv-kpi", *sys.argv[1:]]
from gbv_kpi.__main__ import main
main()
"""


@pytest.mark.quick(1)
@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("--version",), 0), (("report", "--year", "2025", str(EXAMPLES / "2025")), 1), (("check", "no-such-file"), 2)],
)
def test_whoever_waits_for_the_end_is_called_and_heard(arguments: tuple[str, ...], code: int) -> None:
    ran = subprocess.run([sys.executable, "-c", SCRIPT, *arguments], capture_output=True, encoding="utf-8", check=False)
    assert (ran.returncode, ran.stdout.splitlines()[-1]) == (code, "last words")
