"""Find and open the files an officer names: single files, folders, and `-` for standard input."""

import hashlib
import os
import stat
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gbv_kpi.errors import SourceError, system_reason
from gbv_kpi.i18n import phrase

STDIN = "-"
MAX_SIZE = 128 * 2**20  # bytes; a million returns as CSV have 40 MiB
START = 2**16  # bytes
RETURN_SUFFIXES = frozenset({".csv", ".tsv", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
# What an office sends in place of a spreadsheet: opened too, so that it is refused with its reason.
SENT_SUFFIXES = frozenset(
    {".doc", ".docx", ".docm", ".odt", ".rtf", ".pdf", ".zip", ".rar", ".7z", ".gz", ".jpg", ".jpeg", ".png", ".tif"}
)
_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini", "icon\r"})


@dataclass(frozen=True)
class Source:
    """The content of one file under the name it was given, cut just above `MAX_SIZE`."""

    name: str
    content: bytes

    @property
    def start(self) -> bytes:
        """Return the first bytes, or all of them where they are few."""
        return self.content[:START]

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def find_sources(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the files to read, and the other files of the named folders.

    A folder gives the spreadsheets in it and its subfolders, sorted by name. An unreadable subfolder or an invalid name
    is among the files, and reported when it is opened. Raises `SourceError` for a name that does not exist.
    """
    found: list[str] = []
    left_out: list[str] = []
    for name in names:
        if name == STDIN or _is_file(name):
            found.append(name)
            continue
        files, denied = _files(Path(name))
        sent = {file for file in files if file.suffix.lower() in RETURN_SUFFIXES | SENT_SUFFIXES}
        found += map(str, sorted(sent.union(denied)))
        left_out += map(str, sorted(set(files) - sent))
    return list(dict.fromkeys(found)), left_out


def _is_file(name: str) -> bool:
    """Return whether a name is not that of a folder. Raises `SourceError` for one that does not exist, or a device."""
    try:
        mode = Path(name).stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        mode = 0
    except (OSError, ValueError):
        return True
    if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode) or stat.S_ISDIR(mode)):  # a pipe such as `<(…)` makes
        raise SourceError("No such file or folder: {name}. Quote a path that has spaces.", name=name)
    return not stat.S_ISDIR(mode)


def _files(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the files in a folder and its subfolders, and the folders that cannot be read.

    Skip silently hidden files, files of the system, and the lock files of office programs (`~$…`).
    """
    files: list[Path] = []
    denied: list[Path] = []
    folders, seen = [folder], set[tuple[int, int]]()
    while folders:
        place = folders.pop()
        try:
            status = place.stat()
            entries = [] if (status.st_dev, status.st_ino) in seen else list(os.scandir(place))
        except OSError:
            denied.append(place)
            continue
        seen.add((status.st_dev, status.st_ino))  # a link may lead back to it
        for entry in entries:
            if entry.name.startswith((".", "~$")) or entry.name.lower() in _SYSTEM_FILES:
                continue
            path = place / entry.name
            try:
                if entry.is_dir():
                    folders.append(path)
                elif entry.is_file() or not path.exists():  # a link to nothing is reported when it is opened
                    files.append(path)
            except OSError:
                files.append(path)
    return files, denied


def open_source(name: str) -> Source:
    """Return the content of a file. Raises `SourceError` for one that cannot be opened."""
    try:
        if name == STDIN:
            return Source(name, sys.stdin.buffer.read(MAX_SIZE + 1))
        with Path(name).open("rb") as file:
            return Source(name, file.read(MAX_SIZE + 1))
    except (OSError, ValueError) as error:
        reason = system_reason(error) if isinstance(error, OSError) else phrase("the name is not valid for a file")
        raise SourceError("{name} cannot be opened: {reason}.", name=name, reason=reason) from error
