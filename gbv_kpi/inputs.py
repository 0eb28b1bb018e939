"""Read files other than returns: only regular ones, and only up to a size."""

import os
import stat
import sys
from pathlib import Path

from gbv_kpi.errors import system_reason
from gbv_kpi.i18n import Phrase, phrase

MEBIBYTE = 2**20


class UnreadableError(Exception):
    """A file cannot be read; `reason` says why."""

    def __init__(self, reason: Phrase) -> None:
        super().__init__(reason)
        self.reason = reason


def data_folder() -> Path:
    """Return the folder that the system has for this program's data of the officer."""
    from platformdirs import user_data_path

    return Path(user_data_path("gbv-kpi", appauthor=False))


def read_file(path: Path, max_bytes: int) -> bytes:
    """Return the content of a regular file. Raises `UnreadableError` for anything else, and for a larger one."""
    try:
        # Without O_NONBLOCK a pipe that nobody writes to would be waited for here.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableError(phrase("it is a device, a pipe or a folder, not a file"))
            if status.st_size > max_bytes:
                raise UnreadableError(_too_large(max_bytes))
            return _within(file.read(max_bytes + 1), max_bytes)
    except OSError as error:
        raise UnreadableError(system_reason(error)) from error
    except ValueError as error:  # of a NUL in a name
        raise UnreadableError(phrase("the name is not valid for a file")) from error
    except MemoryError as error:
        raise UnreadableError(_too_large(max_bytes)) from error


def read_stdin(max_bytes: int) -> bytes:
    """Return what comes on standard input. Raises `UnreadableError` where it is closed, and for more than that."""
    if sys.stdin is None:
        raise UnreadableError(phrase("standard input is closed"))
    try:
        return _within(sys.stdin.buffer.read(max_bytes + 1), max_bytes)
    except OSError as error:
        raise UnreadableError(system_reason(error)) from error
    except MemoryError as error:
        raise UnreadableError(_too_large(max_bytes)) from error


def _within(content: bytes, max_bytes: int) -> bytes:
    if len(content) > max_bytes:
        raise UnreadableError(_too_large(max_bytes))
    return content


def _too_large(max_bytes: int) -> Phrase:
    return phrase("it is larger than {size} MB", size=max_bytes // MEBIBYTE)


def is_file(path: Path) -> bool:
    """Return whether there is a regular file of that name; a name too long or a loop of links is not one."""
    try:
        return path.is_file()
    except (OSError, ValueError, RuntimeError):
        return False


def is_same_file(one: Path, other: Path) -> bool:
    """Return whether two names are of one file, even if it does not exist yet."""
    try:
        return one.resolve() == other.resolve() or one.samefile(other)
    except (OSError, ValueError, RuntimeError):
        return False
