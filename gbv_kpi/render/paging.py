"""The findings of one year as a page has room for them: the province, and the units or those that miss a threshold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gbv_kpi.kpi.finding import Finding
from gbv_kpi.kpi.scorecard import Scorecard

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


def missed_rows(scorecard: Scorecard) -> tuple[Sequence[Finding], int]:
    """The findings of one year that miss a threshold, and how many more do; the province's are always there."""
    missed, shown = scorecard.missed, shown_of(scorecard.unit_count)
    if len(missed) > shown:
        is_unit = scorecard.frame["unit"].notna().to_numpy()[missed]
        missed = np.concatenate([missed[~is_unit], missed[is_unit][:shown]])
    return scorecard.of_rows(missed).findings, len(scorecard.missed) - len(missed)


def year_rows(scorecard: Scorecard) -> YearRows:
    """The findings of a scorecard of one year; of very many units only those that miss a threshold."""
    scorecard = scorecard.judged
    count = scorecard.unit_count
    shown = shown_of(count)
    units = scorecard
    if count > shown:
        units = scorecard.of_some_units(scorecard.missing_units[:shown])
    rows: dict[str, dict[str, Finding]] = {}
    for finding in units.of_units().findings:
        rows.setdefault(finding.unit or "", {})[finding.indicator] = finding
    return YearRows(
        {finding.indicator: finding for finding in scorecard.of_province().findings},
        tuple((next(iter(row.values())).unit_name or "", row) for row in rows.values()),
        count - len(rows),
    )
