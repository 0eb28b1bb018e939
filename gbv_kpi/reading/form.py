"""Find the parts of a form or cross table: its items, its headings and its columns of figures."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gbv_kpi.reading import titles
from gbv_kpi.reading.grid import Grid, headings_over, holds_figure, is_column_numbers, is_number, without_repeats
from gbv_kpi.reading.items import Item, level_of_number
from gbv_kpi.reading.labels import Kind
from gbv_kpi.reading.normalize import tidy, without_diacritics, words
from gbv_kpi.reading.numbers import read_figure
from gbv_kpi.reading.remarks import heads_units
from gbv_kpi.reading.row_names import RowKind, kind_by_name
from gbv_kpi.reading.units import level_of
from gbv_kpi.sheets.sheet import text_of

HEADER_ROWS = 4
_FRAME = (Kind.ITEM, Kind.NUMBERING, Kind.MEASURE, Kind.UNIT)
_DATE = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}\b")
_GUIDANCE = re.compile(  # with no word that could limit the figures: "(Ghi số liệu của cả năm vào cột bên phải)"
    r"\W*(?:huong dan\W*)?(?:ghi|dien) (?:tong so|so lieu|so)(?: thuc te| (?:cua |trong )?(?:ca nam|nam bao cao))*"
    r"(?: vao (?:cot|o)(?: so lieu| ben phai| ben canh)*)?(?:\W*khong ghi chu)?\W*"
)
_NO_UNIT = (Kind.ACTUAL, Kind.TOTAL, Kind.ITEM)


@dataclass(frozen=True)
class FigureColumn:
    """A column of figures: its headings from the top down, without the unit's name."""

    at: int
    path: tuple[str, ...]
    unit: str | None  # the unit's name as it is written, None where no heading names one
    row: int  # of the lowest heading
    is_total: bool = False  # it sums up the columns of units

    @property
    def heading(self) -> str:
        return " → ".join(dict.fromkeys(self.path))


@dataclass(frozen=True)
class Form:
    """A form: items down, figures to the right of them."""

    top: int  # the first row of the headings; the title is above it
    columns: Sequence[FigureColumn]
    rows: Sequence[Item]
    remarks: dict[int, list[tuple[str, str]]]  # by row: heading and text of cells that are neither label nor figure
    heading: Sequence[tuple[int, int, str]]  # of the items: row, column and text
    unit_row: int | None  # the row of headings that names units
    next_row: int | None


def item_columns(grid: Grid, rows: range) -> list[int]:
    """Return the columns in which several cells name different fields, those with the most first."""
    marks: dict[int, set[object]] = {}
    for row in rows:
        for column, found in grid.marks(row).items():
            if len(found) == 1:  # a line that names several is a title
                marks.setdefault(column, set()).update(found)
    return sorted((column for column in marks if len(marks[column]) > 1), key=lambda key: (-len(marks[key]), key))


