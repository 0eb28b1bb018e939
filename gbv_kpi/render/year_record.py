"""Render withdrawals, notes, signatures and changes for every report, and the differences of two states of a year."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from gbv_kpi.console import escape_controls, to_json_text
from gbv_kpi.i18n import Language, Phrase, phrase
from gbv_kpi.kpi.year_record import Change, Event, ReturnChange, YearRecord
from gbv_kpi.plan import Plan
from gbv_kpi.render.formatting import MEANING, clock_text, result_text
from gbv_kpi.render.listing import Cell, Columns, Listing, listing_of, on_terminal
from gbv_kpi.render.table import styled

if TYPE_CHECKING:
    from gbv_kpi.ledger.year import Difference

SHORT_HASH = 12  # characters in a sentence; JSON has them all


def event_sentence(event: Event) -> Phrase:
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


def record_sentences(record: YearRecord | None, plan: Plan, language: Language) -> Sequence[Phrase | str]:
    """Return the notes, the signature, and cell by cell what has changed since."""
    if record is None or not (record.notes or record.signature):
        return []
    from gbv_kpi.render.jinja import text_of  # here: most reports have no record

    functions = (event_sentence, fields_changed)
    return text_of("record.txt.j2", language, functions, record=record, plan=plan).splitlines()


def fields_changed(change: ReturnChange, plan: Plan, separator: str, language: Language) -> str:
    return separator.join(change_words(field, plan, language, with_cell=True) for field in change.changes)


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


def difference_to_json(difference: "Difference", _: Language) -> str:
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
    from gbv_kpi.render.jinja import text_of  # here: a report on a terminal needs no Jinja

    def changed(change: ReturnChange) -> Cell:
        if change.new_revision is None:
            return phrase("withdrawn")
        if change.old_revision is None:
            return phrase("new")
        return fields_changed(change, difference.plan, "\n", language)

    columns: Columns[ReturnChange] = (
        ("unit", phrase("Code"), lambda change: change.unit),
        ("unit_name", phrase("Unit"), lambda change: change.unit_name),
        ("change", phrase("Changed"), changed),
        ("file", phrase("File"), lambda change: change.file),
    )
    title = phrase("Changes of {year}, plan {number}", year=str(difference.year), number=difference.plan.number)
    functions = (event_sentence, result_text)
    notes = text_of("difference.txt.j2", language, functions, difference=difference, MEANING=MEANING).splitlines()
    return listing_of(title, columns, difference.returns, notes)
