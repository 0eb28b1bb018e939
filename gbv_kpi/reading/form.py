"""Find the parts of a form or cross table: its items, its headings and its columns of figures."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gbv_kpi.reading.form_header import header_rows, role_of_column
from gbv_kpi.reading.grid import Grid, holds_figure, is_column_numbers
from gbv_kpi.reading.header import KnowsUnit, is_number, is_title_line
from gbv_kpi.reading.items import ItemRow
from gbv_kpi.reading.labels import Kind
from gbv_kpi.reading.meanings import Vocabulary
from gbv_kpi.reading.stock_phrases import is_signature
from gbv_kpi.reading.titles import is_year_label, read_line, reporting_unit_in, year_in
from gbv_kpi.reading.units import level_of
from gbv_kpi.sheets.sheet import Cell, text_of

_DATE = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}\b")


@dataclass(frozen=True, slots=True)
class FigureColumn:
    """A column of figures: its headings from the top down, without the unit's name."""

    at: int
    path: tuple[str, ...]
    unit: str | None  # the unit's name as it is written, None where no heading names one
    unit_row: int
    row: int  # of the lowest heading
    is_total: bool = False  # it sums up the columns of units

    @property
    def heading(self) -> str:
        return " → ".join(dict.fromkeys(self.path))


@dataclass(frozen=True, slots=True)
class Form:
    """Items down, figures to the right of them."""

    top: int  # the first row of the headings; the title is above it
    columns: Sequence[FigureColumn]
    rows: Sequence[ItemRow]
    beside: dict[int, list[tuple[str, str]]]  # by row: heading and text of the cells that are no label and no figure
    heading: tuple[str, ...]  # of the items
    across: bool  # a heading names units
    next_row: int | None


def item_columns(grid: Grid, rows: range, vocabulary: Vocabulary) -> list[int]:
    """Return the columns in which several cells speak of different fields, those with the most first."""
    marks: dict[int, set[object]] = {}
    for row in rows:
        for column, text in grid.words(row):
            found = vocabulary.explain(text).marks
            if len(found) == 1:  # a line that speaks of several is a title
                marks.setdefault(column, set()).update(found)
    return sorted((column for column in marks if len(marks[column]) > 1), key=lambda at: (-len(marks[at]), at))


def read_form(
    grid: Grid, rows: range, columns: range, main: int, vocabulary: Vocabulary, knows_unit: KnowsUnit
) -> Form | None:
    """Return the form whose items are in the column `main`; None where it has no column of figures."""
    marked = [row for row in rows if grid.text(row, main) and vocabulary.explain(grid.text(row, main)).marks]
    marked = _below_title(grid, rows, main, marked, vocabulary)
    if not marked:
        return None
    rows, next_row = _until_next(grid, rows, main, marked, vocabulary)
    marked = [row for row in marked if row in rows]
    header = sorted(header_rows(grid, rows, main, columns, marked[0], vocabulary, knows_unit))
    body = range(header[-1] + 1 if header else _first_item(grid, rows, main, columns, marked[0]), rows.stop)
    roles = {column: role_of_column(grid, column, header, body, vocabulary, knows_unit) for column in columns}
    figures = [
        column
        for column in columns
        if column > main and roles[column] is None and _is_figure_column(grid, column, header, marked, vocabulary)
    ]
    if not figures:
        return None
    labels = [
        column
        for column in columns
        if column < figures[0] and roles[column] is None and column not in figures and _has_words(grid, column, body)
    ]
    numbers = next((column for column in columns if column < main and roles[column] is Kind.NUMBERING), None)
    items = list(_item_rows(grid, body, labels, numbers, figures, vocabulary))
    beside: dict[int, list[tuple[str, str]]] = {}
    for column in columns:
        if column in (main, *figures, *labels) or roles[column] is Kind.NUMBERING:
            continue
        headings = [text for row in header if (text := grid.spread_text(row, column))]
        heading = headings[-1] if headings else "ĐVT" if roles[column] is Kind.MEASURE else ""
        for row in body:
            if text := grid.spread_text(row, column):
                beside.setdefault(row, []).append((heading, text))
    units = _unit_row(grid, header, figures, vocabulary, knows_unit)
    found = [_figure_column(grid, column, header, units, figures, vocabulary) for column in figures]
    top = min([*header, *(item.row for item in items[:1]), marked[0]])
    main_heading = tuple(text for row in header if (text := grid.text(row, main)))
    return Form(top, found, items, beside, main_heading, units is not None, next_row)


