"""The settings in force and where each comes from: for a person, and as JSON, schema `gbv-kpi/config/1`."""

from collections.abc import Sequence
from datetime import date

from rich.console import RenderableType

from gbv_kpi.console import to_json_text
from gbv_kpi.i18n import Bilingual, Language, phrase
from gbv_kpi.plan.office import Setting
from gbv_kpi.render.listing import Cell, Listing, on_terminal

SOURCES = {
    "option": phrase("option"),
    "environment": phrase("environment"),
    "file": phrase("settings file"),
    "plan": phrase("plan"),
    "default": phrase("default"),
}


def settings_to_json(settings: Sequence[Setting], file: str | None, language: Language) -> str:
    """The names of bodies in `language`; everything else is the same in every language."""
    return to_json_text(
        {
            "schema": "gbv-kpi/config/1",
            "file": file,
            "settings": [
                {"key": one.key, "value": _text(one.value, language), "source": one.source, "line": one.line}
                for one in settings
            ],
            "exit_code": 0,
        }
    )


def settings_to_terminal(settings: Sequence[Setting], file: str | None, language: Language) -> RenderableType:
    """Return a row for each setting; of one from the file also its line."""
    columns = (("key", phrase("Setting")), ("value", phrase("Value")), ("source", phrase("From")))
    rows: list[list[Cell]] = []
    for one in settings:
        source = language.say(SOURCES[one.source])
        rows.append([one.key, _text(one.value, language), f"{source} ({file}:{one.line})" if one.line else source])
    return on_terminal(Listing(phrase("Setting"), columns, rows), language, [name for name, _ in columns])


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
