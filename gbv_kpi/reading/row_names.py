"""Find and read what names the units and years of a table's rows, or heads the columns of a cross table."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
import pandas as pd

from gbv_kpi.i18n import phrase
from gbv_kpi.problems import Problem
from gbv_kpi.reading.columns import Columns, Rows
from gbv_kpi.reading.grid import Column, Grid, Header, is_filled
from gbv_kpi.reading.identify import Texts
from gbv_kpi.reading.labels import AGAINST, Kind, Label
from gbv_kpi.reading.meanings import Vocabulary
from gbv_kpi.reading.normalize import CACHED, plain_words, words
from gbv_kpi.reading.remarks import COMMUNE_WORDS, DISTRICT_WORDS, NUMERAL, ORDINAL, groups_units
from gbv_kpi.reading.title_block import TitleBlock, year_of
from gbv_kpi.reading.units import heads_bodies, level_of
from gbv_kpi.sheets.sheet import Cell, text_of

_REMARK = re.compile(r"[(\[]|\s[-–—]\s")
# "TỔNG HỢP BÁO CÁO CÁC XÃ, THỊ TRẤN", but not "CÁC HUYỆN … TỔNG HỢP TỪ CÁC XÃ"
_COMMUNES = re.compile(r"^(?!.*\b(?:cac huyen|huyen thanh pho)\b).*\b(?:cac|\d+) (?:xa|phuong|thi tran)\b")

_IN_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
_FRAME = {Kind.TOTAL, Kind.SUM, Kind.GROUP, Kind.UNIT}
_ASIDE = {*AGAINST, Kind.NOTE} - {Kind.PART}
_SUMS = frozenset(words("cộng cong"))


class RowKind(IntEnum):
    """The kinds of rows below a header."""

    NOTHING = 0  # blank, the header once more, or numbers of columns or pages
    RETURN = 1
    TOTAL = 2
    WORDS = 3
    ASIDE = 4  # figures of no unit: a rate, a target, a part of the units, a note


WITH_FIGURES = (RowKind.RETURN, RowKind.TOTAL, RowKind.ASIDE)


@lru_cache(CACHED)
def kind_by_name(name: Cell, vocabulary: Vocabulary, *, is_unit: bool) -> RowKind:
    """Return the kind of a row with figures by its name, in the column of units or before it.

    A name that nobody knows may be that of a unit. A group of units with figures is their sum.
    """
    text = text_of(name)
    if not is_unit and not any(map(str.isalpha, text)):
        return RowKind.RETURN
    bare = NUMERAL.sub("", _IN_BRACKETS.sub(" ", text)).strip()
    key, label = words(bare), vocabulary.explain(bare)
    if key in vocabulary.place_forms:
        return RowKind.TOTAL
    kinds = label.atoms[0].kinds if label.atoms else frozenset()
    place_words = {word for place in vocabulary.place_forms for word in place}
    rest = [word for word in label.unknown_words if not ORDINAL.fullmatch(word) and word not in place_words]
    is_known = bool(key) and tuple(label.unknown_words[:1]) != key[:1]
    only_frame = all(atom.kinds & _FRAME for atom in label.atoms)
    if is_known and kinds & {Kind.TOTAL, Kind.SUM} and only_frame and (not rest or key[0] in _SUMS):
        return RowKind.TOTAL
    if groups_units(bare, vocabulary):
        return RowKind.TOTAL if is_unit else RowKind.RETURN
    is_aside = (is_known and kinds & _ASIDE) or (label.atoms and not label.unknown_words and label.against)
    return RowKind.ASIDE if is_aside else RowKind.RETURN


@dataclass(frozen=True)
class Roles:
    """The columns of a table that hold no figures, by role."""

    unit: Column | None
    code: Column | None
    year: Column | None
    others: Sequence[Column]  # nothing that the plan asks for

    @property
    def name(self) -> Column | None:
        """Return the column that names the unit."""
        return self.unit or self.code


def find_roles(grid: Grid, header: Header, columns: Columns) -> Roles:
    """Return what the columns without a field are for; the column of units is known by its heading, or its cells."""

    def units_in(column: Column) -> int:
        return sum(grid.knows_unit(text_of(cell)) for cell in columns.first_cells(column.at))

    def names_units(column: Column) -> bool:
        return not grid.reader.plan.units or units_in(column) > 0

    unit = code = year = None
    others: list[Column] = []
    for column in (column for column in header.columns if not column.meaning.field):
        roles, cells = column.roles, columns.first_cells(column.at)
        are_years = bool(cells) and all(year_of(cell) for cell in cells)
        are_measures = bool(cells) and all(grid.explain(text_of(cell)).only({Kind.MEASURE}) for cell in cells)
        is_of_years = Kind.YEAR in roles and (are_years or Kind.PART not in roles)  # "Nam" may be a column of men
        if year is None and (is_of_years or (are_years and (Kind.PART in column.meaning.kinds or not column.path))):
            year = column
        elif Kind.CODE in roles and code is None and (Kind.NUMBERING not in roles or names_units(column)):
            code = column  # "Mã số" may number the rows
        elif Kind.UNIT in roles and not (Kind.MEASURE in roles and are_measures):
            if unit is None or (names_units(column) and not names_units(unit)):
                others += [unit] if unit else []
                unit = column
            elif Kind.MEASURE not in roles or names_units(column):
                others.append(column)  # "Xã" after "Huyện"
        elif not roles & {Kind.NUMBERING, Kind.NOTE, Kind.MEASURE}:
            others.append(column)
    by_cells = None if unit or code else max(filter(units_in, others), key=units_in, default=None)
    unit = unit or by_cells
    return Roles(unit, code, year, [column for column in others if column is not unit])


def texts_of(columns: Columns, column: Column, rows: Rows, grid: Grid) -> Texts:
    """Return the texts of a column of names or years; in a merged area that of its first cell."""
    values, at = columns.values(column.at), column.at
    texts = [cell.strip() if isinstance(cell, str) else _name_of(cell) for cell in values.cells]
    codes = values.codes
    down = [area for area in grid.sheet.merged if area[0][1] <= at <= area[1][1] and area[1][0] > columns.first]
    if down and at < columns.width:
        codes = codes.copy()
        for (top, left), (bottom, _) in down:
            text = _name_of(grid.cell(top, left))
            texts.append(text)
            codes[max(top - columns.first, 0) : bottom - columns.first + 1] = len(texts) - 1
    return Texts(codes[rows], texts)


def names_of_units(texts: Texts, unit: Column, title: TitleBlock, grid: Grid) -> Texts:
    """Return the names of units. A bare name under “Xã, thị trấn” or “Tên cơ sở” is another's, even if a unit's."""
    names = [_without_correction(name, grid) for name in texts.values]
    path = unit.path
    heading = {word for text in path for word in words(text)}
    is_of_communes = heading & (COMMUNE_WORDS | {"commune"}) or any(
        _COMMUNES.search(" ".join(plain_words(line))) for _, _, line in title.cells
    )
    of_others = path if path and not any(_heads_units(grid.explain(text)) for text in path) else ()
    body = next(filter(heads_bodies, path), "Xã" if is_of_communes else " ".join(of_others))
    is_of_units = body == "Xã" and heading & (DISTRICT_WORDS | {"district"})
    if body and not is_of_units and not grid.reader.vocabulary.is_of_communes:
        is_bare = [any(map(str.isalpha, name)) and not level_of(name) for name in names]
        names = [f"{body} {name}" if bare else name for name, bare in zip(names, is_bare, strict=True)]
    return Texts(texts.codes, names)


def _heads_units(label: Label) -> bool:
    names_units = any(atom.kinds & {Kind.UNIT, Kind.GROUP, Kind.ITEM} for atom in label.atoms)
    counts = any(atom.counts for atom in label.atoms)  # "Tên cơ sở"
    return (names_units and not counts) or plain_words(label.text) == ("ten",)


def _without_correction(name: str, grid: Grid) -> str:
    """Return a name without "(đính chính)": a corrected row claims the place of the one it corrects."""
    if not (remark := _REMARK.search(name)):
        return name
    return name[: remark.start()].rstrip() if grid.explain(name[remark.end() :]).only({Kind.ACTUAL}) else name


def _name_of(cell: Cell) -> str:
    year = year_of(cell) if not isinstance(cell, str) else None
    return str(year) if year else text_of(cell)


def with_blank_names(names: Texts, labels: Sequence[Column], columns: Columns, rows: Rows) -> Texts:
    """Return the names, a blank one as that of the row above where both rows have a label: "KH", "TH"."""
    filled = [columns.which(label.at, is_filled)[rows] for label in labels]
    if "" not in names.values or not filled:
        return names
    is_labelled, codes = np.logical_or.reduce(filled), names.codes.copy()
    for index in np.flatnonzero((codes == names.values.index("")) & is_labelled).tolist():
        if index and is_labelled[index - 1] and rows[index - 1] == rows[index] - 1:
            codes[index] = codes[index - 1]
    return Texts(codes, names.values)


def other_units(
    frame: pd.DataFrame, columns: Columns, rows: Rows, roles: Roles, grid: Grid
) -> Iterator[tuple[int, Problem]]:
    """Yield the returns that a further column gives to another unit, each with its problem."""
    for column in roles.others:
        is_code = Kind.CODE in column.roles
        is_read = is_code or not columns.all_figures(column.at)
        for text, matching in columns.values(column.at).texts_at(rows) if is_read else ():
            is_province = words(text) in grid.reader.vocabulary.bare_places and Kind.UNIT not in column.roles
            if is_province or not grid.knows_unit(text) or not (is_code or any(map(str.isalpha, text))):
                continue
            for index in np.searchsorted(rows, matching).tolist():
                year, unit = int(frame["year"].iloc[index]), frame["unit"].iloc[index]
                other = grid.reader.units.in_year(year).find(text) if year else None
                if other and other.unit.expected and isinstance(unit, str) and unit != other.unit.code:
                    place = grid.spot.at(int(frame["row"].iloc[index]), column.at)
                    name = grid.reader.plan.unit_name(year, unit)
                    message = phrase("This row is for {unit}, but “{found}” is in it too.", unit=name, found=text)
                    yield index, Problem("conflicting-unit", place, message, value=text)
