"""A plan as data, and the plan files that people write.

builtin         find the built-in plans
toml_lines      find the line of a key in a TOML file
shared_fields   take fields from another plan
units_file      read units from a CSV beside the plan file
assemble        put the tables of a plan file together
syntax_errors   explain why a file is not TOML
new_file        write a plan file to start from
thresholds      compare exact rates with thresholds
tables          the models of fields, thresholds, indicators, units, agencies, report texts
model           the plan they make
error_messages  explain what is wrong with a table
validate        check the tables of a plan against each other
lint            warn of what a plan file hardly means
load            read a plan file: the plan, or every mistake with its line
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gbv_kpi.plan.builtin import DEFAULT_PLAN
    from gbv_kpi.plan.load import load_plan
    from gbv_kpi.plan.model import Plan
    from gbv_kpi.plan.tables import Agency, Indicator, Report, ReturnField, ThresholdEntry, Unit

_HOME = {
    "DEFAULT_PLAN": "builtin",
    "load_plan": "load",
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
