"""What reading needs besides the sheet: the plan, the words of its headings, its units, and the assumed year."""

from dataclasses import dataclass

from gbv_kpi.plan import Plan
from gbv_kpi.reading.meanings import Vocabulary
from gbv_kpi.reading.units import UnitDirectory


@dataclass(frozen=True, slots=True)
class AssumedYear:
    """The year of returns that name none; where it `binds`, a return that names another is a problem."""

    year: int
    binds: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """The same for every sheet of a call."""

    plan: Plan
    vocabulary: Vocabulary
    units: UnitDirectory
    assumed: AssumedYear | None = None


def reader_of(plan: Plan, assumed: AssumedYear | None = None) -> Reader:
    return Reader(plan, Vocabulary(plan), UnitDirectory(plan), assumed)
