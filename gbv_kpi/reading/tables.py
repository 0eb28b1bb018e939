"""The results of reading: the returns of a sheet, the cell of every field of each, and why a figure is not read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gbv_kpi.i18n import phrase
from gbv_kpi.plan import ReturnField
from gbv_kpi.problems import Place, Problem
from gbv_kpi.reading.grid import Grid, Spot
from gbv_kpi.reading.labels import Kind
from gbv_kpi.reading.privacy import without_persons
from gbv_kpi.sheets.sheet import Cell, cell_address

SHOWN_LENGTH = 80  # characters of a heading that are quoted back
SHOWN_HEADINGS = 6


@dataclass(frozen=True)
class Unread:
    """A cell that gives no figure for a reason that reading has reported."""


@dataclass(frozen=True, eq=False)
class FieldCells:
    """The cells of one field, one for each return of a table.

    `values` holds cells (object), whole numbers (int64) or texts (Categorical). `rows` and `columns` count from 0;
    a single number applies to all returns, and -1 where the table has no such cell.
    """

    values: pd.Series
    rows: NDArray[np.int32] | int
    columns: NDArray[np.int32] | int

    def address(self, index: int) -> tuple[int, int]:
        """Return the row and column of the cell of one return."""
        row, column = (where if isinstance(where, int) else int(where[index]) for where in (self.rows, self.columns))
        return row, column


@dataclass(frozen=True, eq=False)
class Total:
    """A row or column that sums up returns.

    `cells` has the value, row and column by field, `groups` the positions of the returns it may be the sum of.
    """

    cells: Mapping[str, tuple[Cell, int, int]]
    groups: Sequence[NDArray[np.intp]]


@dataclass(frozen=True, eq=False)
class Table:
    """Returns read from one sheet.

    `returns` has one row for each return, with the columns

        row, column  int32        the cell of the unit's name, counted from 0; -1 where it has none of its own
        unit         Categorical  the code of the unit of that year; NA where it is not known
        named_unit   Categorical  the code of the unit that the return names, a predecessor where it has merged since
        is_merged    bool         whether that is a predecessor
        is_expected  bool         whether every required field must be given; True where the unit is not known
        year         int16        0 where it is not known
        is_faulty    bool         whether reading has found an error in the return

    Where the plan does not list units, the codes are the names as written.
    """

    file: str
    sheet: str | None
    returns: pd.DataFrame
    cells: Mapping[str, FieldCells]
    totals: Sequence[Total]
    problems: Sequence[Problem]
    refusal: Problem | None = None  # the reason in its title, sheet or notes why no figure counts

    def place(self, row: int, column: int) -> Place:
        """Return the place of a cell, of a row where `column` is -1, or of the sheet where both are."""
        return Spot(self.file, self.sheet).at(row, column)


def without_target_tables(tables: Sequence[Table]) -> list[Table]:
    """Leave out refused tables, such as plans, where another table of the file gives the results of the same units.

    A warning in place of the refusal names what was left out.
    """
    read = {unit for table in tables if table.refusal is None for unit in table.returns["unit"].dropna()}
    kept: list[Table] = []
    for table in tables:
        if table.refusal is None or not read.issuperset(units := table.returns["unit"].dropna()) or units.empty:
            kept.append(table)
            continue
        found = table.refusal.value or ""
        message = phrase("“{found}” is not the result of the year; the figures next to it were read.", found=found)
        left_out = Problem("sheet-not-read", table.refusal.place, message, value=found)
        kept.append(replace(table, returns=table.returns[:0], cells={}, totals=(), problems=(left_out,)))
    return kept


@dataclass(frozen=True)
class SheetTables:
    """The tables of one sheet, and the columns for which its file is refused."""

    tables: Sequence[Table]
    personal: Sequence[Problem]


def of_return(problem: Problem, frame: pd.DataFrame, index: int, grid: Grid) -> Problem:
    """Return the problem with the unit and year of a return, as far as they are known."""
    code, year = frame["unit"].iloc[index], int(frame["year"].iloc[index]) or None
    if not isinstance(code, str):
        return problem.for_unit(None, None, year)
    return problem.for_unit(code, grid.reader.plan.unit_name(year, code) if year else None, year)


def hidden(grid: Grid, frame: pd.DataFrame, cells: Mapping[str, FieldCells], *, across: bool) -> Iterator[Problem]:
    """Report rows and columns that a sheet hides, for the sender may not know of them; they count like the others.

    Returns are rows, and fields are columns; `across` it is the other way round.
    """
    rows, columns = grid.sheet.hidden_rows, grid.sheet.hidden_columns
    of_row = phrase("This row is hidden; its figures were read and count.")
    of_column = phrase("This column is hidden; its figures were read and count.")
    for index in range(len(frame)) if rows or columns else ():
        addresses = [address for found in cells.values() if (address := found.address(index))[0] >= 0]
        row, at = min(addresses, default=(-1, -1))
        if at in columns if across else row in rows:
            problem = Problem("hidden-figures", grid.spot.at(row, at), of_column if across else of_row)
            yield of_return(problem, frame, index, grid)
    for field, found in cells.items() if len(frame) else ():
        row, at = found.address(0)
        if row >= 0 and (row in rows if across else at in columns):
            yield Problem("hidden-figures", grid.spot.at(row, at), of_row if across else of_column, field=field)


class Cited(Protocol):
    """A heading, figure or line that a problem quotes."""

    @property
    def row(self) -> int: ...
    @property
    def at(self) -> int: ...  # the column
    @property
    def heading(self) -> str: ...


class Seen(NamedTuple):
    """A heading, line or figure, and why it is not the result of the year."""

    row: int
    at: int
    heading: str
    kinds: tuple[Kind, ...]


def shortened(found: str) -> str:
    found = without_persons(found)
    return found if len(found) <= SHOWN_LENGTH else found[: SHOWN_LENGTH - 1] + "…"


def quoted(headings: Sequence[str]) -> str:
    """Return several headings in quotation marks, the first few of many."""
    different = list(dict.fromkeys(shortened(heading) for heading in headings if heading))
    shown = ", ".join(f"“{heading}”" for heading in different[:SHOWN_HEADINGS])
    return shown + (", …" if len(different) > SHOWN_HEADINGS else "")


def ambiguous(spot: Spot, field: ReturnField | None, cells: Sequence[Cited]) -> Problem:
    """Return the problem of several figures that claim one place; each cell with its headings."""
    addresses = [(cell_address(cell.row, cell.at), shortened(cell.heading)) for cell in cells[:SHOWN_HEADINGS]]
    named = ", ".join(f"{address} “{heading}”" if heading else address for address, heading in addresses)
    place = spot.at(cells[-1].row, cells[-1].at)
    if field is None:
        message = phrase("Several columns could hold the year's figures; none was read: {cells}.", cells=named)
        return Problem("ambiguous-figure", place, message)
    message = phrase("{field}: several cells could hold it; none was read: {cells}.", field=field.label, cells=named)
    return Problem("ambiguous-figure", place, message, field=field.id)


def repeated(spot: Spot, field: ReturnField, cell: Cited) -> Problem:
    message = phrase("{field} appears here a second time.", field=field.label)
    value = shortened(cell.heading)
    return Problem("duplicate-column", spot.at(cell.row, cell.at), message, field=field.id, value=value)


def missing(spot: Spot, row: int, field: ReturnField, seen: Sequence[Seen], unknown: Sequence[str]) -> Problem:
    """Return the problem of a field without a column or an item; with what is there in its place."""
    if seen:
        return not_whole(spot, seen, field)
    close = get_close_matches(field.label.vi, [heading for heading in unknown if heading], n=1, cutoff=0.7)
    message = phrase("No heading “{label}” was found.", label=field.label)
    if close:
        message = phrase("No heading “{label}” was found; did you mean “{found}”?", label=field.label, found=close[0])
    return Problem("missing-column", spot.at(row), message, field=field.id)


def not_whole(
    spot: Spot, seen: Sequence[Seen], field: ReturnField | None = None, blank: Cited | None = None
) -> Problem:
    """Return the problem of figures that are parts, targets or other years only; `blank` is the cell of the whole."""
    shown, kinds = blank or seen[0], {kind for figure in seen for kind in figure.kinds}
    place = spot.at(shown.row, shown.at)
    found = quoted([figure.heading for figure in seen])
    name = field.id if field else None
    if kinds == {Kind.PART_OF_YEAR}:
        message = phrase("{found} is only part of the year.", found=found)
        return Problem("part-of-year", place, message, field=name)
    if field:
        message = phrase("{field}: there is only {found}, and that was not read.", field=field.label, found=found)
    else:
        message = phrase("There are only the columns {found}, and none was read.", found=found)
    remedy = None
    if kinds == {Kind.PART} and len(seen) > 1:
        remedy = phrase("Add the total next to the parts: parts are not added up.")
    elif Kind.UNEXPLAINED in kinds:
        remedy = phrase("Use the words of the plan, or “Thực hiện” over the figures of the year.")
    return Problem("missing-value" if blank else "missing-column", place, message, remedy, field=name)


def not_read(spot: Spot, cell: Cited) -> Problem:
    """Return the warning for figures that the plan does not ask for."""
    place, found = spot.at(cell.row, cell.at), shortened(cell.heading)
    if not found:
        return Problem("unknown-column", place, phrase("Figures without a heading; they were not read."))
    message = phrase("The plan does not ask for “{found}”; it was not read.", found=found)
    return Problem("unknown-column", place, message, value=found)


def other_year(spot: Spot, cell: Cited, year: int) -> Problem:
    message = phrase("This column is for {year}, not the year of the title; it was not read.", year=str(year))
    value = shortened(cell.heading)
    return Problem("other-year-column", spot.at(cell.row, cell.at), message, year=year, value=value)


def qualified(spot: Spot, cell: Cited, kind: Kind) -> Problem:
    """Return the problem of a line by which the figures below are not the result of the year."""
    found = shortened(cell.heading)
    if kind is Kind.PART_OF_YEAR:
        code = "part-of-year"
        message = phrase("“{found}” is only part of the year; its figures were not read as a year's.", found=found)
    elif kind is Kind.ESTIMATE:
        code = "estimated-figure"
        message = phrase("“{found}”: the figures are estimates; they were read and count.", found=found)
    else:
        code = "not-the-result"
        message = phrase("“{found}”: the figures are not the result of the year, and were not read.", found=found)
    return Problem(code, spot.at(cell.row, cell.at), message, value=found)
