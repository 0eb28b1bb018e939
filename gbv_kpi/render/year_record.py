"""Render withdrawals, notes, signatures and changes for every report, and the differences of two states of a year.

A difference is a list, a table of a terminal, or JSON, schema `gbv-kpi/diff/1`.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from gbv_kpi.console import escape_controls, to_json_text
from gbv_kpi.i18n import Language, Phrase, phrase, plural
from gbv_kpi.kpi.finding import Finding
from gbv_kpi.kpi.year_record import Change, Event, ReturnChange, YearRecord
from gbv_kpi.plan import Plan
from gbv_kpi.render.formatting import MEANING, clock_text, result_text
from gbv_kpi.render.listing import Cell, Columns, Listing, listing_of, on_terminal
from gbv_kpi.render.table import styled

if TYPE_CHECKING:
    from gbv_kpi.ledger.year import Difference

SHORT_HASH = 12  # characters in a sentence; JSON has them all


def event_sentence(event: Event) -> Phrase:
    """Return the kind, subject, time and author of a record."""
    details = {"year": str(event.year), "at": clock_text(event.at), "who": event.who}
    about = {"unit": event.unit_name, "text": event.text, **details}
    match event.kind:
        case "withdraw":
            return phrase("{unit}, {year}: withdrawn on {at} by {who}: {text}", **about)
        case "note":
            return phrase("{unit}, {year}: note of {at} by {who}: {text}", **about)
        case "sign":
            short = (event.findings or "")[:SHORT_HASH]
            return phrase("{year} was signed on {at} by {who} (findings {hash}).", **details, hash=short)


def record_sentences(record: YearRecord | None, plan: Plan, language: Language) -> Iterator[Phrase]:
    """Yield the notes, the signature, and cell by cell what has changed since."""
    if record is None:
        return
    yield from map(event_sentence, record.notes)
    if record.signature:
        yield event_sentence(record.signature)
        if not record.is_reproduced:
            yield phrase("The signed findings cannot be reproduced: the plan has changed since.")
        if not record.changes:
            yield phrase("No return has changed since.")
    for change in record.changes:
        yield phrase("Changed since it was signed: {change}", change=_change_sentence(change, plan, language))


def _change_sentence(change: ReturnChange, plan: Plan, language: Language) -> Phrase:
    """Return the return, the file of its last revision, and each field: old → new (cell)."""
    details = {"unit": change.unit_name, "year": str(change.year)}
    if change.new_revision is None:
        return phrase("{unit}, {year}: withdrawn.", **details)
    if change.old_revision is None:
        return phrase("{unit}, {year}: new ({file}).", **details, file=change.file)
    fields = "; ".join(change_words(field, plan, language, with_cell=True) for field in change.changes)
    return phrase("{unit}, {year} ({file}): {fields}.", **details, file=change.file, fields=fields)


def change_words(change: Change, plan: Plan, language: Language, *, with_cell: bool = False) -> str:
    """Return a field with its counts before and after: Số cơ sở giáo dục: 92 → 93 (L4)."""
    field = plan.field_by_id.get(change.field)
    old, new = ("–" if count is None else language.number(count) for count in (change.old, change.new))
    cell = f" ({change.new_cell})" if with_cell and change.new_cell else ""
    return f"{language.say(field.label) if field else change.field}: {old} → {new}{cell}"


def event_record(event: Event | None) -> dict[str, object] | None:
    if event is None:
        return None
    return event.model_dump(mode="json", exclude={"revisions"}) | {"unit": event.unit or None}


def year_record_record(record: YearRecord) -> dict[str, object]:
    return {
        "notes": list(map(event_record, record.notes)),
        "signature": event_record(record.signature),
        "signature_reproduced": record.is_reproduced if record.signature else None,
        "changed_since_signed": list(map(asdict, record.changes)),
    }


def event_shown(event: Event, is_new: bool, format: str, language: Language) -> str:
    """Return a recorded event, as a sentence or as JSON, schema `gbv-kpi/event/1`."""
    if format == "json":
        content = {"schema": "gbv-kpi/event/1", "plan": event.plan, "event": event_record(event), "recorded": is_new}
        return to_json_text({**content, "exit_code": 0})
    sentences = [event_sentence(event)]
    if not is_new:
        sentences.append(phrase("No return has changed since; nothing was recorded."))
    return "".join(f"{escape_controls(language.say(sentence))}\n" for sentence in sentences)


def difference_to_json(difference: "Difference") -> str:
    return to_json_text(
        {
            "schema": "gbv-kpi/diff/1",
            "plan": difference.plan.id,
            "year": difference.year,
            "signature": event_record(difference.signature),
            "returns": list(map(asdict, difference.returns)),
            "findings": [
                {"old": old.record() if old else None, "new": new.record() if new else None}
                for old, new in difference.findings
            ],
            "exit_code": 0,
        }
    )


def difference_to_terminal(difference: "Difference", language: Language) -> RenderableType:
    listing = difference_listing(difference, language)
    parts: list[RenderableType] = [styled(listing.title, language, "bold")]
    if listing.rows:
        parts += [on_terminal(listing, language, ["unit_name", "change", "file"]), Text()]
    return Group(*parts, *(styled(note, language) for note in listing.notes))


def difference_listing(difference: "Difference", language: Language) -> Listing:
    """Return a row for each return that differs; findings that differ become notes."""

    def changed(change: ReturnChange) -> Cell:
        if change.new_revision is None:
            return phrase("withdrawn")
        if change.old_revision is None:
            return phrase("new")
        return "\n".join(change_words(field, difference.plan, language, with_cell=True) for field in change.changes)

    columns: Columns[ReturnChange] = (
        ("unit", phrase("Code"), lambda change: change.unit),
        ("unit_name", phrase("Unit"), lambda change: change.unit_name),
        ("change", phrase("Changed"), changed),
        ("file", phrase("File"), lambda change: change.file),
    )
    title = phrase("Changes of {year}, plan {number}", year=str(difference.year), number=difference.plan.number)
    return listing_of(title, columns, difference.returns, _notes(difference, language))


def _notes(difference: "Difference", language: Language) -> Iterator[Phrase]:
    if difference.signature:
        yield event_sentence(difference.signature)
    for old, new in difference.findings:
        if finding := new or old:
            yield phrase(
                "{indicator}, {unit}: {old} → {new}",
                indicator=difference.plan.indicator_by_id[finding.indicator].title,
                unit=finding.unit_name or difference.plan.place,
                old=_verdict(old, language),
                new=_verdict(new, language),
            )
    yield plural("{count} return differs.", "{count} returns differ.", len(difference.returns))


def _verdict(finding: Finding | None, language: Language) -> str:
    if finding is None:
        return "–"
    meaning = language.say(MEANING[finding.status])
    return f"{result_text(finding, language)} {meaning}" if finding.status.has_rate else meaning
