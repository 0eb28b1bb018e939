"""Index the columns below a header by their distinct cells, and choose the one that is read for each field."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gbv_kpi.problems import Problem
from gbv_kpi.reading.grid import Column, Grid
from gbv_kpi.reading.labels import Kind
from gbv_kpi.reading.normalize import alike, label_words
from gbv_kpi.reading.tables import ambiguous, other_year, qualified, repeated
from gbv_kpi.sheets.sheet import Cell, text_of

Mask = NDArray[np.bool_]
Rows = NDArray[np.intp]
ROWS_LOOKED_AT = 300  # below a header, for what an unnamed column holds


@dataclass(frozen=True, eq=False)
class Values:
    """The distinct cells of one column below a header, and the index of each row's cell."""

    codes: NDArray[np.int32]
    cells: Sequence[Cell]

    def holds(self, claim: Callable[[Cell], bool]) -> Mask:
        """Return a mask of the rows that satisfy the predicate."""
        return np.fromiter(map(claim, self.cells), dtype=bool, count=len(self.cells))[self.codes]

    def read(self, reading: Callable[[Cell], int], among: Mask) -> NDArray[np.int8]:
        """Return the reading of the cell of some rows, reading each distinct cell once."""
        codes = self.codes[among]
        present = np.flatnonzero(np.bincount(codes, minlength=len(self.cells)))
        readings = np.zeros(len(self.cells), dtype=np.int8)
        readings[present] = [reading(self.cells[code]) for code in present.tolist()]
        return readings[codes]

    def total(self, reading: Callable[[Cell], int], among: Rows) -> int:
        """Return the sum of the readings of the cells of some rows, reading each distinct cell once."""
        times = np.bincount(self.codes[among], minlength=len(self.cells)).tolist()
        return sum(number * reading(cell) for cell, number in zip(self.cells, times, strict=True) if number)

    @cached_property
    def looks(self) -> "Values":
        """Return the cells with their long numbers made equal, for claims that do not depend on them."""
        code_by_look: dict[Cell, int] = {}
        looks = (alike(cell) if isinstance(cell, str) else cell for cell in self.cells)
        look_codes = [code_by_look.setdefault(look, len(code_by_look)) for look in looks]
        if len(code_by_look) == len(self.cells):
            return Values(self.codes, self.cells)  # itself would be a reference cycle
        return Values(np.array(look_codes, dtype=np.int32)[self.codes], list(code_by_look))

    def texts_at(self, rows: Rows) -> list[tuple[str, Rows]]:
        """Return every distinct text of some rows, with the rows that have it."""
        short = self.codes.astype(np.min_scalar_type(len(self.cells)), copy=False)  # 16 bits sort ten times as fast
        order = np.argsort(short[rows], kind="stable")
        codes, rows = self.codes[rows][order], rows[order]
        starts = np.flatnonzero(np.diff(codes, prepend=-1))
        groups = np.split(rows, starts[1:]) if len(starts) else []
        return [(text_of(self.cells[code]), group) for code, group in zip(codes[starts].tolist(), groups, strict=True)]


