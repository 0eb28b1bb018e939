"""The pydantic schema of a plan's yearly return, and the same schema for whole columns.

A return is a model with a whole number for each of the plan's fields. Returns arrive by the thousand,
so they are validated column by column: one `TypeAdapter` call for each field, made of the same type.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.plan import Plan

MAX_COUNT = 999_999_999  # ten times the country's population: more is a slip of the pen

Count = Annotated[int, Field(strict=True, ge=0, le=MAX_COUNT)]

_COLUMN = TypeAdapter(list[Count])
_CODE_BY_ERROR = {"greater_than_equal": "negative-number", "less_than_equal": "number-too-large"}


def return_schema(plan: Plan) -> type[BaseModel]:
    """The model of one return of the plan: unit, year and a count for each field.

    >>> from gbv_kpi.plan import load_plan
    >>> return_schema(load_plan()).model_fields["schools"].title
    'Số cơ sở giáo dục'
    """
    counts: dict[str, Any] = {
        field.id: (Count | None, Field(None, title=field.label.vi))
        if field.optional
        else (Count, Field(title=field.label.vi))
        for field in plan.fields
    }
    years = Annotated[int, Field(strict=True, ge=plan.first_year, le=plan.last_year)]
    return create_model(
        "Return", __config__=ConfigDict(frozen=True, extra="forbid"), unit=(str, ...), year=(years, ...), **counts
    )


def count_faults(values: Sequence[int]) -> list[tuple[int, str, Phrase]]:
    """What the schema refuses in a column of whole numbers: index, problem code and message."""
    try:
        _COLUMN.validate_python(values)
    except ValidationError as error:
        return [_fault(values, mistake["loc"][0], mistake["type"]) for mistake in error.errors(include_url=False)]
    return []


def _fault(values: Sequence[int], index: int | str, kind: str) -> tuple[int, str, Phrase]:
    index = int(index)
    code = _CODE_BY_ERROR[kind]
    found = str(values[index])
    if code == "negative-number":
        return index, code, phrase("{found} is less than 0.", found=found)
    return index, code, phrase("{found} is too large for a count.", found=found)
