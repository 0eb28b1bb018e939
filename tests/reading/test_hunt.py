"""Returns found by hunting for wrong figures: what is right is read, or nothing is."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from gbv_kpi.reading.labels import listed
from tests import offices
from tests.reading.sending import (
    BOTH,
    FORM_TITLE,
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
    told,
    words_of,
)

Right = Mapping[tuple[str, int], Sequence[int | None]]

ONE: Right = {("372", 2023): A}
NONE: Right = {}


def form(*headings: str, columns: Sequence[Sequence[int]], title: Rows = FORM_TITLE) -> list[list[object]]:
    items = [[label, *figures] for label, *figures in zip(LABELS, *columns, strict=True)]
    return [*map(list, title), ["Chỉ tiêu", *headings], *items]


def table(*rows: Sequence[object], heading: str = "Đơn vị", split: str | None = None) -> list[list[object]]:
    return [TITLE, [heading, *([split] if split else []), *LABELS], *map(list, rows)]


def with_measures(rows: Rows, heading: str) -> Rows:
    """The rows of a form with a column of measures."""
    return [[row[0], heading if row[0] == "Chỉ tiêu" else "Người", *row[1:]] if len(row) > 1 else row for row in rows]


def titled(line: str) -> list[list[object]]:
    return [["UBND huyện Nho Quan"], ["BÁO CÁO NĂM 2023"], [line]]


COMMUNES = [["UBND HUYỆN KIM SƠN"], ["BÁO CÁO NĂM 2023"]]
WRONG: dict[str, tuple[Rows, Right]] = {
    "column-without-heading-beside-men-and-women": (form("Nam", "Nữ", "", columns=[B, B, A]), NONE),
    "quarter-in-a-column": (table(["Nho Quan", 4, *B], split="Quý"), NONE),
    "month-in-a-column": (table(["Nho Quan", 12, *B], split="Tháng"), NONE),
    "age-in-a-column": (
        table(["Nho Quan", "0-15", *B], ["Nho Quan", "16+", *B], ["Nho Quan", "Chung", *A], split="Nhóm tuổi"),
        ONE,
    ),
    "commune-in-a-second-column": (table(["Nho Quan", "Cúc Phương", *B], heading="Huyện", split="Xã"), NONE),
    "commune-of-the-districts-name": (
        [*COMMUNES, ["Xã, thị trấn", *LABELS], ["Kim Sơn", *A], ["Cộng", *SUM]],
        NONE,
    ),
    "bare-name-of-the-reporter-among-unknown-ones": (
        [*COMMUNES, HEADER, ["Kim Sơn", *A], ["Phát Diệm", *B], ["Cộng", *SUM]],
        NONE,
    ),
    "communes-across-under-one-heading": (
        [TITLE, ["Chỉ tiêu", "Các xã", ""], ["", "Kim Sơn", "Gia Viễn"], *map(list, zip(LABELS, A, B, strict=True))],
        NONE,
    ),
    "bare-name-of-the-reporter-across": (
        [*COMMUNES, ["Chỉ tiêu", "Kim Sơn", "Phát Diệm"], *map(list, zip(LABELS, A, B, strict=True))],
        NONE,
    ),
    "months-in-numbers": (form("Kết quả", columns=[B], title=titled("Kỳ: 01-09/2023")), NONE),
    "months-with-years": (form("Kết quả", columns=[B], title=titled("Từ 01/2023 đến 06/2023")), NONE),
    "note-below-the-table": (table(["Nho Quan", *B], ["(*) Số liệu 9 tháng"]), NONE),
    "note-below-the-form": ([*form("Kết quả", columns=[B]), [], ["Ghi chú: số liệu 9 tháng đầu năm"]], NONE),
    "corrected-figures-beside": (form("Số liệu", "Đính chính", columns=[B, A]), NONE),
    "corrected-row": (table(["Huyện Nho Quan", *B], ["Huyện Nho Quan (đính chính)", *A]), NONE),
    "units-that-contradict-each-other": (table(["Nho Quan", "Gia Viễn", *A], split="Đơn vị"), NONE),
    "codes-that-contradict-each-other": (
        [TITLE, ["Mã", "Mã huyện", "Đơn vị", *LABELS], [372, 373, "Nho Quan", *A]],
        NONE,
    ),
    "primary-schools-beside-others": (form("MN", "TH", "THCS", columns=[B, A, B]), NONE),
    "levels-in-rows-of-one-name": (table(["Nho Quan", "Huyện", *A], ["", "Xã", *B], split="Phân tổ"), NONE),
    "levels-of-schools-in-rows": (table(["Nho Quan", "MN", *B], ["Nho Quan", "TH", *A], split="Phân tổ"), NONE),
    "year-before-in-a-label": (table(["Nho Quan", "Năm 2022", *B], split="Phân tổ"), NONE),
    "levels-under-units": (
        [TITLE, ["Chỉ tiêu", "Nho Quan", ""], ["", "Huyện", "Xã"], *map(list, zip(LABELS, A, B, strict=True))],
        NONE,
    ),
    "levels-in-a-column": (table(["Nho Quan", "Huyện", *B], ["Nho Quan", "Xã", *B], split="Cấp"), NONE),
    "years-in-a-column": (table(["Nho Quan", "2021-2023", *B], split="Giai đoạn"), NONE),
    "section-of-communes": (table(["I. Tại các xã điểm"], ["Nho Quan", *B]), NONE),
    "section-of-unknown-words": (table(["Phần bổ sung thêm"], ["Nho Quan", *B]), NONE),
    "only-section-is-a-plan": (table(["Kế hoạch"], ["Nho Quan", *B]), NONE),
}

READ: dict[str, tuple[Rows, Right]] = {
    "short-for-among-them": (form("Tổng", "T.đó: Nữ", columns=[A, B]), ONE),
    "short-for-measure": (with_measures(form("SL", columns=[A]), "Đ.vị"), ONE),
    "level-after-the-name-in-english": (table(["Nho Quan district", *A], heading="District"), ONE),
    "year-before-as-a-section": (
        table(["I. Năm báo cáo"], ["Nho Quan", *A], ["Gia Viễn", *B], ["II. Năm trước"], ["Nho Quan", *B]),
        BOTH,
    ),
    "levels-of-different-units": (table(["Nho Quan", "Huyện", *A], ["Gia Viễn", "Xã", *B], split="Cấp"), ONE),
    "page-and-document-between": (table(["Trang 2/3"], ["(Kèm theo Công văn số 1/CV)"], ["Nho Quan", *A]), ONE),
    "cluster-in-a-column": (table(["Nho Quan", "Cụm 1", *A], ["Gia Viễn", "Cụm 2", *B], split="Cụm"), BOTH),
    "region-in-a-column": (table(["Nho Quan", "Miền núi", *A], ["Gia Viễn", "Vùng núi", *B], split="Khu vực"), BOTH),
    "ends-of-years-as-headings": (form("31/12/2022", "31/12/2023", columns=[B, A]), ONE),
    "half-year-beside-twelve-months": (form("6T", "12T", columns=[B, A]), ONE),
    "whole-beside-levels-of-schools": (form("TH", "THCS", "Tổng số", columns=[B, B, A]), ONE),
    "sum-of-units-with-the-citys-name": (
        [TITLE, ["Chỉ tiêu", "Nho Quan", "Gia Viễn", "Ninh Bình"], *map(list, zip(LABELS, A, B, SUM, strict=True))],
        BOTH,
    ),
    "sum-of-units-with-a-colon": (
        [TITLE, ["Chỉ tiêu", "Nho Quan", "Gia Viễn", "Tổng cộng:"], *map(list, zip(LABELS, A, B, SUM, strict=True))],
        BOTH,
    ),
    "plan-and-result-of-one-name": (table(["Nho Quan", "KH", *B], ["", "TH", *A], split="Phân tổ"), ONE),
    "years-of-one-name": (table(["Nho Quan", "2023", *A], split="Phân tổ"), ONE),
    "province-before-the-unit": ([TITLE, ["Tỉnh", "Huyện", *LABELS], ["Ninh Bình", "Nho Quan", *A]], ONE),
    "group-of-units-under-the-header": (
        table(["Khối miền núi"], ["Nho Quan", *A], ["Các huyện đồng bằng"], ["Gia Viễn", *B]),
        BOTH,
    ),
    "an-adjusted-figure": (form("Số đã báo cáo", "Số điều chỉnh", columns=[B, A]), NONE),
    "whole-year-under-one-heading": (table(["", "12 tháng"], ["Nho Quan", *A]), ONE),
    "years-compared": (
        form("Năm 2022", "Năm 2023", columns=[B, A], title=titled("KẾT QUẢ NĂM 2023 SO VỚI NĂM 2022")),
        ONE,
    ),
    "letters-in-brackets": (
        [
            *FORM_TITLE,
            ["Chỉ tiêu", "SL"],
            *([f"({at}) {label}", n] for at, label, n in zip("abcdefghik", LABELS, A, strict=True)),
        ],
        ONE,
    ),
    "year-in-an-english-title": ([["Annual return 2023"], *table(["Nho Quan", *A])[1:]], ONE),
    "year-long-months": (form("Kết quả", columns=[A], title=titled("Kỳ: 01-12/2023")), ONE),
}


BELOW_WRONG = [
    "(*) Số liệu tính đến 30/6/2023",
    "Ghi chú: số liệu 6 tháng",
    "Ghi chú: Kỳ số liệu từ 01/01/2023 đến 30/6/2023",
    "(*) Tính từ 01/7/2023 đến 31/12/2023",
    "Thời điểm lấy số liệu: 30/6/2023",
    "Ghi chú: số liệu lũy kế từ năm 2021",
    "(*) Chỉ tính số nữ",
    "Ghi chú: Chưa bao gồm số liệu của Công an huyện",
    "Ghi chú: ĐVT: nghìn người",
    "Ghi chú: số liệu kế hoạch năm 2023",
    "Ghi chú: số liệu năm 2022",
    "Ghi chú: Số liệu của 20/27 xã",
    "* Chỉ tính từ tháng 7",
    "Ghi chú: Tính theo hộ",
    "Ghi chú: Không kể trẻ em",
    "Ghi chú: Là số vụ",
    "Ghi chú: Số liệu giai đoạn 2021-2023",
    "Số liệu chỉ của thị trấn",
    "Ghi chú: Sửa thành 25",
    "Notes: women only",
    "Còn thiếu trường THPT",
    "Chưa có xã Cúc Phương",
    "Một số xã chưa có báo cáo",
    "Ghi chú: Chưa cập nhật đủ",
    "(*) Đây là số kế hoạch",
]
BELOW_READ = [
    "(*) Số liệu tính đến 31/12/2023",
    "Thời điểm lấy số liệu: 15/12/2023",
    "Ghi chú: Báo cáo gửi trước ngày 15/01/2024",
    "Số liệu do phòng LĐ-TB&XH tổng hợp từ 27 xã, thị trấn",
    "Ghi chú: năm 2022 có 12 vụ",
    "(*) Trong đó: 3 trẻ em",
    "Nữ chiếm 80%",
    "Mẫu này báo cáo 6 tháng và năm",
    "Ghi chú: tổ chức 3 lớp trong Tháng hành động",
    "Số liệu trên không tính trùng; mỗi người chỉ tính một lần",
    "Ngoài ra, huyện tổ chức 02 hội nghị truyền thông",
    "Chưa có trường hợp tử vong",
    "Chưa có xã nào đạt chuẩn",
    "Còn thiếu cơ sở tạm lánh",
]
TITLE_WRONG = [
    "Số nữ năm 2023",
    "Trẻ em",
    "(Tính trên 1.000 dân)",
    "ĐVT: nghìn người",
    "Đối tượng: Phụ nữ",
    "NẠN NHÂN LÀ TRẺ EM",
    "Biểu 2. Nạn nhân là nữ",
    "Nhóm tuổi 18-60",
    "Ngành Giáo dục",
    "(Chỉ tính các trường công lập)",
    "Loại hình: tư thục",
    "Số liệu 6T2023",
    "BÁO CÁO NHANH THÁNG 12/2023",
    "Báo cáo đột xuất tháng 5",
    "BÁO CÁO GIỮA KỲ NĂM 2023",
    "Số liệu ước năm sau",
    "Kết quả dự kiến",
    "Phạm vi: 5 xã điểm",
    "Năm 2023 (chỉ gồm cấp huyện)",
    "DÀNH CHO NỮ",
    "(Thiếu số liệu 3 xã)",
    "(x 1000)",
    "Số liệu từ đầu năm 2023 đến nay",
    "Nửa cuối 2023",
    "As of 30 September 2023",
    "KẾT QUẢ NĂM 2023 SO VỚI NĂM 2022",
    "HAI QUÝ ĐẦU NĂM",
    "Trong Tháng hành động vì bình đẳng giới",
    "Không kể trẻ em",
    "(trừ các xã miền núi)",
    "(ngoài các trường THPT)",
    "Còn 3 xã chưa báo cáo",
    "Chỉ thống kê nạn nhân là phụ nữ",
    "Phạm vi: thị trấn Nho Quan",
    "Tại 05 xã thí điểm mô hình",
    "ĐVT: hộ",
    "ĐVT: đồng",
    "Đơn vị tính: vụ",
    "Tính theo hộ gia đình",
    "Số liệu từ 2021 đến 2023",
    "Từ khi thực hiện Kế hoạch đến hết năm 2023",
    "Số liệu bình quân mỗi xã",
    "(Kèm theo Quyết định số 12/QĐ-UBND về việc giao chỉ tiêu kế hoạch năm 2023)",
    "Figures exclude children",
]
TITLE_READ = [
    "BÁO CÁO CÔNG TÁC BÌNH ĐẲNG GIỚI VÀ VÌ SỰ TIẾN BỘ CỦA PHỤ NỮ",
    "Về phòng, chống bạo lực đối với phụ nữ và trẻ em",
    "Xây dựng nông thôn mới",
    "(Dùng cho cấp huyện)",
    "Giới tính: Chung",
    "As of 31 December 2023",
    "GIAI ĐOẠN 2021 - 2025",
    "Biểu 02-KH",
    "(Kèm theo Kế hoạch của UBND tỉnh)",
    "Đơn vị tính: Người, vụ, cơ sở",
    "Nếu chưa có số liệu thì để trống",
    "Trụ sở: thị trấn Nho Quan, huyện Nho Quan",
    "Tại các xã, thị trấn trên địa bàn huyện Nho Quan",
    "(Ban hành kèm theo Quyết định số 12/QĐ-UBND)",
    "Tổng hợp từ báo cáo của các xã, thị trấn",
]
SHEETS_WRONG = ["Nữ", "Nam", "Công lập", "Khác", "KH 2023", "6T2023", "LK", "Nông thôn", "KH2023", "DK 2023"]
SHEETS_READ = ["Nam 2023", "TH", "TH KH 2023", "Biểu 02-KH", "Huyện", "Chung", "BĐG", "Cấp huyện"]
BESIDE_WRONG = [
    ("Giới", "F"),
    ("Phòng", "Phòng GD&ĐT"),
    ("Cơ quan", "Công an huyện"),
    ("Ngành", "Giáo dục"),
    ("Kỳ", 1),
    ("Kỳ", "6T"),
    ("Tuổi", "<16"),
    ("Cấp", "Xã"),
    ("Nhóm đối tượng", "Nhóm A"),
]
BESIDE_READ = [
    ("Giới", "Tổng số"),
    ("Tỉnh", "Ninh Bình"),
    ("Loại đơn vị", "Huyện"),
    ("Trạng thái", "Đã nộp"),
    ("Kỳ báo cáo", "Năm 2023"),
    ("Nhóm tuổi", "Tất cả"),
]


@pytest.mark.quick(2)
@pytest.mark.parametrize("note", BELOW_WRONG)
@pytest.mark.parametrize("make", [table(["Nho Quan", *B]), form("Kết quả", columns=[B])], ids=["table", "form"])
def test_a_note_below_against_the_figures_refuses_them(tmp_path: Path, make: Rows, note: str) -> None:
    returns = read(tmp_path, [*make, [], ["", note]])
    assert counts(returns) == NONE
    assert returns.refused() == {("372", 2023)}


@pytest.mark.quick(2)
@pytest.mark.parametrize("note", BELOW_READ)
@pytest.mark.parametrize("make", [table(["Nho Quan", *A]), form("Kết quả", columns=[A])], ids=["table", "form"])
def test_a_note_below_that_says_nothing_against_is_passed_over(tmp_path: Path, make: Rows, note: str) -> None:
    assert counts(read(tmp_path, [*make, [], ["", note]])) == ONE


@pytest.mark.quick(2)
@pytest.mark.parametrize("line", TITLE_WRONG)
def test_a_title_that_limits_the_figures_refuses_them(tmp_path: Path, line: str) -> None:
    assert counts(read(tmp_path, form("Kết quả", columns=[B], title=titled(line)))) == NONE
    assert counts(read(tmp_path, [TITLE, [line], *table(["Nho Quan", *B])[1:]])) == NONE


@pytest.mark.quick(2)
@pytest.mark.parametrize("line", TITLE_READ)
def test_a_title_that_names_persons_otherwise_is_read(tmp_path: Path, line: str) -> None:
    assert counts(read(tmp_path, form("Kết quả", columns=[A], title=titled(line)))) == ONE


@pytest.mark.quick(2)
@pytest.mark.parametrize("name", SHEETS_WRONG)
def test_a_sheet_named_as_a_part_is_refused(tmp_path: Path, name: str) -> None:
    assert counts(read(tmp_path, offices.workbook((name, form("Kết quả", columns=[B]))))) == NONE


@pytest.mark.quick(2)
@pytest.mark.parametrize("name", SHEETS_READ)
def test_a_sheet_of_another_name_is_read(tmp_path: Path, name: str) -> None:
    assert counts(read(tmp_path, offices.workbook((name, form("Kết quả", columns=[A]))))) == ONE


@pytest.mark.parametrize("name", ["6-thang-2023.xlsx", "BC 9T 2023.xlsx", "Q4-2023.xlsx", "so_ket_2023.xlsx"])
def test_a_file_named_as_part_of_the_year_is_refused(tmp_path: Path, name: str) -> None:
    returns = read(tmp_path, form("Kết quả", columns=[B]), name=name)
    assert (counts(returns), told(returns)) == (NONE, [("part-of-year", None)])
    assert name in words_of(returns)


@pytest.mark.parametrize(
    "name", ["BC_nam_2023.xlsx", "KH63_2023.xlsx", "bao cao 12 thang 2023.xlsx", "15.12.2023.xlsx"]
)
def test_a_file_of_another_name_is_read(tmp_path: Path, name: str) -> None:
    assert counts(read(tmp_path, form("Kết quả", columns=[A]), name=name)) == ONE


@pytest.mark.parametrize("name", ["Nữ", "KH", "6 tháng"])
def test_a_sheet_that_is_a_part_is_left_out_beside_the_whole(tmp_path: Path, name: str) -> None:
    book = offices.workbook((name, form("Kết quả", columns=[B])), ("Tổng hợp", form("Kết quả", columns=[A])))
    returns = read(tmp_path, book)
    assert counts(returns) == ONE
    assert [code for code, _ in told(returns)] == ["sheet-not-read"]


@pytest.mark.parametrize("name", listed("sample"))
def test_a_sample_sheet_is_read_only_where_it_is_alone(tmp_path: Path, name: str) -> None:
    sample = (name, table(["Gia Viễn", *B]))
    returns = read(tmp_path, offices.workbook(("Biểu 1", table(["Nho Quan", *A])), sample))
    assert (counts(returns), [code for code, _ in told(returns)]) == (ONE, ["sheet-not-read"])
    assert counts(read(tmp_path, offices.workbook(sample))) == {("373", 2023): B}


def test_a_list_of_schools_below_a_form_says_nothing_of_its_figures(tmp_path: Path) -> None:
    schools: list[list[object]] = [
        ["STT", "Tên trường", "Cấp học", "Ghi chú"],
        [1, "Trường Nho Quan A", "THCS", "Chưa thống kê"],
    ]
    returns = read(tmp_path, [*form("Kết quả", columns=[A]), [], ["DANH SÁCH CƠ SỞ GIÁO DỤC"], *schools])
    assert (counts(returns), told(returns)) == (ONE, [])


@pytest.mark.quick(2)
@pytest.mark.parametrize(("heading", "cell"), BESIDE_WRONG)
def test_a_word_beside_a_unit_that_limits_its_row_refuses_it(tmp_path: Path, heading: str, cell: object) -> None:
    returns = read(tmp_path, table(["Nho Quan", cell, *B], split=heading))
    assert counts(returns) == NONE
    assert returns.refused() == {("372", 2023)}


@pytest.mark.quick(2)
@pytest.mark.parametrize(("heading", "cell"), BESIDE_READ)
def test_a_word_beside_a_unit_that_is_neutral_is_passed_over(tmp_path: Path, heading: str, cell: object) -> None:
    assert counts(read(tmp_path, table(["Nho Quan", cell, *A], split=heading))) == ONE


REPORTERS_WRONG: list[list[list[object]]] = [
    [["UBND HUYỆN NHO QUAN"], ["TRUNG TÂM Y TẾ"], ["BÁO CÁO NĂM 2023"]],
    [["UBND HUYỆN NHO QUAN"], ["PHÒNG GIÁO DỤC VÀ ĐÀO TẠO"], ["BÁO CÁO NĂM 2023"]],
    [["UBND HUYỆN NHO QUAN"], ["CÔNG AN"], ["BÁO CÁO NĂM 2023"]],
    [["Đơn vị báo cáo: Huyện Nho Quan"], ["Năm 2023"], ["Trường: THCS Nho Quan"]],
]
PERIODS_WRONG: list[list[list[object]]] = [
    [["Từ ngày:", "01/01/2023", "Đến ngày:", "30/06/2023"], ["Năm 2023"]],
    [["tu_thang", "den_thang", "nam"], ["1", "9", "2023"]],
    [["Quý:", "II", "Năm 2023"]],
    [["Kết quả 2 năm 2022, 2023"]],
    [["Báo cáo 3 năm thực hiện kế hoạch 63 (2021, 2022 và năm 2023)"]],
]


IN_CELLS: list[tuple[list[object], bool]] = [
    (["Từ tháng", 1, "đến tháng", 6], False),
    (["Từ tháng", 1, "đến tháng", 12], True),
    (["", "Từ tháng", "1", "đến tháng", "6"], False),
    (["Từ tháng", 1, "đến tháng", 9, "năm", 2023], False),
    (["Từ tháng", 1, "đến tháng", 12, "năm", 2023], True),
    (["Từ", "tháng 1", "đến", "tháng 6"], False),
    (["Từ", "tháng 1", "đến", "tháng 12"], True),
    (["Tháng", "từ", 1, "đến", 6], False),
    (["Từ ngày", 1, "tháng", 1, "đến ngày", 30, "tháng", 6], False),
    (["Từ ngày", 1, "tháng", 1, "đến ngày", 31, "tháng", 12], True),
]


@pytest.mark.quick(2)
@pytest.mark.parametrize(("cells", "is_year"), IN_CELLS)
def test_a_period_split_over_cells_is_read_as_one(tmp_path: Path, cells: list[object], is_year: bool) -> None:
    titled_form = form("Số liệu", columns=[A], title=[*FORM_TITLE[:2], cells])
    for rows in (titled_form, [TITLE, cells, HEADER, ["Nho Quan", *A]]):
        returns = read(tmp_path, rows)
        assert counts(returns) == (ONE if is_year else NONE)
        assert {code for code, _ in told(returns)} == (set() if is_year else {"part-of-year"})


def test_two_forms_without_a_column_between_are_both_read(tmp_path: Path) -> None:
    reporters = ["Đơn vị báo cáo: Huyện Nho Quan", "", "Đơn vị báo cáo: Huyện Gia Viễn"]
    rows: list[list[object]] = [[*reporters], ["Năm 2023", "", "Năm 2023"], ["Chỉ tiêu", "Số liệu"] * 2]
    rows += [[label, a, label, b] for label, a, b in zip(LABELS, A, B, strict=True)]
    assert counts(read(tmp_path, rows)) == BOTH


def with_parts(*parts: tuple[str, Sequence[int]]) -> list[list[object]]:
    """A form with no figure of an item itself but those of its parts below it."""
    rows: list[list[object]] = [*FORM_TITLE, ["Chỉ tiêu", "Số liệu"]]
    for number, label in enumerate(LABELS):
        rows += [[label, ""], *([f"   {part}", figures[number]] for part, figures in parts)]
    return rows


def test_a_total_after_its_parts_is_read(tmp_path: Path) -> None:
    assert counts(read(tmp_path, with_parts(("Nam", B), ("Nữ", B), ("Tổng số", A)))) == ONE


def test_a_form_of_parts_only_is_no_blank_return(tmp_path: Path) -> None:
    returns = read(tmp_path, with_parts(("Nam", A), ("Nữ", B)))
    assert counts(returns) == NONE
    assert told(returns)[0] == ("missing-value", "B5")
    assert {code for code, _ in told(returns)} == {"missing-value"}
    assert "Nữ" in words_of(returns)


@pytest.mark.parametrize("heading", ["Toàn tỉnh", "Tổng toàn tỉnh", "Kết quả toàn tỉnh"])
def test_a_column_of_the_province_is_not_the_districts(tmp_path: Path, heading: str) -> None:
    returns = read(tmp_path, form(heading, "Huyện", columns=[B, A]))
    assert counts(returns) == NONE
    assert ("conflicting-unit", "B4") in told(returns)


def test_sections_of_a_plan_and_a_result_are_told_apart(tmp_path: Path) -> None:
    rows: list[list[object]] = [*FORM_TITLE, ["Chỉ tiêu", "Số liệu"]]
    for heading, figures in (("Phần A. Chỉ tiêu giao", B), ("Phần B. Kết quả", A)):
        rows += [[heading], *([label, figure] for label, figure in zip(LABELS, figures, strict=True))]
    assert counts(read(tmp_path, rows)) == ONE


@pytest.mark.parametrize("section", ["I. Kết quả 6 tháng", "KẾ HOẠCH NĂM 2024", "Nữ", "Năm 2022", "Tại xã điểm"])
@pytest.mark.parametrize("at", [0, 1], ids=["numbers", "items"])
def test_a_section_of_a_form_in_either_column_refuses_it(tmp_path: Path, section: str, at: int) -> None:
    items = [[number, label, figure] for number, (label, figure) in enumerate(zip(LABELS, B, strict=True), 1)]
    rows: Rows = [*FORM_TITLE, ["STT", "Chỉ tiêu", "Số liệu"], [*[""] * at, section], *items]
    assert counts(read(tmp_path, rows)) == NONE


@pytest.mark.quick(2)
@pytest.mark.parametrize("title", REPORTERS_WRONG)
def test_another_body_of_the_district_is_no_unit(tmp_path: Path, title: list[list[object]]) -> None:
    returns = read(tmp_path, form("Kết quả", columns=[B], title=title))
    assert [problem.code for problem in returns.problems] == ["unknown-unit"]


@pytest.mark.quick(2)
@pytest.mark.parametrize("title", PERIODS_WRONG)
def test_a_period_over_several_cells_or_years_is_refused(tmp_path: Path, title: list[list[object]]) -> None:
    rows = form("Kết quả", columns=[B], title=[["UBND huyện Nho Quan"], *title])
    assert counts(read(tmp_path, rows)) == NONE


def beside(heading: str, cell: object) -> list[list[object]]:
    """A form with a column between its items and its figures."""
    rows = form("Số liệu", columns=[B])
    return [[row[0], heading if row[0] == "Chỉ tiêu" else cell, *row[1:]] if len(row) > 1 else row for row in rows]


@pytest.mark.quick(2)
@pytest.mark.parametrize(
    ("heading", "cell"),
    [("Kỳ", "6 tháng"), ("Đối tượng", "Nữ"), ("Thời điểm", "30/6/2023"), ("ĐVT", "Nữ"), ("Năm", 2022), ("ĐVT", "%")],
)
def test_a_word_beside_an_item_that_limits_it_refuses_it(tmp_path: Path, heading: str, cell: object) -> None:
    assert counts(read(tmp_path, beside(heading, cell))) == NONE


@pytest.mark.parametrize("heading", ["Nội dung (Nữ)", "Chỉ tiêu của nữ"])
def test_a_heading_of_items_that_limits_them_refuses_the_form(tmp_path: Path, heading: str) -> None:
    rows = [[heading, *row[1:]] if row[:1] == ["Chỉ tiêu"] else row for row in form("Số liệu", columns=[B])]
    assert counts(read(tmp_path, rows)) == NONE


PLANNED_ITEMS: list[list[list[object]]] = [
    [["Chỉ tiêu kế hoạch", "Số liệu"]],
    [["Kế hoạch", "Giá trị"]],
    [["Chỉ tiêu kế hoạch", ""], ["Chỉ tiêu", "Số liệu"]],
    [["Chỉ tiêu kế hoạch", ""], ["", "Số liệu"]],
    [["", "Chỉ tiêu kế hoạch"], ["Chỉ tiêu", "Số liệu"]],
]
ITEMS_OF_A_RESULT: list[list[list[object]]] = [
    [["Chỉ tiêu", "Số liệu"]],
    [["Các chỉ tiêu", "Giá trị"]],
    [["Chỉ tiêu kế hoạch", "Thực hiện"]],
    [["Chỉ tiêu kế hoạch", "Kết quả năm 2023"]],
    [["Chỉ tiêu (theo Kế hoạch số 63/KH-UBND)", "Số liệu"]],
]


@pytest.mark.parametrize("heads", PLANNED_ITEMS)
def test_items_headed_as_planned_are_no_result(tmp_path: Path, heads: list[list[object]]) -> None:
    returns = read(tmp_path, [*FORM_TITLE, *heads, *form("", columns=[B])[len(FORM_TITLE) + 1 :]])
    assert counts(returns) == NONE
    assert str(heads[0][0] or heads[0][1]) in words_of(returns)


@pytest.mark.parametrize("heads", ITEMS_OF_A_RESULT)
def test_items_headed_as_indicators_are_read(tmp_path: Path, heads: list[list[object]]) -> None:
    assert counts(read(tmp_path, [*FORM_TITLE, *heads, *form("", columns=[A])[len(FORM_TITLE) + 1 :]])) == ONE


@pytest.mark.parametrize("heading", ["Đơn vị (6 tháng)", "Đơn vị - Nữ", "Huyện (trẻ em)"])
def test_a_heading_of_units_that_limits_them_refuses_the_table(tmp_path: Path, heading: str) -> None:
    assert counts(read(tmp_path, table(["Nho Quan", *B], heading=heading))) == NONE


@pytest.mark.parametrize("note", ["Tính theo hộ", "Là số vụ", "Tính lượt người", "Người/xã", "BQ/xã", "Trẻ"])
def test_a_note_with_another_measure_excludes_its_figure(tmp_path: Path, note: str) -> None:
    rows = [[*row, note] if row[:1] == [LABELS[0]] else row for row in form("Số liệu", columns=[A])]
    returns = read(tmp_path, rows)
    assert counts(returns) == NONE
    assert note in words_of(returns)


@pytest.mark.parametrize("note", ["Đạt 95%", "Tăng so với 2022", "Trong đó nữ: 30"])
def test_a_note_about_a_rate_leaves_its_figure(tmp_path: Path, note: str) -> None:
    rows = [[*row, note] if row[:1] == [LABELS[0]] else row for row in form("Số liệu", columns=[A])]
    assert counts(read(tmp_path, rows)) == ONE


@pytest.mark.parametrize(
    ("note", "right"),
    [
        ("Số liệu năm 2022", NONE),
        ("Số liệu lấy lại của năm trước", NONE),
        ("Chưa gồm thị trấn Nho Quan", NONE),
        ("Thiếu 3 xã", NONE),
        ("Đơn vị: nghìn người", NONE),
        ("Quý: 4", NONE),
        ("Chỉ tính nữ: 15 người", NONE),
        ("Đã tổ chức tập huấn tại 20/27 xã", ONE),
        ("Hoàn thành 95% kế hoạch", ONE),
        ("Nữ: 15 người", ONE),
        ("Nam 5", ONE),
        ("Năm 2022: 17", ONE),
        ("Quý IV không phát sinh", ONE),
        ("6 tháng đầu năm: 9 người", ONE),
        ("Bao gồm cả số liệu quý IV", ONE),
        ("Bao gồm cả số liệu năm 2022", NONE),
        ("Tăng so với năm 2022", ONE),
        ("Số liệu 6 tháng, bao gồm cả nữ", NONE),
        ("Số liệu 6 tháng: nữ 5 người", NONE),
        ("Số 6T", NONE),
        ("Lấy số năm 2022", NONE),
        ("Số đúng là 25", NONE),
        ("should be 25", NONE),
        ("Chỉ có số của công an", NONE),
        ("Thiếu quý IV", NONE),
        ("Quý 4 chưa có", NONE),
        ("Tính từ 01/7", NONE),
        ("Số năm 2022 chuyển sang", NONE),
        ("Giữ nguyên số năm trước", NONE),
        ("Như năm 2022", NONE),
        ("Như trên", ONE),
    ],
)
def test_a_note_beside_a_unit_counts_where_it_limits_it(tmp_path: Path, note: str, right: Right) -> None:
    assert counts(read(tmp_path, [TITLE, [*HEADER, "Ghi chú"], [*NHO_QUAN, note]])) == right


def test_parts_under_a_merged_unit_leave_its_whole(tmp_path: Path) -> None:
    rows = table(["Nho Quan", "Nam", *B], ["", "Nữ", *B], ["", "Tổng số", *A], split="Giới tính")
    assert counts(read(tmp_path, offices.workbook(("S", rows), merged=["A3:A5"]))) == ONE


def test_a_district_named_among_communes_is_refused(tmp_path: Path) -> None:
    assert counts(read(tmp_path, table(["II. Các xã, thị trấn"], ["Kim Sơn", *B]))) == NONE


def test_a_label_that_says_the_year_again_is_read(tmp_path: Path) -> None:
    rows = [[f"{row[0]} trong năm 2023", *row[1:]] if len(row) > 1 else row for row in form("", columns=[A])]
    assert counts(read(tmp_path, rows)) == ONE


def test_a_note_beside_a_figure_is_read(tmp_path: Path) -> None:
    beside = [[*row, "Số liệu 6 tháng" if row[:1] == [LABELS[3]] else ""] for row in form("Kết quả", columns=[B])]
    assert counts(read(tmp_path, beside)) == NONE
    noted = [TITLE, [*HEADER, "Ghi chú"], [*NHO_QUAN, "Chưa có số liệu của 3 xã"], [*GIA_VIEN, "Đã thẩm định"]]
    assert counts(read(tmp_path, noted)) == {("373", 2023): B}


def test_an_optional_item_that_is_not_the_whole_is_told(tmp_path: Path) -> None:
    optional = next(field.label.vi for field in PLAN.fields if field.optional)
    returns = read(
        tmp_path, [*form("Tổng số", columns=[A]), [f"{optional} (nữ)", 3], ["B. Kế hoạch năm 2024"], [optional, 3]]
    )
    assert counts(returns) == ONE
    assert {cell for code, cell in told(returns) if code == "unknown-column"} == {"B15", "A16"}


def test_a_total_is_not_compared_where_a_row_has_no_unit(tmp_path: Path) -> None:
    returns = read(tmp_path, table(["Nho Quan", *A], ["Huyện Xa Lạ", *B], ["Tổng cộng", *A]))
    assert [code for code, _ in told(returns)] == ["unknown-unit"]


@pytest.mark.quick(2)
@pytest.mark.parametrize("name", WRONG)
def test_a_figure_in_doubt_is_not_read(tmp_path: Path, name: str) -> None:
    rows, right = WRONG[name]
    returns = read(tmp_path, rows)
    assert counts(returns) == right
    assert returns.problems


@pytest.mark.quick(2)
@pytest.mark.parametrize("name", READ)
def test_a_plain_return_is_read(tmp_path: Path, name: str) -> None:
    rows, right = READ[name]
    assert counts(read(tmp_path, rows)) == right


def test_the_provinces_own_return_is_no_part(tmp_path: Path) -> None:
    title: list[list[object]] = [["Đơn vị báo cáo: Cấp tỉnh"], ["Năm 2023"]]
    assert counts(read(tmp_path, form("Số liệu", columns=[A], title=title))) == {("37", 2023): A}
