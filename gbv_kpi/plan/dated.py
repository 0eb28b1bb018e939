"""What the tables of a plan file say of a year or a day, without the models that check them.

The built-in plans are known to have no mistake, so they can be shown from their tables alone.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from gbv_kpi.plan.assemble import read_content
from gbv_kpi.plan.builtin import is_built_in, plan_source

Table = Mapping[str, Any]

COMPARISONS = {"at_least": ">=", "above": ">", "at_most": "<=", "below": "<"}


def tables_of(plan: str) -> Table:
    """The tables of a built-in plan as they stand, or of a plan file once it is checked.

    Raises `PlanError` for a plan that is missing or has a mistake.
    """
    if is_built_in(plan):
        return read_content(plan_source(plan), plan).tables
    from gbv_kpi.plan.load import load_plan

    return load_plan(plan).model_dump(by_alias=True, exclude_defaults=True)


def reporting_day(tables: Table, year: int) -> date:
    """The day whose units the year is reported on: 31 December unless the plan says otherwise."""
    days = {str(key): day for key, day in tables.get("reporting_date", {}).items()}
    day: date = days.get(str(year), date(year, 12, 31))
    return day


def units_on(tables: Table, day: date) -> list[Table]:
    """The units that exist on that day."""
    return [
        unit
        for unit in tables.get("unit", ())
        if unit.get("from", unit.get("since", date.min)) <= day <= unit.get("until", date.max)
    ]


def measure_of(indicator: Table) -> str:
    """The measure given, else percent where there is a denominator, else a count."""
    measure: str = indicator.get("measure", "percent" if indicator.get("denominator") else "count")
    return measure


def threshold_in(indicator: Table, year: int) -> Table | None:
    """The threshold in force: the one with the latest year not after `year`; None before the first."""
    begun = [entry for entry in indicator["thresholds"] if entry["from"] <= year]
    return max(begun, key=lambda entry: int(entry["from"]), default=None)


def bound_of(comparison: Table) -> tuple[str, int | Decimal]:
    """A comparison as its sign and its number."""
    return next((sign, comparison[key]) for key, sign in COMPARISONS.items() if key in comparison)
