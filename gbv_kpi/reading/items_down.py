"""Read a form or a cross table: fields down, a column for each unit or year, or one for all."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gbv_kpi.i18n import phrase
from gbv_kpi.problems import Problem, Severity
from gbv_kpi.reading.form import FigureColumn, Form
from gbv_kpi.reading.grid import Grid, holds_figure
from gbv_kpi.reading.identify import Claims, Texts, identify
from gbv_kpi.reading.items import Item, arrange
from gbv_kpi.reading.meanings import Kind, Meaning
from gbv_kpi.reading.normalize import label_words
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.refusals import (
    Seen,
    Spot,
    ambiguous,
    missing,
    not_read,
    not_whole,
    other_year,
    qualified,
    shortened,
)
from gbv_kpi.reading.tables import FieldCells, Table, Total, Unread
from gbv_kpi.reading.title_block import TitleBlock
from gbv_kpi.reading.titles import read_line, year_named
from gbv_kpi.reading.units_down import _of_return
from gbv_kpi.sheets.sheet import Cell

Key = tuple[str | None, int | None]  # unit and year as the headings name them


@dataclass(frozen=True, slots=True)
class _Figure:
    """A cell of a field, and what its path says."""

    item: Item
    column: FigureColumn
    cell: Cell
    meaning: Meaning

    @property
    def row(self) -> int:
        return self.item.at.row

    @property
    def heading(self) -> str:
        label = " ".join(self.item.at.texts[-1].split())
        return f"{label} / {self.column.heading}" if self.column.path else label

    @property
    def section(self) -> tuple[int, int, str]:
        """Row, column and words of the outermost heading that the item is under."""
        rows = self.item.parents or (self.row,)
        return rows[0], self.item.at.column, self.item.path[0]

    @property
    def is_filled(self) -> bool:
        return self.cell != "" and (not isinstance(self.cell, str) or bool(self.cell.strip()))

    @property
    def key(self) -> Key:
        return self.column.unit, next(iter(self.meaning.years), None)


def read_items(grid: Grid, form: Form, title: TitleBlock, reader: Reader) -> Table | None:
    """Return the returns of a form; None where no figure could be one of them."""
    spot = Spot(grid.file, grid.sheet.name)
    figures, unknown = _figures(grid, form, reader)
    problems = [qualified(spot, row, column, text, kind) for kind, row, column, text in title.against[:1]]
    warnings: list[Problem] = []
    by_key: dict[Key, list[_Figure]] = defaultdict(list)
    for figure in figures:
        if not figure.column.is_total and len(figure.meaning.years) < 2:
            by_key[figure.key].append(figure)
    _set_aside_other_years(by_key, title, spot, warnings)
    keys = _keys(by_key)
    if not keys:
        return None
    cells: list[dict[str, _Figure]] = []
    faulty: list[bool] = []
    of_return: list[list[Problem]] = []
    used: set[int] = set()
    for key in keys:
        told: list[Problem] = []
        found = _choose(by_key[key], form, spot, reader, told, [text for _, _, text in unknown])
        used.update(figure.column.at for figure in found.values())
        cells.append(found)
        of_return.append(told)
    columns = [_column_of(by_key[key], found) for key, found in zip(keys, cells, strict=True)]
    rows = np.array([column.unit_row if form.across else -1 for column in columns], dtype=np.int32)
    claims = Claims(
        rows,
        np.array([column.at for column in columns], dtype=np.int32)
        if form.across
        else np.full(len(keys), -1, np.int32),
        Texts.of([key[0] or "" for key in keys]) if form.across else None,
        None,
        Texts.of([str(key[1] or "") for key in keys]) if any(key[1] for key in keys) else None,
        np.array([column.at for column in columns], dtype=np.int32),
        np.array([column.row for column in columns], dtype=np.int32),
        across=True,
        many_units=len({key[0] for key in keys if key[0]}) > 1,
    )
    frame, identified = identify(claims, title, reader)
    for index, found_wrong in enumerate(of_return):
        needed = bool(frame["is_expected"].iloc[index])
        told = [problem for problem in found_wrong if needed or problem.code == "ambiguous-figure"]
        faulty.append(any(problem.severity is Severity.ERROR for problem in told))
        problems += [_of_return(problem, frame, index, reader) for problem in _once(told, problems)]
    frame["is_faulty"] |= np.array(faulty) | any(
        problem.severity is Severity.ERROR for problem in problems[:1] if title.against
    )
    warnings += _unread_columns(figures, form, used, spot, warnings)
    warnings += [not_read(spot, row, column, text) for row, column, text in unknown]
    problems += identified + warnings + _hidden(cells, frame, grid, spot, reader)
    fields = [field.id for field in reader.plan.fields if any(field.id in found for found in cells)]
    return Table(
        grid.file,
        grid.sheet.name,
        frame,
        {field: _cells_of(field, cells) for field in fields},
        _totals(figures, form, fields, len(keys)),
        problems,
    )


def _figures(grid: Grid, form: Form, reader: Reader) -> tuple[list[_Figure], list[tuple[int, int, str]]]:
    """Return the cells whose path names a field, and the items with figures that name none."""
    vocabulary = reader.vocabulary
    figures: list[_Figure] = []
    unknown: list[tuple[int, int, str]] = []
    for item in arrange(form.rows, vocabulary):
        labels = [vocabulary.explain(text) for text in item.path]
        known: dict[tuple[str, ...], Meaning] = {}  # a cross table has the same path over every unit
        measure = form.measures.get(item.at.row, "")
        by_measure = read_line(f"ĐVT: {measure}").against if measure else None
        sections = [line for text in item.path[:-1] if (line := read_line(text)).against]
        names_field = False
        for column in form.columns:
            if column.path not in known:
                meaning = vocabulary.meaning([*labels, *map(vocabulary.explain, column.path)])
                extra = [(line.against, item.path[0]) for line in sections if line.against]
                extra += [(by_measure, measure)] if by_measure else []
                known[column.path] = meaning & Meaning(against=tuple(extra))
            meaning = known[column.path]
            if meaning.field:
                names_field = True
                figures.append(_Figure(item, column, grid.cell(item.at.row, column.at), meaning))
        if not names_field and item.at.has_figure and sum(map(str.isalnum, item.at.texts[-1])) > 1:
            unknown.append((item.at.row, item.at.column, item.at.texts[-1]))
    return figures, unknown


def _set_aside_other_years(
    by_key: dict[Key, list[_Figure]], title: TitleBlock, spot: Spot, warnings: list[Problem]
) -> None:
    """Leave out the figures of another year than the title's, where that is there too."""
    titled = {year for year, _, _ in title.years}
    if len(titled) != 1:
        return
    (year,) = titled
    for unit in {unit for unit, _ in by_key}:
        years = {of for name, of in by_key if name == unit and of}
        if not years - {year} or not ({year, None} & {of for name, of in by_key if name == unit}):
            continue
        for other in sorted(years - {year}):
            figures = by_key.pop((unit, other))
            for figure in {(figure.column.at, *figure.item.parents[:1]): figure for figure in figures}.values():
                column = figure.column
                told = other_year(spot, column.row, column.at, column.heading, other)
                if not any(year_named(text) for text in column.path):
                    told = not_read(spot, *figure.section)
                if told not in warnings:
                    warnings.append(told)
    for unit in {unit for unit, of in by_key if of == year and (unit, None) in by_key}:
        by_key[unit, None] += by_key.pop((unit, year))


