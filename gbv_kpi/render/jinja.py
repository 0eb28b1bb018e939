"""Pages and documents laid out by Jinja templates.

Whatever a template prints is said in the officer's language, its control characters are shown, and it is escaped:
a text of a file can neither act as markup nor turn the direction of the text around it.
"""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Bilingual, Language, Phrase, phrase, plural

Function = Callable[..., object]


def environment(
    folder: Path, language: Language, spoken: Iterable[Function], unspoken: Iterable[Function]
) -> Environment:
    """Return Jinja for the templates of a folder, with functions that take the language, and others."""
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=partial(_printed, language),
    )
    made.globals |= {function.__name__: partial(function, language=language) for function in spoken}
    made.globals |= {function.__name__: function for function in (*unspoken, phrase, plural)}
    made.globals["language"] = language
    return made


def _printed(language: Language, value: object) -> object:
    match value:
        case Markup():
            return value
        case Phrase() | Bilingual() | str():
            return escape_controls(language.say(value))
        case _:
            return value
