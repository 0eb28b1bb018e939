"""The commands that ask the ledger: status, history, trace, trend."""

from typing import Annotated

import typer

from gbv_kpi.cli.options import (
    DEFAULT_PLAN,
    MIN_COUNT,
    AsOfOption,
    CheckFormat,
    CheckFormatOption,
    FailOnOption,
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
    expect_other_file,
    now,
    office_plan,
    opened_ledger,
    output_language,
    parse_as_of,
    suppression_limit,
)
from gbv_kpi.cli.output import Former, emit_in_format, withhold
from gbv_kpi.errors import UsageError
from gbv_kpi.exit_codes import FailOn
from gbv_kpi.i18n import phrase

commands = typer.Typer()


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
    from gbv_kpi.render.status import status_listing, status_to_json, status_to_terminal

    spoken, chosen = output_language(lang), chosen_format(context, format, output, ListFormat)
    the_plan = office_plan(context, plan)
    expect_other_file(output, [plan])
    with opened_ledger(ledger, spoken, output) as opened, opened.reading() as connection:
        entries = entries_of(connection, the_plan, years=[year])
    found = year_status(entries, the_plan, year, now(), fail_on)
    if output is not None or not (quiet and found.exit_code == 0):
        emit_in_format(
            (chosen, spoken, output),
            lambda: status_to_terminal(found, spoken),
            lambda: status_to_json(found),
            lambda: status_listing(found),
            quiet=quiet,
        )
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
    emit_in_format(
        (chosen, spoken, output),
        lambda: history_to_terminal(listing, spoken),
        lambda: history_to_json(the_plan, found, events),
        lambda: listing,
    )


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
    from gbv_kpi.render.trace import trace_listing, trace_to_json, trace_to_terminal

    spoken, chosen = output_language(lang), chosen_format(context, format, output, CheckFormat)
    moment, the_plan = parse_as_of(as_of), office_plan(context, plan)
    of = unit_named(the_plan, unit, year) if unit is not None else None
    expect_other_file(output, [plan])
    with opened_ledger(ledger, spoken, output) as opened, opened.reading() as connection:
        entries = entries_of(connection, the_plan, years=[year], as_of=moment)
        events = events_of(connection, the_plan, [year], moment)
    traced = follow(entries, the_plan, indicator, of, year, events)
    emit_in_format(
        (chosen, spoken, output),
        lambda: trace_to_terminal(traced, spoken),
        lambda: trace_to_json(traced),
        lambda: trace_listing(traced, spoken),
    )


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
    from gbv_kpi.render.trend import trend_listing, trend_to_json, trend_to_terminal

    spoken, chosen = output_language(lang), chosen_format(context, format, output, ListFormat)
    moment, limit = parse_as_of(as_of), suppression_limit(context, publish, min_count)
    the_plan = office_plan(context, plan)
    expect_other_file(output, [plan])
    with opened_ledger(ledger, spoken, output) as opened:
        with opened.reading() as connection:
            entries = entries_of(connection, the_plan, as_of=moment)
        found = follow(entries, the_plan, moment)
        found = withhold(found, limit, Former(published or (), opened, register), spoken)
    emit_in_format(
        (chosen, spoken, output),
        lambda: trend_to_terminal(found, spoken),
        lambda: trend_to_json(found),
        lambda: trend_listing(found),
    )
