"""Figures without a threshold, counts without a denominator, changes against a base year."""

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from gbv_kpi.plan import Plan, load_plan
from gbv_kpi.plan.load import read_plan
from tests.command import run
from tests.plan.files import PLAN, plan_file

FIGURES = """
[[field]]
id = "models"
label = { vi = "Số mô hình", en = "Models" }
counts = "places"

[[field]]
id = "events"
label = { vi = "Số buổi truyền thông", en = "Events" }
counts = "events"
optional = true

[[field]]
id = "funds"
label = { vi = "Kinh phí", en = "Funds" }
counts = "vnd"
optional = true

[[indicator]]
id = "models"
title = { vi = "Mô hình", en = "Models" }
source = { text = "Kế hoạch" }
numerator = ["models"]
measure = "count"
thresholds = [{ from = 2026, at_least = 8 }]

[[indicator]]
id = "events"
title = { vi = "Truyền thông", en = "Events" }
numerator = ["events"]
thresholds = []

[[indicator]]
id = "funds"
title = { vi = "Kinh phí", en = "Funds" }
numerator = ["funds"]
thresholds = []

[[indicator]]
id = "fewer"
title = { vi = "Giảm số nạn nhân", en = "Fewer victims" }
source = { text = "Kế hoạch" }
numerator = ["victims"]
measure = "change"
thresholds = [{ from = 2027, at_most = -5 }]

[[unit]]
code = "1"
name = "Xã A"

[[unit]]
code = "2"
name = "Xã B"

[[task_group]]
vi = "Truyền thông"
indicators = ["events", "funds"]
"""
HEADER = "Đơn vị,Năm,Số người bị bạo lực,Số người tìm kiếm,Số mô hình"


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return plan_file(tmp_path, PLAN + FIGURES)


def returns(folder: Path, *rows: str, header: str = HEADER) -> str:
    file = folder / "returns.csv"
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return str(file)


def findings(plan: Path, file: str, *options: str) -> tuple[int, dict[tuple[str, int, str | None], Any]]:
    ran = run("check", file, "--plan", str(plan), "--format", "json", *options)
    printed = json.loads(ran.out)
    assert [problem for problem in printed["problems"] if problem["severity"] == "error"] == []
    return ran.code, {(f["indicator"], f["year"], f["unit"]): f for f in printed["findings"]}


def test_plan_with_monitored_figures_has_no_mistake_and_no_doubt(plan: Path) -> None:
    reading = read_plan(plan)
    assert (reading.mistakes, reading.doubts) == ((), ())
    assert isinstance(reading.plan, Plan)
    assert [i.id for i in reading.plan.indicators] == ["help", "models", "fewer"]
    assert [i.id for i in reading.plan.monitored] == ["events", "funds"]


def test_monitored_figure_has_its_status_and_no_denominator(plan: Path, tmp_path: Path) -> None:
    file = returns(
        tmp_path, "Xã A,2026,4,4,5,12,3000000000", "Xã B,2026,4,4,3,,", header=HEADER + ",Số buổi truyền thông,Kinh phí"
    )
    code, found = findings(plan, file)
    assert code == 0
    events = found["events", 2026, None]
    assert (events["numerator"], events["denominator"], events["status"]) == (12, None, "monitored")
    assert (events["rate_percent"], events["threshold"], events["shortfall"]) == (None, None, None)
    assert found["events", 2026, "2"]["status"] == "no-data"
    assert found["funds", 2026, "1"]["numerator"] == 3_000_000_000


def test_monitored_figure_nobody_gives_has_no_finding(plan: Path, tmp_path: Path) -> None:
    """Returns of before say the same as before."""
    _, found = findings(plan, returns(tmp_path, "Xã A,2026,4,4,5", "Xã B,2026,4,4,3"))
    assert {indicator for indicator, _, _ in found} == {"help", "models", "fewer"}


@pytest.mark.parametrize(("models", "status", "code", "lacking"), [(3, "met", 0, 0), (2, "missed", 1, 1)])
def test_absolute_target_is_judged_by_the_sum(
    plan: Path, tmp_path: Path, models: int, status: str, code: int, lacking: int
) -> None:
    exit_code, found = findings(plan, returns(tmp_path, "Xã A,2026,4,4,5", f"Xã B,2026,4,4,{models}"))
    province = found["models", 2026, None]
    assert (exit_code, province["status"], province["shortfall"]) == (code, status, lacking)
    assert (province["denominator"], province["threshold"]) == (None, {"comparator": ">=", "count": 8, "since": 2026})


