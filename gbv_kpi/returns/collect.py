"""Collect the returns of files in one frame: parse and check them, and compare them with each other.

A return with an error counts in no finding; a warning says how something was read and lets it pass.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gbv_kpi.i18n import phrase
from gbv_kpi.plan import Plan, Unit
from gbv_kpi.problem_codes import CATALOGUE
from gbv_kpi.problems import Place, Problem, Severity, in_reading_order
from gbv_kpi.reading.identities import AssumedYear
from gbv_kpi.reading.tables import Table, Unread
from gbv_kpi.returns.checks import CHECKS, repeated_returns, totals_match
from gbv_kpi.returns.parse import CellProblems, parse_counts
from gbv_kpi.returns.read_files import FileTables, Watch, read_files
from gbv_kpi.sheets.sheet import cell_address, text_of

SHOWN_LENGTH = 80  # characters of a cell that are quoted back


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file that was read: its name as given, its hash, and how many valid returns it held."""

    path: str
    sha256: str
    encoding: str | None  # of a CSV
    returns: int


@dataclass(frozen=True, slots=True)
class Return:
    """One valid return, with the cell of every count."""

    unit: Unit  # of the year
    named: Unit  # the unit that the return names: a predecessor where it has merged since, else the same
    year: int
    place: Place  # of the unit's name, or of what stands for it
    values: Mapping[str, int]  # by field; one left blank is absent
    cells: Mapping[str, str]  # the address of each of these values

    @property
    def is_merged(self) -> bool:
        return self.named is not self.unit


@dataclass(frozen=True, eq=False)
class Returns:
    """The returns of some files, and everything that is wrong with the files.

    `frame` has one row for each return, valid or not, with a RangeIndex and the columns

        file, table   Int32        positions in `files` and `tables`; NA for a return of the ledger
        row           Int32        position among the returns of its table; NA for a return of the ledger
        unit          Categorical  code of the unit of the year; NA where it is not known
        named_unit    Categorical  code of the unit that the return names: a predecessor where it has merged since
        is_merged     bool         whether that is a predecessor
        is_expected   bool         whether the unit must report every required field
        year          int16        0 where it is not known
        is_duplicate  bool         whether another return is of the same unit and year, and neither counts
        is_valid      bool         whether the return counts
        <field>       Int32        a column for each field of the plan, Int64 of money; NA where there is no count
    """

    frame: pd.DataFrame
    problems: Sequence[Problem]
    files: Sequence[FileRead] = ()
    tables: Sequence[Table] = ()

    @property
    def valid(self) -> pd.DataFrame:
        """The rows that count."""
        return self.frame if self.frame["is_valid"].all() else self.frame[self.frame["is_valid"]]

    def refused(self) -> set[tuple[str, int]]:
        """Return unit and year of the returns with an error, as far as both are known."""
        rows = self.frame.loc[~self.frame["is_valid"], ["unit", "year"]].dropna()
        return {(str(unit), int(year)) for unit, year in rows[rows["year"] > 0].itertuples(index=False)}


def read_returns(names: Iterable[str], plan: Plan, assumed: AssumedYear | None = None, watch: Watch = iter) -> Returns:
    """Read the returns of the files with these names.

    `assumed` is the year of returns that name none; `watch` may follow the files as they are read. Raises
    `SourceError` for a file that cannot be opened.
    """
    return collect(read_files(list(names), plan, assumed, watch), plan)


def collect(files: Sequence[FileTables], plan: Plan, *, across_files: bool = True) -> Returns:
    """Return the returns of files, compared with each other; `across_files` or only within each file."""
    tables = [table for file in files for table in file.tables]
    frame, cells = _stacked(files, plan)
    counts, problems = parse_counts(cells, frame["is_expected"].to_numpy(), plan)
    frame = frame.assign(**{field: counts.get(field, _blank(len(frame))) for field in plan.field_by_id})
    problems += [problem for check in CHECKS for problem in check(frame, plan)]
    frame = frame.assign(is_valid=~(frame["is_faulty"].to_numpy() | _failed(problems, len(frame))))
    repeated = _repeated(frame, across_files=across_files)
    is_duplicate = _of_same_return(frame, [row for row, _ in repeated], across_files=across_files)
    frame = frame.assign(is_duplicate=is_duplicate, is_valid=frame["is_valid"] & ~is_duplicate)
    frame = frame.drop(columns="is_faulty")
    returns = Returns(frame, (), (), tables)
    valid_by_file = frame.loc[frame["is_valid"], "file"].value_counts()
    return replace(
        returns,
        problems=list(_all_problems(files, returns, cells, problems, repeated, plan)),
        files=[
            FileRead(file.name, file.sha256, file.encoding, int(valid_by_file.get(number, 0)))
            for number, file in enumerate(files)
        ],
    )


