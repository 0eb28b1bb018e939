"""The options that several commands have in common."""

import getpass
import os
from contextlib import contextmanager
from datetime import date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from gbv_kpi.errors import UsageError
from gbv_kpi.exit_codes import FailOn
from gbv_kpi.i18n import Language, language, language_from_env, phrase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gbv_kpi.ledger.database import Ledger
    from gbv_kpi.plan import Plan

DEFAULT_PLAN = "ninh-binh-63-kh-ubnd"
MIN_COUNT = 5  # counts of 1 to 4 are withheld unless an office says otherwise


F = TypeVar("F", bound=StrEnum)


class Format(StrEnum):
    """How a result is shown."""

    TABLE = "table"
    JSON = "json"


class CheckFormat(StrEnum):
    """How the result of a check is shown."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MD = "md"


class ReportFormat(StrEnum):
    """How a report is shown or handed on."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MD = "md"
    HTML = "html"
    XLSX = "xlsx"
    DOCX = "docx"


class Lang(StrEnum):
    """A language of the output."""

    VI = "vi"
    EN = "en"


Files = Annotated[
    list[str], typer.Argument(metavar="FILE", help="Returns, folders of returns, or - for a CSV on standard input.")
]
PlanOption = Annotated[
    str,
    typer.Option("--plan", metavar="ID|FILE", envvar="GBV_KPI_PLAN", help="The plan: a built-in one or a plan file."),
]
LangOption = Annotated[
    Lang | None, typer.Option("--lang", help="Language of the output. [default: GBV_KPI_LANG, else the locale's]")
]
FormatOption = Annotated[Format, typer.Option("--format", envvar="GBV_KPI_FORMAT", help="How the result is shown.")]
CheckFormatOption = Annotated[
    CheckFormat | None,
    typer.Option(
        "--format",
        envvar="GBV_KPI_FORMAT",
        help="How the result is shown. [default: what the name of --output ends in, else table]",
    ),
]
ReportFormatOption = Annotated[
    ReportFormat | None,
    typer.Option(
        "--format",
        envvar="GBV_KPI_FORMAT",
        help="How the report is shown. [default: what the name of --output ends in, else table]",
    ),
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", metavar="FILE", help="Write the result to this file, whole or not at all.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Print nothing when the exit code is 0.")]
PublishOption = Annotated[
    bool,
    typer.Option("--publish", help="Withhold small counts about victims and cases, and what they could be told from."),
]
MinCountOption = Annotated[
    int,
    typer.Option("--min-count", min=2, envvar="GBV_KPI_MIN_COUNT", help="With --publish: the smallest count shown."),
]
PublishedOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--published",
        metavar="FILE",
        help="With --publish: the JSON of a former publication, which this one must not undo. May be repeated.",
    ),
]
RegisterOption = Annotated[
    bool,
    typer.Option(
        "--register", help="With --publish: record in the ledger what is told, so that no later one undoes it."
    ),
]
FailOnOption = Annotated[
    FailOn, typer.Option("--fail-on", envvar="GBV_KPI_FAIL_ON", help="What gives an exit code other than 0.")
]
LedgerOption = Annotated[
    str | None,
    typer.Option(
        "--ledger",
        metavar="FILE|URL",
        envvar="GBV_KPI_LEDGER",
        help="The ledger: a file, or the postgresql:// address of a shared one. [default: the officer's own]",
    ),
]
YearOption = Annotated[int, typer.Option("--year", help="The year reported.")]
ByOption = Annotated[
    str | None, typer.Option("--by", envvar="GBV_KPI_BY", help="Who hands in. [default: the user logged in]")
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="DATE", help="What the ledger held at the end of that day (or at 2025-12-01T08:30)."
    ),
]


def chosen_format(asked: F | None, output: Path | None, formats: type[F]) -> F:
    """The format asked for, else the one that the name of the file stands for, else a table."""
    if asked is not None:
        return asked
    suffix = output.suffix.lower().removeprefix(".") if output else ""
    return formats(suffix) if suffix in list(formats) else formats("table")


def day_of(text: str) -> date:
    """Return the day written so. Raises `UsageError` for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(phrase("“{found}” is no day: write it as 2025-06-30.", found=text)) from error


def parse_as_of(as_of: str | None) -> datetime | None:
    """The end of a day, or the very time, on the clock of the office. Raises `UsageError` for anything else."""
    if as_of is None:
        return None
    try:
        if len(as_of) == len("2025-12-01"):
            return datetime.combine(date.fromisoformat(as_of), time.max).astimezone()
        return datetime.fromisoformat(as_of).astimezone()
    except (ValueError, OverflowError) as error:
        message = phrase(
            "“{found}” is no day: write it as 2025-12-31, or with a time as 2025-12-31T17:00.", found=as_of
        )
        raise UsageError(message) from error


def suppression_limit(context: typer.Context, publish: bool, min_count: int) -> int | None:
    """The smallest count shown in a published result, None in an internal one.

    Raises `UsageError` for an option given to an internal one, which would show what it was meant to withhold.
    """
    if publish:
        return min_count
    for name in ("min_count", "published", "register"):
        source = context.get_parameter_source(name) if name in context.params else None
        if source is not None and source.name == "COMMANDLINE":
            option = "--" + name.replace("_", "-")
            message = phrase("{option} is for a result to be published: give --publish as well.", option=option)
            raise UsageError(message)
    return None


def office_plan(context: typer.Context, name: str) -> "Plan":
    """Load a plan, with what the settings file says in place of the plan's own words."""
    from gbv_kpi.plan import load_plan

    plan = load_plan(name)
    if context.obj is None:
        return plan
    from gbv_kpi.plan.office import in_office

    return in_office(plan, context.obj.settings)


@contextmanager
def opened_ledger(place: str | None, *, create: bool = False) -> "Iterator[Ledger]":
    """The ledger at that place, or the officer's own."""
    from gbv_kpi.ledger.database import default_place, open_ledger

    with open_ledger(place or default_place(), create=create) as opened:
        yield opened


def document_language(lang: Lang | None) -> Language:
    """The language of what an office fills in or sends: Vietnamese, whatever the locale, unless asked otherwise."""
    return language(lang or language_from_env({"GBV_KPI_LANG": os.environ.get("GBV_KPI_LANG", ""), "LANG": "vi"}))


def output_language(lang: Lang | None) -> Language:
    """The language asked for, else that of the environment."""
    return language(lang or language_from_env(os.environ))


def now() -> datetime:
    """The moment, on the clock of the office: deadlines are days of its calendar."""
    return datetime.now().astimezone()


def officer(by: str | None) -> str:
    """Return the name given, else that of the user logged in. Raises `UsageError` where nobody is."""
    if by:
        return by
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise UsageError(phrase("Nobody is logged in here: say with --by who hands in.")) from error
