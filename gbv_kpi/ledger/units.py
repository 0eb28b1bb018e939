"""The plan's units by the keys the ledger knows them by."""

from gbv_kpi.ledger.entries import UnitKey, key_of
from gbv_kpi.plan import Plan, Unit


class UnitsByKey:
    """What a unit is, or has become part of, in any year of the plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._unit_by_key = {key_of(unit): unit for unit in plan.units}
        self._found: dict[tuple[UnitKey, int], Unit | None] = {}

    def in_year(self, key: UnitKey, year: int) -> Unit | None:
        """The unit of that year; None where the plan has none. A plan without units takes any."""
        if (key, year) not in self._found:
            self._found[key, year] = self._find(key, year)
        return self._found[key, year]

    def _find(self, key: UnitKey, year: int) -> Unit | None:
        if not self._plan.units:
            return Unit(code=key.code, name=key.code)
        named = self._unit_by_key.get(key)
        return self._plan.successor(named, year) if named else None
