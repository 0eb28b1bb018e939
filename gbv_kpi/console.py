"""Write results to standard output, or to a file, whole or not at all."""

import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, date, datetime
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, AnyStr

from gbv_kpi.errors import OutputError, system_reason

if sys.platform != "win32":  # where a file that is open cannot be removed anyway
    import fcntl

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

PREFIX = ".gbv-kpi-"  # of a temporary file until it replaces its target
_LEFTOVER = re.compile(re.escape(PREFIX) + "[a-z0-9_]{8}")  # `tempfile` adds eight characters
UNBOUNDED = 100_000  # columns: off a terminal a table is as wide as it needs

# Control and invisible characters, and marks of text direction, could act on a terminal or hide text. Surrogates come
# from file names that are not Unicode, and cannot be encoded; U+FFFE and U+FFFF are not allowed in XML.
_CONTROLS = re.compile(
    "[\0-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)


def use_utf8() -> None:
    """Set standard output and error to UTF-8, whatever the system's code page; a closed stream is the null device."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115  # until the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=stream.errors)


def error_console() -> "Console":
    return _console(stderr=True, soft_wrap=True)


def warn(text: str) -> None:
    """Print a line on standard error."""
    error_console().print(escape_controls(text))


def escape_controls(text: str) -> str:
    """Return the text with control characters escaped, so that they cannot act on a terminal."""
    if text.isprintable():
        return text
    return _CONTROLS.sub(lambda found: " " if found[0] in "\n\r\t" else f"\\u{ord(found[0]):04x}", text)


def print_result(content: "str | bytes | Iterable[str] | RenderableType", output: Path | None) -> None:
    """Print a result or write it to a file: a text, whole or in pieces, a workbook, or what rich draws.

    Rich draws at the width of the terminal, or elsewhere as wide as the content needs and without colour.
    Raises `OutputError`, except for a closed pipe.
    """
    is_on_screen = output is None and sys.stdout.isatty()
    if isinstance(content, bytes):
        if is_on_screen:
            raise OutputError("This format is written to a file: add --output FILE.")
        if output is None:
            _write(sys.stdout.buffer, [content])
        else:
            atomic_write(output, content)
        return
    if not isinstance(content, Iterable):
        if is_on_screen:
            _console(color_system=None if os.environ.get("NO_COLOR") else "auto").print(content)
            return
        buffer = StringIO()
        _console(file=buffer, width=UNBOUNDED, color_system=None).print(content)
        content = (f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines())
    pieces = [content] if isinstance(content, str) else content
    if output is None:
        _write(sys.stdout, pieces)
    else:
        atomic_write(output, (piece.encode() for piece in pieces))


def _write(stream: IO[AnyStr], pieces: Iterable[AnyStr]) -> None:
    try:
        stream.writelines(pieces)
        stream.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        raise OutputError("The result cannot be printed: {reason}.", reason=system_reason(error)) from error


def _console(**settings: Any) -> "Console":
    """Return a console that prints text as it is: no markup, no emoji, no highlighting."""
    from rich.console import Console  # imported late: `--help` does not need it

    return Console(highlight=False, markup=False, emoji=False, **settings)


def to_json_text(content: Mapping[str, object]) -> str:
    """Return the text of a JSON object that is safe to print."""
    from json import dumps  # imported late: most output is not JSON

    return escape_json(dumps(content, ensure_ascii=False, indent=2, default=_json_value)) + "\n"


def json_pieces(content: Mapping[str, object]) -> Iterator[str]:
    """Yield the text of a JSON object in pieces, with each item of its lists on its own line."""
    from json import JSONEncoder

    encoder = JSONEncoder(ensure_ascii=False, default=_json_value)
    encode = encoder.encode  # written in C; json does not use it with an indent
    separator = "{\n  "
    for key, value in content.items():
        yield f"{separator}{encode(key)}: "
        if isinstance(value, Iterable) and not isinstance(value, str | Mapping):
            item_separator = "[\n    "
            for record in value:
                yield item_separator + escape_json(encode(record))
                item_separator = ",\n    "
            yield "[]" if item_separator[0] == "[" else "\n  ]"
        else:
            yield escape_json(encode(value))
        separator = ",\n  "
    yield "\n}\n"


def _json_value(value: Any) -> object:
    """Return a value as JSON has it: its record, a time in UTC, a day, the items of an iterable, or its attributes."""
    if hasattr(value, "record"):
        return value.record()
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case Iterable():
            return list(value)
        case _:
            return asdict(value)


def escape_json(text: str) -> str:
    """Return equivalent JSON with the characters escaped that could act on a terminal or hide text."""
    if text.isprintable():
        return text
    from json import dumps

    return _CONTROLS.sub(lambda found: found[0] if found[0] == "\n" else dumps(found[0])[1:-1], text)


def atomic_write(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Write a file whole or not at all. Raises `OutputError`, and then leaves an existing file as it was.

    An existing file keeps its permissions, and a link stays a link. A device such as /dev/stdout cannot be replaced
    and is written to.
    """
    pieces = [content] if isinstance(content, bytes) else content
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            with target.open("wb") as file:
                file.writelines(pieces)
        else:
            _replace(target, pieces)
    except (OSError, RuntimeError) as error:  # pathlib raises RuntimeError for a loop of links
        raise OutputError("{path} cannot be written: {reason}.", path=str(path), reason=system_reason(error)) from error


def _replace(target: Path, pieces: Iterable[bytes]) -> None:
    mask = os.umask(0)
    os.umask(mask)
    mode = target.stat().st_mode if target.exists() else 0o666 & ~mask
    _remove_leftovers(target.parent)
    handle, temporary = _temporary_file(target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
            temporary.chmod(mode)
            temporary.replace(target)
        _sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _temporary_file(folder: Path) -> tuple[int, Path]:
    """Create a file in the folder, locked while it is open."""
    import tempfile  # imported late: `--help` does not need it

    while True:
        handle, name = tempfile.mkstemp(dir=folder, prefix=PREFIX)
        if sys.platform != "win32":
            fcntl.flock(handle, fcntl.LOCK_EX)
        if Path(name).exists():  # another run may have taken it for a leftover before it was locked
            return handle, Path(name)
        os.close(handle)


def _remove_leftovers(folder: Path) -> None:
    """Remove the temporary files of killed runs: those that no run has locked."""
    if sys.platform == "win32":
        return
    for path in folder.glob(f"{PREFIX}*"):
        with suppress(OSError):
            status = path.lstat()
            if _LEFTOVER.fullmatch(path.name) and stat.S_ISREG(status.st_mode) and status.st_uid == os.getuid():
                with path.open("rb") as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink()


def _sync_folder(folder: Path) -> None:
    """Flush the folder, so that the new name survives a crash; not every file system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
