"""A reader of published output who works out what he can: he knows the plan, who reported, and the rule of parts.

He reads the findings of one year as JSON prints them. Of each indicator he subtracts the units shown from the
province, and tries every pair of whole numbers that a withheld unit can have and leave the others a possible rest.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

Printed = Mapping[str, Any]  # a finding as JSON prints it
Pair = tuple[int, int]  # numerator and denominator


def told(pair: Pair) -> dict[str, int]:
    """What two counts tell: themselves, and how many of the whole are not the part."""
    numerator, denominator = pair
    return {"numerator": numerator, "denominator": denominator, "the rest": denominator - numerator}


def small(amount: int, limit: int) -> bool:
    return 0 < amount < limit


def shown_pairs(findings: Iterable[Printed]) -> dict[str | None, Pair]:
    """By unit, None being the province."""
    return {f["unit"]: (f["numerator"], f["denominator"]) for f in findings if f["denominator"] is not None}


def possible(
    findings: Sequence[Printed], reported: Collection[str], beside: bool
) -> dict[str | None, list[Pair] | None]:
    """The pairs that each withheld unit may have, None where nothing bounds them.

    `findings` are of one indicator and year; `reported` the units that gave both counts, `beside` whether the
    province holds others (under the key None).
    """
    shown = shown_pairs(findings)
    hidden: list[str | None] = [*sorted(set(reported) - set(shown)), *([None] if beside else [])]
    if None not in shown:
        return dict.fromkeys(hidden)
    n_left = shown[None][0] - sum(n for unit, (n, _) in shown.items() if unit is not None)
    d_left = shown[None][1] - sum(d for unit, (_, d) in shown.items() if unit is not None)
    if len(hidden) == 1:
        return {hidden[0]: [(n_left, d_left)]}
    pairs = [(n, d) for d in range(d_left + 1) for n in range(min(n_left, d) + 1) if n_left - n <= d_left - d]
    return dict.fromkeys(hidden, pairs)
