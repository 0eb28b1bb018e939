"""Returns found by hunting for wrong figures: what is right is read, or nothing is."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.reading.sending import BOTH, FORM_TITLE, HEADER, LABELS, SUM, TITLE, A, B, Rows, counts, read

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
    "bare-name-of-the-reporter-across": (
        [*COMMUNES, ["Chỉ tiêu", "Kim Sơn", "Phát Diệm"], *map(list, zip(LABELS, A, B, strict=True))],
        NONE,
    ),
    "months-in-numbers": (form("Kết quả", columns=[B], title=titled("Kỳ: 01-09/2023")), NONE),
    "months-with-years": (form("Kết quả", columns=[B], title=titled("Từ 01/2023 đến 06/2023")), NONE),
    "note-below-the-table": (table(["Nho Quan", *B], ["(*) Số liệu 9 tháng"]), NONE),
    "note-below-the-form": ([*form("Kết quả", columns=[B]), [], ["Ghi chú: số liệu 9 tháng đầu năm"]], NONE),
    "corrected-figures-beside": (form("Số liệu", "Đính chính", columns=[B, A]), NONE),
}

READ: dict[str, tuple[Rows, Right]] = {
    "short-for-among-them": (form("Tổng", "T.đó: Nữ", columns=[A, B]), ONE),
    "short-for-measure": (with_measures(form("SL", columns=[A]), "Đ.vị"), ONE),
    "level-after-the-name-in-english": (table(["Nho Quan district", *A], heading="District"), ONE),
    "year-before-as-a-section": (
        table(["I. Năm báo cáo"], ["Nho Quan", *A], ["Gia Viễn", *B], ["II. Năm trước"], ["Nho Quan", *B]),
        BOTH,
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


@pytest.mark.parametrize("name", WRONG)
def test_a_figure_in_doubt_is_not_read(tmp_path: Path, name: str) -> None:
    rows, right = WRONG[name]
    returns = read(tmp_path, rows)
    assert counts(returns) == right
    assert returns.problems


@pytest.mark.parametrize("name", READ)
def test_a_plain_return_is_read(tmp_path: Path, name: str) -> None:
    rows, right = READ[name]
    assert counts(read(tmp_path, rows)) == right