def valid_returns(returns: Returns, plan: Plan) -> Iterator[tuple[int, Return]]:
    """Yield every valid return of files, with the position of its file."""
    fields = list(plan.field_by_id)
    frame = returns.valid
    columns = [frame[name].tolist() for name in ("file", "table", "row", "unit", "named_unit", "is_merged", "year")]
    counts = [frame[field].astype(object).where(frame[field].notna(), None).tolist() for field in fields]
    for (file, number, row, code, named, is_merged, year), *values in zip(
        zip(*columns, strict=True), *counts, strict=True
    ):
        table = returns.tables[number]
        given = {field: count for field, count in zip(fields, values, strict=True) if count is not None}
        unit, named_unit = _units(plan, str(code), str(named), is_merged, year)
        yield (
            file,
            Return(
                unit,
                named_unit,
                year,
                table.place(*(int(table.returns[name].iloc[row]) for name in ("row", "column"))),
                given,
                {field: cell_address(*table.cells[field].address(row)) for field in given},
            ),
        )


# ------------------------------------------------------------------------ the frame


def _stacked(files: Sequence[FileTables], plan: Plan) -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    """Return the returns of all tables on top of each other, and the cells of every field that a table has."""
    tables = [(number, table) for number, file in enumerate(files) for table in file.tables]
    lengths = [len(table.returns) for _, table in tables]
    frame = pd.DataFrame(
        {
            "file": pd.array(np.repeat([number for number, _ in tables], lengths).astype(np.int32), dtype="Int32"),
            "table": pd.array(np.repeat(np.arange(len(tables), dtype=np.int32), lengths), dtype="Int32"),
            "row": pd.array(np.concatenate([[], *map(np.arange, lengths)]).astype(np.int32), dtype="Int32"),
            "unit": _categories([table.returns["unit"] for _, table in tables]),
            "named_unit": _categories([table.returns["named_unit"] for _, table in tables]),
        }
        | {
            name: np.concatenate([np.array([], dtype=kind), *(table.returns[name].to_numpy() for _, table in tables)])
            for name, kind in (("is_merged", bool), ("is_expected", bool), ("year", np.int16), ("is_faulty", bool))
        }
    )
    present = {field for _, table in tables for field in table.cells}
    cells = {
        field: _stacked_cells([table for _, table in tables], field) for field in plan.field_by_id if field in present
    }
    return frame, cells


def _categories(columns: Sequence[pd.Series]) -> pd.Categorical:
    """Return columns of codes on top of each other."""
    if len(columns) == 1:
        return pd.Categorical(columns[0])
    codes = np.concatenate([np.array([], dtype=object), *(column.to_numpy(dtype=object) for column in columns)])
    return pd.Categorical(codes)


def _stacked_cells(tables: Sequence[Table], field: str) -> pd.Series:
    """Return the cells of a field; a table that has none of it gives no figure there, as reading has reported."""
    columns = [table.cells[field].values if field in table.cells else None for table in tables]
    if len(columns) == 1 and columns[0] is not None:
        return columns[0]
    if all(column is not None and pd.api.types.is_integer_dtype(column.dtype) for column in columns):
        return pd.concat(columns, ignore_index=True)
    parts = (
        [Unread()] * len(table.returns) if column is None else column.tolist()
        for table, column in zip(tables, columns, strict=True)
    )
    return pd.Series(list(chain.from_iterable(parts)), dtype=object)


def _blank(length: int) -> pd.Series:
    return pd.Series(pd.NA, index=range(length), dtype="Int32")


def _failed(problems: Iterable[CellProblems], length: int) -> NDArray[np.bool_]:
    """Return which returns have an error."""
    failed = np.zeros(length, dtype=bool)
    for problem in problems:
        if CATALOGUE[problem.code].severity is Severity.ERROR:
            failed[problem.rows] = True
    return failed


# ------------------------------------------------------------------------ duplicates


def _key(frame: pd.DataFrame, *, across_files: bool) -> pd.Series:
    """Return a number for each unit and year (and file); NA where unit or year is not known."""
    unit = frame["unit"].cat.codes.astype(np.int64)
    key = unit * 10_000 + frame["year"]
    if not across_files:
        key += frame["file"].to_numpy(dtype=np.int64) * (10_000 * (1 + len(frame["unit"].cat.categories)))
    return key[(unit >= 0) & (frame["year"] > 0)]


def _repeated(frame: pd.DataFrame, *, across_files: bool) -> list[tuple[int, int]]:
    key = _key(frame, across_files=across_files)
    key = key[key.duplicated(keep=False)]
    rows = frame.loc[key.index]
    columns = (key.index, key, rows["named_unit"], rows["is_merged"])
    return repeated_returns(zip(*(column.tolist() for column in columns), strict=True))


