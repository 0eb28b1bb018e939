from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gbv_kpi import evaluate, load_plan, read_returns, shelf
from gbv_kpi.counts import BLANK, Lines, Names, places_in_order, whole
from gbv_kpi.kpi import engine
from gbv_kpi.kpi.engine import _met
from gbv_kpi.kpi.findings import Findings, findings_of
from gbv_kpi.kpi.scorecard import Finding, Status
from gbv_kpi.plan import Indicator, Plan
from gbv_kpi.plan.thresholds import Comparator, Threshold
from gbv_kpi.returns.collect import Returns
from tests.command import judge, well_but, write_csv

PLAN = load_plan()
FIELDS = list(PLAN.field_by_id)
UNITS = ["370", "372", "373", "37"]  # the last one may leave blank what it does not run
Given = dict[tuple[str, int], dict[str, int | None]]


def returns_of(given: Given) -> Returns:
    unit, units = places_in_order(Names(unit for unit, _ in given))
    counts = {field: whole(values.get(field) for values in given.values()) for field in FIELDS}
    lines = Lines(whole(year for _, year in given), unit, unit, counts, units, units)
    return Returns(lines, (), (), frozenset())


def plainly(given: Given, plan: Plan) -> list[tuple[str, int, str | None, int | None, int | None, Status, int | None]]:
    """The findings by fractions, one after the other."""
    found = []
    for year in sorted({year for _, year in given}):
        for indicator in plan.indicators:
            sums = {u: sums_of(indicator, values, u) for (u, y), values in sorted(given.items()) if y == year}
            both = [pair for pair in sums.values() if None not in pair]
            all_of = tuple(sum(side) for side in zip(*both, strict=True)) if both else (None, None)
            for unit, (n, d) in ((None, all_of), *sums.items()):
                found.append((indicator.id, year, unit, n, d, *verdict_of(indicator, year, n, d)))
    return found


def sums_of(indicator: Indicator, values: dict[str, int | None], unit: str) -> tuple[int | None, int | None]:
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


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(UNITS), st.integers(2021, 2025)),
        st.dictionaries(st.sampled_from(FIELDS), st.integers(0, 40) | st.none()),
        max_size=12,
    )
)
def test_columns_come_to_what_fractions_come_to_one_by_one(given: Given) -> None:
    findings = evaluate(returns_of(given), PLAN).findings
    found = [(f.indicator, f.year, f.unit, f.numerator, f.denominator, f.status, f.shortfall) for f in findings]
    assert found == plainly(given, PLAN)


@given(
    st.lists(st.tuples(st.integers(0, 2**62), st.integers(1, 2**62)), min_size=1),
    st.sampled_from((">=", ">", "<=", "<")),
    st.decimals(0, 200, places=9),
)
def test_a_verdict_is_exact_however_large_the_counts_and_fine_the_threshold(
    rows: list[tuple[int, int]], comparator: Comparator, bound: Decimal
) -> None:
    """64 bits would overflow: 2⁶² weighed by a bound of nine decimals."""
    threshold = Threshold(2021, comparator, bound)
    numerators, denominators = (whole(column) for column in zip(*rows, strict=True))
    met = _met(numerators, denominators, threshold).tolist()
    assert met == [holds(Fraction(n, d) * 100, threshold) for n, d in rows]


@pytest.fixture
def scorecard_findings(tmp_path: Path) -> Findings:
    missed = well_but(schools=20, schools_integrating=3)
    rows = [
        ("372", 2025, well_but()),
        ("373", 2025, missed),
        ("374", 2025, well_but(victims=0, victims_seeking_help=0)),
    ]
    return findings_of(judge(tmp_path, PLAN, rows).findings)


def test_findings_are_a_sequence_like_any_other(scorecard_findings: Findings) -> None:
    listed = list(scorecard_findings)
    assert len(listed) == len(scorecard_findings) == 4 * 4
    assert scorecard_findings == tuple(listed)
    assert [scorecard_findings[place] for place in range(-16, 16)] == listed * 2
    assert scorecard_findings[3:9] == listed[3:9]
    assert listed[7] in scorecard_findings
    with pytest.raises(IndexError):
        scorecard_findings[16]


def test_what_is_asked_of_columns_is_what_the_findings_say(scorecard_findings: Findings) -> None:
    def where(status: Status) -> list[Finding]:
        return [finding for finding in scorecard_findings if finding.status is status]

    for asked in (scorecard_findings, findings_of(tuple(scorecard_findings))):
        assert asked.statuses == {finding.status for finding in scorecard_findings}
        assert all(list(asked.where(status)) == where(status) for status in Status)
        assert [finding.unit for finding in asked.of_province()] == [None] * 4
        assert asked.of_units().unit_count == 3
        assert asked.places_with(Status.MISSED).tolist() == [1]
        assert asked.of_year(2024) == ()


def test_a_blank_count_is_none_and_never_zero() -> None:
    findings = evaluate(returns_of({("372", 2025): {"schools": 0}}), PLAN).findings
    education = [finding for finding in findings if finding.indicator == "education"]
    assert [(f.numerator, f.denominator, f.status) for f in education] == [
        (None, None, Status.NO_DATA),
        (None, 0, Status.NO_DATA),
    ]
    assert BLANK == -1


def test_units_judged_a_few_at_a_time_from_a_file_are_judged_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        ("370", 2025, well_but(victims=None)),
        ("372", 2025, well_but()),
        ("373", 2025, well_but(schools=20, schools_integrating=3)),
        ("374", 2025, well_but(victims=0, victims_seeking_help=0)),
        ("37", 2025, {"officials": 9, "officials_trained": 5}),
    ]
    file = write_csv(tmp_path / "returns.csv", PLAN, rows)
    at_once = evaluate(read_returns([file], PLAN), PLAN)
    monkeypatch.setattr(engine, "AT_ONCE", 2)
    monkeypatch.setattr(shelf, "IN_MEMORY", 1)
    apart = evaluate(read_returns([file], PLAN), PLAN)
    assert apart == at_once
    assert len(apart.findings) == 4 + 4 * 4
    assert findings_of(apart.findings).where(Status.MISSED) == findings_of(at_once.findings).where(Status.MISSED) != []
