"""Render the differences between two states of a year: as a list, on a terminal, as JSON `gbv-kpi/diff/1`."""

from collections.abc import Iterator
from dataclasses import asdict

from rich.console import Group, RenderableType
from rich.text import Text

from gbv_kpi.console import to_json_text
from gbv_kpi.i18n import Language, Phrase, phrase, plural
from gbv_kpi.kpi.finding import Finding
from gbv_kpi.kpi.year_record import ReturnChange
from gbv_kpi.ledger.year import Difference
from gbv_kpi.plan import Plan
from gbv_kpi.render.formatting import MEANING, result_text
from gbv_kpi.render.listing import Cell, Columns, Listing, listing_of, on_terminal
from gbv_kpi.render.terminal_table import to_text
from gbv_kpi.render.year_record import change_words, event_record, event_sentence


def difference_to_json(difference: Difference) -> str:
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


def difference_listing(difference: Difference, language: Language) -> Listing:
    """Return a row for each return that differs; findings that differ become notes."""
    columns: Columns[ReturnChange] = (
        ("unit", phrase("Code"), lambda change: change.unit),
        ("unit_name", phrase("Unit"), lambda change: change.unit_name),
        ("change", phrase("Changed"), lambda change: _change_cell(change, difference.plan, language)),
        ("file", phrase("File"), lambda change: change.file),
    )
    title = phrase("Changes of {year}, plan {number}", year=str(difference.year), number=difference.plan.number)
    return listing_of(title, columns, difference.returns, _notes(difference, language))


def _change_cell(change: ReturnChange, plan: Plan, language: Language) -> Cell:
    if change.new_revision is None:
        return phrase("withdrawn")
    if change.old_revision is None:
        return phrase("new")
    return "\n".join(change_words(field, plan, language, with_cell=True) for field in change.changes)


def _notes(difference: Difference, language: Language) -> Iterator[Phrase]:
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
    count = len(difference.returns)
    yield plural("{count} return differs.", "{count} returns differ.", count)


def _verdict(finding: Finding | None, language: Language) -> str:
    if finding is None:
        return "–"
    meaning = language.say(MEANING[finding.status])
    return f"{result_text(finding, language)} {meaning}" if finding.status.has_rate else meaning


def difference_to_terminal(difference: Difference, language: Language) -> RenderableType:
    listing = difference_listing(difference, language)
    parts: list[RenderableType] = [to_text(listing.title, language, "bold")]
    if listing.rows:
        parts += [on_terminal(listing, language, ["unit_name", "change", "file"]), Text()]
    return Group(*parts, *(to_text(note, language) for note in listing.notes))
