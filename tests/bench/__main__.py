"""Whole processes timed side by side: against the least they could cost, or against another tool.

    python -m tests.bench [CASE ...]

Prints medians of wall and processor time, the peak of memory, and the medians of the pairwise ratios. Machines are
noisy: compare ratios, and processor time where others use the machine too. The tool is timed as officers have it,
installed by pip into an environment of its own, and so is what it is compared with, frictionless.
"""

import atexit
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from gbv_kpi import load_plan
from tests.bench.timing import Case, Command, row
from tests.bench.written import write_any, write_forms, write_million, write_schema, write_xlsx
from tests.ledger.country import write_country, write_listed, write_merged
from tests.make_examples import rows_of
from tests.offices import compiled_table

FLOOR = """
import sys
import typer, rich, pydantic, pandas, python_calamine
python_calamine.load_workbook(sys.argv[1]).get_sheet_by_index(0).to_python()
"""
ROOT = Path(__file__).parents[2]


@cache
def installed(package: str) -> Path:
    """The programs of an environment that has that package and what it needs."""
    folder = tempfile.mkdtemp(prefix="gbv-kpi-bench-")
    atexit.register(shutil.rmtree, folder)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run([f"{folder}/bin/pip", "install", "-q", package], check=True)
    return Path(folder, "bin")


def tool() -> str:
    return str(installed(str(ROOT)) / "gbv-kpi")


def python(*arguments: str) -> Command:
    return (str(installed(str(ROOT)) / "python"), *arguments)


def frictionless() -> str:
    return str(installed("frictionless[excel]>=5,<6") / "frictionless")


# -------------------------------------------------------------------------------- the cases


def start(folder: Path) -> Iterator[Case]:
    bare = python("-c", "import typer, rich")
    for command in ("--help", "--version", "plan show", "explain"):
        yield Case(f"`{command}`", (tool(), *command.split()), "`import typer, rich`", bare, "1.5 ×", runs=15)


def province(folder: Path) -> Iterator[Case]:
    path = folder / "province.xlsx"
    compiled_table(load_plan(), 2023, rows_of(2023)).save(path)
    check, read = (tool(), "check", str(path)), python("-c", FLOOR, str(path))
    yield Case("`check` one province's XLSX", check, "imports and a read", read, "1.25 ×", runs=15)
    validate = (frictionless(), "validate", str(path), "--trusted")  # it opens no absolute path else
    yield Case("the same", check, "`frictionless validate`", validate, "1 ×", runs=15, ends=(0, 1))


def country(folder: Path) -> Iterator[Case]:
    plan, returns = write_country(folder)
    workbook = write_xlsx(returns, folder / "country.xlsx")
    schema = write_schema(folder, load_plan(plan))
    for name, path, bound in (("XLSX", workbook, "0.35 ×, 300 MiB"), ("CSV", returns, "0.6 ×")):
        validate = (frictionless(), "validate", path, "--trusted", "--schema", schema)
        check = (tool(), "check", path, "--plan", plan)
        yield Case(f"`check` 53,000 returns, {name}", check, "frictionless with a schema", validate, bound, ends=(1, 0))
    listed = (tool(), "check", returns, "--plan", write_listed(folder / "listed.toml"))
    validate = (frictionless(), "validate", returns, "--trusted", "--schema", schema)
    yield Case("the same CSV, the plan's communes in a CSV too", listed, "frictionless", validate, "0.6 ×", ends=(1, 0))
    merged = (tool(), "check", returns, "--plan", write_merged(folder / "merged.toml"))
    yield Case("the same, every three communes merged since", merged, "not merged", check, ends=(1, 1))
    lines = Path(returns).read_text("utf-8").splitlines(keepends=True)
    twice = folder / "twice.csv"
    twice.write_text("".join([*lines, *lines[1:]]), "utf-8")
    yield Case("the same, each return twice", (tool(), "check", str(twice), "--plan", plan), "once", check, ends=(3, 1))


def ledger(folder: Path) -> Iterator[Case]:
    plan, returns = write_country(folder)
    held = ("--plan", plan, "--ledger", str(folder / "ledger.db"))
    subprocess.run([tool(), "submit", returns, *held], check=True, stdout=subprocess.DEVNULL)
    for name, more in (("", ()), (", JSON", ("--format", "json"))):
        report = (tool(), "report", "--year", "2025", *held, *more)
        yield Case(f"`report --year 2025` from a ledger of 53,000 returns{name}", report, bound="3 s", ends=(1, 0))


def million(folder: Path) -> Iterator[Case]:
    plan, schema = write_any(folder), write_schema(folder, load_plan())
    clean = write_million(folder / "clean.csv", load_plan(), 1_000_000)
    faulty = write_million(folder / "faulty.csv", load_plan(), 1_000_000, 0.01)
    check = (tool(), "check", clean, "--plan", plan)
    validate = (frictionless(), "validate", clean, "--trusted", "--schema", schema)
    yield Case(
        "`check` 1,000,000 returns, CSV", check, "frictionless", validate, "0.25 ×, 350 MiB", runs=3, ends=(1, 0)
    )
    yield Case(
        "the same, 1% faulty",
        (tool(), "check", faulty, "--plan", plan),
        "the clean ones",
        check,
        "2 ×",
        runs=3,
        ends=(3, 1),
    )


def scaling(folder: Path) -> Iterator[Case]:
    plan = write_any(folder)
    for returns in (10_000, 100_000, 1_000_000, 4_000_000):
        path = write_million(folder / f"{returns}.csv", load_plan(), returns)
        yield Case(f"`check` {returns:,} returns, CSV", (tool(), "check", path, "--plan", plan), runs=3, ends=(1, 0))


def faults(folder: Path) -> Iterator[Case]:
    path = write_million(folder / "faults.csv", load_plan(), 60_000, 1)
    check = (tool(), "check", path, "--plan", write_any(folder))
    yield Case("`check` 60,000 returns, each with a fault", check, bound="10 s, 400 MiB", runs=3, ends=(3, 0))


def forms(folder: Path) -> Iterator[Case]:
    kinds: dict[Literal["csv", "xlsx"], str] = {"csv": "CSV of one line each", "xlsx": "XLSX forms"}
    for kind, name in kinds.items():
        within = folder / kind
        within.mkdir()
        plan, many, one = write_forms(within, 1000, kind)
        check, table = ((tool(), "check", path, "--plan", plan) for path in (many, one))
        yield Case(f"`check` 1,000 {name}", check, "one file with all of them", table, "4 ×", runs=7, ends=(1, 1))


def reports(folder: Path) -> Iterator[Case]:
    examples = str(ROOT / "examples" / "2025")
    for kind in ("html", "xlsx", "docx"):
        output = str(folder / f"report.{kind}")
        command = (tool(), "report", "--year", "2025", examples, "--format", kind, "--output", output)
        yield Case(f"`report --format {kind}` of one province", command, bound="2 s", ends=(1, 0))


CASES: Sequence[Callable[[Path], Iterator[Case]]] = (
    start,
    province,
    country,
    million,
    scaling,
    faults,
    forms,
    ledger,
    reports,
)


def main() -> None:
    wanted = set(sys.argv[1:])
    print("| process | wall, s | cpu, s | peak, MiB | against | wall ratio | cpu ratio | at most |")
    print("|---|---|---|---|---|---|---|---|")
    for cases in CASES:
        if not wanted or cases.__name__ in wanted:
            with tempfile.TemporaryDirectory() as folder:
                for case in cases(Path(folder)):
                    print(row(case), flush=True)


if __name__ == "__main__":
    main()
