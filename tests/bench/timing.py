"""Time whole processes, each alternately with what it is compared with."""

import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

Command = Sequence[str]

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
MEBIBYTE = 1024 if sys.platform != "darwin" else 2**20

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
    """What one process took: seconds of processor (user and system) and wall, MiB at its peak."""

    cpu: float
    wall: float
    peak: float

    def over(self, other: "Took") -> "Took":
        """Return the ratios to another process."""
        return Took(self.cpu / other.cpu, self.wall / other.wall, self.peak / other.peak)


@dataclass(frozen=True)
class Limits:
    """The most that a process may take: of what it is compared with, in seconds of processor, in MiB."""

    cpu_ratio: float | None = None
    peak_ratio: float | None = None
    cpu: float | None = None
    peak: float | None = None

    def exceeded(self, took: Took, ratios: Took | None) -> bool:
        pairs = [(took.cpu, self.cpu), (took.peak, self.peak)]
        if ratios is not None:
            pairs += [(ratios.cpu, self.cpu_ratio), (ratios.peak, self.peak_ratio)]
        return any(limit is not None and found > limit for found, limit in pairs)

    def __str__(self) -> str:
        named = (
            (self.cpu_ratio, "{:g} × CPU"),
            (self.peak_ratio, "{:g} × memory"),
            (self.cpu, "{:g} s CPU"),
            (self.peak, "{:g} MiB"),
        )
        return ", ".join(text.format(limit) for limit, text in named if limit is not None)


@dataclass(frozen=True)
class Case:
    """A command, what it is compared with, and what it may take."""

    name: str
    command: Command
    code: int = 0  # the exit code when it does its work
    against: str = ""
    other: Command = ()
    other_code: int = 0
    limits: Limits = Limits()
    runs: int = 5


@dataclass(frozen=True)
class Result:
    """Medians of a case: of its command, of the other one, and of the ratios of each pair of runs."""

    case: Case
    ours: Took
    other: Took | None = None
    ratios: Took | None = None

    @property
    def is_over(self) -> bool:
        return self.case.limits.exceeded(self.ours, self.ratios)

    def row(self) -> str:
        """Return the line of the table."""
        cells = [self.case.name, _shown(self.ours)]
        if self.other is not None and self.ratios is not None:
            cells += [f"{self.case.against}: {_shown(self.other)}"]
            cells += [f"{ratio:.2f}" for ratio in (self.ratios.cpu, self.ratios.wall, self.ratios.peak)]
        else:
            cells += [""] * 4
        limits = str(self.case.limits)
        return f"| {' | '.join([*cells, limits and f'{limits}: ' + ('OVER' if self.is_over else 'kept')])} |"


HEAD = """\
| process | CPU s, wall s, MiB | against | CPU ratio | wall ratio | memory ratio | at most |
|---|---|---|---|---|---|---|"""


def timed(case: Case) -> Result:
    """Run both commands of a case in turn, the first of each pair changing, after one run that warms the machine."""
    _try_out(case.command, case.code)
    if not case.other:
        return Result(case, _median([_took(case.command) for _ in range(case.runs)]))
    _try_out(case.other, case.other_code)
    ours: list[Took] = []
    others: list[Took] = []
    for run in range(case.runs):
        for command, times in ((case.command, ours), (case.other, others))[:: -1 if run % 2 else 1]:
            times.append(_took(command))
    ratios = [one.over(other) for one, other in zip(ours, others, strict=True)]
    return Result(case, _median(ours), _median(others), _median(ratios))


def _try_out(command: Command, code: int) -> None:
    """Run it once and see that it does its work: what refuses it at once is fast."""
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", env=ENVIRONMENT)
    if done.returncode != code:
        raise SystemExit(f"{' '.join(command)}\nended with {done.returncode}, not {code}:\n{done.stdout}{done.stderr}")


def _took(command: Command) -> Took:
    timer = [sys.executable, "-S", "-c", TIMER, *command]
    printed = subprocess.run(timer, check=True, stdout=subprocess.PIPE, env=ENVIRONMENT).stdout.split()
    wall, cpu, peak = map(float, printed)
    return Took(cpu, wall, peak / MEBIBYTE)


def _median(times: Sequence[Took]) -> Took:
    return Took(*(statistics.median(getattr(one, name) for one in times) for name in ("cpu", "wall", "peak")))


def _shown(took: Took) -> str:
    return f"{took.cpu:.2f}, {took.wall:.2f}, {took.peak:.0f}"
