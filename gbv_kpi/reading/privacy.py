"""Columns about persons: a return holds counts only, so a file with one is refused unread."""

from collections.abc import Iterator, Sequence

import numpy as np

from gbv_kpi.i18n import phrase
from gbv_kpi.problems import Place, Problem
from gbv_kpi.reading.headings import Vocabulary
from gbv_kpi.reading.layout import Layout
from gbv_kpi.reading.stock_phrases import CONTACTS, Role, names_an_officer
from gbv_kpi.sheets.column import Block
from gbv_kpi.sheets.sheet import cell_address

PersonalHeadings = dict[tuple[int, int], str]  # our own words for a heading, by row and column


def headings_of_persons(block: Block, vocabulary: Vocabulary) -> PersonalHeadings:
    """The headings in some rows that ask for a person's name, birth, papers, telephone or address.

    A heading stands in a row with another one: of a person, of a field or of the frame of a table.
    """
    suspects = np.zeros(len(block), dtype=bool)
    for column in block.columns:
        suspects |= column.holds(lambda cell: isinstance(cell, str) and bool(vocabulary.personal_label(cell.strip())))
    return {
        (row + block.first, column): label
        for row in np.flatnonzero(suspects).tolist()
        for column, label in _headings_in(block[row], vocabulary)
    }


def columns_of_persons(layout: Layout, vocabulary: Vocabulary) -> PersonalHeadings:
    """The same over a return's own figures, among the items of a form, and in the title block.

    A title block that names a person is no better, but for who wrote the return; the telephone number there is
    the office's.
    """
    over_figures = {
        (heading.row, heading.column): label
        for heading in layout.unknown
        for text in heading.text.split(" → ")
        if (label := vocabulary.personal_label(text))
    }
    return over_figures | {(row, column): label for row, column, label in _beside_figures(layout, vocabulary)}


def personal_data(headings: PersonalHeadings, file: str, sheet: str | None) -> Iterator[Problem]:
    """What is told of them: neither a cell's content nor the sender's wording, which may hold a name."""
    for (row, column), label in sorted(headings.items()):
        place = Place(file, sheet, cell_address(row, column), row + 1)
        message = phrase("The column “{heading}” is about persons; the file was not read.", heading=label)
        yield Problem("personal-data-column", place, message, value=label)


def _beside_figures(layout: Layout, vocabulary: Vocabulary) -> Iterator[tuple[int, int, str]]:
    """Row, column and label of what asks for a person above a table, or among the items of a form."""
    for row, column, text in layout.title_cells():
        label = vocabulary.personal_label(text)
        if label and label not in CONTACTS and not names_an_officer(text):
            yield row, column, label
    if layout.items_down and layout.lines:
        for row in range(layout.top, max(layout.place_by_field.values()) + 1):
            for column, cell in enumerate(layout.sheet.rows[row][: min(layout.lines)]):
                if isinstance(cell, str) and (label := vocabulary.personal_label(cell.strip())):
                    yield row, column, label


def _headings_in(cells: Sequence[object], vocabulary: Vocabulary) -> list[tuple[int, str]]:
    """The personal headings of one row, none where they stand alone."""
    texts = [(column, cell.strip()) for column, cell in enumerate(cells) if isinstance(cell, str) and cell.strip()]
    if len(texts) < 2:
        return []
    labels = [(column, text, vocabulary.personal_label(text)) for column, text in texts]
    personal = [(column, label) for column, text, label in labels if label and not text.endswith(":")]
    if all(label in CONTACTS and ":" in text for _, text, label in labels if label):
        return []  # "Điện thoại: …" and "Email: …" of an office
    if len(personal) + sum(_is_heading(text, vocabulary) for _, text in texts) < 2:
        return []
    return personal


def _is_heading(text: str, vocabulary: Vocabulary) -> bool:
    meaning = vocabulary.meaning(text)
    return isinstance(meaning, str) or (meaning is not None and meaning is not Role.TOTAL)
