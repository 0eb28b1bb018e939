"""Whatever a person must know is said, in the words and the language of the office."""

import re
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import docx
import pytest

from tests.command import run
from tests.render.word import texts, written

EXAMPLES = Path(__file__).parents[2] / "examples"
RETURN = str(EXAMPLES / "2025" / "ba-huyen-2025.csv")
FOUR_UNITS = str(Path(__file__).parents[1] / "contract" / "inputs" / "returns" / "four-units-2025.csv")
MERGING = str(Path(__file__).parents[1] / "contract" / "inputs" / "plans" / "merging.toml")
OF_LEDGER = ("report --year 2025", "status --year 2025", "trend", "history", "trace training --year 2025", "export")


def submitted(place: Path, *files: str) -> str:
    for file in files or (RETURN,):
        assert run("submit", file, "--by", "Lan", "--ledger", str(place), "--quiet").code == 0
    return str(place)


@pytest.mark.slow
def test_what_was_written_is_said_unless_quiet(tmp_path: Path) -> None:
    for name in ("r.txt", "r.csv", "r.html", "r.xlsx", "r.docx"):
        file = str(tmp_path / name)
        assert run("report", "--year", "2025", RETURN, "--output", file).err == f"Wrote {file}.\n"
        assert run("report", "--year", "2025", RETURN, "--output", file, "--quiet").err == ""
    marked = str(tmp_path / "marked.xlsx")
    assert f"Đã ghi {marked}.\n" in run("check", RETURN, "--annotate", marked, "--lang", "vi").err


