"""The rules of the plan, each through the real reader and the real engine."""

from pathlib import Path

import pytest

from gbv_kpi.kpi.engine import evaluate
from gbv_kpi.kpi.finding import Status
from gbv_kpi.plan import Plan, load_plan
from gbv_kpi.returns.collect import read_returns
from tests.command import UNITS_OF_2025, WELL, find, judge, of_2025, verdict, well_but, write_csv

MET, MISSED, NOT_DUE, NO_CASES, NO_DATA = Status.MET, Status.MISSED, Status.NOT_DUE, Status.NO_CASES, Status.NO_DATA


@pytest.mark.quick(2)
@pytest.mark.parametrize(
    ("officials", "trained", "workers", "workers_trained", "status", "lacking"),
    [
        (100, 90, 900, 810, MISSED, 1),  # 900 of 1000
        (100, 91, 900, 810, MET, 0),
        (50, 45, 0, 0, MISSED, 1),
        (50, 46, 0, 0, MET, 0),
        (10, 0, 990, 990, MET, 0),  # 990 of 1000, though no official was trained: the plan counts both together
    ],
)
def test_exactly_ninety_percent_trained_is_missed(
    tmp_path: Path,
    plan: Plan,
    officials: int,
    trained: int,
    workers: int,
    workers_trained: int,
    status: Status,
    lacking: int,
) -> None:
    """The plan says "over 90%" (trên 90%)."""
    counts = well_but(
        officials=officials,
        officials_trained=trained,
        village_workers=workers,
        village_workers_trained=workers_trained,
    )
    finding = find(judge(tmp_path, plan, [("372", 2022, counts)]), "training", "372")
    assert verdict(finding) == (trained + workers_trained, officials + workers, status, lacking)


@pytest.mark.parametrize(("integrating", "status", "lacking"), [(340, MET, 0), (339, MISSED, 1)])
def test_exactly_85_percent_of_schools_in_2023_is_met(
    tmp_path: Path, plan: Plan, integrating: int, status: Status, lacking: int
) -> None:
    counts = well_but(schools=400, schools_integrating=integrating)
    finding = find(judge(tmp_path, plan, [("372", 2023, counts)]), "education", "372")
    assert verdict(finding) == (integrating, 400, status, lacking)


def test_one_school_of_2506_in_2025_is_lacking(tmp_path: Path, plan: Plan) -> None:
    counts = well_but(schools=2506, schools_integrating=2505)
    finding = find(judge(tmp_path, plan, [("372", 2025, counts)]), "education", "372")
    assert verdict(finding) == (2505, 2506, MISSED, 1)
    assert [str(part) for part in finding.rate() or ()] == ["99.96", "2"]


def test_a_unit_without_victims_is_no_cases_and_fails_nothing(tmp_path: Path, plan: Plan) -> None:
    counts = well_but(victims=0, victims_seeking_help=0, cases_needing_help=0, cases_helped=0)
    scorecard = judge(tmp_path, plan, of_2025({"372": counts}))
    for indicator in ("help-seeking", "assistance"):
        finding = find(scorecard, indicator, "372")
        assert verdict(finding) == (0, 0, NO_CASES, None)
        assert (finding.rate(), finding.next_shortfall) == (None, None)
    assert verdict(find(scorecard, "help-seeking")) == (36, 60, MET, 0)


def test_a_province_without_victims_is_no_cases(tmp_path: Path, plan: Plan) -> None:
    counts = well_but(victims=0, victims_seeking_help=0)
    scorecard = judge(tmp_path, plan, of_2025(dict.fromkeys(UNITS_OF_2025, counts)))
    assert verdict(find(scorecard, "help-seeking")) == (0, 0, NO_CASES, None)


@pytest.mark.quick(2)
@pytest.mark.parametrize(
    ("year", "status", "since", "next_since"),
    [
        (2021, NOT_DUE, None, 2023),
        (2022, NOT_DUE, None, 2023),
        (2023, MET, 2023, 2025),
        (2024, MET, 2023, 2025),
        (2025, MISSED, 2025, None),
    ],
)
def test_education_is_held_to_the_latest_threshold_not_after_the_year(
    tmp_path: Path, plan: Plan, year: int, status: Status, since: int | None, next_since: int | None
) -> None:
    finding = find(
        judge(tmp_path, plan, [("372", year, well_but(schools=400, schools_integrating=340))]), "education", "372"
    )
    assert finding.status is status
    assert (finding.threshold.since if finding.threshold else None) == since
    assert (finding.next_threshold.since if finding.next_threshold else None) == next_since


