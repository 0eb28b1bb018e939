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

from gbv_kpi.kpi.engine import heirs_of
from gbv_kpi.kpi.finding import Finding, Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.publication import Publication, Withheld
from gbv_kpi.kpi.scorecard import Scorecard, UnitCounts
from gbv_kpi.kpi.trend import Point, Trend
from gbv_kpi.plan import Plan
from gbv_kpi.problems import CATALOGUE, Place, Problem, Severity, error_count
from gbv_kpi.suppression.families import Family, printed_fields, protected_families
from gbv_kpi.suppression.table import Cell, YearTable, choose_cells

if TYPE_CHECKING:
    import pandas as pd


def publishable(outcome: Outcome, min_count: int, former: Sequence[Publication] = ()) -> Outcome:
    """Return the outcome as it may be published, without counts from 1 up to below `min_count`.

    Where a former publication was stricter, its limit applies.
    """
    card, trend, plan = outcome.scorecard, outcome.trend, outcome.scorecard.plan
    families = list(protected_families(plan, former))
    cells, withheld = _withheld(card, trend, families, min_count, former)
    protected = {field for family in families for field in family.fields}
    judged = {indicator for family in families for indicator in family.indicators}
    never = protected & set(plan.protected_fields) - printed_fields(plan)  # no indicator prints these counts
    given = {field for counts in outcome.counts for field in counts.values}
    problems = [  # without the warnings about protected cells
        problem
        for problem in outcome.problems
        if problem.severity is not Severity.WARNING or problem.field not in protected or problem.place.cell is None
    ]
    withheld = replace(
        withheld,
        fields=tuple(field for field in plan.field_by_id if field in never & given),
        warnings=len(outcome.problems) - len(problems),
        errors=error_count(problems),
    )
    number_by_path = {file.path: number for number, file in enumerate(outcome.files, start=1)}
    return replace(
        outcome,
        scorecard=_published_scorecard(card, cells),
        problems=tuple(_without_quotes(problem, number_by_path) for problem in problems),
        files=tuple(replace(file, path=PureWindowsPath(file.path).name, sha256="") for file in outcome.files),
        outlook=tuple(
            found
            for found in outcome.outlook
            # An estimate rests on last year's counts of the missing units.
            if (found.indicator, found.year, None) not in cells and not (found.estimated and found.indicator in judged)
        ),
        counts=tuple(_publishable_counts(counts, families, cells, never) for counts in outcome.counts),
        trend=_published_trend(trend, cells, withheld) if trend else None,
        year_record=None,  # notes and corrections quote counts
        decided=outcome.exit_code,
        withheld=withheld,
    )


def publishable_trend(trend: Trend, min_count: int, former: Sequence[Publication] = ()) -> Trend:
    """Return the trend as it may be published: each year as a table of that year would be."""
    families = list(protected_families(trend.plan, former))
    cells, withheld = _withheld(None, trend, families, min_count, former)
    return _published_trend(trend, cells, withheld)


def _withheld(
    card: Scorecard | None,
    trend: Trend | None,
    families: Sequence[Family],
    min_count: int,
    former: Sequence[Publication],
) -> tuple[frozenset[Cell], Withheld]:
    """Return the cells to withhold in the tables of a scorecard, and in those of a trend of other years."""
    source = trend or card
    if source is None or source.returns is None:
        raise ValueError("only what rests on returns can be published")
    plan, returns = source.plan, source.returns
    limit = max([min_count, *(publication.min_count for publication in former)])
    tables = list(_tables_of_card(card, returns)) if card else []
    indicators = [plan.indicator_by_id[name] for family in families for name in family.indicators]
    changes = [indicator for indicator in indicators if indicator.measure == "change"]
    changed = card.of_indicators(changes).findings if card else []
    if trend:
        tables += [table for table in _tables_of_trend(trend, returns) if not card or table.year not in card.years]
        changed += [point.finding for line in trend.series if line.indicator in changes for point in line.points]
    years = {table.year for table in tables}
    pairs = [(table, family) for table in tables for family in families]
    for family in families:  # of a base year outside the output only totals are printed, within changes
        of_family = [change for change in changes if change.id in family.indicators]
        only_changes = replace(family, indicators=tuple(change.id for change in of_family))
        bases = sorted({change.base_of(year) for change in of_family for year in years} - years)
        pairs += [(YearTable(base, {}, frozenset()), only_changes) for base in bases]
    choices = [choose_cells(*pair, returns, plan, limit, former) for pair in pairs]
    cells = frozenset[Cell]().union(*(choice.cells for choice in choices))
    cells |= set(_withheld_changes(changed, returns, plan, cells))
    cells = frozenset(cell for cell in cells if cell[1] in years)
    of_units = sum(unit is not None for _, _, unit in cells)
    publication = Publication(
        min_count=limit,
        indicators={indicator.id: (indicator.numerator, indicator.denominator) for indicator in indicators},
        disclosures=tuple(disclosure for choice in choices for disclosure in choice.disclosures),
    )
    exposed = sorted({(year, plan.unit_name(year, code)) for choice in choices for year, code in choice.exposed})
    return cells, Withheld(limit, of_units, len(cells) - of_units, publication=publication, exposed=tuple(exposed))


