from pathlib import Path

import pytest

from gbv_kpi.returns import collect
from gbv_kpi.returns.collect import read_returns
from tests import offices
from tests.reading.sending import (
    BOTH,
    GIA_VIEN,
    HEADER,
    LABELS,
    NHO_QUAN,
    PLAN,
    TITLE,
    A,
    B,
    counts,
    read,
    send,
    told,
)

YEARLY = ["Đơn vị", "Năm", *LABELS]
DTYPES = {
    **dict.fromkeys(["file", "table", "row"], "Int32"),
    **dict.fromkeys(["unit", "named_unit"], "category"),
    **dict.fromkeys(["is_merged", "is_expected"], "bool"),
    "year": "int16",
    **{field.id: field.dtype for field in PLAN.fields},
    **dict.fromkeys(["is_reported", "is_valid", "is_duplicate"], "bool"),
}


def test_a_valid_file_gives_its_returns_and_no_problem(tmp_path: Path) -> None:
    returns = read(tmp_path, [TITLE, HEADER, NHO_QUAN, GIA_VIEN])
    assert (counts(returns), list(returns.problems), returns.refused()) == (BOTH, [], set())
    assert {name: str(kind) for name, kind in returns.frame.dtypes.items()} == DTYPES
    (file,) = returns.files
    assert (file.returns, file.encoding, len(file.sha256)) == (2, None, 64)


def test_no_file_gives_no_return() -> None:
    returns = read_returns([], PLAN)
    assert (len(returns.frame), list(returns.problems), list(returns.files)) == (0, [], [])
    assert {name: str(kind) for name, kind in returns.frame.dtypes.items()} == DTYPES


def test_several_files_are_read_together_and_problems_stand_with_theirs(tmp_path: Path) -> None:
    first = send(tmp_path, [TITLE, HEADER, NHO_QUAN], "a.xlsx")
    second = send(tmp_path, [TITLE, HEADER, ["Gia Viễn", "x", *B[1:]]], "b.xlsx")
    returns = read_returns([str(first), str(second)], PLAN)
    assert counts(returns) == {("372", 2023): A}
    assert [problem.place.file for problem in returns.problems] == [str(second)]
    assert [file.returns for file in returns.files] == [1, 0]
    assert returns.refused() == {("373", 2023)}


def test_a_return_in_two_files_counts_in_neither(tmp_path: Path) -> None:
    first = send(tmp_path, [TITLE, HEADER, NHO_QUAN, GIA_VIEN], "a.xlsx")
    second = send(tmp_path, [TITLE, HEADER, NHO_QUAN], "b.xlsx")
    returns = read_returns([str(first), str(second)], PLAN)
    assert [(problem.code, problem.place.file) for problem in returns.problems] == [("duplicate-return", str(second))]
    assert counts(returns) == {("373", 2023): B}
    assert returns.refused() == {("372", 2023)}


def test_predecessors_of_a_merged_unit_are_rolled_up_with_a_warning_each(tmp_path: Path) -> None:
    returns = read(tmp_path, [YEARLY, ["Thành phố Ninh Bình", 2025, *A], ["Huyện Hoa Lư", 2025, *B]])
    assert told(returns) == [("merged-unit", "A2"), ("merged-unit", "A3")]
    assert list(returns.valid["unit"]) == ["374", "374"]
    assert returns.valid["victims"].sum() == 14


def test_one_predecessor_alone_is_rolled_up_too(tmp_path: Path) -> None:
    returns = read(tmp_path, [YEARLY, ["369", 2025, *A]])
    assert (told(returns), counts(returns)) == ([("merged-unit", "A2")], {("374", 2025): A})


@pytest.mark.parametrize("order", [1, -1])
def test_a_successor_beside_its_predecessor_is_a_duplicate(tmp_path: Path, order: int) -> None:
    rows = [["Thành phố Hoa Lư", 2025, *B], ["Thành phố Ninh Bình", 2025, *A]][::order]
    returns = read(tmp_path, [YEARLY, *rows])
    assert ("duplicate-return", "A3") in told(returns)
    assert returns.valid.empty


def test_a_summary_beside_the_forms_it_sums_up_is_a_duplicate(tmp_path: Path) -> None:
    form: list[list[object]] = [["Năm 2023"], *([label, a] for label, a in zip(LABELS, A, strict=True))]
    book = offices.workbook(("Tổng hợp", [TITLE, HEADER, NHO_QUAN, GIA_VIEN]), ("Nho Quan", form))
    returns = read(tmp_path, book)
    assert [problem.code for problem in returns.problems] == ["duplicate-return"]
    assert counts(returns) == {("373", 2023): B}


