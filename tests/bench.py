"""Whole processes timed side by side: against the least they could cost, or against another tool.

    python -m tests.bench [CASE ...]

Prints medians of wall and processor time, the peak of memory, and the medians of the pairwise ratios. Machines are
noisy: compare ratios, and processor time where others use the machine too. The tool is timed as officers have it,
installed by pip into an environment of its own, and so is what it is compared with, frictionless.
"""

import atexit
import csv
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from openpyxl import Workbook

from gbv_kpi import load_plan
from gbv_kpi.plan import Plan
from tests.ledger.country import write_country, write_listed, write_merged
from tests.make_examples import rows_of
from tests.offices import compiled_table, required

Command = Sequence[str]

FLOOR = """
import sys
import typer, rich, pydantic, pandas, python_calamine
python_calamine.load_workbook(sys.argv[1]).get_sheet_by_index(0).to_python()
"""
ROOT = Path(__file__).parents[1]
MEBIBYTE = 1024 if sys.platform != "darwin" else 2**20


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


def took(command: Command) -> Took:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = 0  # it was waited for here, for what it used
    return Took(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / MEBIBYTE)


def row(case: Case) -> str:
    """One line of the table; the first run of each command only warms the machine."""
    commands = [command for command in (case.command, case.other) if command]
    for command in commands:
        took(command)
    runs = [[took(command) for command in commands] for _ in range(case.runs)]
    ours, *others = [_median(times) for times in zip(*runs, strict=True)]
    cells = [case.name, f"{ours.wall:.2f}", f"{ours.cpu:.2f}", f"{ours.peak:.0f}"]
    if others:
        walls, cpus = ([statistics.median(pairs) for pairs in _ratios(runs, what)] for what in ("wall", "cpu"))
        cells += [f"{case.against}: {others[0].wall:.2f} s", f"{walls[0]:.2f}", f"{cpus[0]:.2f}"]
    else:
        cells += ["", "", ""]
    return f"| {' | '.join([*cells, case.bound])} |"


def _median(times: Sequence[Took]) -> Took:
    return Took(*(statistics.median(getattr(one, what) for one in times) for what in ("wall", "cpu", "peak")))


def _ratios(runs: Sequence[Sequence[Took]], what: str) -> list[list[float]]:
    return [[getattr(ours, what) / getattr(other, what) for ours, other in runs]]


# -------------------------------------------------------------------------------- what is read


