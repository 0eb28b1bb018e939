"""Find and read files other than returns: only regular ones, and only up to a size."""

import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from gbv_kpi.errors import system_reason
from gbv_kpi.i18n import Phrase, phrase

MEBIBYTE = 2**20
DEFAULT_PLAN = "ninh-binh-63-kh-ubnd"  # here: `--help` needs it without what reads plans


class UnreadableError(Exception):
    """A file cannot be read; `reason` says why."""

    def __init__(self, reason: Phrase) -> None:
        super().__init__(reason)
        self.reason = reason


def data_folder() -> Path:
    """Return the user's data folder of this program, as the system places it."""
    from platformdirs import user_data_path

    return Path(user_data_path("gbv-kpi", appauthor=False))


def read_file(path: Path, max_bytes: int) -> bytes:
    """Return the content of a regular file. Raises `UnreadableError` for other and for larger files."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for its writer
            raise UnreadableError(phrase("it is a device, a pipe or a folder, not a file"))
        with path.open("rb") as file:
            return _read(file, max_bytes)
    except OSError as error:
        raise UnreadableError(system_reason(error)) from error
    except ValueError as error:  # a NUL in the name
        raise UnreadableError(phrase("the name is not valid for a file")) from error


def read_stdin(max_bytes: int) -> bytes:
    """Return standard input. Raises `UnreadableError` if it is closed or longer than `max_bytes`."""
    if sys.stdin is None:
        raise UnreadableError(phrase("standard input is closed"))
    try:
        return _read(sys.stdin.buffer, max_bytes)
    except OSError as error:
        raise UnreadableError(system_reason(error)) from error


def _read(file: BinaryIO, max_bytes: int) -> bytes:
    with suppress(MemoryError):
        content = file.read(max_bytes + 1)
        if len(content) <= max_bytes:
            return content
    raise UnreadableError(phrase("it is larger than {size} MB", size=max_bytes // MEBIBYTE))


def is_file(path: Path) -> bool:
    """Return whether a path is a regular file; False for a name too long or a loop of links."""
    try:
        return path.is_file()
    except (OSError, ValueError, RuntimeError):
        return False


def is_same_file(path: Path, other: Path) -> bool:
    """Return whether two paths are one file, even if it does not exist yet."""
    try:
        return path.resolve() == other.resolve() or path.samefile(other)
    except (OSError, ValueError, RuntimeError):
        return False