def test_a_faulty_return_is_a_duplicate_of_a_right_one(tmp_path: Path) -> None:
    returns = read(tmp_path, [TITLE, HEADER, NHO_QUAN, ["Nho Quan", "x", *A[1:]]])
    assert sorted(told(returns)) == [("duplicate-return", "A4"), ("not-a-number", "B4")]
    assert returns.valid.empty


def test_problems_of_a_sheet_stand_in_reading_order(tmp_path: Path) -> None:
    returns = read(tmp_path, [TITLE, HEADER, ["Nho Quan", *A[:8], "x", "y"], ["Gia Viễn", "z", *B[1:]]])
    assert [cell for _, cell in told(returns)] == ["J3", "K3", "B4"]


def test_a_table_without_returns_beside_one_with_returns_is_nothing(tmp_path: Path) -> None:
    book = offices.workbook(("Mẫu trống", [TITLE, HEADER]), ("Biểu 1", [TITLE, HEADER, NHO_QUAN, GIA_VIEN]))
    returns = read(tmp_path, book)
    assert (counts(returns), told(returns)) == (BOTH, [])


def test_a_second_header_without_returns_below_is_nothing(tmp_path: Path) -> None:
    returns = read(tmp_path, [TITLE, HEADER, NHO_QUAN, GIA_VIEN, ["NĂM 2024"], HEADER])
    assert (counts(returns), told(returns)) == (BOTH, [])


def test_a_sheet_of_figures_that_was_not_read_is_told_where_another_was(tmp_path: Path) -> None:
    book = offices.workbook(("Biểu 1", [TITLE, HEADER, NHO_QUAN]), ("Biểu 2", [["Huyện Gia Viễn", "khác"], [1, 2, 3]]))
    book.save(tmp_path / "two.xlsx")
    returns = read_returns([str(tmp_path / "two.xlsx")], PLAN)
    assert counts(returns) == {("372", 2023): A}
    assert [(problem.code, problem.place.sheet) for problem in returns.problems] == [("sheet-not-read", "Biểu 2")]


def test_a_sheet_of_notes_is_no_problem(tmp_path: Path) -> None:
    notes = [["Ghi chú cho Huyện Nho Quan"], ["Số cơ sở giáo dục", "kể cả mầm non"]]
    offices.workbook(("Biểu 1", [TITLE, HEADER, NHO_QUAN]), ("Ghi chú", notes)).save(tmp_path / "notes.xlsx")
    assert not read_returns([str(tmp_path / "notes.xlsx")], PLAN).problems


def test_a_wrong_year_in_the_title_is_told_once_for_all_lines(tmp_path: Path) -> None:
    returns = read(tmp_path, [["NĂM 2019"], HEADER, NHO_QUAN, GIA_VIEN])
    assert [(problem.code, problem.place.cell) for problem in returns.problems] == [("year-outside-plan", "A1")]
    assert len(returns.valid) == 0


def test_a_title_without_a_year_is_told_once_for_all_lines(tmp_path: Path) -> None:
    returns = read(tmp_path, [HEADER, NHO_QUAN, GIA_VIEN])
    assert [(problem.code, problem.place.cell) for problem in returns.problems] == [("missing-year", None)]


def test_predecessors_beside_their_successor_count_in_no_finding_at_all(tmp_path: Path) -> None:
    rows = [["Thành phố Ninh Bình", *A], ["Huyện Hoa Lư", *A], ["Thành phố Hoa Lư", *A], ["Nho Quan", *A]]
    returns = read(tmp_path, [["NĂM 2025"], HEADER, *rows])
    assert [
        (problem.code, problem.place.row) for problem in returns.problems if problem.code == "duplicate-return"
    ] == [("duplicate-return", 5)]
    assert counts(returns) == {("372", 2025): A}


def test_problems_beyond_those_listed_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "MAX_PROBLEMS", 3)
    row = ["Huyện Nho Quan", 2025, *["x"] * 2, *[9] * 8]
    returns = read(tmp_path, [YEARLY, *[row] * 3])
    unlisted = {
        problem.code: problem.message.details["count"]
        for problem in returns.problems
        if "listed" in problem.message.wording
    }
    assert unlisted == {"not-a-number": 3, "duplicate-return": 2}
    assert not returns.frame["is_valid"].any()
