"""The rows below a table's header: which are returns, which sum them up, and where another table begins.

They come block by block and are told apart by what their columns hold, a whole block at once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.reading.headings import Vocabulary
from gbv_kpi.reading.layout import KnowsUnit, Layout, holds_figure, is_column_numbers
from gbv_kpi.reading.stock_phrases import is_signature
from gbv_kpi.reading.titles import year_named
from gbv_kpi.sheets.column import Block
from gbv_kpi.sheets.sheet import Sheet, text_of

Mask = NDArray[np.bool_]


class Kind(IntEnum):
    """What a row below a header is."""

    NOTHING = 0  # blank, or the header once more
    RETURN = 1
    TOTAL = 2
    NUMBERING = 3  # it numbers the columns
    WORDS = 4


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a block that hold a return, those that sum them up, and where another table begins."""

    lines: NDArray[np.intp]
    totals: NDArray[np.intp]
    years: Sequence[tuple[int, int, int]]  # row, column and year of the words between
    next_table: int | None


class Body:
    """The rows of one table, as they come by."""

    def __init__(self, layout: Layout, head: Sheet, vocabulary: Vocabulary, knows_unit: KnowsUnit) -> None:
        self.fields = tuple(layout.place_by_field.values())
        self.unit = layout.unit if layout.unit is not None else layout.unit_code
        self.named = self.unit if self.unit is not None else head.width  # the last column that may say "total"
        self.headings = [
            {column: text for column, cell in enumerate(head.rows[row]) if (text := text_of(cell))}
            for row in range(layout.top, layout.bottom + 1)
        ]
        self.vocabulary, self.knows_unit = vocabulary, knows_unit
        self.words_since: int | None = None  # the first row of words since the last row of the table
        self._below_signatures = False
        self._years: list[tuple[int, int, int]] = []

    def take(self, block: Block) -> Found:
        """The rows of the next block."""
        told = _Rows(self, block)
        kinds, repeated = told.kinds, told.repeats_header
        kinds = self._above_signatures(kinds, told)
        end, next_table = self._next_table(kinds, repeated, block.first)
        kinds = kinds[:end]
        lines, totals = (np.flatnonzero(kinds == kind) + block.first for kind in (Kind.RETURN, Kind.TOTAL))
        self._years.extend(_years(block, np.flatnonzero(kinds == Kind.WORDS)))
        return Found(lines, totals, tuple(self._years), next_table)

    def _above_signatures(self, kinds: NDArray[np.int8], told: "_Rows") -> NDArray[np.int8]:
        """Below a signature only what names a unit is a return."""
        signed = np.flatnonzero(told.signatures)
        first = 0 if self._below_signatures else int(signed[0]) if len(signed) else len(kinds)
        self._below_signatures = self._below_signatures or bool(len(signed))
        below = np.flatnonzero(kinds[first:] == Kind.RETURN) + first
        named = told.figures[below] & told.known_at(below)
        kinds[below[~named]] = Kind.WORDS
        return kinds

    def _next_table(self, kinds: NDArray[np.int8], repeated: Mask, first: int) -> tuple[int, int | None]:
        """Where the rows of this table end in the block, and the row another one begins with.

        With a title above it, a header begins another table; one that a page repeats stands bare.
        """
        words = np.flatnonzero(kinds == Kind.WORDS)
        rows = np.flatnonzero((kinds != Kind.WORDS) & (kinds != Kind.NOTHING))
        for header in [*np.flatnonzero(repeated).tolist(), len(kinds)]:
            before = rows[: np.searchsorted(rows, header)]
            after = words[np.searchsorted(words, before[-1]) if len(before) else 0 : np.searchsorted(words, header)]
            since = self.words_since if not len(before) else None
            if since is None and len(after):
                since = int(after[0]) + first
            if header == len(kinds):
                self.words_since = since
            elif since is not None:
                return header, since
        return len(kinds), None


def _years(block: Block, rows: NDArray[np.intp]) -> Iterator[tuple[int, int, int]]:
    """The years that words between the lines name."""
    found = []
    for number, column in enumerate(block.columns) if len(rows) else ():
        texts = column.at(rows).texts()
        for place, text in enumerate(texts.cells):
            if year := year_named(str(text)):
                found += [(int(row), number, year) for row in rows[texts.places == place] + block.first]
    yield from sorted(found)


