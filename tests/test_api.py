"""The Python interface, as its users call it."""

import subprocess
import sys
from pathlib import Path

import pytest

import gbv_kpi
from gbv_kpi import evaluate, load_plan, read_returns
from gbv_kpi.errors import GbvKpiError
from tests.command import CASES


def test_all_names_what_users_may_import_and_all_of_it_is_there() -> None:
    assert gbv_kpi.__all__ == ["__version__", "evaluate", "load_plan", "read_returns", "return_schema"]
    assert all(getattr(gbv_kpi, name) for name in gbv_kpi.__all__)


@pytest.mark.slow
def test_a_star_import_gives_the_interface() -> None:
    script = "from gbv_kpi import *; print(load_plan().number)"
    ran = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", script], check=False, capture_output=True, text=True, encoding="utf-8"
    )
    assert (ran.stdout, ran.stderr) == ("63/KH-UBND\n", "")


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'guess'"):
        _ = gbv_kpi.guess


def test_three_calls_lead_from_a_file_to_a_frame_of_findings() -> None:
    plan = load_plan()
    returns = read_returns([str(CASES / "tong-hop-2025-cp1258.csv")], plan)
    frame = evaluate(returns, plan).to_frame()
    province = frame[frame["scope"] == "province"].set_index("indicator")
    assert province["shortfall"].to_dict() == {"help-seeking": 0, "assistance": 5, "training": 0, "education": 1}
    assert not returns.problems
    assert [file.returns for file in returns.files] == [7]


def test_returns_hold_whole_numbers_by_unit_and_year() -> None:
    returns = read_returns([str(CASES / "nho-quan-2025.xlsx")], load_plan())
    (row,) = returns.frame.to_dict("records")
    assert (row["unit"], row["year"], row["schools"], row["cases_helped"]) == ("372", 2025, 76, 9)
    assert returns.frame["helped_legal"].isna().all()


def test_what_is_wrong_is_a_value_and_what_stops_is_an_exception() -> None:
    plan = load_plan()
    codes = [problem.code for problem in read_returns([str(CASES / "loi-2023.xlsx")], plan).problems]
    assert "part-exceeds-total" in codes
    with pytest.raises(GbvKpiError, match="Unknown plan"):
        load_plan("no-such-plan")


def test_types_travel_with_the_package() -> None:
    assert (Path(gbv_kpi.__file__).parent / "py.typed").is_file()
