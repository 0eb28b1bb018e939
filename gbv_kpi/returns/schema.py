"""The pydantic model of a plan's yearly return, and the validation of whole columns by its fields."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model
from pydantic.fields import FieldInfo

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.plan import Plan

MAX_COUNT = 99_999_999  # the population of the country: more is a slip of the pen
MAX_VND = 10**15  # half the country's budget; spreadsheets keep it exact

Count = Annotated[int, Field(strict=True, ge=0, le=MAX_COUNT)]
Money = Annotated[int, Field(strict=True, ge=0, le=MAX_VND)]


def return_schema(plan: Plan) -> type[BaseModel]:
    """Return the model of one return of the plan: unit, year and a count for each field.

    >>> from gbv_kpi.plan import load_plan
    >>> return_schema(load_plan()).model_fields["schools"].title
    'Số cơ sở giáo dục'
    """
    counts: dict[str, Any] = {
        field.id: (number | None, Field(None, title=field.label.vi))
        if field.optional
        else (number, Field(title=field.label.vi))
        for field in plan.fields
        for number in [Money if field.dtype == "Int64" else Count]
    }
    years = Annotated[int, Field(strict=True, ge=plan.first_year, le=plan.last_year)]
    return create_model(
        "Return",
        __config__=ConfigDict(frozen=True, extra="forbid", defer_build=True),
        unit=(str, ...),
        year=(years, ...),
        **counts,
    )


def column_faults(field: FieldInfo, values: Sequence[int]) -> list[tuple[int, str, Phrase]]:
    """Return the values that a field refuses in a column of whole numbers: index, problem code and message."""
    item: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    try:
        _column_adapter(item).validate_python(values)
    except ValidationError as error:
        return [_fault(values, int(fault["loc"][0]), fault["type"]) for fault in error.errors(include_url=False)]
    return []


@lru_cache  # the fields of a plan have a few types between them, and an adapter takes a millisecond
def _column_adapter(item: Any) -> TypeAdapter[list[int]]:
    return TypeAdapter(list[item])


def _fault(values: Sequence[int], index: int, kind: str) -> tuple[int, str, Phrase]:
    found = str(values[index])
    if kind == "greater_than_equal":
        return index, "negative-number", phrase("{found} is less than 0.", found=found)
    if kind == "less_than_equal":
        return index, "number-too-large", phrase("{found} is too large for a count.", found=found)
    raise ValueError(f"the schema of a return refuses {found} for a reason without a problem code: {kind}")
