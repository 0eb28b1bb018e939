"""Read a form or a cross table: fields down, a column for each unit or year, or one for all."""

from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gbv_kpi.i18n import phrase
from gbv_kpi.problems import Problem, Severity
from gbv_kpi.reading import tables
from gbv_kpi.reading.form import FigureColumn, Form
from gbv_kpi.reading.grid import Grid, holds_figure, is_filled
from gbv_kpi.reading.identify import Claims, Texts, identify
from gbv_kpi.reading.items import Item, arrange
from gbv_kpi.reading.labels import Kind, Meaning
from gbv_kpi.reading.normalize import label_words, plain_words
from gbv_kpi.reading.remarks import against_in, against_in_cell
from gbv_kpi.reading.tables import FieldCells, Seen, Table, Total, Unread
from gbv_kpi.reading.title_block import TitleBlock, comments_in, limits_of, place_named
from gbv_kpi.reading.titles import year_in, year_named
from gbv_kpi.reading.units import level_of
from gbv_kpi.sheets.sheet import Cell

_ALWAYS_SERIOUS = ("ambiguous-figure", "conflicting-unit")
_ONLY_ESTIMATE = {Kind.ESTIMATE}
UnitYear = tuple[str | None, int | None]  # unit and year as the headings name them


@dataclass(frozen=True)
class Figure:
    """A cell of a field in a form, and the meaning of its path."""

    row: int
    at: int  # the column
    heading: str
    item: Item
    column: FigureColumn
    cell: Cell
    meaning: Meaning

    @property
    def is_headed(self) -> bool:
        return bool(self.column.path or self.column.unit)


FiguresByUnitYear = dict[UnitYear, list[Figure]]


def read_items(grid: Grid, form: Form, title: TitleBlock) -> Table | None:
    """Return the returns of a form; None where no figure could belong to one."""
    spot = grid.spot
    figures, unknown = _figures(grid, form, title.named_years)
    last = max((item.row for item in form.rows if item.has_figure), default=form.top)
    below = range(last + 1, len(grid.rows) if form.next_row is None else form.next_row)
    headings = (text for column in form.columns for text in column.path)
    comments = comments_in(grid, title, form.next_row)
    problems, refusal = limits_of(grid, title, form.heading, headings, below, comments)
    by_key: FiguresByUnitYear = defaultdict(list)
    for figure in figures:
        if not figure.column.is_total and len(figure.meaning.years) < 2:
            by_key[figure.column.unit, next(iter(figure.meaning.years), None)].append(figure)
    warnings = _set_aside_other_years(by_key, title, grid)
    keys = _keys(by_key)
    if not keys:
        return None
    labels = [item.heading for item in unknown]
    chosen = [choose_figures(by_key[key], form.top, grid, labels) for key in keys]
    cells = [found for found, _ in chosen]
    frame, unit_problems = identify(_claims(form, keys, by_key, cells), title, grid.reader)
    for index, (_, form_problems) in enumerate(chosen):
        is_needed = bool(frame["is_expected"].iloc[index])
        if problem := _whole_province_problem(cells[index], frame.iloc[index], title, grid):
            form_problems.append(problem)
        serious = [problem for problem in form_problems if is_needed or problem.code in _ALWAYS_SERIOUS]
        if refusal is not None or any(problem.severity is Severity.ERROR for problem in serious):
            frame.loc[index, "is_faulty"] = True
        # A missing row is missing for all returns, and reported once.
        known = {(problem.code, problem.place, problem.field) for problem in problems}
        by_place = {(problem.code, problem.place, problem.field): problem for problem in serious}
        problems += [
            tables.of_return(problem, frame, index, grid) for key, problem in by_place.items() if key not in known
        ]
    used = {figure.at for found in cells for figure in found.values()}
    used |= {fig.at for fig in figures if fig.is_headed and not fig.meaning.against and not is_filled(fig.cell)}
    warnings += _unread_columns(figures, form, used, grid, {problem.place.cell for problem in warnings})
    problems += [*unit_problems, *warnings, *(tables.not_read(spot, item) for item in unknown)]
    fields = [field.id for field in grid.reader.plan.fields if any(field.id in found for found in cells)]
    columns = {field: _cells_of([found.get(field) for found in cells]) for field in fields}
    problems += tables.hidden(grid, frame, columns, across=True)
    totals = list(_totals(figures, form, fields, len(keys)))
    return Table(spot.file, spot.sheet, frame, columns, totals, problems, refusal)


