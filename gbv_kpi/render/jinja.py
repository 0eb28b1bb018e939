"""Lay out pages, documents and texts with Jinja templates.

Printed values are translated, their control characters shown, and escaped for the kind of text: a text of a file can
neither act as markup nor change the direction of the text around it. Markdown is readable as plain text and as a page
of a wiki or repository; its texts are escaped wherever Markdown or HTML would give them a meaning.
"""

import re
from collections.abc import Callable, Iterable
from functools import partial
from inspect import isfunction
from pathlib import Path
from types import ModuleType

import markupsafe
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Bilingual, Language, Phrase, phrase, plural

Function = Callable[..., object]
Escape = Callable[[str], str]
TEXTS = Path(__file__).parent / "text"

ANYWHERE = re.compile(
    r"""
      [\\`*\[\]<|~$@]
    | (?<![^\W_])_ | _(?![^\W_])  # literal between letters
    | & (?=[#\w]+;)               # an entity
    | (?<=:)/ (?=/) | (?<=www)\.  # an address
    | \# (?=\s*$)                 # the end of a heading
    """,
    re.IGNORECASE | re.VERBOSE,
)
IN_FRONT = re.compile(r"^\s*(?:[#>+=-]|\d+(?=[.)]))")  # a heading, quotation or list


def environment(
    folder: Path, language: Language, functions: Iterable[Function] = (), escape: Escape = markupsafe.escape
) -> Environment:
    """Return Jinja for the templates of a folder, with these functions; those that take a language get this one."""

    def to_printable(value: object) -> object:
        match value:
            case Markup():
                return value
            case Phrase() | Bilingual() | str():
                return Markup(escape(escape_controls(language.say(value))))  # noqa: S704 - escaped
            case _:
                return value

    jinja = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        keep_trailing_newline=folder == TEXTS,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=to_printable,
    )
    known: list[Function] = [phrase, plural, *functions]
    for function in known:
        is_localised = "language" in getattr(function, "__annotations__", ())
        name = function.__name__.lstrip("_")
        jinja.globals[name] = partial(function, language=language) if is_localised else function
    jinja.globals["language"] = language
    jinja.filters["say"] = language.say
    return jinja


def functions_of(*modules: ModuleType) -> list[Function]:
    """Return the public functions of modules, for templates that call many of them."""
    members = (member for module in modules for member in vars(module).items())
    return [value for name, value in members if isfunction(value) and not name.startswith("_")]


def text_of(
    template: str, language: Language, functions: Iterable[Function] = (), escape: Escape = str, **known: object
) -> str:
    """Render a template of `TEXTS`."""
    return environment(TEXTS, language, functions, escape=escape).get_template(template).render(known)


def markdown_of(template: str, language: Language, functions: Iterable[Function] = (), **known: object) -> str:
    """Render a template with `line`, which escapes a text on a line of its own; other texts are within one."""

    def line(words: Phrase | Bilingual | str) -> Markup:
        return Markup(escaped(language.say(words)))  # noqa: S704 - escaped for Markdown

    return text_of(template, language, [*functions, line], _escape_inline, **known)


def escaped(text: str) -> str:
    r"""Return the text as Markdown shows it unchanged, on a line of its own.

    >>> print(escaped("1. <b>*x*</b> | =y"))
    1\. \<b>\*x\*\</b> \| =y
    """
    return IN_FRONT.sub(_escape, _escape_inline(text))


def _escape_inline(text: str) -> str:
    """Return the text escaped within a line, where nothing begins a heading or list."""
    return ANYWHERE.sub(_escape, escape_controls(text))


def _escape(found: re.Match[str]) -> str:
    sign = found.group()
    return f"{sign}\\" if sign[-1].isdigit() else f"{sign[:-1]}\\{sign[-1]}"
