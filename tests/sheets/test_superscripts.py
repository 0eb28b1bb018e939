"""A number of a footnote beside a figure is no part of it, in whatever kind of workbook."""

from pathlib import Path

import pytest
import xlwt
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from tests.libreoffice import converted, needs_libreoffice
from tests.reading.sending import BOTH, GIA_VIEN, HEADER, NHO_QUAN, TITLE, counts, read, send, told
from tests.sheets.test_html import TITLED, page
from tests.sheets.test_xls import legacy, saved
from tests.sheets.test_xlsx import book
from tests.sweep import sweep


def noted(text: str, note: str) -> CellRichText:
    return CellRichText(text, TextBlock(InlineFont(vertAlign="superscript"), note))


def test_a_raised_number_in_an_xlsx(tmp_path: Path) -> None:
    made, sheet = book()
    sheet["B3"] = noted("1", "0")
    sheet["C2"] = noted(str(sheet["C2"].value), "1")
    sheet["A4"] = noted("Huyện Gia Viễn", "2")
    returns = read(tmp_path, made)
    assert told(returns) == [("not-a-number", "B3")]
    assert returns.problems[0].value == "1⁰"
    assert list(counts(returns)) == [("373", 2023)]


@needs_libreoffice
@pytest.mark.parametrize("suffix", sweep(["xlsx", "ods", "xls"], ["ods"]))
def test_a_raised_number_that_libreoffice_saved(tmp_path: Path, suffix: str) -> None:
    made, sheet = book()
    sheet["B3"] = noted("1", "0")
    original = send(tmp_path, made)
    (tmp_path / "out").mkdir()
    content = converted(original, suffix, tmp_path / "out").read_bytes()
    assert told(read(tmp_path, content, name=f"again.{suffix}")) == [("not-a-number", "B3")]


def test_a_raised_number_in_an_xls(tmp_path: Path) -> None:
    made, sheet = legacy([TITLE, HEADER, NHO_QUAN, GIA_VIEN])
    raised = xlwt.easyfont("")
    raised.escapement = xlwt.Font.ESCAPEMENT_SUPERSCRIPT
    sheet.write_rich_text(2, 1, ["1", ("0", raised)])
    assert told(read(tmp_path, saved(made), name="sent.xls")) == [("not-a-number", "B3")]


def test_a_raised_number_on_a_web_page(tmp_path: Path) -> None:
    assert told(read(tmp_path, page(TITLED.replace("<td>200<", "<td>20<sup>0</sup><")), name="sent.xls")) == [
        ("not-a-number", "H4")
    ]
    headed = TITLED.replace("Số cơ sở giáo dục<", "Số cơ sở giáo dục<sup>(1)</sup><")
    assert counts(read(tmp_path, page(headed), name="sent.xls")) == BOTH
