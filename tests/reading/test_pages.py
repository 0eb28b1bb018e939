"""A long CSV comes as its first rows and the others as columns; wherever these begin, it is read the same."""

from pathlib import Path

import pytest

from gbv_kpi.returns.collect import read_returns
from gbv_kpi.returns.frame import Returns
from gbv_kpi.sheets import csv as text
from tests import offices
from tests.reading.sending import IDS, LABELS, PLAN, A, B
from tests.sweep import sweep

UNITS = [unit.name for unit in PLAN.expected_units(2023)]
FIGURES = dict(zip(IDS, A, strict=True))
TABLE = offices.csv_text(PLAN, [(unit, year, FIGURES) for unit in UNITS for year in (2021, 2022, 2023)])
TOTAL = ";".join(["Tổng cộng", "2023", *(str(8 * a) for a in A)])
BODY = TABLE.partition("\r\n")[2]
HEADER = ";".join(["Đơn vị", *LABELS])
SECOND = "\r\n".join(["", "BIỂU TỔNG HỢP NĂM 2024", HEADER, *(";".join([u, *map(str, B)]) for u in UNITS[::-1])])
SENT = {
    "plain": TABLE,
    "faults": TABLE.replace(";2022;10;", ";2022;x;").replace("Huyện Nho Quan;2023", "Huyện Nho Quen;2023"),
    "total": f"{TABLE}{TOTAL}\r\n",
    "wrong total": f"{TABLE}{TOTAL}9\r\n",
    "repeated return": TABLE + BODY[: BODY.index("\r\n") + 2],
    "header on every page": TABLE + TABLE.replace(";2021;", ";2024;").replace(";2022;", ";2025;"),
    "second table": TABLE + SECOND,
    "signatures": f"{TABLE};;\r\n;;Ninh Bình, ngày 5 tháng 1 năm 2024\r\n;;NGƯỜI LẬP BIỂU\r\n;;Nguyễn Văn A;5\r\n",
    "words between": TABLE.replace("Huyện Kim Sơn;2021", "Năm 2021;;\r\n\r\nHuyện Kim Sơn;2021"),
    "persons at the end": f"{TABLE};;\r\nSTT;Họ và tên;Ngày sinh\r\n1;Nguyễn Thị B;1990\r\n",
    "column without a heading": "\r\n".join(
        f"{line};{number or ''}" for number, line in enumerate(TABLE.strip().split("\r\n"))
    ),
    "open quotation": TABLE + '"' + "a;b\n" * 9,
}


def told(returns: Returns) -> tuple[object, ...]:
    frame = returns.frame.astype(object).where(returns.frame.notna(), None)
    return frame.to_dict("records"), returns.problems, returns.files


@pytest.mark.quick(2)
@pytest.mark.parametrize("rows", sweep([2, 5, 9, 20], [9]))
@pytest.mark.parametrize("name", SENT)
def test_long_csv_read_the_same_wherever_its_head_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, rows: int
) -> None:
    path = tmp_path / "sent.csv"
    path.write_text(SENT[name], encoding="utf-8", newline="")
    at_once = told(read_returns([str(path)], PLAN))
    monkeypatch.setattr(text, "HEAD_ROWS", rows)
    assert told(read_returns([str(path)], PLAN)) == at_once
