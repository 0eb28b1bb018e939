"""Where words go: silence, files written whole, languages, and no escape code off a terminal."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from gbv_kpi.plan import Plan
from tests.command import CASES, Ran, of_2025, run, well_but, write_csv

GBV_KPI = [sys.executable, "-m", "gbv_kpi"]
pty_only = pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")


def on_terminal(*arguments: str, **environment: str) -> tuple[int, bytes]:
    """The exit code, and all that a command writes to a terminal of 80 columns."""
    controller, terminal = os.openpty()
    started = subprocess.Popen(
        [*GBV_KPI, *arguments],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **environment},
    )
    os.close(terminal)
    written = bytearray()
    while True:
        try:
            piece = os.read(controller, 65536)
        except OSError:  # Linux ends a terminal so
            break
        if not piece:
            break
        written += piece
    os.close(controller)
    return started.wait(), bytes(written)


# ---------------------------------------------------------------- --quiet


@pytest.mark.quick(1)
@pytest.mark.parametrize("options", [(), ("--format", "json"), ("--lang", "vi")], ids=str)
def test_quiet_says_nothing_when_all_is_well(tmp_path: Path, plan: Plan, options: tuple[str, ...]) -> None:
    file = write_csv(tmp_path / "r.csv", plan, of_2025())
    assert run("check", file, "--quiet", *options) == Ran(0, "", "")
    assert run("report", "--year", "2025", file, "--quiet", *options) == Ran(0, "", "")


def test_quiet_says_nothing_of_warnings(tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "r.csv", plan, [("Thành phố Ninh Bình", 2025, well_but())])
    assert run("check", file, "--quiet") == Ran(0, "", "")


def test_quiet_says_nothing_when_what_is_wrong_is_no_failure(tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "r.csv", plan, of_2025({"372": well_but(victims=-1)}))
    assert run("check", file, "--quiet", "--fail-on", "never") == Ran(0, "", "")


def test_quiet_says_nothing_of_files_that_are_no_spreadsheets(tmp_path: Path, plan: Plan) -> None:
    write_csv(tmp_path / "r.csv", plan, of_2025())
    (tmp_path / "note.txt").write_bytes(b"notes")
    assert run("check", str(tmp_path), "--quiet") == Ran(0, "", "")


def test_quiet_says_everything_when_someone_must_act(tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "r.csv", plan, of_2025({"372": well_but(schools_integrating=19)}))
    quiet = run("check", file, "--quiet")
    assert (quiet.code, quiet.err) == (1, "")
    assert quiet == run("check", file)
    assert "139/140" in quiet.out


def test_quiet_tells_what_stops_the_run(tmp_path: Path) -> None:
    ran = run("check", str(tmp_path / "no.csv"), "--quiet")
    assert (ran.code, ran.out) == (2, "")
    assert "no.csv" in ran.err


# ---------------------------------------------------------------- --output


@pytest.mark.quick(1)
@pytest.mark.parametrize("format", ["table", "json"])
def test_output_is_what_would_be_printed(tmp_path: Path, plan: Plan, format: str) -> None:
    file, out = write_csv(tmp_path / "r.csv", plan, of_2025()), tmp_path / "kết quả.txt"
    assert run("check", file, "--format", format, "--output", str(out)) == Ran(0, "", f"Wrote {out}.\n")
    assert out.read_bytes().decode() == run("check", file, "--format", format).out


def test_output_into_a_folder_that_does_not_exist_stops_the_run(tmp_path: Path, plan: Plan) -> None:
    ran = run("check", write_csv(tmp_path / "r.csv", plan, of_2025()), "--output", str(tmp_path / "no" / "out.txt"))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith("out.txt cannot be written: no such file or folder.\n")
    assert ran.err.count("\n") == 1


@pytest.mark.slow
def test_output_that_does_not_fit_leaves_the_old_file_and_nothing_else(tmp_path: Path, plan: Plan) -> None:
    file, folder = write_csv(tmp_path / "r.csv", plan, of_2025()), tmp_path / "out"
    folder.mkdir()
    old = folder / "out.json"
    old.write_text("old", encoding="utf-8")
    ran = subprocess.run(
        [*GBV_KPI, "check", file, "--format", "json", "--output", str(old)],
        check=False,
        capture_output=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),  # bytes; the result is longer
    )
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert ran.stderr.decode() == f"gbv-kpi: {old} cannot be written: the file is too large.\n"
    assert old.read_text("utf-8") == "old"
    assert list(folder.iterdir()) == [old]


def test_a_full_disk_behind_standard_output_is_no_missed_threshold(tmp_path: Path, plan: Plan) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    file = write_csv(tmp_path / "r.csv", plan, of_2025())
    with full.open("wb") as out:
        ran = subprocess.run([*GBV_KPI, "check", file], check=False, stdout=out, stderr=subprocess.PIPE)
    assert ran.returncode not in (0, 1, 3)
    assert ran.stderr.decode().startswith("gbv-kpi: The result cannot be printed: the disk is full.")
    assert b"Traceback" not in ran.stderr


@pytest.mark.slow
@pytest.mark.quick(1)
@pytest.mark.parametrize("stream", [1, 2])
def test_a_stream_that_was_closed_hears_nothing_and_changes_nothing(tmp_path: Path, plan: Plan, stream: int) -> None:
    file = write_csv(tmp_path / "r.csv", plan, of_2025({"372": well_but(schools_integrating=18)}))
    ran = subprocess.run(
        [*GBV_KPI, "check", file, "--fail-on", "missed"],
        check=False,
        capture_output=True,
        preexec_fn=lambda: os.close(stream),
    )
    assert (ran.returncode, ran.stderr, ran.stdout == b"") == (1, b"", stream == 1)


def test_quiet_writes_the_file_asked_for_all_the_same(tmp_path: Path, plan: Plan) -> None:
    out = tmp_path / "out.txt"
    assert run("check", write_csv(tmp_path / "r.csv", plan, of_2025()), "--quiet", "--output", str(out)) == Ran(
        0, "", ""
    )
    assert out.is_file()


def test_output_never_replaces_a_return_that_is_read(tmp_path: Path, plan: Plan) -> None:
    file = write_csv(tmp_path / "r.csv", plan, of_2025())
    before = Path(file).read_bytes()
    assert run("check", file, "--output", file).code == 2
    assert Path(file).read_bytes() == before


# ---------------------------------------------------------------- languages


def vietnamese(ran: Ran) -> bool:
    return "Đơn vị" in ran.out


@pytest.mark.quick(2)
@pytest.mark.parametrize(
    ("option", "asked", "locale", "expected"),
    [
        (None, None, "C.UTF-8", False),
        (None, None, "vi_VN.UTF-8", True),
        (None, "vi", "C.UTF-8", True),
        (None, "en", "vi_VN.UTF-8", False),
        ("vi", "en", "C.UTF-8", True),
        ("en", "vi", "vi_VN.UTF-8", False),
    ],
)
def test_language_is_the_options_else_the_environments_else_the_locales(
    monkeypatch: pytest.MonkeyPatch, option: str | None, asked: str | None, locale: str, expected: bool
) -> None:
    monkeypatch.setenv("LANG", locale)
    if asked:
        monkeypatch.setenv("GBV_KPI_LANG", asked)
    options = ["--lang", option] if option else []
    assert vietnamese(run("check", str(CASES / "nho-quan-2025.xlsx"), *options)) is expected


def test_what_stops_the_run_is_told_in_the_language_asked_for(tmp_path: Path) -> None:
    told = {lang: run("check", str(tmp_path), "--lang", lang).err for lang in ("vi", "en")}
    assert told["en"].startswith("gbv-kpi: No return found in")
    assert told["vi"].startswith("gbv-kpi: ")
    assert told["vi"] != told["en"]


@pytest.mark.slow
def test_a_process_in_an_ascii_locale_speaks_vietnamese_all_the_same(tmp_path: Path) -> None:
    file = str(CASES / "nho-quan-2025.xlsx")
    environment = {
        **os.environ,
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONIOENCODING": "ascii",
    }
    ran = subprocess.run([*GBV_KPI, "check", file, "--lang", "vi"], check=False, capture_output=True, env=environment)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "Huyện Nho Quan" in ran.stdout.decode("utf-8")


# ---------------------------------------------------------------- environment names of options


@pytest.mark.quick(1)
@pytest.mark.parametrize(
    ("name", "value", "code"),
    [("GBV_KPI_PLAN", "no-such-plan", 2), ("GBV_KPI_FAIL_ON", "incomplete", 1), ("GBV_KPI_FORMAT", "pdf", 2)],
)
def test_an_option_may_stand_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, code: int
) -> None:
    file = str(CASES / "nho-quan-2025.xlsx")
    assert run("check", file).code == 0
    monkeypatch.setenv(name, value)
    assert run("check", file).code == code


# ---------------------------------------------------------------- escape codes


@pytest.mark.parametrize("format", ["table", "json"])
def test_off_a_terminal_there_is_no_escape_code(monkeypatch: pytest.MonkeyPatch, format: str) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    ran = run("check", str(CASES / "loi-2023.xlsx"), "--format", format)
    assert ran.code == 3
    assert "\x1b" not in ran.out + ran.err


@pytest.mark.parametrize("arguments", [("--help",), ("check", "--help"), ("check", "--wrong"), ()], ids=str)
def test_help_off_a_terminal_has_no_escape_code_either(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    ran = run(*arguments)
    assert ran.out + ran.err
    assert "\x1b" not in ran.out + ran.err


@pytest.mark.slow
@pty_only
def test_a_terminal_is_shown_colours() -> None:
    code, written = on_terminal("check", str(CASES / "nho-quan-2025.xlsx"))
    assert code == 0
    assert b"\x1b[32m" in written


@pytest.mark.slow
@pytest.mark.quick(1)
@pty_only
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", str(CASES / "loi-2023.xlsx")),
        ("report", "--year", "2025", str(CASES / "tong-hop-2025-cp1258.csv")),
        ("check", "no-such-file.csv"),
        ("--help",),
    ],
    ids=["errors", "missed", "stopped", "help"],
)
def test_a_terminal_is_shown_no_escape_code_where_colour_is_not_wanted(arguments: tuple[str, ...]) -> None:
    _, written = on_terminal(*arguments, NO_COLOR="1")
    assert written
    assert b"\x1b" not in written


@pytest.mark.slow
@pty_only
def test_a_terminal_is_never_given_lines_longer_than_it_is_wide() -> None:
    _, written = on_terminal("check", str(CASES / "loi-2023.xlsx"), NO_COLOR="1")
    assert max(len(line) for line in written.decode().splitlines()) <= 80
