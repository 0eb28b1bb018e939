"""Define the commands on the ledger: what it says of a year, what is recorded in it, and its maintenance."""

import io
from typing import Annotated, Literal

import typer

from gbv_kpi.cli import options
from gbv_kpi.cli.options import CheckFormat, Format, ListFormat, argument, option
from gbv_kpi.cli.publish import Publishing
from gbv_kpi.cli.request import Request, expect_ending, now, parse_as_of, read_bounded
from gbv_kpi.errors import UsageError
from gbv_kpi.exit_codes import FailOn
from gbv_kpi.i18n import phrase, plural
from gbv_kpi.inputs import MEBIBYTE

MAX_IMPORT = 512 * MEBIBYTE  # bytes; an export of 53,000 returns has 40 MB

OneUnitOption = Annotated[str, option("--unit UNIT", "The unit, by name or code.")]


def status(
    *,
    year: options.YearOption,
    request: Annotated[Request, ListFormat, "ledger", "plan", "output"],
    quiet: options.QuietOption = False,
    fail_on: options.FailOnOption = FailOn.INCOMPLETE,
) -> None:
    """Show which units have reported a year, and which were late.

    Example: gbv-kpi status --year 2025
    """
    from gbv_kpi.ledger.query import entries_of
    from gbv_kpi.ledger.status import year_status
    from gbv_kpi.render.received import status_listing, status_to_json, status_to_terminal

    plan = request.load_plan()
    with request.open_ledger() as opened, opened.reading() as connection:
        entries = entries_of(connection, plan, years=[year])
    found = year_status(entries, plan, year, now(), fail_on)
    request.show(found, status_to_terminal, status_to_json, status_listing, silent=quiet and found.exit_code == 0)
    raise typer.Exit(found.exit_code)


def history(
    *,
    unit: options.UnitOption = None,
    year: Annotated[int | None, option("--year YEAR", "One year. [default: all]")] = None,
    request: Annotated[Request, ListFormat, "ledger", "as_of", "plan", "output"],
) -> None:
    """Show the revisions of returns. Includes notes, withdrawals and signatures.

    Example: gbv-kpi history --unit "Huyện Nho Quan" --year 2025
    """
    from gbv_kpi.ledger.query import entries_of, events_of
    from gbv_kpi.ledger.year import keys_named, revisions
    from gbv_kpi.render.ledger import history_listing, history_to_json, history_to_terminal

    plan = request.load_plan()
    keys = keys_named(plan, unit, year) if unit is not None else None
    years = [year] if year is not None else None
    with request.open_ledger() as opened, opened.reading() as connection:
        codes = [key.code for key in keys] if keys is not None else None
        entries = entries_of(connection, plan, years=years, codes=codes, as_of=request.moment)
        events = events_of(connection, plan, years, request.moment)
    found = list(revisions(entry for entry in entries if keys is None or entry.unit in keys))
    if not found:
        raise UsageError("The ledger has no such return.")
    events = [event for event in events if keys is None or (event.unit, event.since) in keys]
    listing = history_listing(plan, found, events, request.language)
    request.show(listing, history_to_terminal, lambda *_: history_to_json(plan, found, events), lambda *_: listing)


def trace(
    *,
    indicator: Annotated[str, argument("INDICATOR", "The indicator, by its id in the plan.")],
    year: options.YearOption,
    unit: Annotated[
        str | None, option("--unit UNIT", "One unit, by name or code. [default: the whole province]")
    ] = None,
    request: Annotated[Request, CheckFormat, "ledger", "as_of", "plan", "output"],
) -> None:
    """Trace a percentage back to the cells it was calculated from.

    Example: gbv-kpi trace training --unit "Huyện Nho Quan" --year 2025
    """
    from gbv_kpi.ledger.query import entries_of, events_of
    from gbv_kpi.ledger.year import keys_named
    from gbv_kpi.ledger.year import trace as follow
    from gbv_kpi.render.ledger import trace_listing, trace_to_json, trace_to_terminal

    plan = request.load_plan()
    key = None if unit is None else keys_named(plan, unit, year).pop()
    with request.open_ledger() as opened, opened.reading() as connection:
        entries = entries_of(connection, plan, years={year, *plan.base_years(year)}, as_of=request.moment)
        events = events_of(connection, plan, [year], request.moment)
    traced = follow(entries, plan, indicator, key, year, events)
    request.show(traced, trace_to_terminal, trace_to_json, trace_listing)


def trend(
    *, request: Annotated[Request, ListFormat, "ledger", "as_of", "plan", "output"], publishing: Publishing
) -> None:
    """Show each indicator over the years. Includes the path to its next threshold.

    Example: gbv-kpi trend
    """
    from gbv_kpi.kpi.trend import trend_of
    from gbv_kpi.ledger.entries import returns_from
    from gbv_kpi.ledger.query import current_entries
    from gbv_kpi.render.trend import trend_listing, trend_to_json, trend_to_terminal

    plan = request.load_plan()
    with request.open_ledger() as opened:
        with opened.reading() as connection:
            entries = current_entries(connection, plan, as_of=request.moment)
        if not entries:
            raise UsageError("The ledger has no return for the plan {plan}.", plan=plan.id)
        found = trend_of(returns_from(entries, plan), plan, request.moment)
        found = publishing.withhold(found, request, opened)
    request.show(found, trend_to_terminal, trend_to_json, trend_listing)


