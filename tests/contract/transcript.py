"""Run commands in a prepared folder at a set time, and write down all that comes out of them."""

import importlib
import os
import pkgutil
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import gbv_kpi
from tests.command import CASES, run
from tests.contract.document import document_text
from tests.contract.workbook import workbook_text

ROOT = Path(__file__).parents[2]
FOLDERS = {"examples": ROOT / "examples", "cases": CASES, "inputs": Path(__file__).parent / "inputs"}
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "TERM": "xterm-256color",
    "COLUMNS": "100",  # help is wrapped at it, and tables on a screen
    "TZ": "ICT-7",  # the time in Việt Nam, without asking for the system's time zones
    "HOME": "/home/officer",
    "PATH": os.defpath,
}
STYLE = re.compile(r"(<style>)(.*?)(</style>)", re.DOTALL)
SCHEMA = re.compile(r"\S+/plan\.schema\.json")  # where the package is installed
CONTROLS = {"\ufeff": "<BOM>", "\r": "<CR>", "\x1b": "<ESC>", "\0": "<NUL>"}


@dataclass(frozen=True)
class Step:
    """A command line, and what it needs or leaves behind. Files are relative to the folder it runs in."""

    arguments: tuple[str, ...]
    writes: tuple[str, ...] = ()  # files to record
    at: str = "2026-01-10T09:30"  # the time in the office
    stdin: bytes = b""
    on_screen: bool = False
    environment: tuple[tuple[str, str], ...] = ()  # variables set besides those of every step


@dataclass(frozen=True)
class Case:
    """Command lines whose transcript is one golden file."""

    name: str
    steps: tuple[Step, ...]


@contextmanager
def office_folder() -> Iterator[Path]:
    """Copy everything that commands read, so that no path they print is absolute.

    The ledger has absolute paths, and tables on a screen wrap at their length: it is the same for every folder.
    """
    with TemporaryDirectory(dir="/tmp" if os.name == "posix" else None) as name:
        folder = Path(name)
        for part, original in FOLDERS.items():
            shutil.copytree(original, folder / part)
        (folder / "empty").mkdir()
        yield folder


def transcript(case: Case, folder: Path) -> str:
    """Run the steps of a case one after the other."""
    return "\n".join(_step_transcript(step, folder) for step in case.steps)


def placeholders(text: str, folder: Path) -> str:
    """Replace what differs between machines and releases, and make control characters visible."""
    text = (
        SCHEMA.sub("<SCHEMA>", text)
        .replace(str(folder), "<FOLDER>")
        .replace(f"gbv-kpi {gbv_kpi.__version__}", "gbv-kpi <VERSION>")
    )
    for control, name in CONTROLS.items():
        text = text.replace(control, name)
    return text


def _step_transcript(step: Step, folder: Path) -> str:
    with _office(folder, step):
        ran = run(*step.arguments, stdin=step.stdin, on_screen=step.on_screen)
        parts = [("stdout", ran.out), ("stderr", ran.err)]
        parts += [(name, _file_text(folder / name)) for name in step.writes]
    shown = " ".join(f"'{argument}'" if " " in argument else argument for argument in step.arguments)
    variables = "".join(f"{name}={value} " for name, value in step.environment)
    pieces = [f"$ {variables}gbv-kpi {shown}".rstrip() + "\n", f"=== exit code {ran.code}\n"]
    pieces += [f"=== {name}\n{_ended(text)}" for name, text in parts if text]
    return placeholders("".join(pieces), folder)


def _ended(text: str) -> str:
    return text if text.endswith("\n") else f"{text}<NO NEWLINE>\n"


def _file_text(file: Path) -> str:
    """Return a file as text: cells of a workbook, paragraphs of a document, otherwise its characters."""
    if not file.exists():
        return "<NOT WRITTEN>"
    match file.suffix:
        case ".xlsx":
            return workbook_text(file)
        case ".docx":
            return document_text(file)
        case ".html":
            return STYLE.sub(_style_length, file.read_bytes().decode())
        case _:
            return file.read_bytes().decode()


def _style_length(style: re.Match[str]) -> str:
    """Return what stands for the style of a page: it is the same in all, and recorded where a page is printed."""
    return f"{style[1]}<{len(style[2])} CHARACTERS>{style[3]}"


@contextmanager
def _office(folder: Path, step: Step) -> Iterator[None]:
    """Work in a folder, with nothing of the developer's environment and a clock that stands still."""
    try:
        with (
            chdir(folder),
            patch.dict(os.environ, {**ENVIRONMENT, **dict(step.environment)}, clear=True),
        ):
            time.tzset()
            with _clock_at(datetime.fromisoformat(step.at).astimezone()):
                yield
    finally:
        time.tzset()


@contextmanager
def _clock_at(moment: datetime) -> Iterator[None]:
    """Let every module of the package that says `datetime.now()` get this moment.

    Modules are found by what they hold, not by name: they may be moved and renamed.
    """

    class SameInstances(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, datetime)

    class StoppedClock(datetime, metaclass=SameInstances):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return moment.astimezone(tz) if tz else moment.replace(tzinfo=None)

    modules = [
        sys.modules[name] for name in _module_names() if getattr(sys.modules[name], "datetime", None) is datetime
    ]
    for module in modules:
        module.__dict__["datetime"] = StoppedClock
    try:
        yield
    finally:
        for module in modules:
            module.__dict__["datetime"] = datetime


def _module_names() -> list[str]:
    """Import every module of the package, for one imported later would have a clock that runs."""
    names = [found.name for found in pkgutil.walk_packages(gbv_kpi.__path__, "gbv_kpi.")]
    names.remove("gbv_kpi.__main__")
    for name in names:
        importlib.import_module(name)
    return names
