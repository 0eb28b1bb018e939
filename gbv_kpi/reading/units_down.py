"""Read a table with a row for each return: fields across, units down."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gbv_kpi.problems import Problem, Severity
from gbv_kpi.reading.body import Body, LabelColumns, RowKind, read_body
from gbv_kpi.reading.choose_columns import ROWS_LOOKED_AT, Rows, choose_columns, figures_without_field, other_meanings
from gbv_kpi.reading.columns import Columns
from gbv_kpi.reading.grid import Grid
from gbv_kpi.reading.header import Column, Header
from gbv_kpi.reading.identify import identify
from gbv_kpi.reading.labels import Kind
from gbv_kpi.reading.normalize import words
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.refusals import Spot, missing, not_read, qualified
from gbv_kpi.reading.remarks import against_in_heading, notes_below
from gbv_kpi.reading.row_cells import Part, Roles, all_totals, hidden, of_return, stacked, totals_of, without_shared
from gbv_kpi.reading.row_names import RowNames
from gbv_kpi.reading.row_remarks import doubts_in, split_rows
from gbv_kpi.reading.tables import FieldCells, Table
from gbv_kpi.reading.title_block import TitleBlock, year_of
from gbv_kpi.reading.units import level_of
from gbv_kpi.reading.years import Claims, Texts
from gbv_kpi.sheets.sheet import Cell, text_of

MOST_NOTES = 200  # rows of words below the last return
_OF_COMMUNES = frozenset(words("xã, phường, trấn, xa, phuong, tran, commune"))
_OF_DISTRICTS = frozenset(words("huyện, phố, quận, tỉnh, huyen, pho, quan, tinh, district"))


def read_table(
    grid: Grid, header: Header, title: TitleBlock, reader: Reader, row_names: RowNames
) -> tuple[Table | None, int | None, list[Column]]:
    """Return the table under a header, the row where another one begins, and its columns that are not read."""
    columns = Columns(grid, header.bottom + 1)
    spot = Spot(grid.file, grid.sheet.name)
    roles = _roles(header, columns, reader)
    named = [column for column in header.columns if column.meaning.field and column not in roles.others]
    labels = LabelColumns([column.at for column in named], roles.unit if roles.unit is not None else roles.code)
    body = read_body(grid, header, columns, labels, reader, row_names)
    rows, of_sections = _returns(body, spot)
    if not rows.size:
        return None, body.next_row, []
    keys = {at for at in (roles.unit, roles.code, roles.year) if at is not None}
    others = [column for column in header.columns if column.at not in keys and column not in named]
    doubts = list(doubts_in(columns, rows, others, labels.fields, reader))
    if doubts:
        names = [texts for at in sorted(keys) if (texts := _texts(columns, at, rows, grid))]
        rows, doubts = split_rows(rows, doubts, names)
    headed = [column for column in header.columns if column.at == roles.unit]
    notes = [
        (kind, column.row, column.at, column.heading)
        for column in headed
        if (kind := against_in_heading(column.path, reader.vocabulary))
    ]
    notes += list(notes_below(grid, _rows_below(body, columns.first), reader.vocabulary, title.named_years))
    fields = choose_columns(columns, rows, named, title, spot, reader)
    parts = [
        _part(columns, rows, body, roles, chosen, year, title, reader, grid, header)
        for year, chosen in fields.by_year.items()
    ]
    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    unread = [*fields.unread, *figures_without_field(roles.others, columns, rows)]
    problems = [qualified(spot, row, column, text, kind) for kind, row, column, text in [*title.against[:1], *notes]]
    refusal = next((problem for problem in problems if problem.severity is Severity.ERROR), None)
    problems += fields.problems
    claimed = {problem.field for problem in fields.problems}
    for chosen in fields.by_year.values() if frame["is_expected"].any() else ():
        seen = other_meanings(named, chosen)
        absent = [f for f in reader.plan.fields if not f.optional and f.id not in chosen and f.id not in claimed]
        claimed.update(field.id for field in absent)
        problems += [missing(spot, header.top, f, seen[f.id], [column.heading for column in unread]) for f in absent]
    frame["is_faulty"] |= any(problem.severity is Severity.ERROR for problem in problems)
    for doubt in doubts:
        index = np.searchsorted(rows, doubt.rows)
        frame["is_faulty"] |= np.isin(np.arange(len(frame)) % len(rows), index) & (doubt.kind is not Kind.ESTIMATE)
        told = [
            qualified(spot, row + columns.first, doubt.column.at, doubt.shown, doubt.kind)
            for row in doubt.rows.tolist()
        ]
        problems += [of_return(one, frame, at, reader) for one, at in zip(told, index.tolist(), strict=True)]
    problems += of_sections
    problems += [not_read(spot, column.row, column.at, column.heading) for column in unread]
    problems += [problem for part in parts for problem in part.problems]
    table = Table(grid.file, grid.sheet.name, frame, stacked(parts), all_totals(parts), problems, refusal)
    return table, body.next_row, unread


def _roles(header: Header, columns: Columns, reader: Reader) -> Roles:
    """Return what the columns without a field are for; the column of units is known by its heading, or its cells."""
    unit = code = year = None
    others: list[Column] = []
    for column in header.columns:
        if column.meaning.field:
            continue
        cells = _first_cells(columns, column.at)
        roles = column.roles
        if Kind.YEAR in roles and year is None and _may_be_years(roles, cells):
            year = column.at
        elif Kind.CODE in roles and code is None and (Kind.NUMBERING not in roles or _names_units(cells, reader)):
            code = column.at
        elif Kind.UNIT in roles and not (Kind.MEASURE in roles and _are_measures(cells, reader)):
            if unit is None or (_names_units(cells, reader) and not _names_units(_first_cells(columns, unit), reader)):
                others += [before for before in header.columns if before.at == unit]
                unit = column.at
            elif Kind.MEASURE not in roles:
                others.append(column)  # "Xã" after "Huyện"
        elif not roles & {Kind.NUMBERING, Kind.NOTE, Kind.MEASURE, Kind.CODE}:
            others.append(column)
    if unit is None and code is None:
        counts = {column.at: _count_units(_first_cells(columns, column.at), reader) for column in others}
        best = max(counts, key=lambda at: counts[at], default=None)
        unit = best if best is not None and counts[best] else None
        others = [column for column in others if column.at != unit]
    return Roles(unit, code, year, others)


def _first_cells(columns: Columns, at: int) -> list[Cell]:
    return [cell for cell in columns.cells(at)[:ROWS_LOOKED_AT] if cell != ""]


def _may_be_years(roles: frozenset[Kind], cells: Sequence[Cell]) -> bool:
    """Whether a column headed “Năm” is one of years: typed without diacritics, it may be one of men."""
    return Kind.PART not in roles or (bool(cells) and all(year_of(cell) for cell in cells))


def _are_measures(cells: Sequence[Cell], reader: Reader) -> bool:
    return bool(cells) and all(reader.vocabulary.explain(text_of(cell)).only({Kind.MEASURE}) for cell in cells)


def _names_units(cells: Sequence[Cell], reader: Reader) -> bool:
    return any(reader.units.knows(text_of(cell)) for cell in cells) or not reader.plan.units


def _count_units(cells: Sequence[Cell], reader: Reader) -> int:
    return sum(reader.units.knows(text_of(cell)) for cell in cells)


def _returns(body: Body, spot: Spot) -> tuple[Rows, list[Problem]]:
    """Return the rows that are returns, without those in a section that is no result, and what is told of these."""
    rows = np.flatnonzero(body.kinds == RowKind.RETURN)
    problems: list[Problem] = []
    for number, section in enumerate(body.sections):
        if section.against is None or not (body.section_of[rows] == number).any():
            continue
        if section.against not in (Kind.PART_OF_YEAR, Kind.ESTIMATE):
            rows = rows[body.section_of[rows] != number]
            problems.append(not_read(spot, section.row, section.column, section.text))
        else:
            problems.append(qualified(spot, section.row, section.column, section.text, section.against))
    return rows, problems


def _rows_below(body: Body, first: int) -> list[int]:
    """Return the rows of words below the last row of figures."""
    figures = np.flatnonzero(np.isin(body.kinds, (RowKind.RETURN, RowKind.TOTAL, RowKind.ASIDE)))
    below = np.flatnonzero(body.kinds[figures[-1] :] == RowKind.WORDS)[:MOST_NOTES]
    return list((below + figures[-1] + first).tolist())


def _part(
    columns: Columns,
    rows: Rows,
    body: Body,
    roles: Roles,
    chosen: dict[str, Column],
    year: int | None,
    title: TitleBlock,
    reader: Reader,
    grid: Grid,
    header: Header,
) -> Part:
    """Return the returns of one year's columns: who they are of, their cells and their totals."""
    spot = Spot(grid.file, grid.sheet.name)
    at = (rows + columns.first).astype(np.int32)
    name_column = roles.unit if roles.unit is not None else roles.code
    headed = next(iter(chosen.values())) if year is not None and chosen else None
    claims = Claims(
        at,
        np.full(len(rows), -1 if name_column is None else name_column, dtype=np.int32),
        _names(_texts(columns, roles.unit, rows, grid), header, roles, reader),
        _texts(columns, roles.code, rows, grid),
        Texts.of([str(year)] * len(rows)) if headed else _texts(columns, roles.year, rows, grid),
        headed.at if headed else -1 if roles.year is None else roles.year,
        np.full(len(rows), headed.row, dtype=np.int32) if headed else None,
        *_section_years(body, rows),
        many_units=_lists_units(columns, name_column, reader),
    )
    frame, problems = identify(claims, title, reader)
    for number, section in enumerate(body.sections):
        if section.against is Kind.PART_OF_YEAR:
            frame["is_faulty"] |= body.section_of[rows] == number
    cells = {field: FieldCells(columns.series(column.at, rows), at, column.at) for field, column in chosen.items()}
    cells, shared = without_shared(cells, chosen, at, grid, reader, spot)
    if shared:
        frame.loc[sorted({index for index, _ in shared}), "is_faulty"] = True
        problems += [of_return(problem, frame, index, reader) for index, problem in shared]
    problems += hidden(at, chosen, frame, grid, spot, reader)
    return Part(frame, cells, totals_of(columns, rows, body, roles, chosen, frame), problems)


