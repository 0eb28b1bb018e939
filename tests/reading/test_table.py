from pathlib import Path

import pytest

from gbv_kpi.i18n import ENGLISH
from gbv_kpi.reading.normalize import without_diacritics
from tests import offices
from tests.reading.sending import (
    BOTH,
    FIELDS,
    GIA_VIEN,
    HEADER,
    IDS,
    LABELS,
    NHO_QUAN,
    PLAN,
    SUM,
    TITLE,
    A,
    B,
    Rows,
    counts,
    read,
    told,
)

UPPER = ["STT", "Đơn vị", *(word for field in FIELDS[::2] for word in (field.header["vi"][0], ""))]
LOWER = ["", "", *(field.header["vi"][1] for field in FIELDS)]
TWO_LEVELS = [UPPER, LOWER]
MERGED = ["A2:A3", "B2:B3", "C2:D2", "E2:F2", "G2:H2", "I2:J2", "K2:L2"]
NUMBERED = [[1, *NHO_QUAN], [2, *GIA_VIEN]]
TOTAL = ["", "Tổng cộng", *SUM]
FIGURES = [("Huyện Nho Quan", dict(zip(IDS, A, strict=True))), ("Huyện Gia Viễn", dict(zip(IDS, B, strict=True)))]


def moved(rows: Rows, down: int, right: int) -> Rows:
    return [[]] * down + [[None] * right + list(row) for row in rows]


READ_WHOLE: dict[str, Rows] = {
    "a plain table": [TITLE, HEADER, NHO_QUAN, GIA_VIEN],
    "a table from E12 on": moved([TITLE, HEADER, NHO_QUAN, GIA_VIEN], 11, 4),
    "a table from row 2000 on": moved([TITLE, HEADER, NHO_QUAN, GIA_VIEN], 1999, 0),
    "two levels, unmerged": [TITLE, *TWO_LEVELS, *NUMBERED, TOTAL],
    "column letters and numbers": [TITLE, *TWO_LEVELS, ["A", "B", *range(1, 11)], *NUMBERED],
    "column numbers in brackets": [TITLE, *TWO_LEVELS, [f"({n})" for n in range(1, 13)], *NUMBERED],
    "column numbers that add up": [TITLE, *TWO_LEVELS, ["A", "B", *range(1, 10), "10=8+9"], *NUMBERED],
    "the header on each page": [TITLE, HEADER, NHO_QUAN, HEADER, GIA_VIEN],
    "two levels on each page": [TITLE, *TWO_LEVELS, NUMBERED[0], *TWO_LEVELS, NUMBERED[1]],
    "blank rows and columns": [TITLE, [], [*HEADER, "", None], [], [*NHO_QUAN, " ", "\u00a0"], [""], [], GIA_VIEN],
    "an STT column without heading": [TITLE, ["", *HEADER], *NUMBERED],
    "group headings": [TITLE, ["STT", *HEADER], ["I", "Khối thứ nhất"], NUMBERED[0], ["II", "Các huyện"], NUMBERED[1]],
    "group headings with sums": [
        TITLE,
        ["STT", *HEADER],
        ["I", "Khối thứ nhất", *A],
        NUMBERED[0],
        ["II", "Các huyện", *B],
        NUMBERED[1],
        TOTAL,
    ],
    "sums under their groups": [TITLE, HEADER, NHO_QUAN, ["Cộng khối I", *A], GIA_VIEN, ["Cộng khối II", *B]],
    "the total first": [TITLE, HEADER, ["TOÀN TỈNH", *SUM], NHO_QUAN, GIA_VIEN],
    "the total in the STT column": [TITLE, ["STT", *HEADER], *NUMBERED, ["Tổng cộng", "", *SUM]],
    "the total with a count of units": [TITLE, ["STT", *HEADER], *NUMBERED, ["", "Tổng cộng (2 đơn vị)", *SUM]],
    "the province as the total": [TITLE, HEADER, NHO_QUAN, GIA_VIEN, ["Tỉnh Ninh Bình", *SUM]],
    "notes under the table": [
        TITLE,
        HEADER,
        NHO_QUAN,
        GIA_VIEN,
        ["Ghi chú: số liệu đến 30/11/2023"],
        ["(*) 12 vụ chưa rõ"],
    ],
    "a signature block": [
        TITLE,
        ["STT", *HEADER],
        *NUMBERED,
        ["", "", "", "Ninh Bình, ngày 15 tháng 12 năm 2023"],
        ["", "NGƯỜI LẬP BIỂU", "", "THỦ TRƯỞNG ĐƠN VỊ"],
        ["", "Trần A", "", 912345678],
        ["Nơi nhận:"],
        ["- Như trên;", "", 5],
    ],
    "ids and codes only": [["unit_code", "year", *IDS], [372, 2023, *A], ["373", "2023", *B]],
    "a code beside the name": [TITLE, ["Mã", *HEADER], [372, *NHO_QUAN], ["373", *GIA_VIEN]],
    "groups named by their level": [
        TITLE,
        ["STT", *HEADER],
        ["I", "Huyện", *SUM],
        *NUMBERED,
        TOTAL,
    ],
    "a row of measures under the header": [TITLE, HEADER, ["", *["(người)"] * 10], NHO_QUAN, GIA_VIEN],
    "the year under every heading": [TITLE, HEADER, ["", *["Năm 2023"] * 10], NHO_QUAN, GIA_VIEN],
    "a total under every heading": [TITLE, HEADER, ["", *["Tổng số"] * 10], NHO_QUAN, GIA_VIEN],
    "a note that speaks of sums": [TITLE, [*HEADER, "Ghi chú"], [*NHO_QUAN, "Cộng cả xã X"], [*GIA_VIEN, "Tổng số"]],
    "labels in capitals without diacritics": [
        TITLE,
        [without_diacritics(str(h)).upper() for h in HEADER],
        NHO_QUAN,
        GIA_VIEN,
    ],
    "numbers stored as text": [
        TITLE,
        HEADER,
        ["Huyện Nho Quan ", *map(str, A)],
        ["GIA VIỄN\u00a0", *(f" {b} " for b in B)],
    ],
}


