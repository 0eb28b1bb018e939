"""A plan as data, and the plan files that people write.

builtin         find plans, and a plan file to start from
toml_lines      find the line of a key in a TOML file
syntax_errors   explain why a file is not TOML
units_file      read units from a CSV next to the plan file
assemble        put the tables of a plan file together
thresholds      compare exact rates with thresholds
tables          the models of fields, thresholds, indicators, units, agencies, report texts
model           the plan they make
error_messages  explain what is wrong with a table
validate        check the tables of a plan against each other
lint            warn of what a plan file hardly means
load            read a plan file: the plan, or every mistake with its line
draft           draft a plan file from a plan's text
office          an office's settings
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gbv_kpi.plan.builtin import DEFAULT_PLAN as DEFAULT_PLAN
    from gbv_kpi.plan.load import load_plan as load_plan
    from gbv_kpi.plan.model import Plan as Plan
    from gbv_kpi.plan.tables import Indicator as Indicator
    from gbv_kpi.plan.tables import ReturnField as ReturnField
    from gbv_kpi.plan.tables import Unit as Unit

_HOME = {"DEFAULT_PLAN": "builtin", "load_plan": "load", "Plan": "model"}
_HOME |= dict.fromkeys(("Indicator", "ReturnField", "Unit"), "tables")


def __getattr__(name: str) -> object:
    """Import a name when it is first used: a plan is shown without the models that check it."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
