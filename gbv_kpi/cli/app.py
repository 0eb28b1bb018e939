"""Assemble the commands, run one, and report its error.

Nothing heavy is imported here: `--help` answers at once, and each command imports only what it runs.
"""

import os
import sys
from contextlib import suppress
from typing import Annotated

import typer.main

from gbv_kpi import __version__
from gbv_kpi.cli import config, ledger, plan, questions, reports, submit, year
from gbv_kpi.cli.config import VARIABLE, option_defaults, option_value, settings_of
from gbv_kpi.cli.translate_help import run
from gbv_kpi.console import use_utf8, warn
from gbv_kpi.errors import GbvKpiError, system_reason
from gbv_kpi.exit_codes import ExitCode
from gbv_kpi.i18n import LANGUAGES, language, language_from_env, phrase, unknown_language

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Check yearly returns of a plan against gender-based violence and judge them by its thresholds.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"gbv-kpi {__version__}")
        raise typer.Exit


@app.callback()
def _start(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version.")
    ] = False,
    config: Annotated[
        str | None,
        typer.Option(
            "--config",
            metavar="FILE",
            envvar=VARIABLE,
            help="The settings file. [default: gbv-kpi.toml here, else next to the default ledger]",
        ),
    ] = None,
) -> None:
    """Check yearly returns of a plan against gender-based violence and judge them by its thresholds."""


for module in (reports, submit, questions, ledger, year, config, plan):
    app.add_typer(module.commands)


def main() -> None:
    """Run the command line; print an error as one line on standard error and exit with code 2."""
    use_utf8()
    _take_leading_language()
    asked_language, command = option_value(sys.argv[1:], "--lang", LANGUAGES), typer.main.get_command(app)
    spoken = language(asked_language or language_from_env(os.environ))
    if unknown := unknown_language(os.environ):
        known = ", ".join(LANGUAGES)
        warn(spoken.say(phrase("GBV_KPI_LANG={tag}: unknown language; use one of {known}.", tag=unknown, known=known)))
    try:
        try:
            file = settings_of(sys.argv[1:], os.environ)
            if file:
                spoken = language(asked_language or language_from_env(os.environ, file.settings.lang))
            run(command, spoken, obj=file, default_map=option_defaults(command, file, os.environ) if file else None)
        finally:
            with suppress(BrokenPipeError):  # the reader of the pipe closed it
                sys.stdout.flush()
    except GbvKpiError as error:
        warn(f"gbv-kpi: {spoken.say(error.phrase)}")
    except OSError as error:  # --help to a full disk, a path of 5,000 characters
        refusal = phrase("The system refused: {reason}.", reason=system_reason(error))
        warn(f"gbv-kpi: {spoken.say(refusal)}")
    except Exception as error:
        if os.environ.get("GBV_KPI_DEBUG"):
            raise
        fault = phrase("internal error ({kind}). Please report it and attach the file.", kind=type(error).__name__)
        warn(f"gbv-kpi: {spoken.say(fault)}")
    sys.exit(ExitCode.COULD_NOT_RUN)


def _take_leading_language() -> None:
    """Treat `--lang vi` before the command as GBV_KPI_LANG=vi."""
    match sys.argv[1:]:
        case ["--lang", tag, *rest] if tag in LANGUAGES:
            os.environ["GBV_KPI_LANG"], sys.argv[1:] = tag, rest
        case [first, *rest] if first.startswith("--lang=") and first.removeprefix("--lang=") in LANGUAGES:
            os.environ["GBV_KPI_LANG"], sys.argv[1:] = first.removeprefix("--lang="), rest
