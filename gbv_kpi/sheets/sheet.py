"""Define a sheet: its cells, merged areas, and hidden rows and columns."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class FormulaWithoutValue:
    """A formula that no program has calculated yet."""


@dataclass(frozen=True)
class FormulaError:
    """A formula that calculates to an error such as #DIV/0!."""

    name: str


@dataclass(frozen=True)
class Percentage:
    """A number that its sheet shows as a percentage: 0.95 is shown as 95%."""

    share: float


PIECE = 2**16  # bytes or characters; the system allocates a larger piece anew each time
LONGEST_NAME = 255  # characters of a sheet's name; no program gives it more
HEAD_ROWS = 1000  # of a long table, in which its headings are looked for
LONGEST_TEXT = 2000  # characters of a cell; what follows is not part of a figure, label or name

Cell = str | int | float | bool | date | datetime | time | timedelta | FormulaWithoutValue | FormulaError | Percentage
Area = tuple[tuple[int, int], tuple[int, int]]  # first and last (row, column), from 0
Note = tuple[int, int, str]  # row, column and text of a comment


@dataclass(frozen=True)
class Sheet:
    """The cells of one sheet from A1 on; `""` is a blank cell. `name` is None for a CSV.

    Hidden rows and columns, filtered ones too, are read like the others. `tail` has the rows of a long plain table
    after the first `HEAD_ROWS`, by column number: whole numbers, or Categoricals of texts.
    """

    name: str | None
    rows: Sequence[Sequence[Cell]]
    merged: Sequence[Area] = ()
    tail: "pd.DataFrame | None" = None
    hidden_rows: Set[int] = frozenset()
    hidden_columns: Set[int] = frozenset()
    unseen: Sequence[tuple[int, int]] = ()  # cells with struck-out or hidden text, which was left out
    notes: Sequence[Note] = ()
    is_shown: bool = True
    delimiter: str = ""  # of a CSV


def cell_address(row: int, column: int) -> str:
    """Return the spreadsheet address of a row and column counted from 0.

    >>> cell_address(8, 3), cell_address(0, 27)
    ('D9', 'AB1')
    """
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"


def text_of(cell: Cell) -> str:
    """Return the cell as its reader sees it: whole numbers without a decimal point.

    >>> text_of(372.0), text_of(12.5), text_of("  Huyện Nho Quan ")
    ('372', '12.5', 'Huyện Nho Quan')
    """
    match cell:
        case str():
            return cell.strip()
        case bool():
            return "TRUE" if cell else "FALSE"
        case float() if cell.is_integer():
            return str(int(cell))
        case FormulaWithoutValue():
            return ""
        case FormulaError(name):
            return name
        case Percentage(share):
            return f"{share * 100:g}%"
        case _:
            return str(cell)
