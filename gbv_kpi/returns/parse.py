"""Turn the cells of returns into columns of whole numbers, and report every cell that gives none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic.fields import FieldInfo

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.plan import Plan, ReturnField
from gbv_kpi.reading.normalize import seen
from gbv_kpi.reading.numbers import Figure, read_figure
from gbv_kpi.reading.tables import Unread
from gbv_kpi.returns.schema import column_faults, return_schema
from gbv_kpi.sheets.sheet import Cell, FormulaWithoutValue, text_of

Mask = NDArray[np.bool_]
Positions = NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class CellProblems:
    """One problem in the same field of many returns: their positions, and a message for each."""

    code: str
    field: str
    rows: NDArray[np.intp]
    messages: Sequence[Phrase]


@dataclass(frozen=True, eq=False)
class _Column:
    """The counts of a field, the masks of its invalid and of its filled cells, and its problems."""

    counts: pd.Series
    unread: Mask
    is_filled: Mask
    problems: Sequence[CellProblems]


def parse_counts(
    cells: Mapping[str, pd.Series], is_expected: Mask, plan: Plan
) -> tuple[dict[str, pd.Series], Mask, list[CellProblems]]:
    """Return the counts of every field, a mask of the reported returns, and the problems of the cells.

    Counts are Int32, of money Int64, NA where a cell gives none. A return without any figure has not been reported:
    nothing is missing.

    `cells` has a column for each field of any return, `is_expected` marks the returns that must give every required
    field.
    """
    schema = return_schema(plan)
    columns = {
        field.id: _read_column(field, cells[field.id], schema.model_fields[field.id])
        for field in plan.fields
        if field.id in cells
    }
    counts = {name: column.counts for name, column in columns.items()}
    problems = [problem for column in columns.values() for problem in column.problems]
    filled = [column.is_filled for column in columns.values()]
    is_reported = np.logical_or.reduce(filled) if filled else np.zeros(len(is_expected), dtype=bool)
    for field in plan.fields:
        if field.id in columns and not field.optional:
            needed = is_expected | _gives_partner(field, counts, plan)
            blank = counts[field.id].isna().to_numpy() & ~columns[field.id].unread
            if (rows := np.flatnonzero(needed & blank & is_reported)).size:
                problems.append(_missing_values(field, cells[field.id], rows))
    return counts, is_reported, problems


def distinct_cells(cells: pd.Series) -> tuple[Positions, Sequence[Cell]]:
    """Return the index of each cell among the distinct cells, and the distinct cells.

    1, 1.0 and True are equal, but not the same cell.
    """
    if isinstance(cells.dtype, pd.CategoricalDtype):
        return cells.cat.codes.to_numpy(dtype=np.intp), list(cells.cat.categories)
    keys: Any = cells.to_numpy()
    if keys.dtype == object and len({bool, int, float}.intersection(map(type, keys))) > 1:
        keys = np.fromiter(zip(map(type, keys), keys, strict=True), dtype=object, count=len(keys))
        codes, pairs = pd.factorize(keys, use_na_sentinel=False)
        return codes, [cell for _, cell in pairs]
    codes, different = pd.factorize(keys, use_na_sentinel=False)
    return codes, different.tolist()


def _read_column(field: ReturnField, cells: pd.Series, schema: FieldInfo) -> _Column:
    if pd.api.types.is_integer_dtype(cells.dtype) and len(cells):
        numbers = cells.to_numpy()
        if not column_faults(schema, [int(numbers.min()), int(numbers.max())]):  # all others lie between
            invalid = np.zeros(len(cells), dtype=bool)
            counts = pd.arrays.IntegerArray(numbers.astype(field.dtype.lower(), copy=False), invalid)
            return _Column(pd.Series(counts, copy=False), invalid, ~invalid, ())
    codes, different = distinct_cells(cells)
    figures = [Figure() if isinstance(cell, Unread) else read_figure(cell) for cell in different]
    given = [(place, figure.value) for place, figure in enumerate(figures) if figure.value is not None]
    for position, code, message in column_faults(schema, [value for _, value in given]):
        figures[given[position][0]] = Figure(None, code, message)
    values = pd.array([pd.NA if figure.value is None else figure.value for figure in figures], dtype=field.dtype)
    is_unread = np.array(
        [figure.is_fault or isinstance(cell, Unread) for figure, cell in zip(figures, different, strict=True)],
        dtype=bool,
    )
    problems = []
    for fault in dict.fromkeys(figure.code for figure in figures if figure.code):
        rows = np.flatnonzero(np.array([figure.code == fault for figure in figures], dtype=bool)[codes])
        messages = (figures[place].message for place in codes[rows].tolist())
        problems.append(CellProblems(fault, field.id, rows, [message for message in messages if message]))
    is_filled = np.array(
        [isinstance(cell, Unread | FormulaWithoutValue) or bool(seen(text_of(cell))) for cell in different], dtype=bool
    )
    return _Column(pd.Series(values[codes]), is_unread[codes], is_filled[codes], problems)


def _gives_partner(field: ReturnField, counts: Mapping[str, pd.Series], plan: Plan) -> Mask | bool:
    """Return a mask of the returns that give a required field which is the whole or a part of this one.

    A unit that is not expected, such as the province's own agencies, may leave blank what it does not run; but a
    part without its whole, or a whole without its part, is a slip there too.
    """
    partners = [
        partner.id
        for partner in plan.fields
        if (field.part_of == partner.id or partner.part_of == field.id)
        and partner.id in counts
        and not partner.optional
    ]
    return np.logical_or.reduce([counts[name].notna().to_numpy() for name in partners]) if partners else False


def _missing_values(field: ReturnField, cells: pd.Series, rows: NDArray[np.intp]) -> CellProblems:
    """Report blank cells, and those with “…”, of a field that must be given."""
    codes, different = distinct_cells(cells.iloc[rows])
    messages = [
        phrase("{field}: “{found}” means that the number is unknown.", field=field.label, found=found)
        if (found := text_of(cell))
        else phrase("{field}: the cell is blank.", field=field.label)
        for cell in different
    ]
    return CellProblems("missing-value", field.id, rows, [messages[place] for place in codes.tolist()])
