import re
from pathlib import Path
from typing import Literal

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from gbv_kpi.i18n import ENGLISH
from gbv_kpi.sheets.open import is_workbook, read_sheets
from gbv_kpi.sheets.sheet import FormulaError, FormulaWithoutValue, Percentage
from gbv_kpi.sheets.sources import Source
from tests import offices
from tests.reading.sending import (
    BOTH,
    GIA_VIEN,
    HEADER,
    IDS,
    NHO_QUAN,
    PLAN,
    TITLE,
    A,
    counts,
    read,
    send,
    told,
)
from tests.sheets import hostile

ROWS = [TITLE, HEADER, NHO_QUAN, GIA_VIEN]


def book() -> tuple[Workbook, Worksheet]:
    made = offices.workbook(("Biểu 1", ROWS))
    return made, made.worksheets[0]


def test_an_xlsx_is_read(tmp_path: Path) -> None:
    assert counts(read(tmp_path, book()[0])) == BOTH


def test_an_ods_is_read(tmp_path: Path) -> None:
    rows = [[value for value in row if isinstance(value, str | int)] for row in ROWS]
    returns = read(tmp_path, offices.ods("Biểu 1", rows), name="sent.ods")
    assert (counts(returns), told(returns)) == (BOTH, [])


def test_an_ods_whose_last_row_stands_for_a_million_is_read(tmp_path: Path) -> None:
    rows = [[value for value in row if isinstance(value, str | int)] for row in ROWS]
    empty = (
        '<table:table-row table:number-rows-repeated="1048572">'
        '<table:table-cell table:style-name="ce1" table:number-columns-repeated="16384"/></table:table-row>'
    )
    assert counts(read(tmp_path, offices.ods("S", rows, after=empty), name="sent.ods")) == BOTH


def test_a_formula_that_was_never_calculated_is_named_with_its_cell(tmp_path: Path) -> None:
    made, sheet = book()
    sheet["C3"] = "=SUM(B3:B4)"
    returns = read(tmp_path, made)
    assert told(returns) == [("formula-without-value", "C3")]
    assert list(counts(returns)) == [("373", 2023)]


@pytest.mark.quick(2)
@pytest.mark.parametrize("error", ["#DIV/0!", "#REF!", "#N/A", "#NAME?", "#VALUE!"])
def test_a_formula_error_is_named_with_its_cell(tmp_path: Path, error: str) -> None:
    made, sheet = book()
    sheet["E4"] = error
    returns = read(tmp_path, made)
    assert told(returns) == [("formula-error", "E4")]
    assert error in ENGLISH.say(returns.problems[0].message)


@pytest.mark.parametrize(
    ("value", "shown_as", "share"),
    [(0.95, "0%", "95%"), (1, "0.0%", "100%"), (95.5, '0.0"%"', "95.5%"), (1, "0\\%", "1%")],
)
def test_a_cell_shown_as_a_percentage_is_no_count(tmp_path: Path, value: float, shown_as: str, share: str) -> None:
    made, sheet = book()
    sheet["B3"].value = value
    sheet["B3"].number_format = shown_as
    returns = read(tmp_path, made)
    assert told(returns) == [("not-a-whole-number", "B3")]
    assert returns.problems[0].value == share


@pytest.mark.parametrize(
    "shown_as",
    [
        '0" nghìn"', '0" Triệu người"', '0"0"', '"1"0', "0\\/\\2\\0", '0 "vụ";-0', '0" nữ"', '"Kế hoạch: "0',
        '"x"', "0‰", '#,##0 "₫"', "[$₫-42A]0", "[$€-2] #,##0", "$0",
    ],
)  # fmt: skip
def test_a_number_shown_with_other_signs_is_no_count(tmp_path: Path, shown_as: str) -> None:
    made, sheet = book()
    sheet["B3"].number_format = shown_as
    assert told(read(tmp_path, made)) == [("not-a-number", "B3")]


@pytest.mark.parametrize("shown_as", ['0" người"', "#,##0_);(#,##0)", "_-* #,##0\\ _₫_-", '0;-0;"-"'])
def test_a_number_shown_with_its_measure_is_read(tmp_path: Path, shown_as: str) -> None:
    made, sheet = book()
    sheet["B3"].number_format = shown_as
    assert counts(read(tmp_path, made)) == BOTH


# What a script writes that does not calculate: a 0 for every formula, and the wish that the opener calculate.
UNCALCULATED = b'<c r="C3"><f>SUM(B3:B4)</f><v>0</v></c>'


@pytest.mark.parametrize(
    ("asks", "another", "problems"),
    [
        ("1", b"", [("formula-without-value", "C3")]),
        ("0", b"", []),
        ("1", b'<c r="M3"><f>1+1</f><v>2</v></c>', [("unknown-column", "M2")]),  # somebody has calculated
    ],
)
def test_the_zero_of_a_script_is_no_value(
    tmp_path: Path, asks: str, another: bytes, problems: list[tuple[str, str]]
) -> None:
    content = hostile.edited(
        {
            hostile.SHEET: lambda xml: re.sub(rb'<c r="C3".*?</c>', UNCALCULATED, xml).replace(
                b"</row></sheetData>", another + b"</row></sheetData>"
            ),
            "xl/workbook.xml": lambda xml: xml.replace(b'fullCalcOnLoad="1"', b'fullCalcOnLoad="%s"' % asks.encode()),
        }
    )
    assert told(read(tmp_path, content, name="sent.xlsx")) == problems


