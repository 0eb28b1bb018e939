"""The cells of returns that are rows: figures shared by several, hidden rows, and lines that sum them up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gbv_kpi.i18n import phrase
from gbv_kpi.problems import Problem
from gbv_kpi.reading.body import Body, RowKind
from gbv_kpi.reading.choose_columns import Rows
from gbv_kpi.reading.columns import Columns
from gbv_kpi.reading.grid import Grid
from gbv_kpi.reading.header import Column
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.refusals import Spot
from gbv_kpi.reading.tables import FieldCells, Total, Unread
from gbv_kpi.reading.title_block import year_of
from gbv_kpi.sheets.sheet import Cell


@dataclass(frozen=True, slots=True)
class Roles:
    """The columns of a table that are no figures."""

    unit: int | None
    code: int | None
    year: int | None
    others: Sequence[Column]  # nothing that the plan asks for


@dataclass(frozen=True, slots=True)
class Part:
    """The returns of the columns of one year."""

    frame: pd.DataFrame
    cells: dict[str, FieldCells]
    totals: list[Total]
    problems: list[Problem]


def without_shared(
    cells: dict[str, FieldCells],
    chosen: dict[str, Column],
    at: NDArray[np.int32],
    grid: Grid,
    reader: Reader,
    spot: Spot,
) -> tuple[dict[str, FieldCells], list[tuple[int, Problem]]]:
    """Take away the cells that are merged over several returns: one figure for all of them."""
    told: list[tuple[int, Problem]] = []
    for field, column in chosen.items():
        gone: list[int] = []
        for (top, left), (bottom, right) in grid.sheet.merged:
            if not (left <= column.at <= right) or bottom == top or bottom < int(at[0]) or top > int(at[-1]):
                continue
            inside = np.flatnonzero((at >= top) & (at <= bottom)).tolist()
            if len(inside) < 2:
                continue
            gone += inside
            for index in inside:
                place = spot.at(int(at[index]), column.at)
                message = phrase(
                    "{field}: the cells {first} to {last} are merged, so one figure stands for several returns.",
                    field=reader.plan.field_by_id[field].label,
                    first=str(spot.at(top, left).cell),
                    last=str(spot.at(bottom, right).cell),
                )
                told.append((index, Problem("missing-value", place, message, field=field)))
        if gone:
            values = cells[field].values.astype(object)
            values[gone] = pd.Series([Unread()] * len(gone), index=gone)
            rows, across = at.copy(), np.full(len(at), column.at, dtype=np.int32)
            rows[gone] = across[gone] = -1
            cells[field] = FieldCells(values, rows, across)
    return cells, told


def of_return(problem: Problem, frame: pd.DataFrame, index: int, reader: Reader) -> Problem:
    code, year = frame["unit"].iloc[index], int(frame["year"].iloc[index]) or None
    known = isinstance(code, str)
    name = _unit_name(reader, code, year) if known and year else None
    return problem.of(code if known else None, name, year)


def _unit_name(reader: Reader, code: str, year: int) -> str:
    return next((unit.name for unit in reader.plan.units_in(year) if unit.code == code), code)


def hidden(
    at: NDArray[np.int32], chosen: dict[str, Column], frame: pd.DataFrame, grid: Grid, spot: Spot, reader: Reader
) -> Iterator[Problem]:
    """Rows and columns that a sheet hides count like the others: the sender may not know of them."""
    sheet = grid.sheet
    first = min((column.at for column in chosen.values()), default=0)
    for index in np.flatnonzero(np.isin(at, list(sheet.hidden_rows))).tolist() if sheet.hidden_rows else ():
        message = phrase("This row is hidden; its figures were read and count.")
        yield of_return(Problem("hidden-figures", spot.at(int(at[index]), first), message), frame, index, reader)
    for field, column in chosen.items() if sheet.hidden_columns else ():
        if column.at in sheet.hidden_columns:
            message = phrase("This column is hidden; its figures were read and count.")
            yield Problem("hidden-figures", spot.at(int(at[0]), column.at), message, field=field)


def totals_of(
    columns: Columns, rows: Rows, body: Body, roles: Roles, chosen: dict[str, Column], frame: pd.DataFrame
) -> list[Total]:
    """Return the rows that sum up returns: all of them, those between two sums, or those of a year."""
    lines = np.flatnonzero(body.kinds == RowKind.TOTAL)
    edges = [0, *np.searchsorted(rows, lines).tolist(), len(rows)]
    everything = np.arange(len(rows))
    totals: list[Total] = []
    years = frame["year"].to_numpy()
    for place, line in enumerate(lines.tolist()):
        groups = [
            everything,
            everything[edges[place] : edges[place + 1]],
            everything[edges[place + 1] : edges[place + 2]],
        ]
        if roles.year is not None and (year := year_of(_cell(columns, roles.year, line))):
            groups.append(np.flatnonzero(years == year))
        section = int(body.section_of[line])
        groups.append(np.flatnonzero(body.section_of[rows] == section))
        cells = {
            field: (_cell(columns, column.at, line), line + columns.first, column.at)
            for field, column in chosen.items()
        }
        totals.append(Total(cells, groups))
    return totals


def _cell(columns: Columns, at: int, row: int) -> Cell:
    return "" if at >= columns.width else columns.cell(at, row)


def all_totals(parts: Sequence[Part]) -> list[Total]:
    totals: list[Total] = []
    start = 0
    for part in parts:
        totals += [Total(total.cells, [group + start for group in total.groups]) for total in part.totals]
        start += len(part.frame)
    return totals


def stacked(parts: Sequence[Part]) -> dict[str, FieldCells]:
    """Return the cells of the returns of all years below each other."""
    if len(parts) == 1:
        return parts[0].cells
    stacked: dict[str, FieldCells] = {}
    for field in dict.fromkeys(field for part in parts for field in part.cells):
        values: list[pd.Series] = []
        rows: list[NDArray[np.int32]] = []
        across: list[NDArray[np.int32]] = []
        for part in parts:
            count, found = len(part.frame), part.cells.get(field)
            blank = np.full(count, -1, dtype=np.int32)
            values.append(found.values.astype(object) if found else pd.Series([Unread()] * count, dtype=object))
            rows.append(np.broadcast_to(found.rows, count).astype(np.int32) if found else blank)
            across.append(np.broadcast_to(found.columns, count).astype(np.int32) if found else blank)
        stacked[field] = FieldCells(pd.concat(values, ignore_index=True), np.concatenate(rows), np.concatenate(across))
    return stacked
