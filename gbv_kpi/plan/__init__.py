"""Model a plan, and read plan files."""

from gbv_kpi.plan.load import load_plan as load_plan
from gbv_kpi.plan.model import Plan as Plan
from gbv_kpi.plan.tables import Indicator as Indicator
from gbv_kpi.plan.tables import ReturnField as ReturnField
from gbv_kpi.plan.tables import Unit as Unit
