"""From the names an officer gives to the outcome: find the files, read them, hold them against the plan."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from gbv_kpi.engine import evaluate
from gbv_kpi.errors import UsageError
from gbv_kpi.exits import FailOn
from gbv_kpi.language import Language, phrase
from gbv_kpi.outcome import Outcome
from gbv_kpi.outlook import outlooks
from gbv_kpi.output import error_console
from gbv_kpi.plan import load_plan
from gbv_kpi.problems import has_errors
from gbv_kpi.reading.identity import AssumedYear
from gbv_kpi.reading.sources import find_sources
from gbv_kpi.returns import read_returns

if TYPE_CHECKING:
    from gbv_kpi.ledger.store import Ledger

__all__ = ["judge_check", "judge_ledger", "judge_report", "watched"]

MANY_FILES = 8  # from here on a person may wonder whether anything happens


def judge_check(names: Sequence[str], plan: str, year: int | None, fail_on: FailOn, language: Language) -> Outcome:
    """What is wrong in the files, and how units and province stand. `year` is that of a file that names none."""
    return _judge("check", names, plan, None if year is None else AssumedYear(year, binds=True), fail_on, language)


def judge_report(names: Sequence[str], plan: str, year: int, fail_on: FailOn, language: Language) -> Outcome:
    """How the province stands in one year. Raises `UsageError` where the files hold no return of it."""
    outcome = _judge("report", names, plan, AssumedYear(year), fail_on, language)
    outcome = outcome.of_year(year)
    if not outcome.scorecard.coverage and not has_errors(outcome.problems):
        raise UsageError(phrase("The files hold no return of {year}.", year=str(year)))
    return replace(outcome, outlook=tuple(outlooks(outcome.scorecard, {})))


def judge_ledger(ledger: "Ledger", plan_name: str, year: int, as_of: datetime | None, fail_on: FailOn) -> Outcome:
    """How the province stands in one year by what the ledger holds, or held. Raises `UsageError` for nothing."""
    from gbv_kpi.ledger.read import entries_of, latest, returns_from
    from gbv_kpi.ledger.recast import recast

    plan = load_plan(plan_name)
    with ledger.reading() as connection:
        returns = returns_from(latest(entries_of(connection, plan, years=[year], as_of=as_of)), plan)
        if returns.frame.empty:
            raise UsageError(
                phrase("The ledger {ledger} holds no return of {year}.", ledger=ledger.name, year=str(year))
            )
        scorecard = evaluate(returns, plan)
        provisional = any(finding.provisional for finding in scorecard.findings)
        past = latest(entries_of(connection, plan, years=[year - 1], as_of=as_of)) if provisional else []
    last_year = {group.unit.code: group.values() for group in recast(past, plan, year) if group.complete}
    return Outcome(
        "report",
        scorecard,
        (),
        returns.files,
        fail_on=fail_on,
        outlook=tuple(outlooks(scorecard, last_year)),
        as_of=as_of,
    )


def _judge(
    command: str, names: Sequence[str], plan_name: str, assumed: AssumedYear | None, fail_on: FailOn, language: Language
) -> Outcome:
    plan = load_plan(plan_name)
    found, left_out = find_sources(names)
    if not found:
        raise UsageError(phrase("There is no return in {names}.", names=", ".join(names)))
    returns = read_returns(found, plan, assumed, lambda files: watched(files, language))
    return Outcome(
        command, evaluate(returns, plan), returns.problems, returns.files, left_out=tuple(left_out), fail_on=fail_on
    )


def watched(names: Sequence[str], language: Language) -> Iterable[str]:
    """The names, with a progress bar on standard error where the work is long and a person is watching."""
    if len(names) < MANY_FILES or not sys.stderr.isatty():
        return names
    from rich.progress import track

    return track(names, language.say(phrase("Reading returns")), console=error_console(), transient=True)
