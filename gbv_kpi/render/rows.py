"""The findings of one year as a page has room for them: the province, and the units or those that miss a threshold."""

from collections.abc import Mapping
from dataclasses import dataclass

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
    by_unit: dict[str | None, dict[str, Finding]] = {}
    for finding in scorecard.findings:
        by_unit.setdefault(finding.unit, {})[finding.indicator] = finding
    province = by_unit.pop(None)
    units = list(by_unit.values())
    shown = units if len(units) <= SHOWN_UNITS else [unit for unit in units if _misses_one(unit)][:SHOWN_UNITS]
    named = tuple((next(iter(unit.values())).unit_name or "", unit) for unit in shown)
    return YearRows(province, named, len(units) - len(shown))


def _misses_one(findings: FindingByIndicator) -> bool:
    return any(finding.status is Status.MISSED for finding in findings.values())
