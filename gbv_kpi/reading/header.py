"""The rows of headings over a table with the units down, and the path of headings over each of its columns."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gbv_kpi.reading.grid import Grid, is_column_numbers
from gbv_kpi.reading.labels import Kind, Label, Meaning
from gbv_kpi.reading.meanings import Vocabulary
from gbv_kpi.reading.stock_phrases import is_signature
from gbv_kpi.reading.titles import is_place_and_date, names_recipient, reporting_unit_in, year_in
from gbv_kpi.reading.units import level_of
from gbv_kpi.sheets.sheet import Cell

LEVELS_ABOVE, LEVELS_BELOW = 3, 3
_NUMBER = re.compile(r"[-+]?[\d.,  ]*\d[\d.,  ]*")
_ROLES = (Kind.YEAR, Kind.CODE, Kind.UNIT, Kind.NUMBERING, Kind.NOTE, Kind.MEASURE, Kind.ITEM)
KnowsUnit = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its headings from the top down, what they mean, and the lowest cell that says so."""

    at: int
    path: tuple[str, ...]
    row: int
    meaning: Meaning
    roles: frozenset[Kind]  # what it may be for, where it holds no figures of a field
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


def is_number(cell: Cell) -> bool:
    """Whether a cell is a number that is no year."""
    if isinstance(cell, str):
        return bool(_NUMBER.fullmatch(cell.strip())) and year_in(cell) is None
    return not isinstance(cell, bool) and isinstance(cell, int | float) and not 1900 <= cell <= 2200


def marks_in(grid: Grid, row: int, vocabulary: Vocabulary) -> dict[int, set[object]]:
    """Return the fields, or levels of fields, that the cells of a row speak of, by column."""
    found = {column: vocabulary.explain(text).marks for column, text in grid.words(row)}
    return {column: marks for column, marks in found.items() if marks}


def heads_table(grid: Grid, row: int, marks: dict[int, set[object]], vocabulary: Vocabulary) -> bool:
    """Whether a row of words names several fields in different columns, or the levels of one are below it."""
    if not marks or any(is_number(cell) for cell in grid.rows[row]):
        return False
    if len(marks) >= 2:
        return len(set().union(*marks.values())) >= 2
    if row + 1 >= len(grid.rows) or any(is_number(cell) for cell in grid.rows[row + 1]):
        return False
    (left,) = marks
    labels = [(column, vocabulary.explain(text)) for column, text in grid.words(row + 1)]
    levels = [column for column, label in labels if label.marks or label.only({Kind.TOTAL})]
    return len(levels) >= 2 and min(levels) >= left and min(column for column, _ in labels) >= left


def read_header(
    grid: Grid, row: int, first: int, vocabulary: Vocabulary, knows_unit: KnowsUnit, columns: range
) -> Header:
    """Return the header around a row that names fields; nothing above the row `first` belongs to it."""
    marked = min((column for column in marks_in(grid, row, vocabulary) if column in columns), default=columns.start)
    top = row
    while top > first and row - top < LEVELS_ABOVE and _is_level_above(grid, top - 1, top, marked, vocabulary):
        top -= 1
    bottom = row
    while bottom + 1 < len(grid.rows) and bottom - row < LEVELS_BELOW:
        if not _is_level_below(grid, bottom + 1, row, marked, vocabulary, knows_unit, columns):
            break
        bottom += 1
    spread = [_spread(grid, at, top, bottom, vocabulary, columns) for at in range(top, bottom + 1)]
    found: list[Column] = []
    for column in columns:
        cells = [(top + level, texts[column]) for level, texts in enumerate(spread) if texts.get(column)]
        path: list[str] = []
        for _, text in cells:
            if not path or path[-1] != text:
                path.append(text)
        labels = [vocabulary.explain(text) for text in path]
        own = [at for at, _ in cells if grid.text(at, column)]
        merged = [grid.area_at[at, column][0][0] for at, _ in cells if (at, column) in grid.area_at]
        highest, left = (cells[0][0] if cells else bottom), column
        while cells and not grid.text(highest, left) and left > columns.start:
            left -= 1  # where it reaches over the column from the left
        lowest = (own or merged or [bottom])[-1]
        found.append(Column(column, tuple(path), lowest, vocabulary.meaning(labels), _roles(labels), (highest, left)))
    return Header(top, bottom, found)


