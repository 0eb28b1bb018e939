"""Lay out pages, documents and texts with Jinja templates.

Printed values are translated, their control characters shown, and in pages and documents escaped: a text of a file
can neither act as markup nor change the direction of the text around it.
"""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Bilingual, Language, Phrase, phrase, plural

Function = Callable[..., object]
TEXTS = Path(__file__).parent / "text"


def environment(
    folder: Path, language: Language, localised: Iterable[Function] = (), others: Iterable[Function] = ()
) -> Environment:
    """Return Jinja for the templates of a folder, with functions that take the language, and with others."""
    jinja = Environment(
        loader=FileSystemLoader(folder),
        autoescape=folder != TEXTS,  # noqa: S701 - a text of a terminal has no markup
        keep_trailing_newline=folder == TEXTS,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=partial(_to_printable, language),
    )
    jinja.globals |= {function.__name__.lstrip("_"): partial(function, language=language) for function in localised}
    jinja.globals |= {function.__name__.lstrip("_"): function for function in (*others, phrase, plural)}
    jinja.globals["language"] = language
    return jinja


def text_of(
    template: str,
    language: Language,
    localised: Iterable[Function] = (),
    others: Iterable[Function] = (),
    **known: object,
) -> str:
    """Render a template of `TEXTS` for a terminal."""
    return environment(TEXTS, language, localised, others).get_template(template).render(known)


def _to_printable(language: Language, value: object) -> object:
    match value:
        case Markup():
            return value
        case Phrase() | Bilingual() | str():
            return escape_controls(language.say(value))
        case _:
            return value
