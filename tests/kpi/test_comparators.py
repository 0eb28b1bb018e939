"""Every comparator and both measures through the whole tool: check, report, JSON, template and trend.

Each indicator has its bound on the boundary and one count beside it; the truth is reckoned by hand.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from gbv_kpi.plan import load_plan
from tests.command import run

# Of 40: 50% is 20, of 25: 1.2 is 30.
COMPARISONS = {
    "percent": {"at_least": ("50", 40), "above": ("50", 40), "at_most": ("50", 40), "below": ("50", 40)},
    "ratio": {"at_least": ("1.2", 25), "above": ("1.2", 25), "at_most": ("1.2", 25), "below": ("1.2", 25)},
}
HEAD = """\
schema = "gbv-kpi/plan/1"
id = "all-comparators"
number = "2/KH-UBND"
issued = 2026-01-02
first_year = 2026
last_year = 2030
title = { vi = "Mọi phép so sánh", en = "Every comparison" }
place = { vi = "Tỉnh Thử", en = "Trial province" }
"""
INDICATOR = """
[[field]]
id = "part_{name}"
label = {{ vi = "Tử số {name}", en = "Numerator {name}" }}
counts = "cases"

[[field]]
id = "whole_{name}"
label = {{ vi = "Mẫu số {name}", en = "Denominator {name}" }}
counts = "cases"

