"""Returns read from a sheet, as values for the stages after reading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gbv_kpi.problems import Problem
from gbv_kpi.sheets.sheet import Cell


@dataclass(frozen=True, slots=True, eq=False)
class FieldCells:
    """The cells of one field, one for each return of a table.

    `values` has a RangeIndex; its dtype is object (cells), int64 or categorical (texts). A return without a cell has
    the value "", row -1 and column -1. `rows` and `columns` count from 0; one number where all returns share it.
    """

    values: "pd.Series[object]"
    rows: NDArray[np.int32] | int
    columns: NDArray[np.int32] | int


@dataclass(frozen=True, slots=True, eq=False)
class Total:
    """A row or column that sums up returns."""

    cells: Mapping[str, tuple[Cell, int, int]]  # by field: value, row, column
    groups: Sequence[NDArray[np.intp]]  # alternatives: the positions of the returns it may be the sum of


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Returns read from one sheet.

    `returns` has a RangeIndex and a row per return: `row` and `column` (int32) of the unit's name, column -1 for the
    whole row, row -1 for the sheet; `unit` and `named_unit` (categorical codes; NA where unknown), which differ where
    the named unit has become part of the other (`is_merged`); `is_expected` (the unit must report every required
    field); `year` (int16, 0 where unknown); `is_faulty` (reading found an error in it: it counts in no figure).
    """

    file: str
    sheet: str | None
    returns: pd.DataFrame
    cells: Mapping[str, FieldCells]  # by field; one without any cell is absent
    totals: Sequence[Total]
    problems: Sequence[Problem]


@dataclass(frozen=True, slots=True)
class SheetTables:
    """What one sheet holds."""

    tables: Sequence[Table]
    problems: Sequence[Problem]  # of the sheet itself
    personal: Sequence[Problem]  # for which the whole file is refused
