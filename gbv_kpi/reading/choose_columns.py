"""Choose the column of each field: the only one that means the whole result of the year."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gbv_kpi.problems import Problem
from gbv_kpi.reading.columns import Columns
from gbv_kpi.reading.header import Column
from gbv_kpi.reading.labels import Kind
from gbv_kpi.reading.normalize import label_words
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.refusals import Seen, Spot, ambiguous, other_year, qualified, repeated
from gbv_kpi.reading.title_block import TitleBlock
from gbv_kpi.sheets.sheet import text_of

Rows = NDArray[np.intp]


ROWS_LOOKED_AT = 300  # below a header, for what an unnamed column holds


@dataclass(frozen=True, slots=True)
class Fields:
    """The columns of figures that are read, by the year that their headings name, and what is wrong with others."""

    by_year: dict[int | None, dict[str, Column]]
    problems: list[Problem]
    unread: list[Column]


def choose_columns(
    columns: Columns, rows: Rows, named: Sequence[Column], title: TitleBlock, spot: Spot, reader: Reader
) -> Fields:
    """Choose the column of each field: the only one that means the whole result of the year."""
    problems: list[Problem] = []
    unread = [column for column in named if column.meaning.against and not _is_estimate(column, named)]
    free = [column for column in named if column not in unread]
    problems += [
        qualified(spot, column.row, column.at, column.heading, Kind.ESTIMATE)
        for column in free
        if column.meaning.against
    ]
    if beside := _plans_beside(named):
        problems.append(ambiguous(spot, None, [(column.row, column.at, column.heading) for column in beside]))
    titled = title.named_years
    groups: dict[int | None, dict[str, list[Column]]] = defaultdict(lambda: defaultdict(list))
    for column in free:
        years = column.meaning.years
        if len(years) > 1:
            unread.append(column)
            continue
        groups[next(iter(years), None)][str(column.meaning.field)].append(column)
    own = [year for year in groups if year is not None]
    if len(titled) == 1 and titled & set(own):
        (year,) = titled
        for other in [other for other in own if other != year]:
            for column in (column for found in groups.pop(other).values() for column in found):
                problems.append(other_year(spot, column.row, column.at, column.heading, other))
        own = [year]
    if len(own) == 1:
        (year,) = own
        for field, found in groups.pop(None, {}).items():
            groups[year][field] += found
    elif own:
        unread += [column for found in groups.pop(None, {}).values() for column in found]
    by_year = {year: dict(_sole(columns, rows, found, spot, reader, problems)) for year, found in groups.items()}
    return Fields(by_year or {None: {}}, problems, unread)


def _plans_beside(named: Sequence[Column]) -> list[Column]:
    """Return the columns of two fields and more that have a plan and a result under one heading.

    Such a table follows a plan through the year; which of its columns are a return is for the sender to say.
    """
    targets = [column for column in named if {kind for kind, _ in column.meaning.against} == {Kind.TARGET}]
    pairs = [
        (column, result)
        for column in targets
        for result in named
        if len(column.path) > 1 and column.path[:-1] == result.path[:-1] and not result.meaning.against
    ]
    return [column for pair in pairs for column in pair] if len(pairs) > 1 else []


def _is_estimate(column: Column, named: Sequence[Column]) -> bool:
    """Whether a column is headed as an estimate, and no other one is of its field."""
    kinds = {kind for kind, _ in column.meaning.against}
    return kinds == {Kind.ESTIMATE} and not any(
        other is not column and other.meaning.field == column.meaning.field for other in named
    )


def _sole(
    columns: Columns, rows: Rows, found: dict[str, list[Column]], spot: Spot, reader: Reader, problems: list[Problem]
) -> Iterator[tuple[str, Column]]:
    """Yield the one column of each field; two with figures are a problem, and none of them is read."""
    for field, claimants in found.items():
        if len(claimants) == 1:
            yield field, claimants[0]
            continue
        filled = [column for column in claimants if has_cells(columns, column.at, rows)]
        if len(filled) == 1:
            yield field, filled[0]
            continue
        of_field = reader.plan.field_by_id[field]
        headings = {tuple(map(label_words, column.path)) for column in claimants}
        if len(headings) == 1:
            problems += [repeated(spot, of_field, one.row, one.at, one.heading) for one in claimants[1:]]
        else:
            problems.append(ambiguous(spot, of_field, [(one.row, one.at, one.heading) for one in claimants]))


def has_cells(columns: Columns, at: int, rows: Rows) -> bool:
    if at >= columns.width:
        return False
    if columns.all_figures(at):
        return bool(rows.size)
    values = columns.values(at)
    return any(text_of(values.cells[code]) != "" for code in pd.unique(values.codes[rows]).tolist())


def figures_without_field(others: Sequence[Column], columns: Columns, rows: Rows) -> Iterator[Column]:
    """Yield the columns that mean nothing to the plan: those with a heading, or with figures but no numbering."""
    for column in others:
        if column.path:
            yield column
        elif column.at < columns.width and has_cells(columns, column.at, rows):
            series = columns.series(column.at, rows)
            numbers = [text_of(cell) for cell in series.tolist()[:ROWS_LOOKED_AT]]
            figures = [text for text in numbers if text and text[0].isdigit()]
            if figures and not _counts_up(figures):
                yield replace(column, row=columns.first - 1)


def _counts_up(texts: Sequence[str]) -> bool:
    """Whether figures only number the rows."""
    return all(text.isdecimal() for text in texts) and all(
        int(after) == int(before) + 1 or int(after) == 1 for before, after in pairwise(["0", *texts])
    )


def other_meanings(named: Sequence[Column], chosen: dict[str, Column]) -> dict[str, list[Seen]]:
    """Return the columns of each field that have other meanings."""
    seen: dict[str, list[Seen]] = defaultdict(list)
    for column in named:
        if column.meaning.against and column.meaning.field not in chosen:
            kinds = tuple(kind for kind, _ in column.meaning.against)
            seen[str(column.meaning.field)].append(Seen(column.row, column.at, column.heading, kinds))
    return seen
