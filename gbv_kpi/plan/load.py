"""Read a plan file: return its plan, or every mistake with its line."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from gbv_kpi.errors import PlanError
from gbv_kpi.i18n import phrase
from gbv_kpi.plan.assemble import Content, read_content
from gbv_kpi.plan.builtin import DEFAULT_PLAN, plan_source
from gbv_kpi.plan.error_messages import Remark, mistakes_of
from gbv_kpi.plan.lint import doubts
from gbv_kpi.plan.model import Plan
from gbv_kpi.plan.validate import contradictions


@dataclass(frozen=True, slots=True)
class PlanReading:
    """The plan of a file, or its mistakes. Only a file without mistakes has doubts."""

    plan: Plan | None  # None if there are mistakes
    mistakes: tuple[Remark, ...]
    doubts: tuple[Remark, ...] = ()


def load_plan(plan: str | Path = DEFAULT_PLAN) -> Plan:
    """Return the built-in plan with that id, or that of the plan file at that path.

    Raises `PlanError` for a plan that is missing, unreadable or contradicts itself.

    >>> load_plan().number
    '63/KH-UBND'
    """
    content, found = _validated(plan)
    if found is None:
        what = phrase("The plan file {plan} has mistakes: {mistakes}.", plan=str(plan), mistakes=content.complaint)
        raise PlanError(what)
    return found


def read_plan(plan: str | Path) -> PlanReading:
    """Return a plan, its mistakes and its doubts as values. Raises `PlanError` for a missing file.

    >>> read_plan("ninh-binh-63-kh-ubnd").doubts
    ()
    """
    content, found = _validated(plan)
    if found is None:
        return PlanReading(None, content.remarks(content.mistakes))
    return PlanReading(found, (), content.remarks(doubts(found)))


def _validated(plan: str | Path) -> tuple[Content, Plan | None]:
    """Return the content of a plan file with its mistakes, and its plan if there are none."""
    content = read_content(plan_source(plan), str(plan))
    if content.mistakes and not content.tables:
        return content, None
    found = None
    try:
        found = Plan.model_validate(content.tables)
    except ValidationError as error:
        wrong = mistakes_of(error, Plan)
        content.mistakes.extend(m for m in wrong if content.is_whole or m.location != ("field",))
    if content.is_whole:
        content.mistakes.extend(contradictions(content.tables, found))
    return content, None if content.mistakes else found
