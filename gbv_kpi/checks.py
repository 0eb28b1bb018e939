"""Checks across the cells of returns: plain functions, each of which says what it finds.

A check sees only cells that could be read, so one bad cell is told once.
"""

from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

import pandas as pd

from gbv_kpi.language import phrase
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Problem
from gbv_kpi.reading.identity import Identity
from gbv_kpi.reading.layout import Layout
from gbv_kpi.reading.notation import read_figure
from gbv_kpi.reading.sheet import text_of
from gbv_kpi.records import LineProblem, Records

__all__ = ["CHECKS", "forms_cover_cases", "parts_within_wholes", "repeated_return", "repeated_returns", "totals_match"]


def parts_within_wholes(records: Records, plan: Plan) -> Iterator[LineProblem]:
    """A part counted larger than its whole is a mistake in the return, never capped."""
    for field in plan.fields:
        if field.part_of is None or field.id not in records.layout.place_by_field:
            continue
        whole = plan.field_by_id[field.part_of]
        parts, wholes = records.counts[field.id], records.counts[whole.id]
        for index in parts.index[(parts > wholes).fillna(False)]:
            message = phrase(
                "{part}: {part_count}, but {whole}: only {whole_count}.",
                part=field.label,
                part_count=int(parts[index]),
                whole=whole.label,
                whole_count=int(wholes[index]),
            )
            yield records.tell(int(index), "part-exceeds-total", field.id, message)


def forms_cover_cases(records: Records, plan: Plan) -> Iterator[LineProblem]:
    """Every case helped got at least one form of help, so the forms add up to no less."""
    for helped in {field.form_of: None for field in plan.fields if field.form_of}:
        forms = [f.id for f in plan.fields if f.form_of == helped and f.id in records.layout.place_by_field]
        if not forms or helped not in records.layout.place_by_field:
            continue
        given = records.counts[forms].sum(axis=1, min_count=1)
        cases = records.counts[helped]
        for index in cases.index[(given < cases).fillna(False)]:
            message = phrase(
                "The forms of help add up to {forms}, fewer than the {cases} cases helped.",
                forms=int(given[index]),
                cases=int(cases[index]),
            )
            yield records.tell(int(index), "help-forms-below-total", helped, message)


def totals_match(records: Records, plan: Plan) -> Iterator[LineProblem]:
    """A printed total is compared with the sum of its rows.

    These are all of them, those of its year, or those between it and another total above or below it. A
    column with a cell that could not be read has no sum to compare with.
    """
    layout = records.layout
    if not layout.totals or not layout.lines:
        return
    may_be_blank = [who.reported is not None and not who.reported.expected for who in records.identities]
    for field in plan.fields:
        place = layout.place_by_field.get(field.id)
        if place is None:
            continue
        counts = [None if pd.isna(count) else int(count) for count in records.counts[field.id]]
        if any(count is None and not blank for count, blank in zip(counts, may_be_blank, strict=True)):
            continue
        everything = sum(filter(None, counts))
        for line, sums in zip(layout.totals, _partial_sums(layout, counts), strict=True):
            figure = read_figure(layout.cell(line, place))
            if figure.value is not None and figure.value not in (everything, *sums):
                message = phrase(
                    "{field}: the total says {total}, the rows add up to {sum}.",
                    field=field.label,
                    total=figure.value,
                    sum=everything,
                )
                found = text_of(layout.cell(line, place))
                where = layout.where(records.file, line, place)
                yield None, Problem("total-mismatch", where, message, field=field.id, value=found)


def hidden_figures(records: Records, plan: Plan) -> Iterator[LineProblem]:
    """Rows and columns that a sheet hides or filters out count like the others: the sender may not know of them."""
    layout, sheet = records.layout, records.layout.sheet
    rows_told, columns_told = (
        phrase("This row is hidden; its figures were read and count."),
        phrase("This column is hidden; its figures were read and count."),
    )
    by_line, by_place = (sheet.hidden_rows, rows_told), (sheet.hidden_columns, columns_told)
    if layout.items_down:
        by_line, by_place = by_place, by_line
    first_place = min(layout.place_by_field.values())
    for index, line in enumerate(layout.lines) if by_line[0] else ():
        if line in by_line[0]:
            unit, year = records.identities[index].reported, records.identities[index].year
            problem = Problem("hidden-figures", layout.where(records.file, line, first_place), by_line[1])
            yield index, problem.of(unit.code if unit else None, unit.name if unit else None, year)
    for field in plan.fields if by_place[0] else ():
        if (place := layout.place_by_field.get(field.id)) in by_place[0]:
            where = layout.where(records.file, layout.lines[0], place)
            yield None, Problem("hidden-figures", where, by_place[1], field=field.id)


def _partial_sums(layout: Layout, counts: Sequence[int | None]) -> Iterator[list[int]]:
    """For each total of a column, the sums that it may be of some lines only."""
    up_to = [0, *accumulate(count or 0 for count in counts)]
    edges = [0, *(bisect(layout.lines, line) for line in layout.totals), len(layout.lines)]
    sum_by_year: Counter[str] = Counter()
    if layout.year is not None:
        for line, count in zip(layout.lines, counts, strict=True):
            sum_by_year[layout.spread_text(line, layout.year)] += count or 0
    for line, before, here, after in zip(layout.totals, edges, edges[1:], edges[2:], strict=False):
        year = layout.spread_text(line, layout.year) if layout.year is not None else ""
        yield [up_to[here] - up_to[before], up_to[after] - up_to[here], *([sum_by_year[year]] if year else [])]


CHECKS: Sequence[Callable[[Records, Plan], Iterator[LineProblem]]] = (
    parts_within_wholes,
    forms_cover_cases,
    totals_match,
    hidden_figures,
)


def repeated_returns(lines: pd.DataFrame) -> list[tuple[int, int]]:
    """Pairs of rows of `lines`: a return, and the first return of the same unit and year.

    `lines` has `unit`, `year` and `named`, the unit as the return names it. Returns of the predecessors
    of a merged unit are not repeated: together they are its return. A predecessor beside its
    successor is, for nobody can tell whether the successor's return holds it already.
    """
    pairs: list[tuple[int, int]] = []
    known = lines.dropna(subset=["unit", "year"])
    for _, rows in known[known.duplicated(["unit", "year"], keep=False)].groupby(["unit", "year"], sort=False):
        earlier: list[tuple[int, str, bool]] = []
        for row, named, merged in rows[["named", "merged"]].itertuples(name=None):
            clash = next((at for at, name, was in earlier if name == named or not (was and merged)), None)
            if clash is not None:
                pairs.append((row, clash))
            earlier.append((row, named, merged))
    return pairs


def repeated_return(identity: Identity, first: Identity) -> Problem:
    """A return beside an earlier one of the same unit and year: neither counts, for which is right is not known."""
    if identity.unit is None or first.unit is None:
        raise ValueError("only returns of known units can be repeated")
    spot = "!".join(part for part in (first.place.sheet, first.place.cell) if part)
    where = (
        f"{first.place.file} {spot}".strip() if first.place.file != identity.place.file else spot or first.place.file
    )
    named, year = identity.unit.named.name, str(identity.year)
    if identity.unit.named is first.unit.named:
        message = phrase("{unit} has a return of {year} already: {where}.", unit=named, year=year, where=where)
    else:
        message = phrase(
            "{unit} and {other} ({where}) are one unit in {year}; one return may hold the other.",
            unit=named,
            other=first.unit.named.name,
            year=year,
            where=where,
        )
    unit = identity.unit.unit
    return Problem("duplicate-return", identity.place, message, value=named).of(unit.code, unit.name, identity.year)
