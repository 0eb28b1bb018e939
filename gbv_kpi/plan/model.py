"""Model a plan: its indicators, thresholds, fields, units and words, which are data and never code."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from gbv_kpi.errors import UsageError
from gbv_kpi.i18n import Bilingual
from gbv_kpi.plan.tables import Agency, Deadlines, Indicator, Report, ReturnField, Table, TaskGroup, Unit, Year


class Letterhead(NamedTuple):
    """The bodies and words around an official report of one day; None or empty if the plan lacks them."""

    superior: Bilingual | None
    issuer: Bilingual | None
    issuer_short: str
    place: Bilingual | None
    addressed_to: tuple[Bilingual, ...]
    recipients: tuple[Bilingual, ...]
    signatory: tuple[Bilingual, ...]


class Plan(Table):
    """Everything the tool knows of one plan."""

    format: Annotated[Literal["gbv-kpi/plan/1"], Field(alias="schema")]
    id: str
    number: str
    issued: date | None = None  # None if the day is unknown
    first_year: Year
    last_year: Year
    title: Bilingual
    place: Bilingual  # the province or country that the units add up to
    fields_from: str | None = None  # another plan, by id or file, to take fields and abbreviations from
    units_file: str | None = None  # a CSV of units next to the plan file
    abbreviations: dict[str, str] = Field(default_factory=dict)
    fields: Annotated[tuple[ReturnField, ...], Field(alias="field", min_length=1)]
    all_indicators: Annotated[tuple[Indicator, ...], Field(alias="indicator", min_length=1)]
    units: Annotated[tuple[Unit, ...], Field(alias="unit")] = ()
    agencies: Annotated[tuple[Agency, ...], Field(alias="agency")] = ()
    task_groups: Annotated[tuple[TaskGroup, ...], Field(alias="task_group")] = ()
    report: Report = Report()
    note: Bilingual | None = None  # what is unknown about the plan, or missing in the file
    reporting_date: dict[Year, date] = Field(default_factory=dict)
    reporting_date_reason: dict[Year, Bilingual] = Field(default_factory=dict)
    deadline: dict[Year, Deadlines] = Field(default_factory=dict)  # the last day for the returns of a year

    @cached_property
    def field_by_id(self) -> dict[str, ReturnField]:
        return {field.id: field for field in self.fields}

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """Return the indicators that the plan judges."""
        return tuple(indicator for indicator in self.all_indicators if not indicator.is_monitored)

    @cached_property
    def monitored(self) -> tuple[Indicator, ...]:
        """Return the figures that the plan follows without judging them."""
        return tuple(indicator for indicator in self.all_indicators if indicator.is_monitored)

    @cached_property
    def indicator_by_id(self) -> dict[str, Indicator]:
        return {indicator.id: indicator for indicator in self.all_indicators}

    def base_years(self, year: int) -> set[int]:
        """Return the other years that the changes of a year are counted from."""
        return {i.base_of(year) for i in self.all_indicators if i.measure == "change"} - {year}

    @property
    def protected_fields(self) -> tuple[str, ...]:
        """Return the ids of fields with counts that may not be published if small."""
        return tuple(field.id for field in self.fields if field.is_protected)

    def agency(self, role: str, day: date) -> Agency | None:
        """Return the body with a role on a day, or None."""
        return next((agency for agency in self.agencies if agency.role == role and agency.exists_on(day)), None)

    def letterhead(self, day: date) -> Letterhead:
        """Return the words of `report`, completed with the agencies of that day.

        The lead agency issues the report, under the body that issued the plan.
        """
        report, lead, superior = self.report, self.agency("lead", day), self.agency("issuer", day)
        bodies = [
            agency.name if (agency := self.agency(body.role, day)) else Bilingual(body.vi, body.en)
            for body in report.addressed_to
        ]
        return Letterhead(
            report.superior or (superior.name if superior else None),
            report.issuer or (lead.name if lead else None),
            report.issuer_short or (lead.short if lead and not report.issuer else ""),
            report.place,
            tuple(body for body in bodies if body.vi),
            report.recipients,
            report.signatory,
        )

    def deadline_of(self, unit: Unit, year: int) -> date | None:
        """Return the last day on which the return of a unit is in time, or None."""
        days = self.deadline[year].days if year in self.deadline else {}
        return days.get(unit.reporting_level or "all") or days.get("all")

    def covers(self, year: int) -> bool:
        return self.first_year <= year <= self.last_year

    def expect_year(self, year: int) -> None:
        """Raise `UsageError` for a year outside the plan."""
        if not self.covers(year):
            bounds = {"first": str(self.first_year), "last": str(self.last_year)}
            raise UsageError("{year} is outside the plan, which runs from {first} to {last}.", year=str(year), **bounds)

    def reporting_day(self, year: int) -> date:
        """Return the day that decides which units report on the year."""
        return self.reporting_date.get(year, date(year, 12, 31))

    @cached_property
    def _changes(self) -> list[tuple[date, bool]]:
        """Return the days on which units begin, and those after which they end."""
        days = {(unit.since, False) for unit in self.units} | {(unit.until, True) for unit in self.units}
        return sorted((day, is_last) for day, is_last in days if day)

    def era(self, year: int) -> int:
        """Return the number of changes by the reporting day: years with equal eras have equal units."""
        return bisect_right(self._changes, (self.reporting_day(year), False))

    @cached_property
    def units_by_era(self) -> Mapping[int, Mapping[str, Unit]]:
        """Return the units of each era of the plan's years, by code."""
        days = {self.era(year): self.reporting_day(year) for year in range(self.first_year, self.last_year + 1)}
        return {era: self._units_on(day) for era, day in days.items()}

    def _units_on(self, day: date) -> Mapping[str, Unit]:
        return {unit.code: unit for unit in self.units if unit.exists_on(day)}

    def units_in(self, year: int) -> tuple[Unit, ...]:
        """Return the units that exist on the reporting day, expected or not."""
        units = self.units_by_era.get(self.era(year))
        if units is None:  # a year outside the plan
            units = self._units_on(self.reporting_day(year))
        return tuple(units.values())

    def unit_in(self, year: int, code: str) -> Unit:
        """Return the unit with that code in a year of the plan; a plan without units takes any."""
        return self.units_by_era[self.era(year)][code] if self.units else Unit(code=code, name=code)

    def unit_name(self, year: int, code: str) -> str:
        """Return the name that a code has in a year, or else the code."""
        unit = self.units_by_era.get(self.era(year), {}).get(code)
        return unit.name if unit else code

    def expected_units(self, year: int) -> tuple[Unit, ...]:
        return tuple(unit for unit in self.units_in(year) if unit.expected)

    @cached_property
    def units_by_code(self) -> Mapping[str, Sequence[Unit]]:
        """Return the successive units with each code, in the order of the plan file."""
        return self._grouped("code")

    @cached_property
    def units_by_heir(self) -> Mapping[str, Sequence[Unit]]:
        """Return the merged units, by the code of their heir."""
        return self._grouped("merged_into")

    def _grouped(self, key: str) -> Mapping[str, Sequence[Unit]]:
        groups: dict[str, list[Unit]] = defaultdict(list)
        for unit in self.units:
            groups[getattr(unit, key)].append(unit)
        return dict(groups)

    def predecessors(self, unit: Unit) -> tuple[Unit, ...]:
        """Return the units that existed on the eve of `unit` and have become part of it."""
        if unit.since is None or unit.since == date.min:
            return ()
        eve = unit.since - timedelta(days=1)
        merged = self.units_by_heir.get(unit.code, ())
        return tuple(other for other in merged if other.exists_on(eve) and not other.exists_on(unit.since))

    def successor(self, unit: Unit, year: int) -> Unit | None:
        """Return the unit of `year` that `unit` has been merged into, through any number of mergers."""
        day = self.reporting_day(year)
        for _ in self.units:
            if unit.exists_on(day) or unit.until is None or unit.until > day:
                break
            after = unit.until
            heirs = self.units_by_code.get(unit.merged_into or "", ())
            heir = next((u for u in heirs if u.until is None or u.until > after), None)
            if heir is None:
                return None
            unit = heir
        return unit if unit.exists_on(day) else None
