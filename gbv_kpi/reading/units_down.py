"""Read a table with a row for each return: fields across, units down."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.i18n import phrase
from gbv_kpi.problems import Problem, Severity
from gbv_kpi.reading import tables
from gbv_kpi.reading.body import Body, doubts_in, doubts_of_comments, read_body, split_rows
from gbv_kpi.reading.columns import Columns, Rows, choose_columns
from gbv_kpi.reading.grid import Column, Grid, Header, holds_figure
from gbv_kpi.reading.identify import Claims, Texts, identify
from gbv_kpi.reading.labels import Kind
from gbv_kpi.reading.row_names import (
    WITH_FIGURES,
    Roles,
    RowKind,
    find_roles,
    names_of_units,
    other_units,
    texts_of,
    with_blank_names,
)
from gbv_kpi.reading.sums import take_out_sums, totals_of
from gbv_kpi.reading.tables import FieldCells, Seen, Table, Unread
from gbv_kpi.reading.title_block import TitleBlock, comments_in, limiting, limits_of
from gbv_kpi.sheets.sheet import Cell, text_of

_KEPT = (Kind.PART_OF_YEAR, Kind.ESTIMATE, Kind.UNEXPLAINED)  # sections with rows that are reported, not left out
MOST_NOTES = 200  # rows of words below the last return


def read_table(grid: Grid, header: Header, title: TitleBlock) -> tuple[list[Table], int | None, list[Column]]:
    """Return the tables under a header, one for each year, the row where another begins, and the columns not read."""
    columns, spot = Columns(grid, header.bottom + 1), grid.spot
    roles = find_roles(grid, header, columns)
    named = [column for column in header.columns if column.meaning.field and column not in roles.others]
    fields_at = [column.at for column in named]
    unit_at = roles.name.at if roles.name else None
    body = read_body(grid, header, columns, fields_at, unit_at)
    sums = take_out_sums(body, columns, roles.unit, fields_at, grid)
    rows, of_sections, excluded = _returns(body, grid)
    if not rows.size:
        return [], body.next_row, []
    keys = [column for column in (roles.unit, roles.code, roles.year) if column]
    labels = [column for column in roles.others if column.at < min(fields_at)]
    all_rows, names = rows, {column.at: texts_of(columns, column, rows, grid) for column in keys}
    names |= {at: with_blank_names(names[at], labels, columns, rows) for at in names if at == unit_at}
    others = [column for column in header.columns if column not in keys and column not in named]
    doubts = list(doubts_in(columns, rows, others, fields_at, title.named_years, grid.reader))
    comments = list(limiting(comments_in(grid, title, body.next_row), title, grid))
    doubts += doubts_of_comments(columns, rows, comments)
    if doubts:
        rows, doubts = split_rows(rows, doubts, list(names.values()))
        kept = np.searchsorted(all_rows, rows)
        names = {at: replace(texts, codes=texts.codes[kept]) for at, texts in names.items()}
    fields = choose_columns(grid, named, title.named_years, lambda at: columns.has_cells(at, rows))
    found = [
        _table(columns, rows, body, roles, names, chosen, year, title, grid) for year, chosen in fields.by_year.items()
    ]
    unread = [*fields.unread, *columns.without_field(roles.others, rows)]
    unit_heading = [(roles.unit.row, roles.unit.at, text) for text in roles.unit.path] if roles.unit else []
    last = np.flatnonzero(np.isin(body.kinds, WITH_FIGURES))[-1]
    below = np.flatnonzero(body.kinds[last:] == RowKind.WORDS)[:MOST_NOTES] + last + columns.first
    headings = (text for column in named for text in column.path)
    on_table = [line[:3] for line in comments if line.row - columns.first not in all_rows]
    problems, refusal = limits_of(grid, title, unit_heading, headings, below.tolist(), on_table)
    refusal = refusal or excluded
    problems += [*fields.problems, *_missing_fields(found, named, fields.problems, unread, header, grid)]
    for table in found:
        table.returns["is_faulty"] |= any(problem.severity is Severity.ERROR for problem in problems)
    for doubt in doubts:
        index = np.searchsorted(rows, doubt.rows)
        for table in found:
            table.returns.loc[index, "is_faulty"] |= doubt.kind is not Kind.ESTIMATE
        for row, at in zip(doubt.rows.tolist(), index.tolist(), strict=True):
            remark = Seen(row + columns.first, doubt.column, doubt.shown, (doubt.kind,))
            problems.append(tables.of_return(tables.qualified(spot, remark, doubt.kind), found[0].returns, at, grid))
    problems += _refuse_longer_rows(found, columns, rows, header, grid)
    problems += [*sums, *of_sections, *(tables.not_read(spot, column) for column in unread)]
    found = [replace(table, refusal=refusal) for table in found]
    found[0] = replace(found[0], problems=[*problems, *found[0].problems])
    return found, body.next_row, unread


def _missing_fields(
    found: Sequence[Table],
    named: Sequence[Column],
    known: Sequence[Problem],
    unread: Sequence[Column],
    header: Header,
    grid: Grid,
) -> Iterator[Problem]:
    """Yield a problem for each required field that a table of expected units lacks, unless a known one is about it."""
    claimed = {problem.field for problem in known}
    if any(table.returns["is_expected"].any() for table in found):
        for field in grid.reader.plan.fields:
            if not (field.optional or field.id in claimed or all(field.id in table.cells for table in found)):
                of_field = (column for column in named if column.meaning.against and column.meaning.field == field.id)
                seen = [Seen(column.row, column.at, column.heading, column.meaning.kinds) for column in of_field]
                yield tables.missing(grid.spot, header.top, field, seen, [column.heading for column in unread])


def _refuse_longer_rows(
    found: Sequence[Table], columns: Columns, rows: Rows, header: Header, grid: Grid
) -> Iterator[Problem]:
    """Mark the rows with a figure after the last heading as faulty where commas part cells; yield their problems."""
    last = max(column.at for column in header.columns if column.path and Kind.NOTE not in column.roles)
    beyond = range(last + 1, columns.width) if grid.sheet.delimiter == "," else ()
    longer = (columns.which(at, _is_bare_figure)[rows] for at in beyond)
    is_longer = np.logical_or.reduce([np.zeros(len(rows), dtype=bool), *longer])
    for index in np.flatnonzero(is_longer).tolist():
        message = phrase("The row has more cells than the heading; a comma in a number may have moved its figures.")
        remedy = phrase("Write numbers without a separator, or put them in quotation marks.")
        problem = Problem("ambiguous-figure", grid.spot.at(int(rows[index]) + columns.first), message, remedy)
        yield tables.of_return(problem, found[0].returns, index, grid)
    for table in found:
        table.returns["is_faulty"] |= is_longer


def _is_bare_figure(cell: Cell) -> bool:
    return holds_figure(cell) and not any(map(str.isalpha, text_of(cell)))


def _returns(body: Body, grid: Grid) -> tuple[Rows, list[Problem], Problem | None]:
    """Return the rows that are returns, the problems of the sections, and the reason why no row is a result.

    A section that gives no results is left out where another one gives some.
    """
    rows = np.flatnonzero(body.kinds == RowKind.RETURN)
    problems: list[Problem] = []
    for number, section in enumerate(body.sections):
        inside = body.section_of[rows] == number
        if section.against is None or not inside.any():
            continue
        if section.against in _KEPT or inside.all():
            problems.append(tables.qualified(grid.spot, section, section.against))
            if inside.all() and section.against not in _KEPT:
                return rows, problems, problems[-1]
        else:
            rows = rows[~inside]
            problems.append(tables.not_read(grid.spot, section))
    return rows, problems, None


def _table(
    columns: Columns,
    rows: Rows,
    body: Body,
    roles: Roles,
    names: Mapping[int, Texts],
    chosen: Mapping[str, Column],
    year: int | None,
    title: TitleBlock,
    grid: Grid,
) -> Table:
    """Return the table of one year's columns: units, cells and totals of its returns."""
    reader, count = grid.reader, len(rows)
    at = (rows + columns.first).astype(np.int32)
    dated = sorted(chosen.values(), key=lambda column: year not in column.meaning.years)
    headed = next(iter(dated), None) if year is not None else None
    year_column = headed or roles.year
    cells_of_names = columns.values(roles.name.at).cells if roles.name and reader.plan.units else ()
    known = (text for text in map(text_of, cells_of_names) if grid.knows_unit(text))
    is_dated = np.array([*(section.year is not None for section in body.sections), False])
    claims = Claims(
        at,
        np.full(count, roles.name.at if roles.name else -1, dtype=np.int32),
        names_of_units(names[roles.unit.at], roles.unit, title, grid) if roles.unit else None,
        names[roles.code.at] if roles.code else None,
        Texts.of([str(year)] * count) if headed else names[roles.year.at] if roles.year else None,
        np.full(count, headed.row, dtype=np.int32) if headed else at,
        np.full(count, year_column.at if year_column else -1, dtype=np.int32),
        np.where(is_dated[body.section_of[rows]], body.section_of[rows], -1),
        [(section.year or 0, section.row, section.at) for section in body.sections],
        many_units=len(list(islice(known, 2))) > 1,
    )
    frame, problems = identify(claims, title, reader)
    for number, section in enumerate(body.sections):
        if section.against not in (None, Kind.ESTIMATE):
            frame["is_faulty"] |= body.section_of[rows] == number
    for index, problem in other_units(frame, columns, rows, roles, grid):
        frame.loc[index, "is_faulty"] = True
        problems.append(tables.of_return(problem, frame, index, grid))
    cells = {field: FieldCells(columns.series(column.at, rows), at, column.at) for field, column in chosen.items()}
    if shared := _take_out_shared(cells, chosen, at, grid):
        frame.loc[sorted({index for index, _ in shared}), "is_faulty"] = True
        problems += [tables.of_return(problem, frame, index, grid) for index, problem in shared]
    problems += tables.hidden(grid, frame, cells, across=False)
    totals = list(totals_of(columns, rows, body, roles, chosen, frame))
    return Table(grid.spot.file, grid.spot.sheet, frame, cells, totals, problems)


def _take_out_shared(
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
            values[gone] = Unread()
            rows, across = at.copy(), np.full(len(at), column.at, dtype=np.int32)
            rows[gone] = across[gone] = -1
            cells[field] = FieldCells(values, rows, across)
    return problems
