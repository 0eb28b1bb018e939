"""What the ledger holds, now or at a past moment."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.kpi.year_record import Event
from gbv_kpi.ledger.faults import damaged
from gbv_kpi.ledger.journal import Move, journal_of
from gbv_kpi.ledger.records import (
    Entry,
    UnitKey,
    digest_of,
    readable_columns,
    returns,
    stamp,
    submissions,
)
from gbv_kpi.plan import Plan

UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)  # what values that cannot be right come to
MOST_CODES = 500  # a longer list is not asked for unit by unit


def entries_of(
    connection: Connection,
    plan: Plan,
    *,
    years: Collection[int] | None = None,
    codes: Iterable[str] | None = None,
    as_of: datetime | None = None,
) -> list[Entry]:
    """Return all revisions of a plan's returns, by year and unit, the oldest first; `as_of` leaves out later ones.

    Raises `LedgerError` for a return that cannot be read, or is not what was recorded.
    """
    query = (
        rows_with_files(connection)
        .where(returns.c.plan == plan.id)
        .order_by(returns.c.year, returns.c.unit_code, returns.c.unit_since, returns.c.revision)
    )
    if years is not None:
        query = query.where(returns.c.year.in_(sorted(year for year in set(years) if 0 < year < 10_000)))
    if codes is not None and len(asked := sorted(set(codes))) <= MOST_CODES:
        query = query.where(returns.c.unit_code.in_(asked))
    if as_of is not None:
        query = query.where(submissions.c.at <= stamp(as_of))
    with damage_as_error(connection):
        entries = [entry_from(row) for row in connection.execute(query).mappings()]
        gapless = list(_without_gaps(entries))
        if as_of is None and len(gapless) < len(entries):
            raise ChangedError(phrase("one revision of a return is missing"))
    withdrawals: dict[tuple[int, UnitKey], Event] = {}
    places: dict[str, str] = {}
    for one in journal_of(connection, plan, years, as_of):
        if isinstance(one, Move):
            places[one.sha256] = one.path
        elif one.kind == "withdraw":
            withdrawals[one.year, UnitKey(one.unit, one.since)] = one
    return [_as_of_now(entry, withdrawals, places) for entry in gapless]


def _as_of_now(entry: Entry, withdrawals: Mapping[tuple[int, UnitKey], Event], places: Mapping[str, str]) -> Entry:
    """Return the entry with where its file is, and the withdrawal of it or of a later revision."""
    withdrawal = withdrawals.get((entry.year, entry.unit))
    is_withdrawn = withdrawal is not None and entry.revision <= (withdrawal.revision or 0)
    changes: dict[str, object] = {"withdrawn": withdrawal} if is_withdrawn else {}
    if entry.sha256 in places:
        changes["path"] = places[entry.sha256]
    return entry.model_copy(update=changes) if changes else entry


def rows_with_files(connection: Connection) -> Select[Any]:
    """Return the query for all returns, each with the file that brought it, as far as the ledger has the columns."""
    return select(*readable_columns(connection)).outerjoin(submissions, returns.c.submission == submissions.c.id)


@contextmanager
def damage_as_error(connection: Connection) -> Iterator[None]:
    """Raise `LedgerError` where rows cannot be what a gbv-kpi wrote."""
    try:
        yield
    except (*UNREADABLE, ChangedError) as error:
        found = error.found if isinstance(error, ChangedError) else phrase("one of its returns cannot be read")
        raise damaged(connection.get_execution_options().get("ledger", ""), found) from error


def _without_gaps(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield revisions that follow each other from 1: where a clock was set back, one may lack its predecessor."""
    due: dict[tuple[int, UnitKey], int] = {}
    for entry in entries:
        key = (entry.year, entry.unit)
        if entry.revision == due.setdefault(key, 1):
            due[key] += 1
            yield entry


class ChangedError(Exception):
    def __init__(self, found: Phrase) -> None:
        super().__init__(found)
        self.found = found


def entry_from(row: RowMapping) -> Entry:
    """Return what a row of returns, joined with its file, says.

    Raises `ValueError` or `TypeError` for what no return can be, and `ChangedError` for one with another digest.
    """
    held = dict(row)
    entry = Entry.model_validate(held)
    if held.get("digest") not in (None, digest_of(held)):
        details = {"unit": entry.unit_name, "year": str(entry.year)}
        raise ChangedError(
            phrase(
                "revision {revision} of {unit}, {year}, differs from what was recorded",
                revision=entry.revision,
                **details,
            )
        )
    return entry


def recorded_files(connection: Connection, plan: Plan) -> set[tuple[str, str]]:
    """Return the hash of every file that was recorded, and of what it said."""
    query = select(submissions.c.sha256, submissions.c.content).where(submissions.c.plan == plan.id)
    return {(sha256, content) for sha256, content in connection.execute(query)}
