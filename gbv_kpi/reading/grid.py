"""Access the cells of a sheet as a grid: texts, figures, merged areas, and the path of headings over each column."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from gbv_kpi.problems import Place
from gbv_kpi.reading.labels import Kind, Label, Meaning
from gbv_kpi.reading.normalize import seen
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.titles import is_signature, is_title_line, spell_out, year_in
from gbv_kpi.reading.units import level_of
from gbv_kpi.sheets.sheet import Area, Cell, Sheet, cell_address, text_of

WIDEST = 16_384  # columns, as many as a workbook has; a text with more is not a table
_SIGNS = "-–—−….+"
_NUMBER = re.compile(r"[-+]?[\d.,  ]*\d[\d.,  ]*")
LEVELS_ABOVE, LEVELS_BELOW = 3, 3
_FRAME = (Kind.YEAR, Kind.CODE, Kind.UNIT, Kind.NUMBERING, Kind.NOTE, Kind.MEASURE)
_ROLES = (*_FRAME, Kind.ITEM)


def holds_figure(cell: Cell) -> bool:
    """Return whether a cell is written as a figure, valid or not, rather than as words."""
    if isinstance(cell, str):
        text = seen(cell[:80]).strip()
        return text[:1].isdigit() or (text != "" and text[0] in _SIGNS and not text.strip(_SIGNS + " 0123456789,"))
    return True


def is_number(cell: Cell) -> bool:
    """Return whether a cell is a number other than a year."""
    if isinstance(cell, str):
        return bool(_NUMBER.fullmatch(cell.strip())) and year_in(cell) is None
    return not isinstance(cell, bool) and isinstance(cell, int | float) and not 1900 <= cell <= 2200


def is_column_numbers(texts: Sequence[str]) -> bool:
    """Return whether the cells of a row only number its columns: "A, B, 1, 2" or "(1), (2), (3)=(1)+(2)"."""
    signs = [text.split("=")[0].strip("()[] ") for text in texts]
    letters = list(takewhile(lambda sign: len(sign) == 1 and sign.isalpha(), signs))
    numbers = signs[len(letters) :]
    if not numbers or len(signs) < 2 or not all(number.isdecimal() and len(number) < 4 for number in numbers):
        return False
    return (
        "".join(letters).upper() in "ABCDEFGH"
        and all(int(after) == int(before) + 1 for before, after in pairwise(numbers))
        and (bool(letters) or len(numbers) > 1)
    )


@dataclass(frozen=True)
class Spot:
    """The file and sheet in which problems are reported."""

    file: str
    sheet: str | None

    def at(self, row: int, column: int | None = None) -> Place:
        """Return the place of a cell, of a row without a `column`, or of the sheet where `row` is -1."""
        if row < 0:
            return Place(self.file, self.sheet)
        cell = None if column is None or column < 0 else cell_address(row, column)
        return Place(self.file, self.sheet, cell, row + 1)


@dataclass(frozen=True)
class Grid:
    """The loaded rows of a sheet, its merged areas by cell, and the reader to explain them."""

    sheet: Sheet
    spot: Spot
    rows: Sequence[Sequence[Cell]]
    area_at: dict[tuple[int, int], Area]
    reader: Reader

    @classmethod
    def of(cls, sheet: Sheet, file: str, reader: Reader, looked_at: int) -> "Grid":
        """Return the grid; merged areas are known in the first `looked_at` rows."""
        area_at = {
            (row, column): area
            for area in sheet.merged
            for row in range(area[0][0], min(area[1][0], looked_at) + 1)
            for column in range(area[0][1], min(area[1][1], area[0][1] + 1000) + 1)
        }
        rows = sheet.rows
        if any(len(row) > WIDEST for row in rows):
            rows = [row[:WIDEST] for row in rows]
        return cls(sheet, Spot(file, sheet.name), rows, area_at, reader)

    def cell(self, row: int, column: int) -> Cell:
        cells = self.rows[row] if 0 <= row < len(self.rows) else ()
        return cells[column] if 0 <= column < len(cells) else ""

    def text(self, row: int, column: int) -> str:
        """Return the text of the cell itself."""
        text = text_of(self.cell(row, column))
        return text if text.isascii() else seen(text).strip()

    def spread_text(self, row: int, column: int) -> str:
        """Return the text of the cell, or of the merged area that it belongs to."""
        text = self.text(row, column)
        if not text and (area := self.area_at.get((row, column))):
            return self.text(*area[0])
        return text

    def explain(self, text: str) -> Label:
        return self.reader.vocabulary.explain(text)

    def label(self, row: int, column: int) -> Label:
        return self.explain(self.text(row, column))

    def headings(self, rows: Iterable[int], column: int) -> list[str]:
        """Return the texts of a column in some rows, through merged areas."""
        return [text for row in rows if (text := self.spread_text(row, column))]

    def words(self, row: int) -> list[tuple[int, str]]:
        """Return column and text of the cells of a row that hold words."""
        cells = self.rows[row] if row < len(self.rows) else ()
        return [(column, text) for column, cell in enumerate(cells) if isinstance(cell, str) and (text := cell.strip())]

    def texts(self, row: int) -> list[tuple[int, str]]:
        """Return column and text of the filled cells of a row."""
        cells = self.rows[row] if row < len(self.rows) else ()
        return [(column, text) for column, cell in enumerate(cells) if cell != "" and (text := text_of(cell))]

    def marks(self, row: int) -> dict[int, set[object]]:
        """Return the fields, or levels of fields, that the cells of a row name, by column."""
        words = self.words(row)
        found = {text: self.explain(text).marks for text in {text for _, text in words}}  # 16,384 cells may be equal
        return {column: found[text] for column, text in words if found[text]}

    def knows_unit(self, text: str) -> bool:
        return self.reader.units.knows(text)


def is_filled(cell: Cell) -> bool:
    return cell != "" and (not isinstance(cell, str) or bool(cell.strip()))


def is_wide(area: Area | None) -> bool:
    """Return whether a merged area covers several columns."""
    return area is not None and area[1][1] > area[0][1]


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Header:
    """Rows of headings and the columns under them."""

    top: int
    bottom: int
    columns: Sequence[Column]


def heads_table(grid: Grid, row: int) -> bool:
    """Return whether a row names several fields in different columns, or one with lower headings in the next row."""
    marks = grid.marks(row)
    if not marks or any(map(is_number, grid.rows[row])):
        return False
    if len(marks) >= 2:
        return len(set().union(*marks.values())) >= 2
    if row + 1 >= len(grid.rows) or any(map(is_number, grid.rows[row + 1])):
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
    found: list[Column] = []
    for column, cells in headings_over(grid, range(top, bottom + 1), columns).items():
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


def headings_over(grid: Grid, rows: Sequence[int], columns: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    """Return row and text of the headings over each column, the outermost first."""
    found = {row: _spread_headings(grid, row, rows, columns) for row in rows}
    spread = {row: dict(zip(texts, spell_out(list(texts.values())), strict=True)) for row, texts in found.items()}
    return {column: [(row, text) for row in rows if (text := spread[row].get(column))] for column in columns}


def without_repeats(path: Sequence[str]) -> tuple[str, ...]:
    """Return a path without the headings that only repeat the one above them."""
    return tuple(text for place, text in enumerate(path) if not place or path[place - 1] != text)


def _roles(labels: Sequence[Label]) -> frozenset[Kind]:
    """Return the roles of a column besides a field, from its lowest heading that gives one."""
    measures = [label for label in labels if label.only({Kind.MEASURE}) and not label.only({Kind.UNIT})]
    for label in (*(label for label in reversed(labels) if label not in measures), *measures):
        roles = frozenset(kind for kind in (*_ROLES, Kind.PART) if label.only({kind}))
        if roles & frozenset(_ROLES) or label.marks:
            return roles
    return frozenset()


def _is_level_above(grid: Grid, row: int, below: int, first_field: int) -> bool:
    texts = grid.texts(row)
    if not texts or is_title_line([text for _, text in texts]) or any(map(is_number, grid.rows[row])):
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
    areas = (grid.area_at.get((row, column)) for column in columns)
    is_beside = any(area[0][0] <= main for area in areas if area)  # next to a heading that is merged down to here
    is_hanging = is_beside or any(not grid.text(main, column) for column, _ in inner)
    labels = [grid.explain(text) for _, text in inner]
    if len(texts) == 1 and not is_hanging:
        return labels[0].only({Kind.MEASURE, Kind.ACTUAL, Kind.TOPIC}) or bool(labels[0].marks) or not labels[0].atoms
    if len(inner) == len(texts) and row == main + 1:
        return True  # words under the fields, and no unit before them
    return is_hanging or any(label.atoms and not label.unknown_words for label in labels)


def _spread_headings(grid: Grid, row: int, rows: Sequence[int], columns: Sequence[int]) -> dict[int, str]:
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
            is_over_units = any(grid.knows_unit(grid.text(level, column)) for level in below)
            is_frame = grid.explain(text).is_one_of(_FRAME) and not is_over_units
            last = None if is_wide(area) or is_frame else text
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
