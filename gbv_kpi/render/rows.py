"""The findings of one year as a page has room for them: the province, and the units or those that miss a threshold."""

from collections.abc import Mapping
from dataclasses import dataclass

from gbv_kpi.findings import findings_of
from gbv_kpi.scorecard import Finding, Scorecard, Status

__all__ = ["SHOWN_UNITS", "YearRows", "year_rows"]

SHOWN_UNITS = 100

FindingByIndicator = Mapping[str, Finding]


@dataclass(frozen=True, slots=True)
class YearRows:
    """The province's findings and the units' with their names."""

    province: FindingByIndicator
    units: tuple[tuple[str, FindingByIndicator], ...]
    left_out: int  # how many further units there are


def year_rows(scorecard: Scorecard) -> YearRows:
    """The findings of a scorecard of one year; of very many units only those that miss a threshold."""
    findings = findings_of(scorecard.findings)
    few = findings.unit_count <= SHOWN_UNITS
    places = range(findings.unit_count) if few else findings.places_with(Status.MISSED)[:SHOWN_UNITS].tolist()
    units = [{part.indicator: part.units[place] for part in findings.by_indicator} for place in places]
    return YearRows(
        {finding.indicator: finding for finding in findings.of_province()},
        tuple((next(iter(unit.values())).unit_name or "", unit) for unit in units),
        findings.unit_count - len(units),
    )
