"""The whole ledger as JSON Lines, out and in again: a backup, a move to another database, and no lock-in.

The first line names the schema, each further one is a file handed in with the returns it brought, in the order they
came, then the publications, withdrawals, notes and signatures. What is read in is checked as strictly as any return:
whole counts, revisions without gaps.
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
from gbv_kpi.ledger.query import OF_SUBMISSION, entry_from, told_as_damage
from gbv_kpi.ledger.tables import add_submission, readable_columns, returns, submissions
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
    returns: list[_Return]


class _Recorded(_Line):
    event: Event


class _Published(_Line):
    published: Stamp
    publication: Publication


_Any = _Submission | _Recorded | _Published
_ANY_LINE: TypeAdapter[_Any] = TypeAdapter(_Any)


def export_lines(ledger: Ledger) -> Iterator[str]:
    """The ledger as it is at one moment; the same ledger gives the same lines in every database."""
    with ledger.reading() as connection, told_as_damage(connection):
        yield json.dumps({"schema": FORMAT}) + "\n"
        brought: dict[int, list[dict[str, object]]] = {}
        query = select(*readable_columns(connection), *OF_SUBMISSION).outerjoin(
            submissions, returns.c.submission == submissions.c.id
        )
        for row in connection.execute(query.order_by(returns.c.id)).mappings():
            entry_from(row)  # what is damaged is no backup
            brought.setdefault(row["submission"], []).append({name: row[name] for name in _Return.model_fields})
        for row in connection.execute(select(submissions).order_by(submissions.c.id)).mappings():
            line = {name: row[name] for name in _Submission.model_fields if name != "returns"}
            whole = json.dumps({**line, "returns": brought.get(row["id"], [])}, ensure_ascii=False)
            yield harmless_json(whole) + "\n"
        for event in events_of(connection):
            yield harmless_json(json.dumps({"event": event.model_dump(mode="json")}, ensure_ascii=False)) + "\n"
        for at, content in publications_with_time(connection):
            yield harmless_json(json.dumps({"published": at, "publication": content}, ensure_ascii=False)) + "\n"


def import_lines(ledger: Ledger, lines: Iterable[bytes]) -> tuple[int, int]:
    """Add what an export holds and the ledger does not, all of it or nothing; how many files, and how many of them new.

    Raises `LedgerError` for lines that are no export, and for returns that do not continue what the
    ledger holds: two ledgers that went on separately cannot be made one.
    """
    read = list(_read(lines))
    files = sum(isinstance(line, _Submission) for line in read)
    return files, ledger.write(lambda connection: _add_new(connection, read))


def _add_new(connection: Connection, lines: Sequence[_Any]) -> int:
    submitted = [line for line in lines if isinstance(line, _Submission)]
    columns = submissions.c
    present = {tuple(row) for row in connection.execute(select(columns.plan, columns.sha256, columns.content))}
    last = _last_revisions(connection)
    new = [one for one in submitted if (one.plan, one.sha256, one.content) not in present]
    for one in new:
        for given in one.returns:
            key = (one.plan, given.unit_code, given.unit_since, given.year)
            if given.revision != last.get(key, 0) + 1:
                raise LedgerError(
                    phrase(
                        "The ledger does not fit: {file} brings revision {revision} of {unit}, {year}; "
                        "the ledger has {held}. Nothing was imported.",
                        file=one.file,
                        revision=given.revision,
                        unit=given.unit_name,
                        year=str(given.year),
                        held=last.get(key, 0),
                    )
                )
            last[key] = given.revision
        rows = [{**given.model_dump(), "plan": one.plan} for given in one.returns]
        add_submission(connection, one.model_dump(exclude={"returns"}), rows)
    known = events_of(connection)
    recorded = (line.event for line in lines if isinstance(line, _Recorded))
    add_events(connection, [event for event in recorded if event not in known])
    published = publications_of(connection)
    for line in lines:
        if isinstance(line, _Published) and line.publication not in published:
            add_publication(connection, line.publication, instant(line.published))
    return len(new)


def _read(lines: Iterable[bytes]) -> Iterator[_Any]:
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