def _keys(by_key: dict[Key, list[_Figure]]) -> list[Key]:
    """Return the returns: a unit and year with a figure that counts, or a unit for which there is none."""
    strong = {key for key, figures in by_key.items() if any(not figure.meaning.against for figure in figures)}
    units = {unit for unit, _ in strong}
    keys = [key for key in by_key if key in strong or key[0] not in units]
    if any(unit for unit, _ in keys):
        keys = [key for key in keys if key in strong or key[0]]
    weak = [key for key in keys if key not in strong]
    drop = {key for key in weak if key[1] and (key[0], None) in by_key}
    return sorted((key for key in keys if key not in drop), key=lambda key: min(f.column.at for f in by_key[key]))


def _column_of(figures: Sequence[_Figure], found: dict[str, _Figure]) -> FigureColumn:
    return next(iter(found.values())).column if found else figures[0].column


def _choose(
    figures: Sequence[_Figure], form: Form, spot: Spot, reader: Reader, told: list[Problem], unknown: Sequence[str]
) -> dict[str, _Figure]:
    """Return the one figure of each field that means the whole result of the year, and tell of the others."""
    by_field: dict[str, list[_Figure]] = defaultdict(list)
    for figure in figures:
        by_field[str(figure.meaning.field)].append(figure)
    strong = any(figure.column.path or figure.column.unit for figure in figures if not figure.meaning.against)
    if problem := _no_column(figures, spot):
        told.append(problem)
        return {}
    found: dict[str, _Figure] = {}
    for field in reader.plan.fields:
        all_of_field = by_field.get(field.id, [])
        claims = [figure for figure in all_of_field if not figure.meaning.against]
        if strong:
            claims = [figure for figure in claims if figure.column.path or figure.column.unit]
        filled = [figure for figure in claims if figure.is_filled]
        filled = _without_headings(filled)
        others = [figure for figure in all_of_field if figure.is_filled and figure not in claims]
        if len(filled) == 1:
            found[field.id] = filled[0]
        elif len(filled) > 1:
            told.append(_twice(filled, spot, reader))
        elif claims:
            found[field.id] = _slot(claims)
        elif len(others) == 1 and {kind for kind, _ in others[0].meaning.against} == {Kind.ESTIMATE}:
            found[field.id] = others[0]
            column = others[0].column
            told.append(qualified(spot, column.row, column.at, column.heading, Kind.ESTIMATE))
        elif not field.optional:
            seen = [
                Seen(
                    figure.row,
                    figure.column.at,
                    ", ".join(dict.fromkeys(text for _, text in figure.meaning.against)) or figure.heading,
                    tuple(kind for kind, _ in figure.meaning.against),
                )
                for figure in all_of_field
            ]
            told.append(missing(spot, form.top, field, seen, unknown))
    return found


