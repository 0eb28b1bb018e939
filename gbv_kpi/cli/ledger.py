"""The commands that keep the ledger and ask it: arguments, one call, one rendering, one exit code."""

import io
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from gbv_kpi.cli.options import (
    DEFAULT_PLAN,
    MIN_COUNT,
    AsOfOption,
    AssumedYearOption,
    ByOption,
    CheckFormat,
    CheckFormatOption,
    FailOnOption,
    Files,
    Format,
    FormatOption,
    LangOption,
    LedgerOption,
    ListFormat,
    ListFormatOption,
    MinCountOption,
    OutputOption,
    PlanOption,
    PublishedOption,
    PublishOption,
    QuietOption,
    RegisterOption,
    UnitOption,
    YearOption,
    chosen_format,
    document_language,
    expect_other_file,
    now,
    office_plan,
    officer,
    opened_ledger,
    output_language,
    parse_as_of,
    suppression_limit,
)
from gbv_kpi.cli.output import Former, emit, expect_ending, publish_beside, read_bounded, say_left_out
from gbv_kpi.errors import UsageError
from gbv_kpi.exit_codes import FailOn
from gbv_kpi.i18n import phrase, plural
from gbv_kpi.inputs import MEBIBYTE

MAX_IMPORT = 512 * MEBIBYTE  # an export of 53,000 returns has 40

commands = typer.Typer()
keeping = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Look after the ledger itself.")
commands.add_typer(keeping, name="ledger")


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
    from gbv_kpi.render.listing import in_format
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
            content = in_format(
                chosen,
                spoken,
                lambda: submission_to_terminal(submission, spoken),
                lambda: submission_to_json(submission, spoken),
                lambda: submission_listing(submission, spoken),
            )
            emit(content, output, spoken, chosen, quiet=quiet)
        if sort_into:
            from gbv_kpi.cli.sorting import sort_files

            sort_files(submission, sort_into, document_language(lang))
    raise typer.Exit(submission.exit_code)


def _sorting(folder: Path | None, inbox: list[str]) -> AbstractContextManager[None]:
    if folder is None:
        return nullcontext()
    from gbv_kpi.cli.sorting import sorting_into

    return sorting_into(folder, inbox)


@commands.command()
def status(
    context: typer.Context,
    year: YearOption,
    ledger: LedgerOption = None,
    plan: PlanOption = DEFAULT_PLAN,
    format: ListFormatOption = None,
    output: OutputOption = None,
    quiet: QuietOption = False,
    fail_on: FailOnOption = FailOn.INCOMPLETE,
    lang: LangOption = None,
) -> None:
    """Say who has reported a year, who has not, and who was late.

    Example: gbv-kpi status --year 2025
    """
    from gbv_kpi.ledger.query import entries_of
    from gbv_kpi.ledger.status import year_status
    from gbv_kpi.render.listing import in_format
    from gbv_kpi.render.status import status_listing, status_to_json, status_to_terminal

    spoken, chosen = output_language(lang), chosen_format(context, format, output, ListFormat)
    the_plan = office_plan(context, plan)
    expect_other_file(output, [plan])
    with opened_ledger(ledger, spoken, output) as opened, opened.reading() as connection:
        entries = entries_of(connection, the_plan, years=[year])
    found = year_status(entries, the_plan, year, now(), fail_on)
    if output is not None or not (quiet and found.exit_code == 0):
        content = in_format(
            chosen,
            spoken,
            lambda: status_to_terminal(found, spoken),
            lambda: status_to_json(found),
            lambda: status_listing(found),
        )
        emit(content, output, spoken, chosen, quiet=quiet)
    raise typer.Exit(found.exit_code)


