"""Identify the unit and the year of each return: from its own cells, the title block or the sheet's name.

Two places that contradict each other are a problem, never a choice: a form copied from a neighbour with its old
title is the commonest way for a figure to land on the wrong unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

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

Codes = NDArray[np.int64]
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
    sections: NDArray[np.int64] | None = None  # which of `section_years` is above each return, -1 for none
    section_years: Sequence[tuple[int, int, int]] = ()  # year, row and column
    across: bool = False  # the returns are columns
    many_units: bool = False  # the table lists several units, whoever sends it


def identify(claims: Claims, title: TitleBlock, reader: Reader) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the frame of the returns, and what is wrong with who they are of."""
    count = len(claims.rows)
    years, faulty, problems = _years(claims, title, reader)
    sure = np.where(faulty, 0, years)
    frame = pd.DataFrame({"row": claims.rows.astype(np.int32), "column": claims.columns.astype(np.int32)})
    if reader.plan.units or (claims.names is None and claims.codes is None):
        units = _units(claims, sure, title, reader)
    else:
        units = _any_units(claims, sure, title)
    codes = pd.Index(dict.fromkeys(unit.unit.code for unit in units.found), dtype=object)
    named = pd.Index(dict.fromkeys(unit.named.code for unit in units.found), dtype=object)
    to_code = np.append(codes.get_indexer([unit.unit.code for unit in units.found]), UNKNOWN).astype(np.int64)
    to_named = np.append(named.get_indexer([unit.named.code for unit in units.found]), UNKNOWN).astype(np.int64)
    expected = np.array([*(unit.unit.expected for unit in units.found), True])
    merged = np.array([*(unit.merged for unit in units.found), False])
    frame["unit"] = pd.Categorical.from_codes(to_code[units.of], codes)
    frame["named_unit"] = pd.Categorical.from_codes(to_named[units.of], named)
    frame["is_merged"] = merged[units.of]
    frame["is_expected"] = expected[units.of]
    frame["year"] = years.astype(np.int16)
    frame["is_faulty"] = faulty | units.faulty
    if units.places is not None:
        frame["row"], frame["column"] = (
            np.full(count, units.places[0], np.int32),
            np.full(count, units.places[1], np.int32),
        )
    return frame, problems + units.problems


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


@dataclass(frozen=True, slots=True)
class _Units:
    """The units of returns: the different ones, and which of them each return is of."""

    found: Sequence[NamedUnit]
    of: Codes
    faulty: NDArray[np.bool_]
    problems: list[Problem]
    places: tuple[int, int] | None = None  # of the title that names the unit of all


def _units(claims: Claims, years: Codes, title: TitleBlock, reader: Reader) -> _Units:
    count = len(years)
    of, faulty = np.full(count, UNKNOWN, dtype=np.int64), np.zeros(count, dtype=bool)
    found: list[NamedUnit] = []
    place_by_unit: dict[int, int] = {}
    problems: list[Problem] = []
    titled = {year: _titled(claims, title, reader, year) for year in pd.unique(years).tolist() if year}
    eras: dict[object, int] = {}
    era_of = np.full(int(years.max(initial=0)) + 1, UNKNOWN, dtype=np.int64)
    for year, reporter in titled.items():
        unit = reporter.unit
        key = (id(reader.units.in_year(year)), id(unit.unit) if unit else None, reporter.code)
        era_of[year] = eras.setdefault(key, len(eras))
    keys = era_of[years]
    for texts in (claims.names, claims.codes):
        keys = keys if texts is None else keys * len(texts.values) + texts.codes
    keys = np.where(years > 0, keys, UNKNOWN)
    alike, different = pd.factorize(keys)
    first_of = np.full(len(different), UNKNOWN, dtype=np.int64)
    first_of[alike[::-1]] = np.arange(count)[::-1]
    unit_of = np.full(len(different), UNKNOWN, dtype=np.int64)
    told: dict[int, tuple[str, Phrase | None, NamedUnit | None]] = {}
    for number, first in enumerate(first_of.tolist()):
        if different[number] == UNKNOWN:
            continue
        year = int(years[first])
        name = claims.names.values[claims.names.codes[first]] if claims.names else ""
        code = claims.codes.values[claims.codes.codes[first]] if claims.codes else ""
        unit, problem, message = _unit_of(name, code, year, titled[year], reader, claims)
        if unit is not None:
            if id(unit) not in place_by_unit:
                place_by_unit[id(unit)] = len(found)
                found.append(unit)
            unit_of[number] = place_by_unit[id(unit)]
        if problem:
            told[number] = (problem, message, unit)
        elif unit is not None and unit.merged:
            told[number] = ("merged-unit", _merged(unit), unit)
    of[:] = unit_of[alike] if len(different) else UNKNOWN
    by_title = claims.names is None and claims.codes is None
    at_title = next(iter(titled.values()), None) if by_title else None
    for number, (problem, message, unit) in told.items():
        for index in np.flatnonzero(alike == number).tolist():
            year = int(years[index])
            reporter = titled[year]
            name = claims.names.values[claims.names.codes[index]] if claims.names else ""
            code = claims.codes.values[claims.codes.codes[index]] if claims.codes else ""
            row, column, value = int(claims.rows[index]), int(claims.columns[index]), name or code or None
            if by_title or ((message is None or message is reporter.message) and not (name or code)):
                row, column, value = reporter.row, reporter.column, reporter.found
            text = message or phrase("Nothing says whose return this is.")
            faulty[index] = faulty[index] or problem != "merged-unit"
            made = Problem(problem, place_of(title, row, column), text, year=year, value=value)
            if unit is not None:
                made = replace(made, unit=unit.unit.code, unit_name=unit.unit.name)
            if problem == "merged-unit" and unit is not None:
                made = replace(made, value=unit.named.name)
            problems.append(made)
    return _Units(found, of, faulty, problems, (at_title.row, at_title.column) if at_title else None)


