"""Write `examples/` anew: invented returns of 2021–2025, laid out the way offices send them.

    python -m tests.make_examples

Every figure is invented. The sizes are plausible for a province of seven or eight districts: some fifty
cases a year, often none in a district; a few hundred officials and village workers; about 500 schools.
"""

import random
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook

from gbv_kpi import load_plan
from gbv_kpi.reading.normalize import without_diacritics
from tests.offices import Figures, compiled_table, cp1258, cross_table, csv_text, form, forms_in_one_workbook

EXAMPLES = Path(__file__).parent.parent / "examples"
PLAN = load_plan()

SCHOOLS = {"369": 45, "370": 52, "372": 92, "373": 68, "374": 36, "375": 64, "376": 86, "377": 59}
VILLAGE_WORKERS = {"369": 214, "370": 188, "372": 410, "373": 262, "374": 176, "375": 338, "376": 352, "377": 271}
OFFICIALS = {"369": 44, "370": 32, "372": 61, "373": 48, "374": 28, "375": 47, "376": 58, "377": 42}
# Shares the year is to come near to: seeking help, helped, trained, schools.
AIMS = {
    2021: (0.38, 0.90, 0.912, 0.58),
    2022: (0.42, 0.94, 0.921, 0.72),
    2023: (0.47, 0.96, 0.934, 0.88),
    2024: (0.54, 0.97, 0.945, 0.94),
    2025: (0.62, 1.00, 0.957, 1.00),
}
QUIET = {2021: {"373", "377"}, 2022: {"369"}, 2023: {"373"}, 2024: {"374", "377"}, 2025: {"375"}}  # no case that year


def figures_of(unit: str, year: int, dice: random.Random) -> dict[str, int]:
    """The invented counts of one unit and year; whole and part drawn so that the part never exceeds."""
    merged = ("369", "374") if year >= 2025 and unit == "374" else (unit,)
    sought, helped, trained, integrated = AIMS[year]
    victims = 0 if unit in QUIET[year] else sum(dice.randint(4, 12) for _ in merged)
    cases = round(victims * dice.uniform(0.7, 1.0))
    officials = sum(OFFICIALS[code] for code in merged) + dice.randint(-2, 2)
    workers = sum(VILLAGE_WORKERS[code] for code in merged) + dice.randint(-6, 6)
    schools = sum(SCHOOLS[code] for code in merged)
    return {
        "victims": victims,
        "victims_seeking_help": _part(victims, sought, dice),
        "cases_needing_help": cases,
        "cases_helped": cases if helped == 1 else _part(cases, helped, dice),
        "officials": officials,
        "officials_trained": _part(officials, trained + 0.02, dice),
        "village_workers": workers,
        "village_workers_trained": _part(workers, trained, dice),
        "schools": schools,
        "schools_integrating": schools if integrated == 1 else _part(schools, integrated, dice),
    }


def _part(whole: int, share: float, dice: random.Random) -> int:
    return max(0, min(whole, round(whole * dice.uniform(share - 0.025, share + 0.025))))


def rows_of(year: int) -> list[tuple[str, Figures]]:
    dice = random.Random(year)
    rows: list[tuple[str, Figures]] = []
    for unit in PLAN.expected_units(year):
        figures = figures_of(unit.code, year, dice)
        if year == 2025 and unit.code == "377":
            figures["schools_integrating"] -= 1  # one school keeps the province from its 100%
        rows.append((unit.name, figures))
    return rows


def _slug(name: str) -> str:
    return "-".join(without_diacritics(name).lower().split())


def write(folder: str, name: str, content: Workbook | bytes) -> None:
    path = EXAMPLES / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Workbook):
        content.save(path)
    else:
        path.write_bytes(content)


def with_year(rows: Sequence[tuple[str, Figures]], year: int) -> list[tuple[str, int | None, Figures]]:
    return [(name, year, figures) for name, figures in rows]


def with_mistakes(year: int) -> Workbook:
    """A compiled table with the mistakes that are made most: each is told with its cell."""
    rows = [(name, dict(figures)) for name, figures in rows_of(year)]
    rows[2][1]["victims_seeking_help"] = rows[2][1]["victims"] + 3  # type: ignore[operator]
    rows[3] = ("Huyện Gia Viển", rows[3][1])
    rows[5][1]["officials"] = "khoảng 50"
    rows[4][1]["victims"] = "-"
    rows[7][1]["schools"] = None
    return compiled_table(PLAN, year, rows)


def main() -> None:
    write("2021", "tong-hop-2021.xlsx", compiled_table(PLAN, 2021, rows_of(2021)))
    write("2022", "tong-hop-2022.csv", cp1258(csv_text(PLAN, with_year(rows_of(2022), 2022))))
    for name, figures in rows_of(2023):
        write("2023", f"{_slug(name)}-2023.xlsx", form(PLAN, name, 2023, figures))
    write("2024", "bieu-cheo-2024.xlsx", cross_table(PLAN, 2024, rows_of(2024)))
    final = rows_of(2025)
    write("2025", "bon-huyen-2025.xlsx", forms_in_one_workbook(PLAN, 2025, final[:4]))
    write("2025", "ba-huyen-2025.csv", b"\xef\xbb\xbf" + csv_text(PLAN, with_year(final[4:], 2025), ",").encode())
    own = {"officials": 46, "officials_trained": 44, "schools": 29, "schools_integrating": 29}
    write("2025", "cap-tinh-2025.xlsx", form(PLAN, "Cấp tỉnh", 2025, own))
    write("with-mistakes", "tong-hop-2024.xlsx", with_mistakes(2024))


if __name__ == "__main__":
    main()
