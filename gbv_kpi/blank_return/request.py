"""Choose the contents of a blank return: year, units and languages of the labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gbv_kpi.errors import UsageError
from gbv_kpi.i18n import Bilingual, Language, phrase
from gbv_kpi.plan import Plan, ReturnField, Unit
from gbv_kpi.reading.units import UnitDirectory

Level = tuple[str, str]  # upper and lower heading of a field; the lower one may be blank

MEASURES = {
    "people": Bilingual("Người", "People"),
    "cases": Bilingual("Trường hợp", "Cases"),
    "places": Bilingual("Cơ sở", "Places"),
    "minutes": Bilingual("Phút", "Minutes"),
    "households": Bilingual("Hộ", "Households"),
    "communes": Bilingual("Xã", "Communes"),
    "events": Bilingual("Cuộc", "Events"),
    "vnd": Bilingual("Đồng", "VND"),
}


@dataclass(frozen=True, slots=True)
class Request:
    """One blank return; `second` is the second language of its labels, None for labels in one only."""

    plan: Plan
    year: int
    units: Sequence[Unit]
    language: Language
    second: Language | None = None

    @property
    def fields(self) -> list[ReturnField]:
        """Return the fields that must be given, then those that may be."""
        return sorted(self.plan.fields, key=lambda field: field.optional)

    @property
    def languages(self) -> list[Language]:
        return [self.language, self.second] if self.second else [self.language]

    def levels(self, field: ReturnField) -> Level:
        """Return the two headings of a field, or its label alone where the plan gives none in this language."""
        tag: Literal["vi", "en"] = "en" if self.language.tag == "en" else "vi"
        return field.header.get(tag) or (self.language.say(field.label), "")

    def measure(self, field: ReturnField) -> str:
        return self.language.say(MEASURES[field.counts])


def units_to_report(plan: Plan, year: int, named: str | None, layout: Literal["table", "form"]) -> tuple[Unit, ...]:
    """Return the unit `named` by name or code, or all units expected that year; none if the plan lists no units.

    Raises `UsageError` for a year outside the plan and for a name of no unit of the year.
    """
    if not plan.covers(year):
        raise UsageError(
            phrase(
                "{year} is outside the plan, which runs from {first} to {last}.",
                year=str(year),
                first=str(plan.first_year),
                last=str(plan.last_year),
            )
        )
    if layout == "form" and not plan.units:
        raise UsageError(phrase("The plan lists no units, so a form cannot name its unit: use a table."))
    if named is not None:
        return (_unit(plan, year, named),)
    if (units := plan.expected_units(year)) or not plan.units:
        return units
    raise UsageError(phrase("The plan lists no units for {year}: name one with --unit.", year=str(year)))


def _unit(plan: Plan, year: int, text: str) -> Unit:
    names = UnitDirectory(plan).in_year(year)
    found = names.find(text)
    if found is None:
        raise UsageError(names.not_found(text, year))
    if found.merged:
        raise UsageError(
            phrase(
                "{named} has merged into {unit}: for {year} make the return of {unit}.",
                named=found.named.name,
                unit=found.unit.name,
                year=str(year),
            )
        )
    return found.unit
