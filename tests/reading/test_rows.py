"""Rows of a table that are sections, pages or other bodies, and headings that only seem to fit."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests import offices
from tests.reading.sending import BOTH, GIA_VIEN, HEADER, LABELS, NHO_QUAN, SUM, TITLE, A, B, Rows, counts, read, told

ONE = {("372", 2023): A}


def below(*rows: Sequence[object]) -> list[list[object]]:
    return [TITLE, HEADER, *map(list, rows)]


def under(heading: str) -> list[list[object]]:
    """The table with bare names of units under a heading."""
    return [TITLE, [heading, *LABELS], ["Nho Quan", *A], ["Gia Viễn", *B]]


@pytest.mark.parametrize("year", ["2022", 2022, "(2022)"])
def test_a_year_alone_in_a_row_dates_the_rows_below(tmp_path: Path, year: object) -> None:
    returns = read(tmp_path, below(NHO_QUAN, [year], GIA_VIEN))
    assert counts(returns) == ONE
    assert told(returns) == [("conflicting-year", "A4")]
    rows: Rows = [["TỔNG HỢP"], HEADER, [year], GIA_VIEN, [2023], NHO_QUAN]
    assert counts(read(tmp_path, rows)) == {("373", 2022): B, **ONE}


@pytest.mark.parametrize("line", ["Trang 2/3", "I. Các huyện", "(tiếp theo)"])
def test_a_page_or_group_does_not_end_a_section_of_a_part(tmp_path: Path, line: str) -> None:
    assert counts(read(tmp_path, below(["Nữ"], [line], GIA_VIEN))) == {}


@pytest.mark.parametrize("part", ["II. Các xã, thị trấn", "1. Nữ"])
def test_a_group_ends_a_section_of_communes_or_of_its_level(tmp_path: Path, part: str) -> None:
    assert counts(read(tmp_path, below([part], ["Xã Ninh Vân", *B], ["2. Các huyện"], NHO_QUAN))) == ONE


@pytest.mark.parametrize(
    "section",
    [
        "Giai đoạn 2021-2023",
        "Khối trường học",
        "Khối Đảng",
        "Các hội, đoàn thể",
        "Cơ quan công an",
        "UBND các xã",
        "Xã đặc biệt khó khăn",
        "Khu vực nông thôn",
    ],
)
def test_a_section_of_other_years_or_bodies_is_refused(tmp_path: Path, section: str) -> None:
    returns = read(tmp_path, below([section], NHO_QUAN))
    assert counts(returns) == {}
    assert ("not-the-result", "A3") in told(returns)


@pytest.mark.parametrize(
    "section",
    [
        "Giai đoạn 2021-2025",
        "Khối đồng bằng ven biển",
        "UBND các huyện, thành phố",
        "II. Khu vực phía Bắc",
        "Cụm thi đua số 2",
        "Trong đó:",
    ],
)
def test_a_section_of_units_or_of_the_plan_is_passed_over(tmp_path: Path, section: str) -> None:
    assert counts(read(tmp_path, below([section], NHO_QUAN, GIA_VIEN))) == BOTH


@pytest.mark.parametrize("region", ["Khu vực miền núi", "I. Vùng cao", "Đồng bằng"])
def test_the_only_region_of_a_table_may_be_a_part_of_each_unit(tmp_path: Path, region: str) -> None:
    returns = read(tmp_path, below([region], NHO_QUAN, GIA_VIEN))
    assert counts(returns) == {}
    assert ("not-the-result", "A3") in told(returns)
    assert counts(read(tmp_path, below([region], NHO_QUAN, ["Trung du"], GIA_VIEN))) == BOTH


def test_levels_over_the_same_units_are_parts_of_them(tmp_path: Path) -> None:
    assert counts(read(tmp_path, below(["Cấp huyện"], NHO_QUAN, ["Cấp xã"], ["Huyện Nho Quan", *B]))) == {}
    assert counts(read(tmp_path, below(["Cấp huyện"], NHO_QUAN))) == ONE


def test_a_year_beside_a_word_for_results_dates_the_rows_below(tmp_path: Path) -> None:
    rows = below(["TH 2022"], ["Huyện Nho Quan", *B], ["KH 2023"], ["Huyện Nho Quan", *SUM], ["TH 2023"], NHO_QUAN)
    assert counts(read(tmp_path, rows)) == ONE


@pytest.mark.parametrize("name", ["N.Quan", "H. N. Quan"])
def test_a_short_name_that_looks_like_a_level_is_told(tmp_path: Path, name: str) -> None:
    """ "Quan" without diacritics is "Quận", and "N." does not number it."""
    returns = read(tmp_path, below(GIA_VIEN, [name, *A]))
    assert counts(returns) == {("373", 2023): B}
    assert told(returns) == [("unknown-unit", "A4")]


def test_an_unknown_name_with_words_for_figures_is_told(tmp_path: Path) -> None:
    assert ("unknown-unit", "A4") in told(read(tmp_path, below(GIA_VIEN, ["Nho Quan 1", *["chưa có"] * 10])))


@pytest.mark.parametrize("page", [["Trang 1/2"], ["", "Trang 2"]])
def test_a_page_with_the_header_again_continues_the_table(tmp_path: Path, page: list[object]) -> None:
    returns = read(tmp_path, below(NHO_QUAN, page, HEADER, GIA_VIEN))
    assert (counts(returns), told(returns)) == (BOTH, [])


@pytest.mark.parametrize("heading", ["Tên cơ sở", "Tổ", "Mô hình", "Nhà tạm lánh tại", "Người báo cáo", "Cán bộ"])
def test_a_bare_name_under_a_heading_of_others_is_no_unit(tmp_path: Path, heading: str) -> None:
    returns = read(tmp_path, under(heading))
    assert counts(returns) == {}
    assert told(returns) == [("unknown-unit", "A3"), ("unknown-unit", "A4")]


@pytest.mark.parametrize(
    "heading", ["Tên", "ĐV", "Danh sách đơn vị", "Huyện/TP", "Nội dung", "ĐVHC", "Khu vực", "Cấp huyện"]
)
def test_a_bare_name_under_a_heading_of_units_is_read(tmp_path: Path, heading: str) -> None:
    assert counts(read(tmp_path, under(heading))) == BOTH


@pytest.mark.parametrize("upper", ["Khác", "Số khác", "Đơn vị khác báo cáo", "Ghi chú"])
def test_a_heading_over_all_fields_that_means_another_thing_refuses_them(tmp_path: Path, upper: str) -> None:
    rows: Rows = [TITLE, ["", upper], HEADER, NHO_QUAN]
    assert counts(read(tmp_path, offices.workbook(("S", rows), merged=["B2:K2"]))) == {}


@pytest.mark.parametrize("lower", ["Được trợ giúp/tổng số", "Được trợ giúp +/- 2022", "Được trợ giúp (±)"])
def test_a_comparison_under_a_field_is_no_count(tmp_path: Path, lower: str) -> None:
    upper: list[object] = [*HEADER[:3], "Trường hợp có nhu cầu trợ giúp", "", *HEADER[5:]]
    returns = read(tmp_path, [TITLE, upper, ["", "", "", "Tổng số", lower], NHO_QUAN])
    assert counts(returns) == {}
    assert ("missing-column", "E3") in told(returns)


def test_results_beside_the_plan_of_each_field_are_refused(tmp_path: Path) -> None:
    """Such a table follows a plan through the year, and may not be the return."""
    header = [*HEADER[:1], *(text for label in HEADER[1:] for text in (label, ""))]
    figures = [figure for count in NHO_QUAN[1:] for figure in (9000, count)]
    rows: Rows = [TITLE, header, ["", *["KH", "TH"] * (len(HEADER) - 1)], [NHO_QUAN[0], *figures]]
    returns = read(tmp_path, rows)
    assert counts(returns) == {}
    assert "ambiguous-figure" in [code for code, _ in told(returns)]


def test_a_row_merged_into_the_header_is_part_of_it(tmp_path: Path) -> None:
    header: list[object] = [*HEADER[:2], "Trong đó", *HEADER[2:]]
    rows: Rows = [TITLE, header, ["", "", "Nữ"], [*NHO_QUAN[:2], 7, *NHO_QUAN[2:]]]
    returns = read(tmp_path, offices.workbook(("S", rows), merged=["B2:B3"]))
    assert counts(returns) == ONE


def test_a_further_figure_is_passed_over_unless_commas_part_cells(tmp_path: Path) -> None:
    lines: Rows = [["Năm 2023"], [*HEADER, ""], [*NHO_QUAN, 7]]
    for delimiter, right in ((";", ONE), (",", {})):
        text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in lines)
        assert counts(read(tmp_path, text)) == right


@pytest.mark.parametrize("at", [1, 12])
def test_a_column_of_guidance_is_passed_over(tmp_path: Path, at: int) -> None:
    header, row = [*HEADER[:at], "Hướng dẫn", *HEADER[at:]], [*NHO_QUAN[:at], "Ghi cả năm", *NHO_QUAN[at:]]
    assert counts(read(tmp_path, [TITLE, header, row])) == ONE


@pytest.mark.parametrize("name", ["Số tổng cộng", "∑", "", "Tỉnh NB"])
def test_a_row_of_no_unit_with_the_sum_of_the_others_is_their_total(tmp_path: Path, name: str) -> None:
    sums = [first + second for first, second in zip(A, B, strict=True)]
    returns = read(tmp_path, below(NHO_QUAN, GIA_VIEN, [name, *sums]))
    assert (counts(returns), told(returns)) == (BOTH, [])


def test_a_row_of_measures_in_the_column_of_units_leaves_it_their_column(tmp_path: Path) -> None:
    measures = [*["người"] * 2, *["vụ"] * 2, *["người"] * 4, *["cơ sở"] * 2]
    assert counts(read(tmp_path, below(["ĐVT", *measures], NHO_QUAN, GIA_VIEN))) == BOTH


def test_an_estimate_is_read_where_its_year_has_no_other_figure(tmp_path: Path) -> None:
    years = ["Thực hiện năm 2022", "Ước thực hiện năm 2023"] * len(LABELS)
    upper: list[object] = ["Đơn vị", *(text for label in LABELS for text in (label, ""))]
    figures = [figure for pair in zip(B, A, strict=True) for figure in pair]
    returns = read(tmp_path, [TITLE, upper, ["", *years], ["Nho Quan", *figures]])
    assert counts(returns) == ONE
    assert {code for code, _ in told(returns)} == {"other-year-column", "estimated-figure"}


def test_a_column_of_six_months_is_not_a_month_of_the_row(tmp_path: Path) -> None:
    header, row = [*HEADER[:2], "6 tháng", *HEADER[2:]], [*NHO_QUAN[:2], 7, *NHO_QUAN[2:]]
    assert counts(read(tmp_path, [TITLE, header, row])) == ONE
    header[2], row[2] = "Đến ngày", "30/6/2023"
    assert counts(read(tmp_path, [TITLE, header, row])) == {}


def test_the_year_of_a_heading_is_told_at_its_cell(tmp_path: Path) -> None:
    rows = below(["", *[""] * 4, "Năm 2022"], NHO_QUAN)
    assert ("conflicting-year", "F3") in told(read(tmp_path, rows))


def test_a_footnote_after_a_unit_is_no_part_of_its_name(tmp_path: Path) -> None:
    assert counts(read(tmp_path, below(["Huyện Nho Quan (1)", *A]))) == ONE


def test_a_bare_name_with_more_than_the_sum_may_be_the_province(tmp_path: Path) -> None:
    returns = read(tmp_path, below(NHO_QUAN, GIA_VIEN, ["Ninh Bình", *(count + 5 for count in SUM)]))
    assert counts(returns) == BOTH
    assert told(returns) == [("unknown-unit", "A5")]