def test_2024_holds_education_to_85_and_shows_the_way_to_100(tmp_path: Path, plan: Plan) -> None:
    scorecard = judge(tmp_path, plan, [("372", 2024, well_but(schools=400, schools_integrating=340))])
    finding = find(scorecard, "education", "372")
    assert finding.record()["threshold"] == {"comparator": ">=", "percent": 85, "since": 2023}
    assert finding.record()["next_threshold"] == {"comparator": ">=", "percent": 100, "since": 2025}
    assert (finding.shortfall, finding.next_shortfall) == (0, 60)


def test_help_seeking_before_2025_is_not_due_but_has_a_shortfall(tmp_path: Path, plan: Plan) -> None:
    """The plan sets its first threshold, 50%, for 2025."""
    scorecard = judge(tmp_path, plan, [("372", 2024, well_but(victims=25, victims_seeking_help=12))])
    finding = find(scorecard, "help-seeking", "372")
    assert verdict(finding) == (12, 25, NOT_DUE, None)
    assert finding.threshold is None
    assert finding.record()["next_threshold"] == {"comparator": ">=", "percent": 50, "since": 2025}
    assert finding.next_shortfall == 1  # 12.5 of 25
    judged = find(
        judge(tmp_path, plan, [("372", 2025, well_but(victims=25, victims_seeking_help=12))]), "help-seeking", "372"
    )
    assert verdict(judged) == (12, 25, MISSED, 1)


def test_training_is_due_in_every_year(tmp_path: Path, plan: Plan) -> None:
    rows = [("372", year, well_but(officials_trained=30)) for year in range(2021, 2026)]
    scorecard = judge(tmp_path, plan, rows)
    found = [f for f in scorecard.findings if (f.indicator, f.unit) == ("training", "372")]
    assert [(f.year, f.status, f.shortfall) for f in found] == [(year, MISSED, 1) for year in range(2021, 2026)]
    assert scorecard.years == (2021, 2022, 2023, 2024, 2025)


def test_the_province_is_sum_over_sum_and_no_mean_of_percentages(tmp_path: Path, plan: Plan) -> None:
    """1 of 1 and 10 of 99: the mean of the rates is 55%, the province's rate 11%."""
    rows = [
        ("370", 2025, well_but(victims=1, victims_seeking_help=1)),
        ("372", 2025, well_but(victims=99, victims_seeking_help=10)),
    ]
    scorecard = judge(tmp_path, plan, rows)
    assert verdict(find(scorecard, "help-seeking", "370")) == (1, 1, MET, 0)
    assert verdict(find(scorecard, "help-seeking")) == (11, 100, MISSED, 39)


def test_five_of_seven_units_leave_the_province_provisional(tmp_path: Path, plan: Plan) -> None:
    scorecard = judge(tmp_path, plan, of_2025(units=UNITS_OF_2025[:5]))
    (coverage,) = scorecard.coverage
    assert (len(coverage.expected), coverage.received, coverage.complete) == (7, 5, False)
    assert [(unit.code, unit.name) for unit in coverage.missing] == [("376", "Huyện Kim Sơn"), ("377", "Huyện Yên Mô")]
    assert all(finding.provisional == (finding.unit is None) for finding in scorecard.findings)


def test_all_seven_units_make_the_province_final(tmp_path: Path, plan: Plan) -> None:
    scorecard = judge(tmp_path, plan, of_2025())
    assert scorecard.coverage[0].complete
    assert not any(finding.provisional for finding in scorecard.findings)


@pytest.mark.parametrize(("year", "expected"), [(2021, 8), (2024, 8), (2025, 7)])
def test_eight_units_are_expected_until_the_merger_and_seven_after(
    tmp_path: Path, plan: Plan, year: int, expected: int
) -> None:
    assert len(judge(tmp_path, plan, [("372", year, WELL)]).coverage[0].expected) == expected


def test_a_unit_refused_is_missing_and_told_apart_from_one_that_is_silent(tmp_path: Path, plan: Plan) -> None:
    rows = of_2025({"372": well_but(victims=-1)}, UNITS_OF_2025[:6])
    scorecard = evaluate(read_returns([write_csv(tmp_path / "returns.csv", plan, rows)], plan), plan)
    (coverage,) = scorecard.coverage
    assert coverage.received == 5
    assert [unit.code for unit in coverage.missing] == ["372", "377"]
    assert [unit.code for unit in coverage.refused] == ["372"]
    assert "372" not in {finding.unit for finding in scorecard.findings}
    assert find(scorecard, "education").denominator == 100


# ---------------------------------------------------------------- the province's own agencies


def own_agencies(**counts: int | None) -> dict[str, int | None]:
    """Upper-secondary schools and officials of the departments; all else is blank."""
    blank = dict.fromkeys(WELL)
    return {**blank, "officials": 30, "officials_trained": 20, "schools": 25, "schools_integrating": 24, **counts}


