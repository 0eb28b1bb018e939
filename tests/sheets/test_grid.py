"""How far the cells of a sheet reach, as its reader makes room for them."""

import pytest

from gbv_kpi.sheets.grid import MAX_AREA, Grid, address_of
from gbv_kpi.sheets.ods import read_ods
from gbv_kpi.sheets.package import Package
from gbv_kpi.sheets.refusal import Refusal
from gbv_kpi.sheets.xlsx_scan import read_sheet
from tests import offices

ROW = "<table:table-row>%s</table:table-row>"
FAR = b'<row r="1048576"><c r="XFD1048576"%s</row>'


def area_of_sheet(rows: bytes) -> int:
    xml = b'<worksheet xmlns="u"><sheetData>' + rows + b"</sheetData></worksheet>"
    grid, _ = read_sheet(xml, [], [], from_1904=False)
    return len(grid.rows) * grid.width


@pytest.mark.parametrize(
    ("rows", "area"),
    [
        (b'<row r="1"><c r="A1"><v>1</v></c></row>' + FAR % b' s="1"/>', 1),
        (b'<row r="2"><c r="C2"><v>1</v></c></row>' + FAR % b' s="1"/>', 6),
        (b"<row><c><v>1</v></c></row>" * 9, 9),  # cells without an address follow each other
    ],
)
def test_the_area_of_a_sheet_reaches_to_its_last_filled_cell(rows: bytes, area: int) -> None:
    assert area_of_sheet(rows) == area


@pytest.mark.quick(2)
@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="1"><c r="A1"><v>1</v></c></row>' + FAR % b"><v>1</v></c>",
        b'<row r="900000"><c r="ZZ900000"><v>1</v></c></row>',
        FAR % b"><v>1</v></c>" + b'<row r="2"><c r="A2"><v>1</v></c></row>',  # out of order
        b'<row><c r="xfd1048576"><v>1</v></c></row>',
        b'<row r="1000000"><c><v>1</v></c><c><v>1</v></c><c><v>1</v></c></row>',
        b'<row r="4294967295"><c r="ZZZZ4294967295"><v>1</v></c></row>',
    ],
)
def test_a_far_cell_of_an_xlsx_is_refused(rows: bytes) -> None:
    with pytest.raises(Refusal, match="oversized-file"):
        area_of_sheet(rows)


def area_of_tables(rows: str) -> int:
    sheets = list(read_ods(Package(offices.ods("S", [], after=rows))))
    return sum(len(sheet.rows) * max(map(len, sheet.rows), default=0) for sheet in sheets)


@pytest.mark.parametrize(
    ("rows", "area"),
    [
        (ROW % "<table:table-cell><text:p>a</text:p></table:table-cell>", 1),
        (
            (
                '<table:table-row table:number-rows-repeated="500"><table:table-cell table:number-columns-repeated="9" '
                'office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell></table:table-row>'
            ),
            4500,
        ),
        (
            (
                '<table:table-row table:number-rows-repeated="1048576"><table:table-cell'
                ' table:number-columns-repeated="16384"/></table:table-row>'
            ),
            0,
        ),
    ],
)
def test_one_element_of_an_ods_may_stand_for_many_cells(rows: str, area: int) -> None:
    assert area_of_tables(rows) == area


def test_a_far_cell_of_an_ods_is_refused() -> None:
    far = (
        '<table:table-row table:number-rows-repeated="1048575"><table:table-cell/></table:table-row>'
        '<table:table-row><table:table-cell table:number-columns-repeated="16383"/>'
        "<table:table-cell><text:p>a</text:p></table:table-cell></table:table-row>"
    )
    with pytest.raises(Refusal, match="oversized-file"):
        area_of_tables(far)


def test_a_grid_is_filled_in_any_order() -> None:
    grid = Grid()
    grid.put(1, 2, "b")
    grid.put(0, 0, "a")
    grid.put(1, 0, "c")
    assert grid.sheet("S", is_shown=True).rows == [["a"], ["c", "", "b"]]
    with pytest.raises(Refusal):
        grid.put(MAX_AREA, 0, "x")


@pytest.mark.parametrize("reference", ["", "A", "7", "A0", "Đ1", "1A"])
def test_what_is_no_address_is_damage(reference: str) -> None:
    with pytest.raises(Refusal, match="unreadable-file"):
        address_of(reference)
