"""Find the rows of a table that sum up others, and the returns that each may sum up."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from gbv_kpi.i18n import phrase
from gbv_kpi.problems import Problem
from gbv_kpi.reading.body import Body
from gbv_kpi.reading.columns import Columns, Rows
from gbv_kpi.reading.grid import Column, Grid
from gbv_kpi.reading.normalize import words
from gbv_kpi.reading.numbers import read_figure
from gbv_kpi.reading.row_names import Roles, RowKind
from gbv_kpi.reading.tables import Total
from gbv_kpi.reading.title_block import year_of
from gbv_kpi.reading.units import level_of
from gbv_kpi.sheets.sheet import Cell

_MOST_SUMS = 10  # names of no unit that may be those of sums


def take_out_sums(
    body: Body, columns: Columns, unit: Column | None, fields: Sequence[int], grid: Grid
) -> list[Problem]:
    """Take out rows of no unit with the sum of all others, the place's with more too; return problems of doubtful ones.

    A bare "Ninh Bình" is the province where the city of that name has a row of its own.
    """
    rows = np.flatnonzero(body.kinds == RowKind.RETURN)
    if unit is None or len(rows) < 3 or not grid.reader.plan.units:
        return []
    texts = columns.values(unit.at).texts_at(rows)
    unknown = [text for text, _ in texts if not grid.knows_unit(text)]
    of_place = [text for text, _ in texts if not text.isdigit() and words(text) in grid.reader.vocabulary.bare_places]
    asked = [*of_place, *(unknown if len(unknown) <= _MOST_SUMS else ())]
    named = [(text, row) for text, at in texts if text in asked for row in at.tolist()]
    problems: list[Problem] = []
    sums = {column: columns.values(column).total(_count, rows) for column in fields if named}
    for text, row in named if any(sums.values()) else ():
        left = [2 * _count(columns.cell(column, row)) - total for column, total in sums.items()]
        if any(left) and (text in unknown or min(left) < 0):
            continue
        is_level_given = any(words(other)[-2:] == words(text)[-2:] and level_of(other) for other, _ in texts)
        is_total = text in unknown or is_level_given
        body.kinds[row] = RowKind.TOTAL if is_total else RowKind.ASIDE
        if not is_total:
            message = phrase(
                "“{found}” may be a unit or the whole province: its figures are the sum of the other rows or more.",
                found=text,
            )
            place = grid.spot.at(row + columns.first, unit.at)
            problems.append(Problem("unknown-unit", place, message, value=text))
    return problems


def _count(cell: Cell) -> int:
    return read_figure(cell).value or 0


def totals_of(
    columns: Columns, rows: Rows, body: Body, roles: Roles, chosen: Mapping[str, Column], frame: pd.DataFrame
) -> Iterator[Total]:
    """Yield the rows that sum up returns: all of them, those between two sums, those of a year or of a section."""
    lines = np.flatnonzero(body.kinds == RowKind.TOTAL).tolist()
    edges = [0, *np.searchsorted(rows, lines).tolist(), len(rows)]
    everything = np.arange(len(rows))
    for place, line in enumerate(lines):
        start, middle, end = edges[place : place + 3]
        groups = [everything, everything[start:middle], everything[middle:end]]
        if roles.year and (year := year_of(columns.cell(roles.year.at, line))):
            groups.append(np.flatnonzero(frame["year"].to_numpy() == year))
        groups.append(np.flatnonzero(body.section_of[rows] == int(body.section_of[line])))
        cells = {
            field: (columns.cell(column.at, line), line + columns.first, column.at) for field, column in chosen.items()
        }
        yield Total(cells, groups)
