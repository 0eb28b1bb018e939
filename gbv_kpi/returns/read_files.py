"""Files to batches of lines, one after the other, or many small ones side by side on every core."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from stat import S_ISREG
from threading import Thread
from typing import ClassVar

from pandas.errors import ParserError

from gbv_kpi.errors import SourceError
from gbv_kpi.i18n import phrase
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Place, Problem
from gbv_kpi.reading.headings import Vocabulary
from gbv_kpi.reading.identities import AssumedYear
from gbv_kpi.reading.units import UnitDirectory
from gbv_kpi.returns.batch import Batch
from gbv_kpi.returns.read_sheet import SheetReader
from gbv_kpi.sheets.csv import MAX_CELLS, open_quotation, oversized
from gbv_kpi.sheets.open import OWN_REPORT, read_sheets, without_headings
from gbv_kpi.sheets.sheet import Sheet
from gbv_kpi.sheets.sources import STDIN, Source, open_source
from gbv_kpi.shelf import Shelf
from gbv_kpi.told import Problems, has_errors

LOOKED_AT_ROWS = 200  # of a sheet that was not read
FEW_FIGURES = 3

WORTH_A_PROCESS = 250  # files; fewer are read before another process has begun
SMALL = 2**17  # bytes; what a larger file holds would take as long to hand over as to read
AT_ONCE = 10  # files that a process hands over together
MOST_PROBLEMS = 200  # of a file that is handed over: each is made, and a thousand take a megabyte

Watch = Callable[[Sequence[str]], Iterable[str]]


@dataclass(frozen=True, slots=True)
class FileFound:
    """What one file holds and what is wrong with it, before files are compared."""

    name: str
    sha256: str
    encoding: str | None  # of a CSV
    batches: Sequence[Batch]
    problems: Sequence[Problem]


class FileReader:
    """Reads files by the words of one plan."""

    def __init__(self, plan: Plan, assumed: AssumedYear | None) -> None:
        self._plan, self._assumed = plan, assumed
        self._vocabulary, self._units = Vocabulary(plan), UnitDirectory(plan)

    def read(self, name: str, shelf: Shelf) -> FileFound:
        try:
            source = open_source(name)
        except SourceError as error:
            return FileFound(name, "", None, (), [Problem("unreadable-file", Place(name), error.phrase)])
        encoding, batches, problems = self._read(source, shelf)
        return FileFound(source.name, source.sha256, encoding, batches, problems)

    def _read(self, source: Source, shelf: Shelf) -> tuple[str | None, Sequence[Batch], Sequence[Problem]]:
        sheets, encoding, problems = read_sheets(source)
        if any(problem.code == OWN_REPORT for problem in problems):
            return None, (), problems
        reader = SheetReader(source.name, self._plan, self._vocabulary, self._units, self._assumed, shelf)
        try:
            read = [reader.read(sheet) for sheet in sheets]
        except ParserError:
            return encoding, (), [open_quotation(Place(source.name))]
        if personal := [problem for sheet in read for problem in sheet.personal]:
            return encoding, (), personal  # and not a word of what else the file holds
        batches = [batch for sheet in read for batch in sheet.batches]
        if not any(map(len, batches)) and not has_errors(problems):
            cells = max((sheet.cells for sheet in read), default=0)
            problems = [*problems, _no_returns(source, bool(batches), cells)]
        for sheet, found in zip(sheets, read, strict=True):
            if batches and not found.batches and self._may_be_a_return(sheet):
                message = phrase(
                    "The sheet “{sheet}” has figures, but not under the plan's headings.", sheet=sheet.name or ""
                )
                problems.append(Problem("sheet-not-read", Place(source.name, sheet.name), message))
        return encoding, batches, Problems([problems, *(sheet.problems for sheet in read)])

    def _may_be_a_return(self, sheet: Sheet) -> bool:
        """Whether a sheet that was not read has several figures, and names a field or a unit."""
        cells = [cell for row in sheet.rows[:LOOKED_AT_ROWS] for cell in row if cell != ""]
        figures = sum(isinstance(cell, int | float) for cell in cells)
        texts = {cell for cell in cells if isinstance(cell, str)}
        return figures >= FEW_FIGURES and any(self._vocabulary.field(text) or self._units.knows(text) for text in texts)


def _no_returns(source: Source, headings_found: bool, cells: int) -> Problem:
    place = Place(source.name)
    if headings_found:
        return Problem("no-table-found", place, phrase("The plan's headings stand here, but no return below them."))
    return oversized(place) if cells > MAX_CELLS else without_headings(source)


def read_files(
    names: Sequence[str], plan: Plan, assumed: AssumedYear | None, watch: Watch = iter, processes: int = 1
) -> list[FileFound]:
    """What the files with these names hold; `watch` may follow them as they are read."""
    processes = min(processes, len(names) // WORTH_A_PROCESS)
    side_by_side = processes > 1 and all(map(_is_small, names))
    found = _read_side_by_side(names, plan, assumed, watch, processes) if side_by_side else None
    reader, shelf = FileReader(plan, assumed), Shelf()
    if found is None:
        return _without_copies([reader.read(name, shelf) for name in watch(names)])
    return _without_copies([file or reader.read(name, shelf) for name, file in zip(names, found, strict=True)])


def _without_copies(files: Sequence[FileFound]) -> list[FileFound]:
    """The files, each content once: a copy holds nothing but the problem that it is one."""
    first_by_hash: dict[str, str] = {}
    kept = []
    for file in files:
        first = first_by_hash.setdefault(file.sha256, file.name) if file.sha256 else file.name
        kept.append(file if first == file.name else _copy(file, first))
    return kept


def _copy(file: FileFound, first: str) -> FileFound:
    message = phrase("This is a copy of {file}, byte for byte; it counts once.", file=first)
    return replace(file, batches=(), problems=[Problem("duplicate-file", Place(file.name), message)])


# ------------------------------------------------------------------------ side by side


def cores() -> int:
    """How many processes may run at the same time; Windows can wait for no more than 61."""
    allowed = getattr(os, "sched_getaffinity", None)  # not everywhere, and fewer than all in a container
    return min(len(allowed(0)) if allowed else os.cpu_count() or 1, 61)


def _is_small(name: str) -> bool:
    try:
        status = Path(name).stat()
    except OSError:
        return False
    return name != STDIN and S_ISREG(status.st_mode) and status.st_size <= SMALL


def _read_side_by_side(
    names: Sequence[str], plan: Plan, assumed: AssumedYear | None, watch: Watch, processes: int
) -> list[FileFound | None] | None:
    """None for a file with so many problems that it is cheaper read again than handed over.

    None for all of them where the system has no means for several processes, or ends one of them.
    """
    try:
        from concurrent.futures import ProcessPoolExecutor  # here, for most calls name a few files

        pool = ProcessPoolExecutor(processes, initializer=_begin, initargs=(plan, assumed))
    except (ImportError, NotImplementedError, OSError):
        return None
    some = [names[start : start + AT_ONCE] for start in range(0, len(names), AT_ONCE)]
    try:
        with _interrupted_later():
            found = chain.from_iterable(pool.map(_read_some, some))
        return [file for _, file in zip(watch(names), found, strict=True)]
    except BaseException as error:
        for process in list((pool._processes or {}).values()):
            process.kill()  # nobody waits for what it reads
        if isinstance(error, OSError | RuntimeError):
            return None
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _interrupted_later() -> Iterator[None]:
    """Processes that begin here leave it to this one to be interrupted at the keyboard, from their first moment."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Process:
    """What a process that reads files keeps from one to the next."""

    reader: ClassVar[FileReader]


def _begin(plan: Plan, assumed: AssumedYear | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    _Process.reader = FileReader(plan, assumed)


def _end_with_parent() -> None:
    """Do not wait for files from a process that was killed."""
    from multiprocessing import connection, parent_process

    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _read_some(names: Sequence[str]) -> list[FileFound | None]:
    shelf = Shelf()
    return [_handed_over(_Process.reader.read(name, shelf)) for name in names]


def _handed_over(file: FileFound) -> FileFound | None:
    """The file with its problems made, which they cannot be elsewhere."""
    return replace(file, problems=list(file.problems)) if len(file.problems) <= MOST_PROBLEMS else None
