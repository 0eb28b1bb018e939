"""The lines of one layout from its first to its last: their columns stand on a shelf, none of them in memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import starmap

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.counts import BLANK, Lines, Names
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Place
from gbv_kpi.reading.identities import Identity
from gbv_kpi.reading.layout import Heading, Layout
from gbv_kpi.reading.titles import year_named
from gbv_kpi.reading.units import NamedUnits
from gbv_kpi.returns.parse import Records
from gbv_kpi.sheets.sheet import Cell, Sheet
from gbv_kpi.shelf import Shelf, Shelved


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
    lines: Shelved
    years: Shelved
    unit: Shelved
    units: NamedUnits
    waited_for: Shelved
    faulty: Shelved
    counts: Mapping[str, Shelved]
    totals: Sequence[Total]
    numbering: Mapping[int, Numbering]  # by column without a heading
    place_by_year: Mapping[int, Place]  # of the unit that the title names

    def __len__(self) -> int:
        return len(self.lines)

    def identity(self, index: int) -> Identity:
        return self._identity(self.unit[index], self.years[index], self.lines[index])

    def identities(self, indices: NDArray[np.intp]) -> Iterator[Identity]:
        """The same of many lines."""
        columns = (column.at(indices).tolist() for column in (self.unit, self.years, self.lines))
        return starmap(self._identity, zip(*columns, strict=True))

    def _identity(self, unit: int, year: int, line: int) -> Identity:
        """`place` is where the unit's name of the line stands, or what stands for it."""
        layout = self.layout
        across = layout.unit if layout.unit is not None else layout.unit_code
        titled = self.place_by_year.get(year) if across is None else None
        place = titled or layout.where(self.file, line, across)
        return Identity(self.units[unit] if unit >= 0 else None, year or None, place)

    @property
    def unknown(self) -> list[Heading]:
        """The headings that mean nothing to the plan; a column that only numbers its rows needs none."""
        return [
            heading
            for heading in self.layout.unknown
            if heading.text or self.layout.items_down or self.numbering[heading.column].is_figures
        ]


def batch_of(records: Records, shelf: Shelf, units_above: int = 0) -> Batch:
    """What is kept of lines that were read, with `units_above` of the lines above them in the same layout."""
    layout, who = records.layout, records.identities
    unheaded = [heading.column for heading in layout.unknown if not (heading.text or layout.items_down)]
    return Batch(
        records.file,
        replace(layout, sheet=Sheet(layout.sheet.name, ()), block=None, lines=(), totals=()),
        shelf.put(np.asarray(layout.lines, dtype=np.int32)),
        shelf.put(who.year),
        shelf.put(np.where(who.unit >= 0, who.unit + np.int32(units_above), np.int32(-1))),
        who.units,
        shelf.put(who.waited_for),
        shelf.put(records.faulty),
        {field: shelf.put(column) for field, column in records.counts.items()},
        [_total(layout, int(line)) for line in layout.totals],
        {column: _numbering(layout, column) for column in unheaded},
        who.place_by_year,
    )


def joined(parts: Sequence[Batch]) -> Batch:
    """The lines of one layout that came in several blocks."""
    if len(parts) == 1:
        return parts[0]
    numbering = dict(parts[0].numbering)
    for part in parts[1:]:
        numbering = {column: numbering[column] + below for column, below in part.numbering.items()}
    return Batch(
        parts[0].file,
        parts[-1].layout,
        Shelved.joined([part.lines for part in parts]),
        Shelved.joined([part.years for part in parts]),
        Shelved.joined([part.unit for part in parts]),
        parts[0].units.joined([part.units for part in parts]),
        Shelved.joined([part.waited_for for part in parts]),
        Shelved.joined([part.faulty for part in parts]),
        {field: Shelved.joined([part.counts[field] for part in parts]) for field in parts[0].counts},
        [total for part in parts for total in part.totals],
        numbering,
        {year: place for part in parts for year, place in part.place_by_year.items()},
    )


def lines_of(batches: Sequence[Batch], plan: Plan, shelf: Shelf) -> Lines:
    """The lines of several layouts after each other."""
    unit, units = _places(batches, [Names.of(batch.units.codes) for batch in batches], shelf)
    named, names = unit, units
    if any(batch.units.named is not batch.units.codes for batch in batches):
        named, names = _places(batches, [Names.of(batch.units.named) for batch in batches], shelf)

    @cache  # the same stands for each of a thousand forms, and for every field they leave out
    def blanks(count: int) -> Shelved:
        return shelf.put(np.full(count, BLANK, dtype=np.int8))

    by_field = {
        field: Shelved.joined([batch.counts.get(field) or blanks(len(batch)) for batch in batches])
        for field in plan.field_by_id
    }
    return Lines(Shelved.joined([batch.years for batch in batches]), unit, named, by_field, units, names)


def _places(batches: Sequence[Batch], texts: Sequence[Names], shelf: Shelf) -> tuple[Shelved, Names]:
    """Where the text of each line stands among all of them in order, -1 where its unit is not known."""
    encoded = [one.encoded for one in texts]
    names = np.unique(np.concatenate(encoded)) if encoded else np.array([], dtype=np.bytes_)
    found: list[Shelved] = []
    for batch, codes in zip(batches, encoded, strict=True):
        places = np.append(np.searchsorted(names, codes).astype(np.int32), np.int32(-1))
        found.extend(shelf.put(places[unit]) for unit in batch.unit.pieces())
    return Shelved.joined(found), Names(names)


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
