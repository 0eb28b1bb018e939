"""A real LibreOffice, each call with a profile of its own; tests that need it are skipped where it is missing."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

needs_libreoffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")


def converted(file: Path, suffix: str, folder: Path) -> Path:
    """The file opened by LibreOffice, calculated, and saved as another kind into `folder`."""
    with tempfile.TemporaryDirectory() as profile:
        how = [f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", suffix, "--outdir", str(folder)]
        subprocess.run(["soffice", *how, str(file)], check=True, capture_output=True, timeout=180)
    result = folder / f"{file.stem}.{suffix}"
    assert result.is_file()
    return result
