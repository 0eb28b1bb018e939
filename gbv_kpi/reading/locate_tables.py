# mypy: ignore-errors
"""Read the tables of a sheet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

import numpy as np
import pandas as pd

from gbv_kpi.i18n import phrase
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Place, Problem, Severity
from gbv_kpi.reading.headings import Vocabulary
from gbv_kpi.reading.identify import Identifier
from gbv_kpi.reading.identities import AssumedYear, Identities
from gbv_kpi.reading.layout import Layout
from gbv_kpi.reading.locate import locate_returns
from gbv_kpi.reading.privacy import columns_of_persons, headings_of_persons, personal_data
from gbv_kpi.reading.tables import FieldCells, SheetTables, Table, Total, Unread
from gbv_kpi.reading.titles import year_named
from gbv_kpi.reading.units import UnitDirectory
from gbv_kpi.sheets.column import Block, Column
from gbv_kpi.sheets.sheet import Sheet, cell_address, text_of


@dataclass(frozen=True, slots=True)
class Reader:
    """What sheets are read by: the plan, its vocabulary and units, and the year of returns that name none."""

    plan: Plan
    vocabulary: Vocabulary
    units: UnitDirectory
    assumed: AssumedYear | None


def reader_of(plan: Plan, assumed: AssumedYear | None = None) -> Reader:
    return Reader(plan, Vocabulary(plan), UnitDirectory(plan), assumed)


def may_hold_returns(sheet: Sheet, reader: Reader) -> bool:
    """Return whether a sheet that was not read has several figures, and names a field or a unit."""
    cells = [cell for row in sheet.rows[:200] for cell in row if cell != ""]
    texts = {cell for cell in cells if isinstance(cell, str)}
    figures = sum(isinstance(cell, int | float) for cell in cells)
    return figures >= 3 and any(reader.vocabulary.field(text) or reader.units.knows(text) for text in texts)


def read_tables(sheet: Sheet, file: str, reader: Reader) -> SheetTables:
    personal: dict[tuple[int, int], str] = {}
    layouts: dict[int, list[tuple[Layout, Identities]]] = {}
    identifiers: dict[int, Identifier] = {}

    def watched() -> Iterator[Block]:
        blocks = [Block.of(sheet.rows)]
        if sheet.tail is not None:
            columns = [Column(list(c.cat.categories), c.cat.codes.to_numpy()) for _, c in sheet.tail.items()]
            blocks.append(Block(len(sheet.rows), len(sheet.tail), columns))
        for block in blocks:
            personal.update(headings_of_persons(block[:], reader.vocabulary.is_heading, block.first))
            yield block

    blocks = watched()
    for number, layout in locate_returns(sheet, blocks, reader.vocabulary, reader.units.knows):
        if number not in layouts:
            personal.update(_persons_in(layout, reader.vocabulary))
            layouts[number] = []
            identifiers[number] = Identifier(layout, file, reader.plan, reader.units, reader.assumed)
        if layout.items_down or layout.block is not None:
            layouts[number].append((layout, identifiers[number].identify(layout)))
    for _ in blocks:
        pass
    tables = [_table(parts, file, reader.plan) for parts in layouts.values() if parts]
    return SheetTables(tables, (), list(personal_data(personal, file, sheet.name)))


def _table(parts: Sequence[tuple[Layout, Identities]], file: str, plan: Plan) -> Table:
    layout = parts[-1][0]
    problems: dict[object, Problem] = {}
    frames, totals = [], []
    shared: list[Problem] = []
    above = 0
    for part, who in parts:
        faulty = np.zeros(len(who), dtype=bool)
        for index, problem in who.problems:
            problems[problem.code, problem.place, problem.field, problem.value, problem.message.wording] = problem
            if problem.severity is Severity.ERROR:
                faulty[slice(None) if index is None else index] = True
        for field, place in part.place_by_field.items():
            for line, _ in part.lines_sharing(place):
                faulty[list(part.lines).index(line)] = True
        frames.append(_returns(part, who, faulty, file))
        for line in part.totals:
            totals.append((int(line), part, above))
        above += len(who)
    frame = (
        frames[0]
        if len(frames) == 1
        else pd.concat(
            [f.assign(unit=f["unit"].astype(object), named_unit=f["named_unit"].astype(object)) for f in frames],
            ignore_index=True,
        )
    )
    for column in ("unit", "named_unit"):
        frame[column] = frame[column].astype("category") if len(frames) > 1 else frame[column]
    cells = {field: _cells(parts, field, file, plan, shared) for field in layout.place_by_field}
    lines = np.concatenate([np.asarray(part.lines, dtype=np.int64) for part, _ in parts])
    unknown = [h for h in layout.unknown if h.text or layout.items_down or _is_figures([p for p, _ in parts], h.column)]
    layout = replace(layout, unknown=unknown)
    hidden = [problem for part, who in parts for problem in _hidden(part, who, plan, file)]
    headings = list(_heading_problems(layout, file, plan, expected=bool(frame["is_expected"].any())))
    if any(problem.severity is Severity.ERROR for problem in headings):
        frame["is_faulty"] = True
    return Table(
        file,
        layout.sheet.name,
        frame,
        cells,
        list(_totals(totals, lines, frame["year"].to_numpy())),
        [*problems.values(), *headings, *shared, *hidden],
    )


def _returns(layout: Layout, who: Identities, faulty: object, file: str) -> pd.DataFrame:
    across = layout.unit if layout.unit is not None else layout.unit_code
    rows, columns = [], []
    for line, year in zip(layout.lines, who.year.tolist(), strict=True):
        titled = who.place_by_year.get(year) if across is None else None
        place = titled or layout.where(file, line, across)
        row, column = _position(place)
        rows.append(row)
        columns.append(column)
    codes = list(who.units.codes)
    units = [who.units.at(i) for i in range(len(codes))] if not hasattr(who.units.codes, "encoded") else None
    named = [u.named.code for u in units] if units is not None else codes
    merged = np.append(who.units.merged, False)
    cats = sorted({*codes, *named})
    code_of, named_of = [*codes, None], [*named, None]
    return pd.DataFrame(
        {
            "row": np.array(rows, dtype=np.int32),
            "column": np.array(columns, dtype=np.int32),
            "unit": pd.Categorical([code_of[i] for i in who.unit], categories=cats),
            "named_unit": pd.Categorical([named_of[i] for i in who.unit], categories=cats),
            "is_merged": merged[who.unit] if len(who) else np.array([], dtype=bool),
            "is_expected": who.waited_for,
            "year": who.year.astype(np.int16),
            "is_faulty": faulty,
        }
    )


def _position(place: Place) -> tuple[int, int]:
    if place.cell is None:
        return (place.row - 1 if place.row else -1), -1
    column = 0
    for letter in place.cell.rstrip("0123456789"):
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(place.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) - 1, column - 1


def _cells(parts, field, file, plan, shared):
    values: list[object] = []
    across: list[int] = []
    for layout, who in parts:
        place = layout.place_by_field[field]
        column = layout.column(place)
        some = [column.cells[i] for i in column.places.tolist()]
        for line, ((top, left), (bottom, right)) in layout.lines_sharing(place):
            index = list(layout.lines).index(line)
            unit, year = who.of(index)
            message = phrase(
                "{field}: the cells {first} to {last} are merged, so one figure stands for several returns.",
                field=plan.field_by_id[field].label,
                first=cell_address(top, left),
                last=cell_address(bottom, right),
            )
            found = text_of(some[index])
            shared.append(
                Problem(
                    "missing-value",
                    layout.where(file, line, place),
                    message,
                    unit=unit.code if unit else None,
                    unit_name=unit.name if unit else None,
                    year=year,
                    field=field,
                    value=found or None,
                )
            )
            some[index] = Unread()
        values.extend(some)
        across.extend(map(int, layout.lines))
    series = pd.Series(values, dtype=object)
    lines = np.array(across, dtype=np.int32)
    return FieldCells(series, place, lines) if parts[0][0].items_down else FieldCells(series, lines, place)


def _totals(totals, lines, years):
    positions = np.arange(len(lines))
    edges = [0, *(int(np.searchsorted(lines, line)) for line, _, _ in totals), len(lines)]
    for (line, layout, _), before, here, after in zip(totals, edges, edges[1:], edges[2:], strict=False):
        year = year_named(layout.spread_text(line, layout.year)) if layout.year is not None else None
        groups = [positions, positions[before:here], positions[here:after]]
        if year is not None:
            groups.append(positions[years == year])
        cells = {}
        for field, place in layout.place_by_field.items():
            row, column = (place, line) if layout.items_down else (line, place)
            cells[field] = (layout.cell(line, place), row, column)
        yield Total(cells, groups)


def _is_figures(parts, column: int) -> bool:
    texts = [str(t) for part in parts for t in _texts(part, column) if t]
    if not texts:
        return False
    values = [int(t) if t.isdecimal() and t[0] != "0" else -1 for t in texts]
    goes_on = min(values) > 0 and all(b == a + 1 for a, b in zip(values, values[1:], strict=False))
    return not (goes_on and values[0] == 1)


def _texts(layout: Layout, column: int):
    texts = layout.column(column).texts()
    return [texts.cells[i] for i in texts.places.tolist()]


def _hidden(layout: Layout, who: Identities, plan: Plan, file: str) -> Iterator[Problem]:
    sheet = layout.sheet
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
            unit, year = who.of(index)
            problem = Problem("hidden-figures", layout.where(file, line, first_place), by_line[1])
            yield problem.of(unit.code if unit else None, unit.name if unit else None, year)
    for field in plan.fields if by_place[0] and len(layout.lines) else ():
        if (place := layout.place_by_field.get(field.id)) in by_place[0]:
            yield Problem("hidden-figures", layout.where(file, layout.lines[0], place), by_place[1], field=field.id)


def shortened(found: str) -> str:
    return found if len(found) <= 80 else found[:79] + "…"


def _heading_problems(layout: Layout, file: str, plan: Plan, *, expected: bool) -> Iterator[Problem]:
    """Columns that are missing, stand twice, or mean nothing to the plan.

    None is missing where no unit is `expected`.
    """
    sheet = layout.sheet.name
    unknown = {heading.text: heading for heading in layout.unknown if heading.text}
    for field in plan.fields:
        if field.id in layout.place_by_field or field.optional or not expected:
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


def _persons_in(layout: Layout, vocabulary: Vocabulary) -> dict[tuple[int, int], str]:
    headings = ((heading.row, heading.column, heading.text) for heading in layout.unknown)
    items: list[tuple[int, int, str]] = []
    if layout.items_down and layout.lines:
        items = [
            (row, column, cell)
            for row in range(layout.top, max(layout.place_by_field.values()) + 1)
            for column, cell in enumerate(layout.sheet.rows[row][: min(layout.lines)])
            if isinstance(cell, str) and not vocabulary.field(cell)
        ]
    return columns_of_persons(headings, layout.title_cells(), items)
