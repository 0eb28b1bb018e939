"""Write the letters of a year into a folder: Word and Markdown for each unit, with a blank form for reminders."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from rich.console import RenderableType

from gbv_kpi.blank_return.request import BlankReturn
from gbv_kpi.blank_return.workbook import blank_return
from gbv_kpi.cli.request import Request, expect_new, now
from gbv_kpi.cli.sorting import MARKED
from gbv_kpi.console import atomic_write, to_json_text
from gbv_kpi.errors import OutputError, system_reason
from gbv_kpi.i18n import Language, Phrase, phrase
from gbv_kpi.kpi.engine import evaluate
from gbv_kpi.ledger.database import Ledger
from gbv_kpi.ledger.entries import latest, returns_from
from gbv_kpi.ledger.query import entries_of
from gbv_kpi.ledger.status import year_status
from gbv_kpi.pipeline import with_progress
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Problem, Severity
from gbv_kpi.render.docx.papers import letter_to_docx
from gbv_kpi.render.formatting import document_title
from gbv_kpi.render.letters import Letter, letter_to_markdown, letters_of
from gbv_kpi.render.listing import Columns, listing_of
from gbv_kpi.render.table import on_terminal
from gbv_kpi.returns.collect import read_returns, valid_returns
from gbv_kpi.sheets.sources import find_sources

KINDS = {"reminder": phrase("reminder"), "refusal": phrase("to be corrected"), "results": phrase("results")}


@dataclass(frozen=True)
class WrittenLetters:
    """The letters, each with its files, the refused files of unknown units, and what to warn of."""

    plan: Plan
    year: int
    letters: Sequence[tuple[Letter, Sequence[Path]]]
    without_unit: Sequence[str]
    warnings: Sequence[Phrase]


def write_letters(
    ledger: Ledger,
    plan: Plan,
    year: int,
    day: date,
    refused: Sequence[str],
    folder: Path,
    template: bytes | None,
    request: Request,
    *,
    force: bool,
) -> WrittenLetters:
    """Write the letters of that day into a folder. Raises `UsageError` for an existing file unless `force` is set.

    `refused` are files and folders. A unit with a valid return in a file refused for other returns is not reminded.
    """
    language = request.document_language
    with ledger.reading() as connection:
        entries = entries_of(connection, plan, years={year, *plan.base_years(year)})
    status = year_status((entry for entry in entries if entry.year == year), plan, year, now())
    counted = latest(entries)
    findings = evaluate(returns_from(counted, plan), plan).of_year(year).of_units().findings if counted else []
    problems_by_unit, file_by_unit, unknown = _refused(refused, plan, year, language)
    warnings = [phrase("{file} has errors of no known unit, in no letter: return it.", file=file) for file in unknown]
    letters: list[tuple[Letter, Sequence[Path]]] = []
    for letter in letters_of(status, findings, problems_by_unit, day, language):
        if letter.kind == "reminder" and (file := file_by_unit.get(letter.unit.code)):
            details = {"unit": letter.unit.name, "file": file}
            valid = phrase("{unit}: no letter. Its row in {file} is valid; others need correction.", **details)
            warnings.append(valid)
        else:
            letters.append((letter, _paths(folder, letter)))
    for path in (path for _, paths in letters for path in paths):
        expect_new(path, force)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = system_reason(error)
        raise OutputError("{path} cannot be written: {reason}.", path=str(folder), reason=reason) from error
    for letter, (docx, markdown, *form) in letters:
        atomic_write(docx, letter_to_docx(letter, plan, day, language, template))
        atomic_write(markdown, letter_to_markdown(letter, language).encode())
        for path in form:
            atomic_write(path, blank_return(BlankReturn(plan, year, (letter.unit,), language), "form"))
    return WrittenLetters(plan, year, letters, unknown, warnings)


def _refused(
    names: Sequence[str], plan: Plan, year: int, language: Language
) -> tuple[dict[str, list[Problem]], dict[str, str], Sequence[str]]:
    """Return the errors of the year by unit, the file of each unit with a valid return, and files of unknown units.

    An error without a unit belongs to the unit of the other errors of its file, if they share one.
    """
    found, _ = find_sources(names)
    files = [name for name in found if not name.endswith(MARKED)]
    returns = read_returns(files, plan, None, partial(with_progress, language=language))
    errors_by_file: dict[str, list[Problem]] = defaultdict(list)
    for problem in returns.problems:
        if problem.severity is Severity.ERROR:
            errors_by_file[problem.place.file].append(problem)
    problems_by_unit: dict[str, list[Problem]] = defaultdict(list)
    without_unit: dict[str, None] = {}
    for file, errors in errors_by_file.items():
        known = {problem.unit for problem in errors if problem.unit}
        only = known.pop() if len(known) == 1 else None
        for problem in errors:
            unit = problem.unit or only
            if unit is None:
                without_unit[file] = None
            elif problem.year in (None, year):
                problems_by_unit[unit].append(problem)
    valid = ((returns.files[number].path, given) for number, given in valid_returns(returns, plan))
    file_by_unit = {given.unit.code: file for file, given in valid if file in errors_by_file and given.year == year}
    return problems_by_unit, file_by_unit, list(without_unit)


def _paths(folder: Path, letter: Letter) -> Sequence[Path]:
    name = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", f"{letter.unit.code} {letter.unit.name}").strip(" .")
    endings = ("docx", "md", "xlsx") if letter.kind == "reminder" else ("docx", "md")
    return [folder / f"{name}.{ending}" for ending in endings]


def letters_to_terminal(written: WrittenLetters, language: Language) -> RenderableType:
    """Return a row for each letter."""
    columns: Columns[tuple[Letter, Sequence[Path]]] = (
        ("unit_name", phrase("Unit"), lambda row: row[0].unit.name),
        ("kind", phrase("Letter"), lambda row: KINDS[row[0].kind]),
        ("files", phrase("Files"), lambda row: "\n".join(map(str, row[1]))),
    )
    title = phrase("Letters of {year}, {document}", year=str(written.year), document=document_title(written.plan))
    return on_terminal(listing_of(title, columns, written.letters), language)


def letters_to_json(written: WrittenLetters, _: Language) -> str:
    """Return the letters as JSON, schema `gbv-kpi/letters/1`."""
    letters = [
        {"unit": letter.unit.code, "unit_name": letter.unit.name, "kind": letter.kind, "files": list(map(str, files))}
        for letter, files in written.letters
    ]
    summary = {"schema": "gbv-kpi/letters/1", "plan": written.plan.id, "year": written.year, "letters": letters}
    return to_json_text({**summary, "without_unit": written.without_unit, "exit_code": 0})
