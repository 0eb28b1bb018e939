"""Withdrawals, notes and signatures: recorded next to the returns, and only ever added to."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from pydantic import ValidationError
from sqlalchemy import Connection, insert, inspect, select

from gbv_kpi.i18n import phrase
from gbv_kpi.kpi.year_record import Event
from gbv_kpi.ledger.faults import damaged
from gbv_kpi.ledger.tables import events, make_tables
from gbv_kpi.plan import Plan


def events_of(
    connection: Connection, plan: Plan | None = None, years: Iterable[int] | None = None, as_of: datetime | None = None
) -> list[Event]:
    """Return the events of a plan and years, or all, the oldest first.

    Raises `LedgerError` for one that is not what was recorded.
    """
    if not inspect(connection).has_table(events.name):  # the ledger was made before 0.2
        return []
    try:
        rows = connection.execute(select(events.c.content, events.c.digest).order_by(events.c.id)).all()
        if any(digest != _digest(content) for content, digest in rows):
            raise ValueError
        found = [Event.model_validate_json(content) for content, _ in rows]
    except (ValidationError, ValueError, AttributeError) as error:
        ledger = connection.get_execution_options().get("ledger", "")
        raise damaged(ledger, phrase("a note, withdrawal or signature in it is not what was recorded")) from error
    wanted = None if years is None else set(years)
    return [
        event
        for event in found
        if (plan is None or event.plan == plan.id)
        and (wanted is None or event.year in wanted)
        and (as_of is None or event.at <= as_of)
    ]


def add_events(connection: Connection, added: Sequence[Event]) -> None:
    """Add events, each with its digest."""
    make_tables(connection)
    contents = [json.dumps(event.model_dump(mode="json")) for event in added]
    if contents:
        rows = [{"content": content, "digest": _digest(content)} for content in contents]
        connection.execute(insert(events), rows)


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()