def read_form(grid: Grid, rows: range, columns: range, main: int) -> Form | None:
    """Return the form whose items are in the column `main`; None if no column has figures."""
    marked = _marked_rows(grid, rows, main)
    if not marked:
        return None
    rows, next_row = _limit_rows(grid, rows, main, marked)
    marked = [row for row in marked if row in rows]
    header = sorted(_header_rows(grid, rows, main, columns, marked[0]))
    first = marked[0]
    while not header and first > rows.start and _is_item(grid, first - 1, main, columns):
        first -= 1  # items above the first field that have a label and a figure
    body = range(header[-1] + 1 if header else first, rows.stop)
    roles = {column: None if column == main else _role(grid, column, header, body) for column in columns}  # “Đơn vị”
    plain = [column for column in columns if roles[column] is None]
    figures = [column for column in plain if column > main and _is_figure_column(grid, column, header, marked)]
    if not figures:
        return None
    labels = [
        column
        for column in plain
        if column < figures[0] and any(any(map(str.isalpha, grid.text(row, column))) for row in body)
    ]
    numbers = next((column for column in columns if column < main and roles[column] is Kind.NUMBERING), None)
    items = list(_item_rows(grid, body, labels, numbers, figures))
    spelt = titles.spell_out([item.heading for item in items])
    items = [replace(item, texts=(*item.texts[:-1], text)) for item, text in zip(items, spelt, strict=True)]
    remarks: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for column in columns:
        if column in (main, *figures, *labels) or roles[column] is Kind.NUMBERING:
            continue
        heading = ["ĐVT" if roles[column] is Kind.MEASURE else "", *grid.headings(header, column)][-1]
        for row in body:
            if text := grid.spread_text(row, column):
                remarks[row].append((heading, text))
    top = min([*header, *(item.row for item in items[:1]), marked[0]])
    main_heading = [(row, main, text) for row in header if (text := grid.text(row, main))]
    units = _unit_row(grid, header, figures)
    found = list(_figure_columns(grid, header, units, figures))
    sums = _sums_of_units(grid, found, marked) if units is not None else set()
    found = [replace(column, unit=None, is_total=True) if column.at in sums else column for column in found]
    return Form(top, found, items, remarks, main_heading, units, next_row)


def _marked_rows(grid: Grid, rows: range, main: int) -> list[int]:
    """Return the rows with items of fields, without title lines that mention a field.

    Title lines are above the header, or name the year.
    """
    marked = [row for row in rows if grid.label(row, main).marks]
    first = next((row for row in marked if any(map(is_number, grid.rows[row][main + 1 :]))), None)
    if first is None:
        first = next((row for row in marked if len(grid.texts(row)) > 1), marked[0] if marked else rows.start)
    heads = [row for row in range(rows.start, first) if grid.label(row, main).only({Kind.ITEM})]
    if heads:
        return [row for row in marked if row > heads[-1]]
    lines = {row: titles.read_line(grid.text(row, main)) for row in marked if row < first and len(grid.texts(row)) == 1}
    return [row for row in marked if row not in lines or not (lines[row].years or lines[row].is_result)]


def _limit_rows(grid: Grid, rows: range, main: int, marked: Sequence[int]) -> tuple[range, int | None]:
    """Return the rows of the form, and the first row of the title of the next form below."""
    last = marked[0]
    signed: int | None = None
    for row in range(marked[0] + 1, rows.stop):
        texts = [text for _, text in grid.texts(row)]
        if any(map(titles.is_signature, texts)) and not any(grid.explain(text).marks for text in texts):
            signed = row if signed is None else signed
        elif row in marked:
            if signed is not None:
                return range(rows.start, last + 1), signed + 1
            last = row
        elif any(titles.reporting_unit_in(text) is not None for text in texts):
            start = row
            while start - 1 > (signed or last) and len(grid.texts(start - 1)) == 1:
                start -= 1
            return range(rows.start, last + 1), start
        elif grid.label(row, main).only({Kind.ITEM}) and marked[-1] > row:
            start = (signed or last) + 1
            if any(map(grid.texts, range(start, row))):
                return range(rows.start, last + 1), start
    return range(rows.start, rows.stop if signed is None else signed), None


def _header_rows(grid: Grid, rows: range, main: int, columns: range, first: int) -> Iterator[int]:
    """Yield the rows of column headings above the first item, the nearest first."""
    found = 0
    for row in range(first - 1, rows.start - 1, -1):
        texts = [(column, text) for column, text in grid.texts(row) if column in columns]
        right = [text for column, text in texts if column > main]
        is_dated = any(titles.is_year_label(text) and right for column, text in texts if column <= main)
        if is_dated or titles.is_title_line([text for _, text in texts]):
            return
        is_framed = bool(texts) and all(grid.explain(text).is_one_of(_FRAME) for _, text in texts)
        is_measure = len(texts) == 1 and grid.reader.vocabulary.counts_others(texts[0][1])
        if found and (is_measure or not (right or is_framed)):
            return
        if is_framed or (right and not _is_between(grid, row, main, texts, right)):
            yield row
            found += 1
        if found == HEADER_ROWS:
            return


