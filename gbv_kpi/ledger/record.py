"""All of a file into the ledger, or nothing of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, select

from gbv_kpi.kpi.year_record import Change
from gbv_kpi.ledger.database import Ledger
from gbv_kpi.ledger.entries import (
    Entry,
    UnitKey,
    changes_between,
    content_hash,
    entry_of,
    instant,
    key_of,
    latest,
    newest,
    stamp,
    storable,
    unit_finder,
)
from gbv_kpi.ledger.query import entries_of, told_as_damage
from gbv_kpi.ledger.tables import add_submission, submissions
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Problem
from gbv_kpi.returns.duplicates import Return, one_unit
from gbv_kpi.sheets.sources import STDIN


@dataclass(frozen=True, slots=True)
class Filing:
    """The valid returns of one file: its name and hash, when and by whom they are handed in."""

    file: str
    sha256: str
    returns: tuple[Return, ...]
    at: datetime
    who: str

    @property
    def path(self) -> str | None:
        """Return where the file is, wherever somebody asks for it."""
        return None if self.file == STDIN else storable(str(Path(self.file).absolute()))


class State(StrEnum):
    """What became of a file."""

    RECORDED = "recorded"  # with at least one new revision
    UNCHANGED = "unchanged"  # the ledger holds it already
    REFUSED = "refused"
    BLANK = "blank"  # no figure is filled in


@dataclass(frozen=True, slots=True)
class Revised:
    """A return that was new, or says something else than the revision before it."""

    entry: Entry
    changes: tuple[Change, ...]  # empty for the first revision


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of one file; `since` is when the ledger got this very file, if it had it already."""

    state: State
    revised: tuple[Revised, ...] = ()
    problems: tuple[Problem, ...] = ()
    since: datetime | None = None
    corrected_since: bool = False  # a later file has replaced figures of it


def record(ledger: Ledger, plan: Plan, filing: Filing) -> Filed:
    """Record a file's returns, each as a new revision unless the last one says the same.

    A file that was recorded before changes nothing, even if another has replaced it since: an inbox
    that is handed in again every night must not bring old figures back. A return that the ledger cannot
    hold beside another one, of the same unit before or after a merger, refuses the file.
    """
    return ledger.write(lambda connection: _record(connection, plan, filing))


def _record(connection: Connection, plan: Plan, filing: Filing) -> Filed:
    content = content_hash(filing.returns)
    since = _recorded_before(connection, plan, filing, content)
    kin = _kin(plan, {given.year for given in filing.returns})
    codes = {key.code for given in filing.returns for key in _relatives(given, kin)}
    held = newest(entries_of(connection, plan, years={given.year for given in filing.returns}, codes=codes))
    if since is not None:
        return Filed(State.UNCHANGED, since=since, corrected_since=any(_revised(plan, filing, held)))
    if clashes := tuple(_clashes(plan, filing.returns, latest(held))):
        return Filed(State.REFUSED, problems=clashes)
    revised = tuple(_revised(plan, filing, held))
    _write(connection, plan, filing, content, revised)
    return Filed(State.RECORDED if revised else State.UNCHANGED, revised)


def _recorded_before(connection: Connection, plan: Plan, filing: Filing, content: str) -> datetime | None:
    """When this very file was recorded, read as it is read now."""
    same = (submissions.c.plan == plan.id, submissions.c.sha256 == filing.sha256, submissions.c.content == content)
    at = connection.execute(select(submissions.c.at).where(*same)).scalar()
    with told_as_damage(connection):
        return None if at is None else instant(at)


def _kin(plan: Plan, years: Iterable[int]) -> Mapping[tuple[str, int], list[UnitKey]]:
    """The units that have become part of a unit of these years, by its code and the year."""
    kin: dict[tuple[str, int], list[UnitKey]] = {}
    for year in years:
        for unit in plan.units:
            heir = plan.successor(unit, year)
            if heir is not None and heir is not unit:
                kin.setdefault((heir.code, year), []).append(key_of(unit))
    return kin


def _relatives(given: Return, kin: Mapping[tuple[str, int], list[UnitKey]]) -> list[UnitKey]:
    unit = given.unit
    return [key_of(given.named), key_of(unit), *kin.get((unit.code, given.year), ())]


def _clashes(plan: Plan, given: Sequence[Return], held: Iterable[Entry]) -> Iterator[Problem]:
    """A unit's return beside one of a predecessor, for one year: the first may hold the second already."""
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


def _revised(plan: Plan, filing: Filing, held: Iterable[Entry]) -> Iterator[Revised]:
    held_by_key = {(entry.unit, entry.year): entry for entry in held}
    for given in filing.returns:
        key = key_of(given.named)
        before = held_by_key.get((key, given.year))
        counts = before is not None and not before.withdrawn
        if before and counts and before.values == given.values:
            continue
        revision = before.revision + 1 if before else 1
        entry = entry_of(given, plan, revision, filing.sha256, filing.at, filing.who, filing.path)
        yield Revised(entry, changes_between(before.figures, entry.figures) if before and counts else ())


def _write(connection: Connection, plan: Plan, filing: Filing, content: str, revised: Sequence[Revised]) -> None:
    submission = {
        "plan": plan.id,
        "file": storable(filing.file),
        "sha256": filing.sha256,
        "content": content,
        "at": stamp(filing.at),
        "who": storable(filing.who),
        "path": filing.path,
    }
    add_submission(connection, submission, [row_of(one.entry) for one in revised])


def row_of(entry: Entry) -> dict[str, object]:
    """Return the entry as a row of the table, but for its submission."""
    return {
        "plan": entry.plan,
        "unit_code": entry.unit.code,
        "unit_since": entry.unit.since,
        "unit_name": entry.unit_name,
        "year": entry.year,
        "revision": entry.revision,
        "sheet": entry.sheet,
        "figures": {name: [figure.value, figure.cell] for name, figure in entry.figures.items()},
    }
