"""What the documentation prints is what the program does: commands run as printed, the reference is the help."""

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from markdown_it import MarkdownIt

from gbv_kpi.problems import CATALOGUE
from tests.command import Ran, run
from tests.make_reference import FILE as COMMANDS
from tests.make_reference import commands, help_page, reference
from tests.sweep import sweep

ROOT = Path(__file__).parent.parent
GUIDES = {"en": ROOT / "README.md", "vi": ROOT / "examples" / "HUONG-DAN.md"}
# Needs another machine, a schedule of Windows, or the shell of whoever reads.
NOT_TRIED = (
    "python3 -m venv",
    "py ",
    "cd ",
    "setx ",
    "schtasks ",
    "pip install",
    "gbv-kpi --install-completion",
)
A_PAST_DAY = "2025-12-15"  # by which this ledger held nothing
PROGRAM = re.compile(r"/bin/gbv-kpi |py -m gbv_kpi ")
# Folders a schedule names, on this machine.
OFFICE = re.compile(r"/srv/gbv-kpi/|C:\\gbv-kpi\\")


def printed(guide: Path, *kinds: str) -> Iterator[str]:
    """The lines of the guide's fenced blocks of these kinds; the kind of an indented block is empty."""
    for token in MarkdownIt().parse(guide.read_text("utf-8")):
        if token.type in ("fence", "code_block") and token.info in kinds:
            yield from (line for line in token.content.splitlines() if line.strip())


def tried(line: str) -> Ran:
    words = shlex.split(line, comments=True)
    assert words[0] == "gbv-kpi", f"neither a command of this program nor named in NOT_TRIED: {line}"
    return run(*words[1:])


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as a clone of the project, where returns have come in."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    for folder in ("returns", "inbox", "hop-thu-den"):
        shutil.copytree(ROOT / "examples" / "2025", tmp_path / folder)
    shutil.copy(ROOT / "examples" / "2024" / "bieu-cheo-2024.xlsx", tmp_path / "returns.xlsx")
    letter = Document()
    letter.add_paragraph("Năm {{ nam }}")
    letter.add_paragraph("{{ noi_dung }}")
    letter.save(str(tmp_path / "office.docx"))
    letter.add_paragraph("Đến năm 2025, tối thiểu 50% người bị bạo lực tìm kiếm sự trợ giúp")
    letter.save(str(tmp_path / "ke-hoach.docx"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GBV_KPI_LEDGER", str(tmp_path / "ledger.db"))
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("tag", sweep(GUIDES, ["en"]))
def test_every_command_printed_does_what_it_is_printed_for(
    tag: str, office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GBV_KPI_LANG", tag)
    lines = [line for line in printed(GUIDES[tag], "sh", "") if not line.startswith(NOT_TRIED)]
    assert len(lines) > 20
    for line in lines:
        ran = tried(line.replace(A_PAST_DAY, date.today().isoformat()))  # noqa: DTZ011 -- an officer's day is local
        assert ran.code in (0, 1, 3), f"{line}: {ran.err}"
        assert not ran.err.startswith("gbv-kpi: "), f"{line}: {ran.err}"


@pytest.mark.quick(1)
@pytest.mark.parametrize("tag", GUIDES)
def test_every_command_of_a_schedule_runs(tag: str, office: Path) -> None:
    commands_printed = [
        OFFICE.sub("", line[found.end() :]).partition(" >")[0]
        for line in printed(GUIDES[tag], "crontab", "bat")
        if (found := PROGRAM.search(line))
    ]
    assert len(commands_printed) >= 3
    for command in commands_printed:
        ran = tried(f"gbv-kpi {command}")
        assert ran.code in (0, 1), f"{command}: {ran.err}"


def test_the_vietnamese_guide_names_codes_that_there_are() -> None:
    codes = re.findall(r"^\| `([\w-]+)`", GUIDES["vi"].read_text("utf-8"), re.MULTILINE)
    assert len(codes) > 10
    assert set(codes) <= set(CATALOGUE)


def test_the_reference_is_the_help() -> None:
    written = COMMANDS.read_text("utf-8")
    assert squashed(written) == squashed(reference()), "examples/COMMANDS.md: `poe reference` writes it anew"


def squashed(pages: str) -> str:
    """Help without what releases of the library write differently: an argument's kind, dots behind it, spaces."""
    return "".join(re.sub(r"<(list\[str\]|str)>|\.\.\.", "", pages).split())


@pytest.mark.parametrize("command", list(commands()), ids=" ".join)
def test_the_help_of_every_command_has_an_example_of_it(command: tuple[str, ...]) -> None:
    assert f"\n  Example: gbv-kpi {' '.join(command)}" in help_page(*command)


def test_shell_completes_commands_options_choices_without_loading_pandas() -> None:
    assert "report" in completed("gbv-kpi", "re")
    assert {"--publish", "--docx-template"} <= completed("gbv-kpi", "report", "--")
    assert {"docx", "xlsx"} <= completed("gbv-kpi", "report", "--format", "")


def test_the_session_in_python_says_what_it_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    results = doctest.testfile(str(GUIDES["en"]), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert results == (0, 7)


def completed(*words: str) -> set[str]:
    """What bash offers for the last word; the process says whether it loaded pandas, and must not."""
    script = (
        "import sys\nsys.argv = ['gbv-kpi']\nfrom gbv_kpi.cli.app import main\n"
        "try: main()\nfinally: print('pandas' in sys.modules, file=sys.stderr)"
    )
    asked = {
        "_GBV_KPI_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(words),
        "COMP_CWORD": str(len(words) - 1),
    }
    ran = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, **asked}, capture_output=True, encoding="utf-8", check=False
    )
    assert ran.stderr.strip() == "False"
    return set(ran.stdout.split())
