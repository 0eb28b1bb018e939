"""Read the cells that name the units and years of a table's rows, or head the columns of a cross table."""

import re
from enum import IntEnum
from functools import lru_cache

from gbv_kpi.reading.columns import Columns, Rows
from gbv_kpi.reading.grid import Column, Grid
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
