"""What whole processes take, alternately with what they are held against."""

import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import starmap

__all__ = ["Case", "Command", "row"]

Command = Sequence[str]

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
MEBIBYTE = 1024 if sys.platform != "darwin" else 2**20
NOT_READ = "resource-error"  # so frictionless says of a file that it did not open, with the exit code of a faulty one

# In a process of its own: the peak of a child is at least what its parent held when it started it.
TIMER = """
import os, sys, time
silent = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
started = time.perf_counter()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=silent)
_, _, used = os.wait4(child, 0)
print(time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


@dataclass(frozen=True)
class Took:
    """What one process took: seconds of wall and processor, MiB at its peak."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True)
class Case:
    """A command, what it is held against, and what must hold."""

    name: str
    command: Command
    against: str = ""
    other: Command = ()
    bound: str = ""
    runs: int = 5
    ends: tuple[int, int] = (0, 0)  # the exit codes of both when they do their work


def row(case: Case) -> str:
    """One line of the table."""
    commands = [command for command in (case.command, case.other) if command]
    for command, ends in zip(commands, case.ends, strict=False):
        _try_out(command, ends)
    runs = [[_took(command) for command in commands] for _ in range(case.runs)]
    ours, *others = [_median(times) for times in zip(*runs, strict=True)]
    cells = [case.name, f"{ours.wall:.2f}", f"{ours.cpu:.2f}", f"{ours.peak:.0f}"]
    if others:
        walls, cpus = (statistics.median(ratios) for ratios in zip(*starmap(_ratios, runs), strict=True))
        cells += [f"{case.against}: {others[0].wall:.2f} s", f"{walls:.2f}", f"{cpus:.2f}"]
    else:
        cells += ["", "", ""]
    return f"| {' | '.join([*cells, case.bound])} |"


def _try_out(command: Command, ends: int) -> None:
    """Run it once, which warms the machine, and see that it does its work: what refuses it at once is fast."""
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", env=ENVIRONMENT)
    if done.returncode != ends or NOT_READ in done.stdout:
        raise SystemExit(f"{' '.join(command)}\nended with {done.returncode}, not {ends}:\n{done.stdout}{done.stderr}")


def _took(command: Command) -> Took:
    timer = [sys.executable, "-S", "-c", TIMER, *command]
    told = subprocess.run(timer, check=True, stdout=subprocess.PIPE, env=ENVIRONMENT).stdout.split()
    wall, cpu, peak = map(float, told)
    return Took(wall, cpu, peak / MEBIBYTE)


def _ratios(ours: Took, other: Took) -> tuple[float, float]:
    return ours.wall / other.wall, ours.cpu / other.cpu


def _median(times: Sequence[Took]) -> Took:
    return Took(*(statistics.median(getattr(one, what) for one in times) for what in ("wall", "cpu", "peak")))
