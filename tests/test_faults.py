"""Returns of kinds that offices send and that were once read wrongly: no wrong figure, and what is right is read.

`faults/index.json` has for each the exit codes allowed, the right figures by unit and indicator, whether it must be
read, and the codes that must be told.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command import run

FAULTS = Path(__file__).parent / "faults"
CASES: list[dict[str, Any]] = json.loads((FAULTS / "index.json").read_text(encoding="utf-8"))

# Not read rightly yet, for reasons of layout, title or label.
PENDING = frozenset((FAULTS / "pending.txt").read_text(encoding="utf-8").split())


def _parameter(number: int, case: dict[str, Any]) -> Any:
    marks = [pytest.mark.xfail(strict=True, reason="pending")] if case["file"] in PENDING else []
    return pytest.param(case, id=case["file"], marks=[*marks, pytest.mark.slow] if number % 12 else marks)


@pytest.mark.parametrize("case", [_parameter(number, case) for number, case in enumerate(CASES)])
def test_a_fault_gives_no_wrong_figure(case: dict[str, Any]) -> None:
    ran = run("check", str(FAULTS / case["file"]), "--format", "json", *case["args"])
    assert ran.code in case["exit"]
    outcome = json.loads(ran.out)
    right = {
        (unit, case["year"], indicator): tuple(figures)
        for unit, indicators in (case["right"] or {}).items()
        for indicator, figures in indicators.items()
    }
    seen = {
        (finding["unit"], finding["year"], finding["indicator"]): (finding["numerator"], finding["denominator"])
        for finding in outcome["findings"]
        if finding["scope"] == "unit" and (finding["numerator"], finding["denominator"]) != (None, None)
    }
    listed = {(unit, case["year"]) for unit in case["right"] or {}}
    wrong = {key for key, figures in seen.items() if figures != right.get(key, figures) or key[:2] not in listed}
    assert case["right"] is None or wrong == set()
    if case["must_read"]:
        units = {unit for unit, _, _ in seen}
        assert units
        assert {key for key in right if key[0] in units} <= seen.keys()
        assert not any(coverage["refused"] for coverage in outcome["coverage"])
    assert set(case["codes"]) <= {problem["code"] for problem in outcome["problems"]}