def _figures(grid: Grid, form: Form, titled: Set[int]) -> tuple[list[Figure], list[Item]]:
    """Return the cells with a path that names a field, and the items with figures but no field."""
    vocabulary = grid.reader.vocabulary
    explain = vocabulary.explain
    figures: list[Figure] = []
    unknown: list[Item] = []
    for item in arrange(form.rows, vocabulary):
        row, labels = item.row, [explain(text) for text in item.path]
        meanings: dict[tuple[str, ...], Meaning] = {}  # in a cross table all units have the same path
        against = [
            (kind, text)
            for text, label in zip(item.path[:-1], labels, strict=False)
            if (not label.marks or label.unknown_words)
            and (kind := against_in(text, vocabulary))  # no heading of the plan
        ]
        remarks = form.remarks.get(row, ())
        measures = [explain(pair[1]) for pair in remarks if any(explain(text).only({Kind.MEASURE}) for text in pair)]
        against += [
            (kind, heading if kind is Kind.UNEXPLAINED else text)  # its cells may name persons
            for heading, text in remarks
            if (kind := _exclude_by_remark(grid, heading, text, titled))
        ]
        dated = (text for heading, text in remarks if explain(heading).only({Kind.YEAR}))
        limits = Meaning(years=frozenset(year for text in dated if (year := year_in(text))), against=tuple(against))
        for path in dict.fromkeys(column.path for column in form.columns):
            meanings[path] = vocabulary.meaning(labels, list(map(explain, path)), measures) & limits
        shown, found = " ".join(item.heading.split()), list[Figure]()
        for column in form.columns:
            heading, meaning = f"{shown} / {column.heading}" if column.path else shown, meanings[column.path]
            if meaning.field:
                found.append(Figure(row, column.at, heading, item, column, grid.cell(row, column.at), meaning))
        figures += found
        if not found and item.has_figure and sum(map(str.isalnum, item.heading)) > 1:
            unknown.append(item)
    return figures, unknown


def _whole_province_problem(found: dict[str, Figure], row: pd.Series, title: TitleBlock, grid: Grid) -> Problem | None:
    """Return the problem if a district's form gives the figures of "Toàn tỉnh"."""
    units = {unit.code: unit for year in title.named_years for unit in grid.reader.plan.units_in(year)}
    unit = units.get(str(row["unit"]))
    if unit is None or not unit.expected or level_of(unit.name) == "tỉnh":
        return None
    for figure in found.values():
        for heading in figure.column.path:
            if plain_words(heading)[-1:] == ("tinh",) and grid.explain(heading).only({Kind.SUM, Kind.ACTUAL}):
                place = place_named(grid.spot.at(row["row"], row["column"]))
                message = phrase(
                    "This return names {unit} here, but {other} in {place}.", unit=heading, other=unit.name, place=place
                )
                return Problem("conflicting-unit", grid.spot.at(figure.column.row, figure.at), message, value=heading)
    return None


def _exclude_by_remark(grid: Grid, heading: str, text: str, titled: Set[int]) -> Kind | None:
    """Return why a cell in the row of a figure excludes it: a note, a measure, or the name of a unit."""
    if heading and grid.explain(heading).only({Kind.UNIT}) and grid.knows_unit(text):
        return Kind.UNEXPLAINED
    return against_in_cell(heading, text, grid.reader, is_label=False, years=titled)


