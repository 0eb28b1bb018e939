"""gbv-kpi: yearly returns of a plan against gender-based violence, judged by the plan's thresholds.

>>> from gbv_kpi import evaluate, load_plan, read_returns
>>> plan = load_plan()
>>> returns = read_returns(["examples/2024/bieu-cheo-2024.xlsx"], plan)
>>> [problem.code for problem in returns.problems]
[]
>>> frame = evaluate(returns, plan).to_frame()
>>> frame[frame["scope"] == "province"].set_index("indicator")[["numerator", "denominator", "status"]]
              numerator  denominator   status
indicator
help-seeking         27           49  not-due
assistance           40           40  not-due
training           2462         2587      met
education           474          502      met
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gbv_kpi.kpi.engine import evaluate
    from gbv_kpi.plan import load_plan
    from gbv_kpi.returns.collect import read_returns
    from gbv_kpi.returns.schema import return_schema

__version__ = "0.2.0"

_MODULE_BY_NAME = {
    "load_plan": "gbv_kpi.plan",
    "read_returns": "gbv_kpi.returns.collect",
    "evaluate": "gbv_kpi.kpi.engine",
    "return_schema": "gbv_kpi.returns.schema",
}

__all__ = ["__version__", "evaluate", "load_plan", "read_returns", "return_schema"]


def __getattr__(name: str) -> object:
    """Import a name of the Python interface when it is first used: the command line must start without pandas."""
    if name not in _MODULE_BY_NAME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_BY_NAME[name]), name)
