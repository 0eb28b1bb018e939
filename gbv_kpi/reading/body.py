"""The rows below a table's header: which are returns, which sum them up, and where another table begins.

The rows are told apart by what their columns hold: every different cell is looked at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import partial

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.reading.columns import Columns, Mask
from gbv_kpi.reading.grid import Grid, holds_figure, is_column_numbers
from gbv_kpi.reading.header import Header
from gbv_kpi.reading.labels import Kind
from gbv_kpi.reading.meanings import Vocabulary
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.remarks import against_in
from gbv_kpi.reading.row_names import RowName, RowNames
from gbv_kpi.reading.stock_phrases import is_signature
from gbv_kpi.reading.titles import read_line
from gbv_kpi.sheets.sheet import Cell, text_of

KnowsUnit = Callable[[str], bool]


MOST_SECTIONS = 5000  # in a table; words between more rows are no sections


class RowKind(IntEnum):
    """What a row below a header is."""

    NOTHING = 0  # blank, the header once more, or numbers of the columns
    RETURN = 1
    TOTAL = 2
    WORDS = 3
    ASIDE = 4  # figures that are no unit's: a rate, a target, a part


@dataclass(frozen=True, slots=True)
class Section:
    """Words between the rows, and what they say of those below them."""

    row: int
    column: int
    text: str
    year: int | None
    against: Kind | None


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """The rows of one table, counted from the first row below the header."""

    kinds: NDArray[np.int8]  # of the rows up to the end of the table
    sections: Sequence[Section]
    section_of: NDArray[np.int64]  # of each row, -1 for none
    next_row: int | None  # where another table, or its title, begins


@dataclass(frozen=True, slots=True)
class LabelColumns:
    """The columns of a table by what they are for."""

    fields: Sequence[int]
    unit: int | None


def read_body(
    grid: Grid,
    header: Header,
    columns: Columns,
    labels: LabelColumns,
    reader: Reader,
    names: RowNames,
) -> Body:
    """Tell the rows below a header apart."""
    vocabulary, knows_unit = reader.vocabulary, reader.units.knows
    count, first = columns.count, columns.first
    width = header.columns[-1].at + 1 if header.columns else columns.width
    block = range(header.columns[0].at, width)
    filled = {column: _filled(columns, column) for column in block if column < columns.width}
    present = np.zeros(count, dtype=bool)
    for mask in filled.values():
        present |= mask
    figures, words_in_fields = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
    for column in (column for column in labels.fields if column in filled):
        holds = _figures(columns, column)
        figures |= holds
        words_in_fields |= filled[column] & ~holds
    repeated = _repeats_header(grid, header, columns, present)
    other_header = _other_headers(columns, labels, vocabulary, words_in_fields & ~figures & ~repeated)
    unit = labels.unit
    named = filled[unit] if unit is not None and unit in filled else np.zeros(count, dtype=bool)
    known = np.zeros(count, dtype=bool)
    kinds = np.where(present & ~repeated, RowKind.WORDS, RowKind.NOTHING).astype(np.int8)
    kinds[present & figures & ~repeated] = RowKind.RETURN
    without = np.flatnonzero(present & ~figures & named & ~repeated & ~other_header)
    if unit is not None and unit in filled:
        for text, rows in columns.values(unit).texts_at(without):
            if knows_unit(text):
                kinds[rows] = RowKind.RETURN
            elif (cells := rows[words_in_fields[rows]]).size and not vocabulary.explain(text).atoms:
                kinds[cells] = RowKind.RETURN  # "khoảng 30" of a unit that may be misspelt
        if reader.plan.units:
            known = columns.values(unit).holds(lambda cell: knows_unit(text_of(cell)), present & figures)
    _numbering(kinds, columns, filled, present, known)
    _annotations(kinds, columns, labels, filled, knows_unit, figures)
    _name_rows(kinds, columns, labels, known, names, filled)
    _below_signatures(kinds, columns, block, filled, known, present & ~(named & figures))
    end, next_row = _end(kinds, repeated, other_header, count)
    kinds = kinds[:end]
    sections, section_of = _sections(kinds, columns, filled, vocabulary)
    return Body(kinds, sections, section_of, None if next_row is None else next_row + first)


def _filled(columns: Columns, column: int) -> Mask:
    if columns.all_figures(column):
        return np.ones(columns.count, dtype=bool)
    return columns.looks(column).holds(lambda cell: cell != "" and (not isinstance(cell, str) or bool(cell.strip())))


def _figures(columns: Columns, column: int) -> Mask:
    if columns.all_figures(column):
        return np.ones(columns.count, dtype=bool)
    return columns.looks(column).holds(lambda cell: cell != "" and holds_figure(cell))


def _repeats_header(grid: Grid, header: Header, columns: Columns, present: Mask) -> Mask:
    """The rows that are one of the header's rows once more, as at the top of each page."""
    found = np.zeros(columns.count, dtype=bool)
    for row in range(header.top, header.bottom + 1):
        texts = dict(grid.texts(row))
        if len(texts) < 2:
            continue
        same = present.copy()
        for column in sorted(texts, reverse=True):  # names, which differ most, last
            if not same.any():
                break
            if column >= columns.width or columns.all_figures(column):
                same[:] = False
                break
            same = columns.values(column).holds(partial(_is_text, text=texts[column]), same)
        found |= same
    return found


def _is_text(cell: Cell, text: str) -> bool:
    return text_of(cell) == text


