"""Tables with the units down: a row for each return, under a header of one to three levels."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gbv_kpi.reading.headings import Vocabulary
from gbv_kpi.reading.layout import (
    Heading,
    KnowsUnit,
    Layout,
    first_filled_row,
    holds_figure,
    is_column_numbers,
    years_said,
)
from gbv_kpi.reading.stock_phrases import Role
from gbv_kpi.reading.titles import year_named
from gbv_kpi.sheets.sheet import Cell, Sheet, text_of

SEARCHED_ROWS = 100  # a header stands within so many rows
LEVELS = 3
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """Consecutive rows of headings, and what each column means."""

    top: int
    bottom: int
    paths: Sequence[Path]
    meanings: Sequence["str | Role | None"]

    @property
    def field_count(self) -> int:
        return len({meaning for meaning in self.meanings if isinstance(meaning, str)})

    def column(self, role: Role) -> int | None:
        return next((column for column, meaning in enumerate(self.meanings) if meaning is role), None)


def find_table(sheet: Sheet, vocabulary: Vocabulary, knows_unit: KnowsUnit, least: int = 2) -> Layout | None:
    """The table whose header names the most fields, its lines still to be found; None where none names the `least`."""
    headers = (found for found in _headers(sheet, vocabulary, least) if found.field_count >= least)
    whole = (found for found in headers if not _goes_on(sheet, found, knows_unit))
    header = max(whole, key=lambda found: (found.field_count, found.top - found.bottom), default=None)
    if header is None:
        return None
    other_years = list(_of_other_years(sheet, header))
    aside = {heading.column for _, heading in other_years}
    meanings = [None if column in aside else meaning for column, meaning in enumerate(header.meanings)]
    header = replace(header, meanings=meanings)
    columns: dict[str, int] = {}
    duplicates: list[tuple[str, Heading]] = []
    for column, meaning in enumerate(header.meanings):
        if isinstance(meaning, str):
            if meaning in columns:
                duplicates.append((meaning, _heading(sheet, header, column)))
            columns.setdefault(meaning, column)
    unit, code = header.column(Role.UNIT), header.column(Role.UNIT_CODE)
    if unit is None and code is None:
        unit = _column_of_units(sheet, header, knows_unit)
    without_meaning = [column for column, meaning in enumerate(header.meanings) if meaning is None and column != unit]
    return Layout(
        sheet,
        items_down=False,
        top=header.top,
        bottom=header.bottom,
        place_by_field=columns,
        unit=unit,
        unit_code=code,
        year=header.column(Role.YEAR),
        duplicates=duplicates,
        unknown=[_heading(sheet, header, column) for column in without_meaning if column not in aside],
        other_years=other_years,
    )


def _headers(sheet: Sheet, vocabulary: Vocabulary, least: int) -> Iterator[Header]:
    """The rows that may head a table: those with words that may name a field over the `least` columns."""
    if sheet.width < least:
        return
    first = first_filled_row(sheet)
    searched = sheet.rows[: first + SEARCHED_ROWS]
    rows = [[*map(_words, cells), *[""] * (sheet.width - len(cells))] for cells in searched]
    for bottom in range(first, len(rows)):
        if sum(map(bool, rows[bottom])) < 2:
            continue
        levels: list[Sequence[str]] = []  # from the top level down
        promising: set[int] = set()  # columns
        for top in range(bottom, max(first - 1, bottom - LEVELS), -1):
            level = rows[top] if top == bottom else _level(sheet, top, rows[top], rows[bottom])
            levels.insert(0, level)
            promising.update(column for column, text in enumerate(level) if text and vocabulary.may_name_field(text))
            if len(promising) < least:
                continue
            paths = [tuple(dict.fromkeys(filter(None, column))) for column in zip(*levels, strict=True)]
            yield Header(top, bottom, paths, list(map(vocabulary.path_meaning, paths)))


def _goes_on(sheet: Sheet, header: Header, knows_unit: KnowsUnit) -> bool:
    """Whether the row below has headings too: words under several fields, and neither a unit nor a figure."""
    cells = sheet.rows[header.bottom + 1] if header.bottom + 1 < len(sheet.rows) else ()
    below = [cell for cell, meaning in zip(cells, header.meanings, strict=False) if isinstance(meaning, str)]
    texts = [text for text in map(text_of, cells) if text]
    if (
        is_column_numbers(texts)
        or any(map(knows_unit, texts))
        or any(cell != "" and holds_figure(cell) for cell in below)
    ):
        return False
    return sum(1 for cell in below if isinstance(cell, str) and cell.strip()) > 1


def _of_other_years(sheet: Sheet, header: Header) -> Iterator[tuple[int, Heading]]:
    """The columns of another year than the one that the title gives, where fields stand over several years."""
    years = [year_named(path[-1]) if len(path) > 1 else None for path in header.paths]
    said = years_said(sheet, header.top)
    for column, (year, meaning) in enumerate(zip(years, header.meanings, strict=True)):
        if year and isinstance(meaning, str) and len(said) == 1 and year not in said:
            yield year, _heading(sheet, header, column)


def _level(sheet: Sheet, row: int, words: Sequence[str], below: Sequence[str]) -> list[str]:
    """An upper row of headings, each of which reaches over the columns it is merged with or that follow blank."""
    texts = list(words)
    across = [area for area in sheet.merged if area[0][0] == row and area[1][1] > area[0][1]]
    if across:
        for (_, left), (_, right) in across:
            texts[left : right + 1] = texts[left : left + 1] * len(texts[left : right + 1])  # it may reach past them
        return texts
    for column in range(1, len(texts)):
        if not texts[column] and below[column]:
            texts[column] = texts[column - 1]
    return texts


def _words(cell: Cell) -> str:
    return cell.strip() if isinstance(cell, str) else ""


def _heading(sheet: Sheet, header: Header, column: int) -> Heading:
    """The heading of a column, at the lowest of its cells that says something."""
    rows = range(header.bottom, header.top - 1, -1)
    row = next((row for row in rows if _words(sheet.cell(row, column))), header.bottom)
    return Heading(" → ".join(header.paths[column]), row, column)


def _column_of_units(sheet: Sheet, header: Header, knows_unit: KnowsUnit) -> int | None:
    """Where no heading says so, the column whose cells name the most units."""
    rows = range(header.bottom + 1, min(len(sheet.rows), header.bottom + SEARCHED_ROWS))
    counts = {
        column: sum(knows_unit(text_of(sheet.cell(row, column))) for row in rows)
        for column, meaning in enumerate(header.meanings)
        if not isinstance(meaning, str | Role)
    }
    best = max(counts, key=lambda column: counts[column], default=None)
    return best if best is not None and counts[best] else None
