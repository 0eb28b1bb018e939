"""The publications that a ledger knows of, so that no later one undoes them. Rows are only added."""

from datetime import datetime

from sqlalchemy import Connection, insert, inspect, select

from gbv_kpi.kpi.publication import Publication
from gbv_kpi.ledger.entries import stamp
from gbv_kpi.ledger.tables import publications


def publications_of(connection: Connection) -> list[Publication]:
    """Return every publication, from the oldest; a ledger made before there were any has no table of them."""
    if not inspect(connection).has_table(publications.name):
        return []
    query = select(publications.c.content).order_by(publications.c.id)
    return [Publication.model_validate(content) for content in connection.execute(query).scalars()]


def add_publication(connection: Connection, publication: Publication, at: datetime) -> None:
    """Record a publication unless it tells nothing but what the last one told."""
    publications.create(connection, checkfirst=True)
    if publications_of(connection)[-1:] != [publication]:
        content = publication.model_dump(mode="json")
        connection.execute(insert(publications).values(at=stamp(at), content=content))
