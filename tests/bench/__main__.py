"""Whole processes timed side by side: against plain pandas, against bare imports, or against another checkout.

    python -m tests.bench [CASE ...] [--against PYTHON] [--python PYTHON] [--runs N]

Prints medians of processor time (user and system), wall time and peak memory, and the medians of the ratios of each
pair of runs. Machines are noisy: compare ratios, and processor time where others use the machine too. The tool is
timed as officers have it, installed by pip (which compiles it) into an environment of its own, unless --python names
one that has it. Plain pandas, in the same environment, reads the same file and sums it up by year.

--against PYTHON runs the same commands on the same files with the gbv-kpi beside that interpreter and prints the
ratios of both. Exit code 1: something took more than it may.
"""

import argparse
import atexit
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gbv_kpi import load_plan
from tests.bench.timing import HEAD, Case, Command, Limits, timed
from tests.bench.written import write_any, write_forms, write_million, write_xlsx
from tests.ledger.country import write_country, write_listed, write_merged
from tests.make_examples import rows_of
from tests.offices import compiled_table

ROOT = Path(__file__).parents[2]
IMPORTS = "import typer, rich, pydantic, pandas, python_calamine"  # what `check` of a workbook loads
PLAIN_CSV = """
import sys
import pandas as pd
frame = pd.read_csv(sys.argv[1]{separator})
print(frame.groupby("Năm").sum(numeric_only=True))
"""
PLAIN_XLSX = """
import sys
import pandas as pd
frame = pd.read_excel(sys.argv[1], engine="calamine")
print(frame.groupby("Năm").sum(numeric_only=True))
"""


@dataclass(frozen=True)
class Environment:
    """An environment that has gbv-kpi and what it needs."""

    python: Path

    def tool(self, *arguments: str) -> Command:
        return (str(self.python.parent / "gbv-kpi"), *arguments)

    def script(self, *arguments: str) -> Command:
        return (str(self.python), "-c", *arguments)


def install() -> Environment:
    """Install the checkout with pip into a new environment."""
    folder = tempfile.mkdtemp(prefix="gbv-kpi-bench-")
    atexit.register(shutil.rmtree, folder)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([f"{folder}/bin/python", "-m", "pip", "install", "-q", str(ROOT)], check=True)
    return Environment(Path(folder, "bin", "python"))


# -------------------------------------------------------------------------------- the cases


def start(folder: Path, env: Environment) -> Iterator[Case]:
    bare = env.script("import typer, rich")
    for command, most in (("--help", 1.3), ("--version", 1.3), ("explain", 1.3), ("plan show", 3)):
        yield Case(
            f"`{command}`",
            env.tool(*command.split()),
            against="`import typer, rich`",
            other=bare,
            limits=Limits(cpu_ratio=most),
            runs=15,
        )


def province(folder: Path, env: Environment) -> Iterator[Case]:
    path = folder / "province.xlsx"
    compiled_table(load_plan(), 2023, rows_of(2023)).save(path)
    yield Case(
        "`check` one province's XLSX",
        env.tool("check", str(path)),
        against="importing the same libraries",
        other=env.script(IMPORTS),
        limits=Limits(cpu_ratio=1.2),
        runs=15,
    )


def country(folder: Path, env: Environment) -> Iterator[Case]:
    plan, returns = write_country(folder)
    workbook = write_xlsx(returns, folder / "country.xlsx")
    plain = PLAIN_CSV.format(separator=', sep=";"')
    for name, path, script, most in (("CSV", returns, plain, 1.2), ("XLSX", workbook, PLAIN_XLSX, 1.1)):
        check = env.tool("check", path, "--plan", plan)
        yield Case(
            f"`check` 53,000 returns, {name}",
            check,
            code=1,
            against="plain pandas",
            other=env.script(script, path),
            limits=Limits(cpu_ratio=most),
        )
    check = env.tool("check", returns, "--plan", plan)
    listed = env.tool("check", returns, "--plan", write_listed(folder / "listed.toml"))
    merged = env.tool("check", returns, "--plan", write_merged(folder / "merged.toml"))
    lines = Path(returns).read_text("utf-8").splitlines(keepends=True)
    (folder / "twice.csv").write_text("".join([*lines, *lines[1:]]), "utf-8")
    twice = env.tool("check", str(folder / "twice.csv"), "--plan", plan)
    for name, command, code in (
        ("the plan's communes in a CSV", listed, 1),
        ("every three communes merged since", merged, 1),
        ("each return twice", twice, 3),
    ):
        yield Case(f"the same CSV, {name}", command, code, "the CSV as it is", check, 1)


