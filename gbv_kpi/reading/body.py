"""Read the rows below a table's header: which are returns, which sum them up, and where another table begins.

Rows are classified column by column, so that each different cell is examined once.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.reading import remarks
from gbv_kpi.reading.columns import Columns, Mask, Rows
from gbv_kpi.reading.grid import Column, Grid, Header, holds_figure, is_column_numbers, is_filled
from gbv_kpi.reading.identify import Texts
from gbv_kpi.reading.items import level_of_number
from gbv_kpi.reading.labels import Kind, words_at_start
from gbv_kpi.reading.normalize import words
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.row_names import WITH_FIGURES, RowKind, kind_by_name
from gbv_kpi.reading.tables import Seen
from gbv_kpi.reading.titles import is_page, is_signature, names_document, read_line, spell_out, year_named
from gbv_kpi.reading.units import heads_bodies, level_of
from gbv_kpi.sheets.sheet import Cell, text_of

MOST_SECTIONS = 5000  # in a table; further lines of words are not read as sections


@dataclass(frozen=True)
class Section:
    """A line of words between the rows, which may date or exclude the rows below it."""

    row: int
    at: int  # the column
    heading: str
    year: int | None
    against: Kind | None


@dataclass(frozen=True, eq=False)
class Body:
    """The rows of one table, counted from the first row below the header."""

    kinds: NDArray[np.int8]  # of the rows up to the end of the table
    sections: Sequence[Section]
    section_of: NDArray[np.int64]  # of each row, -1 for none
    next_row: int | None  # where another table, or its title, begins


def read_body(grid: Grid, header: Header, columns: Columns, fields: Sequence[int], unit: int | None) -> Body:
    """Classify the rows below a header; `fields` and `unit` are columns."""
    nothing = np.zeros(columns.count, dtype=bool)
    block = range(header.columns[0].at, header.columns[-1].at + 1)
    filled = {column: columns.which(column, is_filled) for column in block if column < columns.width}
    present = np.logical_or.reduce([nothing, *filled.values()])
    fields = [column for column in fields if column in filled]
    holds = {column: columns.which(column, holds_figure) for column in fields}
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
            elif (cells := rows[words_in_fields[rows]]).size and grid.explain(text).unknown_words:
                kinds[cells] = RowKind.RETURN  # "khoảng 30" of a unit that may be misspelt
        if grid.reader.plan.units:
            known = columns.values(unit).holds(lambda cell: grid.knows_unit(text_of(cell))) & figures
    may_number = np.logical_and.reduce([present & ~known, *(columns.which(column, _may_number) for column in filled)])
    numbering = [row for row in np.flatnonzero(may_number)[:50] if is_column_numbers(columns.texts(filled, row))]
    kinds[numbering] = RowKind.NOTHING
    kinds[_annotations(grid, kinds, columns, fields, filled, figures)] = RowKind.NOTHING
    names = [column for column in filled if column not in fields]
    for column in [at for at in names if at <= (min(fields, default=0) if unit is None else unit)]:
        asked = (kinds == RowKind.RETURN) & filled[column] & ~known
        if asked.any():
            kind_of = partial(kind_by_name, vocabulary=grid.reader.vocabulary, is_unit=column == unit)
            kinds[asked] = columns.values(column).looks.read(kind_of, asked)
    unsigned = present & ~(named & figures)
    if unsigned.any():  # below a signature only what names a unit is a return
        texts = [columns.values(column).looks for column in filled if not columns.all_figures(column)]
        claims = [values.holds(lambda cell: isinstance(cell, str) and is_signature(cell[:600])) for values in texts]
        signed = np.logical_or.reduce([nothing, *claims]) & unsigned
        is_below = np.logical_or.accumulate(signed) & ~known
        kinds[is_below & np.isin(kinds, WITH_FIGURES)] = RowKind.WORDS
    lines = np.flatnonzero(kinds == RowKind.WORDS)[:MOST_SECTIONS].tolist()
    kinds[[row for row in lines if all(map(is_page, columns.texts(filled, row)))]] = RowKind.NOTHING
    next_row = _end(kinds, repeated, other_header)
    kinds = kinds[:next_row]
    sections, section_of = _sections(grid, kinds, columns, filled)
    return Body(kinds, sections, section_of, None if next_row is None else next_row + columns.first)


def _annotations(
    grid: Grid, kinds: NDArray[np.int8], columns: Columns, fields: Sequence[int], filled: dict[int, Mask], figures: Mask
) -> list[int]:
    """Return the rows above the first return with words in every column, which explain the columns: "Cột A-B02"."""
    names = [column for column in filled if column not in fields]
    first = [*np.flatnonzero((kinds == RowKind.RETURN) & figures)[:1].tolist(), 6]
    return [
        row
        for row in np.flatnonzero(kinds[: min(first)] == RowKind.RETURN).tolist()
        if sum(filled[column][row] for column in fields) >= 2
        and not any(map(grid.knows_unit, columns.texts(names, row)))
    ]


def _may_number(cell: Cell) -> bool:
    sign = text_of(cell).split("=", maxsplit=1)[0].strip("()[] ")
    return len(sign) < 4 and (sign.isdecimal() or len(sign) < 2)


def _repeats_header(grid: Grid, header: Header, columns: Columns, present: Mask) -> Mask:
    """Return the rows that repeat a row of the header, as at the top of each page."""
    found = np.zeros(columns.count, dtype=bool)
    for row in range(header.top, header.bottom + 1):
        texts = dict(grid.texts(row))
        if len(texts) < 2 or any(column >= columns.width for column in texts):
            continue
        same = present
        for column in sorted(texts, reverse=True):  # names, which differ most, last
            if not same.any() or columns.all_figures(column):
                break
            values = columns.values(column)
            same = same & np.array([text_of(cell) == texts[column] for cell in values.cells], dtype=bool)[values.codes]
        else:
            found |= same
    return found


def _other_headers(grid: Grid, columns: Columns, fields: Sequence[int], asked: Mask) -> Mask:
    """Return the rows that name several fields: the header of another table."""
    counts = np.zeros(columns.count, dtype=np.int64)
    rows = np.flatnonzero(asked)
    for column in fields if rows.size else ():
        if not columns.all_figures(column):
            for text, matching in columns.values(column).looks.texts_at(rows):
                counts[matching] += bool(grid.explain(text).marks)
    return counts >= 2


def _end(kinds: NDArray[np.int8], repeated: Mask, other_header: Mask) -> int | None:
    """Return the row where another table, or its title, begins, None for none.

    With a title above it, a header begins another table; one that a page repeats is bare.
    """
    rows = np.flatnonzero(np.isin(kinds, WITH_FIGURES))
    lines = np.flatnonzero(kinds == RowKind.WORDS)
    for header in np.flatnonzero(repeated | other_header).tolist():
        last = rows[np.searchsorted(rows, header) - 1] if rows.size and rows[0] < header else -1
        between = lines[(lines > last) & (lines < header) & ~other_header[lines]].tolist()
        if other_header[header] or between:
            return between[0] if between else header
    return None


def _sections(
    grid: Grid, kinds: NDArray[np.int8], columns: Columns, filled: dict[int, Mask]
) -> tuple[list[Section], NDArray[np.int64]]:
    """Return the sections of a table, and the index of each row's section (-1: none).

    A group of units leaves the year and the plan above it as they are. The only region of a table may be a part of
    each unit ("Khu vực miền núi"), and so may "Cấp huyện" next to "Cấp xã".
    """
    vocabulary = grid.reader.vocabulary
    sections: list[Section] = []
    section_of = np.full(len(kinds), -1, dtype=np.int64)
    lines = np.flatnonzero(kinds == RowKind.WORDS)[:MOST_SECTIONS].tolist()
    texts = {text for row in lines for text in columns.texts(filled, row)}
    groups = {text for text in texts if remarks.groups_units(text, vocabulary)}
    may_be_level = any(remarks.names_lower_level(text, vocabulary) for text in texts)
    parts = {
        text
        for text in (groups if len(groups) == 1 else ())
        if all(Kind.PART in atom.kinds for atom in grid.explain(text).atoms)
        and (may_be_level or remarks.DISTRICT_WORDS.isdisjoint(words(text)))
    }
    for row in lines:
        for column in (column for column in filled if filled[column][row]):
            text = text_of(columns.cell(column, row))
            line, label, against = read_line(text), grid.explain(text), None
            year = year_named(text) or (min(label.years) if len(label.years) == 1 and not label.unknown_words else None)
            is_group = text in groups
            if text in parts:
                against = Kind.PART
            elif not (is_group or remarks.heads_units(text, grid.reader)):
                against = remarks.against_in(text, vocabulary)
            if against is None and remarks.names_other_span(text, grid.reader):
                against = Kind.ACCUMULATED
            if against is None and _is_unexplained(grid, text, columns.texts(filled, row)):
                against = Kind.UNEXPLAINED
            above = sections[-1] if sections else None
            if not (year or line.against or line.is_result or label.only({Kind.ACTUAL})):
                if against is None and not (is_group and above and _ends_part(grid, text, above)):
                    continue
                year = above.year if above else None
            sections.append(Section(row + columns.first, column, text, year, against))
            section_of[row:] = len(sections) - 1
            break
    return sections, section_of


def _ends_part(grid: Grid, text: str, above: Section) -> bool:
    """Return whether a group of units ends the section of a part above it: of communes, or by its number."""
    is_of_communes = remarks.names_lower_level(above.heading, grid.reader.vocabulary)
    is_next = remarks.NUMERAL.match(text) and remarks.NUMERAL.match(above.heading)
    return above.against is Kind.PART and bool(is_of_communes or is_next)


def _is_unexplained(grid: Grid, text: str, in_row: Sequence[str]) -> bool:
    """Return whether a line between the rows has unknown words, and is not a unit, a group of units or a note."""
    label = grid.explain(text)
    unknown = [word for word in label.unknown_words if not remarks.ORDINAL.fullmatch(word)]
    is_alone = all(other == text or (level_of_number(other) or ("decimal", 0))[0] != "decimal" for other in in_row)
    is_other = is_signature(text) or names_document(text) or text.lstrip("( ").startswith("*")
    is_lower = not remarks.COMMUNE_WORDS.isdisjoint(words(text)) and not grid.reader.vocabulary.is_of_communes
    if not is_alone or is_other or (level_of(text) and not is_lower) or grid.knows_unit(text):
        return False
    if not unknown:
        return any(atom.lower and not atom.kinds for atom in label.atoms)  # "Cơ quan công an"
    rest = words(remarks.NUMERAL.sub("", text))
    if words_at_start("division", rest):  # "Chia theo đơn vị", but not "Chia theo giới: nữ"
        return not remarks.heads_units(remarks.NUMERAL.sub("", text), grid.reader)
    is_office = not (is_lower and remarks.DISTRICT_WORDS.isdisjoint(rest)) and not heads_bodies(text)
    return not ((is_office and words_at_start("body", rest)) or words_at_start("note", rest))


class Doubt(NamedTuple):
    """Rows that share a word which shows that they are not the whole result of the year."""

    kind: Kind
    column: int
    shown: str  # the word; of an unknown column only the heading, because its cells may name persons
    rows: Rows


def doubts_in(
    columns: Columns, rows: Rows, others: Sequence[Column], fields: Sequence[int], years: Set[int], reader: Reader
) -> Iterator[Doubt]:
    """Yield the doubts that columns without figures raise about rows; `years` are those of the title."""
    for column in (column for column in others if column.at < columns.width):
        heading = column.path[-1] if column.path else ""
        if columns.all_figures(column.at) and not remarks.against_in_cell(heading, "1", reader, is_label=True):
            continue
        is_label = bool(heading) and column.at < min(fields, default=0)
        is_of_parts = remarks.heads_parts(heading, reader.vocabulary)
        found = columns.values(column.at).texts_at(rows)
        for text, (_, matching) in zip(spell_out([text for text, _ in found]), found, strict=True):
            kind, is_group = None, remarks.groups_units(text, reader.vocabulary)
            if text and (is_of_parts or not is_group):
                kind = remarks.against_in_cell(heading, text, reader, is_label=is_label, years=years)
            if kind:
                shown = text if any(map(str.isalpha, text)) else f"{heading} {text}"
                yield Doubt(kind, column.at, column.heading if kind is Kind.UNEXPLAINED else shown, matching)
            elif is_group:
                yield Doubt(Kind.GROUP, column.at, text, matching)


def doubts_of_comments(columns: Columns, rows: Rows, comments: Sequence[Seen]) -> Iterator[Doubt]:
    """Yield the doubts of comments on single rows; one elsewhere is about the whole table."""
    for row, column, text, (kind,) in comments:
        if row - columns.first in rows:
            yield Doubt(kind, column, text, np.array([row - columns.first]))


def split_rows(rows: Rows, doubts: Sequence[Doubt], names: Sequence[Texts]) -> tuple[Rows, list[Doubt]]:
    """Return the rows to read, and the doubts about them: a part is left out where its unit has a row without a doubt.

    A level ("Huyện") is the whole, or a part where another row of the unit is one ("Xã"). `names` are what the rows
    have for unit, code and year.
    """
    levels = [doubt for doubt in doubts if doubt.kind is Kind.GROUP]
    doubts = [doubt for doubt in doubts if doubt.kind is not Kind.GROUP]
    serious = [doubt.rows for doubt in doubts if doubt.kind is not Kind.ESTIMATE]
    if not serious:
        return rows, list(doubts)
    in_doubt = np.isin(rows, np.concatenate(serious))
    identity = np.zeros(len(rows), dtype=np.int64)
    for texts in names:
        _, identity = np.unique(identity * len(texts.values) + texts.codes, return_inverse=True)
    of_parts = rows[np.isin(identity, identity[in_doubt])]
    doubts = [*doubts, *(level._replace(kind=Kind.PART, rows=np.intersect1d(level.rows, of_parts)) for level in levels)]
    in_doubt = np.isin(rows, np.concatenate([doubt.rows for doubt in doubts if doubt.kind is not Kind.ESTIMATE]))
    kept = rows[~in_doubt | ~np.isin(identity, identity[~in_doubt])]
    remaining = [doubt._replace(rows=np.intersect1d(doubt.rows, kept)) for doubt in doubts]
    return kept, [doubt for doubt in remaining if doubt.rows.size]
