"""Word the withdrawals, notes, signatures and changes of a year, for every report."""

from collections.abc import Sequence

from gbv_kpi.console import escape_controls, to_json_text
from gbv_kpi.i18n import Language, Phrase, phrase
from gbv_kpi.kpi.year_record import Change, Event, ReturnChange, YearRecord
from gbv_kpi.plan import Plan
from gbv_kpi.render.formatting import clock_text

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


def event_shown(event: Event, is_new: bool, format: str, language: Language) -> str:
    """Return a recorded event, as a sentence or as JSON, schema `gbv-kpi/event/1`."""
    if format == "json":
        content = {"schema": "gbv-kpi/event/1", "plan": event.plan, "event": event, "recorded": is_new}
        return to_json_text({**content, "exit_code": 0})
    sentences = [event_sentence(event)]
    if not is_new:
        sentences.append(phrase("No return has changed since; nothing was recorded."))
    return "".join(f"{escape_controls(language.say(sentence))}\n" for sentence in sentences)
