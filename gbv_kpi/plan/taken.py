"""Fields taken over from another plan (`fields_from`), so that what two plans count is written once."""

from collections.abc import Mapping
from typing import Any

from gbv_kpi.plan.model import Plan

__all__ = ["taken_fields"]


def taken_fields(tables: Mapping[str, Any], other: Plan) -> list[dict[str, Any]]:
    """The fields of `other` that a plan file needs and has not itself, as it would write them.

    Needed are those that its indicators name, what those are a part of, and what may be given as a part of them:
    a plan asks its units for nothing else.
    """
    own = [entry for entry in tables.get("field", ()) if isinstance(entry, Mapping)]
    needed = {name for entry in own for name in (entry.get("part_of"), entry.get("form_of")) if isinstance(name, str)}
    indicators = tables.get("indicator")
    for indicator in indicators if isinstance(indicators, list) else ():
        for key in ("numerator", "denominator"):
            named = indicator.get(key) if isinstance(indicator, Mapping) else None
            needed |= {name for name in named if isinstance(name, str)} if isinstance(named, list) else set()
    for _ in other.fields:  # a chain of parts and wholes is no longer than that
        wholes = {whole for f in other.fields if f.id in needed for whole in (f.part_of, f.form_of) if whole}
        parts = {f.id for f in other.fields if f.optional and f.part_of in needed}
        if wholes | parts <= needed:
            break
        needed |= wholes | parts
    needed -= {entry.get("id") for entry in own}
    return [f.model_dump(by_alias=True, exclude_defaults=True) for f in other.fields if f.id in needed]
