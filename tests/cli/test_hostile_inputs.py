"""Files, names and numbers that no officer gives: a message and an exit code of the contract, never a fault."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gbv_kpi.plan.load import BUILT_IN
from tests.command import of_2025, run, write_csv

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="has no pipes and devices in its folders")

LONG = "x" * 5000
YEAR = str(10**20)
BASE = (BUILT_IN / "ninh-binh-63-kh-ubnd.toml").read_text("utf-8")
EXPORT = '{"schema": "gbv-kpi/ledger/1"}\n'
HUGE = 3 * 2**30

PLANS = {
    "deep.toml": "a = " + "[" * 400 + "]" * 400,
    "deep-beside.toml": BASE + "\n[x]\ny = " + "[" * 400 + "]" * 400,
    "deep-tables.toml": "a = " + "{a=" * 400 + "1" + "}" * 400,
    "dotted.toml": ".".join("a" * 4000) + " = 1",
    "digits.toml": "first_year = " + "9" * 5000,
    "far.toml": BASE.replace("last_year = 2025", f"last_year = {YEAR}"),
    "exponent.toml": BASE.replace("at_least = 50", "at_least = 1e999999999"),
    "small.toml": BASE.replace("at_least = 50", "at_least = 1e-999999999"),
    "nan.toml": BASE.replace("at_least = 50", "at_least = nan"),
    "nul.toml": 'fields_from = "a\\u0000b"\n' + BASE,
    "long.toml": f'fields_from = "{LONG}"\n' + BASE,
    "from-device.toml": 'fields_from = "/dev/zero"\n' + BASE,
    "from-pipe.toml": 'fields_from = "pipe"\n' + BASE,
    "units-nul.toml": 'units_file = "a\\u0000b"\n' + BASE,
    **{f"units-{n}.toml": f'units_file = "{name}"\n' + BASE
       for n, name in enumerate(("/dev/zero", "pipe", "loop", "folder", LONG, "huge", "cell.csv"))},
}  # fmt: skip
BAD_FILES = ["/dev/zero", "pipe", "loop", "folder", LONG, "a/b" * 2000, "huge", "/proc/self/mem"]


@pytest.fixture
def returns(tmp_path: Path, plan: object, monkeypatch: pytest.MonkeyPatch) -> str:
    """A return, in a folder full of traps."""
    from gbv_kpi.plan import load_plan

    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    Path("loop").symlink_to("loop")
    Path("folder").mkdir()
    Path("cell.csv").write_text('code,name\n"' + "a" * 200_000 + '",b\n')
    Path("deep.jsonl").write_text(EXPORT + "[" * 100_000 + "\n")
    Path("year.jsonl").write_text(
        EXPORT
        + f'{{"plan":"p","file":"f","sha256":"{"a" * 64}","content":"{"b" * 64}","at":"2025-12-01T12:00:00.000000Z",'
        f'"who":"w","returns":[{{"unit_code":"1","unit_since":"","unit_name":"A","year":{YEAR},"revision":1,"sheet":null,'
        '"figures":{"victims":[1,"B2"]}}]}\n'
    )
    with Path("huge").open("wb") as huge:
        huge.truncate(HUGE)
    return write_csv(tmp_path / "r.csv", load_plan(), of_2025())


def expect_a_message(*arguments: str) -> None:
    ran = run(*arguments)
    assert ran.code in (1, 2, 3), (arguments[:3], ran)
    assert ran.err or ran.out
    for word in ("internal error", "Traceback", "ignored"):
        assert word not in ran.err, (arguments[:3], ran.err[-300:])


@pytest.mark.quick(5)
@pytest.mark.parametrize("name", PLANS)
def test_a_plan_file_that_is_none_is_told(returns: str, name: str) -> None:
    Path(name).write_text(PLANS[name], encoding="utf-8")
    for arguments in (("plan", "check", name), ("plan", "show", name), ("check", returns, "--plan", name)):
        expect_a_message(*arguments)


@pytest.mark.quick(2)
@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_is_none_is_told_wherever_one_is_named(returns: str, name: str) -> None:
    for arguments in (
        ("plan", "check", name),
        ("check", returns, "--plan", name),
        ("import", name, "--ledger", "l.db"),
        ("report", "--year", "2025", returns, "--format", "docx", "--output", "o.docx", "--docx-template", name),
        ("status", "--year", "2025", "--ledger", name),
        ("submit", returns, "--ledger", name),
    ):
        expect_a_message(*arguments)


@pytest.mark.quick(1)
@pytest.mark.parametrize("name", ["loop", LONG, "pipe/x", LONG + "/x", "/dev/full"])
def test_a_file_that_cannot_be_written_is_told(returns: str, name: str) -> None:
    expect_a_message("report", "--year", "2025", returns, "--output", name)
    expect_a_message("check", returns, "--annotate", f"{name}/a.xlsx")


@pytest.mark.parametrize("name", ["deep.jsonl", "year.jsonl", "/dev/null"])
def test_lines_that_are_no_export_are_told(returns: str, name: str) -> None:
    expect_a_message("import", name, "--ledger", "l.db")


@pytest.mark.slow
def test_a_year_beyond_all_years_is_told(returns: str) -> None:
    assert run("submit", returns, "--ledger", "l.db").code == 0
    for arguments in (
        ("check", returns, "--year", "9" * 5000),
        ("report", "--year", YEAR, returns),
        ("report", "--year", YEAR, "--ledger", "l.db"),
        ("template", "--year", YEAR, "--output", "t.xlsx"),
        ("status", "--year", YEAR, "--ledger", "l.db"),
        ("history", "--year", YEAR, "--ledger", "l.db"),
        ("trace", "training", "--year", YEAR, "--ledger", "l.db"),
        ("plan", "show", "--year", YEAR),
    ):
        expect_a_message(*arguments)


@pytest.mark.quick(1)
@pytest.mark.parametrize(
    ("arguments", "streams"),
    [
        (("--help",), ">/dev/full"),
        (("--version",), ">/dev/full"),
        (("check", "--help"), ">/dev/full"),
        (("--lang", "vi", "--help"), ">/dev/full"),
        (("plan", "list"), ">/dev/full"),
        (("check", "-"), "<&-"),
        (("import", "-", "--ledger", "l.db"), "<&-"),
    ],
)
def test_streams_that_are_full_or_closed_are_told(returns: str, arguments: tuple[str, ...], streams: str) -> None:
    command = ["bash", "-c", f'exec "$@" {streams}', "bash", sys.executable, "-m", "gbv_kpi", *arguments]
    root = str(Path(__file__).parents[2])
    ran = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": root}, check=False)
    assert ran.returncode in (2, 3), ran
    assert len((ran.stderr + ran.stdout).strip()) > 0
    for word in ("internal error", "Traceback", "ignored"):
        assert word not in ran.stderr
