"""A plan written from nothing but what `plan new` says works through check, report and template."""

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.command import run


@pytest.fixture
def ratio_plan(tmp_path: Path) -> str:
    """At most 1.7, for 2026 to 2030: what an office would change in the file to start from."""
    file = tmp_path / "housework.toml"
    assert run("plan", "new", "--lang", "en", "--output", str(file)).code == 0
    text = file.read_text("utf-8")
    for old, new in (
        ('id = "my-plan"', 'id = "housework"'),
        ("Tỉnh …", "Tỉnh Ninh Bình"),
        ("… province", "Ninh Bình province"),
        ('id = "victims"', 'id = "men_minutes"'),
        ("Số người bị bạo lực trên cơ sở giới tìm kiếm sự trợ giúp", "Số phút làm việc nhà của phụ nữ"),
        ("Số người bị bạo lực trên cơ sở giới", "Số phút làm việc nhà của nam giới"),
        ('id = "victims_seeking_help"', 'id = "women_minutes"'),
        ('counts = "people"', 'counts = "minutes"'),
        ('part_of = "victims"', '# part_of = "…"'),
        ('"help-seeking"', '"housework"'),
        ('vi = "Tìm kiếm sự trợ giúp", en = "Help-seeking"', 'vi = "Việc nhà", en = "Housework"'),
        ('vi = "người tìm kiếm sự trợ giúp", en = "people seeking help"', 'vi = "phút", en = "minutes"'),
        ('quote = "…"', 'quote = "không quá 1,7 lần"'),
        ('numerator = ["victims_seeking_help"]', 'numerator = ["women_minutes"]'),
        ('denominator = ["victims"]', 'denominator = ["men_minutes"]'),
        ("{ from = 2026, at_least = 50 }", "{ from = 2026, at_most = 1.7 }"),
        ("  { from = 2030, at_least = 60 },", "#"),
        ('# measure = "ratio"', 'measure = "ratio"'),
        ('# [[unit]]\n# code = "001"\n# name = "Xã …"', '[[unit]]\ncode = "001"\nname = "Xã Gia Hưng"'),
    ):
        assert old in text, old
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")
    return str(file)


def filled(plan: str, folder: Path, women: int, men: int) -> str:
    """The template of the plan's one unit with both numbers written into it."""
    file = folder / "return.xlsx"
    assert run("template", "--year", "2026", "--plan", plan, "--output", str(file)).code == 0
    book = load_workbook(file)
    open_cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if not cell.protection.locked]
    for cell, value in zip(open_cells, (men, women), strict=True):
        cell.value = value
    book.save(file)
    return str(file)


def test_the_plan_has_no_mistake_and_shows_its_threshold(ratio_plan: str) -> None:
    assert run("plan", "check", ratio_plan).out.endswith("no mistakes.\n")
    assert "từ năm 2026: ≤ 1,7" in run("plan", "show", ratio_plan, "--lang", "vi").out


@pytest.mark.quick(1)
@pytest.mark.parametrize(("women", "code", "lacking"), [(170, 0, 0), (171, 1, 1)])
def test_exactly_one_point_seven_is_met_and_a_minute_more_is_missed(
    tmp_path: Path, ratio_plan: str, women: int, code: int, lacking: int
) -> None:
    file = filled(ratio_plan, tmp_path, women, 100)
    ran = run("check", file, "--plan", ratio_plan, "--format", "json")
    checked = json.loads(ran.out)
    assert (ran.code, checked["problems"]) == (code, [])
    assert [finding["shortfall"] for finding in checked["findings"]] == [lacking, lacking]
    shown = run("report", "--year", "2026", file, "--plan", ratio_plan)
    assert (shown.code, "≤ 1.7" in shown.out) == (code, True)
    assert ("1 too many (minutes)" in shown.out) == bool(lacking)
