"""No command replaces what it reads, and what is written is of the kind that its name says."""

import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import docx
import openpyxl
import pytest
from openpyxl import load_workbook

from tests.command import CASES, Ran, run

EXAMPLES = Path(__file__).parents[2] / "examples"
RETURN = str(EXAMPLES / "2025" / "ba-huyen-2025.csv")
SMALL_PLAN = Path(__file__).parents[1] / "contract" / "inputs" / "plans" / "small.toml"


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    place = str(tmp_path / "ledger.db")
    assert run("submit", RETURN, "--by", "Lan", "--ledger", place, "--quiet").code == 0
    return place


def refused(ran: Ran) -> bool:
    return ran.code == 2 and "must not overwrite a file that the command reads" in ran.err


@pytest.mark.quick(2)
@pytest.mark.parametrize(
    "command",
    [
        "report --year 2025",
        "status --year 2025",
        "trend",
        "history",
        "trace training --year 2025",
        "export",
        "ledger check",
    ],
)
def test_output_over_the_ledger_is_refused(command: str, ledger: str) -> None:
    before = Path(ledger).read_bytes()
    place = Path(ledger).rename(Path(ledger).with_suffix(""))  # a name without an ending is one of a table
    assert refused(run(*command.split(), "--ledger", str(place), "--output", str(place)))
    assert place.read_bytes() == before


def test_output_over_a_ledger_to_be_made_is_refused(tmp_path: Path) -> None:
    place = str(tmp_path / "new")
    assert refused(run("submit", RETURN, "--by", "Lan", "--ledger", place, "--output", place))
    assert not Path(place).exists()


