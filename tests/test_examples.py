"""The invented returns of `examples/`: what they come to, and that other formats of them say the same."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from gbv_kpi import evaluate, load_plan, read_returns
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.plan.load import read_plan
from gbv_kpi.sheets.sources import find_sources
from tests.libreoffice import converted, needs_libreoffice
from tests.sweep import slow

EXAMPLES = Path(__file__).parent.parent / "examples"
PLAN = load_plan()


def findings_in(*names: Path) -> Sequence[Finding]:
    found, _ = find_sources(list(map(str, names)))
    returns = read_returns(found, PLAN)
    assert not returns.problems
    return evaluate(returns, PLAN).findings


@pytest.mark.quick(1)
@pytest.mark.parametrize("year", range(2021, 2026))
def test_every_unit_of_a_year_has_reported_without_a_problem(year: int) -> None:
    findings = findings_in(EXAMPLES / str(year))
    assert {finding.unit for finding in findings} >= {unit.code for unit in PLAN.expected_units(year)}
    assert not any(finding.provisional for finding in findings)


def test_one_school_keeps_the_province_from_its_last_threshold() -> None:
    missed = [f for f in findings_in(EXAMPLES / "2025") if f.status is Status.MISSED]
    assert [(f.indicator, f.unit, f.shortfall) for f in missed] == [("education", None, 1), ("education", "377", 1)]


@needs_libreoffice
@pytest.mark.parametrize("suffix", ["xls", slow("ods")])
@pytest.mark.parametrize(
    "example", [slow("2021/tong-hop-2021.xlsx"), slow("2024/bieu-cheo-2024.xlsx"), "2025/bon-huyen-2025.xlsx"]
)
def test_an_example_saved_by_libreoffice_says_the_same(example: str, suffix: str, tmp_path: Path) -> None:
    original = EXAMPLES / example
    assert findings_in(converted(original, suffix, tmp_path)) == findings_in(original)


def test_example_plan_file_is_without_mistakes_and_has_communes_from_a_csv() -> None:
    reading = read_plan(EXAMPLES / "plans" / "communes-2026.toml")
    assert (reading.mistakes, reading.doubts) == ((), ())
    assert reading.plan is not None
    assert len(reading.plan.expected_units(2026)) == 129
