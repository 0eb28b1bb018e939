"""Identify the unit and the year of each return: from its own cells, the title block or the sheet's name.

Two places that contradict each other are a problem, never a choice: a form copied from a neighbour with its old
title is the commonest way for a figure to land on the wrong unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gbv_kpi.i18n import phrase
from gbv_kpi.problems import Place, Problem
from gbv_kpi.reading.privacy import without_persons
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.title_block import SHEET, Found, TitleBlock, find_reporter, found_unit, place_named
from gbv_kpi.reading.titles import year_named
from gbv_kpi.reading.units import level_of

UNKNOWN = -1
Codes = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Texts:
    """The different texts of many returns, and the index of each return's text."""

    codes: Codes
    values: Sequence[str]

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Texts":
        codes, different = pd.factorize(np.array(texts, dtype=object))
        return cls(codes, different.tolist())


@dataclass(frozen=True)
class Claims:
    """The unit and year that the cells of returns name, one element for each return."""

    rows: NDArray[np.int32]
    columns: NDArray[np.int32]  # of the unit's name; -1 where no cell names it
    names: Texts | None
    codes: Texts | None
    years: Texts | None
    year_rows: NDArray[np.int32]
    year_columns: NDArray[np.int32]
    sections: Codes  # which of `section_years` is above each return, -1 for none
    section_years: Sequence[tuple[int, int, int]] = ()  # year, row and column
    across: bool = False  # the returns are columns
    many_units: bool = False  # the table lists several units

    @property
    def name_units(self) -> bool:
        return self.names is not None or self.codes is not None

    def named_at(self, index: int) -> tuple[str, str]:
        """Return the name and the code that a return gives."""
        name, code = (texts.values[texts.codes[index]] if texts else "" for texts in (self.names, self.codes))
        return name, code


def identify(claims: Claims, title: TitleBlock, reader: Reader) -> tuple[pd.DataFrame, list[Problem]]:
    """Return a frame with the unit and year of each return, and the problems found."""
    years, is_faulty, problems = _years_of(claims, title, reader)
    sure = np.where(is_faulty, 0, years)
    frame = pd.DataFrame({"row": claims.rows.astype(np.int32), "column": claims.columns.astype(np.int32)})
    if claims.name_units and not reader.plan.units:
        frame["unit"] = frame["named_unit"] = _any_units(claims, sure)
        frame["is_merged"], frame["is_expected"] = False, True
        is_nameless = frame["unit"].isna().to_numpy() & (sure > 0)
        message = phrase("This row names no unit.")
        cells = ((int(claims.rows[index]), int(claims.columns[index])) for index in np.flatnonzero(is_nameless))
        problems += [Problem("missing-unit", title.spot.at(*cell), message) for cell in cells]
        is_faulty |= is_nameless
    else:
        titled = {year: find_reporter(title, reader, year) for year in pd.unique(sure).tolist() if year}
        alike, found = _found_units(claims, sure, titled, reader)
        units = [match.unit for match in found]
        frame["unit"] = _categorical([unit.unit.code if unit else None for unit in units], alike)
        frame["named_unit"] = _categorical([unit.named.code if unit else None for unit in units], alike)
        frame["is_merged"] = np.array([unit is not None and unit.merged for unit in units], dtype=bool)[alike]
        frame["is_expected"] = np.array([unit is None or unit.unit.expected for unit in units], dtype=bool)[alike]
        has_problem = np.array([match.problem is not None for match in found], dtype=bool)[alike]
        reported = np.flatnonzero(has_problem)
        for index in reported[np.argsort(alike[reported], kind="stable")].tolist():
            problems.append(_unit_problem(claims, index, int(years[index]), found[alike[index]], title))
        is_faulty |= has_problem & ~frame["is_merged"].to_numpy()
        if titled and not claims.name_units:
            row, column, *_ = next(iter(titled.values())).cell or SHEET
            frame["row"], frame["column"] = np.int32(row), np.int32(column)
    frame["year"], frame["is_faulty"] = years.astype(np.int16), is_faulty
    return frame, problems


