"""Who has reported a year: as a list, on a terminal, and as JSON, schema `gbv-kpi/status/1`."""

from collections.abc import Iterator, Sequence
from datetime import UTC

from rich.console import Group, RenderableType
from rich.text import Text

from gbv_kpi.console import to_json_text
from gbv_kpi.i18n import Language, Phrase, phrase, plural
from gbv_kpi.ledger.records import Entry
from gbv_kpi.ledger.status import Arrival, UnitStatus, YearStatus
from gbv_kpi.render.listing import Cell, Coded, Listing, on_terminal
from gbv_kpi.render.terminal_text import said
from gbv_kpi.render.year_record import event_record, event_sentence

SHOWN_UNITS = 200
WORDS = {
    Arrival.RECEIVED: phrase("received"),
    Arrival.LATE: phrase("late"),
    Arrival.PARTLY: phrase("only part of it"),
    Arrival.MISSING: phrase("missing"),
    Arrival.OVERDUE: phrase("overdue"),
}
MARK = {Arrival.RECEIVED: "✓", Arrival.LATE: "✓", Arrival.PARTLY: "◐", Arrival.MISSING: "?", Arrival.OVERDUE: "✗"}
DEADLINES = {
    "all": phrase("The deadline of {year} is {day}."),
    "commune": phrase("The communes' deadline of {year} is {day}."),
    "district": phrase("The districts' deadline of {year} is {day}."),
    "department": phrase("The department's own deadline of {year} is {day}."),
}
STYLE = {
    Arrival.RECEIVED: "green",
    Arrival.LATE: "yellow",
    Arrival.PARTLY: "yellow",
    Arrival.MISSING: "yellow",
    Arrival.OVERDUE: "bold red",
}


def status_to_json(status: YearStatus) -> str:
    """The same in every language."""
    outstanding = [{"code": one.unit.code, "name": one.unit.name} for one in status.outstanding]
    return to_json_text(
        {
            "schema": "gbv-kpi/status/1",
            "plan": status.plan.id,
            "year": status.year,
            "deadline": status.deadline.isoformat() if status.deadline else None,
            "deadlines": {level: day.isoformat() for level, day in status.deadlines.items()},
            "coverage": [
                {
                    "year": status.year,
                    "expected": len(status.expected),
                    "received": len(status.expected) - len(outstanding),
                    "missing": outstanding,
                }
            ],
            "units": [_unit_record(one) for one in status.units],
            "exit_code": status.exit_code,
        }
    )


def _unit_record(status: UnitStatus) -> dict[str, object]:
    return {
        "unit": status.unit.code,
        "unit_name": status.unit.name,
        "expected": status.unit.expected,
        "status": str(status.arrival),
        "deadline": status.deadline.isoformat() if status.deadline else None,
        "withdrawn": event_record(status.withdrawn) if status.withdrawn else None,
        "first_received": status.first_received.astimezone(UTC).isoformat() if status.first_received else None,
        "returns": [
            {
                "unit": entry.unit.code,
                "unit_name": entry.unit_name,
                "revision": entry.revision,
                "file": entry.file,
                "sha256": entry.sha256,
                "at": entry.at.isoformat(),
                "by": entry.who,
            }
            for entry in status.entries
        ],
    }


def status_listing(status: YearStatus) -> Listing:
    """Return a row for each unit, with its first file and its last revision."""
    columns = (
        ("unit", phrase("Code")),
        ("unit_name", phrase("Unit")),
        ("status", phrase("Return")),
        ("deadline", phrase("Deadline")),
        ("first_received", phrase("First received")),
        ("first_file", phrase("First file")),
        ("revision", phrase("Revision")),
        ("last_received", phrase("Corrected")),
        ("last_file", phrase("Corrected file")),
    )
    title = phrase("Plan {number}, year {year}", number=status.plan.number, year=str(status.year))
    return Listing(title, columns, [_row(one) for one in status.units], tuple(_notes(status)))


def _row(status: UnitStatus) -> list[Cell]:
    corrected = [entry for entry in status.entries if entry.revision > 1]
    return [
        status.unit.code,
        status.unit.name,
        Coded(
            str(status.arrival),
            phrase("{mark} {status}", mark=MARK[status.arrival], status=WORDS[status.arrival]),
            STYLE[status.arrival],
        ),
        status.deadline,
        status.first_received,
        _files(status.first_entries),
        ", ".join(str(entry.revision) for entry in status.entries),
        max((entry.at for entry in corrected), default=None),
        _files(corrected),
    ]


def _files(entries: Sequence[Entry]) -> str:
    return ", ".join(dict.fromkeys(entry.file for entry in entries))


def status_to_terminal(status: YearStatus, language: Language) -> RenderableType:
    """Return a row for each unit, those outstanding only where there are many, and the count last."""
    return Group(*_parts(status, language))


def _parts(status: YearStatus, language: Language) -> Iterator[RenderableType]:
    listing = status_listing(status)
    shown = status.units if len(status.units) <= SHOWN_UNITS else status.outstanding[:SHOWN_UNITS]
    rows = [_row(one) for one in shown]
    names = ["unit_name", "status", "first_received", "first_file", "revision"]
    if any(row[-2] for row in rows):
        names += ["last_received", "last_file"]
    yield said(listing.title, language, "bold")
    yield on_terminal(Listing(listing.title, listing.columns, rows), language, names)
    yield Text()
    *deadlines, count = listing.notes
    for sentence in deadlines:
        yield said(sentence, language)
    yield said(count, language, "bold yellow" if status.outstanding else "bold green")


def _notes(status: YearStatus) -> Iterator[Phrase]:
    for withdrawn in (one.withdrawn for one in status.units if one.withdrawn):
        yield event_sentence(withdrawn)
    for level, day in status.deadlines.items():
        yield phrase(DEADLINES[level].wording, year=str(status.year), day=day.strftime("%d/%m/%Y"))
    if not status.deadlines:
        yield phrase("The plan sets no deadline for {year}.", year=str(status.year))
    late = sum(one.arrival is Arrival.LATE for one in status.expected)
    count = phrase(
        "{year}: {received} of {expected} units have reported.",
        year=str(status.year),
        received=len(status.expected) - len(status.outstanding),
        expected=len(status.expected),
    )
    if not status.deadlines:
        yield count
    elif late:
        yield plural("{units} {count} of them was late.", "{units} {count} of them were late.", late, units=count)
    else:
        yield phrase("{units} None of them was late.", units=count)