class _Rows:
    """The rows of one block, and what is claimed of them."""

    def __init__(self, body: Body, block: Block) -> None:
        self._body, self._block = body, block
        self._texts = [column.texts() for column in block.columns]
        self._filled = [column.holds(bool) for column in self._texts]
        self._names = self._texts[body.unit] if body.unit is not None and body.unit < len(self._texts) else None
        self.figures = self._any(body.fields, lambda column: self._block.columns[column].holds(holds_figure))
        self.repeats_header = self._repeats_header()
        present = self._any(range(len(self._filled)), self._filled.__getitem__) & ~self.repeats_header
        self.named = self._names.holds(bool) if self._names else self._none()
        self.signatures = self._signatures(present & ~(self.named & self.figures))
        self.kinds = self._kinds(present)

    def _none(self) -> Mask:
        return np.zeros(len(self._block), dtype=bool)

    def _any(self, columns: Sequence[int], claims: Callable[[int], Mask]) -> Mask:
        found = self._none()
        for column in columns:
            if column < len(self._texts):
                found |= claims(column)
        return found

    def known_at(self, rows: NDArray[np.intp]) -> Mask:
        """Which of some rows name a unit."""
        if self._names is None:
            return np.zeros(len(rows), dtype=bool)
        return self._names.at(rows).holds(self._body.knows_unit)

    def _repeats_header(self) -> Mask:
        found = self._none()
        for heading in self._body.headings:
            same = np.ones(len(self._block), dtype=bool)
            for column in reversed(range(max([len(self._texts) - 1, *heading]) + 1)):  # names, which differ most, last
                if same.any():
                    texts = self._texts[column] if column < len(self._texts) else self._block.column(column)
                    same &= texts.holds(heading.get(column, "").__eq__)
            found |= same
        return found

    def _signatures(self, asked: Mask) -> Mask:
        """The rows of date, signatures and recipients among those asked for."""
        rows = np.flatnonzero(asked)
        found = self._none()
        for texts in self._texts if len(rows) else ():
            found[rows] |= texts.at(rows).holds(lambda text: is_signature([text]))
        return found

    def _kinds(self, present: Mask) -> NDArray[np.int8]:
        kinds = np.where(present, Kind.WORDS, Kind.NOTHING).astype(np.int8)
        kinds[present & self.figures] = Kind.RETURN
        without = np.flatnonzero(present & ~self.figures & self.named)
        filled = self._any(self._body.fields, self._filled.__getitem__)
        kinds[without[filled[without] | self.known_at(without)]] = Kind.RETURN
        sums = self._sums_up(np.flatnonzero(present & self.figures))
        kinds[sums[~self.known_at(sums)]] = Kind.TOTAL
        numbering = self._numbering(present)
        kinds[numbering[~self.known_at(numbering)]] = Kind.NUMBERING
        return kinds

    def _sums_up(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """The rows of figures that sum up others: they say so where the units stand, or before."""
        unit, found = self._body.unit, self._none()
        for number, texts in enumerate(self._texts[: self._body.named + 1]):
            if number not in self._body.fields:
                vocabulary = self._body.vocabulary
                found[rows] |= texts.at(rows).holds(vocabulary.sums_up if number == unit else vocabulary.is_total)
        return np.flatnonzero(found)

    def _numbering(self, present: Mask) -> NDArray[np.intp]:
        """The rows that number the columns."""
        rows = np.flatnonzero(present)
        for texts in self._texts:
            rows = rows[texts.at(rows).holds(_may_number)] if len(rows) else rows
        numbering = [row for row in rows.tolist() if is_column_numbers([text for text in self._row(row) if text])]
        return np.array(numbering, dtype=np.intp)

    def _row(self, row: int) -> list[str]:
        return [str(texts.cells[texts.places[row]]) for texts in self._texts]


def _may_number(text: str) -> bool:
    sign = text.split("=", maxsplit=1)[0].strip("()[] ")
    return len(sign) < 4 and (sign.isdecimal() or len(sign) < 2)
