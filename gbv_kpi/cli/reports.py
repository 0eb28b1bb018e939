"""Define the commands on returns: check, template, report, submit, letters."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gbv_kpi.cli import options
from gbv_kpi.cli.options import CheckFormat, Format, ReportFormat, argument, option
from gbv_kpi.cli.publish import Publishing
from gbv_kpi.cli.request import (
    Request,
    day_of,
    document_language,
    emit,
    expect_ending,
    expect_new,
    expect_other_file,
    now,
    read_bounded,
)
from gbv_kpi.errors import UsageError
from gbv_kpi.exit_codes import FailOn
from gbv_kpi.i18n import language
from gbv_kpi.inputs import DEFAULT_PLAN, MEBIBYTE

if TYPE_CHECKING:
    from gbv_kpi.kpi.outcome import Outcome

MAX_TEMPLATE = 50 * MEBIBYTE  # of a Word template, compressed


def check(
    *,
    files: options.Files,
    year: options.AssumedYearOption = None,
    request: Annotated[Request, CheckFormat, "plan", "output"],
    annotate: Annotated[
        Path | None, option("--annotate OUT.xlsx", "Write a copy of the file with its faulty cells marked.")
    ] = None,
    publishing: Annotated[Publishing, "publish", "min_count", "published"],
    quiet: options.QuietOption = False,
    fail_on: options.FailOnOption = FailOn.MISSED,
) -> None:
    """Check returns and judge them by the plan's thresholds. Stores nothing.

    Example: gbv-kpi check returns.xlsx
    """
    from gbv_kpi.pipeline import judge_check

    expect_other_file(request.output, files)
    original = _file_to_annotate(files, annotate, request.plan) if annotate else None
    outcome = judge_check(files, request.load_plan(), year, fail_on, request.language)
    if annotate and original:
        from gbv_kpi.annotate.workbook import annotate as marked_copy
        from gbv_kpi.sheets.sources import open_source

        marked = marked_copy(outcome.problems, open_source(original), request.language)
        emit(marked, annotate, request.language, quiet=quiet)
    _deliver(publishing.withhold(outcome, request), request, quiet)


def _file_to_annotate(names: Sequence[str], annotate: Path, plan: str) -> str:
    """Return the one file to mark. Raises `UsageError` for no or several files, or a copy that would overwrite it."""
    from gbv_kpi.sheets.sources import STDIN, find_sources

    expect_ending(annotate, ".xlsx")
    found, _ = find_sources(names)
    if len(found) != 1 or found[0] == STDIN:
        raise UsageError("--annotate marks a single file: name only that file.")
    expect_other_file(annotate, [*found, plan], "--annotate")
    return found[0]


def template(
    *,
    context: typer.Context,
    year: options.YearOption,
    output: Annotated[Path, option("--output FILE.xlsx", "The workbook to write.")],
    unit: options.UnitOption = None,
    layout: Annotated[
        Literal["table", "form"], option("--layout", "A row per unit, or a form on a sheet per unit.")
    ] = "table",
    plan: options.PlanOption = DEFAULT_PLAN,
    lang: Annotated[
        Literal["vi", "en", "both"] | None,
        option("--lang", "The language of the workbook. [default: GBV_KPI_LANG, else vi]"),
    ] = None,
    force: options.ForceOption = False,
) -> None:
    """Write a blank return. Only its answer cells can be edited, and they accept whole numbers only.

    Example: gbv-kpi template --year 2025 --output bao-cao-2025.xlsx
    """
    from gbv_kpi.blank_return.request import BlankReturn, units_to_report
    from gbv_kpi.blank_return.workbook import blank_return

    expect_ending(output, ".xlsx")
    expect_other_file(output, [plan])
    expect_new(output, force)
    the_plan = Request(context=context).load_plan(plan)
    units = units_to_report(the_plan, year, unit, layout)
    both = lang == "both"
    spoken = document_language("vi" if both else lang)
    blank = BlankReturn(the_plan, year, units, spoken, language("en") if both else None)
    emit(blank_return(blank, layout), output, spoken)


def report(
    *,
    year: options.YearOption,
    files: Annotated[
        list[str] | None, argument("FILE", "Returns, or folders of returns. [default: the ledger]")
    ] = None,
    request: Annotated[Request, ReportFormat, "ledger", "as_of", "plan", "output"],
    docx_template: options.DocxTemplateOption = None,
    dated: Annotated[
        str | None,
        option(
            "--dated DATE",
            "The date of the Word report; it determines the agencies named. [default: the reporting day]",
        ),
    ] = None,
    publishing: Publishing,
    quiet: options.QuietOption = False,
    fail_on: options.FailOnOption = FailOn.MISSED,
) -> None:
    """Report a year from the ledger or from files. A docx report is in Vietnamese unless --lang is given.

    Example: gbv-kpi report --year 2025
    """
    from gbv_kpi.pipeline import judge_ledger, judge_report
    from gbv_kpi.render.formats import DETAILED

    plan, template = request.load_plan(), _docx_template_in(docx_template, request.format)
    day = day_of(dated) if dated else None
    expect_other_file(request.output, [*(files or ()), docx_template])
    # --published reads a JSON: it holds all that the report discloses in any format.
    detailed = request.format in DETAILED or (publishing.publish and request.is_json)
    if files and request.as_of:
        raise UsageError("--as-of applies to the ledger: leave out the files.")
    with request.open_ledger(create=bool(files)) if publishing.register or not files else nullcontext() as opened:
        if files:
            outcome = judge_report(files, plan, year, fail_on, request.language, detailed=detailed)
        elif opened is not None:
            outcome = judge_ledger(opened, plan, year, request.moment, fail_on, detailed=detailed)
        outcome = publishing.withhold(outcome, request, opened)
    _deliver(replace(outcome, written=day), request, quiet, template)


def _deliver(outcome: "Outcome", request: Request, quiet: bool, template: bytes | None = None) -> None:
    """Show the outcome and exit with its code; if quiet and the code is 0, only write the file."""
    from gbv_kpi.render.formats import render_outcome

    silent = quiet and outcome.exit_code == 0
    request.warn_of_skipped(outcome.left_out, silent=silent)
    expect_other_file(request.output, [file.path for file in outcome.files])
    spoken = request.document_language if request.format == "docx" else request.language
    if request.output is not None or not silent:
        request.emit(render_outcome(outcome, request.format, spoken, template))
    raise typer.Exit(outcome.exit_code)


def _docx_template_in(path: Path | None, format: str) -> bytes | None:
    """Return an office's own Word document. Raises `UsageError` for a report in another format."""
    if path is None:
        return None
    if format != "docx":
        raise UsageError("--docx-template applies to the docx format only.")
    return read_bounded(str(path), MAX_TEMPLATE)


