"""Examine the rows of returns: shared cells, hidden rows and columns, totals, and words that put a row in doubt."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gbv_kpi.i18n import phrase
from gbv_kpi.problems import Problem
from gbv_kpi.reading.body import Body, RowKind
from gbv_kpi.reading.columns import Columns, Rows
from gbv_kpi.reading.grid import Column, Grid
from gbv_kpi.reading.identify import Texts
from gbv_kpi.reading.labels import Kind
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.remarks import against_in_cell
from gbv_kpi.reading.tables import FieldCells, Total, Unread
from gbv_kpi.reading.title_block import year_of


def take_out_shared(
    cells: dict[str, FieldCells], chosen: Mapping[str, Column], at: NDArray[np.int32], grid: Grid
) -> list[tuple[int, Problem]]:
    """Take out the cells that are merged over several returns, one figure for all of them; return their problems."""
    problems: list[tuple[int, Problem]] = []
    for field, column in chosen.items():
        gone: list[int] = []
        for (top, left), (bottom, right) in grid.sheet.merged:
            if not (left <= column.at <= right) or bottom == top or bottom < int(at[0]) or top > int(at[-1]):
                continue
            inside = np.flatnonzero((at >= top) & (at <= bottom)).tolist()
            if len(inside) < 2:
                continue
            gone += inside
            message = phrase(
                "{field}: the cells {first} to {last} are merged, so one figure belongs to several returns.",
                field=grid.reader.plan.field_by_id[field].label,
                first=str(grid.spot.at(top, left).cell),
                last=str(grid.spot.at(bottom, right).cell),
            )
            places = ((index, grid.spot.at(int(at[index]), column.at)) for index in inside)
            problems += [(index, Problem("missing-value", place, message, field=field)) for index, place in places]
        if gone:
            values = cells[field].values.astype(object)
            values[gone] = pd.Series([Unread()] * len(gone), index=gone)
            rows, across = at.copy(), np.full(len(at), column.at, dtype=np.int32)
            rows[gone] = across[gone] = -1
            cells[field] = FieldCells(values, rows, across)
    return problems


def of_return(problem: Problem, frame: pd.DataFrame, index: int, grid: Grid) -> Problem:
    """Return the problem with the unit and year of a return, as far as they are known."""
    code, year = frame["unit"].iloc[index], int(frame["year"].iloc[index]) or None
    if not isinstance(code, str):
        return problem.for_unit(None, None, year)
    units = grid.reader.plan.units_in(year) if year else ()
    return problem.for_unit(
        code, next((unit.name for unit in units if unit.code == code), code if year else None), year
    )


def hidden(
    grid: Grid,
    frame: pd.DataFrame,
    returns: Iterable[tuple[int, int, int]],
    fields: Mapping[str, tuple[int, int]],
    *,
    across: bool,
) -> Iterator[Problem]:
    """Report rows and columns that a sheet hides, for the sender may not know of them; they count like the others.

    `returns` has index, row and column of returns, `fields` row and column of fields; `across` returns are columns.
    """
    sheet = grid.sheet
    row_message = phrase("This row is hidden; its figures were read and count.")
    column_message = phrase("This column is hidden; its figures were read and count.")
    of_return_message, of_field_message = (column_message, row_message) if across else (row_message, column_message)
    for index, row, at in returns:
        if at in sheet.hidden_columns if across else row in sheet.hidden_rows:
            yield of_return(Problem("hidden-figures", grid.spot.at(row, at), of_return_message), frame, index, grid)
    for field, (row, at) in fields.items():
        if row in sheet.hidden_rows if across else at in sheet.hidden_columns:
            yield Problem("hidden-figures", grid.spot.at(row, at), of_field_message, field=field)


def totals_of(
    columns: Columns, rows: Rows, body: Body, year_at: int | None, chosen: Mapping[str, Column], frame: pd.DataFrame
) -> Iterator[Total]:
    """Yield the rows that sum up returns: all of them, those between two sums, those of a year or of a section."""
    lines = np.flatnonzero(body.kinds == RowKind.TOTAL).tolist()
    edges = [0, *np.searchsorted(rows, lines).tolist(), len(rows)]
    everything = np.arange(len(rows))
    for place, line in enumerate(lines):
        start, middle, end = edges[place : place + 3]
        groups = [everything, everything[start:middle], everything[middle:end]]
        if year_at is not None and (year := year_of(columns.cell(year_at, line))):
            groups.append(np.flatnonzero(frame["year"].to_numpy() == year))
        groups.append(np.flatnonzero(body.section_of[rows] == int(body.section_of[line])))
        cells = {
            field: (columns.cell(column.at, line), line + columns.first, column.at) for field, column in chosen.items()
        }
        yield Total(cells, groups)


@dataclass(frozen=True, slots=True, eq=False)
class Doubt:
    """Rows that share a word which shows that they are not the whole result of the year."""

    kind: Kind
    column: Column
    text: str
    rows: Rows

    @property
    def shown(self) -> str:
        """Return the text to quote; of an unknown column only the heading, because its cells may name persons."""
        return self.column.heading if self.kind is Kind.UNEXPLAINED else self.text


def doubts_in(
    columns: Columns, rows: Rows, others: Sequence[Column], fields: Sequence[int], reader: Reader
) -> Iterator[Doubt]:
    """Yield the doubts that columns without figures raise about rows."""
    first = min(fields, default=0)
    for column in others:
        heading = column.path[-1] if column.path else ""
        is_count = column.at < columns.width and columns.all_figures(column.at)
        if column.at >= columns.width or (is_count and not against_in_cell(heading, "1", reader, is_label=True)):
            continue
        is_label = bool(heading) and column.at < first
        for text, matching in columns.values(column.at).texts_at(rows):
            if text and (kind := against_in_cell(heading, text, reader, is_label=is_label)):
                yield Doubt(kind, column, text, matching)


def split_rows(rows: Rows, doubts: Sequence[Doubt], names: Sequence[Texts]) -> tuple[Rows, list[Doubt]]:
    """Return the rows to read, and the doubts about them: a part is left out where its unit has a row without a doubt.

    `names` are what the rows have for unit, code and year.
    """
    serious = [doubt for doubt in doubts if doubt.kind is not Kind.ESTIMATE]
    if not serious:
        return rows, list(doubts)
    in_doubt = np.isin(rows, np.concatenate([doubt.rows for doubt in serious]))
    identity = np.zeros(len(rows), dtype=np.int64)
    for texts in names:
        _, identity = np.unique(identity * len(texts.values) + texts.codes, return_inverse=True)
    is_first = np.zeros(len(rows), dtype=bool)
    is_first[np.unique(identity, return_index=True)[1]] = True
    kept = rows[~in_doubt | (is_first & ~np.isin(identity, identity[~in_doubt]))]
    return kept, [
        Doubt(doubt.kind, doubt.column, doubt.text, remaining)
        for doubt in doubts
        if (remaining := np.intersect1d(doubt.rows, kept)).size
    ]
