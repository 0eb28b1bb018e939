"""Columns about persons: a return holds counts only, so a file with one is refused unread."""

from collections.abc import Iterator, Sequence

from gbv_kpi.language import phrase
from gbv_kpi.problems import Place, Problem
from gbv_kpi.reading.frame import CONTACTS, Role, names_an_officer
from gbv_kpi.reading.layout import Layout
from gbv_kpi.reading.sheet import Sheet, cell_address
from gbv_kpi.reading.vocabulary import Vocabulary

__all__ = ["personal_data"]


def personal_data(sheet: Sheet, layouts: Sequence[Layout], file: str, vocabulary: Vocabulary) -> Iterator[Problem]:
    """The headings on a sheet that ask for a person's name, birth, papers, telephone or address.

    A heading stands over a return's own figures, among the items of a form, or in a row with another one: of a
    person, of a field or of the frame of a table. A title block that names a person is no better, but for who
    wrote the return; the telephone number there is the office's.
    Neither a cell's content nor the sender's wording is repeated, which may hold a name.
    """
    told = {
        (heading.row, heading.column): label
        for layout in layouts
        for heading in layout.unknown
        for text in heading.text.split(" → ")
        if (label := vocabulary.personal_label(text))
    }
    for layout in layouts:
        told |= {(row, column): label for row, column, label in _beside_figures(layout, vocabulary)}
    for row, cells in enumerate(sheet.rows):
        told |= {(row, column): label for column, label in _headings_in(cells, vocabulary)}
    for (row, column), label in sorted(told.items()):
        place = Place(file, sheet.name, cell_address(row, column), row + 1)
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
