"""Whose return a line is, and of which year: from its own cells, the title block or the sheet's name.

Two places that contradict each other are a problem, never a choice: a form copied from a neighbour
with its old title is the commonest way for a figure to land on the wrong unit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gbv_kpi.language import phrase
from gbv_kpi.plan import Plan, Unit
from gbv_kpi.problems import Place, Problem
from gbv_kpi.reading.layout import Layout
from gbv_kpi.reading.sheet import cell_address
from gbv_kpi.reading.titles import (
    is_place_and_date,
    part_of_year_in,
    reporting_unit_in,
    year_ended_in,
    year_in,
    year_named,
    years_in,
    years_in_sheet_name,
)
from gbv_kpi.reading.units import NamedUnit, UnitDirectory, UnitNames

__all__ = ["AssumedYear", "Identity", "identify"]


@dataclass(frozen=True, slots=True)
class AssumedYear:
    """The year of returns that name none; where it `binds`, a return that names another is a problem."""

    year: int
    binds: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """The unit and year of one line as far as they are known, where they stand, and what is wrong with them."""

    unit: NamedUnit | None
    year: int | None
    place: Place  # of the unit's name, or of what stands for it
    problems: Sequence[Problem] = ()

    @property
    def reported(self) -> Unit | None:
        return self.unit.unit if self.unit else None


@dataclass(frozen=True, slots=True)
class Said:
    """Something a sheet says outside its lines, and where."""

    text: str
    place: Place


def identify(
    layout: Layout, file: str, plan: Plan, units: UnitDirectory, assumed: AssumedYear | None
) -> list[Identity]:
    """One identity for each line of the layout."""
    return list(_Identifier(layout, file, plan, units, assumed).identities())


class _Identifier:
    """The title block read once, then every line held against it."""

    def __init__(
        self, layout: Layout, file: str, plan: Plan, units: UnitDirectory, assumed: AssumedYear | None
    ) -> None:
        self._layout, self._file, self._plan, self._units, self._assumed = layout, file, plan, units, assumed
        self._title = [
            Said(text, Place(file, layout.sheet.name, cell_address(row, column), row + 1))
            for row, column, text in layout.title_cells()
        ]
        self._years = list(self._years_said()) or list(self._years_of_periods())
        self._unit_by_year: dict[int, tuple[NamedUnit | None, Place, list[Problem]]] = {}
        self._found: dict[tuple[str, str, int], NamedUnit | None] = {}

    def identities(self) -> Iterator[Identity]:
        for line in self._layout.lines:
            year, problems = self._year_of(line)
            if year is None or problems:
                yield Identity(None, year, self._unit_place(line), problems)
                continue
            unit, place, problems = self._unit_of(line, year)
            reported = unit.unit if unit else None
            code, name = (reported.code, reported.name) if reported else (None, None)
            problems = [*(problem.of(code, name, year) for problem in problems), *self._part_of_year(year)]
            yield Identity(unit, year, place, problems)

    # ---------------------------------------------------------------- year

    def _years_said(self) -> Iterator[tuple[int, Place]]:
        """The years that the title block and the sheet's name give, the nearest to the table first."""
        following = {said.place.row: said for said in self._title}
        for said in reversed(self._title):
            for year in years_in(said.text):
                yield year, said.place
            beside = following.get(said.place.row)
            if (
                said.text.strip(": ").casefold() in ("năm", "năm báo cáo", "year")
                and beside
                and (year := year_in(beside.text) or 0)
            ):
                yield year, beside.place
        name = self._layout.sheet.name or ""
        if len(set(years_in_sheet_name(name))) == 1:
            yield years_in_sheet_name(name)[0], Place(self._file, name)

    def _years_of_periods(self) -> Iterator[tuple[int, Place]]:
        """The years whose periods the title block gives, for a return that names its year in no other way."""
        yield from ((year, said.place) for said in self._title if (year := year_ended_in(said.text)))

    def _year_of(self, line: int) -> tuple[int | None, list[Problem]]:
        place = self._layout.where(self._file, line, self._layout.year)
        own = self._layout.spread_text(line, self._layout.year) if self._layout.year is not None else ""
        if self._layout.items_down and not any(map(str.isdigit, own)):
            own = ""  # "Năm báo cáo" beside "Năm 2022"
        if own and year_named(own) is None:
            return None, [Problem("missing-year", place, phrase("“{found}” is no year.", found=own), value=own)]
        said = list(self._years_of(line, year_named(own), place))
        if not said:
            nowhere = place if self._layout.year is not None else Place(self._file, self._layout.sheet.name)
            return None, [Problem("missing-year", nowhere, phrase("Nothing says which year this return is of."))]
        year, place = said[0]
        for other, _ in said[1:]:
            if other != year:
                message = phrase(
                    "This return says {year} here, but {other} elsewhere.", year=str(year), other=str(other)
                )
                if self._assumed and other == self._assumed.year and other not in dict(self._years):
                    message = phrase(
                        "This return says {year}, but --year says {other}.", year=str(year), other=str(other)
                    )
                return year, [Problem("conflicting-year", place, message, year=year, value=str(year))]
        if not self._plan.covers(year):
            first, last = str(self._plan.first_year), str(self._plan.last_year)
            message = phrase(
                "{year} is outside the plan, which runs from {first} to {last}.", year=str(year), first=first, last=last
            )
            return year, [Problem("year-outside-plan", place, message, year=year, value=str(year))]
        return year, []

    def _part_of_year(self, year: int) -> Iterator[Problem]:
        """What is headed "6 tháng đầu năm 2023" is hardly the return of 2023."""
        for said in self._title:
            if year in years_in(said.text) and part_of_year_in(said.text):
                message = phrase(
                    "The title speaks of a part of the year; the figures were read as those of {year}.", year=str(year)
                )
                yield Problem("part-of-year", said.place, message, year=year, value=str(year))

    def _years_of(self, line: int, own: int | None, place: Place) -> Iterator[tuple[int, Place]]:
        """The years that are said of a line, the nearest to it first."""
        said = list(self._years)
        if own is not None:
            yield own, place
            if own in dict(said):
                said.clear()  # the title names it, maybe beside the year of another column
        elif above := self._layout.year_above(line):
            row, column, year = above
            said.insert(0, (year, Place(self._file, self._layout.sheet.name, cell_address(row, column), row + 1)))
        yield from said
        if self._assumed and (self._assumed.binds or not (said or own is not None)):
            yield self._assumed.year, place

    # ---------------------------------------------------------------- unit

    def _unit_place(self, line: int) -> Place:
        place = self._layout.unit if self._layout.unit is not None else self._layout.unit_code
        return self._layout.where(self._file, line, place)

    def _unit_of(self, line: int, year: int) -> tuple[NamedUnit | None, Place, list[Problem]]:
        layout = self._layout
        name = layout.spread_text(line, layout.unit) if layout.unit is not None else ""
        code = layout.spread_text(line, layout.unit_code) if layout.unit_code is not None else ""
        titled, title_place, title_problems = self._titled_unit(year)
        place = self._unit_place(line)
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
        return unit, place, [self._merged(unit, place)] if unit.merged else []

    def _find(self, name: str, code: str, year: int) -> NamedUnit | None:
        key = (name, code, year)
        if key not in self._found:
            names = self._units.in_year(year)
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
        found = list(self._title_units(names)) if self._plan.units else []
        if self._layout.sheet.name and self._plan.units and (unit := self._unit_in_sheet_name(names)):
            found.append((unit, sheet))
        if not found:
            for said in self._title:
                label = reporting_unit_in(said.text)
                if label and "báo cáo" in said.text.casefold():
                    return None, said.place, [self._unknown(label, said.place, year, "")]
            return None, sheet, [Problem("missing-unit", sheet, phrase("Nothing says whose return this is."))]
        unit, place = found[0]
        for other, _ in found[1:]:
            if other.unit is not unit.unit:
                message = phrase(
                    "This return says {unit} here, but {other} elsewhere.", unit=unit.named.name, other=other.named.name
                )
                return None, place, [Problem("conflicting-unit", place, message, value=unit.named.name)]
        return unit, place, [self._merged(unit, place)] if unit.merged else []

    def _title_units(self, names: UnitNames) -> Iterator[tuple[NamedUnit, Place]]:
        """Units named after "Đơn vị báo cáo:", else alone in a cell, else within a sentence."""
        labelled: list[tuple[NamedUnit, Place]] = []
        alone: list[tuple[NamedUnit, Place]] = []
        within: list[tuple[NamedUnit, Place]] = []
        for said, beside in zip(self._title, [*self._title[1:], None], strict=False):
            label = reporting_unit_in(said.text)
            place = said.place
            if label == "" and beside and beside.place.row == place.row:
                label, place = beside.text, beside.place
            if is_place_and_date(said.text):
                continue
            if label and (unit := names.find(label)):
                labelled.append((unit, place))
            elif (unit := names.find(said.text)) and not said.text.isdecimal():
                alone.append((unit, said.place))
            else:
                within.extend((unit, said.place) for unit in names.named_in(said.text))
        yield from labelled or alone or within

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

    def _merged(self, unit: NamedUnit, place: Place) -> Problem:
        return Problem(
            "merged-unit",
            place,
            phrase(
                "{named} has become part of {unit}; its figures are counted there.",
                named=unit.named.name,
                unit=unit.unit.name,
            ),
            value=unit.named.name,
        )
