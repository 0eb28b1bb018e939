"""What the tables of a plan file must have in common, each check a plain function.

They run on whatever tables have no mistake of their own, so that all mistakes of a file are told at once.
Names are taken from the file itself: a field with a misspelt key is there all the same.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from gbv_kpi.i18n import phrase
from gbv_kpi.plan.assemble import Mistake
from gbv_kpi.plan.error_messages import nearest
from gbv_kpi.plan.model import Plan
from gbv_kpi.plan.shared_fields import entries
from gbv_kpi.plan.tables import Deadlines, Indicator, ReturnField, Table, Unit

if TYPE_CHECKING:
    from gbv_kpi.plan.toml_lines import Location

T = TypeVar("T", bound=Table)


def contradictions(content: Mapping[str, Any], plan: Plan | None) -> Iterator[Mistake]:
    """Where a file's tables contradict each other; `plan` is what they make, None where some have a mistake."""
    sound = _sound(content, plan)
    for check in CHECKS:
        yield from check(sound)


@dataclass(frozen=True, slots=True)
class _Sound:
    """A file's content, and its tables that have no mistake of their own, by their number in the file."""

    content: Mapping[str, Any]
    fields: Mapping[int, ReturnField]
    indicators: Mapping[int, Indicator]
    units: Mapping[int, Unit]
    days: Mapping[int, date]  # the reporting day of each year; none where those have a mistake

    def names(self, table: str, key: str) -> dict[str, int]:
        """The ids or codes that the file gives its tables, and how often it does."""
        found = (entry.get(key) for entry in entries(self.content, table).values())
        return Counter(name for name in found if isinstance(name, str))


def _sound(content: Mapping[str, Any], plan: Plan | None) -> _Sound:
    if plan is None:
        tables = (_salvaged(content, "field", ReturnField), _salvaged(content, "indicator", Indicator))
        return _Sound(content, *tables, _salvaged(content, "unit", Unit), {})
    days = {year: plan.reporting_day(year) for year in range(plan.first_year, plan.last_year + 1)}
    return _Sound(
        content, dict(enumerate(plan.fields)), dict(enumerate(plan.all_indicators)), dict(enumerate(plan.units)), days
    )


def _salvaged(content: Mapping[str, Any], table: str, model: type[T]) -> dict[int, T]:
    found = {}
    for number, entry in entries(content, table).items():
        try:
            found[number] = model.model_validate(entry)
        except ValidationError:
            continue  # told as the mistake that it is
    return found


def _named_fields_exist(sound: _Sound) -> Iterator[Mistake]:
    known = sound.names("field", "id")
    for place, name in _fields_named(sound.content):
        if name not in known:
            details = {"id": name, "known": ", ".join(known)}
            what = phrase("unknown field {id}; the fields are {known}", **details)
            if meant := nearest(name, known):
                what = phrase(
                    "unknown field {id}; did you mean {meant}? The fields are {known}", meant=meant, **details
                )
            yield Mistake(place, what)


def _fields_named(content: Mapping[str, Any]) -> Iterator[tuple["Location", str]]:
    """Every place at which a file names a field, with the name."""
    for number, entry in entries(content, "indicator").items():
        for key in ("numerator", "denominator"):
            names = entry.get(key)
            for n, name in enumerate(names if isinstance(names, list) else ()):
                if isinstance(name, str):
                    yield ("indicator", number, key, n), name
    for number, entry in entries(content, "field").items():
        for key in ("part_of", "form_of"):
            name = entry.get(key)
            if isinstance(name, str):
                yield ("field", number, key), name


def _ids_stand_once(sound: _Sound) -> Iterator[Mistake]:
    kinds = {"field": phrase("duplicate field {id}"), "indicator": phrase("duplicate indicator {id}")}
    for table, what in kinds.items():
        met: set[str] = set()
        for number, entry in entries(sound.content, table).items():
            name = entry.get("id")
            if isinstance(name, str) and name in met:
                yield Mistake((table, number, "id"), phrase(what.wording, id=name))
            elif isinstance(name, str):
                met.add(name)


def _no_field_is_part_of_itself(sound: _Sound) -> Iterator[Mistake]:
    whole_of = {field.id: field.part_of for field in sound.fields.values()}
    for number, field in sound.fields.items():
        above = field.part_of
        for _ in whole_of:
            if above is None or above == field.id:
                break
            above = whole_of.get(above)
        if above == field.id:
            yield Mistake(("field", number, "part_of"), phrase("a field cannot be part of itself"))


