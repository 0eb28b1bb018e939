"""A ledger as large as the country: 10,600 communes over five years, 53,000 returns; and what it costs.

    python -m tests.ledger.country [LEDGER]

Prints the seconds of whole processes: handing in, handing in again, the report of a year, its status.
"""

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gbv_kpi.plan import load_plan
from tests.command import write_csv

COMMUNES = 10_600


def write_country(folder: Path) -> tuple[str, str]:
    """A plan file with that many units, and a CSV with their returns of five years."""
    plan = load_plan()
    source = Path(__file__).parents[2] / "gbv_kpi" / "plans" / f"{plan.id}.toml"
    before, _, after = source.read_text("utf-8").partition("[[unit]]")
    rest = after[after.index("[reporting_date]") :]
    units = "".join(f'[[unit]]\ncode = "{code:05}"\nname = "Xã {code:05}"\n\n' for code in range(1, COMMUNES + 1))
    country = folder / "country.toml"
    country.write_text(before.replace(plan.id, "country") + units + rest, "utf-8")
    dice = random.Random(5)
    rows = []
    for code in range(1, COMMUNES + 1):
        schools, workers = dice.randint(3, 12), dice.randint(8, 30)
        for year in range(plan.first_year, plan.last_year + 1):
            victims = dice.choice((0, 0, 0, 1, 2))
            figures = {
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
            rows.append((f"{code:05}", year, figures))
    return str(country), write_csv(folder / "country.csv", load_plan(country), rows)


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
