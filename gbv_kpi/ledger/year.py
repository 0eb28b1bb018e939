"""Withdraw returns of a year, add notes to them, sign the year, compare it at two moments, and trace its figures."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import Connection

from gbv_kpi.errors import UsageError
from gbv_kpi.kpi.engine import evaluate
from gbv_kpi.kpi.finding import Finding
from gbv_kpi.kpi.year_record import Event, ReturnChange, YearRecord
from gbv_kpi.ledger.database import Ledger
from gbv_kpi.ledger.entries import Author, Revision, changes_between, key_of, latest, newest, returns_from, unit_of
from gbv_kpi.ledger.query import add_to_journal, current_entries, entries_of, entries_of_year, events_of
from gbv_kpi.ledger.records import Entry, UnitKey, hash_of, storable
from gbv_kpi.plan import Plan


@dataclass(frozen=True)
class Difference:
    """The differences of a year between two moments or two ledgers."""

    plan: Plan
    year: int
    returns: Sequence[ReturnChange]
    findings: Sequence[tuple[Finding | None, Finding | None]]
    signature: Event | None = None  # if the first moment is that of the signature


@dataclass(frozen=True)
class Count:
    """A count in the sum of a numerator or denominator, and its return."""

    field: str
    value: int | None  # None if the return leaves it blank
    cell: str | None
    entry: Entry


@dataclass(frozen=True)
class Trace:
    """A finding, and the counts that its numerator and denominator add up."""

    plan: Plan
    finding: Finding
    numerator: tuple[Count, ...]
    denominator: tuple[Count, ...]
    notes: tuple[Event, ...] = ()  # on the returns of these counts


def revisions(entries: Iterable[Entry]) -> Iterator[Revision]:
    """Yield every revision with what it changed; `entries` are all revisions in the ledger's order."""
    for _, return_entries in groupby(entries, key=lambda entry: (entry.year, entry.unit)):
        previous: Entry | None = None
        for entry in return_entries:
            yield Revision(entry, changes_between(previous.figures, entry.figures) if previous else ())
            previous = entry


def keys_named(plan: Plan, name: str, year: int | None) -> set[UnitKey]:
    """Return the units with a name or code in that year, or in any year of the plan.

    Raises `UsageError` if there is none.
    """
    if not plan.units:
        return {UnitKey(name.strip(), "")}
    from gbv_kpi.reading.units import UnitDirectory

    directory = UnitDirectory(plan)
    years = [year] if year is not None else range(plan.first_year, plan.last_year + 1)
    found = {key_of(match.named) for each_year in years if (match := directory.in_year(each_year).find(name))}
    if not found:
        raise UsageError(directory.in_year(years[-1]).not_found(name, years[-1]))
    return found


def record_event(
    ledger: Ledger, plan: Plan, unit: str, year: int, kind: Literal["withdraw", "note"], text: str, author: Author
) -> Event:
    """Withdraw the return of a unit, or add a note to it. Raises `UsageError` if no return counts."""
    keys = keys_named(plan, unit, year)

    def record(connection: Connection) -> Event:
        entries = latest(entries_of(connection, plan, years=[year], codes=[key.code for key in keys]))
        entry = next((entry for entry in entries if entry.unit in keys), None)
        if entry is None:
            raise UsageError("The ledger has no return of {unit} for {year}.", unit=unit, year=str(year))
        code, since = entry.unit
        details = {"unit": code, "since": since, "unit_name": entry.unit_name, "revision": entry.revision}
        event = _event(plan, year, author, kind=kind, text=storable(text), **details)
        add_to_journal(connection, [event])
        return event

    return ledger.write(record)


def sign(ledger: Ledger, plan: Plan, year: int, author: Author) -> tuple[Event, bool]:
    """Sign a year; return the signature, and whether it is new: an unchanged year keeps its signature.

    Raises `UsageError` if the ledger has no return of the year.
    """

    def record(connection: Connection) -> tuple[Event, bool]:
        entries = entries_of_year(connection, plan, year)
        findings = _findings_hash(entries, plan)
        revisions = tuple(sorted((*entry.unit, entry.revision) for entry in entries))
        event = _event(plan, year, author, kind="sign", findings=findings, revisions=revisions)
        last = signature_of(events_of(connection, plan, [year]))
        if last and (last.findings, last.revisions) == (event.findings, event.revisions):
            return last, False
        add_to_journal(connection, [event])
        return event, True

    return ledger.write(record)


def _event(plan: Plan, year: int, author: Author, **details: Any) -> Event:
    return Event(plan=plan.id, year=year, at=author.at.astimezone(UTC), who=storable(author.who), **details)


def signature_of(events: Iterable[Event]) -> Event | None:
    """Return the last signature."""
    return next((event for event in reversed(list(events)) if event.kind == "sign"), None)


def signed_year(connection: Connection, plan: Plan, year: int) -> tuple[list[Entry], Event]:
    """Return the signed revisions of a year, those of its base years at that time, and the signature.

    Raises `UsageError` if there is none.
    """
    signature = signature_of(events_of(connection, plan, [year]))
    if signature is None:
        raise UsageError("{year} is not signed in this ledger: name a day with --from.", year=str(year))
    signed = signed_entries(entries_of(connection, plan, years=[year]), signature)
    return [*signed, *current_entries(connection, plan, plan.base_years(year), signature.at)], signature


