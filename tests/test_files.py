"""Very many small files are read by several processes, and nothing else changes by it."""

import errno
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing import get_start_method, parent_process
from pathlib import Path
from typing import Any

import pytest

from gbv_kpi import read_returns
from gbv_kpi.plan import Plan
from gbv_kpi.returns import read_files as module
from gbv_kpi.returns.read_files import WORTH_A_PROCESS, FileFound, cores, read_files
from gbv_kpi.sheets.sources import RETURN_SUFFIXES, Source, open_source
from tests.bench.written import write_forms
from tests.command import CASES, run
from tests.reading.sending import send
from tests.test_every_code import SENT


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Files with every problem that there is, and the sample returns."""
    folder = tmp_path_factory.mktemp("inbox")
    sent = [send(folder, make(), f"{number:03}") for number, make in enumerate(SENT.values())]
    samples = sorted(path for path in CASES.iterdir() if path.suffix in RETURN_SUFFIXES)
    return [str(path) for path in (*sent, *samples) if path.stat().st_size <= module.SMALL]


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second process for the second file on."""
    monkeypatch.setattr(module, "WORTH_A_PROCESS", 1)


@pytest.fixture
def handed_over(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many files were handed over by other processes, call by call."""
    seen: list[int] = []
    read_side_by_side = module._read_side_by_side

    def counted(names: Sequence[str], *how: Any) -> list[FileFound | None] | None:
        found = read_side_by_side(names, *how)
        seen.append(sum(file is not None for file in found or ()))
        return found

    monkeypatch.setattr(module, "_read_side_by_side", counted)
    return seen


@pytest.mark.parametrize("listed", [True, False])
def test_all_that_arrives_is_read_the_same_side_by_side(
    plan: Plan, names: list[str], eager: None, handed_over: list[int], listed: bool
) -> None:
    plan = plan if listed else plan.model_copy(update={"units": ()})
    alone, together = read_returns(names, plan), read_returns(names, plan, processes=2)
    assert handed_over == [len(names)]
    assert list(together.problems) == list(alone.problems)
    assert len({problem.code for problem in alone.problems}) > 30
    assert together.frame.equals(alone.frame)
    assert list(together.received) == list(alone.received)
    assert (together.files, together.refused) == (alone.files, alone.refused)


def test_files_are_watched_in_the_order_of_their_names(plan: Plan, names: list[str], eager: None) -> None:
    seen: list[str] = []

    def watch(names: Sequence[str]) -> Iterator[str]:
        for name in names:
            yield name
            seen.append(name)

    found = read_files(names, plan, None, watch, processes=3)
    assert [file.name for file in found] == seen == names


def test_few_files_and_large_ones_need_no_other_process(
    plan: Plan, names: list[str], tmp_path: Path, eager: None, handed_over: list[int]
) -> None:
    large = tmp_path / "large.csv"
    large.write_bytes(b" " * (module.SMALL + 1))
    for some, processes in ((names[:1], 2), ([*names[:1], str(large)], 2), (names[:3], 1)):
        assert len(read_files(some, plan, None, processes=processes)) == len(some)
    assert handed_over == []


def test_a_file_with_very_many_problems_is_not_handed_over(
    plan: Plan, names: list[str], eager: None, handed_over: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_PROBLEMS", 1)
    together, alone = read_files(names, plan, None, processes=2), read_files(names, plan, None)
    assert handed_over == [sum(len(file.problems) < 2 for file in alone)] != [len(names)]
    assert [list(file.problems) for file in together] == [list(file.problems) for file in alone]


@pytest.mark.skipif(get_start_method() != "fork", reason="a patch reaches only a process that is forked")
def test_a_file_that_is_gone_meanwhile_is_told(
    plan: Plan, names: list[str], eager: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = names[len(names) // 2]
    monkeypatch.setattr(module, "open_source", lambda name: open_source("gone.xlsx" if name == gone else name))
    files = read_files(names, plan, None, processes=2)
    assert [(file.name, [problem.code for problem in file.problems]) for file in files if not file.sha256] == [
        (gone, ["unreadable-file"])
    ]


@pytest.mark.skipif(get_start_method() != "fork", reason="a patch reaches only a process that is forked")
def test_where_a_process_is_killed_one_reads_them_all(
    plan: Plan, names: list[str], eager: None, handed_over: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(name: str) -> Source:
        if parent_process() is not None and name == names[-1]:
            os.kill(os.getpid(), signal.SIGKILL)
        return open_source(name)

    monkeypatch.setattr(module, "open_source", killed)
    assert [file.name for file in read_files(names, plan, None, processes=2)] == names
    assert handed_over == [0]


@pytest.mark.skipif(get_start_method() != "fork", reason="counts what is forked")
@pytest.mark.parametrize("allowed", [0, 1])
def test_where_no_more_processes_may_begin_one_reads_them_all(
    plan: Plan, names: list[str], eager: None, handed_over: list[int], monkeypatch: pytest.MonkeyPatch, allowed: int
) -> None:
    forks, fork = iter(range(allowed)), os.fork

    def bounded() -> int:
        if next(forks, None) is None:
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        return fork()

    monkeypatch.setattr(os, "fork", bounded)
    assert [file.name for file in read_files(names, plan, None, processes=2)] == names
    assert handed_over == [0]


def test_standard_input_is_read_by_the_process_that_has_it(
    plan: Plan, names: list[str], eager: None, handed_over: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("-").write_text("not what is meant", "utf-8")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path(names[-1]).read_bytes())))
    *_, last = read_files([*names[:3], "-"], plan, None, processes=2)
    assert (last.name, len(last.batches), handed_over) == ("-", 1, [])


def test_a_thousand_forms_are_judged_like_one_table(tmp_path: Path) -> None:
    plan, folder, table = write_forms(tmp_path, 1000, "csv")
    assert run("check", folder, "--plan", plan) == run("check", table, "--plan", plan)


def test_where_there_are_no_means_for_processes_one_reads_them_all(tmp_path: Path) -> None:
    plan, folder, table = write_forms(tmp_path, 2 * WORTH_A_PROCESS, "csv")
    without = "import sys; sys.modules['_multiprocessing'] = None; from gbv_kpi.__main__ import main; main()"
    command = [sys.executable, "-c", without, "check", folder, "--plan", plan]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert (done.stdout, done.stderr, done.returncode) == (run("check", table, "--plan", plan).out, "", 1)


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal of POSIX")
@pytest.mark.skipif(cores() < 2, reason="one core reads alone")
@pytest.mark.parametrize(
    ("sent", "to_all", "code"),
    [(signal.SIGINT, True, 130), (signal.SIGTERM, False, -signal.SIGTERM), (signal.SIGKILL, False, -signal.SIGKILL)],
)
def test_no_process_is_left_behind(tmp_path: Path, sent: signal.Signals, to_all: bool, code: int) -> None:
    plan, folder, _ = write_forms(tmp_path, 3000, "csv")
    command = [sys.executable, "-m", "gbv_kpi", "check", folder, "--plan", plan]
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while process.poll() is None and len(members(process.pid)) < 3:
        time.sleep(0.01)
    (os.killpg if to_all else os.kill)(process.pid, sent)
    out, err = process.communicate(timeout=30)  # ends when nobody can write there any more
    assert (process.returncode, out, err) == (code, b"", b"")
    deadline = time.monotonic() + 10  # one ends when the one before it has
    while time.monotonic() < deadline and members(process.pid):
        time.sleep(0.01)
    assert members(process.pid) == []


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal of POSIX")
def test_who_interrupts_twice_does_not_wait(tmp_path: Path) -> None:
    plan, folder, _ = write_forms(tmp_path, 3000, "csv")
    command = [sys.executable, "-m", "gbv_kpi", "check", folder, "--plan", plan]
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while process.poll() is None and len(members(process.pid)) < min(3, cores() + 1):
        time.sleep(0.01)
    for _ in range(2):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.05)
    process.communicate(timeout=30)
    assert process.returncode in {130, -signal.SIGINT}


def members(session: int) -> list[str]:
    """The processes of a session that are still at work."""
    listed = subprocess.run(["ps", "-s", str(session), "-o", "pid=,stat="], capture_output=True, text=True, check=False)
    return [line for line in listed.stdout.splitlines() if "Z" not in line]
