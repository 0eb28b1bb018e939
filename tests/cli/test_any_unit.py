"""A plan that names no units accepts any, and never claims that all have reported."""

import json
from pathlib import Path

import pytest

from tests.command import run
from tests.plan.files import plan_file

ROWS = "unit,year,victims,seeking\nXã An,2026,10,6\nXã Bình,2026,10,4\n"


@pytest.fixture
def plan_path(tmp_path: Path) -> str:
    return str(plan_file(tmp_path))


def returns(folder: Path, text: str = ROWS) -> str:
    file = folder / "returns.csv"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_check_judges_each_unit_for_itself(tmp_path: Path, plan_path: str) -> None:
    ran = run("check", returns(tmp_path), "--plan", plan_path)
    assert ran.code == 1
    assert "2 units have a valid return. The plan lists no units, so completeness is unknown." in ran.out
    assert "2026: 1 of 2 units with a valid return misses a threshold in force." in ran.out
    assert "have reported." not in ran.out


def test_report_judges_the_sum_and_calls_it_provisional(tmp_path: Path, plan_path: str) -> None:
    ran = run("report", "--year", "2026", returns(tmp_path), "--plan", plan_path, "--format", "json")
    report = json.loads(ran.out)
    (coverage,) = report["coverage"]
    assert (ran.code, coverage["expected"], coverage["received"], coverage["missing"]) == (0, None, 2, [])
    (province,) = (finding for finding in report["findings"] if finding["scope"] == "province")
    assert (province["status"], province["provisional"]) == ("met", True)
    assert report["outlook"] == []


@pytest.mark.parametrize(("fail_on", "code"), [("missed", 1), ("incomplete", 1), ("invalid", 0)])
def test_fail_on_incomplete_says_no_more_than_is_known(tmp_path: Path, plan_path: str, fail_on: str, code: int) -> None:
    file = returns(tmp_path)
    assert run("check", file, "--plan", plan_path, "--fail-on", fail_on).code == code
    well = returns(tmp_path, ROWS.replace("10,4", "10,5"))
    assert run("check", well, "--plan", plan_path, "--fail-on", fail_on).code == 0


def test_status_says_that_nobody_is_waited_for(tmp_path: Path, plan_path: str) -> None:
    ledger = str(tmp_path / "ledger.db")
    assert run("submit", returns(tmp_path), "--plan", plan_path, "--ledger", ledger).code == 0
    ran = run("status", "--year", "2026", "--plan", plan_path, "--ledger", ledger)
    assert (ran.code, ran.out) == (2, "")
    assert "lists no units, so none is expected" in ran.err


def test_the_ledger_and_the_trend_hold_whatever_unit_reported(tmp_path: Path, plan_path: str) -> None:
    ledger = str(tmp_path / "ledger.db")
    run("submit", returns(tmp_path), "--plan", plan_path, "--ledger", ledger)
    run("submit", returns(tmp_path, ROWS.replace("2026", "2027")), "--plan", plan_path, "--ledger", ledger)
    shown = run("trend", "--plan", plan_path, "--ledger", ledger)
    assert shown.code == 0
    assert "provisional: not all units have reported, or the plan does not list them" in shown.out
    assert run("report", "--year", "2027", "--plan", plan_path, "--ledger", ledger).code == 0


def test_the_national_strategy_is_judged_from_one_return(tmp_path: Path) -> None:
    """170 minutes to 100 is exactly 1.7: met in 2025, missed by 30 in 2030."""
    fields = "victims_detected,victims_reaching_service,perpetrators,perpetrators_counselled"
    fields += ",trafficking_victims_in_need,trafficking_victims_supported,assistance_facilities"
    fields += ",assistance_facilities_complying,housework_minutes_women,housework_minutes_men"
    for year, code, missed in ((2025, 0, []), (2030, 1, ["assistance-facilities", "housework-ratio"])):
        text = f"unit,year,{fields}\nBáo cáo chung,{year},100,90,10,7,0,0,10,9,170,100\n"
        ran = run("check", returns(tmp_path, text), "--plan", "quoc-gia-28-nq-cp", "--format", "json")
        found = [f for f in json.loads(ran.out)["findings"] if f["scope"] == "unit"]
        assert (ran.code, [f["indicator"] for f in found if f["status"] == "missed"]) == (code, missed)
        assert [f["status"] for f in found if f["indicator"] == "trafficking-victims"] == ["no-cases"]
    assert [f["shortfall"] for f in found if f["status"] == "missed"] == [1, 30]
