"""Returns handed in: every file checked, then recorded in the ledger, all of it or nothing of it.

A file with an error is refused, and so are files of one call that contradict each other: which of the
two is right is not known. Warnings let a file pass.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from gbv_kpi.exit_codes import ExitCode
from gbv_kpi.i18n import Bilingual, phrase
from gbv_kpi.ledger.database import Ledger
from gbv_kpi.ledger.entries import Author, Revision, content_hash, key_of, latest, unit_finder
from gbv_kpi.ledger.outliers import is_large_change, unusual_changes
from gbv_kpi.ledger.query import entries_of, recorded_files
from gbv_kpi.ledger.record import Filed, ReadFile, State, record
from gbv_kpi.ledger.records import Entry, UnitKey
from gbv_kpi.ledger.trend import recast
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Place, Problem, has_errors
from gbv_kpi.reading.reader import AssumedYear
from gbv_kpi.returns.collect import Returns, collect, valid_returns
from gbv_kpi.returns.duplicates import Return, duplicate_return
from gbv_kpi.returns.read_files import Watch, read_files

FEWEST_UNITS = 3  # of a year: fewer are easily all corrected at once


@dataclass(frozen=True, slots=True)
class SubmittedFile:
    """One file handed in, and what became of it."""

    path: str
    sha256: str
    returns: int
    years: tuple[int, ...]
    filed: Filed
    problems: Sequence[Problem]


@dataclass(frozen=True, slots=True)
class Submission:
    """What became of the files of one call."""

    plan: Plan
    ledger: str
    files: tuple[SubmittedFile, ...]
    left_out: tuple[str, ...] = ()  # files of named folders that are no spreadsheets
    is_rehearsal: bool = False  # nothing was recorded

    @property
    def problems(self) -> Sequence[Problem]:
        return [problem for file in self.files for problem in file.problems]

    @property
    def exit_code(self) -> int:
        refused = any(file.filed.state is State.REFUSED for file in self.files)
        return ExitCode.INVALID if refused else ExitCode.OK


def submit(
    ledger: Ledger, plan: Plan, names: Sequence[str], year: int | None, at: datetime, who: str, watch: Watch = iter
) -> Submission:
    """Check and record files, in the order of their names; `year` is that of files that name none.

    Raises `SourceError` for a file that cannot be opened, and `LedgerError`; files recorded before it stay.
    """
    assumed = None if year is None else AssumedYear(year, binds=True)
    files = _files(collect(read_files(names, plan, assumed, watch), plan, across_files=False), plan)
    with ledger.reading() as connection:
        recorded = recorded_files(connection, plan)
    author = Author(who, at)
    submitted = [_submitted(ledger, plan, file, author) for file in _compared(files, recorded)]
    return Submission(plan, ledger.name, tuple(_with_warnings(ledger, plan, submitted, at)))


def _files(returns: Returns, plan: Plan) -> list[ReadFile]:
    """Return each file with its returns and problems."""
    returns_by_file: dict[int, list[Return]] = {}
    for number, given in valid_returns(returns, plan):
        returns_by_file.setdefault(number, []).append(given)
    problems_by_path: dict[str, list[Problem]] = {}
    for problem in returns.problems:
        problems_by_path.setdefault(problem.place.file, []).append(problem)
    return [
        ReadFile(file.path, file.sha256, tuple(returns_by_file.get(number, ())), problems_by_path.get(file.path, ()))
        for number, file in enumerate(returns.files)
    ]


def _compared(files: Sequence[ReadFile], recorded: Container[tuple[str, str]]) -> list[ReadFile]:
    """Return the files, with what contradicts another file of the call.

    Files recorded before take no part: in an inbox the corrected return lies next to the first one.
    """
    returns_by_key: dict[tuple[str, int], list[tuple[int, Return]]] = {}
    clashes: dict[int, list[Problem]] = {}
    for number, file in enumerate(files):
        if has_errors(file.problems) or (file.sha256, content_hash(file.returns)) in recorded:
            continue
        for given in file.returns:
            earlier = returns_by_key.setdefault((given.unit.code, given.year), [])
            for other_number, other in earlier:
                if other_number != number and _contradict(given, other):
                    clashes.setdefault(number, []).append(_clash(given, other))
                    clashes.setdefault(other_number, []).append(_clash(other, given))
            earlier.append((number, given))
    return [
        replace(file, problems=[*file.problems, *clashes[number]]) if number in clashes else file
        for number, file in enumerate(files)
    ]


def _contradict(one: Return, other: Return) -> bool:
    if key_of(one.named) == key_of(other.named):
        return one.values != other.values
    return not (one.is_merged and other.is_merged)


def _clash(one: Return, other: Return) -> Problem:
    where = f"{other.place.file} {other.place.spot}".strip()
    message = phrase(
        "{unit} has another return of {year} in {where}.", unit=one.named.name, year=str(one.year), where=where
    )
    return duplicate_return(one, message)


def _submitted(ledger: Ledger, plan: Plan, file: ReadFile, author: Author) -> SubmittedFile:
    if has_errors(file.problems):
        filed = Filed(State.REFUSED)
    else:
        filed = record(ledger, plan, file, author) if file.returns else Filed(State.BLANK)
    years = tuple(sorted({given.year for given in file.returns}))
    return SubmittedFile(file.path, file.sha256, len(file.returns), years, filed, [*file.problems, *filed.problems])


def _with_warnings(ledger: Ledger, plan: Plan, files: Sequence[SubmittedFile], at: datetime) -> Iterator[SubmittedFile]:
    """Yield the files with warnings of what is late, and of figures that are probably not meant."""
    revised = [revision for file in files for revision in file.filed.revised]
    years = {year for one in revised for year in (one.entry.year, one.entry.year - 1)}
    held: list[Entry] = []
    if years:
        with ledger.reading() as connection:
            held = latest(entries_of(connection, plan, years=years))
    warnings_by_return: dict[tuple[UnitKey, int], list[Problem]] = {}
    found = (
        _late(plan, revised, at),
        _large_corrections(plan, revised),
        _identical(revised, held),
        _unusual(plan, revised, held),
    )
    for entry, problem in chain.from_iterable(found):
        warning = problem.of(entry.unit.code, entry.unit_name, entry.year)
        warnings_by_return.setdefault((entry.unit, entry.year), []).append(warning)
    for file in files:
        keys = [(one.entry.unit, one.entry.year) for one in file.filed.revised]
        warnings = [problem for key in keys for problem in warnings_by_return.get(key, ())]
        yield replace(file, problems=[*file.problems, *warnings, *_all_corrected(plan, file, held)])


Warnings = Iterator[tuple[Entry, Problem]]


def _late(plan: Plan, revised: Iterable[Revision], at: datetime) -> Warnings:
    """Report a first return after the deadline of its unit; a correction is not late."""
    units = unit_finder(plan)
    for entry in (one.entry for one in revised if one.entry.revision == 1):
        unit = units(entry.unit, entry.year)
        deadline = plan.deadline_of(unit, entry.year) if unit else None
        if deadline is not None and at.date() > deadline:
            message = phrase(
                "The return was received on {day}; the deadline was {deadline}.",
                day=at.date().strftime("%d/%m/%Y"),
                deadline=deadline.strftime("%d/%m/%Y"),
            )
            yield entry, Problem("late-return", Place(entry.file, entry.sheet), message)


def _large_corrections(plan: Plan, revised: Iterable[Revision]) -> Warnings:
    """Report a correction that is beyond chance and large: the figures may be another unit's or year's."""
    for one in revised:
        for change in one.changes:
            if change.old is not None and change.new is not None and is_large_change(change.new, change.old):
                message = phrase(
                    "{field}: {new}, but {old} in the return it corrects.",
                    field=_label(plan, change.field),
                    new=change.new,
                    old=change.old,
                )
                place = Place(one.entry.file, one.entry.sheet, change.new_cell)
                yield one.entry, Problem("large-correction", place, message, field=change.field, value=str(change.new))


def _identical(revised: Iterable[Revision], held: Iterable[Entry]) -> Warnings:
    """Report a return with the very figures of another unit: one of the two may be recorded for the wrong unit."""
    units_by_figures: dict[tuple[int, frozenset[tuple[str, int]]], list[Entry]] = {}
    for entry in held:
        units_by_figures.setdefault((entry.year, frozenset(entry.values.items())), []).append(entry)
    for entry in (one.entry for one in revised if any(one.entry.values.values())):
        same = units_by_figures.get((entry.year, frozenset(entry.values.items())), [])
        if other := next((other for other in same if other.unit != entry.unit), None):
            message = phrase(
                "All figures are the same as those of {unit} ({file}).", unit=other.unit_name, file=other.file
            )
            yield entry, Problem("identical-returns", Place(entry.file, entry.sheet), message)


def _all_corrected(plan: Plan, file: SubmittedFile, held: Iterable[Entry]) -> Iterator[Problem]:
    """Report a file that corrects the returns of all units: it may be another year's, or an older one."""
    units = unit_finder(plan)
    for year in sorted({one.entry.year for one in file.filed.revised}):
        of_year = (entry for entry in held if entry.year == year)
        expected = {entry.unit for entry in of_year if (unit := units(entry.unit, year)) and unit.expected}
        corrected = {one.entry.unit for one in file.filed.revised if one.changes and one.entry.year == year}
        if len(corrected) >= FEWEST_UNITS and corrected >= expected:
            message = phrase(
                "The file corrects the returns of all {count} units of {year}.", count=len(corrected), year=str(year)
            )
            yield Problem("all-corrected", Place(file.path), message).of(None, None, year)


def _unusual(plan: Plan, revised: Sequence[Revision], held: Sequence[Entry]) -> Warnings:
    """Report what is far from last year's."""
    units = unit_finder(plan)
    for year in sorted({one.entry.year for one in revised}):
        now, before = (
            {group.unit.code: group.values() for group in recast(of_year, plan, year) if group.complete}
            for of_year in ([e for e in held if e.year == year], [e for e in held if e.year == year - 1])
        )
        new = {
            unit.code: one.entry for one in revised if one.entry.year == year and (unit := units(one.entry.unit, year))
        }
        for change in unusual_changes(now, before, new):
            entry = new[change.unit]
            message = phrase(
                "{field}: {count}, but {last} in {year}; about {likely} was expected.",
                field=_label(plan, change.field),
                count=change.count,
                last=change.last,
                year=str(year - 1),
                likely=change.likely,
            )
            figure = entry.figures.get(change.field)
            place = Place(entry.file, entry.sheet, figure.cell if figure else None)
            yield entry, Problem("unusual-change", place, message, field=change.field, value=str(change.count))


def _label(plan: Plan, field: str) -> Bilingual | str:
    return plan.field_by_id[field].label if field in plan.field_by_id else field