def _below_title(grid: Grid, rows: range, main: int, marked: Sequence[int], vocabulary: Vocabulary) -> list[int]:
    """Leave out the rows of the title that speak of a field: those above the header, or with the year."""
    first = next((row for row in marked if any(is_number(cell) for cell in grid.rows[row][main + 1 :])), None)
    if first is None:
        first = next((row for row in marked if len(grid.texts(row)) > 1), marked[0] if marked else rows.start)
    heads = [row for row in range(rows.start, first) if vocabulary.explain(grid.text(row, main)).only({Kind.ITEM})]
    if heads:
        return [row for row in marked if row > heads[-1]]
    lines = {row: read_line(grid.text(row, main)) for row in marked if row < first and len(grid.texts(row)) == 1}
    return [row for row in marked if row not in lines or not (lines[row].years or lines[row].is_result)]


def _until_next(
    grid: Grid, rows: range, main: int, marked: Sequence[int], vocabulary: Vocabulary
) -> tuple[range, int | None]:
    """Return the rows of the form, and the row where the title of another one below it begins."""
    last = marked[0]
    signed: int | None = None
    for row in range(marked[0] + 1, rows.stop):
        texts = grid.texts(row)
        if any(is_signature(text) for _, text in texts) and not any(
            vocabulary.explain(text).marks for _, text in texts
        ):
            signed = row if signed is None else signed
        elif row in marked:
            if signed is not None:
                return range(rows.start, last + 1), signed + 1
            last = row
        elif any(reporting_unit_in(text) is not None for _, text in texts):
            start = row
            while start - 1 > (signed or last) and len(grid.texts(start - 1)) == 1:
                start -= 1
            return range(rows.start, last + 1), start
        elif (
            vocabulary.explain(grid.text(row, main)).only({Kind.ITEM})
            and any(at > row for at in marked)
            and any(grid.texts(between) for between in range((signed or last) + 1, row))
        ):
            return range(rows.start, last + 1), (signed or last) + 1
    return range(rows.start, (signed if signed is not None else rows.stop)), None


def _first_item(grid: Grid, rows: range, main: int, columns: range, first: int) -> int:
    """Return the first of the rows above the first field that have a label and a figure, where there is no header."""
    row = first
    while row > rows.start and _is_item(grid, row - 1, main, columns):
        row -= 1
    return row


def _is_item(grid: Grid, row: int, main: int, columns: range) -> bool:
    text = grid.text(row, main)
    if not text or is_title_line([(main, text)]) or is_year_label(text):
        return False
    return any(column > main and is_number(grid.cell(row, column)) for column in columns)


def _is_figure_column(
    grid: Grid, column: int, header: Sequence[int], marked: Sequence[int], vocabulary: Vocabulary
) -> bool:
    cells = [grid.cell(row, column) for row in marked]
    if _says_when(cells, vocabulary):
        return False
    if any(cell != "" and holds_figure(cell) for cell in cells):
        return True
    if any(isinstance(cell, str) and vocabulary.explain(cell.strip()).marks for cell in cells):
        return False  # the same labels in a second language
    headings = [text for row in header if (text := grid.spread_text(row, column))]
    labels = [vocabulary.explain(text) for text in headings]
    return (
        bool(labels)
        and not any(label.only({Kind.ITEM}) for label in labels)
        and not any(isinstance(cell, str) and cell.strip() for cell in cells)
    )


def _says_when(cells: Sequence[Cell], vocabulary: Vocabulary) -> bool:
    """Whether all cells of a column are years, dates or periods."""
    texts = [text_of(cell) for cell in cells if cell != ""]
    return bool(texts) and all(
        year_in(text) or _DATE.match(text) or vocabulary.explain(text).only({Kind.PART_OF_YEAR}) for text in texts
    )


def _has_words(grid: Grid, column: int, body: range) -> bool:
    return any(any(map(str.isalpha, grid.text(row, column))) for row in body)


