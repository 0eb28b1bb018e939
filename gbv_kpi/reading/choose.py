"""Choose the figure of each field: the only one that means the whole result of the year. Nothing is guessed."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gbv_kpi.problems import Problem
from gbv_kpi.reading.form import FigureColumn
from gbv_kpi.reading.grid import Column, Grid, is_filled
from gbv_kpi.reading.items import Item
from gbv_kpi.reading.labels import Kind, Meaning
from gbv_kpi.reading.normalize import label_words
from gbv_kpi.reading.tables import Seen, ambiguous, missing, not_read, not_whole, other_year, qualified, repeated
from gbv_kpi.sheets.sheet import Cell

UnitYear = tuple[str | None, int | None]  # unit and year as the headings name them
_ONLY_ESTIMATE = {Kind.ESTIMATE}


@dataclass(frozen=True, slots=True)
class Fields:
    """The columns of figures that are read, by the year that their headings name, and what is wrong with others."""

    by_year: dict[int | None, dict[str, Column]]
    problems: list[Problem]
    unread: list[Column]


def choose_columns(grid: Grid, named: Sequence[Column], titled: frozenset[int], holds: Callable[[int], bool]) -> Fields:
    """Choose the column of each field and year; `holds` tests whether a column has cells in the rows of the returns."""
    spot = grid.spot
    counts = Counter(column.meaning.field for column in named)
    unread = [
        column
        for column in named
        if column.meaning.against and (set(column.kinds) != _ONLY_ESTIMATE or counts[column.meaning.field] > 1)
    ]
    free = [column for column in named if column not in unread]
    problems = [qualified(spot, column, Kind.ESTIMATE) for column in free if column.meaning.against]
    if with_plans := _plans_and_results(named):
        problems.append(ambiguous(spot, None, with_plans))
    unread += [column for column in free if len(column.meaning.years) > 1]
    years = {column.at: next(iter(column.meaning.years), None) for column in free if column not in unread}
    own = {year for year in years.values() if year}
    if len(titled) == 1 and titled & own:
        others = [column for column in free if years.get(column.at) in own - titled]
        others.sort(key=lambda column: list(years.values()).index(years[column.at]))
        problems += [other_year(spot, column, years.pop(column.at) or 0) for column in others]
        own = set(titled)
    if len(own) == 1:
        years = {column: year or min(own) for column, year in years.items()}
    claims: dict[tuple[int | None, str], list[Column]] = defaultdict(list)
    for column in free:
        if own and years.get(column.at, 0) is None:
            unread.append(column)  # names no year, although the others name several
        elif column.at in years:
            claims[years[column.at], str(column.meaning.field)].append(column)
    by_year: dict[int | None, dict[str, Column]] = {year: {} for year, _ in claims}
    for (year, field), found in claims.items():
        filled = [column for column in found if holds(column.at)]
        if len(found) == 1 or len(filled) == 1:
            by_year[year][field] = (filled or found)[0]
            continue
        of_field = grid.reader.plan.field_by_id[field]
        is_repeated = len({tuple(map(label_words, column.path)) for column in found}) == 1
        repeats = (repeated(spot, of_field, column) for column in found[1:])
        problems += repeats if is_repeated else [ambiguous(spot, of_field, found)]
    return Fields(by_year or {None: {}}, problems, unread)


def _plans_and_results(named: Sequence[Column]) -> list[Column]:
    """Return the columns of two fields and more that have a plan and a result under one heading.

    Such a table follows a plan through the year; only the sender knows which columns are the return.
    """
    pairs = [
        (column, result)
        for column in named
        if set(column.kinds) == {Kind.TARGET} and len(column.path) > 1
        for result in named
        if column.path[:-1] == result.path[:-1] and not result.meaning.against
    ]
    return [column for pair in pairs for column in pair] if len(pairs) > 1 else []


# ---------------------------------------------------------------- figures of a form


@dataclass(frozen=True, slots=True)
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

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return self.meaning.kinds


def choose_figures(
    figures: Sequence[Figure], top: int, grid: Grid, unknown: Sequence[str]
) -> tuple[dict[str, Figure], list[Problem]]:
    """Return the one figure of each field that means the whole result of the year, and the problems of the others."""
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
            problems.append(repeated(grid.spot, field, second) if is_repeated else ambiguous(grid.spot, field, filled))
        elif claims:
            headings = {row for figure in claims for row in figure.item.parents}
            slot = next((figure for figure in claims if figure.row not in headings), claims[0])  # of an item
            parts = [figure for figure in others if figure.at == slot.at and set(figure.kinds) == {Kind.PART}]
            if parts and not field.optional:
                problems.append(not_whole(grid.spot, _seen(parts), field, slot))
            else:
                found[field.id] = slot
        elif len(others) == 1 and set(others[0].kinds) == _ONLY_ESTIMATE:
            found[field.id] = others[0]
            column = others[0].column
            is_in_heading = not {text for _, text in others[0].meaning.against}.isdisjoint(column.path)
            problems.append(qualified(grid.spot, column if is_in_heading else others[0], Kind.ESTIMATE))
        elif field.optional:
            problems += [not_read(grid.spot, figure) for figure in others]
        else:
            problems.append(missing(grid.spot, top, field, _seen(of_field), unknown))
    return found, problems


def _seen(figures: Sequence[Figure]) -> list[Seen]:
    """Return the figures with the headings that exclude them."""
    against = [", ".join(dict.fromkeys(text for _, text in figure.meaning.against)) for figure in figures]
    pairs = zip(figures, against, strict=True)
    return [Seen(figure.row, figure.at, texts or figure.heading, figure.kinds) for figure, texts in pairs]


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
        return ambiguous(grid.spot, None, seen)
    return not_whole(grid.spot, seen)
