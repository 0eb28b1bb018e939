from pathlib import Path

import pytest

from tests import offices
from tests.reading.sending import (
    BOTH,
    FORM_TITLE,
    IDS,
    LABELS,
    PLAN,
    SUM,
    TITLE,
    A,
    B,
    Rows,
    counts,
    decomposed,
    read,
    told,
)

PAIRS = list(zip(LABELS, A, strict=True))
ITEMS: list[list[object]] = [[number, label, "Người", a] for number, (label, a) in enumerate(PAIRS, 1)]
HEADER: list[object] = ["STT", "Chỉ tiêu", "Đơn vị tính", "Số liệu"]
FIGURES = [("Huyện Nho Quan", dict(zip(IDS, A, strict=True))), ("Huyện Gia Viễn", dict(zip(IDS, B, strict=True)))]
UNDER_HEADINGS: list[list[object]] = [
    ["1", "Người bị bạo lực trên cơ sở giới", "", ""],
    ["1.1", "Tổng số", "Người", 10],
    ["1.2", "Trong đó: tìm kiếm sự trợ giúp", "Người", 6],
    ["2", "Trường hợp có nhu cầu trợ giúp", "", ""],
    ["", "- Tổng số", "Vụ", 8],
    ["", "- Được trợ giúp", "Vụ", 8],
    ["3", "Số cán bộ, công chức phụ trách công tác bình đẳng giới", "Người", 30],
    ["", "Trong đó: được tập huấn", "Người", 28],
    ["4", "Số người hoạt động không chuyên trách cấp thôn, tổ dân phố", "Người", 200],
    ["", "Trong đó: được tập huấn", "Người", 190],
    ["5", "Cơ sở giáo dục", "", ""],
    ["5.1", "Tổng số", "Cơ sở", 40],
    ["5.2", "Có lồng ghép tuyên truyền", "Cơ sở", 35],
]

FORMS: dict[str, Rows] = {
    "numbered items with a measure": [*FORM_TITLE, HEADER, *ITEMS],
    "a form from E12 on": [[]] * 11 + [[None] * 4 + row for row in [*FORM_TITLE, HEADER, *ITEMS]],
    "items under headings": [*FORM_TITLE, HEADER, *UNDER_HEADINGS],
    "no STT": [*FORM_TITLE, ["Chỉ tiêu", "Kết quả"], *PAIRS],
    "no header at all": [*FORM_TITLE, *PAIRS],
    "column numbers": [*FORM_TITLE, HEADER, ["A", "B", "C", 1], *ITEMS],
    "a note column": [*FORM_TITLE, [*HEADER, "Ghi chú"], *([*row, 5] for row in ITEMS)],
    "codes of the items": [*FORM_TITLE, ["Chỉ tiêu", "Mã số", "Số lượng"], *([r[1], f"0{r[0]}", r[3]] for r in ITEMS)],
    "codes of the items last": [
        *FORM_TITLE,
        ["Chỉ tiêu", "Số người, vụ", "Mã số"],
        *([r[1], r[3], r[0]] for r in ITEMS),
    ],
    "the year over the figures": [FORM_TITLE[0], ["STT", "Chỉ tiêu", "ĐVT", "Năm 2023"], *ITEMS],
    "the label and its value apart": [
        ["Đơn vị báo cáo:", "", "huyện Nho Quan"],
        ["Năm báo cáo:", 2023],
        HEADER,
        *ITEMS,
    ],
    "a signature block": [*FORM_TITLE, HEADER, *ITEMS, [], ["", "Nho Quan, ngày 5 tháng 1 năm 2024"], ["NGƯỜI LẬP", 5]],
    "blank rows between": [*FORM_TITLE, HEADER, *(line for row in ITEMS for line in (row, []))],
    "decomposed capitals": [
        *FORM_TITLE,
        HEADER,
        *([r[0], decomposed(str(r[1]).upper()).replace(" ", "\n"), r[2], r[3]] for r in ITEMS),
    ],
}


