"""The lines of one layout from its first to its last, in as few bytes as hold them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.counts import BLANK, Lines, Names, Numbers, compact, places_in_order
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Place
from gbv_kpi.reading.identities import Identity
from gbv_kpi.reading.layout import Heading, Layout
from gbv_kpi.reading.sheet import Cell, Sheet
from gbv_kpi.reading.titles import year_named
from gbv_kpi.reading.units import NamedUnits
from gbv_kpi.records import Records

__all__ = ["Batch", "Total", "batch_of", "joined", "lines_of"]


@dataclass(frozen=True, slots=True)
class Total:
    """A line that sums up others, with the year it says and what it has for each field."""

    line: int
    year: int | None
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Numbering:
    """What stands in a column without a heading: nothing where `first` is None, else numbers that go on, or not."""

    first: int | None = None
    last: int | None = None
    goes_on: bool = True

    def __add__(self, below: "Numbering") -> "Numbering":
        if self.first is None or below.first is None or self.last is None:
            return self if below.first is None else below
        return Numbering(self.first, below.last, self.goes_on and below.goes_on and below.first == self.last + 1)

    @property
    def is_figures(self) -> bool:
        return self.first is not None and not (self.goes_on and self.first == 1)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Lines of one layout, a row each; `years` is 0 and `unit`, a place in `units`, is -1 where it is not known."""

    file: str
    layout: Layout  # without its cells
    lines: NDArray[np.int32]
    years: NDArray[np.int16]
    unit: NDArray[np.int32]
    units: NamedUnits
    waited_for: NDArray[np.bool_]
    faulty: NDArray[np.bool_]
    counts: dict[str, Numbers]
    totals: Sequence[Total]
    numbering: Mapping[int, Numbering]  # by column without a heading
    place_by_year: Mapping[int, Place]  # of the unit that the title names

    def __len__(self) -> int:
        return len(self.lines)

    def identity(self, index: int) -> Identity:
        unit = self.units[int(self.unit[index])] if self.unit[index] >= 0 else None
        year = int(self.years[index])
        return Identity(unit, year or None, self.place(index))

    def place(self, index: int) -> Place:
        """Where the unit's name of a line stands, or what stands for it."""
        layout = self.layout
        place = layout.unit if layout.unit is not None else layout.unit_code
        titled = self.place_by_year.get(int(self.years[index])) if place is None else None
        return titled or layout.where(self.file, self.lines[index], place)

    @property
    def unknown(self) -> list[Heading]:
        """The headings that mean nothing to the plan; a column that only numbers its rows needs none."""
        return [
            heading
            for heading in self.layout.unknown
            if heading.text or self.layout.items_down or self.numbering[heading.column].is_figures
        ]


def batch_of(records: Records) -> Batch:
    """What is kept of lines that were read."""
    layout, who = records.layout, records.identities
    unheaded = [heading.column for heading in layout.unknown if not (heading.text or layout.items_down)]
    return Batch(
        records.file,
        replace(layout, sheet=Sheet(layout.sheet.name, ()), block=None, lines=(), totals=()),
        np.asarray(layout.lines, dtype=np.int32),
        who.year,
        who.unit,
        who.units,
        who.waited_for,
        records.faulty,
        {field: compact(column) for field, column in records.counts.items()},
        [_total(layout, int(line)) for line in layout.totals],
        {column: _numbering(layout, column) for column in unheaded},
        who.place_by_year,
    )


def joined(parts: Sequence[Batch]) -> Batch:
    """The lines of one layout that came in several blocks, which give up their counts: none is held twice."""
    if len(parts) == 1:
        return parts[0]
    starts = np.cumsum([0, *(len(part.units) for part in parts)])
    units = [
        np.where(part.unit >= 0, part.unit + np.int32(start), np.int32(-1))
        for part, start in zip(parts, starts, strict=False)
    ]
    numbering = dict(parts[0].numbering)
    for part in parts[1:]:
        numbering = {column: numbering[column] + below for column, below in part.numbering.items()}
    return Batch(
        parts[0].file,
        parts[-1].layout,
        np.concatenate([part.lines for part in parts]),
        np.concatenate([part.years for part in parts]),
        np.concatenate(units),
        parts[0].units.joined([part.units for part in parts]),
        np.concatenate([part.waited_for for part in parts]),
        np.concatenate([part.faulty for part in parts]),
        {field: np.concatenate([part.counts.pop(field) for part in parts]) for field in list(parts[0].counts)},
        [total for part in parts for total in part.totals],
        numbering,
        {year: place for part in parts for year, place in part.place_by_year.items()},
    )


def lines_of(batches: Sequence[Batch], plan: Plan) -> Lines:
    """The lines of several layouts after each other."""
    unit, units = _places(batches, [Names.of(batch.units.codes) for batch in batches])
    named, names = unit, units
    if any(batch.units.named is not batch.units.codes for batch in batches):
        named, names = _places(batches, [Names.of(batch.units.named) for batch in batches])
    by_field = {}
    for field in plan.field_by_id:
        blank = np.int8(BLANK)
        by_field[field] = _after_each_other(
            [batch.counts.get(field, np.broadcast_to(blank, len(batch))) for batch in batches], np.int8
        )
    return Lines(_after_each_other([batch.years for batch in batches], np.int16), unit, named, by_field, units, names)


def _places(batches: Sequence[Batch], texts: Sequence[Names]) -> tuple[NDArray[np.int32], Names]:
    """Where the text of each line stands among all of them in order, -1 where its unit is not known."""
    places, names = places_in_order(Names(_after_each_other([one.encoded for one in texts], np.bytes_)))
    starts = np.cumsum([0, *map(len, texts)])
    of_batch = zip(batches, starts[:-1], starts[1:], strict=True)
    found = [np.append(places[start:end], -1).astype(np.int32)[batch.unit] for batch, start, end in of_batch]
    return _after_each_other(found, np.int32), names


def _after_each_other(columns: Sequence[NDArray[Any]], kind: type) -> NDArray[Any]:
    """The columns as one, without a copy where there is but one."""
    return np.concatenate(columns) if len(columns) > 1 else columns[0] if columns else np.array([], dtype=kind)


def _total(layout: Layout, line: int) -> Total:
    year = year_named(layout.spread_text(line, layout.year)) if layout.year is not None else None
    return Total(line, year, {field: layout.cell(line, place) for field, place in layout.place_by_field.items()})


def _numbering(layout: Layout, column: int) -> Numbering:
    texts = layout.column(column).texts()
    texts = texts.at(np.flatnonzero(texts.holds(bool)))
    if not len(texts):
        return Numbering()
    values = [
        int(text) if isinstance(text, str) and text.isdecimal() and text[0] != "0" else -1 for text in texts.cells
    ]
    numbers = np.array(values, dtype=object)[texts.places]
    goes_on = min(values) > 0 and bool((np.diff(numbers) == 1).all())
    return Numbering(numbers[0], numbers[-1], goes_on)
