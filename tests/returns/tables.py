"""Tables as reading hands them on, laid out from rows that a test states: no file, no heading."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gbv_kpi.plan import load_plan
from gbv_kpi.reading.tables import FieldCells, Table, Total, Unread
from gbv_kpi.returns.collect import collect
from gbv_kpi.returns.frame import Returns
from gbv_kpi.returns.read_files import FileTables
from gbv_kpi.sheets.sheet import Cell

PLAN = load_plan()
FIELDS = list(PLAN.field_by_id)
REQUIRED = [field.id for field in PLAN.fields if not field.optional]


@dataclass(frozen=True)
class Row:
    """One return of a table; a field without a cell has been reported by reading."""

    unit: str | None
    year: int
    cells: Mapping[str, Cell]
    named: str | None = None  # a predecessor of the unit
    is_expected: bool = True
    is_faulty: bool = False


def table_of(rows: Sequence[Row], *, file: str = "a.csv", totals: Sequence[Total] = ()) -> Table:
    """The rows below a header, the unit in the first column and a column for each field."""
    number = np.arange(1, len(rows) + 1, dtype=np.int32)
    returns = pd.DataFrame(
        {
            "row": number,
            "column": np.zeros(len(rows), dtype=np.int32),
            "unit": pd.Categorical(pd.Series([row.unit for row in rows], dtype=object)),
            "named_unit": pd.Categorical(pd.Series([row.named or row.unit for row in rows], dtype=object)),
            "is_merged": np.array([row.named is not None for row in rows], dtype=bool),
            "is_expected": np.array([row.is_expected for row in rows], dtype=bool),
            "year": np.array([row.year for row in rows], dtype=np.int16),
            "is_faulty": np.array([row.is_faulty for row in rows], dtype=bool),
        }
    )
    cells = {
        field: FieldCells(pd.Series([row.cells.get(field, Unread()) for row in rows], dtype=object), number, column)
        for column, field in enumerate(FIELDS, 1)
    }
    return Table(file, None, returns, cells, totals, ())


def collected(*tables: Table, across_files: bool = True) -> Returns:
    """The returns of tables, each in a file of its own."""
    files = [FileTables(table.file, "", (), tables=[table]) for table in tables]
    return collect(files, PLAN, across_files=across_files)


def counts_in(frame: pd.DataFrame) -> list[dict[str, int | None]]:
    """The counts of each row of a frame as Python's numbers."""
    columns: list[list[Any]] = [frame[field].astype(object).tolist() for field in FIELDS]
    return [
        {field: None if pd.isna(count) else int(count) for field, count in zip(FIELDS, row, strict=True)}
        for row in zip(*columns, strict=True)
    ]


def told_of(returns: Returns) -> list[tuple[str, str | None, str | None]]:
    """Code, cell and field of every problem."""
    return [(problem.code, problem.place.cell, problem.field) for problem in returns.problems]