@pytest.mark.parametrize(("now", "status", "change"), [(95, "met", -5.0), (96, "missed", -4.0)])
def test_change_is_judged_against_the_year_before(
    plan: Path, tmp_path: Path, now: int, status: str, change: float
) -> None:
    rows = [
        f"Xã {unit},{year},{count},{count},8"
        for unit, year, count in (("A", 2026, 60), ("B", 2026, 40), ("A", 2027, 50), ("B", 2027, now - 50))
    ]
    _, found = findings(plan, returns(tmp_path, *rows))
    province = found["fewer", 2027, None]
    assert (province["numerator"], province["denominator"]) == (now, 100)
    assert (province["rate_change"], province["status"]) == (change, status)
    assert found["fewer", 2026, None]["status"] == "no-data"
    answer = run("check", str(tmp_path / "returns.csv"), "--plan", str(plan), "--format", "csv").out
    row = next(line for line in answer.splitlines() if ",2027,fewer," in line and ",province," in line)
    assert f",{change:g},change,<=,-5," in row  # a number for programs, no text in quotes


def test_ledger_judges_and_traces_a_change_as_files_do(plan: Path, tmp_path: Path) -> None:
    """A report of one year needs the returns of the base year, too."""
    rows = [
        f"Xã {unit},{year},{count},{count},8"
        for unit, year, count in (("A", 2026, 60), ("B", 2026, 40), ("A", 2027, 50), ("B", 2027, 46))
    ]
    file, options = returns(tmp_path, *rows), ("--plan", str(plan), "--year", "2027", "--format", "json")
    ledger = ("--ledger", str(tmp_path / "ledger.db"))
    assert run("submit", file, "--plan", str(plan), *ledger).code == 0
    assert run("sign", "--plan", str(plan), "--year", "2027", *ledger).code == 0
    by_files, by_ledger = run("report", file, *options), run("report", *options, *ledger)
    assert (by_files.code, by_ledger.code) == (1, 1)
    assert json.loads(by_ledger.out)["findings"] == json.loads(by_files.out)["findings"]
    traced = json.loads(run("trace", "fewer", *options, *ledger).out)
    assert [[count["value"] for count in traced[side]] for side in ("numerator", "denominator")] == [[50, 46], [60, 40]]
    returns(tmp_path, "Xã A,2026,61,61,8")
    assert run("submit", file, "--plan", str(plan), *ledger).code == 0
    difference = json.loads(run("diff", *options, *ledger).out)
    assert difference["returns"] == []
    changed = [(found["new"]["unit"], found["new"]["denominator"]) for found in difference["findings"]]
    assert changed == [(None, 101), ("1", 61)]


def test_ledger_counts_the_base_year_itself_once(tmp_path: Path) -> None:
    plan = plan_file(tmp_path, PLAN + FIGURES.replace('measure = "change"\n', 'measure = "change"\nbase_year = 2026\n'))
    file = returns(tmp_path, "Xã A,2026,60,30,8", "Xã B,2026,40,20,8")
    options, ledger = ("--plan", str(plan), "--year", "2026"), ("--ledger", str(tmp_path / "ledger.db"))
    assert run("submit", file, "--plan", str(plan), *ledger).code == 0
    by_files, by_ledger = (
        json.loads(run("report", *place, *options, "--format", "json").out)["findings"] for place in ((file,), ledger)
    )
    assert by_ledger == by_files


def test_trend_counts_a_change_across_a_merger_as_a_report_does(tmp_path: Path) -> None:
    merged = 'until = 2027-05-31\nmerged_into = "3"\n'
    others = f'[[unit]]\ncode = "4"\nname = "Xã D"\n{merged}\n[[unit]]\ncode = "3"\nname = "Xã C"\nfrom = 2027-06-01\n'
    plan = plan_file(tmp_path, PLAN + FIGURES.replace('name = "Xã B"\n', f'name = "Xã B"\n{merged}\n{others}'))
    counts = (("A", 2026, 60), ("B", 2026, 40), ("D", 2026, 10), ("A", 2027, 50), ("C", 2027, 45))
    file = returns(tmp_path, *(f"Xã {unit},{year},{count},{count},8" for unit, year, count in counts))
    options = ("--plan", str(plan), "--ledger", str(tmp_path / "ledger.db"))
    assert run("submit", file, *options).code == 0
    _, found = findings(plan, file)
    trend = json.loads(run("trend", *options, "--format", "json").out)
    points = {s["unit"]: s["points"][-1] for s in trend["series"] if s["indicator"] == "fewer"}
    for unit, pair in {None: (95, 110), "1": (50, 60), "3": (45, 50)}.items():
        for finding in (points[unit], found["fewer", 2027, unit]):
            assert (finding["numerator"], finding["denominator"]) == pair


def test_monitored_figures_never_move_the_exit_code(plan: Path, tmp_path: Path) -> None:
    header = HEADER + ",Số buổi truyền thông"
    code, _ = findings(plan, returns(tmp_path, "Xã A,2026,4,4,5,0", "Xã B,2026,4,4,3,0", header=header))
    assert code == 0


