"""Print a result or write it to a file."""

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from gbv_kpi.console import print_bytes, print_pieces, print_rendered, print_text, warn
from gbv_kpi.errors import SourceError, UsageError
from gbv_kpi.i18n import Language, phrase
from gbv_kpi.inputs import UnreadableError, is_file, is_same_file, read_file, read_stdin

if TYPE_CHECKING:
    from rich.console import RenderableType


def emit(
    content: "str | bytes | Iterable[str] | RenderableType",
    output: Path | None,
    language: Language,
    format: str = "table",
    *,
    quiet: bool = False,
) -> None:
    """Print a result or write it to a file, and say on standard error what was written."""
    if isinstance(content, bytes):
        print_bytes(content, output)
    elif isinstance(content, str):
        print_text(content, output)
    elif not isinstance(content, Iterable):
        print_rendered(content, output)
    elif format == "csv" and output:  # Excel needs the byte-order mark; other programs, in a pipe, do not
        print_pieces(chain(["\ufeff"], content), output)
    else:
        print_pieces(content, output)
    if output is not None and is_file(output) and not quiet:
        warn(language.say(phrase("Wrote {file}.", file=str(output))))


def say_left_out(files: Sequence[str], silent: bool, language: Language) -> None:
    if files and not silent:
        warn(language.say(phrase("Skipped, not spreadsheets: {files}.", files=", ".join(files))))


def read_bounded(name: str, max_bytes: int) -> bytes:
    """Return the content of a file, or of standard input for -. Raises `SourceError` for what cannot be read."""
    try:
        return read_stdin(max_bytes) if name == "-" else read_file(Path(name), max_bytes)
    except UnreadableError as error:
        raise SourceError(phrase("{name} cannot be opened: {reason}.", name=name, reason=error.reason)) from error


def expect_ending(path: Path | None, *endings: str) -> None:
    """Raise `UsageError` for a file name with another ending."""
    if path is not None and path.suffix.lower() not in endings and (path.suffix or len(endings) == 1):
        raise wrong_ending(path, [ending for ending in endings if ending])


def wrong_ending(path: Path | None, endings: Iterable[str]) -> UsageError:
    """Return the error of a file name with an ending of another format."""
    message = phrase(
        "{path}: unknown file type. This command writes {endings}.", path=str(path), endings=", ".join(endings)
    )
    return UsageError(message)


def expect_new(path: Path | None, force: bool) -> None:
    """Raise `UsageError` for an existing file unless `force` is set."""
    if path is not None and is_file(path) and not force:
        raise UsageError(
            phrase("{path} already exists: choose another name, or overwrite it with --force.", path=str(path))
        )


def expect_other_file(path: Path | None, inputs: Iterable[str | Path | None], option: str = "--output") -> None:
    """Raise `UsageError` if the result would overwrite one of its inputs."""
    for name in inputs:
        if path is not None and name is not None and is_same_file(path, Path(name)):
            raise UsageError(
                phrase(
                    "{option} must not overwrite a file that the command reads: {file}.", option=option, file=str(path)
                )
            )
