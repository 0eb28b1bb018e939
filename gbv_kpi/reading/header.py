"""Read the rows of headings over a table, and the path of headings over each column."""

from collections.abc import Sequence
from dataclasses import dataclass

from gbv_kpi.reading.grid import Grid, is_column_numbers, is_frame, is_number, is_wide
from gbv_kpi.reading.labels import Kind, Label, Meaning
from gbv_kpi.reading.titles import is_signature, is_title_line
from gbv_kpi.reading.units import level_of

LEVELS_ABOVE, LEVELS_BELOW = 3, 3
_FRAME = (Kind.YEAR, Kind.CODE, Kind.UNIT, Kind.NUMBERING, Kind.NOTE, Kind.MEASURE)
_ROLES = (*_FRAME, Kind.ITEM)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its headings from the top down, their meaning, and the row of the lowest heading."""

    at: int
    path: tuple[str, ...]
    row: int
    meaning: Meaning
    roles: frozenset[Kind]  # its possible roles if it holds no figures of a field
    first: tuple[int, int]  # row and column of the cell of its outermost heading

    @property
    def heading(self) -> str:
        return " → ".join(dict.fromkeys(self.path))


@dataclass(frozen=True, slots=True)
class Header:
    """Rows of headings and the columns under them."""

    top: int
    bottom: int
    columns: Sequence[Column]


def heads_table(grid: Grid, row: int) -> bool:
    """Return whether a row names several fields in different columns, or one with lower headings in the next row."""
    marks = grid.marks(row)
    if not marks or grid.has_number(row):
        return False
    if len(marks) >= 2:
        return len(set().union(*marks.values())) >= 2
    if row + 1 >= len(grid.rows) or grid.has_number(row + 1):
        return False
    (left,) = marks
    labels = [(column, grid.explain(text)) for column, text in grid.words(row + 1)]
    levels = [column for column, label in labels if label.marks or label.only({Kind.TOTAL})]
    return len(levels) >= 2 and min(levels) >= left and min(column for column, _ in labels) >= left


def read_header(grid: Grid, row: int, first: int, columns: range) -> Header:
    """Return the header around a row that names fields, from the row `first` at the earliest."""
    first_field = min((column for column in grid.marks(row) if column in columns), default=columns.start)
    top = bottom = row
    while top > first and row - top < LEVELS_ABOVE and _is_level_above(grid, top - 1, top, first_field):
        top -= 1
    while (
        bottom + 1 < len(grid.rows)
        and bottom - row < LEVELS_BELOW
        and _is_level_below(grid, bottom + 1, row, first_field, columns)
    ):
        bottom += 1
    rows = range(top, bottom + 1)
    spread = {level: spread_headings(grid, level, rows, columns) for level in rows}
    found: list[Column] = []
    for column in columns:
        cells = [(level, text) for level in rows if (text := spread[level].get(column))]
        path = without_repeats([text for _, text in cells])
        labels = [grid.explain(text) for text in path]
        filled = [level for level, _ in cells if grid.text(level, column)]
        merged = [grid.area_at[level, column][0][0] for level, _ in cells if (level, column) in grid.area_at]
        highest, left = (cells[0][0] if cells else bottom), column
        while cells and not grid.text(highest, left) and left > columns.start:
            left -= 1  # a heading that extends over the column from the left
        meaning = grid.reader.vocabulary.meaning(labels)
        found.append(Column(column, path, (filled or merged or [bottom])[-1], meaning, _roles(labels), (highest, left)))
    return Header(top, bottom, found)


def without_repeats(path: Sequence[str]) -> tuple[str, ...]:
    """Return a path without the headings that only repeat the one above them."""
    return tuple(text for place, text in enumerate(path) if not place or path[place - 1] != text)


def _roles(labels: Sequence[Label]) -> frozenset[Kind]:
    """Return the roles of a column besides a field, from its lowest heading that gives one."""
    for label in reversed(labels):
        roles = frozenset(kind for kind in (*_ROLES, Kind.PART) if label.only({kind}))
        if roles & frozenset(_ROLES) or label.marks:
            return roles
    return frozenset()


def _is_level_above(grid: Grid, row: int, below: int, first_field: int) -> bool:
    texts = grid.texts(row)
    if not texts or is_title_line([text for _, text in texts]) or grid.has_number(row):
        return False
    areas = [(column, area) for column, _ in texts if (area := grid.area_at.get((row, column)))]
    if any(area[1][0] >= below for _, area in areas):
        return True  # a heading that is merged into the row below
    labels = [grid.explain(text) for column, text in texts if column >= first_field]
    is_across = any(column >= first_field and is_wide(area) for column, area in areas)
    is_explained = len(texts) >= 2 and any(label.atoms and not label.unknown_words for label in labels)
    return bool(labels) and (is_across or is_explained)


def _is_level_below(grid: Grid, row: int, main: int, first_field: int, columns: range) -> bool:
    texts = [(column, text) for column, text in grid.texts(row) if column in columns]
    inner = [(column, text) for column, text in texts if column >= first_field]
    if not inner or is_column_numbers([text for _, text in texts]) or any(is_signature(text) for _, text in texts):
        return False
    if any(is_number(grid.cell(row, column)) for column, _ in inner):
        return False
    if any(grid.knows_unit(text) or (level_of(text) and not grid.explain(text).atoms) for _, text in texts):
        return False
    is_hanging = any(not grid.text(main, column) for column, _ in inner)
    labels = [grid.explain(text) for _, text in inner]
    if len(texts) == 1 and not is_hanging:
        return labels[0].only({Kind.MEASURE}) or bool(labels[0].marks) or not labels[0].atoms
    if len(inner) == len(texts) and row == main + 1:
        return True  # words under the fields, and no unit before them
    return is_hanging or any(label.atoms and not label.unknown_words for label in labels)


def spread_headings(grid: Grid, row: int, rows: Sequence[int], columns: Sequence[int]) -> dict[int, str]:
    """Return the headings of a row, one of the header's `rows`, by column.

    Each covers its merged area, or the cells to its right above a lower level. If a cell of a lower level has nothing
    above it, headings may be centred, and none extends to the right.
    """
    found: dict[int, str] = {}
    hanging: list[int] = []
    last: str | None = None
    above, below = [level for level in rows if level < row], [level for level in rows if level > row]
    for column in columns:
        area = grid.area_at.get((row, column))
        if text := grid.spread_text(row, column):
            found[column] = text
            last = None if is_wide(area) or is_frame(grid.explain(text), _FRAME) else text
        elif area is None and any(grid.text(level, column) for level in below):
            if any(grid.area_at.get((upper, column), ((0, 0), (0, 0)))[1][0] >= row for upper in above):
                continue  # under a heading that is merged down to here
            if last is not None:
                found[column] = last
            elif not any(grid.text(upper, column) for upper in above):
                hanging.append(column)
    if any(_is_level(grid, column, below) for column in hanging):
        return {column: text for column, text in found.items() if grid.spread_text(row, column)}
    return found


def _is_level(grid: Grid, column: int, below: Sequence[int]) -> bool:
    """Return whether the heading below a blank cell has a meaning only under another one: "Được tập huấn"."""
    text = next((text for row in below if (text := grid.text(row, column))), "")
    label = grid.explain(text)
    return label.field is None and (bool(label.marks) or label.only({Kind.TOTAL}))
