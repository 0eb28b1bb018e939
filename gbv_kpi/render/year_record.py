"""Withdrawals, notes, signatures and what changed since: sentences for every report, and the commands' own output."""

from collections.abc import Iterator
from datetime import UTC
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gbv_kpi.console import escape_controls, to_json_text
from gbv_kpi.i18n import Language, Phrase, phrase, plural
from gbv_kpi.kpi.scorecard import Finding
from gbv_kpi.kpi.year_record import Change, Event, ReturnChange, YearRecord
from gbv_kpi.plan import Plan
from gbv_kpi.render.formatting import MEANING, result_text
from gbv_kpi.render.matrix import plain_table

if TYPE_CHECKING:
    from gbv_kpi.ledger.year import Difference

MOMENT = "%d/%m/%Y %H:%M UTC"  # a report says the same on every computer
SHORT_HASH = 12  # characters in a sentence; JSON has them all


def event_sentence(event: Event) -> Phrase:
    """What was recorded, of what, when and by whom."""
    details = {
        "unit": event.unit_name,
        "year": str(event.year),
        "at": event.at.astimezone(UTC).strftime(MOMENT),
        "who": event.who,
        "text": event.text,
    }
    match event.kind:
        case "withdraw":
            return phrase("{unit}, {year}: withdrawn on {at} by {who}: {text}", **details)
        case "note":
            return phrase("{unit}, {year}: note of {at} by {who}: {text}", **details)
        case "sign":
            details["hash"] = (event.findings or "")[:SHORT_HASH]
            return phrase("{year} was signed on {at} by {who} (findings {hash}).", **details)


def record_sentences(record: YearRecord | None, plan: Plan, language: Language) -> Iterator[Phrase]:
    """Yield the notes, the signature, and cell by cell what has changed since."""
    if record is None:
        return
    yield from map(event_sentence, record.notes)
    if record.signature:
        yield event_sentence(record.signature)
        if not record.is_reproduced:
            yield phrase("The findings signed cannot be reproduced: the plan has changed since.")
        if not record.changes:
            yield phrase("No return has changed since.")
    for change in record.changes:
        yield phrase("Changed since it was signed: {change}", change=change_sentence(change, plan, language))


def change_sentence(change: ReturnChange, plan: Plan, language: Language) -> Phrase:
    """The return, the file of its last revision, and each field: old → new (cell)."""
    fields = "; ".join(change_words(one, plan, language, with_cell=True) for one in change.changes)
    details = {"unit": change.unit_name, "year": str(change.year), "file": change.file, "fields": fields}
    if change.new_revision is None:
        return phrase("{unit}, {year}: withdrawn.", **details)
    if change.old_revision is None:
        return phrase("{unit}, {year}: new ({file}).", **details)
    return phrase("{unit}, {year} ({file}): {fields}.", **details)


def change_words(change: Change, plan: Plan, language: Language, *, with_cell: bool = False) -> str:
    """Số cơ sở giáo dục: 92 → 93 (L4)."""
    field = plan.field_by_id.get(change.field)
    old, new = ("–" if count is None else language.number(count) for count in (change.old, change.new))
    cell = f" ({change.new_cell})" if with_cell and change.new_cell else ""
    return f"{language.say(field.label) if field else change.field}: {old} → {new}{cell}"


def event_record(event: Event) -> dict[str, object]:
    """Return an event as JSON has it."""
    return event.model_dump(mode="json", exclude={"revisions"}) | {"unit": event.unit or None}


def year_record_record(record: YearRecord) -> dict[str, object]:
    """Return the notes, the signature and what changed since, as a report's JSON has them."""
    return {
        "notes": [event_record(event) for event in record.notes],
        "signature": event_record(record.signature) if record.signature else None,
        "signature_reproduced": record.is_reproduced if record.signature else None,
        "changed_since_signed": [return_change_record(change) for change in record.changes],
    }


def return_change_record(change: ReturnChange) -> dict[str, object]:
    return {
        "unit": change.unit,
        "unit_name": change.unit_name,
        "year": change.year,
        "old_revision": change.old_revision,
        "new_revision": change.new_revision,
        "file": change.file,
        "changes": [
            {
                "field": one.field,
                "old": one.old,
                "new": one.new,
                "old_cell": one.old_cell,
                "new_cell": one.new_cell,
            }
            for one in change.changes
        ],
    }


def event_to_text(event: Event, is_new: bool, language: Language) -> str:
    """What was recorded; nothing is where the year was signed as it is."""
    sentences = [event_sentence(event)]
    if not is_new:
        sentences.append(phrase("No return has changed since; nothing was recorded."))
    return "".join(f"{escape_controls(language.say(sentence))}\n" for sentence in sentences)


def event_to_json(event: Event, is_new: bool, _: Language) -> str:
    """Schema `gbv-kpi/event/1`: the same in every language."""
    content = {"schema": "gbv-kpi/event/1", "plan": event.plan, "event": event_record(event), "recorded": is_new}
    return to_json_text({**content, "exit_code": 0})


def difference_to_json(difference: "Difference") -> str:
    """Schema `gbv-kpi/diff/1`: the same in every language."""
    return to_json_text(
        {
            "schema": "gbv-kpi/diff/1",
            "plan": difference.plan.id,
            "year": difference.year,
            "signature": event_record(difference.signature) if difference.signature else None,
            "returns": [return_change_record(change) for change in difference.returns],
            "findings": [
                {"old": old.record() if old else None, "new": new.record() if new else None}
                for old, new in difference.findings
            ],
            "exit_code": 0,
        }
    )


def difference_to_terminal(difference: "Difference", language: Language) -> RenderableType:
    """The returns that differ cell by cell, then the findings."""
    return Group(*_difference_parts(difference, language))


def _difference_parts(difference: "Difference", language: Language) -> Iterator[RenderableType]:
    if difference.signature:
        yield Text(escape_controls(language.say(event_sentence(difference.signature))))
        yield Text()
    if difference.returns:
        yield from (_returns_table(difference, language), Text())
    if difference.findings:
        yield from (_findings_table(difference, language), Text())
    count = len(difference.returns)
    yield Text(language.say(plural("{count} return differs.", "{count} returns differ.", count)), "bold")


def _returns_table(difference: "Difference", language: Language) -> Table:
    table = plain_table()
    for heading in (phrase("Unit"), phrase("Changed"), phrase("File")):
        table.add_column(language.say(heading), overflow="fold")
    for change in difference.returns:
        words = [change_words(one, difference.plan, language, with_cell=True) for one in change.changes]
        if change.new_revision is None or change.old_revision is None:
            words = [language.say(phrase("new") if change.new_revision else phrase("withdrawn"))]
        table.add_row(
            escape_controls(change.unit_name), "\n".join(map(escape_controls, words)), escape_controls(change.file)
        )
    return table


def _findings_table(difference: "Difference", language: Language) -> Table:
    table, plan = plain_table(), difference.plan
    for heading in (phrase("Indicator"), phrase("Unit"), phrase("Before"), phrase("After")):
        table.add_column(language.say(heading), overflow="fold")
    for old, new in difference.findings:
        if finding := new or old:
            texts = (plan.indicator_by_id[finding.indicator].title, finding.unit_name or plan.place)
            shown = [language.say(text) for text in texts] + [_verdict(one, language) for one in (old, new)]
            table.add_row(*map(escape_controls, shown))
    return table


def _verdict(finding: Finding | None, language: Language) -> str:
    if finding is None:
        return "–"
    meaning = language.say(MEANING[finding.status])
    return f"{result_text(finding, language)}, {meaning}" if finding.status.has_rate else meaning
