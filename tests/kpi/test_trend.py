"""Every indicator over the years, recast across the merger; what is hand-computed here is computed by hand."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gbv_kpi.plan import Plan
from tests.command import WELL, Row, run, well_but, write_csv
from tests.ledger.inbox import hand_in
from tests.ledger.test_query import EXAMPLES, YEARS, asked, submit

BOTH = ("Thành phố Ninh Bình", "Huyện Hoa Lư")


def series(place: str, indicator: str, unit: str | None = None) -> dict[str, Any]:
    found = asked("trend", "--ledger", place)["series"]
    (one,) = (one for one in found if (one["indicator"], one["unit"]) == (indicator, unit))
    assert isinstance(one, dict)
    return one


def counts(one: Mapping[str, Any]) -> list[tuple[int | None, int | None, bool]]:
    return [(point["numerator"], point["denominator"], point["recast"]) for point in one["points"]]


def filled(place: str, plan: Plan, folder: Path, at: datetime, rows: list[Row]) -> None:
    assert hand_in(place, plan, at, write_csv(folder / "returns.csv", plan, rows)).exit_code == 0


def schools(whole: int, integrating: int) -> dict[str, int | float | str | None]:
    return dict(well_but(schools=whole, schools_integrating=integrating))


def test_before_the_merger_thanh_pho_hoa_lu_is_the_sum_of_both_units(
    place: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    rows: list[Row] = [
        ("Thành phố Ninh Bình", 2024, schools(45, 40)),
        ("Huyện Hoa Lư", 2024, schools(36, 33)),
        ("Thành phố Hoa Lư", 2025, schools(81, 81)),
    ]
    filled(place, plan, tmp_path, noon, rows)
    one = series(place, "education", "374")
    assert one["unit_name"] == "Thành phố Hoa Lư"
    assert counts(one) == [(73, 81, True), (81, 81, False)]
    assert [point["status"] for point in one["points"]] == ["met", "met"]  # 73 of 81 is 90.1%, and 85 was asked for
    assert one["points"][0]["unit_name"] == "Thành phố Hoa Lư"


def test_where_one_of_the_two_did_not_report_there_is_no_sum(
    sqlite: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    rows: list[Row] = [("Huyện Hoa Lư", 2023, WELL), *((name, 2024, WELL) for name in BOTH)]
    filled(sqlite, plan, tmp_path, noon, [*rows, ("Thành phố Hoa Lư", 2025, WELL)])
    one = series(sqlite, "education", "374")
    assert counts(one) == [(None, None, False), (40, 40, True), (20, 20, False)]
    assert one["points"][0]["status"] == "no-data"


def test_before_2025_both_units_stand_for_themselves(sqlite: str, plan: Plan, tmp_path: Path, noon: datetime) -> None:
    filled(sqlite, plan, tmp_path, noon, [(name, year, WELL) for name in BOTH for year in (2023, 2024)])
    units = {one["unit_name"] for one in asked("trend", "--ledger", sqlite)["series"] if one["unit"]}
    assert units == set(BOTH)


def test_level_and_path_are_told_apart(sqlite: str, plan: Plan, tmp_path: Path, noon: datetime) -> None:
    """From 60% in 2021 the line to 85% in 2023 has 72.5% in 2022."""
    for integrating, ahead in ((72, False), (73, True)):
        place = f"{sqlite}-{integrating}"
        rows: list[Row] = [("372", 2021, schools(100, 60)), ("372", 2022, schools(100, integrating))]
        filled(place, plan, tmp_path, noon, rows)
        one = series(place, "education", "372")
        assert one["path"] == {"from": 2021, "to": 2023, "year": 2022, "wanted_percent": 72.5, "on_path": ahead}
        assert one["level"] == {
            "year": 2022,
            "status": "not-due",
            "shortfall": None,
            "next_shortfall": 85 - integrating,
        }


def test_met_now_and_behind_the_path_to_the_next_threshold(
    sqlite: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    """From 60% in 2021 the line to 100% in 2025 has 80% in 2023 and 90% in 2024; 86% meets the 85% in force."""
    rows: list[Row] = [("372", 2021, schools(100, 60)), ("372", 2024, schools(100, 86))]
    filled(sqlite, plan, tmp_path, noon, rows)
    one = series(sqlite, "education", "372")
    assert (one["level"]["status"], one["path"]["wanted_percent"], one["path"]["on_path"]) == ("met", 90.0, False)
    assert [point["status"] for point in one["points"]] == ["not-due", "no-data", "no-data", "met"]


def test_beyond_the_next_threshold_a_rate_is_on_its_path(
    sqlite: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    """The line from 95% in 2021 falls to 85% in 2023: 88% in 2022 is below its 90%, but reaches what is demanded."""
    rows: list[Row] = [("372", 2021, schools(100, 95)), ("372", 2022, schools(100, 88))]
    filled(sqlite, plan, tmp_path, noon, rows)
    path = series(sqlite, "education", "372")["path"]
    assert (path["wanted_percent"], path["on_path"]) == (85.0, True)


def test_one_year_alone_has_no_path_and_the_last_threshold_none_either(
    sqlite: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    filled(sqlite, plan, tmp_path, noon, [("372", 2022, WELL)])
    assert series(sqlite, "education", "372")["path"] is None
    filled(sqlite, plan, tmp_path, noon, [("372", 2025, WELL)])
    assert series(sqlite, "education", "372")["path"] is None


@pytest.mark.slow
def test_the_provinces_series_is_that_of_its_reports(place: str) -> None:
    submit(place, *(str(EXAMPLES / year) for year in YEARS))
    for year in YEARS:
        findings = asked("report", "--year", year, "--ledger", place)["findings"]
        for indicator in ("help-seeking", "training"):
            point = next(p for p in series(place, indicator)["points"] if p["year"] == int(year))
            del point["recast"]
            assert point == next(f for f in findings if (f["indicator"], f["unit"]) == (indicator, None))


def test_the_table_marks_recast_and_provisional_figures(
    sqlite: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    filled(sqlite, plan, tmp_path, noon, [*((name, 2024, WELL) for name in BOTH), ("374", 2025, WELL)])
    shown = run("trend", "--ledger", sqlite).out
    assert "100.0%*" in shown
    assert "* recast" in shown
    assert "100.0%~" in shown
    assert "~ provisional" in shown


def test_as_of_a_day_before_the_first_return_there_is_no_trend(sqlite: str) -> None:
    submit(sqlite, str(EXAMPLES / "2025"))
    ran = run("trend", "--ledger", sqlite, "--as-of", "2020-01-01", "--format", "json")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert json.loads(run("trend", "--ledger", sqlite, "--format", "json").out)["years"] == [2025]
