"""Contradictions between the tables of a plan file are reported with whatever else is wrong."""

from pathlib import Path

import pytest

from gbv_kpi.i18n import ENGLISH
from gbv_kpi.plan.load import read_plan
from tests.plan.files import PLAN, UNITS, plan_file

CASES = '\n[[field]]\nid = "cases"\nlabel = { vi = "Số vụ" }\ncounts = "cases"\n'


def mistakes(file: Path) -> list[tuple[str, str]]:
    return [(mistake.key, ENGLISH.say(mistake.what)) for mistake in read_plan(file).mistakes]


def test_people_are_never_added_to_cases(tmp_path: Path) -> None:
    text = PLAN.replace('["victims"]', '["victims", "cases"]') + CASES
    assert mistakes(plan_file(tmp_path, text)) == [
        ("indicator help, denominator", "cases, people are counted separately and cannot be added up")
    ]


def test_a_ring_of_parts_is_told_of_each(tmp_path: Path) -> None:
    text = PLAN.replace('counts = "people"\n\n', 'counts = "people"\npart_of = "seeking"\n\n', 1)
    assert mistakes(plan_file(tmp_path, text)) == [
        ("field victims, part_of", "a field cannot be part of itself"),
        ("field seeking, part_of", "a field cannot be part of itself"),
    ]


def test_a_code_may_be_used_again_but_not_by_two_units_of_one_year(tmp_path: Path) -> None:
    again = UNITS.replace('code = "2"', 'code = "1"\nfrom = 2027-07-01').replace('into = "2"', 'into = "1"')
    assert mistakes(plan_file(tmp_path, PLAN + again)) == []
    both = again.replace("from = 2027-07-01\n", "")
    assert mistakes(plan_file(tmp_path, PLAN + both)) == [("unit 1, code", "two units have the code 1 in 2026")]


@pytest.mark.parametrize("misspelt", [("counts", "count"), ("header", "headr"), ("quote", "qoute")])
def test_a_misspelt_key_hides_no_contradiction_and_makes_none(tmp_path: Path, misspelt: tuple[str, str]) -> None:
    """The field with the misspelt key is there all the same: who names it is not wrong."""
    text = PLAN.replace('part_of = "victims"', 'header = { vi = ["A", "B"] }\npart_of = "victim"').replace(*misspelt, 1)
    told = mistakes(plan_file(tmp_path, text))
    assert [key for key, _ in told if misspelt[1] in key] != []
    assert (
        "field seeking, part_of",
        "unknown field victim; did you mean victims? The fields are victims, seeking",
    ) in told
    assert len(told) == 2


def test_a_misspelt_key_hides_neither_reversed_years_nor_mixed_sums(tmp_path: Path) -> None:
    text = PLAN.replace('["victims"]', '["victims", "cases"]') + CASES + CASES.replace("counts", "count")
    text = text.replace("last_year = ", "last_year = 1990 # ", 1)
    found = mistakes(plan_file(tmp_path, text))
    assert found[:3] == [
        ("last_year", "the last year is before the first"),
        ("indicator help, denominator", "cases, people are counted separately and cannot be added up"),
        ("field cases, id", "duplicate field cases"),
    ]
    assert [key for key, _ in found[3:]] == ["field cases, count"]
