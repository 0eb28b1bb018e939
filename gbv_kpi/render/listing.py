"""Write the list of any command in any format, from the columns and rows it gives.

CSV has column names for programs, figures without separators, and times in UTC. Other formats have headings,
separators, and the local time of the office with its offset.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from rich.console import RenderableType

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Bilingual, Language, Phrase
from gbv_kpi.kpi.finding import Finding
from gbv_kpi.plan.thresholds import Threshold
from gbv_kpi.render.formatting import clock_text, rate_text, threshold_text
from gbv_kpi.render.table import Column, Styled, Table
from gbv_kpi.render.terminal_table import TerminalTable

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
            from gbv_kpi.render.csv import csv_lines

            listing = make_listing()
            return csv_lines([name for name, _ in listing.columns], listing.rows, language)
        case "md":
            return _markdown(make_listing(), language)
        case "xlsx":
            from gbv_kpi.render.xlsx.lists import listing_to_xlsx

            return listing_to_xlsx(make_listing(), language)
        case _:
            raise ValueError(f"no renderer for {format}")


def on_terminal(listing: Listing, language: Language, names: Container[str] = ()) -> TerminalTable:
    """Return the columns of these names, or all, as a table of a terminal."""
    shown = [index for index, (name, _) in enumerate(listing.columns) if not names or name in names]
    columns = []
    for index in shown:
        cells = [row[index] for row in listing.rows]
        heading = listing.columns[index][1]
        is_figure = any(isinstance(cell, int) and not isinstance(cell, bool) for cell in cells)
        is_unbroken = any(isinstance(cell, date) for cell in cells)
        columns.append(Column(language.say(heading) if heading else "", is_figure, is_unbroken))
    rows = [[_styled(row[index], language) for index in shown] for row in listing.rows]
    return TerminalTable(Table(columns, rows))


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


def _markdown(listing: Listing, language: Language) -> Iterator[str]:
    from gbv_kpi.render.markdown import escaped, markdown_table

    shown = [(index, heading) for index, (_, heading) in enumerate(listing.columns) if heading]
    headings = [escaped(language.say(heading)) for _, heading in shown]
    rows = ([escaped(for_person(row[index], language)) for index, _ in shown] for row in listing.rows)
    yield f"# {escaped(language.say(listing.title))}\n"
    yield from (f"{line}\n" for line in markdown_table(headings, rows))
    for note in listing.notes:
        yield f"\n{escaped(language.say(note))}\n"
