"""Columns of pandas come to what fractions come to one by one, on returns drawn at random."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from gbv_kpi import evaluate, load_plan
from gbv_kpi.kpi.engine import _met, counts_of_year
from gbv_kpi.kpi.finding import Status
from gbv_kpi.plan import Indicator, Plan
from gbv_kpi.plan.thresholds import Comparator, Threshold
from gbv_kpi.returns.frame import Returns

PLAN = load_plan()
FIELDS = list(PLAN.field_by_id)
Counts = dict[str, int | None]
Sent = tuple[str, int, str, bool]  # unit, year, the unit named, whether that has merged
Given = dict[Sent, Counts]
# The last one may leave blank what it does not run; 374 is the heir of two units in 2025, one of them of its code.
SENT: list[Sent] = [(unit, year, unit, False) for unit in ("370", "372", "37") for year in range(2021, 2026)]
SENT += [("374", 2024, "374", False), ("374", 2025, "369", True), ("374", 2025, "374", True)]


def returns_of(given: Given) -> Returns:
    absent = pd.array([pd.NA] * len(given), dtype="Int32")
    frame = pd.DataFrame(
        {
            **dict.fromkeys(["file", "table", "row"], absent),
            "unit": pd.Categorical([unit for unit, *_ in given]),
            "named_unit": pd.Categorical([named for _, _, named, _ in given]),
            "is_merged": np.array([is_merged for *_, is_merged in given], dtype=bool),
            "is_expected": np.array([unit != "37" for unit, *_ in given], dtype=bool),
            "year": np.array([year for _, year, *_ in given], dtype=np.int16),
            "is_reported": True,
            "is_duplicate": False,
            "is_valid": True,
        }
        | {field: pd.array([counts.get(field) for counts in given.values()], dtype="Int32") for field in FIELDS}
    )
    return Returns(frame, ())


def by_unit(given: Given, year: int) -> dict[str, Counts]:
    """The counts of each unit of a year: those of its predecessors added up, where each of them gives one."""
    units: dict[str, list[Counts]] = {}
    for (unit, of, *_), counts in given.items():
        if of == year:
            units.setdefault(unit, []).append(counts)

    def added(several: list[Counts], field: str) -> int | None:
        counts = [count for counts in several if (count := counts.get(field)) is not None]
        return sum(counts) if len(counts) == len(several) else None

    return {unit: {field: added(units[unit], field) for field in FIELDS} for unit in sorted(units)}


def plainly(given: Given, plan: Plan) -> list[tuple[str, int, str | None, int | None, int | None, Status, int | None]]:
    """The findings by fractions, one after the other."""
    found = []
    for year in sorted({year for _, year, *_ in given}):
        counts = by_unit(given, year)
        for indicator in plan.indicators:
            sums = {unit: sums_of(indicator, values, unit) for unit, values in counts.items()}
            both = [pair for pair in sums.values() if None not in pair]
            all_of = tuple(sum(side) for side in zip(*both, strict=True)) if both else (None, None)
            for unit, (n, d) in ((None, all_of), *sums.items()):
                found.append((indicator.id, year, unit, n, d, *verdict_of(indicator, year, n, d)))
    return found


def sums_of(indicator: Indicator, values: Counts, unit: str) -> tuple[int | None, int | None]:
    def added(fields: tuple[str, ...]) -> int | None:
        counts = [values.get(field) for field in fields]
        given = [count for count in counts if count is not None]
        return sum(given) if given and (unit == "37" or len(given) == len(counts)) else None

    return added(indicator.numerator), added(indicator.denominator)


def verdict_of(indicator: Indicator, year: int, n: int | None, d: int | None) -> tuple[Status, int | None]:
    threshold = indicator.threshold_in(year)
    if n is None or d is None:
        return Status.NO_DATA, None
    if d == 0:
        return Status.NO_CASES, None
    if threshold is None:
        return Status.NOT_DUE, None
    lacking = next(more for more in range(d + 2) if holds(Fraction(n + more, d) * 100, threshold))
    return (Status.MISSED, lacking) if lacking else (Status.MET, 0)


def holds(rate: Fraction, threshold: Threshold) -> bool:
    bound = Fraction(threshold.bound)
    return {">=": rate >= bound, ">": rate > bound, "<=": rate <= bound, "<": rate < bound}[threshold.comparator]


def some_returns(largest: int) -> st.SearchStrategy[Given]:
    return st.dictionaries(
        st.sampled_from(SENT),
        st.dictionaries(st.sampled_from(FIELDS), st.integers(0, largest) | st.none()),
        max_size=12,
    )


@given(some_returns(40))
def test_columns_come_to_what_fractions_come_to_one_by_one(given: Given) -> None:
    judged = {indicator.id for indicator in PLAN.indicators}
    findings = [f for f in evaluate(returns_of(given), PLAN).findings if f.indicator in judged]
    found = [(f.indicator, f.year, f.unit, f.numerator, f.denominator, f.status, f.shortfall) for f in findings]
    assert found == plainly(given, PLAN)


@given(some_returns(999_999_999))
def test_the_counts_behind_the_findings_are_those_of_each_unit(given: Given) -> None:
    """Two counts of a merged unit are more than 32 bits hold."""
    returns = returns_of(given)
    for year in range(2021, 2026):
        known = {
            unit: {field: count for field, count in counts.items() if count is not None}
            for unit, counts in by_unit(given, year).items()
        }
        assert {of.unit: of.values for of in counts_of_year(returns, PLAN, year)} == known


@given(some_returns(40), st.data())
def test_invalid_returns_are_in_no_finding_and_are_named_as_refused(given: Given, data: st.DataObject) -> None:
    returns = returns_of(given)
    is_valid = data.draw(st.lists(st.booleans(), min_size=len(given), max_size=len(given)))
    partly = Returns(returns.frame.assign(is_valid=np.array(is_valid, dtype=bool)), ())
    counted = {sent: counts for (sent, counts), valid in zip(given.items(), is_valid, strict=True) if valid}
    scorecard, of_valid = evaluate(partly, PLAN), evaluate(returns_of(counted), PLAN)
    assert scorecard.findings == of_valid.findings
    refused = {(sent[0], sent[1]) for sent in given if sent not in counted}
    assert partly.refused() == refused
    for coverage in scorecard.coverage:
        received = {unit for unit, year, *_ in counted if year == coverage.year}
        missing = {unit.code for unit in coverage.expected} - received
        assert {unit.code for unit in coverage.missing} == missing
        assert {unit.code for unit in coverage.refused} == {
            unit for unit in missing if (unit, coverage.year) in refused
        }


@given(
    st.lists(st.tuples(st.integers(0, 2**62), st.integers(1, 2**62)), min_size=1),
    st.sampled_from((">=", ">", "<=", "<")),
    st.decimals(0, 200, places=9),
)
def test_verdict_is_exact_for_any_counts_and_any_threshold(
    rows: list[tuple[int, int]], comparator: Comparator, bound: Decimal
) -> None:
    """64 bits would overflow: 2⁶² weighed by a bound of nine decimals."""
    threshold = Threshold(2021, comparator, bound)
    numerators, denominators = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    met = _met(numerators, denominators, threshold).tolist()
    assert met == [holds(Fraction(n, d) * 100, threshold) for n, d in rows]


def test_a_blank_count_is_none_and_never_zero() -> None:
    findings = evaluate(returns_of({("372", 2025, "372", False): {"schools": 0}}), PLAN).findings
    education = [finding for finding in findings if finding.indicator == "education"]
    assert [(f.numerator, f.denominator, f.status) for f in education] == [
        (None, None, Status.NO_DATA),
        (None, 0, Status.NO_DATA),
    ]
