"""The sheets that list: what is wrong in the returns, and the files that the figures come from."""

from collections.abc import Iterator
from pathlib import PurePath

from gbv_kpi import __version__
from gbv_kpi.excel_style import paper
from gbv_kpi.i18n import Language, Phrase, phrase
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.plan.thresholds import Threshold
from gbv_kpi.problems import Problem, Severity
from gbv_kpi.render.listing import Cell, Listing, for_person
from gbv_kpi.render.problem_groups import SEVERITY
from gbv_kpi.render.xlsx.book import GRID, Book, Words
from gbv_kpi.render.xlsx.lines import level, quotient
from gbv_kpi.render.xlsx.page import Page

FILL = {Severity.ERROR: f"#{paper.RED}", Severity.WARNING: f"#{paper.AMBER}"}
PROBLEM_WIDTHS = (11.0, 20.0, 26.0, 16.0, 9.0, 22.0, 52.0, 46.0)
SOURCE_WIDTHS = (50.0, 64.0, 10.0, 14.0)
HASH_SIZE = 10
NARROWEST, WIDEST = 9.0, 44.0  # of the columns of a list


def listing_to_xlsx(listing: Listing, language: Language) -> bytes:
    """Return a workbook of one sheet: title, table, and below it what must be known."""
    book = Book(listing.title, language)
    page = Page(book, phrase("List"))
    places = [(place, heading) for place, (_, heading) in enumerate(listing.columns) if heading]
    headings = [heading for _, heading in places]
    texts = [[for_person(row[place], language) for place, _ in places] for row in listing.rows]
    columns = zip(*([book.say(heading) for heading in headings], *texts), strict=True)
    widths = [min(WIDEST, max(NARROWEST, 1 + max(map(len, column)))) for column in columns]
    page.widths(widths)
    page.line(0, widths, listing.title, size=14, bold=True)
    top = 2
    page.headings(top, widths, headings)
    for number, cells in enumerate(listing.rows):
        row = top + 1 + number
        page.fit(row, zip(texts[number], widths, strict=True))
        for column, (place, _) in enumerate(places):
            _put(page, row, column, cells[place], texts[number][column])
    last = top + len(listing.rows)
    page.named_table("list", top, last, headings)
    for row, note in enumerate(listing.notes, start=last + 2):
        page.line(row, widths, note)
    page.on_a4("landscape", top, frozen_columns=0)
    return book.written()


def _put(page: Page, row: int, column: int, cell: Cell, text: str) -> None:
    """Write figures as numbers, and everything else as a person reads it."""
    match cell:
        case Finding() if isinstance(value := quotient(cell), float):
            page.number(row, column, value, page.book.rate_of(cell, cell.measure), **GRID)
        case Threshold():
            page.number(row, column, level(cell), page.book.bound(cell), **GRID)
        case int() if not isinstance(cell, bool):
            page.number(row, column, cell, page.book.whole, **GRID)
        case _:
            page.text(row, column, text, **GRID)


def fill_problems(page: Page, outcome: Outcome) -> None:
    """Every problem, errors first."""
    page.widths(PROBLEM_WIDTHS)
    problems = sorted(outcome.problems, key=lambda problem: problem.severity is not Severity.ERROR)
    page.across(0, PROBLEM_WIDTHS, phrase("Errors and warnings"), size=14, bold=True)
    headings = 2
    page.headings(headings, PROBLEM_WIDTHS, _problem_headings())
    for row, problem in enumerate(problems, start=headings + 1):
        texts = [page.book.say(words) for words in _told(problem)]
        for column, text in enumerate(texts):
            fill = {"bg_color": FILL[problem.severity], "align": "center"} if column == 0 else {}
            page.text(row, column, text, **GRID, **fill)
        page.fit(row, zip(texts, PROBLEM_WIDTHS, strict=True))
    page.named_table("problems", headings, headings + len(problems), _problem_headings())
    page.on_a4("landscape", headings, frozen_columns=0)


def _problem_headings() -> list[Phrase]:
    where = [phrase("File"), phrase("Sheet"), phrase("Cell"), phrase("Unit, year")]
    return [phrase("Severity"), phrase("Code"), *where, phrase("What was found"), phrase("How to mend it")]


def _told(problem: Problem) -> Iterator[Words]:
    place = problem.place
    yield SEVERITY[problem.severity]
    yield problem.code
    yield place.file
    yield place.sheet or ""
    yield place.cell or (phrase("row {row}", row=str(place.row)) if place.row else "")
    yield ", ".join(part for part in (problem.unit_name, str(problem.year or "")) if part)
    yield problem.message
    yield problem.hint


def fill_sources(page: Page, outcome: Outcome) -> None:
    """Each file with what identifies it, whatever becomes of its name; not where counts could be guessed by it."""
    plan = outcome.scorecard.plan
    page.widths(SOURCE_WIDTHS)
    page.across(0, SOURCE_WIDTHS, phrase("The files the figures come from"), size=14, bold=True)
    page.across(
        1,
        SOURCE_WIDTHS,
        phrase("Plan {number} ({id}), gbv-kpi {version}", number=plan.number, id=plan.id, version=__version__),
    )
    headings = 3
    names = [phrase("File"), phrase("SHA-256 of its content"), phrase("Valid returns"), phrase("Kind, encoding")]
    page.headings(headings, SOURCE_WIDTHS, names)
    for row, file in enumerate(outcome.files, start=headings + 1):
        path = page.book.say(file.path)
        page.text(row, 0, path, **GRID)
        page.text(row, 1, file.sha256 or page.book.word[Status.WITHHELD], font_size=HASH_SIZE, **GRID)
        page.number(row, 2, file.returns, page.book.whole, **GRID)
        page.text(row, 3, file.encoding or PurePath(file.path).suffix.removeprefix(".").upper(), align="center", **GRID)
        page.fit(row, [(path, SOURCE_WIDTHS[0])])
    page.named_table("sources", headings, headings + len(outcome.files), names)
    page.on_a4("landscape", headings, frozen_columns=0)