def _categorical(names: Sequence[str | None], name_of_row: Codes) -> pd.Categorical:
    """Return the name of each row as a category; `name_of_row` indexes `names`."""
    codes, different = pd.factorize(np.array([*names, ""], dtype=object)[:-1])
    return pd.Categorical.from_codes(codes[name_of_row], pd.Index(different, dtype=object))


def _any_units(claims: Claims, years: Codes) -> pd.Categorical:
    """Return the units where the plan names none: by the code where a return gives one, otherwise by the name."""
    given = [texts for texts in (claims.codes, claims.names) if texts is not None]
    texts = given[0]
    if len(given) == 2:
        pairs = zip(*((texts.values[code] for code in texts.codes.tolist()) for texts in given), strict=True)
        texts = Texts.of([code.strip() or name for code, name in pairs])
    return _categorical([*(text.strip() or None for text in texts.values), None], np.where(years > 0, texts.codes, -1))


def _found_units(
    claims: Claims, years: Codes, titled: Mapping[int, Found], reader: Reader
) -> tuple[NDArray[np.intp], list[Found]]:
    """Return a number for each return, the same where name and code mean the same unit, and what each number means.

    Years with the same units and the same unit in the title are alike.
    """
    eras: dict[object, int] = {}
    era_of = np.full(int(years.max(initial=0)) + 1, UNKNOWN, dtype=np.int64)
    for year, reporter in titled.items():
        key = (id(reader.units.in_year(year)), id(reporter.unit.unit) if reporter.unit else None, reporter.problem)
        era_of[year] = eras.setdefault(key, len(eras))
    keys = era_of[years]
    for texts in (claims.names, claims.codes):
        keys = keys if texts is None else keys * len(texts.values) + texts.codes
    alike, different = pd.factorize(np.where(years > 0, keys, UNKNOWN))
    first_of = np.zeros(len(different), dtype=np.int64)
    first_of[alike[::-1]] = np.arange(len(years))[::-1]
    named = [(*claims.named_at(index), int(years[index])) for index in first_of.tolist()]
    found = [_unit_of(claims, name, code, titled.get(year), year, reader) for name, code, year in named]
    if any(match.problem == "unknown-unit" for match in found):
        for place, (name, code, year) in enumerate(named):
            # A bare name that equals the title's unit may be a commune's where other names are unknown.
            unit, in_title = found[place].unit, titled[year].unit if year else None
            if unit and in_title and in_title.unit is unit.unit and name and not code and not level_of(name):
                found[place] = Found(None, "unknown-unit", reader.units.in_year(year).not_found(name, year))
    return alike, found


def _unit_of(claims: Claims, name: str, code: str, titled: Found | None, year: int, reader: Reader) -> Found:
    """Return the unit that a name, a code or both mean in a year, unless the title names another one."""
    if titled is None:  # the year is not known
        return Found()
    if not (name or code) and (titled.unit or titled.problem):
        return titled
    if titled.problem and not titled.unit and not claims.many_units:
        return replace(titled, cell=None)
    if not (name or code):
        message = phrase("This column names no unit.") if claims.across else phrase("This row names no unit.")
        message = message if claims.name_units else phrase("The return does not name its unit.")
        return Found(None, "missing-unit", message)
    names = reader.units.in_year(year)
    by_name, by_code = names.find(name) if name else None, names.find(code) if code else None
    if name and code and not (by_name and by_code and by_name.unit is by_code.unit):
        message = phrase(
            "“{found}” and the code {code} are different units in {year}.",
            found=without_persons(name),
            code=code,
            year=str(year),
        )
        return Found(None, "unknown-unit", message)
    unit = by_name or by_code
    if unit is None:
        return Found(None, "unknown-unit", names.not_found(name or code, year))
    if titled.unit and titled.unit.unit is not unit.unit and titled.unit.unit.expected:
        message = phrase(
            "This row is for {unit}, but the title names {other}.", unit=unit.named.name, other=titled.unit.named.name
        )
        return Found(None, "conflicting-unit", message)
    return found_unit(unit)


