"""An outcome as tidy rows: one for each finding, with the same columns whatever the plan and the language.

Figures are written for programs: whole numbers without separators, rates with a decimal point. Ids are those of
JSON; names and the words of a status are the officer's. Whoever opens the file in a spreadsheet must not run
what someone wrote into a name: a text that a spreadsheet would take for a formula has an apostrophe in front.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Language, Phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.withheld import Withheld
from gbv_kpi.plan import Plan
from gbv_kpi.plan.thresholds import Threshold
from gbv_kpi.render.formatting import MEANING
from gbv_kpi.render.sentences import withheld_reason

COLUMNS = (
    "plan",
    "year",
    "indicator",
    "indicator_title",
    "scope",
    "unit",
    "unit_name",
    "numerator",
    "denominator",
    "rate",
    "measure",  # of rate, threshold and next_threshold: percent or ratio
    "comparator",
    "threshold",
    "threshold_since",
    "next_comparator",
    "next_threshold",
    "next_threshold_since",
    "status",
    "status_text",
    "shortfall",
    "next_shortfall",
    "provisional",
    "note",
)
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # the wide ones act in East Asian editions

Cell = str | int | None


class _Line:
    """What a writer of csv writes to: it gives each line back."""

    def write(self, line: str) -> str:
        return line


def to_csv(outcome: Outcome, language: Language) -> Iterator[str]:
    """Yield the findings with headings line by line."""
    plan = outcome.scorecard.plan
    return csv_lines(COLUMNS, (_row(one, plan, outcome.withheld, language) for one in outcome.scorecard.findings))


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Yield headings and rows, which end as RFC 4180 has them."""
    writer = csv.writer(_Line())
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow([_safe(cell) if isinstance(cell, str) else cell for cell in row])


def _row(finding: Finding, plan: Plan, withheld: Withheld | None, language: Language) -> list[Cell]:
    rate = finding.rate(decimals=4)
    note: Phrase | str = ""
    if withheld and finding.status is Status.WITHHELD:
        note = withheld_reason(withheld)
    return [
        plan.id,
        finding.year,
        finding.indicator,
        language.say(plan.indicator_by_id[finding.indicator].title),
        finding.scope,
        finding.unit,
        language.say(finding.unit_name or plan.place),
        finding.numerator,
        finding.denominator,
        decimal_text(rate[0]) if rate else None,
        finding.measure,
        *_threshold(finding.threshold),
        *_threshold(finding.next_threshold),
        str(finding.status),
        language.say(MEANING[finding.status]),
        finding.shortfall,
        finding.next_shortfall,
        "true" if finding.provisional else "false",
        language.say(note),
    ]


def _threshold(threshold: Threshold | None) -> tuple[Cell, Cell, Cell]:
    if threshold is None:
        return None, None, None
    return threshold.comparator, decimal_text(threshold.bound), threshold.since


def decimal_text(value: Decimal) -> str:
    """Without trailing zeros: 100 and 60.3774."""
    return f"{value.normalize():f}"


def _safe(text: str) -> str:
    shown = escape_controls(text)
    return f"'{shown}" if shown.lstrip().startswith(FORMULA_STARTS) else shown
