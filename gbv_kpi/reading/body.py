"""Read the rows below a table's header: which are returns, which sum them up, and where another table begins.

Rows are classified column by column, so that each different cell is examined once.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.reading.columns import Columns, Mask
from gbv_kpi.reading.grid import Grid, Header, is_column_numbers
from gbv_kpi.reading.labels import AGAINST, Kind
from gbv_kpi.reading.meanings import Vocabulary
from gbv_kpi.reading.normalize import CACHED, plain_key, words
from gbv_kpi.reading.remarks import against_in
from gbv_kpi.reading.titles import is_signature, read_line
from gbv_kpi.sheets.sheet import Cell, text_of

MOST_SECTIONS = 5000  # in a table; further lines of words are not read as sections
_IN_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
_NUMERAL = re.compile(r"^\s*(?:[IVX]+|[A-Z]|\d+)\s*[.)/-]\s*")
_ROMAN = re.compile(r"[ivx]+|[a-z]|\d+")
_FRAME = {Kind.TOTAL, Kind.SUM, Kind.GROUP, Kind.UNIT}
_STRONG = (Kind.RATE, Kind.TARGET, Kind.OTHER_YEAR, Kind.ESTIMATE, Kind.ACCUMULATED, Kind.PART_OF_YEAR)
_GROUPS = frozenset(words("khối nhóm cụm các khoi nhom cum cac"))
_SUMS = frozenset(words("cộng cong"))


class RowName(IntEnum):
    """The kinds of rows by their names."""

    OTHER = 0  # a unit, or a name that nobody knows
    SUM = 1
    GROUP = 2  # a line over units of one kind; with figures their sum
    ASIDE = 3  # neither a unit nor a sum: a rate, a target, a part of the units, a note


class RowNames:
    """Recognise the names of rows by the vocabulary of a plan."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._places = {form for place in vocabulary.places for form in (place, plain_key(place))}
        self._place_words = {word for place in self._places for word in place}
        self.read = lru_cache(CACHED)(self._read)

    def _read(self, text: str) -> RowName:
        """Return the kind of row that a name means."""
        bare = _NUMERAL.sub("", _IN_BRACKETS.sub(" ", text)).strip()
        key = words(bare)
        if key in self._places:
            return RowName.SUM
        label = self._vocabulary.explain(bare)
        kinds = label.atoms[0].kinds if label.atoms else frozenset()
        rest = [word for word in label.unknown_words if not _ROMAN.fullmatch(word) and word not in self._place_words]
        is_known = bool(key) and tuple(label.unknown_words[:1]) != key[:1]
        if is_known and kinds & {Kind.TOTAL, Kind.SUM}:
            only_frame = all(atom.kinds & _FRAME for atom in label.atoms)
            if only_frame and (not rest or key[0] in _SUMS):
                return RowName.SUM
        if key[:1] and (key[0] in _GROUPS or label.only({Kind.GROUP})):
            return RowName.GROUP
        if is_known and (Kind.NOTE in kinds or any(kind in kinds for kind in _STRONG)):
            return RowName.ASIDE
        if not label.unknown_words and label.atoms and label.against in AGAINST:
            return RowName.ASIDE
        return RowName.OTHER


class RowKind(IntEnum):
    """The kinds of rows below a header."""

    NOTHING = 0  # blank, the header once more, or numbers of the columns
    RETURN = 1
    TOTAL = 2
    WORDS = 3
    ASIDE = 4  # figures of no unit: a rate, a target, a part


@dataclass(frozen=True, slots=True)
class Section:
    """A line of words between the rows, which may date or exclude the rows below it."""

    row: int
    at: int  # the column
    heading: str
    year: int | None
    against: Kind | None


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """The rows of one table, counted from the first row below the header."""

    kinds: NDArray[np.int8]  # of the rows up to the end of the table
    sections: Sequence[Section]
    section_of: NDArray[np.int64]  # of each row, -1 for none
    next_row: int | None  # where another table, or its title, begins