@pytest.mark.quick(6)
@pytest.mark.parametrize("name", READ_WHOLE)
def test_a_table_that_a_person_could_read_is_read(tmp_path: Path, name: str) -> None:
    returns = read(tmp_path, READ_WHOLE[name])
    assert counts(returns) == BOTH
    assert told(returns) == []


def test_two_level_headings_in_merged_cells_are_read(tmp_path: Path) -> None:
    book = offices.workbook(
        ("Biểu 1", [TITLE, *TWO_LEVELS, ["A", "B", *range(1, 11)], *NUMBERED, TOTAL]), merged=MERGED
    )
    returns = read(tmp_path, book)
    assert (counts(returns), told(returns)) == (BOTH, [])


def test_the_official_table_is_read(tmp_path: Path) -> None:
    returns = read(tmp_path, offices.compiled_table(PLAN, 2023, FIGURES))
    assert (counts(returns), told(returns)) == (BOTH, [])


def test_a_unit_merged_over_its_years_is_the_unit_of_each(tmp_path: Path) -> None:
    rows: Rows = [["Đơn vị", "Năm", *LABELS], ["Nho Quan", 2022, *A], ["", "Năm 2023", *B]]
    returns = read(tmp_path, offices.workbook(("S", rows), merged=["A2:A3"]))
    assert (counts(returns), told(returns)) == ({("372", 2022): A, ("372", 2023): B}, [])


def test_a_blank_unit_is_not_guessed_from_the_row_above(tmp_path: Path) -> None:
    rows: Rows = [["Đơn vị", "Năm", *LABELS], ["Nho Quan", 2022, *A], ["", 2023, *B]]
    returns = read(tmp_path, rows)
    assert told(returns) == [("missing-unit", "A3")]


def test_a_share_between_the_columns_is_left_out_and_told(tmp_path: Path) -> None:
    header: list[object] = ["Đơn vị", *LABELS[:2], "Tỷ lệ (%)", *LABELS[2:]]
    returns = read(tmp_path, [TITLE, header, ["Huyện Nho Quan", *A[:2], 60.5, *A[2:]]])
    assert counts(returns) == {("372", 2023): A}
    assert told(returns) == [("unknown-column", "D2")]


def over_two(lower: list[str], figures: list[int], others: list[int]) -> Rows:
    """A table whose fields each stand over two columns, of which the second holds `figures`."""
    upper: list[object] = ["Đơn vị", *(text for label in LABELS for text in (label, ""))]
    row = [figure for pair in zip(others, figures, strict=True) for figure in pair]
    return [TITLE, upper, ["", *lower * 10], ["Huyện Nho Quan", *row]]


OVER_TWO = [f"{left}2:{right}2" for left, right in zip("BDFHJLNPRT", "CEGIKMOQSU", strict=True)]


@pytest.mark.parametrize("merged", [[], OVER_TWO])
def test_of_two_years_under_a_field_the_titles_is_read(tmp_path: Path, merged: list[str]) -> None:
    book = offices.workbook(("S", over_two(["Năm 2022", "Năm 2023"], A, B)), merged=merged)
    returns = read(tmp_path, book)
    assert counts(returns) == {("372", 2023): A}
    assert {problem.code for problem in returns.problems} == {"other-year-column"}


def test_a_field_over_parts_that_mean_nothing_is_not_taken_from_the_first(tmp_path: Path) -> None:
    returns = read(tmp_path, over_two(["Nữ", "Nam"], A, B))
    assert returns.valid.empty
    assert {problem.code for problem in returns.problems} >= {"missing-column"}


def test_of_a_total_and_its_part_under_a_field_the_total_is_read(tmp_path: Path) -> None:
    returns = read(tmp_path, over_two(["Trong đó: nữ", "Tổng số"], A, B))
    assert counts(returns) == {("372", 2023): A}
    assert {problem.code for problem in returns.problems} == {"unknown-column"}


