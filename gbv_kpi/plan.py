"""A plan as data: its indicators, thresholds, fields, units and words, read from a TOML file.

The models refuse a key they do not know, so a misspelt key cannot be overlooked. Numbers are read
as decimals, never as binary floats. No indicator, threshold, label or unit stands in code.
"""

import tomllib
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gbv_kpi.errors import PlanError
from gbv_kpi.language import Bilingual, phrase
from gbv_kpi.mistakes import mistakes_told
from gbv_kpi.thresholds import Comparator, Measure, Threshold

__all__ = ["DEFAULT_PLAN", "Agency", "Indicator", "Plan", "ReturnField", "ThresholdEntry", "Unit", "load_plan"]

DEFAULT_PLAN = "ninh-binh-63-kh-ubnd"
BUILT_IN = Path(__file__).parent / "plans"
Year = Annotated[int, Field(ge=1900, le=2200)]


class _Table(BaseModel):
    """A table of a plan file: frozen, and a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ReturnField(_Table):
    """A whole number ≥ 0 that every return gives (`optional`: may give)."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    label: Bilingual
    header: dict[Literal["vi", "en"], tuple[str, str]] = {}  # the two levels of an official table
    aliases: tuple[str, ...] = ()
    counts: Literal["people", "cases", "places"]
    part_of: str | None = None  # never larger than this field
    optional: bool = False
    form_of: str | None = None  # one of several forms of this field; a case may get several


class ThresholdEntry(_Table):
    """A threshold in force from a year until a later one; exactly one comparison."""

    from_year: Annotated[Year, Field(alias="from")]
    at_least: Decimal | None = None
    above: Decimal | None = None
    at_most: Decimal | None = None
    below: Decimal | None = None
    note: Bilingual | None = None

    @property
    def _bounds(self) -> dict[Comparator, Decimal]:
        bounds: dict[Comparator, Decimal | None] = {
            ">=": self.at_least,
            ">": self.above,
            "<=": self.at_most,
            "<": self.below,
        }
        return {comparator: bound for comparator, bound in bounds.items() if bound is not None}

    @model_validator(mode="after")
    def _one_comparison(self) -> Self:
        if len(self._bounds) != 1:
            raise ValueError(phrase("give exactly one of at_least, above, at_most, below"))
        return self

    def threshold(self, measure: Measure) -> Threshold:
        ((comparator, bound),) = self._bounds.items()
        return Threshold(self.from_year, comparator, bound, measure)


class Indicator(_Table):
    """Numerator fields over denominator fields, held against the plan's thresholds."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    title: Bilingual
    quote: str  # the plan's own words
    noun: Bilingual | None = None  # what the numerator counts: "schools"
    caveat: Bilingual | None = None
    numerator: Annotated[tuple[str, ...], Field(min_length=1)]
    denominator: Annotated[tuple[str, ...], Field(min_length=1)]
    measure: Measure = "percent"
    entries: Annotated[tuple[ThresholdEntry, ...], Field(alias="thresholds", min_length=1)]

    @model_validator(mode="after")
    def _one_threshold_a_year(self) -> Self:
        years = [entry.from_year for entry in self.entries]
        if twice := sorted({year for year in years if years.count(year) > 1}):
            raise ValueError(phrase("two thresholds start in {year}", year=str(twice[0])))
        return self

    @cached_property
    def thresholds(self) -> tuple[Threshold, ...]:
        """By the year they come into force."""
        entries = sorted(self.entries, key=lambda entry: entry.from_year)
        return tuple(entry.threshold(self.measure) for entry in entries)

    def threshold_in(self, year: int) -> Threshold | None:
        """The threshold in force: the one with the latest year not after `year`; None before the first."""
        return next((t for t in reversed(self.thresholds) if t.since <= year), None)

    def threshold_after(self, year: int) -> Threshold | None:
        """The next threshold the plan sets, None after the last."""
        return next((t for t in self.thresholds if t.since > year), None)


class Unit(_Table):
    """A reporting unit while it exists; a code may be used again by its successor."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    since: Annotated[date | None, Field(alias="from")] = None
    until: date | None = None  # its last day
    merged_into: str | None = None  # the code of the unit that took it over
    expected: bool = True  # False: may report, is not waited for, may leave blank what it does not run

    def exists_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Agency(_Table):
    """A body with a part in the plan; names change, so it is known by its role."""

    role: str
    name: Bilingual


class Plan(_Table):
    """Everything the tool knows of one plan."""

    format: Annotated[Literal["gbv-kpi/plan/1"], Field(alias="schema")]
    id: str
    number: str
    issued: date
    first_year: Year
    last_year: Year
    title: Bilingual
    place: Bilingual  # the province or country whose figure the sum over units is
    abbreviations: dict[str, str] = {}
    fields: Annotated[tuple[ReturnField, ...], Field(alias="field", min_length=1)]
    indicators: Annotated[tuple[Indicator, ...], Field(alias="indicator", min_length=1)]
    units: Annotated[tuple[Unit, ...], Field(alias="unit")] = ()
    agencies: Annotated[tuple[Agency, ...], Field(alias="agency")] = ()
    task_groups: Annotated[tuple[Bilingual, ...], Field(alias="task_group")] = ()
    reporting_date: dict[Year, date] = {}
    reporting_date_reason: dict[Year, Bilingual] = {}
    deadline: dict[Year, date] = {}  # the last day on which the return of a year is in time

    @cached_property
    def field_by_id(self) -> dict[str, ReturnField]:
        return {field.id: field for field in self.fields}

    @cached_property
    def indicator_by_id(self) -> dict[str, Indicator]:
        return {indicator.id: indicator for indicator in self.indicators}

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
