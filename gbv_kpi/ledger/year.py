"""Withdraw returns of a year, add notes to them, sign the year, and compare it at two moments."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection

from gbv_kpi.errors import UsageError
from gbv_kpi.i18n import phrase
from gbv_kpi.kpi.engine import evaluate
from gbv_kpi.kpi.finding import Finding
from gbv_kpi.kpi.year_record import Event, ReturnChange, YearRecord
from gbv_kpi.ledger.database import Ledger
from gbv_kpi.ledger.entries import Author, changes_between, latest, returns_from
from gbv_kpi.ledger.query import add_to_journal, entries_of, entries_of_year, events_of
from gbv_kpi.ledger.records import Entry, UnitKey, hash_of, storable
from gbv_kpi.ledger.trace import keys_named
from gbv_kpi.plan import Plan


@dataclass(frozen=True, slots=True)
class Difference:
    """The differences of a year between two moments or two ledgers."""

    plan: Plan
    year: int
    returns: Sequence[ReturnChange]
    findings: Sequence[tuple[Finding | None, Finding | None]]
    signature: Event | None = None  # if the first moment is that of the signature


def record_event(
    ledger: Ledger, plan: Plan, unit: str, year: int, kind: Literal["withdraw", "note"], text: str, author: Author
) -> Event:
    """Withdraw the return of a unit, or add a note to it. Raises `UsageError` if no return counts."""
    keys = keys_named(plan, unit, year)

    def record(connection: Connection) -> Event:
        entries = latest(entries_of(connection, plan, years=[year], codes=[key.code for key in keys]))
        entry = next((entry for entry in entries if entry.unit in keys), None)
        if entry is None:
            raise UsageError(phrase("The ledger has no return of {unit} for {year}.", unit=unit, year=str(year)))
        event = _event(
            plan,
            year,
            author,
            kind=kind,
            unit=entry.unit.code,
            since=entry.unit.since,
            unit_name=entry.unit_name,
            text=storable(text),
            revision=entry.revision,
        )
        add_to_journal(connection, [event])
        return event

    return ledger.write(record)


def sign(ledger: Ledger, plan: Plan, year: int, author: Author) -> tuple[Event, bool]:
    """Sign a year; return the signature, and whether it is new: an unchanged year keeps its signature.

    Raises `UsageError` if the ledger has no return of the year.
    """

    def record(connection: Connection) -> tuple[Event, bool]:
        entries = entries_of_year(connection, plan, year)
        event = _event(
            plan,
            year,
            author,
            kind="sign",
            findings=_findings_hash(entries, plan),
            revisions=tuple(sorted((*entry.unit, entry.revision) for entry in entries)),
        )
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
    """Return the signed revisions of a year, and the signature. Raises `UsageError` if there is none."""
    signature = signature_of(events_of(connection, plan, [year]))
    if signature is None:
        raise UsageError(phrase("{year} is not signed in this ledger: sign it with gbv-kpi sign.", year=str(year)))
    return signed_entries(entries_of(connection, plan, years=[year]), signature), signature


def signed_entries(entries: Iterable[Entry], signature: Event) -> list[Entry]:
    """Return the revisions that counted when the year was signed; `entries` are all of the year."""
    signed = set(signature.revisions)
    return [entry for entry in entries if (*entry.unit, entry.revision) in signed]


def year_record(connection: Connection, plan: Plan, year: int, as_of: datetime | None) -> YearRecord:
    """Return the notes on returns that count, the last signature and what has changed since."""
    events = events_of(connection, plan, [year], as_of)
    entries = entries_of(connection, plan, years=[year], as_of=as_of)
    counted, signature = latest(entries), signature_of(events)
    units = {entry.unit for entry in counted}
    notes = [event for event in events if event.kind == "note" and UnitKey(event.unit, event.since) in units]
    if signature is None:
        return YearRecord(notes)
    signed = signed_entries(entries, signature)
    is_reproduced = _findings_hash(signed, plan) == signature.findings
    return YearRecord(notes, signature, list(changed_returns(signed, counted)), is_reproduced)


def changed_returns(before: Iterable[Entry], after: Iterable[Entry]) -> Iterator[ReturnChange]:
    """Yield the returns that differ, by unit; both are the revisions that count at their moment."""
    old, new = ({(entry.year, entry.unit): entry for entry in entries} for entries in (before, after))
    for key in sorted({*old, *new}):
        first, last = old.get(key), new.get(key)
        changes = changes_between(first.figures if first else {}, last.figures if last else {})
        shown = last or first
        if shown and (changes or not (first and last)):
            yield ReturnChange(
                shown.unit.code,
                shown.unit_name,
                shown.year,
                first.revision if first else None,
                last.revision if last else None,
                shown.file,
                changes,
            )


def difference(
    plan: Plan, year: int, before: Sequence[Entry], after: Sequence[Entry], signature: Event | None = None
) -> Difference:
    """Compare a year at two moments, by the revisions that count at each."""
    old, new = (
        {(finding.indicator, finding.unit): finding for finding in _findings(entries, plan)}
        for entries in (before, after)
    )
    changed = [(old.get(key), new.get(key)) for key in dict.fromkeys([*new, *old]) if old.get(key) != new.get(key)]
    return Difference(plan, year, list(changed_returns(before, after)), changed, signature)


def _findings(entries: Sequence[Entry], plan: Plan) -> Sequence[Finding]:
    return evaluate(returns_from(entries, plan), plan).findings if entries else ()


def _findings_hash(entries: Sequence[Entry], plan: Plan) -> str:
    return hash_of([finding.record() for finding in _findings(entries, plan)])
