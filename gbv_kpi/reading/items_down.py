"""Read a form or a cross table: fields down, a column for each unit or year, or one for all."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from gbv_kpi.i18n import phrase
from gbv_kpi.problems import Problem, Severity
from gbv_kpi.reading.choose_figures import Claim, Figure, choose_figures
from gbv_kpi.reading.form import FigureColumn, Form
from gbv_kpi.reading.grid import Grid, holds_figure
from gbv_kpi.reading.identify import identify
from gbv_kpi.reading.items import arrange
from gbv_kpi.reading.labels import Kind, Meaning
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.refusals import Spot, not_read, other_year, qualified
from gbv_kpi.reading.remarks import Remark, against_in, against_in_cell, against_in_heading, notes_below
from gbv_kpi.reading.row_cells import of_return
from gbv_kpi.reading.tables import FieldCells, Table, Total, Unread
from gbv_kpi.reading.title_block import TitleBlock
from gbv_kpi.reading.titles import year_in, year_named
from gbv_kpi.reading.years import Claims, Texts


def read_items(grid: Grid, form: Form, title: TitleBlock, reader: Reader) -> Table | None:
    """Return the returns of a form; None where no figure could be one of them."""
    spot = Spot(grid.file, grid.sheet.name)
    figures, unknown = _figures(grid, form, reader)
    said = [*title.against[:1], *_notes(grid, form, title, reader)]
    problems = [qualified(spot, row, column, text, kind) for kind, row, column, text in said]
    refusal = next((problem for problem in problems if problem.severity is Severity.ERROR), None)
    warnings: list[Problem] = []
    by_key: dict[Claim, list[Figure]] = defaultdict(list)
    for figure in figures:
        if not figure.column.is_total and len(figure.meaning.years) < 2:
            by_key[figure.key].append(figure)
    _set_aside_other_years(by_key, title, spot, warnings)
    keys = _keys(by_key)
    if not keys:
        return None
    cells: list[dict[str, Figure]] = []
    faulty: list[bool] = []
    by_return: list[list[Problem]] = []
    used: set[int] = set()
    for key in keys:
        told: list[Problem] = []
        found = choose_figures(by_key[key], form, spot, reader, told, [text for _, _, text in unknown])
        used.update(figure.column.at for figure in found.values())
        cells.append(found)
        by_return.append(told)
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
    for index, found_wrong in enumerate(by_return):
        needed = bool(frame["is_expected"].iloc[index])
        told = [problem for problem in found_wrong if needed or problem.code == "ambiguous-figure"]
        faulty.append(any(problem.severity is Severity.ERROR for problem in told))
        problems += [of_return(problem, frame, index, reader) for problem in _once(told, problems)]
    frame["is_faulty"] |= np.array(faulty) | (refusal is not None)
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
        refusal,
    )


def _figures(grid: Grid, form: Form, reader: Reader) -> tuple[list[Figure], list[tuple[int, int, str]]]:
    """Return the cells whose path names a field, and the items with figures that name none."""
    vocabulary = reader.vocabulary
    figures: list[Figure] = []
    unknown: list[tuple[int, int, str]] = []
    for item in arrange(form.rows, vocabulary):
        labels = [vocabulary.explain(text) for text in item.path]
        known: dict[tuple[str, ...], Meaning] = {}  # a cross table has the same path over every unit
        said = [
            (kind, text)
            for text, label in zip(item.path[:-1], labels, strict=False)
            if (not label.marks or label.left) and (kind := against_in(text, vocabulary))  # no heading of the plan
        ]
        beside = form.beside.get(item.at.row, ())
        said += [(kind, text) for heading, text in beside if (kind := _against_beside(heading, text, reader))]
        dated = (text for heading, text in beside if vocabulary.explain(heading).only({Kind.YEAR}))
        years = frozenset(year for text in dated if (year := year_in(text)))
        names_field = False
        for column in form.columns:
            if column.path not in known:
                meaning = vocabulary.meaning([*labels, *map(vocabulary.explain, column.path)])
                known[column.path] = meaning & Meaning(years=years, against=tuple(said))
            meaning = known[column.path]
            if meaning.field:
                names_field = True
                figures.append(Figure(item, column, grid.cell(item.at.row, column.at), meaning))
        if not names_field and item.at.has_figure and sum(map(str.isalnum, item.at.texts[-1])) > 1:
            unknown.append((item.at.row, item.at.column, item.at.texts[-1]))
    return figures, unknown


def _against_beside(heading: str, text: str, reader: Reader) -> Kind | None:
    """Return what a cell beside a figure says against it: a note, a measure, or the name of a unit."""
    if heading and reader.vocabulary.explain(heading).only({Kind.UNIT}) and reader.units.knows(text):
        return Kind.UNEXPLAINED
    return against_in_cell(heading, text, reader, is_label=False)


def _notes(grid: Grid, form: Form, title: TitleBlock, reader: Reader) -> list[Remark]:
    """Return the notes below a form that say something against its figures."""
    last = max((item.row for item in form.rows if item.has_figure), default=form.top)
    below = range(last + 1, len(grid.rows) if form.next_row is None else form.next_row)
    kind = against_in_heading(form.heading, reader.vocabulary)
    headed = [(kind, form.top, -1, form.heading[-1])] if kind else []
    return [*headed, *notes_below(grid, below, reader.vocabulary, title.named_years)]


def _set_aside_other_years(
    by_key: dict[Claim, list[Figure]], title: TitleBlock, spot: Spot, warnings: list[Problem]
) -> None:
    """Leave out the figures of another year than the title's, where that is there too."""
    titled = title.named_years
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


