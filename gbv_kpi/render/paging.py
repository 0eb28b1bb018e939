"""The findings of one year as a page has room for them: the province, and the units or those that miss a threshold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gbv_kpi.kpi.findings import Findings, findings_of
from gbv_kpi.kpi.scorecard import Finding, Scorecard, Status

SHOWN_UNITS = 200  # more than any province has communes
SHOWN_OF_MANY = 20  # of a country's, which nobody reads on a page: JSON and CSV have them all

FindingByIndicator = Mapping[str, Finding]


@dataclass(frozen=True, slots=True)
class YearRows:
    """The province's findings and the units' with their names."""

    province: FindingByIndicator
    units: tuple[tuple[str, FindingByIndicator], ...]
    left_out: int  # how many further units there are


def shown_of(units: int) -> int:
    """How many rows about so many units a page has room for."""
    return SHOWN_UNITS if units <= SHOWN_UNITS else SHOWN_OF_MANY


def missed_rows(findings: Findings) -> tuple[Sequence[Finding], int]:
    """The findings of one year that miss a threshold, and how many more do; the province's are always there."""
    missed, shown = findings.where(Status.MISSED), shown_of(findings.unit_count)
    if len(missed) <= shown:
        return missed, 0
    rows = [*missed.of_province(), *missed.of_units()[:shown]]
    return rows, len(missed) - len(rows)


def year_rows(scorecard: Scorecard) -> YearRows:
    """The findings of a scorecard of one year; of very many units only those that miss a threshold."""
    findings = findings_of(scorecard.findings)
    count, shown = findings.unit_count, shown_of(findings.unit_count)
    places = range(count) if count <= shown else findings.places_with(Status.MISSED)[:shown].tolist()
    units = [{part.indicator: part.units[place] for part in findings.by_indicator} for place in places]
    return YearRows(
        {finding.indicator: finding for finding in findings.of_province()},
        tuple((next(iter(unit.values())).unit_name or "", unit) for unit in units),
        count - len(units),
    )
