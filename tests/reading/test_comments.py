"""Comments on cells: one that limits the figures refuses them, whatever the workbook; others say nothing."""

from pathlib import Path

import pytest
from openpyxl.comments import Comment

from tests import offices
from tests.libreoffice import converted, needs_libreoffice
from tests.reading.sending import FORM_TITLE, GIA_VIEN, HEADER, LABELS, NHO_QUAN, TITLE, A, B, counts, read, send, told

ROWS: list[list[object]] = [*FORM_TITLE, ["Chỉ tiêu", "Số liệu"], *map(list, zip(LABELS, A, strict=True))]
OURS = "Lỗi: “Số liệu 6 tháng” chỉ là một phần của năm.\n→ Ghi số liệu cả năm."
LIMITING = [
    "Số liệu 6 tháng",
    "Nguyen Van A:\nChưa bao gồm xã Văn Phú",
    "Số liệu năm 2022",
    "phải là 21",
    f"Chỉ tính nữ\n\n{OURS}",
]
HARMLESS = ["Đã kiểm tra", "Nguồn: sổ theo dõi của Công an", "Trong đó nữ 15 người", OURS]


def commented(folder: Path, text: str) -> Path:
    book = offices.workbook(("Biểu 1", ROWS))
    book.worksheets[0]["B5"].comment = Comment(text, "Phòng LĐ")
    return send(folder, book)


@pytest.mark.parametrize("text", LIMITING)
def test_a_comment_that_limits_a_figure_refuses_it(tmp_path: Path, text: str) -> None:
    returns = read(tmp_path, commented(tmp_path, text).read_bytes(), name="sent.xlsx")
    assert counts(returns) == {}
    assert "B5" in [cell for _, cell in told(returns)]


@pytest.mark.parametrize("text", HARMLESS)
def test_a_comment_on_something_else_is_passed_over(tmp_path: Path, text: str) -> None:
    returns = read(tmp_path, commented(tmp_path, text).read_bytes(), name="sent.xlsx")
    assert (counts(returns), told(returns)) == ({("372", 2023): A}, [])


def test_a_comment_in_an_ods_refuses_the_figure(tmp_path: Path) -> None:
    rows = [[str(cell) if isinstance(cell, str) else float(str(cell)) for cell in row] for row in ROWS]
    for comment, right in (("Đã kiểm tra", {("372", 2023): A}), ("Số liệu 6 tháng", {})):
        note = f"<office:annotation><text:p>{comment}</text:p></office:annotation>"
        after = f"<table:table-row><table:table-cell>{note}</table:table-cell></table:table-row>"
        assert counts(read(tmp_path, offices.ods("Biểu 1", rows, after=after), name="sent.ods")) == right


@needs_libreoffice
@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_a_comment_saved_by_libreoffice_refuses_the_figure(tmp_path: Path, suffix: str) -> None:
    path = converted(commented(tmp_path, "Số liệu 6 tháng"), suffix, tmp_path / suffix)
    assert counts(read(tmp_path, path.read_bytes(), name=f"again.{suffix}")) == {}


def test_a_comment_on_one_row_refuses_that_return_only(tmp_path: Path) -> None:
    book = offices.workbook(("Biểu 1", [TITLE, HEADER, NHO_QUAN, GIA_VIEN]))
    book.worksheets[0]["C3"].comment = Comment("Số liệu 6 tháng", "Phòng LĐ")
    returns = read(tmp_path, book)
    assert counts(returns) == {("373", 2023): B}
    assert told(returns) == [("part-of-year", "C3")]


@pytest.mark.parametrize("cell", ["A1", "C2", "L2", "B9"])
def test_a_comment_beside_the_rows_refuses_the_table(tmp_path: Path, cell: str) -> None:
    book = offices.workbook(("Biểu 1", [TITLE, HEADER, NHO_QUAN, GIA_VIEN]))
    book.worksheets[0][cell].comment = Comment("Số liệu 6 tháng", "Phòng LĐ")
    assert counts(read(tmp_path, book)) == {}


def test_a_comment_on_one_form_leaves_the_next_one_as_it_is(tmp_path: Path) -> None:
    other: list[list[object]] = [
        ["Đơn vị báo cáo: UBND huyện Gia Viễn"],
        *ROWS[1:4],
        *map(list, zip(LABELS, B, strict=True)),
    ]
    book = offices.workbook(("Biểu 1", [*ROWS, [], ["NGƯỜI LẬP BIỂU"], [], *other]))
    book.worksheets[0]["B5"].comment = Comment("Số liệu 6 tháng", "Phòng LĐ")
    assert counts(read(tmp_path, book)) == {("373", 2023): B}
