"""Figures of forms by the path of their labels: sections, levels, indents, and what is beside the whole."""

from pathlib import Path

import pytest

from tests import offices
from tests.reading.sending import HEADER, LABELS, NHO_QUAN, TITLE, A, B, Rows, counts, read

NHO_QUAN_2023 = {("372", 2023): A}
FORM: list[list[object]] = [["Đơn vị báo cáo: Huyện Nho Quan"], ["Năm 2023"], ["STT", "Chỉ tiêu", "Số liệu"]]
SUBJECTS = [
    ("Người bị bạo lực trên cơ sở giới", "Tìm kiếm sự trợ giúp"),
    ("Trường hợp có nhu cầu trợ giúp", "Được trợ giúp"),
    ("Cán bộ, công chức phụ trách công tác bình đẳng giới", "Được tập huấn"),
    ("Người hoạt động không chuyên trách cấp thôn, tổ dân phố", "Được tập huấn"),
    ("Cơ sở giáo dục", "Có lồng ghép tuyên truyền"),
]
PAIRS = [(upper, lower, *A[2 * place : 2 * place + 2]) for place, (upper, lower) in enumerate(SUBJECTS)]
ITEMS: list[list[object]] = [[number, label, a] for number, (label, a) in enumerate(zip(LABELS, A, strict=True), 1)]
LATER: list[list[object]] = [[number, label, 99] for number, label in enumerate(LABELS, 1)]


def levels(*extra: list[object], indent: str = "") -> list[list[object]]:
    """The items under their subjects, without numbers; `extra` between the third subject and the fourth."""
    rows: list[list[object]] = []
    for place, (upper, lower, whole, part) in enumerate(PAIRS):
        rows += [*extra, ["", upper, ""]] if place == 3 else [["", upper, ""]]
        rows += [["", f"{indent}Tổng số", whole], ["", f"{indent}{lower}", part]]
    return rows


LEADERS: list[list[object]] = [["", "Lãnh đạo, quản lý các cấp", ""], ["", "Tổng số", 90], ["", "Được tập huấn", 88]]
NEXT_YEAR: list[object] = ["B", "Kế hoạch năm sau", ""]

READ: dict[str, Rows] = {
    "numbers that begin again under romans": [
        *FORM,
        *(
            row
            for roman, (upper, lower, whole, part) in zip(["I", "II", "III", "IV", "V"], PAIRS, strict=True)
            for row in ([roman, upper, ""], [1, "Tổng số", whole], ["", "Trong đó: nữ", 9], [2, lower, part])
        ),
    ],
    "subjects without numbers": [*FORM, *levels()],
    "indented items": [*FORM, *levels(indent="  ")],
    "another subject between": [*FORM, *levels(*LEADERS)],
    "a plan below": [*FORM, *ITEMS, ["B", "Kế hoạch năm sau", ""], *LATER],
    "a plan below without a number": [*FORM, *ITEMS, ["", "KẾ HOẠCH NĂM 2024", ""], *LATER],
    "the subject in a column before the item": [
        *FORM[:2], ["STT", "Nhóm", "Chỉ tiêu", "Số liệu"],
        *(
            row
            for upper, lower, whole, part in PAIRS
            for row in ([1, upper, "Tổng số", whole], [2, upper, lower, part])
        ),
    ],
    "schools of the district": [*FORM, *ITEMS[:8], [9, "Tổng số cơ sở giáo dục trên địa bàn huyện", A[8]], ITEMS[9]],
    "every measure is people": [
        *FORM[:2], ["STT", "Chỉ tiêu", "ĐVT", "Số liệu"], *([n, label, "Người", a] for n, label, a in ITEMS),
    ],
    "blank items without a number": [
        *FORM, ["I", "Công tác trợ giúp", ""], *(["", label, a] for _, label, a in ITEMS[:4]),
        ["II", "Đào tạo, tập huấn", ""], ["", "Số hội viên", ""], ["", "- Được tập huấn", ""],
        *(["", label, a] for _, label, a in ITEMS[4:]),
    ],
    "another form of help, not the field": [*FORM, *ITEMS[:4], ["", "Bạo lực khác", 5], *ITEMS[4:]],
    "a year for each section": [*FORM, ["A", "Năm 2023", ""], *ITEMS, ["B", "Năm 2024", ""], *LATER],
    "sections that say what they are about": [
        *FORM, ["I", "Công tác trợ giúp", ""], *ITEMS[:4], ["II", "Đào tạo, tập huấn", ""], *ITEMS[4:],
    ],
}  # fmt: skip
REFUSED: dict[str, Rows] = {
    "a part of the people": [*FORM, ["A", "Trẻ em", ""], *ITEMS],
    "a section that nobody knows": [*FORM, ["A", "Khối doanh nghiệp", ""], *ITEMS],
    "blank items and another section's": [*FORM, *levels()[:6], *LEADERS, *levels()[9:]],
    "blank items and next year's plan": [*FORM, ["A", "Thực hiện", ""], *ITEMS[:8], NEXT_YEAR, *LATER],
    "another form of help alone": [*FORM, *ITEMS[:3], [4, LABELS[3], ""], ["", "Bạo lực khác", 5], *ITEMS[4:]],
    "people helped, not cases": [*FORM, *ITEMS[:3], [4, "Số người được trợ giúp", 9], *ITEMS[4:]],
    "times trained, not people": [*FORM, *ITEMS[:5], [6, "Số lượt người được tập huấn", 25], *ITEMS[6:]],
    "trained members of another body": [
        *FORM, *ITEMS[:5], ["", "Số hội viên phụ nữ", 700], ["", "Trong đó: được tập huấn", 25], *ITEMS[6:],
    ],
    "blank items and a part below": [
        *FORM, [1, LABELS[0], ""], *ITEMS[1:], ["Trong đó: xã điểm"], *LATER[:2],
    ],
    "women first, without numbers": [
        *FORM, ["", "Nữ", ""], *(["", label, b] for label, b in zip(LABELS, B, strict=True)), ["", "Nam", ""], *ITEMS,
    ],
    "women once, then numbers": [*FORM, ["", "Nữ", ""], ["", LABELS[0], 99], *ITEMS],
    "two bodies": [*FORM, ["", "Công an", ""], *ITEMS, ["", "Hội LHPN", ""], *LATER],
    "households by their measure": [
        *FORM[:2], ["STT", "Chỉ tiêu", "ĐVT", "Số liệu"], *([n, label, "Hộ", a] for n, label, a in ITEMS),
    ],
    "a share of the plan": [*FORM[:2], ["STT", "Chỉ tiêu", "Thực hiện/Kế hoạch"], *ITEMS],
    "percentages by their measure": [
        [*FORM[0]], [*FORM[1]], ["STT", "Chỉ tiêu", "ĐVT", "Số liệu"], *([n, label, "%", a] for n, label, a in ITEMS),
    ],
}  # fmt: skip