def _no_column(figures: Sequence[_Figure], spot: Spot) -> Problem | None:
    """Return the problem of a form none of whose columns holds the whole result of the year."""
    if any(not figure.meaning.against for figure in figures):
        return None
    columns = {figure.column.at: figure.column for figure in figures}
    if not all(column.path for column in columns.values()):
        return None
    seen: list[Seen] = []
    for at, column in columns.items():
        headings = set(column.path)
        kinds = [
            kind
            for figure in figures
            if figure.column.at == at
            for kind, text in figure.meaning.against
            if text in headings
        ]
        if not kinds:
            return None
        seen.append(Seen(column.row, at, column.heading, tuple(dict.fromkeys(kinds))))
    if len(columns) == 1 and set(seen[0].kinds) == {Kind.ESTIMATE}:
        return None
    unexplained = [one for one in seen if Kind.UNEXPLAINED in one.kinds]
    if len(unexplained) > 1 and len(unexplained) == len(seen):
        return ambiguous(spot, None, [(one.row, one.column, one.heading) for one in seen])
    return not_whole(spot.at(seen[0].row, seen[0].column), seen)


def _without_headings(filled: list[_Figure]) -> list[_Figure]:
    """Leave out the figure of a heading whose own item below repeats it."""
    parents = {(row, figure.column.at): figure for figure in filled for row in figure.item.parents}
    return [
        figure
        for figure in filled
        if (below := parents.get((figure.row, figure.column.at))) is None or str(below.cell) != str(figure.cell)
    ]