def _is_between(grid: Grid, row: int, main: int, texts: Sequence[tuple[int, str]], right: Sequence[str]) -> bool:
    """Return whether a row above the first field numbers the columns, or is an unknown item."""
    if is_column_numbers([text for _, text in texts]) and not all(map(grid.knows_unit, right)):
        return True
    is_heading = not grid.text(row, main) or grid.label(row, main).only(_FRAME)
    if is_heading or any(grid.knows_unit(text) or titles.year_in(text) for text in right):
        return False
    return any(is_number(grid.cell(row, column)) for column, _ in texts if column > main)


def _role(grid: Grid, column: int, header: Sequence[int], body: range) -> Kind | None:
    """Return the role of a column besides labels and figures: numbering, measures or notes."""
    headings = grid.headings(header, column)
    filled = [(row, text) for row in body if (text := grid.text(row, column))]
    cells = [text for _, text in filled]
    if headings:
        label = grid.explain(headings[-1])
        kinds = (Kind.NUMBERING, Kind.NOTE, Kind.MEASURE, Kind.CODE)
        kind = next((kind for kind in kinds if label.only({kind}) and not label.only({Kind.ACTUAL})), None)
        if kind is Kind.MEASURE and (any(map(grid.knows_unit, headings)) or (cells and all(map(holds_figure, cells)))):
            return None  # "Số người" over figures
        return Kind.NUMBERING if kind is Kind.CODE else kind
    if cells and all(grid.explain(text).only({Kind.MEASURE}) for text in cells):
        return Kind.MEASURE
    if not cells or any(level_of_number(text) is None for text in cells):
        return None
    numbered = [grid.text(row, column + 1) for row, _ in filled]
    words = [text for text in numbered if text and not holds_figure(text)]
    return Kind.NUMBERING if all(numbered) and len(words) > len(cells) / 2 else None


def _is_item(grid: Grid, row: int, main: int, columns: range) -> bool:
    text = grid.text(row, main)
    if not text or titles.is_title_line([text]) or titles.is_year_label(text):
        return False
    return any(column > main and is_number(grid.cell(row, column)) for column in columns)


def _is_figure_column(grid: Grid, column: int, header: Sequence[int], marked: Sequence[int]) -> bool:
    cells = [cell for row in marked if (cell := grid.cell(row, column)) != ""]
    texts = list(map(text_of, cells))
    are_times = (
        titles.year_in(text) or _DATE.match(text) or grid.explain(text).only({Kind.PART_OF_YEAR}) for text in texts
    )
    if cells and all(are_times):
        return False
    if any(map(holds_figure, cells)):
        return True
    labels = [grid.explain(text) for text in grid.headings(header, column)]
    is_blank = not any(isinstance(cell, str) and cell.strip() for cell in cells)
    return is_blank and bool(labels) and not any(label.only({Kind.ITEM}) for label in labels)


