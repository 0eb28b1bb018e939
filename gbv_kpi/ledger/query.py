"""What the ledger holds, now or as it stood on a past day."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select

from gbv_kpi.errors import LedgerError
from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.kpi.year_record import Event
from gbv_kpi.ledger.entries import Entry, Figure, UnitKey, instant, stamp
from gbv_kpi.ledger.events import events_of
from gbv_kpi.ledger.faults import damaged
from gbv_kpi.ledger.tables import digest_of, readable_columns, returns, submissions
from gbv_kpi.plan import Plan
from gbv_kpi.returns.schema import MAX_COUNT

UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)  # what values that are none come to
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
        select(*readable_columns(connection))
        .join(submissions, returns.c.submission == submissions.c.id)
        .where(returns.c.plan == plan.id)
        .order_by(returns.c.year, returns.c.unit_code, returns.c.unit_since, returns.c.revision)
    )
    if years is not None:
        query = query.where(returns.c.year.in_(sorted(year for year in set(years) if 0 < year < 10_000)))
    if codes is not None and len(asked := sorted(set(codes))) <= MOST_CODES:
        query = query.where(returns.c.unit_code.in_(asked))
    if as_of is not None:
        query = query.where(submissions.c.at <= stamp(as_of))
    with told_as_damage(connection):
        entries = [entry_from(row) for row in connection.execute(query).mappings()]
    gapless = list(_without_gaps(entries))
    if as_of is None and len(gapless) < len(entries):
        raise _damaged(connection, phrase("a revision of a return is missing in it"))
    withdrawals = {
        (event.year, UnitKey(event.unit, event.since)): event
        for event in events_of(connection, plan, years, as_of)
        if event.kind == "withdraw"
    }
    return [_with_withdrawal(entry, withdrawals.get((entry.year, entry.unit))) for entry in gapless]


def _with_withdrawal(entry: Entry, withdrawal: Event | None) -> Entry:
    """Return the entry, marked where the last withdrawal is of it or of a later revision."""
    is_withdrawn = withdrawal is not None and entry.revision <= (withdrawal.revision or 0)
    return replace(entry, withdrawn=withdrawal) if is_withdrawn else entry


@contextmanager
def told_as_damage(connection: Connection) -> Iterator[None]:
    """Raise `LedgerError` where rows cannot be what a gbv-kpi wrote."""
    try:
        yield
    except UNREADABLE as error:
        raise _damaged(connection, phrase("a return in it cannot be read")) from error
    except ChangedError as error:
        raise _damaged(connection, error.found) from error


def _damaged(connection: Connection, found: Phrase) -> LedgerError:
    return damaged(connection.get_execution_options().get("ledger", ""), found)


def _without_gaps(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The revisions that follow each other from the first: where a clock was set back, one may lack its predecessor."""
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


def entry_from(held: RowMapping) -> Entry:
    """Return what a row of returns, joined with its submission, says.

    Raises `ValueError` or `TypeError` for what no return can be, and `ChangedError` for one with another digest.
    """
    texts = [held[name] for name in ("plan", "unit_code", "unit_since", "unit_name", "file", "sha256", "who")]
    at = instant(held["at"])
    if not (all(isinstance(text, str) for text in texts) and isinstance(held["sheet"], str | None)):
        raise TypeError
    if not (0 < held["year"] < 10_000 and held["revision"] > 0 and stamp(at) == held["at"]):
        raise ValueError
    if held.get("digest") not in (None, digest_of(held, held)):
        raise ChangedError(
            phrase(
                "revision {revision} of {unit}, {year}, is not what was recorded",
                revision=held["revision"],
                unit=held["unit_name"],
                year=str(held["year"]),
            )
        )
    return Entry(
        plan=held["plan"],
        unit=UnitKey(held["unit_code"], held["unit_since"]),
        unit_name=held["unit_name"],
        year=held["year"],
        revision=held["revision"],
        sheet=held["sheet"],
        figures={field: _figure(*figure) for field, figure in held["figures"].items()},
        file=held["file"],
        sha256=held["sha256"],
        at=at,
        who=held["who"],
        path=held.get("path"),
    )


def _figure(value: object, cell: object) -> Figure:
    if not (isinstance(value, int) and 0 <= value <= MAX_COUNT and isinstance(cell, str | None)):
        raise TypeError
    return Figure(value, cell)


def recorded_files(connection: Connection, plan: Plan) -> set[tuple[str, str]]:
    """The hash of every file that was recorded, and of what it said."""
    query = select(submissions.c.sha256, submissions.c.content).where(submissions.c.plan == plan.id)
    return {(sha256, content) for sha256, content in connection.execute(query)}
