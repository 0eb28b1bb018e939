"""Check the tables of a plan file against each other; each check is a plain function.

The checks run on the tables that are valid by themselves, so that all mistakes of a file are found at once. Ids and
codes are read from the raw tables, so that references to an invalid entry are not mistakes.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any, TypeVar

from pydantic import ValidationError

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.plan.assemble import entries
from gbv_kpi.plan.error_messages import Mistake, nearest
from gbv_kpi.plan.model import Plan
from gbv_kpi.plan.tables import Deadlines, Indicator, ReturnField, Table, Unit
from gbv_kpi.plan.toml_lines import Location

T = TypeVar("T", bound=Table)

# The key that identifies the entries of a list, and the message about an unknown name.
_NAMES = {
    "field": ("id", phrase("unknown field {id}; the fields are {known}")),
    "indicator": ("id", phrase("unknown indicator {id}; the indicators are {known}")),
    "agency": ("role", phrase("unknown role {role}; the roles are {known}")),
    "unit": ("code", phrase("this unit merges into the unknown code {code}")),
}
# The keys that hold such names: a text, or a list of texts.
_REFERENCES = (
    ("field", "part_of", "field"),
    ("field", "form_of", "field"),
    ("unit", "merged_into", "unit"),
    ("indicator", "numerator", "field"),
    ("indicator", "denominator", "field"),
    ("task_group", "indicators", "indicator"),
)
_DUPLICATES = {"field": phrase("duplicate field {id}"), "indicator": phrase("duplicate indicator {id}")}


def contradictions(content: Mapping[str, Any], plan: Plan | None) -> Iterator[Mistake]:
    """Yield the contradictions between the tables of a file; `plan` is None if some are invalid."""
    fields, indicators = _valid(content, "field", ReturnField), _valid(content, "indicator", Indicator)
    yield from _years_run_forward(content)
    yield from _ids_are_unique(content)
    yield from _references_exist(content)
    yield from _no_field_is_part_of_itself(fields)
    yield from _sums_are_of_one_kind(fields, indicators)
    if plan is not None:
        yield from _codes_are_unique_in_a_year(plan)
    yield from _levels_pass_on_in_time(content)


def _valid(content: Mapping[str, Any], table: str, model: type[T]) -> list[tuple[int, T]]:
    """Return the entries of a list that are valid, with their number in the file."""
    found = []
    for number, entry in entries(content, table).items():
        try:
            found.append((number, model.model_validate(entry)))
        except ValidationError:
            continue  # reported with the mistakes of the tables
    return found


def _texts(content: Mapping[str, Any], table: str, key: str) -> dict[int, str]:
    """Return the texts that the entries of a list have for a key, by their number in the file."""
    return {n: text for n, entry in entries(content, table).items() if isinstance(text := entry.get(key), str)}


def _years_run_forward(content: Mapping[str, Any]) -> Iterator[Mistake]:
    first, last = content.get("first_year"), content.get("last_year")
    if isinstance(first, int) and isinstance(last, int) and last < first:
        yield Mistake(("last_year",), phrase("the last year is before the first"))


def _ids_are_unique(content: Mapping[str, Any]) -> Iterator[Mistake]:
    for table, what in _DUPLICATES.items():
        seen: set[str] = set()
        for number, name in _texts(content, table, "id").items():
            if name in seen:
                yield Mistake((table, number, "id"), Phrase(what.wording, {"id": name}))
            seen.add(name)


def _references_exist(content: Mapping[str, Any]) -> Iterator[Mistake]:
    names = {table: dict.fromkeys(_texts(content, table, key).values()) for table, (key, _) in _NAMES.items()}
    for place, name, table in _references(content):
        (key, what), known = _NAMES[table], names[table]
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
    for table, key, target in _REFERENCES:
        for number, named in _texts(content, table, key).items():
            yield (table, number, key), named, target
        for number, entry in entries(content, table).items():
            names = entry.get(key)
            for n, name in enumerate(names if isinstance(names, list) else ()):
                if isinstance(name, str):
                    yield (table, number, key, n), name, target
    report = content.get("report")
    for n, body in entries(report if isinstance(report, Mapping) else {}, "addressed_to").items():
        if role := body.get("role"):
            yield ("report", "addressed_to", n, "role"), str(role), "agency"


def _no_field_is_part_of_itself(fields: Sequence[tuple[int, ReturnField]]) -> Iterator[Mistake]:
    whole_of = {field.id: field.part_of for _, field in fields}
    for number, field in fields:
        above = field.part_of
        for _ in whole_of:
            if above is None or above == field.id:
                break
            above = whole_of.get(above)
        if above == field.id:
            yield Mistake(("field", number, "part_of"), phrase("a field cannot be part of itself"))


def _sums_are_of_one_kind(
    fields: Sequence[tuple[int, ReturnField]], indicators: Sequence[tuple[int, Indicator]]
) -> Iterator[Mistake]:
    """Find sums of different kinds, such as people and cases."""
    counts = {field.id: field.counts for _, field in fields}
    for number, indicator in indicators:
        for key in ("numerator", "denominator"):
            kinds = sorted({counts[name] for name in getattr(indicator, key) if name in counts})
            if len(kinds) > 1:
                what = phrase("{kinds} are counted separately and cannot be added up", kinds=", ".join(kinds))
                yield Mistake(("indicator", number, key), what)


def _codes_are_unique_in_a_year(plan: Plan) -> Iterator[Mistake]:
    """Find codes that two units have on one reporting day; a later unit may reuse a code."""
    years = range(plan.first_year, plan.last_year + 1)
    earlier: dict[str, list[Unit]] = defaultdict(list)
    for number, unit in enumerate(plan.units):
        others = earlier[unit.code]
        for year in years if others else ():
            day = plan.reporting_day(year)
            if unit.exists_on(day) and any(other.exists_on(day) for other in others):
                what = phrase("two units have the code {code} in {year}", code=unit.code, year=str(year))
                yield Mistake(("unit", number, "code"), what)
                break
        others.append(unit)


def _levels_pass_on_in_time(content: Mapping[str, Any]) -> Iterator[Mistake]:
    """Find deadlines of two levels that are not at least one working day apart (NĐ 09/2019, Art. 8).

    Working days are Monday to Friday; public holidays are not known here.
    """
    days_by_year = content.get("deadline")
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
