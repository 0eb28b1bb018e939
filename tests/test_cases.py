"""The samples that were agreed on, through the real command line."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.command import CASES, run

EXPECTED = json.loads((CASES / "expected.json").read_text("utf-8"))


def cases(saying: str = "file") -> pytest.MarkDecorator:
    """The samples for which something is expected of that."""
    chosen = [case for case in EXPECTED if case[saying] is not None]
    return pytest.mark.parametrize("case", chosen, ids=[case["file"] for case in chosen])


def checked(case: dict[str, Any]) -> tuple[int, Any]:
    ran = run("check", str(CASES / case["file"]), "--format", "json", *case["args"])
    assert ran.err == ""
    return ran.code, json.loads(ran.out)


@pytest.mark.quick(1)
@cases()
def test_exit_code_is_the_one_expected_and_the_one_printed(case: dict[str, Any]) -> None:
    code, printed = checked(case)
    assert (code, printed["exit_code"]) == (case["exit_code"], case["exit_code"])


@pytest.mark.quick(1)
@cases()
def test_problems_stand_at_the_cells_expected(case: dict[str, Any]) -> None:
    found = {(problem["code"], problem["cell"]) for problem in checked(case)[1]["problems"]}
    expected = {(code, cell) for code, cell in case["problems"]}
    assert found == expected if case["exactly"] else found >= expected
    assert not {code for code, _ in found} & set(case["absent"])


@cases("coverage")
def test_coverage_is_the_one_expected(case: dict[str, Any]) -> None:
    coverage = checked(case)[1]["coverage"]
    assert [[of["year"], of["expected"], of["received"]] for of in coverage] == [case["coverage"]]


@pytest.mark.quick(1)
@cases("findings")
def test_every_finding_is_the_one_expected_and_there_is_no_other(case: dict[str, Any]) -> None:
    keys = ("indicator", "year", "unit", "numerator", "denominator", "status", "shortfall")
    found = [[finding[key] for key in keys] for finding in checked(case)[1]["findings"]]
    assert sorted(found, key=str) == sorted(case["findings"], key=str)


def test_mistakes_of_the_sample_are_the_planted_and_the_total_they_spoil() -> None:
    _, printed = checked(next(case for case in EXPECTED if case["file"] == "loi-2023.xlsx"))
    errors = [(p["code"], p["cell"]) for p in printed["problems"] if p["severity"] == "error"]
    assert errors == [
        ("part-exceeds-total", "D11"),
        ("unknown-unit", "B12"),
        ("negative-number", "K14"),
        ("not-a-number", "G15"),
        ("missing-value", "F16"),
    ]
    assert {p["code"] for p in printed["problems"] if p["severity"] == "warning"} == {"total-mismatch"}


@pytest.mark.slow
def test_a_process_of_its_own_says_the_same(tmp_path: Path) -> None:
    file = str(CASES / "tong-hop-2025-cp1258.csv")
    ran = subprocess.run(
        [sys.executable, "-m", "gbv_kpi", "check", file, "--format", "json"],
        check=False,
        capture_output=True,
        cwd=tmp_path,
    )
    here = run("check", file, "--format", "json")
    assert (ran.returncode, ran.stdout.decode(), ran.stderr) == (here.code, here.out, b"")
