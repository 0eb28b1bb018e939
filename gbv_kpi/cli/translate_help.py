"""Translate `--help` and complaints about the command line.

Our own help texts are replaced in the built commands before they run. The words of the command-line
library are replaced in its output, in help pages and complaints: not all of them pass through
gettext, and which ones do depends on its release.
"""

import re
import sys
from collections.abc import Iterable
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Any

import tomli
import typer

from gbv_kpi.i18n import Language, Phrase, phrase

# Built commands are click's, or those of the copy of click in newer versions of typer: `Any` covers both.
UsageError: type[Any] = typer.BadParameter.__mro__[1]

# The library's sentences and ours, more specific ones first.
REWORDED = tomli.loads((Path(__file__).parent / "reworded.toml").read_text("utf-8"))


def run(command: Any, language: Language, **settings: Any) -> None:
    """Run the command line and exit, with the library's messages in our words; `settings` go to its context."""
    translate_help(command, language)
    try:
        sys.exit(command.main(standalone_mode=False, **settings))
    except UsageError as complaint:
        by_library = StringIO()
        complaint.show(by_library)
        sys.stderr.writelines(_reworded(line, language) + "\n" for line in by_library.getvalue().splitlines())
        sys.exit(complaint.exit_code)


def translate_help(command: Any, language: Language) -> None:
    """Replace the help texts of a built command, and of those below it, by their translations."""
    command.context_class = _translating_context(command.context_class, language)
    command.help = _translated(command.help, language)
    command.options_metavar = _translated(command.options_metavar, language)
    for param in command.params:
        param.metavar = _translated(param.metavar, language)
        if hasattr(param, "help"):
            param.help = _translated(param.help, language)
    if hasattr(command, "commands"):
        command.subcommand_metavar = _translated(command.subcommand_metavar, language)
        for subcommand in command.commands.values():
            translate_help(subcommand, language)


def _translated(text: str | None, language: Language) -> str | None:
    """Return a help text translated by paragraph; in an example only the word “Example”."""
    if not text:
        return text
    return "\n\n".join(
        f"{language.say(phrase('Example:'))} {paragraph.removeprefix('Example: ')}"
        if paragraph.startswith("Example: ")
        else language.catalogue.gettext(" ".join(paragraph.split()))
        for paragraph in text.split("\n\n")
    )


def _translating_context(context_class: type[Any], language: Language) -> type[Any]:
    """Return the library's context with its help pages reworded."""
    base: type[Any] = context_class.formatter_class

    class Formatter(base):  # type: ignore[misc]  # known only at run time
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, prefix or _reworded("Usage:", language) + " ")

        def write_heading(self, heading: str) -> None:
            super().write_heading(_reworded(heading, language))

        def write_dl(self, rows: Iterable[tuple[str, str]], *args: Any, **options: Any) -> None:
            words = [
                (re.sub(r" <(?:list\[str\]|str|int)>", "", name), _reworded(text, language)) for name, text in rows
            ]
            super().write_dl(words, *args, **options)

    return type("Context", (context_class,), {"formatter_class": Formatter})


def _reworded(text: str, language: Language) -> str:
    """Return a sentence of the library, and those within it, in `language`; unchanged if unknown."""
    for by_library, ours in REWORDED.items():
        if found := _pattern(by_library).fullmatch(text):
            parts = found.groupdict()
            if "notes" in parts:
                parts["notes"] = "; ".join(_reworded(note, language) for note in parts["notes"].split("; "))
            return language.say(Phrase(ours, {k: _reworded(part, language) for k, part in parts.items()}))
    return text


@lru_cache
def _pattern(wording: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(wording)), re.DOTALL)
