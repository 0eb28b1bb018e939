from pathlib import Path

import pytest

from gbv_kpi.i18n import ENGLISH
from gbv_kpi.reading.reader import AssumedYear
from gbv_kpi.returns.collect import read_returns
from tests import offices
from tests.reading.sending import (
    BOTH,
    GIA_VIEN,
    HEADER,
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
    send,
    told,
)

ITEMS: Rows = [[label, a] for label, a in zip(LABELS, A, strict=True)]
YEAR = ["Năm 2023"]
YEARLY = ["Đơn vị", "Năm", *LABELS]


@pytest.mark.quick(2)
@pytest.mark.parametrize(
    "title",
    [
        [["Đơn vị báo cáo: UBND huyện Nho Quan"], YEAR],
        [["ĐƠN VỊ BÁO CÁO: HUYỆN NHO QUAN", "", "Đơn vị nhận báo cáo: Sở Nội vụ tỉnh Ninh Bình"], YEAR],
        [["Đơn vị báo cáo:", "UBND huyện Nho Quan"], ["Năm báo cáo:", 2023]],
        [["Tên đơn vị: Phòng LĐTBXH huyện Nho Quan"], ["Kỳ báo cáo: Năm 2023"]],
        [["Huyện: Nho Quan"], ["Năm: 2023"]],
        [["UBND HUYỆN NHO QUAN"], ["BÁO CÁO NĂM 2023"]],
        [["UBND TỈNH NINH BÌNH"], ["UBND HUYỆN NHO QUAN"], YEAR],
        [["Kết quả phòng, chống bạo lực trên địa bàn huyện Nho Quan năm 2023"]],
        [["Đơn vị báo cáo: 372"], YEAR],
        [["Đơn vị báo cáo (huyện, thành phố): Nho Quan"], YEAR],
        [["Quận/huyện: Nho Quan"], YEAR],
        [["Don vi bao cao: H. Nho Quan"], ["nam 2023"]],
        [["Đơn vị báo cáo: Nho Quan"], ["Thành phố Ninh Bình, ngày 5 tháng 1 năm 2024"], YEAR],
    ],
)
def test_a_title_block_gives_unit_and_year(tmp_path: Path, title: Rows) -> None:
    returns = read(tmp_path, [*title, *ITEMS])
    assert (counts(returns), told(returns)) == ({("372", 2023): A}, [])


@pytest.mark.quick(2)
@pytest.mark.parametrize("name", ["Nho Quan 2023", "H. Nho Quan (2023)", "2023 Nho Quan", "nho quan 2023"])
def test_a_sheets_name_gives_unit_and_year(tmp_path: Path, name: str) -> None:
    returns = read(tmp_path, offices.workbook((name, ITEMS)))
    assert (counts(returns), told(returns)) == ({("372", 2023): A}, [])


def test_sheets_of_several_years_are_told_apart_by_their_names(tmp_path: Path) -> None:
    returns = read(tmp_path, offices.workbook(("Năm 2022", [HEADER, NHO_QUAN]), ("2023", [HEADER, NHO_QUAN])))
    assert counts(returns) == {("372", 2022): A, ("372", 2023): A}


def test_a_year_column_gives_each_row_its_year(tmp_path: Path) -> None:
    returns = read(tmp_path, [YEARLY, ["Nho Quan", 2022, *A], ["Nho Quan", "Năm 2023", *B]])
    assert counts(returns) == {("372", 2022): A, ("372", 2023): B}


def test_an_assumed_year_serves_where_nothing_names_one(tmp_path: Path) -> None:
    assert counts(read(tmp_path, [HEADER, NHO_QUAN, GIA_VIEN], year=2023)) == BOTH


def test_an_assumed_year_gives_way_to_the_files_own(tmp_path: Path) -> None:
    assert counts(read(tmp_path, [TITLE, HEADER, NHO_QUAN, GIA_VIEN], year=2022)) == BOTH


def test_a_binding_year_contradicts_the_files_own(tmp_path: Path) -> None:
    path = send(tmp_path, [TITLE, HEADER, NHO_QUAN])
    returns = read_returns([str(path)], PLAN, AssumedYear(2022, binds=True))
    assert told(returns) == [("conflicting-year", "A1")]
    assert ENGLISH.say(returns.problems[0].message) == "This return names 2023, but --year is 2022."


