from datetime import date

import pytest

from gbv_kpi.sheets.sheet import (
    Cell,
    FormulaError,
    FormulaWithoutValue,
    Percentage,
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
