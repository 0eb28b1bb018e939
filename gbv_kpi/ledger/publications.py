"""The publications that a ledger knows of, so that no later one undoes them. Rows are only added."""

from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, insert, inspect, select

from gbv_kpi.i18n import phrase
from gbv_kpi.kpi.publication import Publication
from gbv_kpi.ledger.entries import stamp
from gbv_kpi.ledger.faults import damaged
from gbv_kpi.ledger.tables import publications


def publications_with_time(connection: Connection) -> list[tuple[str, Any]]:
    """Return when each publication was recorded, and its content, from the oldest."""
    if not inspect(connection).has_table(publications.name):  # the ledger was made before 0.2
        return []
    query = select(publications.c.at, publications.c.content).order_by(publications.c.id)
    return [(at, content) for at, content in connection.execute(query)]


def publications_of(connection: Connection) -> list[Publication]:
    """Return every publication. Raises `LedgerError` for one that is damaged: nobody would know what was published."""
    try:
        return [Publication.model_validate(content) for _, content in publications_with_time(connection)]
    except ValidationError as error:
        name = connection.get_execution_options().get("ledger", "")
        raise damaged(name, phrase("a publication in it cannot be read")) from error


def add_publication(connection: Connection, publication: Publication, at: datetime) -> None:
    """Record a publication unless it tells nothing but what the last one told."""
    publications.create(connection, checkfirst=True)
    if publications_of(connection)[-1:] != [publication]:
        content = publication.model_dump(mode="json")
        connection.execute(insert(publications).values(at=stamp(at), content=content))
