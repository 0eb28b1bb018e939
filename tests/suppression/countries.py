"""Made-up provinces of one to ten units over some years, as small as real ones, with mergers and silent units."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gbv_kpi.ledger.entries import key_of
from gbv_kpi.ledger.records import Entry, Figure
from gbv_kpi.plan import Plan, Unit, load_plan

MIDDLE = 2023  # the last year before a merger
PAIRS = (
    ("victims_seeking_help", "victims"),
    ("cases_helped", "cases_needing_help"),
    ("schools_integrating", "schools"),
)


def plan_but(**tables: Any) -> Plan:
    """The plan of Ninh Bình with other tables in place of its own."""
    return Plan.model_validate({**load_plan().model_dump(by_alias=True), **tables})


def plan_of(units: list[dict[str, Any]]) -> Plan:
    """The plan without its training, for other units."""
    indicators = [one for one in load_plan().indicators if one.id != "training"]
    return plan_but(indicator=indicators, unit=units, reporting_date={}, reporting_date_reason={})


def random_plan(chance: random.Random) -> Plan:
    names = [f"U{number:02}" for number in range(chance.randint(1, 10))]
    units: list[dict[str, Any]] = [{"code": name, "name": f"Huyện {name}"} for name in names]
    if chance.random() < 0.2:
        units[0]["expected"] = False
    if len(units) > 2 and chance.random() < 0.5:
        for unit in units[1:3]:
            unit.update({"until": f"{MIDDLE}-12-31", "merged_into": "M"})
        units.append({"code": "M", "name": "Thị xã M", "from": f"{MIDDLE + 1}-01-01"})
    if len(units) > 4 and chance.random() < 0.15:
        units[3]["until"] = f"{MIDDLE}-12-31"  # and nobody takes it over
    return plan_of([{**unit} for unit in units])


def random_entries(plan: Plan, chance: random.Random) -> list[Entry]:
    """Returns of up to four years around the middle one."""
    first = chance.randint(MIDDLE - 1, MIDDLE + 1)
    most = chance.choice((3, 6, 10, 25))
    return [
        entry(plan, unit, year, counts)
        for year in range(first, first + chance.randint(1, 3))
        for unit in plan.units_in(year)
        if chance.random() < 0.9 and (counts := _counts(unit, most, chance))
    ]


def _counts(unit: Unit, most: int, chance: random.Random) -> dict[str, int]:
    counts: dict[str, int] = {}
    for part, whole in PAIRS:
        if not unit.expected and chance.random() < 0.5:
            continue  # it may leave blank what it does not run
        counts[whole] = 0 if chance.random() < 0.2 else chance.randint(0, most)
        reached = chance.choice((0.0, 0.5, 0.9, 1.0))
        counts[part] = sum(chance.random() < reached for _ in range(counts[whole]))
    return counts


def entry(plan: Plan, unit: Unit, year: int, counts: Mapping[str, int]) -> Entry:
    return Entry(
        plan=plan.id,
        unit_code=unit.code,
        unit_since=key_of(unit).since,
        unit_name=unit.name,
        year=year,
        revision=1,
        sheet=None,
        figures={field: Figure(count, None) for field, count in counts.items()},
        file="f.csv",
        sha256="0" * 64,
        content="0" * 64,
        at=datetime(year, 12, 1, tzinfo=UTC),
        who="lan",
    )
