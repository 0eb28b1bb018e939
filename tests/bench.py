"""Whole processes timed against the least they could cost, side by side.

    python -m tests.bench [RUNS]

Prints medians and the median of the pairwise ratios. Machines are noisy: compare ratios, not seconds.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gbv_kpi import load_plan
from tests.make_examples import rows_of
from tests.offices import compiled_table

FLOOR = """
import sys
import typer, rich, pydantic, pandas, python_calamine
python_calamine.load_workbook(sys.argv[1]).get_sheet_by_index(0).to_python()
"""
PYTHON = [sys.executable]
TOOL = [sys.executable, "-m", "gbv_kpi"]


def seconds(command: list[str]) -> float:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - started


def compare(name: str, command: list[str], floor_name: str, floor: list[str], runs: int) -> str:
    seconds(command), seconds(floor)
    pairs = [(seconds(command), seconds(floor)) for _ in range(runs)]
    ours, least = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(our / floor for our, floor in pairs)
    return f"| {name} | {ours:.3f} s | {floor_name} | {least:.3f} s | {ratio:.2f} |"


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as folder:
        province = Path(folder) / "province.xlsx"
        compiled_table(load_plan(), 2023, rows_of(2023)).save(province)
        print("| process | median | against | median | ratio |\n|---|---|---|---|---|")
        bare = [*PYTHON, "-c", "import typer, rich"]
        print(compare("`--help`", [*TOOL, "--help"], "`import typer, rich`", bare, runs))
        reads = [*PYTHON, "-c", FLOOR, str(province)]
        print(compare("`check` of a province", [*TOOL, "check", str(province)], "imports and a read", reads, runs))


if __name__ == "__main__":
    main()
