"""Files handed in at a time the test chooses, and what the ledger holds then."""

from datetime import datetime

from gbv_kpi.ledger.database import open_ledger
from gbv_kpi.ledger.entries import Author
from gbv_kpi.ledger.query import entries_of
from gbv_kpi.ledger.records import Entry
from gbv_kpi.ledger.submit import Submission, submit
from gbv_kpi.plan import Plan


def hand_in(place: str, plan: Plan, at: datetime, *files: str) -> Submission:
    with open_ledger(place, create=True) as ledger:
        return submit(ledger, plan, files, None, Author("lan", at))


def held(place: str, plan: Plan) -> list[Entry]:
    with open_ledger(place) as ledger, ledger.reading() as connection:
        return entries_of(connection, plan)