@pytest.mark.quick(2)
@pytest.mark.parametrize("name", READ)
def test_items_under_their_headings_are_read(tmp_path: Path, name: str) -> None:
    assert counts(read(tmp_path, READ[name])) == NHO_QUAN_2023


@pytest.mark.quick(2)
@pytest.mark.parametrize("name", REFUSED)
def test_items_that_are_not_the_whole_result_are_refused(tmp_path: Path, name: str) -> None:
    returns = read(tmp_path, REFUSED[name])
    assert counts(returns) == {}
    assert {"missing-column", "missing-value"} & {problem.code for problem in returns.problems}


def test_second_row_of_an_item_claims_its_place(tmp_path: Path) -> None:
    returns = read(tmp_path, [*FORM, *ITEMS[:1], ["", "", 15], *ITEMS[1:]])
    assert counts(returns) == {}
    assert [(problem.code, problem.place.row) for problem in returns.problems] == [("duplicate-column", 5)]


def test_labels_in_a_merged_column_are_sections(tmp_path: Path) -> None:
    rows: list[list[object]] = [FORM[0], FORM[1], ["Nhóm", "Chỉ tiêu", "Số liệu"]]
    for upper, lower, whole, part in PAIRS:
        rows += [[upper, "Tổng số", whole], ["", lower, part]]
    book = offices.workbook(("S", rows), merged=[f"A{row}:A{row + 1}" for row in range(4, 14, 2)])
    assert counts(read(tmp_path, book)) == NHO_QUAN_2023


@pytest.mark.slow
@pytest.mark.quick(2)
@pytest.mark.parametrize(
    "rows",
    [
        [TITLE, HEADER, NHO_QUAN, ["Trong đó: nữ", *B], ["- Cấp xã", *B], ["Bình quân", *B]],
        [TITLE, ["Đơn vị", "Giới tính", *LABELS], ["Huyện Nho Quan", "Nữ", *B], ["Huyện Nho Quan", "Tổng số", *A]],
        [TITLE, HEADER, NHO_QUAN, ["Dự kiến năm 2024"], ["Huyện Gia Viễn", *B]],
        [
            TITLE,
            ["Đơn vị", "Thực hiện", *[""] * 9, "Kế hoạch năm sau", *[""] * 9],
            ["", *LABELS, *LABELS],
            [*NHO_QUAN, *B],
        ],
    ],
)
def test_rows_and_columns_beside_the_result_are_not_read(tmp_path: Path, rows: Rows) -> None:
    assert counts(read(tmp_path, rows)) == NHO_QUAN_2023


def test_centred_headings_are_not_taken_for_those_of_their_right(tmp_path: Path) -> None:
    upper = ["Đơn vị", "", SUBJECTS[0][0], "", "", SUBJECTS[1][0], "", *LABELS[4:]]
    lower = ["", "Tổng số", "Nữ", SUBJECTS[0][1], "Tổng số", "Nữ", SUBJECTS[1][1], *[""] * 6]
    row = ["Huyện Nho Quan", A[0], 1, A[1], A[2], 1, A[3], *A[4:]]
    assert counts(read(tmp_path, [TITLE, upper, lower, row])) == {}