def _twice(filled: Sequence[_Figure], spot: Spot, reader: Reader) -> Problem:
    """Return the problem of several figures of one field."""
    of_field = reader.plan.field_by_id[str(filled[0].meaning.field)]
    same_column = len({figure.column.at for figure in filled}) == 1
    if same_column and len({tuple(map(label_words, figure.item.path)) for figure in filled}) == 1:
        second = filled[1].item.at
        message = phrase("{field} stands here a second time.", field=of_field.label)
        place = spot.at(second.row, second.column)
        return Problem("duplicate-column", place, message, field=of_field.id, value=shortened(second.texts[-1]))
    return ambiguous(spot, of_field, [(figure.row, figure.column.at, figure.heading) for figure in filled])


def _slot(claims: Sequence[_Figure]) -> _Figure:
    """Return the blank cell where the figure of a field should be: that of an item, not of a heading."""
    headings = {row for figure in claims for row in figure.item.parents}
    return next((figure for figure in claims if figure.row not in headings), claims[0])


def _once(told: Iterable[Problem], before: Sequence[Problem]) -> list[Problem]:
    """Return the problems that were not told of another return already: a missing row is missing for all."""
    known = {(problem.code, problem.place, problem.field) for problem in before}
    different = {(problem.code, problem.place, problem.field): problem for problem in told}
    return [problem for key, problem in different.items() if key not in known]


def _unread_columns(
    figures: Sequence[_Figure], form: Form, used: set[int], spot: Spot, warnings: Sequence[Problem]
) -> list[Problem]:
    """Return the warnings of columns of figures that were not read."""
    told = {problem.place.cell for problem in warnings}
    filled = {figure.column.at for figure in figures if figure.is_filled and holds_figure(figure.cell)}
    unread = [column for column in form.columns if column.at in filled - used and not column.is_total]
    found = [not_read(spot, max(column.row, 0), column.at, column.heading or column.unit or "") for column in unread]
    return [problem for problem in found if problem.place.cell not in told]


def _cells_of(field: str, cells: Sequence[dict[str, _Figure]]) -> FieldCells:
    found = [figures.get(field) for figures in cells]
    values: pd.Series = pd.Series([figure.cell if figure else Unread() for figure in found], dtype=object)
    rows = np.array([figure.row if figure else -1 for figure in found], dtype=np.int32)
    columns = np.array([figure.column.at if figure else -1 for figure in found], dtype=np.int32)
    return FieldCells(values, rows, columns)


def _totals(figures: Sequence[_Figure], form: Form, fields: Sequence[str], count: int) -> list[Total]:
    """Return the columns that sum up those of units."""
    totals: list[Total] = []
    for column in form.columns if form.across else ():
        if not column.is_total:
            continue
        cells: dict[str, tuple[Cell, int, int]] = {}
        for figure in figures:
            if figure.column is column and not figure.meaning.against and figure.meaning.field in fields:
                cells.setdefault(str(figure.meaning.field), (figure.cell, figure.row, column.at))
        totals.append(Total(cells, [np.arange(count)]))
    return totals


def _hidden(
    cells: Sequence[dict[str, _Figure]], frame: pd.DataFrame, grid: Grid, spot: Spot, reader: Reader
) -> list[Problem]:
    """Rows and columns that a sheet hides count like the others: the sender may not know of them."""
    sheet = grid.sheet
    found: list[Problem] = []
    for index, figures in enumerate(cells):
        first = min(figures.values(), key=lambda figure: figure.row, default=None)
        if first and first.column.at in sheet.hidden_columns:
            message = phrase("This column is hidden; its figures were read and count.")
            problem = Problem("hidden-figures", spot.at(first.row, first.column.at), message)
            found.append(_of_return(problem, frame, index, reader))
    for field, figure in cells[0].items() if cells and sheet.hidden_rows else ():
        if figure.row in sheet.hidden_rows:
            message = phrase("This row is hidden; its figures were read and count.")
            found.append(Problem("hidden-figures", spot.at(figure.row, figure.column.at), message, field=field))
    return found