def _tables_of_card(card: Scorecard, returns: "pd.DataFrame") -> Iterator[YearTable]:
    province = card.of_province().frame
    for year in card.years:
        units = returns.loc[returns["year"] == year, "unit"].unique()
        rows = province[(province["year"] == year) & province["provisional"]]
        yield _table(card.plan, year, {str(unit): str(unit) for unit in units}, rows["indicator"])


def _tables_of_trend(trend: Trend, returns: "pd.DataFrame") -> Iterator[YearTable]:
    """Yield each year under the units of the last one, as `trend_of` sums them."""
    plan, last = trend.plan, trend.years[-1]
    findings = [point.finding for series in trend.series for point in series.points]
    given = {(f.year, f.unit) for f in findings if f.numerator is not None or f.denominator is not None}
    for year in trend.years:
        units = list(map(str, returns.loc[returns["year"] == year, "unit"].unique()))
        names = heirs_of(plan, year, last) if plan.units else {unit: unit for unit in units}
        rows = {unit: names.get(unit) for unit in units}
        provisional = (f.indicator for f in findings if f.year == year and f.unit is None and f.provisional)
        yield _table(plan, year, {u: row if (year, row) in given else None for u, row in rows.items()}, provisional)


def _table(plan: Plan, year: int, row_by_unit: dict[str, str | None], provisional: Iterable[str]) -> YearTable:
    """Return the table of a year. In a plan without units it is unknown whether any is missing."""
    unfinished = {name for name in provisional if plan.indicator_by_id[name].measure != "change"}
    return YearTable(year, row_by_unit, frozenset(unfinished) if plan.expected_units(year) else frozenset())


def _published_scorecard(card: Scorecard, withheld: frozenset[Cell]) -> Scorecard:
    """Return the scorecard without the counts and verdicts of findings that are withheld."""
    keys = zip(card.frame["indicator"], card.frame["year"], card.frame["unit"], strict=True)
    is_withheld = [(name, year, unit if isinstance(unit, str) else None) in withheld for name, year, unit in keys]
    frame = card.frame.copy()
    frame.loc[is_withheld, ["numerator", "denominator"]] = None
    frame.loc[is_withheld, "status"] = str(Status.WITHHELD)
    return replace(card, frame=frame, returns=None)


def _published_trend(trend: Trend, cells: frozenset[Cell], withheld: Withheld) -> Trend:
    """Return the trend without the counts and verdicts of findings that are withheld."""

    def published(point: Point) -> Point:
        if (point.finding.indicator, point.finding.year, point.finding.unit) not in cells:
            return point
        return replace(point, finding=replace(point.finding, numerator=None, denominator=None, status=Status.WITHHELD))

    series = tuple(replace(line, points=tuple(map(published, line.points))) for line in trend.series)
    return replace(trend, series=series, withheld=withheld, returns=None)


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
            and all(
                returns.loc[returns["year"] == year, list(indicator.numerator)].sum().sum() == count
                for year, count in counts.items()
            )
        )
        if not is_of_printed_totals and any(count is not None for count in counts.values()):
            yield finding.indicator, finding.year, finding.unit


def _without_quotes(problem: Problem, number_by_path: dict[str, int]) -> Problem:
    """Return the problem with nothing that was read from a file: no text, no name of a file or sheet."""
    place = Place(f"({number_by_path.get(problem.place.file, 0)})", None, problem.place.cell, problem.place.row)
    return replace(problem, place=place, message=CATALOGUE[problem.code].meaning, remedy=None, value=None)


def _publishable_counts(
    counts: UnitCounts, families: Sequence[Family], cells: frozenset[Cell], never: set[str]
) -> UnitCounts:
    hidden = (f for f in families if any((name, counts.year, counts.unit) in cells for name in f.indicators))
    withheld = never.union(*(family.fields for family in hidden))
    return replace(
        counts,
        values={field: count for field, count in counts.values.items() if field not in withheld},
        withheld=frozenset(withheld & counts.values.keys()),
    )