def submit(
    *,
    files: options.Files,
    year: options.AssumedYearOption = None,
    request: Annotated[Request, CheckFormat, "ledger", "by", "plan", "output"],
    dry_run: Annotated[
        bool, option("--dry-run", "Show what would be new, corrected or refused; record nothing.")
    ] = False,
    sort_into: Annotated[
        Path | None,
        option("--sort-into FOLDER", "Move the files to accepted/YEAR, or to refused with a marked copy and a reply."),
    ] = None,
    quiet: options.QuietOption = False,
) -> None:
    """Check returns and record them in the ledger. Records a file whole or not at all; safe to repeat.

    Example: gbv-kpi submit inbox/
    """
    from gbv_kpi.ledger.submit import submit as hand_in
    from gbv_kpi.pipeline import with_progress
    from gbv_kpi.render.received import submission_listing, submission_to_json, submission_to_terminal
    from gbv_kpi.sheets.sources import find_sources

    plan = request.load_plan()
    if sort_into and dry_run:
        raise UsageError("--dry-run moves no files: leave out --sort-into.")
    if sort_into:
        from gbv_kpi.cli.sorting import sort_files, sorting_into
    with sorting_into(sort_into, files) if sort_into else nullcontext():
        found, left_out = find_sources(files)
        if not found and sort_into:
            raise typer.Exit  # a sorted inbox is empty most of the time
        if not found:
            raise UsageError("No return found in {names}: put the files there.", names=", ".join(files))
        expect_other_file(request.output, found)
        with request.open_ledger(create=True, dry_run=dry_run) as opened:
            watch = partial(with_progress, language=request.language)
            submission = hand_in(opened, plan, found, year, request.author(), watch)
            submission = replace(submission, is_rehearsal=dry_run)
            silent = quiet and submission.exit_code == 0
            request.warn_of_skipped(left_out, silent=silent)
            request.show(submission, submission_to_terminal, submission_to_json, submission_listing, silent=silent)
            if sort_into:
                sort_files(submission, sort_into, opened, request.document_language)
    raise typer.Exit(submission.exit_code)


def letters(
    *,
    year: options.YearOption,
    output: Annotated[Path, option("--output FOLDER", "The folder for the letters.")],
    files: Annotated[list[str] | None, argument("FILE", "Refused returns, or folders of them.")] = None,
    ledger: options.LedgerOption = None,
    docx_template: options.DocxTemplateOption = None,
    dated: Annotated[str | None, option("--dated DATE", "The date of the letters. [default: today]")] = None,
    force: options.ForceOption = False,
    request: Annotated[Request, Format, "plan"],
) -> None:
    """Write a letter to each unit. It is a reminder with a blank form, a list of corrections, or its results.

    Letters are Word documents, and Markdown for e-mail, in Vietnamese unless --lang is given. Units that need
    no letter get none.

    Example: gbv-kpi letters --year 2025 --output cong-van/ sorted/refused
    """
    from gbv_kpi.cli.letters import letters_to_json, letters_to_terminal, write_letters

    plan, template = request.load_plan(), _docx_template_in(docx_template, "docx")
    day = day_of(dated) if dated else now().date()
    with request.open_ledger(ledger) as opened:
        written = write_letters(opened, plan, year, day, files or (), output, template, request, force=force)
    for warning in written.warnings:
        request.warn(warning)
    request.emit((letters_to_json if request.is_json else letters_to_terminal)(written, request.language))
