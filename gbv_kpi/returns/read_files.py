"""Open files, and read the tables of their sheets."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from gbv_kpi.errors import GbvKpiError, SourceError
from gbv_kpi.i18n import phrase
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Place, Problem, has_errors
from gbv_kpi.reading.labels import words_at_start
from gbv_kpi.reading.locate import may_hold_returns, read_tables
from gbv_kpi.reading.normalize import words
from gbv_kpi.reading.privacy import shown_sheet_name
from gbv_kpi.reading.reader import AssumedYear, Reader
from gbv_kpi.reading.tables import SheetTables, Table, without_target_tables
from gbv_kpi.returns.isolation import Child, Failure, run_here
from gbv_kpi.sheets.html import is_web_page
from gbv_kpi.sheets.open import is_plain_text, is_too_large, read_sheets
from gbv_kpi.sheets.refusal import OVERSIZED, Refusal, problem_of
from gbv_kpi.sheets.sheet import Sheet
from gbv_kpi.sheets.sources import Source, open_source

Watch = Callable[[Sequence[str]], Iterable[str]]


@dataclass(frozen=True)
class FileTables:
    """The tables and problems of one file, before files are compared."""

    name: str
    sha256: str
    problems: Sequence[Problem]
    encoding: str | None = None  # of a text or web page
    tables: Sequence[Table] = ()


def read_files(
    names: Sequence[str], plan: Plan, assumed: AssumedYear | None = None, watch: Watch = iter
) -> list[FileTables]:
    """Read the files with these names; `watch` wraps the names to follow the reading.

    Anything but plain text is read in a child process; a file that crashes it or exceeds its limits is refused.
    A copy of an earlier file, byte for byte, gives nothing but a warning.
    """
    reader = Reader(plan, assumed)

    def read(source: Source) -> FileTables:
        try:
            return read_file(source, reader)
        except (GbvKpiError, MemoryError):
            raise
        except Exception as error:  # an error of our own refuses this file and no other
            if os.environ.get("GBV_KPI_DEBUG"):
                raise
            kind = type(error).__name__
            message = phrase("internal error ({kind}). Please report it and attach the file.", kind=kind)
            problem = Problem("unreadable-file", Place(source.name), message)
            return FileTables(source.name, source.sha256, [problem])

    first_by_hash: dict[str, str] = {}
    files = []
    with closing(Child(read)) as child:
        for name in watch(names):
            try:
                source = open_source(name)
            except SourceError as error:
                files.append(FileTables(name, "", [Problem("unreadable-file", Place(name), error.phrase)]))
                continue
            first = first_by_hash.setdefault(source.sha256, name)
            if first != name:
                message = phrase("This is a copy of {file}, byte for byte; it counts once.", file=first)
                files.append(FileTables(name, source.sha256, [Problem("duplicate-file", Place(name), message)]))
                continue
            is_isolated = not (is_plain_text(source) or is_too_large(source))
            size = len(source.content)
            answer = child.ask(source, size) if is_isolated else run_here(read, source, size)
            if isinstance(answer, Failure):
                crash = Problem("unreadable-file", Place(name), phrase("The file makes its reader fail."))
                problem = crash if answer is Failure.CRASH else problem_of(Refusal(*OVERSIZED), Place(name))
                answer = FileTables(name, source.sha256, [problem])
            files.append(answer)
    return files


def read_file(source: Source, reader: Reader) -> FileTables:
    """Read all sheets of a file. A file with a column about persons gives nothing but that problem."""
    opened = read_sheets(source)
    sheets, hidden, encoding, problems = opened.shown, opened.hidden, opened.encoding, list(opened.problems)
    if any(problem.code == "own-report" for problem in problems):
        return FileTables(source.name, source.sha256, problems)
    read = [read_tables(sheet, source.name, reader) for sheet in sheets]
    unseen = [read_tables(sheet, source.name, reader) for sheet in hidden]
    shown_names = _shown_names([*sheets, *hidden], reader)
    if personal := [problem for sheet in (*read, *unseen) for problem in sheet.personal]:
        found = [_hide_name(problem, shown_names) for problem in personal]
        return FileTables(source.name, source.sha256, found, encoding)
    names = [words(sheet.name or "") for sheet in sheets]
    is_sample = [bool(name) and words_at_start("sample", name) == len(name) for name in names]
    others = [table for found, sample in zip(read, is_sample, strict=True) for table in found.tables if not sample]
    if any(table.cells and table.refusal is None for table in others):
        read = [SheetTables((), ()) if sample else found for found, sample in zip(read, is_sample, strict=True)]
    tables = without_target_tables([table for sheet in read for table in sheet.tables])
    if not any(len(table.returns) for table in tables) and not has_errors(problems):
        problems.append(_no_returns(source, is_headed=bool(tables)))
    for sheet, found_on, sample in zip(sheets, read, is_sample, strict=True):
        if tables and not found_on.tables and may_hold_returns(sheet, reader):
            name = sheet.name or ""
            message = phrase("The sheet “{sheet}” has figures, but not under the plan's headings.", sheet=name)
            if sample:
                message = phrase("The sheet “{sheet}” is a sample, guide or draft; it was not read.", sheet=name)
            problems.append(Problem("sheet-not-read", Place(source.name, sheet.name), message))
    if shown_names:
        problems = [_hide_name(problem, shown_names) for problem in problems]
        for number, table in enumerate(tables):
            found = [_hide_name(problem, shown_names) for problem in table.problems]
            tables[number] = replace(table, sheet=shown_names.get(table.sheet, table.sheet), problems=found)
    return FileTables(source.name, source.sha256, problems, encoding, tables)


def _shown_names(sheets: Sequence[Sheet], reader: Reader) -> Mapping[str | None, str]:
    """Return the replacements of sheet names that may be names of persons."""
    numbered = ((sheet.name, number) for number, sheet in enumerate(sheets, start=1) if sheet.name is not None)
    shown = {name: shown_sheet_name(name, number, reader.units.knows) for name, number in numbered}
    return {name: alias for name, alias in shown.items() if alias is not None and alias != name}


def _hide_name(problem: Problem, shown_names: Mapping[str | None, str]) -> Problem:
    if problem.place.sheet not in shown_names:
        return problem
    name, shown = problem.place.sheet, shown_names[problem.place.sheet]
    details = {key: shown if value == name else value for key, value in problem.message.details.items()}
    return replace(
        problem, place=replace(problem.place, sheet=shown), message=replace(problem.message, details=details)
    )


def _no_returns(source: Source, *, is_headed: bool) -> Problem:
    place = Place(source.name)
    if is_headed:
        return Problem("no-table-found", place, phrase("The plan's headings are here, but no return follows them."))
    if is_web_page(source.start):
        return Problem("unsupported-format", place, phrase("This is a web page, despite its name."))
    return Problem("no-table-found", place, phrase("No table with the plan's headings was found."))
