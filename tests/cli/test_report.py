import json
from pathlib import Path

from gbv_kpi.plan import Plan
from tests.command import UNITS_OF_2025, of_2025, run, well_but, write_csv


def test_the_verdict_is_the_provinces_though_units_are_missing(tmp_path: Path, plan: Plan) -> None:
    rows = of_2025({"372": well_but(victims_seeking_help=1)}, UNITS_OF_2025[:5])
    file = write_csv(tmp_path / "r.csv", plan, rows)
    ran = run("report", "--year", "2025", file, "--format", "json")
    printed = json.loads(ran.out)
    assert (ran.code, printed["exit_code"], printed["schema"]) == (0, 0, "gbv-kpi/report/1")
    assert run("report", "--year", "2025", file, "--fail-on", "incomplete").code == 1
    assert run("check", file).code == 1


def test_a_province_that_misses_ends_with_1(tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "r.csv", plan, of_2025({"372": well_but(cases_helped=4)}))
    ran = run("report", "--year", "2025", file, "--format", "json")
    found = next(
        f for f in json.loads(ran.out)["findings"] if (f["indicator"], f["scope"]) == ("assistance", "province")
    )
    assert ran.code == 1
    assert (found["numerator"], found["denominator"], found["status"], found["shortfall"]) == (34, 35, "missed", 1)


def test_only_the_year_asked_for_is_reported(tmp_path: Path, plan: Plan) -> None:
    rows = [*of_2025(), ("372", 2023, well_but(schools_integrating=1))]
    printed = json.loads(
        run("report", "--year", "2025", write_csv(tmp_path / "r.csv", plan, rows), "--format", "json").out
    )
    assert {finding["year"] for finding in printed["findings"]} == {2025}
    assert [coverage["year"] for coverage in printed["coverage"]] == [2025]
    assert printed["exit_code"] == 0


def test_returns_that_name_no_year_are_of_the_year_reported(tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "r.csv", plan, [(unit, None, figures) for unit, _, figures in of_2025()])
    assert run("report", "--year", "2025", file).code == 0


def test_no_return_of_the_year_stops_the_run(tmp_path: Path, plan: Plan) -> None:
    ran = run("report", "--year", "2024", write_csv(tmp_path / "r.csv", plan, of_2025()))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "gbv-kpi: The files contain no return for 2024: check --year.\n"


def test_a_year_outside_the_plan_stops_the_run(tmp_path: Path, plan: Plan) -> None:
    ran = run("report", "--year", "1990", write_csv(tmp_path / "r.csv", plan, of_2025()))
    assert (ran.code, ran.out) == (2, "")
    assert "1990" in ran.err


def test_a_wrong_return_ends_with_3(tmp_path: Path, plan: Plan) -> None:
    rows = of_2025({"372": well_but(victims=-1)})
    assert run("report", "--year", "2025", write_csv(tmp_path / "r.csv", plan, rows)).code == 3


def test_no_file_and_no_year_stop_the_run(tmp_path: Path) -> None:
    assert run("report", "--year", "2025").code == 2
    assert run("report", str(tmp_path)).code == 2


def test_an_empty_folder_stops_the_run(tmp_path: Path) -> None:
    ran = run("report", "--year", "2025", str(tmp_path))
    assert (ran.code, ran.out) == (2, "")