def _roles(labels: Sequence[Label]) -> frozenset[Kind]:
    """Return what a column may be for besides a field: by its lowest heading that says so."""
    for label in reversed(labels):
        roles = frozenset(kind for kind in (*_ROLES, Kind.PART) if label.only({kind}))
        if roles & frozenset(_ROLES) or label.marks:
            return roles
    return frozenset()


def is_title_line(texts: Sequence[tuple[int, str]]) -> bool:
    """Whether a row belongs to a title block rather than to a header."""
    return any(
        text.endswith(":")
        or reporting_unit_in(text) is not None
        or names_recipient(text)
        or is_place_and_date(text)
        or len(text) > 200
        for _, text in texts
    )


def _is_level_above(grid: Grid, row: int, below: int, marked: int, vocabulary: Vocabulary) -> bool:
    texts = grid.texts(row)
    if not texts or is_title_line(texts) or any(is_number(cell) for cell in grid.rows[row]):
        return False
    areas = [(column, area) for column, _ in texts if (area := grid.area_at.get((row, column)))]
    if any(area[1][0] >= below for _, area in areas):
        return True  # a heading that is merged into the row below
    over = [(column, text) for column, text in texts if column >= marked]
    if not over:
        return False
    across = [column for column, area in areas if area[1][1] > area[0][1] and column >= marked]
    explained = [label for _, text in over if (label := vocabulary.explain(text)).atoms and not label.left]
    return (len(texts) >= 2 and bool(across or explained)) or (len(texts) == 1 and bool(across))


def _is_level_below(
    grid: Grid, row: int, main: int, marked: int, vocabulary: Vocabulary, knows_unit: KnowsUnit, columns: range
) -> bool:
    texts = [(column, text) for column, text in grid.texts(row) if column in columns]
    over = [(column, text) for column, text in texts if column >= marked]
    if not over or is_column_numbers([text for _, text in texts]) or any(is_signature(text) for _, text in texts):
        return False
    if any(is_number(grid.cell(row, column)) for column, _ in over):
        return False
    if any(knows_unit(text) or (level_of(text) and not vocabulary.explain(text).atoms) for _, text in texts):
        return False
    hanging = [column for column, _ in over if not grid.text(main, column)]
    labels = [vocabulary.explain(text) for _, text in over]
    if len(texts) == 1 and not hanging:
        return labels[0].only({Kind.MEASURE}) or bool(labels[0].marks) or not labels[0].atoms
    if len(over) == len(texts) and row == main + 1:
        return True  # words under the fields, and nothing where a unit would be
    return bool(hanging) or any(label.atoms and not label.left for label in labels)


def _spread(grid: Grid, row: int, top: int, bottom: int, vocabulary: Vocabulary, columns: range) -> dict[int, str]:
    """Return the headings of a row by column: each covers its merged area, or the cells right of it over a level below.

    Where the cell of a level hangs below nothing, headings may be centred, and then none reaches to the right.
    """
    found: dict[int, str] = {}
    hanging: list[int] = []
    last: str | None = None
    for column in columns:
        area = grid.area_at.get((row, column))
        text = grid.spread_text(row, column)
        if text:
            found[column] = text
            label = vocabulary.explain(text)
            is_frame = any(label.only({kind}) for kind in _ROLES if kind is not Kind.ITEM)
            last = None if is_frame or (area and area[1][1] > area[0][1]) else text
            continue
        if area is not None or row == bottom:
            continue
        if not any(grid.text(below, column) for below in range(row + 1, bottom + 1)):
            continue
        if any(grid.spread_text(above, column) for above in range(top, row)) and _is_merged_down(
            grid, top, row, column
        ):
            continue
        if last is not None:
            found[column] = last
        elif (row > top and not any(grid.text(above, column) for above in range(top, row))) or row == top:
            hanging.append(column)
    if hanging and any(_is_level(grid, row, column, bottom, vocabulary) for column in hanging):
        return {
            column: text for column, text in found.items() if grid.text(row, column) or (row, column) in grid.area_at
        }
    return found


def _is_merged_down(grid: Grid, top: int, row: int, column: int) -> bool:
    return any((area := grid.area_at.get((above, column))) and area[1][0] >= row for above in range(top, row))


def _is_level(grid: Grid, row: int, column: int, bottom: int, vocabulary: Vocabulary) -> bool:
    """Whether what hangs below a blank cell means something only under a heading: "Tổng số", "Được tập huấn"."""
    texts = [text for below in range(row + 1, bottom + 1) if (text := grid.text(below, column))]
    labels = [vocabulary.explain(text) for text in texts[:1]]
    return any(label.field is None and (label.marks or label.only({Kind.TOTAL})) for label in labels)
