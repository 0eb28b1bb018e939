"""Render the result of `submit` and the status of a year as lists, on a terminal, and as JSON."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from gbv_kpi.console import json_pieces, to_json_text
from gbv_kpi.i18n import Language, Phrase, phrase, plural
from gbv_kpi.ledger.entries import Revision
from gbv_kpi.ledger.records import Entry
from gbv_kpi.ledger.status import Arrival, UnitStatus, YearStatus
from gbv_kpi.ledger.submit import State, Submission, SubmittedFile
from gbv_kpi.problems import error_count
from gbv_kpi.render.formatting import SHOWN_UNITS, clock_text, document_title
from gbv_kpi.render.jinja import text_of
from gbv_kpi.render.json import attributes, problem_record, unit_records
from gbv_kpi.render.ledger import entry_record
from gbv_kpi.render.listing import Coded, Columns, Listing, listing_of
from gbv_kpi.render.outcome import problem_groups
from gbv_kpi.render.problems import correction, place_text
from gbv_kpi.render.sentences import event_sentence, fields_changed
from gbv_kpi.render.table import on_terminal, styled

SHOWN_CHANGES = 50  # returns shown with their changes
STATES = {
    State.RECORDED: ("✓", phrase("recorded {count}"), "green"),
    State.UNCHANGED: ("=", phrase("unchanged {count}"), "dim"),
    State.BLANK: ("–", phrase("blank {count}"), "dim"),
    State.REFUSED: ("✗", phrase("refused {count}"), "bold red"),
}
ARRIVALS = {
    Arrival.RECEIVED: ("✓", phrase("received"), "green"),
    Arrival.LATE: ("✓", phrase("late"), "yellow"),
    Arrival.PARTLY: ("◐", phrase("only part of it"), "yellow"),
    Arrival.MISSING: ("?", phrase("missing"), "yellow"),
    Arrival.OVERDUE: ("✗", phrase("overdue"), "bold red"),
}


def submission_to_json(submission: Submission, language: Language) -> Iterator[str]:
    """Yield the result in pieces, its messages in `language`; everything else is the same in every language."""
    return json_pieces(
        {
            "schema": "gbv-kpi/submit/1",
            "plan": submission.plan.id,
            "dry_run": submission.is_rehearsal,
            "files": map(_file_record, submission.files),
            "problems": (problem_record(problem, language) for problem in submission.problems),
            "exit_code": submission.exit_code,
        }
    )


def _file_record(file: SubmittedFile) -> dict[str, object]:
    return {
        **attributes(file, "path", "sha256", "returns", "state"),
        "recorded_before": file.since,
        "corrected_since": file.corrected_since,
        "recorded": [
            entry_record(revised.entry, "unit_name", "year", "revision")
            | {"changes": [attributes(change, "field", "old", "new") for change in revised.changes]}
            for revised in file.revised
        ],
    }


def submission_listing(submission: Submission, language: Language) -> Listing:
    """Return a row for each file; corrections, problems, and last the number of files in each state become notes."""
    functions = (_corrections, clock_text)
    text = text_of("submission.txt.j2", language, functions, submission=submission, STATES=STATES)
    *results, summary = text.splitlines()
    columns: Columns[tuple[SubmittedFile, str]] = (
        ("file", phrase("File"), lambda row: row[0].path),
        ("state", phrase("Ledger"), lambda row: Coded(str(row[0].state), row[1], STATES[row[0].state][2])),
        ("returns", phrase("Valid returns"), lambda row: row[0].returns),
        ("new", None, lambda row: len(row[0].revised) - len(_corrections(row[0]))),
        ("corrected", None, lambda row: len(_corrections(row[0]))),
        ("errors", phrase("Errors"), lambda row: error_count(row[0].problems)),
        ("warnings", phrase("Warnings"), lambda row: len(row[0].problems) - error_count(row[0].problems)),
        ("sha256", None, lambda row: row[0].sha256),
    )
    notes = [
        phrase("{what} {found}", what=heading, found="; ".join(changes))
        for heading, changes in _changes(submission, language)
    ]
    for problem in submission.problems:
        place = ", ".join(part for part in (problem.place.file, place_text(problem)) if part)
        notes.append(correction(problem, place))
    rows = zip(submission.files, results, strict=True)
    return listing_of(phrase("Submitted returns"), columns, rows, [*notes, summary])


def _corrections(file: SubmittedFile) -> list[Revision]:
    return [revised for revised in file.revised if revised.entry.revision > 1]


def _changes(submission: Submission, language: Language) -> Iterator[tuple[Phrase, list[str]]]:
    """Yield a heading for each corrected return, and what has changed in it."""
    for revised in (revised for file in submission.files for revised in _corrections(file) if revised.changes):
        entry, changes = revised.entry, revised.changes
        details = {"unit": entry.unit_name, "year": str(entry.year)}
        heading = phrase("{unit}, {year}, revision {revision}:", **details, revision=entry.revision)
        yield heading, list(fields_changed(changes, submission.plan, language))


def submission_to_terminal(submission: Submission, language: Language) -> RenderableType:
    """Return a line for each file, what each correction changes, the problems, and the count of files last."""
    listing = submission_listing(submission, language)
    parts: list[RenderableType] = [on_terminal(listing, language, ["file", "state"]), Text()]
    corrected = list(_changes(submission, language))
    for heading, changes in corrected[:SHOWN_CHANGES]:
        parts.append(styled(heading, language, "bold"))
        parts += [Padding.indent(styled(text, language), 4) for text in changes]
    if (more := len(corrected) - SHOWN_CHANGES) > 0:
        parts.append(styled(plural("… {count} more", "… {count} more", more), language, "dim"))
    if corrected:
        parts.append(Text())
    summary = styled(listing.notes[-1], language, "bold red" if submission.exit_code else "bold green")
    return Group(*parts, *problem_groups(submission.problems, language), summary)


def status_to_json(status: YearStatus, _: Language) -> str:
    expected, outstanding = len(status.expected), [unit.unit for unit in status.outstanding]
    coverage = {"year": status.year, "expected": expected, "received": expected - len(outstanding)}
    return to_json_text(
        {
            "schema": "gbv-kpi/status/1",
            "plan": status.plan.id,
            **attributes(status, "year", "deadline", "deadlines"),
            "coverage": [{**coverage, "missing": unit_records(outstanding)}],
            "units": map(_unit_record, status.units),
            "exit_code": status.exit_code,
        }
    )


def _unit_record(status: UnitStatus) -> dict[str, object]:
    return {
        "unit": status.unit.code,
        "unit_name": status.unit.name,
        "expected": status.unit.expected,
        "status": status.arrival,
        **attributes(status, "deadline", "withdrawn", "first_received"),
        "returns": [
            entry_record(entry, "unit_name", "revision", "file", "sha256", "at") | {"by": entry.who}
            for entry in status.entries
        ],
    }


def status_listing(status: YearStatus, language: Language) -> Listing:
    """Return a row for each unit, with its first file and its last revision; the count of units is the last note."""

    def arrival(unit: UnitStatus) -> Coded:
        mark, words, style = ARRIVALS[unit.arrival]
        return Coded(str(unit.arrival), phrase("{mark} {status}", mark=mark, status=words), style)

    columns: Columns[UnitStatus] = (
        ("unit", phrase("Code"), lambda unit: unit.unit.code),
        ("unit_name", phrase("Unit"), lambda unit: unit.unit.name),
        ("status", phrase("Return"), arrival),
        ("deadline", phrase("Deadline"), lambda unit: unit.deadline),
        ("first_received", phrase("First received"), lambda unit: unit.first_received),
        ("first_file", phrase("First file"), lambda unit: _files(unit.first_entries)),
        ("revision", phrase("Revision"), lambda unit: ", ".join(str(entry.revision) for entry in unit.entries)),
        ("last_received", phrase("Corrected"), lambda unit: max((e.at for e in _corrected(unit)), default=None)),
        ("last_file", phrase("Corrected file"), lambda unit: _files(_corrected(unit))),
    )
    title = phrase("{document}, year {year}", document=document_title(status.plan), year=str(status.year))
    notes = text_of("status.txt.j2", language, [event_sentence], status=status).splitlines()
    return listing_of(title, columns, status.units, notes)


def _corrected(status: UnitStatus) -> list[Entry]:
    return [entry for entry in status.entries if entry.revision > 1]


def _files(entries: Iterable[Entry]) -> str:
    return ", ".join(dict.fromkeys(entry.file for entry in entries))


def status_to_terminal(status: YearStatus, language: Language) -> RenderableType:
    """Return a row for each unit, only outstanding ones where there are many, and the count last."""
    listing = status_listing(status, language)
    shown = list(zip(status.units, listing.rows, strict=True))
    if len(shown) > SHOWN_UNITS:
        shown = [(unit, row) for unit, row in shown if unit.unit.expected and not unit.is_received][:SHOWN_UNITS]
    names = ["unit_name", "status", "first_received", "first_file", "revision"]
    if any(_corrected(unit) for unit, _ in shown):
        names += ["last_received", "last_file"]
    *deadlines, count = listing.notes
    return Group(
        styled(listing.title, language, "bold"),
        on_terminal(replace(listing, rows=[row for _, row in shown]), language, names),
        Text(),
        *(styled(note, language) for note in deadlines),
        styled(count, language, "bold yellow" if status.outstanding else "bold green"),
    )
