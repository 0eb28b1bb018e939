"""What of an outcome or a trend may be published: small counts, and what they could be told from, are taken out.

It is done before any renderer sees the result, so no format can let slip what another withholds. What is withheld is
chosen beside all `former` publications. Besides the findings, everything else that tells of the counts is taken out:
the fields behind them, estimates that rest on last year's, and the hash of a file, against which guesses could be
tried. Nothing is quoted from files: a problem has its code, its place and the usual remedy. The exit code stays what
it was.

What holds is in README, and in `selection` why.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING

from gbv_kpi.kpi.finding import Finding
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.outlook import Outlook
from gbv_kpi.kpi.publication import Publication
from gbv_kpi.kpi.scorecard import Scorecard, UnitCounts
from gbv_kpi.kpi.withheld import Withheld
from gbv_kpi.plan import Plan
from gbv_kpi.problem_codes import CATALOGUE
from gbv_kpi.problems import Place, Problem, Severity, error_count
from gbv_kpi.suppression.changes import base_tables, changes_in, withheld_changes
from gbv_kpi.suppression.counts import YearTable
from gbv_kpi.suppression.families import Family, protected_families, shown_alone
from gbv_kpi.suppression.former import told_before
from gbv_kpi.suppression.table import Cell, choice, published, published_scorecard

if TYPE_CHECKING:
    from gbv_kpi.kpi.trend import Trend

__all__ = ["publishable", "publishable_trend"]


def publishable(outcome: Outcome, min_count: int, former: Sequence[Publication] = ()) -> Outcome:
    """Return the outcome as it may be published; counts from 1 up to below `min_count` are withheld.

    Where a former publication was stricter, its limit holds.
    """
    card, trend = outcome.scorecard, outcome.trend
    related = _families(card.plan, former)
    tables = list(_tables_of_card(card))
    changes = card.of_indicators(changes_in(card.plan, related)).findings
    if trend is not None:
        tables += (table for table in _tables_of_trend(trend) if table.year not in card.years)
        changes += _changes_of_trend(trend, related)
    cells, withheld = _withheld(tables, card if trend is None else trend, changes, related, min_count, former)
    protected = {field for family in related for field in family.fields}
    problems = [problem for problem in outcome.problems if not _tells_counts(problem, protected)]
    never = _never_shown(card.plan, related)
    withheld = replace(
        withheld,
        fields=tuple(field for field in card.plan.field_by_id if field in never and _is_given(field, outcome.counts)),
        warnings=len(outcome.problems) - len(problems),
        errors=error_count(problems),
    )
    number_by_path = {file.path: number for number, file in enumerate(outcome.files, start=1)}
    return replace(
        outcome,
        scorecard=published_scorecard(card, cells),
        problems=tuple(_without_quotes(problem, number_by_path) for problem in problems),
        files=tuple(replace(file, path=PureWindowsPath(file.path).name, sha256="") for file in outcome.files),
        outlook=tuple(_publishable_outlook(outcome.outlook, related, cells)),
        counts=tuple(_publishable_counts(counts, related, cells, never) for counts in outcome.counts),
        trend=_published_trend(trend, cells, withheld) if trend else None,
        year_record=None,  # notes and corrections quote counts
        decided=outcome.exit_code,
        withheld=withheld,
    )


def publishable_trend(trend: "Trend", min_count: int, former: Sequence[Publication] = ()) -> "Trend":
    """Return the trend as it may be published: each year as a table of that year would be."""
    tables, related = list(_tables_of_trend(trend)), _families(trend.plan, former)
    cells, withheld = _withheld(tables, trend, _changes_of_trend(trend, related), related, min_count, former)
    return _published_trend(trend, cells, withheld)


def _families(plan: Plan, former: Iterable[Publication]) -> list[Family]:
    return list(protected_families(plan, (pair for one in former for pair in one.indicators.values())))


def _withheld(
    tables: Sequence[YearTable],
    source: "Scorecard | Trend",
    changes: Iterable[Finding],
    families: Sequence[Family],
    min_count: int,
    former: Sequence[Publication],
) -> tuple[frozenset[Cell], Withheld]:
    plan, returns = source.plan, source.returns
    limit = max([min_count, *(one.min_count for one in former)])
    years = {table.year for table in tables}
    pairs = [(table, family) for table in tables for family in families]
    pairs += base_tables(plan, families, years)
    told = told_before(former, {table.year for table, _ in pairs})
    choices = [] if returns is None else [choice(table, family, returns, plan, limit, told) for table, family in pairs]
    cells = frozenset[Cell]().union(*(one.cells for one in choices))
    if returns is not None:
        cells |= set(withheld_changes(changes, returns, plan, cells))
    cells = frozenset(cell for cell in cells if cell[1] in years)
    of_units = sum(unit is not None for _, _, unit in cells)
    indicators = (plan.indicator_by_id[name] for family in families for name in family.indicators)
    publication = Publication(
        min_count=limit,
        indicators={indicator.id: (indicator.numerator, indicator.denominator) for indicator in indicators},
        told=tuple(told for one in choices for told in one.told),
    )
    exposed = sorted({(year, plan.unit_name(year, code)) for one in choices for year, code in one.exposed})
    return cells, Withheld(limit, of_units, len(cells) - of_units, publication=publication, exposed=tuple(exposed))


def _tables_of_card(card: Scorecard) -> Iterator[YearTable]:
    if card.returns is None:
        return
    province = card.of_province().frame
    for year in card.years:
        units = card.returns.loc[card.returns["year"] == year, "unit"].unique()
        rows = province[(province["year"] == year) & province["provisional"]]
        yield _table(card.plan, year, {str(unit): str(unit) for unit in units}, rows["indicator"])


def _tables_of_trend(trend: "Trend") -> Iterator[YearTable]:
    """Yield each year under the units of the last one, as `gbv_kpi.ledger.trend` sums them."""
    if trend.returns is None:
        return
    plan, last = trend.plan, trend.years[-1]
    findings = [point.finding for series in trend.series for point in series.points]
    given = {(f.year, f.unit) for f in findings if f.numerator is not None or f.denominator is not None}
    for year in trend.years:
        units = list(map(str, trend.returns.loc[trend.returns["year"] == year, "unit"].unique()))
        heirs = {unit.code: plan.successor(unit, last) for unit in plan.units_in(year)}
        names = {code: heir.code for code, heir in heirs.items() if heir} if plan.units else {u: u for u in units}
        rows = {unit: names.get(unit) for unit in units}
        provisional = (f.indicator for f in findings if f.year == year and f.unit is None and f.provisional)
        yield _table(plan, year, {u: row if (year, row) in given else None for u, row in rows.items()}, provisional)


def _changes_of_trend(trend: "Trend", families: Sequence[Family]) -> Iterator[Finding]:
    changes = changes_in(trend.plan, families)
    return (point.finding for series in trend.series if series.indicator in changes for point in series.points)


def _table(plan: Plan, year: int, row_by_unit: dict[str, str | None], provisional: Iterable[str]) -> YearTable:
    """Return the table of a year. Of a plan that names no units nobody can say that one is still to report."""
    late = {name for name in provisional if plan.indicator_by_id[name].measure != "change"}
    return YearTable(year, row_by_unit, frozenset(late) if plan.expected_units(year) else frozenset())


def _published_trend(trend: "Trend", cells: frozenset[Cell], withheld: Withheld) -> "Trend":
    series = tuple(
        replace(one, points=tuple(replace(point, finding=published(point.finding, cells)) for point in one.points))
        for one in trend.series
    )
    return replace(trend, series=series, withheld=withheld, returns=None)


def _tells_counts(problem: Problem, protected: set[str]) -> bool:
    """Return whether a warning is about a protected cell, and not about a heading."""
    is_of_cell = problem.field in protected and problem.place.cell is not None
    return problem.severity is Severity.WARNING and is_of_cell


def _without_quotes(problem: Problem, number_by_path: dict[str, int]) -> Problem:
    """Return the problem with nothing that was read from a file: no text, no name of a file or sheet."""
    place = Place(f"({number_by_path.get(problem.place.file, 0)})", None, problem.place.cell, problem.place.row)
    return replace(problem, place=place, message=CATALOGUE[problem.code].meaning, remedy=None, value=None)


def _publishable_outlook(
    outlook: Iterable[Outlook], related: Sequence[Family], cells: frozenset[Cell]
) -> Iterator[Outlook]:
    """Yield what tells of no count: an estimate rests on last year's counts of the missing units."""
    protected = {indicator for family in related for indicator in family.indicators}
    for found in outlook:
        estimated = found.estimated and found.indicator in protected
        if not estimated and (found.indicator, found.year, None) not in cells:
            yield found


def _never_shown(plan: Plan, related: Sequence[Family]) -> set[str]:
    """Return the protected fields that no indicator prints: nothing needs them, and they have no total."""
    return {field for family in related for field in family.fields} & set(plan.protected_fields) - shown_alone(plan)


def _is_given(field: str, counts: Iterable[UnitCounts]) -> bool:
    return any(field in of_unit.values for of_unit in counts)


def _publishable_counts(
    counts: UnitCounts, related: Sequence[Family], cells: frozenset[Cell], never: set[str]
) -> UnitCounts:
    withheld = set(never)
    for family in related:
        if any((indicator, counts.year, counts.unit) in cells for indicator in family.indicators):
            withheld |= family.fields
    return replace(
        counts,
        values={field: count for field, count in counts.values.items() if field not in withheld},
        withheld=frozenset(withheld & counts.values.keys()),
    )
