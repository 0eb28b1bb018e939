"""Files to returns and problems: every return read, validated by column, and held against the others.

A return with an error counts in no finding; a warning says how something was read and lets it pass.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from gbv_kpi.checks import CHECKS, repeated_return, repeated_returns
from gbv_kpi.language import phrase
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Place, Problem, Severity, has_errors
from gbv_kpi.reading.files import read_sheets, without_headings
from gbv_kpi.reading.form import find_form
from gbv_kpi.reading.identity import AssumedYear, identify
from gbv_kpi.reading.layout import Layout
from gbv_kpi.reading.personal import personal_data
from gbv_kpi.reading.sheet import Sheet
from gbv_kpi.reading.sources import Source, open_source
from gbv_kpi.reading.table import find_table
from gbv_kpi.reading.units import UnitDirectory
from gbv_kpi.reading.vocabulary import Vocabulary
from gbv_kpi.received import Return, received_returns
from gbv_kpi.records import LineProblem, Records, read_records

__all__ = ["FileRead", "Returns", "locate_returns", "read_returns"]

LOOKED_AT_ROWS = 200  # of a sheet that was not read
FEW_FIGURES = 3

Watch = Callable[[Sequence[str]], Iterable[str]]


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file that was read: its name as given, its hash, and how many valid returns it held."""

    path: str
    sha256: str
    encoding: str | None  # of a CSV
    returns: int


@dataclass(frozen=True, slots=True)
class Returns:
    """The valid returns of some files, and everything that is wrong with the files.

    `frame` has a row for each return: `unit` (code), `named` (the unit as the return names it), `year`, and a
    whole number or NA for each field. Where a unit has merged since, its rows carry the code of its successor:
    their sum is the return.
    `refused` has the unit and year of returns with an error, as far as these are known.
    """

    frame: pd.DataFrame
    problems: tuple[Problem, ...]
    files: tuple[FileRead, ...]
    refused: frozenset[tuple[str, int]]
    kept: Sequence[tuple[Records, Sequence[bool]]] = field(default=(), repr=False)  # and which lines are valid

    @property
    def received(self) -> Iterator[Return]:
        """The valid returns one by one, with the cell of every count; made when asked for."""
        return (given for records, valid in self.kept for given in received_returns(records, valid))


@dataclass(frozen=True, slots=True)
class _File:
    """One file on its way: what it holds and what is wrong with it, before files are compared."""

    source: Source
    encoding: str | None
    batches: Sequence[Records]
    problems: Sequence[Problem]


def read_returns(names: Iterable[str], plan: Plan, assumed: AssumedYear | None = None, watch: Watch = iter) -> Returns:
    """The returns of the files with these names.

    `assumed` is the year of returns that name none; `watch` may follow the files as they are read.
    Raises `SourceError` for a file that cannot be opened.
    """
    vocabulary, units = Vocabulary(plan), UnitDirectory(plan)
    files = [_read_file(open_source(name), plan, vocabulary, units, assumed) for name in watch(list(names))]
    origins = [(number, who) for number, file in enumerate(files) for batch in file.batches for who in batch.identities]
    lines = _lines(plan, [batch for file in files for batch in file.batches])
    problems_by_file = [list(file.problems) for file in files]
    in_doubt: set[tuple[str, int]] = set()  # neither counts where two returns say they are the unit's
    for row, first in repeated_returns(lines):
        in_doubt.add((lines["unit"][row], lines["year"][row]))
        file, identity = origins[row]
        problems_by_file[file].append(repeated_return(identity, origins[first][1]))
    certain = [key not in in_doubt for key in zip(lines["unit"], lines["year"], strict=True)]
    valid = ~lines["invalid"] & pd.Series(certain, index=lines.index, dtype=bool)
    returns_by_file = Counter(file for (file, _), counts in zip(origins, valid, strict=True) if counts)
    refused = lines[~valid].dropna(subset=["unit", "year"])
    return Returns(
        lines.loc[valid, ["unit", "named", "year", *plan.field_by_id]].reset_index(drop=True),
        tuple(problem for problems in problems_by_file for problem in problems),
        tuple(
            FileRead(file.source.name, file.source.sha256, file.encoding, returns_by_file[number])
            for number, file in enumerate(files)
        ),
        frozenset(zip(refused["unit"], refused["year"].astype(int), strict=True)),
        tuple(_with_validity([batch for file in files for batch in file.batches], valid.tolist())),
    )


def _with_validity(batches: Iterable[Records], valid: Sequence[bool]) -> Iterator[tuple[Records, Sequence[bool]]]:
    start = 0
    for records in batches:
        end = start + len(records.identities)
        yield records, valid[start:end]
        start = end


