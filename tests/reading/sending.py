"""Returns sent as files and read back, in a form that tests can state at a glance."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pandas as pd
from openpyxl import Workbook

from gbv_kpi.i18n import ENGLISH
from gbv_kpi.plan import load_plan
from gbv_kpi.reading.reader import AssumedYear
from gbv_kpi.returns.collect import read_returns
from gbv_kpi.returns.frame import Returns
from tests import offices

PLAN = load_plan()
FIELDS = offices.required(PLAN)
LABELS = [field.label.vi for field in FIELDS]
IDS = [field.id for field in FIELDS]
A = [10, 6, 8, 8, 30, 28, 200, 190, 40, 35]
B = [4, 1, 2, 2, 20, 20, 100, 95, 30, 30]
SUM = [14, 7, 10, 10, 50, 48, 300, 285, 70, 65]

TITLE: list[object] = ["KẾT QUẢ THỰC HIỆN NĂM 2023"]
HEADER: list[object] = ["Đơn vị", *LABELS]
NHO_QUAN: list[object] = ["Huyện Nho Quan", *A]
GIA_VIEN: list[object] = ["Huyện Gia Viễn", *B]
BOTH = {("372", 2023): A, ("373", 2023): B}
FORM_TITLE: list[list[object]] = [["Đơn vị báo cáo: UBND huyện Nho Quan"], ["Năm 2023"], []]

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]
Rows = Sequence[Sequence[object]]
Sent = Rows | Workbook | str | bytes


def send(folder: Path, sent: Sent, name: str | None = None) -> Path:
    """The file as it arrives: rows and workbooks as .xlsx, text as UTF-8."""
    match sent:
        case bytes():
            path = folder / (name or "sent.csv")
            path.write_bytes(sent)
        case str():
            path = folder / (name or "sent.csv")
            path.write_bytes(sent.encode())
        case Workbook():
            path = folder / (name or "sent.xlsx")
            sent.save(path)
        case _:
            path = folder / (name or "sent.xlsx")
            offices.workbook(("Sheet1", sent)).save(path)
    return path


def read(folder: Path, sent: Sent, *, year: int | None = None, name: str | None = None) -> Returns:
    return read_returns([str(send(folder, sent, name))], PLAN, AssumedYear(year) if year else None)


def counts(returns: Returns) -> dict[tuple[str, int], list[int | None]]:
    """The required figures of each valid return; two of one unit and year must be told apart otherwise."""
    assert not returns.valid.duplicated(["unit", "year"]).any()
    return {
        (row["unit"], int(row["year"])): [None if pd.isna(row[field]) else int(row[field]) for field in IDS]
        for _, row in returns.valid.iterrows()
    }


def told(returns: Returns) -> list[tuple[str, str | None]]:
    """Code and cell of every problem."""
    return [(problem.code, problem.place.cell) for problem in returns.problems]


def words_of(returns: Returns) -> str:
    """All that the problems say, as it would be shown."""
    return "\n".join(
        part
        for problem in returns.problems
        for part in (ENGLISH.say(problem.message), ENGLISH.say(problem.hint), problem.value or "")
    )


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)
