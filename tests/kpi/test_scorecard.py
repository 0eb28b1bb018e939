from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.scorecard import Scorecard
from gbv_kpi.plan import Plan
from gbv_kpi.plan.thresholds import Measure, Threshold
from tests.command import find, findings_frame, judge, of_2025, well_but

COLUMNS = [
    "indicator", "year", "scope", "unit", "unit_name", "numerator", "denominator", "rate_percent", "threshold",
    "next_threshold", "status", "shortfall", "next_shortfall", "provisional",
]  # fmt: skip


def finding(
    numerator: int | None,
    denominator: int | None,
    status: Status,
    threshold: Threshold | None = None,
    next_threshold: Threshold | None = None,
    measure: Measure = "percent",
) -> Finding:
    thresholds = (threshold, next_threshold)
    return Finding("education", 2025, None, None, numerator, denominator, status, False, *thresholds, measure)


ALL = Threshold(2025, ">=", Decimal(100))


@pytest.mark.parametrize(
    ("numerator", "denominator", "printed"),
    [(2505, 2506, "99.96"), (2506, 2506, "100.0"), (0, 2506, "0.0"), (1, 2506, "0.04"), (1, 3, "33.3")],
)
def test_a_rate_is_printed_as_no_kind_of_100_or_0_that_it_is_not(
    numerator: int, denominator: int, printed: str
) -> None:
    rate = finding(numerator, denominator, Status.MISSED, ALL).rate()
    assert rate is not None
    assert str(rate[0]) == printed


def test_a_rate_does_not_reach_the_next_threshold_in_print() -> None:
    rate = finding(8496, 10_000, Status.NOT_DUE, None, Threshold(2023, ">=", Decimal(85))).rate()
    assert rate == (Decimal("84.96"), 2)


def test_a_ratio_does_not_reach_its_bound_in_print_and_may_well_be_100() -> None:
    below = Threshold(2025, "<=", Decimal("1.7"), "ratio")
    assert finding(1701, 1000, Status.MISSED, below, measure="ratio").rate() == (Decimal("1.701"), 3)
    assert finding(99_999, 1000, Status.MISSED, below, measure="ratio").rate() == (Decimal("100.0"), 1)


@pytest.mark.parametrize(
    ("numerator", "denominator", "status"),
    [(0, 0, Status.NO_CASES), (None, 5, Status.NO_DATA), (None, None, Status.NO_DATA)],
)
def test_there_is_no_rate_of_nothing(numerator: int | None, denominator: int | None, status: Status) -> None:
    found = finding(numerator, denominator, status, ALL)
    assert found.rate() is None
    assert found.record()["rate_percent"] is None


def test_a_record_has_the_keys_scripts_rely_on(tmp_path: Path, plan: Plan) -> None:
    scorecard = judge(tmp_path, plan, [("372", 2023, well_but(schools=489, schools_integrating=412))])
    assert find(scorecard, "education").record() == {
        "indicator": "education",
        "year": 2023,
        "scope": "province",
        "unit": None,
        "unit_name": None,
        "numerator": 412,
        "denominator": 489,
        "rate_percent": 84.2536,
        "threshold": {"comparator": ">=", "percent": 85, "since": 2023},
        "next_threshold": {"comparator": ">=", "percent": 100, "since": 2025},
        "status": "missed",
        "shortfall": 4,
        "next_shortfall": 77,
        "provisional": True,
    }
    of_unit = find(scorecard, "education", "372").record()
    assert (of_unit["scope"], of_unit["unit"], of_unit["unit_name"]) == ("unit", "372", "Huyện Nho Quan")
    assert of_unit["provisional"] is False


def test_a_bound_with_decimals_is_written_with_them() -> None:
    record = finding(1, 2, Status.MISSED, Threshold(2021, ">", Decimal("90.5"))).record()
    assert record["threshold"] == {"comparator": ">", "percent": 90.5, "since": 2021}


