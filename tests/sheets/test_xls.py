"""Workbooks of Excel 97–2003, written by a script as many reporting systems still do."""

import datetime
import io
import struct
from pathlib import Path

import pytest
import xlwt

from gbv_kpi.sheets.open import read_sheets
from gbv_kpi.sheets.sheet import Percentage
from gbv_kpi.sheets.sources import Source
from tests.libreoffice import converted, needs_libreoffice
from tests.reading.sending import BOTH, GIA_VIEN, HEADER, NHO_QUAN, TITLE, A, Rows, counts, read, send, told
from tests.sheets.test_xlsx import book
from tests.sweep import slow

SHARE = xlwt.easyxf(num_format_str="0%")
DAY = xlwt.easyxf(num_format_str="dd/mm/yyyy")


def saved(made: xlwt.Workbook) -> bytes:
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def legacy(rows: Rows, name: str = "Biểu 1") -> tuple[xlwt.Workbook, xlwt.Worksheet]:
    made = xlwt.Workbook()
    sheet = made.add_sheet(name, cell_overwrite_ok=True)
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    return made, sheet


def test_an_xls_is_read(tmp_path: Path) -> None:
    returns = read(tmp_path, saved(legacy([TITLE, HEADER, NHO_QUAN, GIA_VIEN])[0]), name="sent.xls")
    assert (counts(returns), told(returns)) == (BOTH, [])


@pytest.mark.quick(2)
@pytest.mark.parametrize(
    ("cell", "style", "code"),
    [
        (1.0, SHARE, "not-a-whole-number"),
        (datetime.date(2023, 5, 1), DAY, "not-a-number"),
        (True, None, "not-a-number"),
        (12.5, None, "not-a-whole-number"),
        (xlwt.Formula("SUM(B3:B4)"), None, "formula-without-value"),
    ],
)
def test_what_is_no_count_is_told_with_its_cell(
    tmp_path: Path, cell: object, style: xlwt.XFStyle | None, code: str
) -> None:
    made, sheet = legacy([TITLE, HEADER, NHO_QUAN, GIA_VIEN])
    sheet.write(2, 3, cell, *([style] if style else []))
    assert told(read(tmp_path, saved(made), name="sent.xls")) == [(code, "D3")]


def test_hidden_and_merged_cells_of_an_xls_are_read_as_in_an_xlsx(tmp_path: Path) -> None:
    made, sheet = legacy([["", *TITLE], ["", *HEADER], ["", *NHO_QUAN], ["", *GIA_VIEN]])
    sheet.row(2).hidden = True
    sheet.col(5).hidden = True
    sheet.merge(0, 0, 1, 3)
    made.add_sheet("Cũ").write(0, 0, "x")
    made.get_sheet(1).visibility = 1
    returns = read(tmp_path, saved(made), name="sent.xls")
    assert told(returns) == [("hidden-sheet", None), ("hidden-figures", "C3"), ("hidden-figures", "F3")]
    assert counts(returns) == {("372", 2023): A, ("373", 2023): BOTH["373", 2023]}


@needs_libreoffice
@pytest.mark.parametrize("suffix", ["xls", slow("ods")])
def test_errors_percentages_and_hidden_figures_are_told_as_in_an_xlsx(tmp_path: Path, suffix: str) -> None:
    made, sheet = book()
    sheet["B3"], sheet["C3"], sheet["D3"], sheet["E3"] = "=1/0", "=NA()", 1, "=NOSUCH(1)"
    sheet["D3"].number_format = "0%"
    sheet["H3"].number_format = '0" nghìn"'
    sheet["F3"] = '=IF(1,"","")'
    sheet["G3"] = '=INDIRECT("nowhere")'
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["K"].hidden = True
    faults = [("formula-error", "B3"), ("formula-error", "C3"), ("not-a-whole-number", "D3"), ("formula-error", "E3")]
    returns = read(tmp_path, converted(send(tmp_path, made), suffix, tmp_path).read_bytes(), name=f"sent.{suffix}")
    assert told(returns) == [
        *faults,
        ("missing-value", "F3"),
        ("formula-error", "G3"),
        ("not-a-number", "H3"),
        ("hidden-figures", "K3"),
        ("hidden-figures", "B4"),
    ]
    assert [p.value for p in returns.problems[:6]] == ["#DIV/0!", "#N/A", "100%", "#NAME?", None, "#REF!"]


