"""Render returns as received, overdue or missing: as a list, on a terminal, and as JSON `gbv-kpi/status/1`."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC

from rich.console import Group, RenderableType
from rich.text import Text

from gbv_kpi.console import to_json_text
from gbv_kpi.i18n import Language, Phrase, phrase, plural
from gbv_kpi.ledger.records import Entry
from gbv_kpi.ledger.status import Arrival, UnitStatus, YearStatus
from gbv_kpi.render.json import attributes, unit_records
from gbv_kpi.render.listing import Coded, Columns, Listing, listing_of, on_terminal
from gbv_kpi.render.table import styled
from gbv_kpi.render.year_record import event_record, event_sentence

SHOWN_UNITS = 200
LOOKS = {
    Arrival.RECEIVED: ("✓", phrase("received"), "green"),
    Arrival.LATE: ("✓", phrase("late"), "yellow"),
    Arrival.PARTLY: ("◐", phrase("only part of it"), "yellow"),
    Arrival.MISSING: ("?", phrase("missing"), "yellow"),
    Arrival.OVERDUE: ("✗", phrase("overdue"), "bold red"),
}
DEADLINES = {
    "all": phrase("The deadline of {year} is {day}."),
    "commune": phrase("The communes' deadline of {year} is {day}."),
    "district": phrase("The districts' deadline of {year} is {day}."),
    "department": phrase("The department's own deadline of {year} is {day}."),
}


def status_to_json(status: YearStatus) -> str:
    expected, outstanding = len(status.expected), [unit.unit for unit in status.outstanding]
    coverage = {"year": status.year, "expected": expected, "received": expected - len(outstanding)}
    return to_json_text(
        {
            "schema": "gbv-kpi/status/1",
            "plan": status.plan.id,
            **attributes(status, "year", "deadline"),
            "deadlines": {level: day.isoformat() for level, day in status.deadlines.items()},
            "coverage": [{**coverage, "missing": unit_records(outstanding)}],
            "units": list(map(_unit_record, status.units)),
            "exit_code": status.exit_code,
        }
    )


def _unit_record(status: UnitStatus) -> dict[str, object]:
    received = status.first_received
    return {
        "unit": status.unit.code,
        "unit_name": status.unit.name,
        "expected": status.unit.expected,
        "status": status.arrival,
        "deadline": status.deadline.isoformat() if status.deadline else None,
        "withdrawn": event_record(status.withdrawn),
        "first_received": received.astimezone(UTC).isoformat() if received else None,
        "returns": [
            {
                "unit": entry.unit.code,
                **attributes(entry, "unit_name", "revision", "file", "sha256", "at"),
                "by": entry.who,
            }
            for entry in status.entries
        ],
    }


def status_listing(status: YearStatus) -> Listing:
    """Return a row for each unit, with its first file and its last revision."""
    columns: Columns[UnitStatus] = (
        ("unit", phrase("Code"), lambda unit: unit.unit.code),
        ("unit_name", phrase("Unit"), lambda unit: unit.unit.name),
        ("status", phrase("Return"), lambda unit: _arrival(unit.arrival)),
        ("deadline", phrase("Deadline"), lambda unit: unit.deadline),
        ("first_received", phrase("First received"), lambda unit: unit.first_received),
        ("first_file", phrase("First file"), lambda unit: _files(unit.first_entries)),
        ("revision", phrase("Revision"), lambda unit: ", ".join(str(entry.revision) for entry in unit.entries)),
        ("last_received", phrase("Corrected"), lambda unit: max((e.at for e in _corrections(unit)), default=None)),
        ("last_file", phrase("Corrected file"), lambda unit: _files(_corrections(unit))),
    )
    title = phrase("Plan {number}, year {year}", number=status.plan.number, year=str(status.year))
    return listing_of(title, columns, status.units, _notes(status))


def _arrival(arrival: Arrival) -> Coded:
    mark, words, style = LOOKS[arrival]
    return Coded(str(arrival), phrase("{mark} {status}", mark=mark, status=words), style)


def _corrections(status: UnitStatus) -> list[Entry]:
    return [entry for entry in status.entries if entry.revision > 1]


def _files(entries: Iterable[Entry]) -> str:
    return ", ".join(dict.fromkeys(entry.file for entry in entries))


def _notes(status: YearStatus) -> Iterator[Phrase]:
    year = str(status.year)
    for unit in status.units:
        if unit.withdrawn:
            yield event_sentence(unit.withdrawn)
    for level, day in status.deadlines.items():
        yield phrase(DEADLINES[level].wording, year=year, day=day.strftime("%d/%m/%Y"))
    if not status.deadlines:
        yield phrase("The plan sets no deadline for {year}.", year=year)
    late = sum(unit.arrival is Arrival.LATE for unit in status.expected)
    expected = len(status.expected)
    count = phrase(
        "{year}: {received} of {expected} units have reported.",
        year=year,
        received=expected - len(status.outstanding),
        expected=expected,
    )
    if not status.deadlines:
        yield count
    elif late:
        yield plural("{units} {count} of them was late.", "{units} {count} of them were late.", late, units=count)
    else:
        yield phrase("{units} None of them was late.", units=count)


def status_to_terminal(status: YearStatus, language: Language) -> RenderableType:
    """Return a row for each unit, only outstanding ones where there are many, and the count last."""
    is_short = len(status.units) <= SHOWN_UNITS
    shown = status if is_short else replace(status, units=status.outstanding[:SHOWN_UNITS])
    names = ["unit_name", "status", "first_received", "first_file", "revision"]
    if any(map(_corrections, shown.units)):
        names += ["last_received", "last_file"]
    listing = status_listing(status)
    *deadlines, count = listing.notes
    parts: list[RenderableType] = [styled(listing.title, language, "bold")]
    parts += [on_terminal(status_listing(shown), language, names), Text()]
    parts += [styled(note, language) for note in deadlines]
    return Group(*parts, styled(count, language, "bold yellow" if status.outstanding else "bold green"))
