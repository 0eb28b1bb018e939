"""Web pages under the name of a workbook, as Excel, LibreOffice and reporting systems save them."""

from email.message import EmailMessage
from html import escape
from pathlib import Path

import pytest

from gbv_kpi.i18n import ENGLISH
from gbv_kpi.sheets.open import read_sheets
from gbv_kpi.sheets.sources import Source
from tests import offices
from tests.libreoffice import converted, needs_libreoffice
from tests.reading.sending import (
    BOTH,
    FORM_TITLE,
    GIA_VIEN,
    HEADER,
    LABELS,
    NHO_QUAN,
    PLAN,
    A,
    Rows,
    counts,
    decomposed,
    read,
    send,
    told,
)
from tests.reading.test_table import FIGURES, LOWER, NUMBERED, TOTAL

ROWS: Rows = [HEADER, NHO_QUAN, GIA_VIEN]
UPPER = (
    "<tr><th rowspan=2>STT<th rowspan=2>Đơn vị<th colspan=2>Người bị bạo lực trên cơ sở giới"
    "<th colspan=2>Trường hợp có nhu cầu trợ giúp<th colspan=2>Cán bộ, công chức phụ trách công tác bình đẳng giới"
    "<th colspan=2>Người hoạt động không chuyên trách cấp thôn, tổ dân phố<th colspan=2>Cơ sở giáo dục</tr>"
)


def row(cells: object, tag: str = "td") -> str:
    assert isinstance(cells, list)
    return "<tr>" + "".join(f"<{tag}>{escape(str(cell))}</{tag}>" for cell in cells) + "</tr>"


def table(rows: Rows = ROWS) -> str:
    return f"<table border=1>{''.join(map(row, rows))}</table>"


def page(body: str, charset: str = "utf-8") -> bytes:
    head = f'<html><head><meta http-equiv=Content-Type content="text/html; charset={charset}"></head>'
    text = f"{head}<body>{body}</body></html>"
    return offices.cp1258(text) if charset == "windows-1258" else text.encode(charset)


TITLED = f"<h2>KẾT QUẢ THỰC HIỆN<br>NĂM 2023</h2>{table()}"

READ_WHOLE: dict[str, bytes] = {
    "a title above the table": page(TITLED),
    "a title in a table of its own": page(
        f"<table><tr><td>UBND TỈNH NINH BÌNH<td>CỘNG HÒA…</table><p>NĂM 2023</p>{table()}"
    ),
    "a table within a table": page(
        f"<table><tr><td>NĂM 2023</td></tr><tr><td>{table()}</td></tr><tr><td>NGƯỜI LẬP BIỂU</td></tr></table>"
    ),
    "two levels in merged cells": page(
        f"<p>NĂM 2023<table><thead>{UPPER}{row(LOWER[2:], 'th')}</thead>{''.join(map(row, [*NUMBERED, TOTAL]))}</table>"
    ),
    "no end tags": page(TITLED.replace("</td>", "").replace("</tr>", "")),
    "markup, entities and breaks in cells": page(
        TITLED.replace("Huyện Nho Quan", "<b>Huy&#7879;n&nbsp;Nho<br>Quan</b><!-- x --><script>y</script>")
    ),
    "decomposed letters": page(decomposed(TITLED)),
    "Windows-1258": page(TITLED, "windows-1258"),
    "UTF-16 with its mark": page(TITLED, "utf-16"),
    "UTF-16 without a mark": page(TITLED, "utf-16-le"),
    "UTF-16 without a mark, the higher byte first": page(TITLED, "utf-16-be"),
    "UTF-8 with its mark and no charset": f"\ufeff<!DOCTYPE html><html><body>{TITLED}".encode(),
    "a wrong charset": page(TITLED).replace(b"charset=utf-8", b"charset=iso-8859-1"),
    "a table without a page": f"<table><tr><td>NĂM 2023</td></tr></table>{table()}".encode(),
    "XHTML": b'<?xml version="1.0" encoding="UTF-8"?>\n' + page(TITLED),
    "links to its sheets": page(f'<p><a href="#table0">Nữ</a><br><a href="#table1">KH 2024</a></p>{TITLED}'),
    "numbers that Excel wrote beside": page(TITLED.replace("<td>200</td>", '<td x:num="200">2 00,0</td>')),
    "numbers that LibreOffice wrote beside": page(TITLED.replace("<td>200</td>", '<td sdval="200">200.00</td>')),
}


