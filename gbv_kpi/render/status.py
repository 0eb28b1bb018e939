"""Who has reported a year: for a person, and as JSON, schema `gbv-kpi/status/1`."""

from collections.abc import Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gbv_kpi.console import escape_controls, to_json_text
from gbv_kpi.i18n import Language, phrase
from gbv_kpi.ledger.status import Arrival, UnitStatus, YearStatus

SHOWN_UNITS = 200
WORDS = {
    Arrival.RECEIVED: phrase("received"),
    Arrival.LATE: phrase("late"),
    Arrival.PARTLY: phrase("only a part of it"),
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
        "first_received": status.first_received.isoformat() if status.first_received else None,
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


def status_to_terminal(status: YearStatus, language: Language) -> RenderableType:
    """A row for each unit, those outstanding first where there are many, and the count last."""
    return Group(*_parts(status, language))


def _parts(status: YearStatus, language: Language) -> Iterator[RenderableType]:
    title = phrase("Plan {number}, year {year}", number=status.plan.number, year=str(status.year))
    yield Text(escape_controls(language.say(title)), "bold")
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)
    for heading in (phrase("Unit"), phrase("Return"), phrase("First received"), phrase("Revision"), phrase("File")):
        table.add_column(language.say(heading), overflow="fold")
    shown = status.units if len(status.units) <= SHOWN_UNITS else status.outstanding[:SHOWN_UNITS]
    for one in shown:
        table.add_row(
            escape_controls(one.unit.name),
            Text(f"{MARK[one.arrival]} {language.say(WORDS[one.arrival])}", STYLE[one.arrival]),
            one.first_received.strftime("%d/%m/%Y %H:%M") if one.first_received else "",
            ", ".join(str(entry.revision) for entry in one.entries),
            escape_controls(", ".join(dict.fromkeys(entry.file for entry in one.entries))),
        )
    yield table
    yield Text()
    for level, day in status.deadlines.items():
        wording = DEADLINES[level].wording
        yield Text(language.say(phrase(wording, year=str(status.year), day=day.strftime("%d/%m/%Y"))))
    count = phrase(
        "{year}: {received} of {expected} units have reported; {late} of them late.",
        year=str(status.year),
        received=len(status.expected) - len(status.outstanding),
        expected=len(status.expected),
        late=sum(one.arrival is Arrival.LATE for one in status.expected),
    )
    yield Text(language.say(count), "bold yellow" if status.outstanding else "bold green")
