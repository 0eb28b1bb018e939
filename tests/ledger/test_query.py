"""What the ledger answers through the command line: report, status, history, trace; on both databases."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gbv_kpi.plan import Plan
from tests.command import UNITS_OF_2025, WELL, Ran, Row, of_2025, run, well_but, write_csv
from tests.ledger.inbox import hand_in

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
YEARS = ("2021", "2022", "2023", "2024", "2025")


def asked(*arguments: str) -> dict[str, Any]:
    ran = run(*arguments, "--format", "json")
    assert ran.err == ""
    answer: dict[str, Any] = json.loads(ran.out)
    assert answer["exit_code"] == ran.code
    return answer


def submit(place: str, *files: str) -> Ran:
    return run("submit", *files, "--ledger", place, "--by", "lan")


def test_the_report_from_the_ledger_is_the_report_from_the_files(place: str) -> None:
    assert submit(place, *(str(EXAMPLES / year) for year in YEARS)).code == 0
    for year in YEARS:
        from_files = asked("report", "--year", year, str(EXAMPLES / year))
        from_ledger = asked("report", "--year", year, "--ledger", place)
        for key in ("schema", "plan", "coverage", "findings", "outlook", "problems", "exit_code"):
            assert from_ledger[key] == from_files[key], (year, key)
        held = {(file["path"], file["sha256"], file["returns"]) for file in from_ledger["files"]}
        assert held == {(file["path"], file["sha256"], file["returns"]) for file in from_files["files"]}


def test_predecessors_in_the_ledger_are_rolled_up_as_in_files(place: str, plan: Plan, tmp_path: Path) -> None:
    rows: list[Row] = [("Thành phố Ninh Bình", 2025, WELL), ("Huyện Hoa Lư", 2025, WELL), ("Cấp tỉnh", 2025, {})]
    rows[2] = ("Cấp tỉnh", 2025, {"schools": 9, "schools_integrating": 9})
    file = write_csv(tmp_path / "r.csv", plan, rows)
    assert submit(place, file).code == 0
    from_ledger, from_files = (
        asked("report", "--year", "2025", "--ledger", place),
        asked("report", "--year", "2025", file),
    )
    assert (from_ledger["findings"], from_ledger["coverage"]) == (from_files["findings"], from_files["coverage"])


def test_as_of_gives_the_report_of_that_day(place: str, plan: Plan, tmp_path: Path, noon: datetime) -> None:
    hand_in(place, plan, noon, write_csv(tmp_path / "a.csv", plan, of_2025({"372": well_but(schools_integrating=19)})))
    report = ("report", "--year", "2025", "--ledger", place)
    before = asked(*report)
    hand_in(place, plan, noon + timedelta(days=9), write_csv(tmp_path / "b.csv", plan, of_2025()))
    now = asked(*report)
    then = asked(*report, "--as-of", "2025-12-05")
    assert [answer["exit_code"] for answer in (before, now, then)] == [1, 0, 1]
    assert {**then, "as_of": None} == before
    assert asked(*report, "--as-of", "2025-12-11")["findings"] == now["findings"]
    for day in ("2025-12-10", "20251210", "2025-W50-3", "2025W503"):  # its end, however it is written
        assert asked(*report, "--as-of", day)["findings"] == now["findings"]
    early = run(*report, "--as-of", "2025-11-01")
    assert (early.code, early.out) == (2, "")
    assert "has no return for 2025" in early.err


@pytest.mark.quick(1)
@pytest.mark.parametrize("moment", ["2025-13-01", "gestern", "01/12/2025", "9999-12-31T99:00"])
def test_what_is_no_day_stops_the_run(sqlite: str, moment: str) -> None:
    submit(sqlite, str(EXAMPLES / "2025"))
    ran = run("report", "--year", "2025", "--ledger", sqlite, "--as-of", moment)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)


def test_as_of_and_files_contradict_each_other() -> None:
    assert run("report", "--year", "2025", str(EXAMPLES / "2025"), "--as-of", "2025-12-01").code == 2


def prospects(place: str) -> dict[str, tuple[str, bool]]:
    answer = asked("report", "--year", "2025", "--ledger", place)
    return {one["indicator"]: (one["prospect"], one["estimated"]) for one in answer["outlook"]}


@pytest.mark.quick(1)
@pytest.mark.parametrize(
    ("changed", "units", "expected"),
    [
        (well_but(cases_helped=4), UNITS_OF_2025[:6], ("missed", False)),  # one case lacking of 100% stays lacking
        (WELL, UNITS_OF_2025[:6], ("open", False)),  # 377 may lack one
        (WELL, UNITS_OF_2025, None),
    ],
)
def test_a_hundred_percent_is_decided_without_knowing_the_missing_units(
    sqlite: str,
    plan: Plan,
    tmp_path: Path,
    noon: datetime,
    changed: dict[str, int],
    units: Sequence[str],
    expected: tuple[str, bool] | None,
) -> None:
    hand_in(sqlite, plan, noon, write_csv(tmp_path / "a.csv", plan, of_2025({"372": changed}, units)))
    assert prospects(sqlite).get("assistance") == expected


@pytest.mark.quick(1)
@pytest.mark.parametrize(
    ("seeking", "expected"),
    [
        (10, ("met", True)),  # 60 of 60, and 10 more victims at most: at least 60 of 70
        (6, ("met", True)),  # 36 of 60 known: 36 of 70 is 51.4%
        (5, ("open", False)),  # 30 of 60: 30 to 40 of 70
        (4, ("missed", True)),  # 24 of 60: at most 34 of 70, 48.6%
    ],
)
def test_with_last_years_denominators_the_verdict_is_an_estimate(
    sqlite: str, plan: Plan, tmp_path: Path, noon: datetime, seeking: int, expected: tuple[str, bool]
) -> None:
    figures = well_but(victims_seeking_help=seeking)
    rows: list[Row] = [(unit, 2025, figures) for unit in UNITS_OF_2025[:6]]
    hand_in(sqlite, plan, noon, write_csv(tmp_path / "a.csv", plan, rows))
    assert prospects(sqlite)["help-seeking"] == ("open", False)
    hand_in(sqlite, plan, noon, write_csv(tmp_path / "b.csv", plan, [("377", 2024, WELL)]))
    assert prospects(sqlite)["help-seeking"] == expected


def test_status_names_who_is_in_and_who_is_missing(place: str, plan: Plan, tmp_path: Path, noon: datetime) -> None:
    hand_in(place, plan, noon, write_csv(tmp_path / "a.csv", plan, of_2025(units=UNITS_OF_2025[:5])))
    answer = asked("status", "--year", "2025", "--ledger", place)
    assert answer["exit_code"] == 1
    assert answer["coverage"] == [
        {
            "year": 2025,
            "expected": 7,
            "received": 5,
            "missing": [{"code": "376", "name": "Huyện Kim Sơn"}, {"code": "377", "name": "Huyện Yên Mô"}],
        }
    ]
    assert run("status", "--year", "2025", "--ledger", place, "--fail-on", "never").code == 0
    hand_in(place, plan, noon, write_csv(tmp_path / "b.csv", plan, of_2025(units=UNITS_OF_2025[5:])))
    assert asked("status", "--year", "2025", "--ledger", place)["exit_code"] == 0
    assert run("status", "--year", "2025", "--ledger", place, "--quiet").out == ""


def test_a_unit_of_which_one_predecessor_reported_is_in_only_in_part(
    sqlite: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    def arrival() -> str:
        units = asked("status", "--year", "2025", "--ledger", sqlite)["units"]
        return next(str(unit["status"]) for unit in units if unit["unit"] == "374")

    hand_in(sqlite, plan, noon, write_csv(tmp_path / "a.csv", plan, [("Thành phố Ninh Bình", 2025, WELL)]))
    assert arrival() == "partly"
    hand_in(sqlite, plan, noon, write_csv(tmp_path / "b.csv", plan, [("Huyện Hoa Lư", 2025, WELL)]))
    assert arrival() == "received"


def test_status_knows_late_and_overdue_from_the_plans_deadline(
    sqlite: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    hand_in(sqlite, plan, noon, write_csv(tmp_path / "a.csv", plan, of_2025(units=UNITS_OF_2025[:5])))
    source = Path(str(EXAMPLES.parent / "gbv_kpi" / "plan" / "builtin" / f"{plan.id}.toml")).read_text("utf-8")
    due = tmp_path / "plan.toml"
    due.write_text(source.replace("[reporting_date]", "[deadline]\n2025 = 2025-11-30\n\n[reporting_date]", 1), "utf-8")
    answer = asked("status", "--year", "2025", "--ledger", sqlite, "--plan", str(due))
    assert answer["deadline"] == "2025-11-30"
    assert [unit["status"] for unit in answer["units"]] == ["late"] * 5 + ["overdue"] * 2
    due.write_text(due.read_text("utf-8").replace("2025-11-30", "2999-12-31"), "utf-8")
    answer = asked("status", "--year", "2025", "--ledger", sqlite, "--plan", str(due))
    assert [unit["status"] for unit in answer["units"]] == ["received"] * 5 + ["missing"] * 2


def test_history_tells_what_each_revision_changed(place: str, plan: Plan, tmp_path: Path, noon: datetime) -> None:
    hand_in(place, plan, noon, write_csv(tmp_path / "a.csv", plan, of_2025()))
    later = noon + timedelta(days=1)
    hand_in(place, plan, later, write_csv(tmp_path / "b.csv", plan, [("372", 2025, well_but(schools=21))]))
    found = asked("history", "--unit", "Nho Quan", "--year", "2025", "--ledger", place)["revisions"]
    assert [(one["revision"], one["at"], one["by"], one["changes"]) for one in found] == [
        (1, noon.isoformat(), "lan", []),
        (2, later.isoformat(), "lan", [{"field": "schools", "old": 20, "new": 21}]),
    ]
    assert len(asked("history", "--ledger", place)["revisions"]) == 8
    table = run("history", "--unit", "372", "--ledger", place).out
    assert "Schools: 20 → 21" in table


@pytest.mark.slow
def test_a_code_used_again_has_the_history_of_both_units(sqlite: str, plan: Plan) -> None:
    submit(sqlite, *(str(EXAMPLES / year) for year in YEARS))
    found = asked("history", "--unit", "374", "--ledger", sqlite)["revisions"]
    assert [(one["unit_name"], one["year"]) for one in found[-2:]] == [
        ("Huyện Hoa Lư", 2024),
        ("Thành phố Hoa Lư", 2025),
    ]


@pytest.mark.quick(1)
@pytest.mark.parametrize("command", [("history", "--unit", "Atlantis"), ("trace", "training", "--unit", "Atlantis")])
def test_a_unit_that_is_none_stops_the_run(sqlite: str, command: Sequence[str]) -> None:
    submit(sqlite, str(EXAMPLES / "2025"))
    ran = run(*command, "--year", "2025", "--ledger", sqlite)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "Atlantis" in ran.err


def test_trace_leads_from_the_rate_to_the_cells_it_was_read_from(
    place: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    file = write_csv(tmp_path / "a.csv", plan, of_2025({"372": well_but(officials_trained=30)}))
    submitted = hand_in(place, plan, noon, file).files[0]
    answer = asked("trace", "training", "--unit", "372", "--year", "2025", "--ledger", place)
    finding = answer["finding"]
    assert (finding["numerator"], finding["denominator"], finding["status"]) == (90, 100, "missed")
    lines = Path(file).read_text("utf-8").splitlines()
    for side in ("numerator", "denominator"):
        for count in answer[side]:
            column, row = ord(count["cell"][0]) - ord("A"), int(count["cell"][1:])
            assert lines[row - 1].split(";")[column] == str(count["value"])
            assert (count["file"], count["sha256"], count["revision"]) == (file, submitted.sha256, 1)
        assert sum(count["value"] for count in answer[side]) == finding[side]
    assert "!" not in answer["numerator"][0]["cell"]


@pytest.mark.slow
def test_trace_of_the_province_adds_up_to_its_finding(place: str) -> None:
    submit(place, str(EXAMPLES / "2025"))
    report = asked("report", "--year", "2025", "--ledger", place)["findings"]
    for indicator in ("help-seeking", "assistance", "training", "education"):
        answer = asked("trace", indicator, "--year", "2025", "--ledger", place)
        assert answer["finding"] == next(f for f in report if (f["indicator"], f["unit"]) == (indicator, None))
        for side in ("numerator", "denominator"):
            assert sum(count["value"] or 0 for count in answer[side]) == answer["finding"][side]


def test_trace_before_a_correction_shows_the_first_revision(
    place: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    hand_in(place, plan, noon, write_csv(tmp_path / "a.csv", plan, of_2025()))
    hand_in(
        place,
        plan,
        noon + timedelta(days=5),
        write_csv(tmp_path / "b.csv", plan, [("372", 2025, well_but(schools=21))]),
    )
    question = ("trace", "education", "--unit", "372", "--year", "2025", "--ledger", place)
    now, then = asked(*question), asked(*question, "--as-of", "2025-12-03")
    assert [(one["denominator"][0]["value"], one["denominator"][0]["revision"]) for one in (then, now)] == [
        (20, 1),
        (21, 2),
    ]


def test_an_indicator_that_is_none_is_told_with_those_there_are(sqlite: str) -> None:
    submit(sqlite, str(EXAMPLES / "2025"))
    ran = run("trace", "schooling", "--year", "2025", "--ledger", sqlite)
    assert (ran.code, ran.out) == (2, "")
    assert "help-seeking, assistance, training, education" in ran.err


def test_a_ledger_that_is_not_there_is_not_made_by_asking(sqlite: str) -> None:
    for question in (("report",), ("status",), ("history",), ("trace", "training")):
        ran = run(*question, "--year", "2025", "--ledger", sqlite)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert not Path(sqlite).exists()


def test_the_ledger_is_named_by_the_environment(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GBV_KPI_LEDGER", sqlite)
    monkeypatch.setenv("GBV_KPI_BY", "hoa")
    assert run("submit", str(EXAMPLES / "2025")).code == 0
    assert {one["by"] for one in asked("history")["revisions"]} == {"hoa"}
    assert run("report", "--year", "2025").code == 1


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the system's place has another name there")
def test_the_officers_own_ledger_lies_in_the_systems_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GBV_KPI_LEDGER")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert run("report", "--year", "2025").code == 2
    assert not (tmp_path / "data").exists()
    assert run("submit", str(EXAMPLES / "2025")).code == 0
    assert (tmp_path / "data" / "gbv-kpi" / "ledger.db").is_file()