def _unit_problem(claims: Claims, index: int, year: int, found: Found, title: TitleBlock) -> Problem:
    """Return the problem of one return, at its own cell or at that of the title."""
    name, code = claims.named_at(index)
    own = int(claims.rows[index]), int(claims.columns[index]), without_persons(name or code) or None
    row, column, value = found.cell or own
    place, unit = title.spot.at(row, column), found.unit.unit if found.unit else None
    message = found.message or phrase("The return does not name its unit.")
    problem = Problem(found.problem or "", place, message, value=found.unit.named.name if found.unit else value)
    return problem.for_unit(unit.code if unit else None, unit.name if unit else None, year)


def _years_of(claims: Claims, title: TitleBlock, reader: Reader) -> tuple[Codes, NDArray[np.bool_], list[Problem]]:
    """Return the year of each return (0: none), a mask of returns in doubt, and the problems."""
    count, width = len(claims.rows), len(claims.section_years) + 1
    years, faulty = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=bool)
    problems: list[Problem] = []

    def cell_of(index: int) -> Place:
        if claims.years is None:
            return title.spot.at(*SHEET)
        return title.spot.at(int(claims.year_rows[index]), int(claims.year_columns[index]))

    keys = np.zeros(count, dtype=np.int64) if claims.years is None else claims.years.codes * width
    alike, different = pd.factorize(keys + claims.sections + 1)
    for number, key in enumerate(different.tolist()):
        members = np.flatnonzero(alike == number) if len(different) > 1 else np.arange(count)
        own_cell = cell_of(int(members[0]))
        own = claims.years.values[key // width] if claims.years is not None else ""
        section = claims.section_years[key % width - 1] if key % width else None
        year, problem = _year_of(own, own_cell, section, title, reader)
        years[members] = year or 0
        if problem is not None:
            faulty[members] = True
            is_own = claims.years is not None and problem.place is own_cell
            problems += [replace(problem, place=cell_of(index)) for index in members.tolist()] if is_own else [problem]
    return years, faulty, problems


def _year_of(
    own: str, own_cell: Place, section: tuple[int, int, int] | None, title: TitleBlock, reader: Reader
) -> tuple[int | None, Problem | None]:
    """Return the year of a return from its cell, section, title and `--year`, or the problem found."""
    own_year = year_named(own) if own else None
    if own and own_year is None:
        return None, Problem("missing-year", own_cell, phrase("“{found}” is not a year.", found=own), value=own)
    named = [(year, title.spot.at(row, column)) for year, row, column in title.years]
    if own_year is not None:
        named = [(own_year, own_cell), *(() if own_year in title.named_years else named)]
    elif section is not None:
        named.insert(0, (section[0], title.spot.at(*section[1:])))
    assumed = reader.assumed
    if assumed and (assumed.binds or not named):
        named.append((assumed.year, own_cell))
    if not named:
        return None, Problem("missing-year", own_cell, phrase("The return names no year."))
    year, place = named[0]
    other, where = next((pair for pair in named if pair[0] != year), named[0])
    if other != year:
        message = phrase(
            "This return names {year} here, but {other} in {place}.",
            year=str(year),
            other=str(other),
            place=place_named(where),
        )
        if assumed and other == assumed.year and other not in title.named_years:
            message = phrase("This return names {year}, but --year is {other}.", year=str(year), other=str(other))
        return year, Problem("conflicting-year", place, message, year=year, value=str(year))
    if not reader.plan.covers(year):
        first, last = str(reader.plan.first_year), str(reader.plan.last_year)
        message = phrase(
            "{year} is outside the plan, which runs from {first} to {last}.", year=str(year), first=first, last=last
        )
        return year, Problem("year-outside-plan", place, message, year=year, value=str(year))
    return year, None