def _set_aside_other_years(by_key: FiguresByUnitYear, title: TitleBlock, grid: Grid) -> list[Problem]:
    """Remove the figures of other years if those of the title's year are present; return their problems."""
    warnings: list[Problem] = []
    if len(title.named_years) != 1:
        return warnings
    (year,) = title.named_years
    for unit in {unit for unit, _ in by_key}:
        years = {named for name, named in by_key if name == unit}
        extra_years = sorted(extra for extra in years if extra and extra != year)
        for extra in extra_years if years & {year, None} else ():
            figures = by_key.pop((unit, extra))
            for figure in {(figure.at, *figure.item.parents[:1]): figure for figure in figures}.values():
                problem = tables.other_year(grid.spot, figure.column, extra)
                if not any(map(year_named, figure.column.path)):
                    top = (*figure.item.parents, figure.row)[0]
                    section = Seen(top, figure.item.at, figure.item.path[0], (Kind.OTHER_YEAR,))
                    problem = tables.not_read(grid.spot, section)
                warnings += [problem] if problem not in warnings else []
        if {year, None} <= years:
            by_key[unit, None] += by_key.pop((unit, year))
    return warnings


def _keys(by_key: FiguresByUnitYear) -> list[UnitYear]:
    """Return the returns: a unit and year with a figure that counts, or a unit for which there is none."""
    strong = {key for key, figures in by_key.items() if any(not figure.meaning.against for figure in figures)}
    units = {unit for unit, _ in strong}
    keys = [key for key in by_key if key in strong or key[0] not in units]
    if any(unit for unit, _ in keys):
        keys = [key for key in keys if key in strong or key[0]]
    keys = [key for key in keys if key in strong or not (key[1] and (key[0], None) in by_key)]
    return sorted(keys, key=lambda key: min(figure.at for figure in by_key[key]))


def _claims(
    form: Form, keys: Sequence[UnitYear], by_key: FiguresByUnitYear, cells: Sequence[dict[str, Figure]]
) -> Claims:
    """Return the units and years that the headings over the columns name."""
    figures = [next(iter(found.values()), by_key[key][0]) for key, found in zip(keys, cells, strict=True)]
    columns = [figure.column for figure in figures]
    numbers = np.array([column.at for column in columns], dtype=np.int32)
    nowhere = np.full(len(keys), -1, np.int32)
    return Claims(
        nowhere if form.unit_row is None else np.full(len(keys), form.unit_row, np.int32),
        nowhere if form.unit_row is None else numbers,
        None if form.unit_row is None else Texts.of([unit or "" for unit, _ in keys]),
        None,
        Texts.of([str(year or "") for _, year in keys]) if any(year for _, year in keys) else None,
        np.array([column.row for column in columns], dtype=np.int32),
        numbers,
        np.full(len(keys), -1),
        across=True,
        many_units=len({unit for unit, _ in keys if unit}) > 1,
    )


def _unread_columns(
    figures: Sequence[Figure], form: Form, used: set[int], grid: Grid, reported: set[str | None]
) -> Iterator[Problem]:
    """Yield the warnings of columns of figures that were not read."""
    filled = {figure.at for figure in figures if holds_figure(figure.cell)}
    for column in form.columns:
        if column.at in filled - used and not column.is_total:
            heading = column.heading or column.unit or ""
            problem = tables.not_read(grid.spot, Seen(max(column.row, 0), column.at, heading, ()))
            if problem.place.cell not in reported:
                yield problem


def _cells_of(figures: Sequence[Figure | None]) -> FieldCells:
    places = np.array([(figure.row, figure.at) if figure else (-1, -1) for figure in figures], dtype=np.int32)
    return FieldCells(pd.Series([figure.cell if figure else Unread() for figure in figures], dtype=object), *places.T)


def _totals(figures: Sequence[Figure], form: Form, fields: Sequence[str], count: int) -> Iterator[Total]:
    """Yield the columns that sum up those of units."""
    for column in form.columns if form.unit_row is not None else ():
        if column.is_total:
            summed = (fig for fig in reversed(figures) if fig.column is column and not fig.meaning.against)
            named = ((str(figure.meaning.field), figure) for figure in summed)
            cells = {field: (figure.cell, figure.row, column.at) for field, figure in named if field in fields}
            yield Total(cells, [np.arange(count)])


