"""Write the list of any command in any format, from the columns and rows it gives.

CSV has column names for programs, figures without separators, and times in UTC. Other formats have headings,
separators, and the local time of the office with its offset.
"""

import csv
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeVar

from rich.console import RenderableType

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Bilingual, Language, Phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.plan.thresholds import Threshold
from gbv_kpi.render.formatting import MEANING, clock_text, rate_text, threshold_text
from gbv_kpi.render.sentences import withheld_reason
from gbv_kpi.render.table import Column, Styled, Table

FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # the wide ones act in East Asian editions

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Coded:
    """A value with a code for programs and words for a person."""

    code: str
    words: Phrase | Bilingual | str
    style: str = ""  # on a terminal


Cell = str | int | bool | date | datetime | Phrase | Bilingual | Coded | Finding | Threshold | None
Columns = Sequence[tuple[str, Phrase | None, Callable[[Item], Cell]]]  # name, heading and cell, as in `listing_of`


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows under named columns, with the notes on them."""

    title: Phrase
    columns: Sequence[tuple[str, Phrase | None]]  # the name in CSV, and the heading; None: not for a person
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[Phrase] = ()


def listing_of(title: Phrase, columns: Columns[Item], items: Iterable[Item], notes: Iterable[Phrase] = ()) -> Listing:
    rows = [[cell(item) for _, _, cell in columns] for item in items]
    return Listing(title, [(name, heading) for name, heading, _ in columns], rows, tuple(notes))


def in_format(
    format: str,
    language: Language,
    table: Callable[[], RenderableType],
    json: Callable[[], str | Iterator[str]],
    make_listing: Callable[[], Listing],
) -> str | bytes | Iterator[str] | RenderableType:
    """Return a result in a format: its table for a terminal, its JSON, or its listing as a file."""
    match format:
        case "table":
            return table()
        case "json":
            return json()
        case "csv":
            listing = make_listing()
            return csv_lines([name for name, _ in listing.columns], listing.rows, language)
        case "md":
            from gbv_kpi.render.markdown import listing_to_markdown

            return listing_to_markdown(make_listing(), language)
        case _:
            from gbv_kpi.render.xlsx.lists import listing_to_xlsx

            return listing_to_xlsx(make_listing(), language)


def on_terminal(listing: Listing, language: Language, names: Collection[str] = ()) -> Table:
    """Return the columns of these names, or all, as a table of a terminal."""
    shown = [index for index, (name, _) in enumerate(listing.columns) if not names or name in names]
    columns = []
    for index in shown:
        cells = [row[index] for row in listing.rows]
        heading = listing.columns[index][1]
        is_figure = any(isinstance(cell, int) and not isinstance(cell, bool) for cell in cells)
        is_unbroken = any(isinstance(cell, date) for cell in cells)
        columns.append(Column(language.say(heading or ""), is_figure, is_unbroken))
    return Table(columns, [[_styled(row[index], language) for index in shown] for row in listing.rows])


def _styled(cell: Cell, language: Language) -> Styled:
    lines = map(escape_controls, for_person(cell, language).split("\n"))
    return Styled("\n".join(lines), cell.style if isinstance(cell, Coded) else "")


def for_person(cell: Cell, language: Language) -> str:
    """Return the text of a cell for an officer."""
    match cell:
        case None | False:
            return ""
        case True:
            return "✓"
        case int():
            return language.number(cell)
        case datetime():
            return clock_text(cell)
        case date():
            return f"{cell:%d/%m/%Y}"
        case Coded():
            return language.say(cell.words)
        case Finding():
            return rate_text(cell, language)
        case Threshold():
            return threshold_text(cell, language)
        case _:
            return language.say(cell)


def for_program(cell: Cell, language: Language) -> str | int | None:
    """Return the value of a cell in CSV; in a text, what a spreadsheet would run as a formula is made harmless."""
    if cell is None or type(cell) is int:  # most cells, tried first: a country has millions
        return cell
    match cell:
        case str():
            text = cell
        case bool():
            return "true" if cell else "false"
        case datetime():
            return f"{cell.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        case date():
            return cell.isoformat()
        case Coded():
            text = cell.code
        case Finding():
            rate = cell.rate(decimals=4)
            text = _decimal_text(rate[0]) if rate else ""
        case Threshold():
            text = _decimal_text(cell.bound)
        case Phrase() | Bilingual():
            text = language.say(cell)
        case _:
            return cell
    shown = escape_controls(text)
    return f"'{shown}" if shown.lstrip().startswith(FORMULA_STARTS) else shown


def _decimal_text(value: Decimal) -> str:
    """Return a number without trailing zeros: 100 and 60.3774."""
    return f"{value.normalize():f}"


COLUMNS: Mapping[str, Callable[[Finding, Outcome], Cell]] = {  # of an outcome in CSV, for every plan and language
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
    "note": lambda finding, outcome: (
        withheld_reason(outcome.withheld) if outcome.withheld and finding.status is Status.WITHHELD else None
    ),
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
        yield writer.writerow([for_program(cell, language) for cell in row])
