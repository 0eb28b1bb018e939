"""Withhold small counts from an outcome or a trend, and everything that would reveal them.

This happens before any renderer sees the result, so no format can reveal what another withholds. All `former`
publications are taken into account. Besides the findings, everything else that reveals counts is removed: the fields
behind them, estimates that rest on last year's, and the hash of a file, against which guesses could be tried.
Nothing is quoted from files: a problem has its code, its place and the usual remedy. The exit code is unchanged.

README states the guarantee; `selection` explains the method.
"""

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING

from gbv_kpi.kpi.finding import Finding
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.outlook import Outlook
from gbv_kpi.kpi.publication import Publication, Withheld
from gbv_kpi.kpi.scorecard import Scorecard, UnitCounts
from gbv_kpi.kpi.trend import Trend, heirs_of
from gbv_kpi.plan import Indicator, Plan
from gbv_kpi.problems import CATALOGUE, Place, Problem, Severity, error_count
from gbv_kpi.suppression.counts import YearTable
from gbv_kpi.suppression.families import Family, printed_fields, protected_families
from gbv_kpi.suppression.former import former_sums
from gbv_kpi.suppression.table import Cell, choose_cells, published, published_scorecard

if TYPE_CHECKING:
    import pandas as pd


def publishable(outcome: Outcome, min_count: int, former: Sequence[Publication] = ()) -> Outcome:
    """Return the outcome as it may be published, without counts from 1 up to below `min_count`.

    Where a former publication was stricter, its limit applies.
    """
    card, trend = outcome.scorecard, outcome.trend
    families = _families(card.plan, former)
    tables = list(_tables_of_card(card))
    changes = card.of_indicators(_changes_in(card.plan, families)).findings
    if trend is not None:
        tables += (table for table in _tables_of_trend(trend) if table.year not in card.years)
        changes += _changes_of_trend(trend, families)
    cells, withheld = _withheld(tables, card if trend is None else trend, changes, families, min_count, former)
    protected = {field for family in families for field in family.fields}
    never = protected & set(card.plan.protected_fields) - printed_fields(card.plan)  # no indicator prints these counts
    given = {field for counts in outcome.counts for field in counts.values}
    problems = [problem for problem in outcome.problems if not _reveals_count(problem, protected)]
    withheld = replace(
        withheld,
        fields=tuple(field for field in card.plan.field_by_id if field in never & given),
        warnings=len(outcome.problems) - len(problems),
        errors=error_count(problems),
    )
    number_by_path = {file.path: number for number, file in enumerate(outcome.files, start=1)}
    return replace(
        outcome,
        scorecard=published_scorecard(card, cells),
        problems=tuple(_without_quotes(problem, number_by_path) for problem in problems),
        files=tuple(replace(file, path=PureWindowsPath(file.path).name, sha256="") for file in outcome.files),
        outlook=tuple(_publishable_outlook(outcome.outlook, families, cells)),
        counts=tuple(_publishable_counts(counts, families, cells, never) for counts in outcome.counts),
        trend=_published_trend(trend, cells, withheld) if trend else None,
        year_record=None,  # notes and corrections quote counts
        decided=outcome.exit_code,
        withheld=withheld,
    )


def publishable_trend(trend: Trend, min_count: int, former: Sequence[Publication] = ()) -> Trend:
    """Return the trend as it may be published: each year as a table of that year would be."""
    tables, families = list(_tables_of_trend(trend)), _families(trend.plan, former)
    cells, withheld = _withheld(tables, trend, _changes_of_trend(trend, families), families, min_count, former)
    return _published_trend(trend, cells, withheld)


def _families(plan: Plan, former: Iterable[Publication]) -> list[Family]:
    return list(protected_families(plan, (pair for publication in former for pair in publication.indicators.values())))


def _withheld(
    tables: Sequence[YearTable],
    source: Scorecard | Trend,
    changes: Iterable[Finding],
    families: Sequence[Family],
    min_count: int,
    former: Sequence[Publication],
) -> tuple[frozenset[Cell], Withheld]:
    plan, returns = source.plan, source.returns
    limit = max([min_count, *(publication.min_count for publication in former)])
    years = {table.year for table in tables}
    pairs = [(table, family) for table in tables for family in families]
    pairs += _base_tables(plan, families, years)
    sums = former_sums(former, {table.year for table, _ in pairs})
    choices = [choose_cells(*pair, returns, plan, limit, sums) for pair in pairs] if returns is not None else []
    cells = frozenset[Cell]().union(*(choice.cells for choice in choices))
    if returns is not None:
        cells |= set(_withheld_changes(changes, returns, plan, cells))
    cells = frozenset(cell for cell in cells if cell[1] in years)
    of_units = sum(unit is not None for _, _, unit in cells)
    indicators = (plan.indicator_by_id[name] for family in families for name in family.indicators)
    publication = Publication(
        min_count=limit,
        indicators={indicator.id: (indicator.numerator, indicator.denominator) for indicator in indicators},
        told=tuple(disclosure for choice in choices for disclosure in choice.disclosures),
    )
    exposed = sorted({(year, plan.unit_name(year, code)) for choice in choices for year, code in choice.exposed})
    return cells, Withheld(limit, of_units, len(cells) - of_units, publication=publication, exposed=tuple(exposed))


