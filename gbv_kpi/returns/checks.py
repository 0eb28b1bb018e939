"""Checks across the cells of returns: plain functions, each of which says what it finds.

A check sees only cells that could be read, so one bad cell is told once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.counts import BLANK, Numbers
from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.plan import Plan, ReturnField
from gbv_kpi.problems import Problem
from gbv_kpi.reading.identities import Identity
from gbv_kpi.reading.numbers import read_figure
from gbv_kpi.returns.batch import Batch
from gbv_kpi.returns.parse import LinesTold, Records
from gbv_kpi.sheets.sheet import text_of


def parts_within_wholes(records: Records, plan: Plan) -> Iterator[LinesTold]:
    """A part counted larger than its whole is a mistake in the return, never capped."""
    for field in plan.fields:
        if field.part_of is None or not {field.id, field.part_of} <= records.counts.keys():
            continue
        whole = plan.field_by_id[field.part_of]
        parts, wholes = records.counts[field.id], records.counts[whole.id]
        lines = np.flatnonzero((wholes != BLANK) & (parts > wholes))
        if len(lines):
            yield records.tell_all(
                lines, "part-exceeds-total", field.id, _part_and_whole(field, whole, parts[lines], wholes[lines])
            )


def _part_and_whole(part: ReturnField, whole: ReturnField, parts: Numbers, wholes: Numbers) -> Callable[[int], Phrase]:
    return lambda one: phrase(
        "{part}: {part_count}, but {whole}: only {whole_count}.",
        part=part.label,
        part_count=int(parts[one]),
        whole=whole.label,
        whole_count=int(wholes[one]),
    )


def forms_cover_cases(records: Records, plan: Plan) -> Iterator[LinesTold]:
    """Every case helped got at least one form of help, so the forms add up to no less."""
    for helped in {field.form_of: None for field in plan.fields if field.form_of}:
        forms = [records.counts[f.id] for f in plan.fields if f.form_of == helped and f.id in records.counts]
        if not forms or helped not in records.counts:
            continue
        cases = records.counts[helped]
        told = np.any([form != BLANK for form in forms], axis=0) & (cases != BLANK)
        given = np.add.reduce([np.maximum(form, 0) for form in forms], axis=0, dtype=np.int64)
        lines = np.flatnonzero(told & (given < cases))
        if len(lines):
            yield records.tell_all(
                lines, "help-forms-below-total", helped, _forms_and_cases(given[lines], cases[lines])
            )


def _forms_and_cases(forms: Numbers, cases: Numbers) -> Callable[[int], Phrase]:
    return lambda one: phrase(
        "The forms of help add up to {forms}, fewer than the {cases} cases helped.",
        forms=int(forms[one]),
        cases=int(cases[one]),
    )


def hidden_figures(records: Records, plan: Plan) -> Iterator[LinesTold]:
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
            unit, year = records.identities.of(index)
            problem = Problem("hidden-figures", layout.where(records.file, line, first_place), by_line[1])
            yield index, problem.of(unit.code if unit else None, unit.name if unit else None, year)
    for field in plan.fields if by_place[0] and len(layout.lines) else ():
        if (place := layout.place_by_field.get(field.id)) in by_place[0]:
            where = layout.where(records.file, layout.lines[0], place)
            yield None, Problem("hidden-figures", where, by_place[1], field=field.id)


CHECKS: Sequence[Callable[[Records, Plan], Iterator[LinesTold]]] = (
    parts_within_wholes,
    forms_cover_cases,
    hidden_figures,
)


def totals_match(batch: Batch, plan: Plan) -> Iterator[Problem]:
    """A printed total is compared with the sum of its rows.

    These are all of them, those of its year, or those between it and another total above or below it. A
    column with a cell that could not be read has no sum to compare with.
    """
    if not batch.totals or not len(batch.lines):
        return
    waited_for = np.asarray(batch.waited_for)
    for field in plan.fields:
        if field.id not in batch.counts:
            continue
        counts = np.asarray(batch.counts[field.id])
        if (waited_for & (counts == BLANK)).any():
            continue
        sums = np.append(0, np.cumsum(np.maximum(counts, 0), dtype=np.int64))
        for total, parts in zip(batch.totals, _partial_sums(batch, sums), strict=True):
            cell = total.cells[field.id]
            figure = read_figure(cell)
            if figure.value is not None and figure.value not in (sums[-1], *parts):
                message = phrase(
                    "{field}: the total says {total}, the rows add up to {sum}.",
                    field=field.label,
                    total=figure.value,
                    sum=int(sums[-1]),
                )
                where = batch.layout.where(batch.file, total.line, batch.layout.place_by_field[field.id])
                yield Problem("total-mismatch", where, message, field=field.id, value=text_of(cell))


def _partial_sums(batch: Batch, up_to: NDArray[np.int64]) -> Iterator[list[int]]:
    """For each total, the sums that it may be of some lines only; `up_to` has the sum of the first so many lines."""
    lines = [total.line for total in batch.totals]
    edges = [0, *np.searchsorted(batch.lines, lines).tolist(), len(batch.lines)]
    for total, before, here, after in zip(batch.totals, edges, edges[1:], edges[2:], strict=False):
        sums = [up_to[here] - up_to[before], up_to[after] - up_to[here]]
        if total.year is not None:
            sums.append(np.diff(up_to)[np.asarray(batch.years) == total.year].sum())
        yield sums


Key = tuple[int, int]  # of a return: its year, and the place of its unit


def repeated_returns(lines: Iterable[tuple[int, Key, int, bool]]) -> list[tuple[int, int]]:
    """Pairs of rows: a return, and the first return of the same unit and year.

    `lines` has of each its row, its key, the name its unit is called by, as a number, and whether that has merged
    since. Returns of the predecessors of a merged unit are not repeated: together they are its return. A
    predecessor beside its successor is, for nobody can tell whether the successor's return holds it already.
    """
    pairs: list[tuple[int, int]] = []
    earlier: dict[Key, list[tuple[int, int, bool]]] = defaultdict(list)
    for row, key, named, merged in lines:
        clash = next((at for at, name, was in earlier[key] if name == named or not (was and merged)), None)
        if clash is not None:
            pairs.append((row, clash))
        earlier[key].append((row, named, merged))
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
    if identity.unit.named == first.unit.named:
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
