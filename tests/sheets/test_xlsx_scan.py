"""A workbook is the same however its parts are written, and whichever of the two readers reads it."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from gbv_kpi.sheets import xlsx
from gbv_kpi.sheets.open import read_sheets
from gbv_kpi.sheets.sheet import Cell, FormulaError, FormulaWithoutValue, Percentage, Sheet
from gbv_kpi.sheets.sources import Source

SHEET = "xl/worksheets/sheet1.xml"
Parts = dict[str, bytes]


def saved(fill: Callable[[Workbook], None]) -> bytes:
    book, content = Workbook(), io.BytesIO()
    fill(book)
    book.save(content)
    return content.getvalue()


def only_sheet(content: bytes) -> Sheet:
    opened = read_sheets(Source("f.xlsx", content))
    sheets, problems = opened.shown, opened.problems
    assert [problem.code for problem in problems if problem.severity == "error"] == []
    return sheets[0]


def filled_rows(sheet: Sheet) -> list[list[Cell]]:
    return [[*row, *[""] * (max(map(len, sheet.rows)) - len(row))] for row in sheet.rows]


WHEN = datetime(2023, 5, 1, 13, 30, 15)  # noqa: DTZ001 - a cell's date has no time zone
PLAIN: list[tuple[str | float | date | time | timedelta, str]] = [
    ("  Huyện Nho Quan\n& <b>", "General"), (12, "General"), (12.5, "0.0"), (True, "General"), (1234567, "#,##0"),
    (date(2023, 5, 1), "dd/mm/yyyy"), (WHEN, "dd/mm/yyyy hh:mm"), (time(6, 30), "hh:mm"),
    (timedelta(hours=30), "[h]:mm"), (59, "d/m/yyyy"), (61, "d/m/yyyy"), (5, '"ngày" 0'), (5, "[Red]0_d"), (7, "@"),
    (5, "0.00E+00"), (-3, "#,##0_);[Red](#,##0)"), (45000, "[$-42A]dd mmmm yyyy"), (0.1 + 0.2, "General"),
]  # fmt: skip


def _plain(book: Workbook) -> None:
    sheet = book.worksheets[0]
    for row, (value, number_format) in enumerate(PLAIN, 1):
        sheet.cell(row, row % 3 + 1, value).number_format = number_format
    sheet.merge_cells("E1:F2")


def test_both_readers_give_the_same_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    content = saved(_plain)
    quick = only_sheet(content)
    monkeypatch.setattr(xlsx, "_read_quickly", lambda *_: None)
    close = only_sheet(content)
    assert filled_rows(quick) == filled_rows(close)
    assert [list(map(type, row)) for row in filled_rows(quick)] == [list(map(type, row)) for row in filled_rows(close)]
    assert quick.merged == close.merged == (((0, 4), (1, 5)),)


def _peculiar(book: Workbook) -> None:
    sheet = book.worksheets[0]
    struck, note = InlineFont(strike=True), InlineFont(vertAlign="superscript")
    sheet.append(["Đơn vị & tên", 1, 0.5, "#N/A", "=1+1", 45000, 20.000000000000004, 9])
    sheet.append([CellRichText(TextBlock(struck, "15"), " 20"), 15, CellRichText("20", TextBlock(note, "1")), "x"])
    sheet["B1"].number_format, sheet["C1"].number_format = '0"%"', "0.0%"
    sheet["F1"].number_format, sheet["H1"].number_format = "yyyy", ";;;"
    sheet["B2"].font = sheet["D2"].font = Font(strike=True)
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["C"].hidden = True


SEEN = [
    ["Đơn vị & tên", Percentage(0.01), Percentage(0.5), FormulaError("#N/A"), FormulaWithoutValue(), 2023.0, 20.0],
    [" 20", "", "20¹", "", "", "", ""],
]


def _prefixed(parts: Parts) -> Parts:
    """Every tag of the sheet, the styles and the workbook with a prefix."""

    def with_prefix(xml: bytes) -> bytes:
        return re.sub(rb"<(/?)(\w)", rb"<\1x:\2", xml).replace(b"xmlns=", b"xmlns:x=")

    return {
        name: with_prefix(xml) if name.startswith("xl/w") or "styles" in name else xml for name, xml in parts.items()
    }


def _relocated(parts: Parts) -> Parts:
    rels = "xl/_rels/workbook.xml.rels"
    moved = parts[rels].replace(b"/xl/worksheets/sheet1.xml", b"../Data\\S1.XML")
    moved = moved.replace(b'"styles.xml"', b'"/Data/looks.xml"')
    kept = {name: xml for name, xml in parts.items() if name not in (SHEET, "xl/styles.xml", rels)}
    return {**kept, rels: moved, "data/s1.xml": parts[SHEET], "Data\\looks.xml": parts["xl/styles.xml"]}


def _each(edit: Callable[[bytes], bytes]) -> Callable[[Parts], Parts]:
    return lambda parts: {name: edit(xml) if name.endswith(".xml") else xml for name, xml in parts.items()}


def _without_addresses(xml: bytes) -> bytes:
    return re.sub(rb'<row r="\d+"', b"<row", re.sub(rb'<c r="[A-Z]+\d+"', b"<c", xml))


WRITTEN: dict[str, Callable[[Parts], Parts]] = {
    "as it is": dict,
    "prefixed": _prefixed,
    "strict": _each(
        lambda xml: xml.replace(b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/m")
    ),
    "in UTF-16": _each(lambda xml: xml.decode().replace('encoding="UTF-8"', "").encode("utf-16")),
    "with single quotes and spaces": _each(lambda xml: re.sub(rb'(\w)="([^"\']*)"', rb"\1 = '\2'", xml)),
    "indented": lambda parts: {**parts, SHEET: re.sub(rb"(<(?:row|c|f|v|/c|/row)\b)", rb"\n  \1", parts[SHEET])},
    "without addresses": lambda parts: {**parts, SHEET: _without_addresses(parts[SHEET])},
    "with a wrong dimension": lambda parts: {
        **parts,
        SHEET: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', parts[SHEET]),
    },
    "with entities": _each(lambda xml: xml.replace(b'%"', b'&#37;"').replace(b'"superscript"', b'"super&#115;cript"')),
    "relocated": _relocated,
    "with backslashes": lambda parts: {name.replace("/", "\\"): xml for name, xml in parts.items()},
    "in capitals": lambda parts: {name.upper(): xml for name, xml in parts.items()},
}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_a_reader_sees_depends_on_no_way_of_writing(name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(saved(_peculiar))) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part, xml in WRITTEN[name](parts).items():
            archive.writestr(part, xml)
    sheet = only_sheet(packed.getvalue())
    assert filled_rows(sheet) == SEEN
    assert (sheet.hidden_rows, sheet.hidden_columns) == ({1}, {2})
    assert sorted(sheet.unseen) == [(0, 7), (1, 0), (1, 1), (1, 3)]


def test_a_workbook_whose_formats_are_missing_is_not_read_blind() -> None:
    with zipfile.ZipFile(io.BytesIO(saved(_peculiar))) as archive:
        parts = {part: archive.read(part) for part in archive.namelist() if part != "xl/styles.xml"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part, xml in parts.items():
            archive.writestr(part, xml)
    problems = read_sheets(Source("f.xlsx", packed.getvalue())).problems
    assert [problem.code for problem in problems] == ["unreadable-file"]