@pytest.mark.quick(2)
@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([HEADER, NHO_QUAN], ("missing-year", None)),
        ([YEARLY, ["Nho Quan", "hai ba", *A]], ("missing-year", "B2")),
        ([YEARLY, ["Nho Quan", 2019, *A]], ("year-outside-plan", "B2")),
        ([["NĂM 2026"], HEADER, NHO_QUAN], ("year-outside-plan", "A1")),
        ([["NĂM 2022"], YEARLY, ["Nho Quan", 2023, *A]], ("conflicting-year", "B3")),
        ([["Năm 2022"], ["Năm 2023"], HEADER, NHO_QUAN], ("conflicting-year", "A2")),
        ([TITLE, HEADER, ["", *A]], ("missing-unit", "A3")),
        ([YEAR, *ITEMS], ("missing-unit", None)),
        ([["Đơn vị báo cáo: Huyện Nho Quang"], YEAR, *ITEMS], ("unknown-unit", "A1")),
        ([["Đơn vị báo cáo: Huyện Gia Viễn"], YEAR, HEADER, NHO_QUAN], ("conflicting-unit", "A4")),
        ([["Huyện Nho Quan và huyện Gia Viễn năm 2023"], *ITEMS], ("missing-unit", None)),
        ([TITLE, ["Mã", *HEADER], [373, *NHO_QUAN]], ("unknown-unit", "B3")),
    ],
)
def test_what_is_missing_unknown_or_contradicts_is_told_at_its_cell(
    tmp_path: Path, rows: Rows, problem: tuple[str, str | None]
) -> None:
    returns = read(tmp_path, rows)
    assert (told(returns), len(returns.valid)) == ([problem], 0)


@pytest.mark.parametrize("name", ["Gia Viễn", "Gia Viễn 2023"])
def test_a_sheets_name_that_contradicts_the_title_is_told(tmp_path: Path, name: str) -> None:
    rows = [["Đơn vị báo cáo: Huyện Nho Quan"], YEAR, *ITEMS]
    assert told(read(tmp_path, offices.workbook((name, rows)))) == [("conflicting-unit", "A1")]


def test_a_sheets_year_that_contradicts_the_title_is_told(tmp_path: Path) -> None:
    assert told(read(tmp_path, offices.workbook(("2022", [TITLE, HEADER, NHO_QUAN])))) == [("conflicting-year", "A1")]


def test_the_provinces_office_in_the_title_contradicts_no_row(tmp_path: Path) -> None:
    title: Rows = [["UBND TỈNH NINH BÌNH"], ["Sở Lao động - Thương binh và Xã hội tỉnh Ninh Bình"], TITLE]
    assert counts(read(tmp_path, [*title, HEADER, NHO_QUAN, GIA_VIEN])) == BOTH


def test_an_unknown_unit_is_answered_with_the_nearest_names(tmp_path: Path) -> None:
    returns = read(tmp_path, [TITLE, HEADER, ["Huyện Nho Quang", *A], GIA_VIEN])
    assert told(returns) == [("unknown-unit", "A3")]
    message = ENGLISH.say(returns.problems[0].message)
    assert message == "“Huyện Nho Quang” is not a reporting unit in 2023; did you mean Huyện Nho Quan?"
    assert list(counts(returns)) == [("373", 2023)]


def test_an_unknown_unit_is_told_as_it_is_written(tmp_path: Path) -> None:
    (problem,) = read(tmp_path, [["Đơn vị báo cáo﹕ UBND Huyện Xa Lạ"], YEAR, *ITEMS]).problems
    assert (problem.code, problem.place.cell, problem.value) == ("unknown-unit", "A1", "UBND Huyện Xa Lạ")


def test_a_bare_name_means_the_unit_of_that_year(tmp_path: Path) -> None:
    returns = read(tmp_path, [YEARLY, ["Hoa Lư", 2024, *A], ["Hoa Lư", 2025, *B], ["TP Ninh Bình", 2024, *B]])
    assert counts(returns) == {("374", 2024): A, ("374", 2025): B, ("369", 2024): B}
    assert told(returns) == []


def test_a_name_of_the_wrong_year_is_unknown(tmp_path: Path) -> None:
    assert told(read(tmp_path, [YEARLY, ["TP Hoa Lư", 2024, *A]])) == [("unknown-unit", "A2")]


@pytest.mark.quick(2)
@pytest.mark.parametrize(
    "title",
    ["BÁO CÁO 6 THÁNG ĐẦU NĂM 2023", "Năm 2023 (từ 01/01 đến 30/6)", "Quý III/2023 năm 2023", "Sơ kết năm 2023"],
)
def test_title_of_a_part_of_the_year_is_refused(tmp_path: Path, title: str) -> None:
    returns = read(tmp_path, [[title], HEADER, NHO_QUAN, GIA_VIEN])
    assert (counts(returns), told(returns)) == ({}, [("part-of-year", "A1")])