@pytest.mark.slow
def test_a_writer_that_waits_says_so_after_two_seconds(tmp_path: Path) -> None:
    place = submitted(tmp_path / "ledger.db")
    other = sqlite3.connect(place, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    file = str(EXAMPLES / "2025" / "cap-tinh-2025.xlsx")
    line = [sys.executable, "-m", "gbv_kpi", "submit", file, "--by", "Lan", "--ledger", place, "--lang", "en"]
    waiting = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert waiting.stderr
    first = waiting.stderr.readline()
    other.execute("ROLLBACK")
    other.close()
    _, further = waiting.communicate(timeout=60)
    assert "Waiting for another program to release" in first
    assert (waiting.returncode, "Waiting" in further) == (0, False)


@pytest.mark.quick(4)
@pytest.mark.parametrize("command", [*OF_LEDGER, "ledger check"])
@pytest.mark.parametrize("folder", ["", "not/there/"])
def test_without_a_ledger_every_command_says_what_makes_one(command: str, folder: str, tmp_path: Path) -> None:
    ran = run(*command.split(), "--ledger", f"{tmp_path}/{folder}ledger.db")
    assert (ran.code, ran.out) == (2, "")
    assert "does not exist yet; gbv-kpi submit" in ran.err
    assert "gbv-kpi submit creates one" in ran.err


@pytest.mark.quick(1)
@pytest.mark.parametrize(
    "command",
    [
        "template --year 2025 --output blank.xlsx --unit",
        "history --unit",
        "history --year 2025 --unit",
        "trace training --year 2025 --unit",
    ],
)
def test_an_unknown_unit_gets_the_nearest_names(command: str, tmp_path: Path) -> None:
    ledger = [] if command.startswith("template") else ["--ledger", submitted(tmp_path / "ledger.db")]
    ran = run(*command.split(), "Gia Viển", *ledger)
    assert (ran.code, "did you mean Huyện Gia Viễn" in ran.err) == (2, True)


def test_unknown_plans_indicators_and_fields_get_the_nearest(tmp_path: Path) -> None:
    assert "Did you mean ha-noi-106-kh-ubnd?" in run("check", RETURN, "--plan", "ha-noi-106-kh-ubn").err
    place = submitted(tmp_path / "ledger.db")
    assert "its indicators are training." in run("trace", "traning", "--year", "2025", "--ledger", place).err
    ran = filled_in(tmp_path, "{{ ket_luanh }}")
    assert "uses ket_luanh, which the report does not have. It has: ket_luan." in ran
    assert "Did you mean --format?" in run("check", RETURN, "--fromat", "json").err


def filled_in(folder: Path, *paragraphs: str, lang: str = "en") -> str:
    """Return what is said of a Word template of these paragraphs."""
    office = docx.Document()
    for text in paragraphs:
        office.add_paragraph(text)
    office.save(str(folder / "office.docx"))
    line = ("--docx-template", str(folder / "office.docx"), "--output", str(folder / "out.docx"))
    return run("report", "--year", "2025", RETURN, *line, "--lang", lang).err


def test_an_unknown_language_in_the_environment_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GBV_KPI_LANG", "fr")
    assert run("plan", "list").err == "GBV_KPI_LANG=fr: unknown language; use one of vi, en.\n"


def test_the_last_language_on_the_line_is_that_of_a_complaint() -> None:
    assert run("--lang", "vi", "check", "--no", "--lang", "fr").err.startswith("Cách dùng:")
    assert run("check", "--lang", "en", "--lang", "vi", "--no").err.startswith("Cách dùng:")


ENGLISH = re.compile(r"\b(the|is|of|not|no such|input|should|value|error|file|or|and|a)\b", re.IGNORECASE)


@pytest.mark.parametrize(
    "line",
    [
        "check no-such.xlsx",
        "check . --output no-such/x.json",
        "check --year abc x",
        "check x --publish --min-count 1",
        "check x --format pdf",
        "plan list surplus",
        "check x --year",
        "check x --plan no-such.toml",
        "plan check PLAN",
        "import no-such.jsonl",
        "report --year 2025 RETURN --docx-template no-such.docx --output x.docx",
    ],
)
def test_no_english_is_left_in_a_vietnamese_complaint(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plan = tmp_path / "plan.toml"
    plan.write_text('first_year = true\nlast_year = "2025"\nunits_file = "none.csv"\n[[field]]\ncounts = "dogs"\n')
    words = {"RETURN": RETURN, "PLAN": "plan.toml"}
    ran = run(*[words.get(word, word) for word in line.split()], "--lang", "vi")
    told = re.sub(r"\S*(?:[/._]|--)\S*|\[.*?\]|[A-Z]{2,}\S*|'\w+'", "", ran.out + ran.err)
    assert (ran.code, ENGLISH.findall(told)) == (2, [])


@pytest.mark.quick(1)
@pytest.mark.parametrize("line", ["{{ nam", "{% if %}", "{{ nam | no_such }}", "{{ 1/0 }}", "{% for %}"])
def test_a_mistaken_word_template_is_told_in_our_words(line: str, tmp_path: Path) -> None:
    said = filled_in(tmp_path, line, lang="vi")
    assert said.startswith("gbv-kpi: ")
    assert not re.search(r"\b(unexpected|expected|template|filter|tag|block|division|end of)\b", said)


@pytest.mark.parametrize(("key", "wanted"), [("first_year = true", "first_year"), ('last_year = "x"', "last_year")])
def test_a_year_that_is_no_number_is_a_mistake_in_our_words(key: str, wanted: str, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(f"{key}\n")
    assert f"{wanted}: expected a whole number." in run("plan", "check", str(plan)).out


def test_roles_of_agencies_are_told_in_words() -> None:
    for tag, lead in (("en", "leads and reports: Department"), ("vi", "Chủ trì, tổng hợp báo cáo: Sở Nội vụ")):
        shown = run("plan", "show", "--lang", tag).out
        assert lead in shown
        assert not re.search(r"^\s*(lead|issuer):", shown, re.MULTILINE)


def test_help_names_no_type_of_the_language_it_is_written_in() -> None:
    for tag in ("en", "vi"):
        for command in ("check", "report", "submit", "template", "trace", "history", "status"):
            assert not re.search(r"<(list|int|str|float)\b", run("--lang", tag, command, "--help").out)


def test_a_provisional_verdict_is_provisional_everywhere(tmp_path: Path) -> None:
    """Parts I and II of the Word report say what part IV says is open."""
    document = written(tmp_path, FOUR_UNITS, "--lang", "en")
    said = texts(document)
    assert any(line.startswith("2025: ") and line.endswith("This is provisional.") for line in said)
    assert any(line.startswith("- Met (provisional): ") for line in said)
    assert not any(line.startswith("- Met: ") for line in said)
    verdicts = [line for line in said if line.startswith("c) Assessment: met")]
    assert verdicts
    assert all(line.startswith("c) Assessment: met (provisional)") for line in verdicts)
    for form in ("table", "md", "html"):
        assert "This is provisional." in run("report", "--year", "2025", FOUR_UNITS, "--format", form).out


def test_without_a_deadline_nobody_is_said_to_be_in_time(tmp_path: Path) -> None:
    out = run("status", "--year", "2025", "--ledger", submitted(tmp_path / "ledger.db")).out
    assert "The plan sets no deadline for 2025." in out
    assert "late" not in out


def test_every_time_is_of_the_office_with_its_offset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "ICT-7")
    time.tzset()
    place = submitted(tmp_path / "ledger.db")
    shown = re.compile(r"\d\d/\d\d/\d{4} \d\d:\d\d(?::\d\d)?(?: \S+)?")
    for command in ("status --year 2025", "history", "trace training --year 2025", f"submit {RETURN} --by Lan"):
        times = shown.findall(run(*command.split(), "--ledger", place).out)
        assert times
        assert {found.rpartition(" ")[2].rstrip(",") for found in times} == {"+07:00"}
    stamped = run("status", "--year", "2025", "--ledger", place, "--format", "json").out
    assert set(re.findall(r'T\d\d:\d\d:\d\d(?:\.\d+)?([^"]+)"', stamped)) == {"+00:00"}
    monkeypatch.undo()
    time.tzset()


def test_status_puts_the_first_date_beside_the_first_file(tmp_path: Path) -> None:
    again = tmp_path / "again.csv"
    again.write_text(Path(RETURN).read_text("utf-8-sig").replace(",86,86", ",87,86"), "utf-8")
    place = submitted(tmp_path / "ledger.db", RETURN, str(again))
    header, *rows = run("status", "--year", "2025", "--ledger", place, "--format", "csv").out.splitlines()
    unit = next(row for row in rows if "Kim Sơn" in row)
    found = dict(zip(header.split(","), unit.split(","), strict=True))
    assert (found["first_file"], found["last_file"], found["revision"]) == (RETURN, str(again), "2")
    assert found["first_received"] <= found["last_received"]


@pytest.mark.slow
def test_what_is_said_of_an_old_revision_works(tmp_path: Path) -> None:
    first, second, place = tmp_path / "first.csv", tmp_path / "second.csv", tmp_path / "ledger.db"
    first.write_text(Path(RETURN).read_text("utf-8-sig"), "utf-8")
    second.write_text(first.read_text("utf-8").replace(",86,86", ",87,86"), "utf-8")
    ledger = submitted(place, str(first), str(second))
    said = run("submit", str(first), "--by", "Lan", "--ledger", ledger).out
    assert "to restore its figures, write a note below its table, save the file and submit it again" in said
    first.write_text(first.read_text("utf-8") + "\nGhi chú: nộp lại\n", "utf-8")
    assert "recorded: 1 corrected" in run("submit", str(first), "--by", "Lan", "--ledger", ledger).out


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://lan:se@cret@localhost:1/gbv",
        "postgresql://lan:se@c:r@et@localhost:1/gbv?sslmode=disable",
        "postgresql://lan:s/e@cr?et@localhost:1/gbv",
        "postgres:/lan:se@cret@localhost/gbv",
        "lan:se@cret@localhost/gbv",
        "postgresql://lan:se@cret@:x/gbv",
    ],
)
def test_a_password_with_signs_of_an_address_is_never_half_shown(address: str) -> None:
    for command in ("status --year 2025", f"submit {RETURN} --by Lan"):
        ran = run(*command.split(), "--ledger", address)
        assert ran.code == 2
        assert "cret" not in ran.out + ran.err
        assert "se@" not in ran.err


