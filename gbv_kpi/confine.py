"""Run work on a file from outside in a child process that has limits: whatever the file holds, it can be refused."""

import os
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from gbv_kpi.errors import GbvKpiError

T = TypeVar("T")


class LimitReachedError(Exception):
    """The work ended without a result: it took too long, too much memory, or its process crashed."""


def confined(work: Callable[[], T], seconds: int, memory: int) -> T:
    """Return the result of `work`, which may take this much CPU time and this many bytes more than we have now.

    Raises the `GbvKpiError` that `work` raises, and `LimitReachedError`. Without fork, `work` runs in this process.
    """
    if sys.platform == "win32" or not hasattr(os, "fork"):
        return work()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            _limit(seconds, memory)
            with os.fdopen(writer, "wb") as pipe:
                pickle.dump(_outcome(work), pipe)
        except BaseException:
            os._exit(1)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    if status:
        raise LimitReachedError
    result, error = pickle.loads(answer)  # noqa: S301  # our own child's
    if error is not None:
        raise error
    return result  # type: ignore[no-any-return]  # what `work` returned


def _outcome(work: Callable[[], T]) -> tuple[T | None, GbvKpiError | None]:
    try:
        return work(), None
    except GbvKpiError as error:
        return None, error.with_traceback(None)


def _limit(seconds: int, memory: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    statm = Path("/proc/self/statm")
    if statm.exists():  # Linux: elsewhere the size of the address space is not to be had
        size = int(statm.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + memory, size + memory))
