"""A real LibreOffice, each call with a profile of its own; tests that need it are skipped where it is missing."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from openpyxl import load_workbook

Test = TypeVar("Test", bound=Callable[..., None])


def needs_libreoffice(test: Test) -> Test:
    """Mark a test that takes a start of LibreOffice: two seconds of processor time."""
    missing = shutil.which("soffice") is None
    skip = pytest.mark.skipif(missing, reason="LibreOffice (soffice) is not installed")
    marked: Test = pytest.mark.program(skip(test))
    return marked


def converted(file: Path, suffix: str, folder: Path) -> Path:
    """The file opened by LibreOffice, calculated, and saved as another kind into `folder`."""
    _convert([file], suffix, folder)
    result = folder / f"{file.stem}.{suffix}"
    assert result.is_file()
    return result


def recalculated(files: Sequence[Path], folder: Path) -> list[Path]:
    """The workbooks with every formula calculated anew: no value goes in with them, all that come out are its own."""
    bare = folder / "bare"
    bare.mkdir()
    for file in files:
        load_workbook(file).save(bare / file.name)  # openpyxl keeps formulas and drops what they came to
    _convert([bare / file.name for file in files], "xlsx", folder)
    return [folder / file.name for file in files]


def _convert(files: Sequence[Path], suffix: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as profile:
        how = [f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", suffix, "--outdir", str(folder)]
        subprocess.run(["soffice", *how, *map(str, files)], check=True, capture_output=True, timeout=300)
