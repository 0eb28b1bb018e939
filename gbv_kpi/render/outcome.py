"""Render an outcome as sentences and tables, the same on a terminal and in Markdown."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import replace

import numpy as np
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from gbv_kpi.i18n import Language, phrase, plural
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.scorecard import Coverage, Scorecard
from gbv_kpi.problems import Problem
from gbv_kpi.render import formatting, sentences
from gbv_kpi.render.problems import SEVERITY, SEVERITY_STYLE, ProblemGroup, grouped, place_text
from gbv_kpi.render.table import Column, Styled, Table, styled

NAME_WIDTH = 28  # columns that a unit's name may claim on a terminal before it is broken

Block = Styled | Table


def to_terminal(outcome: Outcome, language: Language) -> RenderableType:
    """Return the tables of every year, missed thresholds, coverage, the problems by file, and the verdict last."""
    plan = outcome.scorecard.plan
    parts: list[RenderableType] = []
    for coverage in outcome.scorecard.coverage:
        title = phrase("{document}, year {year}", document=formatting.document_title(plan), year=str(coverage.year))
        parts.append(styled(title, language, "bold"))
        for block in year_blocks(outcome.scorecard.of_year(coverage.year), coverage, language):
            parts += [block, Text()] if isinstance(block, Table) else [block]
        parts.append(Text())
    return Group(*parts, *problem_groups(outcome.problems, language), *verdict_blocks(outcome, language))


def to_markdown(outcome: Outcome, language: Language) -> str:
    """Return the verdict first, then every year, the problems and the files."""
    from gbv_kpi.render.jinja import markdown_of  # here: a terminal needs no Jinja

    functions = (formatting.document_title, grouped, group_lines, verdict_blocks, year_blocks)
    constants = {"SEVERITY": SEVERITY, "SHOWN_FILES": formatting.SHOWN_FILES}
    return markdown_of("outcome.md.j2", language, functions, outcome=outcome, **constants)


def problem_groups(problems: Iterable[Problem], language: Language) -> Iterator[RenderableType]:
    """Yield problems as paragraphs: by file, errors first, one kind at a time with its first examples."""
    for file, groups in grouped(problems):
        yield styled(file, language, "bold underline")
        for group in groups:
            severity = language.say(SEVERITY[group.severity]), SEVERITY_STYLE[group.severity]
            count = f" ({language.number(len(group.problems))})" if len(group.problems) > 1 else ""
            yield Padding.indent(Text.assemble(severity, f" {group.code}{count}"), 2)
            yield from (Padding.indent(line, 4) for line in group_lines(group, language))
        yield Text()


def group_lines(group: ProblemGroup, language: Language) -> Iterator[Styled]:
    """Yield the first examples with their places, how many more there are, and the hints."""
    for problem in group.examples:
        message = language.say(problem.message)
        yield styled(f"{place}: {message}" if (place := place_text(problem)) else message, language)
    if group.more:
        yield styled(plural("… and {count} more", "… and {count} more", group.more), language, "dim")
    for hint in group.distinct_hints(language):
        yield styled(f"→ {hint}", language, "italic")


def year_blocks(scorecard: Scorecard, coverage: Coverage, language: Language) -> Iterator[Block]:
    """Yield the results of a year, missed thresholds, progress, completeness and caveats."""
    plan = scorecard.plan
    if len(scorecard.judged.frame):
        yield results_table(scorecard, language)
    for _, sentence in sentences.monitored_figures(scorecard, None, language):
        yield replace(styled(sentence, language), sign=formatting.MARK[Status.MONITORED])
    if missed := missed_table(scorecard, language):
        yield missed
    for finding in scorecard.of_province().findings:
        indicator = plan.indicator_by_id[finding.indicator]
        if found := sentences.progress(finding, indicator, language):
            yield styled(phrase("{indicator}: {progress}.", indicator=indicator.title, progress=found), language)
    for sentence, is_provisional in sentences.completeness(coverage):
        yield styled(sentence, language, "yellow" if is_provisional else "")
    for caveat in sentences.caveats(plan, scorecard.rated_indicators):
        yield styled(caveat, language, "italic")


def verdict_blocks(outcome: Outcome, language: Language) -> Iterator[Styled]:
    """Yield the errors and each year's verdict in bold, then the prospects, withheld figures and record."""
    plan = outcome.scorecard.plan
    if refused := sentences.refused_returns(outcome):
        yield styled(refused, language, "bold red")
    for year in outcome.scorecard.years:
        if sentence := sentences.verdict(outcome, year):
            yield styled(sentence, language, "bold red" if outcome.is_missed(year) else "bold green")
    for found in outcome.outlook:
        yield styled(sentences.outlook(plan, found), language, "yellow")
    withheld = sentences.withheld_notes(plan, outcome.withheld, language)
    for note in (*withheld, *sentences.record_sentences(outcome.year_record, plan, language)):
        yield styled(note, language)


