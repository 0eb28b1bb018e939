"""What is asked of every command: the language, format and place of its result, its plan and its ledger."""

import getpass
import os
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from gbv_kpi.cli.options import Format
from gbv_kpi.cli.output import emit, expect_other_file, wrong_ending
from gbv_kpi.console import warn
from gbv_kpi.errors import UsageError
from gbv_kpi.i18n import Language, language, language_from_env, phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rich.console import RenderableType

    from gbv_kpi.ledger.database import Ledger
    from gbv_kpi.ledger.entries import Author
    from gbv_kpi.plan import Plan
    from gbv_kpi.render.listing import Listing

BINARY = {"xlsx", "docx"}


@dataclass(frozen=True, slots=True)
class Request:
    """The language, format and place of a result; `quiet` where nothing is said of an exit code of 0."""

    context: typer.Context
    language: Language
    format: StrEnum
    output: Path | None = None
    quiet: bool = False

    def plan(self, name: str) -> "Plan":
        """Load a plan, with what the settings file says in place of the plan's own words."""
        from gbv_kpi.plan import load_plan

        expect_other_file(self.output, [name])
        plan = load_plan(name)
        if self.context.obj is None:
            return plan
        from gbv_kpi.plan.office import in_office

        return in_office(plan, self.context.obj.settings)

    @contextmanager
    def ledger(self, place: str | None, *, create: bool = False, dry_run: bool = False) -> "Iterator[Ledger]":
        """Give the ledger at that place, or the officer's own. Raises `UsageError` if the result would replace it."""
        from gbv_kpi.ledger.address import address_of
        from gbv_kpi.ledger.database import default_place, open_ledger, rehearse

        def waiting(name: str) -> None:
            if not self.quiet:
                wait = phrase("Waiting for another program to release the ledger {ledger} …", ledger=name)
                warn(self.language.say(wait))

        place = place or default_place()
        address = address_of(place)
        expect_other_file(self.output, [address.database if address.drivername == "sqlite" else None])
        with rehearse(place, waiting) if dry_run else open_ledger(place, create=create, on_wait=waiting) as opened:
            yield opened

    def emit(self, content: "str | bytes | Iterable[str] | RenderableType") -> None:
        emit(content, self.output, self.language, self.format, quiet=self.quiet)

    def show(
        self,
        table: "Callable[[], RenderableType]",
        json: "Callable[[], str | Iterator[str]]",
        listing: "Callable[[], Listing]",
        exit_code: int = 0,
    ) -> None:
        """Make a result in the format asked for and emit it, unless all is well and silence was asked for."""
        from gbv_kpi.render.listing import in_format

        if self.output is not None or not (self.quiet and exit_code == 0):
            self.emit(in_format(self.format, self.language, table, json, listing))


def request_of(
    context: typer.Context,
    formats: type[StrEnum] = Format,
    format: StrEnum | None = None,
    output: Path | None = None,
    lang: str | None = None,
    *,
    quiet: bool = False,
) -> Request:
    """Return what is asked, in the language of the environment unless another is.

    The format is the one on the line, or that of the name of the file, else the usual one. Raises `UsageError` for a
    name that ends as no file of a format does, or as one of another format.
    """
    return Request(context, output_language(lang), _chosen_format(context, format, output, formats), output, quiet)


def _chosen_format(
    context: typer.Context, asked: StrEnum | None, output: Path | None, formats: type[StrEnum]
) -> StrEnum:
    on_line = asked if is_on_line(context, "format") else None
    ending = output.suffix.lower().removeprefix(".") if output else ""
    if ending == "txt" and on_line is not None and on_line not in BINARY:
        return on_line
    by_name = formats("table") if ending == "txt" else formats(ending) if ending in set(formats) else None
    if ending and (by_name is None or (on_line or by_name) is not by_name):
        endings = [".txt" if one == "table" else f".{one}" for one in ([on_line] if on_line else formats)]
        raise wrong_ending(output, endings)
    return by_name or asked or formats("table")


def is_on_line(context: typer.Context, name: str) -> bool:
    """Return whether an option is given on the command line itself."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def day_of(text: str) -> date:
    """Return the day written so. Raises `UsageError` for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(phrase("Invalid date “{found}”: use YYYY-MM-DD, e.g. 2025-06-30.", found=text)) from error


def parse_as_of(as_of: str | None) -> datetime | None:
    """Return the end of a day, or the very time, on the clock of the office. Raises `UsageError` for anything else."""
    if as_of is None:
        return None
    try:
        if len(as_of) == len("2025-12-01"):
            return datetime.combine(date.fromisoformat(as_of), time.max).astimezone()
        return datetime.fromisoformat(as_of).astimezone()
    except (ValueError, OverflowError) as error:
        message = phrase(
            "Invalid date “{found}”: use YYYY-MM-DD, e.g. 2025-12-31, or with a time, 2025-12-31T17:00.", found=as_of
        )
        raise UsageError(message) from error


def suppression_limit(context: typer.Context, publish: bool, min_count: int) -> int | None:
    """Return the smallest count shown in a published result, None in an internal one.

    Raises `UsageError` for an option given to an internal one, which would show what it was meant to withhold.
    """
    if publish:
        return min_count
    for name in ("min_count", "published", "register"):
        if name in context.params and is_on_line(context, name):
            option = "--" + name.replace("_", "-")
            message = phrase("{option} requires --publish.", option=option)
            raise UsageError(message)
    return None


def document_language(lang: str | None) -> Language:
    """Return the language of what an office fills in or sends: Vietnamese, whatever the locale, unless asked for."""
    return language(lang or language_from_env({"GBV_KPI_LANG": os.environ.get("GBV_KPI_LANG", ""), "LANG": "vi"}))


def output_language(lang: str | None) -> Language:
    """Return the language asked for, else that of the environment."""
    return language(lang or language_from_env(os.environ))


def now() -> datetime:
    """Return the moment on the clock of the office: deadlines are days of its calendar."""
    return datetime.now().astimezone()


def author(by: str | None) -> "Author":
    """Return who records something now: the name given, else the user logged in. Raises `UsageError` for nobody."""
    from gbv_kpi.ledger.entries import Author

    try:
        return Author(by or getpass.getuser(), now())
    except (OSError, KeyError) as error:
        raise UsageError(phrase("No user is logged in: name the submitter with --by.")) from error
