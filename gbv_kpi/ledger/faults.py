"""What a database says when something is wrong, as one line in the officer's words."""

import re

from sqlalchemy.exc import DBAPIError

from gbv_kpi.errors import LedgerError
from gbv_kpi.i18n import Phrase, phrase


def ledger_error(error: DBAPIError, ledger: str) -> LedgerError:
    """`ledger` is its path or address, without a password."""
    sqlite = getattr(error.orig, "sqlite_errorname", None)
    if sqlite is not None:
        return LedgerError(_sqlite_fault(sqlite, ledger))
    return LedgerError(_server_fault(getattr(error.orig, "sqlstate", None), error, ledger))


def _sqlite_fault(name: str, ledger: str) -> Phrase:
    match name.removeprefix("SQLITE_").split("_")[0]:
        case "FULL":
            return phrase("The disk of the ledger {ledger} is full; what was recorded before is safe.", ledger=ledger)
        case "READONLY" | "PERM" | "AUTH":
            return phrase("The ledger {ledger} or its folder is read-only.", ledger=ledger)
        case "BUSY" | "LOCKED":
            return phrase("The ledger {ledger} is in use by another program; try again later.", ledger=ledger)
        case "CORRUPT" | "NOTADB" | "FORMAT":
            return phrase("{ledger} is damaged, or is no ledger; restore it from a backup.", ledger=ledger)
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


def _server_fault(state: str | None, error: DBAPIError, ledger: str) -> Phrase:
    """By the class of PostgreSQL's SQLSTATE; none where the server did not answer."""
    match (state or _refusal(str(error.orig)))[:2]:
        case "53":
            return phrase(
                "The server of the ledger {ledger} has no room left; what was recorded before is safe.", ledger=ledger
            )
        case "28":
            return phrase("The server of the ledger {ledger} refuses the name or password.", ledger=ledger)
        case "3D":
            return phrase(
                "The server has no database for the ledger {ledger}; let its keeper create one.", ledger=ledger
            )
        case "25" if state == "25006":
            return phrase("The ledger {ledger} or its folder is read-only.", ledger=ledger)
        case "42" if state == "42501":
            return phrase("The server does not let you write to the ledger {ledger}.", ledger=ledger)
        case "55":
            return phrase("The ledger {ledger} is in use by another program; try again later.", ledger=ledger)
        case "" | "08" | "57":
            return phrase(
                "The server of the ledger {ledger} cannot be reached, or went away; what was recorded before is safe.",
                ledger=ledger,
            )
        case _:
            return phrase(
                "The ledger {ledger} cannot be used ({reason}).",
                ledger=ledger,
                reason=state or type(error.orig).__name__,
            )


def _refusal(said: str) -> str:
    """The state of a connection that failed, for which the driver has the server's words only."""
    if re.search(r'FATAL: .*database ".*" does not exist', said):
        return "3D000"
    if re.search(r"FATAL: .*(password|pg_hba|role)", said):
        return "28000"
    return ""