def _other_headers(columns: Columns, labels: LabelColumns, vocabulary: Vocabulary, asked: Mask) -> Mask:
    """The rows that name several fields: the header of another table."""
    counts = np.zeros(columns.count, dtype=np.int64)
    rows = np.flatnonzero(asked)
    if rows.size:
        for column in labels.fields:
            if column < columns.width and not columns.all_figures(column):
                for text, at in columns.looks(column).texts_at(rows):
                    if text and vocabulary.explain(text).marks:
                        counts[at] += 1
    return counts >= 2


def _annotations(
    kinds: NDArray[np.int8],
    columns: Columns,
    labels: LabelColumns,
    filled: dict[int, Mask],
    knows_unit: KnowsUnit,
    figures: Mask,
) -> None:
    """A row of words in every column above the first return explains the columns: "Cột A-B02"."""
    returns = np.flatnonzero((kinds == RowKind.RETURN) & figures)
    first = int(returns[0]) if returns.size else len(kinds)
    for row in range(min(first, 6)):
        if kinds[row] != RowKind.RETURN:
            continue
        in_fields = [column for column in labels.fields if column in filled and filled[column][row]]
        names = [
            text_of(columns.cell(column, row))
            for column in filled
            if column not in labels.fields and filled[column][row]
        ]
        if len(in_fields) >= 2 and not any(map(knows_unit, names)):
            kinds[row] = RowKind.NOTHING


def _name_rows(
    kinds: NDArray[np.int8],
    columns: Columns,
    labels: LabelColumns,
    known: Mask,
    names: RowNames,
    filled: dict[int, Mask],
) -> None:
    """Tell sums and lines of no unit from returns, by their names in the column of units or before it."""
    fields = set(labels.fields)
    last = labels.unit if labels.unit is not None else (min(fields) if fields else 0)
    for column in [column for column in filled if column <= last and column not in fields]:
        rows = np.flatnonzero((kinds == RowKind.RETURN) & filled[column] & ~known)
        for text, at in columns.looks(column).texts_at(rows) if rows.size else ():
            if column != labels.unit and not any(map(str.isalpha, text)):
                continue
            name = names.read(text)
            if name is RowName.SUM or (name is RowName.GROUP and column == labels.unit):
                kinds[at] = RowKind.TOTAL
            elif name is RowName.ASIDE:
                kinds[at] = RowKind.ASIDE


def _numbering(kinds: NDArray[np.int8], columns: Columns, filled: dict[int, Mask], present: Mask, known: Mask) -> None:
    """A row that only numbers the columns is nothing."""
    rows = np.flatnonzero(present & ~known)
    for column in filled:
        if not rows.size:
            return
        if columns.all_figures(column):
            continue
        rows = rows[columns.looks(column).holds(_may_number)[rows]]
    for row in rows[:50].tolist():
        texts = [text_of(columns.cell(column, row)) for column in filled]
        if is_column_numbers([text for text in texts if text]):
            kinds[row] = RowKind.NOTHING


def _may_number(cell: Cell) -> bool:
    sign = text_of(cell).split("=", maxsplit=1)[0].strip("()[] ")
    return len(sign) < 4 and (sign.isdecimal() or len(sign) < 2)


def _below_signatures(
    kinds: NDArray[np.int8], columns: Columns, block: range, filled: dict[int, Mask], known: Mask, asked: Mask
) -> None:
    """Below a signature only what names a unit is a return."""
    rows = np.flatnonzero(asked)
    signed = len(kinds)
    for column in block:
        if column not in filled or not rows.size or columns.all_figures(column):
            continue
        at = rows[columns.looks(column).holds(lambda cell: isinstance(cell, str) and is_signature(cell[:600]))[rows]]
        signed = min(signed, int(at[0])) if at.size else signed
    below = np.arange(len(kinds)) >= signed
    kinds[below & np.isin(kinds, (RowKind.RETURN, RowKind.ASIDE, RowKind.TOTAL)) & ~known] = RowKind.WORDS


def _end(kinds: NDArray[np.int8], repeated: Mask, other: Mask, count: int) -> tuple[int, int | None]:
    """Return where the rows of the table end, and the row from which another one begins.

    With a title above it, a header begins another table; one that a page repeats is bare.
    """
    rows = np.flatnonzero(np.isin(kinds, (RowKind.RETURN, RowKind.TOTAL, RowKind.ASIDE)))
    words = np.flatnonzero(kinds == RowKind.WORDS)
    for header in np.flatnonzero(repeated | other).tolist():
        before = rows[: np.searchsorted(rows, header)]
        last = int(before[-1]) if before.size else -1
        between = words[(words > last) & (words < header) & ~other[words]]
        if other[header] or between.size:
            start = int(between[0]) if between.size else header
            return start, start
    return count, None


def _sections(
    kinds: NDArray[np.int8], columns: Columns, filled: dict[int, Mask], vocabulary: Vocabulary
) -> tuple[list[Section], NDArray[np.int64]]:
    """Return the words between the rows that say something of those below them, and which are above each row.

    A group of units leaves the year and the plan above it as they are.
    """
    sections: list[Section] = []
    section_of = np.full(len(kinds), -1, dtype=np.int64)
    for row in np.flatnonzero(kinds == RowKind.WORDS)[:MOST_SECTIONS].tolist():
        for column in (column for column in filled if filled[column][row]):
            text = text_of(columns.cell(column, row))
            line, against = read_line(text), against_in(text, vocabulary)
            year = line.years[0] if len(set(line.years)) == 1 else None
            above = sections[-1] if sections else None
            if not (year or line.against or line.is_result or vocabulary.explain(text).only({Kind.ACTUAL})):
                if against is None and not (above and above.against is Kind.PART):
                    continue
                year = above.year if above else None
            sections.append(Section(row + columns.first, column, text, year, against))
            section_of[row:] = len(sections) - 1
            break
    return sections, section_of
