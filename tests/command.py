"""The command line and the engine, run for real on returns written down in a test."""

import io
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pandas as pd

from gbv_kpi.cli.app import main
from gbv_kpi.kpi.engine import evaluate
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.scorecard import Scorecard
from gbv_kpi.plan import Plan
from gbv_kpi.returns.collect import read_returns
from tests.offices import Figures, csv_text

CASES = Path(__file__).parent / "cases"

# Meets every threshold of every year.
WELL: Figures = {
    "victims": 10,
    "victims_seeking_help": 6,
    "cases_needing_help": 5,
    "cases_helped": 5,
    "officials": 40,
    "officials_trained": 40,
    "village_workers": 60,
    "village_workers_trained": 60,
    "schools": 20,
    "schools_integrating": 20,
}
UNITS_OF_2025 = ("370", "372", "373", "374", "375", "376", "377")

Row = tuple[str, int | None, Figures]


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str


class Screen(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def run(*arguments: str, stdin: bytes = b"", on_screen: bool = False) -> Ran:
    """Run `gbv-kpi` with these arguments in this process, off a terminal unless `on_screen`."""
    stdout_type = Screen if on_screen else io.TextIOWrapper
    out = stdout_type(io.BytesIO(), encoding="utf-8", newline="")
    err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")
    before = sys.argv, sys.stdin
    sys.argv, sys.stdin = ["gbv-kpi", *arguments], io.TextIOWrapper(io.BytesIO(stdin))
    code = 0
    named = patch.object(sys.modules["__main__"], "__package__", "")  # else help says `python -m pytest`
    try:
        with redirect_stdout(out), redirect_stderr(err), named:
            main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.argv, sys.stdin = before
    return Ran(code, _written(out), _written(err))


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode()


def well_but(**counts: int | None) -> Figures:
    return {**WELL, **counts}


def of_2025(changed: Mapping[str, Figures] | None = None, units: Sequence[str] = UNITS_OF_2025) -> list[Row]:
    """A row for each unit of 2025; all is well but for those changed."""
    return [(unit, 2025, (changed or {}).get(unit, WELL)) for unit in units]


def with_units_named(plan: Plan, name: str) -> Plan:
    """The plan with that name for every unit."""
    units = tuple(unit.model_copy(update={"name": name}) for unit in plan.units)
    return Plan.model_construct(**{field: getattr(plan, field) for field in Plan.model_fields} | {"units": units})


def write_csv(path: Path, plan: Plan, rows: Sequence[Row]) -> str:
    path.write_text(csv_text(plan, rows), encoding="utf-8")
    return str(path)


def judge(folder: Path, plan: Plan, rows: Sequence[Row]) -> Scorecard:
    """The scorecard of returns that have no error."""
    returns = read_returns([write_csv(folder / "returns.csv", plan, rows)], plan)
    assert [problem.code for problem in returns.problems if problem.severity == "error"] == []
    return evaluate(returns, plan)


def find(scorecard: Scorecard, indicator: str, unit: str | None = None) -> Finding:
    """The only finding of an indicator for the province or a unit."""
    (finding,) = (f for f in scorecard.findings if (f.indicator, f.unit) == (indicator, unit))
    return finding


def verdict(finding: Finding) -> tuple[int | None, int | None, Status, int | None]:
    return finding.numerator, finding.denominator, finding.status, finding.shortfall


def findings_frame(plan: Plan, findings: Iterable[Finding]) -> pd.DataFrame:
    """Return the frame of a scorecard with these findings."""
    rows = [(f.year, f.indicator, f.unit, f.numerator, f.denominator, str(f.status), f.provisional) for f in findings]
    frame = pd.DataFrame(
        rows, columns=["year", "indicator", "unit", "numerator", "denominator", "status", "provisional"]
    )
    return frame.astype(
        {
            "year": "int16",
            "indicator": pd.CategoricalDtype(list(plan.indicator_by_id)),
            "unit": "category",
            "numerator": "Int64",
            "denominator": "Int64",
            "status": pd.CategoricalDtype(list(map(str, Status))),
            "provisional": bool,
        }
    )
