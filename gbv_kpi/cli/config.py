"""Find the settings file of an office, and show the settings in force."""

import os
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import typer

from gbv_kpi.cli import options
from gbv_kpi.cli.options import DEFAULT_PLAN, MIN_COUNT, Format
from gbv_kpi.cli.request import request_of
from gbv_kpi.console import to_json_text
from gbv_kpi.exit_codes import FailOn
from gbv_kpi.i18n import LANGUAGES, Bilingual, Language, language_from_env, phrase
from gbv_kpi.inputs import data_folder, is_file

if TYPE_CHECKING:
    from gbv_kpi.plan.office import Setting, SettingsFile

NAME = "gbv-kpi.toml"
SOURCES: dict[str, Literal["option", "environment", "file", "default"]] = {  # by typer's names
    "COMMANDLINE": "option",
    "ENVIRONMENT": "environment",
    "DEFAULT_MAP": "file",
    "DEFAULT": "default",
}
SOURCE_WORDS = {
    "option": phrase("option"),
    "environment": phrase("environment"),
    "file": phrase("settings file"),
    "plan": phrase("plan"),
    "default": phrase("default"),
}
VARIABLE = "GBV_KPI_CONFIG"  # empty: use no settings file

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
    from gbv_kpi.render.listing import Columns, listing_of, on_terminal

    request, file = request_of(context, Format, format, output, lang), context.obj
    address, spoken = address_of(ledger or default_place()), request.language
    place = address.database if address.drivername == "sqlite" else shown_address(address)
    values = {"plan": plan, "ledger": place, "lang": spoken.tag, "fail_on": fail_on.value, "min_count": min_count}
    settings = []
    for name, value in values.items():
        key = name.replace("_", "-")
        source = SOURCES[getattr(context.get_parameter_source(name), "name", "DEFAULT")]
        if name == "lang" and source != "option" and os.environ.get("GBV_KPI_LANG", "")[:2].lower() in LANGUAGES:
            source = "environment"
        settings.append(Setting(key, value, source, file.lines.get((key,)) if source == "file" else None))
    settings += office_settings(request.plan(plan), file)
    path = str(file.path) if file else None
    columns: Columns[Setting] = (
        ("key", phrase("Setting"), lambda setting: setting.key),
        ("value", phrase("Value"), lambda setting: _text(setting.value, spoken)),
        ("source", phrase("From"), lambda setting: _source_text(setting, path, spoken)),
    )
    if request.format is Format.JSON:
        records = [
            {"key": setting.key, "value": _text(setting.value, spoken), "source": setting.source, "line": setting.line}
            for setting in settings
        ]
        request.emit(to_json_text({"schema": "gbv-kpi/config/1", "file": path, "settings": records, "exit_code": 0}))
    else:
        request.emit(on_terminal(listing_of(phrase("Setting"), columns, settings), spoken))


def _source_text(setting: "Setting", file: str | None, language: Language) -> str:
    words = language.say(SOURCE_WORDS[setting.source])
    return f"{words} ({file}:{setting.line})" if setting.line else words


def _text(value: object, language: Language) -> str:
    match value:
        case date():
            return value.isoformat()
        case Bilingual():
            return language.say(value)
        case tuple():
            return "; ".join(_text(part, language) for part in value)
        case _:
            return str(value)


def settings_of(arguments: Sequence[str], environment: Mapping[str, str]) -> "SettingsFile | None":
    """Return the settings file named by `--config` or GBV_KPI_CONFIG, else the one found, or None.

    It is looked for in the working folder, then next to the default ledger. Raises `UsageError` for mistakes in it.
    """
    named = option_value(arguments, "--config") or environment.get(VARIABLE)
    places = [Path(NAME), data_folder() / NAME] if named is None else [Path(named)] if named else []
    path = next((place for place in places if named or is_file(place)), None)
    if path is None:
        return None
    from gbv_kpi.plan.office import read_settings  # imported late: the models take 0.1 s

    return read_settings(path)


def option_value(arguments: Sequence[str], option: str, choices: Collection[str] | None = None) -> str | None:
    """Return the last value of an option in unparsed arguments, ignoring those that are not among the choices."""
    found = None
    for argument, following in pairwise([*arguments, ""]):
        name, _, value = argument.partition("=")
        if name == option and (choices is None or (value or following) in choices):
            found = value or following
    return found


def option_defaults(command: Any, file: "SettingsFile", environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the file's values of options, as typer's default map."""
    values = file.options
    if "lang" in values:  # typer knows no variable for it: GBV_KPI_LANG precedes the file, the locale follows
        values["lang"] = language_from_env(environment, values["lang"])
    return _defaults(command, values)


def _defaults(command: Any, values: Mapping[str, str]) -> dict[str, Any]:
    subcommands = getattr(command, "commands", {})
    own = {param.name for param in command.params if param.name in values and (param.envvar or param.name == "lang")}
    return {name: values[name] for name in own} | {name: _defaults(sub, values) for name, sub in subcommands.items()}
