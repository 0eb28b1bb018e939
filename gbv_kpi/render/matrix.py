"""The matrix that an officer shows: units down, indicators across, the province and its thresholds below."""

from collections.abc import Container

from rich.text import Text

from gbv_kpi.i18n import Language, Phrase, phrase, plural
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.scorecard import Scorecard
from gbv_kpi.plan.thresholds import Threshold
from gbv_kpi.render.formatting import MARK, MEANING, counts_text, rate_text, threshold_text
from gbv_kpi.render.paging import year_rows
from gbv_kpi.render.terminal_table import Column, TerminalTable
from gbv_kpi.render.terminal_text import STYLE, said

NAME_WIDTH = 28  # columns that a unit's name may claim before it is broken


def matrix(scorecard: Scorecard, language: Language) -> TerminalTable:
    """Return the findings of one year; of very many units only those that miss a threshold."""
    rows = year_rows(scorecard)
    province = [rows.province[indicator.id] for indicator in scorecard.plan.indicators]
    place = said(scorecard.plan.place, language, "bold")
    if any(finding.provisional for finding in province):
        place.append("\n").append(said(phrase("(provisional)"), language))
    short_names = max((len(name) for name, _ in rows.units), default=0) <= NAME_WIDTH
    columns = [Column(language.say(phrase("Unit")), is_whole=short_names)]
    columns += [Column(said(one.title, language), is_figure=True) for one in scorecard.plan.indicators]
    lines = [
        [said(name, language), *(_cell(unit[one.id], language) for one in scorecard.plan.indicators)]
        for name, unit in rows.units
    ]
    if rows.left_out:
        lines.append([said(plural("… {count} more unit", "… {count} more units", rows.left_out), language, "dim")])
    in_force = [_in_force(finding.threshold, language) for finding in province]
    below = [
        [place, *(_cell_with_counts(finding, language) for finding in province)],
        [said(words, language, "dim") for words in (phrase("Threshold in force"), *in_force)],
    ]
    return TerminalTable(columns, [*lines, *below], rule_above=len(lines))


def legend(present: Container[Status], language: Language) -> Text:
    """The signs that stand in the matrix, in words."""
    signs = Text()
    for status in (status for status in Status if status in present):
        signs.append("   " if signs else "")
        signs.append(MARK[status], STYLE[status])
        signs.append(f" {language.say(MEANING[status])}", "dim")
    return signs


def _cell(finding: Finding, language: Language) -> Text:
    rate = rate_text(finding, language)
    return Text(f"{MARK[finding.status]} {rate}" if rate else MARK[finding.status], STYLE[finding.status])


def _cell_with_counts(finding: Finding, language: Language) -> Text:
    cell = _cell(finding, language)
    if finding.measure != "count" and finding.denominator is not None:
        cell.append(f"\n{counts_text(finding, language)}", "dim")
    return cell


def _in_force(threshold: Threshold | None, language: Language) -> Phrase | str:
    return threshold_text(threshold, language) if threshold else phrase("not yet")
