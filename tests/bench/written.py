"""The returns and plans that are read while the clock runs."""

import csv
import random
from pathlib import Path
from typing import Literal

from openpyxl import Workbook

from gbv_kpi import load_plan
from gbv_kpi.plan import Plan
from tests.command import Row, write_csv
from tests.ledger.country import commune_figures, write_plan
from tests.offices import form, required

PLANS = Path(__file__).parents[2] / "gbv_kpi" / "plan" / "builtin"


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
    source = PLANS / f"{plan.id}.toml"
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


def write_forms(folder: Path, forms: int, kind: Literal["csv", "xlsx"]) -> tuple[str, str, str]:
    """A plan of so many communes, a folder with the return of each in a file, and one file with all of them."""
    dice = random.Random(5)
    names = [f"Xã {code:05}" for code in range(1, forms + 1)]
    units = (f'[[unit]]\ncode = "{name[3:]}"\nname = "{name}"\n' for name in names)
    path = write_plan(folder / "forms.toml", units)
    plan = load_plan(path)
    rows: list[Row] = [(name, 2023, commune_figures(dice, dice.randint(3, 12), dice.randint(8, 30))) for name in names]
    (folder / kind).mkdir()
    for name, year, figures in rows:
        file = folder / kind / f"{name}.{kind}"
        if kind == "csv":
            write_csv(file, plan, [(name, year, figures)])
        else:
            form(plan, name, year, figures).save(file)
    table = write_csv(folder / "forms.csv", plan, rows)
    return path, str(folder / kind), table if kind == "csv" else write_xlsx(table, folder / "forms.xlsx")
