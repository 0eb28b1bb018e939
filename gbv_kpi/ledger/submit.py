"""Returns handed in: every file checked, then recorded in the ledger, all of it or nothing of it.

A file with an error is refused, and so are files of one call that contradict each other: which of the
two is right is not known. Warnings are told and let a file pass.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gbv_kpi.exit_codes import ExitCode
from gbv_kpi.i18n import phrase
from gbv_kpi.ledger.database import Ledger
from gbv_kpi.ledger.entries import Entry, UnitKey, content_hash, key_of
from gbv_kpi.ledger.held import latest
from gbv_kpi.ledger.mergers import recast
from gbv_kpi.ledger.outliers import unusual_changes
from gbv_kpi.ledger.query import entries_of, recorded_files
from gbv_kpi.ledger.record import Filed, Filing, Revised, State, record
from gbv_kpi.ledger.units import UnitsByKey
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Place, Problem
from gbv_kpi.reading.identities import AssumedYear
from gbv_kpi.returns.collect import Returns, returns_of
from gbv_kpi.returns.read_files import Watch, read_files
from gbv_kpi.returns.received import Return
from gbv_kpi.told import Problems, has_errors


@dataclass(frozen=True, slots=True)
class SubmittedFile:
    """One file handed in: what became of it, and all that is to be said of it."""

    path: str
    sha256: str
    returns: int
    filed: Filed
    problems: Sequence[Problem]


@dataclass(frozen=True, slots=True)
class Submission:
    """What became of the files of one call."""

    plan: Plan
    ledger: str
    files: tuple[SubmittedFile, ...]
    left_out: tuple[str, ...] = ()  # files of named folders that are no spreadsheets

    @property
    def problems(self) -> Sequence[Problem]:
        return Problems(file.problems for file in self.files)

    @property
    def exit_code(self) -> int:
        refused = any(file.filed.state is State.REFUSED for file in self.files)
        return ExitCode.INVALID if refused else ExitCode.WELL


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that was read, and what is wrong with it beside the other files of the call."""

    returns: Returns
    received: tuple[Return, ...]
    clashes: tuple[Problem, ...] = ()

    @property
    def path(self) -> str:
        return self.returns.files[0].path

    @property
    def sha256(self) -> str:
        return self.returns.files[0].sha256


def submit(
    ledger: Ledger,
    plan: Plan,
    names: Sequence[str],
    year: int | None,
    at: datetime,
    who: str,
    watch: Watch = iter,
    processes: int = 1,
) -> Submission:
    """Check and record files, in the order of their names; `year` is that of files that name none.

    Very many are read by several `processes`.

    Raises `SourceError` for a file that cannot be opened, and `LedgerError`; files recorded before it stay.
    """
    assumed = None if year is None else AssumedYear(year, binds=True)
    each = (returns_of([file], plan) for file in read_files(names, plan, assumed, watch, processes))
    read = [_Read(returns, tuple(returns.received)) for returns in each]
    with ledger.reading() as connection:
        recorded = recorded_files(connection, plan)
    read = _held_together(read, recorded)
    files = [_record(ledger, plan, one, at, who) for one in read]
    return Submission(plan, ledger.name, tuple(_warned(ledger, plan, files, at)))


def _held_together(files: Sequence[_Read], recorded: Iterable[tuple[str, str]]) -> list[_Read]:
    """The files, with what contradicts an earlier file of the call.

    Files recorded before take no part: in an inbox the corrected return lies beside the first one.
    """
    before = set(recorded)
    said_by_return: dict[tuple[str, int], list[tuple[int, Return]]] = {}
    clashes: dict[int, list[Problem]] = {}
    for number, file in enumerate(files):
        if has_errors(file.returns.problems) or (file.sha256, content_hash(file.received)) in before:
            continue
        for given in file.received:
            said = said_by_return.setdefault((given.unit.unit.code, given.year), [])
            for other_number, other in said:
                if other_number != number and _contradict(given, other):
                    clashes.setdefault(number, []).append(_clash(given, other))
                    clashes.setdefault(other_number, []).append(_clash(other, given))
            said.append((number, given))
    return [replace(file, clashes=tuple(clashes.get(number, ()))) for number, file in enumerate(files)]


