"""Write the letters of a year into a folder: Word and Markdown for each unit, with a blank form for reminders."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path

from rich.console import RenderableType

from gbv_kpi.blank_return.request import Request
from gbv_kpi.blank_return.workbook import blank_return
from gbv_kpi.cli.output import expect_new
from gbv_kpi.console import atomic_write, to_json_text
from gbv_kpi.errors import OutputError, system_reason
from gbv_kpi.i18n import Language, phrase
from gbv_kpi.kpi.engine import evaluate
from gbv_kpi.ledger.database import Ledger
from gbv_kpi.ledger.entries import latest, returns_from
from gbv_kpi.ledger.query import entries_of
from gbv_kpi.ledger.status import year_status
from gbv_kpi.pipeline import with_progress
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Problem, Severity
from gbv_kpi.render.docx.document import letter_to_docx
from gbv_kpi.render.letters import Letter, letter_to_markdown, letters_of
from gbv_kpi.render.listing import Cell, Coded, Listing, on_terminal
from gbv_kpi.returns.collect import read_returns, valid_returns
from gbv_kpi.sheets.sources import find_sources

MARKED = ".marked.xlsx"  # the copy that --sort-into writes next to a refused file
KINDS = {"reminder": phrase("reminder"), "refusal": phrase("to be corrected"), "results": phrase("results")}


@dataclass(frozen=True, slots=True)
class LetterRequest:
    """The letters to write."""

    plan: Plan
    year: int
    day: date
    folder: Path
    refused: Sequence[str]  # files and folders
    template: bytes | None
    force: bool


@dataclass(frozen=True, slots=True)
class WrittenLetters:
    """The letters with their files, the refused files of unknown units, and the units without a letter."""

    plan: Plan
    year: int
    files_by_letter: Sequence[tuple[Letter, Sequence[Path]]]
    without_unit: Sequence[str]
    file_by_unit: Mapping[str, str]  # of units with a valid return in a file refused for other returns


@dataclass(frozen=True, slots=True)
class RefusedFiles:
    """The problems of refused files of a year."""

    problems_by_unit: dict[str, list[Problem]]
    file_by_unit: dict[str, str]  # of units with a valid return in a file refused for other returns
    without_unit: dict[str, None]  # files with errors of unknown units


def write_letters(request: LetterRequest, ledger: Ledger, now: datetime, language: Language) -> WrittenLetters:
    """Write the letters. Raises `UsageError` for an existing file unless `force` is set."""
    plan, year = request.plan, request.year
    with ledger.reading() as connection:
        entries = entries_of(connection, plan, years=[year])
    status, counted = year_status(entries, plan, year, now), latest(entries)
    findings = evaluate(returns_from(counted, plan), plan).of_units().findings if counted else []
    refused = _refused(request, language)
    letters = list(letters_of(status, findings, refused.problems_by_unit, request.day, language))
    needless = [letter for letter in letters if letter.kind == "reminder" and letter.unit.code in refused.file_by_unit]
    letters = [letter for letter in letters if letter not in needless]
    files = [(letter, list(_paths(request.folder, letter))) for letter in letters]
    for path in (path for _, paths in files for path in paths):
        expect_new(path, request.force)
    try:
        request.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = system_reason(error)
        message = phrase("The folder {folder} cannot be created: {reason}.", folder=str(request.folder), reason=reason)
        raise OutputError(message) from error
    for letter, (docx, markdown, *form) in files:
        atomic_write(docx, letter_to_docx(letter, plan, request.day, language, request.template))
        atomic_write(markdown, letter_to_markdown(letter, language).encode())
        for path in form:
            atomic_write(path, blank_return(Request(plan, year, (letter.unit,), language), "form"))
    file_by_unit = {letter.unit.name: refused.file_by_unit[letter.unit.code] for letter in needless}
    return WrittenLetters(plan, year, files, list(refused.without_unit), file_by_unit)


def _refused(request: LetterRequest, language: Language) -> RefusedFiles:
    found, _ = find_sources(request.refused)
    files = [name for name in found if not name.endswith(MARKED)]
    returns = read_returns(files, request.plan, None, partial(with_progress, language=language))
    errors = [problem for problem in returns.problems if problem.severity is Severity.ERROR]
    units_by_file: dict[str, set[str]] = {}
    for problem in errors:
        units_by_file.setdefault(problem.place.file, set()).update([problem.unit] if problem.unit else [])
    refused = RefusedFiles({}, {}, {})
    for problem in errors:
        known = units_by_file[problem.place.file]
        unit = problem.unit or (next(iter(known)) if len(known) == 1 else None)
        if unit is None:
            refused.without_unit[problem.place.file] = None
        elif problem.year in (None, request.year):
            refused.problems_by_unit.setdefault(unit, []).append(problem)
    for number, given in valid_returns(returns, request.plan):
        file = returns.files[number].path
        if file in units_by_file and given.year == request.year:
            refused.file_by_unit[given.unit.code] = file
    return refused


def _paths(folder: Path, letter: Letter) -> Sequence[Path]:
    name = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", f"{letter.unit.code} {letter.unit.name}").strip(" .")
    paths = [folder / f"{name}.docx", folder / f"{name}.md"]
    return [*paths, folder / f"{name}.xlsx"] if letter.kind == "reminder" else paths


def letters_to_terminal(written: WrittenLetters, language: Language) -> RenderableType:
    """Return a row for each letter."""
    columns = (("unit_name", phrase("Unit")), ("kind", phrase("Letter")), ("files", phrase("Files")))
    rows: list[list[Cell]] = [
        [letter.unit.name, Coded(letter.kind, KINDS[letter.kind]), "\n".join(map(str, files))]
        for letter, files in written.files_by_letter
    ]
    title = phrase("Letters of {year}, plan {number}", year=str(written.year), number=written.plan.number)
    return on_terminal(Listing(title, columns, rows), language, [name for name, _ in columns])


def letters_to_json(written: WrittenLetters, _: Language) -> str:
    """Return the letters as JSON, schema `gbv-kpi/letters/1`."""
    return to_json_text(
        {
            "schema": "gbv-kpi/letters/1",
            "plan": written.plan.id,
            "year": written.year,
            "letters": [
                {
                    "unit": letter.unit.code,
                    "unit_name": letter.unit.name,
                    "kind": letter.kind,
                    "files": [str(path) for path in files],
                }
                for letter, files in written.files_by_letter
            ],
            "without_unit": written.without_unit,
            "exit_code": 0,
        }
    )
