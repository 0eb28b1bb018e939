"""Trace figures to their origin: the revisions of a return, and the cells behind a rate."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import groupby

from gbv_kpi.errors import UsageError
from gbv_kpi.i18n import phrase
from gbv_kpi.kpi.engine import evaluate
from gbv_kpi.kpi.finding import Finding
from gbv_kpi.kpi.year_record import Event
from gbv_kpi.ledger.entries import Revision, changes_between, key_of, latest, returns_from, unit_finder
from gbv_kpi.ledger.records import Entry, UnitKey
from gbv_kpi.plan import Indicator, Plan, Unit
from gbv_kpi.reading.units import UnitDirectory


@dataclass(frozen=True, slots=True)
class Count:
    """A count in the sum of a numerator or denominator, and its return."""

    field: str
    value: int | None  # None if the return leaves it blank
    cell: str | None
    entry: Entry


@dataclass(frozen=True, slots=True)
class Trace:
    """A finding, and the counts that its numerator and denominator add up."""

    plan: Plan
    finding: Finding
    numerator: tuple[Count, ...]
    denominator: tuple[Count, ...]
    notes: tuple[Event, ...] = ()  # on the returns of these counts


def revisions(entries: Iterable[Entry]) -> Iterator[Revision]:
    """Yield every revision with what it changed; `entries` are all revisions in the ledger's order."""
    for _, return_entries in groupby(entries, key=lambda entry: (entry.year, entry.unit)):
        previous: Entry | None = None
        for entry in return_entries:
            yield Revision(entry, changes_between(previous.figures, entry.figures) if previous else ())
            previous = entry


def keys_named(plan: Plan, name: str, year: int | None) -> set[UnitKey]:
    """Return the units with a name or code in that year, or in any year of the plan.

    Raises `UsageError` if there is none.
    """
    if not plan.units:
        return {UnitKey(name.strip(), "")}
    directory = UnitDirectory(plan)
    years = [year] if year is not None else range(plan.first_year, plan.last_year + 1)
    found = {key_of(match.named) for each_year in years if (match := directory.in_year(each_year).find(name))}
    if not found:
        raise UsageError(directory.in_year(years[-1]).not_found(name, years[-1]))
    return found


def unit_named(plan: Plan, name: str, year: int) -> Unit:
    """Return the unit with a name or code in a year. Raises `UsageError` if there is none."""
    names = UnitDirectory(plan).in_year(year)
    found = names.find(name)
    if found is None:
        raise UsageError(names.not_found(name, year))
    return found.unit


def trace(
    entries: Iterable[Entry],
    plan: Plan,
    indicator_id: str,
    unit: Unit | None,
    year: int,
    events: Iterable[Event] = (),
) -> Trace:
    """Trace the finding of an indicator, for a unit or (None) the province, to its cells.

    Raises `UsageError` for an unknown indicator, and if the ledger has no such return.
    """
    indicator = plan.indicator_by_id.get(indicator_id)
    if indicator is None:
        known = ", ".join(get_close_matches(indicator_id, plan.indicator_by_id) or plan.indicator_by_id)
        raise UsageError(
            phrase("The plan has no indicator {id}; its indicators are {known}.", id=indicator_id, known=known)
        )
    current = latest(entry for entry in entries if entry.year == year)
    findings = evaluate(returns_from(current, plan), plan).findings
    code = unit.code if unit else None
    finding = next((f for f in findings if (f.indicator, f.unit, f.year) == (indicator.id, code, year)), None)
    if finding is None:
        place = unit.name if unit else plan.place
        raise UsageError(phrase("The ledger has no return of {unit} for {year}.", unit=place, year=str(year)))
    numerator, denominator = _counts(current, plan, indicator, findings, unit, year)
    counted = {count.entry.unit for count in (*numerator, *denominator)}
    notes = (event for event in events if event.kind == "note" and (event.unit, event.since) in counted)
    return Trace(plan, finding, numerator, denominator, tuple(notes))


def _counts(
    entries: Iterable[Entry],
    plan: Plan,
    indicator: Indicator,
    findings: Iterable[Finding],
    unit: Unit | None,
    year: int,
) -> tuple[tuple[Count, ...], tuple[Count, ...]]:
    """Return the counts behind a finding; the province's includes only units that give both sides."""
    counted = {finding.unit for finding in findings if finding.indicator == indicator.id and finding.is_known}
    wanted = counted if unit is None else {unit.code}
    find_unit = unit_finder(plan)
    counted_entries = [e for e in entries if (heir := find_unit(e.unit, year)) and heir.code in wanted]
    numerator, denominator = (
        tuple(_count(entry, field) for entry in counted_entries for field in fields)
        for fields in (indicator.numerator, indicator.denominator)
    )
    return numerator, denominator


def _count(entry: Entry, field: str) -> Count:
    figure = entry.figures.get(field)
    return Count(field, figure.value, figure.cell, entry) if figure else Count(field, None, None, entry)
