"""Render the settings in force with their sources, as text and as JSON, schema `gbv-kpi/config/1`."""

from collections.abc import Sequence
from datetime import date

from rich.console import RenderableType

from gbv_kpi.console import to_json_text
from gbv_kpi.i18n import Bilingual, Language, phrase
from gbv_kpi.plan.office import Setting
from gbv_kpi.render.listing import Columns, listing_of, on_terminal

SOURCES = {
    "option": phrase("option"),
    "environment": phrase("environment"),
    "file": phrase("settings file"),
    "plan": phrase("plan"),
    "default": phrase("default"),
}


def settings_to_json(settings: Sequence[Setting], file: str | None, language: Language) -> str:
    records = [
        {"key": setting.key, "value": _text(setting.value, language), "source": setting.source, "line": setting.line}
        for setting in settings
    ]
    return to_json_text({"schema": "gbv-kpi/config/1", "file": file, "settings": records, "exit_code": 0})


def settings_to_terminal(settings: Sequence[Setting], file: str | None, language: Language) -> RenderableType:
    def source(setting: Setting) -> str:
        words = language.say(SOURCES[setting.source])
        return f"{words} ({file}:{setting.line})" if setting.line else words

    columns: Columns[Setting] = (
        ("key", phrase("Setting"), lambda setting: setting.key),
        ("value", phrase("Value"), lambda setting: _text(setting.value, language)),
        ("source", phrase("From"), source),
    )
    return on_terminal(listing_of(phrase("Setting"), columns, settings), language)


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
