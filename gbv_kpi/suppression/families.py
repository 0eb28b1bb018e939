"""Group counts that reveal each other: a row withheld for one of them is withheld for all."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from gbv_kpi.kpi.publication import Publication, Side
from gbv_kpi.plan import Plan

MOST_PARTS = 3  # subtracted from a whole together, or else all: 20 parts have a million subsets


@dataclass(frozen=True)
class Amount:
    """An amount that a reader can derive: a printed sum of fields, or such a sum less some of its parts."""

    side: Side
    parts: tuple[Side, ...] = ()

    @property
    def sides(self) -> tuple[Side, ...]:
        """Return the sums from which it is derived."""
        return self.side, *self.parts


@dataclass(frozen=True)
class Family:
    """Indicators with related fields, and all amounts that can be derived from their findings."""

    indicators: tuple[str, ...]
    fields: frozenset[str]
    amounts: tuple[Amount, ...]


def protected_families(plan: Plan, former: Iterable[Publication] = ()) -> Iterator[Family]:
    """Yield the families that have a protected field.

    Fields are related if one is part of the other, or one of its forms, or if one indicator uses
    both. `former` publications have numerators and denominators of other plans.
    """
    protected = set(plan.protected_fields)
    known = set(plan.field_by_id)
    pairs = [(i.numerator, i.denominator) for i in plan.all_indicators]
    published = dict.fromkeys(pair for publication in former for pair in publication.indicators.values())
    pairs += [pair for pair in published if known.issuperset((*pair[0], *pair[1])) and pair not in pairs]
    for fields in _connected(plan, pairs):
        if fields & protected:
            indicators = tuple(i.id for i in plan.all_indicators if fields.intersection(i.numerator))
            related = [pair for pair in pairs if fields.intersection(pair[0])]
            amounts = sorted(_amounts(related, plan, protected), key=lambda amount: bool(amount.parts))
            yield Family(indicators, frozenset(fields), tuple(amounts))


def printed_fields(plan: Plan) -> set[str]:
    """Return the fields that an indicator prints by themselves, not only within a sum."""
    sides = (side for indicator in plan.all_indicators for side in (indicator.numerator, indicator.denominator))
    return {side[0] for side in sides if len(side) == 1}


def _connected(plan: Plan, pairs: Iterable[tuple[Side, Side]]) -> list[set[str]]:
    links = [{name for name in (field.id, field.part_of, field.form_of) if name} for field in plan.fields]
    links += [{*numerator, *denominator} for numerator, denominator in pairs]
    groups: list[set[str]] = []
    for link in links:
        touched = [group for group in groups if group & link]
        groups = [group for group in groups if not group & link] + [link.union(*touched)]
    return groups


def _amounts(pairs: Sequence[tuple[Side, Side]], plan: Plan, protected: set[str]) -> Iterator[Amount]:
    """Yield every printed sum, and every sum less one or more of its parts that do not overlap.

    Amounts without a protected field reveal nothing about a person.
    """
    sides = list(dict.fromkeys(side for numerator, denominator in pairs for side in (denominator, numerator) if side))
    for side in sides:
        parts = [part for part in sides if part != side and ((part, side) in pairs or _is_part(part, side, plan))]
        for size in sorted({*range(min(len(parts), MOST_PARTS) + 1), len(parts)}):
            for subset in combinations(parts, size):
                if _are_apart(subset, plan) and protected & {*side}.union(*subset):
                    yield Amount(side, subset)


def _are_apart(parts: Iterable[Side], plan: Plan) -> bool:
    """Return whether no two parts share a field, and none is a part of another."""
    return not any(
        set(first) & set(second) or _is_part(first, second, plan) or _is_part(second, first, plan)
        for first, second in combinations(parts, 2)
    )


def _is_part(part: Side, whole: Side, plan: Plan) -> bool:
    """Return whether each field of `part` is one of `whole`, or a part of one."""
    return all(_with_wholes(field, plan) & set(whole) for field in part)


def _with_wholes(field: str, plan: Plan) -> set[str]:
    """Return the field, what it is a part of, and so on."""
    whole = plan.field_by_id[field].part_of
    return {field} | (_with_wholes(whole, plan) if whole else set())
