"""A few hundred mutants of every kind of input; tens of thousands on demand: python -m tests.mutants."""

import subprocess
import sys

import pytest

from gbv_kpi.returns.isolation import can_isolate

MUTANTS = 330


@pytest.mark.slow
@pytest.mark.skipif(not can_isolate(), reason="needs fork")
def test_no_mutant_ends_outside_the_contract() -> None:
    command = [sys.executable, "-m", "tests.mutants", str(MUTANTS), "1"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr[-3000:]}"
    assert f"{MUTANTS} mutants, seed 1, 0 outside the contract" in run.stdout
