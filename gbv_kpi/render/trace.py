"""Where figures come from: as a list, on a terminal, and as JSON, schemas `gbv-kpi/history/1` and `gbv-kpi/trace/1`."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from gbv_kpi.console import to_json_text
from gbv_kpi.i18n import Language, Phrase, phrase
from gbv_kpi.kpi.year_record import Event
from gbv_kpi.ledger.entries import Revision
from gbv_kpi.ledger.records import Entry
from gbv_kpi.ledger.trace import Count, Trace
from gbv_kpi.plan import Plan
from gbv_kpi.render.formatting import clock_text, counts_text, rate_text
from gbv_kpi.render.listing import Cell, Coded, Listing, on_terminal
from gbv_kpi.render.submission import change_record
from gbv_kpi.render.terminal_text import said
from gbv_kpi.render.year_record import change_words, event_record, event_sentence


def history_to_json(plan: Plan, revisions: Sequence[Revision], events: Sequence[Event]) -> str:
    """Return every revision with its values and what it changed, and what was recorded of the returns."""
    return to_json_text(
        {
            "schema": "gbv-kpi/history/1",
            "plan": plan.id,
            "revisions": [
                {
                    **_source(revision.entry),
                    "changes": [change_record(change) for change in revision.changes],
                    "values": revision.entry.values,
                    "cells": {field: figure.cell for field, figure in revision.entry.figures.items()},
                }
                for revision in revisions
            ],
            "events": [event_record(event) for event in events],
            "exit_code": 0,
        }
    )


def _source(entry: Entry) -> dict[str, object]:
    return {
        "unit": entry.unit.code,
        "unit_name": entry.unit_name,
        "year": entry.year,
        "revision": entry.revision,
        "file": entry.file,
        "path": entry.path,
        "sheet": entry.sheet,
        "sha256": entry.sha256,
        "at": entry.at.isoformat(),
        "by": entry.who,
        "withdrawn": event_record(entry.withdrawn) if entry.withdrawn else None,
    }


def history_listing(plan: Plan, revisions: Sequence[Revision], events: Sequence[Event], language: Language) -> Listing:
    """Return a row for each revision, with what it changed, and what was recorded of the returns."""
    columns = (
        ("unit", phrase("Code")),
        ("unit_name", phrase("Unit")),
        ("year", phrase("Year")),
        ("revision", phrase("Revision")),
        ("received", phrase("Received")),
        ("by", phrase("By")),
        ("file", phrase("File")),
        ("sheet", None),
        ("sha256", None),
        ("changes", phrase("Changed")),
    )
    rows: list[list[Cell]] = [
        [
            *(entry.unit.code, entry.unit_name, str(entry.year), entry.revision, entry.at, entry.who, entry.file),
            *(entry.sheet, entry.sha256),
            "\n".join(change_words(change, plan, language) for change in revision.changes),
        ]
        for revision in revisions
        for entry in [revision.entry]
    ]
    title = phrase("Revisions of returns, plan {number}", number=plan.number)
    return Listing(title, columns, rows, tuple(map(event_sentence, events)))


def history_to_terminal(listing: Listing, language: Language) -> RenderableType:
    """Return a row for each revision, then what was recorded of the returns."""
    names = ["unit_name", "year", "revision", "received", "by", "file", "changes"]
    return Group(on_terminal(listing, language, names), *(said(note, language) for note in listing.notes))


def trace_to_json(traced: Trace) -> str:
    """Return the finding as `report` has it, and the counts with their cells."""
    return to_json_text(
        {
            "schema": "gbv-kpi/trace/1",
            "plan": traced.plan.id,
            "finding": traced.finding.record(),
            "numerator": [_count_record(count) for count in traced.numerator],
            "denominator": [_count_record(count) for count in traced.denominator],
            "notes": [event_record(note) for note in traced.notes],
            "exit_code": 0,
        }
    )


def _count_record(count: Count) -> dict[str, object]:
    return {"field": count.field, "value": count.value, "cell": count.cell, **_source(count.entry)}


def trace_listing(traced: Trace, language: Language) -> Listing:
    """Return a row for each count that the rate is made from."""
    columns = (
        ("side", phrase("Side")),
        ("field", phrase("Field")),
        ("unit", None),
        ("unit_name", phrase("Unit")),
        ("count", phrase("Count")),
        ("place", phrase("Cell")),
        ("file", phrase("File")),
        ("path", None),
        ("revision", phrase("Revision")),
        ("received", phrase("Received")),
        ("by", phrase("By")),
        ("sha256", None),
    )
    sides = (("numerator", phrase("Numerator"), traced.numerator), ("denominator", _DENOMINATOR, traced.denominator))
    rows: list[list[Cell]] = [
        [
            *(Coded(side, heading), Coded(count.field, traced.plan.field_by_id[count.field].label)),
            *(entry.unit.code, entry.unit_name, count.value, _cell(count)),
            *(entry.file, entry.path, entry.revision, entry.at, entry.who, entry.sha256),
        ]
        for side, heading, counts in sides
        for count in counts
        for entry in [count.entry]
    ]
    figure = phrase("{figure}", figure=_figure(traced, language))
    notes = (figure, *_files(traced), *map(event_sentence, traced.notes))
    return Listing(_title(traced), columns, rows, notes)


_DENOMINATOR = phrase("Denominator")


def _cell(count: Count) -> str:
    return "!".join(part for part in (count.entry.sheet, count.cell) if part)


def _title(traced: Trace) -> Phrase:
    finding, plan = traced.finding, traced.plan
    title = next(indicator.title for indicator in plan.all_indicators if indicator.id == finding.indicator)
    unit = finding.unit_name or plan.place
    return phrase("{indicator}, {unit}, {year}", indicator=title, unit=unit, year=str(finding.year))


def _figure(traced: Trace, language: Language) -> str:
    finding = traced.finding
    counts, rate = counts_text(finding, language).replace("/", " / "), rate_text(finding, language)
    return f"{counts} = {rate}" if rate and finding.measure != "count" else counts


def _files(traced: Trace) -> Iterator[Phrase]:
    """Yield the files that the counts were read from, each with where it was and what identifies it."""
    for number, entry in enumerate(_numbered(traced).values(), start=1):
        yield phrase(
            "[{number}] {file}, received {at} from {who}; SHA-256 {hash}",
            number=number,
            file=entry.path or entry.file,
            at=clock_text(entry.at),
            who=entry.who,
            hash=entry.sha256,
        )


def _numbered(traced: Trace) -> dict[tuple[str, str], Entry]:
    counts = (*traced.numerator, *traced.denominator)
    return {(count.entry.file, count.entry.sha256): count.entry for count in counts}


def trace_to_terminal(traced: Trace, language: Language) -> RenderableType:
    """Return the rate, its two sums, each count with its cell and file, and the files."""
    return Group(*_trace_parts(traced, language))


def _trace_parts(traced: Trace, language: Language) -> Iterator[RenderableType]:
    numbers = {key: f"[{number}]" for number, key in enumerate(_numbered(traced), start=1)}
    yield said(_title(traced), language, "bold")
    yield Padding(Text(_figure(traced, language)), (0, 0, 1, 2), expand=False)
    for heading, counts in ((phrase("Numerator"), traced.numerator), (_DENOMINATOR, traced.denominator)):
        if not counts:
            continue
        columns = (
            ("unit", heading),
            ("count", phrase("Count")),
            ("place", phrase("Cell")),
            ("file", phrase("File")),
            ("revision", phrase("Revision")),
        )
        rows: list[list[Cell]] = []
        for count in counts:
            entry = count.entry
            label = traced.plan.field_by_id[count.field].label
            what = phrase("{unit}: {field}", unit=entry.unit_name, field=label)
            number = numbers[entry.file, entry.sha256]
            rows.append([what, "?" if count.value is None else count.value, _cell(count), number, entry.revision])
        yield on_terminal(Listing(heading, columns, rows), language, [name for name, _ in columns])
        yield Text()
    for sentence in (*_files(traced), *map(event_sentence, traced.notes)):
        yield said(sentence, language)
