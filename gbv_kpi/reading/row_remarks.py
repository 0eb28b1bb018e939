"""Read what words in a table's rows say against their figures: a sex, a sector, an office, a note."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gbv_kpi.reading.columns import Columns, Rows
from gbv_kpi.reading.header import Column
from gbv_kpi.reading.labels import Kind
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.remarks import against_in_cell
from gbv_kpi.reading.years import Texts


@dataclass(frozen=True, slots=True, eq=False)
class Doubt:
    """Rows with the same word that keeps them from being the whole result of the year."""

    kind: Kind
    column: Column
    text: str
    rows: Rows

    @property
    def shown(self) -> str:
        """Return what is quoted: of a column that nobody knows only its heading, for it may name persons."""
        return self.column.heading if self.kind is Kind.UNEXPLAINED else self.text


def doubts_in(
    columns: Columns, rows: Rows, others: Sequence[Column], fields: Sequence[int], reader: Reader
) -> Iterator[Doubt]:
    """Yield what the columns without figures say against some rows."""
    first = min(fields, default=0)
    for column in others:
        heading = column.path[-1] if column.path else ""
        is_count = column.at < columns.width and columns.all_figures(column.at)
        if column.at >= columns.width or (is_count and not against_in_cell(heading, "1", reader, is_label=True)):
            continue
        is_label = bool(heading) and column.at < first
        for text, at in columns.values(column.at).texts_at(rows):
            if text and (kind := against_in_cell(heading, text, reader, is_label=is_label)):
                yield Doubt(kind, column, text, at)


def split_rows(rows: Rows, doubts: Sequence[Doubt], names: Sequence[Texts]) -> tuple[Rows, list[Doubt]]:
    """Return the rows to read, and the doubts about them: a part is left out where its unit has a row without a doubt.

    `names` are what the rows have for unit, code and year.
    """
    serious = [doubt for doubt in doubts if doubt.kind is not Kind.ESTIMATE]
    if not serious:
        return rows, list(doubts)
    in_doubt = np.isin(rows, np.concatenate([doubt.rows for doubt in serious]))
    of = np.zeros(len(rows), dtype=np.int64)
    for texts in names:
        _, of = np.unique(of * len(texts.values) + texts.codes, return_inverse=True)
    is_first = np.zeros(len(rows), dtype=bool)
    is_first[np.unique(of, return_index=True)[1]] = True
    kept = rows[~in_doubt | (is_first & ~np.isin(of, of[~in_doubt]))]
    return kept, [
        Doubt(doubt.kind, doubt.column, doubt.text, at)
        for doubt in doubts
        if (at := np.intersect1d(doubt.rows, kept)).size
    ]
