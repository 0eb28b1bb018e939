"""What a plan file may say and hardly means is told, and fails nothing."""

from pathlib import Path

import pytest

from gbv_kpi.i18n import ENGLISH
from gbv_kpi.plan.load import read_plan
from tests.plan.files import PLAN, UNITS, plan_file


def doubts(file: Path) -> list[tuple[int | None, str, str]]:
    reading = read_plan(file)
    assert reading.mistakes == ()
    return [(doubt.line, doubt.key, ENGLISH.say(doubt.what)) for doubt in reading.doubts]


def line_of(text: str, words: str) -> int:
    """The last line that holds the words."""
    return max(number for number, line in enumerate(text.splitlines(), start=1) if words in line)


def unit(code: str, name: str, *rest: str) -> str:
    return "\n".join(["[[unit]]", f'code = "{code}"', f'name = "{name}"', *rest, ""])


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "told"),
    [
        (
            "at_least = 50",
            "above = 100",
            "above = 100",
            "indicator help, thresholds 1",
            (
                "this threshold cannot be met; keep the plan's words and judge by another threshold: "
                "override = { at_least = 100 }"
            ),
        ),
        ("at_least = 50", "at_least = 101", "= 101", "indicator help, thresholds 1", "this threshold cannot be met"),
        ("at_least = 50", "below = 0", "below = 0", "indicator help, thresholds 1", "override = { at_most = 0 }"),
        (
            "at_least = 50",
            "at_most = 1.7",
            "1.7",
            "indicator help, thresholds 1",
            "1.7 is read as percent; for a ratio",
        ),
        ("at_least = 50", "at_least = -50", "-50", "indicator help, thresholds 1", "this threshold is always met"),
        ("from = 2026", "from = 1926", "1926", "indicator help, thresholds 1, from", "in force before the plan is"),
        ("from = 2026", "from = 2031", "2031", "indicator help, thresholds 1, from", "the plan ends in 2030"),
        ('part_of = "victims"', "", "[[field]]", "field seeking", "“help” divides it by victims: set part_of"),
        (
            'vi = "Số người tìm kiếm"',
            'vi = "số người BỊ bạo lực"',
            "BỊ bạo lực",
            "field seeking, label, vi",
            "field victims has the same heading",
        ),
        (
            'counts = "people"\n\n[[field]]',
            'counts = "people"\naliases = ["Người tìm kiếm"]\n\n[[field]]',
            'aliases = ["Người tìm kiếm", "Tìm kiếm"]',
            "field seeking, aliases 1",
            "field victims has the same heading: “Người tìm kiếm”",
        ),
    ],
)
def test_a_doubt_stands_where_it_arises(tmp_path: Path, old: str, new: str, line: str, key: str, told: str) -> None:
    text = PLAN.replace('part_of = "victims"', 'aliases = ["Người tìm kiếm", "Tìm kiếm"]\npart_of = "victims"')
    changed = text.replace(old, new, 1)
    assert changed != text
    ((found_line, found_key, what),) = doubts(plan_file(tmp_path, changed))
    assert (found_line, found_key) == (line_of(changed, line), key)
    assert told in what


def test_a_field_that_no_indicator_uses_is_doubtful_unless_it_is_optional(tmp_path: Path) -> None:
    field = '\n[[field]]\nid = "calls"\nlabel = { vi = "Số cuộc gọi" }\ncounts = "cases"\n'
    ((line, key, what),) = doubts(plan_file(tmp_path, PLAN + field))
    assert (line, key) == (len(PLAN.splitlines()) + 2, "field calls")
    assert what.startswith("no indicator uses this field")
    assert doubts(plan_file(tmp_path, PLAN + field + "optional = true\n")) == []


def test_impossible_threshold_with_an_override_is_no_doubt(tmp_path: Path) -> None:
    overridden = PLAN.replace("at_least = 50", "above = 100, override = { at_least = 100 }")
    assert doubts(plan_file(tmp_path, overridden)) == []


def test_threshold_before_the_first_reported_year_is_no_doubt(tmp_path: Path) -> None:
    """A strategy of 2021 may be reported from 2026 only, with its thresholds of 2025."""
    issued_earlier = PLAN.replace("issued = 2026-01-02", "issued = 2021-03-03").replace("from = 2026", "from = 2025")
    assert doubts(plan_file(tmp_path, issued_earlier)) == []
    assert doubts(plan_file(tmp_path, PLAN.replace("issued = 2026-01-02\n", ""))) == []


def test_a_ratio_may_be_above_one_hundred(tmp_path: Path) -> None:
    ratio = PLAN.replace("thresholds", 'measure = "ratio"\nthresholds').replace("at_least = 50", "above = 100")
    assert doubts(plan_file(tmp_path, ratio)) == []


@pytest.mark.parametrize(
    ("units", "told"),
    [
        (
            unit("1", "Xã A", "until = 2027-06-30") + unit("1", "Xã B", "from = 2027-06-01", "until = 2027-06-20"),
            "another unit has the code 1 in the same period",
        ),
        (unit("1", "Xã A") + unit("2", "Xã A"), "another unit has the name Xã A in the same period"),
        (unit("1", "Xã A", "until = 2027-06-30"), "the unit ends before the plan does: set merged_into"),
        (
            unit("1", "Xã A", "until = 2028-06-30", 'merged_into = "2"') + unit("2", "Xã B", "until = 2027-12-31"),
            "no unit with the code 2 exists after this unit ends",
        ),
    ],
)
def test_units_that_overlap_or_vanish_are_doubtful(tmp_path: Path, units: str, told: str) -> None:
    assert any(what.startswith(told) for _, _, what in doubts(plan_file(tmp_path, PLAN + units)))


def test_a_merger_into_a_unit_that_lives_on_is_no_doubt(tmp_path: Path) -> None:
    assert doubts(plan_file(tmp_path, PLAN + UNITS)) == []


def test_a_third_unit_with_a_code_overlaps_the_first(tmp_path: Path) -> None:
    units = unit("1", "Xã A", "until = 2028-06-30")
    units += unit("1", "Xã B", "from = 2026-03-01", "until = 2026-03-31")
    units += unit("1", "Xã C", "from = 2027-03-01", "until = 2027-03-31")
    overlaps = [what for _, _, what in doubts(plan_file(tmp_path, PLAN + units)) if "has the code 1" in what]
    assert len(overlaps) == 2


def test_part_of_another_kind_than_its_whole_is_doubtful(tmp_path: Path) -> None:
    cases = PLAN.replace('counts = "people"\npart_of', 'counts = "cases"\npart_of')
    found = [(place, what) for _, place, what in doubts(plan_file(tmp_path, cases))]
    assert ("field seeking, part_of", "its whole counts people: correct counts or part_of") in found
