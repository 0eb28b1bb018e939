"""--publish, as a reader of the output meets it; each test is one way to work out a count that is not printed."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gbv_kpi.kpi.engine import counts_of_year, evaluate
from gbv_kpi.kpi.finding import Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.outlook import Outlook, Prospect
from gbv_kpi.kpi.trend import trend_of
from gbv_kpi.ledger.entries import returns_from
from gbv_kpi.plan import Plan, load_plan
from gbv_kpi.suppression import publishable, publishable_trend
from tests.command import UNITS_OF_2025, Row, run, write_csv
from tests.ledger.inbox import hand_in
from tests.offices import Figures
from tests.suppression.countries import entry, plan_but, plan_of

LARGE: Figures = {
    "victims": 20,
    "victims_seeking_help": 12,
    "cases_needing_help": 16,
    "cases_helped": 16,
    "officials": 40,
    "officials_trained": 38,
    "village_workers": 60,
    "village_workers_trained": 60,
    "schools": 20,
    "schools_integrating": 20,
}


def rows(*others: Mapping[str, Any], year: int = 2025) -> list[Row]:
    """A row for each unit of 2025; the first ones are large but for these."""
    given = [{**LARGE, **other} for other in others] + [dict(LARGE)] * (len(UNITS_OF_2025) - len(others))
    return [(unit, year, figures) for unit, figures in zip(UNITS_OF_2025, given, strict=True)]


def printed(*arguments: str) -> dict[str, Any]:
    found = json.loads(run(*arguments, "--format", "json").out)
    assert isinstance(found, dict)
    return found


def published(folder: Path, plan: Plan, given: list[Row], *options: str) -> dict[str, Any]:
    return printed("check", write_csv(folder / "returns.csv", plan, given), "--publish", *options)


def withheld(found: Mapping[str, Any], indicator: str) -> list[str | None]:
    return [f["unit"] for f in found["findings"] if f["indicator"] == indicator and f["status"] == "withheld"]


def test_small_count_is_withheld_with_all_figures_of_two_more_units(tmp_path: Path, plan: Plan) -> None:
    found = published(tmp_path, plan, rows({"victims": 9, "victims_seeking_help": 4}, {"victims": 21}))
    assert withheld(found, "help-seeking") == ["370", "373", "374", "375", "376", "377"]  # 373 and on are all equal
    assert withheld(found, "assistance") == []
    one = next(f for f in found["findings"] if f["status"] == "withheld")
    keys = ("numerator", "denominator", "rate_percent", "shortfall", "next_shortfall")
    assert [one[key] for key in keys] == [None] * 5
    assert one["unit_name"] == "Thành phố Tam Điệp"
    assert one["threshold"]["percent"] == 50


def test_the_province_is_shown_in_full(tmp_path: Path, plan: Plan) -> None:
    found = published(tmp_path, plan, rows({"victims": 3, "victims_seeking_help": 2}))
    province = next(f for f in found["findings"] if f["indicator"] == "help-seeking" and f["unit"] is None)
    assert (province["numerator"], province["denominator"], province["status"]) == (74, 123, "met")


def test_how_many_were_not_helped_is_a_count_as_well(tmp_path: Path, plan: Plan) -> None:
    assert "370" in withheld(published(tmp_path, plan, rows({"cases_helped": 14})), "assistance")
    assert withheld(published(tmp_path, plan, rows({"cases_helped": 11})), "assistance") == []


def test_counts_that_tell_of_no_victim_are_shown(tmp_path: Path, plan: Plan) -> None:
    """Of the officials 2 are untrained, and one school does not integrate."""
    found = published(tmp_path, plan, rows({"schools_integrating": 19}))
    assert withheld(found, "training") == withheld(found, "education") == []
    assert "withheld" not in {finding["status"] for finding in found["findings"]}


def test_a_district_without_cases_says_so(tmp_path: Path, plan: Plan) -> None:
    given = rows(
        {"victims": 0, "victims_seeking_help": 0},
        {"victims": 2, "victims_seeking_help": 0},
        {"victims": 31},
        {"victims": 32},
        {"victims": 33},
    )
    found = published(tmp_path, plan, given)
    assert "370" not in withheld(found, "help-seeking")
    assert next(f for f in found["findings"] if f["unit"] == "370")["status"] == "no-cases"


def test_the_limit_can_be_chosen(tmp_path: Path, plan: Plan) -> None:
    given = rows({"victims": 7, "victims_seeking_help": 4})  # and 3 who did not seek help
    assert withheld(published(tmp_path, plan, given, "--min-count", "3"), "help-seeking") == []
    assert "370" in withheld(published(tmp_path, plan, given, "--min-count", "4"), "help-seeking")
    assert published(tmp_path, plan, given, "--min-count", "3")["withheld"]["min_count"] == 3


def test_a_limit_without_publish_is_refused(
    tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch, sqlite: str
) -> None:
    file = write_csv(tmp_path / "returns.csv", plan, rows())
    for command in (["check", file], ["report", "--year", "2025", file], ["trend", "--ledger", sqlite]):
        ran = run(*command, "--min-count", "5")
        assert (ran.code, ran.out) == (2, "")
        assert "--publish" in ran.err
    monkeypatch.setenv("GBV_KPI_MIN_COUNT", "3")
    assert run("check", file).code == 0


def test_where_one_unit_reported_the_province_is_that_unit(tmp_path: Path, plan: Plan) -> None:
    found = published(tmp_path, plan, [("370", 2025, {**LARGE, "victims": 3, "victims_seeking_help": 1})])
    assert withheld(found, "help-seeking") == withheld(found, "assistance") == [None, "370"]  # it is an interim year
    assert found["withheld"] | {"fields": []} == {
        "min_count": 5,
        "unit_findings": 2,
        "province_findings": 2,
        "fields": [],
        "warnings": 0,
        "errors": 0,
    }


def test_the_exit_code_is_that_of_the_full_result(tmp_path: Path, plan: Plan) -> None:
    """One unit of five misses, and is withheld: the check still ends with 1, and says whom it speaks of."""
    given = rows({"victims": 9, "victims_seeking_help": 1})[:5]
    file = write_csv(tmp_path / "returns.csv", plan, given)
    ran = run("check", file, "--publish")
    assert ran.code == run("check", file).code == 1
    assert "every unit with a valid return meets every threshold in force. Withheld results are not counted." in ran.out
    assert printed("check", file, "--publish")["exit_code"] == 1


def test_problems_tell_no_protected_count(tmp_path: Path, plan: Plan) -> None:
    given = rows({"victims": "-", "victims_seeking_help": 0}, {"victims": 7, "victims_seeking_help": 9})
    given[2] = ("373", 2025, {**LARGE, "schools": "12 trường", "cases_helped": "ba"})
    file = write_csv(tmp_path / "returns.csv", plan, given)
    before, after = printed("check", file), printed("check", file, "--publish")
    assert {p["code"] for p in before["problems"]} - {p["code"] for p in after["problems"]} == {"dash-read-as-zero"}
    assert after["withheld"]["warnings"] == 1
    error = next(p for p in after["problems"] if p["code"] == "part-exceeds-total")
    assert error["value"] is None
    assert "larger than its whole" in error["message"]
    assert (error["file"], error["sheet"], error["cell"]) == ("(1)", None, "D3")
    assert (error["unit"], error["field"]) == ("372", "victims_seeking_help")
    assert next(p for p in after["problems"] if p["field"] == "cases_helped")["value"] is None
    assert after["exit_code"] == 3


def test_guesses_cannot_be_tried_against_the_hash_of_a_file(tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "returns.csv", plan, rows())
    assert printed("check", file)["files"][0]["sha256"]
    assert printed("check", file, "--publish")["files"] == [
        {"path": "returns.csv", "sha256": None, "returns": 7, "encoding": "utf-8"}
    ]


@pytest.mark.slow
def test_the_same_input_is_published_in_the_same_bytes(tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "returns.csv", plan, rows({"victims": 3, "victims_seeking_help": 1}))
    for kind in ("table", "json", "csv", "md"):
        first, second = (run("check", file, "--publish", "--format", kind).out for _ in range(2))
        assert first == second


@pytest.mark.quick(1)
@pytest.mark.parametrize("format", ["table", "json", "csv", "md"])
def test_every_format_withholds_the_same_and_says_so(tmp_path: Path, plan: Plan, format: str) -> None:
    """Of 373 victims 369 sought help: 98.9%."""
    given = rows({"victims": 373, "victims_seeking_help": 369}, *({"victims": 20 + n} for n in range(1, 6)))
    file = write_csv(tmp_path / "returns.csv", plan, given)
    full, shown = (run("check", file, *options, "--format", format).out for options in ((), ("--publish",)))
    assert "369" in full or "98.9" in full
    assert "369" not in shown.replace("TP 369", "")
    assert "98.9" not in shown
    assert "withheld" in shown
    assert "5" in shown if format == "json" else "from 1 to 4 are not published" in shown


# ---------------------------------------------------------------- across indicators


def shared_plan() -> Plan:
    """Two indicators over the same cases: those helped, and these together with those helped in another form."""
    assistance = load_plan().indicator_by_id["assistance"]
    both = {**assistance.model_dump(by_alias=True), "id": "reached", "numerator": ["cases_helped", "helped_other"]}
    return plan_but(indicator=[assistance, both])


def one_year(plan: Plan, counts: list[dict[str, int]], year: int = 2025) -> Outcome:
    units = [unit for unit in plan.units_in(year) if unit.expected]
    entries = [entry(plan, unit, year, of) for unit, of in zip(units, counts, strict=False)]
    returns = returns_from(entries, plan)
    return Outcome("report", evaluate(returns, plan), (), returns.files, counts=counts_of_year(returns, plan, year))


def test_what_one_indicator_counts_more_than_another_is_a_count_too() -> None:
    """The second numerator is 2 larger: 2 cases were helped in another form."""
    plan = shared_plan()
    counts = [{"cases_needing_help": 40 + n, "cases_helped": 20 + n, "helped_other": 9} for n in range(7)]
    counts[0]["helped_other"] = 2
    outcome = publishable(one_year(plan, counts), 5)
    hidden = {(f.indicator, f.unit) for f in outcome.scorecard.findings if f.status is Status.WITHHELD}
    assert {unit for indicator, unit in hidden if indicator == "assistance"} == {"370", "372", "373"}
    assert {unit for indicator, unit in hidden if indicator == "reached"} == {"370", "372", "373"}


def test_a_protected_part_of_a_whole_that_is_not_is_withheld_with_its_rate() -> None:
    """Cases by officials: how many officials there are is no secret, but with a rate it tells the cases."""
    assistance = load_plan().indicator_by_id["assistance"].model_dump(by_alias=True)
    plan = plan_but(indicator=[{**assistance, "denominator": ["officials"]}])
    counts = [{"officials": 30 + n, "cases_helped": 10 + n, "cases_needing_help": 40} for n in range(7)]
    counts[0]["cases_helped"] = 2
    counts[6] = {"officials": 3, "cases_helped": 0, "cases_needing_help": 40}
    outcome = publishable(one_year(plan, counts), 5)
    assert [f.unit for f in outcome.scorecard.findings if f.status is Status.WITHHELD] == ["370", "372", "377"]
    assert outcome.counts[0].withheld == {"officials", "cases_helped", "cases_needing_help"}


# ---------------------------------------------------------------- the counts behind the findings, and other years


def test_fields_behind_a_withheld_finding_and_all_forms_are_withheld(plan: Plan) -> None:
    counts = [{**LARGE, "cases_helped": 16 - n, "helped_medical": 9} for n in (2, 9, 8, 7, 6, 5, 0)]
    outcome = publishable(one_year(plan, [{f: int(c or 0) for f, c in of.items()} for of in counts]), 5)
    first, *_, last = outcome.counts
    cases = {"cases_needing_help", "cases_helped"}
    assert first.withheld == cases | {"helped_medical"}
    assert last.withheld == {"helped_medical"}
    assert not first.withheld & first.values.keys()
    assert first.values.keys() | first.withheld == counts[0].keys()
    assert outcome.withheld is not None
    assert outcome.withheld.fields == ("helped_medical",)


def test_an_estimate_from_last_years_counts_is_left_out(plan: Plan) -> None:
    counts = {"victims": 20, "victims_seeking_help": 12, "schools": 9, "schools_integrating": 9}
    outcome = one_year(plan, [counts] * 7)
    told = [
        Outlook(indicator, 2025, Prospect.MET, estimated, ())
        for indicator in ("help-seeking", "education")
        for estimated in (True, False)
    ]
    left = publishable(replace(outcome, outlook=tuple(told)), 5).outlook
    assert left == (told[1], told[2], told[3])


def test_a_report_and_its_trend_withhold_the_same_in_the_last_year(
    sqlite: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    small = {"victims": 8, "victims_seeking_help": 2}
    others = [{"victims": 20 + n} for n in range(1, 6)]
    given = [*rows(small, *others, year=2025), *rows({}, small, *others, year=2024)[:2]]
    hand_in(sqlite, plan, noon, write_csv(tmp_path / "returns.csv", plan, given))
    report = printed("report", "--year", "2025", "--ledger", sqlite, "--publish")
    series = printed("trend", "--ledger", sqlite, "--publish")["series"]
    points = [p for one in series for p in one["points"] if p["year"] == 2025]
    assert {(p["indicator"], p["unit"]) for p in points if p["status"] == "withheld"} == {
        (f["indicator"], f["unit"]) for f in report["findings"] if f["status"] == "withheld"
    }
    assert any(p["status"] == "withheld" for p in points)


def test_a_predecessor_alone_is_in_no_row_but_in_the_total() -> None:
    """Huyện B reported 3 in 2023 and huyện C nothing: thị xã M has no figure, and the province 3 more than the rest."""
    plan = plan_of(
        [
            *({"code": code, "name": f"Huyện {code}"} for code in "ADEF"),
            *({"code": code, "name": f"Huyện {code}", "until": "2023-12-31", "merged_into": "M"} for code in "BC"),
            {"code": "M", "name": "Thị xã M", "from": "2024-01-01"},
        ]
    )

    def counts(victims: int) -> dict[str, int]:
        return {"victims": victims, "victims_seeking_help": victims}

    victims = {2023: {"A": 20, "D": 21, "E": 22, "F": 23, "B": 3}, 2024: {"A": 20, "D": 21, "E": 22, "F": 23, "M": 30}}
    entries = [
        entry(plan, unit, year, counts(victims[year][unit.code]))
        for year in victims
        for unit in plan.units_in(year)
        if unit.code in victims[year]
    ]
    series = publishable_trend(trend_of(returns_from(entries, plan), plan), 5).series
    status = {
        one.unit: [str(point.finding.status) for point in one.points]
        for one in series
        if one.indicator.id == "help-seeking"
    }
    assert status == {
        None: ["withheld", "not-due"],  # huyện C is still to report
        "A": ["withheld", "not-due"],
        "D": ["not-due", "not-due"],
        "E": ["not-due", "not-due"],
        "F": ["not-due", "not-due"],
        "M": ["no-data", "not-due"],
    }


def test_a_path_is_drawn_from_shown_years_only(sqlite: str, plan: Plan, tmp_path: Path, noon: datetime) -> None:
    years = {2021: 4, 2022: 30, 2023: 33}
    given = [
        row for year, victims in years.items() for row in rows(*({"victims": victims} for _ in range(7)), year=year)
    ]
    given += [("369", year, {**LARGE, "victims": victims}) for year, victims in years.items()]
    given = [(u, y, {**f, "victims_seeking_help": 2 if y == 2021 else 12}) for u, y, f in given]
    hand_in(sqlite, plan, noon, write_csv(tmp_path / "returns.csv", plan, given))
    series = printed("trend", "--ledger", sqlite, "--publish")["series"]
    one = next(s for s in series if (s["indicator"], s["unit"]) == ("help-seeking", "370"))
    assert [point["status"] for point in one["points"]] == ["withheld", "not-due", "not-due"]
    assert one["path"]["from"] == 2022
    assert next(s for s in series if s["unit"] is None)["path"]["from"] == 2021


def test_the_trend_says_what_it_withholds(sqlite: str, plan: Plan, tmp_path: Path, noon: datetime) -> None:
    hand_in(sqlite, plan, noon, write_csv(tmp_path / "returns.csv", plan, rows({"victims_seeking_help": 2})))
    shown = run("trend", "--ledger", sqlite, "--publish").out
    assert "from 1 to 4 are not published" in shown
    assert "results of units are withheld (#)." in shown
    assert printed("trend", "--ledger", sqlite, "--publish")["withheld"]["min_count"] == 5
    assert "withheld" not in printed("trend", "--ledger", sqlite)
