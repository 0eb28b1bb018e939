"""Lay out Markdown from templates, readable as plain text and as a page of a wiki or repository.

Text from files and plans is escaped wherever Markdown or HTML would give it a meaning.
"""

import re
from collections.abc import Iterable

from markupsafe import Markup

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Bilingual, Language, Phrase
from gbv_kpi.render.jinja import Function, text_of

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