@pytest.mark.parametrize("command", ["check", "submit --by Lan --ledger new.db", "report --year 2025"])
def test_output_over_a_return_is_refused(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "return.csv"
    file.write_bytes(Path(RETURN).read_bytes())
    (tmp_path / "link.csv").symlink_to(file)
    assert refused(run(*command.split(), str(file), "--output", "link.csv"))
    assert file.read_bytes() == Path(RETURN).read_bytes()


def test_output_over_the_plan_file_is_refused(tmp_path: Path) -> None:
    plan = tmp_path / "plan"
    plan.write_bytes(SMALL_PLAN.read_bytes())
    for command in (["check", RETURN, "--plan", str(plan)], ["plan", "show", str(plan)], ["plan", "check", str(plan)]):
        assert refused(run(*command, "--output", str(plan)))
    assert plan.read_bytes() == SMALL_PLAN.read_bytes()


def test_output_over_the_units_of_the_plan_is_refused(tmp_path: Path) -> None:
    plan, units = tmp_path / "communes-2026.toml", tmp_path / "communes_2025.csv"
    for file in (plan, units):
        file.write_bytes((EXAMPLES / "plans" / file.name).read_bytes())
    assert refused(run("check", RETURN, "--plan", str(plan), "--output", str(units)))
    assert units.read_bytes() == (EXAMPLES / "plans" / units.name).read_bytes()


def test_output_over_the_settings_is_refused(ledger: str, tmp_path: Path) -> None:
    settings = tmp_path / "settings.json"
    settings.write_text('lang = "en"')
    for command in (["status", "--year", "2025", "--ledger", ledger], ["explain"]):
        assert refused(run("--config", str(settings), *command, "--output", str(settings)))
    assert settings.read_text() == 'lang = "en"'


def test_output_over_an_earlier_publication_is_refused(ledger: str, tmp_path: Path) -> None:
    """Later publications could no longer be held against it."""
    former, report = str(tmp_path / "2024.json"), ["report", "--year", "2025", "--ledger", ledger, "--publish"]
    assert run(*report, "--output", former).code in (0, 1)
    before = Path(former).read_bytes()
    assert refused(run(*report, "--published", former, "--output", former))
    assert Path(former).read_bytes() == before


def test_output_over_the_word_template_is_refused(tmp_path: Path) -> None:
    template = str(tmp_path / "office.docx")
    docx.Document().save(template)
    assert refused(run("report", "--year", "2025", RETURN, "--docx-template", template, "--output", template))


def test_annotate_over_the_plan_file_is_refused(tmp_path: Path) -> None:
    plan = tmp_path / "plan.xlsx"
    plan.write_bytes(SMALL_PLAN.read_bytes())
    ran = run("check", str(CASES / "loi-2023.xlsx"), "--plan", str(plan), "--annotate", str(plan))
    assert refused(ran)


@pytest.mark.parametrize("command", ["template --year 2025 --output blank.xlsx", "plan new --output plan.toml"])
def test_a_file_that_exists_is_replaced_by_force_only(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = command.rsplit(maxsplit=1)[-1]
    (tmp_path / name).write_text("mine")
    ran = run(*command.split())
    assert (ran.code, (tmp_path / name).read_text()) == (2, "mine")
    assert f"{name} already exists" in ran.err
    assert run(*command.split(), "--force").code == 0
    assert (tmp_path / name).stat().st_size > 1000


@pytest.mark.quick(3)
@pytest.mark.parametrize(
    ("command", "endings"),
    [
        ("check RETURN", ".txt, .json, .csv, .md"),
        ("report --year 2025 RETURN", ".txt, .json, .csv, .md, .html, .xlsx, .docx"),
        ("status --year 2025", ".txt, .json, .csv, .md, .xlsx"),
        ("trend", ".txt, .json, .csv, .md, .xlsx"),
        ("history", ".txt, .json, .csv, .md, .xlsx"),
        ("trace training --year 2025", ".txt, .json, .csv, .md"),
        ("submit RETURN", ".txt, .json, .csv, .md"),
        ("plan list", ".txt, .json"),
        ("explain", ".txt, .json"),
        ("ledger check", ".txt, .json"),
        ("plan new", ".toml"),
        ("plan schema", ".json"),
        ("export", ".jsonl"),
    ],
)
def test_an_ending_of_no_format_is_refused_with_the_list(
    command: str, endings: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for ending in ("pdf", "doc"):
        ran = run(*[RETURN if word == "RETURN" else word for word in command.split()], "--output", f"result.{ending}")
        assert (ran.code, ran.out, list(tmp_path.iterdir())) == (2, "", [])
        assert f"result.{ending}: unknown file type. This command writes {endings}." in ran.err


@pytest.mark.quick(1)
@pytest.mark.parametrize("command", ["status --year 2025", "trend", "history"])
def test_the_ending_decides_the_format_of_a_list(command: str, ledger: str, tmp_path: Path) -> None:
    for ending in ("json", "csv", "md", "xlsx"):
        assert run(*command.split(), "--ledger", ledger, "--output", str(tmp_path / f"l.{ending}")).code in (0, 1)
    assert (tmp_path / "l.json").read_text("utf-8").startswith('{\n  "schema": "gbv-kpi/')
    header, *rows = (tmp_path / "l.csv").read_text("utf-8-sig").splitlines()
    assert "unit_name" in header.split(",")
    assert any("Huyện Yên Mô" in row for row in rows)
    assert (tmp_path / "l.md").read_text("utf-8").startswith("# ")
    sheet = openpyxl.load_workbook(tmp_path / "l.xlsx").worksheets[0]
    assert list(sheet.tables) == ["list"]
    assert len(sheet.tables["list"].tableColumns) == len([cell for cell in sheet[3] if cell.value])


@pytest.mark.quick(1)
@pytest.mark.parametrize("command", ["trace training --year 2025", "submit RETURN --by Lan"])
def test_trace_and_submit_write_csv_and_markdown(command: str, ledger: str, tmp_path: Path) -> None:
    words = [RETURN if word == "RETURN" else word for word in command.split()]
    for ending, start in (("json", "{"), ("csv", "\ufeff"), ("md", "# ")):
        file = tmp_path / f"result.{ending}"
        assert run(*words, "--ledger", ledger, "--output", str(file)).code == 0
        assert file.read_text("utf-8").startswith(start)


def test_the_ending_is_stronger_than_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GBV_KPI_FORMAT", "json")
    file = tmp_path / "result.csv"
    run("check", RETURN, "--output", str(file))
    assert file.read_text("utf-8-sig").startswith("plan,year,")


def test_a_format_that_contradicts_the_ending_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "result.csv"
    ran = run("check", RETURN, "--format", "json", "--output", str(file))
    assert (ran.code, file.exists()) == (2, False)
    assert run("check", RETURN, "--format", "json", "--output", str(tmp_path / "result.txt")).code in (0, 1)


@pytest.mark.parametrize("lines", ['{"schema": "gbv-kpi/ledger/1"}\nnonsense\n', "nonsense\n", ""])
def test_an_import_that_fails_leaves_no_file(lines: str, tmp_path: Path) -> None:
    (tmp_path / "export.jsonl").write_text(lines)
    place = tmp_path / "new.db"
    assert run("import", str(tmp_path / "export.jsonl"), "--ledger", str(place)).code == 2
    assert not place.exists()


def test_an_import_that_is_cut_off_after_a_line_leaves_no_file(ledger: str, tmp_path: Path) -> None:
    lines = run("export", "--ledger", ledger).out.splitlines(keepends=True)
    (tmp_path / "export.jsonl").write_text("".join(lines[:-1]), "utf-8")
    ran = run("import", str(tmp_path / "export.jsonl"), "--ledger", str(tmp_path / "new.db"))
    assert (ran.code, (tmp_path / "new.db").exists()) == (2, False)
    assert f"has {len(lines) - 2} lines after its first, but {len(lines) - 1} were written" in ran.err


def test_an_import_without_its_first_revisions_leaves_no_file(ledger: str, tmp_path: Path) -> None:
    exported = run("export", "--ledger", ledger).out.replace('"revision": 1', '"revision": 2')
    (tmp_path / "export.jsonl").write_text(exported, "utf-8")
    place = tmp_path / "new.db"
    assert run("import", str(tmp_path / "export.jsonl"), "--ledger", str(place)).code == 2
    assert not place.exists()


def test_a_ledger_of_an_earlier_layout_is_refused_as_that(ledger: str) -> None:
    with sqlite3.connect(ledger) as connection:
        connection.execute("UPDATE gbv_kpi_layout SET version = 0")
    connection.close()
    ran = run("status", "--year", "2025", "--ledger", ledger)
    assert (ran.code, "was created by an older gbv-kpi" in ran.err) == (2, True)


def test_trace_finds_a_file_that_was_named_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = str(tmp_path / "ledger.db")
    monkeypatch.chdir(EXAMPLES)
    run("submit", "2025/ba-huyen-2025.csv", "--by", "Lan", "--ledger", place)
    monkeypatch.chdir(tmp_path)
    assert f"] {RETURN}, received " in run("trace", "training", "--year", "2025", "--ledger", place).out
    assert (
        f'"path": "{RETURN}"' in run("trace", "training", "--year", "2025", "--ledger", place, "--format", "json").out
    )


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="it has no such signals")
def test_an_interrupt_at_any_moment_is_silent_and_exits_130(tmp_path: Path) -> None:
    """Ever later until a run has ended before it, then earlier again: on a machine of any speed."""
    # What runs in the background ignores the signal, and so would this process.
    start = (
        "import signal; signal.signal(2, signal.default_int_handler); from gbv_kpi.__main__ import main; "
        "open('../started', 'w').close(); main()"  # an interrupt before is Python's, and comes late on a busy machine
    )
    line = [sys.executable, "-c", start, "report", "--year", "2025", str(EXAMPLES / "2025"), "--output", "report.xlsx"]
    started, report = tmp_path.parent / "started", tmp_path / "report.xlsx"
    delay, interrupted, finished = 0.05, 0, 0
    while interrupted < 10 or not finished:
        started.unlink(missing_ok=True)
        process = subprocess.Popen(line, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while not started.exists() and process.poll() is None:
            time.sleep(0.01)
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        if report.exists():
            finished, delay = finished + 1, delay / 2
            assert process.returncode in (1, 130)  # interrupted right after the file was written, or not at all
            assert load_workbook(report).sheetnames
            report.unlink()
        else:
            interrupted, delay = interrupted + 1, delay * 1.3
            assert (process.returncode, out, err, list(tmp_path.iterdir())) == (130, "", "", [])
