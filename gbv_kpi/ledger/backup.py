"""Export the whole ledger as JSON Lines, import it, and verify a ledger.

An export is a backup, and the way to another database or program. Its first line names the schema and the number of
lines after it. Then follow the files in the order they came, each with the returns it brought, then the journal and
the publications. An import is checked as strictly as any return: whole counts, no line or revision missing.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter
from sqlalchemy import Connection, RowMapping, func, select

from gbv_kpi.console import escape_json
from gbv_kpi.errors import LedgerError
from gbv_kpi.exit_codes import ExitCode
from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.kpi.publication import Publication
from gbv_kpi.ledger import query
from gbv_kpi.ledger.database import Ledger
from gbv_kpi.ledger.entries import values_hash
from gbv_kpi.ledger.faults import CONTRADICTION
from gbv_kpi.ledger.records import (
    Entry,
    FileRecord,
    FileWithReturns,
    Moment,
    Record,
    UnitKey,
    add_submission,
    returns,
    submissions,
)

MAX_KEY_SETS = 50  # sets of units and years of earlier files to try for each file

Key = tuple[UnitKey, int]
ReturnKey = tuple[str, UnitKey, int]  # with the plan


class _Header(Record):
    format: Annotated[Literal["gbv-kpi/ledger/1"], Field(alias="schema")]
    lines: int | None = None  # after it; older exports do not say


class _Recorded(Record):
    event: query.JournalItem


class _Published(Record):
    published: Moment
    publication: Publication


Line = FileWithReturns | _Recorded | _Published
_LINE: TypeAdapter[Line] = TypeAdapter(Line)


def export_lines(ledger: Ledger) -> Iterator[str]:
    """Yield the lines of a ledger; the same ledger gives the same lines on every database."""
    with ledger.reading() as connection, query.damage_as_error(connection):
        lines = list(map(_to_json, _records(connection)))
    yield _to_json({"schema": "gbv-kpi/ledger/1", "lines": len(lines)})
    yield from lines


def _records(connection: Connection) -> Iterator[Mapping[str, object]]:
    """Yield the files with their returns, the journal and the publications, a line each."""
    entries_by_file: dict[int, list[Entry]] = defaultdict(list)
    for row in connection.execute(query.RETURNS_WITH_FILES.order_by(returns.c.id)).mappings():
        entries_by_file[row["submission"]].append(query.entry_from(row))
    for row in connection.execute(select(submissions).order_by(submissions.c.id)).mappings():
        file = {name: row[name] for name in FileRecord.model_fields}
        line = FileWithReturns(**file, returns=entries_by_file[row["id"]]).model_dump(mode="json")
        yield {name: value for name, value in line.items() if value is not None}
    for event in query.journal_of(connection):
        yield {"event": event.model_dump(mode="json")}
    for at, publication in query.publications_of(connection):
        yield {"published": at, "publication": publication.record()}


def _to_json(line: Mapping[str, object]) -> str:
    return escape_json(json.dumps(line, ensure_ascii=False)) + "\n"


def read_export(content: Iterable[bytes]) -> list[Line]:
    """Return the lines of an export without its header. Raises `LedgerError` for other content, or lines missing."""
    number, lines = 1, []
    try:
        first, *rest = content
        header = _Header.model_validate_json(first)
        for line in rest:
            number += 1
            lines.append(_LINE.validate_json(line, strict=True))
    except ValueError as error:
        raise LedgerError(
            "Line {number} was not written by gbv-kpi export. Nothing was imported.", number=number
        ) from error
    if header.lines not in (None, len(lines)):
        raise LedgerError(
            "The export has {found} lines after its first, but {written} were written: it is cut off or changed. "
            "Copy it again. Nothing was imported.",
            found=len(lines),
            written=header.lines,
        )
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
    files = _files(lines)

    def add_new(connection: Connection) -> int:
        columns = submissions.c
        present = {tuple(row) for row in connection.execute(select(columns.plan, columns.sha256, columns.content))}
        new = [file for file in files if (file.plan, file.sha256, file.content) not in present]
        columns = returns.c
        of_return = (columns.plan, columns.unit_code, columns.unit_since, columns.year)
        last = connection.execute(select(*of_return, func.max(columns.revision)).group_by(*of_return))
        _expect_to_continue(new, {(plan, UnitKey(*unit), year): revision for plan, *unit, year, revision in last})
        for file in new:
            add_submission(connection, file, file.returns)
        recorded = set(query.journal_of(connection))
        journal = [line.event for line in lines if isinstance(line, _Recorded)]
        query.add_to_journal(connection, [event for event in journal if event not in recorded])
        known = [publication for _, publication in query.publications_of(connection)]
        for line in lines:
            if isinstance(line, _Published) and line.publication not in known:
                query.add_publication(connection, line.publication, line.published)
        return len(new)

    new = ledger.write(add_new)
    return new, len(files) - new


def _files(lines: Iterable[Line]) -> list[FileWithReturns]:
    return [line for line in lines if isinstance(line, FileWithReturns)]


def _expect_to_continue(files: Iterable[FileWithReturns], last: Mapping[ReturnKey, int]) -> None:
    """Raise `LedgerError` for a revision that does not follow the last one of its return."""
    held = dict(last)
    for file, given in ((source, given) for source in files for given in source.returns):
        key = (file.plan, given.unit, given.year)
        if given.revision != held.get(key, 0) + 1:
            raise LedgerError(
                "The ledgers conflict: {file} has revision {revision} of {unit}, {year}, but the "
                "ledger has revision {held}. Nothing was imported.",
                file=file.file,
                revision=given.revision,
                unit=given.unit_name,
                year=str(given.year),
                held=held.get(key, 0),
            )
        held[key] = given.revision


@dataclass(frozen=True)
class LedgerCheck:
    """The numbers of files and returns of a ledger, and its damage."""

    ledger: str
    files: int
    returns: int
    not_compared: int  # files that repeated earlier figures; which ones is not recorded
    damage: tuple[Phrase, ...]

    @property
    def exit_code(self) -> int:
        return ExitCode.COULD_NOT_RUN if self.damage else ExitCode.OK


def check_ledger(ledger: Ledger) -> LedgerCheck:
    """Verify all records of a ledger. Raises `LedgerError` if it cannot be read at all."""
    with ledger.reading() as connection, query.damage_as_error(connection):
        damage = []
        if connection.dialect.name == "sqlite":  # PostgreSQL checks its own pages
            if connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar() != "ok":
                damage.append(CONTRADICTION)
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                damage.append(phrase("a return in it belongs to no file"))
        query.journal_of(connection)  # both raise for a record that differs from its digest
        query.publications_of(connection)
        files = connection.execute(select(submissions).order_by(submissions.c.id)).mappings().all()
        ordered = query.RETURNS_WITH_FILES.order_by(returns.c.submission, returns.c.revision)
        rows = connection.execute(ordered).mappings().all()
    entries_by_file: dict[int, list[Entry]] = defaultdict(list)
    for row in rows:
        try:
            entries_by_file[row["submission"]].append(query.entry_from(row))
        except query.ChangedError as error:
            damage.append(error.args[0])
        except query.UNREADABLE:
            damage.append(phrase("the return number {number} cannot be read", number=str(row["id"])))
    damage += _missing_revisions(chain.from_iterable(entries_by_file.values()))
    contents = list(_content_damage(files, entries_by_file))
    damage += filter(None, contents)
    return LedgerCheck(ledger.name, len(files), len(rows), contents.count(None), tuple(damage))


def _missing_revisions(entries: Iterable[Entry]) -> Iterator[Phrase]:
    revisions: dict[ReturnKey, dict[int, Entry]] = defaultdict(dict)
    for entry in entries:
        revisions[entry.plan, entry.unit, entry.year][entry.revision] = entry
    for kept in revisions.values():
        last = kept[max(kept)]
        details = {"unit": last.unit_name, "year": str(last.year)}
        for number in sorted(set(range(1, last.revision)) - kept.keys()):
            yield phrase("revision {revision} of {unit}, {year}, is missing", **details, revision=number)


def _content_damage(files: Iterable[RowMapping], entries_by_file: Mapping[int, list[Entry]]) -> Iterator[Phrase | None]:
    """Yield a message for each file with returns that differ from its hash, or None where that is undecidable.

    The hash covers all returns of a file, but only new and changed ones are recorded with it. The unchanged ones are
    found by trial: those of the units and years of each earlier file.
    """
    latest_by_plan: dict[str, dict[Key, Mapping[str, int]]] = defaultdict(dict)
    key_sets_by_plan: dict[str, list[set[Key]]] = defaultdict(list)
    for file in files:
        brought = {(entry.unit, entry.year): entry.values for entry in entries_by_file.get(file["id"], ())}
        latest, key_sets = latest_by_plan[file["plan"]], key_sets_by_plan[file["plan"]]
        is_first = not latest
        latest |= brought
        for keys in [set(brought), *(keys | brought.keys() for keys in reversed(key_sets[-MAX_KEY_SETS:]))]:
            if values_hash((*key, latest[key]) for key in keys) == file["content"]:
                if keys not in key_sets:
                    key_sets.append(keys)
                break
        else:
            message = phrase("the returns of the file {file} differ from what was submitted", file=str(file["file"]))
            yield message if is_first else None  # a first file has no unchanged returns
