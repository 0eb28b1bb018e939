"""Columns about persons: a return holds counts only, so a file with one is refused unread."""

from collections.abc import Iterator

from gbv_kpi.language import phrase
from gbv_kpi.problems import Place, Problem
from gbv_kpi.reading.sheet import Sheet, cell_address
from gbv_kpi.reading.vocabulary import Role, Vocabulary

__all__ = ["personal_data"]


def personal_data(sheet: Sheet, file: str, vocabulary: Vocabulary) -> Iterator[Problem]:
    """The headings on a sheet that ask for a person's name, birth, papers, telephone or address.

    A heading stands in a row with another one: of a person, of a field or of the frame of a table. The
    telephone number of whoever wrote the return stands alone, and is no column.
    """
    for number, row in enumerate(sheet.rows):
        texts = [
            (column, cell) for column, cell in enumerate(row) if isinstance(cell, str) and cell and not cell.isdecimal()
        ]
        if len(texts) < 2:
            continue
        personal = [(column, text) for column, text in texts if vocabulary.is_personal(text)]
        if personal and len(personal) + sum(_is_heading(text, vocabulary) for _, text in texts) > 1:
            for column, text in personal:
                place = Place(file, sheet.name, cell_address(number, column), number + 1)
                message = phrase(
                    "The column “{heading}” is about persons; the file was not read.", heading=text.strip()
                )
                yield Problem("personal-data-column", place, message, value=text.strip())


def _is_heading(text: str, vocabulary: Vocabulary) -> bool:
    meaning = vocabulary.meaning(text)
    return isinstance(meaning, str) or (meaning is not None and meaning is not Role.TOTAL)