def test_what_is_struck_out_or_not_shown_is_left_out_and_told() -> None:
    made, sheet = legacy([["x", 5, 45000, 7, 0.5, 20.000000000000004]])
    struck, font = xlwt.easyxf("font: struck_out on"), xlwt.easyfont("struck_out on")
    sheet.write(0, 0, "x", struck)
    sheet.write(0, 1, 5, struck)
    sheet.write(0, 2, 45000, xlwt.easyxf(num_format_str="yyyy"))
    sheet.write(0, 3, 7, xlwt.easyxf(num_format_str=";;;"))
    sheet.write(0, 4, 0.5, SHARE)
    sheet.write_rich_text(0, 6, [("15", font), "20"])
    opened = read_sheets(Source("f.xls", saved(made)))
    sheets, problems = opened.shown, opened.problems
    assert list(sheets[0].rows[0]) == ["", "", 2023.0, "", Percentage(0.5), 20.0, "20"]
    assert [(problem.code, problem.place.cell) for problem in problems] == [("unseen-text", "A1")]
    assert sheets[0].unseen == ((0, 0), (0, 1), (0, 3), (0, 6))


@pytest.mark.parametrize(("next_sector", "fault"), [(-2, "unsupported-format"), (0, "unreadable-file")])
def test_short_stream_that_runs_in_a_circle_is_damaged(next_sector: int, fault: str) -> None:
    content = container(entry("Root Entry", 5, child=1, size=512), entry("Workbook", 2, size=60), short=next_sector)
    assert [problem.code for problem in read_sheets(Source("f.xls", content)).problems] == [fault]


@pytest.mark.parametrize("links", [{"before": 1, "after": 1}, {"before": 0}])
def test_directory_with_branches_that_join_is_damaged(links: dict[str, int]) -> None:
    """Each of the 60 entries leads twice to the next one: xlrd would follow 2^60 ways."""
    entries = [entry("x", 1, **{side: number + step for side, step in links.items()}) for number in range(1, 60)]
    content = container(entry("Root Entry", 5, child=1, size=512), *entries, entry("Workbook", 2, size=60))
    assert [problem.code for problem in read_sheets(Source("f.xls", content)).problems] == ["unreadable-file"]


def entry(name: str, kind: int, before: int = -1, after: int = -1, child: int = -1, size: int = 0) -> bytes:
    """Return an entry of the directory of an OLE file: 5 is its root, 1 a storage, 2 a stream."""
    title = name.encode("utf-16-le").ljust(64, b"\0")
    first = 2 if kind == 5 else 0
    return struct.pack("<64sHBBiii36xiII", title, 2 * len(name) + 2, kind, 1, before, after, child, first, size, 0)


def container(*entries: bytes, short: int = -2) -> bytes:
    """Return an OLE file: table of sectors, table of short sectors, one short stream, directory."""

    def table(*sectors: int) -> bytes:
        return struct.pack("<128i", *sectors, *[-1] * (128 - len(sectors)))

    directory = b"".join(entries)
    directory = directory.ljust(-(-len(directory) // 512) * 512, b"\0")
    last = 2 + len(directory) // 512
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + struct.pack(
        "<16xHHHHH6xiii4xiiiii", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 3, 4096, 1, 1, -2, 0
    )
    blocks = (table(-3, -2, -2, *range(4, last + 1), -2), table(short), b"x" * 512, directory)
    return head + struct.pack("<109i", 0, *[-1] * 108) + b"".join(blocks)
