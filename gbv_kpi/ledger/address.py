"""Parse the address of a ledger, a path or a PostgreSQL URL, and show it without its password."""

import re
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from gbv_kpi.errors import LedgerError
from gbv_kpi.i18n import phrase
from gbv_kpi.inputs import data_folder, is_file

NOT_UNDERSTOOD = phrase("Invalid ledger address: write a path or postgresql://…")
# A scheme, misspelt ones too ("postgres:/…"), credentials without one, or the words libpq takes ("host=… password=…").
_ADDRESS = re.compile(
    r"^\s*(?:[a-z][\w+.-]+:/|postgres(?:ql)?[+:/])|:.*@|pass(?:word|wd)?\s*=", re.IGNORECASE | re.DOTALL
)
_DRIVE = re.compile(r"[a-z]:[\\/]", re.IGNORECASE)
_CREDENTIALS = re.compile(r"^(\w[\w+]*://)([^:/?#]*):(.*)@([^@]*)$", re.DOTALL)
SHOWN = ("host", "port")  # query options that may be shown


def default_place() -> str:
    """Return the path of the default ledger, in the user's data folder."""
    return str(data_folder() / "ledger.db")


def address_of(place: str) -> URL:
    """Return the address of a ledger named by a path or a `postgresql://` address.

    A password need not be percent-encoded. Raises `LedgerError` for an invalid address, without quoting it.
    """
    if "://" not in place:
        if _ADDRESS.search(place) and not _DRIVE.match(place) and not is_file(Path(place)):
            raise LedgerError(NOT_UNDERSTOOD)
        return URL.create("sqlite", database=place)
    if not place.isprintable():
        raise LedgerError(NOT_UNDERSTOOD)
    try:
        url = make_url(_with_quoted_password(place))
        url.render_as_string()  # raises for an invalid host or port
    except (ArgumentError, ValueError, TypeError) as error:
        raise LedgerError(NOT_UNDERSTOOD) from error
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg") and "@" not in (url.host or ""):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite" and url.database and not url.host:
        return URL.create("sqlite", database=url.database)
    raise LedgerError(NOT_UNDERSTOOD)


def shown_address(url: URL) -> str:
    """Return the address with what is needed to recognise it.

    >>> shown_address(make_url("postgresql+psycopg://lan:secret@server/gbv?password=secret&host=/tmp"))
    'postgresql://lan:***@server/gbv?host=%2Ftmp'
    """
    query = {name: value for name, value in url.query.items() if name in SHOWN}
    return url.set(drivername="postgresql", query=query).render_as_string(hide_password=True)


def _with_quoted_password(place: str) -> str:
    """Return the address with `@`, `/`, `?` and `#` in its password percent-encoded."""
    front, mark, query = place.partition("?")
    if "@" not in front and not re.search(r"[?&]\w*pass\w*=", place):  # the password itself has a question mark
        front, mark, query = place, "", ""
    query = query.replace("@", "%40")
    found = _CREDENTIALS.match(front)
    if not found:
        return f"{front}{mark}{query}"
    scheme, user, password, rest = found.groups()
    return f"{scheme}{user}:{quote(password, safe='%')}@{rest}{mark}{query}"
