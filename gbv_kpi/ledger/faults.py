"""What a database says when something is wrong, as one line in the officer's words."""

import re

from sqlalchemy.exc import DBAPIError

from gbv_kpi.errors import LedgerError
from gbv_kpi.i18n import Phrase, phrase

CONTRADICTION = phrase("its parts contradict each other")
OTHER_TABLES = phrase("its tables are not those of a ledger")


def ledger_error(error: DBAPIError, ledger: str, *, commits: bool = False) -> LedgerError:
    """Return what stops us; `ledger` is its path or address without a password, `commits` says we were at the end."""
    if type(error.orig).__module__ == "sqlite3":
        return LedgerError(_sqlite_fault(getattr(error.orig, "sqlite_errorname", ""), ledger))
    state = getattr(error.orig, "sqlstate", None) or _refusal(str(error.orig))
    if commits and state[:2] in _LOST:
        message = phrase(
            "The connection to the ledger {ledger} was lost at the last step: it may have been recorded. "
            "Repeat the command; what is recorded already is not recorded twice.",
            ledger=ledger,
        )
        return LedgerError(message)
    return LedgerError(_server_fault(state, error, ledger))


def is_passing(error: BaseException | None) -> bool:
    """Whether another writer was in the way of a write, which may succeed if it is made again."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    return state in ("40001", "40P01", "23505")  # serialization failure, deadlock, unique violation


def damaged(ledger: str, found: Phrase) -> LedgerError:
    """Return what is told of a ledger whose content contradicts itself."""
    return LedgerError(
        phrase("{ledger} is damaged, or is no ledger: {found}. Restore it from a backup.", ledger=ledger, found=found)
    )


_LOST = ("", "08", "57")  # no answer, connection exceptions, an operator's intervention


def _sqlite_fault(name: str, ledger: str) -> Phrase:
    match name.removeprefix("SQLITE_").split("_")[0]:
        case "FULL":
            return phrase("The disk of the ledger {ledger} is full; what was recorded before is safe.", ledger=ledger)
        case "READONLY" | "PERM" | "AUTH":
            return phrase("The ledger {ledger} or its folder is read-only.", ledger=ledger)
        case "BUSY" | "LOCKED":
            return phrase("The ledger {ledger} is in use by another program; try again later.", ledger=ledger)
        case "NOTADB" | "FORMAT":
            return damaged(ledger, phrase("it is not a database file")).phrase
        case "CORRUPT" | "NOMEM" | "TOOBIG" | "MISMATCH" | "RANGE" | "CONSTRAINT":
            return damaged(ledger, CONTRADICTION).phrase
        case "ERROR":
            return damaged(ledger, OTHER_TABLES).phrase
        case "":
            return damaged(ledger, phrase("a text in it cannot be read")).phrase
        case "CANTOPEN":
            return phrase(
                "The ledger {ledger} cannot be opened; look at its folder and its permissions.", ledger=ledger
            )
        case "IOERR":
            return phrase(
                "The disk of the ledger {ledger} fails or is full; what was recorded before is safe.", ledger=ledger
            )
        case _:
            return phrase("The ledger {ledger} cannot be used ({reason}).", ledger=ledger, reason=name)


def _server_fault(state: str, error: DBAPIError, ledger: str) -> Phrase:
    """By PostgreSQL's SQLSTATE, or its class; none where the server did not answer."""
    if state == "" and type(error.orig).__name__ in ("NoAnswerError", "ConnectionTimeout"):
        return phrase(
            "The server of the ledger {ledger} does not answer; what was recorded before is safe.", ledger=ledger
        )
    if state[:2] in ("42", "22", "XX") and state != "42501":
        return damaged(ledger, OTHER_TABLES).phrase
    wording = _BY_STATE.get(state) or _BY_STATE.get(state[:2])
    if wording is None:
        return phrase("The ledger {ledger} cannot be used ({reason}).", ledger=ledger, reason=state)
    return Phrase(wording.wording, {"ledger": ledger})


_GONE = phrase("The server of the ledger {ledger} cannot be reached, or went away; what was recorded before is safe.")
_IN_USE = phrase("The ledger {ledger} is in use by another program; try again later.")
_TOO_LONG = phrase(
    "The server of the ledger {ledger} ended the work because it took longer than its statement_timeout allows; "
    "let its keeper raise it. Nothing was recorded."
)
_BY_STATE = {
    "53": phrase("The server of the ledger {ledger} has no room left; what was recorded before is safe."),
    "28": phrase("The server of the ledger {ledger} refuses the name or password."),
    "3D": phrase("The server has no database for the ledger {ledger}; let its keeper create one."),
    "25006": phrase("The ledger {ledger} or its folder is read-only."),
    "42501": phrase("The server does not let you write to the ledger {ledger}."),
    "55": _IN_USE,
    "40": _IN_USE,
    "23": _IN_USE,
    "57014": _TOO_LONG,
    "25P04": _TOO_LONG,
    "25": _GONE,  # an idle transaction that was ended
    "57": _GONE,
    "08": _GONE,
    "": _GONE,
}


def _refusal(said: str) -> str:
    """The state of a connection that failed, for which the driver has the server's words only."""
    if re.search(r'FATAL: .*database ".*" does not exist', said):
        return "3D000"
    if re.search(r"FATAL: .*(password|pg_hba|role)", said):
        return "28000"
    return ""