def write_million(path: Path, plan: Plan, returns: int, faulty: float = 0) -> str:
    """A CSV with that many returns of units by the thousand, five years each; `faulty` is the share with a fault."""
    dice = random.Random(5)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Đơn vị", "Năm", *(field.label.vi for field in required(plan))])
        for number in range(returns):
            schools, workers, victims = dice.randint(3, 12), dice.randint(8, 30), dice.choice((0, 0, 0, 1, 2))
            counts: list[object] = [victims, dice.randint(0, victims), victims, victims, 2, dice.randint(1, 2)]
            counts += [workers, dice.randint(workers * 4 // 5, workers), schools, dice.randint(schools // 2, schools)]
            if dice.random() < faulty:
                counts[dice.randrange(10)] = dice.choice(("x", "", "-3", "1.5", "12 người"))
            writer.writerow([f"Xã {number // 5:06}", 2021 + number % 5, *counts])
    return str(path)


def write_any(folder: Path) -> str:
    """The built-in plan without its units, so that any is accepted."""
    plan = load_plan()
    source = ROOT / "gbv_kpi" / "plans" / f"{plan.id}.toml"
    before, _, after = source.read_text("utf-8").partition("[[unit]]")
    path = folder / "any.toml"
    path.write_text(before.replace(plan.id, "any") + after[after.index("[reporting_date]") :], "utf-8")
    return str(path)


def write_xlsx(source: str, path: Path) -> str:
    """The same table as a workbook, its figures as numbers."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Biểu 1")
    with Path(source).open(encoding="utf-8", newline="") as file:
        for cells in csv.reader(file, delimiter=";"):
            sheet.append([cells[0], *(int(cell) if cell.isdecimal() else cell for cell in cells[1:])])
    book.save(path)
    return str(path)


def write_forms(folder: Path, plan: Plan, forms: int) -> tuple[str, str]:
    """A folder of forms, a CSV of one return each, and one table with all of them."""
    folder.mkdir()
    table = Path(write_million(folder.parent / "forms.csv", plan, forms))
    fields = [field.label.vi for field in required(plan)]
    with table.open(encoding="utf-8", newline="") as file:
        for number, (unit, year, *counts) in enumerate(list(csv.reader(file))[1:]):
            with (folder / f"{number:04}.csv").open("w", encoding="utf-8", newline="") as form:
                csv.writer(form).writerows([["Đơn vị", "Năm", *fields], [unit, year, *counts]])
    return str(folder), str(table)


def write_schema(folder: Path, plan: Plan) -> str:
    """What the schema of a return demands, in the words of frictionless."""
    whole = {"type": "integer", "constraints": {"required": True, "minimum": 0, "maximum": 999_999_999}}
    years = {"required": True, "minimum": plan.first_year, "maximum": plan.last_year}
    fields: list[object] = [
        {"name": "Đơn vị", "type": "string", "constraints": {"required": True}},
        {"name": "Năm", "type": "integer", "constraints": years},
        *({"name": field.label.vi, **whole} for field in required(plan)),
    ]
    path = folder / "schema.json"
    path.write_text(json.dumps({"fields": fields}, ensure_ascii=False), "utf-8")
    return str(path)


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
    validate = (frictionless(), "validate", str(path))
    yield Case("the same", check, "`frictionless validate`", validate, "1 ×")


def country(folder: Path) -> Iterator[Case]:
    plan, returns = write_country(folder)
    workbook = write_xlsx(returns, folder / "country.xlsx")
    schema = write_schema(folder, load_plan(plan))
    for name, path, bound in (("XLSX", workbook, "0.35 ×, 300 MiB"), ("CSV", returns, "0.6 ×")):
        validate = (frictionless(), "validate", path, "--trusted", "--schema", schema)
        check = (tool(), "check", path, "--plan", plan)
        yield Case(f"`check` 53,000 returns, {name}", check, "frictionless with a schema", validate, bound)
    listed = (tool(), "check", returns, "--plan", write_listed(folder / "listed.toml"))
    validate = (frictionless(), "validate", returns, "--trusted", "--schema", schema)
    yield Case("the same CSV, the plan's communes in a CSV too", listed, "frictionless", validate, "0.6 ×")
    merged = (tool(), "check", returns, "--plan", write_merged(folder / "merged.toml"))
    yield Case("the same, every three communes merged since", merged, "not merged", check)
    lines = Path(returns).read_text("utf-8").splitlines(keepends=True)
    twice = folder / "twice.csv"
    twice.write_text("".join([*lines, *lines[1:]]), "utf-8")
    yield Case("the same, each return twice", (tool(), "check", str(twice), "--plan", plan), "once", check)


def ledger(folder: Path) -> Iterator[Case]:
    plan, returns = write_country(folder)
    held = ("--plan", plan, "--ledger", str(folder / "ledger.db"))
    subprocess.run([tool(), "submit", returns, *held], check=True, stdout=subprocess.DEVNULL)
    for name, more in (("", ()), (", JSON", ("--format", "json"))):
        report = (tool(), "report", "--year", "2025", *held, *more)
        yield Case(f"`report --year 2025` from a ledger of 53,000 returns{name}", report, bound="3 s")


def million(folder: Path) -> Iterator[Case]:
    plan, schema = write_any(folder), write_schema(folder, load_plan())
    clean = write_million(folder / "clean.csv", load_plan(), 1_000_000)
    faulty = write_million(folder / "faulty.csv", load_plan(), 1_000_000, 0.01)
    check = (tool(), "check", clean, "--plan", plan)
    validate = (frictionless(), "validate", clean, "--trusted", "--schema", schema)
    yield Case("`check` 1,000,000 returns, CSV", check, "frictionless", validate, "0.25 ×, 350 MiB", runs=3)
    yield Case("the same, 1% faulty", (tool(), "check", faulty, "--plan", plan), "the clean ones", check, "2 ×", runs=3)


def scaling(folder: Path) -> Iterator[Case]:
    plan = write_any(folder)
    for returns in (10_000, 100_000, 1_000_000, 4_000_000):
        path = write_million(folder / f"{returns}.csv", load_plan(), returns)
        yield Case(f"`check` {returns:,} returns, CSV", (tool(), "check", path, "--plan", plan), runs=3)


def faults(folder: Path) -> Iterator[Case]:
    path = write_million(folder / "faults.csv", load_plan(), 60_000, 1)
    check = (tool(), "check", path, "--plan", write_any(folder))
    yield Case("`check` 60,000 returns, each with a fault", check, bound="10 s, 400 MiB", runs=3)


def forms(folder: Path) -> Iterator[Case]:
    plan = write_any(folder)
    many, one = write_forms(folder / "forms", load_plan(), 1000)
    check, table = ((tool(), "check", path, "--plan", plan) for path in (many, one))
    yield Case("`check` 1,000 files of one return", check, "one file with all of them", table, "4 ×")


def reports(folder: Path) -> Iterator[Case]:
    examples = str(ROOT / "examples" / "2025")
    for kind in ("html", "xlsx", "docx"):
        output = str(folder / f"report.{kind}")
        command = (tool(), "report", "--year", "2025", examples, "--format", kind, "--output", output)
        yield Case(f"`report --format {kind}` of one province", command, bound="2 s")


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
