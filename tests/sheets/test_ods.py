import pytest

from gbv_kpi.sheets.open import read_sheets
from gbv_kpi.sheets.sheet import Cell, FormulaError, FormulaWithoutValue, Percentage, Sheet
from gbv_kpi.sheets.sources import Source
from tests import offices

ERROR = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
CELLS: dict[str, tuple[str, Cell]] = {
    "an error": (f'table:formula="of:=1/0" {ERROR}><text:p>#DIV/0!</text:p>', FormulaError("#DIV/0!")),
    "an error with a note": (
        (
            f'table:formula="of:=1/0" {ERROR}><office:annotation><text:p>?</text:p></office:annotation>'
            "<text:p>Err:502</text:p>"
        ),
        FormulaError("Err:502"),
    ),
    "a percentage": ('office:value-type="percentage" office:value="0.5"><text:p>50%</text:p>', Percentage(0.5)),
    "thousands": ('office:value-type="float" office:value="12"><text:p>12 nghìn</text:p>', "12 nghìn"),
    "a currency": ('office:value-type="float" office:value="12"><text:p>12 ₫</text:p>', "12 ₫"),
    "of twenty": ('office:value-type="float" office:value="20"><text:p>20/0</text:p>', "20/0"),
    "rounded to thousands": ('office:value-type="float" office:value="1200"><text:p>1</text:p>', "1200 (1)"),
    "people": ('office:value-type="float" office:value="12"><text:p>12 người</text:p>', 12.0),
    "never calculated": ('table:formula="of:=1+1">', FormulaWithoutValue()),
    "an empty text": ('table:formula="of:=&quot;&quot;"><text:p/>', ""),
    "a truth": (
        'table:formula="of:=1=1" office:value-type="float" office:value="1"><text:p>TRUE</text:p>',
        True,
    ),
    "a number": ('table:formula="of:=1" office:value-type="float" office:value="1"><text:p>1</text:p>', 1.0),
}


def only_sheet(after: str) -> Sheet:
    spaces = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    content = offices.ods("A & B", [["x"]], after=after.replace("<table:table-row", f"<table:table-row {spaces}"))
    opened = read_sheets(Source("f.ods", content))
    sheets, problems = opened.shown, opened.problems
    assert problems == []
    return sheets[0]


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_is_told_for_what_it_is(name: str) -> None:
    xml, cell = CELLS[name]
    last = '<table:table-cell office:value-type="string"><text:p>end</text:p></table:table-cell>'
    sheet = only_sheet(f"<table:table-row><table:table-cell {xml}</table:table-cell>{last}</table:table-row>")
    assert list(sheet.rows[1]) == [cell, "end"]


def test_elements_that_stand_for_many_are_counted() -> None:
    share = '<table:table-cell office:value-type="percentage" office:value="1"><text:p>100%</text:p></table:table-cell>'
    sheet = only_sheet(
        '<table:table-row table:number-rows-repeated="2" table:visibility="collapse">'
        f'<table:table-cell table:number-columns-repeated="2"/>{share}</table:table-row>'
        f"<table:table-row>{share}</table:table-row>"
        '<table:table-row table:number-rows-repeated="1048000" table:visibility="filter"/>'
    )
    assert [list(row) for row in sheet.rows[1:]] == [
        ["", "", Percentage(1.0)],
        ["", "", Percentage(1.0)],
        [Percentage(1.0)],
    ]
    assert {1, 2} <= sheet.hidden_rows
    assert 3 not in sheet.hidden_rows


def test_hidden_rows_are_counted_no_further_than_a_sheet_goes() -> None:
    hidden = '<table:table-row table:number-rows-repeated="1048576" table:visibility="collapse"/>'
    sheet = only_sheet(hidden * 200)
    assert sheet.hidden_rows == frozenset()


def test_a_number_that_its_format_hides_is_left_out() -> None:
    hidden = 'office:value-type="float" office:value="12"><text:p/>'
    after = f"<table:table-row><table:table-cell {hidden}</table:table-cell></table:table-row>"
    opened = read_sheets(Source("f.ods", offices.ods("A", [["x"]], after=after)))
    assert [list(row) for row in opened.shown[0].rows] == [["x"]]
    assert [(problem.code, problem.place.cell) for problem in opened.problems] == [("unseen-text", "A2")]
