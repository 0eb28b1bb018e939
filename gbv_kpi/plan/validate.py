"""Check the tables of a plan file against each other; each check is a plain function.

The checks run on the tables that are valid by themselves, so that all mistakes of a file are found at once. Ids and
codes are taken from the file itself: a field with a misspelt key exists all the same.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, TypeVar

from pydantic import ValidationError

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.plan.assemble import Mistake, entries
from gbv_kpi.plan.error_messages import nearest
from gbv_kpi.plan.model import Plan
from gbv_kpi.plan.tables import Deadlines, Indicator, ReturnField, Table, Unit
from gbv_kpi.plan.toml_lines import Location

T = TypeVar("T", bound=Table)
Numbered = Sequence[tuple[int, T]]  # the entries of a list that are valid, with their number in the file

# What identifies the entries of a list, and what is said of a name that none of them has.
_NAMES = {
    "field": ("id", phrase("unknown field {id}; the fields are {known}")),
    "indicator": ("id", phrase("unknown indicator {id}; the indicators are {known}")),
    "agency": ("role", phrase("unknown role {role}; the roles are {known}")),
    "unit": ("code", phrase("this unit merges into the unknown code {code}")),
}
# The keys that hold such names: a text, or a list of texts.
_REFERENCES: tuple[tuple[str, str, str, type], ...] = (
    ("field", "part_of", "field", str),
    ("field", "form_of", "field", str),
    ("unit", "merged_into", "unit", str),
    ("indicator", "numerator", "field", list),
    ("indicator", "denominator", "field", list),
    ("task_group", "indicators", "indicator", list),
)
_TWICE = {"field": phrase("duplicate field {id}"), "indicator": phrase("duplicate indicator {id}")}


@dataclass(frozen=True, slots=True)
class _Tables:
    """The content of a file, and its tables that are valid by themselves."""

    content: Mapping[str, Any]
    fields: Numbered[ReturnField]
    indicators: Numbered[Indicator]
    units: Numbered[Unit]
    days: Mapping[int, date]  # the reporting day of each year; empty where the plan is invalid


def contradictions(content: Mapping[str, Any], plan: Plan | None) -> Iterator[Mistake]:
    """Yield where the tables of a file contradict each other; `plan` is None where some are invalid."""
    if plan is None:
        lists = _valid(content, "field", ReturnField), _valid(content, "indicator", Indicator)
        tables = _Tables(content, *lists, _valid(content, "unit", Unit), {})
    else:
        days = {year: plan.reporting_day(year) for year in range(plan.first_year, plan.last_year + 1)}
        lists = list(enumerate(plan.fields)), list(enumerate(plan.all_indicators))
        tables = _Tables(content, *lists, list(enumerate(plan.units)), days)
    for check in CHECKS:
        yield from check(tables)


def _valid(content: Mapping[str, Any], table: str, model: type[T]) -> list[tuple[int, T]]:
    found = []
    for number, entry in entries(content, table).items():
        try:
            found.append((number, model.model_validate(entry)))
        except ValidationError:
            continue  # reported with the mistakes of the tables
    return found


def _years_run_forward(tables: _Tables) -> Iterator[Mistake]:
    first, last = tables.content.get("first_year"), tables.content.get("last_year")
    if isinstance(first, int) and isinstance(last, int) and last < first:
        yield Mistake(("last_year",), phrase("the last year is before the first"))


def _ids_are_unique(tables: _Tables) -> Iterator[Mistake]:
    for table, what in _TWICE.items():
        seen: set[str] = set()
        for number, entry in entries(tables.content, table).items():
            name = entry.get("id")
            if isinstance(name, str) and name in seen:
                yield Mistake((table, number, "id"), Phrase(what.wording, {"id": name}))
            elif isinstance(name, str):
                seen.add(name)


def _references_exist(tables: _Tables) -> Iterator[Mistake]:
    known_by_table = {
        table: {
            name: None for entry in entries(tables.content, table).values() if isinstance(name := entry.get(key), str)
        }
        for table, (key, _) in _NAMES.items()
    }
    for place, name, table in _references(tables.content):
        (key, what), known = _NAMES[table], known_by_table[table]
        if name in known:
            continue
        details = {key: name, "known": ", ".join(known)}
        if table == "field" and (meant := nearest(name, known)):
            closest = phrase("unknown field {id}; did you mean {meant}? The fields are {known}", meant=meant, **details)
            yield Mistake(place, closest)
        else:
            yield Mistake(place, Phrase(what.wording, details))


def _references(content: Mapping[str, Any]) -> Iterator[tuple[Location, str, str]]:
    """Yield every place that names an entry of a list, with the name and the list."""
    for table, key, target, kind in _REFERENCES:
        for number, entry in entries(content, table).items():
            named = entry.get(key)
            if kind is str and isinstance(named, str):
                yield (table, number, key), named, target
            elif kind is list and isinstance(named, list):
                yield from (
                    ((table, number, key, n), name, target) for n, name in enumerate(named) if type(name) is str
                )
    report = content.get("report")
    for n, body in entries(report if isinstance(report, Mapping) else {}, "addressed_to").items():
        if role := body.get("role"):
            yield ("report", "addressed_to", n, "role"), str(role), "agency"


def _no_field_is_part_of_itself(tables: _Tables) -> Iterator[Mistake]:
    whole_of = {field.id: field.part_of for _, field in tables.fields}
    for number, field in tables.fields:
        above = field.part_of
        for _ in whole_of:
            if above is None or above == field.id:
                break
            above = whole_of.get(above)
        if above == field.id:
            yield Mistake(("field", number, "part_of"), phrase("a field cannot be part of itself"))


def _sums_are_of_one_kind(tables: _Tables) -> Iterator[Mistake]:
    """People and cases are different units: never add one to the other."""
    counts = {field.id: field.counts for _, field in tables.fields}
    for number, indicator in tables.indicators:
        for key in ("numerator", "denominator"):
            kinds = sorted({counts[name] for name in getattr(indicator, key) if name in counts})
            if len(kinds) > 1:
                what = phrase("{kinds} are counted separately and cannot be added up", kinds=", ".join(kinds))
                yield Mistake(("indicator", number, key), what)


def _codes_are_unique_in_a_year(tables: _Tables) -> Iterator[Mistake]:
    """A code may be used again, but not by two units of the same reporting day."""
    earlier: dict[str, list[Unit]] = defaultdict(list)
    for number, unit in tables.units:
        others = earlier[unit.code]
        for year, day in tables.days.items() if others else ():
            if unit.exists_on(day) and any(other.exists_on(day) for other in others):
                what = phrase("two units have the code {code} in {year}", code=unit.code, year=str(year))
                yield Mistake(("unit", number, "code"), what)
                break
        others.append(unit)


def _levels_pass_on_in_time(tables: _Tables) -> Iterator[Mistake]:
    """A report that passes several levels has a deadline for each, at least one working day apart (NĐ 09/2019, Art. 8).

    Working days are Monday to Friday; public holidays are not known here.
    """
    days_by_year = tables.content.get("deadline")
    for year, days in days_by_year.items() if isinstance(days_by_year, Mapping) else ():
        try:
            levels = [(name, day) for name, day in Deadlines.model_validate(days).days.items() if name != "all"]
        except ValidationError:
            continue  # reported with the mistakes of the tables
        for (lower, first), (upper, last) in pairwise(levels):
            between = (first + timedelta(days=day) for day in range(1, min((last - first).days, 3) + 1))
            if not any(day.weekday() < 5 for day in between):
                what = phrase(
                    "the deadlines of {lower} and {upper} must be at least one working day apart",
                    lower=lower,
                    upper=upper,
                )
                yield Mistake(("deadline", year, upper), what)


CHECKS: tuple[Callable[[_Tables], Iterator[Mistake]], ...] = (
    _years_run_forward,
    _ids_are_unique,
    _references_exist,
    _no_field_is_part_of_itself,
    _sums_are_of_one_kind,
    _codes_are_unique_in_a_year,
    _levels_pass_on_in_time,
)
