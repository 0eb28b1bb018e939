"""Write the sheets with lists: problems in the returns, source files, the listing of a command."""

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
from gbv_kpi.render.xlsx.book import CENTRED, TITLE, Book, Cell, Page, quotient

FILL = {Severity.ERROR: f"#{paper.RED}", Severity.WARNING: f"#{paper.AMBER}"}
PROBLEM_WIDTHS = (11.0, 20.0, 26.0, 16.0, 9.0, 22.0, 52.0, 46.0)
SOURCE_HEADINGS = (
    *(phrase("File"), phrase("SHA-256 of its content"), phrase("Valid returns"), phrase("Kind, encoding")),
)
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
    page.line(0, listing.title, TITLE)
    rows = [[_cell(book, row[index]) for index, _ in places] for row in listing.rows]
    last = page.list("list", 2, headings, rows)
    for row, note in enumerate(listing.notes, start=last + 2):
        page.line(row, note)
    return book.to_bytes()


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
    page.put_across(0, phrase("Errors and warnings"), TITLE)
    problems = sorted(outcome.problems, key=lambda problem: problem.severity is not Severity.ERROR)
    rows = [list(map(Cell, listed(problem))) for problem in problems]
    for row, problem in zip(rows, problems, strict=True):
        row[0] = row[0]._replace(look={"bg_color": FILL[problem.severity], **CENTRED})
    page.list("problems", 2, HEADINGS, rows)


def fill_sources(page: Page, outcome: Outcome) -> None:
    """Write each file with its hash, unless counts could be guessed from that."""
    plan, book = outcome.scorecard.plan, page.book
    page.set_widths(SOURCE_WIDTHS)
    page.put_across(0, phrase("Files that the figures come from"), TITLE)
    details = {"number": plan.number, "id": plan.id, "version": __version__}
    page.put_across(1, phrase("Plan {number} ({id}), gbv-kpi {version}", **details))
    rows = [
        [
            Cell(file.path),
            Cell(file.sha256 or book.word[Status.WITHHELD], look={"font_size": HASH_SIZE}),
            book.count(file.returns),
            Cell(file.encoding or PurePath(file.path).suffix.removeprefix(".").upper(), look=CENTRED),
        ]
        for file in outcome.files
    ]
    page.list("sources", 3, SOURCE_HEADINGS, rows)
