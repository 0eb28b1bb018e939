"""Run work within limits on memory and processor time, in a child process or in this one.

A workbook is read by libraries that a damaged or malicious file can crash, or make ask for any amount of memory. One
child reads file after file; when it ends or reaches a limit, that file alone has failed, and another child goes on.
A plain text crashes nothing: it is read in this process, which saves handing over a million cells (0.5 s).
"""

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

from gbv_kpi.errors import GbvKpiError

try:
    import resource
except ImportError:  # Windows has neither limits nor fork: there the bounds of each reader must do
    resource = None  # type: ignore[assignment]

MEMORY_BYTES = 256 * 2**20  # on top of what the process has when the child begins
CPU_SECONDS = 6
BYTES_PER_SECOND = 2**22  # a larger file may take longer

T = TypeVar("T")
R = TypeVar("R")


class Failure(Enum):
    """Why a child gave no answer."""

    TIME = auto()
    MEMORY = auto()
    CRASH = auto()


class OutOfTimeError(BaseException):
    """The limit on processor time is reached; no reader takes it for a fault of its file."""


def can_isolate() -> bool:
    return resource is not None and hasattr(os, "fork")


def run_here(work: Callable[[T], R], item: T, size: int) -> R | Failure:
    """Return what the work gives for an item of this many bytes, or why it failed, without a child."""
    try:
        with _limits(size):
            return work(item)
    except MemoryError:
        return Failure.MEMORY
    except OutOfTimeError:
        return Failure.TIME


@contextmanager
def _limits(size: int) -> Iterator[None]:
    """Limit this process for a while, where the system can and its signals are heard."""
    if not can_isolate() or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = [(kind, resource.getrlimit(kind)) for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU)]
    handler = signal.signal(signal.SIGXCPU, _stop)
    try:
        _set_limits(_memory_in_use() + MEMORY_BYTES + 10 * size, size, CPU_SECONDS)
        yield
    finally:
        for kind, limits in before:
            resource.setrlimit(kind, limits)
        signal.signal(signal.SIGXCPU, handler)


def _stop(*_: object) -> None:
    raise OutOfTimeError


@dataclass(frozen=True, slots=True)
class _Process:
    """A running child, and the pipes to ask it and to hear it."""

    number: int
    requests: BinaryIO
    answers: BinaryIO

    def wait(self) -> int:
        """Return how it ended, once it has."""
        with suppress(BrokenPipeError):  # a request that it did not read
            self.requests.close()
        self.answers.close()
        return os.waitpid(self.number, 0)[1]


class Child(Generic[T, R]):
    """A child process that works on one item after the other; started when first asked."""

    def __init__(self, work: Callable[[T], R], seconds: int) -> None:
        self._work, self._seconds = work, seconds
        self._process: _Process | None = None

    def ask(self, item: T, size: int = 0) -> R | Failure:
        """Return what the work gives for an item of this many bytes, or why it failed. Raises its `GbvKpiError`."""
        if self._process is None:
            self._process = _start(self._work, self._seconds)
        try:
            with suppress(BrokenPipeError):  # the child has ended, and no answer follows
                _send(self._process.requests, (item, size))
            answer: GbvKpiError | Failure | R = pickle.load(self._process.answers)  # noqa: S301  # of our own child
        except (EOFError, pickle.UnpicklingError):
            status, self._process = self._process.wait(), None
            is_time = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU
            return Failure.TIME if is_time else Failure.CRASH
        if isinstance(answer, GbvKpiError):
            raise answer
        if answer is Failure.MEMORY:
            self.close()
        return answer

    def close(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.kill(self._process.number, signal.SIGKILL)
            self._process.wait()
            self._process = None


@contextmanager
def child_for(work: Callable[[T], R], seconds: int = CPU_SECONDS) -> Iterator[Child[T, R]]:
    """Give a child for some work, each item within these seconds, and end it afterwards whatever happens."""
    child = Child(work, seconds)
    try:
        yield child
    finally:
        child.close()


def _start(work: Callable[[Any], Any], seconds: int) -> _Process:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    (request_end, requests), (answers, answer_end) = os.pipe(), os.pipe()
    number = os.fork()
    if number == 0:
        os.close(requests)
        os.close(answers)
        try:
            _serve(work, seconds, os.fdopen(request_end, "rb"), os.fdopen(answer_end, "wb"))
        finally:
            os._exit(1)  # nothing of the parent's is flushed or cleaned up twice
    os.close(request_end)
    os.close(answer_end)
    return _Process(number, os.fdopen(requests, "wb"), os.fdopen(answers, "rb"))


def _serve(work: Callable[[Any], Any], seconds: int, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until the parent closes its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted, and ends its child
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # a library that aborts prints a backtrace
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    in_use = _memory_in_use()
    while True:
        item, size = pickle.load(requests)  # noqa: S301  # written by our own parent
        _set_limits(in_use + MEMORY_BYTES, size, seconds)
        try:
            _send(answers, work(item))
        except MemoryError:
            _send(answers, Failure.MEMORY)
        except GbvKpiError as error:
            _send(answers, error)


def _send(pipe: BinaryIO, content: object) -> None:
    pipe.write(pickle.dumps(content, pickle.HIGHEST_PROTOCOL))  # whole: where memory ends, nothing of it is sent
    pipe.flush()


def _set_limits(memory: int, size: int, seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = int(used.ru_utime + used.ru_stime) + 1 + seconds + size // BYTES_PER_SECOND
    for kind, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, cpu)):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _memory_in_use() -> int:
    """Return the bytes of address space in use; a generous number where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return 2**33
