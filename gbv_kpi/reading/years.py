"""Of which year a line is: by its own cell, by the words above it, by the title block or the sheet's name."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from gbv_kpi.i18n import phrase
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Place, Problem
from gbv_kpi.reading.identities import AssumedYear, LineProblem, Said, alike_in
from gbv_kpi.reading.layout import Layout
from gbv_kpi.reading.titles import part_of_year_in, year_ended_in, year_in, year_named, years_in, years_in_sheet_name
from gbv_kpi.sheets.sheet import cell_address


class YearReader:
    """The years that the title block of a layout gives, read once, against which every line is held."""

    def __init__(
        self, layout: Layout, file: str, plan: Plan, assumed: AssumedYear | None, title: Sequence[Said]
    ) -> None:
        self._layout, self._file, self._plan, self._assumed, self._title = layout, file, plan, assumed, title
        self._years = list(self._years_said()) or list(self._years_of_periods())

    def of_lines(self, layout: Layout, told: list[LineProblem]) -> NDArray[np.int16]:
        """The year of each line, 0 where it is not known; what is wrong with it is told."""
        self._layout = layout
        lines = layout.lines
        own = self._layout.spread_column(self._layout.year)
        above = [year for *_, year in self._layout.years_between]
        rows = [row for row, *_ in self._layout.years_between]
        keys = np.searchsorted(rows, lines) if above else np.zeros(len(lines), dtype=np.int64)
        if own is not None:
            keys = keys + own.places.astype(np.int64) * (len(rows) + 1)
        years = np.zeros(len(lines), dtype=np.int16)
        for alike in alike_in(keys):
            year, problems = self._year_of(lines[alike[0]])
            years[alike] = year or 0
            if problems:
                told.extend((int(index), problem) for index in alike for problem in self._year_of(lines[index])[1])
        return years

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

    def part_of_year(self, year: int) -> Iterator[Problem]:
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
