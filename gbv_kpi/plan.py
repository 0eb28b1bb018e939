"""A plan as data: its indicators, thresholds, fields, units and words, read from a TOML file.

Numbers are read as decimals, never as binary floats. No indicator, threshold, label or unit stands in code.
"""

import tomllib
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from gbv_kpi.errors import PlanError
from gbv_kpi.language import Bilingual, phrase
from gbv_kpi.mistakes import mistakes_told
from gbv_kpi.plan_tables import Agency, Indicator, Report, ReturnField, Table, Unit, Year

__all__ = ["DEFAULT_PLAN", "Agency", "Indicator", "Plan", "Report", "ReturnField", "Unit", "load_plan"]

DEFAULT_PLAN = "ninh-binh-63-kh-ubnd"
BUILT_IN = Path(__file__).parent / "plans"


class Plan(Table):
    """Everything the tool knows of one plan."""

    format: Annotated[Literal["gbv-kpi/plan/1"], Field(alias="schema")]
    id: str
    number: str
    issued: date
    first_year: Year
    last_year: Year
    title: Bilingual
    place: Bilingual  # the province or country whose figure the sum over units is
    abbreviations: dict[str, str] = Field(default_factory=dict)
    fields: Annotated[tuple[ReturnField, ...], Field(alias="field", min_length=1)]
    indicators: Annotated[tuple[Indicator, ...], Field(alias="indicator", min_length=1)]
    units: Annotated[tuple[Unit, ...], Field(alias="unit")] = ()
    agencies: Annotated[tuple[Agency, ...], Field(alias="agency")] = ()
    task_groups: Annotated[tuple[Bilingual, ...], Field(alias="task_group")] = ()
    report: Report = Report()
    note: Bilingual | None = None  # what is not known of the plan, or not in the file
    reporting_date: dict[Year, date] = Field(default_factory=dict)
    reporting_date_reason: dict[Year, Bilingual] = Field(default_factory=dict)
    deadline: dict[Year, date] = Field(default_factory=dict)  # the last day on which the return of a year is in time

    @cached_property
    def field_by_id(self) -> dict[str, ReturnField]:
        return {field.id: field for field in self.fields}

    @cached_property
    def indicator_by_id(self) -> dict[str, Indicator]:
        return {indicator.id: indicator for indicator in self.indicators}

    @property
    def protected_fields(self) -> tuple[str, ...]:
        """The ids of the fields whose small counts may not be published."""
        return tuple(field.id for field in self.fields if field.is_protected)

    def agency(self, role: str) -> Bilingual | None:
        """The body with that role, None where the plan file names none."""
        return next((agency.name for agency in self.agencies if agency.role == role), None)

    @cached_property
    def letterhead(self) -> Report:
        """`report`, with the agencies in place of the bodies it leaves out.

        The body that leads the plan issues its report, under the one that issued the plan.
        """
        bodies = {
            "superior": self.report.superior or self.agency("issuer"),
            "issuer": self.report.issuer or self.agency("lead"),
        }
        return self.report.model_copy(update=bodies)

    def covers(self, year: int) -> bool:
        return self.first_year <= year <= self.last_year

    def reporting_day(self, year: int) -> date:
        """The day whose units the year is reported on."""
        return self.reporting_date.get(year, date(year, 12, 31))

    def units_in(self, year: int) -> tuple[Unit, ...]:
        """The units a year is reported on, expected or not."""
        day = self.reporting_day(year)
        return tuple(unit for unit in self.units if unit.exists_on(day))

    def expected_units(self, year: int) -> tuple[Unit, ...]:
        return tuple(unit for unit in self.units_in(year) if unit.expected)

    def predecessors(self, unit: Unit) -> tuple[Unit, ...]:
        """The units that were there on the eve of `unit` and have become part of it."""
        if unit.since is None:
            return ()
        eve = unit.since - timedelta(days=1)
        return tuple(
            other
            for other in self.units
            if other.merged_into == unit.code and other.exists_on(eve) and not other.exists_on(unit.since)
        )

    def successor(self, unit: Unit, year: int) -> Unit | None:
        """The unit of `year` that `unit` has been merged into, through as many mergers as it takes."""
        day = self.reporting_day(year)
        for _ in self.units:
            if unit.exists_on(day) or unit.until is None or unit.until > day:
                break
            after = unit.until
            heirs = (u for u in self.units if u.code == unit.merged_into and (u.until is None or u.until > after))
            heir = next(heirs, None)
            if heir is None:
                return None
            unit = heir
        return unit if unit.exists_on(day) else None

    @model_validator(mode="after")
    def _fields_named_exist(self) -> Self:
        known = set(self.field_by_id)
        named = {name for i in self.indicators for name in (*i.numerator, *i.denominator)}
        named |= {name for f in self.fields for name in (f.part_of, f.form_of) if name is not None}
        if unknown := sorted(named - known):
            message = phrase(
                "no field has the id {ids}; the fields are {known}",
                ids=", ".join(unknown),
                known=", ".join(sorted(known)),
            )
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _units_are_distinct(self) -> Self:
        """A code may be used again, but not by two units of the same day, and a merger leads somewhere."""
        codes = {unit.code for unit in self.units}
        if lost := sorted({u.merged_into for u in self.units if u.merged_into is not None} - codes):
            raise ValueError(phrase("no unit has the code {codes}, into which others merge", codes=", ".join(lost)))
        for year in range(self.first_year, self.last_year + 1):
            present = Counter(unit.code for unit in self.units_in(year))
            if twice := sorted(code for code, count in present.items() if count > 1):
                message = phrase("two units have the code {code} in {year}", code=twice[0], year=str(year))
                raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        for kind, ids in (("field", [f.id for f in self.fields]), ("indicator", [i.id for i in self.indicators])):
            if twice := sorted({name for name in ids if ids.count(name) > 1}):
                raise ValueError(phrase("{kind} {ids} stands twice", kind=kind, ids=", ".join(twice)))
        return self


def load_plan(plan: str | Path = DEFAULT_PLAN) -> Plan:
    """The plan with that id among the built-in ones, or the plan file at that path.

    Raises `PlanError` for a plan that is missing, unreadable or contradicts itself.

    >>> load_plan().number
    '63/KH-UBND'
    """
    built_in = BUILT_IN / f"{plan}.toml"
    source = built_in if built_in.is_file() else Path(plan)
    try:
        content = tomllib.loads(source.read_text("utf-8-sig"), parse_float=Decimal)  # Notepad writes a mark in front
        return Plan.model_validate(content)
    except OSError as error:
        raise PlanError(
            phrase("There is no plan {plan}: neither a built-in plan nor a file.", plan=str(plan))
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PlanError(
            phrase("The plan file {plan} is not TOML: {reason}.", plan=str(plan), reason=str(error))
        ) from error
    except ValidationError as error:
        raise PlanError(
            phrase(
                "The plan file {plan} has mistakes: {mistakes}.",
                plan=str(plan),
                mistakes=mistakes_told(error, Plan, content),
            )
        ) from error
