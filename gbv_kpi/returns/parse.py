"""The lines of one layout as columns of whole numbers, with what is wrong in each line.

A cell that cannot be read fails nothing but its own line: its column holds NA there, and no later
check sees it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.counts import BLANK, Numbers, compact, whole
from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.plan import Plan, ReturnField
from gbv_kpi.problems import Place, Problem, Severity
from gbv_kpi.reading.identities import Identities, LineProblem
from gbv_kpi.reading.layout import Layout
from gbv_kpi.reading.numbers import Figure, read_figure
from gbv_kpi.returns.schema import count_faults
from gbv_kpi.sheets.column import Column
from gbv_kpi.sheets.sheet import cell_address, text_of
from gbv_kpi.told import OneKind

SHOWN_LENGTH = 80  # characters of a cell that are quoted back

LinesTold = LineProblem | tuple[NDArray[np.intp], OneKind]  # of one line, or a problem for each of many


@dataclass(frozen=True, slots=True)
class Records:
    """The lines of one layout, or some of them, read: `counts` has a column for each field that stands there.

    A count is BLANK where there is none, or none that could be read.
    """

    file: str
    layout: Layout
    identities: Identities
    counts: Mapping[str, Numbers]
    problems: Sequence[LinesTold]
    cells: Mapping[str, Column]  # what the counts were read from

    def at(self, index: int, field: str) -> Place:
        """The place of a field's cell in the line of that index."""
        return self.layout.where(self.file, self.layout.lines[index], self.layout.place_by_field[field])

    def tell(self, index: int, code: str, field: str, message: Phrase) -> LineProblem:
        """A problem of one cell, told of its unit and year with what the cell holds."""
        found = text_of(self.cells[field][index])
        unit, year = self.identities.of(index)
        return index, Problem(
            code,
            self.at(index, field),
            message,
            unit=unit.code if unit else None,
            unit_name=unit.name if unit else None,
            year=year,
            field=field,
            value=shortened(found) if found else None,
        )

    def tell_all(self, lines: NDArray[np.intp], code: str, field: str, message: Callable[[int], Phrase]) -> LinesTold:
        """The same of many lines, made when somebody looks; `message` is that of the first, second … of the lines."""
        file, sheet = self.file, self.layout.sheet.name
        at, place = np.asarray(self.layout.lines, dtype=np.int32)[lines], self.layout.place_by_field[field]
        across = np.full(len(lines), place, dtype=np.int32)
        rows, columns = (across, at) if self.layout.items_down else (at, across)
        cells = self.cells[field].at(lines)
        unit_of, years, units = self.identities.unit[lines], self.identities.year[lines], self.identities.units

        def made(one: int) -> Problem:
            row, found = int(rows[one]), text_of(cells[one])
            unit = units[int(unit_of[one])].unit if unit_of[one] >= 0 else None
            return Problem(
                code,
                Place(file, sheet, cell_address(row, int(columns[one])), row + 1),
                message(one),
                unit=unit.code if unit else None,
                unit_name=unit.name if unit else None,
                year=int(years[one]) or None,
                field=field,
                value=shortened(found) if found else None,
            )

        return lines, OneKind(file, code, rows, columns, made)

    @property
    def faulty(self) -> NDArray[np.bool_]:
        """The lines with an error."""
        faulty = np.zeros(len(self.identities), dtype=bool)
        for index, problem in self.problems:
            if problem.severity is Severity.ERROR:
                faulty[slice(None) if index is None else index] = True
        return faulty


def read_records(layout: Layout, identities: Identities, file: str, plan: Plan) -> Records:
    """The columns of a layout, read and validated one by one."""
    cells = {field: layout.column(place) for field, place in layout.place_by_field.items()}
    counts: dict[str, Numbers] = {}
    told: list[LinesTold] = list(identities.problems)
    records = Records(file, layout, identities, counts, told, cells)
    given = [field for field in plan.fields if field.id in cells]
    partners = _partners(plan)
    unread_by_field: dict[str, NDArray[np.bool_]] = {}
    for field in given:
        counts[field.id], unread_by_field[field.id], faults = _column(records, field)
        told.extend(faults)
    for field in given:
        if not field.optional:
            told.extend(_missing_values(records, field, partners[field.id], unread_by_field[field.id]))
    return records


def shortened(found: str) -> str:
    return found if len(found) <= SHOWN_LENGTH else found[: SHOWN_LENGTH - 1] + "…"


