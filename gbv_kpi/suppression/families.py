"""Counts that tell of each other: what is withheld of one of them is withheld of all."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import permutations

from gbv_kpi.kpi.scorecard import Finding
from gbv_kpi.plan import Indicator, Plan


@dataclass(frozen=True, slots=True)
class Side:
    """The numerator or the denominator of an indicator: a sum of fields that a finding prints."""

    indicator: str
    whole: bool
    fields: tuple[str, ...]

    def of(self, finding: Finding | None) -> int | None:
        if finding is None:
            return None
        return finding.denominator if self.whole else finding.numerator


@dataclass(frozen=True, slots=True)
class Amount:
    """What a reader can tell from findings: a sum that is printed, or what it has over a part of it."""

    side: Side
    part: Side | None = None

    @property
    def indicators(self) -> set[str]:
        """The indicators whose findings must all be there to tell it."""
        return {self.side.indicator} | ({self.part.indicator} if self.part else set())

    def of(self, findings: dict[str, Finding]) -> int | None:
        """The amount in the findings of one unit by indicator; None where one of its sums is not known."""
        count = self.side.of(findings.get(self.side.indicator))
        if self.part is None or count is None:
            return count
        less = self.part.of(findings.get(self.part.indicator))
        return None if less is None else count - less


@dataclass(frozen=True, slots=True)
class Family:
    """Indicators whose fields hang together, with all amounts that their findings tell."""

    indicators: tuple[str, ...]
    fields: frozenset[str]
    amounts: tuple[Amount, ...]


def protected_families(plan: Plan) -> Iterator[Family]:
    """The families that have a protected field.

    Fields hang together where one is part of the other, or one of its forms, or where both stand in one
    indicator.
    """
    protected = set(plan.protected_fields)
    for fields in _connected(plan):
        if fields & protected:
            indicators = [indicator for indicator in plan.all_indicators if fields.intersection(indicator.numerator)]
            yield Family(
                tuple(i.id for i in indicators), frozenset(fields), tuple(_amounts(indicators, plan, protected))
            )


def shown_alone(plan: Plan) -> set[str]:
    """Fields of which an indicator prints the count itself, not only a sum it is in."""
    sides = (side for indicator in plan.all_indicators for side in (indicator.numerator, indicator.denominator))
    return {side[0] for side in sides if len(side) == 1}


def _connected(plan: Plan) -> list[set[str]]:
    links = [{name for name in (field.id, field.part_of, field.form_of) if name} for field in plan.fields]
    links += [{*indicator.numerator, *indicator.denominator} for indicator in plan.all_indicators]
    groups: list[set[str]] = []
    for link in links:
        touched = [group for group in groups if group & link]
        groups = [group for group in groups if not group & link] + [link.union(*touched)]
    return groups


def _amounts(indicators: Iterable[Indicator], plan: Plan, protected: set[str]) -> Iterator[Amount]:
    """Every sum printed, and what one has over a part of it; what no protected field stands in tells of nobody."""
    sides = [
        side
        for indicator in indicators
        for side in (Side(indicator.id, True, indicator.denominator), Side(indicator.id, False, indicator.numerator))
        if side.fields
    ]
    yield from (Amount(side) for side in sides if protected.intersection(side.fields))
    for side, part in permutations(sides, 2):
        of_one = side.indicator == part.indicator and side.whole
        related = of_one or (side.fields != part.fields and _is_part(part, side, plan))
        if related and protected.intersection((*side.fields, *part.fields)):
            yield Amount(side, part)


def _is_part(part: Side, whole: Side, plan: Plan) -> bool:
    """Whether each field of `part` is one of `whole`, or a part of one."""
    return all(set(_with_wholes(field, plan)) & set(whole.fields) for field in part.fields)


def _with_wholes(field: str, plan: Plan) -> Iterator[str]:
    """The field, what it is a part of, and so on."""
    seen: set[str] = set()
    at: str | None = field
    while at is not None and at not in seen:
        yield at
        seen.add(at)
        at = plan.field_by_id[at].part_of
