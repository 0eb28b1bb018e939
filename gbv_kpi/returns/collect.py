"""Files to returns and problems: every return read, validated by column, and held against the others.

A return with an error counts in no finding; a warning says how something was read and lets it pass.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.counts import Lines, at_rows
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Problem
from gbv_kpi.reading.identities import AssumedYear, Identity
from gbv_kpi.returns.batch import Batch, lines_of
from gbv_kpi.returns.checks import Key, repeated_return, repeated_returns
from gbv_kpi.returns.read_files import FileFound, Watch, read_files
from gbv_kpi.returns.received import Return, received_returns
from gbv_kpi.shelf import Shelf
from gbv_kpi.told import Problems

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file that was read: its name as given, its hash, and how many valid returns it held."""

    path: str
    sha256: str
    encoding: str | None  # of a CSV
    returns: int


@dataclass(frozen=True)
class Returns:
    """The valid returns of some files, and everything that is wrong with the files.

    `lines` has them as columns. Where a unit has merged since, its returns carry the code of its successor:
    their sum is the return. `refused` has the unit and year of returns with an error, as far as these are known.
    """

    lines: Lines
    problems: Sequence[Problem]
    files: tuple[FileRead, ...]
    refused: frozenset[tuple[str, int]]
    kept: Sequence[tuple[Batch, NDArray[np.bool_]]] = field(default=(), repr=False)  # and which lines are valid

    @cached_property
    def frame(self) -> "pd.DataFrame":
        """A row for each return: `unit` (code), `named` (the unit as the return names it), `year`, and the fields.

        These are whole numbers or NA.
        """
        return self.lines.frame()

    @property
    def received(self) -> Iterator[Return]:
        """The valid returns one by one, with the cell of every count; made when asked for."""
        return (given for batch, valid in self.kept for given in received_returns(batch, valid))


def read_returns(
    names: Iterable[str], plan: Plan, assumed: AssumedYear | None = None, watch: Watch = iter, processes: int = 1
) -> Returns:
    """The returns of the files with these names.

    `assumed` is the year of returns that name none; `watch` may follow the files as they are read, and very many
    are read by several `processes`. Raises `SourceError` for a file that cannot be opened.
    """
    return returns_of(read_files(list(names), plan, assumed, watch, processes), plan)


def returns_of(files: Sequence[FileFound], plan: Plan) -> Returns:
    """The returns that some files hold, held against each other."""
    shelf = Shelf()
    batches = [batch for file in files for batch in file.batches]
    lines = lines_of(batches, plan, shelf)
    starts = np.cumsum([0, *map(len, batches)])
    file_of_batch = [number for number, file in enumerate(files) for _ in file.batches]

    def at(row: int) -> tuple[int, Identity]:
        number = int(np.searchsorted(starts, row, side="right")) - 1
        return file_of_batch[number], batches[number].identity(row - int(starts[number]))

    repeated_by_file: list[list[Problem]] = [[] for _ in files]
    in_question = list(_in_question(lines, batches))
    pairs = sorted(repeated_returns(in_question))
    for row, first in pairs:
        (file, identity), (_, other) = at(row), at(first)
        repeated_by_file[file].append(repeated_return(identity, other))
    repeated, key_by_row = {row for row, _ in pairs}, {row: key for row, key, _, _ in in_question}
    in_doubt = {key_by_row[row] for row in repeated}  # neither counts where two returns say they are the unit's
    valid = np.ones(len(lines), dtype=bool)
    valid[[row for row, key in key_by_row.items() if key in in_doubt]] = False
    for batch, start in zip(batches, starts, strict=False):
        valid[start : start + len(batch)] &= ~np.asarray(batch.faulty)
    kept = [(batch, valid[start : start + len(batch)]) for batch, start in zip(batches, starts, strict=False)]
    returns_by_file = Counter[int]()
    for number, (_, counts) in zip(file_of_batch, kept, strict=True):
        returns_by_file[number] += int(counts.sum())
    refused = np.flatnonzero(~valid)
    unit, year = at_rows(lines.unit, refused), at_rows(lines.year, refused)
    known = (unit >= 0) & (year > 0)
    return Returns(
        lines.where(valid),
        Problems(told for file, again in zip(files, repeated_by_file, strict=True) for told in (file.problems, again)),
        tuple(
            FileRead(file.name, file.sha256, file.encoding, returns_by_file[number])
            for number, file in enumerate(files)
        ),
        frozenset(zip(map(lines.units.__getitem__, unit[known].tolist()), year[known].tolist(), strict=True)),
        kept,
    )


def _in_question(lines: Lines, batches: Sequence[Batch]) -> Iterator[tuple[int, Key, int, bool]]:
    """The rows whose unit and year another row has too, as `repeated_returns` takes them."""
    merged: list[NDArray[np.bool_]] = []
    for year in lines.years:
        rows = lines.rows_of(year)
        unit = at_rows(lines.unit, rows)
        rows, unit = rows[unit >= 0], unit[unit >= 0]
        again = np.bincount(unit, minlength=1)[unit] > 1
        if year and again.any():
            merged = merged or [np.append(batch.units.merged, False)[np.asarray(batch.unit)] for batch in batches]
            rows = rows[again]
            columns = rows, unit[again], at_rows(lines.named, rows), np.concatenate(merged)[rows]
            for row, of, named, was in zip(*(column.tolist() for column in columns), strict=True):
                yield row, (year, of), named, was