def _column(records: Records, field: ReturnField) -> tuple[Numbers, NDArray[np.bool_], list[LinesTold]]:
    """A field's counts, the lines whose cell has a fault and gives none, and what is wrong with its cells."""
    column = records.cells[field.id]
    figures = _validated(list(map(read_figure, column.cells)))
    counts = compact(whole(figure.value for figure in figures))[column.places]
    unread = np.array([figure.is_fault for figure in figures], dtype=bool)[column.places]
    told: list[LinesTold] = []
    shared = np.zeros(len(counts), dtype=bool)
    for line, ((top, left), (bottom, right)) in records.layout.lines_sharing(records.layout.place_by_field[field.id]):
        index = list(records.layout.lines).index(line)
        counts[index], unread[index], shared[index] = BLANK, True, True
        message = phrase(
            "{field}: the cells {first} to {last} are merged, so one figure stands for several returns.",
            field=field.label,
            first=cell_address(top, left),
            last=cell_address(bottom, right),
        )
        told.append(records.tell(index, "missing-value", field.id, message))
    for code in dict.fromkeys(figure.code for figure in figures if figure.code):
        of_code = np.array([figure.code == code for figure in figures], dtype=bool)[column.places]
        lines = np.flatnonzero(of_code & ~shared)
        told.append(records.tell_all(lines, code, field.id, _what_is_wrong(column.at(lines))))
    return counts, unread, told


def _what_is_wrong(cells: Column) -> Callable[[int], Phrase]:
    """What is said of each of some cells that have a fault: read again, for few of a million are ever looked at."""

    @lru_cache(1024)  # a fault is often the same in all cells
    def said(place: int) -> Phrase:
        (figure,) = _validated([read_figure(cells.cells[place])])
        return figure.message or phrase("{found} is not a whole number.", found=text_of(cells.cells[place]))

    return lambda one: said(int(cells.places[one]))


def _validated(figures: list[Figure]) -> list[Figure]:
    """The figures, with a fault in place of those that the schema refuses."""
    given = [(place, figure.value) for place, figure in enumerate(figures) if figure.value is not None]
    for position, code, message in count_faults([value for _, value in given]):
        figures[given[position][0]] = Figure(None, code, message)
    return figures


def _missing_values(
    records: Records, field: ReturnField, partners: Sequence[str], unread: NDArray[np.bool_]
) -> Iterator[LinesTold]:
    """Blank cells of a field that the unit must give.

    A unit that is not waited for, such as the province's own agencies, may leave blank what it does not
    run; but a part without its whole, or a whole without its part, is a slip there too.
    """
    blank = (records.counts[field.id] == BLANK) & ~unread
    if not blank.any():
        return
    needed = records.identities.waited_for.copy()
    for partner in partners:
        if partner in records.counts:
            needed |= records.counts[partner] != BLANK
    lines = np.flatnonzero(needed & blank)
    cells = records.cells[field.id].at(lines)

    def message(one: int) -> Phrase:
        if found := text_of(cells[one]):
            return phrase("{field}: “{found}” means that the number is not available.", field=field.label, found=found)
        return phrase("{field}: the cell is blank.", field=field.label)

    if len(lines):
        yield records.tell_all(lines, "missing-value", field.id, message)


def _partners(plan: Plan) -> dict[str, list[str]]:
    """For each field that is required, the required fields that are its whole or its parts."""
    pairs = [(f.id, f.part_of) for f in plan.fields if f.part_of and not f.optional]
    return {
        field.id: [whole for part, whole in pairs if part == field.id]
        + [part for part, whole in pairs if whole == field.id]
        for field in plan.fields
    }


def heading_problems(layout: Layout, file: str, plan: Plan, *, waited_for: bool) -> Iterator[Problem]:
    """Columns that are missing, stand twice, or mean nothing to the plan.

    None is missing where no unit is `waited_for`.
    """
    sheet = layout.sheet.name
    unknown = {heading.text: heading for heading in layout.unknown if heading.text}
    for field in plan.fields:
        if field.id in layout.place_by_field or field.optional or not waited_for:
            continue
        close = get_close_matches(field.label.vi, list(unknown), n=1, cutoff=0.7)
        message = phrase("Nothing is headed “{label}”.", label=field.label)
        if close:
            message = phrase("Nothing is headed “{label}”; “{found}” may be meant.", label=field.label, found=close[0])
        yield Problem("missing-column", Place(file, sheet, None, layout.top + 1), message, field=field.id)
    for field_id, heading in layout.duplicates:
        place = Place(file, sheet, cell_address(heading.row, heading.column), heading.row + 1)
        message = phrase("{field} stands here a second time.", field=plan.field_by_id[field_id].label)
        yield Problem("duplicate-column", place, message, field=field_id, value=shortened(heading.text))
    for year, heading in layout.other_years:
        place = Place(file, sheet, cell_address(heading.row, heading.column), heading.row + 1)
        message = phrase("This column is of {year}, another year than the title's; it was not read.", year=str(year))
        yield Problem("other-year-column", place, message, year=year, value=shortened(heading.text))
    for heading in layout.unknown:
        place = Place(file, sheet, cell_address(heading.row, heading.column), heading.row + 1)
        message = phrase("There are figures without a heading here; they were not read.")
        if heading.text:
            message = phrase("“{found}” is nothing the plan asks for; it was not read.", found=shortened(heading.text))
        yield Problem("unknown-column", place, message, value=shortened(heading.text) or None)