@pytest.mark.quick(2)
@pytest.mark.parametrize("title", ["KẾ HOẠCH NĂM 2023", "Dự kiến năm 2023", "Lũy kế đến năm 2023", "ĐVT: nghìn người"])
def test_title_of_no_result_is_refused(tmp_path: Path, title: str) -> None:
    returns = read(tmp_path, [[title], YEAR, HEADER, NHO_QUAN, GIA_VIEN])
    assert (counts(returns), told(returns)) == ({}, [("not-the-result", "A1")])


@pytest.mark.quick(2)
@pytest.mark.parametrize(
    "title",
    [
        ["KẾT QUẢ THỰC HIỆN KẾ HOẠCH SỐ 63/KH-UBND"],
        ["BÁO CÁO KẾT QUẢ THỰC HIỆN", "KẾ HOẠCH PHÒNG NGỪA BẠO LỰC"],
        ["(Kèm theo Kế hoạch số 12/KH-UBND ngày 5/1/2022)"],
        ["Căn cứ Luật Phòng, chống bạo lực gia đình năm 2022"],
        ["PHÒNG TÀI CHÍNH - KẾ HOẠCH"],
        ["Kết quả năm 2023 và phương hướng nhiệm vụ năm 2026"],
    ],
)
def test_title_that_names_a_document_says_nothing_against_figures(tmp_path: Path, title: list[str]) -> None:
    returns = read(tmp_path, [*([line] for line in title), YEAR, HEADER, NHO_QUAN, GIA_VIEN])
    assert (counts(returns), told(returns)) == (BOTH, [])


@pytest.mark.quick(2)
@pytest.mark.parametrize(
    "title",
    [
        ["Đơn vị báo cáo: Công an huyện Gia Viễn"],
        ["Đơn vị báo cáo: Huyện Hải Hậu", "Kết quả trên địa bàn huyện Nho Quan"],
        ["Đơn vị báo cáo: UBND xã Gia Trung", "Đơn vị nhận báo cáo: Phòng Nội vụ huyện Gia Viễn"],
        ["UBND HUYỆN GIA VIỄN", "UBND XÃ GIA TRUNG"],
        ["SỞ GIÁO DỤC VÀ ĐÀO TẠO", "TRƯỜNG THPT NHO QUAN A"],
        ["Xã: Kim Sơn", "Huyện: Nho Quan"],
        ["Xã Gia Trung, huyện Gia Viễn"],
    ],
)
def test_reporter_that_is_no_unit_is_unknown(tmp_path: Path, title: list[str]) -> None:
    returns = read(tmp_path, [*([line] for line in title), YEAR, *ITEMS])
    assert (counts(returns), [problem.code for problem in returns.problems]) == ({}, ["unknown-unit"])


@pytest.mark.parametrize("title", ["Kính gửi: UBND huyện Nho Quan", "Nơi nhận: Huyện Nho Quan", "Sao gửi: H. Nho Quan"])
def test_recipient_is_not_the_reporter(tmp_path: Path, title: str) -> None:
    assert told(read(tmp_path, [[title], YEAR, *ITEMS])) == [("missing-unit", None)]


def test_the_period_gives_the_year_where_nothing_names_it(tmp_path: Path) -> None:
    title: Rows = [["Đơn vị báo cáo: UBND huyện Nho Quan"], ["(Từ ngày 15/12/2022 đến ngày 14/12/2023)"]]
    assert counts(read(tmp_path, [*title, *ITEMS])) == {("372", 2023): A}


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("Công an huyện", "NĂM 2023"),
        ("Tên trường", "NĂM 2023"),
        ("Bệnh viện", "NĂM 2023"),
        ("Thị trấn", "NĂM 2023"),
        ("Đơn vị", "TỔNG HỢP BÁO CÁO CÁC XÃ, THỊ TRẤN NĂM 2023"),
        ("Đơn vị", "SỐ LIỆU CỦA CÔNG AN CÁC HUYỆN NĂM 2023"),
    ],
)
def test_bare_name_under_other_bodies_is_no_unit(tmp_path: Path, heading: str, title: str) -> None:
    rows: Rows = [[title], [heading, *LABELS], ["Nho Quan", *A], ["Gia Viễn", *B]]
    assert counts(read(tmp_path, rows)) == {}


@pytest.mark.parametrize("section", ["Công an các huyện", "Thị trấn"])
def test_section_of_other_bodies_is_not_read(tmp_path: Path, section: str) -> None:
    assert counts(read(tmp_path, [TITLE, HEADER, NHO_QUAN, [section], ["Gia Viễn", *B]])) == {("372", 2023): A}


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("Đơn vị cấp huyện", "NĂM 2023"),
        ("Huyện", "TỔNG HỢP BÁO CÁO CÁC XÃ, THỊ TRẤN NĂM 2023"),
        ("Phòng LĐTBXH huyện", "NĂM 2023"),
        ("Đơn vị", "BÁO CÁO CỦA PHÒNG NỘI VỤ CÁC HUYỆN NĂM 2023"),
    ],
)
def test_bare_name_under_offices_is_the_units(tmp_path: Path, heading: str, title: str) -> None:
    assert counts(read(tmp_path, [[title], [heading, *LABELS], ["Nho Quan", *A], ["Gia Viễn", *B]])) == BOTH


