"""Identify the unit and the year of each return: from its own cells, the title block or the sheet's name.

Two places that contradict each other are a problem, never a choice: a form copied from a neighbour with its old
title is the commonest way for a figure to land on the wrong unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.problems import Place, Problem
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.title_block import Reporter, TitleBlock, find_reporter, unknown_unit
from gbv_kpi.reading.titles import year_named
from gbv_kpi.reading.units import NamedUnit
from gbv_kpi.sheets.sheet import cell_address

Codes = NDArray[np.integer[Any]]
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of many returns: every different one, and which of them each return has."""

    codes: Codes
    values: Sequence[str]

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Texts":
        place = {text: number for number, text in enumerate(dict.fromkeys(texts))}
        return cls(np.fromiter(map(place.__getitem__, texts), dtype=np.int64, count=len(texts)), list(place))

    def at(self, rows: NDArray[np.intp]) -> "Texts":
        return Texts(self.codes[rows], self.values)


@dataclass(frozen=True, slots=True)
class Claims:
    """What the cells of returns say of their unit and year, a row for each return."""

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
    many_units: bool = False  # the table lists several units, whoever sends it


def identify(claims: Claims, title: TitleBlock, reader: Reader) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the frame of the returns, and what is wrong with who they are of."""
    years, faulty, problems = _years(claims, title, reader)
    sure = np.where(faulty, 0, years)
    frame = pd.DataFrame({"row": claims.rows.astype(np.int32), "column": claims.columns.astype(np.int32)})
    if reader.plan.units or (claims.names is None and claims.codes is None):
        units = _units(claims, sure, title, reader)
    else:
        units = _any_units(claims, sure, title)
    frame["unit"] = _categorical(units.codes, units.of)
    frame["named_unit"] = _categorical(units.named, units.of)
    frame["is_merged"] = np.append(units.merged, np.False_)[units.of]
    frame["is_expected"] = np.append(units.expected, np.True_)[units.of]
    frame["year"] = years.astype(np.int16)
    frame["is_faulty"] = faulty | units.faulty
    if units.place is not None:
        frame["row"], frame["column"] = np.int32(units.place[0]), np.int32(units.place[1])
    return frame, problems + units.problems


def _categorical(names: Sequence[str], of: Codes) -> pd.Categorical:
    """Return the names of some rows, by their places among names that may repeat; -1 is NA."""
    places, different = pd.factorize(np.array([*names, ""], dtype=object)[:-1])
    codes = np.append(places, UNKNOWN)[of]
    return pd.Categorical.from_codes(codes, pd.Index(different, dtype=object))


# ---------------------------------------------------------------- years


def _years(claims: Claims, title: TitleBlock, reader: Reader) -> tuple[Codes, NDArray[np.bool_], list[Problem]]:
    count = len(claims.rows)
    years, faulty = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=bool)
    problems: list[Problem] = []
    width = len(claims.section_years) + 1
    keys = np.zeros(count, dtype=np.int64) if claims.years is None else claims.years.codes * width
    if claims.sections is not None:
        keys = keys + claims.sections + 1
    alike, different = pd.factorize(keys)
    for number, key in enumerate(different.tolist()):
        own = claims.years.values[key // width] if claims.years is not None else ""
        section = claims.section_years[key % width - 1] if key % width else None
        year, problem = _year_of(own, section, title, reader, has_own=claims.years is not None)
        members = np.flatnonzero(alike == number) if len(different) > 1 else np.arange(count)
        years[members] = year or 0
        if problem is not None:
            faulty[members] = True
            problems += (_at_return(problem, claims, int(index), title) for index in members)
    return years, faulty, problems


@dataclass(frozen=True, slots=True)
class _YearProblem:
    code: str
    message: Phrase
    place: tuple[int, int] | None  # row and column; None: the return's own cell
    value: str | None = None
    year: int | None = None


def _at_return(problem: _YearProblem, claims: Claims, index: int, title: TitleBlock) -> Problem:
    if problem.place is not None:
        place = place_of(title, *problem.place)
    elif claims.years is None:
        place = Place(title.file, title.sheet_name)
    else:
        column = claims.year_columns if isinstance(claims.year_columns, int) else int(claims.year_columns[index])
        row = int(claims.rows[index]) if claims.year_rows is None else int(claims.year_rows[index])
        place = place_of(title, row, column)
    return Problem(problem.code, place, problem.message, year=problem.year, value=problem.value)


def place_of(title: TitleBlock, row: int, column: int) -> Place:
    if row < 0:
        return Place(title.file, title.sheet_name)
    return Place(title.file, title.sheet_name, cell_address(row, column) if column >= 0 else None, row + 1)


def _year_of(
    own: str, section: tuple[int, int, int] | None, title: TitleBlock, reader: Reader, *, has_own: bool
) -> tuple[int | None, _YearProblem | None]:
    """Return the year of a return by all that is said of it, and what is wrong with that."""
    own_year = year_named(own) if own else None
    if own and own_year is None:
        return None, _YearProblem("missing-year", phrase("“{found}” is no year.", found=own), None, own)
    said: list[tuple[int, tuple[int, int] | None]] = [(year, (row, column)) for year, row, column in title.years]
    titled = {year for year, _ in said}
    if own_year is not None:
        said = [(own_year, None), *(() if own_year in titled else said)]
    elif section is not None:
        said.insert(0, (section[0], section[1:]))
    assumed = reader.assumed
    if assumed and (assumed.binds or not said):
        said.append((assumed.year, None))
    if not said:
        message = phrase("Nothing says which year this return is of.")
        return None, _YearProblem("missing-year", message, None if has_own else (-1, -1))
    year, place = said[0]
    for other, _ in said[1:]:
        if other != year:
            message = phrase("This return says {year} here, but {other} elsewhere.", year=str(year), other=str(other))
            if assumed and other == assumed.year and other not in titled:
                message = phrase("This return says {year}, but --year says {other}.", year=str(year), other=str(other))
            return year, _YearProblem("conflicting-year", message, place, str(year), year)
    if not reader.plan.covers(year):
        first, last = str(reader.plan.first_year), str(reader.plan.last_year)
        message = phrase(
            "{year} is outside the plan, which runs from {first} to {last}.", year=str(year), first=first, last=last
        )
        return year, _YearProblem("year-outside-plan", message, place, str(year), year)
    return year, None


# ---------------------------------------------------------------- units


@dataclass(frozen=True, slots=True, eq=False)
class _Units:
    """The units of returns: the different ones, and which of them each return is of (-1: not known)."""

    of: Codes
    codes: Sequence[str]
    named: Sequence[str]
    merged: NDArray[np.bool_]
    expected: NDArray[np.bool_]
    faulty: NDArray[np.bool_]
    problems: list[Problem]
    place: tuple[int, int] | None = None  # of the title that names the unit of all


@dataclass(frozen=True, slots=True)
class _Found:
    """What returns with the same name, code and year are of, and what is wrong with that."""

    unit: NamedUnit | None
    problem: str | None = None
    message: Phrase | None = None


def _units(claims: Claims, years: Codes, title: TitleBlock, reader: Reader) -> _Units:
    titled = {year: _titled(title, reader, year) for year in pd.unique(years).tolist() if year}
    alike, first_of = _alike(claims, years, titled, reader)
    found = [_unit_of(claims, index, int(years[index]), titled, reader) for index in first_of.tolist()]
    different = list({id(one.unit): one.unit for one in found if one.unit is not None}.values())
    places = {id(unit): place for place, unit in enumerate(different)}
    to_unit = np.array([places.get(id(one.unit), UNKNOWN) for one in found], dtype=np.int64)
    is_error = np.array([one.problem not in (None, "merged-unit") for one in found], dtype=bool)
    problems = [
        _unit_problem(claims, int(index), int(years[index]), one, titled, title)
        for number, one in enumerate(found)
        if one.problem
        for index in np.flatnonzero(alike == number)
    ]
    by_title = next(iter(titled.values()), None) if claims.names is None and claims.codes is None else None
    return _Units(
        to_unit[alike],
        [unit.unit.code for unit in different],
        [unit.named.code for unit in different],
        np.array([unit.merged for unit in different], dtype=bool),
        np.array([unit.unit.expected for unit in different], dtype=bool),
        is_error[alike],
        problems,
        (by_title.row, by_title.column) if by_title else None,
    )


def _alike(
    claims: Claims, years: Codes, titled: dict[int, Reporter], reader: Reader
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Return a number for each return, the same where name and code mean the same unit, and the first return of each.

    Years with the same units and the same unit in the title are alike.
    """
    eras: dict[object, int] = {}
    era_of = np.full(int(years.max(initial=0)) + 1, UNKNOWN, dtype=np.int64)
    for year, reporter in titled.items():
        key = (id(reader.units.in_year(year)), id(reporter.unit.unit) if reporter.unit else None, reporter.code)
        era_of[year] = eras.setdefault(key, len(eras))
    keys = era_of[years]
    for texts in (claims.names, claims.codes):
        keys = keys if texts is None else keys * len(texts.values) + texts.codes
    alike, different = pd.factorize(np.where(years > 0, keys, UNKNOWN))
    first_of = np.zeros(len(different), dtype=np.int64)
    first_of[alike[::-1]] = np.arange(len(years))[::-1]
    return alike, first_of