def legend(present: Container[Status], language: Language) -> list[Styled]:
    looks = [formatting.LOOKS[status] for status in Status if status in present]
    return [Styled(language.say(meaning), style, sign) for sign, meaning, style in looks]


def results_table(scorecard: Scorecard, language: Language) -> Table:
    """Return the matrix that an officer shows: units down, indicators across, the province and its thresholds below."""

    def result(finding: Finding, *, with_counts: bool = False) -> Styled:
        has_counts = with_counts and finding.measure != "count" and finding.denominator is not None
        counts = formatting.counts_text(finding, language) if has_counts else ""
        sign, _, style = formatting.LOOKS[finding.status]
        return Styled(formatting.rate_text(finding, language), style, sign, counts)

    units, indicators = formatting.unit_rows(scorecard), scorecard.plan.indicators
    province = scorecard.judged.of_province().findings
    place = styled(scorecard.plan.place, language, "bold")
    if any(finding.provisional for finding in province):
        provisional = language.say(phrase("(provisional)"))
        place = replace(place, text=f"{place.text}\n{provisional}")
    short_names = max((len(name) for name, _ in units), default=0) <= NAME_WIDTH
    columns = [Column(language.say(phrase("Unit")), is_unbroken=short_names)]
    columns += [Column(styled(indicator.title, language).text, is_figure=True) for indicator in indicators]
    rows = [[styled(name, language), *(result(unit[indicator.id]) for indicator in indicators)] for name, unit in units]
    if more := scorecard.judged.unit_count - len(units):
        rows.append([styled(plural("… {count} more unit", "… {count} more units", more), language, "dim")])
    thresholds = [finding.threshold for finding in province]
    in_force = (formatting.threshold_text(found, language) if found else phrase("not yet") for found in thresholds)
    footer = [
        [place, *(result(finding, with_counts=True) for finding in province)],
        [styled(text, language, "dim") for text in (phrase("Threshold in force"), *in_force)],
    ]
    return Table(columns, [*rows, *footer], len(rows), legend(scorecard.judged.statuses, language))


def missed_table(scorecard: Scorecard, language: Language) -> Table | None:
    """Return every missed threshold with the shortfall as a whole number; None where none is missed.

    Of very many units only some are shown, the province always.
    """
    missed, shown = scorecard.missed, formatting.shown_limit(scorecard.unit_count)
    if len(missed) > shown:
        is_unit = scorecard.frame["unit"].notna().to_numpy()[missed]
        missed = np.concatenate([missed[~is_unit], missed[is_unit][:shown]])
    rows: list[list[Styled]] = []
    for finding in scorecard.of_rows(missed).findings:
        indicator = scorecard.plan.indicator_by_id[finding.indicator]
        place = finding.unit_name or scorecard.plan.place
        style = "bold" if finding.unit is None else ""
        texts = (indicator.title, place, formatting.result_text(finding, language))
        lacking = styled(sentences.amount_lacking(finding, indicator), language)
        rows.append([*(styled(text, language, style) for text in texts), lacking])
    if more := len(scorecard.missed) - len(missed):
        rows.append([styled(plural("… {count} more", "… {count} more", more), language, "dim")])
    headings = (phrase("Missed"), phrase("Unit"), phrase("Result"), phrase("Lacking"))
    columns = [Column(language.say(heading), is_unbroken=heading is headings[2]) for heading in headings]
    return Table(columns, rows) if rows else None
