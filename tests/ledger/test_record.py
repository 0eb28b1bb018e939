"""What the ledger takes, and what it makes of what it holds already; on SQLite and on PostgreSQL."""

import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gbv_kpi.kpi.year_record import Change
from gbv_kpi.ledger.submit import State, Submission
from gbv_kpi.plan import Plan
from gbv_kpi.plan.tables import Deadlines
from tests.command import WELL, Row, of_2025, well_but, write_csv
from tests.ledger.inbox import hand_in, held


def states(submission: Submission) -> list[State]:
    return [file.state for file in submission.files]


def test_return_is_held_with_values_cells_file_hash_time_and_officer(
    place: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    file = write_csv(tmp_path / "r.csv", plan, [("Huyện Nho Quan", 2025, WELL)])
    (submitted,) = hand_in(place, plan, noon, file).files
    (entry,) = held(place, plan)
    assert (entry.unit, entry.unit_name, entry.year, entry.revision) == (("372", ""), "Huyện Nho Quan", 2025, 1)
    assert entry.values == WELL
    assert entry.figures["victims"] == (10, "C2")
    assert (entry.file, entry.sha256, entry.at, entry.who) == (file, submitted.sha256, noon, "lan")


def test_the_same_file_again_changes_nothing(place: str, plan: Plan, tmp_path: Path, noon: datetime) -> None:
    file = write_csv(tmp_path / "r.csv", plan, of_2025())
    hand_in(place, plan, noon, file)
    again = hand_in(place, plan, noon + timedelta(days=1), file)
    assert (states(again), again.files[0].since, again.exit_code) == ([State.UNCHANGED], noon, 0)
    assert len(held(place, plan)) == 7


def test_the_same_figures_in_another_file_are_no_new_revision(
    place: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    hand_in(place, plan, noon, write_csv(tmp_path / "a.csv", plan, of_2025()))
    again = hand_in(place, plan, noon, write_csv(tmp_path / "b.csv", plan, of_2025()[::-1]))
    assert states(again) == [State.UNCHANGED]
    assert {entry.revision for entry in held(place, plan)} == {1}


def test_a_correction_is_a_new_revision_with_its_old_and_new_values(
    place: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    hand_in(place, plan, noon, write_csv(tmp_path / "a.csv", plan, of_2025()))
    corrected = hand_in(place, plan, noon, write_csv(tmp_path / "b.csv", plan, of_2025({"372": well_but(schools=21)})))
    (revised,) = corrected.files[0].revised
    assert (revised.entry.unit.code, revised.entry.revision) == ("372", 2)
    assert revised.changes == (Change("schools", 20, 21, "K3", "K3"),)
    assert [entry.revision for entry in held(place, plan) if entry.unit.code == "372"] == [1, 2]


def test_an_inbox_handed_in_every_night_does_not_bring_old_figures_back(
    place: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    first = write_csv(tmp_path / "z.csv", plan, of_2025())
    hand_in(place, plan, noon, first)
    corrected = write_csv(tmp_path / "a.csv", plan, of_2025({"372": well_but(schools=21)}))
    for _ in range(3):
        again = hand_in(place, plan, noon, corrected, first)
    assert states(again) == [State.UNCHANGED, State.UNCHANGED]
    assert [file.corrected_since for file in again.files] == [False, True]
    assert [entry.values["schools"] for entry in held(place, plan) if entry.unit.code == "372"] == [20, 21]


def test_two_new_files_that_contradict_each_other_are_both_refused(
    place: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    one = write_csv(tmp_path / "a.csv", plan, [("372", 2025, WELL)])
    other = write_csv(tmp_path / "b.csv", plan, [("372", 2025, well_but(schools=21))])
    third = write_csv(tmp_path / "c.csv", plan, [("373", 2025, WELL)])
    submission = hand_in(place, plan, noon, one, other, third)
    assert states(submission) == [State.REFUSED, State.REFUSED, State.RECORDED]
    assert [problem.code for problem in submission.problems] == ["duplicate-return"] * 2
    assert submission.exit_code == 3


def test_one_error_refuses_all_of_a_file_and_no_other_file(
    place: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    wrong = write_csv(tmp_path / "a.csv", plan, [("372", 2025, WELL), ("373", 2025, well_but(victims=-1))])
    right = write_csv(tmp_path / "b.csv", plan, [("374", 2025, WELL)])
    submission = hand_in(place, plan, noon, wrong, right)
    assert states(submission) == [State.REFUSED, State.RECORDED]
    assert [entry.unit_name for entry in held(place, plan)] == ["Thành phố Hoa Lư"]


def test_warnings_let_a_file_pass(place: str, plan: Plan, tmp_path: Path, noon: datetime) -> None:
    file = write_csv(tmp_path / "a.csv", plan, [("372", 2025, {**WELL, "victims": "1.000"})])
    submission = hand_in(place, plan, noon, file)
    assert (states(submission), [p.code for p in submission.problems]) == ([State.RECORDED], ["grouped-number"])


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_merged_unit_and_its_predecessor_are_not_both_recorded(
    place: str, plan: Plan, tmp_path: Path, noon: datetime, order: Sequence[int]
) -> None:
    rows: list[Row] = [("Thành phố Hoa Lư", 2025, WELL), ("Thành phố Ninh Bình", 2025, WELL)]
    files = [write_csv(tmp_path / f"{number}.csv", plan, [rows[number]]) for number in order]
    assert states(hand_in(place, plan, noon, files[0])) == [State.RECORDED]
    second = hand_in(place, plan, noon, files[1])
    assert states(second) == [State.REFUSED]
    assert "duplicate-return" in [problem.code for problem in second.problems]
    assert len(held(place, plan)) == 1


def test_predecessors_are_recorded_as_they_name_themselves(
    place: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    rows: list[Row] = [("Thành phố Ninh Bình", 2025, WELL), ("Huyện Hoa Lư", 2025, WELL), ("Huyện Hoa Lư", 2024, WELL)]
    for number, row in enumerate(rows):
        assert states(hand_in(place, plan, noon, write_csv(tmp_path / f"{number}.csv", plan, [row]))) == ["recorded"]
    assert [(entry.unit_name, entry.year) for entry in held(place, plan)] == [
        ("Huyện Hoa Lư", 2024),
        ("Thành phố Ninh Bình", 2025),
        ("Huyện Hoa Lư", 2025),
    ]


def test_personal_data_never_enters(sqlite: str, plan: Plan, tmp_path: Path, noon: datetime) -> None:
    file = Path(write_csv(tmp_path / "a.csv", plan, [("372", 2025, WELL)]))
    heading, row = file.read_text("utf-8").splitlines()
    file.write_text(f"{heading};Họ và tên\n{row};Nguyễn Thị Mai\n", "utf-8")
    assert states(hand_in(sqlite, plan, noon, str(file))) == [State.REFUSED]
    assert "Mai" not in Path(sqlite).read_bytes().decode("utf-8", "replace")


def test_a_first_return_after_the_deadline_is_late_and_a_correction_is_not(
    sqlite: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    bound = plan.model_copy(update={"deadline": {2025: Deadlines(all=noon.date() - timedelta(days=1))}})
    first = hand_in(sqlite, bound, noon, write_csv(tmp_path / "a.csv", plan, [("372", 2025, WELL)]))
    assert [(problem.code, problem.unit, problem.year) for problem in first.problems] == [("late-return", "372", 2025)]
    then = hand_in(sqlite, bound, noon, write_csv(tmp_path / "b.csv", plan, [("372", 2025, well_but(victims=9))]))
    assert (states(then), list(then.problems)) == ([State.RECORDED], [])


def test_on_the_day_of_the_deadline_a_return_is_in_time(
    sqlite: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    bound = plan.model_copy(update={"deadline": {2025: Deadlines(all=noon.date())}})
    file = write_csv(tmp_path / "a.csv", plan, [("372", 2025, WELL)])
    assert not hand_in(sqlite, bound, noon, file).problems


def test_a_figure_far_from_last_years_is_told_with_its_cell(
    place: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    hand_in(place, plan, noon, write_csv(tmp_path / "a.csv", plan, [(unit, 2024, WELL) for unit in ("372", "373")]))
    rows: list[Row] = [("372", 2025, well_but(schools=200)), ("373", 2025, WELL)]
    submission = hand_in(place, plan, noon, write_csv(tmp_path / "b.csv", plan, rows))
    (problem,) = (problem for problem in submission.problems if problem.code == "unusual-change")
    assert (problem.code, problem.unit, problem.field, problem.place.cell) == ("unusual-change", "372", "schools", "K2")
    assert states(submission) == [State.RECORDED]


def test_across_the_merger_last_year_is_the_sum_of_both_predecessors(
    sqlite: str, plan: Plan, tmp_path: Path, noon: datetime
) -> None:
    before = [(unit, 2024, well_but(schools=60, schools_integrating=60)) for unit in ("369", "374")]
    hand_in(sqlite, plan, noon, write_csv(tmp_path / "a.csv", plan, before))
    half = {name: 2 * count for name, count in WELL.items() if isinstance(count, int)}
    half |= {"schools": 50, "schools_integrating": 50}
    submission = hand_in(sqlite, plan, noon, write_csv(tmp_path / "b.csv", plan, [("374", 2025, half)]))
    assert {(problem.code, problem.field) for problem in submission.problems} == {
        ("unusual-change", "schools"),
        ("unusual-change", "schools_integrating"),
    }


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are Unicode there")
def test_a_file_whose_name_is_no_unicode_is_recorded(place: str, plan: Plan, tmp_path: Path, noon: datetime) -> None:
    file = write_csv(tmp_path / "b\udce1o c\udce1o.csv", plan, of_2025())
    assert states(hand_in(place, plan, noon, file)) == [State.RECORDED]
    (name,) = {entry.file for entry in held(place, plan)}
    assert name.endswith(r"b\udce1o c\udce1o.csv")