def _titled(title: TitleBlock, reader: Reader, year: int) -> Reporter:
    if not reader.plan.units:
        return Reporter(None)
    return find_reporter(title, reader.units.in_year(year), year, reader.vocabulary)


def _named(claims: Claims, index: int) -> tuple[str, str]:
    """Return the name and the code that a return gives."""
    name, code = (texts.values[texts.codes[index]] if texts else "" for texts in (claims.names, claims.codes))
    return name, code


def _unit_of(claims: Claims, index: int, year: int, titled_by_year: dict[int, Reporter], reader: Reader) -> _Found:
    """Return the unit of a return, or what is wrong with it."""
    if not year:
        return _Found(None)
    titled, (name, code) = titled_by_year[year], _named(claims, index)
    if titled.code and not (claims.many_units and (name or code)):
        return _Found(None, titled.code, titled.message)
    if name or code:
        return _unit_named(name, code, year, titled, reader)
    if titled.unit:
        return _Found(titled.unit, "merged-unit" if titled.unit.merged else None, _merged(titled.unit))
    if claims.names is None and claims.codes is None:
        return _Found(None, "missing-unit", phrase("Nothing says whose return this is."))
    message = phrase("This column names no unit.") if claims.across else phrase("This row names no unit.")
    return _Found(None, "missing-unit", message)


