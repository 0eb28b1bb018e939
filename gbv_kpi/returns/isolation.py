"""Run work within limits on memory and processor time, in a child process or in this one.

A workbook is read by libraries that a damaged or malicious file can crash, or make ask for any amount of memory. One
child reads file after file; when it ends or reaches a limit, that file alone has failed, and another child goes on.
A plain text crashes nothing: it is read in this process, which saves handing over a million cells.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from gbv_kpi.errors import GbvKpiError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

try:
    import resource
except ImportError:  # Windows has no limits and no fork: there only the bounds of each reader hold
    resource = None  # type: ignore[assignment]

MEMORY_BYTES = 256 * 2**20  # on top of what the process has when the child begins
CPU_SECONDS = 6
BYTES_PER_SECOND = 2**22  # a larger file may take longer

T = TypeVar("T")
R = TypeVar("R")


class Failure(Enum):
    """Why a child gave no answer."""

    LIMIT = auto()  # of time or memory
    CRASH = auto()


class OutOfTimeError(BaseException):
    """The limit on processor time is reached; no reader takes it for a fault of its file."""


def run_here(work: Callable[[T], R], item: T, size: int) -> R | Failure:
    """Work on an item of `size` bytes in this process; return the result, or why it failed."""
    try:
        with _limits(size):
            return work(item)
    except (MemoryError, OutOfTimeError):
        return Failure.LIMIT


@contextmanager
def _limits(size: int) -> Iterator[None]:
    """Limit this process for a while, where the system can and this thread receives signals."""
    if resource is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    memory = resource.getrlimit(resource.RLIMIT_AS)
    handler = signal.signal(signal.SIGPROF, _stop)
    try:
        try:
            _set_limits(_memory_in_use() + MEMORY_BYTES + 10 * size, size, CPU_SECONDS)
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    finally:  # even if the signal came while the timer was stopped
        resource.setrlimit(resource.RLIMIT_AS, memory)
        signal.signal(signal.SIGPROF, handler)


def _stop(*_: object) -> None:
    raise OutOfTimeError


class Child(Generic[T, R]):
    """A child process that works on one item after the other, `seconds` for each; started when first asked."""

    def __init__(self, work: Callable[[T], R], seconds: int = CPU_SECONDS) -> None:
        self._work, self._seconds = work, seconds
        self._running: tuple[BaseProcess, Connection] | None = None

    def ask(self, item: T, size: int = 0) -> R | Failure:
        """Work on an item of `size` bytes; return the result, or why it failed. Raises `GbvKpiError` of the work.

        Where a process may have no child, the work is done in this one.
        """
        if not can_isolate():
            return run_here(self._work, item, size)
        process, pipe = self._running = self._running or _start(self._work, self._seconds)
        try:
            pipe.send((item, size))
            answer: GbvKpiError | Failure | R
            answer, is_worn = pipe.recv()
        except (OSError, EOFError):  # it ended before or while it answered
            self.close()
            return Failure.LIMIT if process.exitcode == -signal.SIGPROF else Failure.CRASH
        if is_worn:
            self.close()
        if isinstance(answer, GbvKpiError):
            raise answer
        return answer

    def close(self) -> None:
        if self._running is not None:
            process, pipe = self._running
            self._running = None
            process.kill()
            process.join()
            pipe.close()


def can_isolate() -> bool:
    from multiprocessing import current_process

    return resource is not None and hasattr(os, "fork") and not current_process().daemon  # which may have no child


def _start(work: Callable[[Any], Any], seconds: int) -> "tuple[BaseProcess, Connection]":
    from multiprocessing import get_context

    context = get_context("fork")
    pipe, end_of_child = context.Pipe()
    process = context.Process(target=_serve, args=(work, seconds, pipe, end_of_child), daemon=True)
    process.start()
    end_of_child.close()
    return process, pipe


def _serve(work: Callable[[Any], Any], seconds: int, end_of_parent: "Connection", pipe: "Connection") -> None:
    """Answer requests until the parent closes its end, which is an `EOFError`."""
    end_of_parent.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted, and ends its child
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # ends this process, whatever a library is doing
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # a library that aborts prints a backtrace
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    in_use = _memory_in_use()

    def send(answer: object) -> None:
        # Freed memory is often not given back, and would be lacking for the next item.
        pipe.send((answer, answer is Failure.LIMIT or _memory_in_use() > in_use + MEMORY_BYTES / 4))

    while True:
        item, size = pipe.recv()
        _set_limits(in_use + MEMORY_BYTES, size, seconds)
        try:
            send(work(item))
        except MemoryError:
            send(Failure.LIMIT)
        except GbvKpiError as error:
            send(error)


def _set_limits(memory: int, size: int, seconds: int) -> None:
    """Limit memory, and let SIGPROF end the work after its processor time.

    The timer counts from now, unlike RLIMIT_CPU, which compares the time of the whole process. The system counts that
    in ticks, and on a busy machine ten minutes of tests were 7 s longer than `getrusage` said (2026-11-26).
    """
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (memory if hard == resource.RLIM_INFINITY else min(memory, hard), hard))
    # Repeated each second: an exception is lost if it is raised in a callback of the garbage collector.
    signal.setitimer(signal.ITIMER_PROF, 1 + seconds + size / BYTES_PER_SECOND, 1)


def _memory_in_use() -> int:
    """Return the bytes of address space in use; 8 GiB, a generous guess, where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return 2**33
