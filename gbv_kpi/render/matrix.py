"""The matrix that an officer shows: units down, indicators across, the province and its thresholds below."""

from collections.abc import Container

from rich import box
from rich.table import Table
from rich.text import Text

from gbv_kpi.i18n import Language, Phrase, phrase, plural
from gbv_kpi.kpi.scorecard import Finding, Scorecard, Status
from gbv_kpi.plan.thresholds import Threshold
from gbv_kpi.render.formatting import MARK, MEANING, counts_text, rate_text, threshold_text
from gbv_kpi.render.paging import year_rows
from gbv_kpi.render.terminal_text import STYLE, said

NAME_WIDTH = 28  # columns that a unit's name may claim before it is broken


def plain_table() -> Table:
    return Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, pad_edge=False)


def matrix(scorecard: Scorecard, language: Language) -> Table:
    """The findings of one year; of very many units only those that miss a threshold."""
    rows = year_rows(scorecard)
    province = rows.province
    indicators = scorecard.plan.indicators

    table = plain_table()
    place = said(scorecard.plan.place, language, "bold")
    if any(finding.provisional for finding in province.values()):
        place.append("\n").append(said(phrase("(provisional)"), language))
    table.add_column(
        said(phrase("Unit"), language),
        overflow="fold",
        no_wrap=max((len(name) for name, _ in rows.units), default=0) <= NAME_WIDTH,
    )
    for indicator in indicators:
        table.add_column(said(indicator.title, language), justify="right", overflow="fold")
    for name, unit in rows.units:
        table.add_row(said(name, language), *(_cell(unit[indicator.id], language) for indicator in indicators))
    if rows.left_out:
        left_out = plural("… {count} more unit", "… {count} more units", rows.left_out)
        table.add_row(said(left_out, language, "dim"))
    table.add_section()
    table.add_row(place, *(_cell_with_counts(province[indicator.id], language) for indicator in indicators))
    table.add_row(
        said(phrase("Threshold in force"), language, "dim"),
        *(said(_in_force(province[indicator.id].threshold, language), language, "dim") for indicator in indicators),
    )
    return table


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
