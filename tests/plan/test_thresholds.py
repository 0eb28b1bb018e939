from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gbv_kpi.plan.thresholds import Comparator, Measure, Threshold, exact_rate, is_met, shortfall, shown_rate

OVER_90 = Threshold(2021, ">", Decimal(90))
AT_LEAST_85 = Threshold(2023, ">=", Decimal(85))
ALL = Threshold(2025, ">=", Decimal(100))
RATIO = Threshold(2025, "<=", Decimal("1.7"), "ratio")

counts = st.integers(0, 10**12)
wholes = st.integers(1, 10**12)
comparators: st.SearchStrategy[Comparator] = st.sampled_from([">=", ">", "<=", "<"])
measures: st.SearchStrategy[Measure] = st.sampled_from(["percent", "ratio"])
bounds = st.decimals(0, 200, places=3)
thresholds = st.builds(Threshold, st.just(2025), comparators, bounds, measures)


def meets(numerator: int, denominator: int, threshold: Threshold) -> bool:
    """The verdict by fractions, the slow and obvious way."""
    rate = Fraction(numerator * (100 if threshold.measure == "percent" else 1), denominator)
    bound = Fraction(threshold.bound)
    return {">=": rate >= bound, ">": rate > bound, "<=": rate <= bound, "<": rate < bound}[threshold.comparator]


def test_exactly_ninety_percent_is_missed_because_the_plan_says_over() -> None:
    assert not is_met(900, 1000, OVER_90)
    assert is_met(901, 1000, OVER_90)
    assert not is_met(45, 50, OVER_90)
    assert is_met(46, 50, OVER_90)


def test_exactly_eighty_five_percent_is_met_because_the_plan_says_reach() -> None:
    assert is_met(340, 400, AT_LEAST_85)
    assert not is_met(339, 400, AT_LEAST_85)


def test_twenty_nine_of_a_hundred_is_at_least_29_percent() -> None:
    """In floats it is not."""
    assert 29 / 100 * 100 < 29
    assert is_met(29, 100, Threshold(2025, ">=", Decimal(29)))


def test_one_school_in_a_billion_is_one_too_few() -> None:
    assert not is_met(10**18 - 1, 10**18, ALL)
    assert shortfall(10**18 - 1, 10**18, ALL) == 1


@pytest.mark.parametrize(
    ("comparator", "at_17", "at_18", "at_16"),
    [(">=", True, True, False), (">", False, True, False), ("<=", True, False, True), ("<", False, False, True)],
)
def test_a_ratio_is_held_against_its_bound_by_every_comparator(
    comparator: Comparator, at_17: bool, at_18: bool, at_16: bool
) -> None:
    threshold = Threshold(2025, comparator, Decimal("1.7"), "ratio")
    assert [is_met(n, 10, threshold) for n in (17, 18, 16)] == [at_17, at_18, at_16]


@pytest.mark.parametrize(
    ("numerator", "denominator", "threshold", "lacking"),
    [
        (900, 1000, OVER_90, 1),
        (899, 1000, OVER_90, 2),
        (45, 50, OVER_90, 1),
        (44, 50, OVER_90, 2),
        (0, 1, OVER_90, 1),
        (901, 1000, OVER_90, 0),
        (340, 400, AT_LEAST_85, 0),
        (339, 400, AT_LEAST_85, 1),
        (412, 489, AT_LEAST_85, 4),  # 85% of 489 is 415.65
        (2505, 2506, ALL, 1),
        (0, 7, ALL, 7),
        (332, 1000, Threshold(2025, ">=", Decimal("33.3")), 1),
    ],
)
def test_shortfall_is_the_number_to_add(numerator: int, denominator: int, threshold: Threshold, lacking: int) -> None:
    assert shortfall(numerator, denominator, threshold) == lacking