def _unit_named(name: str, code: str, year: int, titled: Reporter, reader: Reader) -> _Found:
    """Return the unit that a name, a code or both mean in a year, unless the title says another one."""
    names = reader.units.in_year(year)
    by_name, by_code = names.find(name) if name else None, names.find(code) if code else None
    unit = by_name or by_code
    if name and code and unit and not (by_name and by_code and by_name.unit is by_code.unit):
        unit = None
    if unit is None and name and code:
        message = phrase(
            "“{found}” and the code {code} are not the same unit in {year}.", found=name, code=code, year=str(year)
        )
        return _Found(None, "unknown-unit", message)
    if unit is None:
        return _Found(None, "unknown-unit", unknown_unit(name or code, names, year))
    other = titled.unit
    if other and other.unit is not unit.unit and other.unit.expected:
        message = phrase(
            "This row is of {unit}, but the title says {other}.", unit=unit.named.name, other=other.named.name
        )
        return _Found(None, "conflicting-unit", message)
    return _Found(unit, "merged-unit" if unit.merged else None, _merged(unit))


def _unit_problem(
    claims: Claims, index: int, year: int, found: _Found, titled: dict[int, Reporter], title: TitleBlock
) -> Problem:
    """Return the problem of one return, at its own cell or at that of the title."""
    name, code = _named(claims, index)
    row, column, value = int(claims.rows[index]), int(claims.columns[index]), name or code or None
    reporter = titled[year]
    if not (name or code) and (found.unit or found.message is reporter.message or (row, column) == (-1, -1)):
        row, column, value = reporter.row, reporter.column, reporter.found
    message = found.message or phrase("Nothing says whose return this is.")
    unit = found.unit
    return Problem(
        found.problem or "",
        place_of(title, row, column),
        message,
        unit=unit.unit.code if unit else None,
        unit_name=unit.unit.name if unit else None,
        year=year,
        value=unit.named.name if unit else value,
    )


def _merged(unit: NamedUnit) -> Phrase:
    return phrase(
        "{named} has become part of {unit}; its figures are counted there.",
        named=unit.named.name,
        unit=unit.unit.name,
    )


def _any_units(claims: Claims, years: Codes, title: TitleBlock) -> _Units:
    """Return the units where the plan names none: by the code where a return gives one, otherwise by the name."""
    texts = [given for given in (claims.codes, claims.names) if given is not None]
    found = texts[0]
    if len(texts) == 2:
        pairs = zip(*((given.values[code] for code in given.codes.tolist()) for given in texts), strict=True)
        found = Texts.of([code.strip() or name for code, name in pairs])
    values = [text.strip() for text in found.values]
    blank = np.array([not text for text in values], dtype=bool)
    missing = blank[found.codes] & (years > 0)
    message = phrase("This row names no unit.")
    problems = [
        Problem("missing-unit", place_of(title, int(claims.rows[index]), int(claims.columns[index])), message)
        for index in np.flatnonzero(missing).tolist()
    ]
    of = np.where((years > 0) & ~missing, found.codes, UNKNOWN)
    count = len(values)
    return _Units(of, values, values, np.zeros(count, bool), np.ones(count, bool), missing, problems)
