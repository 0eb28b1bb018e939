"""Fields of another plan are used without writing them again."""

from pathlib import Path

import pytest

from gbv_kpi.errors import PlanError
from gbv_kpi.plan import load_plan
from gbv_kpi.plan.load import read_plan
from tests.plan.files import PLAN, plan_file

FIELDS, INDICATORS = PLAN.index("[[field]]"), PLAN.index("[[indicator]]")
OWN_FIELDS = PLAN[FIELDS:INDICATORS]


def taking(other: str, own: str = "", indicators: str = PLAN[INDICATORS:]) -> str:
    """A plan file whose fields come from another one."""
    return f'fields_from = "{other}"\n{PLAN[:FIELDS]}{own}{indicators}'


def test_fields_of_a_plan_file_beside_this_one_are_taken(tmp_path: Path) -> None:
    plan_file(tmp_path, name="other.toml")
    plan = load_plan(plan_file(tmp_path, taking("other.toml")))
    assert plan.fields == load_plan(tmp_path / "other.toml").fields


def test_only_what_the_indicators_need_is_taken_and_what_that_is_a_part_of(tmp_path: Path) -> None:
    indicators = (
        PLAN[INDICATORS:].replace('["seeking"]', '["cases_helped"]').replace('["victims"]', '["cases_needing_help"]')
    )
    plan = load_plan(plan_file(tmp_path, taking("ninh-binh-63-kh-ubnd", indicators=indicators)))
    given = [field.id for field in plan.fields if not field.optional]
    assert given == ["cases_needing_help", "cases_helped"]
    assert {field.part_of for field in plan.fields if field.optional} == {"cases_helped"}
    assert plan.abbreviations["BLG"] == "bạo lực trên cơ sở giới"


def test_a_field_of_its_own_goes_before_that_of_the_other_plan(tmp_path: Path) -> None:
    plan_file(tmp_path, name="other.toml")
    own = '[[field]]\nid = "victims"\nlabel = { vi = "Nạn nhân" }\ncounts = "people"\n'
    plan = load_plan(plan_file(tmp_path, taking("other.toml", own)))
    assert [(field.id, field.label.vi) for field in plan.fields] == [
        ("victims", "Nạn nhân"),
        ("seeking", "Số người tìm kiếm"),
    ]


def test_a_mistake_in_a_field_taken_over_is_told_of_the_file_it_stands_in(tmp_path: Path) -> None:
    plan_file(tmp_path, PLAN.replace('part_of = "victims"', 'part_off = "victims"'), "other.toml")
    (mistake,) = read_plan(plan_file(tmp_path, taking("other.toml"))).mistakes
    assert (mistake.file, mistake.line, mistake.key) == ("other.toml", 19, "field seeking, part_off")


@pytest.mark.parametrize("line", ['part_of = ["victims"]', 'id = ["seeking"]'])
def test_list_in_place_of_a_field_of_the_other_plan_is_a_mistake(tmp_path: Path, line: str) -> None:
    plan_file(tmp_path, PLAN.replace(line.replace("[", "").replace("]", ""), line), "other.toml")
    assert read_plan(plan_file(tmp_path, taking("other.toml"))).mistakes


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (
            "no-such.toml",
            "line 1: fields_from: unknown plan no-such.toml: it is neither built in nor in the folder of this file",
        ),
        ("plan.toml", "line 1: fields_from: the plan plan.toml takes its own fields from this plan"),
        ("broken.toml", "line 1: fields_from: the plan broken.toml has mistakes: run gbv-kpi plan check on it first"),
        ("round.toml", "line 1: fields_from: the plan round.toml has mistakes: run gbv-kpi plan check on it first"),
    ],
)
def test_fields_that_cannot_be_had_are_one_mistake(tmp_path: Path, other: str, told: str) -> None:
    plan_file(tmp_path, "schema = \n", "broken.toml")
    plan_file(tmp_path, taking("plan.toml"), "round.toml")
    with pytest.raises(PlanError) as stopped:
        load_plan(plan_file(tmp_path, taking(other)))
    assert told in str(stopped.value)
    assert ";" not in str(stopped.value)