def _contradict(one: Return, other: Return) -> bool:
    if key_of(one.unit.named) == key_of(other.unit.named):
        return one.values != other.values
    return not (one.unit.merged and other.unit.merged)


def _clash(one: Return, other: Return) -> Problem:
    spot = "!".join(part for part in (other.place.sheet, other.place.cell) if part)
    message = phrase(
        "{unit} has another return of {year} in {where}.",
        unit=one.unit.named.name,
        year=str(one.year),
        where=f"{other.place.file} {spot}".strip(),
    )
    problem = Problem("duplicate-return", one.place, message, value=one.unit.named.name)
    return problem.of(one.unit.unit.code, one.unit.unit.name, one.year)


def _record(ledger: Ledger, plan: Plan, read: _Read, at: datetime, who: str) -> SubmittedFile:
    problems = Problems([read.returns.problems, read.clashes])
    filed = Filed(State.REFUSED)
    if not has_errors(problems):
        filed = record(ledger, plan, Filing(read.path, read.sha256, read.received, at, who))
    return SubmittedFile(read.path, read.sha256, len(read.received), filed, Problems([problems, filed.problems]))


def _warned(ledger: Ledger, plan: Plan, files: Sequence[SubmittedFile], at: datetime) -> Iterator[SubmittedFile]:
    """The files, with warnings of what is late and what is far from last year's."""
    years = {one.entry.year for file in files for one in file.filed.revised}
    unusual: dict[tuple[UnitKey, int], list[Problem]] = {}
    for entry, problem in _unusual(ledger, plan, files, years):
        unusual.setdefault((entry.unit, entry.year), []).append(problem)
    for file in files:
        warnings = [
            problem
            for one in file.filed.revised
            for problem in (*_late(plan, one, at), *unusual.get((one.entry.unit, one.entry.year), ()))
        ]
        yield replace(file, problems=Problems([file.problems, warnings]))


def _late(plan: Plan, revised: Revised, at: datetime) -> Iterator[Problem]:
    """A first return after the plan's deadline; a correction is not late."""
    entry, deadline = revised.entry, plan.deadline.get(revised.entry.year)
    if deadline is not None and entry.revision == 1 and at.date() > deadline:
        message = phrase(
            "The return came on {day}; the deadline was {deadline}.",
            day=at.date().strftime("%d/%m/%Y"),
            deadline=deadline.strftime("%d/%m/%Y"),
        )
        problem = Problem("late-return", Place(entry.file, entry.sheet), message)
        yield problem.of(entry.unit.code, entry.unit_name, entry.year)


def _unusual(
    ledger: Ledger, plan: Plan, files: Sequence[SubmittedFile], years: Iterable[int]
) -> Iterator[tuple[Entry, Problem]]:
    """What is far from last year's in the entries that were recorded."""
    if not years:
        return
    with ledger.reading() as connection:
        held = latest(entries_of(connection, plan, years={past for year in years for past in (year, year - 1)}))
    units = UnitsByKey(plan)
    for year in sorted(years):
        now, before = (
            {group.unit.code: group.values() for group in recast(of_year, plan, year) if group.complete}
            for of_year in ([e for e in held if e.year == year], [e for e in held if e.year == year - 1])
        )
        new = {
            unit.code: one.entry
            for file in files
            for one in file.filed.revised
            if one.entry.year == year and (unit := units.in_year(one.entry.unit, year))
        }
        for change in unusual_changes(now, before, new):
            entry = new[change.unit]
            message = phrase(
                "{field}: {count}, but {last} in {year}; about {likely} would be usual.",
                field=plan.field_by_id[change.field].label if change.field in plan.field_by_id else change.field,
                count=change.count,
                last=change.last,
                year=str(year - 1),
                likely=change.likely,
            )
            figure = entry.figures.get(change.field)
            place = Place(entry.file, entry.sheet, figure.cell if figure else None)
            problem = Problem("unusual-change", place, message, field=change.field, value=str(change.count))
            yield entry, problem.of(change.unit, entry.unit_name, year)
