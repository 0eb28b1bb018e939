"""The Vietnamese catalogue, brought up to date with the code (`python -m tests.words`) or checked (`--check`).

The sentences are the first argument of `phrase` and of errors, the first two of `plural`, those of the problem codes,
and the help texts of the command line as it is built. Nothing depends on the day, on line numbers or on the release of
Babel.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Any

import tomli
import typer.main
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

from gbv_kpi import errors
from gbv_kpi.cli.app import app
from gbv_kpi.cli.translate_help import translate_help
from gbv_kpi.errors import GbvKpiError
from gbv_kpi.i18n import LANGUAGES, LOCALE_FOLDER, Language

PACKAGE = LOCALE_FOLDER.parent
TRANSLATED = tuple(tag for tag in LANGUAGES if tag != "en")
ERRORS = (error for error in vars(errors).values() if isinstance(error, type) and issubclass(error, GbvKpiError))
KEYWORDS = {"phrase": (1,), "plural": (1, 2)} | {error.__name__: (1,) for error in ERRORS}
LANGUAGE_OF_SUFFIX = {".py": "python", ".j2": "jinja2"}  # which of Babel's readers takes a file
TABLES = (
    "errors.toml",
    "problem_codes.toml",
    "ledger/faults.toml",
    "plan/toml_file.toml",
    "render/plan.toml",
    "cli/reworded.toml",
)  # every value is a sentence
HEADER = """\
# The sentences of gbv-kpi. `poe translate` brings this file up to date with the code and compiles it.
#"""


class _Undated(Catalog):
    """A catalogue whose header holds only what does not change from day to day."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Project-Id-Version", "gbv-kpi"),
            ("Language", str(self.locale)),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]

    @mime_headers.setter
    def mime_headers(self, value: Iterable[tuple[str, str]]) -> None:  # Babel 2.19 has one
        raise AttributeError(value)


class _Listener(NullTranslations):
    """Hears every text that is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: dict[str, None] = {}

    def gettext(self, message: str) -> str:
        self.heard[message] = None
        return message


def po_file(tag: str) -> Path:
    return LOCALE_FOLDER / tag / "LC_MESSAGES" / "gbv_kpi.po"


def mo_file(tag: str) -> Path:
    return po_file(tag).with_suffix(".mo")


def help_texts() -> Iterable[str]:
    """The texts of `--help`, as the built commands hold them."""
    listener = _Listener()
    translate_help(typer.main.get_command(app), Language("listening", listener))
    return listener.heard


def sentences_in_code() -> Catalog:
    """Every sentence to translate, in the order of the files."""
    template = Catalog(charset="utf-8")
    for file in sorted(file for file in PACKAGE.rglob("*") if file.suffix in LANGUAGE_OF_SUFFIX):
        name = file.relative_to(PACKAGE.parent).as_posix()
        for _, wording, _, _ in extract_from_file(LANGUAGE_OF_SUFFIX[file.suffix], file, keywords=KEYWORDS):
            template.add(wording, locations=[(name, 0)])
    for name in TABLES:
        for wording in texts_in(tomli.loads((PACKAGE / name).read_text("utf-8"))):
            template.add(wording, locations=[(f"gbv_kpi/{name}", 0)])
    for text in help_texts():
        template.add(text, locations=[("gbv_kpi/cli/app.py", 0)])
    return template


def texts_in(table: Mapping[str, Any]) -> Iterator[str]:
    for value in table.values():
        yield from [value] if isinstance(value, str) else texts_in(value)


def catalogue(tag: str) -> Catalog:
    """The catalogue as it stands; an empty one where there is none."""
    if not po_file(tag).exists():
        return Catalog(locale=tag, charset="utf-8")
    with po_file(tag).open("rb") as file:
        return read_po(file, locale=tag, charset="utf-8")


def updated(tag: str) -> Catalog:
    """The catalogue with the sentences of the code and no other; a near translation is kept as fuzzy."""
    known = catalogue(tag)
    known.update(sentences_in_code())
    fresh = _Undated(locale=tag, charset="utf-8", header_comment=HEADER, fuzzy=False)
    for message in _messages(known):
        message.flags &= {"fuzzy"}  # what else Babel notes changes with its release
        fresh[message.id] = message
    return fresh


def write(tag: str) -> None:
    """Update the .po of that language and compile the .mo beside it."""
    fresh = updated(tag)
    po_file(tag).parent.mkdir(parents=True, exist_ok=True)
    with po_file(tag).open("wb") as po:
        write_po(po, fresh, width=0, include_lineno=False)
    with mo_file(tag).open("wb") as mo:
        write_mo(mo, fresh)


def faults(tag: str) -> Iterator[str]:
    """What keeps the catalogue from being complete, right and compiled."""
    known, wanted = catalogue(tag), sentences_in_code()
    for message in _messages(wanted):
        translation = known.get(message.id)
        if translation is None or not _forms(translation.string)[0]:
            yield f"untranslated: {message.id}"
        elif translation.fuzzy:
            yield f"fuzzy: {message.id}"
        else:
            source = _placeholders(_forms(message.id)[-1])
            for form in _forms(translation.string):
                if _placeholders(form) != source:
                    yield f"placeholders differ: {form} ({', '.join(sorted(source)) or 'none'})"
    yield from (f"obsolete: {message.id}" for message in _messages(known) if message.id not in wanted)
    yield from (f"obsolete: {message.id}" for message in known.obsolete.values())
    if not mo_file(tag).exists() or _compiled(mo_file(tag).read_bytes()) != _compiled(_compile(known)):
        yield f"stale: {mo_file(tag).name} is not what {po_file(tag).name} compiles to"


def _messages(known: Catalog) -> list[Message]:
    """All but the header."""
    return [message for message in known if message.id]


def _forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text or "",) if text is None or isinstance(text, str) else tuple(text)


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _compile(known: Catalog) -> bytes:
    compiled = BytesIO()
    write_mo(compiled, known)
    return compiled.getvalue()


def _compiled(content: bytes) -> dict[object, object]:
    return {_forms(message.id): _forms(message.string) for message in _messages(read_mo(BytesIO(content)))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where something is to be done")
    only_check = parser.parse_args().check
    if not only_check:
        for tag in TRANSLATED:
            write(tag)
    found = [f"{tag}: {fault}" for tag in TRANSLATED for fault in faults(tag)]
    print("\n".join(found) or "The catalogues are complete.")
    sys.exit(1 if found and only_check else 0)


if __name__ == "__main__":
    main()
