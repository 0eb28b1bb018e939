"""What the ledger holds, now or as it stood on a past day: entries, and returns as if read from their files."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import pandas as pd
from sqlalchemy import Connection, Row, select

from gbv_kpi.errors import LedgerError
from gbv_kpi.language import phrase
from gbv_kpi.ledger.entry import Entry, Figure, UnitKey, instant, stamp
from gbv_kpi.ledger.tables import returns, submissions
from gbv_kpi.ledger.units import UnitsByKey
from gbv_kpi.plan import Plan, Unit
from gbv_kpi.returns import FileRead, Returns

__all__ = ["entries_of", "latest", "recorded_files", "returns_from", "returns_under"]

MOST_CODES = 500  # a longer list is not asked for unit by unit


def entries_of(
    connection: Connection,
    plan: Plan,
    *,
    years: Iterable[int] | None = None,
    codes: Iterable[str] | None = None,
    as_of: datetime | None = None,
) -> list[Entry]:
    """All revisions of a plan's returns, by year and unit, the oldest first; `as_of` leaves out later ones."""
    query = (
        select(returns, submissions.c.file, submissions.c.sha256, submissions.c.at, submissions.c.who)
        .join(submissions, returns.c.submission == submissions.c.id)
        .where(returns.c.plan == plan.id)
        .order_by(returns.c.year, returns.c.unit_code, returns.c.unit_since, returns.c.revision)
    )
    if years is not None:
        query = query.where(returns.c.year.in_(sorted(set(years))))
    if codes is not None and len(asked := sorted(set(codes))) <= MOST_CODES:
        query = query.where(returns.c.unit_code.in_(asked))
    if as_of is not None:
        query = query.where(submissions.c.at <= stamp(as_of))
    try:
        return [_entry(row) for row in connection.execute(query)]
    except (ValueError, TypeError, KeyError) as error:
        raise LedgerError(phrase("The ledger is damaged: a return in it is unreadable. Restore a backup.")) from error


def _entry(row: Row[tuple[object, ...]]) -> Entry:
    held = row._mapping
    return Entry(
        plan=held["plan"],
        unit=UnitKey(held["unit_code"], held["unit_since"]),
        unit_name=held["unit_name"],
        year=held["year"],
        revision=held["revision"],
        sheet=held["sheet"],
        figures={field: Figure(int(value), cell) for field, (value, cell) in held["figures"].items()},
        file=held["file"],
        sha256=held["sha256"],
        at=instant(held["at"]),
        who=held["who"],
    )


def recorded_files(connection: Connection, plan: Plan) -> set[tuple[str, str]]:
    """The hash of every file that was recorded, and of what it said."""
    query = select(submissions.c.sha256, submissions.c.content).where(submissions.c.plan == plan.id)
    return {(sha256, content) for sha256, content in connection.execute(query)}


def latest(entries: Iterable[Entry]) -> list[Entry]:
    """The last revision of each return."""
    return list({(entry.year, entry.unit): entry for entry in entries}.values())


def returns_from(entries: Sequence[Entry], plan: Plan) -> Returns:
    """The returns these entries hold, rolled up to the units of their years, as `read_returns` gives them."""
    units = UnitsByKey(plan)
    return returns_under(
        [(_heir(units.in_year(entry.unit, entry.year), entry, plan), entry) for entry in entries], plan
    )


def returns_under(entries: Sequence[tuple[str, Entry]], plan: Plan) -> Returns:
    """The same, each under the code of the unit it is to count for."""
    columns: dict[str, pd.api.extensions.ExtensionArray | list[str]] = {
        "unit": [code for code, _ in entries],
        "named": [entry.unit_name for _, entry in entries],
        "year": pd.array([entry.year for _, entry in entries], dtype="Int64"),
    }
    values = [entry.values for _, entry in entries]
    for field in plan.field_by_id:
        columns[field] = pd.array([value.get(field) for value in values], dtype="Int64")
    frame = pd.DataFrame(columns).astype({"unit": object, "named": object})
    return Returns(frame, (), _files(entry for _, entry in entries), frozenset())


def _heir(unit: Unit | None, entry: Entry, plan: Plan) -> str:
    if unit is None:
        message = phrase(
            "The ledger has a return of {unit} for {year}, but the plan {plan} has no such unit then.",
            unit=entry.unit_name,
            year=str(entry.year),
            plan=plan.id,
        )
        raise LedgerError(message)
    return unit.code


def _files(entries: Iterable[Entry]) -> tuple[FileRead, ...]:
    """The files the entries came from, with how many each gave."""
    given: dict[tuple[str, str], int] = {}
    for entry in entries:
        given[entry.file, entry.sha256] = given.get((entry.file, entry.sha256), 0) + 1
    return tuple(FileRead(file, sha256, None, count) for (file, sha256), count in given.items())
