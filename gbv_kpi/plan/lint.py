"""What a plan file may say, and yet hardly means: warnings, each check a plain function."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from unicodedata import normalize

from gbv_kpi.i18n import phrase
from gbv_kpi.plan.assemble import Mistake
from gbv_kpi.plan.model import Plan
from gbv_kpi.plan.thresholds import UNCHANGED, Comparator, Measure

SOURCE_EXAMPLE = 'source = { text = "…", kind = "full text" }'


def doubts(plan: Plan) -> Iterator[Mistake]:
    """Everything of a plan that is worth a second look, with where it stands."""
    for check in CHECKS:
        yield from check(plan)


def _thresholds_that_cannot_be_met(plan: Plan) -> Iterator[Mistake]:
    """No share is over 100%, and one real plan prints "đạt trên 100%"."""
    for number, indicator in enumerate(plan.all_indicators):
        for n, entry in enumerate(indicator.entries):
            comparator, bound = (entry.override or entry).bound
            if _is_out_of_reach(comparator, bound, indicator.measure):
                what = phrase(
                    "this threshold cannot be met; keep the plan's words and judge by another threshold: {example}",
                    example="override = { at_least = 100 }" if ">" in comparator else "override = { at_most = 0 }",
                )
                yield Mistake(("indicator", number, "thresholds", n), what)


def _is_out_of_reach(comparator: Comparator, bound: Decimal, measure: Measure) -> bool:
    bound += UNCHANGED[measure]
    match comparator:
        case ">=":
            return measure == "percent" and bound > 100
        case ">":
            return measure == "percent" and bound >= 100
        case "<=":
            return bound < 0
        case "<":
            return bound <= 0


def _thresholds_of_other_years(plan: Plan) -> Iterator[Mistake]:
    for number, indicator in enumerate(plan.all_indicators):
        for n, entry in enumerate(indicator.entries):
            if entry.from_year > plan.last_year:
                what = phrase("never in force: the plan ends in {year}", year=str(plan.last_year))
                yield Mistake(("indicator", number, "thresholds", n, "from"), what)


def _fields_no_indicator_uses(plan: Plan) -> Iterator[Mistake]:
    """Optional fields may be asked for without being judged."""
    used = {name for indicator in plan.all_indicators for name in (*indicator.numerator, *indicator.denominator)}
    for number, field in enumerate(plan.fields):
        if field.id not in used and not field.optional:
            what = phrase("no indicator uses this field: remove it, or set optional = true")
            yield Mistake(("field", number), what)


def _parts_without_a_whole(plan: Plan) -> Iterator[Mistake]:
    """A share whose numerator is not said to be part of its denominator could exceed 100% unnoticed."""
    number_by_id = {field.id: number for number, field in enumerate(plan.fields)}
    told: set[str] = set()
    for indicator in plan.all_indicators:
        for name in indicator.numerator if indicator.measure == "percent" else ():
            field = plan.field_by_id[name]
            if field.part_of is None and name not in indicator.denominator and name not in told:
                told.add(name)
                what = phrase(
                    "“{indicator}” counts it out of {wholes}; set part_of, or it may exceed its whole",
                    indicator=indicator.id,
                    wholes=", ".join(indicator.denominator),
                )
                yield Mistake(("field", number_by_id[name]), what)


def _labels_that_two_fields_share(plan: Plan) -> Iterator[Mistake]:
    """A heading that could mean two fields is read as neither."""
    owner_by_label: dict[str, str] = {}
    for number, field in enumerate(plan.fields):
        labels: dict[tuple[str | int, ...], str] = {("label", "vi"): field.label.vi, ("label", "en"): field.label.en}
        labels |= {("aliases", n): alias for n, alias in enumerate(field.aliases)}
        labels |= {("header", tag): " ".join(levels) for tag, levels in field.header.items()}
        for place, label in labels.items():
            look = " ".join(normalize("NFC", label).casefold().split())
            if look and owner_by_label.setdefault(look, field.id) != field.id:
                what = phrase("field {other} has the same heading: “{label}”", other=owner_by_label[look], label=label)
                yield Mistake(("field", number, *place), what)


def _units_that_overlap_in_time(plan: Plan) -> Iterator[Mistake]:
    """A code or a name that two units have on one day is no key of either."""
    for key, words in (
        ("code", phrase("another unit has the code {found} in the same period")),
        ("name", phrase("another unit has the name {found} in the same period")),
    ):
        numbers_by_name: dict[str, list[int]] = defaultdict(list)
        for number, unit in enumerate(plan.units):
            numbers_by_name[getattr(unit, key)].append(number)
        for name, numbers in numbers_by_name.items():
            by_start = sorted(numbers, key=lambda number: plan.units[number].since or date.min)
            for before, after in pairwise(by_start):
                if (plan.units[before].until or date.max) >= (plan.units[after].since or date.min):
                    yield Mistake(("unit", after, key), phrase(words.wording, found=name))


def _mergers_without_a_successor(plan: Plan) -> Iterator[Mistake]:
    """A unit that ends before the plan does leaves the trend without its counts unless it says where they went."""
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


def _percent_where_a_ratio_is_meant(plan: Plan) -> Iterator[Mistake]:
    """A bound of 1.7 is 1.7%, unless the indicator says that it is a ratio."""
    for number, indicator in enumerate(plan.all_indicators):
        for n, (_, bound) in enumerate(entry.bound for entry in indicator.entries):
            if indicator.measure == "percent" and 0 < bound < 2 and bound % 1:
                what = phrase(
                    "{bound} is read as percent; for a ratio write: {key}", bound=bound, key='measure = "ratio"'
                )
                yield Mistake(("indicator", number, "thresholds", n), what)


def _thresholds_without_a_source(plan: Plan) -> Iterator[Mistake]:
    """Whoever is judged by a number may ask where it is written."""
    for number, indicator in enumerate(plan.all_indicators):
        for n, entry in enumerate(indicator.entries):
            if indicator.source is None and entry.source is None:
                what = phrase("no source: name where the threshold is written, {example}", example=SOURCE_EXAMPLE)
                yield Mistake(("indicator", number, "thresholds", n), what)


def _agencies_that_overlap_in_time(plan: Plan) -> Iterator[Mistake]:
    """Of two bodies with one role on one day the report would name the first."""
    for number, agency in enumerate(plan.agencies):
        if any(map(agency.shares_role_and_days, plan.agencies[:number])):
            yield Mistake(("agency", number), phrase("another agency has this role in the same period"))


def _units_without_a_deadline(plan: Plan) -> Iterator[Mistake]:
    """A unit that no level's deadline is for is never late."""
    for year in plan.deadline:
        units = [unit for unit in plan.expected_units(year) if plan.deadline_of(unit, year) is None]
        for unit in units:
            what = phrase(
                "no deadline of {year} applies to this unit; set level in the deadline, or all", year=str(year)
            )
            yield Mistake(("unit", plan.units.index(unit), "name"), what)


CHECKS: tuple[Callable[[Plan], Iterator[Mistake]], ...] = (
    _thresholds_that_cannot_be_met,
    _thresholds_of_other_years,
    _percent_where_a_ratio_is_meant,
    _fields_no_indicator_uses,
    _parts_without_a_whole,
    _labels_that_two_fields_share,
    _units_that_overlap_in_time,
    _mergers_without_a_successor,
    _thresholds_without_a_source,
    _agencies_that_overlap_in_time,
    _units_without_a_deadline,
)
