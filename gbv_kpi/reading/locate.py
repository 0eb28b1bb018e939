"""Find the tables, forms and cross tables of a sheet, and read each."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from string import digits

import numpy as np

from gbv_kpi.reading.columns import counts_up
from gbv_kpi.reading.form import item_columns, read_form
from gbv_kpi.reading.grid import Grid, Header, heads_table, holds_figure, read_header
from gbv_kpi.reading.items import level_of_number
from gbv_kpi.reading.items_down import read_items
from gbv_kpi.reading.labels import Kind
from gbv_kpi.reading.privacy import (
    LOOKED_BELOW,
    PersonalHeadings,
    columns_of_persons,
    headings_of_persons,
    personal_data,
    personal_entry,
)
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.tables import SheetTables, Table
from gbv_kpi.reading.title_block import read_title
from gbv_kpi.reading.units_down import read_table
from gbv_kpi.sheets.sheet import Sheet

LOOKED_AT_ROWS = 1000  # searched for a header or a form, from the first filled row
MOST_PERSONAL = 100  # rows with personal headings that are reported
MOST_COLUMNS = 2000  # searched for headings


@dataclass(frozen=True, slots=True)
class _Found:
    """Tables read side by side, their personal headings, and the row where reading continues."""

    tables: list[Table]
    personal: PersonalHeadings
    next_row: int | None


def read_tables(sheet: Sheet, file: str, reader: Reader) -> SheetTables:
    """Return the tables of a sheet, each with its returns and what is wrong with them."""
    grid = Grid.of(sheet, file, reader, LOOKED_AT_ROWS)
    tables: list[Table] = []
    personal = _persons_in_rows(grid, reader) | _persons_in_tail(sheet, reader)
    start: int | None = 0
    while start is not None:
        if start >= len(grid.rows) and sheet.tail is not None:
            grid = Grid.of(_with_tail_in_rows(grid.sheet), file, reader, LOOKED_AT_ROWS)
        found = _next_table(grid, start)
        if found is None:
            break
        tables += found.tables
        personal |= found.personal
        start = found.next_row
    return SheetTables(tables, list(personal_data(personal, file, sheet.name)))


def _with_tail_in_rows(sheet: Sheet) -> Sheet:
    """Return the sheet with its tail appended to its rows, because a second table begins there."""
    tail = [] if sheet.tail is None else sheet.tail.astype(object).to_numpy().tolist()
    return replace(sheet, rows=[*sheet.rows, *tail], tail=None)


def _persons_in_rows(grid: Grid, reader: Reader) -> dict[tuple[int, int], str]:
    """Return the personal headings in the loaded rows. Most sheets have no such text and need no closer look."""
    if not _personal_texts({cell for cell in chain.from_iterable(grid.rows) if isinstance(cell, str)}, reader):
        return {}
    return headings_of_persons(grid.rows, lambda text: _is_heading(text, reader))


def _personal_texts(texts: Collection[str], reader: Reader) -> set[str]:
    """Return the texts about persons; texts that differ only in a final number ("Xã 00001") are tested once."""
    stems = {stem for stem in {text.rstrip(digits) for text in texts} if personal_entry(stem)}
    found = (text for text in texts if text.rstrip(digits) in stems) if stems else ()
    return {text for text in found if personal_entry(text) and not reader.units.knows(text)}


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
        below = sheet.tail.iloc[row : row + LOOKED_BELOW + 1].astype(object).to_numpy().tolist()
        headings = headings_of_persons(below, lambda text: _is_heading(text, reader), len(sheet.rows) + row)
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


def _next_table(grid: Grid, start: int) -> _Found | None:
    """Return the next table or form of a sheet; None where there is none."""
    first = next((row for row in range(start, len(grid.rows)) if not grid.is_blank(row)), None)
    if first is None:
        return None
    end = min(len(grid.rows), first + LOOKED_AT_ROWS)
    heading = next((row for row in range(first, end) if heads_table(grid, row)), None)
    rows = range(first, end if heading is None else heading)
    if (items := item_columns(grid, rows)) and (found := _forms(grid, rows, items, heading)).tables:
        return found
    return None if heading is None else _tables(grid, first, heading)


def _tables(grid: Grid, first: int, heading: int) -> _Found:
    """Return the table under a header, or the tables side by side under it."""
    areas = (area for area in grid.area_at.values() if area[0][0] <= heading <= area[1][0])
    width = min(max(map(len, grid.rows[heading : heading + 4]), default=0), MOST_COLUMNS)
    width = max([width, *(area[1][1] + 1 for area in areas)])
    longest = max((len(row) for row in grid.rows[heading : heading + 300]), default=width)
    whole = range(max(width, min(longest, MOST_COLUMNS)))
    header = read_header(grid, heading, first, whole)
    tables: list[Table] = []
    personal: PersonalHeadings = {}
    next_rows: list[int] = []
    for columns in _blocks(header):
        if columns != whole:
            header = read_header(grid, heading, first, columns)
        title = read_title(grid, range(first, header.top), columns)
        found, next_row, unread = read_table(grid, header, title)
        tables += found
        personal |= columns_of_persons([(*column.first, column.heading) for column in unread], title.cells)
        next_rows += [next_row] if next_row is not None else []
    return _Found(tables, personal, min(next_rows, default=None))


def _blocks(header: Header) -> Iterator[range]:
    """Yield the columns of each table where two are side by side: the fields of the first are repeated."""
    columns = header.columns
    starts = [0]
    seen: set[str] = set()
    for place, column in enumerate(columns):
        before = columns[place - 1] if place else None
        begins = bool(column.roles & {Kind.NUMBERING, Kind.UNIT}) and not column.meaning.field
        follows_number = (
            before is not None and bool(before.roles & {Kind.NUMBERING, Kind.CODE}) and not before.meaning.field
        )
        fields = {c.meaning.field for c in columns[place:] if c.meaning.field}
        if begins and seen and not follows_number and seen & fields:
            starts.append(place)
            seen = set()
        if column.meaning.field and not column.meaning.against:
            seen.add(column.meaning.field)
    for start, end in zip(starts, [*starts[1:], len(columns)], strict=True):
        yield range(columns[start].at, columns[end - 1].at + 1)


def _forms(grid: Grid, rows: range, items: list[int], heading: int | None) -> _Found:
    """Return the form in some rows, or the forms side by side in them."""
    width = min(max((len(grid.rows[row]) for row in rows), default=0), MOST_COLUMNS)
    tables: list[Table] = []
    personal: PersonalHeadings = {}
    next_rows: list[int] = []
    for main, columns in _item_blocks(grid, rows, items, width):
        form = read_form(grid, rows, columns, main)
        if form is None:
            continue
        title = read_title(grid, range(rows.start, form.top), columns)
        table = read_items(grid, form, title)
        tables += [table] if table is not None else []
        headings = [(column.row, column.at, column.heading) for column in form.columns if column.path]
        labels = [(item.row, item.at, text) for item in form.rows for text in item.texts]
        labels += [(row, main, text) for row in range(form.top, rows.stop) if (text := grid.text(row, main))]
        personal |= columns_of_persons(headings, title.cells, labels)
        next_rows += [form.next_row] if form.next_row is not None else []
    return _Found(tables, personal, min(next_rows, default=heading))


def _item_blocks(grid: Grid, rows: range, items: list[int], width: int) -> list[tuple[int, range]]:
    """Return the item column and the columns of each form; figures before a further item column end a form."""
    mains = [items[0]]
    for column in items[1:]:
        left, right = sorted((column, mains[0]))
        labelled = [row for row in rows if grid.text(row, left) and grid.text(row, right)]
        if any(grid.is_figure(row, at) for row in labelled for at in range(left + 1, right)):
            mains.append(column)
    if len(mains) == 1:
        return [(min(items) if _same_rows(grid, rows, items) else mains[0], range(width))]
    mains.sort()
    starts = [0, *(main - 1 if _is_numbering(grid, rows, main) else main for main in mains[1:])]
    return [(main, range(*ends)) for main, ends in zip(mains, pairwise([*starts, width]), strict=True)]


def _same_rows(grid: Grid, rows: range, items: list[int]) -> bool:
    """Return whether two columns give the same labels in two languages."""
    in_both = (row for row in rows if all(grid.label(row, column).marks for column in items[:2]))
    return len(items) > 1 and len(list(in_both)) > 1


def _is_numbering(grid: Grid, rows: range, main: int) -> bool:
    """Return whether the column before a form's items numbers them, so that it holds no figures of the form before."""
    numbers = [text for row in rows if grid.text(row, main) and (text := grid.text(row, main - 1))]
    numbers = [text for text in numbers if level_of_number(text) or holds_figure(text)]
    counted = [text for text in numbers if text.isdecimal()]
    return bool(numbers) and all(map(level_of_number, numbers)) and counts_up(counted)
