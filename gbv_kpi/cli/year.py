"""Define the commands of an officer's year: withdraw, note, sign, diff, letters."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gbv_kpi.cli import options
from gbv_kpi.cli.options import DEFAULT_PLAN, Format, ListFormat
from gbv_kpi.cli.reports import docx_template_of
from gbv_kpi.cli.request import Request, author, day_of, document_language, now, parse_as_of, request_of
from gbv_kpi.console import warn
from gbv_kpi.i18n import phrase

if TYPE_CHECKING:
    from gbv_kpi.kpi.year_record import Event

commands = typer.Typer()

OneUnitOption = Annotated[str, typer.Option("--unit", metavar="UNIT", help="The unit, by name or code.")]


@commands.command()
def withdraw(
    context: typer.Context,
    unit: OneUnitOption,
    year: options.YearOption,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why the return no longer counts.")],
    ledger: options.LedgerOption = None,
    by: options.ByOption = None,
    plan: options.PlanOption = DEFAULT_PLAN,
    format: options.FormatOption = None,
    output: options.OutputOption = None,
    lang: options.LangOption = None,
) -> None:
    """Withdraw a recorded return. The ledger keeps it with the reason, but it no longer counts.

    Example: gbv-kpi withdraw --unit "Huyện Yên Mô" --year 2025 --reason "Gửi nhầm đơn vị"
    """
    from gbv_kpi.ledger.year import record_event

    request = request_of(context, Format, format, output, lang)
    the_plan = request.plan(plan)
    with request.ledger(ledger) as opened:
        event = record_event(opened, the_plan, unit, year, "withdraw", reason, author(by))
    _show_event(request, event)


@commands.command()
def note(
    context: typer.Context,
    unit: OneUnitOption,
    year: options.YearOption,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The text of the note.")],
    ledger: options.LedgerOption = None,
    by: options.ByOption = None,
    plan: options.PlanOption = DEFAULT_PLAN,
    format: options.FormatOption = None,
    output: options.OutputOption = None,
    lang: options.LangOption = None,
) -> None:
    """Attach a note to a return. Its history, traces and the report's annex show the note.

    Example: gbv-kpi note --unit "Huyện Yên Mô" --year 2025 "Hai trường sáp nhập"
    """
    from gbv_kpi.ledger.year import record_event

    request = request_of(context, Format, format, output, lang)
    the_plan = request.plan(plan)
    with request.ledger(ledger) as opened:
        event = record_event(opened, the_plan, unit, year, "note", text, author(by))
    _show_event(request, event)


@commands.command()
def sign(
    context: typer.Context,
    year: options.YearOption,
    ledger: options.LedgerOption = None,
    by: options.ByOption = None,
    plan: options.PlanOption = DEFAULT_PLAN,
    format: options.FormatOption = None,
    output: options.OutputOption = None,
    lang: options.LangOption = None,
) -> None:
    """Sign a year. Records the hash of its findings; later reports list what has changed since.

    Example: gbv-kpi sign --year 2025
    """
    from gbv_kpi.ledger.year import sign as record

    request = request_of(context, Format, format, output, lang)
    the_plan = request.plan(plan)
    with request.ledger(ledger) as opened:
        event, is_new = record(opened, the_plan, year, author(by))
    _show_event(request, event, is_new=is_new)


def _show_event(request: Request, event: "Event", *, is_new: bool = True) -> None:
    from gbv_kpi.render.year_record import event_shown

    request.emit(event_shown(event, is_new, request.format, request.language))


@commands.command()
def diff(
    context: typer.Context,
    year: options.YearOption,
    before: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="signed|DATE",
            help="The first moment: signed, a date or a time. [default: signed; now for another ledger]",
        ),
    ] = None,
    after: Annotated[str | None, typer.Option("--to", metavar="DATE", help="The second moment. [default: now]")] = None,
    from_ledger: Annotated[
        str | None,
        typer.Option("--from-ledger", metavar="FILE|URL", help="The ledger of the first moment. [default: the same]"),
    ] = None,
    ledger: options.LedgerOption = None,
    plan: options.PlanOption = DEFAULT_PLAN,
    format: options.ListFormatOption = None,
    output: options.OutputOption = None,
    lang: options.LangOption = None,
) -> None:
    """Compare a year at two moments or in two ledgers. Shows returns cell by cell, then findings.

    Example: gbv-kpi diff --year 2025 --from signed
    """
    from gbv_kpi.ledger.query import current_entries
    from gbv_kpi.ledger.year import difference, signed_year
    from gbv_kpi.render.year_record import difference_listing, difference_to_json, difference_to_terminal

    request = request_of(context, ListFormat, format, output, lang)
    the_plan = request.plan(plan)
    signed = before == "signed" or (before is None and from_ledger is None)
    with request.ledger(from_ledger or ledger) as opened, opened.reading() as connection:
        if signed:
            old, signature = signed_year(connection, the_plan, year)
        else:
            old = current_entries(connection, the_plan, [year], parse_as_of(before))
            signature = None
    with request.ledger(ledger) as opened, opened.reading() as connection:
        new = current_entries(connection, the_plan, [year], parse_as_of(after))
    found = difference(the_plan, year, old, new, signature)
    request.show(
        lambda: difference_to_terminal(found, request.language),
        lambda: difference_to_json(found),
        lambda: difference_listing(found, request.language),
    )


@commands.command()
def letters(
    context: typer.Context,
    year: options.YearOption,
    output: Annotated[Path, typer.Option("--output", metavar="FOLDER", help="The folder for the letters.")],
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE", help="Refused returns, or folders of them.")
    ] = None,
    ledger: options.LedgerOption = None,
    docx_template: options.DocxTemplateOption = None,
    dated: Annotated[
        str | None, typer.Option("--dated", metavar="DATE", help="The date of the letters. [default: today]")
    ] = None,
    force: options.ForceOption = False,
    plan: options.PlanOption = DEFAULT_PLAN,
    format: options.FormatOption = None,
    lang: options.LangOption = None,
) -> None:
    """Write a letter to each unit. It is a reminder with a blank form, a list of corrections, or its results.

    Letters are Word documents, and Markdown for e-mail, in Vietnamese unless --lang is given. Units that need
    no letter get none.

    Example: gbv-kpi letters --year 2025 --output cong-van/ sorted/refused
    """
    from gbv_kpi.cli.letters import LetterRequest, letters_to_json, letters_to_terminal, write_letters

    request = request_of(context, Format, format, None, lang)
    day = day_of(dated) if dated else now().date()
    template = docx_template_of(docx_template, "docx")
    wanted = LetterRequest(request.plan(plan), year, day, output, tuple(files or ()), template, force)
    with request.ledger(ledger) as opened:
        written = write_letters(wanted, opened, now(), document_language(lang))
    say = request.language.say
    for file in written.without_unit:
        warn(say(phrase("{file} has errors of no known unit; no letter mentions them.", file=file)))
    for unit, file in written.file_by_unit.items():
        details = {"unit": unit, "file": file}
        warn(say(phrase("{unit}: no letter. Its row in {file} is valid; other rows need correction.", **details)))
    show = letters_to_json if request.format is Format.JSON else letters_to_terminal
    request.emit(show(written, request.language))
