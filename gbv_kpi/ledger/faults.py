"""Translate database errors into one line for the officer, in the words of `faults.toml`."""

import re
from pathlib import Path

import tomli
from sqlalchemy.exc import DBAPIError

from gbv_kpi.errors import LedgerError
from gbv_kpi.i18n import Phrase, phrase

CONTRADICTION = phrase("its contents are inconsistent")
OTHER_TABLES = phrase("its tables do not match those of a ledger")
NO_DATABASE = phrase("it is not a database file")

_MESSAGES = tomli.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_DAMAGE = {
    **dict.fromkeys(("NOTADB", "FORMAT"), NO_DATABASE),
    **dict.fromkeys(("CORRUPT", "NOMEM", "TOOBIG", "MISMATCH", "RANGE", "CONSTRAINT"), CONTRADICTION),
    **dict.fromkeys(("ERROR", "42", "22", "XX"), OTHER_TABLES),
    "TEXT": phrase("a text in it cannot be read"),
}
_LOST = {"no answer", "no connection", "08", "57"}  # the last two: connection exceptions, an operator's intervention


def ledger_error(error: DBAPIError, ledger: str, *, commits: bool = False) -> LedgerError:
    """Return the error to report; `ledger` is a name without password, `commits` that the commit failed."""
    state = _state_of(error)
    kind = state.split("_")[1] if state.startswith("SQLITE_") else state[:2]
    if commits and not _LOST.isdisjoint((state, kind)):
        return LedgerError(
            "The connection to the ledger {ledger} was lost at the last step: the data may have been recorded. "
            "Repeat the command; nothing is recorded twice.",
            ledger=ledger,
        )
    wording = _MESSAGES.get(state) or _MESSAGES.get(kind)
    if wording is None and kind in _DAMAGE:
        return damaged(ledger, _DAMAGE[kind])
    wording = wording or _MESSAGES["other"]
    return LedgerError(wording, ledger=ledger, reason=state)


def is_conflict(error: BaseException | None) -> bool:
    """Return whether a write conflicted with another one and may succeed when repeated."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return state in ("40001", "40P01", "23505")  # serialization failure, deadlock, unique violation


def damaged(ledger: str, found: Phrase) -> LedgerError:
    """Return the error of a ledger with contradictory content."""
    return LedgerError(
        "{ledger} is damaged or is not a ledger: {found}. Check its name or restore a backup.",
        ledger=ledger,
        found=found,
    )


def _state_of(error: DBAPIError) -> str:
    """Return the driver's error code: SQLite's name of it, or PostgreSQL's SQLSTATE."""
    if type(error.orig).__module__ == "sqlite3":
        return getattr(error.orig, "sqlite_errorname", "SQLITE_TEXT")
    if state := getattr(error.orig, "sqlstate", None):
        return str(state)
    # A failed connection has no code, only the server's message.
    words = str(error.orig)
    if re.search(r'FATAL: .*database ".*" does not exist', words):
        return "3D000"
    if re.search(r"FATAL: .*(password|pg_hba|role)", words):
        return "28000"
    return "no answer" if type(error.orig).__name__ in ("NoAnswerError", "ConnectionTimeout") else "no connection"