def test_frame_has_the_columns_of_the_json_and_integers_despite_gaps(tmp_path: Path, plan: Plan) -> None:
    scorecard = judge(tmp_path, plan, of_2025({"372": well_but(victims=0, victims_seeking_help=0)}))
    frame = scorecard.to_frame()
    assert list(frame.columns) == COLUMNS
    assert len(frame) == len(scorecard.findings) == 4 * 8
    assert {str(frame[name].dtype) for name in ("numerator", "denominator", "shortfall", "next_shortfall")} == {"Int64"}
    row = frame[(frame["indicator"] == "help-seeking") & (frame["unit"] == "372")].iloc[0]
    assert (row["numerator"], row["status"]) == (0, "no-cases")
    assert row["shortfall"] is pd.NA
    assert frame.loc[frame["scope"] == "province", "numerator"].tolist() == [36, 35, 700, 140]


def test_a_frame_without_findings_has_its_columns_all_the_same(plan: Plan) -> None:
    frame = Scorecard(plan, findings_frame(plan, ()), ()).to_frame()
    assert (list(frame.columns), len(frame)) == (COLUMNS, 0)


def test_a_year_of_a_scorecard_is_a_scorecard_of_that_year(tmp_path: Path, plan: Plan) -> None:
    scorecard = judge(tmp_path, plan, [("372", 2023, well_but()), ("372", 2024, well_but())])
    of_year = scorecard.of_year(2024)
    assert (scorecard.years, of_year.years) == ((2023, 2024), (2024,))
    assert {f.year for f in of_year.findings} == {2024}
    empty = scorecard.of_year(2022)
    assert (empty.findings, empty.coverage, empty.years) == ([], (), ())


def test_findings_are_by_year_then_indicator_with_the_province_first(tmp_path: Path, plan: Plan) -> None:
    scorecard = judge(tmp_path, plan, [("373", 2024, well_but()), ("372", 2024, well_but()), ("372", 2023, well_but())])
    order = [(f.year, f.indicator, f.unit) for f in scorecard.findings]
    ids = [indicator.id for indicator in plan.indicators]
    assert order == [
        *((2023, indicator, unit) for indicator in ids for unit in (None, "372")),
        *((2024, indicator, unit) for indicator in ids for unit in (None, "372", "373")),
    ]


@pytest.fixture
def scorecard(tmp_path: Path, plan: Plan) -> Scorecard:
    rows = [
        ("372", 2025, well_but()),
        ("373", 2025, well_but(schools=20, schools_integrating=3)),
        ("374", 2025, well_but(victims=0, victims_seeking_help=0)),
        ("374", 2024, well_but()),
    ]
    return judge(tmp_path, plan, rows)


def test_the_frame_has_the_columns_and_types_that_its_docstring_lists(scorecard: Scorecard) -> None:
    assert {name: str(kind) for name, kind in scorecard.frame.dtypes.items()} == {
        "year": "int16",
        **dict.fromkeys(["indicator", "unit", "status"], "category"),
        **dict.fromkeys(["numerator", "denominator"], "Int64"),
        "provisional": "bool",
    }
    assert len(scorecard.frame) == len(scorecard.findings) == 4 * 4 + 4 * 2


def test_what_is_asked_of_the_frame_is_what_the_findings_say(scorecard: Scorecard) -> None:
    findings = scorecard.findings
    assert scorecard.statuses == {finding.status for finding in findings}
    for status in Status:
        assert scorecard.with_status(status).findings == [f for f in findings if f.status is status]
    assert scorecard.of_province().findings == [f for f in findings if f.unit is None]
    assert scorecard.of_units().findings == [f for f in findings if f.unit is not None]
    assert scorecard.of_year(2024).findings == [f for f in findings if f.year == 2024]
    assert scorecard.unit_count == len({f.unit for f in findings} - {None}) == 3
    assert scorecard.rated_indicators == {f.indicator for f in findings if f.rate() is not None}
    assert scorecard.of_year(2024).unit_count == 1


def test_an_indicator_without_a_rate_anywhere_is_not_rated(tmp_path: Path, plan: Plan) -> None:
    scorecard = judge(tmp_path, plan, [("374", 2025, well_but(victims=0, victims_seeking_help=0))])
    assert scorecard.rated_indicators == {"assistance", "training", "education"}


def test_findings_make_the_frame_they_came_from(scorecard: Scorecard, plan: Plan) -> None:
    again = replace(scorecard, frame=findings_frame(plan, scorecard.findings))
    assert again.findings == scorecard.findings
    assert again.frame.dtypes.astype(str).to_dict() == scorecard.frame.dtypes.astype(str).to_dict()