@pytest.mark.quick(3)
@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_a_person_could_read_is_read(tmp_path: Path, name: str) -> None:
    returns = read(tmp_path, FORMS[name])
    assert counts(returns) == {("372", 2023): A}
    assert told(returns) == []


LEFT_OUT: dict[str, tuple[list[str], list[str]]] = {
    # headings after the items, and the cells of the columns left out; the right figures are under the first marked *
    "a target before": (["Kế hoạch", "*Thực hiện"], ["C4"]),
    "a target after": (["*Thực hiện", "Kế hoạch"], ["D4"]),
    "a share": (["*Số liệu", "Tỷ lệ (%)"], ["D4"]),
    "a share, no known heading": (["*Số người", "Tỷ lệ %"], ["D4"]),
    "women and men": (["*Tổng số", "Nam", "Nữ"], ["D4", "E4"]),
    "the year before": (["Năm trước", "*Năm báo cáo"], ["C4"]),
    "the period before, last": (["*Kỳ này", "Kỳ trước"], ["D4"]),
    "half a year first": (["6 tháng đầu năm", "*Cả năm"], ["C4"]),
    "half a year last": (["*Cả năm", "6 tháng đầu năm"], ["D4"]),
}


@pytest.mark.quick(2)
@pytest.mark.parametrize("name", LEFT_OUT)
def test_column_of_the_year_is_read_and_the_other_columns_are_reported(tmp_path: Path, name: str) -> None:
    headings, left_out = LEFT_OUT[name]
    header = ["STT", "Chỉ tiêu", *(heading.strip("*") for heading in headings)]
    rows = [[r[0], r[1], *(r[3] if heading.startswith("*") else 1 for heading in headings)] for r in ITEMS]
    returns = read(tmp_path, [*FORM_TITLE, header, *rows])
    assert counts(returns) == {("372", 2023): A}
    assert told(returns) == [("unknown-column", cell) for cell in left_out]


@pytest.mark.quick(2)
@pytest.mark.parametrize(
    ("headings", "code"),
    [
        (["Quý I", "Quý II"], "part-of-year"),
        (["Tháng 1", "Tháng 2"], "part-of-year"),
        (["Đầu kỳ", "Cuối kỳ"], "part-of-year"),
        (["Nam", "Nữ"], "missing-column"),
        (["Kế hoạch", "Ước thực hiện"], "missing-column"),
        (["Trong kỳ", "Lũy kế"], "missing-column"),
        (["Lần 1", "Lần 2"], "ambiguous-figure"),
        (["Thực hiện", "Kết quả"], "ambiguous-figure"),
        (["", ""], "ambiguous-figure"),
    ],
)
def test_form_without_one_column_of_the_years_result_is_refused(tmp_path: Path, headings: list[str], code: str) -> None:
    rows = [[r[0], r[1], r[3], 1] for r in ITEMS]
    returns = read(tmp_path, [*FORM_TITLE, ["STT", "Chỉ tiêu", *headings], *rows])
    assert counts(returns) == {}
    assert code in {problem.code for problem in returns.problems}


def test_sole_estimate_is_read_with_a_warning(tmp_path: Path) -> None:
    rows = [[r[0], r[1], r[3]] for r in ITEMS]
    returns = read(tmp_path, [*FORM_TITLE, ["STT", "Chỉ tiêu", "Ước thực hiện"], *rows])
    assert (counts(returns), told(returns)) == ({("372", 2023): A}, [("estimated-figure", "C4")])


OF_TWO_YEARS: dict[str, tuple[list[str], list[tuple[str, str]]]] = {
    "the former year first": (["Thực hiện năm 2022", "*Thực hiện năm 2023"], [("other-year-column", "C4")]),
    "the former year last": (["*Năm 2023", "Năm 2022"], [("other-year-column", "D4")]),
    "only numbers": (["2022", "*2023"], [("other-year-column", "C4")]),
    "the year reported, in words": (["Năm 2022", "*Năm báo cáo"], [("other-year-column", "C4")]),
    "and how they compare": (
        ["Năm 2022", "*Năm 2023", "So sánh (%)"],
        [("other-year-column", "C4"), ("unknown-column", "E4")],
    ),
}