def _titled(claims: Claims, title: TitleBlock, reader: Reader, year: int) -> Reporter:
    if not reader.plan.units:
        return Reporter(None)
    return find_reporter(title, reader.units.in_year(year), year, reader.vocabulary)


def _unit_of(
    name: str, code: str, year: int, titled: Reporter, reader: Reader, claims: Claims
) -> tuple[NamedUnit | None, str | None, Phrase | None]:
    """Return the unit of a return, and the code and message of what is wrong with it."""
    names = reader.units.in_year(year)
    if titled.code and not (claims.many_units and (name or code)):
        return None, titled.code, titled.message
    if not name and not code:
        if titled.unit:
            return titled.unit, None, None
        if claims.names is None and claims.codes is None:
            return None, "missing-unit", None
        message = phrase("This column names no unit.") if claims.across else phrase("This row names no unit.")
        return None, "missing-unit", message
    by_name, by_code = names.find(name) if name else None, names.find(code) if code else None
    unit = by_name or by_code
    if unit is None or (name and code and (by_name is None or by_code is None or by_name.unit is not by_code.unit)):
        message = unknown_unit(name or code, names, year)
        if name and code:
            message = phrase(
                "“{found}” and the code {code} are not the same unit in {year}.", found=name, code=code, year=str(year)
            )
        return None, "unknown-unit", message
    other = titled.unit
    if other and other.unit is not unit.unit and other.unit.expected:
        message = phrase(
            "This row is of {unit}, but the title says {other}.", unit=unit.named.name, other=other.named.name
        )
        return None, "conflicting-unit", message
    return unit, None, None


def _merged(unit: NamedUnit) -> Phrase:
    return phrase(
        "{named} has become part of {unit}; its figures are counted there.",
        named=unit.named.name,
        unit=unit.unit.name,
    )


def _any_units(claims: Claims, years: Codes, title: TitleBlock) -> _Units:
    """Return the units where the plan names none: by the code where a return gives one, otherwise by the name."""
    from gbv_kpi.plan import Unit

    texts = [given for given in (claims.codes, claims.names) if given is not None]
    values = texts[0].values
    codes = texts[0].codes
    if len(texts) == 2:
        both = Texts.of(
            [texts[0].values[a] or texts[1].values[b] for a, b in zip(*(t.codes.tolist() for t in texts), strict=True)]
        )
        values, codes = both.values, both.codes
    blank = np.array([not text.strip() for text in values] or [True])
    missing = blank[codes]
    units = [Unit(code=text.strip() or "?", name=text.strip() or "?") for text in values]
    of = np.where((years > 0) & ~missing, codes, UNKNOWN)
    message = phrase("This row names no unit.")
    problems = [
        Problem("missing-unit", place_of(title, int(claims.rows[index]), int(claims.columns[index])), message)
        for index in np.flatnonzero(missing & (years > 0)).tolist()
    ]
    return _Units([NamedUnit(unit, unit) for unit in units], of, missing & (years > 0), problems)
