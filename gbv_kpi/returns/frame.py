"""Hold returns in one frame, whether they come from files or from the ledger.

Nothing of reading is imported here: a report from the ledger starts 0.1 s earlier (2026-11-26).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from gbv_kpi.problems import Problem

if TYPE_CHECKING:
    from gbv_kpi.reading.tables import Table


@dataclass(frozen=True)
class FileRead:
    """A file that was read: its name as given, its hash, and how many valid returns it held."""

    path: str
    sha256: str
    encoding: str | None  # of a CSV
    returns: int


@dataclass(frozen=True, eq=False)
class Returns:
    """The returns of some files, and the problems of the files.

    `frame` has one row for each return, valid or not, with a RangeIndex and the columns

        file, table   Int32        positions in `files` and `tables`; NA for a return of the ledger
        row           Int32        position among the returns of its table; NA for a return of the ledger
        unit          Categorical  code of the unit of the year; NA where it is not known
        named_unit    Categorical  code of the unit that the return names: a predecessor where it has merged since
        is_merged     bool         whether that is a predecessor
        is_expected   bool         whether the unit must report every required field
        year          int16        0 where it is not known
        is_reported   bool         whether any figure is given; a blank row of a template is not a return
        is_duplicate  bool         whether another return is of the same unit and year, and neither counts
        is_valid      bool         whether the return counts
        <field>       Int32        a column for each field of the plan, Int64 of money; NA for a missing count
    """

    frame: pd.DataFrame
    problems: Sequence[Problem]
    files: Sequence[FileRead] = ()
    tables: Sequence["Table"] = ()

    @property
    def valid(self) -> pd.DataFrame:
        """Return the rows that count."""
        return self.frame if self.frame["is_valid"].all() else self.frame[self.frame["is_valid"]]

    def refused(self) -> set[tuple[str, int]]:
        """Return unit and year of the returns with an error, as far as both are known."""
        rows = self.frame.loc[self.frame["is_reported"] & ~self.frame["is_valid"], ["unit", "year"]].dropna()
        return {(str(unit), int(year)) for unit, year in rows[rows["year"] > 0].itertuples(index=False)}


def integers(column: pd.Series) -> list[int | None]:
    """Return a nullable column as Python's whole numbers."""
    return column.astype(object).where(column.notna(), None).tolist()
