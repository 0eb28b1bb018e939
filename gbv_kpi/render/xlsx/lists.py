"""The sheets that list: what is wrong in the returns, and the files that the figures come from."""

from collections.abc import Iterator

from gbv_kpi import __version__
from gbv_kpi.excel_style import paper
from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.scorecard import Status
from gbv_kpi.problems import Problem, Severity
from gbv_kpi.render.problem_groups import SEVERITY
from gbv_kpi.render.xlsx.book import GRID, Words
from gbv_kpi.render.xlsx.page import Page

FILL = {Severity.ERROR: f"#{paper.RED}", Severity.WARNING: f"#{paper.AMBER}"}
PROBLEM_WIDTHS = (11.0, 20.0, 26.0, 16.0, 9.0, 22.0, 52.0, 46.0)
SOURCE_WIDTHS = (50.0, 64.0, 10.0, 14.0)
HASH_SIZE = 10


def fill_problems(page: Page, outcome: Outcome) -> None:
    """Every problem, errors first."""
    page.widths(PROBLEM_WIDTHS)
    problems = sorted(outcome.problems, key=lambda problem: problem.severity is not Severity.ERROR)
    page.across(0, PROBLEM_WIDTHS, phrase("Errors and warnings"), size=14, bold=True)
    if not problems:
        page.across(1, PROBLEM_WIDTHS, phrase("No problem was found."))
    headings = 2
    page.headings(headings, PROBLEM_WIDTHS, _problem_headings())
    for row, problem in enumerate(problems, start=headings + 1):
        texts = [page.book.say(words) for words in _told(problem)]
        for column, text in enumerate(texts):
            fill = {"bg_color": FILL[problem.severity], "align": "center"} if column == 0 else {}
            page.text(row, column, text, **GRID, **fill)
        page.fit(row, zip(texts, PROBLEM_WIDTHS, strict=True))
    if problems:
        page.sheet.autofilter(headings, 0, headings + len(problems), len(PROBLEM_WIDTHS) - 1)
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
    names = [phrase("File"), phrase("SHA-256 of its content"), phrase("Valid returns"), phrase("Encoding")]
    page.headings(headings, SOURCE_WIDTHS, names)
    for row, file in enumerate(outcome.files, start=headings + 1):
        path = page.book.say(file.path)
        page.text(row, 0, path, **GRID)
        page.text(row, 1, file.sha256 or page.book.word[Status.WITHHELD], font_size=HASH_SIZE, **GRID)
        page.number(row, 2, file.returns, page.book.whole, **GRID)
        page.text(row, 3, file.encoding or "", align="center", **GRID)
        page.fit(row, [(path, SOURCE_WIDTHS[0])])
    page.on_a4("landscape", headings, frozen_columns=0)