def million(folder: Path, env: Environment) -> Iterator[Case]:
    plan = write_any(folder)
    clean = write_million(folder / "clean.csv", load_plan(), 1_000_000)
    faulty = write_million(folder / "faulty.csv", load_plan(), 1_000_000, 0.01)
    check = env.tool("check", clean, "--plan", plan)
    yield Case(
        "`check` 1,000,000 returns, CSV",
        check,
        code=1,
        against="plain pandas",
        other=env.script(PLAIN_CSV.format(separator=""), clean),
        limits=Limits(cpu_ratio=1.75, peak_ratio=1.25),
    )
    yield Case("the same, 1% faulty", env.tool("check", faulty, "--plan", plan), 3, "the clean ones", check, 1, runs=3)


def faults(folder: Path, env: Environment) -> Iterator[Case]:
    path = write_million(folder / "faults.csv", load_plan(), 60_000, 1)
    check = env.tool("check", path, "--plan", write_any(folder))
    yield Case("`check` 60,000 returns, each with a fault", check, 3, limits=Limits(cpu=5, peak=500))


def forms(folder: Path, env: Environment) -> Iterator[Case]:
    plan, many, one = write_forms(folder, 1000, "xlsx")
    check, table = (env.tool("check", path, "--plan", plan) for path in (many, one))
    yield Case("`check` 1,000 XLSX forms", check, 1, "one workbook with all of them", table, 1)


def ledger(folder: Path, env: Environment) -> Iterator[Case]:
    plan, returns = write_country(folder)
    held = ("--plan", plan, "--ledger", str(folder / "ledger.db"))
    subprocess.run(env.tool("submit", returns, *held), check=True, stdout=subprocess.DEVNULL)
    for name, more in (("table", ()), ("JSON", ("--format", "json"))):
        report = env.tool("report", "--year", "2025", *held, *more)
        yield Case(f"`report --year 2025` from a ledger of 53,000 returns, {name}", report, 1)


def reports(folder: Path, env: Environment) -> Iterator[Case]:
    examples = str(ROOT / "examples" / "2025")
    for kind in ("html", "xlsx", "docx"):
        output = str(folder / f"report.{kind}")
        command = env.tool("report", "--year", "2025", examples, "--format", kind, "--output", output)
        yield Case(f"`report --format {kind}` of one province", command, 1, limits=Limits(cpu=2))


CASES: Sequence[Callable[[Path, Environment], Iterator[Case]]] = (
    start,
    province,
    country,
    million,
    faults,
    forms,
    ledger,
    reports,
)


def paired(cases: Iterator[Case], others: Iterator[Case]) -> Iterator[Case]:
    """Yield the cases of one environment, each against the same case of the other."""
    for case, other in zip(cases, others, strict=True):
        yield replace(
            case, against="the other", other=other.command, other_code=other.code, limits=Limits(), runs=case.runs
        )


def main() -> None:
    names = [cases.__name__ for cases in CASES]
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("case", nargs="*", help=f"of {', '.join(names)}; all without one")
    parser.add_argument("--against", type=Path, metavar="PYTHON", help="compare with the gbv-kpi beside it")
    parser.add_argument(
        "--python", type=Path, metavar="PYTHON", help="time the gbv-kpi beside it: nothing is installed"
    )
    parser.add_argument("--runs", type=int, metavar="N", help="runs of each process, else 5, or 15 of short ones")
    asked = parser.parse_args()
    if strange := set(asked.case) - set(names):
        parser.error(f"no such case: {', '.join(sorted(strange))}")
    env = Environment(asked.python) if asked.python else install()
    is_over = False
    print(HEAD)
    for cases in CASES:
        if asked.case and cases.__name__ not in asked.case:
            continue
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
            chosen = cases(Path(folder), env)
            if asked.against:
                chosen = paired(chosen, cases(Path(other), Environment(asked.against)))
            for case in chosen:
                result = timed(replace(case, runs=asked.runs) if asked.runs else case)
                is_over |= result.is_over
                print(result.row(), flush=True)
    raise SystemExit(is_over)


if __name__ == "__main__":
    main()
