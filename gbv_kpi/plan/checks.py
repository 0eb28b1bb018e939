"""Check the tables of a plan file against each other, and warn of probable slips; each check is a plain function.

Contradictions are looked for in the entries that are valid by themselves, so that all mistakes of a file are reported
at once; a reference to an invalid entry is not a mistake of its own. Doubts are looked for in a valid plan only.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import Any, TypeVar
from unicodedata import normalize

from pydantic import ValidationError

from gbv_kpi.i18n import phrase
from gbv_kpi.plan.model import Plan
from gbv_kpi.plan.tables import Indicator, ReturnField, Table, Unit
from gbv_kpi.plan.thresholds import COMPARE, UNCHANGED
from gbv_kpi.plan.toml_file import Location, Mistake, nearest

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


def contradictions(content: Mapping[str, Any], plan: Plan | None) -> Iterator[Mistake]:
    """Yield the contradictions between the tables of a file; `plan` is None if some are invalid."""
    for check in CONTRADICTIONS:
        yield from check(content)
    if plan is not None:
        yield from _codes_are_unique_in_a_year(plan)


def entries(tables: Any, name: str) -> dict[int, Mapping[str, Any]]:
    """Return the tables of a list of tables, by their number; anything else in the list is left out."""
    listed = tables.get(name) if isinstance(tables, Mapping) else None
    return {n: e for n, e in enumerate(listed if isinstance(listed, list) else ()) if isinstance(e, Mapping)}


def texts(content: Mapping[str, Any], table: str, key: str) -> Iterator[tuple[Location, str]]:
    """Yield the texts that the entries of a list have for a key, or in a list for it, with their places."""
    for number, entry in entries(content, table).items():
        place: Location = (table, number, key)
        value = entry.get(key)
        listed = [((*place, n), text) for n, text in enumerate(value)] if isinstance(value, list) else [(place, value)]
        yield from ((place, text) for place, text in listed if isinstance(text, str))


def _references_exist(content: Mapping[str, Any]) -> Iterator[Mistake]:
    known = {table: dict.fromkeys(text for _, text in texts(content, table, key)) for table, (key, _) in _NAMES.items()}
    references = [(*found, target) for table, key, target in _REFERENCES for found in texts(content, table, key)]
    for n, body in entries(content.get("report"), "addressed_to").items():
        if role := body.get("role"):
            references.append((("report", "addressed_to", n, "role"), str(role), "agency"))
    for place, name, table in references:
        if name in known[table]:
            continue
        key, what = _NAMES[table]
        details = {key: name, "known": ", ".join(known[table])}
        if table == "field" and (meant := nearest(name, known[table])):
            what = phrase("unknown field {id}; did you mean {meant}? The fields are {known}")
            details["meant"] = meant
        yield Mistake(place, phrase(what.wording, **details))


def _no_field_is_part_of_itself(content: Mapping[str, Any]) -> Iterator[Mistake]:
    names = {place[1]: name for place, name in texts(content, "field", "id")}
    wholes = {place[1]: name for place, name in texts(content, "field", "part_of")}
    whole_of = {name: wholes.get(number) for number, name in names.items()}
    for number, above in wholes.items():
        chain = [above]
        while (following := whole_of.get(chain[-1])) and following not in chain:
            chain.append(following)
        if names.get(number) in chain:
            yield Mistake(("field", number, "part_of"), phrase("a field cannot be part of itself"))


def _years_run_forward(content: Mapping[str, Any]) -> Iterator[Mistake]:
    first, last = content.get("first_year"), content.get("last_year")
    if isinstance(first, int) and isinstance(last, int) and last < first:
        yield Mistake(("last_year",), phrase("the last year is before the first"))


def _ids_are_unique(content: Mapping[str, Any]) -> Iterator[Mistake]:
    for table, what in (("field", phrase("duplicate field {id}")), ("indicator", phrase("duplicate indicator {id}"))):
        seen: set[str] = set()
        for place, name in texts(content, table, "id"):
            if name in seen:
                yield Mistake(place, phrase(what.wording, id=name))
            seen.add(name)


def _valid(entries: Mapping[int, Any], model: type[T]) -> Iterator[tuple[int, T]]:
    """Yield the entries that are valid by themselves, with their number; the others are reported by their model."""
    for number, entry in entries.items():
        with suppress(ValidationError):
            yield number, model.model_validate(entry)


def _sums_are_of_one_kind(content: Mapping[str, Any]) -> Iterator[Mistake]:
    """Find sums of different kinds, such as people and cases."""
    counts = {field.id: field.counts for _, field in _valid(entries(content, "field"), ReturnField)}
    for number, indicator in _valid(entries(content, "indicator"), Indicator):
        for key, names in {"numerator": indicator.numerator, "denominator": indicator.denominator}.items():
            kinds = sorted({counts[name] for name in names if name in counts})
            if len(kinds) > 1:
                what = phrase("{kinds} are counted separately and cannot be added up", kinds=", ".join(kinds))
                yield Mistake(("indicator", number, key), what)


def _codes_are_unique_in_a_year(plan: Plan) -> Iterator[Mistake]:
    """Find codes that two units have on one reporting day; a later unit may reuse a code."""
    days = {year: plan.reporting_day(year) for year in range(plan.first_year, plan.last_year + 1)}
    earlier = defaultdict[str, list[Unit]](list)
    for number, unit in enumerate(plan.units):
        others = earlier[unit.code]
        shared = (y for y, day in days.items() if unit.exists_on(day) and any(o.exists_on(day) for o in others))
        if others and (year := next(shared, None)):
            what = phrase("two units have the code {code} in {year}", code=unit.code, year=str(year))
            yield Mistake(("unit", number, "code"), what)
        others.append(unit)


def doubts(plan: Plan) -> Iterator[Mistake]:
    """Yield every doubt, with its place in the plan file."""
    for check in DOUBTS:
        yield from check(plan)


def _thresholds_to_look_at(plan: Plan) -> Iterator[Mistake]:
    """Find thresholds that cannot be met or missed, have an odd year, look like ratios, or lack a source."""
    for number, indicator in enumerate(plan.all_indicators):
        is_percent = indicator.measure == "percent"
        for n, entry in enumerate(indicator.entries):
            place, (_, written) = ("indicator", number, "thresholds", n), entry.bound
            comparator, bound = (entry.override or entry).bound
            best, limit = 100 if ">" in comparator else 0, bound + UNCHANGED[indicator.measure]
            if (best == 0 or is_percent) and not COMPARE[comparator](best, limit):  # one real plan has "đạt trên 100%"
                what = phrase(
                    "this threshold cannot be met; keep the plan's words and judge by another threshold: {example}",
                    example="override = { at_least = 100 }" if ">" in comparator else "override = { at_most = 0 }",
                )
                yield Mistake(place, what)
            elif best and COMPARE[comparator](0, limit):
                yield Mistake(place, phrase("this threshold is always met: correct its number"))
            if entry.from_year > plan.last_year:
                what = phrase("never in force: the plan ends in {year}", year=str(plan.last_year))
                yield Mistake((*place, "from"), what)
            elif entry.from_year < min(plan.first_year, plan.issued.year if plan.issued else plan.first_year):
                yield Mistake((*place, "from"), phrase("in force before the plan is issued and begins: correct it"))
            if is_percent and 0 < written < 2 and written % 1:
                key = 'measure = "ratio"'
                what = phrase("{bound} is read as percent; for a ratio write: {key}", bound=written, key=key)
                yield Mistake(place, what)
            if indicator.source is None and entry.source is None:
                example = 'source = { text = "…", kind = "full text" }'
                what = phrase("no source: name where the threshold is written, {example}", example=example)
                yield Mistake(place, what)


def _fields_no_indicator_uses(plan: Plan) -> Iterator[Mistake]:
    """Find fields without an indicator; optional ones may be asked for all the same."""
    used = {name for indicator in plan.all_indicators for name in (*indicator.numerator, *indicator.denominator)}
    for number, field in enumerate(plan.fields):
        if field.id not in used and not field.optional:
            what = phrase("no indicator uses this field: remove it, or set optional = true")
            yield Mistake(("field", number), what)


def _parts_and_wholes(plan: Plan) -> Iterator[Mistake]:
    """Find parts of another kind than their whole, and numerators that may exceed 100% unnoticed, without `part_of`."""
    for number, field in enumerate(plan.fields):
        if field.part_of is not None:
            if (other := plan.field_by_id[field.part_of].counts) != field.counts:
                what = phrase("its whole counts {other}: correct counts or part_of", other=other)
                yield Mistake(("field", number, "part_of"), what)
            continue
        shares = (indicator for indicator in plan.all_indicators if indicator.measure == "percent")
        if share := next((i for i in shares if field.id in i.numerator and field.id not in i.denominator), None):
            what = phrase(
                "“{indicator}” divides it by {wholes}: set part_of, or a part larger than its whole goes unnoticed",
                indicator=share.id,
                wholes=", ".join(share.denominator),
            )
            yield Mistake(("field", number), what)


def _labels_that_two_fields_share(plan: Plan) -> Iterator[Mistake]:
    """Find headings of two fields: they are read as neither."""
    owner_by_label: dict[str, str] = {}
    for number, field in enumerate(plan.fields):
        labels: dict[tuple[str | int, ...], str] = {("label", "vi"): field.label.vi, ("label", "en"): field.label.en}
        labels |= {("aliases", n): alias for n, alias in enumerate(field.aliases)}
        labels |= {("header", tag): " ".join(levels) for tag, levels in field.header.items()}
        for place, label in labels.items():
            words = " ".join(normalize("NFC", label).casefold().split())
            if words and owner_by_label.setdefault(words, field.id) != field.id:
                what = phrase("field {other} has the same heading: “{label}”", other=owner_by_label[words], label=label)
                yield Mistake(("field", number, *place), what)


def _units_that_overlap_in_time(plan: Plan) -> Iterator[Mistake]:
    """Find codes and names that two units have on one day: they identify neither."""
    for key, words in (
        ("code", phrase("another unit has the code {found} in the same period")),
        ("name", phrase("another unit has the name {found} in the same period")),
    ):
        last_day: dict[str, date] = {}
        for number, unit in sorted(enumerate(plan.units), key=lambda entry: entry[1].since or date.min):
            name = getattr(unit, key)
            if name in last_day and last_day[name] >= (unit.since or date.min):
                yield Mistake(("unit", number, key), phrase(words.wording, found=name))
            last_day[name] = max(last_day.get(name, date.min), unit.until or date.max)


def _mergers_without_a_successor(plan: Plan) -> Iterator[Mistake]:
    """Find units that end before the plan does without a successor: the trend would lose their counts."""
    last_day = plan.reporting_day(plan.last_year)
    for number, unit in enumerate(plan.units):
        if unit.until is None or unit.until >= last_day or not unit.expected:
            continue
        if unit.merged_into is None:
            what = phrase("the unit ends before the plan does: set merged_into, or its counts are lost")
            yield Mistake(("unit", number), what)
        elif plan.successor(unit, plan.last_year) is None:
            what = phrase("no unit with the code {code} exists after this unit ends", code=unit.merged_into)
            yield Mistake(("unit", number, "merged_into"), what)


def _agencies_that_overlap_in_time(plan: Plan) -> Iterator[Mistake]:
    """Find bodies with the same role on one day: the report would name the first."""
    for number, agency in enumerate(plan.agencies):
        if any(map(agency.shares_role_and_days, plan.agencies[:number])):
            yield Mistake(("agency", number), phrase("another agency has this role in the same period"))


def _units_without_a_deadline(plan: Plan) -> Iterator[Mistake]:
    """Find units without a deadline: they are never late."""
    for year in plan.deadline:
        for unit in (unit for unit in plan.expected_units(year) if plan.deadline_of(unit, year) is None):
            what = phrase("no deadline of {year} applies to this unit: set one for its level, or all", year=str(year))
            yield Mistake(("unit", plan.units.index(unit), "name"), what)


CONTRADICTIONS: tuple[Callable[[Mapping[str, Any]], Iterator[Mistake]], ...] = (
    _years_run_forward,
    _ids_are_unique,
    _references_exist,
    _no_field_is_part_of_itself,
    _sums_are_of_one_kind,
)
DOUBTS: tuple[Callable[[Plan], Iterator[Mistake]], ...] = (
    _thresholds_to_look_at,
    _fields_no_indicator_uses,
    _parts_and_wholes,
    _labels_that_two_fields_share,
    _units_that_overlap_in_time,
    _mergers_without_a_successor,
    _agencies_that_overlap_in_time,
    _units_without_a_deadline,
)
