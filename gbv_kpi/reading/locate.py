"""Find the tables, forms and cross tables of a sheet, and read each."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import chain, pairwise
from string import digits
from typing import NamedTuple

import numpy as np

from gbv_kpi.reading import privacy
from gbv_kpi.reading.columns import counts_up
from gbv_kpi.reading.form import item_columns, read_form
from gbv_kpi.reading.grid import Grid, Header, heads_table, holds_figure, is_filled, read_header
from gbv_kpi.reading.items import level_of_number
from gbv_kpi.reading.items_down import read_items
from gbv_kpi.reading.labels import Kind
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.tables import SheetTables, Table
from gbv_kpi.reading.title_block import read_title
from gbv_kpi.reading.units_down import read_table
from gbv_kpi.sheets.sheet import Sheet

LOOKED_AT_ROWS = 1000  # searched for a header or a form, from the first filled row
MOST_PERSONAL = 100  # rows with personal headings that are reported
MOST_COLUMNS = 2000  # searched for headings


class _Part(NamedTuple):
    """The tables of one header or form, their personal headings, and the row where another one begins."""

    tables: Sequence[Table]
    personal: privacy.PersonalHeadings
    next_row: int | None


def read_tables(sheet: Sheet, file: str, reader: Reader) -> SheetTables:
    """Return the tables of a sheet, each with its returns and what is wrong with them."""
    grid = Grid.of(sheet, file, reader, LOOKED_AT_ROWS)
    tables: list[Table] = []
    personal = _persons_in_tail(sheet, reader)
    if _personal_texts({cell for cell in chain.from_iterable(grid.rows) if isinstance(cell, str)}, reader):
        personal |= privacy.headings_of_persons(grid.rows, lambda text: _is_heading(text, reader))
    start: int | None = 0
    while start is not None:
        if start >= len(grid.rows) and sheet.tail is not None:
            tail = sheet.tail.astype(object).to_numpy().tolist()  # a second table begins there
            grid = Grid.of(replace(sheet, rows=[*sheet.rows, *tail], tail=None), file, reader, LOOKED_AT_ROWS)
        parts, following = _next_parts(grid, start)
        for part in parts:
            tables += part.tables
            personal |= part.personal
        start = min((part.next_row for part in parts if part.next_row is not None), default=following)
    return SheetTables(tables, list(privacy.personal_data(personal, file, sheet.name)))


def _personal_texts(texts: Collection[str], reader: Reader) -> set[str]:
    """Return the texts about persons; texts that differ only in a final number ("Xã 00001") are tested once."""
    stems = {stem for stem in {text.rstrip(digits) for text in texts} if privacy.personal_entry(stem)}
    found = (text for text in texts if text.rstrip(digits) in stems) if stems else ()
    return {text for text in found if privacy.personal_entry(text) and not reader.units.knows(text)}


def _persons_in_tail(sheet: Sheet, reader: Reader) -> dict[tuple[int, int], str]:
    """Return the personal headings in the rows after the head of a long CSV; each different text is tested once."""
    if sheet.tail is None:
        return {}
    rows: set[int] = set()
    for column in (column for _, column in sheet.tail.select_dtypes("category").items()):
        personal = _personal_texts(column.cat.categories.tolist(), reader)
        rows.update(np.flatnonzero(column.isin(personal)).tolist()[:MOST_PERSONAL] if personal else ())
    found: dict[tuple[int, int], str] = {}
    for row in sorted(rows)[:MOST_PERSONAL]:
        below = sheet.tail.iloc[row : row + privacy.LOOKED_BELOW + 1].astype(object).to_numpy().tolist()
        headings = privacy.headings_of_persons(below, lambda text: _is_heading(text, reader), len(sheet.rows) + row)
        found |= {place: label for place, label in headings.items() if place[0] == len(sheet.rows) + row}
    return found


def may_hold_returns(sheet: Sheet, reader: Reader) -> bool:
    """Return whether a sheet that was not read has several figures, and names a field or a unit."""
    cells = [cell for row in sheet.rows[:200] for cell in row if cell != ""]
    texts = {cell for cell in cells if isinstance(cell, str)}
    figures = sum(isinstance(cell, int | float) for cell in cells)
    return figures >= 3 and any(reader.vocabulary.explain(text).field or reader.units.knows(text) for text in texts)


def _is_heading(text: str, reader: Reader) -> bool:
    """Return whether a text heads a column or a row: a field, a number, code, unit, year or note, but not a total."""
    label = reader.vocabulary.explain(text)
    if label.unknown_words or not label.atoms:
        return False
    return bool(label.marks) or not label.only({Kind.TOTAL, Kind.SUM})


def _next_parts(grid: Grid, start: int) -> tuple[list[_Part], int | None]:
    """Return the next table or form, or those side by side, and where reading continues if none of them says."""
    first = next((row for row in range(start, len(grid.rows)) if any(map(is_filled, grid.rows[row]))), len(grid.rows))
    end = min(len(grid.rows), first + LOOKED_AT_ROWS)
    heading = next((row for row in range(first, end) if heads_table(grid, row)), None)
    rows = range(start, end if heading is None else heading)
    forms = list(_forms(grid, rows, items)) if (items := item_columns(grid, rows)) else []
    if any(form.tables for form in forms):
        return forms, heading
    return [] if heading is None else list(_tables(grid, start, heading)), None


def _tables(grid: Grid, first: int, heading: int) -> Iterator[_Part]:
    """Yield the table under a header, or the tables side by side under it."""
    areas = (area for area in grid.area_at.values() if area[0][0] <= heading <= area[1][0])
    width = min(max(map(len, grid.rows[heading : heading + 4]), default=0), MOST_COLUMNS)
    width = max([width, *(area[1][1] + 1 for area in areas)])
    longest = max((len(row) for row in grid.rows[heading : heading + 300]), default=width)
    whole = range(max(width, min(longest, MOST_COLUMNS)))
    header = read_header(grid, heading, first, whole)
    for columns in _blocks(header):
        if columns != whole:
            header = read_header(grid, heading, first, columns)
        title = read_title(grid, range(first, header.top), columns)
        tables, next_row, unread = read_table(grid, header, title)
        headings = [(*column.first, column.heading) for column in unread]
        personal = privacy.columns_of_persons(headings, title.cells)
        rows = [row for table in tables for row in table.returns["row"].head(privacy.LOOKED_BELOW).tolist()]
        for column in unread:
            if not privacy.names_officer(column.heading) and any(
                privacy.names_person(grid.text(row, column.at)) for row in rows
            ):
                personal.setdefault(column.first, "Họ và tên")
        yield _Part(tables, personal, next_row)


def _blocks(header: Header) -> Iterator[range]:
    """Yield the columns of each table where two are side by side: the fields of the first are repeated."""
    columns = header.columns
    starts = [0]
    seen: set[str] = set()
    for place, column in enumerate(columns):
        before = columns[place - 1] if place else None
        begins = column.roles & {Kind.NUMBERING, Kind.UNIT} and not column.meaning.field
        follows_number = before and before.roles & {Kind.NUMBERING, Kind.CODE} and not before.meaning.field
        if begins and not follows_number and seen & {inner.meaning.field for inner in columns[place:]}:
            starts.append(place)
            seen = set()
        if column.meaning.field and not column.meaning.against:
            seen.add(column.meaning.field)
    for start, end in pairwise([*starts, len(columns)]):
        yield range(columns[start].at, columns[end - 1].at + 1)


def _forms(grid: Grid, rows: range, items: list[int]) -> Iterator[_Part]:
    """Yield the form in some rows, or the forms side by side in them."""
    width = min(max((len(grid.rows[row]) for row in rows), default=0), MOST_COLUMNS)
    for main, columns in _item_blocks(grid, rows, items, width):
        if form := read_form(grid, rows, columns, main):
            title = read_title(grid, range(rows.start, form.top), columns)
            table = read_items(grid, form, title)
            headings = [(column.row, column.at, column.heading) for column in form.columns if column.path]
            labels = [(item.row, item.at, text) for item in form.rows for text in item.texts]
            labels += [(row, main, text) for row in range(form.top, rows.stop) if (text := grid.text(row, main))]
            personal = privacy.columns_of_persons(headings, title.cells, labels)
            yield _Part([table] if table else [], personal, form.next_row)


def _item_blocks(grid: Grid, rows: range, items: list[int], width: int) -> list[tuple[int, range]]:
    """Return the item column and the columns of each form; figures before a further item column end a form."""
    mains = [items[0]]
    for column in items[1:]:
        left, right = sorted((column, mains[0]))
        labelled = [row for row in rows if grid.text(row, left) and grid.text(row, right)]
        if any(holds_figure(grid.cell(row, at)) for row in labelled for at in range(left + 1, right)):
            mains.append(column)
    if len(mains) == 1:
        # Two columns that give the same labels in two languages are one form.
        in_both = (row for row in rows if all(grid.label(row, column).marks for column in items[:2]))
        return [(min(items) if len(items) > 1 and len(list(in_both)) > 1 else mains[0], range(width))]
    mains.sort()
    starts = [0, *(main - 1 if _is_numbering(grid, rows, main) else main for main in mains[1:])]
    return [(main, range(*ends)) for main, ends in zip(mains, pairwise([*starts, width]), strict=True)]


def _is_numbering(grid: Grid, rows: range, main: int) -> bool:
    """Return whether the column before a form's items numbers them, so that it holds no figures of the form before."""
    numbers = [text for row in rows if grid.text(row, main) and (text := grid.text(row, main - 1))]
    numbers = [text for text in numbers if level_of_number(text) or holds_figure(text)]
    counted = [text for text in numbers if text.isdecimal()]
    return bool(numbers) and all(map(level_of_number, numbers)) and counts_up(counted)