@pytest.mark.quick(2)
@pytest.mark.parametrize("ending", ["html", "xlsx", "docx", "md", "csv", "json", "txt"])
def test_report_of_every_format_has_the_figure(plan: Path, tmp_path: Path, ending: str) -> None:
    header = HEADER + ",Số buổi truyền thông"
    file = returns(tmp_path, "Xã A,2026,4,4,5,1234", "Xã B,2026,4,4,3,", header=header)
    out = tmp_path / f"report.{ending}"
    form = {"txt": "table"}.get(ending, ending)
    ran = run(
        "report", "--year", "2026", file, "--plan", str(plan), "--format", form, "--output", str(out), "--lang", "vi"
    )
    assert (ran.code, ran.err.count("\n")) == (0, 1)  # “Đã ghi …”
    if ending in ("html", "md", "txt"):
        assert "Truyền thông: 1.234" in out.read_text("utf-8")


def test_publishing_withholds_a_change_of_a_unit(plan: Path, tmp_path: Path) -> None:
    """It tells the base year's count, which that year's own table may withhold."""
    rows = [
        f"Xã {unit},{year},{count},{count},8"
        for unit, year, count in (("A", 2026, 60), ("B", 2026, 40), ("A", 2027, 50), ("B", 2027, 45))
    ]
    _, found = findings(plan, returns(tmp_path, *rows), "--publish")
    assert found["fewer", 2027, "1"]["status"] == "withheld"
    assert found["fewer", 2027, None]["numerator"] == 95


def test_part_three_of_the_word_report_is_filled_and_dotted(plan: Path, tmp_path: Path) -> None:
    import docx

    file = returns(tmp_path, "Xã A,2026,4,4,5,7", "Xã B,2026,4,4,3,5", header=HEADER + ",Số buổi truyền thông")
    out = tmp_path / "report.docx"
    assert run("report", "--year", "2026", file, "--plan", str(plan), "--output", str(out)).code == 0
    lines = [paragraph.text for paragraph in docx.Document(str(out)).paragraphs]
    assert "- Truyền thông: 12." in lines
    assert "- Kinh phí: ……" in lines


@pytest.mark.quick(1)
@pytest.mark.parametrize(("day", "body"), [("2025-02-28", "SLĐTBXH"), ("2025-03-01", "SNV")])
def test_word_report_names_the_bodies_of_the_day_it_is_written(tmp_path: Path, day: str, body: str) -> None:
    import docx

    out = tmp_path / "report.docx"
    assert run("report", "--year", "2024", "examples/2024", "--dated", day, "--output", str(out)).code == 0
    cells = [cell.text for table in docx.Document(str(out)).tables[:1] for row in table.rows for cell in row.cells]
    assert any(f"/BC-{body}" in text for text in cells)


@pytest.mark.slow
@pytest.mark.parametrize("name", [file.stem for file in (Path("gbv_kpi/plan/builtin")).glob("*.toml")])
def test_every_built_in_plan_goes_through_every_format(name: str, tmp_path: Path) -> None:
    plan = load_plan(name)
    out = tmp_path / "blank.xlsx"
    assert run("template", "--year", str(plan.last_year), "--plan", name, "--output", str(out)).code == 0
    book = load_workbook(out)
    rows = [[cell for cell in row if not cell.protection.locked] for row in book.worksheets[0].iter_rows()]
    names_are_asked = 0 if plan.units else 1
    for number, row in enumerate(row for row in rows if row):
        for cell in row[: names_are_asked if number < 3 else 0]:
            cell.value = f"Xã {number}"
        for cell in row[names_are_asked:] if plan.units or number < 3 else ():
            cell.value = 1
    book.save(out)
    ran = run("check", str(out), "--plan", name, "--format", "json", "--fail-on", "invalid")
    assert (ran.code, json.loads(ran.out)["files"][0]["returns"]) == (0, len(plan.expected_units(plan.last_year)) or 3)
    for form in ("html", "xlsx", "docx", "md", "csv", "json"):
        for publish in ((), ("--publish",)):
            report = ("report", "--year", str(plan.last_year), str(out), "--plan", name, "--fail-on", "never")
            assert run(*report, "--output", str(tmp_path / f"r.{form}"), *publish, "--quiet").err == ""


def test_monitored_figure_of_some_units_leaves_the_verdict_final(plan: Path, tmp_path: Path) -> None:
    """What is monitored may be incomplete; that makes no judged figure provisional."""
    header = HEADER + ",Số buổi truyền thông"
    file = returns(tmp_path, "Xã A,2026,4,4,5,12", "Xã B,2026,4,4,3,", header=header)
    plan.write_text(plan.read_text("utf-8").replace("[{ from = 2027, at_most = -5 }]", "[]"), encoding="utf-8")
    shown = run("check", file, "--plan", str(plan), "--lang", "en").out
    assert "Events: 12 (provisional)." in shown
    assert shown.count("(provisional)") == 1
