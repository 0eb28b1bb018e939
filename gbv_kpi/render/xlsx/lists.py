"""Write the sheets with lists: problems in the returns, source files, the listing of a command."""

from collections.abc import Sequence
from pathlib import PurePath

from gbv_kpi import __version__
from gbv_kpi.excel_style import paper
from gbv_kpi.i18n import Language, phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.plan.thresholds import Threshold
from gbv_kpi.problems import Severity
from gbv_kpi.render import listing
from gbv_kpi.render.listing import Listing, for_person
from gbv_kpi.render.problems import HEADINGS, listed
from gbv_kpi.render.xlsx.book import CENTRED, PLAIN, TITLE, Book, Cell, Page, Words, quotient

FILL = {Severity.ERROR: f"#{paper.RED}", Severity.WARNING: f"#{paper.AMBER}"}
PROBLEM_WIDTHS = (11.0, 20.0, 26.0, 16.0, 9.0, 22.0, 52.0, 46.0)
SOURCE_HEADINGS = (phrase("File"), phrase("SHA-256 of its content"), phrase("Valid returns"), phrase("Kind, encoding"))
SOURCE_WIDTHS = (50.0, 64.0, 10.0, 14.0)
HASH_SIZE = 10
NARROWEST, WIDEST = 9.0, 44.0  # of the columns of a list


def listing_to_xlsx(listing: Listing, language: Language) -> bytes:
    """Return a workbook of one sheet: title, table and notes."""
    book = Book(listing.title, language)
    page = Page(book, phrase("List"))
    places = [(index, heading) for index, (_, heading) in enumerate(listing.columns) if heading]
    headings = [heading for _, heading in places]
    texts = [[for_person(row[index], language) for index, _ in places] for row in listing.rows]
    columns = zip(*([book.say(heading) for heading in headings], *texts), strict=True)
    page.set_widths([min(WIDEST, max(NARROWEST, 1 + max(map(len, column)))) for column in columns])
    rows = [[_cell(book, row[index]) for index, _ in places] for row in listing.rows]
    last = _fill(page, "list", [listing.title], headings, rows)
    for row, note in enumerate(listing.notes, start=last + 2):
        page.put_across(row, note)
    return book.to_bytes()


def _fill(
    page: Page, name: str, lines: Sequence[Words], headings: Sequence[Words], rows: Sequence[Sequence[Cell]]
) -> int:
    """Write a title and other lines, and below them a table that can be filtered; return its last row."""
    for row, line in enumerate(lines):
        page.put_across(row, line, PLAIN if row else TITLE)
    top = len(lines) + 1
    last = top + len(rows)
    page.headings(top, headings, name, last, filters=True)
    for row, cells in enumerate(rows, start=top + 1):
        page.row(row, cells)
        page.fit(row, cells)
    page.print_on_a4(top, frozen_columns=0)
    return last


def _cell(book: Book, cell: listing.Cell) -> Cell:
    """Return figures as numbers, and everything else as text for a person."""
    match cell:
        case Finding() if quotient(cell) is not None:
            return book.rate(cell, cell.measure)
        case Threshold():
            return book.bound(cell)
        case int() if not isinstance(cell, bool):
            return book.count(cell)
        case _:
            return Cell(for_person(cell, book.language))


def fill_problems(page: Page, outcome: Outcome) -> None:
    page.set_widths(PROBLEM_WIDTHS)
    problems = sorted(outcome.problems, key=lambda problem: problem.severity is not Severity.ERROR)
    rows = [list(map(Cell, listed(problem))) for problem in problems]
    for row, problem in zip(rows, problems, strict=True):
        row[0] = row[0]._replace(look={"bg_color": FILL[problem.severity], **CENTRED})
    _fill(page, "problems", [phrase("Errors and warnings")], HEADINGS, rows)


def fill_sources(page: Page, outcome: Outcome) -> None:
    """Write each file with its hash, unless counts could be guessed from that."""
    plan, book = outcome.scorecard.plan, page.book
    page.set_widths(SOURCE_WIDTHS)
    plan_read = phrase("Plan {number} ({id}), gbv-kpi {version}", number=plan.number, id=plan.id, version=__version__)
    rows = [
        [
            Cell(file.path),
            Cell(file.sha256 or book.word[Status.WITHHELD], look={"font_size": HASH_SIZE}),
            book.count(file.returns),
            Cell(file.encoding or PurePath(file.path).suffix.removeprefix(".").upper(), look=CENTRED),
        ]
        for file in outcome.files
    ]
    _fill(page, "sources", [phrase("Files that the figures come from"), plan_read], SOURCE_HEADINGS, rows)