def _lists_units(columns: Columns, at: int | None, reader: Reader) -> bool:
    """Whether a table has rows of several units."""
    if at is None or not reader.plan.units:
        return False
    values = columns.values(at)
    known = (cell for cell in values.cells if reader.units.knows(text_of(cell)))
    return next(known, None) is not None and next(known, None) is not None


def _texts(columns: Columns, at: int | None, rows: Rows, grid: Grid) -> Texts | None:
    """Return the texts of a column of names or years; in a merged area that of its first cell."""
    if at is None:
        return None
    values = columns.values(at) if at < columns.width else None
    if values is None:
        return Texts.of([""] * len(rows))
    texts = [cell.strip() if isinstance(cell, str) else _name_of(cell) for cell in values.cells]
    codes = values.codes
    down = [area for area in grid.sheet.merged if area[0][1] <= at <= area[1][1] and area[1][0] > columns.first]
    if down:
        codes = codes.copy()
        for (top, left), (bottom, _) in down:
            text = _name_of(grid.cell(top, left))
            texts.append(text)
            codes[max(top - columns.first, 0) : bottom - columns.first + 1] = len(texts) - 1
    return Texts(codes[rows], texts)


def _names(texts: Texts | None, header: Header, roles: Roles, reader: Reader) -> Texts | None:
    """Return the names of units; under “Xã, thị trấn” a bare name is a commune's, though a district has the same."""
    path = next((column.path for column in header.columns if column.at == roles.unit), ())
    heading = {word for text in path for word in words(text)}
    if texts is None or heading.isdisjoint(_OF_COMMUNES) or not heading.isdisjoint(_OF_DISTRICTS):
        return texts
    if reader.vocabulary.is_of_communes:
        return texts
    bare = [any(map(str.isalpha, name)) and not level_of(name) for name in texts.values]
    return Texts(
        texts.codes, [f"Xã {name}" if is_bare else name for name, is_bare in zip(texts.values, bare, strict=True)]
    )


def _name_of(cell: Cell) -> str:
    year = year_of(cell) if not isinstance(cell, str) else None
    return str(year) if year else text_of(cell)


def _section_years(body: Body, rows: Rows) -> tuple[NDArray[np.int64] | None, list[tuple[int, int, int]]]:
    dated = [number for number, section in enumerate(body.sections) if section.year]
    if not dated:
        return None, []
    to_dated = np.full(len(body.sections) + 1, -1, dtype=np.int64)
    to_dated[dated] = np.arange(len(dated))
    sections = [body.sections[number] for number in dated]
    return to_dated[body.section_of[rows]], [(s.year or 0, s.row, s.column) for s in sections]
