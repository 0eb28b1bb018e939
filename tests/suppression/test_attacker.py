"""Random provinces, published, and a reader who tries to recover what was withheld from all that is printed."""

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import pytest

from gbv_kpi.i18n import ENGLISH
from gbv_kpi.kpi.engine import counts_of_year, evaluate
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.trend import trend_of
from gbv_kpi.ledger.entries import returns_from
from gbv_kpi.render.json import to_json
from gbv_kpi.render.trend import trend_to_json
from gbv_kpi.suppression import publishable, publishable_trend
from tests.suppression.attacker import Printed, possible, shown_pairs, small, told
from tests.suppression.countries import random_entries, random_plan

LIMIT = 5
PROTECTED = ("help-seeking", "assistance")
PROVINCES = 80

Table = tuple[Sequence[Printed], Sequence[Printed]]  # the findings of an indicator and year, as they are and as printed


@pytest.mark.slow
def test_nothing_below_the_limit_is_recovered_from_random_years() -> None:
    """Each table of each year: a check's of its own units, and a trend's of the last year's."""
    seen: Counter[str] = Counter()
    for seed in range(PROVINCES):
        for true, printed in _tables(random.Random(seed)):
            seen.update(_attack(true, printed, f"seed {seed}"))
    assert seen["tables"] >= 2 * 300  # two protected indicators a year
    assert seen["withheld"] > 1900
    assert seen["beside"] > 0
    assert seen["of one unit"] > 0
    assert seen["provisional"] > 0


@pytest.mark.slow
def test_values_behind_a_report_and_a_trend_say_no_more_than_its_findings() -> None:
    for seed in range(12):
        plan = random_plan(chance := random.Random(seed))
        if not (entries := random_entries(plan, chance)):
            continue
        followed = trend_of(returns_from(entries, plan), plan)
        year = followed.years[-1]
        returns = returns_from([entry for entry in entries if entry.year == year], plan)
        counts = counts_of_year(returns, plan, year)
        card = evaluate(returns, plan)
        report = publishable(Outcome("report", card, (), (), counts=counts, trend=followed), LIMIT)
        assert report.trend is not None
        assert report.trend.series == publishable_trend(followed, LIMIT).series
        shown = {(f.indicator, f.unit): f for f in report.scorecard.findings}
        for one in report.counts:
            for indicator in plan.indicators:
                finding = shown[indicator.id, one.unit]
                pair = one.values.get(indicator.numerator[0]), one.values.get(indicator.denominator[0])
                assert pair == (finding.numerator, finding.denominator), (seed, one.unit)


def _tables(chance: random.Random) -> Iterator[Table]:
    plan = random_plan(chance)
    entries = random_entries(plan, chance)
    if not entries:
        return
    card = evaluate(returns_from(entries, plan), plan)
    checked = publishable(Outcome("check", card, (), ()), LIMIT)
    yield from _by_indicator_and_year(
        _records(card.findings), json.loads("".join(to_json(checked, ENGLISH)))["findings"]
    )
    followed = trend_of(returns_from(entries, plan), plan)
    points = _records(point.finding for series in followed.series for point in series.points)
    series = json.loads("".join(trend_to_json(publishable_trend(followed, LIMIT), ENGLISH)))["series"]
    yield from _by_indicator_and_year(points, [point for one in series for point in one["points"]])


def _records(findings: Any) -> list[Printed]:
    return [finding.record() for finding in findings]


def _by_indicator_and_year(true: list[Printed], printed: list[Printed]) -> Iterator[Table]:
    def key(finding: Printed) -> tuple[str, int]:
        return finding["indicator"], finding["year"]

    printed_by_key = {k: list(group) for k, group in groupby(sorted(printed, key=key), key)}
    for of, group in groupby(sorted(true, key=key), key):
        if of[0] in PROTECTED:
            yield list(group), printed_by_key[of]


def _attack(true: Sequence[Printed], printed: Sequence[Printed], where: str) -> Counter[str]:
    pairs = {u: pair for u, pair in shown_pairs(true).items() if pair[0] is not None}
    whole = pairs.pop(None, (0, 0))
    beside = whole[0] - sum(n for n, _ in pairs.values()), whole[1] - sum(d for _, d in pairs.values())
    seen = Counter(tables=1, beside=int(any(beside)))
    shown = shown_pairs(printed)
    for unit, pair in shown.items():
        if unit is not None:
            assert not any(small(amount, LIMIT) for amount in told(pair).values()), (where, unit, pair)
    for finding in printed:
        if finding["status"] == "withheld":
            told_elsewhere = ("numerator", "denominator", "rate_percent", "shortfall", "next_shortfall")
            assert [finding[key] for key in told_elsewhere] == [None] * 5, (where, finding)
    for unit, readings in possible(printed, [unit for unit in pairs if unit], any(beside)).items():
        pair = beside if unit is None else pairs[unit]
        seen["withheld"] += 1
        if readings is None:
            is_provisional = any(finding["provisional"] for finding in true)
            seen["provisional" if is_provisional else "of one unit"] += 1
            assert is_provisional or len(pairs) + any(beside) == 1, where
            continue
        assert pair in readings, where
        for name, amount in told(pair).items():
            if small(amount, LIMIT):
                amounts = {told(reading)[name] for reading in readings}
                assert len(amounts) > 1, (where, unit, name, amount)
                assert not all(small(one, LIMIT) for one in amounts), (where, unit, name, amount)
    return seen
