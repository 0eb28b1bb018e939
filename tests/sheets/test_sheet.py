from datetime import date

import pytest

from gbv_kpi.sheets.sheet import (
    Cell,
    FormulaError,
    FormulaWithoutValue,
    Percentage,
    Sheet,
    cell_address,
    text_of,
)


@pytest.mark.parametrize(
    ("row", "column", "address"),
    [(0, 0, "A1"), (8, 25, "Z9"), (0, 26, "AA1"), (0, 701, "ZZ1"), (1048575, 16383, "XFD1048576")],
)
def test_a_cell_has_its_spreadsheet_address(row: int, column: int, address: str) -> None:
    assert cell_address(row, column) == address


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (372.0, "372"),
        (12.5, "12.5"),
        (True, "TRUE"),
        (" Nho Quan ", "Nho Quan"),
        (date(2023, 1, 2), "2023-01-02"),
        (Percentage(0.955), "95.5%"),
        (FormulaError("#N/A"), "#N/A"),
        (FormulaWithoutValue(), ""),
    ],
)
def test_a_cell_is_quoted_as_its_reader_sees_it(cell: Cell, text: str) -> None:
    assert text_of(cell) == text


def test_beyond_the_last_cell_everything_is_blank() -> None:
    sheet = Sheet("S", [["a"], []])
    assert [sheet.cell(0, 0), sheet.cell(0, 1), sheet.cell(1, 0), sheet.cell(9, 9), sheet.cell(-1, 0)] == [
        "a",
        "",
        "",
        "",
        "",
    ]
    assert sheet.width == 1


def test_a_merged_area_speaks_with_the_text_of_its_first_cell() -> None:
    sheet = Sheet("S", [["a", ""], ["", ""], ["b", ""]], merged=[((2, 0), (2, 1)), ((0, 0), (1, 1))])
    assert [sheet.spread_text(row, 1) for row in range(3)] == ["a", "a", "b"]
    assert sheet.merged_area(1, 0) == ((0, 0), (1, 1))
    assert sheet.merged_area(3, 0) is None
