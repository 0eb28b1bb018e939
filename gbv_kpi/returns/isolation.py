"""Run work within limits on memory and processor time, in a child process or in this one.

A workbook is read by libraries that a damaged or malicious file can crash, or make ask for any amount of memory. One
child reads file after file; when it ends or reaches a limit, that file alone has failed, and another child goes on.
A plain text crashes nothing: it is read in this process, which saves handing over a million cells.
"""

import os
import pickle
import signal
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from pathlib import Path
from typing import Any, Generic, TypeVar

from gbv_kpi.errors import GbvKpiError

try:
    import resource
except ImportError:  # Windows has neither limits nor fork: there the bounds of each reader must do
    resource = None  # type: ignore[assignment]

MEMORY_BYTES = 256 * 2**20  # on top of what the process has when the child begins
CPU_SECONDS = 6
BYTES_PER_SECOND = 2**22  # a larger file may take longer
_LENGTH = struct.Struct("!Q")

T = TypeVar("T")
R = TypeVar("R")


class Failure(Enum):
    """Why a child gave no answer."""

    TIME = auto()
    MEMORY = auto()
    CRASH = auto()


class OutOfTimeError(BaseException):
    """The limit on processor time is reached; no reader takes it for a fault of its file."""


def run_here(work: Callable[[T], R], item: T, size: int) -> R | Failure:
    """Return what the work gives for an item of so many bytes, or why it failed, without a child."""
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


class Child(Generic[T, R]):
    """A child process that works on one item after the other; started when first asked."""

    def __init__(self, work: Callable[[T], R], seconds: int) -> None:
        self._work, self._seconds = work, seconds
        self._process: tuple[int, int, int] | None = None  # its number, where to write and where to read

    def ask(self, item: T, size: int = 0) -> R | Failure:
        """Return what the work gives for an item of so many bytes, or why it failed. Raises its `GbvKpiError`."""
        if self._process is None:
            self._process = _start(self._work, self._seconds)
        _, requests, answers = self._process
        with suppress(BrokenPipeError):  # a child that has ended says nothing below
            _send(requests, pickle.dumps((item, size), pickle.HIGHEST_PROTOCOL))
        answer = _receive(answers)
        if answer is None:
            return self._end()
        content: GbvKpiError | Failure | R = pickle.loads(answer)  # noqa: S301  # written by our own child
        if isinstance(content, GbvKpiError):
            raise content
        if content is Failure.MEMORY:
            self.close()
        return content

    def _end(self) -> Failure:
        process, self._process = self._process, None
        if process is None:
            return Failure.CRASH
        status = _reap(process)
        return Failure.TIME if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU else Failure.CRASH

    def close(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.kill(self._process[0], signal.SIGKILL)
            self._end()


@contextmanager
def child_for(work: Callable[[T], R], seconds: int = CPU_SECONDS) -> Iterator[Child[T, R]]:
    """Give a child for some work, each item within so many seconds, and end it afterwards whatever happens."""
    child = Child(work, seconds)
    try:
        yield child
    finally:
        child.close()


def can_isolate() -> bool:
    return resource is not None and hasattr(os, "fork")


def _start(work: Callable[[Any], Any], seconds: int) -> tuple[int, int, int]:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    (request_end, requests), (answers, answer_end) = os.pipe(), os.pipe()
    number = os.fork()
    if number == 0:
        os.close(requests)
        os.close(answers)
        try:
            _serve(work, seconds, request_end, answer_end)
        finally:
            os._exit(1)  # nothing of the parent's is flushed or cleaned up twice
    os.close(request_end)
    os.close(answer_end)
    return number, requests, answers


def _serve(work: Callable[[Any], Any], seconds: int, requests: int, answers: int) -> None:
    """Answer requests until the parent closes its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted, and ends its child
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # a library that aborts prints a backtrace
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    in_use = _memory_in_use()
    while (request := _receive(requests)) is not None:
        item, size = pickle.loads(request)  # noqa: S301  # written by our own parent
        _set_limits(in_use + MEMORY_BYTES, size, seconds)
        try:
            answer = pickle.dumps(work(item), pickle.HIGHEST_PROTOCOL)
        except MemoryError:
            answer = pickle.dumps(Failure.MEMORY)
        except GbvKpiError as error:
            answer = pickle.dumps(error)
        _send(answers, answer)


def _set_limits(memory: int, size: int, seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + seconds + size // BYTES_PER_SECOND)


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _memory_in_use() -> int:
    """Return the bytes of address space in use; 0 where the system does not say, and the limit is then generous."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return 2**33


def _send(pipe: int, content: bytes) -> None:
    view = memoryview(_LENGTH.pack(len(content)) + content)
    while view:
        view = view[os.write(pipe, view) :]


def _receive(pipe: int) -> bytes | None:
    """Return the next message; None where the other side is gone."""
    head = _read(pipe, _LENGTH.size)
    return None if head is None else _read(pipe, _LENGTH.unpack(head)[0])


def _read(pipe: int, count: int) -> bytes | None:
    pieces: list[bytes] = []
    while count:
        piece = os.read(pipe, min(count, 2**20))
        if not piece:
            return None
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)


def _reap(process: tuple[int, int, int]) -> int:
    number, requests, answers = process
    os.close(requests)
    os.close(answers)
    _, status = os.waitpid(number, 0)
    return status
