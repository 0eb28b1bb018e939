"""The lines of one layout as columns of whole numbers, with what is wrong in each line.

A cell that cannot be read fails nothing but its own line: its column holds NA there, and no later
check sees it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

import pandas as pd

from gbv_kpi.language import Phrase, phrase
from gbv_kpi.plan import Plan, ReturnField
from gbv_kpi.problems import Place, Problem
from gbv_kpi.reading.identity import Identity
from gbv_kpi.reading.layout import Layout
from gbv_kpi.reading.notation import read_figures
from gbv_kpi.reading.sheet import cell_address, text_of
from gbv_kpi.schema import count_faults

__all__ = ["LineProblem", "Records", "read_records"]

SHOWN_LENGTH = 80  # characters of a cell that are quoted back

LineProblem = tuple[int | None, Problem]  # the index of the line it fails; None: every line of the layout


@dataclass(frozen=True, slots=True)
class Records:
    """One layout read: `counts` has a row for each line and a column for each field, NA where unread."""

    file: str
    layout: Layout
    identities: Sequence[Identity]
    counts: pd.DataFrame
    problems: Sequence[LineProblem]

    def at(self, index: int, field: str) -> Place:
        """The place of a field's cell in the line of that index."""
        return self.layout.where(self.file, self.layout.lines[index], self.layout.place_by_field[field])

    def tell(self, index: int, code: str, field: str, message: Phrase) -> LineProblem:
        """A problem of one cell, told of its unit and year with what the cell holds."""
        found = text_of(self.layout.cell(self.layout.lines[index], self.layout.place_by_field[field]))
        unit, year = self.identities[index].reported, self.identities[index].year
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


def read_records(layout: Layout, identities: Sequence[Identity], file: str, plan: Plan) -> Records:
    """The columns of a layout, read and validated one by one."""
    blank = Records(file, layout, identities, pd.DataFrame(), ())
    told: list[LineProblem] = [
        (index, problem) for index, identity in enumerate(identities) for problem in identity.problems
    ]
    told.extend(_heading_problems(blank, plan))
    values_by_field: dict[str, list[int | None]] = {}
    unread_by_field: dict[str, set[int]] = {}
    for field in plan.fields:
        values, faults = _column(blank, field)
        values_by_field[field.id] = values
        unread_by_field[field.id] = {index for index, _ in faults if index is not None and values[index] is None}
        told.extend(faults)
    told.extend(_missing_values(blank, plan, values_by_field, unread_by_field))
    counts = pd.DataFrame({name: pd.array(values, dtype="Int64") for name, values in values_by_field.items()})
    return replace(blank, counts=counts, problems=told)


def shortened(found: str) -> str:
    return found if len(found) <= SHOWN_LENGTH else found[: SHOWN_LENGTH - 1] + "…"


def _column(records: Records, field: ReturnField) -> tuple[list[int | None], list[LineProblem]]:
    """A field's whole numbers, None where there is none, and what is wrong with its cells."""
    place = records.layout.place_by_field.get(field.id)
    if place is None:
        return [None] * len(records.layout.lines), []
    figures = read_figures(records.layout.cells(place))
    told = [
        records.tell(index, figure.code, field.id, figure.message)
        for index, figure in enumerate(figures)
        if figure.code and figure.message
    ]
    values = [figure.value for figure in figures]
    given = [(index, value) for index, value in enumerate(values) if value is not None]
    for position, code, message in count_faults([value for _, value in given]):
        index = given[position][0]
        values[index] = None
        told = [(at, problem) for at, problem in told if at != index]
        told.append(records.tell(index, code, field.id, message))
    for line, ((top, left), (bottom, right)) in records.layout.lines_sharing(place):
        index = records.layout.lines.index(line)
        values[index] = None
        told = [(at, problem) for at, problem in told if at != index]
        message = phrase(
            "{field}: the cells {first} to {last} are merged, so one figure stands for several returns.",
            field=field.label,
            first=cell_address(top, left),
            last=cell_address(bottom, right),
        )
        told.append(records.tell(index, "missing-value", field.id, message))
    return values, told


def _missing_values(
    records: Records,
    plan: Plan,
    values_by_field: Mapping[str, Sequence[int | None]],
    unread_by_field: Mapping[str, set[int]],
) -> Iterator[LineProblem]:
    """Blank cells of fields that the unit must give.

    A unit that is not waited for, such as the province's own agencies, may leave blank what it does not
    run; but a part without its whole, or a whole without its part, is a slip there too.
    """
    partners = _partners(plan)
    for field in plan.fields:
        if field.optional or field.id not in records.layout.place_by_field:
            continue
        for index, value in enumerate(values_by_field[field.id]):
            if value is not None or index in unread_by_field[field.id]:
                continue
            unit = records.identities[index].reported
            if unit is not None and not unit.expected:
                given = (values_by_field[partner][index] for partner in partners[field.id])
                if all(partner is None for partner in given):
                    continue
            message = phrase("{field}: the cell is blank.", field=field.label)
            found = text_of(records.layout.cell(records.layout.lines[index], records.layout.place_by_field[field.id]))
            if found:
                message = phrase(
                    "{field}: “{found}” means that the number is not available.", field=field.label, found=found
                )
            yield records.tell(index, "missing-value", field.id, message)


def _partners(plan: Plan) -> dict[str, list[str]]:
    """For each field that is required, the required fields that are its whole or its parts."""
    pairs = [(f.id, f.part_of) for f in plan.fields if f.part_of and not f.optional]
    return {
        field.id: [whole for part, whole in pairs if part == field.id]
        + [part for part, whole in pairs if whole == field.id]
        for field in plan.fields
    }


def _heading_problems(records: Records, plan: Plan) -> Iterator[LineProblem]:
    """Columns that are missing, stand twice, or mean nothing to the plan."""
    layout, sheet = records.layout, records.layout.sheet.name
    unknown = {heading.text: heading for heading in layout.unknown if heading.text}
    waited_for = any(identity.reported is None or identity.reported.expected for identity in records.identities)
    for field in plan.fields:
        if field.id in layout.place_by_field or field.optional or not waited_for:
            continue
        close = get_close_matches(field.label.vi, list(unknown), n=1, cutoff=0.7)
        message = phrase("Nothing is headed “{label}”.", label=field.label)
        if close:
            message = phrase("Nothing is headed “{label}”; “{found}” may be meant.", label=field.label, found=close[0])
        yield None, Problem("missing-column", Place(records.file, sheet, None, layout.top + 1), message, field=field.id)
    for field_id, heading in layout.duplicates:
        place = Place(records.file, sheet, cell_address(heading.row, heading.column), heading.row + 1)
        message = phrase("{field} stands here a second time.", field=plan.field_by_id[field_id].label)
        yield None, Problem("duplicate-column", place, message, field=field_id, value=shortened(heading.text))
    for year, heading in layout.other_years:
        place = Place(records.file, sheet, cell_address(heading.row, heading.column), heading.row + 1)
        message = phrase("This column is of {year}, another year than the title's; it was not read.", year=str(year))
        yield None, Problem("other-year-column", place, message, year=year, value=shortened(heading.text))
    for heading in layout.unknown:
        place = Place(records.file, sheet, cell_address(heading.row, heading.column), heading.row + 1)
        message = phrase("There are figures without a heading here; they were not read.")
        if heading.text:
            message = phrase("“{found}” is nothing the plan asks for; it was not read.", found=shortened(heading.text))
        yield None, Problem("unknown-column", place, message, value=shortened(heading.text) or None)
