import pytest

from gbv_kpi.sheets.extent import area_of_sheet
from gbv_kpi.sheets.ods_scan import area_of_tables

ROW = b"<table:table-row>%s</table:table-row>"
FAR = b'<row r="1048576"><c r="XFD1048576"%s</row>'


@pytest.mark.parametrize(
    ("rows", "area"),
    [
        (b'<row r="1"><c r="A1"><v>1</v></c></row>' + FAR % b"><v>1</v></c>", 1048576 * 16384),
        (b'<row r="1"><c r="A1"><v>1</v></c></row>' + FAR % b' s="1"/>', 1),
        (b'<row r="2"><c r="C2"><v>1</v></c></row>' + FAR % b' s="1"/>', 6),
        (b'<x:row r="900000"><x:c r="ZZ900000"><x:v>1</x:v></x:c></x:row>', 900000 * 702),
        (FAR % b"><v>1</v></c>" + b'<row r="2"><c r="A2"><v>1</v></c></row>', 1048576 * 16384),  # out of order
        (b"<row><c><v>1</v></c></row>" * 9, 9 * 26),  # cells without an address follow each other
    ],
)
def test_the_area_of_a_sheet_reaches_to_its_last_filled_cell(rows: bytes, area: int) -> None:
    assert area_of_sheet(b"<sheetData>" + rows + b"</sheetData>") == area


def test_a_row_without_address_beside_a_far_one_is_bounded_by_the_far_one() -> None:
    assert area_of_sheet(b'<row r="1000000"><c><v>1</v></c></row>') == 1000000 * 26


@pytest.mark.parametrize(
    ("rows", "area"),
    [
        (ROW % b"<table:table-cell><text:p>a</text:p></table:table-cell>", 1),
        (
            (
                b'<table:table-row table:number-rows-repeated="500"><table:table-cell table:number-columns-repeated="9"'
                b' office:value="1"><text:p>1</text:p></table:table-cell></table:table-row>'
            ),
            4500,
        ),
        (
            (
                b'<table:table-row table:number-rows-repeated="1048576"><table:table-cell'
                b' table:number-columns-repeated="16384"/></table:table-row>'
            ),
            0,
        ),
        (
            (
                b'<table:table-row table:number-rows-repeated="1048575"><table:table-cell/></table:table-row>'
                b'<table:table-row><table:table-cell table:number-columns-repeated="16383"/>'
                b"<table:table-cell><text:p>a</text:p></table:table-cell></table:table-row>"
            ),
            1048576 * 16384,
        ),
    ],
)
def test_one_element_of_an_ods_may_stand_for_many_cells(rows: bytes, area: int) -> None:
    assert area_of_tables(rows) == area


def test_every_table_of_an_ods_has_its_own_last_row() -> None:
    table = b"<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell></table:table-row>"
    rest = b'<table:table-row table:number-rows-repeated="1048575"><table:table-cell/></table:table-row></table:table>'
    assert area_of_tables((table + rest) * 3) == 3
