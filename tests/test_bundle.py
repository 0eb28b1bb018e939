"""The bundle for Windows without Internet: its scripts line by line, and, built for real, that no wheel is missing."""

import os
import re
import zipfile
from pathlib import Path

import pytest

from tests import make_bundle

SCRIPTS = make_bundle.scripts()


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_has_the_line_ends_and_labels_of_windows(name: str) -> None:
    content = SCRIPTS[name]
    lines = content.decode().split("\r\n")
    assert content.count(b"\n") == content.count(b"\r\n") == len(lines) - 1
    assert not content.startswith(b"\xef\xbb\xbf")  # cmd would take the mark for a command
    assert lines[:2] == ["@echo off", "chcp 65001 >nul"]  # before the first letter with a mark
    labels = {line for line in lines if line.startswith(":")}
    assert {f":{name}" for name in re.findall(r"goto (\w+)", content.decode())} == labels
    assert sum(line.endswith("(") for line in lines) == lines.count(")")
    for path in re.findall(r"\S*%~?\w+%?\S*", content.decode()):
        if "\\" in path:
            assert path.startswith('"'), f"a path may hold blanks: {path}"


def test_install_takes_nothing_from_the_internet() -> None:
    (line,) = (line for line in SCRIPTS["install.cmd"].decode().split("\r\n") if " pip install " in line)
    assert '--no-index --find-links "%~dp0wheels"' in line
    assert line.endswith('"gbv-kpi[postgres]"')


def test_check_runs_for_each_file_that_is_dropped() -> None:
    lines = SCRIPTS["check.cmd"].decode().split("\r\n")
    start = lines.index(":next")
    assert lines[start + 1 : start + 4] == ['"%PROGRAM%" check "%~1"', "shift", 'if not "%~1"=="" goto next']


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if os.environ.get("GBV_KPI_OFFLINE"):
        pytest.skip("no package index")
    folder = tmp_path_factory.mktemp("wheels")
    make_bundle.build_wheels(folder)
    return folder


@pytest.mark.slow
def test_no_wheel_is_missing_on_windows(wheels: Path) -> None:
    assert make_bundle.missing(wheels) == []
    assert make_bundle.is_complete(wheels)
    names = [wheel.name for wheel in wheels.iterdir()]
    assert all(name.endswith(("-none-any.whl", "-win_amd64.whl")) for name in names)
    next(wheels.glob("pandas-*")).unlink()
    assert make_bundle.missing(wheels) != []
    assert not make_bundle.is_complete(wheels)


@pytest.mark.slow
def test_our_wheel_holds_plans_words_and_templates(wheels: Path) -> None:
    (own,) = wheels.glob("gbv_kpi-*.whl")
    names = set(zipfile.ZipFile(own).namelist())
    package = make_bundle.ROOT / "gbv_kpi"
    wanted = {
        path.relative_to(make_bundle.ROOT).as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted - names == set()
