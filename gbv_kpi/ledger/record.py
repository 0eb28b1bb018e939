"""All of a file into the ledger, or nothing of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select

from gbv_kpi.ledger.database import Ledger
from gbv_kpi.ledger.entries import (
    Author,
    Revision,
    changes_between,
    content_hash,
    entry_of,
    file_of,
    key_of,
    latest,
    newest,
    unit_finder,
)
from gbv_kpi.ledger.query import damage_as_error, entries_of
from gbv_kpi.ledger.records import Entry, FileRecord, UnitKey, add_submission, instant, submissions
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Problem
from gbv_kpi.returns.duplicates import Return, one_unit


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read: its valid returns, and what is wrong with it."""

    path: str
    sha256: str
    returns: tuple[Return, ...]
    problems: Sequence[Problem]


class State(StrEnum):
    """What became of a file."""

    RECORDED = "recorded"  # with at least one new revision
    UNCHANGED = "unchanged"  # the ledger holds it already
    REFUSED = "refused"
    BLANK = "blank"  # no figure is filled in


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of one file; `since` is when the ledger got this very file, if it had it already."""

    state: State
    revised: tuple[Revision, ...] = ()  # the returns that were new or changed
    problems: tuple[Problem, ...] = ()
    since: datetime | None = None
    corrected_since: bool = False  # a later file has replaced figures of it


def record(ledger: Ledger, plan: Plan, read: ReadFile, author: Author) -> Filed:
    """Record a file's returns, each as a new revision unless the last one says the same.

    A file that was recorded before changes nothing, even if another has replaced it since: an inbox
    that is handed in again every night must not bring old figures back. A return that the ledger cannot
    hold together with another one, of the same unit before or after a merger, refuses the file.
    """
    file = file_of(read.path, read.sha256, content_hash(read.returns), plan, author)
    return ledger.write(lambda connection: _record(connection, plan, file, read.returns))


def _record(connection: Connection, plan: Plan, file: FileRecord, given: Sequence[Return]) -> Filed:
    since = _recorded_before(connection, file)
    years = {one.year for one in given}
    held = newest(entries_of(connection, plan, years=years, codes=_related_codes(plan, given)))
    revised = tuple(_revised(file, given, held))
    if since is not None:
        return Filed(State.UNCHANGED, since=since, corrected_since=bool(revised))
    if clashes := tuple(_clashes(plan, given, latest(held))):
        return Filed(State.REFUSED, problems=clashes)
    add_submission(connection, file, [revision.entry for revision in revised])
    return Filed(State.RECORDED if revised else State.UNCHANGED, revised)


def _recorded_before(connection: Connection, file: FileRecord) -> datetime | None:
    """Return when this very file was recorded, read as it is read now."""
    same = [submissions.c[name] == getattr(file, name) for name in ("plan", "sha256", "content")]
    at = connection.execute(select(submissions.c.at).where(*same)).scalar()
    with damage_as_error(connection):
        return None if at is None else instant(at)


def _related_codes(plan: Plan, given: Iterable[Return]) -> set[str]:
    """Return the codes of the units of returns, of those they name, and of all that have become part of them."""
    heirs = {(one.unit.code, one.year) for one in given}
    years = {year for _, year in heirs}
    merged = {
        key_of(unit).code
        for year in years
        for unit in plan.units
        if (heir := plan.successor(unit, year)) and (heir.code, year) in heirs
    }
    return merged | {key_of(unit).code for one in given for unit in (one.named, one.unit)}


def _clashes(plan: Plan, given: Sequence[Return], held: Iterable[Entry]) -> Iterator[Problem]:
    """Report a return of a unit where there is one of a predecessor for the year: it may include that one."""
    units = unit_finder(plan)
    held_by_heir: dict[tuple[str, int], list[Entry]] = {}
    for entry in held:
        if heir := units(entry.unit, entry.year):
            held_by_heir.setdefault((heir.code, entry.year), []).append(entry)
    for one in given:
        heir_key = key_of(one.unit)
        for entry in held_by_heir.get((one.unit.code, one.year), ()):
            if one.is_merged == (entry.unit == heir_key):
                yield one_unit(one, entry.unit_name, entry.file)


def _revised(file: FileRecord, given: Iterable[Return], held: Iterable[Entry]) -> Iterator[Revision]:
    held_by_key: dict[tuple[UnitKey, int], Entry] = {(entry.unit, entry.year): entry for entry in held}
    for one in given:
        before = held_by_key.get((key_of(one.named), one.year))
        counts = before is not None and not before.withdrawn
        if before and counts and before.values == one.values:
            continue
        entry = entry_of(one, before.revision + 1 if before else 1, file)
        yield Revision(entry, changes_between(before.figures, entry.figures) if before and counts else ())
