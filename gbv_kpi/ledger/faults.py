"""Translate database errors into one line for the officer."""

import re

from sqlalchemy.exc import DBAPIError

from gbv_kpi.errors import LedgerError
from gbv_kpi.i18n import Phrase, phrase

CONTRADICTION = phrase("its contents are inconsistent")
OTHER_TABLES = phrase("its tables do not match those of a ledger")


def ledger_error(error: DBAPIError, ledger: str, *, commits: bool = False) -> LedgerError:
    """Return the error to report; `ledger` is a name without password, `commits` that the commit failed."""
    state = _state_of(error)
    name = state.removeprefix("SQLITE_")
    kind = name[:2] if name == state and state != _NO_ANSWER else name.split("_")[0]
    if commits and (kind in _LOST or state == _NO_ANSWER):
        message = phrase(
            "The connection to the ledger {ledger} was lost at the last step: the data may have been recorded. "
            "Repeat the command; nothing is recorded twice.",
            ledger=ledger,
        )
        return LedgerError(message)
    wording = _MESSAGES.get(name) or _MESSAGES.get(kind)
    if wording is None and kind in _DAMAGE:
        return damaged(ledger, _DAMAGE[kind])
    return LedgerError(Phrase((wording or _CANNOT).wording, {"ledger": ledger, "reason": state}))


def is_conflict(error: BaseException | None) -> bool:
    """Return whether a write conflicted with another one and may succeed when repeated."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return state in ("40001", "40P01", "23505")  # serialization failure, deadlock, unique violation


def damaged(ledger: str, found: Phrase) -> LedgerError:
    """Return the error of a ledger with contradictory content."""
    return LedgerError(
        "{ledger} is damaged or is not a ledger: {found}. Restore it from a backup.", ledger=ledger, found=found
    )


_LOST = ("", "08", "57")  # no answer, connection exceptions, an operator's intervention
_NO_ANSWER = "no answer"


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
    return _NO_ANSWER if type(error.orig).__name__ in ("NoAnswerError", "ConnectionTimeout") else ""


_CANNOT = phrase("The ledger {ledger} cannot be used ({reason}).")
_FULL = phrase("The disk of the ledger {ledger} is full; everything recorded earlier is safe.")
_READ_ONLY = phrase("The ledger {ledger} or its folder is read-only.")
_GONE = phrase(
    "The server of the ledger {ledger} cannot be reached or closed the connection; everything recorded earlier is safe."
)
_IN_USE = phrase("The ledger {ledger} is in use by another program; try again later.")
_TOO_LONG = phrase(
    "The server of the ledger {ledger} cancelled the command after its statement_timeout; ask its "
    "administrator to raise it. Nothing was recorded."
)
# By SQLite's name without prefix, or by SQLSTATE; else by the name's first word, or the SQLSTATE's class.
_MESSAGES = {
    "FULL": _FULL,
    "READONLY": _READ_ONLY,
    "PERM": _READ_ONLY,
    "AUTH": _READ_ONLY,
    "BUSY": _IN_USE,
    "LOCKED": _IN_USE,
    "CANTOPEN": phrase("The ledger {ledger} cannot be opened; check its folder and its permissions."),
    "IOERR": phrase("The disk of the ledger {ledger} is failing or full; everything recorded earlier is safe."),
    "53": phrase("The server of the ledger {ledger} is out of disk space; everything recorded earlier is safe."),
    "28": phrase("The server of the ledger {ledger} rejected the name or password."),
    "3D": phrase("The server has no database for the ledger {ledger}; ask its administrator to create one."),
    "25006": _READ_ONLY,
    "42501": phrase("You have no permission to write to the ledger {ledger}."),
    "55": _IN_USE,
    "40": _IN_USE,
    "23": _IN_USE,
    "57014": _TOO_LONG,
    "25P04": _TOO_LONG,
    "25": _GONE,  # an idle transaction that was ended
    "57": _GONE,
    "08": _GONE,
    "": _GONE,
    _NO_ANSWER: phrase("The server of the ledger {ledger} does not respond; everything recorded earlier is safe."),
}
_NO_DATABASE = phrase("it is not a database file")
_DAMAGE = {
    "NOTADB": _NO_DATABASE,
    "FORMAT": _NO_DATABASE,
    **dict.fromkeys(("CORRUPT", "NOMEM", "TOOBIG", "MISMATCH", "RANGE", "CONSTRAINT"), CONTRADICTION),
    **dict.fromkeys(("ERROR", "42", "22", "XX"), OTHER_TABLES),
    "TEXT": phrase("a text in it cannot be read"),
}
