"""Define the commands that maintain the ledger: export, import, ledger check."""

import io
from typing import Annotated

import typer

from gbv_kpi.cli import options
from gbv_kpi.cli.options import Format
from gbv_kpi.cli.output import expect_ending, read_bounded
from gbv_kpi.cli.request import Request, output_language, request_of
from gbv_kpi.i18n import phrase, plural
from gbv_kpi.inputs import MEBIBYTE

MAX_IMPORT = 512 * MEBIBYTE  # bytes; an export of 53,000 returns has 40 MB

commands = typer.Typer()
ledger_commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Maintain the ledger.")
commands.add_typer(ledger_commands, name="ledger")


@commands.command("export")
def export_ledger(
    context: typer.Context,
    ledger: options.LedgerOption = None,
    output: options.OutputOption = None,
    lang: options.LangOption = None,
) -> None:
    """Export the ledger as JSON Lines. Use it as a backup or to move to another database.

    Example: gbv-kpi export --output ledger.jsonl
    """
    from gbv_kpi.ledger.backup import export_lines

    expect_ending(output, ".jsonl", "")
    request = Request(context, output_language(lang), Format.TABLE, output)
    with request.ledger(ledger) as opened:
        lines = "".join(export_lines(opened))
    request.emit(lines)


@commands.command("import")
def import_ledger(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file written by `export`, or - for standard input.")],
    ledger: options.LedgerOption = None,
    lang: options.LangOption = None,
) -> None:
    """Import an export into the ledger. Adds everything new or nothing; safe to repeat.

    Example: gbv-kpi import ledger.jsonl --ledger postgresql://office@server/gbv
    """
    from gbv_kpi.ledger.backup import import_lines, read_export, starts_a_ledger

    request = request_of(context, lang=lang)
    lines = read_export(io.BytesIO(read_bounded(file, MAX_IMPORT)))
    with request.ledger(ledger, create=starts_a_ledger(lines)) as opened:
        new, held = import_lines(opened, lines)
    details = {"ledger": opened.name}
    if not new:
        added = phrase("The ledger {ledger} already has all of these files.", **details)
    elif not held:
        added = plural("Added {count} new file to {ledger}.", "Added {count} new files to {ledger}.", new, **details)
    else:
        added = plural(
            "Added {count} new file to {ledger}; {held} were already there.",
            "Added {count} new files to {ledger}; {held} were already there.",
            new,
            held=held,
            **details,
        )
    request.emit(request.language.say(added) + "\n")


@ledger_commands.command("check")
def check_ledger(
    context: typer.Context,
    ledger: options.LedgerOption = None,
    format: options.FormatOption = None,
    output: options.OutputOption = None,
    lang: options.LangOption = None,
) -> None:
    """Verify the ledger. Checks its pages, each return against its hash, and that no revision is missing.

    Example: gbv-kpi ledger check
    """
    from gbv_kpi.ledger.backup import check_ledger as verify
    from gbv_kpi.render.trace import ledger_check_to_json, ledger_check_to_text

    request = request_of(context, Format, format, output, lang)
    with request.ledger(ledger) as opened:
        found = verify(opened)
    show = ledger_check_to_json if request.format is Format.JSON else ledger_check_to_text
    request.emit(show(found, request.language))
    raise typer.Exit(found.exit_code)
