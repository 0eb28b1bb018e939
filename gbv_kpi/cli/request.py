"""Hold what every command needs: the language, format and place of its result, its plan and its ledger."""

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
    """The language, format and place of a result; `quiet` prints nothing if the exit code is 0."""

    context: typer.Context
    language: Language
    format: StrEnum
    output: Path | None = None
    quiet: bool = False

    def plan(self, name: str) -> "Plan":
        """Load a plan, with the letterhead, agencies and deadlines of the settings file."""
        from gbv_kpi.plan import load_plan

        expect_other_file(self.output, [name])
        plan = load_plan(name)
        if self.context.obj is None:
            return plan
        from gbv_kpi.plan.office import in_office

        return in_office(plan, self.context.obj.settings)

    @contextmanager
    def ledger(self, place: str | None, *, create: bool = False, dry_run: bool = False) -> "Iterator[Ledger]":
        """Open the ledger at a place, or the default one. Raises `UsageError` if the result would overwrite it."""
        from gbv_kpi.ledger.database import address_of, default_place, open_ledger, rehearse

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
        """Render a result in the requested format and emit it, unless quiet and the exit code is 0."""
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
    """Return the request of a command, in the given language or that of the environment.

    The format is the option's, else that of the file's ending, else a table. Raises `UsageError` for an unknown ending
    or one of another format.
    """
    return Request(context, output_language(lang), _chosen_format(context, format, output, formats), output, quiet)


def _chosen_format(
    context: typer.Context, option: StrEnum | None, output: Path | None, formats: type[StrEnum]
) -> StrEnum:
    given = option if is_given(context, "format") else None
    ending = output.suffix.lower().removeprefix(".") if output else ""
    if ending == "txt" and given is not None and given not in BINARY:
        return given
    by_ending = formats("table") if ending == "txt" else formats(ending) if ending in set(formats) else None
    if ending and (by_ending is None or (given or by_ending) is not by_ending):
        endings = [".txt" if name == "table" else f".{name}" for name in ([given] if given else formats)]
        raise wrong_ending(output, endings)
    return by_ending or option or formats("table")


def is_given(context: typer.Context, name: str) -> bool:
    """Return whether an option is given on the command line, not by the environment or a file."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def day_of(text: str) -> date:
    """Return the date written as YYYY-MM-DD. Raises `UsageError` for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(phrase("Invalid date “{found}”: use YYYY-MM-DD, e.g. 2025-06-30.", found=text)) from error


def parse_as_of(as_of: str | None) -> datetime | None:
    """Return the end of a day, or a time, in local time. Raises `UsageError` for anything else."""
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

    Raises `UsageError` for an option of --publish without it: counts meant to be withheld would be shown.
    """
    if publish:
        return min_count
    for name in ("min_count", "published", "register"):
        if name in context.params and is_given(context, name):
            option = "--" + name.replace("_", "-")
            message = phrase("{option} requires --publish.", option=option)
            raise UsageError(message)
    return None


def document_language(lang: str | None) -> Language:
    """Return the language of a document: Vietnamese, whatever the locale, unless another one is requested."""
    return language(lang or language_from_env({"GBV_KPI_LANG": os.environ.get("GBV_KPI_LANG", ""), "LANG": "vi"}))


def output_language(lang: str | None) -> Language:
    """Return the language requested, else that of the environment."""
    return language(lang or language_from_env(os.environ))


def now() -> datetime:
    """Return the present local time: deadlines are local dates."""
    return datetime.now().astimezone()


def author(by: str | None) -> "Author":
    """Return the author of a record made now: `by`, else the logged-in user. Raises `UsageError` without one."""
    from gbv_kpi.ledger.entries import Author

    try:
        return Author(by or getpass.getuser(), now())
    except (OSError, KeyError) as error:
        raise UsageError(phrase("No user is logged in: name the submitter with --by.")) from error
