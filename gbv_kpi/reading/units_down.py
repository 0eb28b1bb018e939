"""Read a table with a row for each return: fields across, units down."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gbv_kpi.i18n import phrase
from gbv_kpi.problems import Problem, Severity
from gbv_kpi.reading.body import Body, Columns, LabelColumns, RowKind, read_body
from gbv_kpi.reading.grid import Grid
from gbv_kpi.reading.header import Column, Header
from gbv_kpi.reading.identify import Claims, Texts, identify
from gbv_kpi.reading.meanings import Kind
from gbv_kpi.reading.normalize import label_words
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.refusals import Seen, Spot, ambiguous, missing, not_read, other_year, qualified, shortened
from gbv_kpi.reading.row_names import RowNames
from gbv_kpi.reading.tables import FieldCells, Table, Total, Unread
from gbv_kpi.reading.title_block import TitleBlock, year_of
from gbv_kpi.sheets.sheet import Cell, text_of

ROWS_LOOKED_AT = 300  # below a header, for what an unnamed column holds
NO_ROWS = np.array([], dtype=np.intp)
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Roles:
    """The columns of a table that are no figures."""

    unit: int | None
    code: int | None
    year: int | None
    others: Sequence[Column]  # nothing that the plan asks for


@dataclass(frozen=True, slots=True)
class _Fields:
    """The columns of figures that are read, by the year that their headings name, and what is wrong with others."""

    by_year: dict[int | None, dict[str, Column]]
    problems: list[Problem]
    unread: list[Column]


def read_table(
    grid: Grid, header: Header, title: TitleBlock, reader: Reader, names: RowNames
) -> tuple[Table | None, int | None, list[Column]]:
    """Return the table under a header, the row where another one begins, and its columns that are not read."""
    columns = Columns(grid, header.bottom + 1)
    spot = Spot(grid.file, grid.sheet.name)
    roles = _roles(header, columns, reader)
    named = [column for column in header.columns if column.meaning.field and column not in roles.others]
    labels = LabelColumns(
        [column.at for column in named],
        roles.unit if roles.unit is not None else roles.code,
        [column.at for column in roles.others],
    )
    body = read_body(grid, header, columns, labels, reader.vocabulary, reader.units.knows, names)
    rows, of_sections = _returns(body, spot)
    if not rows.size:
        return None, body.next_row, []
    fields = _fields(columns, rows, named, title, spot, reader)
    parts = [
        _part(columns, rows, body, roles, chosen, year, title, reader, grid) for year, chosen in fields.by_year.items()
    ]
    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    unread = [*fields.unread, *_figures_without_field(roles.others, columns, rows)]
    problems = [qualified(spot, row, column, text, kind) for kind, row, column, text in title.against[:1]]
    problems += fields.problems
    claimed = {problem.field for problem in fields.problems}
    for chosen in fields.by_year.values() if frame["is_expected"].any() else ():
        seen = _seen(named, chosen)
        absent = [f for f in reader.plan.fields if not f.optional and f.id not in chosen and f.id not in claimed]
        claimed.update(field.id for field in absent)
        problems += [missing(spot, header.top, f, seen[f.id], [column.heading for column in unread]) for f in absent]
    frame["is_faulty"] |= any(problem.severity is Severity.ERROR for problem in problems)
    problems += of_sections
    problems += [not_read(spot, column.row, column.at, column.heading) for column in unread]
    problems += [problem for part in parts for problem in part.problems]
    table = Table(grid.file, grid.sheet.name, frame, _stacked(parts), _all_totals(parts), problems)
    return table, body.next_row, unread


def _roles(header: Header, columns: Columns, reader: Reader) -> _Roles:
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
                unit = column.at
        elif not roles & {Kind.NUMBERING, Kind.NOTE, Kind.MEASURE, Kind.CODE}:
            others.append(column)
    if unit is None and code is None:
        counts = {column.at: _count_units(_first_cells(columns, column.at), reader) for column in others}
        best = max(counts, key=lambda at: counts[at], default=None)
        unit = best if best is not None and counts[best] else None
        others = [column for column in others if column.at != unit]
    return _Roles(unit, code, year, others)


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


def _fields(
    columns: Columns, rows: Rows, named: Sequence[Column], title: TitleBlock, spot: Spot, reader: Reader
) -> _Fields:
    """Choose the column of each field: the only one that means the whole result of the year."""
    problems: list[Problem] = []
    unread = [column for column in named if column.meaning.against and not _is_estimate(column, named)]
    free = [column for column in named if column not in unread]
    problems += [
        qualified(spot, column.row, column.at, column.heading, Kind.ESTIMATE)
        for column in free
        if column.meaning.against
    ]
    if beside := _plans_beside(named):
        problems.append(ambiguous(spot, None, [(column.row, column.at, column.heading) for column in beside]))
    titled = {year for year, _, _ in title.years}
    groups: dict[int | None, dict[str, list[Column]]] = defaultdict(lambda: defaultdict(list))
    for column in free:
        years = column.meaning.years
        if len(years) > 1:
            unread.append(column)
            continue
        groups[next(iter(years), None)][str(column.meaning.field)].append(column)
    own = [year for year in groups if year is not None]
    if len(titled) == 1 and titled & set(own):
        (year,) = titled
        for other in [other for other in own if other != year]:
            for column in (column for found in groups.pop(other).values() for column in found):
                problems.append(other_year(spot, column.row, column.at, column.heading, other))
        own = [year]
    if len(own) == 1:
        (year,) = own
        for field, found in groups.pop(None, {}).items():
            groups[year][field] += found
    elif own:
        unread += [column for found in groups.pop(None, {}).values() for column in found]
    by_year = {year: dict(_sole(columns, rows, found, spot, reader, problems)) for year, found in groups.items()}
    return _Fields(by_year or {None: {}}, problems, unread)


def _plans_beside(named: Sequence[Column]) -> list[Column]:
    """Return the columns of two fields and more that have a plan and a result under one heading.

    Such a table follows a plan through the year; which of its columns are a return is for the sender to say.
    """
    targets = [column for column in named if {kind for kind, _ in column.meaning.against} == {Kind.TARGET}]
    pairs = [
        (column, result)
        for column in targets
        for result in named
        if len(column.path) > 1 and column.path[:-1] == result.path[:-1] and not result.meaning.against
    ]
    return [column for pair in pairs for column in pair] if len(pairs) > 1 else []


def _is_estimate(column: Column, named: Sequence[Column]) -> bool:
    """Whether a column is headed as an estimate, and no other one is of its field."""
    kinds = {kind for kind, _ in column.meaning.against}
    return kinds == {Kind.ESTIMATE} and not any(
        other is not column and other.meaning.field == column.meaning.field for other in named
    )


def _sole(
    columns: Columns, rows: Rows, found: dict[str, list[Column]], spot: Spot, reader: Reader, problems: list[Problem]
) -> Iterator[tuple[str, Column]]:
    """Yield the one column of each field; two with figures are a problem, and none of them is read."""
    for field, claimants in found.items():
        if len(claimants) == 1:
            yield field, claimants[0]
            continue
        filled = [column for column in claimants if _has_cells(columns, column.at, rows)]
        if len(filled) == 1:
            yield field, filled[0]
            continue
        of_field = reader.plan.field_by_id[field]
        headings = {tuple(map(label_words, column.path)) for column in claimants}
        if len(headings) == 1:
            for column in claimants[1:]:
                message = phrase("{field} stands here a second time.", field=of_field.label)
                place = spot.at(column.row, column.at)
                problems.append(
                    Problem("duplicate-column", place, message, field=field, value=shortened(column.heading))
                )
        else:
            problems.append(
                ambiguous(spot, of_field, [(column.row, column.at, column.heading) for column in claimants])
            )


def _has_cells(columns: Columns, at: int, rows: Rows) -> bool:
    if at >= columns.width:
        return False
    if columns.all_figures(at):
        return bool(rows.size)
    values = columns.values(at)
    return any(text_of(values.cells[code]) != "" for code in pd.unique(values.codes[rows]).tolist())


def _figures_without_field(others: Sequence[Column], columns: Columns, rows: Rows) -> Iterator[Column]:
    """Yield the columns that mean nothing to the plan: those with a heading, or with figures but no numbering."""
    for column in others:
        if column.path:
            yield column
        elif column.at < columns.width and _has_cells(columns, column.at, rows):
            series = columns.series(column.at, rows)
            numbers = [text_of(cell) for cell in series.tolist()[:ROWS_LOOKED_AT]]
            figures = [text for text in numbers if text and text[0].isdigit()]
            if figures and not _counts_up(figures):
                yield replace(column, row=columns.first - 1)


def _counts_up(texts: Sequence[str]) -> bool:
    """Whether figures only number the rows."""
    return all(text.isdigit() for text in texts) and all(
        int(after) == int(before) + 1 or int(after) == 1 for before, after in pairwise(["0", *texts])
    )


def _seen(named: Sequence[Column], chosen: dict[str, Column]) -> dict[str, list[Seen]]:
    """Return the columns of each field that have other meanings."""
    seen: dict[str, list[Seen]] = defaultdict(list)
    for column in named:
        if column.meaning.against and column.meaning.field not in chosen:
            kinds = tuple(kind for kind, _ in column.meaning.against)
            seen[str(column.meaning.field)].append(Seen(column.row, column.at, column.heading, kinds))
    return seen


@dataclass(frozen=True, slots=True)
class _Part:
    """The returns of the columns of one year."""

    frame: pd.DataFrame
    cells: dict[str, FieldCells]
    totals: list[Total]
    problems: list[Problem]


def _part(
    columns: Columns,
    rows: Rows,
    body: Body,
    roles: _Roles,
    chosen: dict[str, Column],
    year: int | None,
    title: TitleBlock,
    reader: Reader,
    grid: Grid,
) -> _Part:
    """Return the returns of one year's columns: who they are of, their cells and their totals."""
    spot = Spot(grid.file, grid.sheet.name)
    at = (rows + columns.first).astype(np.int32)
    name_column = roles.unit if roles.unit is not None else roles.code
    headed = next(iter(chosen.values())) if year is not None and chosen else None
    claims = Claims(
        at,
        np.full(len(rows), -1 if name_column is None else name_column, dtype=np.int32),
        _texts(columns, roles.unit, rows, grid),
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
    cells, shared = _without_shared(cells, chosen, at, grid, reader, spot)
    if shared:
        frame.loc[sorted({index for index, _ in shared}), "is_faulty"] = True
        problems += [_of_return(problem, frame, index, reader) for index, problem in shared]
    problems += _hidden(at, chosen, frame, grid, spot, reader)
    return _Part(frame, cells, _totals(columns, rows, body, roles, chosen, frame), problems)


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
    texts = [_name_of(cell) for cell in values.cells]
    codes = values.codes
    down = [area for area in grid.sheet.merged if area[0][1] <= at <= area[1][1] and area[1][0] > columns.first]
    if down:
        codes = codes.copy()
        for (top, left), (bottom, _) in down:
            text = _name_of(grid.cell(top, left))
            texts.append(text)
            codes[max(top - columns.first, 0) : bottom - columns.first + 1] = len(texts) - 1
    return Texts(codes[rows], texts)


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


def _without_shared(
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


def _of_return(problem: Problem, frame: pd.DataFrame, index: int, reader: Reader) -> Problem:
    code, year = frame["unit"].iloc[index], int(frame["year"].iloc[index]) or None
    known = isinstance(code, str)
    name = _unit_name(reader, code, year) if known and year else None
    return problem.of(code if known else None, name, year)


def _unit_name(reader: Reader, code: str, year: int) -> str:
    return next((unit.name for unit in reader.plan.units_in(year) if unit.code == code), code)


def _hidden(
    at: NDArray[np.int32], chosen: dict[str, Column], frame: pd.DataFrame, grid: Grid, spot: Spot, reader: Reader
) -> Iterator[Problem]:
    """Rows and columns that a sheet hides count like the others: the sender may not know of them."""
    sheet = grid.sheet
    first = min((column.at for column in chosen.values()), default=0)
    for index in np.flatnonzero(np.isin(at, list(sheet.hidden_rows))).tolist() if sheet.hidden_rows else ():
        message = phrase("This row is hidden; its figures were read and count.")
        yield _of_return(Problem("hidden-figures", spot.at(int(at[index]), first), message), frame, index, reader)
    for field, column in chosen.items() if sheet.hidden_columns else ():
        if column.at in sheet.hidden_columns:
            message = phrase("This column is hidden; its figures were read and count.")
            yield Problem("hidden-figures", spot.at(int(at[0]), column.at), message, field=field)


def _totals(
    columns: Columns, rows: Rows, body: Body, roles: _Roles, chosen: dict[str, Column], frame: pd.DataFrame
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
    if at >= columns.width:
        return ""
    values = columns.values(at)
    return values.cells[int(values.codes[row])]


def _all_totals(parts: Sequence[_Part]) -> list[Total]:
    totals: list[Total] = []
    start = 0
    for part in parts:
        totals += [Total(total.cells, [group + start for group in total.groups]) for total in part.totals]
        start += len(part.frame)
    return totals


def _stacked(parts: Sequence[_Part]) -> dict[str, FieldCells]:
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
