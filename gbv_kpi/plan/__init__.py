"""A plan as data, and the plan files that people write.

built_in        the built-in plans, and where a plan is found
lines           on which line of a TOML file a key stands
taken           fields taken over from another plan
units_file      units from a CSV beside the plan file
content         what stands in a plan file, put together
syntax          what makes a file no TOML
dated           what its tables say of a year or a day, unchecked
starting        a plan file to start from
tables          fields, thresholds, indicators, units, agencies, the words of a report
model           the plan they make
mistakes        what is wrong with a table, in the words of whoever wrote it
contradictions  what the tables of a file must have in common
doubts          what a file may say and hardly means
file            a plan file read: the plan, or every mistake with its line
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gbv_kpi.plan.builtin import DEFAULT_PLAN
    from gbv_kpi.plan.load import load_plan
    from gbv_kpi.plan.model import Plan
    from gbv_kpi.plan.tables import Agency, Indicator, Report, ReturnField, ThresholdEntry, Unit

_HOME = {
    "DEFAULT_PLAN": "built_in",
    "load_plan": "file",
    "Plan": "model",
    **dict.fromkeys(("Agency", "Indicator", "Report", "ReturnField", "ThresholdEntry", "Unit"), "tables"),
}

__all__ = [
    "DEFAULT_PLAN",
    "Agency",
    "Indicator",
    "Plan",
    "Report",
    "ReturnField",
    "ThresholdEntry",
    "Unit",
    "load_plan",
]


def __getattr__(name: str) -> object:
    """Imported when first used: a plan is shown without the models that check it."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