def signed_entries(entries: Iterable[Entry], signature: Event) -> list[Entry]:
    """Return the revisions that counted when the year was signed; `entries` are all of the year."""
    signed = set(signature.revisions)
    return [entry for entry in entries if (*entry.unit, entry.revision) in signed]


def year_record(
    connection: Connection, plan: Plan, year: int, counted: Sequence[Entry], as_of: datetime | None
) -> YearRecord:
    """Return the notes on the returns that count, fields the plan lacks, the last signature and later changes."""
    events = events_of(connection, plan, [year], as_of)
    signature = signature_of(events)
    units = {entry.unit for entry in counted}
    notes = [event for event in events if event.kind == "note" and (event.unit, event.since) in units]
    unknown = sorted({field for entry in counted for field in entry.figures} - plan.field_by_id.keys())
    if signature is None:
        return YearRecord(notes, unknown_fields=unknown)
    signed = signed_entries(entries_of(connection, plan, years=[year], as_of=as_of), signature)
    is_reproduced = _findings_hash(signed, plan) == signature.findings
    return YearRecord(notes, signature, list(changed_returns(signed, counted)), is_reproduced, unknown)


def changed_returns(before: Iterable[Entry], after: Iterable[Entry]) -> Iterator[ReturnChange]:
    """Yield the returns that differ, by unit; both are the revisions that count at their moment."""
    old, new = newest(before), newest(after)
    for key in sorted({*old, *new}):
        first, last = old.get(key), new.get(key)
        changes = changes_between(first.figures if first else {}, last.figures if last else {})
        shown = last or first
        if shown and (changes or not (first and last)):
            earlier, later = (entry.revision if entry else None for entry in (first, last))
            yield ReturnChange(shown.unit.code, shown.unit_name, shown.year, earlier, later, shown.file, changes)


def difference(
    plan: Plan, year: int, before: Sequence[Entry], after: Sequence[Entry], signature: Event | None = None
) -> Difference:
    """Compare a year at two moments, by the revisions of it and its base years that count at each."""
    old, new = (
        {(finding.indicator, finding.unit): finding for finding in _findings(entries, plan) if finding.year == year}
        for entries in (before, after)
    )
    changed = [(old.get(key), new.get(key)) for key in dict.fromkeys([*new, *old]) if old.get(key) != new.get(key)]
    returns = list(changed_returns(*([entry for entry in each if entry.year == year] for each in (before, after))))
    return Difference(plan, year, returns, changed, signature)


def _findings(entries: Sequence[Entry], plan: Plan) -> Sequence[Finding]:
    return evaluate(returns_from(entries, plan), plan).findings if entries else ()


def _findings_hash(entries: Sequence[Entry], plan: Plan) -> str:
    """Return the hash of what a year's own returns give: a corrected base year needs no new signature."""
    return hash_of([finding.record() for finding in _findings(entries, plan)])


def trace(
    entries: Iterable[Entry],
    plan: Plan,
    indicator_id: str,
    key: UnitKey | None,
    year: int,
    events: Iterable[Event] = (),
) -> Trace:
    """Trace the finding of an indicator, for the unit with a key or (None) the province, to its cells.

    `entries` are those of the year and of its base years.
    Raises `UsageError` for an unknown indicator, and if the ledger has no such return.
    """
    indicator = plan.indicator_by_id.get(indicator_id)
    if indicator is None:
        known = ", ".join(get_close_matches(indicator_id, plan.indicator_by_id) or plan.indicator_by_id)
        raise UsageError("The plan has no indicator {id}; its indicators are {known}.", id=indicator_id, known=known)
    unit = unit_of(plan, key, year) if key else None
    current = latest(entries)
    findings = evaluate(returns_from(current, plan), plan).of_year(year).of_indicators([indicator]).findings
    finding = next((finding for finding in findings if finding.unit == (unit.code if unit else None)), None)
    if finding is None:
        place = unit.name if unit else plan.place
        raise UsageError("The ledger has no return of {unit} for {year}.", unit=place, year=str(year))
    # The province's sums include only units that give both sides.
    counted = {unit.code} if unit else {finding.unit for finding in findings if finding.is_known}
    rows = [entry for entry in current if (heir := unit_of(plan, entry.unit, year)) and heir.code in counted]
    is_change = indicator.measure == "change"
    below = (indicator.base_of(year), indicator.numerator) if is_change else (year, indicator.denominator)
    numerator, denominator = (
        tuple(
            Count(field, figure and figure.value, figure and figure.cell, entry)
            for entry in rows
            if entry.year == counted_year
            for field in fields
            for figure in [entry.figures.get(field)]
        )
        for counted_year, fields in ((year, indicator.numerator), below)
    )
    keys = {count.entry.unit for count in (*numerator, *denominator)}
    notes = tuple(event for event in events if event.kind == "note" and (event.unit, event.since) in keys)
    return Trace(plan, finding, numerator, denominator, notes)
