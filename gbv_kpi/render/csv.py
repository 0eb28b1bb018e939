"""Render lists and the findings of an outcome as CSV, with the same columns for every plan and language.

Figures are written for programs: whole numbers without separators, rates with a decimal point. Ids are those of
JSON; names and the words of a status are in the language of the officer. A text that a spreadsheet would run
as a formula gets an apostrophe in front: anyone may write one into a name.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Bilingual, Language, Phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.plan.thresholds import Threshold
from gbv_kpi.render.formatting import MEANING
from gbv_kpi.render.listing import Cell, Coded
from gbv_kpi.render.sentences import withheld_reason

FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # the wide ones act in East Asian editions


def _note(finding: Finding, outcome: Outcome) -> Phrase | None:
    is_withheld = finding.status is Status.WITHHELD
    return withheld_reason(outcome.withheld) if outcome.withheld and is_withheld else None


COLUMNS: Mapping[str, Callable[[Finding, Outcome], Cell]] = {
    "plan": lambda _, outcome: outcome.scorecard.plan.id,
    "year": lambda finding, _: finding.year,
    "indicator": lambda finding, _: finding.indicator,
    "indicator_title": lambda finding, outcome: outcome.scorecard.plan.indicator_by_id[finding.indicator].title,
    "scope": lambda finding, _: finding.scope,
    "unit": lambda finding, _: finding.unit,
    "unit_name": lambda finding, outcome: finding.unit_name or outcome.scorecard.plan.place,
    "numerator": lambda finding, _: finding.numerator,
    "denominator": lambda finding, _: finding.denominator,
    "rate": lambda finding, _: finding,
    "measure": lambda finding, _: finding.measure,  # of rate, threshold and next_threshold: percent or ratio
    "comparator": lambda finding, _: finding.threshold and finding.threshold.comparator,
    "threshold": lambda finding, _: finding.threshold,
    "threshold_since": lambda finding, _: finding.threshold and finding.threshold.since,
    "next_comparator": lambda finding, _: finding.next_threshold and finding.next_threshold.comparator,
    "next_threshold": lambda finding, _: finding.next_threshold,
    "next_threshold_since": lambda finding, _: finding.next_threshold and finding.next_threshold.since,
    "status": lambda finding, _: str(finding.status),
    "status_text": lambda finding, _: MEANING[finding.status],
    "shortfall": lambda finding, _: finding.shortfall,
    "next_shortfall": lambda finding, _: finding.next_shortfall,
    "provisional": lambda finding, _: finding.provisional,
    "note": _note,
}


class _Line:
    """A file that makes `csv.writer` return each line."""

    def write(self, line: str) -> str:
        return line


def to_csv(outcome: Outcome, language: Language) -> Iterator[str]:
    cells = COLUMNS.values()
    rows = ([cell(finding, outcome) for cell in cells] for finding in outcome.scorecard.findings)
    return csv_lines(COLUMNS, rows, language)


def csv_lines(names: Iterable[str], rows: Iterable[Iterable[Cell]], language: Language) -> Iterator[str]:
    """Yield the lines of headings and rows, ended as in RFC 4180."""
    writer = csv.writer(_Line())
    yield writer.writerow(names)
    for row in rows:
        yield writer.writerow([_csv_value(cell, language) for cell in row])


def _csv_value(cell: Cell, language: Language) -> str | int | None:
    if cell is None or type(cell) is int:  # most cells, tried first: a country has millions
        return cell
    match cell:
        case str():
            return _defuse(cell)
        case bool():
            return "true" if cell else "false"
        case datetime():
            return f"{cell.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        case date():
            return cell.isoformat()
        case Coded():
            return _defuse(cell.code)
        case Finding():
            rate = cell.rate(decimals=4)
            return _defuse(_decimal_text(rate[0])) if rate else None
        case Threshold():
            return _defuse(_decimal_text(cell.bound))
        case Phrase() | Bilingual():
            return _defuse(language.say(cell))
        case _:
            return cell


def _decimal_text(value: Decimal) -> str:
    """Return a number without trailing zeros: 100 and 60.3774."""
    return f"{value.normalize():f}"


def _defuse(text: str) -> str:
    shown = escape_controls(text)
    return f"'{shown}" if shown.lstrip().startswith(FORMULA_STARTS) else shown
