"""A sheet to its batches: every layout on it read, validated by column and checked, block by block."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np

from gbv_kpi.plan import Plan
from gbv_kpi.problems import Problem, Severity
from gbv_kpi.reading.headings import Vocabulary
from gbv_kpi.reading.identify import Identifier
from gbv_kpi.reading.identities import AssumedYear
from gbv_kpi.reading.layout import Layout
from gbv_kpi.reading.locate import locate_returns
from gbv_kpi.reading.privacy import columns_of_persons, headings_of_persons, is_personal_heading, personal_data
from gbv_kpi.reading.units import UnitDirectory
from gbv_kpi.returns.batch import Batch, batch_of, joined
from gbv_kpi.returns.checks import CHECKS, totals_match
from gbv_kpi.returns.parse import heading_problems, read_records
from gbv_kpi.sheets.column import Block
from gbv_kpi.sheets.sheet import Sheet
from gbv_kpi.shelf import Shelf
from gbv_kpi.told import OneKind, Problems


@dataclass(frozen=True, slots=True)
class SheetRead:
    """What a sheet holds, how many cells it has, and what is wrong with it."""

    batches: Sequence[Batch]
    cells: int
    problems: Sequence[Problem]
    personal: Sequence[Problem]  # for which the file is refused


@dataclass(slots=True)
class _Parts:
    """One layout on its way."""

    identifier: Identifier
    batches: list[Batch] = field(default_factory=list)
    problems: list[Problem | OneKind] = field(default_factory=list)
    of_title: dict[object, Problem] = field(default_factory=dict)  # told once, though they fail every line below


class SheetReader:
    """Reads the sheets of one file."""

    def __init__(
        self,
        file: str,
        plan: Plan,
        vocabulary: Vocabulary,
        units: UnitDirectory,
        assumed: AssumedYear | None,
        shelf: Shelf,
    ) -> None:
        self._file, self._plan, self._vocabulary, self._units, self._assumed = file, plan, vocabulary, units, assumed
        self._shelf = shelf

    def read(self, sheet: Sheet) -> SheetRead:
        self._personal: dict[tuple[int, int], str] = {}
        self._cells = 0
        blocks = self._watched(sheet)
        found: dict[int, _Parts] = {}
        for number, layout in locate_returns(sheet, blocks, self._vocabulary, self._units.knows):
            if number not in found:
                self._personal |= self._personal_in(layout)
                identifier = Identifier(layout, self._file, self._plan, self._units, self._assumed)
                found[number] = _Parts(identifier)
            if layout.items_down or layout.block is not None:
                self._take(layout, found[number])
        for _ in blocks:
            pass  # what follows the last table may be about persons
        read = [self._whole(parts) for parts in found.values()]
        return SheetRead(
            [batch for batch, _ in read],
            self._cells,
            Problems([problems for _, problems in read]),
            list(personal_data(self._personal, self._file, sheet.name)),
        )

    def _watched(self, sheet: Sheet) -> Iterator[Block]:
        """The rows of a sheet as they are read, looked through for persons."""
        for rows in chain([sheet.rows], sheet.following):
            block = rows if isinstance(rows, Block) else Block.of(rows)
            suspects = np.zeros(len(block), dtype=bool)
            for column in block.columns:
                suspects |= column.holds(lambda cell: isinstance(cell, str) and is_personal_heading(cell))
            if suspects.any():
                self._personal |= headings_of_persons(block[:], self._vocabulary.is_heading, block.first)
            self._cells += len(block) * len(block.columns)
            yield block

    def _personal_in(self, layout: Layout) -> dict[tuple[int, int], str]:
        headings = ((heading.row, heading.column, heading.text) for heading in layout.unknown)
        items: list[tuple[int, int, str]] = []
        if layout.items_down and layout.lines:
            items = [
                (row, column, cell)
                for row in range(layout.top, max(layout.place_by_field.values()) + 1)
                for column, cell in enumerate(layout.sheet.rows[row][: min(layout.lines)])
                if isinstance(cell, str) and not self._vocabulary.field(cell)
            ]
        return columns_of_persons(headings, layout.title_cells(), items)

    def _take(self, layout: Layout, parts: _Parts) -> None:
        identities = parts.identifier.identify(layout)
        records = read_records(layout, identities, self._file, self._plan)
        told = [*records.problems, *(line for check in CHECKS for line in check(records, self._plan))]
        units_above = sum(len(batch.units) for batch in parts.batches)
        parts.batches.append(batch_of(replace(records, problems=told), self._shelf, units_above))
        for _, problem in identities.problems:
            key = (problem.code, problem.place, problem.field, problem.value, problem.message.wording)
            parts.of_title[key] = problem
        parts.problems.extend(problem for _, problem in told[len(identities.problems) :])

    def _whole(self, parts: _Parts) -> tuple[Batch, Problems]:
        """A layout from its first line to its last, and what is wrong with it in reading order."""
        batch = joined(parts.batches)
        layout = replace(batch.layout, unknown=batch.unknown)
        waited_for = bool(np.any(batch.waited_for))
        of_headings = list(heading_problems(layout, self._file, self._plan, waited_for=waited_for))
        if any(problem.severity is Severity.ERROR for problem in of_headings):
            batch = replace(batch, faulty=self._shelf.put(np.ones(len(batch), dtype=bool)))
        problems = [*parts.of_title.values(), *of_headings, *parts.problems, *totals_match(batch, self._plan)]
        return batch, Problems(problems, in_reading_order=True)
