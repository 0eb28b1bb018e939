"""List who has reported a year, who has not, and who was late, by the plan's units and deadlines."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from gbv_kpi.errors import UsageError
from gbv_kpi.exit_codes import ExitCode, FailOn
from gbv_kpi.kpi.year_record import Event
from gbv_kpi.ledger.entries import key_of, unit_of
from gbv_kpi.ledger.records import Entry
from gbv_kpi.plan import Plan, Unit


class Arrival(StrEnum):
    """The state of the return of a unit."""

    RECEIVED = "received"
    LATE = "late"  # received, but after the deadline
    PARTLY = "partly"  # some of its predecessors have not reported
    MISSING = "missing"
    OVERDUE = "overdue"  # missing after the deadline


@dataclass(frozen=True)
class UnitStatus:
    """One unit in one year; `entries` and `first_entries` are its last and first revisions, several after a merger."""

    unit: Unit
    arrival: Arrival
    deadline: date | None
    first_received: datetime | None  # in local time
    entries: tuple[Entry, ...]
    first_entries: tuple[Entry, ...] = ()
    withdrawn: Event | None = None  # the event that withdrew its return

    @property
    def is_received(self) -> bool:
        return self.arrival in (Arrival.RECEIVED, Arrival.LATE)


@dataclass(frozen=True)
class YearStatus:
    """The status of a year: the expected units, then others that reported."""

    plan: Plan
    year: int
    units: tuple[UnitStatus, ...]
    fail_on: FailOn = FailOn.INCOMPLETE

    @property
    def expected(self) -> tuple[UnitStatus, ...]:
        return tuple(status for status in self.units if status.unit.expected)

    @property
    def deadline(self) -> date | None:
        """Return the last deadline of the expected units."""
        return max((status.deadline for status in self.expected if status.deadline), default=None)

    @property
    def deadlines(self) -> dict[str, date]:
        """Return the deadline of each level; `all` is that of the other levels."""
        return self.plan.deadline[self.year].days if self.year in self.plan.deadline else {}

    @property
    def outstanding(self) -> tuple[UnitStatus, ...]:
        return tuple(status for status in self.expected if not status.is_received)

    @property
    def exit_code(self) -> int:
        wanted = self.fail_on is FailOn.INCOMPLETE and bool(self.outstanding)
        return ExitCode.MISSED if wanted else ExitCode.OK


def year_status(
    entries: Iterable[Entry], plan: Plan, year: int, now: datetime, fail_on: FailOn = FailOn.INCOMPLETE
) -> YearStatus:
    """Return the status of a year from all revisions of its returns; `now` has the local time zone.

    Raises `UsageError` for a year outside the plan, and for a plan without units.
    """
    plan.expect_year(year)
    if not plan.units:
        raise UsageError("The plan {plan} lists no units, so none is expected.", plan=plan.id)
    revisions_by_code: dict[str, list[Entry]] = {}
    for entry in entries:
        if unit := unit_of(plan, entry.unit, year):
            revisions_by_code.setdefault(unit.code, []).append(entry)
    units = plan.units_in(year)
    return YearStatus(
        plan,
        year,
        tuple(
            _unit_status(unit, revisions_by_code.get(unit.code, []), plan, plan.deadline_of(unit, year), now)
            for unit in sorted(units, key=lambda unit: not unit.expected)
            if unit.expected or unit.code in revisions_by_code
        ),
        fail_on,
    )


def _unit_status(unit: Unit, revisions: list[Entry], plan: Plan, deadline: date | None, now: datetime) -> UnitStatus:
    withdrawn = next((entry.withdrawn for entry in reversed(revisions) if entry.withdrawn), None)
    revisions = [entry for entry in revisions if not entry.withdrawn]
    if not revisions:
        overdue = deadline is not None and now.date() > deadline
        arrival = Arrival.OVERDUE if overdue else Arrival.MISSING
        return UnitStatus(unit, arrival, deadline, None, (), withdrawn=withdrawn)
    last = {entry.unit: entry for entry in revisions}
    # A merged return is complete when the last predecessor has sent its first return.
    firsts = {entry.unit: entry for entry in reversed(revisions)}
    first_received = max(entry.at for entry in firsts.values()).astimezone(now.tzinfo)
    if set(map(key_of, plan.predecessors(unit))) - set(last) and key_of(unit) not in last:
        arrival = Arrival.PARTLY
    elif deadline is not None and first_received.date() > deadline:
        arrival = Arrival.LATE
    else:
        arrival = Arrival.RECEIVED
    return UnitStatus(unit, arrival, deadline, first_received, tuple(last.values()), tuple(firsts.values()))