def _item_rows(
    grid: Grid, body: range, labels: Sequence[int], numbers: int | None, figures: Sequence[int]
) -> Iterator[Item]:
    """Yield the rows with labels; an outer label holds down to the next one."""
    outer: dict[int, str] = {}
    item: Item | None = None
    for row in body:
        if is_column_numbers([text for _, text in grid.texts(row)]):
            continue
        number = grid.text(row, numbers) if numbers is not None else ""
        is_section = number and level_of_number(number) is None and not any(grid.text(row, at) for at in labels)
        at = [numbers] if is_section and numbers is not None else labels  # words in the column of numbers
        filled = [(column, text) for column in at if (text := grid.text(row, column))]
        filled = [(column, text) for column, text in filled if any(map(str.isalpha, text)) or len(filled) == 1]
        known = [grid.explain(text) for _, text in filled]
        repeats_header = any(label.only({Kind.ITEM}) for label in known) and not any(label.marks for label in known)
        plain = [without_diacritics(tidy(text)) for _, text in grid.texts(row)]
        is_guidance = len(plain) == 1 and _GUIDANCE.fullmatch(plain[0])
        if not filled and item and item.row == row - 1 and any(is_number(grid.cell(row, at)) for at in figures):
            item = replace(item, row=row, has_figure=True)  # a second row of the item
            yield item
        if not filled or repeats_header or is_guidance or titles.is_page(filled[-1][1]):
            continue
        texts: list[str] = []
        for column in at:
            if text := grid.spread_text(row, column):
                outer[column] = text
                for inner in [key for key in outer if key > column and not grid.spread_text(row, key)]:
                    del outer[inner]
            elif column < filled[0][0]:
                text = outer.get(column, "")
            texts += [text] if text else []
        column = filled[-1][0]
        raw = grid.cell(row, column)
        indent = len(raw) - len(raw.lstrip()) if isinstance(raw, str) else 0
        has_figure = any(holds_figure(grid.cell(row, figure)) for figure in figures)
        item = Item(row, column, without_repeats(texts), number, indent, has_figure)
        yield item


def _unit_row(grid: Grid, header: Sequence[int], figures: Sequence[int]) -> int | None:
    """Return the row of headings with the most names of units, known ones or such as "Xã Gia Trung"."""
    counts = {row: sum(_is_unit_name(grid, grid.spread_text(row, column)) for column in figures) for row in header}
    best = max(counts, key=lambda row: counts[row], default=None)
    return best if best is not None and counts[best] else None


def _is_unit_name(grid: Grid, text: str) -> bool:
    if not text or grid.knows_unit(text):
        return bool(text)
    label = grid.explain(text)
    return level_of(text) is not None and bool(label.unknown_words) and not label.years


def _sums_of_units(grid: Grid, columns: Sequence[FigureColumn], rows: Sequence[int]) -> set[int]:
    """Return the columns of no unit with the sums of the others in every row: "Ninh Bình" may head the province's."""
    read = {column: [read_figure(grid.cell(row, column.at)).value or 0 for row in rows] for column in columns}
    counts = {column: figures for column, figures in read.items() if not column.is_total}
    twice = [sum(figures) for figures in zip(*counts.values(), strict=True)]  # each column, and their sum
    sums = [column for column, figures in counts.items() if [2 * figure for figure in figures] == twice]
    units = {column.unit for column in sums if column.unit and grid.knows_unit(column.unit)}
    units = {name for name in units if words(name) not in grid.reader.vocabulary.bare_places}
    return {column.at for column in sums if column.unit not in units} if len(counts) > 2 and any(twice) else set()


def _figure_columns(
    grid: Grid, header: Sequence[int], units: int | None, figures: Sequence[int]
) -> Iterator[FigureColumn]:
    for column, headings in headings_over(grid, header, range(figures[0], figures[-1] + 1)).items():
        if column not in figures:
            continue
        name = next((text for row, text in headings if row == units), "")
        text = name or (headings[-1][1] if headings and units is not None else "")
        label, kind = grid.explain(text), kind_by_name(text, grid.reader.vocabulary, is_unit=True)
        is_total = kind is RowKind.TOTAL
        is_unit = bool(name) and kind is RowKind.RETURN and not (label.only(_NO_UNIT) or label.years)
        path = [text for row, text in headings if row != units or not (is_total or is_unit)]
        if is_unit and units is not None:  # its code may be over it, and "Chia theo huyện"
            name = " ".join(without_repeats([name, *filter(grid.knows_unit, path)]))
            heads = [text for row, text in headings if heads_units(text, grid.reader, is_over=row < units)]
            path = [text for text in path if text not in heads]
        unit = name if is_unit else "" if units is not None and not (is_total or path) else None
        lowest = max((row for row, _ in headings if row != units), default=header[-1] if header else -1)
        yield FigureColumn(column, without_repeats(path), unit, lowest, is_total)
