"""Whose return a line is, and of which year: from its own cells, the title block or the sheet's name.

Two places that contradict each other are a problem, never a choice: a form copied from a neighbour
with its old title is the commonest way for a figure to land on the wrong unit.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.i18n import phrase
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Place, Problem
from gbv_kpi.reading.identities import AssumedYear, Identities, LineProblem, Said, alike_in
from gbv_kpi.reading.layout import Layout
from gbv_kpi.reading.title_units import units_in
from gbv_kpi.reading.titles import after_label, reporting_unit_in
from gbv_kpi.reading.units import AnyUnits, NamedUnit, NamedUnits, Names, UnitDirectory, UnitNames
from gbv_kpi.reading.years import YearReader
from gbv_kpi.sheets.column import Column
from gbv_kpi.sheets.sheet import cell_address


class Identifier:
    """The title block of a layout, read once, against which every line is held."""

    def __init__(
        self, layout: Layout, file: str, plan: Plan, units: UnitDirectory, assumed: AssumedYear | None
    ) -> None:
        self._layout, self._file, self._plan, self._units = layout, file, plan, units
        self._title = [
            Said(text, Place(file, layout.sheet.name, cell_address(row, column), row + 1))
            for row, column, text in layout.title_cells()
        ]
        self._years = YearReader(layout, file, plan, assumed, self._title)
        self._unit_by_year: dict[int, tuple[NamedUnit | None, Place, list[Problem]]] = {}
        self._found: dict[tuple[str, str, int], NamedUnit | None] = {}

    def identify(self, layout: Layout) -> Identities:
        """The identities of some lines of the layout; lines that say the same are read once."""
        self._layout = layout
        told: list[LineProblem] = []
        year = self._years.of_lines(layout, told)
        sure = year.copy()
        sure[[index for index, _ in told if index is not None]] = 0
        name, code = layout.spread_column(layout.unit), layout.spread_column(layout.unit_code)
        if self._plan.units or (name is None and code is None):
            unit, units = self._units_of_lines(sure, name, code, told)
        else:
            unit, units = self._any_units(sure, name, code, told)
        for of in np.unique(sure[sure > 0]).tolist():
            told.extend((int(np.argmax(sure == of)), problem) for problem in self._years.part_of_year(of))
        titled = {of: titles[1] for of, titles in self._unit_by_year.items()}
        return Identities(year, unit, units, told, titled)

    def _units_of_lines(
        self, years: NDArray[np.int16], name: Column | None, code: Column | None, told: list[LineProblem]
    ) -> tuple[NDArray[np.int32], NamedUnits]:
        units = np.full(len(years), -1, dtype=np.int32)
        place_by_unit: dict[int, int] = {}
        found: list[NamedUnit] = []
        keys = self._alike_years(years)
        for column in (name, code):
            keys = keys if column is None else keys * len(column.cells) + column.places
        for alike in alike_in(keys):
            first, year = int(alike[0]), int(years[alike[0]])
            if not year:
                continue
            unit = self._plainly(str(name[first]) if name else "", str(code[first]) if code else "", year)
            if unit is None:
                unit, _, problems = self._unit_of(self._layout.lines[first], year)
                told.extend(self._problems_of_unit(alike, years) if problems else ())
            elif unit.merged:
                told.extend(self._merged_lines(alike, years, unit))
            if unit is not None:
                if id(unit) not in place_by_unit:
                    place_by_unit[id(unit)] = len(found)
                    found.append(unit)
                units[alike] = place_by_unit[id(unit)]
        return units, NamedUnits(found)

    def _plainly(self, name: str, code: str, year: int) -> NamedUnit | None:
        """The unit of a line that says it, with nothing to be told but that it may have merged."""
        unit = self._find(name, code, year) if name or code else None
        return unit if unit and self._titled_unit(year)[0] in (None, unit) else None

    def _alike_years(self, years: NDArray[np.int16]) -> NDArray[np.int64]:
        """The first year in place of each year in which names mean the same units and the title the same one."""
        first_by_meaning: dict[tuple[int, int], int] = {}
        alike = np.zeros(int(years.max(initial=0)) + 1, dtype=np.int64)
        for year in np.unique(years[years > 0]).tolist():
            meaning = id(self._units.in_year(year)), id(self._titled_unit(year)[0])
            alike[year] = first_by_meaning.setdefault(meaning, year)
        return alike[years]

    def _problems_of_unit(self, lines: Iterable[int], years: NDArray[np.int16]) -> Iterator[LineProblem]:
        for index in map(int, lines):
            year = int(years[index])
            unit, _, problems = self._unit_of(self._layout.lines[index], year)
            reported = unit.unit if unit else None
            code, name = (reported.code, reported.name) if reported else (None, None)
            yield from ((index, problem.of(code, name, year)) for problem in problems)

    def _merged_lines(
        self, lines: NDArray[np.intp], years: NDArray[np.int16], unit: NamedUnit
    ) -> Iterator[LineProblem]:
        for index in lines.tolist():
            place = self._unit_place(self._layout, self._layout.lines[index])
            yield index, self._merged(unit, place, int(years[index]))

    def _any_units(
        self, years: NDArray[np.int16], name: Column | None, code: Column | None, told: list[LineProblem]
    ) -> tuple[NDArray[np.int32], NamedUnits]:
        """The units where the plan names none: by the code where a line gives one, otherwise by the name."""
        said = [column for column in (code, name) if column is not None]
        by = said[0] if len(said) == 1 else Column.of([first or second for first, second in zip(*said, strict=True)])
        named = by.holds(bool)
        for alike in alike_in(np.where(named, 0, years).astype(np.int64)):
            if years[alike[0]] and not named[alike[0]]:
                told.extend(self._problems_of_unit(alike, years))
        units = AnyUnits(Names(map(str, by.cells)))
        return np.where((years > 0) & named, by.places, -1).astype(np.int32), units

    def _unit_place(self, layout: Layout, line: int) -> Place:
        return layout.where(self._file, line, layout.unit if layout.unit is not None else layout.unit_code)

    def _unit_of(self, line: int, year: int) -> tuple[NamedUnit | None, Place, list[Problem]]:
        layout = self._layout
        name = layout.spread_text(line, layout.unit) if layout.unit is not None else ""
        code = layout.spread_text(line, layout.unit_code) if layout.unit_code is not None else ""
        titled, title_place, title_problems = self._titled_unit(year)
        place = self._unit_place(layout, line)
        if not name and not code:
            if layout.unit is None and layout.unit_code is None:
                return titled, title_place, title_problems
            if titled:
                return titled, place, []
            message = phrase("This row names no unit.")
            if layout.items_down:
                message = phrase("This column names no unit.")
            return None, place, [Problem("missing-unit", place, message)]
        unit = self._find(name, code, year)
        if unit is None:
            return None, place, [self._unknown(name or code, place, year, code if name else "")]
        if titled and titled.unit is not unit.unit and titled.unit.expected and not title_problems:
            message = phrase(
                "This row is of {unit}, but the title says {other}.", unit=unit.named.name, other=titled.named.name
            )
            return None, place, [Problem("conflicting-unit", place, message, value=name or code)]
        return unit, place, [self._merged(unit, place, year)] if unit.merged else []

    def _find(self, name: str, code: str, year: int) -> NamedUnit | None:
        names = self._units.in_year(year)
        key = (name, code, id(names))
        if key not in self._found:
            by_name = names.find(name) if name else None
            by_code = names.find(code) if code else None
            agree = not (name and code) or (by_name and by_code and by_name.unit is by_code.unit)
            self._found[key] = (by_name or by_code) if agree else None
        return self._found[key]

    def _titled_unit(self, year: int) -> tuple[NamedUnit | None, Place, list[Problem]]:
        """The unit that the title block and the sheet's name give, where they agree."""
        if year not in self._unit_by_year:
            self._unit_by_year[year] = self._read_title(self._units.in_year(year), year)
        return self._unit_by_year[year]

    def _read_title(self, names: UnitNames, year: int) -> tuple[NamedUnit | None, Place, list[Problem]]:
        sheet = Place(self._file, self._layout.sheet.name)
        found = list(units_in(self._title, names)) if self._plan.units else []
        if self._layout.sheet.name and self._plan.units and (unit := self._unit_in_sheet_name(names)):
            found.append((unit, sheet))
        if not found:
            for said in self._title:
                if reporting_unit_in(said.text) and "báo cáo" in said.text.casefold():
                    return None, said.place, [self._unknown(after_label(said.text), said.place, year, "")]
            return None, sheet, [Problem("missing-unit", sheet, phrase("Nothing says whose return this is."))]
        unit, place = found[0]
        for other, _ in found[1:]:
            if other.unit is not unit.unit:
                message = phrase(
                    "This return says {unit} here, but {other} elsewhere.", unit=unit.named.name, other=other.named.name
                )
                return None, place, [Problem("conflicting-unit", place, message, value=unit.named.name)]
        return unit, place, [self._merged(unit, place, year)] if unit.merged else []

    def _unit_in_sheet_name(self, names: UnitNames) -> NamedUnit | None:
        name = self._layout.sheet.name or ""
        without_years = " ".join(word for word in name.split() if not (word.isdecimal() and len(word) == 4))
        return None if without_years.isdecimal() else names.find(without_years)

    # ---------------------------------------------------------------- what is wrong

    def _unknown(self, text: str, place: Place, year: int, code: str) -> Problem:
        nearest = self._units.in_year(year).nearest(text)
        if code:
            message = phrase(
                "“{found}” and the code {code} are not the same unit in {year}.", found=text, code=code, year=str(year)
            )
        elif nearest:
            message = phrase(
                "“{found}” is no reporting unit of {year}; the nearest names are: {nearest}.",
                found=text,
                year=str(year),
                nearest=", ".join(nearest),
            )
        else:
            message = phrase("“{found}” is no reporting unit of {year}.", found=text, year=str(year))
        return Problem("unknown-unit", place, message, year=year, value=text)

    def _merged(self, unit: NamedUnit, place: Place, year: int) -> Problem:
        return Problem(
            "merged-unit",
            place,
            phrase(
                "{named} has become part of {unit}; its figures are counted there.",
                named=unit.named.name,
                unit=unit.unit.name,
            ),
            unit=unit.unit.code,
            unit_name=unit.unit.name,
            year=year,
            value=unit.named.name,
        )
