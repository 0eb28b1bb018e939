"""Predict the province's verdict while units are missing.

The prediction is exact if the threshold allows it: with 100% demanded, one school short means missed, whatever
the others report. Otherwise it is an estimate with last year's denominators of the missing units.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from gbv_kpi.kpi.finding import Finding
from gbv_kpi.kpi.scorecard import Scorecard
from gbv_kpi.plan import Indicator, Plan, Unit
from gbv_kpi.plan.thresholds import Threshold, is_met


class Prospect(StrEnum):
    """The verdict once the missing units have reported."""

    MET = "met"
    MISSED = "missed"
    OPEN = "open"  # it depends on what they report


@dataclass(frozen=True, slots=True)
class Outlook:
    """The verdict that one provisional finding of the province can become."""

    indicator: str
    year: int
    prospect: Prospect
    estimated: bool  # rests on last year's denominators
    missing: tuple[Unit, ...]  # the units without known counts

    def record(self) -> dict[str, object]:
        """Return the outlook as in JSON."""
        return {
            "indicator": self.indicator,
            "year": self.year,
            "prospect": str(self.prospect),
            "estimated": self.estimated,
            "missing": [{"code": unit.code, "name": unit.name} for unit in self.missing],
        }


def outlooks(scorecard: Scorecard, last_year: Mapping[str, Mapping[str, int]]) -> Iterator[Outlook]:
    """Yield the outlook of every provisional finding that a threshold is in force for.

    `scorecard` is of one year; `last_year` has last year's counts by unit of this year and by field. A plan
    without units has none: who is missing is unknown.
    """
    plan = scorecard.plan
    if not all(coverage.has_expected_units for coverage in scorecard.coverage):
        return
    for finding in scorecard.judged.of_province().findings:
        if finding.provisional and finding.threshold is not None:
            indicator = plan.indicator_by_id[finding.indicator]
            missing = _missing(scorecard, finding)
            prospect, estimated = _prospect(finding, finding.threshold, indicator, plan, missing, last_year)
            yield Outlook(finding.indicator, finding.year, prospect, estimated, missing)


def _missing(scorecard: Scorecard, finding: Finding) -> tuple[Unit, ...]:
    """Return the expected units that do not give both counts of an indicator."""
    frame = scorecard.frame
    given = frame[(frame["indicator"] == finding.indicator) & frame["numerator"].notna() & frame["denominator"].notna()]
    known = set(given["unit"].dropna())
    return tuple(unit for unit in scorecard.plan.expected_units(finding.year) if unit.code not in known)


def _prospect(
    finding: Finding,
    threshold: Threshold,
    indicator: Indicator,
    plan: Plan,
    missing: tuple[Unit, ...],
    last_year: Mapping[str, Mapping[str, int]],
) -> tuple[Prospect, bool]:
    reached, whole = finding.numerator or 0, finding.denominator or 0
    if not _is_share(indicator, plan):
        return Prospect.OPEN, False
    # Whatever the missing units count, the rate lies between two extremes: none of it is reached, or all.
    # Try both with a count that outweighs all others: if the verdicts agree, the prediction is exact.
    exact = _between(reached, whole, 10**15 * (whole + 1), threshold)
    if exact is not Prospect.OPEN:
        return exact, False
    counts = [[last_year.get(unit.code, {}).get(field) for field in indicator.denominator] for unit in missing]
    known = [count for of_unit in counts for count in of_unit if count is not None]
    if len(known) < len(missing) * len(indicator.denominator) or whole + sum(known) == 0:
        return Prospect.OPEN, False
    estimate = _between(reached, whole, sum(known), threshold)
    return estimate, estimate is not Prospect.OPEN


def _is_share(indicator: Indicator, plan: Plan) -> bool:
    """Return whether the numerator is a part of the denominator, so that a unit's rate lies between 0 and 100%."""
    wholes = [plan.field_by_id[field].part_of for field in indicator.numerator]
    return len(set(wholes)) == len(wholes) and set(wholes) <= set(indicator.denominator)


def _between(reached: int, whole: int, added: int, threshold: Threshold) -> Prospect:
    """Return the verdict if it is the same whether none or all of `added` is reached, else OPEN."""
    verdicts = {is_met(reached, whole + added, threshold), is_met(reached + added, whole + added, threshold)}
    if len(verdicts) > 1:
        return Prospect.OPEN
    return Prospect.MET if verdicts.pop() else Prospect.MISSED