@pytest.mark.parametrize(
    ("numerator", "comparator", "too_many"), [(17, "<=", 0), (18, "<=", 1), (25, "<=", 8), (17, "<", 1), (16, "<", 0)]
)
def test_shortfall_is_the_number_to_take_away_where_lower_is_better(
    numerator: int, comparator: Comparator, too_many: int
) -> None:
    assert shortfall(numerator, 10, Threshold(2025, comparator, Decimal("1.7"), "ratio")) == too_many


def test_nothing_falls_short_of_no_cases() -> None:
    with pytest.raises(ValueError, match="denominator of 0"):
        shortfall(0, 0, ALL)


@given(counts, wholes, thresholds)
def test_verdict_agrees_with_fractions(numerator: int, denominator: int, threshold: Threshold) -> None:
    assert is_met(numerator, denominator, threshold) is meets(numerator, denominator, threshold)


@given(st.lists(st.tuples(counts, wholes), min_size=1), thresholds)
def test_a_column_is_judged_as_its_rows_are(rows: list[tuple[int, int]], threshold: Threshold) -> None:
    numerators, denominators = (pd.Series(list(column), dtype=object) for column in zip(*rows, strict=True))
    assert is_met(numerators, denominators, threshold).tolist() == [meets(n, d, threshold) for n, d in rows]


@given(wholes, thresholds)
def test_the_very_bound_is_met_unless_the_plan_says_over_or_under(denominator: int, threshold: Threshold) -> None:
    """Numerators chosen to stand exactly on the bound, which random ones hardly ever do."""
    scale = 100_000 if threshold.measure == "percent" else 1000
    numerator, whole = int(threshold.bound * 1000) * denominator, scale * denominator
    assert is_met(numerator, whole, threshold) is (threshold.comparator in (">=", "<="))


@given(counts, wholes, thresholds)
def test_shortfall_is_the_smallest_number_that_meets(numerator: int, denominator: int, threshold: Threshold) -> None:
    lacking = shortfall(numerator, denominator, threshold)
    step = -1 if threshold.lower_is_better else 1
    assert meets(numerator + step * lacking, denominator, threshold)
    if lacking:
        assert not meets(numerator + step * (lacking - 1), denominator, threshold)
    assert lacking >= 0


@pytest.mark.parametrize(
    ("numerator", "denominator", "mark", "printed"),
    [
        (2505, 2506, 100, "99.96"),
        (99_999, 100_000, 100, "99.999"),
        (900, 1000, 90, "90.0"),
        (8_996, 10_000, 90, "89.96"),
        (280, 311, 90, "90.03"),
        (1, 3000, 0, "0.03"),
        (0, 5, 0, "0.0"),
        (70, 97, 50, "72.2"),
    ],
)
def test_a_printed_rate_never_contradicts_the_verdict(
    numerator: int, denominator: int, mark: int, printed: str
) -> None:
    shown, decimals = shown_rate(exact_rate(numerator, denominator), (Decimal(mark),))
    assert (str(shown), decimals) == (printed, len(printed.partition(".")[2]))


def test_a_printed_rate_is_rounded_half_up_as_people_do() -> None:
    assert shown_rate(Fraction(125, 10), (), decimals=0) == (Decimal(13), 0)
    assert shown_rate(Fraction(1225, 100), ()) == (Decimal("12.3"), 1)


@given(counts, wholes, st.lists(bounds, max_size=3), st.integers(0, 4))
def test_a_printed_rate_stays_on_its_side_of_every_mark(
    numerator: int, denominator: int, marks: list[Decimal], decimals: int
) -> None:
    rate = exact_rate(numerator, denominator)
    shown, digits = shown_rate(rate, tuple(marks), decimals)
    for mark in map(Fraction, marks):
        assert (Fraction(shown) > mark, Fraction(shown) < mark) == (rate > mark, rate < mark)
    assert digits >= decimals
    assert abs(Fraction(shown) - rate) <= Fraction(1, 2 * 10**digits)


def test_a_ratio_is_no_percentage() -> None:
    assert exact_rate(17, 10, "ratio") == Fraction(17, 10)
    assert exact_rate(17, 10) == 170
    assert RATIO.lower_is_better
    assert not ALL.lower_is_better
