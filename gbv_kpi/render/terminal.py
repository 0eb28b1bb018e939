"""An outcome as tables for a terminal, a log or a printout.

Status is told by a sign as well as by colour. Text that comes from files is never markup, and its
control characters are shown instead of acting.
"""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from gbv_kpi.i18n import Language, phrase, plural
from gbv_kpi.kpi.finding import Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.scorecard import Coverage, Scorecard
from gbv_kpi.render.formatting import MARK, result_text
from gbv_kpi.render.matrix import legend, matrix
from gbv_kpi.render.paging import missed_rows
from gbv_kpi.render.problem_list import problem_groups
from gbv_kpi.render.sentences import (
    amount_lacking,
    caveats,
    completeness,
    monitored_figures,
    outlook,
    progress,
    refused_returns,
    verdict,
    withheld_notes,
)
from gbv_kpi.render.terminal_table import Column, TerminalTable
from gbv_kpi.render.terminal_text import said
from gbv_kpi.render.year_record import record_sentences


def to_terminal(outcome: Outcome, language: Language) -> RenderableType:
    """The tables of every year, what is lacking, coverage, the problems by file, and the verdict last."""
    return Group(*_parts(outcome, language))


def _parts(outcome: Outcome, language: Language) -> Iterator[RenderableType]:
    for coverage in outcome.scorecard.coverage:
        yield from _year(outcome.scorecard.of_year(coverage.year), coverage, language)
    yield from problem_groups(outcome.problems, language)
    yield from _verdicts(outcome, language)
    for found in outcome.outlook:
        yield said(outlook(outcome.scorecard.plan, found), language, "yellow")
    for sentence in withheld_notes(outcome.scorecard.plan, outcome.withheld):
        yield said(sentence, language)
    for sentence in record_sentences(outcome.year_record, outcome.scorecard.plan, language):
        yield said(sentence, language)


def _year(scorecard: Scorecard, coverage: Coverage, language: Language) -> Iterator[RenderableType]:
    plan = scorecard.plan
    yield said(phrase("Plan {number}, year {year}", number=plan.number, year=str(coverage.year)), language, "bold")
    if len(scorecard.judged.frame):
        yield matrix(scorecard, language)
        yield legend(scorecard.judged.statuses, language)
        yield Text()
    for _, sentence in monitored_figures(scorecard, None, language):
        yield said(f"{MARK[Status.MONITORED]} {language.say(sentence)}", language)
    yield from _lacking(scorecard, language)
    for finding in scorecard.of_province().findings:
        if progressing := progress(plan, finding, language):
            yield said(progressing, language)
    for sentence, provisional in completeness(coverage):
        yield said(sentence, language, "yellow" if provisional else "")
    for caveat in caveats(plan, scorecard.rated_indicators):
        yield said(caveat, language, "italic")
    yield Text()


def _lacking(scorecard: Scorecard, language: Language) -> Iterator[RenderableType]:
    """Every threshold missed, with the whole number that is lacking."""
    plan = scorecard.plan
    missed, more = missed_rows(scorecard)
    if not missed:
        return
    headings = (phrase("Missed"), phrase("Unit"), phrase("Result"), phrase("Lacking"))
    rows = []
    for finding in missed:
        indicator = plan.indicator_by_id[finding.indicator]
        style = "bold" if finding.unit is None else ""
        rows.append(
            [
                said(indicator.title, language, style),
                said(finding.unit_name or plan.place, language, style),
                Text(result_text(finding, language), style),
                said(amount_lacking(finding, indicator), language),
            ]
        )
    if more:
        rows.append([said(plural("… {count} more", "… {count} more", more), language, "dim")])
    yield TerminalTable([Column(language.say(heading), is_whole=heading is headings[2]) for heading in headings], rows)
    yield Text()


def _verdicts(outcome: Outcome, language: Language) -> Iterator[RenderableType]:
    """The last lines, which stay on the screen: errors, then each year's verdict."""
    if refused := refused_returns(outcome):
        yield said(refused, language, "bold red")
    for year in outcome.scorecard.years:
        if sentence := verdict(outcome, year):
            yield said(sentence, language, "bold red" if outcome.is_missed(year) else "bold green")
