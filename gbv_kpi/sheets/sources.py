"""The files an officer names: single files, folders, and `-` for standard input."""

import hashlib
import io
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gbv_kpi.errors import SourceError, system_reason
from gbv_kpi.i18n import phrase

STDIN = "-"
MAX_SIZE = 512 * 2**20  # bytes; a million returns as CSV have 60 MiB
START = 2**16  # bytes
RETURN_SUFFIXES = frozenset({".csv", ".tsv", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
# What an office sends in place of a spreadsheet: opened too, so that it is refused with its reason.
SENT_SUFFIXES = frozenset(
    {".doc", ".docx", ".docm", ".odt", ".rtf", ".pdf", ".zip", ".rar", ".7z", ".gz", ".jpg", ".jpeg", ".png", ".tif"}
)
_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini", "icon\r"})


@dataclass(frozen=True)
class Source:
    """The content of one file, read once, under the name it was given; no more of it than a return can have."""

    name: str
    content: bytes

    def stream(self) -> io.BytesIO:
        return io.BytesIO(self.content)

    @property
    def start(self) -> bytes:
        """The first bytes, or all of them where they are few."""
        return self.content[:START]

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def find_sources(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the files to read, and the files of named folders that are left out.

    A folder gives its spreadsheets, subfolders too, in order of name; a subfolder that may not be read is among them,
    and is told when it is opened. Raises `SourceError` for a name that does not exist.
    """
    found: list[str] = []
    left_out: list[str] = []
    for name in names:
        path = Path(name)
        if name == STDIN or _is_readable_kind(path):
            found.append(name)
        elif path.is_dir():
            for file in sorted(_files(path, set())):
                is_sent = file.is_dir() or file.suffix.lower() in RETURN_SUFFIXES | SENT_SUFFIXES
                (found if is_sent else left_out).append(str(file))
        else:
            raise SourceError(phrase("There is no file or folder {name}.", name=name))
    return list(dict.fromkeys(found)), left_out


def _is_readable_kind(path: Path) -> bool:
    """Whether a name is that of a file, or of a pipe such as `<(…)` makes."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(mode) or stat.S_ISFIFO(mode)


def _files(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Path]:
    """Yield the files in a folder and its subfolders, and those subfolders that may not be read.

    Left out without a word are hidden files, those that systems make, and the lock files of office programs (`~$…`).
    """
    try:
        status = folder.stat()
        entries = [] if (status.st_dev, status.st_ino) in seen else list(os.scandir(folder))
    except OSError:
        yield folder
        return
    seen.add((status.st_dev, status.st_ino))  # a link may lead back to it
    for entry in entries:
        if entry.name.startswith((".", "~$")) or entry.name.lower() in _SYSTEM_FILES:
            continue
        path = folder / entry.name
        try:
            if entry.is_dir():
                yield from _files(path, seen)
            elif entry.is_file():
                yield path
        except OSError:
            yield path


def open_source(name: str) -> Source:
    """Return the content of a file. Raises `SourceError` for one that cannot be opened."""
    try:
        if name == STDIN:
            return Source(name, sys.stdin.buffer.read(MAX_SIZE + 1))
        with Path(name).open("rb") as file:
            return Source(name, file.read(MAX_SIZE + 1))
    except (OSError, ValueError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else phrase("no file can have this name")
        raise SourceError(phrase("{name} cannot be opened: {reason}.", name=name, reason=reason)) from error
