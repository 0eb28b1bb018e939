"""The commands that keep the ledger and ask it: arguments, one call, one rendering, one exit code."""

import getpass
import io
from datetime import datetime
from typing import Annotated

import typer

from gbv_kpi.cli.options import (
    DEFAULT_PLAN,
    MIN_COUNT,
    AsOfOption,
    FailOnOption,
    Files,
    Format,
    FormatOption,
    LangOption,
    LedgerOption,
    MinCountOption,
    OutputOption,
    PlanOption,
    PublishOption,
    QuietOption,
    opened_ledger,
    output_language,
    parse_as_of,
    suppression_limit,
)
from gbv_kpi.cli.output import read_bounded
from gbv_kpi.console import print_pieces, print_rendered, print_text, warn
from gbv_kpi.errors import UsageError
from gbv_kpi.exit_codes import FailOn
from gbv_kpi.i18n import phrase
from gbv_kpi.inputs import MEBIBYTE

MAX_IMPORT = 512 * MEBIBYTE  # an export of 53,000 returns has 40

commands = typer.Typer()
keeping = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Look after the ledger itself.")
commands.add_typer(keeping, name="ledger")


@commands.command()
def submit(
    files: Files,
    year: Annotated[int | None, typer.Option("--year", help="The year of a file that names none.")] = None,
    ledger: LedgerOption = None,
    by: Annotated[
        str | None, typer.Option("--by", envvar="GBV_KPI_BY", help="Who hands in. [default: the user logged in]")
    ] = None,
    plan: PlanOption = DEFAULT_PLAN,
    format: FormatOption = Format.TABLE,
    output: OutputOption = None,
    quiet: QuietOption = False,
    lang: LangOption = None,
) -> None:
    """Check returns and record them in the ledger. All of a file or nothing of it; safe to repeat.

    Example: gbv-kpi submit inbox/
    """
    from gbv_kpi.ledger.submit import submit as hand_in
    from gbv_kpi.pipeline import watched
    from gbv_kpi.plan import load_plan
    from gbv_kpi.render.submission import submission_to_json, submission_to_terminal
    from gbv_kpi.sheets.sources import find_sources

    spoken = output_language(lang)
    the_plan = load_plan(plan)
    found, left_out = find_sources(files)
    if not found:
        raise UsageError(phrase("There is no return in {names}.", names=", ".join(files)))
    with opened_ledger(ledger, create=True) as opened:
        submission = hand_in(opened, the_plan, found, year, _now(), _officer(by), lambda names: watched(names, spoken))
    silent = quiet and submission.exit_code == 0
    if left_out and not silent:
        warn(spoken.say(phrase("Not read, being no spreadsheets: {files}.", files=", ".join(left_out))))
    if output is not None or not silent:
        if format is Format.JSON:
            print_pieces(submission_to_json(submission, spoken), output)
        else:
            print_rendered(submission_to_terminal(submission, spoken), output)
    raise typer.Exit(submission.exit_code)


