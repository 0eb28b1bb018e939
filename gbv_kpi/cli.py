"""The command line: arguments, one call, one rendering, one exit code.

Nothing heavy is imported here: `--help` answers at once, and each command imports only what it runs.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gbv_kpi import __version__
from gbv_kpi.errors import GbvKpiError, UsageError
from gbv_kpi.language import Language, chosen_tag, language, phrase
from gbv_kpi.output import error_console, print_rendered, print_text, speak_utf8

if TYPE_CHECKING:
    from gbv_kpi.outcome import Outcome
    from gbv_kpi.reading.identity import AssumedYear

__all__ = ["app", "main"]

DEFAULT_PLAN = "ninh-binh-63-kh-ubnd"
MANY_FILES = 8  # from here on a person may wonder whether anything happens
COULD_NOT_RUN = 2

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Judge the yearly returns of a plan against gender-based violence by the plan's thresholds.",
)


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"


class Lang(StrEnum):
    VI = "vi"
    EN = "en"


class FailOnChoice(StrEnum):
    """`gbv_kpi.outcome.FailOn`, without what that imports."""

    MISSED = "missed"
    INVALID = "invalid"
    NEVER = "never"
    INCOMPLETE = "incomplete"


Files = Annotated[
    list[str], typer.Argument(metavar="FILE...", help="Returns, folders of returns, or - for a CSV on standard input.")
]
PlanOption = Annotated[
    str,
    typer.Option("--plan", metavar="ID|FILE", envvar="GBV_KPI_PLAN", help="The plan: a built-in one or a plan file."),
]
LangOption = Annotated[
    Lang | None, typer.Option("--lang", help="Language of the output. [default: GBV_KPI_LANG, else the locale's]")
]
FormatOption = Annotated[Format, typer.Option("--format", envvar="GBV_KPI_FORMAT", help="How the result is shown.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", metavar="FILE", help="Write the result to this file, whole or not at all.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Print nothing when the exit code is 0.")]
FailOnOption = Annotated[
    FailOnChoice, typer.Option("--fail-on", envvar="GBV_KPI_FAIL_ON", help="What gives an exit code other than 0.")
]


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"gbv-kpi {__version__}")
        raise typer.Exit


@app.callback()
def _start(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Judge the yearly returns of a plan against gender-based violence by the plan's thresholds."""


@app.command()
def check(
    files: Files,
    year: Annotated[int | None, typer.Option("--year", help="The year of a file that names none.")] = None,
    plan: PlanOption = DEFAULT_PLAN,
    format: FormatOption = Format.TABLE,
    output: OutputOption = None,
    quiet: QuietOption = False,
    fail_on: FailOnOption = FailOnChoice.MISSED,
    lang: LangOption = None,
) -> None:
    """Say what is wrong in returns, and whether units and province meet the thresholds. Stores nothing.

    Example: gbv-kpi check returns.xlsx
    """
    from gbv_kpi.reading.identity import AssumedYear

    outcome = _judge("check", files, plan, AssumedYear(year, binds=True) if year else None, fail_on, lang)
    _finish(outcome, format, output, quiet, lang)


@app.command()
def report(
    year: Annotated[int, typer.Option("--year", help="The year reported.")],
    files: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE]...", help="Returns, or folders of returns.")
    ] = None,
    plan: PlanOption = DEFAULT_PLAN,
    format: FormatOption = Format.TABLE,
    output: OutputOption = None,
    quiet: QuietOption = False,
    fail_on: FailOnOption = FailOnChoice.MISSED,
    lang: LangOption = None,
) -> None:
    """Compile the report of one year for the whole province.

    Example: gbv-kpi report --year 2025 returns/
    """
    from gbv_kpi.reading.identity import AssumedYear

    if not files:
        raise UsageError(phrase("Name the files with the returns: gbv-kpi report --year {year} FILE…", year=str(year)))
    outcome = _judge("report", files, plan, AssumedYear(year), fail_on, lang, only_year=year)
    _finish(outcome, format, output, quiet, lang)


def _judge(
    command: str,
    names: Sequence[str],
    plan_name: str,
    assumed: "AssumedYear | None",
    fail_on: FailOnChoice,
    lang: Lang | None,
    only_year: int | None = None,
) -> "Outcome":
    """Read the files and hold them against the plan. Raises `UsageError` where there is nothing to judge."""
    from gbv_kpi.engine import evaluate
    from gbv_kpi.outcome import FailOn, Outcome
    from gbv_kpi.plan import load_plan
    from gbv_kpi.problems import has_errors
    from gbv_kpi.reading.sources import find_sources
    from gbv_kpi.returns import read_returns

    plan = load_plan(plan_name)
    found, left_out = find_sources(names)
    if left_out:
        note = phrase("Not read, being no spreadsheets: {files}.", files=", ".join(left_out))
        error_console().print(_language(lang).say(note))
    if not found:
        raise UsageError(phrase("There is no return in {names}.", names=", ".join(names)))
    returns = read_returns(found, plan, assumed, lambda names: _watched(names, _language(lang)))
    scorecard = evaluate(returns, plan)
    if only_year is not None:
        scorecard = scorecard.of_year(only_year)
        if not scorecard.findings and not has_errors(returns.problems):
            raise UsageError(phrase("The files hold no return of {year}.", year=str(only_year)))
    return Outcome(command, scorecard, returns.problems, returns.files, FailOn(fail_on))


def _watched(names: Sequence[str], spoken: Language) -> Iterable[str]:
    """The names, with a progress bar on standard error where the work is long and a person is watching."""
    if len(names) < MANY_FILES or not sys.stderr.isatty():
        return names
    from rich.progress import track

    return track(names, spoken.say(phrase("Reading returns")), console=error_console(), transient=True)


def _finish(outcome: "Outcome", format: Format, output: Path | None, quiet: bool, lang: Lang | None) -> None:
    """Show the outcome, unless all is well and silence was asked for, and exit with its code."""
    if not (quiet and outcome.exit_code == 0):
        if format is Format.JSON:
            from gbv_kpi.render.json import to_json

            print_text(to_json(outcome, _language(lang)), output)
        else:
            from gbv_kpi.render.terminal import to_terminal

            print_rendered(to_terminal(outcome, _language(lang)), output)
    raise typer.Exit(outcome.exit_code)


def _language(lang: Lang | None) -> Language:
    return language(lang or chosen_tag(os.environ))


def main() -> None:
    """Run the command line; whatever stops it is one line on standard error and exit code 2."""
    speak_utf8()
    spoken = language(_asked_language(sys.argv[1:]) or chosen_tag(os.environ))
    try:
        app()
    except GbvKpiError as error:
        error_console().print(f"gbv-kpi: {spoken.say(error.phrase)}")
        sys.exit(COULD_NOT_RUN)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(COULD_NOT_RUN)


def _asked_language(arguments: Sequence[str]) -> str | None:
    """The `--lang` of a command line that was not, or not yet, parsed."""
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=True):
        name, _, value = argument.partition("=")
        if name == "--lang":
            return value or following
    return None
