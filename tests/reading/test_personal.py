from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests import offices
from tests.command import run
from tests.reading.sending import (
    FORM_TITLE,
    GIA_VIEN,
    HEADER,
    LABELS,
    NHO_QUAN,
    TITLE,
    A,
    Rows,
    Sent,
    counts,
    read,
    send,
    told,
    words_of,
)

NAME, NUMBER = "Nguyễn Thị Bí Mật", "0912345678"
FORM = [[label, a] for label, a in zip(LABELS, A, strict=True)]


@pytest.mark.quick(3)
@pytest.mark.parametrize(
    ("sent", "cells"),
    [
        ([TITLE, [*HEADER, "Họ và tên nạn nhân"], [*NHO_QUAN, NAME]], ["L2"]),
        ([TITLE, [*HEADER, "SĐT"], [*NHO_QUAN, NUMBER]], ["L2"]),
        ([TITLE, [*HEADER, "Nạn nhân (họ tên)"], [*NHO_QUAN, NAME]], ["L2"]),
        ([TITLE, [*HEADER, "Số CCCD/CMND", "Quê quán"], [*NHO_QUAN, NUMBER, NAME]], ["L2", "M2"]),
        ([["STT", "Họ và tên", "Ngày sinh", "Địa chỉ"], [1, NAME, NUMBER, NAME]], ["B1", "C1", "D1"]),
        ([TITLE, [*HEADER, "Thông tin nạn nhân", ""], [""] * 11 + ["Tên", "Tuổi"], [*NHO_QUAN, NAME, 30]], ["L2"]),
        ([*FORM_TITLE, *FORM, ["Họ và tên nạn nhân", NAME]], ["A14"]),
        ([*FORM_TITLE, ["Chỉ tiêu", "Số liệu"], ["Họ và tên", NAME], ["SĐT", NUMBER], *FORM], ["A5", "A6"]),
        ([*FORM_TITLE, *FORM[:3], ["CCCD", NUMBER], *FORM[3:]], ["A7"]),
        ([[f"Họ và tên nạn nhân: {NAME}"], *FORM_TITLE, *FORM], ["A1"]),
        ([*FORM_TITLE[:2], [f"Ngày sinh: {NUMBER}"], *FORM], ["A3"]),
        ([["Hộ khẩu thường trú", NAME], TITLE, HEADER, NHO_QUAN], ["A1"]),
        ([TITLE, [*HEADER, "Danh tính nạn nhân", "Số thẻ BHYT"], [*NHO_QUAN, NAME, NUMBER]], ["L2", "M2"]),
        ([*FORM_TITLE, *FORM, [f"Họ tên nạn nhân: {NAME}", 1]], ["A14"]),
        ([[f"Họ tên: {NAME}", f"Điện thoại: {NUMBER}"], TITLE, HEADER, NHO_QUAN], ["A1", "B1"]),
        (
            offices.workbook(
                ("Biểu 1", [TITLE, HEADER, NHO_QUAN]), ("DS", [["TT", "Họ tên", "Tuổi"], [1, NAME, NUMBER]])
            ),
            ["B1"],
        ),
        (f"unit;year;{';'.join(LABELS)};Date of birth\nNho Quan;2023;{';'.join(map(str, A))};{NUMBER}\n", ["M1"]),
    ],
)
def test_a_file_about_persons_is_refused_and_nothing_of_it_repeated(
    tmp_path: Path, sent: Sent, cells: list[str]
) -> None:
    returns = read(tmp_path, sent)
    assert told(returns) == [("personal-data-column", cell) for cell in cells]
    assert returns.valid.empty
    assert NAME not in words_of(returns)
    assert NUMBER not in words_of(returns)


def test_a_list_of_persons_on_a_hidden_sheet_refuses_the_file(tmp_path: Path) -> None:
    book = offices.workbook(("Biểu 1", [TITLE, HEADER, NHO_QUAN]), ("DS", [["TT", "Họ tên"], [1, NAME]]))
    book["DS"].sheet_state = "hidden"
    returns = read(tmp_path, book)
    assert told(returns) == [("personal-data-column", "B1")]
    assert returns.frame.empty
    assert NAME not in words_of(returns)


def test_a_hidden_sheet_without_persons_is_only_told(tmp_path: Path) -> None:
    book = offices.workbook(("Biểu 1", [TITLE, HEADER, NHO_QUAN]), ("DS", [["TT", "Tên xã"], [1, "Xã A"]]))
    book["DS"].sheet_state = "hidden"
    assert told(read(tmp_path, book)) == [("hidden-sheet", None)]