CITY = ["TP Ninh Bình", *B]
SUMMED = ["NINH BÌNH", *SUM]


@pytest.mark.parametrize(
    ("year", "rows", "units", "problems"),
    [
        (2025, [NHO_QUAN, GIA_VIEN, SUMMED], ["372", "373"], ["unknown-unit"]),
        (2025, [NHO_QUAN, ["Ninh Bình", *B]], ["372"], ["unknown-unit"]),
        (2023, [NHO_QUAN, GIA_VIEN, SUMMED], ["372", "373"], ["unknown-unit"]),
        (2023, [SUMMED, NHO_QUAN, CITY], ["369", "372"], []),
        (2023, [NHO_QUAN, ["Ninh Bình", *B]], ["369", "372"], []),
    ],
)
def test_bare_name_of_province_with_the_sum_is_no_city(
    tmp_path: Path, year: int, rows: Rows, units: list[str], problems: list[str]
) -> None:
    returns = read(tmp_path, [[f"NĂM {year}"], HEADER, *rows])
    assert sorted(unit for unit, _ in counts(returns)) == units
    assert [code for code, _ in told(returns)] == problems


@pytest.mark.parametrize(
    ("title", "name", "where"),
    [
        ([["UBND HUYỆN NHO QUAN"], ["Đơn vị báo cáo: Huyện Gia Viễn"], YEAR], None, "Huyện Nho Quan in cell A1."),
        ([["Đơn vị báo cáo: Huyện Nho Quan"], YEAR], "huyen-gia-vien.xlsx", "Gia Viễn in the name of the file."),
        ([["Đơn vị báo cáo: Huyện Nho Quan"], YEAR, ["Năm 2022"]], None, "names 2022 here, but 2023 in cell A2."),
    ],
)
def test_conflict_names_both_of_its_places(tmp_path: Path, title: Rows, name: str | None, where: str) -> None:
    rows: Rows = [*title, *ITEMS]
    returns = read(tmp_path, rows, name=name)
    assert counts(returns) == {}
    assert [ENGLISH.say(problem.message).endswith(where) for problem in returns.problems] == [True]


def test_office_over_two_rows_of_letterhead_is_the_units(tmp_path: Path) -> None:
    head: Rows = [["UBND HUYỆN NHO QUAN"], ["PHÒNG LAO ĐỘNG - THƯƠNG BINH"], ["VÀ XÃ HỘI"], YEAR]
    assert counts(read(tmp_path, [*head, *ITEMS])) == {("372", 2023): A}


@pytest.mark.parametrize("name", ["Chung", "Cả tỉnh", "Tổng cả tỉnh"])
def test_row_of_the_whole_province_is_a_sum(tmp_path: Path, name: str) -> None:
    returns = read(tmp_path, [TITLE, HEADER, NHO_QUAN, GIA_VIEN, [name, *SUM]])
    assert (counts(returns), told(returns)) == (BOTH, [])


@pytest.mark.parametrize(
    "lines",
    [
        ["UBND HUYỆN NHO QUAN\nPHÒNG LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI"],
        ["UBND HUYỆN NHO QUAN", "Kính gửi:", "- Sở Lao động;", "- Huyện ủy Gia Viễn."],
        ["UBND HUYỆN NHO QUAN", "BÁO CÁO KẾT QUẢ TRÊN ĐỊA BÀN HUYỆN NHO QUAN"],
    ],
)
def test_letterhead_of_an_office_is_the_units(tmp_path: Path, lines: list[str]) -> None:
    rows = [*([line] for line in lines), ["Năm 2023"], *zip(LABELS, A, strict=True)]
    assert counts(read(tmp_path, rows)) == {("372", 2023): A}


@pytest.mark.parametrize(
    "lines",
    [
        ["UBND HUYỆN NHO QUAN\nTRƯỜNG THCS VĂN PHÚ"],
        ["UBND HUYỆN NHO QUAN", "(Báo cáo thay cho huyện Gia Viễn)"],
        ["UBND HUYỆN NHO QUAN", "BÁO CÁO KẾT QUẢ TRÊN ĐỊA BÀN HUYỆN GIA VIỄN"],
    ],
)
def test_letterhead_of_another_than_the_unit_is_refused(tmp_path: Path, lines: list[str]) -> None:
    rows = [*([line] for line in lines), ["Năm 2023"], *zip(LABELS, A, strict=True)]
    assert counts(read(tmp_path, rows)) == {}
