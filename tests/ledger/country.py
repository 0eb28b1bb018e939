"""A ledger as large as the country: 10,600 communes over five years, 53,000 returns; and what it costs.

    python -m tests.ledger.country [LEDGER]

Prints the seconds of whole processes: handing in, handing in again, the report of a year, its status.
"""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from gbv_kpi.inputs import DEFAULT_PLAN
from gbv_kpi.plan import Plan, load_plan
from tests.command import Row, write_csv
from tests.offices import Figures

COMMUNES = 10_600


def write_country(folder: Path) -> tuple[str, str]:
    """A plan file with that many units, and a CSV with their returns of five years."""
    units = (f'[[unit]]\ncode = "{code:05}"\nname = "Xã {code:05}"\n' for code in range(1, COMMUNES + 1))
    plan = write_plan(folder / "country.toml", units)
    return plan, write_returns(folder / "country.csv", load_plan(plan))


def write_listed(path: Path) -> str:
    """The same plan with its communes in a CSV beside it, where a list of that length belongs."""
    communes = path.with_suffix(".csv")
    rows = "".join(f"{code:05},Xã {code:05}\n" for code in range(1, COMMUNES + 1))
    communes.write_text(f"code,name\n{rows}", "utf-8")
    plan = write_plan(path, [])
    path.write_text(f'units_file = "{communes.name}"\n{path.read_text("utf-8")}', "utf-8")
    return plan


def write_merged(path: Path) -> str:
    """The same plan with every three communes merged into one before the last year is reported."""
    heirs = range(20_001, 20_001 + -(-COMMUNES // 3))
    merged = (
        (code, f'name = "Xã {code:05}"\nuntil = 2025-05-31\nmerged_into = "{heirs[(code - 1) // 3]}"')
        for code in range(1, COMMUNES + 1)
    )
    former = (f'[[unit]]\ncode = "{code:05}"\n{rest}\n' for code, rest in merged)
    new = (f'[[unit]]\ncode = "{code}"\nname = "Xã {code}"\nfrom = 2025-06-01\n' for code in heirs)
    return write_plan(path, chain(former, new))


def write_plan(path: Path, units: Iterable[str]) -> str:
    """The built-in plan with other units."""
    source = Path(__file__).parents[2] / "gbv_kpi" / "plan" / "builtin" / f"{DEFAULT_PLAN}.toml"
    before, _, after = source.read_text("utf-8").partition("[[unit]]")
    rest = after[after.index("[reporting_date]") :]
    path.write_text("\n".join([before.replace(DEFAULT_PLAN, path.stem), *units, rest]), "utf-8")
    return str(path)


def write_returns(path: Path, plan: Plan) -> str:
    dice = random.Random(5)
    rows: list[Row] = []
    for code in range(1, COMMUNES + 1):
        schools, workers = dice.randint(3, 12), dice.randint(8, 30)
        years = range(plan.first_year, plan.last_year + 1)
        rows.extend((f"{code:05}", year, commune_figures(dice, schools, workers)) for year in years)
    return write_csv(path, plan, rows)


def commune_figures(dice: random.Random, schools: int, workers: int) -> Figures:
    """What a commune may report for a year."""
    victims = dice.choice((0, 0, 0, 1, 2))
    return {
        "victims": victims,
        "victims_seeking_help": dice.randint(0, victims),
        "cases_needing_help": victims,
        "cases_helped": victims,
        "officials": 2,
        "officials_trained": dice.randint(1, 2),
        "village_workers": workers,
        "village_workers_trained": dice.randint(workers * 4 // 5, workers),
        "schools": schools,
        "schools_integrating": dice.randint(schools // 2, schools),
    }


def seconds(*arguments: str) -> float:
    started = time.perf_counter()
    ran = subprocess.run([sys.executable, "-m", "gbv_kpi", *arguments], capture_output=True, text=True, check=False)
    if ran.returncode not in (0, 1):
        raise ValueError(ran.stderr)
    return time.perf_counter() - started


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        plan, returns = write_country(Path(name))
        ledger = sys.argv[1] if len(sys.argv) > 1 else str(Path(name) / "ledger.db")
        shared = ("--plan", plan, "--ledger", ledger)
        print(f"submit 53,000 returns: {seconds('submit', returns, *shared):.1f} s")
        print(f"submit them again: {seconds('submit', returns, *shared):.1f} s")
        for command in (("report", "--year", "2025"), ("report", "--year", "2025", "--format", "json")):
            print(f"{' '.join(command)}: {', '.join(f'{seconds(*command, *shared):.2f}' for _ in range(3))} s")
        print(f"status --year 2025: {seconds('status', '--year', '2025', *shared):.2f} s")
        print(f"trend: {seconds('trend', *shared):.2f} s")
        print(f"export: {seconds('export', '--ledger', ledger, '--output', f'{name}/export.jsonl'):.2f} s")


if __name__ == "__main__":
    main()
