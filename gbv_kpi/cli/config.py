"""The settings file of an office: where it is found, and the command that shows what it comes to."""

import os
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import typer

from gbv_kpi.cli import options
from gbv_kpi.cli.options import DEFAULT_PLAN, MIN_COUNT, Format
from gbv_kpi.cli.request import request_of
from gbv_kpi.exit_codes import FailOn
from gbv_kpi.i18n import LANGUAGES, language_from_env
from gbv_kpi.inputs import data_folder, is_file

if TYPE_CHECKING:
    from gbv_kpi.plan.office import SettingsFile

NAME = "gbv-kpi.toml"
SOURCES: dict[str, Literal["option", "environment", "file", "default"]] = {
    "COMMANDLINE": "option",
    "ENVIRONMENT": "environment",
    "DEFAULT_MAP": "file",
    "DEFAULT": "default",
}
VARIABLE = "GBV_KPI_CONFIG"  # set to nothing: no settings file is looked for

commands = typer.Typer()


@commands.command()
def config(
    context: typer.Context,
    plan: options.PlanOption = DEFAULT_PLAN,
    ledger: options.LedgerOption = None,
    fail_on: options.FailOnOption = FailOn.MISSED,
    min_count: options.MinCountOption = MIN_COUNT,
    format: options.FormatOption = None,
    output: options.OutputOption = None,
    lang: options.LangOption = None,
) -> None:
    """Show each setting and its source. Sources are options, the environment, gbv-kpi.toml and defaults.

    Example: gbv-kpi config
    """
    from gbv_kpi.ledger.address import address_of, shown_address
    from gbv_kpi.ledger.database import default_place
    from gbv_kpi.plan.office import Setting, office_settings
    from gbv_kpi.render.settings import settings_to_json, settings_to_terminal

    request, file, address = (
        request_of(context, Format, format, output, lang),
        context.obj,
        address_of(ledger or default_place()),
    )
    spoken = request.language
    place = address.database if address.drivername == "sqlite" else shown_address(address)
    values = {"plan": plan, "ledger": place, "lang": spoken.tag, "fail_on": fail_on.value, "min_count": min_count}
    settings = []
    for name, value in values.items():
        key, source = name.replace("_", "-"), SOURCES[_source_name(context, name)]
        if name == "lang" and source != "option" and os.environ.get("GBV_KPI_LANG", "")[:2].lower() in LANGUAGES:
            source = "environment"
        settings.append(Setting(key, value, source, file.lines.get((key,)) if source == "file" else None))
    settings += office_settings(request.plan(plan), file)
    path = str(file.path) if file else None
    show = settings_to_json if request.format is Format.JSON else settings_to_terminal
    request.emit(show(settings, path, spoken))


def _source_name(context: typer.Context, name: str) -> str:
    source = context.get_parameter_source(name)
    return source.name if source else "DEFAULT"


def settings_of(arguments: Sequence[str], environment: Mapping[str, str]) -> "SettingsFile | None":
    """Return the settings of the file named by `--config` or GBV_KPI_CONFIG, else of the one found; None without one.

    It is looked for in the working folder, then beside the officer's own ledger. Raises `UsageError` for one with
    mistakes.
    """
    named = asked(arguments, "--config") or environment.get(VARIABLE)
    places = [Path(NAME), data_folder() / NAME] if named is None else [Path(named)] if named else []
    path = next((place for place in places if named or is_file(place)), None)
    if path is None:
        return None
    from gbv_kpi.plan.office import read_settings  # here, for the models take a tenth of a second

    return read_settings(path)


def asked(arguments: Sequence[str], option: str, choices: Collection[str] | None = None) -> str | None:
    """Return the last value of an option on a command line that was not, or not yet, parsed; one of the choices."""
    found = None
    for argument, following in pairwise([*arguments, ""]):
        name, _, value = argument.partition("=")
        if name == option and (choices is None or (value or following) in choices):
            found = value or following
    return found


def option_defaults(command: Any, file: "SettingsFile", environment: Mapping[str, str]) -> dict[str, Any]:
    """Return what the command line takes for options that are given neither there nor in the environment."""
    values = file.options
    if "lang" in values:  # read without the command line's help, for the locale comes after the file
        values["lang"] = language_from_env(environment, values["lang"])
    return _defaults(command, values)


def _defaults(command: Any, values: Mapping[str, str]) -> dict[str, Any]:
    below = getattr(command, "commands", {})
    own = {param.name for param in command.params if param.name in values and (param.envvar or param.name == "lang")}
    return {name: values[name] for name in own} | {name: _defaults(sub, values) for name, sub in below.items()}