@pytest.mark.quick(2)
@pytest.mark.parametrize("name", OF_TWO_YEARS)
def test_a_column_of_another_year_than_the_titles_is_left_out_and_told(tmp_path: Path, name: str) -> None:
    headings, problems = OF_TWO_YEARS[name]
    header = ["STT", "Chỉ tiêu", *(heading.strip("*") for heading in headings)]
    rows = [[r[0], r[1], *(r[3] if heading.startswith("*") else 1 for heading in headings)] for r in ITEMS]
    returns = read(tmp_path, [*FORM_TITLE, header, *rows])
    assert (counts(returns), told(returns)) == ({("372", 2023): A}, problems)


def test_columns_of_other_years_only_contradict_the_title(tmp_path: Path) -> None:
    rows = [[r[0], r[1], r[3], 1] for r in ITEMS]
    returns = read(tmp_path, [*FORM_TITLE, ["STT", "Chỉ tiêu", "Năm 2021", "Năm 2022"], *rows])
    assert (told(returns), len(returns.valid)) == ([("conflicting-year", "C4"), ("conflicting-year", "D4")], 0)


def test_a_title_that_names_both_years_makes_both_columns_returns(tmp_path: Path) -> None:
    rows = [[number, label, a, b] for number, (label, a, b) in enumerate(zip(LABELS, A, B, strict=True), 1)]
    title: list[list[object]] = [FORM_TITLE[0], ["Kết quả năm 2022 và năm 2023"], []]
    returns = read(tmp_path, [*title, ["STT", "Chỉ tiêu", "Năm 2022", "Năm 2023"], *rows])
    assert (counts(returns), told(returns)) == ({("372", 2022): A, ("372", 2023): B}, [])


def test_a_form_may_hold_several_years_side_by_side(tmp_path: Path) -> None:
    rows = [[number, label, a, b] for number, (label, a, b) in enumerate(zip(LABELS, A, B, strict=True), 1)]
    returns = read(tmp_path, [FORM_TITLE[0], ["STT", "Chỉ tiêu", "Năm 2022", "Năm 2023"], *rows])
    assert (counts(returns), told(returns)) == ({("372", 2022): A, ("372", 2023): B}, [])


def test_the_form_of_the_department_is_read(tmp_path: Path) -> None:
    returns = read(tmp_path, offices.form(PLAN, "UBND huyện Nho Quan", 2023, FIGURES[0][1]))
    assert (counts(returns), told(returns)) == ({("372", 2023): A}, [])


def test_many_forms_in_one_workbook_are_a_return_each(tmp_path: Path) -> None:
    returns = read(tmp_path, offices.forms_in_one_workbook(PLAN, 2023, FIGURES))
    assert (counts(returns), told(returns)) == (BOTH, [])


@pytest.mark.quick(1)
@pytest.mark.parametrize("numbered", [True, False])
def test_forms_below_each_other_on_a_sheet_are_a_return_each(tmp_path: Path, *, numbered: bool) -> None:
    def form(unit: str, figures: list[int]) -> list[list[object]]:
        rows = [[r[0], r[1], r[2], figure] for r, figure in zip(ITEMS, figures, strict=True)]
        body = [HEADER, *rows] if numbered else [["Chỉ tiêu", "Số liệu"], *([r[1], r[3]] for r in rows)]
        return [["BÁO CÁO"], [f"Đơn vị báo cáo: {unit}"], ["Năm 2023"], *body]

    signed: list[list[object]] = [["", "NGƯỜI LẬP BIỂU"], []]
    returns = read(tmp_path, [*form("Huyện Nho Quan", A), [], *form("Huyện Gia Viễn", B), *signed])
    assert (counts(returns), told(returns)) == (BOTH, [])
    returns = read(tmp_path, [*form("Huyện Nho Quan", A), *signed, *form("Huyện Gia Viễn", B)])
    assert (counts(returns), told(returns)) == (BOTH, [])