@pytest.mark.parametrize("name", ["37", "Cấp tỉnh", "CẤP TỈNH"])
def test_the_provinces_own_agencies_count_but_are_not_waited_for(tmp_path: Path, plan: Plan, name: str) -> None:
    scorecard = judge(tmp_path, plan, [*of_2025(), (name, 2025, own_agencies())])
    (coverage,) = scorecard.coverage
    assert (len(coverage.expected), coverage.received) == (7, 7)
    assert verdict(find(scorecard, "education", "37")) == (24, 25, MISSED, 1)
    assert verdict(find(scorecard, "education")) == (164, 165, MISSED, 1)
    assert verdict(find(scorecard, "training")) == (720, 730, MET, 0)
    assert not find(scorecard, "training").provisional


def test_what_the_provinces_own_agencies_do_not_run_is_no_data_and_no_zero(tmp_path: Path, plan: Plan) -> None:
    scorecard = judge(tmp_path, plan, [*of_2025(), ("37", 2025, own_agencies())])
    assert verdict(find(scorecard, "help-seeking", "37")) == (None, None, NO_DATA, None)
    assert verdict(find(scorecard, "help-seeking")) == (42, 70, MET, 0)
    assert not find(scorecard, "help-seeking").provisional


def test_officials_alone_are_the_training_of_the_provinces_own_agencies(tmp_path: Path, plan: Plan) -> None:
    scorecard = judge(tmp_path, plan, [("37", 2025, own_agencies())])
    assert verdict(find(scorecard, "training", "37")) == (20, 30, MISSED, 8)  # 27 of 30 is 90%, not over it


def test_the_provinces_own_agencies_alone_are_no_units_received(tmp_path: Path, plan: Plan) -> None:
    (coverage,) = judge(tmp_path, plan, [("37", 2025, own_agencies())]).coverage
    assert (len(coverage.expected), coverage.received) == (7, 0)


# ---------------------------------------------------------------- the merger of 2025


def test_units_merged_in_2025_are_summed_under_their_successor(tmp_path: Path, plan: Plan) -> None:
    rest = of_2025(units=[unit for unit in UNITS_OF_2025 if unit != "374"])
    former = [
        ("Thành phố Ninh Bình", 2025, well_but(victims=7, victims_seeking_help=2)),
        ("Huyện Hoa Lư", 2025, well_but(victims=4, victims_seeking_help=3)),
    ]
    scorecard = judge(tmp_path, plan, [*rest, *former])
    finding = find(scorecard, "help-seeking", "374")
    assert verdict(finding) == (5, 11, MISSED, 1)
    assert finding.unit_name == "Thành phố Hoa Lư"
    assert scorecard.coverage[0].received == 7
    assert "369" not in {finding.unit for finding in scorecard.findings}


def test_one_predecessor_alone_leaves_the_overall_figures_provisional(tmp_path: Path, plan: Plan) -> None:
    rest = of_2025(units=[unit for unit in UNITS_OF_2025 if unit != "374"])
    scorecard = judge(tmp_path, plan, [*rest, ("Thành phố Ninh Bình", 2025, WELL)])
    (coverage,) = scorecard.coverage
    assert ([unit.name for unit in coverage.partly], coverage.received) == (["Thành phố Hoa Lư"], 6)
    assert find(scorecard, "training", None).provisional


def test_the_code_374_is_huyen_hoa_lu_in_2024_and_thanh_pho_hoa_lu_in_2025(tmp_path: Path, plan: Plan) -> None:
    scorecard = judge(tmp_path, plan, [("374", 2024, WELL), ("374", 2025, WELL)])
    names = {f.year: f.unit_name for f in scorecard.findings if f.unit == "374"}
    assert names == {2024: "Huyện Hoa Lư", 2025: "Thành phố Hoa Lư"}


# ---------------------------------------------------------------- other plans

OTHER_PLAN = """
schema = "gbv-kpi/plan/1"
id = "other"
number = "1/KH"
issued = 2021-01-01
first_year = 2021
last_year = 2025
title = {{ vi = "Kế hoạch" }}
place = {{ vi = "Tỉnh" }}

[[field]]
id = "part"
label = {{ vi = "Số giờ của phụ nữ" }}
counts = "people"
optional = {optional}

[[field]]
id = "whole"
label = {{ vi = "Số giờ của nam giới" }}
counts = "people"

[[indicator]]
id = "only"
title = {{ vi = "Chỉ tiêu" }}
quote = "…"
numerator = ["part"]
denominator = ["whole"]
measure = "{measure}"
thresholds = [{{ from = 2021, {threshold} }}]
"""


def other_plan(folder: Path, threshold: str, measure: str = "percent", optional: str = "false") -> Plan:
    file = folder / "other.toml"
    file.write_text(OTHER_PLAN.format(threshold=threshold, measure=measure, optional=optional), encoding="utf-8")
    return load_plan(file)


