"""The whole ledger as JSON Lines, out and in again: a backup, a move to another database, and no lock-in.

The first line names the schema, each further one is a file handed in with the returns it brought, in the order they
came, then what was withdrawn, noted, signed and published. What is read in is checked as strictly as any return: whole
counts, revisions without gaps.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from sqlalchemy import Connection, select

from gbv_kpi.console import harmless_json
from gbv_kpi.errors import LedgerError
from gbv_kpi.i18n import phrase
from gbv_kpi.kpi.publication import Publication
from gbv_kpi.kpi.year_record import Event, Text
from gbv_kpi.ledger.database import Ledger
from gbv_kpi.ledger.entries import instant
from gbv_kpi.ledger.events import add_events, events_of
from gbv_kpi.ledger.publications import add_publication, publications_of, publications_with_time
from gbv_kpi.ledger.query import entry_from, told_as_damage
from gbv_kpi.ledger.tables import add_submission, columns_of, readable_columns, returns, submissions
from gbv_kpi.returns.schema import MAX_COUNT, Count

FORMAT: Literal["gbv-kpi/ledger/1"] = "gbv-kpi/ledger/1"
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Stamp = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")]


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Header(_Line):
    format: Annotated[Literal["gbv-kpi/ledger/1"], Field(alias="schema")]


class _Return(_Line):
    unit_code: Text
    unit_since: Text
    unit_name: Text
    year: Annotated[int, Field(ge=1, le=9999)]
    revision: Annotated[int, Field(ge=1, le=MAX_COUNT)]
    sheet: Text | None
    figures: dict[Text, tuple[Count, Text | None]]


class _Submission(_Line):
    plan: Text
    file: Text
    sha256: Sha256
    content: Sha256
    at: Stamp
    who: Text
    path: Text | None = None
    returns: list[_Return]


class _Recorded(_Line):
    event: Event


class _Published(_Line):
    published: Stamp
    publication: Publication


_Record = _Recorded | _Published
_ANY_LINE: TypeAdapter[_Submission | _Record] = TypeAdapter(_Submission | _Record)


def export_lines(ledger: Ledger) -> Iterator[str]:
    """The ledger as it is at one moment; the same ledger gives the same lines in every database."""
    with ledger.reading() as connection, told_as_damage(connection):
        yield json.dumps({"schema": FORMAT}) + "\n"
        brought: dict[int, list[dict[str, object]]] = {}
        query = select(*readable_columns(connection)).outerjoin(submissions, returns.c.submission == submissions.c.id)
        for row in connection.execute(query.order_by(returns.c.id)).mappings():
            entry_from(row)  # what is damaged is no backup
            brought.setdefault(row["submission"], []).append({name: row[name] for name in _Return.model_fields})
        columns = columns_of(connection, submissions)
        for row in connection.execute(select(*columns).order_by(submissions.c.id)).mappings():
            line = {name: row[name] for name in _Submission.model_fields if row.get(name) is not None}
            whole = json.dumps({**line, "returns": brought.get(row["id"], [])}, ensure_ascii=False)
            yield harmless_json(whole) + "\n"
        for event in events_of(connection):
            yield harmless_json(json.dumps({"event": event.model_dump(mode="json")}, ensure_ascii=False)) + "\n"
        for at, content in publications_with_time(connection):
            yield harmless_json(json.dumps({"published": at, "publication": content}, ensure_ascii=False)) + "\n"


def read_export(lines: Iterable[bytes]) -> tuple[list[_Submission], list[_Record]]:
    """Return the files of an export and what else it records. Raises `LedgerError` for lines that are none."""
    read = list(_read(lines))
    submitted = [line for line in read if isinstance(line, _Submission)]
    return submitted, [line for line in read if not isinstance(line, _Submission)]


def starts_a_ledger(submitted: Iterable[_Submission]) -> bool:
    """Whether the files could be the first of a ledger: each return from its first revision on."""
    try:
        _continuing(submitted, {})
    except LedgerError:
        return False
    return True


def import_lines(ledger: Ledger, submitted: Sequence[_Submission], records: Sequence[_Record]) -> int:
    """Add what the ledger does not have, all of it or nothing, and return how many files that were.

    Raises `LedgerError` for returns that do not continue what the ledger holds: two ledgers that went on separately
    cannot be made one.
    """
    return ledger.write(lambda connection: _add_new(connection, submitted, records))


def _add_new(connection: Connection, submitted: Iterable[_Submission], records: Sequence[_Record]) -> int:
    columns = submissions.c
    present = {tuple(row) for row in connection.execute(select(columns.plan, columns.sha256, columns.content))}
    new = [one for one in submitted if (one.plan, one.sha256, one.content) not in present]
    _continuing(new, _last_revisions(connection))
    for one in new:
        rows = [{**given.model_dump(), "plan": one.plan} for given in one.returns]
        add_submission(connection, one.model_dump(exclude={"returns"}), rows)
    known_events, known = events_of(connection), publications_of(connection)
    events = (line.event for line in records if isinstance(line, _Recorded))
    add_events(connection, [event for event in events if event not in known_events])
    for line in records:
        if isinstance(line, _Published) and line.publication not in known:
            add_publication(connection, line.publication, instant(line.published))
    return len(new)


def _continuing(submitted: Iterable[_Submission], last: dict[tuple[str, str, str, int], int]) -> None:
    """Raise `LedgerError` for a revision that does not follow the last one of its return."""
    held = dict(last)
    for one in submitted:
        for given in one.returns:
            key = (one.plan, given.unit_code, given.unit_since, given.year)
            if given.revision != held.get(key, 0) + 1:
                raise LedgerError(
                    phrase(
                        "The ledger does not fit: {file} brings revision {revision} of {unit}, {year}; "
                        "the ledger has {held}. Nothing was imported.",
                        file=one.file,
                        revision=given.revision,
                        unit=given.unit_name,
                        year=str(given.year),
                        held=held.get(key, 0),
                    )
                )
            held[key] = given.revision


def _read(lines: Iterable[bytes]) -> Iterator[_Submission | _Record]:
    number = 0
    try:
        for number, line in enumerate(lines, start=1):
            if number == 1:
                _Header.model_validate_json(line)
            else:
                yield _ANY_LINE.validate_json(line)
    except ValidationError as error:
        message = phrase("Line {number} is not of an export of the ledger. Nothing was imported.", number=number or 1)
        raise LedgerError(message) from error
    if not number:
        raise LedgerError(phrase("Line {number} is not of an export of the ledger. Nothing was imported.", number=1))


def _last_revisions(connection: Connection) -> dict[tuple[str, str, str, int], int]:
    columns = returns.c
    query = select(columns.plan, columns.unit_code, columns.unit_since, columns.year, columns.revision)
    return {
        (plan, code, since, year): revision
        for plan, code, since, year, revision in connection.execute(query.order_by(columns.revision))
    }