@pytest.mark.quick(4)
@pytest.mark.parametrize("name", READ_WHOLE)
def test_a_page_that_a_person_could_read_is_read(tmp_path: Path, name: str) -> None:
    returns = read(tmp_path, READ_WHOLE[name], name="sent.xls")
    assert (counts(returns), told(returns)) == (BOTH, [])


def test_a_form_as_a_page_is_read(tmp_path: Path) -> None:
    items: Rows = [[number, label, a] for number, (label, a) in enumerate(zip(LABELS, A, strict=True), 1)]
    content = page(
        f"<p>{FORM_TITLE[0][0]}</p><p>{FORM_TITLE[1][0]}</p>{table([['STT', 'Chỉ tiêu', 'Số liệu'], *items])}"
    )
    assert counts(read(tmp_path, content, name="sent.xls")) == {("372", 2023): A}


def test_the_encoding_of_a_page_is_told(tmp_path: Path) -> None:
    returns = read(tmp_path, page(TITLED, "windows-1258"), name="sent.xls")
    assert [file.encoding for file in returns.files] == ["windows-1258"]


FAULTS = [
    ("<td sdval='0.9'>90%</td>", "not-a-whole-number"),
    ("<td sdval='0'>#DIV/0!</td>", "formula-error"),
    ("<td sdval='0'>không</td>", "not-a-number"),
    ("<td sdval='200'>200 ₫</td>", "not-a-number"),
    ("<td sdval='200' sdnum='1033;0;0,'>0</td>", "not-a-number"),
    ("<td>1,5</td>", "not-a-whole-number"),
    ("<td>&nbsp;</td>", "missing-value"),
]


@pytest.mark.quick(1)
@pytest.mark.parametrize(("cell", "code"), FAULTS)
def test_a_fault_on_a_page_has_the_address_that_a_spreadsheet_shows(tmp_path: Path, cell: str, code: str) -> None:
    returns = read(tmp_path, page(TITLED.replace("<td>200</td>", cell)), name="sent.xls")
    assert told(returns) == [(code, "H4")]  # two lines of title and the header above


def test_a_row_that_is_not_shown_is_told(tmp_path: Path) -> None:
    hidden = TITLED.replace("<tr><td>Huyện Gia", "<tr style='height:0;display:none'><td>Huyện Gia")
    assert told(read(tmp_path, page(hidden), name="sent.xls")) == [("hidden-figures", "B5")]


@pytest.mark.parametrize("tag", ["template", "noscript", "xml"])
def test_rows_that_a_browser_never_shows_are_no_figures(tag: str) -> None:
    never = f"<{tag}><table><tr><td>1<td>2<td>3</tr></table></{tag}>"
    assert cells_of(f"<tr><td>4<td>5<td>6</tr></table>{never}<table>")[0] == cells_of("<tr><td>4<td>5<td>6</tr>")[0]


def cells_of(row: str, head: str = "") -> tuple[list[list[object]], list[str]]:
    """The rows of a page of three columns, and the codes that are told."""
    text = f"<html><head>{head}</head><body><table><tr><td>a<td>b<td>c</tr>{row}</table>"
    opened = read_sheets(Source("f.xls", text.encode()))
    sheets, problems = opened.shown, opened.problems
    return [list(cells) for sheet in sheets for cells in sheet.rows], [problem.code for problem in problems]


CSS = "<style><!--table{} .gone{display:none} td.old , .struck { text-decoration:line-through }--></style>"


