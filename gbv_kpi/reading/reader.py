"""Bundle what reading needs besides the sheet: plan, vocabulary, units and assumed year."""

from dataclasses import dataclass

from gbv_kpi.plan import Plan
from gbv_kpi.reading.meanings import Vocabulary
from gbv_kpi.reading.units import UnitDirectory


@dataclass(frozen=True)
class AssumedYear:
    """The year of returns that name none; if it `binds`, naming another year is a problem."""

    year: int
    binds: bool = False


class Reader:
    """The context shared by all sheets of a call."""

    def __init__(self, plan: Plan, assumed: AssumedYear | None = None) -> None:
        self.plan, self.assumed = plan, assumed
        self.vocabulary, self.units = Vocabulary(plan), UnitDirectory(plan)