@pytest.mark.parametrize(
    ("threshold", "below_it", "on_it", "above_it"),
    [
        ("at_least = 60", (MISSED, 1), (MET, 0), (MET, 0)),
        ("above = 60", (MISSED, 2), (MISSED, 1), (MET, 0)),
        ("at_most = 60", (MET, 0), (MET, 0), (MISSED, 1)),
        ("below = 60", (MET, 0), (MISSED, 1), (MISSED, 2)),
    ],
)
def test_every_comparison_a_plan_can_make(
    tmp_path: Path,
    threshold: str,
    below_it: tuple[Status, int],
    on_it: tuple[Status, int],
    above_it: tuple[Status, int],
) -> None:
    other = other_plan(tmp_path, threshold)
    rows = [(unit, 2021, {"part": part, "whole": 100}) for unit, part in (("A", 59), ("B", 60), ("C", 61))]
    scorecard = judge(tmp_path, other, rows)
    found = [(f.status, f.shortfall) for f in (find(scorecard, "only", unit) for unit in "ABC")]
    assert found == [below_it, on_it, above_it]


@pytest.mark.parametrize(("hours", "status", "too_many"), [(17, MET, 0), (18, MISSED, 1), (25, MISSED, 8)])
def test_a_ratio_of_at_most_1_7_counts_what_is_too_many(
    tmp_path: Path, hours: int, status: Status, too_many: int
) -> None:
    other = other_plan(tmp_path, "at_most = 1.7", "ratio")
    finding = find(judge(tmp_path, other, [("A", 2021, {"part": hours, "whole": 10})]), "only", "A")
    assert verdict(finding) == (hours, 10, status, too_many)
    assert finding.record()["threshold"] == {"comparator": "<=", "ratio": 1.7, "since": 2021}
    assert finding.record()["rate_ratio"] == hours / 10


def test_a_plan_without_units_accepts_any_and_waits_for_none(tmp_path: Path) -> None:
    other = other_plan(tmp_path, "at_least = 50")
    rows = [("Xã A", 2021, {"part": 1, "whole": 2}), ("Xã B", 2021, {"part": 0, "whole": 2})]
    scorecard = judge(tmp_path, other, rows)
    (coverage,) = scorecard.coverage
    assert (coverage.expected, coverage.complete, coverage.has_expected_units, coverage.received) == (
        (),
        False,
        False,
        2,
    )
    assert [finding.provisional for finding in scorecard.findings] == [True, False, False]
    assert verdict(find(scorecard, "only")) == (1, 4, MISSED, 1)
    assert verdict(find(scorecard, "only", "Xã A")) == (1, 2, MET, 0)


def test_missing_numerator_leaves_its_denominator_out_of_the_sum(tmp_path: Path) -> None:
    other = other_plan(tmp_path, "at_least = 50", optional="true")
    file = tmp_path / "returns.csv"
    file.write_text("unit,year,part,whole\nA,2021,6,10\nB,2021,,10\n", encoding="utf-8")
    scorecard = evaluate(read_returns([str(file)], other), other)
    assert verdict(find(scorecard, "only", "B")) == (None, 10, NO_DATA, None)
    assert verdict(find(scorecard, "only")) == (6, 10, MET, 0)
    assert find(scorecard, "only").provisional


def test_no_returns_give_no_findings(tmp_path: Path, plan: Plan) -> None:
    scorecard = evaluate(read_returns([], plan), plan)
    assert (scorecard.findings, list(scorecard.coverage)) == ([], [])


MERGER = """
[[unit]]
code = "1"
name = "Huyện A"
until = 2021-06-30
merged_into = "3"

[[unit]]
code = "2"
name = "Huyện B"
until = 2021-06-30
merged_into = "3"

[[unit]]
code = "3"
name = "Huyện C"
from = 2021-07-01
"""


@pytest.mark.parametrize(
    ("of_b", "expected"), [("5", (11, 20, MET, 0)), ("", (None, 20, NO_DATA, None))], ids=["given", "blank"]
)
def test_a_merged_unit_has_no_sum_where_a_predecessor_gives_no_number(
    tmp_path: Path, of_b: str, expected: tuple[int | None, int, Status, int | None]
) -> None:
    """6 of A's 10 are not 6 of the 20 of both."""
    file, plan_file = tmp_path / "returns.csv", tmp_path / "merger.toml"
    text = OTHER_PLAN.format(threshold="at_least = 50", measure="percent", optional="true")
    plan_file.write_text(text + MERGER, encoding="utf-8")
    other = load_plan(plan_file)
    file.write_text(f"unit,year,part,whole\nHuyện A,2021,6,10\nHuyện B,2021,{of_b},10\n", encoding="utf-8")
    assert verdict(find(evaluate(read_returns([str(file)], other), other), "only", "3")) == expected
