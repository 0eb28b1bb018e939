"""Where results go: standard output, or a file that is written whole or not at all."""

import os
import sys
import tempfile
from io import StringIO
from pathlib import Path

from rich.console import Console, RenderableType

from gbv_kpi.errors import OutputError
from gbv_kpi.language import phrase

__all__ = ["error_console", "print_rendered", "print_text", "speak_utf8", "write_whole"]

UNBOUNDED = 100_000  # columns: off a terminal a table is as wide as it needs


def speak_utf8() -> None:
    """Let both streams carry Vietnamese, whatever the system's code page is."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure and (stream.encoding or "").lower().replace("-", "") != "utf8":
            reconfigure(encoding="utf-8")


def error_console() -> Console:
    return Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)


def print_rendered(content: RenderableType, output: Path | None) -> None:
    """Print to the terminal at its width, or elsewhere as wide as the content needs and without colour."""
    if output is None and sys.stdout.isatty():
        _console().print(content)
        return
    buffer = StringIO()
    Console(file=buffer, width=UNBOUNDED, color_system=None, highlight=False, markup=False, emoji=False).print(content)
    lines = [line.rstrip() for line in buffer.getvalue().splitlines()]
    print_text("\n".join(lines) + "\n", output)


def _console() -> Console:
    return Console(highlight=False, markup=False, emoji=False)


def print_text(content: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(content)
        sys.stdout.flush()
    else:
        write_whole(output, content.encode())


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises `OutputError`, and leaves what stood there."""
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        reason = error.strerror or type(error).__name__
        raise OutputError(phrase("{path} cannot be written: {reason}.", path=str(path), reason=reason)) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