def test_what_is_printed_to_install_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    for name in [name for name in sys.modules if name.startswith("gbv_kpi.ledger.patient")]:
        monkeypatch.delitem(sys.modules, name)
    said = run("status", "--year", "2025", "--ledger", "postgresql://lan@localhost:1/gbv").err
    assert "pip install 'psycopg[binary]'" in said
    assert "gbv-kpi[" not in said


def test_a_new_plan_says_nothing_of_tables_on_one_line() -> None:
    for tag, said in (("en", "one line"), ("vi", "trên một dòng")):
        assert said not in run("plan", "new", "--lang", tag).out.partition("schema =")[0]


@pytest.mark.quick(1)
@pytest.mark.parametrize("text", ["Kính gửi: {{ noi_dung }}", "{{ bang_don_vi }} và {{ ton_tai }}", "{{ phu_luc }}."])
def test_a_block_field_with_text_beside_it_is_refused_with_the_text(text: str, tmp_path: Path) -> None:
    said = filled_in(tmp_path, "{{ nam }}", text)
    assert "needs a paragraph of its own" in said
    assert text in said
    assert not (tmp_path / "out.docx").exists()


@pytest.mark.slow
def test_a_list_in_a_word_template_is_written_as_lines(tmp_path: Path) -> None:
    assert "Wrote" in filled_in(tmp_path, "{{ noi_nhan }}")
    assert "[" not in docx.Document(str(tmp_path / "out.docx")).paragraphs[0].text
    assert "prints a list of rows as text" in filled_in(tmp_path, "{{ cac_don_vi }}")


def test_as_of_is_looked_at_before_the_ledger(tmp_path: Path) -> None:
    for command in ("report --year 2025", "trend", "history", "trace training --year 2025"):
        ran = run(*command.split(), "--as-of", "yesterday", "--ledger", str(tmp_path / "none.db"))
        assert "Invalid date “yesterday”" in ran.err


def test_one_unit_of_one_has_and_does_not_have() -> None:
    one = run("status", "--year", "2026", "--plan", MERGING, "--ledger", "none.db").err
    assert "units have" not in one
