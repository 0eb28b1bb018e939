"""Pages, documents and texts laid out by Jinja templates.

Whatever a template prints is said in the officer's language, its control characters are shown, and in a page or a
document it is escaped: a text of a file can neither act as markup nor turn the direction of the text around it.
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
    folder: Path, language: Language, spoken: Iterable[Function] = (), unspoken: Iterable[Function] = ()
) -> Environment:
    """Return Jinja for the templates of a folder, with functions that take the language, and others."""
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=folder != TEXTS,  # noqa: S701 - a text of a terminal has no markup
        keep_trailing_newline=folder == TEXTS,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=partial(_printed, language),
    )
    made.globals |= {function.__name__.lstrip("_"): partial(function, language=language) for function in spoken}
    made.globals |= {function.__name__.lstrip("_"): function for function in (*unspoken, phrase, plural)}
    made.globals["language"] = language
    return made


def text_of(
    template: str,
    language: Language,
    spoken: Iterable[Function] = (),
    unspoken: Iterable[Function] = (),
    **known: object,
) -> str:
    """Return a text of `TEXTS` for a terminal."""
    return environment(TEXTS, language, spoken, unspoken).get_template(template).render(known)


def _printed(language: Language, value: object) -> object:
    match value:
        case Markup():
            return value
        case Phrase() | Bilingual() | str():
            return escape_controls(language.say(value))
        case _:
            return value
