"""A list of any command in any format: each command says what its columns and rows are, and not how they are written.

In CSV columns have the names that programs know, figures have no separators, and times are UTC. A person gets
headings, separators, and the time of the office with its offset.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from rich.console import RenderableType
from rich.text import Text

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Bilingual, Language, Phrase
from gbv_kpi.kpi.finding import Finding
from gbv_kpi.plan.thresholds import Threshold
from gbv_kpi.render.csv import csv_lines, decimal_text
from gbv_kpi.render.formatting import clock_text, rate_text, threshold_text
from gbv_kpi.render.terminal_table import Column, TerminalTable


@dataclass(frozen=True, slots=True)
class Coded:
    """A value that programs know by a code and a person by words."""

    code: str
    words: Phrase | Bilingual | str
    style: str = ""  # on a terminal


Cell = str | int | bool | date | datetime | Phrase | Bilingual | Coded | Finding | Threshold | None


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows under named columns, with what must be known of them."""

    title: Phrase
    columns: Sequence[tuple[str, Phrase | None]]  # the name in CSV, and the heading; None: not for a person
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[Phrase] = ()


def in_format(
    format: str,
    language: Language,
    table: Callable[[], RenderableType],
    json: Callable[[], str | Iterator[str]],
    make_listing: Callable[[], Listing],
) -> str | bytes | Iterator[str] | RenderableType:
    """Return a result in the format asked for: made for a terminal or as JSON, or its list as a file."""
    if format == "table":
        return table()
    if format == "json":
        return json()
    listing = make_listing()
    match format:
        case "csv":
            names = [name for name, _ in listing.columns]
            return csv_lines(names, ([_for_programs(cell, language) for cell in row] for row in listing.rows))
        case "md":
            return _markdown(listing, language)
        case "xlsx":
            from gbv_kpi.render.xlsx.lists import listing_to_xlsx

            return listing_to_xlsx(listing, language)
        case _:
            raise ValueError(f"no renderer for {format}")


def on_terminal(listing: Listing, language: Language, names: Sequence[str]) -> TerminalTable:
    """Return the columns of these names as a table of a terminal."""
    places = [[name for name, _ in listing.columns].index(name) for name in names]
    columns = []
    for place in places:
        cells = [row[place] for row in listing.rows]
        heading = listing.columns[place][1]
        is_figure = any(isinstance(cell, int) and not isinstance(cell, bool) for cell in cells)
        is_whole = any(isinstance(cell, date) for cell in cells)
        columns.append(Column(language.say(heading) if heading else "", is_figure, is_whole))
    return TerminalTable(columns, [[_text(row[place], language) for place in places] for row in listing.rows])


def _text(cell: Cell, language: Language) -> Text:
    style = cell.style if isinstance(cell, Coded) else ""
    return Text("\n".join(map(escape_controls, for_person(cell, language).split("\n"))), style)


def _for_programs(cell: Cell, language: Language) -> str | int | None:
    match cell:
        case bool():
            return "true" if cell else "false"
        case datetime():
            return f"{cell.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        case date():
            return cell.isoformat()
        case Coded():
            return cell.code
        case Finding():
            rate = cell.rate(decimals=4)
            return decimal_text(rate[0]) if rate else None
        case Threshold():
            return decimal_text(cell.bound)
        case Phrase() | Bilingual():
            return language.say(cell)
        case _:
            return cell


def for_person(cell: Cell, language: Language) -> str:
    """Return a cell as an officer reads it."""
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

    places = [(place, heading) for place, (_, heading) in enumerate(listing.columns) if heading]
    headings = [escaped(language.say(heading)) for _, heading in places]
    rows = ([escaped(for_person(row[place], language)) for place, _ in places] for row in listing.rows)
    yield f"# {escaped(language.say(listing.title))}\n"
    yield from (f"{line}\n" for line in markdown_table(headings, rows))
    for note in listing.notes:
        yield f"\n{escaped(language.say(note))}\n"
