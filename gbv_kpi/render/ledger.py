"""Render what the ledger says, as lists, on a terminal and as JSON.

Schemas `gbv-kpi/history/1`, `gbv-kpi/trace/1`, `gbv-kpi/diff/1`, `gbv-kpi/event/1` and `gbv-kpi/ledger-check/1`.
"""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from gbv_kpi.console import escape_controls, to_json_text
from gbv_kpi.i18n import Language, Phrase, phrase
from gbv_kpi.kpi.year_record import Event, ReturnChange
from gbv_kpi.ledger.backup import LedgerCheck
from gbv_kpi.ledger.entries import Revision
from gbv_kpi.ledger.records import Entry
from gbv_kpi.ledger.year import Count, Difference, Trace
from gbv_kpi.plan import Plan
from gbv_kpi.render.formatting import MEANING, clock_text, document_title, result_text
from gbv_kpi.render.jinja import text_of
from gbv_kpi.render.json import attributes
from gbv_kpi.render.listing import Cell, Coded, Columns, Listing, listing_of
from gbv_kpi.render.sentences import event_sentence, fields_changed
from gbv_kpi.render.table import on_terminal, styled


def history_to_json(plan: Plan, revisions: Sequence[Revision], events: Sequence[Event]) -> str:
    records = [
        {
            **_source_record(revision.entry),
            "changes": [attributes(change, "field", "old", "new") for change in revision.changes],
            "values": revision.entry.values,
            "cells": {field: figure.cell for field, figure in revision.entry.figures.items()},
        }
        for revision in revisions
    ]
    content = {"schema": "gbv-kpi/history/1", "plan": plan.id, "revisions": records}
    return to_json_text({**content, "events": events, "exit_code": 0})


def entry_record(entry: Entry, *names: str) -> dict[str, object]:
    """Return the unit of a return in the ledger, and the attributes of these names."""
    return {"unit": entry.unit.code, **attributes(entry, *names)}


def _source_record(entry: Entry) -> dict[str, object]:
    names = ("unit_name", "year", "revision", "file", "path", "sheet", "sha256", "at")
    return entry_record(entry, *names) | {"by": entry.who, "withdrawn": entry.withdrawn}


def history_listing(plan: Plan, revisions: Sequence[Revision], events: Sequence[Event], language: Language) -> Listing:
    """Return a row for each revision with its changes; recorded events become notes."""

    def changed(revision: Revision) -> str:
        return "\n".join(fields_changed(revision.changes, plan, language))

    columns: Columns[Revision] = (
        ("unit", phrase("Code"), lambda revision: revision.entry.unit.code),
        ("unit_name", phrase("Unit"), lambda revision: revision.entry.unit_name),
        ("year", phrase("Year"), lambda revision: str(revision.entry.year)),
        ("revision", phrase("Revision"), lambda revision: revision.entry.revision),
        ("received", phrase("Received"), lambda revision: revision.entry.at),
        ("by", phrase("By"), lambda revision: revision.entry.who),
        ("file", phrase("File"), lambda revision: revision.entry.file),
        ("sheet", None, lambda revision: revision.entry.sheet),
        ("sha256", None, lambda revision: revision.entry.sha256),
        ("changes", phrase("Changed"), changed),
    )
    title = phrase("Revisions of returns, {document}", document=document_title(plan))
    return listing_of(title, columns, revisions, map(event_sentence, events))


def history_to_terminal(listing: Listing, language: Language) -> RenderableType:
    names = ["unit_name", "year", "revision", "received", "by", "file", "changes"]
    return Group(on_terminal(listing, language, names), *(styled(note, language) for note in listing.notes))


def trace_to_json(traced: Trace, _: Language) -> str:
    """Return the finding as `report` has it, and the counts with their cells."""
    sides = {
        side: [attributes(count, "field", "value", "cell") | _source_record(count.entry) for count in counts]
        for side, _, counts in _sides(traced)
    }
    content = {"schema": "gbv-kpi/trace/1", "plan": traced.plan.id}
    return to_json_text({**content, "finding": traced.finding, **sides, "notes": traced.notes, "exit_code": 0})


def trace_listing(traced: Trace, language: Language) -> Listing:
    """Return a row for each count; its figure, the files with their checksums, and recorded notes become notes."""
    fields = traced.plan.field_by_id
    columns: Columns[tuple[Coded, Count]] = (
        ("side", phrase("Side"), lambda row: row[0]),
        ("field", phrase("Field"), lambda row: Coded(row[1].field, fields[row[1].field].label)),
        ("unit", None, lambda row: row[1].entry.unit.code),
        ("unit_name", phrase("Unit"), lambda row: row[1].entry.unit_name),
        ("count", phrase("Count"), lambda row: row[1].value),
        ("place", phrase("Cell"), lambda row: _cell(row[1])),
        ("file", phrase("File"), lambda row: row[1].entry.file),
        ("path", None, lambda row: row[1].entry.path),
        ("revision", phrase("Revision"), lambda row: row[1].entry.revision),
        ("received", phrase("Received"), lambda row: row[1].entry.at),
        ("by", phrase("By"), lambda row: row[1].entry.who),
        ("sha256", None, lambda row: row[1].entry.sha256),
    )
    rows = [(Coded(side, heading), count) for side, heading, counts in _sides(traced) for count in counts]
    finding, plan = traced.finding, traced.plan
    title = phrase(
        "{indicator}, {unit}, {year}",
        indicator=plan.indicator_by_id[finding.indicator].title,
        unit=finding.unit_name or plan.place,
        year=str(finding.year),
    )
    functions = (clock_text, event_sentence, result_text)
    notes = text_of("trace.txt.j2", language, functions, traced=traced, files=_files(traced).values()).splitlines()
    return listing_of(title, columns, rows, notes)