def _item_rows(
    grid: Grid, body: range, labels: Sequence[int], numbers: int | None, figures: Sequence[int], vocabulary: Vocabulary
) -> Iterator[ItemRow]:
    """Yield the rows with labels; an outer label reaches down to the next one where inner ones follow."""
    outer: dict[int, str] = {}
    for row in body:
        if is_column_numbers([text for _, text in grid.texts(row)]):
            continue
        own = [(column, text) for column in labels if (text := grid.text(row, column))]
        own = [(column, text) for column, text in own if any(map(str.isalpha, text)) or len(own) == 1]
        if not own:
            continue
        if any(vocabulary.explain(text).only({Kind.ITEM}) for _, text in own) and not any(
            vocabulary.explain(text).marks for _, text in own
        ):
            continue  # the header once more, on the next page
        texts: list[str] = []
        for column in labels:
            text = grid.spread_text(row, column)
            if text:
                outer[column] = text
                for inner in [at for at in outer if at > column and not grid.spread_text(row, at)]:
                    del outer[inner]
            elif column < own[0][0] and column in outer:
                text = outer[column]
            if text and (not texts or texts[-1] != text):
                texts.append(text)
        column = own[-1][0]
        raw = grid.cell(row, column)
        indent = len(raw) - len(raw.lstrip()) if isinstance(raw, str) else 0
        number = grid.text(row, numbers) if numbers is not None else ""
        has_figure = any((cell := grid.cell(row, at)) != "" and holds_figure(cell) for at in figures)
        yield ItemRow(row, column, tuple(texts), number, indent, has_figure)


def _unit_row(
    grid: Grid, header: Sequence[int], figures: Sequence[int], vocabulary: Vocabulary, knows_unit: KnowsUnit
) -> int | None:
    """Return the row of headings that names the most units."""
    counts = {
        row: sum(
            1
            for column in figures
            if (text := grid.spread_text(row, column)) and is_unit_name(text, vocabulary, knows_unit)
        )
        for row in header
    }
    best = max(counts, key=lambda row: counts[row], default=None)
    return best if best is not None and counts[best] else None


def is_unit_name(text: str, vocabulary: Vocabulary, knows_unit: KnowsUnit) -> bool:
    """Whether a heading names a unit, or what has the level of one: "Xã Gia Trung"."""
    if knows_unit(text):
        return True
    label = vocabulary.explain(text)
    return level_of(text) is not None and bool(label.left) and not label.years


def _figure_column(
    grid: Grid, column: int, header: Sequence[int], units: int | None, figures: Sequence[int], vocabulary: Vocabulary
) -> FigureColumn:
    path: list[str] = []
    unit: str | None = None
    lowest, is_total = header[-1] if header else -1, False
    for row in header:
        text = _heading(grid, row, column, header, figures)
        if not text:
            continue
        if row == units:
            label = vocabulary.explain(text)
            if label.only({Kind.SUM, Kind.TOTAL}):
                is_total = True
            elif label.only({Kind.ACTUAL, Kind.TOTAL, Kind.PART, Kind.RATE, Kind.TARGET, Kind.ITEM}) or label.years:
                path.append(text)
            else:
                unit = text
            continue
        if not path or path[-1] != text:
            path.append(text)
        lowest = row
    if units is not None and unit is None and not is_total and not path:
        unit = ""
    return FigureColumn(column, tuple(path), unit, units if units is not None else -1, lowest, is_total)


def _heading(grid: Grid, row: int, column: int, header: Sequence[int], figures: Sequence[int]) -> str:
    """Return the heading of a column in a row: its own, that of its area, or one left of it over a level below."""
    text = grid.spread_text(row, column)
    if text or (row, column) in grid.area_at or row == header[-1]:
        return text
    below = [at for at in header if at > row]
    hangs = not grid.text(row, figures[0]) and (row, figures[0]) not in grid.area_at
    if not any(grid.text(at, column) for at in below) or (hangs and any(grid.text(at, figures[0]) for at in below)):
        return ""  # nothing is below it; or the headings may be centred
    for left in range(column - 1, figures[0] - 1, -1):
        if found := grid.text(row, left):
            area = grid.area_at.get((row, left))
            return "" if area and area[1][1] > area[0][1] else found
    return ""
