import subprocess
import sys
from typing import Any

import pytest
import typer.main

from gbv_kpi import __version__
from gbv_kpi.cli.app import _narrowed, app
from tests.command import run


def test_version_is_the_packages() -> None:
    assert run("--version").out == f"gbv-kpi {__version__}\n"
    assert run("--version").code == 0


def test_help_names_the_commands() -> None:
    ran = run("--help")
    assert ran.code == 0
    assert {"check", "report"} <= {line.split()[0] for line in ran.out.splitlines() if line.startswith("  ")}


def test_without_a_command_there_is_help_and_no_success() -> None:
    ran = run()
    assert ran.code == 2
    assert "check" in ran.out + ran.err


def test_an_unknown_command_stops_the_run() -> None:
    ran = run("judge")
    assert (ran.code, ran.out) == (2, "")
    assert "judge" in ran.err


def test_the_package_is_a_command_of_its_own() -> None:
    ran = subprocess.run([sys.executable, "-m", "gbv_kpi", "--version"], capture_output=True, text=True, check=True)
    assert ran.stdout == f"gbv-kpi {__version__}\n"


def test_a_command_is_built_without_the_others() -> None:
    alone: Any = typer.main.get_command(_narrowed(app, ["check", "returns.xlsx"]))
    assert list(alone.commands) == ["check"]


@pytest.mark.parametrize(
    "arguments", [[], ["--help"], ["judge"], ["chec"], ["plan", "check"], ["--lang", "vi", "check"]]
)
def test_whatever_begins_with_no_command_is_left_to_all_of_them(arguments: list[str]) -> None:
    assert _narrowed(app, arguments) is app


def test_a_command_says_the_same_of_itself_alone_and_among_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = [run("check", *more) for more in (["--help"], ["--no-such-option"], [])]
    monkeypatch.setattr("gbv_kpi.cli.app._narrowed", lambda whole, arguments: whole)
    assert [run("check", *more) for more in (["--help"], ["--no-such-option"], [])] == alone