def choose_figures(
    figures: Sequence[Figure], top: int, grid: Grid, unknown: Sequence[str]
) -> tuple[dict[str, Figure], list[Problem]]:
    """Return the one figure of each field that means the whole result of the year, and the problems of the others.

    Nothing is guessed: of several that could be it, none is read.
    """
    if problem := _no_column(figures, grid):
        return {}, [problem]
    by_field: dict[str, list[Figure]] = defaultdict(list)
    for figure in figures:
        by_field[str(figure.meaning.field)].append(figure)
    # A column without a heading is unexplained where others have one.
    headed = any(figure.is_headed for figure in figures)
    found: dict[str, Figure] = {}
    problems: list[Problem] = []
    for field in grid.reader.plan.fields:
        of_field = by_field.get(field.id, [])
        claims = [figure for figure in of_field if not figure.meaning.against and (figure.is_headed or not headed)]
        filled = [figure for figure in claims if is_filled(figure.cell)]
        # A heading gives way to an item under it that repeats its figure.
        below = {(row, figure.at): str(figure.cell) for figure in filled for row in figure.item.parents}
        filled = [figure for figure in filled if below.get((figure.row, figure.at)) != str(figure.cell)]
        others = [figure for figure in of_field if is_filled(figure.cell) and figure not in claims]
        if len(filled) == 1:
            found[field.id] = filled[0]
        elif filled:
            is_repeated = len({(figure.at, *map(label_words, figure.item.path)) for figure in filled}) == 1
            second = filled[1].item
            problems.append(
                tables.repeated(grid.spot, field, second) if is_repeated else tables.ambiguous(grid.spot, field, filled)
            )
        elif claims:
            headings = {row for figure in claims for row in figure.item.parents}
            slot = next((figure for figure in claims if figure.row not in headings), claims[0])  # of an item
            parts = [figure for figure in others if figure.at == slot.at and set(figure.meaning.kinds) == {Kind.PART}]
            if parts and not field.optional:
                problems.append(tables.not_whole(grid.spot, _seen(parts), field, slot))
            else:
                found[field.id] = slot
        elif len(others) == 1 and set(others[0].meaning.kinds) == _ONLY_ESTIMATE:
            found[field.id] = others[0]
            column = others[0].column
            is_in_heading = not {text for _, text in others[0].meaning.against}.isdisjoint(column.path)
            problems.append(tables.qualified(grid.spot, column if is_in_heading else others[0], Kind.ESTIMATE))
        elif field.optional:
            problems += [tables.not_read(grid.spot, figure) for figure in others]
        else:
            problems.append(tables.missing(grid.spot, top, field, _seen(of_field), unknown))
    return found, problems


def _seen(figures: Sequence[Figure]) -> list[Seen]:
    """Return the figures with the headings that exclude them."""
    against = [", ".join(dict.fromkeys(text for _, text in figure.meaning.against)) for figure in figures]
    pairs = zip(figures, against, strict=True)
    return [Seen(figure.row, figure.at, texts or figure.heading, figure.meaning.kinds) for figure, texts in pairs]


def _no_column(figures: Sequence[Figure], grid: Grid) -> Problem | None:
    """Return the problem of a form without a column for the whole result of the year."""
    columns = {figure.at: figure.column for figure in figures}
    if any(not figure.meaning.against for figure in figures) or not all(column.path for column in columns.values()):
        return None
    seen: list[Seen] = []
    for at, column in columns.items():
        against = (pair for figure in figures if figure.at == at for pair in figure.meaning.against)
        kinds = dict.fromkeys(kind for kind, text in against if text in column.path)
        if not kinds:
            return None
        seen.append(Seen(column.row, at, column.heading, tuple(kinds)))
    if len(columns) == 1 and set(seen[0].kinds) == _ONLY_ESTIMATE:
        return None
    if len(seen) > 1 and all(Kind.UNEXPLAINED in column.kinds for column in seen):
        return tables.ambiguous(grid.spot, None, seen)
    return tables.not_whole(grid.spot, seen)