@commands.command()
def status(
    year: Annotated[int, typer.Option("--year", help="The year reported.")],
    ledger: LedgerOption = None,
    plan: PlanOption = DEFAULT_PLAN,
    format: FormatOption = Format.TABLE,
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
    from gbv_kpi.plan import load_plan
    from gbv_kpi.render.status import status_to_json, status_to_terminal

    spoken, the_plan = output_language(lang), load_plan(plan)
    with opened_ledger(ledger) as opened, opened.reading() as connection:
        entries = entries_of(connection, the_plan, years=[year])
    found = year_status(entries, the_plan, year, _now(), fail_on)
    if output is not None or not (quiet and found.exit_code == 0):
        if format is Format.JSON:
            print_text(status_to_json(found), output)
        else:
            print_rendered(status_to_terminal(found, spoken), output)
    raise typer.Exit(found.exit_code)


@commands.command()
def history(
    unit: Annotated[str | None, typer.Option("--unit", help="One unit, by name or code. [default: all]")] = None,
    year: Annotated[int | None, typer.Option("--year", help="One year. [default: all]")] = None,
    ledger: LedgerOption = None,
    as_of: AsOfOption = None,
    plan: PlanOption = DEFAULT_PLAN,
    format: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = None,
) -> None:
    """Show every revision of returns, and what it changed.

    Example: gbv-kpi history --unit "Huyện Nho Quan" --year 2025
    """
    from gbv_kpi.ledger.query import entries_of
    from gbv_kpi.ledger.trace import keys_named, revisions
    from gbv_kpi.plan import load_plan
    from gbv_kpi.render.trace import history_to_json, history_to_terminal

    spoken, the_plan = output_language(lang), load_plan(plan)
    keys = keys_named(the_plan, unit, year) if unit is not None else None
    with opened_ledger(ledger) as opened, opened.reading() as connection:
        years = [year] if year is not None else None
        codes = [key.code for key in keys] if keys is not None else None
        entries = entries_of(connection, the_plan, years=years, codes=codes, as_of=parse_as_of(as_of))
    found = list(revisions(entry for entry in entries if keys is None or entry.unit in keys))
    if not found:
        raise UsageError(phrase("The ledger holds no such return."))
    if format is Format.JSON:
        print_text(history_to_json(the_plan, found), output)
    else:
        print_rendered(history_to_terminal(the_plan, found, spoken, _now().tzinfo), output)


@commands.command()
def trace(
    indicator: Annotated[str, typer.Argument(metavar="INDICATOR", help="The indicator, by its id in the plan.")],
    year: Annotated[int, typer.Option("--year", help="The year reported.")],
    unit: Annotated[
        str | None, typer.Option("--unit", help="One unit, by name or code. [default: the whole province]")
    ] = None,
    ledger: LedgerOption = None,
    as_of: AsOfOption = None,
    plan: PlanOption = DEFAULT_PLAN,
    format: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = None,
) -> None:
    """Follow a percentage back to the cells it was counted from.

    Example: gbv-kpi trace training --unit "Huyện Nho Quan" --year 2025
    """
    from gbv_kpi.ledger.query import entries_of
    from gbv_kpi.ledger.trace import trace as follow
    from gbv_kpi.ledger.trace import unit_named
    from gbv_kpi.plan import load_plan
    from gbv_kpi.render.trace import trace_to_json, trace_to_terminal

    spoken, the_plan = output_language(lang), load_plan(plan)
    of = unit_named(the_plan, unit, year) if unit is not None else None
    with opened_ledger(ledger) as opened, opened.reading() as connection:
        entries = entries_of(connection, the_plan, years=[year], as_of=parse_as_of(as_of))
    traced = follow(entries, the_plan, indicator, of, year)
    if format is Format.JSON:
        print_text(trace_to_json(traced), output)
    else:
        print_rendered(trace_to_terminal(traced, spoken, _now().tzinfo), output)


@commands.command()
def trend(
    context: typer.Context,
    ledger: LedgerOption = None,
    as_of: AsOfOption = None,
    plan: PlanOption = DEFAULT_PLAN,
    format: FormatOption = Format.TABLE,
    output: OutputOption = None,
    publish: PublishOption = False,
    min_count: MinCountOption = MIN_COUNT,
    lang: LangOption = None,
) -> None:
    """Show every indicator over the years, and the path it is on.

    Example: gbv-kpi trend
    """
    from gbv_kpi.ledger.query import entries_of
    from gbv_kpi.ledger.trend import trend as follow
    from gbv_kpi.plan import load_plan
    from gbv_kpi.render.trend import trend_to_json, trend_to_terminal

    spoken, the_plan, limit = output_language(lang), load_plan(plan), suppression_limit(context, publish, min_count)
    with opened_ledger(ledger) as opened, opened.reading() as connection:
        entries = entries_of(connection, the_plan, as_of=parse_as_of(as_of))
    found = follow(entries, the_plan, parse_as_of(as_of))
    if limit is not None:
        from gbv_kpi.suppression import publishable_trend

        found = publishable_trend(found, limit)
    if format is Format.JSON:
        print_pieces(trend_to_json(found), output)
    else:
        print_rendered(trend_to_terminal(found, spoken), output)


@commands.command("export")
def export_ledger(ledger: LedgerOption = None, output: OutputOption = None) -> None:
    """Write the whole ledger as JSON Lines. A backup, or the way to another database.

    Example: gbv-kpi export --output ledger.jsonl
    """
    from gbv_kpi.ledger.jsonl import export_lines

    with opened_ledger(ledger) as opened:
        lines = "".join(export_lines(opened))
    print_text(lines, output)


@commands.command("import")
def import_ledger(
    file: Annotated[str, typer.Argument(metavar="FILE", help="What `export` wrote, or - for standard input.")],
    ledger: LedgerOption = None,
    lang: LangOption = None,
) -> None:
    """Add to the ledger what an export holds. All that is new, or nothing; safe to repeat.

    Example: gbv-kpi import ledger.jsonl --ledger postgresql://office@server/gbv
    """
    from gbv_kpi.ledger.jsonl import import_lines

    spoken = output_language(lang)
    lines = io.BytesIO(read_bounded(file, MAX_IMPORT))
    with opened_ledger(ledger, create=True) as opened:
        held, new = import_lines(opened, lines)
        summary = phrase("Ledger {ledger}: {new} of {held} files were new.", ledger=opened.name, new=new, held=held)
    print_text(spoken.say(summary) + "\n", None)


@keeping.command("check")
def check_ledger(
    ledger: LedgerOption = None,
    format: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = None,
) -> None:
    """Verify the whole ledger. Its pages, each return against its hash, and that no revision is missing.

    Example: gbv-kpi ledger check
    """
    from gbv_kpi.ledger.check import check_ledger as verify
    from gbv_kpi.render.ledger_check import ledger_check_to_json, ledger_check_to_text

    spoken = output_language(lang)
    with opened_ledger(ledger) as opened:
        found = verify(opened)
    show = ledger_check_to_json if format is Format.JSON else ledger_check_to_text
    print_text(show(found, spoken), output)
    raise typer.Exit(found.exit_code)


def _now() -> datetime:
    """The moment, on the clock of the office: deadlines are days of its calendar."""
    return datetime.now().astimezone()


def _officer(by: str | None) -> str:
    if by:
        return by
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise UsageError(phrase("Nobody is logged in here: say with --by who hands in.")) from error
