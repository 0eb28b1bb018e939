"""Select the rows of a table to withhold, so that no small count can be derived from this or former publications.

The reader has the total of the province and the counts of every unit shown. By subtraction
he derives the sum of the withheld units, of every printed amount: counts of victims or cases, and a whole less its
parts (20 of 22 helped reveals 2 who were not; so does a shortfall). Former publications give him several such sums.
Withheld units that were in the same sums form a *cell*, and we assume that he knows the sum of each cell, which is
the most that he can derive. Cell 0 has the units that were in no sum yet: a total printed now reveals their sum.

All amounts of a unit are withheld, or none. The units are:

1. Those with an amount from 1 up to below the limit, unless it was printed before: what was published stays so.
   An amount of 0 concerns no person and is not a reason.
2. Units that only the total includes: a predecessor of an incomplete group is in no row.
3. Further units, until in each cell, for every amount that is small in one of its units
   a) at least `FEWEST` withheld units have it: a third one, so that a unit that knows its own count does not
      learn its neighbour's;
   b) their sum is 0 or at least the limit. If the whole province has fewer, its total is printed anyway and
      nothing protects them;
   c) their amounts are not all equal, or the sum would reveal each of them (three units with 3 cases together,
      and each known to have one or more).
   A cell that lost a unit, because it is shown now, keeps `FEWEST` units even if no small amount is left in it.

In a provisional year the missing units' counts may be small. No total is printed, so that none can be subtracted from
a later one, and as many units are withheld now as the later total will need: at least two, with a sum of at least the
limit for every amount, or all.

The rule that selects further units is public, so it must not reveal which ones they are. It takes the smallest unit
that suffices by itself, or else the smallest of all. Units with the same counts are taken together: if only one of two
equal units were withheld, it could not be the reason, and so the reason would be known.

With two or more units in a cell, every distribution of their sum is possible: any unit may have all of it and the
others none, since a sum of parts and wholes is itself a part and a whole. So a withheld amount lies between 0 and the
sum. Knowing which units meet a threshold narrows nothing: a unit with all of the sum meets it if the sum does. If no
selection of rows protects a unit, because it is the only one or all others were published before, the total is withheld
(`failing` amounts).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FEWEST = 3

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Column:
    """One amount in all rows of a table, in pieces: a piece is the part of a row in one cell.

    `own` is the amount that each row prints, NaN if it prints none. The sum of the column is published now, or later,
    when the missing units have reported.
    """

    own: Floats
    is_reason: Booleans  # by row: whether it is a small amount that was not printed before
    was_printed: Booleans  # by row: whether a former publication printed it
    row: Integers  # by piece; -1 for units in no row
    cell: Integers
    value: Floats
    units: Integers  # the number of units in a piece
    is_corrected: Booleans  # by piece: whether a former sum with it has changed
    is_free: Booleans  # by piece: whether nothing printed about its row bounds the amount
    is_sum_printed: bool = True
    is_sum_late: bool = False  # printed when the missing units have reported
    is_strict: bool = False  # there are former publications: protect units withheld for other amounts, too


def is_small(amount: Any, limit: int) -> Any:
    """Return whether an amount, or each of an array, is about few persons."""
    return (amount >= 1) & (amount < limit)


def select_rows(columns: Sequence[Column], limit: int, forced: Booleans) -> tuple[Booleans, list[int]]:
    """Return the rows to withhold, and the numbers of the amounts left unprotected.

    `forced` rows are withheld in any case.
    """
    if not columns:
        return forced, []
    hidden = np.logical_or.reduce([forced, *(column.is_reason for column in columns)])
    was_printed = np.logical_and.reduce([column.was_printed for column in columns])
    groups = _groups(columns, np.flatnonzero(~hidden & ~was_printed))
    failing = _failing(columns, limit, hidden)
    while groups and failing:
        settling = (number for number, rows in enumerate(groups) if not _failing(columns, limit, _with(hidden, rows)))
        hidden = _with(hidden, groups.pop(min(settling, key=lambda number: len(groups[number]), default=0)))
        failing = _failing(columns, limit, hidden)
    return hidden, failing


def is_recovered(column: Column, row: int) -> bool:
    """Return whether former publications reveal the amount of a row: they print it, or its cell has no other piece."""
    cells = column.cell[column.row == row]
    is_alone = len(cells) == 1 and cells[0] > 0 and (column.cell == cells[0]).sum() == 1
    return bool(column.was_printed[row] or is_alone)


def _with(hidden: Booleans, rows: Integers) -> Booleans:
    more = hidden.copy()
    more[rows] = True
    return more


def _groups(columns: Sequence[Column], rows: Integers) -> list[Integers]:
    """Return the rows, equal ones together, the smallest first, and those without any amount last."""
    amounts: list[Floats] = []
    for column in columns:
        in_row = column.row >= 0
        added = np.full(len(column.own), -1.0)
        added[column.row[in_row]] = 0
        np.add.at(added, column.row[in_row], column.value[in_row])
        amounts += [added, np.nan_to_num(column.own, nan=-1)]
    sizes = np.maximum(amounts[::2], 0).sum(axis=0)
    _, group = np.unique(np.stack([sizes == 0, sizes, *amounts], axis=1)[rows], axis=0, return_inverse=True)
    group = group.reshape(-1)
    order = np.argsort(group, kind="stable")
    return np.split(rows[order], np.flatnonzero(np.diff(group[order])) + 1)


def _failing(columns: Sequence[Column], limit: int, hidden: Booleans) -> list[int]:
    with_rest = np.append(hidden, True)  # row -1: units in no row
    return [number for number, column in enumerate(columns) if not _is_protected(column, limit, with_rest[column.row])]


def _is_protected(column: Column, limit: int, hidden: Booleans) -> bool:
    """Return whether the hidden rows protect the small amounts of every cell."""
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
    late = is_first & column.is_sum_late
    is_whole = pieces == len(column.row)
    is_open = pieces == np.bincount(column.cell, minlength=size)  # no unit of it is shown, so nothing new is revealed
    is_corrected = np.bincount(cell, weights=column.is_corrected[hidden], minlength=size) > 0
    is_new = is_first | is_corrected  # a total printed now reveals an unknown sum
    untouched = ((pieces == 0) & ~(late & (column.row.size > 0))) | (
        (is_first | is_open) & ~(is_new & column.is_sum_printed)
    )
    is_bound = pieces > count  # a printed sum of a row bounds its amount, and so those of the others
    is_revealed = is_small(summed, limit) | ((late | is_bound) & (summed == 0))
    hides_small_amounts = ((least != most) | (late & ~is_small(least, limit))) & (
        ~is_revealed | np.where(late, summed == column.value.sum(), is_small(column.value.sum(), limit) & ~is_bound)
    )
    is_singled_out = (count <= 1) & ((units == 1) | (pieces > 1) | is_small(summed, limit))
    return bool(
        np.all(
            untouched
            | ~(small | late | ~is_first | column.is_strict)
            | (is_whole & (late | ~(is_singled_out | (is_bound & is_revealed))))
            | ((count == 1) & ~is_singled_out)
            | ((count + late >= FEWEST) & (~(small | late) | hides_small_amounts))
        )
    )
