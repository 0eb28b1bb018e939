"""Find the year of each return in its own cells, the section above it, the title or the sheet's name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.problems import Problem
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.title_block import TitleBlock
from gbv_kpi.reading.titles import year_named

UNKNOWN = -1


Codes = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Texts:
    """The different texts of many returns, and the index of each return's text."""

    codes: Codes
    values: Sequence[str]

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Texts":
        codes, different = pd.factorize(np.array(texts, dtype=object))
        return cls(codes, different.tolist())

    def at(self, rows: NDArray[np.intp]) -> "Texts":
        return Texts(self.codes[rows], self.values)


@dataclass(frozen=True, slots=True)
class Claims:
    """The unit and year that the cells of returns name, one element for each return."""

    rows: NDArray[np.int32]
    columns: NDArray[np.int32]  # of the unit's name; -1 where no cell names it
    names: Texts | None = None
    codes: Texts | None = None
    years: Texts | None = None
    year_columns: NDArray[np.int32] | int = -1
    year_rows: NDArray[np.int32] | None = None
    sections: Codes | None = None  # which of `section_years` is above each return, -1 for none
    section_years: Sequence[tuple[int, int, int]] = ()  # year, row and column
    across: bool = False  # the returns are columns
    many_units: bool = False  # the table lists several units


def years_of(claims: Claims, title: TitleBlock, reader: Reader) -> tuple[Codes, NDArray[np.bool_], list[Problem]]:
    """Return the year of each return (0: none), a mask of returns in doubt, and the problems."""
    count, width = len(claims.rows), len(claims.section_years) + 1
    years, faulty = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=bool)
    problems: list[Problem] = []
    keys = np.zeros(count, dtype=np.int64) if claims.years is None else claims.years.codes * width
    alike, different = pd.factorize(keys if claims.sections is None else keys + claims.sections + 1)
    for number, key in enumerate(different.tolist()):
        own = claims.years.values[key // width] if claims.years is not None else ""
        section = claims.section_years[key % width - 1] if key % width else None
        year, problem = _year_of(own, section, title, reader, has_own=claims.years is not None)
        members = np.flatnonzero(alike == number) if len(different) > 1 else np.arange(count)
        years[members] = year or 0
        if problem is not None:
            faulty[members] = True
            is_of_title = problem.place is not None or claims.years is None  # reported once for all returns
            reported = members[:1] if is_of_title else members
            problems += (_at_return(problem, claims, int(index), title) for index in reported)
    return years, faulty, problems


class _YearProblem(NamedTuple):
    code: str
    message: Phrase
    place: tuple[int, int] | None  # row and column; None: the return's own cell
    value: str | None = None
    year: int | None = None


def _at_return(problem: _YearProblem, claims: Claims, index: int, title: TitleBlock) -> Problem:
    place = problem.place or (-1, -1)
    if problem.place is None and claims.years is not None:
        column = claims.year_columns if isinstance(claims.year_columns, int) else int(claims.year_columns[index])
        place = int((claims.rows if claims.year_rows is None else claims.year_rows)[index]), column
    return Problem(problem.code, title.spot.at(*place), problem.message, year=problem.year, value=problem.value)


def _year_of(
    own: str, section: tuple[int, int, int] | None, title: TitleBlock, reader: Reader, *, has_own: bool
) -> tuple[int | None, _YearProblem | None]:
    """Return the year of a return from its cell, section, title and `--year`, or the problem found."""
    own_year = year_named(own) if own else None
    if own and own_year is None:
        return None, _YearProblem("missing-year", phrase("“{found}” is not a year.", found=own), None, own)
    named: list[tuple[int, tuple[int, int] | None]] = [(year, (row, column)) for year, row, column in title.years]
    titled = {year for year, _ in named}
    if own_year is not None:
        named = [(own_year, None), *(() if own_year in titled else named)]
    elif section is not None:
        named.insert(0, (section[0], section[1:]))
    assumed = reader.assumed
    if assumed and (assumed.binds or not named):
        named.append((assumed.year, None))
    if not named:
        message = phrase("The return names no year.")
        return None, _YearProblem("missing-year", message, None if has_own else (-1, -1))
    year, place = named[0]
    for other, _ in named[1:]:
        if other != year:
            message = phrase("This return names {year} here, but {other} elsewhere.", year=str(year), other=str(other))
            if assumed and other == assumed.year and other not in titled:
                message = phrase("This return names {year}, but --year is {other}.", year=str(year), other=str(other))
            return year, _YearProblem("conflicting-year", message, place, str(year), year)
    if not reader.plan.covers(year):
        first, last = str(reader.plan.first_year), str(reader.plan.last_year)
        message = phrase(
            "{year} is outside the plan, which runs from {first} to {last}.", year=str(year), first=first, last=last
        )
        return year, _YearProblem("year-outside-plan", message, place, str(year), year)
    return year, None
