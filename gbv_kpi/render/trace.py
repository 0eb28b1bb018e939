"""Where figures come from: for a person, and as JSON, schemas `gbv-kpi/history/1` and `gbv-kpi/trace/1`."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gbv_kpi.console import escape_controls, to_json_text
from gbv_kpi.i18n import Language, phrase
from gbv_kpi.ledger.entries import Entry
from gbv_kpi.ledger.trace import Count, Revision, Trace
from gbv_kpi.plan import Plan
from gbv_kpi.render.formatting import rate_text
from gbv_kpi.render.submission import change_record, change_words

SHORT_HASH = 12  # characters of a hash in a table; JSON has them all


def history_to_json(plan: Plan, revisions: Sequence[Revision]) -> str:
    """Every revision with its values and what it changed."""
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
        "sheet": entry.sheet,
        "sha256": entry.sha256,
        "at": entry.at.isoformat(),
        "by": entry.who,
    }


def history_to_terminal(
    plan: Plan, revisions: Sequence[Revision], language: Language, clock: tzinfo | None
) -> RenderableType:
    """A row for each revision, and below it what it changed; times by the office's clock."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
    headings = (phrase("Unit"), phrase("Year"), phrase("Revision"), phrase("Received"), phrase("By"), phrase("File"))
    for heading in (*headings, phrase("Changed")):
        table.add_column(language.say(heading), overflow="fold")
    for revision in revisions:
        entry = revision.entry
        changed = "\n".join(escape_controls(change_words(change, plan, language)) for change in revision.changes)
        table.add_row(
            escape_controls(entry.unit_name),
            str(entry.year),
            str(entry.revision),
            entry.at.astimezone(clock).strftime("%d/%m/%Y %H:%M:%S"),
            escape_controls(entry.who),
            escape_controls(entry.file),
            changed,
        )
    return table


def trace_to_json(traced: Trace) -> str:
    """The finding as `report` has it, and the counts with their cells."""
    return to_json_text(
        {
            "schema": "gbv-kpi/trace/1",
            "plan": traced.plan.id,
            "finding": traced.finding.record(),
            "numerator": [_count_record(count) for count in traced.numerator],
            "denominator": [_count_record(count) for count in traced.denominator],
            "exit_code": 0,
        }
    )


def _count_record(count: Count) -> dict[str, object]:
    return {"field": count.field, "value": count.value, "cell": count.cell, **_source(count.entry)}


def trace_to_terminal(traced: Trace, language: Language, clock: tzinfo | None) -> RenderableType:
    """From the rate to its two sums, and from each sum to cell, file, hash, revision and time."""
    return Group(*_trace_parts(traced, language, clock))


def _trace_parts(traced: Trace, language: Language, clock: tzinfo | None) -> Iterator[RenderableType]:
    finding, plan = traced.finding, traced.plan
    titles = {indicator.id: indicator.title for indicator in plan.all_indicators}
    title = phrase(
        "{indicator}, {unit}, {year}",
        indicator=titles[finding.indicator],
        unit=finding.unit_name or plan.place,
        year=str(finding.year),
    )
    yield Text(escape_controls(language.say(title)), "bold")
    sides = [finding.numerator] if finding.measure == "count" else [finding.numerator, finding.denominator]
    counts = " / ".join("?" if n is None else language.number(n) for n in sides)
    rate = rate_text(finding, language)
    yield Padding(Text(f"{counts} = {rate}" if rate and len(sides) > 1 else counts), (0, 0, 1, 2), expand=False)
    for heading, sources in (
        (phrase("Numerator"), traced.numerator),
        (phrase("Denominator"), traced.denominator),
    ):
        if sources or heading.wording == "Numerator":
            yield _count_table(language.say(heading), sources, plan, language, clock)
            yield Text()


def _count_table(heading: str, counts: Sequence[Count], plan: Plan, language: Language, clock: tzinfo | None) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
    table.add_column(heading, overflow="fold")
    table.add_column(language.say(phrase("Unit")), overflow="fold")
    table.add_column(language.say(phrase("Count")), justify="right")
    for column in (phrase("File"), phrase("Cell"), phrase("Revision"), phrase("Received"), phrase("By")):
        table.add_column(language.say(column), overflow="fold")
    table.add_column("SHA-256", overflow="fold")
    for count in counts:
        field = plan.field_by_id[count.field]
        entry = count.entry
        table.add_row(
            escape_controls(language.say(field.label)),
            escape_controls(entry.unit_name),
            "?" if count.value is None else language.number(count.value),
            escape_controls(entry.file),
            escape_controls("!".join(part for part in (entry.sheet, count.cell) if part)),
            str(entry.revision),
            entry.at.astimezone(clock).strftime("%d/%m/%Y %H:%M:%S"),
            escape_controls(entry.who),
            entry.sha256[:SHORT_HASH],
        )
    return table
