"""Read the cells of a table that name the units and years of its rows."""

import re

from gbv_kpi.reading.columns import Columns, Rows
from gbv_kpi.reading.grid import Column, Grid
from gbv_kpi.reading.identify import Texts
from gbv_kpi.reading.labels import Kind, Label
from gbv_kpi.reading.normalize import plain_words, words
from gbv_kpi.reading.remarks import COMMUNE_WORDS, DISTRICT_WORDS
from gbv_kpi.reading.title_block import TitleBlock, year_of
from gbv_kpi.reading.units import heads_bodies, level_of
from gbv_kpi.sheets.sheet import Cell, text_of

_REMARK = re.compile(r"[(\[]|\s[-–—]\s")
# "TỔNG HỢP BÁO CÁO CÁC XÃ, THỊ TRẤN", but not "CÁC HUYỆN … TỔNG HỢP TỪ CÁC XÃ"
_COMMUNES = re.compile(r"^(?!.*\b(?:cac huyen|huyen thanh pho)\b).*\b(?:cac|\d+) (?:xa|phuong|thi tran)\b")


def texts_of(columns: Columns, column: Column | None, rows: Rows, grid: Grid) -> Texts | None:
    """Return the texts of a column of names or years; in a merged area that of its first cell."""
    if column is None:
        return None
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


def names_of_units(texts: Texts | None, unit: Column | None, title: TitleBlock, grid: Grid) -> Texts | None:
    """Return the names of units. A bare name under “Xã, thị trấn” or “Tên cơ sở” is another's, even if a unit's."""
    if texts is None or unit is None:
        return texts
    names = [_without_correction(name, grid) for name in texts.values]
    path = unit.path
    heading = {word for text in path for word in words(text)}
    is_of_communes = heading & (COMMUNE_WORDS | {"commune"}) or any(
        _COMMUNES.search(" ".join(plain_words(line))) for line in title.texts
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
