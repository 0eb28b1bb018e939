"""What the tables of a plan file say of a year or a day, without the models that check them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

__all__ = ["bound_of", "reporting_day", "threshold_in", "units_on"]

Table = Mapping[str, Any]

COMPARISONS = {"at_least": ">=", "above": ">", "at_most": "<=", "below": "<"}


def reporting_day(tables: Table, year: int) -> date:
    """The day whose units the year is reported on: 31 December unless the plan says otherwise."""
    day = tables.get("reporting_date", {}).get(str(year))
    return day if isinstance(day, date) else date(year, 12, 31)


def units_on(tables: Table, day: date) -> list[Table]:
    """The units that exist on that day."""
    return [u for u in tables.get("unit", ()) if u.get("from", date.min) <= day <= u.get("until", date.max)]


def threshold_in(indicator: Table, year: int) -> Table | None:
    """The threshold in force: the one with the latest year not after `year`; None before the first."""
    begun = [entry for entry in indicator["thresholds"] if entry["from"] <= year]
    return max(begun, key=lambda entry: int(entry["from"]), default=None)


def bound_of(comparison: Table) -> tuple[str, int | Decimal]:
    """A comparison as its sign and its number."""
    return next((sign, comparison[key]) for key, sign in COMPARISONS.items() if key in comparison)
