"""Render the settings in force with their sources, as a table and as JSON `gbv-kpi/config/1`."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import RenderableType

from gbv_kpi.console import to_json_text
from gbv_kpi.i18n import Language, phrase
from gbv_kpi.plan.office import Setting
from gbv_kpi.render.listing import Columns, listing_of, on_terminal

SOURCES = {
    "option": phrase("option"),
    "environment": phrase("environment"),
    "file": phrase("settings file"),
    "plan": phrase("plan"),
    "default": phrase("default"),
}


def settings_to_json(settings: Sequence[Setting], file: Path | None) -> str:
    records = list(map(asdict, settings))
    return to_json_text({"schema": "gbv-kpi/config/1", "file": file and str(file), "settings": records, "exit_code": 0})


def settings_to_terminal(settings: Sequence[Setting], file: Path | None, language: Language) -> RenderableType:
    def source_of(setting: Setting) -> str:
        words = language.say(SOURCES[setting.source])
        return f"{words} ({file}:{setting.line})" if setting.line else words

    columns: Columns[Setting] = (
        ("key", phrase("Setting"), lambda setting: setting.key),
        ("value", phrase("Value"), lambda setting: setting.value),
        ("source", phrase("From"), source_of),
    )
    return on_terminal(listing_of(phrase("Setting"), columns, settings), language)
