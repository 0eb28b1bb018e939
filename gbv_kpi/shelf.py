"""Columns of numbers put aside: in memory while they are few, in a temporary file when they are many.

A run holds the rows that it reads and the year that it judges; all the others stand on a shelf.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from tempfile import SpooledTemporaryFile
from typing import Any
from weakref import finalize

import numpy as np
from numpy.typing import DTypeLike, NDArray

from gbv_kpi.errors import OutputError
from gbv_kpi.i18n import phrase

IN_MEMORY = 4 * 2**20  # bytes; the returns of a province take a few thousand


class Shelf:
    """Where columns are put aside; gone with the last of them."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # it is closed when nobody can read from it
        self._end = 0
        finalize(self, self._file.close)

    def __reduce__(self) -> tuple[Any, ...]:
        """What stands on it goes along to another process."""
        return _with, (self.take(0, np.dtype(np.uint8), self._end),)

    def put(self, numbers: NDArray[Any]) -> "Shelved":
        """Raises `OutputError` where the temporary folder has no room for it."""
        start = self._end
        try:
            self._file.seek(start)
            self._file.write(np.ascontiguousarray(numbers).data)
            self._file.flush()  # a full disk is told here
        except OSError as error:
            reason = error.strerror or type(error).__name__
            message = phrase("The folder for temporary files cannot be written to: {reason}.", reason=reason)
            raise OutputError(message) from error
        self._end += numbers.nbytes
        return Shelved([(self, start, numbers.dtype, len(numbers))])

    def take(self, start: int, kind: np.dtype[Any], count: int) -> NDArray[Any]:
        self._file.seek(start)
        return np.frombuffer(self._file.read(count * kind.itemsize), dtype=kind)


def _with(content: NDArray[np.uint8]) -> Shelf:
    shelf = Shelf()
    shelf.put(content)
    return shelf


Piece = tuple[Shelf, int, np.dtype[Any], int]  # where it starts, of which kind its numbers are, and how many


class Shelved:
    """A column on a shelf, or several after each other; read anew each time it is asked for."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = pieces
        *self._starts, self._length = accumulate((count for *_, count in pieces), initial=0)
        self._kind = np.result_type(*(kind for *_, kind, _ in pieces)) if pieces else np.dtype(np.int8)

    @classmethod
    def joined(cls, columns: Sequence["Shelved"]) -> "Shelved":
        """The columns after each other; nothing is moved."""
        return columns[0] if len(columns) == 1 else cls([piece for column in columns for piece in column._pieces])

    def __len__(self) -> int:
        return self._length

    def pieces(self) -> Iterator[NDArray[Any]]:
        """The column as it was put aside, one piece after the other."""
        return (shelf.take(start, kind, count) for shelf, start, kind, count in self._pieces)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        if len(self._pieces) == 1:
            (whole,) = self.pieces()
        else:
            whole = np.empty(self._length, dtype=self._kind)
            for start, piece in zip(self._starts, self.pieces(), strict=True):
                whole[start : start + len(piece)] = piece
        return whole if dtype is None else whole.astype(dtype, copy=bool(copy))

    def __getitem__(self, place: int) -> int:
        number = bisect_right(self._starts, range(self._length)[place]) - 1
        shelf, start, kind, _ = self._pieces[number]
        within = range(self._length)[place] - self._starts[number]
        return int(shelf.take(start + within * kind.itemsize, kind, 1)[0])

    def at(self, rows: NDArray[np.integer[Any]]) -> NDArray[Any]:
        """The numbers of some rows in ascending order, with a single piece of the column in memory."""
        edges = np.searchsorted(rows, [*self._starts, self._length])
        chosen = np.empty(len(rows), dtype=self._kind)
        for number in np.flatnonzero(np.diff(edges)).tolist():
            shelf, start, kind, count = self._pieces[number]
            some = slice(*edges[number : number + 2])
            chosen[some] = shelf.take(start, kind, count)[rows[some] - self._starts[number]]
        return chosen