@commands.command()
def history(
    context: typer.Context,
    unit: UnitOption = None,
    year: Annotated[int | None, typer.Option("--year", metavar="YEAR", help="One year. [default: all]")] = None,
    ledger: LedgerOption = None,
    as_of: AsOfOption = None,
    plan: PlanOption = DEFAULT_PLAN,
    format: ListFormatOption = None,
    output: OutputOption = None,
    lang: LangOption = None,
) -> None:
    """Show every revision of returns, and what it changed; notes, withdrawals and signatures.

    Example: gbv-kpi history --unit "Huyện Nho Quan" --year 2025
    """
    from gbv_kpi.ledger.events import events_of
    from gbv_kpi.ledger.query import entries_of
    from gbv_kpi.ledger.trace import keys_named, revisions
    from gbv_kpi.render.listing import in_format
    from gbv_kpi.render.trace import history_listing, history_to_json, history_to_terminal

    spoken, chosen = output_language(lang), chosen_format(context, format, output, ListFormat)
    moment, the_plan = parse_as_of(as_of), office_plan(context, plan)
    keys = keys_named(the_plan, unit, year) if unit is not None else None
    expect_other_file(output, [plan])
    with opened_ledger(ledger, spoken, output) as opened, opened.reading() as connection:
        years = [year] if year is not None else None
        codes = [key.code for key in keys] if keys is not None else None
        entries = entries_of(connection, the_plan, years=years, codes=codes, as_of=moment)
        events = events_of(connection, the_plan, years, moment)
    found = list(revisions(entry for entry in entries if keys is None or entry.unit in keys))
    if not found:
        raise UsageError(phrase("The ledger holds no such return."))
    events = [event for event in events if keys is None or (event.unit, event.since) in keys]
    listing = history_listing(the_plan, found, events, spoken)
    content = in_format(
        chosen,
        spoken,
        lambda: history_to_terminal(listing, spoken),
        lambda: history_to_json(the_plan, found, events),
        lambda: listing,
    )
    emit(content, output, spoken, chosen)


@commands.command()
def trace(
    context: typer.Context,
    indicator: Annotated[str, typer.Argument(metavar="INDICATOR", help="The indicator, by its id in the plan.")],
    year: YearOption,
    unit: Annotated[
        str | None,
        typer.Option("--unit", metavar="UNIT", help="One unit, by name or code. [default: the whole province]"),
    ] = None,
    ledger: LedgerOption = None,
    as_of: AsOfOption = None,
    plan: PlanOption = DEFAULT_PLAN,
    format: CheckFormatOption = None,
    output: OutputOption = None,
    lang: LangOption = None,
) -> None:
    """Follow a percentage back to the cells it was counted from.

    Example: gbv-kpi trace training --unit "Huyện Nho Quan" --year 2025
    """
    from gbv_kpi.ledger.events import events_of
    from gbv_kpi.ledger.query import entries_of
    from gbv_kpi.ledger.trace import trace as follow
    from gbv_kpi.ledger.trace import unit_named
    from gbv_kpi.render.listing import in_format
    from gbv_kpi.render.trace import trace_listing, trace_to_json, trace_to_terminal

    spoken, chosen = output_language(lang), chosen_format(context, format, output, CheckFormat)
    moment, the_plan = parse_as_of(as_of), office_plan(context, plan)
    of = unit_named(the_plan, unit, year) if unit is not None else None
    expect_other_file(output, [plan])
    with opened_ledger(ledger, spoken, output) as opened, opened.reading() as connection:
        entries = entries_of(connection, the_plan, years=[year], as_of=moment)
        events = events_of(connection, the_plan, [year], moment)
    traced = follow(entries, the_plan, indicator, of, year, events)
    content = in_format(
        chosen,
        spoken,
        lambda: trace_to_terminal(traced, spoken),
        lambda: trace_to_json(traced),
        lambda: trace_listing(traced, spoken),
    )
    emit(content, output, spoken, chosen)