def read_body(
    grid: Grid, header: Header, columns: Columns, fields: Sequence[int], unit: int | None, names: RowNames
) -> Body:
    """Classify the rows below a header; `fields` and `unit` are columns."""
    nothing = np.zeros(columns.count, dtype=bool)
    block = range(header.columns[0].at, header.columns[-1].at + 1)
    filled = {column: columns.filled(column) for column in block if column < columns.width}
    present = np.logical_or.reduce([nothing, *filled.values()])
    fields = [column for column in fields if column in filled]
    holds = {column: columns.figures(column) for column in fields}
    figures = np.logical_or.reduce([nothing, *holds.values()])
    words_in_fields = np.logical_or.reduce([nothing, *(filled[column] & ~holds[column] for column in fields)])
    repeated = _repeats_header(grid, header, columns, present)
    other_header = _other_headers(grid, columns, fields, words_in_fields & ~figures & ~repeated)
    named = nothing if unit is None else filled.get(unit, nothing)
    known = nothing
    kinds = np.where(present & ~repeated, RowKind.WORDS, RowKind.NOTHING).astype(np.int8)
    kinds[present & figures & ~repeated] = RowKind.RETURN
    if unit is not None and unit in filled:
        without = np.flatnonzero(present & ~figures & named & ~repeated & ~other_header)
        for text, rows in columns.values(unit).texts_at(without):
            if grid.knows_unit(text):
                kinds[rows] = RowKind.RETURN
            elif (cells := rows[words_in_fields[rows]]).size and not grid.explain(text).atoms:
                kinds[cells] = RowKind.RETURN  # "khoảng 30" of a unit that may be misspelt
        if grid.reader.plan.units:
            known = columns.values(unit).holds(lambda cell: grid.knows_unit(text_of(cell)), present & figures)
    kinds[_numbering(columns, filled, present & ~known)] = RowKind.NOTHING
    kinds[_annotations(grid, kinds, columns, fields, filled, figures)] = RowKind.NOTHING
    for column in [column for column in filled if column not in fields]:
        if column <= (unit if unit is not None else min(fields, default=0)):
            asked = (kinds == RowKind.RETURN) & filled[column] & ~known
            if asked.any():
                kind_of = partial(_kind_by_name, names=names, is_unit=column == unit)
                kinds[asked] = columns.looks(column).read(kind_of, asked)
    signed = _first_signature(columns, filled, present & ~(named & figures))
    is_below = (np.arange(len(kinds)) >= signed) & ~known
    kinds[is_below & np.isin(kinds, (RowKind.RETURN, RowKind.ASIDE, RowKind.TOTAL))] = RowKind.WORDS
    end, next_row = _end(kinds, repeated, other_header, columns.count)
    kinds = kinds[:end]
    sections, section_of = _sections(grid, kinds, columns, filled)
    return Body(kinds, sections, section_of, None if next_row is None else next_row + columns.first)


def _repeats_header(grid: Grid, header: Header, columns: Columns, present: Mask) -> Mask:
    """Return the rows that repeat a row of the header, as at the top of each page."""
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


def _other_headers(grid: Grid, columns: Columns, fields: Sequence[int], asked: Mask) -> Mask:
    """Return the rows that name several fields: the header of another table."""
    counts = np.zeros(columns.count, dtype=np.int64)
    rows = np.flatnonzero(asked)
    for column in fields if rows.size else ():
        if not columns.all_figures(column):
            for text, matching in columns.looks(column).texts_at(rows):
                counts[matching] += bool(grid.explain(text).marks)
    return counts >= 2


def _annotations(
    grid: Grid, kinds: NDArray[np.int8], columns: Columns, fields: Sequence[int], filled: dict[int, Mask], figures: Mask
) -> list[int]:
    """Return the rows above the first return with words in every column, which explain the columns: "Cột A-B02"."""
    first = next(iter(np.flatnonzero((kinds == RowKind.RETURN) & figures)[:1].tolist()), len(kinds))
    found: list[int] = []
    for row in np.flatnonzero(kinds[: min(first, 6)] == RowKind.RETURN).tolist():
        names = [
            text_of(columns.cell(column, row)) for column in filled if column not in fields and filled[column][row]
        ]
        if sum(filled[column][row] for column in fields) >= 2 and not any(map(grid.knows_unit, names)):
            found.append(row)
    return found


