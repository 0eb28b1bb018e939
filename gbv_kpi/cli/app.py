"""Assemble the commands, run one, and report its error.

Nothing heavy is imported here: `--help` answers at once, and each command imports only what it runs.
"""

import os
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer.main

from gbv_kpi import __version__
from gbv_kpi.cli import ledger, plan, reports
from gbv_kpi.cli.options import option
from gbv_kpi.cli.request import command
from gbv_kpi.cli.translate_help import run
from gbv_kpi.console import use_utf8, warn
from gbv_kpi.errors import GbvKpiError, system_reason
from gbv_kpi.exit_codes import ExitCode
from gbv_kpi.i18n import LANGUAGES, language, language_from_env, phrase, tag_in
from gbv_kpi.inputs import data_folder, is_file

if TYPE_CHECKING:
    from gbv_kpi.plan.office import SettingsFile

SETTINGS = "gbv-kpi.toml"


def _group(commands: Mapping[str, Callable[..., None] | typer.Typer], text: str) -> typer.Typer:
    group = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None, help=text)
    for name, entry in commands.items():
        if isinstance(entry, typer.Typer):
            group.add_typer(entry, name=name)
        else:
            single = typer.Typer()  # each in a group of its own: else typer lists all commands before all groups
            single.command(name)(command(entry))
            group.add_typer(single)
    return group


app = _group(
    {
        "check": reports.check,
        "template": reports.template,
        "report": reports.report,
        "submit": reports.submit,
        "status": ledger.status,
        "history": ledger.history,
        "trace": ledger.trace,
        "trend": ledger.trend,
        "export": ledger.export_ledger,
        "import": ledger.import_ledger,
        "ledger": _group({"check": ledger.check_ledger}, "Maintain the ledger."),
        "withdraw": ledger.withdraw,
        "note": ledger.note,
        "sign": ledger.sign,
        "diff": ledger.diff,
        "letters": reports.letters,
        "config": plan.config,
        "explain": plan.explain,
        "plan": _group(
            {
                "list": plan.list_plans,
                "show": plan.show_plan,
                "check": plan.check_plan,
                "new": plan.new_plan,
                "draft": plan.draft_plan,
                "schema": plan.plan_schema,
            },
            "List, show, check and write plan files.",
        ),
    },
    "Check yearly returns of a plan against gender-based violence and judge them by its thresholds.",
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
        option(
            "--config FILE",
            "The settings file. [default: gbv-kpi.toml here, else next to the default ledger]",
            in_environment=True,
        ),
    ] = None,
) -> None:
    """Take the options before the command."""


def main() -> None:
    """Run the command line; print an error as one line on standard error and exit with code 2."""
    use_utf8()
    _take_leading_language()
    asked_language, root = _option_value(sys.argv[1:], "--lang", LANGUAGES), typer.main.get_command(app)
    spoken = language(asked_language or language_from_env(os.environ))
    if os.environ.get("GBV_KPI_LANG") and tag_in(os.environ) not in LANGUAGES:
        details = {"tag": os.environ["GBV_KPI_LANG"], "known": ", ".join(LANGUAGES)}
        warn(spoken.say(phrase("GBV_KPI_LANG={tag}: unknown language; use one of {known}.", **details)))
    try:
        try:
            file = _settings_of(sys.argv[1:], os.environ)
            defaults = file.options if file else {}
            if "lang" in defaults:  # typer knows no variable for it: GBV_KPI_LANG precedes the file, the locale follows
                spoken = language(asked_language or language_from_env(os.environ, defaults["lang"]))
                defaults["lang"] = spoken.tag
            run(root, spoken, obj=file, default_map=_default_map(root, defaults) if defaults else None)
        finally:
            with suppress(BrokenPipeError):  # the reader of the pipe closed it
                sys.stdout.flush()
    except GbvKpiError as error:
        reason = error.phrase
    except OSError as error:  # --help to a full disk, a path of 5,000 characters
        reason = phrase("The system refused: {reason}.", reason=system_reason(error))
    except Exception as error:
        if os.environ.get("GBV_KPI_DEBUG"):
            raise
        reason = phrase("internal error ({kind}). Please report it and attach the file.", kind=type(error).__name__)
    warn(f"gbv-kpi: {spoken.say(reason)}")
    sys.exit(ExitCode.COULD_NOT_RUN)


def _take_leading_language() -> None:
    """Treat `--lang vi` before the command as GBV_KPI_LANG=vi."""
    match sys.argv[1:]:
        case ["--lang", tag, *rest] if tag in LANGUAGES:
            os.environ["GBV_KPI_LANG"], sys.argv[1:] = tag, rest
        case [first, *rest] if first.startswith("--lang=") and first.removeprefix("--lang=") in LANGUAGES:
            os.environ["GBV_KPI_LANG"], sys.argv[1:] = first.removeprefix("--lang="), rest


def _settings_of(arguments: Sequence[str], environment: Mapping[str, str]) -> "SettingsFile | None":
    """Return the settings file named by `--config` or GBV_KPI_CONFIG, else the one found, or None.

    It is looked for in the working folder, then next to the default ledger. Raises `UsageError` for mistakes in it.
    """
    named = _option_value(arguments, "--config") or environment.get("GBV_KPI_CONFIG")  # empty: none
    places = [Path(SETTINGS), data_folder() / SETTINGS] if named is None else [Path(named)] if named else []
    path = next((place for place in places if named or is_file(place)), None)
    if path is None:
        return None
    from gbv_kpi.plan.office import read_settings  # imported late: the models take 0.1 s

    return read_settings(path)


def _option_value(arguments: Sequence[str], option: str, choices: Collection[str] | None = None) -> str | None:
    """Return the last value of an option in unparsed arguments, ignoring those that are not among the choices."""
    found = None
    for argument, following in pairwise([*arguments, ""]):
        name, _, value = argument.partition("=")
        if name == option and (choices is None or (value or following) in choices):
            found = value or following
    return found


def _default_map(command: Any, values: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of options in a settings file, as typer's default map."""
    own = {param.name for param in command.params if param.name in values and (param.envvar or param.name == "lang")}
    subcommands = getattr(command, "commands", {}).items()
    return {name: values[name] for name in own} | {name: _default_map(sub, values) for name, sub in subcommands}
