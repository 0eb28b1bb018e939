"""Render as Markdown, readable as plain text and as a page of a wiki or repository.

Text from files and plans is escaped wherever Markdown or HTML would give it a meaning.
"""

import re
from collections.abc import Iterable

from markupsafe import Markup

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Bilingual, Language, Phrase
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.render.jinja import Function, text_of
from gbv_kpi.render.listing import Listing, for_person
from gbv_kpi.render.outcome import SHOWN_UNITS, verdict_blocks, year_blocks
from gbv_kpi.render.problems import SEVERITY, grouped

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


def to_markdown(outcome: Outcome, language: Language) -> str:
    """Return the verdict first, then every year, the problems and the files."""
    return markdown_of(
        "outcome.md.j2",
        language,
        [grouped, verdict_blocks, year_blocks],
        outcome=outcome,
        plan=outcome.scorecard.plan,
        SEVERITY=SEVERITY,
        SHOWN_FILES=SHOWN_UNITS,
    )


def listing_to_markdown(listing: Listing, language: Language) -> str:
    shown = [(index, heading) for index, (_, heading) in enumerate(listing.columns) if heading]
    headings = [heading for _, heading in shown]
    rows = ([for_person(row[index], language) for index, _ in shown] for row in listing.rows)
    return markdown_of("listing.md.j2", language, listing=listing, headings=headings, rows=rows)


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