[[indicator]]
id = "{id}"
title = {{ vi = "Chỉ tiêu {name}", en = "Indicator {name}" }}
quote = "…"
noun = {{ vi = "vụ", en = "cases" }}
measure = "{measure}"
numerator = ["part_{name}"]
denominator = ["whole_{name}"]
thresholds = [{{ from = 2026, {comparison} = {bound} }}, {{ from = 2030, {comparison} = {later} }}]
"""
UNITS = '\n[[unit]]\ncode = "1"\nname = "Xã An"\n\n[[unit]]\ncode = "2"\nname = "Xã Bình"\n'
CASES = [(measure, comparison, *of) for measure, by in COMPARISONS.items() for comparison, of in by.items()]
SIGN = {"at_least": ">=", "above": ">", "at_most": "<=", "below": "<"}
# Xã An stands on the bound, Xã Bình one count on the wrong side of it: 20 or 30, and 19/29 or 21/31.
ON_BOUND = {"percent": 20, "ratio": 30}
MET_ON_BOUND = {"at_least": True, "above": False, "at_most": True, "below": False}


def wrong_side(comparison: str) -> int:
    return -1 if comparison in ("at_least", "above") else 1


@pytest.fixture
def plan_path(tmp_path: Path) -> str:
    text = HEAD + "".join(
        INDICATOR.format(
            name=f"{measure}_{comparison}",
            id=f"{measure}-{comparison}".replace("_", "-"),
            measure=measure,
            comparison=comparison,
            bound=bound,
            later=str(Decimal(bound) * (2 - wrong_side(comparison)) / 2),
        )
        for measure, comparison, bound, _ in CASES
    )
    file = tmp_path / "plan.toml"
    file.write_text(text + UNITS, encoding="utf-8")
    return str(file)


def returns(folder: Path, year: int, *, shift: int = 0) -> str:
    """A CSV in which Xã An is `shift` counts off the bound, to the wrong side, and Xã Bình one more."""
    lines = [["unit", "year", *(f"{part}_{m}_{c}" for m, c, _, _ in CASES for part in ("part", "whole"))]]
    for name, off in (("Xã An", shift), ("Xã Bình", shift + 1)):
        counts = [n for m, c, _, whole in CASES for n in (ON_BOUND[m] + off * wrong_side(c), whole)]
        lines.append([name, str(year), *map(str, counts)])
    file = folder / f"{year}.csv"
    file.write_text("".join(",".join(line) + "\n" for line in lines), encoding="utf-8")
    return str(file)


def findings(ran: Any, unit: str | None) -> dict[str, dict[str, Any]]:
    return {f["indicator"]: f for f in json.loads(ran.out)["findings"] if f["unit"] == unit}


def test_bound_meets_at_least_and_at_most_and_misses_above_and_below(tmp_path: Path, plan_path: str) -> None:
    assert run("plan", "check", plan_path).code == 0
    ran = run("check", returns(tmp_path, 2026), "--plan", plan_path, "--format", "json")
    assert ran.code == 1
    on_bound, beside = findings(ran, "1"), findings(ran, "2")
    for measure, comparison, bound, _ in CASES:
        name = f"{measure}-{comparison}".replace("_", "-")
        met = MET_ON_BOUND[comparison]
        assert (on_bound[name]["status"], on_bound[name]["shortfall"]) == (("met", 0) if met else ("missed", 1))
        # One count beside the bound: one more is enough where the bound itself is, two where it is not.
        assert (beside[name]["status"], beside[name]["shortfall"]) == ("missed", 1 if met else 2)
        assert on_bound[name]["threshold"] == {"comparator": SIGN[comparison], measure: float(bound), "since": 2026}
        assert on_bound[name][f"rate_{measure}"] == float(bound)


def test_the_report_sums_and_says_lacking_or_too_many(tmp_path: Path, plan_path: str) -> None:
    file = returns(tmp_path, 2026)
    province = findings(run("report", "--year", "2026", file, "--plan", plan_path, "--format", "json"), None)
    # Both units together are one count beside twice the bound.
    assert {name: finding["shortfall"] for name, finding in province.items()} == {
        f"{measure}-{comparison}".replace("_", "-"): 1 if MET_ON_BOUND[comparison] else 2
        for measure, comparison, _, _ in CASES
    }
    shown = run("report", "--year", "2026", file, "--plan", plan_path)
    assert shown.code == 1
    for sign in ("≥ 50%", "> 50%", "≤ 50%", "< 50%", "≥ 1.2", "> 1.2", "≤ 1.2", "< 1.2"):
        assert sign in shown.out
    lacking = [" ".join(line.split()) for line in shown.out.splitlines() if "Trial province" in line and "=" in line]
    assert "Indicator percent_at_least Trial province 39/80 = 48.8% 1 (cases)" in lacking
    assert "Indicator percent_below Trial province 41/80 = 51.3% 2 too many (cases)" in lacking
    assert "Indicator ratio_at_most Trial province 61/50 = 1.22 1 too many (cases)" in lacking
    for lead in ("2 too many", "figures of 2026)"):
        assert lead in shown.out
    assert "vượt 02 vụ" in run("report", "--year", "2026", file, "--plan", plan_path, "--lang", "vi").out


def test_what_the_template_makes_is_read_and_judged(tmp_path: Path, plan_path: str) -> None:
    file = tmp_path / "blank.xlsx"
    assert run("template", "--year", "2026", "--plan", plan_path, "--output", str(file)).code == 0
    book = load_workbook(file)
    sheet = book.worksheets[0]
    counts = [count for measure, _, _, whole in CASES for count in (ON_BOUND[measure], whole)]
    cells = [cell for row in sheet.iter_rows() for cell in row if not cell.protection.locked]
    fields = [field.id for field in load_plan(plan_path).fields]
    assert len(cells) == 2 * len(fields)
    for number, cell in enumerate(cells):
        cell.value = counts[number % len(fields)]
    book.save(file)
    ran = run("check", str(file), "--plan", plan_path, "--format", "json")
    assert json.loads(ran.out)["problems"] == []
    assert {name: f["status"] for name, f in findings(ran, "1").items()} == {
        f"{measure}-{comparison}".replace("_", "-"): "met" if MET_ON_BOUND[comparison] else "missed"
        for measure, comparison, _, _ in CASES
    }


def test_the_path_to_a_later_threshold_runs_the_way_that_is_better(tmp_path: Path, plan_path: str) -> None:
    ledger = str(tmp_path / "ledger.db")
    # Five counts on the better side in the first year, on the bound in the second: every indicator has turned back.
    for year, shift in ((2026, -5), (2027, 0)):
        ran = run("submit", returns(tmp_path, year, shift=shift), "--plan", plan_path, "--ledger", ledger)
        assert ran.code == 0, ran.out
    ran = run("trend", "--plan", plan_path, "--ledger", ledger, "--format", "json")
    paths = {s["indicator"]: s["path"] for s in json.loads(ran.out)["series"] if s["unit"] == "1"}
    assert len(paths) == len(CASES)
    assert {path["on_path"] for path in paths.values()} == {False}
    shown = run("trend", "--plan", plan_path, "--ledger", ledger).out
    assert "behind schedule for ≥ 75% in 2030" in shown
    assert "behind schedule for ≤ 0.6 in 2030" in shown
