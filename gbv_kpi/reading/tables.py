"""The results of reading: the returns of a sheet, and the cell of every field of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gbv_kpi.i18n import phrase
from gbv_kpi.problems import Place, Problem
from gbv_kpi.reading.grid import Spot
from gbv_kpi.sheets.sheet import Cell


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell that gives no figure for a reason that reading has reported."""


@dataclass(frozen=True, slots=True, eq=False)
class FieldCells:
    """The cells of one field, one for each return of a table.

    `values` holds cells (object), whole numbers (int64) or texts (Categorical). `rows` and `columns` count from 0;
    a single number applies to all returns, and -1 where the table has no such cell.
    """

    values: pd.Series
    rows: NDArray[np.int32] | int
    columns: NDArray[np.int32] | int

    def address(self, index: int) -> tuple[int, int]:
        """Return the row and column of the cell of one return."""
        row, column = (where if isinstance(where, int) else int(where[index]) for where in (self.rows, self.columns))
        return row, column


@dataclass(frozen=True, slots=True, eq=False)
class Total:
    """A row or column that sums up returns.

    `cells` has the value, row and column by field, `groups` the positions of the returns it may be the sum of.
    """

    cells: Mapping[str, tuple[Cell, int, int]]
    groups: Sequence[NDArray[np.intp]]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Returns read from one sheet.

    `returns` has one row for each return, with the columns

        row, column  int32        the cell of the unit's name, counted from 0; -1 where it has none of its own
        unit         Categorical  the code of the unit of that year; NA where it is not known
        named_unit   Categorical  the code of the unit that the return names, a predecessor where it has merged since
        is_merged    bool         whether that is a predecessor
        is_expected  bool         whether every required field must be given; True where the unit is not known
        year         int16        0 where it is not known
        is_faulty    bool         whether reading has found an error in the return

    Where the plan names no units, the codes are the names as written.
    """

    file: str
    sheet: str | None
    returns: pd.DataFrame
    cells: Mapping[str, FieldCells]
    totals: Sequence[Total]
    problems: Sequence[Problem]
    refusal: Problem | None = None  # the reason in its title, sheet or notes why no figure counts

    def place(self, row: int, column: int) -> Place:
        """Return the place of a cell, of a row where `column` is -1, or of the sheet where both are."""
        return Spot(self.file, self.sheet).at(row, column)


def without_target_tables(tables: Sequence[Table]) -> list[Table]:
    """Leave out refused tables, such as plans, where another table of the file gives the results of the same units.

    A warning in place of the refusal names what was left out.
    """
    if all(table.refusal is None for table in tables):
        return list(tables)
    read = {unit for table in tables if table.refusal is None for unit in table.returns["unit"].dropna()}
    kept: list[Table] = []
    for table in tables:
        if table.refusal is None or not read.issuperset(units := table.returns["unit"].dropna()) or units.empty:
            kept.append(table)
            continue
        found = table.refusal.value or ""
        message = phrase("“{found}” is not the result of the year; the figures next to it were read.", found=found)
        left_out = Problem("sheet-not-read", table.refusal.place, message, value=found)
        kept.append(replace(table, returns=table.returns[:0], cells={}, totals=(), problems=(left_out,)))
    return kept


@dataclass(frozen=True, slots=True)
class SheetTables:
    """The tables of one sheet, what is wrong with the sheet, and the columns for which its file is refused."""

    tables: Sequence[Table]
    problems: Sequence[Problem]
    personal: Sequence[Problem]
