import pytest

from gbv_kpi.reading.titles import (
    after_label,
    is_place_and_date,
    part_of_year_in,
    reporting_unit_in,
    year_ended_in,
    year_in,
    year_named,
    years_in,
    years_in_sheet_name,
)


@pytest.mark.parametrize(
    ("title", "years"),
    [
        ("Năm 2023", [2023]),
        ("NĂM: 2023", [2023]),
        ("nam 2023", [2023]),
        ("Kỳ báo cáo: 2023", [2023]),
        ("KẾT QUẢ THỰC HIỆN KẾ HOẠCH NĂM 2023", [2023]),
        ("KẾT QUẢ THỰC HIỆN KẾ HOẠCH SỐ 63/KH-UBND NGÀY 12/5/2021 NĂM 2023", [2023]),
        ("Kết quả năm 2023 và phương hướng, nhiệm vụ năm 2024", [2023]),
        ("KẾT QUẢ NĂM 2023, KẾ HOẠCH NĂM 2024", [2023]),
        ("Kết quả năm 2023 so với cùng kỳ năm 2022", [2023]),
        ("Chương trình giai đoạn 2021 - 2025", []),
        ("Ninh Bình, ngày 15 tháng 12 năm 2023", []),
        ("Số 12/BC-UBND ngày 12/5/2021", []),
        ("Số liệu năm 2022 và năm 2023", [2022, 2023]),
        ("RESULTS 2023", [2023]),
        ("Tăng 3 người so với kết quả 2022", []),
    ],
)
def test_a_title_names_the_year_reported_and_no_date_of_a_paper(title: str, years: list[int]) -> None:
    assert list(years_in(title)) == years


@pytest.mark.parametrize(
    ("cell", "year"), [("2023", 2023), ("Năm 2023", 2023), ("2023.0", 2023), ("12023", None), ("quý 2023", None)]
)
def test_a_cell_gives_a_year_alone(cell: str, year: int | None) -> None:
    assert year_in(cell) == year


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("Từ ngày 01/01/2023 đến ngày 31/12/2023", 2023),
        ("Kỳ báo cáo: từ 15/12/2022 đến 14/12/2023", 2023),
        ("(Số liệu tính đến ngày 31 tháng 12 năm 2023)", 2023),
        ("Từ 01/01/2023 đến 30/6/2023", None),
        ("Từ 01/01/2021 đến 31/12/2023", None),
        ("Tính đến 30/11/2023", None),
        ("Ninh Bình, ngày 31 tháng 12 năm 2023", None),
    ],
)
def test_a_period_of_a_whole_year_gives_the_year_it_ends_in(title: str, year: int | None) -> None:
    assert year_ended_in(title) == year


@pytest.mark.parametrize(
    ("title", "is_part"),
    [
        ("BÁO CÁO 6 THÁNG ĐẦU NĂM 2023", True),
        ("Báo cáo sáu tháng năm 2023", True),
        ("Quý III năm 2023", True),
        ("12 tháng năm 2023", False),
        ("Năm 2023 (kèm theo Công văn ngày 5 tháng 1 năm 2024)", False),
        ("Quy mô năm 2023", False),
    ],
)
def test_a_part_of_a_year_is_told_from_a_year(title: str, is_part: bool) -> None:
    assert part_of_year_in(title) is is_part


def test_a_heading_names_a_year_only_where_it_is_one() -> None:
    assert year_named("Thực hiện năm 2023") == 2023
    assert year_named("Năm 2022 và năm 2023") is None


@pytest.mark.parametrize(
    ("name", "years"),
    [("Nho Quan 2023", [2023]), ("BC_2023", [2023]), ("GĐ 2021-2025", []), ("Biểu 1", []), ("12023", [])],
)
def test_a_sheets_name_gives_a_year(name: str, years: list[int]) -> None:
    assert years_in_sheet_name(name) == years


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("Đơn vị báo cáo: UBND huyện Nho Quan", "ubnd huyện nho quan"),
        ("ĐƠN VỊ: NHO QUAN", "nho quan"),
        ("Tên đơn vị: Nho Quan", "nho quan"),
        ("Đơn vị báo cáo:", ""),
        ("Đơn vị nhận báo cáo: Sở Nội vụ", None),
        ("Đơn vị tính: người", None),
        ("Nho Quan", None),
    ],
)
def test_the_unit_stands_after_its_label(title: str, unit: str | None) -> None:
    assert reporting_unit_in(title) == unit


@pytest.mark.parametrize("colon", [":", "：", "﹕", "︓", " :"])
def test_what_follows_the_label_is_quoted_as_it_is_written(colon: str) -> None:
    assert reporting_unit_in(f"ĐƠN VỊ BÁO CÁO{colon} Xã Xa Lạ") == "xã xa lạ"
    assert after_label(f"ĐƠN VỊ BÁO CÁO{colon} Xã\nXa  Lạ ") == "Xã Xa Lạ"


def test_the_place_where_a_paper_was_signed_is_told_from_a_title() -> None:
    assert is_place_and_date("Thành phố Ninh Bình, ngày 5 tháng 1 năm 2024")
    assert not is_place_and_date("Báo cáo của huyện Nho Quan năm 2023")
