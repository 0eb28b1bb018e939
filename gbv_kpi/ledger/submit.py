"""Check files and record each in the ledger, whole or not at all.

A file with an error is refused, and so are files of one call that contradict each other: it is unknown which of the
two is right. Warnings refuse nothing.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, select

from gbv_kpi.exit_codes import ExitCode
from gbv_kpi.i18n import phrase
from gbv_kpi.ledger.database import Ledger
from gbv_kpi.ledger.entries import (
    Author,
    Revision,
    changes_between,
    content_hash,
    entry_of,
    key_of,
    latest,
    newest,
    unit_of,
)
from gbv_kpi.ledger.outliers import corrects_all_units, warnings_of
from gbv_kpi.ledger.query import current_entries, damage_as_error, entries_of
from gbv_kpi.ledger.records import Entry, FileRecord, UnitKey, add_submission, instant, storable, submissions
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Problem, has_errors
from gbv_kpi.reading.reader import AssumedYear
from gbv_kpi.returns.collect import collect, valid_returns
from gbv_kpi.returns.duplicates import Return, duplicate_return, same_unit_problem
from gbv_kpi.returns.frame import Returns
from gbv_kpi.returns.read_files import Watch, read_files
from gbv_kpi.sheets.sources import STDIN


class State(StrEnum):
    """The result of submitting a file."""

    RECORDED = "recorded"  # with at least one new revision
    UNCHANGED = "unchanged"  # the ledger holds it already
    REFUSED = "refused"
    BLANK = "blank"  # no figure is filled in


@dataclass(frozen=True)
class SubmittedFile:
    """A file with its valid returns, its problems, and the result of submitting it."""

    path: str
    sha256: str
    valid: tuple[Return, ...]
    problems: Sequence[Problem]
    state: State = State.BLANK
    revised: tuple[Revision, ...] = ()  # the returns that were new or changed
    since: datetime | None = None  # when this very file was recorded, if it was before
    corrected_since: bool = False  # a later file has replaced some of its figures

    @property
    def returns(self) -> int:
        return len(self.valid)

    @property
    def years(self) -> list[int]:
        return sorted({given.year for given in self.valid})


@dataclass(frozen=True)
class Submission:
    """The results for the files of one call."""

    plan: Plan
    ledger: str
    files: tuple[SubmittedFile, ...]
    is_rehearsal: bool = False  # nothing was recorded

    @property
    def problems(self) -> Sequence[Problem]:
        return [problem for file in self.files for problem in file.problems]

    @property
    def exit_code(self) -> int:
        refused = any(file.state is State.REFUSED for file in self.files)
        return ExitCode.INVALID if refused else ExitCode.OK


def submit(
    ledger: Ledger, plan: Plan, names: Sequence[str], year: int | None, author: Author, watch: Watch = iter
) -> Submission:
    """Check and record files, in the order of their names; `year` is assumed for files that name none.

    Raises `SourceError` for an unreadable file, and `LedgerError`; files already recorded stay.
    """
    assumed = None if year is None else AssumedYear(year, binds=True)
    files = _files(collect(read_files(names, plan, assumed, watch), plan, across_files=False), plan)
    with ledger.reading() as connection:
        query = select(submissions.c.sha256, submissions.c.content).where(submissions.c.plan == plan.id)
        recorded = {(sha256, content) for sha256, content in connection.execute(query)}
    submitted = [record(ledger, plan, file, author) for file in _compared(files, recorded)]
    return Submission(plan, ledger.name, tuple(_with_warnings(ledger, plan, _with_copies(submitted), author.at)))


def _files(returns: Returns, plan: Plan) -> list[SubmittedFile]:
    """Return each file with its returns and problems."""
    returns_by_file: dict[int, list[Return]] = defaultdict(list)
    for number, given in valid_returns(returns, plan):
        returns_by_file[number].append(given)
    problems_by_path: dict[str, list[Problem]] = defaultdict(list)
    for problem in returns.problems:
        problems_by_path[problem.place.file].append(problem)
    return [
        SubmittedFile(file.path, file.sha256, tuple(returns_by_file[number]), problems_by_path[file.path])
        for number, file in enumerate(returns.files)
    ]


def _compared(files: Sequence[SubmittedFile], recorded: Container[tuple[str, str]]) -> list[SubmittedFile]:
    """Return the files, with a problem for each return that contradicts another file of the call.

    Files recorded before are ignored: in an inbox the corrected return lies next to the first one.
    """
    returns_by_key: dict[tuple[str, int], list[tuple[int, Return]]] = defaultdict(list)
    clashes: dict[int, list[Problem]] = defaultdict(list)
    for number, file in enumerate(files):
        if has_errors(file.problems) or (file.sha256, content_hash(file.valid)) in recorded:
            continue
        for given in file.valid:
            earlier = returns_by_key[given.unit.code, given.year]
            for other_number, other in earlier:
                if other_number != number and _contradict(given, other):
                    clashes[number].append(_clash(given, other))
                    clashes[other_number].append(_clash(other, given))
            earlier.append((number, given))
    return [replace(file, problems=[*file.problems, *clashes[number]]) for number, file in enumerate(files)]


def _contradict(given: Return, other: Return) -> bool:
    if key_of(given.named) == key_of(other.named):
        return given.values != other.values
    return not (given.is_merged and other.is_merged)


def _clash(given: Return, other: Return) -> Problem:
    where = f"{other.place.file} {other.place.spot}".strip()
    message = phrase(
        "{unit} has another return of {year} in {where}.", unit=given.named.name, year=str(given.year), where=where
    )
    return duplicate_return(given, message)


def _with_copies(files: Sequence[SubmittedFile]) -> list[SubmittedFile]:
    """Return the files; a copy of another file of the call is recorded or refused as that one is."""
    first_by_hash, found = {file.sha256: file for file in reversed(files)}, list(files)
    for number, file in enumerate(files):
        if any(problem.code == "duplicate-file" for problem in file.problems):
            first = first_by_hash[file.sha256]
            state = State.UNCHANGED if first.state is State.RECORDED else first.state
            found[number] = replace(first, path=file.path, problems=file.problems, state=state, revised=())
    return found


def _with_warnings(ledger: Ledger, plan: Plan, files: Sequence[SubmittedFile], at: datetime) -> Iterator[SubmittedFile]:
    """Yield the files with warnings of late returns and of probable mistakes."""
    revised = [revision for file in files for revision in file.revised]
    years = {year for revision in revised for year in (revision.entry.year, revision.entry.year - 1)}
    with ledger.reading() as connection:
        current = current_entries(connection, plan, years)
    warnings_by_return: dict[tuple[UnitKey, int], list[Problem]] = defaultdict(list)
    for entry, problem in warnings_of(plan, revised, current, at):
        warning = problem.for_unit(entry.unit.code, entry.unit_name, entry.year)
        warnings_by_return[entry.unit, entry.year].append(warning)
    for file in files:
        keys = [(revision.entry.unit, revision.entry.year) for revision in file.revised]
        warnings = [problem for key in keys for problem in warnings_by_return[key]]
        warnings += corrects_all_units(plan, file.path, file.revised, current)
        yield replace(file, problems=[*file.problems, *warnings])


def record(ledger: Ledger, plan: Plan, file: SubmittedFile, author: Author) -> SubmittedFile:
    """Record a file's returns, each as a new revision unless the last one says the same.

    A file that was recorded before changes nothing, even if another has replaced it since: an inbox that is
    submitted again every night must not restore old figures. The file is refused if the ledger has a return of the
    same unit before or after a merger.
    """
    if has_errors(file.problems):
        return replace(file, state=State.REFUSED)
    if not file.valid:
        return file
    row = FileRecord(
        plan=plan.id,
        file=storable(file.path),
        sha256=file.sha256,
        content=content_hash(file.valid),
        at=author.at,
        who=storable(author.who),
        path=None if file.path == STDIN else storable(str(Path(file.path).absolute())),
    )
    codes = _related_codes(plan, file.valid)

    def record_new(connection: Connection) -> SubmittedFile:
        same = [submissions.c[name] == getattr(row, name) for name in ("plan", "sha256", "content")]
        recorded = connection.execute(select(submissions.c.at).where(*same)).scalar()
        held = newest(entries_of(connection, plan, years=file.years, codes=codes))
        revised = tuple(_revised(row, file.valid, held))
        if recorded is not None:
            with damage_as_error(connection):
                since = instant(recorded)
            return replace(file, state=State.UNCHANGED, since=since, corrected_since=bool(revised))
        if clashes := list(_clashes(plan, file.valid, latest(held.values()))):
            return replace(file, state=State.REFUSED, problems=[*file.problems, *clashes])
        add_submission(connection, row, [revision.entry for revision in revised])
        return replace(file, state=State.RECORDED if revised else State.UNCHANGED, revised=revised)

    return ledger.write(record_new)


def _related_codes(plan: Plan, returns: Iterable[Return]) -> set[str]:
    """Return the codes of the units of returns after mergers, and of all units merged into them."""
    codes: set[str] = set()
    found = {given.unit.code for given in returns}
    while found:
        codes |= found
        found = {merged.code for code in found for merged in plan.units_by_heir.get(code, ())} - codes
    return set(map(storable, codes))


def _clashes(plan: Plan, returns: Sequence[Return], held: Iterable[Entry]) -> Iterator[Problem]:
    """Report returns of a unit and of its predecessor for one year: the former may include the latter."""
    held_by_heir: dict[tuple[str, int], list[Entry]] = defaultdict(list)
    for entry in held:
        if heir := unit_of(plan, entry.unit, entry.year):
            held_by_heir[heir.code, entry.year].append(entry)
    for given in returns:
        heir_key = key_of(given.unit)
        for entry in held_by_heir[given.unit.code, given.year]:
            if given.is_merged == (entry.unit == heir_key):
                yield same_unit_problem(given, entry.unit_name, entry.file)


def _revised(
    file: FileRecord, returns: Iterable[Return], held: Mapping[tuple[int, UnitKey], Entry]
) -> Iterator[Revision]:
    """Yield a new revision of each return that differs from its last one."""
    for given in returns:
        last = held.get((given.year, key_of(given.named)))
        current = None if last is None or last.withdrawn else last
        if current and current.values == given.values:
            continue
        entry = entry_of(given, last.revision + 1 if last else 1, file)
        yield Revision(entry, changes_between(current.figures, entry.figures) if current else ())