def test_a_part_under_a_field_is_not_taken_for_it(tmp_path: Path) -> None:
    header: list[object] = ["Đơn vị", LABELS[0], "Trong đó: nữ", *LABELS[1:]]
    returns = read(tmp_path, [TITLE, header, ["Huyện Nho Quan", A[0], 9, *A[1:]]])
    assert counts(returns) == {("372", 2023): A}
    assert told(returns) == [("unknown-column", "C2")]


def test_figures_without_a_heading_are_told(tmp_path: Path) -> None:
    returns = read(tmp_path, [TITLE, HEADER, [*NHO_QUAN, "", 77]])
    assert told(returns) == [("unknown-column", "M2")]
    assert "Figures without a heading" in ENGLISH.say(returns.problems[0].message)


def test_a_field_that_stands_twice_is_an_error(tmp_path: Path) -> None:
    returns = read(tmp_path, [TITLE, [*HEADER, LABELS[3]], [*NHO_QUAN, 8]])
    assert (told(returns), len(returns.valid)) == ([("duplicate-column", "L2")], 0)


def test_field_without_a_column_is_an_error_with_the_likely_heading(tmp_path: Path) -> None:
    header: list[object] = [*HEADER[:-2], "Số cơ sở giáo duc", HEADER[-1]]
    returns = read(tmp_path, [TITLE, header, NHO_QUAN])
    assert [problem.code for problem in returns.problems] == ["missing-column", "unknown-column"]
    assert "did you mean “Số cơ sở giáo duc”" in ENGLISH.say(returns.problems[0].message)


def test_a_year_above_a_group_of_rows_is_theirs(tmp_path: Path) -> None:
    rows: Rows = [["GIAI ĐOẠN 2021 - 2025"], HEADER, ["Năm 2022"], NHO_QUAN, ["Năm 2023"], GIA_VIEN]
    assert counts(read(tmp_path, rows)) == {("372", 2022): A, ("373", 2023): B}


def test_a_year_above_a_group_of_rows_that_contradicts_the_title_is_told(tmp_path: Path) -> None:
    returns = read(tmp_path, [TITLE, HEADER, ["Năm 2022"], NHO_QUAN, ["Năm 2023"], GIA_VIEN])
    assert told(returns) == [("conflicting-year", "A3")]
    assert counts(returns) == {("373", 2023): B}


def test_tables_of_two_years_stand_below_each_other(tmp_path: Path) -> None:
    first: list[list[object]] = [["NĂM 2022"], HEADER, NHO_QUAN, GIA_VIEN, ["Tổng cộng", *SUM], ["NGƯỜI LẬP BIỂU"], []]
    second: list[list[object]] = [
        ["NĂM 2023"],
        HEADER,
        ["Huyện Nho Quan", *B],
        ["Huyện Gia Viễn", *A],
        ["Tổng cộng", *SUM],
    ]
    returns = read(tmp_path, [*first, *second])
    assert counts(returns) == {("372", 2022): A, ("373", 2022): B, ("372", 2023): B, ("373", 2023): A}
    assert told(returns) == []


def test_a_problem_in_the_second_table_stands_at_its_own_cell(tmp_path: Path) -> None:
    returns = read(tmp_path, [["NĂM 2022"], HEADER, NHO_QUAN, ["NĂM 2023"], HEADER, ["Huyện Nho Quan", "x", *A[1:]]])
    assert told(returns) == [("not-a-number", "B6")]


def test_a_unit_below_the_signatures_is_still_a_return(tmp_path: Path) -> None:
    returns = read(tmp_path, [TITLE, HEADER, NHO_QUAN, ["NGƯỜI LẬP BIỂU"], GIA_VIEN])
    assert counts(returns) == BOTH


def test_a_row_of_figures_that_names_no_unit_is_told(tmp_path: Path) -> None:
    assert told(read(tmp_path, [TITLE, HEADER, NHO_QUAN, ["", *B]])) == [("missing-unit", "A4")]


def test_a_unit_without_any_figure_has_not_reported(tmp_path: Path) -> None:
    returns = read(tmp_path, [TITLE, HEADER, NHO_QUAN, ["Huyện Gia Viễn"]])
    assert (list(counts(returns)), told(returns)) == ([("372", 2023)], [])


def test_a_header_without_a_return_below_is_no_table(tmp_path: Path) -> None:
    assert told(read(tmp_path, [TITLE, HEADER])) == [("no-table-found", None)]
    assert told(read(tmp_path, [TITLE, HEADER, ["Toàn tỉnh", *SUM]])) == [("no-table-found", None)]


@pytest.mark.parametrize("figures", ["20,12,10,10,30,29,1,200,190,60,58", "20,12,10,10,30,29,200,190,60,1,058"])
def test_csv_row_with_a_comma_in_a_number_is_refused(tmp_path: Path, figures: str) -> None:
    lines = ["Năm 2023", ",".join(f'"{heading}"' for heading in HEADER), f"Huyện Nho Quan,{figures}"]
    returns = read(tmp_path, "\n".join(lines))
    assert counts(returns) == {}
    assert ("ambiguous-figure", None) in [(problem.code, problem.place.cell) for problem in returns.problems]