def _kind_by_name(cell: Cell, names: RowNames, *, is_unit: bool) -> RowKind:
    """Return the kind of a row with figures by its name, in the column of units or before it."""
    text = text_of(cell)
    if not is_unit and not any(map(str.isalpha, text)):
        return RowKind.RETURN
    name = names.read(text)
    if name is RowName.SUM or (name is RowName.GROUP and is_unit):
        return RowKind.TOTAL
    return RowKind.ASIDE if name is RowName.ASIDE else RowKind.RETURN


def _numbering(columns: Columns, filled: dict[int, Mask], asked: Mask) -> list[int]:
    """Return the rows that only number the columns."""
    rows = np.flatnonzero(asked)
    for column in (column for column in filled if not columns.all_figures(column)):
        if not rows.size:
            return []
        rows = rows[columns.looks(column).holds(_may_number)[rows]]
    texts = {row: [text_of(columns.cell(column, row)) for column in filled] for row in rows[:50].tolist()}
    return [row for row, cells in texts.items() if is_column_numbers([text for text in cells if text])]


def _may_number(cell: Cell) -> bool:
    sign = text_of(cell).split("=", maxsplit=1)[0].strip("()[] ")
    return len(sign) < 4 and (sign.isdecimal() or len(sign) < 2)


def _first_signature(columns: Columns, filled: dict[int, Mask], asked: Mask) -> int:
    """Return the first row with a signature, below which only what names a unit is a return."""
    rows = np.flatnonzero(asked)
    signed = columns.count
    for column in filled if rows.size else ():
        if not columns.all_figures(column):
            at = rows[
                columns.looks(column).holds(lambda cell: isinstance(cell, str) and is_signature(cell[:600]))[rows]
            ]
            signed = min(signed, int(at[0])) if at.size else signed
    return signed


def _end(kinds: NDArray[np.int8], repeated: Mask, other_header: Mask, count: int) -> tuple[int, int | None]:
    """Return where the rows of the table end, and the row from which another one begins.

    With a title above it, a header begins another table; one that a page repeats is bare.
    """
    rows = np.flatnonzero(np.isin(kinds, (RowKind.RETURN, RowKind.TOTAL, RowKind.ASIDE)))
    words = np.flatnonzero(kinds == RowKind.WORDS)
    for header in np.flatnonzero(repeated | other_header).tolist():
        before = rows[: np.searchsorted(rows, header)]
        last = int(before[-1]) if before.size else -1
        between = words[(words > last) & (words < header) & ~other_header[words]]
        if other_header[header] or between.size:
            start = int(between[0]) if between.size else header
            return start, start
    return count, None


def _sections(
    grid: Grid, kinds: NDArray[np.int8], columns: Columns, filled: dict[int, Mask]
) -> tuple[list[Section], NDArray[np.int64]]:
    """Return the sections of a table, and the index of each row's section (-1: none).

    A group of units leaves the year and the plan above it as they are.
    """
    sections: list[Section] = []
    section_of = np.full(len(kinds), -1, dtype=np.int64)
    for row in np.flatnonzero(kinds == RowKind.WORDS)[:MOST_SECTIONS].tolist():
        for column in (column for column in filled if filled[column][row]):
            text = text_of(columns.cell(column, row))
            line, against = read_line(text), against_in(text, grid.reader.vocabulary)
            year = line.years[0] if len(set(line.years)) == 1 else None
            above = sections[-1] if sections else None
            if not (year or line.against or line.is_result or grid.explain(text).only({Kind.ACTUAL})):
                if against is None and not (above and above.against is Kind.PART):
                    continue
                year = above.year if above else None
            sections.append(Section(row + columns.first, column, text, year, against))
            section_of[row:] = len(sections) - 1
            break
    return sections, section_of
