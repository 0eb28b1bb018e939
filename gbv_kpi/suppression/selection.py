"""Which rows of a table are withheld, so that no small count can be told from what is published, now or before.

The reader has the total of the province and the counts of every unit shown. What he works out by subtraction
is what the withheld units have together, of every amount that is printed: counts of victims or cases, and
what a whole has over its parts (20 of 22 helped tells of 2 who were not; so does a shortfall). With former
publications he has several such sums. Withheld units that were in the same sums so far form a *cell*, and we
take it that he knows the sum of each cell: he can work out these sums at most. Cell 0 are the units that were
in no sum yet: a total that is printed now tells their sum, and one that is not tells nothing of them.

All amounts of a unit are withheld, or none. The units are:

1. Those with an amount from 1 up to below the limit, unless it was printed before: what was published stays so.
   An amount of 0 tells of nobody and is no reason by itself.
2. What the total holds beside the rows: a predecessor whose group is not complete is in no row.
3. Further units, until in each cell, of every amount that is small in one of its units
   a) at least `FEWEST` withheld units have it: a third one, so that a unit that knows its own count does not
      learn its neighbour's;
   b) these have together none, or at least the limit. Where the whole province has fewer, that is printed
      anyhow and cannot be helped;
   c) they do not all have the same, for then their number would tell it (three units with 3 cases together,
      and each known to have one or more).
   A cell that lost a unit, for it is shown now, keeps `FEWEST` units even where nothing small is left in it.

In an interim year units are still to report, and their counts may be small. No total is printed, so that none can
be subtracted from a later one; and as many units are withheld now as the later total will need: two at least, with
the limit of every amount together, or all.

How the further units are chosen is no secret either, so it must not tell who is one. The smallest unit is taken
that settles the matter alone, and where none does, the smallest of all. Units with the same counts are taken
together: one of two equal units withheld and the other shown would tell that the one withheld was not the
reason, and so who was.

With two or more units in a cell, every reading that fits their sums is open: any one of them may have all and
the others none, for a sum of parts and wholes is itself a part and a whole. So the least and the most that a
withheld amount can be are 0 and the sum. Whether single units meet a threshold narrows nothing: one that has all
stands as the sum does. Where no choice of rows protects a unit, because it is the only one or all others were
published before, the total is withheld (`failing` amounts).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

FEWEST = 3

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Column:
    """One amount in all rows of a table, in pieces: each is the part of a row that is in one cell.

    `own` is what each row tells of it, NaN where it tells nothing.
    """

    own: Floats
    is_reason: Booleans  # by row: whether showing it would tell a small amount that was not printed before
    was_printed: Booleans  # by row: whether a former publication printed it
    row: Integers  # by piece; -1 for what is in no row
    cell: Integers
    value: Floats
    units: Integers  # the number of units in a piece
    is_corrected: Booleans  # by piece: whether a former sum that it is in was another
    is_free: Booleans  # by piece: whether nothing was printed of its row, by which a reader could bound the amount


@dataclass(frozen=True, slots=True)
class Sum:
    """How the sum of a column is published: whether it is printed, or will be when the late units have reported."""

    is_told: bool = True
    is_late: bool = False
    is_strict: bool = False  # there are former publications: units withheld for another amount count as well


def is_small(amount: Any, limit: int) -> Any:
    """Return whether an amount, or each of an array, tells of a few persons."""
    return (amount >= 1) & (amount < limit)


def chosen(columns: Sequence[Column], sums: Sequence[Sum], limit: int, forced: Booleans) -> tuple[Booleans, list[int]]:
    """Return the rows to withhold, and the numbers of the amounts that they do not protect.

    `forced` rows are withheld in any case.
    """
    hidden = forced.copy()
    for column in columns:
        hidden |= column.is_reason
    rest = np.flatnonzero(~hidden & ~np.logical_and.reduce([column.was_printed for column in columns])).tolist()
    ranks = _ranks(columns, rest)
    groups = [list(group) for _, group in groupby(sorted(rest, key=ranks.__getitem__), key=ranks.__getitem__)]
    failing = _failing(columns, sums, limit, hidden)
    while groups and failing:
        settling = (group for group in groups if not _failing(columns, sums, limit, _with(hidden, group)))
        group = min(settling, key=len, default=groups[0])
        groups.remove(group)
        hidden = _with(hidden, group)
        failing = _failing(columns, sums, limit, hidden)
    return hidden, failing


def is_recovered(column: Column, row: int) -> bool:
    """Return whether former publications tell the small amount of a row."""
    if column.was_printed[row]:
        return True
    pieces = column.row == row
    cells = column.cell[pieces]
    if cells.size != 1 or not cells[0]:
        return False
    return bool((column.cell == cells[0]).sum() == 1)


def _with(hidden: Booleans, rows: list[int]) -> Booleans:
    more = hidden.copy()
    more[rows] = True
    return more


def _ranks(columns: Sequence[Column], rows: list[int]) -> dict[int, tuple[bool, float, list[tuple[float, float]]]]:
    """Rows with the same amounts have the same rank; those with nothing to hide behind come last."""
    added = np.full((len(columns[0].own), len(columns)), -1.0) if columns else np.empty((0, 0))
    for number, column in enumerate(columns):
        in_row = column.row >= 0
        added[column.row[in_row], number] = 0
        np.add.at(added[:, number], column.row[in_row], column.value[in_row])
    own = np.nan_to_num(np.stack([column.own for column in columns], axis=1), nan=-1) if columns else added
    sizes = np.where(added > 0, added, 0).sum(axis=1)
    return {
        row: (sizes[row] == 0, sizes[row], list(zip(added[row].tolist(), own[row].tolist(), strict=True)))
        for row in rows
    }


def _failing(columns: Sequence[Column], sums: Sequence[Sum], limit: int, hidden: Booleans) -> list[int]:
    with_rest = np.append(hidden, True)  # row -1: what is in no row
    return [
        number
        for number, (column, total) in enumerate(zip(columns, sums, strict=True))
        if not _is_kept(column, total, limit, with_rest[column.row])
    ]


def _is_kept(column: Column, total: Sum, limit: int, hidden: Booleans) -> bool:
    """Return whether every cell of what is hidden keeps its small amounts."""
    size = int(column.cell.max(initial=0)) + 1
    cell, value = column.cell[hidden], column.value[hidden]
    free = column.is_free[hidden]
    pieces = np.bincount(cell, minlength=size)
    count = np.bincount(cell, weights=free, minlength=size)
    units = np.bincount(cell, weights=column.units[hidden], minlength=size)
    summed = np.bincount(cell, weights=value * free, minlength=size)
    small = np.bincount(cell, weights=is_small(value, limit), minlength=size) > 0
    least, most = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(least, cell[free], value[free])
    np.maximum.at(most, cell[free], value[free])
    is_first = np.arange(size) == 0
    late = is_first & total.is_late
    is_whole = pieces == len(column.row)
    is_open = pieces == np.bincount(column.cell, minlength=size)  # nothing was taken from it, and so nothing is new
    is_corrected = np.bincount(cell, weights=column.is_corrected[hidden], minlength=size) > 0
    is_new = is_first | is_corrected  # a total that is printed now tells a sum that was not known
    untouched = ((pieces == 0) & ~(late & (column.row.size > 0))) | ((is_first | is_open) & ~(is_new & total.is_told))
    is_bound = pieces > count  # what was printed of a row limits what it may hold, and so what the others may
    is_told = is_small(summed, limit) | ((late | is_bound) & (summed == 0))
    keeps_small = ((least != most) | (late & ~is_small(least, limit))) & (
        ~is_told | np.where(late, summed == column.value.sum(), is_small(column.value.sum(), limit) & ~is_bound)
    )
    is_recovered = (count <= 1) & ((units == 1) | (pieces > 1) | is_small(summed, limit))
    return bool(
        np.all(
            untouched
            | ~(small | late | ~is_first | total.is_strict)
            | (is_whole & (late | ~(is_recovered | (is_bound & is_told))))
            | ((count == 1) & ~is_recovered)
            | ((count + late >= FEWEST) & (~(small | late) | keeps_small))
        )
    )