def _of_same_return(frame: pd.DataFrame, rows: list[int], *, across_files: bool) -> NDArray[np.bool_]:
    """Return which rows are of the same unit and year as one of these."""
    if not rows:
        return np.zeros(len(frame), dtype=bool)
    key = _key(frame, across_files=across_files)
    return frame.index.isin(key.index[key.isin(key[rows])])


# ------------------------------------------------------------------------ problems


def _all_problems(
    files: Sequence[FileTables],
    returns: Returns,
    cells: Mapping[str, pd.Series],
    found: Sequence[CellProblems],
    repeated: Sequence[tuple[int, int]],
    plan: Plan,
) -> Iterator[Problem]:
    """Yield the problems of each file: those of the file, of each table in reading order, and its duplicates."""
    by_table: dict[int, list[Problem]] = {number: list(table.problems) for number, table in enumerate(returns.tables)}
    for one in found:
        for number, problem in _cell_problems(one, returns, cells, plan):
            by_table[number].append(problem)
    for number, rows in _rows_by_table(returns):
        by_table[number].extend(totals_match(returns.tables[number], rows, plan))
    duplicates: dict[int, list[Problem]] = {}
    for row, first in repeated:
        duplicates.setdefault(int(returns.frame["file"][row]), []).append(_duplicate(returns, plan, row, first))
    number = 0
    for position, file in enumerate(files):
        yield from file.problems
        for _ in file.tables:
            yield from in_reading_order(by_table[number])
            number += 1
        yield from duplicates.get(position, ())


def _rows_by_table(returns: Returns) -> Iterator[tuple[int, pd.DataFrame]]:
    """Yield the returns of each table that has totals."""
    for number, table in enumerate(returns.tables):
        if table.totals:
            yield number, returns.frame[(returns.frame["table"] == number).to_numpy()]


def _cell_problems(
    found: CellProblems, returns: Returns, cells: Mapping[str, pd.Series], plan: Plan
) -> Iterator[tuple[int, Problem]]:
    """Yield each problem with the number of its table."""
    frame = returns.frame.loc[found.rows, ["table", "row", "unit", "year"]]
    texts = map(text_of, cells[found.field].iloc[found.rows].tolist())
    for (number, row, code, year), text, message in zip(
        frame.itertuples(index=False, name=None), texts, found.messages, strict=True
    ):
        table = returns.tables[number]
        is_known = isinstance(code, str)
        yield (
            number,
            Problem(
                found.code,
                table.place(*table.cells[found.field].address(row)),
                message,
                unit=code if is_known else None,
                unit_name=plan.unit_name(year, code) if is_known else None,
                year=year or None,
                field=found.field,
                value=shortened(text) if text else None,
            ),
        )


def _duplicate(returns: Returns, plan: Plan, row: int, first: int) -> Problem:
    """Report a return next to an earlier one of the same unit and year: neither counts, for either may be right."""
    place, unit, named, year = _identity(returns, plan, row)
    other_place, _, other, _ = _identity(returns, plan, first)
    spot = "!".join(part for part in (other_place.sheet, other_place.cell) if part)
    where = f"{other_place.file} {spot}".strip() if other_place.file != place.file else spot or other_place.file
    if named is other:
        message = phrase(
            "{unit} has a return of {year} already: {where}.", unit=named.name, year=str(year), where=where
        )
    else:
        message = phrase(
            "{unit} and {other} ({where}) are one unit in {year}; one return may hold the other.",
            unit=named.name,
            other=other.name,
            year=str(year),
            where=where,
        )
    return Problem("duplicate-return", place, message, value=named.name).of(unit.code, unit.name, year)


def _identity(returns: Returns, plan: Plan, row: int) -> tuple[Place, Unit, Unit, int]:
    """Return the place of the unit's name, the unit of the year, the unit named, and the year of one return."""
    columns = ("table", "row", "unit", "named_unit", "is_merged", "year")
    number, within, code, named, is_merged, year = (returns.frame[name].iloc[row] for name in columns)
    table = returns.tables[number]
    place = table.place(*(int(table.returns[name].iloc[within]) for name in ("row", "column")))
    return place, *_units(plan, code, named, is_merged, int(year)), int(year)


# ------------------------------------------------------------------------ units


def _units(plan: Plan, code: str, named: str, is_merged: bool, year: int) -> tuple[Unit, Unit]:
    """Return the unit of the year, and the unit that the return names."""
    unit = plan.unit_in(year, code)
    if not is_merged:
        return unit, unit
    predecessors = [other for other in plan.units_by_code[named] if plan.successor(other, year) is unit]
    return unit, next(other for other in reversed(predecessors) if other is not unit)


def shortened(found: str) -> str:
    """Return the text cut to what is quoted back."""
    return found if len(found) <= SHOWN_LENGTH else found[: SHOWN_LENGTH - 1] + "…"
