from pathlib import Path

import pytest

from gbv_kpi.i18n import ENGLISH
from tests.reading.sending import BOTH, GIA_VIEN, HEADER, LABELS, NHO_QUAN, SUM, TITLE, A, B, counts, read, told

FORMS_OF_HELP = ["Số trường hợp được tư vấn", "Số trường hợp được trợ giúp pháp lý"]
YEARLY = ["Đơn vị", "Năm", *LABELS]


@pytest.mark.quick(2)
@pytest.mark.parametrize(("part", "letter"), [(1, "C"), (3, "E"), (5, "G"), (7, "I"), (9, "K")])
def test_a_part_larger_than_its_whole_is_an_error_never_capped(tmp_path: Path, part: int, letter: str) -> None:
    figures = [*A[:part], A[part - 1] + 1, *A[part + 1 :]]
    returns = read(tmp_path, [TITLE, HEADER, ["Nho Quan", *figures], GIA_VIEN])
    assert told(returns) == [("part-exceeds-total", f"{letter}3")]
    assert list(counts(returns)) == [("373", 2023)]


def test_a_part_as_large_as_its_whole_is_right(tmp_path: Path) -> None:
    assert told(read(tmp_path, [TITLE, HEADER, ["Nho Quan", 10, 10, 8, 8, 30, 30, 200, 200, 40, 40]])) == []


@pytest.mark.quick(1)
@pytest.mark.parametrize("whole", ["x", "", "…", 1.5, -1])
def test_a_whole_that_cannot_be_read_fails_its_part_not_as_well(tmp_path: Path, whole: object) -> None:
    returns = read(tmp_path, [TITLE, HEADER, ["Nho Quan", whole, *A[1:]]])
    assert [cell for _, cell in told(returns)] == ["B3"]


def test_a_column_with_an_unread_cell_has_no_sum_to_compare_with(tmp_path: Path) -> None:
    returns = read(tmp_path, [TITLE, HEADER, ["Nho Quan", "x", *A[1:]], GIA_VIEN, ["Tổng cộng", *SUM[:-1], 99]])
    assert told(returns) == [("not-a-number", "B3"), ("total-mismatch", "K5")]


def test_the_total_of_the_provinces_blank_fields_is_compared(tmp_path: Path) -> None:
    province = ["Cấp tỉnh", "", "", "", "", 5, 5, "", "", 27, 27]
    whole = [10, 6, 8, 8, 35, 33, 200, 190, 67, 62]
    assert told(read(tmp_path, [TITLE, HEADER, NHO_QUAN, province, ["Cộng", *whole]])) == []


def test_each_form_of_help_is_at_most_the_cases_helped(tmp_path: Path) -> None:
    returns = read(tmp_path, [TITLE, [*HEADER, *FORMS_OF_HELP], [*NHO_QUAN, 9, 3]])
    assert told(returns) == [("part-exceeds-total", "L3")]


def test_forms_of_help_below_the_cases_helped_earn_a_warning(tmp_path: Path) -> None:
    returns = read(tmp_path, [TITLE, [*HEADER, *FORMS_OF_HELP], [*NHO_QUAN, 4, 3], [*GIA_VIEN, 2, 2]])
    assert told(returns) == [("help-forms-below-total", "E3")]
    assert counts(returns) == BOTH
    assert "add up to 7, fewer than the 8 cases helped" in ENGLISH.say(returns.problems[0].message)


def test_a_wrong_total_earns_a_warning_and_counts_for_nothing(tmp_path: Path) -> None:
    returns = read(tmp_path, [TITLE, HEADER, NHO_QUAN, GIA_VIEN, ["Toàn tỉnh", SUM[0] + 2, *SUM[1:]]])
    assert told(returns) == [("total-mismatch", "B5")]
    assert counts(returns) == BOTH
    assert "the total says 16, the rows add up to 14" in ENGLISH.say(returns.problems[0].message)


def test_a_total_that_cannot_be_read_is_not_compared(tmp_path: Path) -> None:
    assert told(read(tmp_path, [TITLE, HEADER, NHO_QUAN, ["Tổng cộng", *["=SUM(B3:B3)"] * 10]])) == []


def test_totals_of_each_year_are_compared_with_their_year(tmp_path: Path) -> None:
    rows = [["Nho Quan", 2022, *A], ["Nho Quan", 2023, *B], ["Gia Viễn", 2022, *B], ["Gia Viễn", 2023, *B]]
    twice = [b + b for b in B]
    totals = [["Tổng cộng", 2022, *SUM], ["Tổng cộng", 2023, *twice]]
    assert told(read(tmp_path, [YEARLY, *rows, *totals])) == []
    totals[0] = ["Tổng cộng", 2022, *twice]
    assert {code for code, _ in told(read(tmp_path, [YEARLY, *rows, *totals]))} == {"total-mismatch"}


def test_a_subtotal_is_compared_with_its_group(tmp_path: Path) -> None:
    right = [TITLE, HEADER, ["Cộng", *A], NHO_QUAN, ["Cộng", *B], GIA_VIEN, ["Tổng cộng", *SUM]]
    assert told(read(tmp_path, right)) == []
    wrong = [TITLE, HEADER, ["Cộng", A[0] + 1, *A[1:]], NHO_QUAN, ["Cộng", *B], GIA_VIEN]
    assert told(read(tmp_path, wrong)) == [("total-mismatch", "B3")]
