"""Define the commands that query the ledger: status, history, trace, trend."""

from typing import Annotated

import typer

from gbv_kpi.cli import options
from gbv_kpi.cli.options import DEFAULT_PLAN, MIN_COUNT, CheckFormat, ListFormat
from gbv_kpi.cli.publish import Former, withhold
from gbv_kpi.cli.request import now, parse_as_of, request_of, suppression_limit
from gbv_kpi.errors import UsageError
from gbv_kpi.exit_codes import FailOn
from gbv_kpi.i18n import phrase

commands = typer.Typer()


@commands.command()
def status(
    context: typer.Context,
    year: options.YearOption,
    ledger: options.LedgerOption = None,
    plan: options.PlanOption = DEFAULT_PLAN,
    format: options.ListFormatOption = None,
    output: options.OutputOption = None,
    quiet: options.QuietOption = False,
    fail_on: options.FailOnOption = FailOn.INCOMPLETE,
    lang: options.LangOption = None,
) -> None:
    """Show which units have reported a year, and which were late.

    Example: gbv-kpi status --year 2025
    """
    from gbv_kpi.ledger.query import entries_of
    from gbv_kpi.ledger.status import year_status
    from gbv_kpi.render.received import status_listing, status_to_json, status_to_terminal

    request = request_of(context, ListFormat, format, output, lang, quiet=quiet)
    the_plan = request.plan(plan)
    with request.ledger(ledger) as opened, opened.reading() as connection:
        entries = entries_of(connection, the_plan, years=[year])
    found = year_status(entries, the_plan, year, now(), fail_on)
    request.show(
        lambda: status_to_terminal(found, request.language),
        lambda: status_to_json(found),
        lambda: status_listing(found, request.language),
        found.exit_code,
    )
    raise typer.Exit(found.exit_code)


@commands.command()
def history(
    context: typer.Context,
    unit: options.UnitOption = None,
    year: Annotated[int | None, typer.Option("--year", metavar="YEAR", help="One year. [default: all]")] = None,
    ledger: options.LedgerOption = None,
    as_of: options.AsOfOption = None,
    plan: options.PlanOption = DEFAULT_PLAN,
    format: options.ListFormatOption = None,
    output: options.OutputOption = None,
    lang: options.LangOption = None,
) -> None:
    """Show the revisions of returns. Includes notes, withdrawals and signatures.

    Example: gbv-kpi history --unit "Huyện Nho Quan" --year 2025
    """
    from gbv_kpi.ledger.journal import events_of
    from gbv_kpi.ledger.query import entries_of
    from gbv_kpi.ledger.trace import keys_named, revisions
    from gbv_kpi.render.trace import history_listing, history_to_json, history_to_terminal

    request = request_of(context, ListFormat, format, output, lang)
    moment, the_plan = parse_as_of(as_of), request.plan(plan)
    keys = keys_named(the_plan, unit, year) if unit is not None else None
    years = [year] if year is not None else None
    with request.ledger(ledger) as opened, opened.reading() as connection:
        codes = [key.code for key in keys] if keys is not None else None
        entries = entries_of(connection, the_plan, years=years, codes=codes, as_of=moment)
        events = events_of(connection, the_plan, years, moment)
    found = list(revisions(entry for entry in entries if keys is None or entry.unit in keys))
    if not found:
        raise UsageError(phrase("The ledger has no such return."))
    events = [event for event in events if keys is None or (event.unit, event.since) in keys]
    listing = history_listing(the_plan, found, events, request.language)
    request.show(
        lambda: history_to_terminal(listing, request.language),
        lambda: history_to_json(the_plan, found, events),
        lambda: listing,
    )


@commands.command()
def trace(
    context: typer.Context,
    indicator: Annotated[str, typer.Argument(metavar="INDICATOR", help="The indicator, by its id in the plan.")],
    year: options.YearOption,
    unit: Annotated[
        str | None,
        typer.Option("--unit", metavar="UNIT", help="One unit, by name or code. [default: the whole province]"),
    ] = None,
    ledger: options.LedgerOption = None,
    as_of: options.AsOfOption = None,
    plan: options.PlanOption = DEFAULT_PLAN,
    format: options.CheckFormatOption = None,
    output: options.OutputOption = None,
    lang: options.LangOption = None,
) -> None:
    """Trace a percentage back to the cells it was calculated from.

    Example: gbv-kpi trace training --unit "Huyện Nho Quan" --year 2025
    """
    from gbv_kpi.ledger.journal import events_of
    from gbv_kpi.ledger.query import entries_of
    from gbv_kpi.ledger.trace import trace as follow
    from gbv_kpi.ledger.trace import unit_named
    from gbv_kpi.render.trace import trace_listing, trace_to_json, trace_to_terminal

    request = request_of(context, CheckFormat, format, output, lang)
    moment, the_plan = parse_as_of(as_of), request.plan(plan)
    wanted = unit_named(the_plan, unit, year) if unit is not None else None
    with request.ledger(ledger) as opened, opened.reading() as connection:
        entries = entries_of(connection, the_plan, years=[year], as_of=moment)
        events = events_of(connection, the_plan, [year], moment)
    traced = follow(entries, the_plan, indicator, wanted, year, events)
    request.show(
        lambda: trace_to_terminal(traced, request.language),
        lambda: trace_to_json(traced),
        lambda: trace_listing(traced, request.language),
    )


@commands.command()
def trend(
    context: typer.Context,
    ledger: options.LedgerOption = None,
    as_of: options.AsOfOption = None,
    plan: options.PlanOption = DEFAULT_PLAN,
    format: options.ListFormatOption = None,
    output: options.OutputOption = None,
    publish: options.PublishOption = False,
    min_count: options.MinCountOption = MIN_COUNT,
    published: options.PublishedOption = None,
    register: options.RegisterOption = False,
    lang: options.LangOption = None,
) -> None:
    """Show each indicator over the years. Includes the path to its next threshold.

    Example: gbv-kpi trend
    """
    from gbv_kpi.ledger.query import entries_of
    from gbv_kpi.ledger.trend import trend as follow
    from gbv_kpi.render.trend import trend_listing, trend_to_json, trend_to_terminal

    request = request_of(context, ListFormat, format, output, lang)
    moment, limit = parse_as_of(as_of), suppression_limit(context, publish, min_count)
    the_plan = request.plan(plan)
    with request.ledger(ledger) as opened:
        with opened.reading() as connection:
            entries = entries_of(connection, the_plan, as_of=moment)
        found = follow(entries, the_plan, moment)
        found = withhold(found, limit, Former(published or (), opened, register), request.language)
    request.show(
        lambda: trend_to_terminal(found, request.language),
        lambda: trend_to_json(found),
        lambda: trend_listing(found, request.language),
    )
