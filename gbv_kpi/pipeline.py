"""Judge files or a ledger: read the returns, evaluate them, and put the outcome together."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from gbv_kpi.console import error_console
from gbv_kpi.errors import UsageError
from gbv_kpi.exit_codes import FailOn
from gbv_kpi.i18n import Language, phrase
from gbv_kpi.kpi.engine import counts_of_year, evaluate, recast
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.outlook import outlooks
from gbv_kpi.kpi.trend import trend_of
from gbv_kpi.plan import Plan
from gbv_kpi.problems import has_errors
from gbv_kpi.returns.frame import Returns

if TYPE_CHECKING:
    from gbv_kpi.ledger.database import Ledger

MANY_FILES = 8  # from here on the user sees progress


def judge_check(names: Sequence[str], plan: Plan, year: int | None, fail_on: FailOn, language: Language) -> Outcome:
    """Judge units and province by files; `year` is assumed for files that name none."""
    outcome, _ = _judge("check", names, plan, year, fail_on, language)
    return outcome


def judge_report(
    names: Sequence[str], plan: Plan, year: int, fail_on: FailOn, language: Language, *, detailed: bool = False
) -> Outcome:
    """Judge the province in one year by files; `detailed` adds the underlying counts and the trend.

    Raises `UsageError` where the files hold no return of that year.
    """
    outcome, returns = _judge("report", names, plan, year, fail_on, language)
    outcome = outcome.of_year(year)
    if not outcome.scorecard.coverage and not has_errors(outcome.problems):
        raise UsageError("The files contain no return for {year}: check --year.", year=str(year))
    outcome = replace(outcome, outlook=tuple(outlooks(outcome.scorecard, {})))
    if detailed:
        valid = returns.valid
        return _detailed(outcome, returns, replace(returns, frame=valid[valid["year"] <= year]), year)
    return outcome


def judge_ledger(
    ledger: "Ledger", plan: Plan, year: int, as_of: datetime | None, fail_on: FailOn, *, detailed: bool = False
) -> Outcome:
    """Judge the province in one year by the ledger, now or at `as_of`. Raises `UsageError` if it has no return."""
    from gbv_kpi.ledger.entries import returns_from
    from gbv_kpi.ledger.query import current_entries, entries_of_year
    from gbv_kpi.ledger.year import year_record

    with ledger.reading() as connection:
        current = entries_of_year(connection, plan, year, as_of)
        base = current_entries(connection, plan, plan.base_years(year), as_of)
        returns = returns_from([*base, *current], plan)
        scorecard = evaluate(returns, plan).of_year(year)
        provisional = bool(scorecard.of_province().frame["provisional"].any())
        record = year_record(connection, plan, year, current, as_of)
        past_years = range(plan.first_year, year) if detailed else [year - 1] if provisional else []
        past = current_entries(connection, plan, past_years, as_of) if past_years else []
    values_by_unit = {}
    if provisional:
        last_year = returns_from((entry for entry in past if entry.year == year - 1), plan, only_known=True)
        last_year = replace(last_year, frame=recast(last_year.frame, plan, year))
        values_by_unit = {counts.unit: counts.values for counts in counts_of_year(last_year, plan, year - 1)}
    outcome = Outcome(
        "report",
        scorecard,
        (),
        returns.files,
        fail_on=fail_on,
        outlook=tuple(outlooks(scorecard, values_by_unit)),
        as_of=as_of,
        recorded=max(entry.at for entry in current),
        year_record=record,
    )
    return _detailed(outcome, returns, returns_from([*past, *current], plan), year) if detailed else outcome


def _judge(
    command: str, names: Sequence[str], plan: Plan, year: int | None, fail_on: FailOn, language: Language
) -> tuple[Outcome, Returns]:
    from gbv_kpi.reading.reader import AssumedYear
    from gbv_kpi.returns.collect import read_returns
    from gbv_kpi.sheets.sources import find_sources

    found, left_out = find_sources(names)
    if not found:
        raise UsageError("No return found in {names}: put the files there.", names=", ".join(names))
    assumed = None if year is None else AssumedYear(year, binds=command == "check")
    returns = read_returns(found, plan, assumed, lambda files: with_progress(files, language))
    if not returns.frame["is_reported"].any() and not has_errors(returns.problems):
        reason = (
            returns.problems[0].message if returns.problems else phrase("No figure is filled in; the file was skipped.")
        )
        raise UsageError("No return found in {names}: {reason}", names=", ".join(names), reason=reason)
    returns = replace(returns, tables=())  # the cells are read; those of a million returns take 60 MiB
    scorecard = evaluate(returns, plan)
    return Outcome(
        command, scorecard, returns.problems, returns.files, left_out=tuple(left_out), fail_on=fail_on
    ), returns


def _detailed(outcome: Outcome, returns: Returns, up_to_now: Returns, year: int) -> Outcome:
    """Return the outcome with the counts behind its findings and the trend up to its year."""
    plan = outcome.scorecard.plan
    trend = trend_of(up_to_now, plan, outcome.as_of) if len(up_to_now.frame) else None
    return replace(outcome, counts=counts_of_year(returns, plan, year), trend=trend)


def with_progress(names: Sequence[str], language: Language) -> Iterable[str]:
    """Return the names, with a progress bar on standard error where the work is long and a person is watching."""
    if len(names) < MANY_FILES or not sys.stderr.isatty():
        return names
    from rich.progress import track

    return track(names, language.say(phrase("Reading returns")), console=error_console(), transient=True)
