"""Each level of units has its own deadline, and lateness is judged by it."""

import json
from pathlib import Path

from tests.command import run
from tests.plan.files import PLAN, plan_file

LEVELS = """
[[unit]]
code = "1"
name = "Xã A"

[[unit]]
code = "2"
name = "Huyện B"

[[unit]]
code = "3"
name = "Phường C"

[[unit]]
code = "4"
name = "Cấp tỉnh"
level = "department"

[deadline]
2026 = { commune = 2001-01-01, district = 2199-01-01, department = 2199-01-03 }
"""


def test_status_judges_lateness_by_the_deadline_of_the_level(tmp_path: Path) -> None:
    plan, ledger = plan_file(tmp_path, PLAN + LEVELS), tmp_path / "ledger.db"
    file = tmp_path / "returns.csv"
    file.write_text("Đơn vị,Năm,Số người bị bạo lực,Số người tìm kiếm\nPhường C,2026,4,4\n", encoding="utf-8")
    options = ("--plan", str(plan), "--ledger", str(ledger), "--format", "json")
    submitted = json.loads(run("submit", str(file), *options).out)
    assert "late-return" in json.dumps(submitted)
    status = json.loads(run("status", "--year", "2026", *options).out)
    assert {unit["unit"]: (unit["status"], unit["deadline"]) for unit in status["units"]} == {
        "1": ("overdue", "2001-01-01"),
        "2": ("missing", "2199-01-01"),
        "3": ("late", "2001-01-01"),
        "4": ("missing", "2199-01-03"),
    }
    assert (status["deadline"], status["deadlines"]["commune"]) == ("2199-01-03", "2001-01-01")
    shown = run("status", "--year", "2026", "--plan", str(plan), "--ledger", str(ledger), "--lang", "vi").out
    assert "Hạn nộp báo cáo năm 2026 của cấp xã: 01/01/2001." in shown


def test_unit_without_a_deadline_of_its_level_is_a_warning(tmp_path: Path) -> None:
    text = PLAN + LEVELS.replace('level = "department"', "")
    ran = run("plan", "check", str(plan_file(tmp_path, text)))
    assert ran.code == 0
    assert "unit 4, name: no deadline of 2026 applies to this unit" in ran.out
