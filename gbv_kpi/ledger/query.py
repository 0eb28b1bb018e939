"""What the ledger holds, now or as it stood on a past day."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, Row, select

from gbv_kpi.errors import LedgerError
from gbv_kpi.i18n import phrase
from gbv_kpi.ledger.entries import Entry, Figure, UnitKey, instant, stamp
from gbv_kpi.ledger.tables import returns, submissions
from gbv_kpi.plan import Plan

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