@commands.command()
def trend(
    context: typer.Context,
    ledger: LedgerOption = None,
    as_of: AsOfOption = None,
    plan: PlanOption = DEFAULT_PLAN,
    format: ListFormatOption = None,
    output: OutputOption = None,
    publish: PublishOption = False,
    min_count: MinCountOption = MIN_COUNT,
    published: PublishedOption = None,
    register: RegisterOption = False,
    lang: LangOption = None,
) -> None:
    """Show every indicator over the years, and the path it is on.

    Example: gbv-kpi trend
    """
    from gbv_kpi.ledger.query import entries_of
    from gbv_kpi.ledger.trend import trend as follow
    from gbv_kpi.render.listing import in_format
    from gbv_kpi.render.trend import trend_listing, trend_to_json, trend_to_terminal

    spoken, chosen = output_language(lang), chosen_format(context, format, output, ListFormat)
    moment, limit = parse_as_of(as_of), suppression_limit(context, publish, min_count)
    the_plan = office_plan(context, plan)
    expect_other_file(output, [plan])
    with opened_ledger(ledger, spoken, output) as opened:
        with opened.reading() as connection:
            entries = entries_of(connection, the_plan, as_of=moment)
        found = follow(entries, the_plan, moment)
        if limit is not None:
            from gbv_kpi.suppression import publishable_trend

            found = publish_beside(found, publishable_trend, limit, Former(published or (), opened, register), spoken)
    content = in_format(
        chosen,
        spoken,
        lambda: trend_to_terminal(found, spoken),
        lambda: trend_to_json(found),
        lambda: trend_listing(found),
    )
    emit(content, output, spoken, chosen)


@commands.command("export")
def export_ledger(ledger: LedgerOption = None, output: OutputOption = None, lang: LangOption = None) -> None:
    """Write the whole ledger as JSON Lines. A backup, or the way to another database.

    Example: gbv-kpi export --output ledger.jsonl
    """
    from gbv_kpi.ledger.jsonl import export_lines

    spoken = output_language(lang)
    expect_ending(output, ".jsonl", "")
    with opened_ledger(ledger, spoken, output) as opened:
        lines = "".join(export_lines(opened))
    emit(lines, output, spoken)


@commands.command("import")
def import_ledger(
    file: Annotated[str, typer.Argument(metavar="FILE", help="What `export` wrote, or - for standard input.")],
    ledger: LedgerOption = None,
    lang: LangOption = None,
) -> None:
    """Add to the ledger what an export holds. All that is new, or nothing; safe to repeat.

    Example: gbv-kpi import ledger.jsonl --ledger postgresql://office@server/gbv
    """
    from gbv_kpi.ledger.jsonl import import_lines, read_export, starts_a_ledger

    spoken = output_language(lang)
    submitted, published = read_export(io.BytesIO(read_bounded(file, MAX_IMPORT)))
    with opened_ledger(ledger, spoken, create=starts_a_ledger(submitted)) as opened:
        new = import_lines(opened, submitted, published)
    held, details = len(submitted) - new, {"ledger": opened.name}
    if not new:
        added = phrase("The ledger {ledger} has all of these files already.", **details)
    elif not held:
        added = plural("Added {count} new file to {ledger}.", "Added {count} new files to {ledger}.", new, **details)
    else:
        added = plural(
            "Added {count} new file to {ledger}; {held} were there already.",
            "Added {count} new files to {ledger}; {held} were there already.",
            new,
            held=held,
            **details,
        )
    emit(spoken.say(added) + "\n", None, spoken)


@keeping.command("check")
def check_ledger(
    context: typer.Context,
    ledger: LedgerOption = None,
    format: FormatOption = None,
    output: OutputOption = None,
    lang: LangOption = None,
) -> None:
    """Verify the whole ledger. Its pages, each return against its hash, and that no revision is missing.

    Example: gbv-kpi ledger check
    """
    from gbv_kpi.ledger.check import check_ledger as verify
    from gbv_kpi.render.ledger_check import ledger_check_to_json, ledger_check_to_text

    spoken, chosen = output_language(lang), chosen_format(context, format, output, Format)
    with opened_ledger(ledger, spoken, output) as opened:
        found = verify(opened)
    show = ledger_check_to_json if chosen is Format.JSON else ledger_check_to_text
    emit(show(found, spoken), output, spoken)
    raise typer.Exit(found.exit_code)
