from pathlib import Path

from gbv_kpi.i18n import ENGLISH
from gbv_kpi.reading.tables import shortened
from tests.reading.sending import GIA_VIEN, HEADER, LABELS, NHO_QUAN, TITLE, A, B, counts, read, told


def test_every_faulty_cell_is_reported_and_only_its_return_is_lost(tmp_path: Path) -> None:
    returns = read(tmp_path, [TITLE, HEADER, ["Nho Quan", "x", -1, 1.5, "", *A[4:]], GIA_VIEN])
    assert told(returns) == [
        ("not-a-number", "B3"),
        ("negative-number", "C3"),
        ("not-a-whole-number", "D3"),
        ("missing-value", "E3"),
    ]
    assert counts(returns) == {("373", 2023): B}


def test_a_problem_names_unit_year_field_and_what_was_found(tmp_path: Path) -> None:
    (problem,) = read(tmp_path, [TITLE, HEADER, ["Nho Quan", *A[:-1], "12 trường"]]).problems
    assert (problem.unit, problem.unit_name, problem.year) == ("372", "Huyện Nho Quan", 2023)
    assert (problem.field, problem.value) == ("schools_integrating", "12 trường")
    assert (problem.place.sheet, problem.place.row) == ("Sheet1", 3)


def test_grouped_numbers_and_dashes_are_read_with_a_warning(tmp_path: Path) -> None:
    returns = read(tmp_path, [TITLE, HEADER, ["Nho Quan", "-", "–", 8, 8, 30, 28, "1.200", "1.190", 40, 35]])
    assert told(returns) == [
        ("dash-read-as-zero", "B3"),
        ("dash-read-as-zero", "C3"),
        ("grouped-number", "H3"),
        ("grouped-number", "I3"),
    ]
    assert counts(returns) == {("372", 2023): [0, 0, 8, 8, 30, 28, 1200, 1190, 40, 35]}


def test_not_available_is_missing_and_says_so(tmp_path: Path) -> None:
    returns = read(tmp_path, [TITLE, HEADER, ["Nho Quan", *A[:-1], "…"]])
    assert told(returns) == [("missing-value", "K3")]
    assert "means that the number is unknown" in ENGLISH.say(returns.problems[0].message)


def test_a_negative_group_is_told_once_as_negative(tmp_path: Path) -> None:
    assert told(read(tmp_path, [TITLE, HEADER, ["Nho Quan", *A[:-1], "-1.200"]])) == [("negative-number", "K3")]


def test_a_number_beyond_any_count_is_refused(tmp_path: Path) -> None:
    assert told(read(tmp_path, [TITLE, HEADER, ["Nho Quan", *A[:8], 10**10, 35]])) == [("number-too-large", "J3")]


def test_an_optional_field_may_be_blank_or_absent(tmp_path: Path) -> None:
    header = [*HEADER, "Số trường hợp được tư vấn"]
    returns = read(tmp_path, [TITLE, header, [*NHO_QUAN, ""], [*GIA_VIEN, 2]])
    assert told(returns) == []
    assert [str(count) for count in returns.valid["helped_counselling"]] == ["<NA>", "2"]
    assert returns.valid["helped_police"].isna().all()


def test_an_optional_field_that_is_no_number_is_an_error(tmp_path: Path) -> None:
    header = [*HEADER, "Số trường hợp được tư vấn"]
    assert told(read(tmp_path, [TITLE, header, [*NHO_QUAN, "có"]])) == [("not-a-number", "L3")]


def test_the_provinces_own_agencies_leave_blank_what_they_do_not_run(tmp_path: Path) -> None:
    returns = read(tmp_path, [TITLE, HEADER, ["Cấp tỉnh", "", "", "", "", 5, 5, "", "", 27, 27], NHO_QUAN])
    assert told(returns) == []
    assert counts(returns)["37", 2023] == [None, None, None, None, 5, 5, None, None, 27, 27]


def test_a_part_without_its_whole_is_a_slip_there_too(tmp_path: Path) -> None:
    returns = read(tmp_path, [TITLE, HEADER, ["Cấp tỉnh", "", "", "", "", 5, "", "", "", 27, 27]])
    assert told(returns) == [("missing-value", "G3")]


def test_the_provinces_own_agencies_may_leave_out_whole_columns(tmp_path: Path) -> None:
    returns = read(tmp_path, [TITLE, ["Đơn vị", *LABELS[8:]], ["37", 27, 27]])
    assert told(returns) == []
    assert counts(returns)["37", 2023] == [None] * 8 + [27, 27]


def test_a_missing_column_fails_every_return_of_a_district(tmp_path: Path) -> None:
    returns = read(tmp_path, [TITLE, HEADER[:-1], NHO_QUAN[:-1], GIA_VIEN[:-1]])
    assert told(returns) == [("missing-column", None)]
    assert returns.valid.empty
    assert returns.refused() == {("372", 2023), ("373", 2023)}


def test_what_is_quoted_is_short() -> None:
    assert shortened("x" * 80) == "x" * 80
    assert shortened("x" * 500) == "x" * 79 + "…"


def test_a_long_cell_is_quoted_in_short(tmp_path: Path) -> None:
    (problem,) = read(tmp_path, [TITLE, HEADER, ["Nho Quan", *A[:-1], "nhiều " * 500]]).problems
    assert problem.value is not None
    assert len(problem.value) == 80
