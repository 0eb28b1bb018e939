from pathlib import Path

import pytest

from gbv_kpi.exit_codes import ExitCode, FailOn
from gbv_kpi.kpi.engine import evaluate
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.plan import Plan
from gbv_kpi.returns.collect import read_returns
from tests.command import UNITS_OF_2025, WELL, Row, of_2025, well_but, write_csv

SHORT = well_but(schools_integrating=19)
WRONG = well_but(victims=-1)
SIX = UNITS_OF_2025[:6]


def outcome_of(folder: Path, plan: Plan, rows: list[Row], command: str = "check", fail_on: str = "missed") -> Outcome:
    returns = read_returns([write_csv(folder / "returns.csv", plan, rows)], plan)
    return Outcome(command, evaluate(returns, plan), returns.problems, returns.files, fail_on=FailOn(fail_on))


@pytest.mark.quick(2)
@pytest.mark.parametrize(
    ("rows", "missed", "invalid", "never", "incomplete"),
    [
        pytest.param(of_2025(), 0, 0, 0, 0, id="all is well"),
        pytest.param(of_2025({"372": SHORT}), 1, 0, 0, 1, id="the province misses"),
        pytest.param(of_2025(units=SIX), 0, 0, 0, 1, id="a unit is silent"),
        pytest.param(of_2025({"372": SHORT}, SIX), 1, 0, 0, 1, id="a unit misses and one is silent"),
        pytest.param(of_2025({"372": WRONG}), 3, 3, 0, 3, id="a return is wrong"),
        pytest.param(of_2025({"372": WRONG, "370": SHORT}), 3, 3, 0, 3, id="a return is wrong and one misses"),
        pytest.param([("372", 2025, WRONG)], 3, 3, 0, 3, id="the only return is wrong"),
    ],
)
def test_exit_code_by_what_counts_as_failure(
    tmp_path: Path, plan: Plan, rows: list[Row], missed: int, invalid: int, never: int, incomplete: int
) -> None:
    codes = {f: outcome_of(tmp_path, plan, rows, fail_on=f).exit_code for f in FailOn}
    assert codes == {"missed": missed, "invalid": invalid, "never": never, "incomplete": incomplete}


def test_exit_codes_are_those_scripts_know() -> None:
    assert (ExitCode.OK, ExitCode.MISSED, ExitCode.COULD_NOT_RUN, ExitCode.INVALID) == (0, 1, 2, 3)


def test_complete_returns_are_judged_as_a_province_not_by_unit(tmp_path: Path, plan: Plan) -> None:
    """Help-seeking: one unit at 1 of 10, the province at 37 of 70."""
    rows = of_2025({"372": well_but(victims_seeking_help=1)})
    outcome = outcome_of(tmp_path, plan, rows)
    assert {finding.unit for finding in outcome.decisive(2025).findings} == {None}
    assert outcome.exit_code == 0


def test_incomplete_returns_are_checked_by_unit_reported_as_a_province(tmp_path: Path, plan: Plan) -> None:
    rows = of_2025({"372": well_but(victims_seeking_help=1)}, UNITS_OF_2025[:5])
    checked, reported = (outcome_of(tmp_path, plan, rows, command) for command in ("check", "report"))
    assert {finding.unit for finding in checked.decisive(2025).findings} == set(UNITS_OF_2025[:5])
    assert {finding.unit for finding in reported.decisive(2025).findings} == {None}
    assert (checked.exit_code, reported.exit_code) == (1, 0)


def test_a_province_that_misses_fails_the_report_though_most_units_meet(tmp_path: Path, plan: Plan) -> None:
    assert outcome_of(tmp_path, plan, of_2025({"372": SHORT}, SIX), "report").exit_code == 1


def test_each_year_is_decided_by_its_own_coverage(tmp_path: Path, plan: Plan) -> None:
    outcome = outcome_of(tmp_path, plan, [*of_2025(), ("372", 2023, WELL)])
    assert {finding.unit for finding in outcome.decisive(2025).findings} == {None}
    assert {finding.unit for finding in outcome.decisive(2023).findings} == {"372"}


def test_a_threshold_not_due_fails_nothing(tmp_path: Path, plan: Plan) -> None:
    assert outcome_of(tmp_path, plan, [("372", 2021, well_but(victims_seeking_help=0))]).exit_code == 0


def test_a_warning_is_no_error(tmp_path: Path, plan: Plan) -> None:
    rows: list[Row] = [*of_2025(units=SIX), ("377", 2025, {**WELL, "schools": "1.020", "schools_integrating": "1.020"})]
    outcome = outcome_of(tmp_path, plan, rows)
    assert {problem.code for problem in outcome.problems} == {"grouped-number"}
    assert outcome.exit_code == 0
