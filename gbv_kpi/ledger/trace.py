"""Follow figures to where they come from: the revisions of a return, and the cells behind a rate."""

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
    """A count that a numerator or denominator adds up, and the return that has it."""

    field: str
    value: int | None  # None where the return leaves it blank
    cell: str | None
    entry: Entry


@dataclass(frozen=True, slots=True)
class Trace:
    """A finding, and the counts its numerator and denominator are the sums of."""

    plan: Plan
    finding: Finding
    numerator: tuple[Count, ...]
    denominator: tuple[Count, ...]
    notes: tuple[Event, ...] = ()  # on the returns they are of


def revisions(entries: Iterable[Entry]) -> Iterator[Revision]:
    """Yield every revision with what it changed; `entries` are all revisions in the ledger's order."""
    for _, of_return in groupby(entries, key=lambda entry: (entry.year, entry.unit)):
        before: Entry | None = None
        for entry in of_return:
            yield Revision(entry, changes_between(before.figures, entry.figures) if before else ())
            before = entry


def keys_named(plan: Plan, name: str, year: int | None) -> set[UnitKey]:
    """Return the units that a name or code means in that year, or in any year of the plan.

    Raises `UsageError` where it means none.
    """
    if not plan.units:
        return {UnitKey(name.strip(), "")}
    directory = UnitDirectory(plan)
    years = [year] if year is not None else range(plan.first_year, plan.last_year + 1)
    found = {key_of(named.named) for one in years if (named := directory.in_year(one).find(name))}
    if not found:
        raise UsageError(directory.in_year(years[-1]).not_found(name, years[-1]))
    return found


def unit_named(plan: Plan, name: str, year: int) -> Unit:
    """Return the unit of that year which a name or code means. Raises `UsageError` where it means none."""
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
    """Follow the finding of an indicator, for a unit or for the province where `unit` is None, down to the cells.

    Raises `UsageError` for an indicator that the plan lacks, and where the ledger has no such return.
    """
    indicator = plan.indicator_by_id.get(indicator_id)
    if indicator is None:
        known = ", ".join(get_close_matches(indicator_id, plan.indicator_by_id) or plan.indicator_by_id)
        raise UsageError(
            phrase("The plan has no indicator {id}; its indicators are {known}.", id=indicator_id, known=known)
        )
    of_year = latest(entry for entry in entries if entry.year == year)
    findings = evaluate(returns_from(of_year, plan), plan).findings
    code = unit.code if unit else None
    finding = next((f for f in findings if (f.indicator, f.unit, f.year) == (indicator.id, code, year)), None)
    if finding is None:
        place = unit.name if unit else plan.place
        raise UsageError(phrase("The ledger has no return of {unit} for {year}.", unit=place, year=str(year)))
    numerator, denominator = _counts(of_year, plan, indicator, findings, unit, year)
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
    """Return the counts behind a finding: in the province's only those of units that give both sides."""
    counted = {finding.unit for finding in findings if finding.indicator == indicator.id and finding.is_known}
    wanted = counted if unit is None else {unit.code}
    units = unit_finder(plan)
    behind = [e for e in entries if (heir := units(e.unit, year)) and heir.code in wanted]
    numerator, denominator = (
        tuple(_count(entry, field) for entry in behind for field in fields)
        for fields in (indicator.numerator, indicator.denominator)
    )
    return numerator, denominator


def _count(entry: Entry, field: str) -> Count:
    figure = entry.figures.get(field)
    return Count(field, figure.value, figure.cell, entry) if figure else Count(field, None, None, entry)
