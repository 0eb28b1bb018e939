"""The command that hands returns in: checked, recorded in the ledger, and sorted where asked."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from gbv_kpi.cli.options import (
    DEFAULT_PLAN,
    AssumedYearOption,
    ByOption,
    CheckFormat,
    CheckFormatOption,
    Files,
    LangOption,
    LedgerOption,
    OutputOption,
    PlanOption,
    QuietOption,
    chosen_format,
    document_language,
    expect_other_file,
    now,
    office_plan,
    officer,
    opened_ledger,
    output_language,
)
from gbv_kpi.cli.output import emit_in_format, say_left_out
from gbv_kpi.errors import UsageError
from gbv_kpi.i18n import phrase

commands = typer.Typer()


@commands.command()
def submit(
    context: typer.Context,
    files: Files,
    year: AssumedYearOption = None,
    ledger: LedgerOption = None,
    by: ByOption = None,
    plan: PlanOption = DEFAULT_PLAN,
    format: CheckFormatOption = None,
    output: OutputOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be new, corrected or refused; record nothing.")
    ] = False,
    sort_into: Annotated[
        Path | None,
        typer.Option(
            "--sort-into",
            metavar="FOLDER",
            help="Move the files: to accepted/YEAR, or to refused with a marked copy and a reply beside them.",
        ),
    ] = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Check returns and record them in the ledger. All of a file or nothing of it; safe to repeat.

    Example: gbv-kpi submit inbox/
    """
    from gbv_kpi.ledger.submit import submit as hand_in
    from gbv_kpi.pipeline import watched
    from gbv_kpi.render.submission import submission_listing, submission_to_json, submission_to_terminal
    from gbv_kpi.sheets.sources import find_sources

    spoken, chosen = output_language(lang), chosen_format(context, format, output, CheckFormat)
    the_plan = office_plan(context, plan)
    if sort_into and dry_run:
        raise UsageError(phrase("--dry-run moves no files: leave out --sort-into."))
    with _sorting(sort_into, files):
        found, left_out = find_sources(files)
        if not found and sort_into:
            raise typer.Exit  # an inbox that is sorted is empty most of the time
        if not found:
            raise UsageError(phrase("There is no return in {names}.", names=", ".join(files)))
        expect_other_file(output, [*found, plan])
        with opened_ledger(ledger, spoken, output, create=True, quiet=quiet, dry_run=dry_run) as opened:
            watch = partial(watched, language=spoken)
            submission = hand_in(opened, the_plan, found, year, now(), officer(by), watch)
        submission = replace(submission, is_rehearsal=dry_run)
        silent = quiet and submission.exit_code == 0
        say_left_out(left_out, silent, spoken)
        if output is not None or not silent:
            emit_in_format(
                (chosen, spoken, output),
                lambda: submission_to_terminal(submission, spoken),
                lambda: submission_to_json(submission, spoken),
                lambda: submission_listing(submission, spoken),
                quiet=quiet,
            )
        if sort_into:
            from gbv_kpi.cli.sorting import sort_files

            sort_files(submission, sort_into, document_language(lang))
    raise typer.Exit(submission.exit_code)


def _sorting(folder: Path | None, inbox: list[str]) -> AbstractContextManager[None]:
    if folder is None:
        return nullcontext()
    from gbv_kpi.cli.sorting import sorting_into

    return sorting_into(folder, inbox)
