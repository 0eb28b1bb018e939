"""Export and import the whole ledger as JSON Lines: a backup, a move to another database, and no lock-in.

The first line names the schema. Then follow the files in the order they came, each with the returns it brought, then
the journal and the publications. An import is checked as strictly as any return: whole counts, no revision missing.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter
from sqlalchemy import Connection, select

from gbv_kpi.console import escape_json
from gbv_kpi.errors import LedgerError
from gbv_kpi.i18n import phrase
from gbv_kpi.kpi.publication import Publication
from gbv_kpi.ledger.database import Ledger
from gbv_kpi.ledger.query import (
    Document,
    add_publication,
    add_to_journal,
    damage_as_error,
    entry_from,
    journal_of,
    publications_of,
    rows_with_files,
)
from gbv_kpi.ledger.records import (
    Entry,
    FileRecord,
    FileWithReturns,
    Moment,
    Record,
    UnitKey,
    add_submission,
    columns_of,
    returns,
    submissions,
)


class _Header(Record):
    format: Annotated[Literal["gbv-kpi/ledger/1"], Field(alias="schema")]


class _Recorded(Record):
    event: Document


class _Published(Record):
    published: Moment
    publication: Publication


Line = FileWithReturns | _Recorded | _Published
_LINE: TypeAdapter[Line] = TypeAdapter(Line)

ReturnKey = tuple[str, UnitKey, int]


def export_lines(ledger: Ledger) -> Iterator[str]:
    """Yield the lines of a ledger; the same ledger gives the same lines on every database."""
    with ledger.reading() as connection, damage_as_error(connection):
        yield _to_json({"schema": "gbv-kpi/ledger/1"})
        brought: dict[int, list[Entry]] = {}
        for row in connection.execute(rows_with_files(connection).order_by(returns.c.id)).mappings():
            brought.setdefault(row["submission"], []).append(entry_from(row))
        columns = columns_of(connection, submissions)
        for row in connection.execute(select(*columns).order_by(submissions.c.id)).mappings():
            file = {name: row.get(name) for name in FileRecord.model_fields}
            returned = {"returns": brought.get(row["id"], [])}
            line = FileWithReturns.model_validate(file | returned).model_dump(mode="json")
            yield _to_json({name: value for name, value in line.items() if value is not None})
        for event in journal_of(connection):
            yield _to_json({"event": event.model_dump(mode="json")})
        for at, publication in publications_of(connection):
            yield _to_json({"published": at, "publication": publication.model_dump(mode="json")})


def _to_json(line: Mapping[str, object]) -> str:
    return escape_json(json.dumps(line, ensure_ascii=False)) + "\n"


def read_export(content: Iterable[bytes]) -> list[Line]:
    """Return the lines of an export without its header. Raises `LedgerError` for any other content."""
    number, lines = 1, []
    try:
        header, *rest = content
        _Header.model_validate_json(header)
        for number, line in enumerate(rest, start=2):  # noqa: B007  # for the message
            lines.append(_LINE.validate_json(line, strict=True))
    except ValueError as error:
        message = phrase("Line {number} is not part of a ledger export. Nothing was imported.", number=number)
        raise LedgerError(message) from error
    return lines


def starts_a_ledger(lines: Iterable[Line]) -> bool:
    """Return whether the files could be the first of a ledger: each return from its first revision on."""
    try:
        _expect_to_continue(_files(lines), {})
    except LedgerError:
        return False
    return True


def import_lines(ledger: Ledger, lines: Sequence[Line]) -> tuple[int, int]:
    """Add all lines that the ledger lacks, or none; return the numbers of new and of known files.

    Raises `LedgerError` for returns that do not continue those of the ledger: two ledgers with separate histories
    cannot be merged.
    """
    return ledger.write(lambda connection: _add_new(connection, lines))


def _files(lines: Iterable[Line]) -> list[FileWithReturns]:
    return [line for line in lines if isinstance(line, FileWithReturns)]


def _add_new(connection: Connection, lines: Sequence[Line]) -> tuple[int, int]:
    columns, files = submissions.c, _files(lines)
    present = {tuple(row) for row in connection.execute(select(columns.plan, columns.sha256, columns.content))}
    new = [file for file in files if (file.plan, file.sha256, file.content) not in present]
    _expect_to_continue(new, _last_revisions(connection))
    for file in new:
        add_submission(connection, file, file.returns)
    recorded = set(journal_of(connection))
    journal = [line.event for line in lines if isinstance(line, _Recorded)]
    add_to_journal(connection, [event for event in journal if event not in recorded])
    known = [publication for _, publication in publications_of(connection)]
    for line in lines:
        if isinstance(line, _Published) and line.publication not in known:
            add_publication(connection, line.publication, line.published)
    return len(new), len(files) - len(new)


def _expect_to_continue(files: Iterable[FileWithReturns], last: Mapping[ReturnKey, int]) -> None:
    """Raise `LedgerError` for a revision that does not follow the last one of its return."""
    held = dict(last)
    for file in files:
        for given in file.returns:
            key = (file.plan, given.unit, given.year)
            if given.revision != held.get(key, 0) + 1:
                raise LedgerError(
                    phrase(
                        "The ledgers conflict: {file} has revision {revision} of {unit}, {year}, but the "
                        "ledger has revision {held}. Nothing was imported.",
                        file=file.file,
                        revision=given.revision,
                        unit=given.unit_name,
                        year=str(given.year),
                        held=held.get(key, 0),
                    )
                )
            held[key] = given.revision


def _last_revisions(connection: Connection) -> dict[ReturnKey, int]:
    columns = returns.c
    query = select(columns.plan, columns.unit_code, columns.unit_since, columns.year, columns.revision)
    return {
        (plan, UnitKey(code, since), year): revision
        for plan, code, since, year, revision in connection.execute(query.order_by(columns.revision))
    }
