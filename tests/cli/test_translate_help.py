import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from gbv_kpi.cli.app import app
from gbv_kpi.cli.translate_help import translate_help
from gbv_kpi.i18n import language
from gbv_kpi.inputs import DEFAULT_PLAN
from tests.command import run


def named(command: Any, *above: str) -> Iterator[str]:
    """Every command there is, with the words in front of it: “check”, “plan”, “plan show”."""
    for name, below in sorted(getattr(command, "commands", {}).items()):
        yield " ".join((*above, name))
        yield from named(below, *above, name)


COMMANDS = list(named(typer.main.get_command(app)))
VALUES = {*DEFAULT_PLAN.split("-"), "form", "table", "docx", "txt", "Word", "signed", "accepted", "refused", "Markdown"}
# What a help page holds in either language: names of options, commands and values, and examples.
SAME_IN_BOTH = re.compile(
    r"--[\w-]+|<.*?>|(gbv-kpi|python -m gbv_kpi)\b.*|GBV_KPI_\w+|\S+\.(xlsx|toml|csv|jsonl)"
    r"|postgresql://\S*|URL|JSON Lines|JSON Schema|JSON|`export`|(default|mặc\s+định):\s+\w+|CSV|Excel|shell"
)


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrap no line of a help page."""
    monkeypatch.setenv("COLUMNS", "300")


def texts(command: Any) -> Iterator[str]:
    """Every help text of a command and of those below it, paragraph by paragraph, without the examples."""
    for text in (command.help, *(getattr(param, "help", None) for param in command.params)):
        for paragraph in (text or "").split("\n\n"):
            if paragraph and not paragraph.startswith(("Example:", "Ví dụ:")):
                yield " ".join(paragraph.split())
    for below in getattr(command, "commands", {}).values():
        yield from texts(below)


def translated(tag: str) -> list[str]:
    command = typer.main.get_command(app)
    if tag != "en":
        translate_help(command, language(tag))
    return list(texts(command))


def test_no_help_text_is_left_in_english() -> None:
    english, vietnamese = translated("en"), translated("vi")
    assert len(english) == len(vietnamese)
    assert [text for text, other in zip(english, vietnamese, strict=True) if text == other] == []


@pytest.mark.quick(6)
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_no_english_word_is_left_on_a_help_page(command: str) -> None:
    arguments = [*command.split(), "--help"]
    english, vietnamese = run(*arguments).out, run("--lang", "vi", *arguments).out
    assert words(english) & words(vietnamese) <= {word for name in COMMANDS for word in name.split()} | VALUES
    assert vietnamese.startswith("Cách dùng: ")
    assert vietnamese.count("Ví dụ: ") == english.count("Example: ")


def words(page: str) -> set[str]:
    """The words of a help page that are a language's; of one letter or two they prove nothing."""
    return set(re.findall(r"[a-zA-Z]{3,}", SAME_IN_BOTH.sub(" ", page)))


@pytest.mark.quick(6)
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_the_english_help_is_as_the_library_writes_it(command: str) -> None:
    shown = run(*command.split(), "--help").out
    by_library = CliRunner().invoke(app, [*command.split(), "--help"], env={"COLUMNS": "300"}).stdout
    by_library = re.sub(r" <(?:list\[str\]|str|int)>", "", by_library)
    # The first line has the program's name; the runner's terminal is of another width.
    assert "".join(shown.split("\n", 1)[1].split()) == "".join(by_library.split("\n", 1)[1].split())
    assert "Show this message and exit." in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ["--lang", "vi", "--help"],
        ["--lang", "vi", "check", "--help"],
        ["check", "--lang", "vi", "--help"],
    ],
)
def test_lang_on_the_line_chooses_the_language_of_the_help(arguments: list[str]) -> None:
    assert run(*arguments).out.startswith("Cách dùng: ")


@pytest.mark.parametrize(("variable", "value"), [("LC_ALL", "vi_VN.UTF-8"), ("GBV_KPI_LANG", "vi")])
def test_environment_chooses_the_language_of_the_help(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert run("check", "--help").out.startswith("Cách dùng: ")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["check"], "Lỗi: Thiếu tham số 'TỆP"),
        (["report"], "Lỗi: Thiếu tùy chọn '--year'."),
        (["check", "--outputs", "a", "b"], "Lỗi: Không có tùy chọn --outputs"),
        (["check", "--year"], "Lỗi: Tùy chọn '--year' phải có giá trị đi kèm."),
        (["check", "--year", "hai", "a"], "Lỗi: Giá trị của '--year' không hợp lệ: "),
        (["check", "--format", "hai", "a"], "'hai' không thuộc các giá trị được dùng: 'table', 'json', 'csv', 'md'."),
        (["checks"], "Lỗi: Không có lệnh 'checks'"),
        ([], "Cách dùng: "),
    ],
)
def test_a_mistake_on_the_line_is_told_in_vietnamese(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], complaint: str
) -> None:
    monkeypatch.setenv("GBV_KPI_LANG", "vi")
    ran = run(*arguments)
    assert complaint in ran.err
    assert not re.search(r"\b(Error|Usage|Try|Invalid|Missing|No such|Input|Value)\b", ran.err)
    assert (ran.code, ran.out) == (2, "")


@pytest.mark.parametrize("tag", ["vi", "en"])
def test_exit_codes_do_not_depend_on_the_language(monkeypatch: pytest.MonkeyPatch, tag: str) -> None:
    monkeypatch.setenv("GBV_KPI_LANG", tag)
    assert run("--version").code == 0
    assert run("check", "--no").code == 2
    assert run("check", "no-such-file.csv").code == 2


HEAVY_AFTER_HELP = """
import json, os, sys
os.environ["GBV_KPI_LANG"] = "vi"
from gbv_kpi.cli.app import main
for command in json.loads(sys.argv[1]):
    sys.argv = ["gbv-kpi", *command.split(), "--help"]
    try:
        main()
    except SystemExit as end:
        assert not end.code
    loaded = {"pandas", "openpyxl", "babel"} & set(sys.modules)
    if loaded:
        sys.exit(f"{command}: {loaded}")
"""


@pytest.mark.slow
def test_vietnamese_help_imports_nothing_heavy() -> None:
    """One process shows every page, so that the first one to import something is named."""
    line = [sys.executable, "-c", HEAVY_AFTER_HELP, json.dumps(["", *COMMANDS])]
    ran = subprocess.run(line, capture_output=True, encoding="utf-8", check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.count("Cách dùng: ") == 1 + len(COMMANDS)
