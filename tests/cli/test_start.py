import subprocess
import sys

from gbv_kpi import __version__
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
