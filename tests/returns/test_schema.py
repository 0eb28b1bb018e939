import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gbv_kpi.plan import load_plan
from gbv_kpi.returns.schema import MAX_COUNT, column_faults, return_schema

PLAN = load_plan()
SCHEMA = return_schema(PLAN)
WELL = {field.id: 1 for field in PLAN.fields if not field.optional}


def accepts(**change: object) -> bool:
    try:
        SCHEMA.model_validate({"unit": "372", "year": 2023, **WELL, **change})
    except ValidationError:
        return False
    return True


@given(st.integers(-5, 5) | st.integers(MAX_COUNT - 3, MAX_COUNT + 3) | st.integers())
def test_a_column_is_held_to_the_schema_of_one_return(count: int) -> None:
    assert accepts(schools=count) == (column_faults(SCHEMA.model_fields["schools"], [count]) == [])


@pytest.mark.parametrize("field", ["schools", "helped_legal"], ids=["required", "optional"])
def test_a_fault_is_told_with_its_place_in_the_column(field: str) -> None:
    faults = column_faults(SCHEMA.model_fields[field], [3, -4, MAX_COUNT + 1, 0])
    assert [(index, code) for index, code, _ in faults] == [(1, "negative-number"), (2, "number-too-large")]


@pytest.mark.parametrize("value", [12.5, "12", True, None])
def test_a_return_takes_whole_numbers_only(value: object) -> None:
    assert not accepts(schools=value)


def test_a_return_has_every_field_of_the_plan_and_no_other() -> None:
    assert set(SCHEMA.model_fields) == {"unit", "year", *PLAN.field_by_id}
    assert not accepts(pupils=3)
    assert not accepts(year=2019)
    assert accepts(helped_legal=None)