def test_a_formula_that_gives_an_empty_text_is_blank(tmp_path: Path) -> None:
    empty = b'<c r="C3" t="str"><f>IF(1,"","")</f><v></v></c>'
    content = hostile.edited({hostile.SHEET: lambda xml: re.sub(rb'<c r="C3".*?</c>', empty, xml)})
    assert told(read(tmp_path, content, name="sent.xlsx")) == [("missing-value", "C3")]


def test_hidden_rows_and_columns_are_read_and_told(tmp_path: Path) -> None:
    made, sheet = book()
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["D"].hidden = True
    returns = read(tmp_path, made)
    assert counts(returns) == BOTH
    assert told(returns) == [("hidden-figures", "D3"), ("hidden-figures", "B4")]
    assert returns.problems[1].unit == "373"


def test_a_hidden_column_of_a_cross_table_is_a_hidden_return(tmp_path: Path) -> None:
    made = offices.cross_table(PLAN, 2023, [("Nho Quan", dict(zip(IDS, A, strict=True)))])
    made.worksheets[0].column_dimensions["E"].hidden = True
    made.worksheets[0].row_dimensions[5].hidden = True
    returns = read(tmp_path, made)
    assert told(returns) == [("hidden-figures", "E4"), ("hidden-figures", "E5")]
    assert counts(returns) == {("372", 2023): A}


def test_a_number_shown_with_separators_is_a_plain_number(tmp_path: Path) -> None:
    made, sheet = book()
    sheet["H3"].value = 1234
    sheet["H3"].number_format = "#,##0"
    returns = read(tmp_path, made)
    assert (counts(returns)["372", 2023][6], told(returns)) == (1234, [])


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_skipped_with_a_warning(tmp_path: Path, state: Literal["hidden", "veryHidden"]) -> None:
    made = offices.workbook(("Biểu 1", ROWS), ("Cũ", [TITLE, HEADER, ["Huyện Kim Sơn", *A]]))
    made["Cũ"].sheet_state = state
    returns = read(tmp_path, made)
    assert counts(returns) == BOTH
    assert [(problem.code, problem.place.sheet) for problem in returns.problems] == [("hidden-sheet", "Cũ")]


def test_a_hidden_sheet_without_a_cell_is_nothing_to_tell(tmp_path: Path) -> None:
    made = offices.workbook(("Biểu 1", ROWS), ("Trống", []))
    made["Trống"].sheet_state = "hidden"
    assert told(read(tmp_path, made)) == []


def test_a_figure_merged_over_two_units_is_none_of_each(tmp_path: Path) -> None:
    made = offices.workbook(("Biểu 1", ROWS), merged=["B3:B4"])
    returns = read(tmp_path, made)
    assert told(returns) == [("missing-value", "B3"), ("missing-value", "B4")]
    assert "the cells B3 to B4 are merged" in ENGLISH.say(returns.problems[0].message)
    assert counts(returns) == {}


def test_a_figure_merged_with_blank_cells_beside_it_is_read(tmp_path: Path) -> None:
    rows = [[*row[:1], "", *row[1:]] if number else row for number, row in enumerate(ROWS)]
    made = offices.workbook(("Biểu 1", rows), merged=["A2:B2", "A3:B3", "A4:B4"])
    returns = read(tmp_path, made)
    assert (counts(returns), told(returns)) == (BOTH, [])


def test_cells_keep_their_addresses_where_the_first_rows_are_blank(tmp_path: Path) -> None:
    made = offices.workbook(("S", [[], [], [None, "a"]]))
    opened = read_sheets(Source("f", send(tmp_path, made).read_bytes()))
    sheets, problems = opened.shown, opened.problems
    assert (sheets[0].rows[2][1], problems) == ("a", [])


def test_what_the_fast_reader_cannot_tell_is_told_apart(tmp_path: Path) -> None:
    made = offices.workbook(("S", [["=1+1", "#N/A", 0.5, 0.5, "x"]]))
    made["S"]["C1"].number_format = "0%"
    sheets = read_sheets(Source("f", send(tmp_path, made).read_bytes())).shown
    assert list(sheets[0].rows[0]) == [FormulaWithoutValue(), FormulaError("#N/A"), Percentage(0.5), 0.5, "x"]


def test_a_workbook_is_known_by_its_first_bytes_not_its_name() -> None:
    assert is_workbook(hostile.good())
    assert is_workbook(hostile.encrypted())
    assert not is_workbook(b"STT;xl/worksheets")


def test_a_workbook_called_csv_is_read(tmp_path: Path) -> None:
    assert len(read(tmp_path, hostile.good(), name="sent.csv").frame) == 1


@pytest.mark.quick(2)
@pytest.mark.parametrize("odd", [5, 5.5, "5", "x", None])
def test_a_long_table_has_every_cell_of_its_rows(tmp_path: Path, odd: object) -> None:
    """Later rows are columns of whole numbers or of texts where each column holds only these."""
    workbook = Workbook()
    rows: list[list[object]] = [[f"Xã {number:05}", number % 7, number * 1000] for number in range(1200)]
    rows[1100][1] = odd
    for row in rows:
        workbook.worksheets[0].append(row)
    workbook.save(tmp_path / "long.xlsx")
    opened = read_sheets(Source("long.xlsx", (tmp_path / "long.xlsx").read_bytes()))
    (read,) = opened.shown
    tail = [] if read.tail is None else read.tail.astype(object).to_numpy().tolist()
    assert not opened.problems
    assert [*map(list, read.rows), *tail] == [["" if cell is None else cell for cell in row] for row in rows]
    assert (read.tail is not None) == (odd == 5)