def _keys(by_key: dict[Claim, list[Figure]]) -> list[Claim]:
    """Return the returns: a unit and year with a figure that counts, or a unit for which there is none."""
    strong = {key for key, figures in by_key.items() if any(not figure.meaning.against for figure in figures)}
    units = {unit for unit, _ in strong}
    keys = [key for key in by_key if key in strong or key[0] not in units]
    if any(unit for unit, _ in keys):
        keys = [key for key in keys if key in strong or key[0]]
    weak = [key for key in keys if key not in strong]
    drop = {key for key in weak if key[1] and (key[0], None) in by_key}
    return sorted((key for key in keys if key not in drop), key=lambda key: min(f.column.at for f in by_key[key]))


def _column_of(figures: Sequence[Figure], found: dict[str, Figure]) -> FigureColumn:
    return next(iter(found.values())).column if found else figures[0].column


def _once(told: Iterable[Problem], before: Sequence[Problem]) -> list[Problem]:
    """Return the problems that were not told of another return already: a missing row is missing for all."""
    known = {(problem.code, problem.place, problem.field) for problem in before}
    different = {(problem.code, problem.place, problem.field): problem for problem in told}
    return [problem for key, problem in different.items() if key not in known]


def _unread_columns(
    figures: Sequence[Figure], form: Form, used: set[int], spot: Spot, warnings: Sequence[Problem]
) -> list[Problem]:
    """Return the warnings of columns of figures that were not read."""
    told = {problem.place.cell for problem in warnings}
    filled = {figure.column.at for figure in figures if figure.is_filled and holds_figure(figure.cell)}
    unread = [column for column in form.columns if column.at in filled - used and not column.is_total]
    found = [not_read(spot, max(column.row, 0), column.at, column.heading or column.unit or "") for column in unread]
    return [problem for problem in found if problem.place.cell not in told]


def _cells_of(field: str, cells: Sequence[dict[str, Figure]]) -> FieldCells:
    found = [figures.get(field) for figures in cells]
    values: pd.Series = pd.Series([figure.cell if figure else Unread() for figure in found], dtype=object)
    rows = np.array([figure.row if figure else -1 for figure in found], dtype=np.int32)
    columns = np.array([figure.column.at if figure else -1 for figure in found], dtype=np.int32)
    return FieldCells(values, rows, columns)


def _totals(figures: Sequence[Figure], form: Form, fields: Sequence[str], count: int) -> list[Total]:
    """Return the columns that sum up those of units."""
    totals: list[Total] = []
    for column in form.columns if form.across else ():
        if not column.is_total:
            continue
        summed = [figure for figure in figures if figure.column is column and not figure.meaning.against]
        cells = {
            str(figure.meaning.field): (figure.cell, figure.row, column.at)
            for figure in reversed(summed)
            if figure.meaning.field in fields
        }
        totals.append(Total(cells, [np.arange(count)]))
    return totals


def _hidden(
    cells: Sequence[dict[str, Figure]], frame: pd.DataFrame, grid: Grid, spot: Spot, reader: Reader
) -> list[Problem]:
    """Rows and columns that a sheet hides count like the others: the sender may not know of them."""
    sheet = grid.sheet
    found: list[Problem] = []
    for index, figures in enumerate(cells):
        first = min(figures.values(), key=lambda figure: figure.row, default=None)
        if first and first.column.at in sheet.hidden_columns:
            message = phrase("This column is hidden; its figures were read and count.")
            problem = Problem("hidden-figures", spot.at(first.row, first.column.at), message)
            found.append(of_return(problem, frame, index, reader))
    for field, figure in cells[0].items() if cells and sheet.hidden_rows else ():
        if figure.row in sheet.hidden_rows:
            message = phrase("This row is hidden; its figures were read and count.")
            found.append(Problem("hidden-figures", spot.at(figure.row, figure.column.at), message, field=field))
    return found