def locate_returns(sheet: Sheet, vocabulary: Vocabulary, units: UnitDirectory) -> Iterator[Layout]:
    """The layouts on a sheet, each the one that names more of the plan's fields: units down, or items down."""
    next_block: int | None = 0
    while next_block is not None:
        block = replace(sheet, rows=[*([[]] * next_block), *sheet.rows[next_block:]])  # every cell at its own address
        layouts = (find_table(block, vocabulary, units.knows), find_form(block, vocabulary, units.knows))
        layout = max(layouts, key=lambda layout: len(layout.place_by_field) if layout else 0)
        if layout is None:
            return
        yield layout
        next_block = layout.next_block


def _read_file(
    source: Source, plan: Plan, vocabulary: Vocabulary, units: UnitDirectory, assumed: AssumedYear | None
) -> _File:
    sheets, encoding, file_problems = read_sheets(source)
    layouts_by_sheet = [list(locate_returns(sheet, vocabulary, units)) for sheet in sheets]
    if personal := [
        problem
        for sheet, layouts in zip(sheets, layouts_by_sheet, strict=True)
        for problem in personal_data(sheet, layouts, source.name, vocabulary)
    ]:
        return _File(source, encoding, (), personal)  # and not a word of what else the file holds
    layouts = [layout for layouts in layouts_by_sheet for layout in layouts]
    problems = list(file_problems)
    if not any(layout.lines for layout in layouts) and not has_errors(problems):
        problems.append(_no_returns(source.name) if layouts else without_headings(source))
    for sheet, found in zip(sheets, layouts_by_sheet, strict=True):
        if layouts and not found and _may_be_a_return(sheet, vocabulary, units):
            message = phrase(
                "The sheet “{sheet}” has figures, but not under the plan's headings.", sheet=sheet.name or ""
            )
            problems.append(Problem("sheet-not-read", Place(source.name, sheet.name), message))
    batches = []
    for layout in layouts:
        records = read_records(layout, identify(layout, source.name, plan, units, assumed), source.name, plan)
        told: list[LineProblem] = [*records.problems, *(line for check in CHECKS for line in check(records, plan))]
        batches.append(replace(records, problems=told))
        problems.extend(sorted(_told_once(problem for _, problem in told), key=_reading_order))
    return _File(source, encoding, batches, problems)


def _may_be_a_return(sheet: Sheet, vocabulary: Vocabulary, units: UnitDirectory) -> bool:
    """Whether a sheet that was not read has several figures, and names a field or a unit."""
    cells = [cell for row in sheet.rows[:LOOKED_AT_ROWS] for cell in row if cell != ""]
    figures = sum(isinstance(cell, int | float) for cell in cells)
    texts = {cell for cell in cells if isinstance(cell, str)}
    return figures >= FEW_FIGURES and any(vocabulary.field(text) or units.knows(text) for text in texts)


def _no_returns(file: str) -> Problem:
    message = phrase("The plan's headings stand here, but no return below them.")
    return Problem("no-table-found", Place(file), message)


def _told_once(problems: Iterable[Problem]) -> Iterable[Problem]:
    """Each problem once: what is wrong in the title block is wrong for every line below it."""
    return {(p.code, p.place, p.field, p.value, p.message.wording): p for p in problems}.values()


def _reading_order(problem: Problem) -> tuple[int, int, str]:
    cell = problem.place.cell or ""
    return problem.place.row or 0, len(cell), cell


def _lines(plan: Plan, batches: Sequence[Records]) -> pd.DataFrame:
    """Every line of every file: its unit and year as far as they are known, its counts, whether it has an error."""
    if batches:
        return pd.concat([_lines_of(records) for records in batches], ignore_index=True)
    kinds = {"unit": "object", "named": "object", "merged": "bool", "year": "Int64", "invalid": "bool"}
    kinds |= dict.fromkeys(plan.field_by_id, "Int64")
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})


def _lines_of(records: Records) -> pd.DataFrame:
    errors = {index for index, problem in records.problems if problem.severity is Severity.ERROR}
    units = [identity.unit for identity in records.identities]
    return records.counts.assign(
        unit=pd.Series([unit.unit.code if unit else None for unit in units], dtype=object),
        named=pd.Series([unit.named.name if unit else None for unit in units], dtype=object),
        merged=pd.Series([unit is not None and unit.merged for unit in units], dtype=bool),
        year=pd.array([identity.year for identity in records.identities], dtype="Int64"),
        invalid=pd.Series([None in errors or index in errors for index in range(len(units))], dtype=bool),
    )
