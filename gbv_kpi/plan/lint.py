"""Warn of probable slips in a valid plan file; each check is a plain function."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from operator import itemgetter
from unicodedata import normalize

from gbv_kpi.i18n import phrase
from gbv_kpi.plan.error_messages import Mistake
from gbv_kpi.plan.model import Plan
from gbv_kpi.plan.thresholds import COMPARE, UNCHANGED, Comparator, Measure

SOURCE_EXAMPLE = 'source = { text = "…", kind = "full text" }'


def doubts(plan: Plan) -> Iterator[Mistake]:
    """Yield every doubt, with its place in the plan file."""
    for check in CHECKS:
        yield from check(plan)


def _thresholds_to_look_at(plan: Plan) -> Iterator[Mistake]:
    """Find thresholds that cannot be met, are never in force, are no percentages, or have no source."""
    for number, indicator in enumerate(plan.all_indicators):
        is_percent = indicator.measure == "percent"
        for n, entry in enumerate(indicator.entries):
            place, (_, written) = ("indicator", number, "thresholds", n), entry.bound
            comparator, bound = (entry.override or entry).bound
            if _is_out_of_reach(comparator, bound, indicator.measure):  # one real plan has "đạt trên 100%"
                what = phrase(
                    "this threshold cannot be met; keep the plan's words and judge by another threshold: {example}",
                    example="override = { at_least = 100 }" if ">" in comparator else "override = { at_most = 0 }",
                )
                yield Mistake(place, what)
            if entry.from_year > plan.last_year:
                what = phrase("never in force: the plan ends in {year}", year=str(plan.last_year))
                yield Mistake((*place, "from"), what)
            if is_percent and 0 < written < 2 and written % 1:
                key = 'measure = "ratio"'
                what = phrase("{bound} is read as percent; for a ratio write: {key}", bound=written, key=key)
                yield Mistake(place, what)
            if indicator.source is None and entry.source is None:
                what = phrase("no source: name where the threshold is written, {example}", example=SOURCE_EXAMPLE)
                yield Mistake(place, what)


def _is_out_of_reach(comparator: Comparator, bound: Decimal, measure: Measure) -> bool:
    """Return whether even the best value misses the bound: 0 if lower is better, else 100 of a percentage."""
    best = 100 if ">" in comparator else 0
    return (best == 0 or measure == "percent") and not COMPARE[comparator](best, bound + UNCHANGED[measure])


def _fields_no_indicator_uses(plan: Plan) -> Iterator[Mistake]:
    """Find fields without an indicator; optional ones may be asked for all the same."""
    used = {name for indicator in plan.all_indicators for name in (*indicator.numerator, *indicator.denominator)}
    for number, field in enumerate(plan.fields):
        if field.id not in used and not field.optional:
            what = phrase("no indicator uses this field: remove it, or set optional = true")
            yield Mistake(("field", number), what)


def _parts_without_a_whole(plan: Plan) -> Iterator[Mistake]:
    """Find numerators that are not declared part of their denominator: they could exceed 100% unnoticed."""
    number_by_id = {field.id: number for number, field in enumerate(plan.fields)}
    reported: set[str] = set()
    for indicator in plan.all_indicators:
        for name in indicator.numerator if indicator.measure == "percent" else ():
            field = plan.field_by_id[name]
            if field.part_of is None and name not in indicator.denominator and name not in reported:
                reported.add(name)
                what = phrase(
                    "“{indicator}” divides it by {wholes}: set part_of, or a part larger than its whole goes unnoticed",
                    indicator=indicator.id,
                    wholes=", ".join(indicator.denominator),
                )
                yield Mistake(("field", number_by_id[name]), what)


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
        entries = [(getattr(unit, key), unit.since or date.min, n, unit) for n, unit in enumerate(plan.units)]
        for (name, _, _, before), (same, since, number, _) in pairwise(sorted(entries, key=itemgetter(0, 1))):
            if name == same and (before.until or date.max) >= since:
                yield Mistake(("unit", number, key), phrase(words.wording, found=name))


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
        units = [unit for unit in plan.expected_units(year) if plan.deadline_of(unit, year) is None]
        for unit in units:
            what = phrase("no deadline of {year} applies to this unit: set one for its level, or all", year=str(year))
            yield Mistake(("unit", plan.units.index(unit), "name"), what)


CHECKS: tuple[Callable[[Plan], Iterator[Mistake]], ...] = (
    _thresholds_to_look_at,
    _fields_no_indicator_uses,
    _parts_without_a_whole,
    _labels_that_two_fields_share,
    _units_that_overlap_in_time,
    _mergers_without_a_successor,
    _agencies_that_overlap_in_time,
    _units_without_a_deadline,
)
