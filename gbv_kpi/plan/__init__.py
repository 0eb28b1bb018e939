"""A plan as data, and the plan files that people write.

tables          fields, thresholds, indicators, units, agencies, the words of a report
model           the plan they make
lines           on which line of a TOML file a key stands
mistakes        what a file has wrong, in the words of whoever wrote it
contradictions  what the tables of a file must have in common
doubts          what a file may say and hardly means
taken           fields taken over from another plan
units_file      units from a CSV beside the plan file
library         the built-in plans
file            a plan file read: the plan, or every mistake with its line
"""

from gbv_kpi.plan.file import load_plan
from gbv_kpi.plan.library import DEFAULT_PLAN
from gbv_kpi.plan.model import Plan
from gbv_kpi.plan.tables import Agency, Indicator, Report, ReturnField, ThresholdEntry, Unit

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
