"""Predict the province's verdict while units are missing.

The prediction is exact if the threshold allows it: with 100% demanded, one school short means missed, whatever
the others report. Otherwise it is an estimate with last year's denominators of the missing units.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from gbv_kpi.kpi.finding import Finding
from gbv_kpi.kpi.scorecard import Scorecard
from gbv_kpi.plan import Plan, Unit
from gbv_kpi.plan.thresholds import Threshold, is_met


class Prospect(StrEnum):
    """The verdict once the missing units have reported."""

    MET = "met"
    MISSED = "missed"
    OPEN = "open"  # it depends on what they report


@dataclass(frozen=True)
class Outlook:
    """The verdict that one provisional finding of the province can become."""

    indicator: str
    year: int
    prospect: Prospect
    estimated: bool  # rests on last year's denominators
    missing: tuple[Unit, ...]  # the units without known counts

    def record(self) -> dict[str, object]:
        return {
            "indicator": self.indicator,
            "year": self.year,
            "prospect": self.prospect,
            "estimated": self.estimated,
            "missing": [{"code": unit.code, "name": unit.name} for unit in self.missing],
        }


def outlooks(scorecard: Scorecard, last_year: Mapping[str, Mapping[str, int]]) -> Iterator[Outlook]:
    """Yield the outlook of every provisional finding that a threshold is in force for.

    `scorecard` is of one year; `last_year` has last year's counts by unit of this year and by field. A plan
    without units has none: who is missing is unknown.
    """
    if not all(coverage.has_expected_units for coverage in scorecard.coverage):
        return
    plan, frame = scorecard.plan, scorecard.frame
    given = frame[frame["numerator"].notna() & frame["denominator"].notna() & frame["unit"].notna()]
    for finding in scorecard.judged.of_province().findings:
        if finding.provisional and finding.threshold is not None:
            known = set(given.loc[given["indicator"] == finding.indicator, "unit"])
            missing = tuple(unit for unit in plan.expected_units(finding.year) if unit.code not in known)
            prospect, is_estimated = _prospect(finding, finding.threshold, plan, missing, last_year)
            yield Outlook(finding.indicator, finding.year, prospect, is_estimated, missing)


def _prospect(
    finding: Finding,
    threshold: Threshold,
    plan: Plan,
    missing: tuple[Unit, ...],
    last_year: Mapping[str, Mapping[str, int]],
) -> tuple[Prospect, bool]:
    """Return the prospect, and whether it is an estimate."""
    indicator = plan.indicator_by_id[finding.indicator]
    wholes = [plan.field_by_id[field].part_of for field in indicator.numerator]
    if len(set(wholes)) < len(wholes) or not set(wholes) <= set(indicator.denominator):
        return Prospect.OPEN, False  # the numerator counts other things than the denominator: a rate may exceed 100%
    reached, whole = finding.numerator or 0, finding.denominator or 0
    # Whatever the missing units count, the rate lies between two extremes: none of it is reached, or all.
    # Try both with a count that outweighs all others: if the verdicts agree, the prediction is exact.
    exact = _between(reached, whole, 10**15 * (whole + 1), threshold)
    if exact is not Prospect.OPEN:
        return exact, False
    counts = [last_year.get(unit.code, {}).get(field) for unit in missing for field in indicator.denominator]
    known = [count for count in counts if count is not None]
    if len(known) < len(counts) or whole + sum(known) == 0:
        return Prospect.OPEN, False
    estimate = _between(reached, whole, sum(known), threshold)
    return estimate, estimate is not Prospect.OPEN


def _between(reached: int, whole: int, added: int, threshold: Threshold) -> Prospect:
    """Return the verdict if it is the same whether none or all of `added` is reached, else OPEN."""
    verdicts = {is_met(reached, whole + added, threshold), is_met(reached + added, whole + added, threshold)}
    if len(verdicts) > 1:
        return Prospect.OPEN
    return Prospect.MET if verdicts.pop() else Prospect.MISSED
