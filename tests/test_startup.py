"""What a command does not need it does not load: help must be instant."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
HEAVY = (
    "pandas",
    "numpy",
    "openpyxl",
    "pydantic",
    "python_calamine",
    "babel",
    "sqlalchemy",
    "jinja2",
    "pygal",
    "rich",
    "docx",
    "xlsxwriter",
)
SCRIPT = """
import json, sys
from gbv_kpi.cli.app import main
sys.argv = ["gbv-kpi", *json.loads(sys.argv[1])]
try:
    main()
except SystemExit as end:
    code = end.code
print(json.dumps({"code": code, "modules": sorted(sys.modules)}), file=sys.stderr)
"""


def loaded_by(*arguments: str) -> tuple[int, set[str]]:
    """The exit code of a command in a process of its own, and the heavy libraries it loaded."""
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(arguments)],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    told = json.loads(ran.stderr.splitlines()[-1])
    return told["code"] or 0, {name.partition(".")[0] for name in told["modules"]} & set(HEAVY)


@pytest.mark.quick(1)
@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ()], ids=["--help", "--version", "nothing"])
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert loaded_by(*arguments)[1] == set()


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [("explain",), ("explain", "missing-value", "--lang", "vi")], ids=" ".join)
def test_the_meaning_of_a_code_loads_nothing_heavy_of_ours(arguments: tuple[str, ...]) -> None:
    code, loaded = loaded_by(*arguments)
    assert (code, loaded - {"pydantic"}) == (0, set())


@pytest.mark.quick(1)
@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "list"),
        ("plan", "show"),
        ("plan", "show", "ha-noi-106-kh-ubnd", "--lang", "vi"),
        ("plan", "show", "--on", "2024-12-31"),
        ("plan", "new", "--lang", "vi"),
    ],
    ids=" ".join,
)
def test_a_plan_loads_at_most_what_validates_it(arguments: tuple[str, ...]) -> None:
    """Neither Jinja nor rich lays it out: Jinja alone would take 40 ms."""
    code, loaded = loaded_by(*arguments)
    assert (code, loaded - {"pydantic"}) == (0, set())


@pytest.mark.quick(1)
@pytest.mark.parametrize(
    "arguments",
    [("check", "--help"), ("report", "--help"), ("plan", "show", "--help"), ("check", "--wrong")],
    ids=" ".join,
)
def test_help_of_a_command_loads_nothing_heavy_of_ours(arguments: tuple[str, ...]) -> None:
    """Typer converts a command's arguments by pydantic, `--help` itself included (0.29: typer/_coercion.py)."""
    assert loaded_by(*arguments)[1] <= {"pydantic"}


def test_a_report_on_the_terminal_loads_nothing_of_a_page() -> None:
    code, loaded = loaded_by("report", "--year", "2024", str(EXAMPLES / "2024"))
    assert code == 0
    assert not loaded & {"jinja2", "pygal", "docx"}


def test_importing_the_package_loads_nothing_heavy() -> None:
    script = "import sys, gbv_kpi; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not set(ran.stdout.split()) & set(HEAVY)


@pytest.mark.slow
def test_a_workbook_is_written_only_where_one_is_asked_for() -> None:
    _, loaded = loaded_by("report", "--year", "2025", str(EXAMPLES / "2025"), "--format", "json")
    assert not loaded & {"xlsxwriter", "openpyxl"}


def test_this_test_sees_what_a_command_loads() -> None:
    code, loaded = loaded_by("check", "no-such-file.csv")
    assert code == 2
    assert "pandas" in loaded