def crossed(headings: list[object], *columns: list[int], above: Rows = (TITLE,)) -> Rows:
    rows = [[number, label, *figures] for number, (label, *figures) in enumerate(zip(LABELS, *columns, strict=True), 1)]
    return [*above, ["STT", "Nội dung", *headings], *rows]


CROSSED: dict[str, Rows] = {
    "names": crossed(["Huyện Nho Quan", "H. Gia Viễn"], A, B),
    "the whole province first": crossed(["Toàn tỉnh", "Huyện Nho Quan", "Huyện Gia Viễn"], SUM, A, B),
    "the whole province last": crossed(["Nho Quan", "Gia Viễn", "TỔNG CỘNG"], A, B, SUM),
    "codes": crossed([372, 373], A, B),
    "codes as text": crossed(["372", "373"], A, B),
    "names over codes": crossed(["", ""], A, B, above=[TITLE, ["", "", "Huyện Nho Quan", "Huyện Gia Viễn"]]),
    "codes under names": crossed([372, 373], A, B, above=[TITLE, ["", "", "Huyện Nho Quan", "Huyện Gia Viễn"]]),
    "divided": crossed(["Nho Quan", "Gia Viễn"], A, B, above=[TITLE, ["", "", "Chia theo huyện, thành phố"]]),
    "local": crossed(["Nho Quan", "Gia Viễn"], A, B, above=[TITLE, ["", "", "Địa phương"]]),
    "a block of districts": crossed(["Nho Quan", "Gia Viễn"], A, B, above=[TITLE, ["", "", "Khối huyện"]]),
    "the sum and its parts": crossed(
        ["", "Nho Quan", "Gia Viễn"], SUM, A, B, above=[TITLE, ["", "", "Tổng số", "Trong đó"]]
    ),
}


@pytest.mark.quick(2)
@pytest.mark.parametrize("name", CROSSED)
def test_cross_table_is_a_return_for_each_unit_without_the_total(tmp_path: Path, name: str) -> None:
    returns = read(tmp_path, CROSSED[name])
    assert (counts(returns), told(returns)) == (BOTH, [])


def test_the_whole_provinces_column_is_compared(tmp_path: Path) -> None:
    wrong = [SUM[0] + 1, *SUM[1:]]
    returns = read(tmp_path, crossed(["Toàn tỉnh", "Nho Quan", "Gia Viễn"], wrong, A, B))
    assert counts(returns) == BOTH
    assert told(returns) == [("total-mismatch", "C3")]


def test_units_over_years_in_merged_headings_are_a_return_for_each(tmp_path: Path) -> None:
    years = crossed([2022, 2023, 2022, 2023], A, B, B, A, above=[["", "", "Nho Quan", "", "Gia Viễn", ""]])
    returns = read(tmp_path, offices.workbook(("S", years), merged=["C1:D1", "E1:F1"]))
    assert counts(returns) == {("372", 2022): A, ("372", 2023): B, ("373", 2022): B, ("373", 2023): A}
    assert told(returns) == []


def test_an_unmerged_unit_reaches_over_the_years_right_of_it(tmp_path: Path) -> None:
    years = crossed([2022, 2023], A, B, above=[["", "", "Nho Quan", ""]])
    returns = read(tmp_path, years)
    assert (counts(returns), told(returns)) == ({("372", 2022): A, ("372", 2023): B}, [])


def test_an_unknown_unit_across_is_told_at_its_heading(tmp_path: Path) -> None:
    returns = read(tmp_path, crossed(["Nho Quan", "Gia Viển"], A, B))
    assert told(returns) == [("unknown-unit", "D2")]
    assert counts(returns) == {("372", 2023): A}


def test_an_item_that_stands_twice_with_figures_is_an_error(tmp_path: Path) -> None:
    returns = read(tmp_path, [*FORM_TITLE, HEADER, *ITEMS, ITEMS[4]])
    assert (told(returns), len(returns.valid)) == ([("duplicate-column", "B15")], 0)


