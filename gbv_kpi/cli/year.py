"""The commands of an officer's year: withdraw, note, sign, diff."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gbv_kpi.cli.options import (
    DEFAULT_PLAN,
    ByOption,
    DocxTemplateOption,
    ForceOption,
    Format,
    FormatOption,
    Lang,
    LangOption,
    LedgerOption,
    ListFormat,
    ListFormatOption,
    OutputOption,
    PlanOption,
    ReportFormat,
    YearOption,
    chosen_format,
    day_of,
    document_language,
    now,
    office_plan,
    officer,
    opened_ledger,
    output_language,
    parse_as_of,
)
from gbv_kpi.cli.output import docx_template_of, emit, emit_in_format
from gbv_kpi.console import warn
from gbv_kpi.i18n import phrase

if TYPE_CHECKING:
    from collections.abc import Callable

    from gbv_kpi.kpi.year_record import Event
    from gbv_kpi.ledger.database import Ledger
    from gbv_kpi.ledger.year import Author
    from gbv_kpi.plan import Plan

commands = typer.Typer()

OneUnitOption = Annotated[str, typer.Option("--unit", metavar="UNIT", help="The unit, as its return names it.")]


@commands.command()
def withdraw(
    context: typer.Context,
    unit: OneUnitOption,
    year: YearOption,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why the return no longer counts.")],
    ledger: LedgerOption = None,
    by: ByOption = None,
    plan: PlanOption = DEFAULT_PLAN,
    format: FormatOption = None,
    output: OutputOption = None,
    lang: LangOption = None,
) -> None:
    """Let a recorded return no longer count. It stays in the ledger, with the reason; a new one may follow.

    Example: gbv-kpi withdraw --unit "Huyện Yên Mô" --year 2025 --reason "Gửi nhầm đơn vị"
    """
    from gbv_kpi.ledger.year import withdraw as record

    _record(
        context,
        lambda opened, the_plan, author: (record(opened, the_plan, unit, year, reason, author), True),
        (ledger, by, plan, format, output, lang),
    )


@commands.command()
def note(
    context: typer.Context,
    unit: OneUnitOption,
    year: YearOption,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What explains the return.")],
    ledger: LedgerOption = None,
    by: ByOption = None,
    plan: PlanOption = DEFAULT_PLAN,
    format: FormatOption = None,
    output: OutputOption = None,
    lang: LangOption = None,
) -> None:
    """Keep an explanation with a return. It is shown in its history, in traces and in the report's annex.

    Example: gbv-kpi note --unit "Huyện Yên Mô" --year 2025 "Hai trường sáp nhập"
    """
    from gbv_kpi.ledger.year import note as record

    _record(
        context,
        lambda opened, the_plan, author: (record(opened, the_plan, unit, year, text, author), True),
        (ledger, by, plan, format, output, lang),
    )


@commands.command()
def sign(
    context: typer.Context,
    year: YearOption,
    ledger: LedgerOption = None,
    by: ByOption = None,
    plan: PlanOption = DEFAULT_PLAN,
    format: FormatOption = None,
    output: OutputOption = None,
    lang: LangOption = None,
) -> None:
    """Record a year as signed, with the hash of its findings. Every later report says what has changed since.

    Example: gbv-kpi sign --year 2025
    """
    from gbv_kpi.ledger.year import sign as record

    _record(
        context,
        lambda opened, the_plan, author: record(opened, the_plan, year, author),
        (ledger, by, plan, format, output, lang),
    )


def _record(
    context: typer.Context,
    record: "Callable[[Ledger, Plan, Author], tuple[Event, bool]]",
    given: tuple[str | None, str | None, str, Format | None, Path | None, Lang | None],
) -> None:
    """Record an event and show it; `given` are the options that the three commands share, in their order."""
    from gbv_kpi.ledger.year import Author
    from gbv_kpi.render.year_record import event_shown

    ledger, by, plan, asked, output, lang = given
    spoken, the_plan = output_language(lang), office_plan(context, plan)
    chosen = chosen_format(context, asked, output, Format)
    with opened_ledger(ledger, spoken, output) as opened:
        event, is_new = record(opened, the_plan, Author(officer(by), now()))
    emit(event_shown(event, is_new, chosen, spoken), output, spoken)


@commands.command()
def diff(
    context: typer.Context,
    year: YearOption,
    before: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="signed|DATE",
            help="The first moment: as signed, or a day or time. [default: signed; now in another ledger]",
        ),
    ] = None,
    after: Annotated[str | None, typer.Option("--to", metavar="DATE", help="The second moment. [default: now]")] = None,
    from_ledger: Annotated[
        str | None,
        typer.Option("--from-ledger", metavar="FILE|URL", help="The ledger of the first moment. [default: the same]"),
    ] = None,
    ledger: LedgerOption = None,
    plan: PlanOption = DEFAULT_PLAN,
    format: ListFormatOption = None,
    output: OutputOption = None,
    lang: LangOption = None,
) -> None:
    """Compare a year at two moments, or in two ledgers. Each return that differs cell by cell, then the findings.

    Example: gbv-kpi diff --year 2025 --from signed
    """
    from gbv_kpi.ledger.year import difference, held, signed_of
    from gbv_kpi.render.difference import difference_listing, difference_to_json, difference_to_terminal

    the_plan, spoken = office_plan(context, plan), output_language(lang)
    chosen = chosen_format(context, format, output, ListFormat)
    signed = before == "signed" or (before is None and from_ledger is None)
    with opened_ledger(from_ledger or ledger, spoken, output) as opened, opened.reading() as connection:
        first = None if signed else parse_as_of(before)
        old, signature = (
            signed_of(connection, the_plan, year) if signed else (held(connection, the_plan, year, first), None)
        )
    with opened_ledger(ledger, spoken, output) as opened, opened.reading() as connection:
        new = held(connection, the_plan, year, parse_as_of(after))
    found = difference(the_plan, year, old, new, signature)
    emit_in_format(
        (chosen, spoken, output),
        lambda: difference_to_terminal(found, spoken),
        lambda: difference_to_json(found),
        lambda: difference_listing(found, spoken),
    )


@commands.command()
def letters(
    context: typer.Context,
    year: YearOption,
    output: Annotated[Path, typer.Option("--output", metavar="FOLDER", help="The folder to write the letters into.")],
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE", help="Returns that were refused, or folders of them.")
    ] = None,
    ledger: LedgerOption = None,
    docx_template: DocxTemplateOption = None,
    dated: Annotated[
        str | None, typer.Option("--dated", metavar="DATE", help="The day of the letters. [default: today]")
    ] = None,
    force: ForceOption = False,
    plan: PlanOption = DEFAULT_PLAN,
    format: FormatOption = None,
    lang: LangOption = None,
) -> None:
    """Write a letter to each unit. A reminder with a blank form, what is wrong in its return, or what is lacking.

    In Vietnamese unless asked otherwise, as Word and as Markdown for e-mail. Nothing to say, no letter.

    Example: gbv-kpi letters --year 2025 --output cong-van/ sorted/refused
    """
    from gbv_kpi.cli.letters import LetterRequest, letters_to_json, letters_to_terminal, write_letters

    spoken, chosen = output_language(lang), chosen_format(context, format, None, Format)
    day = day_of(dated) if dated else now().date()
    template = docx_template_of(docx_template, ReportFormat.DOCX)
    request = LetterRequest(office_plan(context, plan), year, day, output, tuple(files or ()), template, force)
    with opened_ledger(ledger, spoken) as opened:
        written = write_letters(request, opened, now(), document_language(lang))
    for file in written.without_unit:
        warn(spoken.say(phrase("{file} has errors that belong to no unit; they are in no letter.", file=file)))
    show = letters_to_json if chosen is Format.JSON else letters_to_terminal
    emit(show(written, spoken), None, spoken)
