"""Identify the unit and the year of each return: from its own cells, the title block or the sheet's name.

Two places that contradict each other are a problem, never a choice: a form copied from a neighbour with its old
title is the commonest way for a figure to land on the wrong unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.problems import Problem
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.title_block import Reporter, TitleBlock, find_reporter
from gbv_kpi.reading.units import NamedUnit, level_of
from gbv_kpi.reading.years import UNKNOWN, Claims, Codes, Texts, years_of


def identify(claims: Claims, title: TitleBlock, reader: Reader) -> tuple[pd.DataFrame, list[Problem]]:
    """Return a frame with the unit and year of each return, and the problems found."""
    years, faulty, problems = years_of(claims, title, reader)
    sure = np.where(faulty, 0, years)
    frame = pd.DataFrame({"row": claims.rows.astype(np.int32), "column": claims.columns.astype(np.int32)})
    if reader.plan.units or (claims.names is None and claims.codes is None):
        units = _units(claims, sure, title, reader)
    else:
        units = _any_units(claims, sure, title)
    frame["unit"] = _categorical(units.codes, units.unit_of_return)
    frame["named_unit"] = (
        frame["unit"] if units.named is units.codes else _categorical(units.named, units.unit_of_return)
    )
    frame["is_merged"] = np.append(units.merged, np.False_)[units.unit_of_return]
    frame["is_expected"] = np.append(units.expected, np.True_)[units.unit_of_return]
    frame["year"] = years.astype(np.int16)
    frame["is_faulty"] = faulty | units.faulty
    if units.place is not None:
        frame["row"], frame["column"] = np.int32(units.place[0]), np.int32(units.place[1])
    return frame, problems + units.problems


def _categorical(names: Sequence[str], name_of_row: Codes) -> pd.Categorical:
    """Return the name of each row as a category; `name_of_row` indexes `names`, -1 is NA."""
    places, different = pd.factorize(np.array([*names, ""], dtype=object)[:-1])
    codes = np.append(places, UNKNOWN)[name_of_row]
    return pd.Categorical.from_codes(codes, pd.Index(different, dtype=object))


@dataclass(frozen=True, slots=True, eq=False)
class _Units:
    """The different units of the returns, and the index of each return's unit (-1: unknown)."""

    unit_of_return: Codes
    codes: Sequence[str]
    named: Sequence[str]
    merged: NDArray[np.bool_]
    expected: NDArray[np.bool_]
    faulty: NDArray[np.bool_]
    problems: list[Problem]
    place: tuple[int, int] | None = None  # row and column of the title, where it names the unit of all returns


@dataclass(frozen=True, slots=True)
class _Found:
    """The unit of returns with the same name, code and year, and what is wrong with it."""

    unit: NamedUnit | None
    problem: str | None = None
    message: Phrase | None = None


def _units(claims: Claims, years: Codes, title: TitleBlock, reader: Reader) -> _Units:
    titled = {year: _titled(title, reader, year) for year in pd.unique(years).tolist() if year}
    alike, first_of = _alike(claims, years, titled, reader)
    found = [_unit_of(claims, index, int(years[index]), titled, reader) for index in first_of.tolist()]
    if any(match.problem == "unknown-unit" for match in found):
        found = [
            _doubtful(match, claims, int(index), int(years[index]), titled, reader)
            for match, index in zip(found, first_of, strict=True)
        ]
    different = list({id(match.unit): match.unit for match in found if match.unit is not None}.values())
    places = {id(unit): place for place, unit in enumerate(different)}
    to_unit = np.array([places.get(id(match.unit), UNKNOWN) for match in found], dtype=np.int64)
    is_error = np.array([match.problem not in (None, "merged-unit") for match in found], dtype=bool)
    problems = [
        _unit_problem(claims, int(index), int(years[index]), match, titled, title)
        for number, match in enumerate(found)
        if match.problem
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
        key = (id(reader.units.in_year(year)), id(reporter.unit.unit) if reporter.unit else None, reporter.problem)
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
    if titled.problem and not (claims.many_units and (name or code)):
        return _Found(None, titled.problem, titled.message)
    if name or code:
        return _unit_named(name, code, year, titled, reader)
    if titled.unit:
        return _Found(titled.unit, "merged-unit" if titled.unit.merged else None, _merged(titled.unit))
    if claims.names is None and claims.codes is None:
        return _Found(None, "missing-unit", phrase("The return does not name its unit."))
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
            "“{found}” and the code {code} are different units in {year}.", found=name, code=code, year=str(year)
        )
        return _Found(None, "unknown-unit", message)
    if unit is None:
        return _Found(None, "unknown-unit", names.not_found(name or code, year))
    in_title = titled.unit
    if in_title and in_title.unit is not unit.unit and in_title.unit.expected:
        message = phrase(
            "This row is for {unit}, but the title names {other}.", unit=unit.named.name, other=in_title.named.name
        )
        return _Found(None, "conflicting-unit", message)
    return _Found(unit, "merged-unit" if unit.merged else None, _merged(unit))


def _doubtful(
    found: _Found, claims: Claims, index: int, year: int, titled: dict[int, Reporter], reader: Reader
) -> _Found:
    """Reject a bare name that equals the title's unit where other names are unknown: it may be a commune's."""
    name, code = _named(claims, index)
    reporter = titled[year].unit if year else None
    if code or not name or found.unit is None or reporter is None or reporter.unit is not found.unit.unit:
        return found
    return found if level_of(name) else _Found(None, "unknown-unit", reader.units.in_year(year).not_found(name, year))


def _unit_problem(
    claims: Claims, index: int, year: int, found: _Found, titled: dict[int, Reporter], title: TitleBlock
) -> Problem:
    """Return the problem of one return, at its own cell or at that of the title."""
    name, code = _named(claims, index)
    row, column, value = int(claims.rows[index]), int(claims.columns[index]), name or code or None
    reporter = titled[year]
    if not (name or code) and (found.unit or found.message is reporter.message or (row, column) == (-1, -1)):
        row, column, value = reporter.row, reporter.column, reporter.found
    message = found.message or phrase("The return does not name its unit.")
    unit = found.unit
    return Problem(
        found.problem or "",
        title.spot.at(row, column),
        message,
        unit=unit.unit.code if unit else None,
        unit_name=unit.unit.name if unit else None,
        year=year,
        value=unit.named.name if unit else value,
    )


def _merged(unit: NamedUnit) -> Phrase:
    return phrase(
        "{named} has merged into {unit}; its figures count there.",
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
        Problem("missing-unit", title.spot.at(int(claims.rows[index]), int(claims.columns[index])), message)
        for index in np.flatnonzero(missing).tolist()
    ]
    unit_of_return = np.where((years > 0) & ~missing, found.codes, UNKNOWN)
    count = len(values)
    return _Units(unit_of_return, values, values, np.zeros(count, bool), np.ones(count, bool), missing, problems)
