"""Define the command submit: check returns, record them in the ledger, and sort the files."""

from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from gbv_kpi.cli import options
from gbv_kpi.cli.options import DEFAULT_PLAN, CheckFormat
from gbv_kpi.cli.output import expect_other_file, say_left_out
from gbv_kpi.cli.request import author, document_language, request_of
from gbv_kpi.errors import UsageError
from gbv_kpi.i18n import phrase

commands = typer.Typer()


@commands.command()
def submit(
    context: typer.Context,
    files: options.Files,
    year: options.AssumedYearOption = None,
    ledger: options.LedgerOption = None,
    by: options.ByOption = None,
    plan: options.PlanOption = DEFAULT_PLAN,
    format: options.CheckFormatOption = None,
    output: options.OutputOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be new, corrected or refused; record nothing.")
    ] = False,
    sort_into: Annotated[
        Path | None,
        typer.Option(
            "--sort-into",
            metavar="FOLDER",
            help="Move the files to accepted/YEAR, or to refused with a marked copy and a reply.",
        ),
    ] = None,
    quiet: options.QuietOption = False,
    lang: options.LangOption = None,
) -> None:
    """Check returns and record them in the ledger. Records a file whole or not at all; safe to repeat.

    Example: gbv-kpi submit inbox/
    """
    from gbv_kpi.ledger.submit import submit as hand_in
    from gbv_kpi.pipeline import with_progress
    from gbv_kpi.render.received import submission_listing, submission_to_json, submission_to_terminal
    from gbv_kpi.sheets.sources import find_sources

    request = request_of(context, CheckFormat, format, output, lang, quiet=quiet)
    the_plan = request.plan(plan)
    if sort_into and dry_run:
        raise UsageError(phrase("--dry-run moves no files: leave out --sort-into."))
    if sort_into:
        from gbv_kpi.cli.sorting import sort_files, sorting_into
    with sorting_into(sort_into, files) if sort_into else nullcontext():
        found, left_out = find_sources(files)
        if not found and sort_into:
            raise typer.Exit  # a sorted inbox is empty most of the time
        if not found:
            raise UsageError(phrase("No return found in {names}.", names=", ".join(files)))
        expect_other_file(output, found)
        with request.ledger(ledger, create=True, dry_run=dry_run) as opened:
            watch, officer = partial(with_progress, language=request.language), author(by)
            submission = hand_in(opened, the_plan, found, year, officer.at, officer.who, watch)
            submission = replace(submission, is_rehearsal=dry_run)
            say_left_out(left_out, quiet and submission.exit_code == 0, request.language)
            request.show(
                lambda: submission_to_terminal(submission, request.language),
                lambda: submission_to_json(submission, request.language),
                lambda: submission_listing(submission, request.language),
                submission.exit_code,
            )
            if sort_into:
                sort_files(submission, sort_into, opened, document_language(lang))
    raise typer.Exit(submission.exit_code)