def _sides(traced: Trace) -> Iterator[tuple[str, Phrase, Sequence[Count]]]:
    yield "numerator", phrase("Numerator"), traced.numerator
    yield "denominator", phrase("Denominator"), traced.denominator


def _cell(count: Count) -> str:
    return "!".join(part for part in (count.entry.sheet, count.cell) if part)


def _files(traced: Trace) -> dict[tuple[str, str], Entry]:
    counts = (*traced.numerator, *traced.denominator)
    return {(count.entry.file, count.entry.sha256): count.entry for count in counts}


def trace_to_terminal(traced: Trace, language: Language) -> RenderableType:
    """Return a table for each side of the rate, with the numbers of its files, which the notes name."""
    numbers = {key: f"[{number}]" for number, key in enumerate(_files(traced), start=1)}

    def unit_and_field(count: Count) -> Cell:
        label = traced.plan.field_by_id[count.field].label
        return phrase("{unit}: {field}", unit=count.entry.unit_name, field=label)

    listing = trace_listing(traced, language)
    figure, *notes = (styled(note, language) for note in listing.notes)
    parts: list[RenderableType] = [styled(listing.title, language, "bold"), Padding(figure, (0, 0, 1, 2), expand=False)]
    for _, heading, counts in _sides(traced):
        columns: Columns[Count] = (
            ("unit", heading, unit_and_field),
            ("count", phrase("Count"), lambda count: "?" if count.value is None else count.value),
            ("place", phrase("Cell"), _cell),
            ("file", phrase("File"), lambda count: numbers[count.entry.file, count.entry.sha256]),
            ("revision", phrase("Revision"), lambda count: count.entry.revision),
        )
        if counts:
            parts += [on_terminal(listing_of(heading, columns, counts), language), Text()]
    return Group(*parts, *notes)


def difference_to_json(difference: Difference, _: Language) -> str:
    content = {
        "schema": "gbv-kpi/diff/1",
        "plan": difference.plan.id,
        **attributes(difference, "year", "signature", "returns"),
        "findings": [{"old": old, "new": new} for old, new in difference.findings],
    }
    return to_json_text({**content, "exit_code": 0})


def difference_to_terminal(difference: Difference, language: Language) -> RenderableType:
    listing = difference_listing(difference, language)
    parts: list[RenderableType] = [styled(listing.title, language, "bold")]
    if listing.rows:
        parts += [on_terminal(listing, language, ["unit_name", "change", "file"]), Text()]
    return Group(*parts, *(styled(note, language) for note in listing.notes))


def difference_listing(difference: Difference, language: Language) -> Listing:
    """Return a row for each return that differs; findings that differ become notes."""

    def changed(change: ReturnChange) -> Cell:
        if change.new_revision is None:
            return phrase("withdrawn")
        if change.old_revision is None:
            return phrase("new")
        return "\n".join(fields_changed(change.changes, difference.plan, language, with_cells=True))

    columns: Columns[ReturnChange] = (
        ("unit", phrase("Code"), lambda change: change.unit),
        ("unit_name", phrase("Unit"), lambda change: change.unit_name),
        ("change", phrase("Changed"), changed),
        ("file", phrase("File"), lambda change: change.file),
    )
    title = phrase("Changes of {year}, {document}", year=str(difference.year), document=document_title(difference.plan))
    functions = (event_sentence, result_text)
    notes = text_of("difference.txt.j2", language, functions, difference=difference, MEANING=MEANING).splitlines()
    return listing_of(title, columns, difference.returns, notes)


def event_to_text(event: Event, is_new: bool, format: str, language: Language) -> str:
    """Return a recorded event, as a sentence or as JSON, schema `gbv-kpi/event/1`."""
    if format == "json":
        content = {"schema": "gbv-kpi/event/1", "plan": event.plan, "event": event, "recorded": is_new}
        return to_json_text({**content, "exit_code": 0})
    sentences = [event_sentence(event)]
    if not is_new:
        sentences.append(phrase("No return has changed since; nothing was recorded."))
    return "".join(f"{escape_controls(language.say(sentence))}\n" for sentence in sentences)


def ledger_check_to_text(check: LedgerCheck, language: Language) -> str:
    return text_of("ledger_check.txt.j2", language, check=check)


def ledger_check_to_json(check: LedgerCheck, language: Language) -> str:
    return to_json_text(
        {
            "schema": "gbv-kpi/ledger-check/1",
            **attributes(check, "ledger", "files", "returns", "not_compared"),
            "damage": [language.say(found) for found in check.damage],
            "exit_code": check.exit_code,
        }
    )