@pytest.mark.parametrize(
    ("cell", "seen", "codes"),
    [
        ("<td><s>15</s>20", "20", ["unseen-text"]),
        ("<td><del>15</del><ins>20</ins>", "20", ["unseen-text"]),
        ('<td x:num="1520"><strike>15</strike>20', "20", ["unseen-text"]),
        ("<td><span hidden>1</span>20", "20", ["unseen-text"]),
        ("<td><span style='Display : None !important'>1</span>20", "20", ["unseen-text"]),
        ("<td><span style='visibility:hidden'>1</span>20", "20", ["unseen-text"]),
        ("<td><span style='font-size:0pt'>1</span>20", "20", ["unseen-text"]),
        ("<td><span style='opacity:0.0'>1</span>20", "20", ["unseen-text"]),
        ("<td><span style='font-size:10pt'>1</span>20", "120", []),
        ("<td><span class='x gone'>1</span>20", "20", ["unseen-text"]),
        ("<td class=old>20", "", ["unseen-text"]),
        ("<td><script>1</script><style>.a{}</style>20", "20", []),
        ("<td>20<sub>1</sub>", "20¹", []),
        ("<td>20<span style='vertical-align:super'>1</span>", "20¹", []),
        ("<td>20<a href='#note'>1</a>", "20¹", []),
        ("<td><a href='#unit'>20</a>", "20", []),
        ("<td><b>2</i>0</b>", "20", []),
    ],
)
def test_a_cell_says_what_its_reader_sees(cell: str, seen: str, codes: list[str]) -> None:
    rows, told_codes = cells_of(f"<tr><td>1{cell}<td>3</tr>", CSS)
    assert (rows[1], told_codes) == (["1", seen, "3"], codes)


def test_cells_that_take_no_room_in_some_rows_only_are_refused() -> None:
    assert cells_of("<tr><td class=gone>9<td>1<td>2<td>3</tr>", CSS) == ([], ["unreadable-file"])
    gone = "<td style='display:none'>9"
    assert cells_of(f"</table><table><tr>{gone}<td>a</tr><tr>{gone}<td>1</tr>")[0][1:] == [["a"], ["1"]]


LISTED = (
    "<!--[if gte mso 9]><xml><x:ExcelWorkbook><x:ExcelWorksheets>"
    "<x:ExcelWorksheet><x:Name>Nho Quan</x:Name></x:ExcelWorksheet>"
    "<x:ExcelWorksheet><x:Name>Cũ</x:Name><x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions>"
    "</x:ExcelWorksheet></x:ExcelWorksheets></x:ExcelWorkbook></xml><![endif]--><frameset></frameset>"
)


def test_a_single_file_web_page_has_the_sheets_that_excel_lists(tmp_path: Path) -> None:
    message = EmailMessage()
    message.set_content(LISTED, subtype="html", cte="quoted-printable")
    message.make_related()
    items: Rows = [["Năm 2023"], *([label, a] for label, a in zip(LABELS, A, strict=True))]
    for rows in (items, items):
        message.add_related(table(rows), subtype="html", cte="base64")
    message.add_related(b"\x89PNG", maintype="image", subtype="png")
    content = b"MIME-Version: 1.0\n" + message.as_bytes()
    returns = read(tmp_path, content, name="sent.xls")
    assert counts(returns) == {("372", 2023): A}
    assert [(problem.code, problem.place.sheet) for problem in returns.problems] == [("hidden-sheet", "Cũ")]


def test_a_page_in_an_old_font_is_refused(tmp_path: Path) -> None:
    returns = read(tmp_path, page("<table><tr><td>HuyÖn Nho Quan<td>Ng­êi bÞ b¹o lùc</table>"), name="sent.xls")
    assert told(returns) == [("legacy-encoding", None)]


def test_a_page_without_the_plans_headings_is_no_return(tmp_path: Path) -> None:
    returns = read(tmp_path, page("<form>Đăng nhập<table><tr><td>Mật khẩu<td>1</table></form>"), name="sent.xls")
    assert told(returns) == [("unsupported-format", None)]
    assert ENGLISH.say(returns.problems[0].message) == "This is a web page, despite its name."


@needs_libreoffice
def test_a_page_that_libreoffice_saved_is_read(tmp_path: Path) -> None:
    made = send(tmp_path, offices.compiled_table(PLAN, 2023, FIGURES))
    saved = converted(made, "html", tmp_path).read_bytes()
    returns = read(tmp_path, saved, name="saved.xls")
    assert (counts(returns), told(returns)) == (BOTH, [])