class Columns:
    """The columns of a sheet from one row on, and their distinct cells; every column is indexed once."""

    def __init__(self, grid: Grid, first: int) -> None:
        self.first = first
        self._rows = grid.rows[first:]
        self._widths = {len(row) for row in self._rows}
        self._tail = grid.sheet.tail
        self.count = len(self._rows) + (0 if self._tail is None else len(self._tail))
        self.width = max([*self._widths, 0 if self._tail is None else self._tail.shape[1]])
        # Dicts: a cache of methods is a reference cycle, which kept 65 MiB of a million returns (2026-11-26).
        self._values: dict[int, Values] = {}
        self._all_figures: dict[int, bool] = {}

    def cells(self, column: int) -> Sequence[Cell]:
        """Return the loaded cells, without those of the tail."""
        if len(self._widths) == 1 and column < next(iter(self._widths)):
            return [row[column] for row in self._rows]
        return [row[column] if column < len(row) else "" for row in self._rows]

    def cell(self, column: int, row: int) -> Cell:
        values = self.values(column)
        return values.cells[int(values.codes[row])]

    def texts(self, columns: Iterable[int], row: int) -> list[str]:
        """Return the texts of the filled cells of a row."""
        return [text for column in columns if (text := text_of(self.cell(column, row)))]

    def values(self, column: int) -> Values:
        """Return the distinct cells, and the index of each row's cell."""
        if column not in self._values:
            cells = self.cells(column)
            code_by_cell = {cell: code for code, cell in enumerate(dict.fromkeys(cells))}
            codes = np.fromiter(map(code_by_cell.__getitem__, cells), dtype=np.int32, count=len(cells))
            if self._tail is not None:
                tail = self._tail[column] if column in self._tail else pd.Series([""]).repeat(len(self._tail))
                tail_codes, different = pd.factorize(tail)
                new_codes = [code_by_cell.setdefault(cell, len(code_by_cell)) for cell in different.tolist()]
                codes = np.append(codes, np.array(new_codes, dtype=np.int32)[tail_codes])
            self._values[column] = Values(codes, list(code_by_cell))
        return self._values[column]

    def all_figures(self, column: int) -> bool:
        """Return whether a column holds numbers only, so that its cells need no test one by one."""
        if column not in self._all_figures:
            tail, cells = self._tail, self.cells(column)
            is_numeric = tail is None or (column in tail and not isinstance(tail[column].dtype, pd.CategoricalDtype))
            are_numbers = set(map(type, cells)) <= {int, float} or all(map(_is_digits, cells))
            self._all_figures[column] = is_numeric and are_numbers
        return self._all_figures[column]

    def series(self, column: int, rows: Rows) -> pd.Series:
        """Return the cells of some rows as they are read: whole numbers, categories of texts, or cells."""
        chosen = slice(None) if len(rows) == self.count else rows
        cells = self.cells(column)
        if self.all_figures(column) and (numbers := _whole_numbers(cells)) is not None:
            parts = [numbers] if self._tail is None else [numbers, self._tail[column].to_numpy()]
            return pd.Series(np.concatenate(parts)[chosen], copy=False)
        if self._tail is None:
            return pd.Series(np.array(cells, dtype=object)[chosen], dtype=object)
        known = self.values(column)
        different: Any = np.array(known.cells, dtype=object)
        if all(isinstance(cell, str) for cell in known.cells):
            return pd.Series(pd.Categorical.from_codes(known.codes[chosen], pd.Index(different)))
        return pd.Series(different[known.codes[chosen]], dtype=object)

    def first_cells(self, column: int) -> list[Cell]:
        """Return the filled cells among the first ones."""
        return [cell for cell in self.cells(column)[:ROWS_LOOKED_AT] if cell != ""]

    def which(self, column: int, claim: Callable[[Cell], bool]) -> Mask:
        """Return a mask of the rows with a cell that satisfies a claim; numbers do."""
        if self.all_figures(column):
            return np.ones(self.count, dtype=bool)
        return self.values(column).looks.holds(claim)

    def has_cells(self, column: int, rows: Rows) -> bool:
        """Return whether a column has a filled cell in some rows."""
        if column >= self.width or self.all_figures(column):
            return column < self.width and bool(rows.size)
        values = self.values(column)
        return any(text_of(values.cells[code]) != "" for code in pd.unique(values.codes[rows]).tolist())

    def without_field(self, others: Sequence[Column], rows: Rows) -> Iterator[Column]:
        """Yield the columns that mean nothing to the plan: those with a heading, or with figures but no numbering."""
        for column in others:
            if column.path:
                yield column
            elif self.has_cells(column.at, rows):
                texts = map(text_of, self.series(column.at, rows).tolist()[:ROWS_LOOKED_AT])
                figures = [text for text in texts if text and text[0].isdigit()]
                if figures and not counts_up(figures):
                    yield replace(column, row=self.first - 1)


def counts_up(texts: Sequence[str]) -> bool:
    """Return whether figures only number the rows."""
    return all(text.isdecimal() for text in texts) and all(
        int(after) in (int(before) + 1, 1) for before, after in pairwise(["0", *texts])
    )


