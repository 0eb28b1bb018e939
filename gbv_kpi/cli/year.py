"""The commands of an officer's year: withdraw, note, sign, diff."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gbv_kpi.cli.options import (
    DEFAULT_PLAN,
    ByOption,
    Format,
    FormatOption,
    Lang,
    LangOption,
    LedgerOption,
    OutputOption,
    PlanOption,
    YearOption,
    now,
    office_plan,
    officer,
    opened_ledger,
    output_language,
    parse_as_of,
)
from gbv_kpi.console import print_rendered, print_text

if TYPE_CHECKING:
    from gbv_kpi.kpi.year_record import Event

commands = typer.Typer()

UnitOption = Annotated[str, typer.Option("--unit", help="The unit, by name or code, as its return names it.")]


@commands.command()
def withdraw(
    context: typer.Context,
    unit: UnitOption,
    year: YearOption,
    reason: Annotated[str, typer.Option("--reason", help="Why the return no longer counts.")],
    ledger: LedgerOption = None,
    by: ByOption = None,
    plan: PlanOption = DEFAULT_PLAN,
    format: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = None,
) -> None:
    """Let a recorded return no longer count. It stays in the ledger, with the reason; a new one may follow.

    Example: gbv-kpi withdraw --unit "Huyện Yên Mô" --year 2025 --reason "Sent for the wrong unit"
    """
    from gbv_kpi.ledger.year import Author
    from gbv_kpi.ledger.year import withdraw as record

    the_plan = office_plan(context, plan)
    with opened_ledger(ledger) as opened:
        event = record(opened, the_plan, unit, year, reason, Author(officer(by), now()))
    _show(event, True, format, output, lang)


@commands.command()
def note(
    context: typer.Context,
    unit: UnitOption,
    year: YearOption,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What explains the return.")],
    ledger: LedgerOption = None,
    by: ByOption = None,
    plan: PlanOption = DEFAULT_PLAN,
    format: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = None,
) -> None:
    """Keep an explanation with a return. It is shown in its history, in traces and in the report's annex.

    Example: gbv-kpi note --unit "Huyện Yên Mô" --year 2025 "Two schools were merged"
    """
    from gbv_kpi.ledger.year import Author
    from gbv_kpi.ledger.year import note as record

    the_plan = office_plan(context, plan)
    with opened_ledger(ledger) as opened:
        event = record(opened, the_plan, unit, year, text, Author(officer(by), now()))
    _show(event, True, format, output, lang)


@commands.command()
def sign(
    context: typer.Context,
    year: YearOption,
    ledger: LedgerOption = None,
    by: ByOption = None,
    plan: PlanOption = DEFAULT_PLAN,
    format: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = None,
) -> None:
    """Record a year as signed, with the hash of its findings. Every later report says what has changed since.

    Example: gbv-kpi sign --year 2025
    """
    from gbv_kpi.ledger.year import Author
    from gbv_kpi.ledger.year import sign as record

    the_plan = office_plan(context, plan)
    with opened_ledger(ledger) as opened:
        event, is_new = record(opened, the_plan, year, Author(officer(by), now()))
    _show(event, is_new, format, output, lang)


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
    format: FormatOption = Format.TABLE,
    output: OutputOption = None,
    lang: LangOption = None,
) -> None:
    """Compare a year at two moments, or in two ledgers. Each return that differs cell by cell, then the findings.

    Example: gbv-kpi diff --year 2025 --from signed
    """
    from gbv_kpi.ledger.year import difference, held, signed_of
    from gbv_kpi.render.year_record import difference_to_json, difference_to_terminal

    the_plan, spoken = office_plan(context, plan), output_language(lang)
    signed = before == "signed" or (before is None and from_ledger is None)
    with opened_ledger(from_ledger or ledger) as opened, opened.reading() as connection:
        first = None if signed else parse_as_of(before)
        old, signature = (
            signed_of(connection, the_plan, year) if signed else (held(connection, the_plan, year, first), None)
        )
    with opened_ledger(ledger) as opened, opened.reading() as connection:
        new = held(connection, the_plan, year, parse_as_of(after))
    found = difference(the_plan, year, old, new, signature)
    if format is Format.JSON:
        print_text(difference_to_json(found), output)
    else:
        print_rendered(difference_to_terminal(found, spoken), output)


def _show(event: "Event", is_new: bool, format: Format, output: Path | None, lang: Lang | None) -> None:
    from gbv_kpi.render.year_record import event_to_json, event_to_text

    show = event_to_json if format is Format.JSON else event_to_text
    print_text(show(event, is_new, output_language(lang)), output)
