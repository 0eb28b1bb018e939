"""The files an officer names: single files, folders, and `-` for standard input."""

import hashlib
import io
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gbv_kpi.errors import SourceError
from gbv_kpi.i18n import phrase

STDIN = "-"
SMALL = 16 * 2**20  # bytes; a larger file is not held but read piece by piece
START = 2**16  # bytes
RETURN_SUFFIXES = frozenset({".csv", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods"})


@dataclass(frozen=True)
class Source:
    """The content of one file, under the name it was given: at hand, or read from the file of that name."""

    name: str
    held: bytes | None = None

    def stream(self) -> io.BufferedReader | io.BytesIO:
        return Path(self.name).open("rb") if self.held is None else io.BytesIO(self.held)

    @cached_property
    def content(self) -> bytes:
        with self.stream() as stream:
            return stream.read()

    @cached_property
    def start(self) -> bytes:
        """The first bytes, or all of them where they are few."""
        with self.stream() as stream:
            return stream.read(START)

    @cached_property
    def sha256(self) -> str:
        with self.stream() as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


def find_sources(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The files to read, and the files of named folders that are no spreadsheets.

    A folder gives its spreadsheets, subfolders too, in order of name. Raises `SourceError` for a
    name that does not exist.
    """
    found: list[str] = []
    left_out: list[str] = []
    for name in names:
        path = Path(name)
        if name == STDIN or path.is_file():
            found.append(name)
        elif path.is_dir():
            for file in sorted(_visible_files(path)):
                (found if file.suffix.lower() in RETURN_SUFFIXES else left_out).append(str(file))
        else:
            raise SourceError(phrase("There is no file or folder {name}.", name=name))
    return list(dict.fromkeys(found)), left_out


def _visible_files(folder: Path) -> Iterable[Path]:
    """Files but for hidden ones and the lock files that office programs leave (`~$…`)."""
    for file in folder.rglob("*"):
        hidden = any(part.startswith((".", "~$")) for part in file.relative_to(folder).parts)
        if not hidden and file.is_file():
            yield file


def open_source(name: str) -> Source:
    """Raises `SourceError` for a file that cannot be opened."""
    try:
        if name == STDIN or Path(name).stat().st_size <= SMALL:
            return Source(name, sys.stdin.buffer.read() if name == STDIN else Path(name).read_bytes())
        with Path(name).open("rb"):
            return Source(name)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SourceError(phrase("{name} cannot be opened: {reason}.", name=name, reason=reason)) from error
