"""Read the entries of a ledger, now or at a past moment."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, select

from gbv_kpi.errors import UsageError
from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.kpi.year_record import Event
from gbv_kpi.ledger.entries import latest
from gbv_kpi.ledger.faults import damaged
from gbv_kpi.ledger.journal import Move, journal_of
from gbv_kpi.ledger.records import Entry, UnitKey, digest_of, readable_columns, returns, stamp, submissions
from gbv_kpi.plan import Plan

UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)  # raised by damaged values
MOST_CODES = 500  # for more units, the entries of all units are read


def entries_of(
    connection: Connection,
    plan: Plan,
    *,
    years: Collection[int] | None = None,
    codes: Iterable[str] | None = None,
    as_of: datetime | None = None,
) -> list[Entry]:
    """Return all revisions of a plan's returns, by year and unit, the oldest first; `as_of` leaves out later ones.

    Raises `LedgerError` for a return that cannot be read or differs from its digest.
    """
    query = (
        rows_with_files(connection)
        .where(returns.c.plan == plan.id)
        .order_by(returns.c.year, returns.c.unit_code, returns.c.unit_since, returns.c.revision)
    )
    if years is not None:
        query = query.where(returns.c.year.in_(sorted(year for year in set(years) if 0 < year < 10_000)))
    if codes is not None and len(wanted := sorted(set(codes))) <= MOST_CODES:
        query = query.where(returns.c.unit_code.in_(wanted))
    if as_of is not None:
        query = query.where(submissions.c.at <= stamp(as_of))
    with damage_as_error(connection):
        entries = [entry_from(row) for row in connection.execute(query).mappings()]
        gapless = list(_without_gaps(entries))
        if as_of is None and len(gapless) < len(entries):
            raise ChangedError(phrase("one revision of a return is missing"))
    withdrawals: dict[tuple[int, UnitKey], Event] = {}
    places: dict[str, str] = {}
    for item in journal_of(connection, plan, years, as_of):
        if isinstance(item, Move):
            places[item.sha256] = item.path
        elif item.kind == "withdraw":
            withdrawals[item.year, UnitKey(item.unit, item.since)] = item
    return [_with_journal(entry, withdrawals, places) for entry in gapless]


def current_entries(
    connection: Connection, plan: Plan, years: Collection[int], as_of: datetime | None = None
) -> list[Entry]:
    """Return the last revision of each return that counts, or counted at a past moment."""
    return latest(entries_of(connection, plan, years=years, as_of=as_of))


def entries_of_year(connection: Connection, plan: Plan, year: int, as_of: datetime | None = None) -> list[Entry]:
    """Return the current entries of a year. Raises `UsageError` if there are none."""
    entries = current_entries(connection, plan, [year], as_of)
    if not entries:
        ledger = connection.get_execution_options().get("ledger", "")
        raise UsageError(phrase("The ledger {ledger} has no return for {year}.", ledger=ledger, year=str(year)))
    return entries


def _with_journal(entry: Entry, withdrawals: Mapping[tuple[int, UnitKey], Event], places: Mapping[str, str]) -> Entry:
    """Return the entry with the present path of its file, and the withdrawal of it or of a later revision."""
    withdrawal = withdrawals.get((entry.year, entry.unit))
    is_withdrawn = withdrawal is not None and entry.revision <= (withdrawal.revision or 0)
    changes: dict[str, object] = {"withdrawn": withdrawal} if is_withdrawn else {}
    if entry.sha256 in places:
        changes["path"] = places[entry.sha256]
    return entry.model_copy(update=changes) if changes else entry


def rows_with_files(connection: Connection) -> Select[Any]:
    """Select all returns, each with the file that brought it, in the columns that the ledger has."""
    return select(*readable_columns(connection)).outerjoin(submissions, returns.c.submission == submissions.c.id)


@contextmanager
def damage_as_error(connection: Connection) -> Iterator[None]:
    """Raise `LedgerError` for rows that no gbv-kpi can have written."""
    try:
        yield
    except (*UNREADABLE, ChangedError) as error:
        found = error.found if isinstance(error, ChangedError) else phrase("one of its returns cannot be read")
        raise damaged(connection.get_execution_options().get("ledger", ""), found) from error


def _without_gaps(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the revisions without those after a gap: `as_of` makes gaps if a clock was set back."""
    next_revision: dict[tuple[int, UnitKey], int] = {}
    for entry in entries:
        key = (entry.year, entry.unit)
        if entry.revision == next_revision.setdefault(key, 1):
            next_revision[key] += 1
            yield entry


class ChangedError(Exception):
    """Rows differ from what was recorded; `found` says how."""

    def __init__(self, found: Phrase) -> None:
        super().__init__(found)
        self.found = found


def entry_from(row: RowMapping) -> Entry:
    """Return the entry in a row of returns joined with its file.

    Raises `ValueError` or `TypeError` for damaged values, and `ChangedError` for a row that differs from its digest.
    """
    columns = dict(row)
    entry = Entry.model_validate(columns)
    if columns.get("digest") not in (None, digest_of(columns)):
        found = phrase(
            "revision {revision} of {unit}, {year}, differs from what was recorded",
            revision=entry.revision,
            unit=entry.unit_name,
            year=str(entry.year),
        )
        raise ChangedError(found)
    return entry


def recorded_files(connection: Connection, plan: Plan) -> set[tuple[str, str]]:
    """Return the hashes of every recorded file: of its bytes, and of its returns."""
    query = select(submissions.c.sha256, submissions.c.content).where(submissions.c.plan == plan.id)
    return {(sha256, content) for sha256, content in connection.execute(query)}
