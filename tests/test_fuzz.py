"""Two thousand mutants of the examples, in a process of their own: a reader that aborts takes only that one."""

import subprocess
import sys

import pytest

MUTANTS = 2_100
AT_MOST = 1500  # seconds, on a busy machine; 2,100 mutants take some 280 on an idle one


@pytest.mark.slow
def test_no_mutant_of_the_examples_ends_outside_the_exit_codes_of_the_contract() -> None:
    command = [sys.executable, "-m", "tests.fuzz", str(MUTANTS), "1"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=AT_MOST, check=False)

    assert run.returncode == 0, f"{run.stdout}\n{run.stderr[-3000:]}"
    assert f"{MUTANTS} mutants" in run.stdout
