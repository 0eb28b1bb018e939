"""Write the sheets with lists: problems in the returns, source files, the listing of a command."""

from pathlib import PurePath

from gbv_kpi import __version__, excel_style
from gbv_kpi.i18n import Language, phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.plan.thresholds import Threshold
from gbv_kpi.problems import Severity
from gbv_kpi.render import listing
from gbv_kpi.render.formatting import document_title
from gbv_kpi.render.listing import Listing, for_person
from gbv_kpi.render.problems import HEADINGS, errors_first, listed
from gbv_kpi.render.xlsx.book import CENTRED, PLAIN, TITLE, Book, Cell, Column, Line, Page, quotient
from gbv_kpi.sheets.refusal import REPORT_MARK

FILL = {Severity.ERROR: f"#{excel_style.RED}", Severity.WARNING: f"#{excel_style.AMBER}"}
PROBLEM_WIDTHS = (11.0, 20.0, 26.0, 16.0, 9.0, 22.0, 52.0, 46.0)
SOURCE_COLUMNS = (
    (phrase("File"), 50.0),
    (phrase("SHA-256 of its content"), 64.0),
    (phrase("Valid returns"), 10.0),
    (phrase("Kind, encoding"), 14.0),
)
HASH_SIZE = 10
NARROWEST, WIDEST = 9.0, 44.0  # of the columns of a list


def listing_to_xlsx(listing: Listing, language: Language) -> bytes:
    """Return a workbook of one sheet: title, table and notes."""
    book = Book(listing.title, language, category=REPORT_MARK)
    columns: list[Column] = []
    cells: list[list[Cell]] = []
    for index, (_, heading) in enumerate(listing.columns):
        if heading:
            values = [row[index] for row in listing.rows]
            longest = max(len(text) for text in (book.say(heading), *(for_person(value, language) for value in values)))
            columns.append((heading, min(WIDEST, max(NARROWEST, 1 + longest))))
            cells.append([_cell(book, value) for value in values])
    page = Page(book, phrase("List"))
    last = page.fill([(listing.title, TITLE)], columns, list(zip(*cells, strict=True)), "list")
    page.put_lines(last + 2, [(note, PLAIN) for note in listing.notes])
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
    problems = errors_first(outcome.problems)
    rows = [list(map(Cell, listed(problem))) for problem in problems]
    for row, problem in zip(rows, problems, strict=True):
        row[0] = row[0]._replace(look={"bg_color": FILL[problem.severity], **CENTRED})
    columns = list(zip(HEADINGS, PROBLEM_WIDTHS, strict=True))
    page.fill([(phrase("Errors and warnings"), TITLE)], columns, rows, "problems")


def fill_sources(page: Page, outcome: Outcome) -> None:
    """Write each file with its hash, unless counts could be guessed from that."""
    plan, book = outcome.scorecard.plan, page.book
    document = document_title(plan)
    plan_read = phrase("{document} ({id}), gbv-kpi {version}", document=document, id=plan.id, version=__version__)
    lines: list[Line] = [(phrase("Files that the figures come from"), TITLE), (plan_read, PLAIN)]
    rows = [
        [
            Cell(file.path),
            Cell(file.sha256 or book.word[Status.WITHHELD], look={"font_size": HASH_SIZE}),
            book.count(file.returns),
            Cell(file.encoding or PurePath(file.path).suffix.removeprefix(".").upper(), look=CENTRED),
        ]
        for file in outcome.files
    ]
    page.fill(lines, SOURCE_COLUMNS, rows, "sources")
