"""Model a plan, and read plan files."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gbv_kpi.plan.builtin import DEFAULT_PLAN as DEFAULT_PLAN
    from gbv_kpi.plan.load import load_plan as load_plan
    from gbv_kpi.plan.model import Plan as Plan
    from gbv_kpi.plan.tables import Indicator as Indicator
    from gbv_kpi.plan.tables import ReturnField as ReturnField
    from gbv_kpi.plan.tables import Unit as Unit

_MODULE_BY_NAME = {"DEFAULT_PLAN": "builtin", "load_plan": "load", "Plan": "model"}
_MODULE_BY_NAME |= dict.fromkeys(("Indicator", "ReturnField", "Unit"), "tables")


def __getattr__(name: str) -> object:
    """Import a name when it is first used: listing plans needs no pydantic."""
    if name not in _MODULE_BY_NAME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_BY_NAME[name]}"), name)
