"""Work in a child process: one item that crashes it or exceeds a limit fails alone."""

import faulthandler
import multiprocessing
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from gbv_kpi.errors import SourceError
from gbv_kpi.i18n import phrase
from gbv_kpi.plan import load_plan
from gbv_kpi.returns import isolation
from gbv_kpi.returns.collect import read_returns
from gbv_kpi.returns.isolation import Child, Failure, can_isolate, run_here

EXAMPLE = Path(__file__).parents[2] / "examples" / "2024" / "bieu-cheo-2024.xlsx"
pytestmark = pytest.mark.skipif(not can_isolate(), reason="needs fork and limits")


def work(item: str) -> str:
    match item:
        case "loop":
            while True:
                pass
        case "deaf":  # as a callback of the garbage collector is, which loses exceptions
            with suppress(BaseException):
                work("loop")
            work("loop")
        case "memory":
            return str(len(bytearray(2**34)))
        case "leak":
            globals()["leaked"] = bytearray(200 * 2**20)
        case "large":
            return str(len(bytearray(150 * 2**20)))
        case "abort":
            faulthandler.disable()  # pytest's would print the traceback of the child
            os.abort()
        case "refuse":
            raise SourceError(phrase("No."))
    return item.upper()


@pytest.fixture
def child() -> Iterator[Child[str, str]]:
    with closing(Child(work, seconds=1)) as child:
        yield child


@pytest.mark.slow
@pytest.mark.parametrize(
    ("item", "failure"), [("loop", Failure.LIMIT), ("memory", Failure.LIMIT), ("abort", Failure.CRASH)]
)
def test_child_at_a_limit_fails_for_that_item_alone(child: Child[str, str], item: str, failure: Failure) -> None:
    assert [child.ask(one) for one in ("a", item, "b")] == ["A", failure, "B"]


@pytest.mark.parametrize(
    ("item", "failure"),
    [
        pytest.param("loop", Failure.LIMIT, marks=pytest.mark.slow),
        pytest.param("deaf", Failure.LIMIT, marks=pytest.mark.slow),
        ("memory", Failure.LIMIT),
    ],
)
def test_work_in_this_process_is_stopped_at_a_limit(
    monkeypatch: pytest.MonkeyPatch, item: str, failure: Failure
) -> None:
    monkeypatch.setattr(isolation, "CPU_SECONDS", 0)
    before = resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGPROF)
    assert [run_here(work, given, 0) for given in ("a", item, "b")] == ["A", failure, "B"]
    assert before == (resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGPROF))
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)


def test_child_raises_what_the_work_refuses_and_goes_on(child: Child[str, str]) -> None:
    with pytest.raises(SourceError, match="No"):
        child.ask("refuse")
    assert child.ask("a") == "A"


def test_memory_that_one_item_keeps_is_not_lacking_for_the_next(child: Child[str, str]) -> None:
    assert [child.ask(one) for one in ("leak", "large")] == ["LEAK", str(150 * 2**20)]


def test_answer_larger_than_a_pipe_arrives_whole(child: Child[str, str]) -> None:
    assert child.ask("x" * 2_000_000) == "X" * 2_000_000


def test_child_is_gone_after_use() -> None:
    with closing(Child(work)) as child:
        child.ask("a")
        number = child._running[0].pid if child._running else 0
    assert not Path(f"/proc/{number}").exists()


def test_workbook_is_read_in_a_process_that_may_have_no_child() -> None:
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert not pool.apply(can_isolate)
        assert pool.apply(read_codes, (str(EXAMPLE),)) == []


def read_codes(name: str) -> list[str]:
    return [problem.code for problem in read_returns([name], load_plan()).problems]