def _tables_of_card(card: Scorecard) -> Iterator[YearTable]:
    if card.returns is None:
        return
    province = card.of_province().frame
    for year in card.years:
        units = card.returns.loc[card.returns["year"] == year, "unit"].unique()
        rows = province[(province["year"] == year) & province["provisional"]]
        yield _table(card.plan, year, {str(unit): str(unit) for unit in units}, rows["indicator"])


def _tables_of_trend(trend: Trend) -> Iterator[YearTable]:
    """Yield each year under the units of the last one, as `trend_of` sums them."""
    if trend.returns is None:
        return
    plan, last = trend.plan, trend.years[-1]
    findings = [point.finding for series in trend.series for point in series.points]
    given = {(f.year, f.unit) for f in findings if f.numerator is not None or f.denominator is not None}
    for year in trend.years:
        units = list(map(str, trend.returns.loc[trend.returns["year"] == year, "unit"].unique()))
        names = heirs_of(plan, year, last) if plan.units else {unit: unit for unit in units}
        rows = {unit: names.get(unit) for unit in units}
        provisional = (f.indicator for f in findings if f.year == year and f.unit is None and f.provisional)
        yield _table(plan, year, {u: row if (year, row) in given else None for u, row in rows.items()}, provisional)


def _changes_of_trend(trend: Trend, families: Sequence[Family]) -> Iterator[Finding]:
    changes = _changes_in(trend.plan, families)
    return (point.finding for series in trend.series if series.indicator in changes for point in series.points)


def _table(plan: Plan, year: int, row_by_unit: dict[str, str | None], provisional: Iterable[str]) -> YearTable:
    """Return the table of a year. In a plan without units it is unknown whether any is missing."""
    unfinished = {name for name in provisional if plan.indicator_by_id[name].measure != "change"}
    return YearTable(year, row_by_unit, frozenset(unfinished) if plan.expected_units(year) else frozenset())


def _published_trend(trend: Trend, cells: frozenset[Cell], withheld: Withheld) -> Trend:
    series = tuple(
        replace(line, points=tuple(replace(point, finding=published(point.finding, cells)) for point in line.points))
        for line in trend.series
    )
    return replace(trend, series=series, withheld=withheld, returns=None)


def _changes_in(plan: Plan, families: Iterable[Family]) -> list[Indicator]:
    indicators = (plan.indicator_by_id[name] for family in families for name in family.indicators)
    return [indicator for indicator in indicators if indicator.measure == "change"]


def _base_tables(plan: Plan, families: Sequence[Family], years: Set[int]) -> Iterator[tuple[YearTable, Family]]:
    """Yield the base years outside the output: only their totals are printed, within changes."""
    for family in families:
        changes = _changes_in(plan, [family])
        for base in sorted({change.base_of(year) for change in changes for year in years} - years):
            yield YearTable(base, {}, frozenset()), replace(family, indicators=tuple(change.id for change in changes))


def _withheld_changes(
    changes: Iterable[Finding], returns: "pd.DataFrame", plan: Plan, cells: Set[Cell]
) -> Iterator[Cell]:
    """Yield the changes to withhold: every unit's, and the province's unless both totals may be printed.

    A change reveals the counts of two years, and by how much these differ from other totals. For a unit
    with only one of the two counts that count is printed, perhaps a small one of the base year.
    """
    for finding in changes:
        indicator = plan.indicator_by_id[finding.indicator]
        counts = {finding.year: finding.numerator, indicator.base_of(finding.year): finding.denominator}
        is_of_printed_totals = (
            finding.unit is None
            and not finding.provisional
            and not any((indicator.id, year, None) in cells for year in counts)
            and all(_total(returns, year, indicator) == count for year, count in counts.items())
        )
        if not is_of_printed_totals and any(count is not None for count in counts.values()):
            yield finding.indicator, finding.year, finding.unit


def _total(returns: "pd.DataFrame", year: int, indicator: Indicator) -> int:
    return int(returns.loc[returns["year"] == year, list(indicator.numerator)].sum().sum())


def _reveals_count(problem: Problem, protected: set[str]) -> bool:
    """Return whether a warning is about a protected cell, and not about a heading."""
    is_of_cell = problem.field in protected and problem.place.cell is not None
    return problem.severity is Severity.WARNING and is_of_cell


def _without_quotes(problem: Problem, number_by_path: dict[str, int]) -> Problem:
    """Return the problem with nothing that was read from a file: no text, no name of a file or sheet."""
    place = Place(f"({number_by_path.get(problem.place.file, 0)})", None, problem.place.cell, problem.place.row)
    return replace(problem, place=place, message=CATALOGUE[problem.code].meaning, remedy=None, value=None)


def _publishable_outlook(
    outlook: Iterable[Outlook], families: Sequence[Family], cells: frozenset[Cell]
) -> Iterator[Outlook]:
    """Yield the outlooks that reveal no count: an estimate rests on last year's counts of the missing units."""
    protected = {indicator for family in families for indicator in family.indicators}
    for found in outlook:
        estimated = found.estimated and found.indicator in protected
        if not estimated and (found.indicator, found.year, None) not in cells:
            yield found


def _publishable_counts(
    counts: UnitCounts, families: Sequence[Family], cells: frozenset[Cell], never: set[str]
) -> UnitCounts:
    withheld = set(never)
    for family in families:
        if any((indicator, counts.year, counts.unit) in cells for indicator in family.indicators):
            withheld |= family.fields
    return replace(
        counts,
        values={field: count for field, count in counts.values.items() if field not in withheld},
        withheld=frozenset(withheld & counts.values.keys()),
    )