def diff(
    *,
    year: options.YearOption,
    before: Annotated[
        str | None,
        option(
            "--from signed|DATE",
            "The first moment: signed, a date or a time. [default: signed; now for another ledger]",
        ),
    ] = None,
    after: Annotated[str | None, option("--to DATE", "The second moment. [default: now]")] = None,
    from_ledger: Annotated[
        str | None, option("--from-ledger FILE|URL", "The ledger of the first moment. [default: the same]")
    ] = None,
    request: Annotated[Request, ListFormat, "ledger", "plan", "output"],
) -> None:
    """Compare a year at two moments or in two ledgers. Shows returns cell by cell, then findings.

    Example: gbv-kpi diff --year 2025 --from signed
    """
    from gbv_kpi.ledger.query import current_entries
    from gbv_kpi.ledger.year import difference, signed_year
    from gbv_kpi.render.ledger import difference_listing, difference_to_json, difference_to_terminal

    plan, signature = request.load_plan(), None
    years = {year, *plan.base_years(year)}
    with request.open_ledger(from_ledger) as opened, opened.reading() as connection:
        if before == "signed" or (before is None and from_ledger is None):
            old, signature = signed_year(connection, plan, year)
        else:
            old = current_entries(connection, plan, years, parse_as_of(before))
    with request.open_ledger() as opened, opened.reading() as connection:
        new = current_entries(connection, plan, years, parse_as_of(after))
    found = difference(plan, year, old, new, signature)
    request.show(found, difference_to_terminal, difference_to_json, difference_listing)


def withdraw(
    *,
    unit: OneUnitOption,
    year: options.YearOption,
    reason: Annotated[str, option("--reason TEXT", "Why the return no longer counts.")],
    request: Annotated[Request, Format, "ledger", "by", "plan", "output"],
) -> None:
    """Withdraw a recorded return. The ledger keeps it with the reason, but it no longer counts.

    Example: gbv-kpi withdraw --unit "Huyện Yên Mô" --year 2025 --reason "Gửi nhầm đơn vị"
    """
    _record_event(request, "withdraw", unit, year, reason)


def note(
    *,
    unit: OneUnitOption,
    year: options.YearOption,
    text: Annotated[str, argument("TEXT", "The text, without personal data: reports show it.")],
    request: Annotated[Request, Format, "ledger", "by", "plan", "output"],
) -> None:
    """Attach a note to a return. Its history, traces and the report's annex show the note.

    Example: gbv-kpi note --unit "Huyện Yên Mô" --year 2025 "Hai trường sáp nhập"
    """
    _record_event(request, "note", unit, year, text)


def _record_event(request: Request, kind: Literal["withdraw", "note"], unit: str, year: int, text: str) -> None:
    from gbv_kpi.ledger.year import record_event
    from gbv_kpi.render.ledger import event_to_text

    if not text.strip():
        raise UsageError("The text is empty: write why.")
    plan = request.load_plan()
    with request.open_ledger() as opened:
        event = record_event(opened, plan, unit, year, kind, text, request.author())
    request.emit(event_to_text(event, True, request.format, request.language))


def sign(*, year: options.YearOption, request: Annotated[Request, Format, "ledger", "by", "plan", "output"]) -> None:
    """Sign a year. Records the hash of its findings; later reports list what has changed since.

    Example: gbv-kpi sign --year 2025
    """
    from gbv_kpi.ledger.query import entries_of
    from gbv_kpi.ledger.status import year_status
    from gbv_kpi.ledger.year import sign as record
    from gbv_kpi.render.ledger import event_to_text

    plan = request.load_plan()
    with request.open_ledger() as opened:
        event, is_new = record(opened, plan, year, request.author())
        with opened.reading() as connection:
            entries = entries_of(connection, plan, years=[year])
    request.emit(event_to_text(event, is_new, request.format, request.language))
    if plan.units and (missing := year_status(entries, plan, year, now()).outstanding):
        warning = plural(
            "{count} unit has not reported {year}: see gbv-kpi status, and sign again when it has.",
            "{count} units have not reported {year}: see gbv-kpi status, and sign again when they have.",
            len(missing),
            year=str(year),
        )
        request.warn(warning)


def export_ledger(*, request: Annotated[Request, "ledger", "output"]) -> None:
    """Export the ledger as JSON Lines. Use it as a backup or to move to another database.

    Example: gbv-kpi export --output ledger.jsonl
    """
    from gbv_kpi.ledger.backup import export_lines

    expect_ending(request.output, ".jsonl", "")
    with request.open_ledger() as opened:
        lines = "".join(export_lines(opened))
    request.emit(lines)


def import_ledger(
    *,
    file: Annotated[str, argument("FILE", "A file written by `export`, or - for standard input.")],
    request: Annotated[Request, "ledger"],
) -> None:
    """Import an export into the ledger. Adds everything new or nothing; safe to repeat.

    Example: gbv-kpi import ledger.jsonl --ledger postgresql://office@server/gbv
    """
    from gbv_kpi.ledger.backup import import_lines, read_export, starts_a_ledger

    lines = read_export(io.BytesIO(read_bounded(file, MAX_IMPORT)))
    with request.open_ledger(create=starts_a_ledger(lines)) as opened:
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


def check_ledger(*, request: Annotated[Request, Format, "ledger", "output"]) -> None:
    """Verify the ledger. Checks its pages, each return against its hash, and that no revision is missing.

    Example: gbv-kpi ledger check
    """
    from gbv_kpi.ledger.backup import check_ledger as verify
    from gbv_kpi.render.ledger import ledger_check_to_json, ledger_check_to_text

    with request.open_ledger() as opened:
        found = verify(opened)
    request.emit((ledger_check_to_json if request.is_json else ledger_check_to_text)(found, request.language))
    raise typer.Exit(found.exit_code)