def _whole_numbers(cells: Sequence[Cell]) -> NDArray[np.integer[Any]] | None:
    """Return numbers, or texts of digits, as whole numbers of 32 or 64 bits; None where some may not be exact."""
    numbers: NDArray[np.float64] = np.array(cells, dtype=np.float64)
    largest = np.abs(numbers).max(initial=0)
    if largest >= 2**53 or (np.floor(numbers) != numbers).any():
        return None
    return numbers.astype(np.int32 if largest < 2**31 else np.int64)


def _is_digits(cell: Cell) -> bool:
    return isinstance(cell, str) and cell.isascii() and cell.isdigit() and len(cell) < 19 and str(int(cell)) == cell


@dataclass(frozen=True)
class Fields:
    """The columns of figures that are read, by the year that their headings name, and what is wrong with others."""

    by_year: dict[int | None, dict[str, Column]]
    problems: list[Problem]
    unread: list[Column]


def choose_columns(grid: Grid, named: Sequence[Column], titled: frozenset[int], holds: Callable[[int], bool]) -> Fields:
    """Choose the column of each field and year; `holds` tests whether a column has cells in the rows of the returns."""
    spot = grid.spot
    unread = [column for column in named if column.meaning.against and not _is_sole_estimate(column, named)]
    free = [column for column in named if column not in unread]
    problems = [qualified(spot, column, Kind.ESTIMATE) for column in free if column.meaning.against]
    if with_plans := _plans_and_results(named):
        problems.append(ambiguous(spot, None, with_plans))
    unread += [column for column in free if len(column.meaning.years) > 1]
    years = {column.at: next(iter(column.meaning.years), None) for column in free if column not in unread}
    own = {year for year in years.values() if year}
    if len(titled) == 1 and titled & own:
        others = [column for column in free if years.get(column.at) in own - titled]
        others.sort(key=lambda column: list(years.values()).index(years[column.at]))
        problems += [other_year(spot, column, years.pop(column.at) or 0) for column in others]
        own = set(titled)
    if len(own) == 1:
        years = {column: year or min(own) for column, year in years.items()}
    claims: dict[tuple[int | None, str], list[Column]] = defaultdict(list)
    for column in free:
        if own and years.get(column.at, 0) is None:
            unread.append(column)  # without a year, although the others name several
        elif column.at in years:
            claims[years[column.at], str(column.meaning.field)].append(column)
    by_year: dict[int | None, dict[str, Column]] = {year: {} for year, _ in claims}
    for (year, field), found in claims.items():
        filled = [column for column in found if holds(column.at)]
        if len(found) == 1 or len(filled) == 1:
            by_year[year][field] = (filled or found)[0]
            continue
        of_field = grid.reader.plan.field_by_id[field]
        is_repeated = len({tuple(map(label_words, column.path)) for column in found}) == 1
        repeats = (repeated(spot, of_field, column) for column in found[1:])
        problems += repeats if is_repeated else [ambiguous(spot, of_field, found)]
    return Fields(by_year or {None: {}}, problems, unread)


def _plans_and_results(named: Sequence[Column]) -> list[Column]:
    """Return the columns of two fields and more that have a plan and a result under one heading.

    Such a table follows a plan through the year; only the sender knows which columns are the return.
    """
    pairs = [
        (column, result)
        for column in named
        if set(column.meaning.kinds) == {Kind.TARGET} and len(column.path) > 1
        for result in named
        if column.path[:-1] == result.path[:-1] and not result.meaning.against
    ]
    return [column for pair in pairs for column in pair] if len(pairs) > 1 else []


def _is_sole_estimate(column: Column, named: Sequence[Column]) -> bool:
    """Return whether a column is an estimate, and its field has no other figure of the same year."""
    of_field = (other.meaning.years for other in named if other.meaning.field == column.meaning.field)
    rivals = [years for years in of_field if not (years and column.meaning.years) or years & column.meaning.years]
    return set(column.meaning.kinds) == {Kind.ESTIMATE} and len(rivals) == 1