def test_an_item_with_a_word_more_is_not_the_field(tmp_path: Path) -> None:
    changed = [*ITEMS[:-1], [10, "Số cơ sở giáo dục chưa lồng ghép tuyên truyền", "Cơ sở", 5]]
    returns = read(tmp_path, [*FORM_TITLE, HEADER, *changed])
    assert [problem.code for problem in returns.problems] == ["missing-column", "unknown-column"]
    assert returns.valid.empty


def test_the_first_item_is_told_when_it_is_unknown(tmp_path: Path) -> None:
    items = [[1, "Số nạn nhân mới", "Người", 5], *ITEMS]
    assert told(read(tmp_path, [*FORM_TITLE, HEADER, *items])) == [("unknown-column", "B5")]


def test_a_blank_value_is_missing_at_its_cell(tmp_path: Path) -> None:
    items = [[*row[:3], None if row[0] == 4 else row[3]] for row in ITEMS]
    assert told(read(tmp_path, [*FORM_TITLE, HEADER, *items])) == [("missing-value", "D8")]


def test_a_sheet_that_only_explains_the_items_is_no_return(tmp_path: Path) -> None:
    guide = [["HƯỚNG DẪN"], *([label, "Đếm mọi trường hợp trong năm"] for label in LABELS)]
    book = offices.workbook(("Hướng dẫn", guide), ("Nho Quan 2023", PAIRS))
    returns = read(tmp_path, book)
    assert (counts(returns), told(returns)) == ({("372", 2023): A}, [])


@pytest.mark.parametrize("guide", ["(Ghi số liệu của cả năm vào cột bên phải)", "Hướng dẫn: ghi số, không ghi chữ"])
def test_a_row_that_says_how_to_fill_in_a_form_is_no_heading(tmp_path: Path, guide: str) -> None:
    pairs: Rows = list(map(list, PAIRS))
    form: Rows = [*FORM_TITLE, ["Chỉ tiêu", "Số liệu"], [guide], *pairs]
    assert counts(read(tmp_path, form)) == {("372", 2023): A}
    for part in ("(Ghi số liệu 6 tháng)", "(Ghi số nữ)", "(Ghi số liệu năm trước)"):
        limited: Rows = [*FORM_TITLE, ["Chỉ tiêu", "Số liệu"], [part], *pairs]
        assert counts(read(tmp_path, limited)) == {}


def test_items_under_a_heading_for_units_are_not_measures(tmp_path: Path) -> None:
    across: Rows = [TITLE, ["Đơn vị", "Huyện Nho Quan", "Huyện Gia Viễn"], *map(list, zip(LABELS, A, B, strict=True))]
    assert counts(read(tmp_path, across)) == BOTH


@pytest.mark.parametrize("name", ["huyện Nho Quan (Mã: 372)", "UBND huyện Nho Quan - Mã số: 372"])
def test_a_code_with_its_label_after_the_name_is_no_other_unit(tmp_path: Path, name: str) -> None:
    form: list[list[object]] = [
        [f"Đơn vị báo cáo: {name}"],
        *FORM_TITLE[1:],
        ["Chỉ tiêu", "Số liệu"],
        *map(list, PAIRS),
    ]
    assert counts(read(tmp_path, form)) == {("372", 2023): A}
    form[0] = ["Đơn vị báo cáo: huyện Nho Quan (Mã: 373)"]
    assert counts(read(tmp_path, form)) == {}


@pytest.mark.parametrize("title", ["BÁO CÁO TĂNG THÊM NĂM 2023", "SỐ LIỆU TĂNG THÊM NĂM 2023"])
def test_a_report_of_the_increase_only_is_refused(tmp_path: Path, title: str) -> None:
    form: Rows = [[title], *FORM_TITLE, ["Chỉ tiêu", "Số liệu"], *map(list, PAIRS)]
    assert counts(read(tmp_path, form)) == {}