def test_the_name_of_a_person_as_that_of_a_sheet_is_not_repeated(tmp_path: Path) -> None:
    book = offices.workbook(("Biểu 1", [TITLE, HEADER, NHO_QUAN]), (NAME, [TITLE, HEADER, [*GIA_VIEN[:-1], "x"]]))
    returns = read(tmp_path, book)
    assert {problem.place.sheet for problem in returns.problems} == {"#2"}
    assert NAME not in words_of(returns)
    hidden = book["Biểu 1"]
    hidden.title, hidden.sheet_state = f"{NAME[:10]} 0912345678", "hidden"
    returns = read(tmp_path, book)
    assert "0912345678" not in words_of(returns)


def test_a_workbook_with_hidden_persons_is_not_copied(tmp_path: Path) -> None:
    book = offices.workbook(("Biểu 1", [TITLE, HEADER, NHO_QUAN]), ("DS", [["TT", "Họ tên"], [1, NAME]]))
    book["DS"].sheet_state = "hidden"
    copy = tmp_path / "copy.xlsx"
    assert run("check", str(send(tmp_path, book)), "--annotate", str(copy)).code == 3
    assert load_workbook(copy).sheetnames == ["To correct"]


@pytest.mark.quick(2)
@pytest.mark.parametrize(
    "rows",
    [
        [["Địa chỉ:", "Số 1 phố Lê Đại Hành"], TITLE, HEADER, NHO_QUAN],
        [["Họ và tên người lập biểu: Trần A"], ["Số điện thoại: 0912", "Email: a@b.vn"], TITLE, HEADER, NHO_QUAN],
        [["Người báo cáo: Trần A", "Điện thoại: 0912"], TITLE, HEADER, NHO_QUAN],
        [TITLE, HEADER, NHO_QUAN, ["Ký, ghi rõ họ tên"]],
        [TITLE, [*HEADER, "Số địa chỉ tin cậy"], [*NHO_QUAN, 3]],
    ],
)
def test_who_wrote_a_return_and_counted_places_are_no_column_about_persons(tmp_path: Path, rows: Rows) -> None:
    assert list(counts(read(tmp_path, rows))) == [("372", 2023)]


def test_an_unknown_column_is_told_by_its_heading_never_its_content(tmp_path: Path) -> None:
    returns = read(tmp_path, [TITLE, [*HEADER, "Tên"], [*NHO_QUAN, "Bí Mật"], [*GIA_VIEN, "Bí Mật"]])
    assert told(returns) == [("unknown-column", "L2")]
    assert "Bí Mật" not in words_of(returns)


@pytest.mark.parametrize("heading", ["Tên", "Đối tượng", "Phụ nữ", "Trẻ em", "Trong đó", "H.tên", "Con của", "Lý do"])
def test_unread_column_of_names_is_refused_as_personal(tmp_path: Path, heading: str) -> None:
    returns = read(tmp_path, [TITLE, [*HEADER, heading], [*NHO_QUAN, f"chị {NAME}"]])
    assert told(returns) == [("personal-data-column", "L2")]
    assert NAME not in words_of(returns)


@pytest.mark.parametrize(
    "rows",
    [
        [TITLE, HEADER, NHO_QUAN, [f"{NAME} (nạn nhân)", *A]],
        [TITLE, HEADER, NHO_QUAN, ["NGUYỄN THỊ BÍ MẬT", *A]],
        [TITLE, HEADER, ["Huyện Nho Quan", f"{NAME}, Lê Bí Mật", *A[1:]]],
        [TITLE, [*HEADER, "Đối tượng"], [*NHO_QUAN, "Lê Bí"], [*NHO_QUAN, "Bí Mật"]],
        [*FORM_TITLE, ["Chỉ tiêu", "Đối tượng", "Số liệu"], *([label, NAME, a] for label, a in FORM)],
        [*FORM_TITLE, *FORM, [NAME, 1]],
        [*FORM_TITLE, *FORM, [f"Chưa tính {NAME}"]],
    ],
)
def test_text_of_cell_is_quoted_without_names_of_persons(tmp_path: Path, rows: Rows) -> None:
    returns = read(tmp_path, rows)
    assert returns.problems
    assert "bí mật" not in words_of(returns).casefold()


def test_the_words_under_two_signatures_are_no_columns(tmp_path: Path) -> None:
    signatures = [
        ["", "NGƯỜI LẬP BIỂU", "", "THỦ TRƯỞNG ĐƠN VỊ"],
        ["", "(Ký, ghi rõ họ tên)", "", "(Ký, họ tên, đóng dấu)"],
    ]
    assert read(tmp_path, [TITLE, HEADER, NHO_QUAN, [], *signatures]).problems == []
