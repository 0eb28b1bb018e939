"""Move the files of an inbox once they are recorded or refused.

    FOLDER/accepted/2025/    recorded, or in the ledger already
    FOLDER/refused/          the file, a copy with its faulty cells marked, and a reply to whoever sent it

All moves are written to a journal first, so that the next run finishes those of a killed one. A file is copied before
it is deleted, and no file is ever overwritten by another.
"""

import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import NamedTuple

from gbv_kpi.annotate.workbook import annotate
from gbv_kpi.console import atomic_write
from gbv_kpi.errors import OutputError, UsageError, system_reason
from gbv_kpi.i18n import Language
from gbv_kpi.inputs import is_file
from gbv_kpi.ledger.database import Ledger
from gbv_kpi.ledger.query import record_places
from gbv_kpi.ledger.submit import State, Submission
from gbv_kpi.render.letters import reply_to
from gbv_kpi.sheets.sources import STDIN, open_source

if sys.platform != "win32":
    import fcntl

JOURNAL = ".gbv-kpi-moves.json"
MARKED = ".marked.xlsx"  # the ending of a marked copy, which is not a return


class Move(NamedTuple):
    """A file to move, with its hash: a file replaced in the meantime is not moved."""

    source: str
    target: str
    sha256: str


@contextmanager
def sorting_into(folder: Path, inbox: list[str]) -> Iterator[None]:
    """Lock the folder against other runs, and finish the moves of a killed one.

    Raises `UsageError` for a folder within the inbox: its files would be submitted again.
    """
    target = folder.resolve()
    if any(target.is_relative_to(Path(name).resolve()) for name in inbox if name != STDIN):
        raise UsageError("{folder} is inside the inbox: choose a folder outside it.", folder=str(folder))
    try:
        for name in ("accepted", "refused"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        lock = (folder / ".gbv-kpi-lock").open("w")
    except OSError as error:
        reason = system_reason(error)
        raise OutputError("{path} cannot be written: {reason}.", path=str(folder), reason=reason) from error
    with lock:
        if sys.platform != "win32":
            fcntl.flock(lock, fcntl.LOCK_EX)
        _finish(folder)
        yield


def sort_files(submission: Submission, folder: Path, ledger: Ledger, language: Language) -> None:
    """Write a reply to each refused file, record the new places of the others, then move all files."""
    moves: list[Move] = []
    places: dict[str, str] = {}  # of accepted files, by hash
    for file in submission.files:
        path = Path(file.path)
        if not is_file(path):
            continue
        is_accepted = file.state in (State.RECORDED, State.UNCHANGED)
        years = "-".join(map(str, sorted({file.years[0], file.years[-1]}))) if is_accepted else ""
        place = folder / "accepted" / years if is_accepted else folder / "refused"
        target = _free_place(place, path.name, file.sha256, moves)
        moves.append(Move(str(path.absolute()), str(target.absolute()), file.sha256))
        if is_accepted:
            places[file.sha256] = moves[-1].target
        else:
            marked = annotate(file.problems, open_source(file.path), language)
            atomic_write(target.with_name(target.name + MARKED), marked)
            atomic_write(target.with_name(target.name + ".reply.md"), reply_to(file, language).encode())
    if places:
        ledger.write(lambda connection: record_places(connection, places))
    atomic_write(folder / JOURNAL, json.dumps(moves).encode())
    _finish(folder)


def _free_place(folder: Path, name: str, sha256: str, moves: list[Move]) -> Path:
    """Return a path with that name, numbered if another file has or will have it."""
    taken = {move.target: move.sha256 for move in moves}
    stem, suffix = Path(name).stem, Path(name).suffix
    places = (folder / (name if number == 1 else f"{stem} ({number}){suffix}") for number in count(1))
    return next(
        place
        for place in places
        if taken.get(str(place.absolute()), sha256) == sha256 and (not place.exists() or _hash(place) == sha256)
    )


def _finish(folder: Path) -> None:
    """Make the moves in the journal, perhaps of a killed run."""
    journal = folder / JOURNAL
    if not journal.exists():
        return
    try:
        moves = [Move(*move) for move in json.loads(journal.read_bytes())]
    except (TypeError, ValueError) as error:
        raise OutputError(
            "{path} is damaged: delete it and run this again. No file is lost.", path=str(journal)
        ) from error
    for source, target, sha256 in moves:
        if is_file(Path(source)) and _hash(Path(source)) == sha256:
            _move(Path(source), Path(target))
    journal.unlink()


def _move(source: Path, target: Path) -> None:
    if not target.exists():  # else a killed run has copied it, but not deleted the source
        target.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(target, source.read_bytes())
        shutil.copystat(source, target)
    source.unlink()


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
