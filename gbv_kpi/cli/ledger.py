"""The commands that look after the ledger: export, import, ledger check."""

import io
from typing import Annotated

import typer

from gbv_kpi.cli.options import (
    Format,
    FormatOption,
    LangOption,
    LedgerOption,
    OutputOption,
    chosen_format,
    opened_ledger,
    output_language,
)
from gbv_kpi.cli.output import emit, expect_ending, read_bounded
from gbv_kpi.i18n import phrase, plural
from gbv_kpi.inputs import MEBIBYTE

MAX_IMPORT = 512 * MEBIBYTE  # an export of 53,000 returns has 40

commands = typer.Typer()
keeping = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Look after the ledger itself.")
commands.add_typer(keeping, name="ledger")


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
    submitted, records = read_export(io.BytesIO(read_bounded(file, MAX_IMPORT)))
    with opened_ledger(ledger, spoken, create=starts_a_ledger(submitted)) as opened:
        new = import_lines(opened, submitted, records)
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
