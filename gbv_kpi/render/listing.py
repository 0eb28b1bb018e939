"""Write the list of any command in any format, from the columns and rows it gives.

CSV has column names for programs, figures without separators, and times in UTC. Other formats have headings,
separators, and the local time of the office with its offset.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, TypeVar

from gbv_kpi.console import escape_controls
from gbv_kpi.excel_style import is_formula_like
from gbv_kpi.i18n import Bilingual, Language, Phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.plan.thresholds import Threshold
from gbv_kpi.render.formatting import MEANING, clock_text, rate_text, threshold_text
from gbv_kpi.render.sentences import withheld_reason

Item = TypeVar("Item")


@dataclass(frozen=True)
class Coded:
    """A value with a code for programs and words for a person."""

    code: str
    words: Phrase | Bilingual | str
    style: str = ""  # on a terminal


Note = Phrase | str
Cell = str | int | bool | date | datetime | Phrase | Bilingual | Coded | Finding | Threshold | None
Columns = Sequence[tuple[str, Phrase | None, Callable[[Item], Cell]]]  # name, heading and cell, as in `listing_of`


@dataclass(frozen=True)
class Listing:
    """Rows under named columns, with the notes on them."""

    title: Phrase
    columns: Sequence[tuple[str, Phrase | None]]  # the name in CSV, and the heading; None: not for a person
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[Note] = ()


def listing_of(title: Phrase, columns: Columns[Item], items: Iterable[Item], notes: Iterable[Note] = ()) -> Listing:
    rows = [[cell(item) for _, _, cell in columns] for item in items]
    return Listing(title, [(name, heading) for name, heading, _ in columns], rows, tuple(notes))


Writer = Callable[[Any, Language], str]
WRITERS: Mapping[type, tuple[Writer, Writer]] = {  # by the nearest type of a cell: for a person, and for a program
    object: (lambda cell, language: language.say(cell), lambda cell, language: language.say(cell)),
    bool: (lambda cell, _: "✓" if cell else "", lambda cell, _: "true" if cell else "false"),
    int: (lambda cell, language: language.number(cell), lambda cell, _: str(cell)),
    date: (lambda cell, _: f"{cell:%d/%m/%Y}", lambda cell, _: cell.isoformat()),
    datetime: (lambda cell, _: clock_text(cell), lambda cell, _: f"{cell.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"),
    Coded: (lambda cell, language: language.say(cell.words), lambda cell, _: cell.code),
    # For a program without trailing zeros: 60.3774 and 100.
    Finding: (rate_text, lambda cell, _: f"{rate[0].normalize():f}" if (rate := cell.rate(decimals=4)) else ""),
    Threshold: (threshold_text, lambda cell, _: f"{cell.bound.normalize():f}"),
}


def _writers(cell: Cell) -> tuple[Writer, Writer]:
    return next(WRITERS[kind] for kind in type(cell).__mro__ if kind in WRITERS)


def for_person(cell: Cell, language: Language) -> str:
    for_a_person, _ = _writers(cell)
    return "" if cell is None else for_a_person(cell, language)


def for_program(cell: Cell, language: Language) -> str | int | None:
    """Return the value of a cell in CSV; a text that a spreadsheet would run as a formula gets an apostrophe."""
    if cell is None or type(cell) is int:  # most cells, tried first: a country has millions
        return cell
    _, for_a_program = _writers(cell)
    shown = escape_controls(for_a_program(cell, language))
    is_number = isinstance(cell, Finding | Threshold)  # of a change, perhaps -5
    return f"'{shown}" if is_formula_like(shown) and not is_number else shown


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


def to_csv(outcome: Outcome, language: Language) -> Iterator[str]:
    cells = COLUMNS.values()
    rows = ([cell(finding, outcome) for cell in cells] for finding in outcome.scorecard.findings)
    return _csv_lines(COLUMNS, rows, language)


def listing_to_csv(listing: Listing, language: Language) -> Iterator[str]:
    return _csv_lines([name for name, _ in listing.columns], listing.rows, language)


def listing_to_markdown(listing: Listing, language: Language) -> str:
    from gbv_kpi.render.jinja import markdown_of  # here: no other format needs Jinja

    shown = [(index, heading) for index, (_, heading) in enumerate(listing.columns) if heading]
    headings = [heading for _, heading in shown]
    rows = ([for_person(row[index], language) for index, _ in shown] for row in listing.rows)
    return markdown_of("listing.md.j2", language, listing=listing, headings=headings, rows=rows)


def _csv_lines(names: Iterable[str], rows: Iterable[Iterable[Cell]], language: Language) -> Iterator[str]:
    """Yield the lines of headings and rows, ended as in RFC 4180."""
    echo: Any = SimpleNamespace(write=str)  # a file that makes the writer return each line
    writer = csv.writer(echo)
    yield writer.writerow(names)
    for row in rows:
        yield writer.writerow([for_program(cell, language) for cell in row])
