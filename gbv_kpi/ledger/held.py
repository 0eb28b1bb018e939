"""Entries as returns: the last revision of each, as if read from its file."""

from collections.abc import Iterable, Sequence

from gbv_kpi.counts import Lines, Names, places_in_order, whole
from gbv_kpi.errors import LedgerError
from gbv_kpi.i18n import phrase
from gbv_kpi.ledger.entries import Entry
from gbv_kpi.ledger.units import UnitsByKey
from gbv_kpi.plan import Plan, Unit
from gbv_kpi.returns.collect import FileRead, Returns


def latest(entries: Iterable[Entry]) -> list[Entry]:
    """The last revision of each return."""
    return list({(entry.year, entry.unit): entry for entry in entries}.values())


def returns_from(entries: Sequence[Entry], plan: Plan) -> Returns:
    """The returns these entries hold, rolled up to the units of their years, as `read_returns` gives them."""
    units = UnitsByKey(plan)
    return returns_under(
        [(_heir(units.in_year(entry.unit, entry.year), entry, plan), entry) for entry in entries], plan
    )


def returns_under(entries: Sequence[tuple[str, Entry]], plan: Plan) -> Returns:
    """The same, each under the code of the unit it is to count for."""
    unit, units = places_in_order(Names(code for code, _ in entries))
    named, names = places_in_order(Names(entry.unit_name for _, entry in entries))
    values = [entry.values for _, entry in entries]
    counts = {field: whole(value.get(field) for value in values) for field in plan.field_by_id}
    lines = Lines(whole(entry.year for _, entry in entries), unit, named, counts, units, names)
    return Returns(lines, (), _files(entry for _, entry in entries), frozenset())


def _heir(unit: Unit | None, entry: Entry, plan: Plan) -> str:
    if unit is None:
        message = phrase(
            "The ledger has a return of {unit} for {year}, but the plan {plan} has no such unit then.",
            unit=entry.unit_name,
            year=str(entry.year),
            plan=plan.id,
        )
        raise LedgerError(message)
    return unit.code


def _files(entries: Iterable[Entry]) -> tuple[FileRead, ...]:
    """The files the entries came from, with how many each gave."""
    given: dict[tuple[str, str], int] = {}
    for entry in entries:
        given[entry.file, entry.sha256] = given.get((entry.file, entry.sha256), 0) + 1
    return tuple(FileRead(file, sha256, None, count) for (file, sha256), count in given.items())