def _sums_are_of_one_kind(sound: _Sound) -> Iterator[Mistake]:
    """People and cases are different units: never add one to the other."""
    counts = {field.id: field.counts for field in sound.fields.values()}
    for number, indicator in sound.indicators.items():
        for key, names in (("numerator", indicator.numerator), ("denominator", indicator.denominator)):
            kinds = sorted({counts[name] for name in names if name in counts})
            if len(kinds) > 1:
                what = phrase("{kinds} are counted separately and cannot be added up", kinds=", ".join(kinds))
                yield Mistake(("indicator", number, key), what)


def _mergers_lead_somewhere(sound: _Sound) -> Iterator[Mistake]:
    known = sound.names("unit", "code")
    for number, unit in sound.units.items():
        if unit.merged_into is not None and unit.merged_into not in known:
            what = phrase("this unit merges into the unknown code {code}", code=unit.merged_into)
            yield Mistake(("unit", number, "merged_into"), what)


def _a_code_is_one_unit_of_a_year(sound: _Sound) -> Iterator[Mistake]:
    """A code may be used again, but not by two units of the same reporting day."""
    told: set[int] = set()
    times = Counter(unit.code for unit in sound.units.values())
    used_again = {number: unit for number, unit in sound.units.items() if times[unit.code] > 1}
    for year, day in sound.days.items():
        first_by_code: dict[str, int] = {}
        for number, unit in used_again.items():
            if unit.exists_on(day) and first_by_code.setdefault(unit.code, number) != number and number not in told:
                told.add(number)
                what = phrase("two units have the code {code} in {year}", code=unit.code, year=str(year))
                yield Mistake(("unit", number, "code"), what)


def _years_run_forward(sound: _Sound) -> Iterator[Mistake]:
    first, last = sound.content.get("first_year"), sound.content.get("last_year")
    if isinstance(first, int) and isinstance(last, int) and last < first:
        yield Mistake(("last_year",), phrase("the last year is before the first"))


def _named_roles_and_figures_exist(sound: _Sound) -> Iterator[Mistake]:
    """A report goes to agencies of the plan, and a task group is told of by its indicators."""
    report = sound.content.get("report")
    bodies = report.get("addressed_to") if isinstance(report, Mapping) else None
    roles = sound.names("agency", "role")
    for n, body in enumerate(bodies if isinstance(bodies, list) else ()):
        role = body.get("role") if isinstance(body, Mapping) else None
        if role and role not in roles:
            what = phrase("unknown role {role}; the roles are {known}", role=str(role), known=", ".join(roles))
            yield Mistake(("report", "addressed_to", n, "role"), what)
    indicators = sound.names("indicator", "id")
    for number, group in entries(sound.content, "task_group").items():
        named = group.get("indicators")
        for n, name in enumerate(named if isinstance(named, list) else ()):
            if name not in indicators:
                known = ", ".join(indicators)
                what = phrase("unknown indicator {id}; the indicators are {known}", id=str(name), known=known)
                yield Mistake(("task_group", number, "indicators", n), what)


def _levels_pass_on_in_time(sound: _Sound) -> Iterator[Mistake]:
    """A report that passes several levels has a deadline for each, at least one working day apart (NĐ 09/2019, Art. 8).

    Working days are Monday to Friday; public holidays are not known here.
    """
    days_by_year = sound.content.get("deadline")
    for year, days in days_by_year.items() if isinstance(days_by_year, Mapping) else ():
        try:
            levels = [(name, day) for name, day in Deadlines.model_validate(days).days.items() if name != "all"]
        except ValidationError:
            continue  # told as the mistake that it is
        for (lower, first), (upper, last) in pairwise(levels):
            between = (first + timedelta(days=day) for day in range(1, min((last - first).days, 3) + 1))
            if not any(day.weekday() < 5 for day in between):
                what = phrase(
                    "the deadlines of {lower} and {upper} must be at least one working day apart",
                    lower=lower,
                    upper=upper,
                )
                yield Mistake(("deadline", year, upper), what)


CHECKS: tuple[Callable[[_Sound], Iterator[Mistake]], ...] = (
    _years_run_forward,
    _ids_stand_once,
    _named_fields_exist,
    _no_field_is_part_of_itself,
    _sums_are_of_one_kind,
    _mergers_lead_somewhere,
    _a_code_is_one_unit_of_a_year,
    _named_roles_and_figures_exist,
    _levels_pass_on_in_time,
)
