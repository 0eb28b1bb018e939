"""Read the lines above a table: the years they name, the limits they put on its figures, and the reporting unit."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import PurePath

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.reading.grid import Grid, Spot
from gbv_kpi.reading.labels import Key, Kind, listed
from gbv_kpi.reading.meanings import Vocabulary
from gbv_kpi.reading.normalize import is_measure, plain_key, plain_words, tidy, without_diacritics, words
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.refusals import Remark
from gbv_kpi.reading.remarks import against_in
from gbv_kpi.reading.titles import (
    after_label,
    is_place_and_date,
    is_year_label,
    joins_to_period,
    names_recipient,
    part_of_year_in,
    read_line,
    reporting_unit_in,
    year_ended_in,
    year_in,
    years_in_sheet_name,
)
from gbv_kpi.reading.units import NamedUnit, UnitNames, level_of, office_before

SHEET = (-1, -1)  # the place of a remark in the sheet's name
_WIDEST = 200  # characters of a line that may name a unit
_WORDS_OF_TITLES = frozenset({"nam", "chong", "ngua", "hanh", "bieu", "dia", "hop", "nghi"})
_GLUED_YEAR = re.compile(r"(?<=[^\W\d_])(?=(?:19|20)\d\d(?!\d))")  # "KH2023"
_REPORT_IN = re.compile(
    r"(?:bao cao|bieu|bang|tong hop|ket qua|tinh hinh|so lieu|thong ke)\b.*\b(?:tren dia ban|cua|tai)\s+(?P<unit>.+?)"
    r"(?:[,\s]+(?:tinh\s.*|nam\s.*|\(.*))?$"
)

Cell = tuple[int, int, str]  # row, column, text


@dataclass(frozen=True, slots=True)
class TitleBlock:
    """The lines above a table, and the years and limits they give."""

    cells: Sequence[Cell]
    years: Sequence[tuple[int, int, int]]  # year, row and column, the nearest to the table first
    against: Sequence[Remark]  # lines that limit or exclude all figures
    spot: Spot

    @property
    def named_years(self) -> frozenset[int]:
        return frozenset(year for year, _, _ in self.years)


@dataclass(frozen=True, slots=True)
class Reporter:
    """The unit that a title names, or the problem with its name, and the place."""

    unit: NamedUnit | None
    row: int = -1
    column: int = -1
    problem: str | None = None  # its code
    message: Phrase | None = None
    found: str | None = None


def read_title(grid: Grid, rows: range, columns: range) -> TitleBlock:
    """Return the title block of a table, limited to its columns where tables share the rows."""
    cells = [(row, column, text) for row in rows for column, text in grid.texts(row)]
    inside = [cell for cell in cells if cell[1] in columns]
    if any(reporting_unit_in(text) is not None for _, _, text in inside):
        cells = inside
    reader = grid.reader
    years: list[tuple[int, int, int]] = []
    against: list[Remark] = []
    lines = list(_joined_lines(cells))
    for row, column, text in reversed(lines):
        years += [(year, row, column) for year in read_line(text).years]
        kind = None if _names_reporter(text, reader) else against_in(text, reader.vocabulary)
        if is_year_label(text):
            years += _year_by_label(grid, row, column)
        elif kind and not (kind is Kind.TARGET and _continues_title(lines, (row, column, text))):
            against.append(Remark(kind, row, column, text))
    against += _periods_below(cells)
    if name := _GLUED_YEAR.sub(" ", grid.sheet.name or ""):
        named = set(years_in_sheet_name(name))
        years += [(year, *SHEET) for year in named] if len(named) == 1 else []
        if not _names_reporter(name, reader) and (kind := against_in(name, reader.vocabulary)):
            against.append(Remark(kind, *SHEET, name))
    if not years:
        years = [(year, row, column) for row, column, text in lines if (year := year_ended_in(text))]
    return TitleBlock(cells, years, against, grid.spot)


def _names_reporter(text: str, reader: Reader) -> bool:
    """Return whether a text only names the reporting unit: "Đơn vị báo cáo: Cấp tỉnh"."""
    named = reporting_unit_in(text)
    return reader.units.knows(named or text)


def _continues_title(cells: Sequence[Cell], cell: Cell) -> bool:
    """Return whether a line continues the title above it: "KẾT QUẢ THỰC HIỆN", and below "KẾ HOẠCH PHÒNG NGỪA …"."""
    place = cells.index(cell)
    above = read_line(cells[place - 1][2]) if place else None
    return above is not None and above.is_result and not above.years


def _year_by_label(grid: Grid, row: int, column: int) -> Iterator[tuple[int, int, int]]:
    """Yield the year in the next filled cell of the row, or in the cell below a label."""
    cells = grid.rows[row]
    right = next((number for number in range(column + 1, len(cells)) if grid.text(row, number)), None)
    for place in ([(row, right)] if right is not None else []) + [(row + 1, column)]:
        if year := year_of(grid.cell(*place)):
            yield year, *place
            return


def year_of(cell: object) -> int | None:
    """Return the year that a cell gives alone, as a number, as words or as the first or last day of the year."""
    if isinstance(cell, date):
        return cell.year if (cell.month, cell.day) in ((1, 1), (12, 31)) else None
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return None
    return year_in(f"{cell:g}" if isinstance(cell, float) and cell.is_integer() else str(cell))


def _joined_lines(cells: Sequence[Cell]) -> Iterator[Cell]:
    """Yield the cells, joining cells of a row that together give a period: "Từ tháng", "1", "đến tháng", "6"."""
    for row, in_row in groupby(cells, key=itemgetter(0)):
        texts = [cell[1:] for cell in in_row]
        joined = [text.replace("_", " ").strip(" :") for _, text in texts]
        if joins_to_period(joined):
            texts = [(texts[0][0], " ".join(joined))]
        yield from ((row, column, text) for column, text in texts)


def _periods_below(cells: Sequence[Cell]) -> Iterator[Remark]:
    """Yield the rows that give a part of a year with the row below: "tu_thang", "den_thang" over 1 and 6."""
    rows: dict[int, dict[int, str]] = {}
    for row, column, text in cells:
        rows.setdefault(row, {})[column] = text.replace("_", " ").strip(" :")
    for row, texts in rows.items():
        below = rows.get(row + 1, {})
        line = " ".join(f"{text} {below.get(column, '')}" for column, text in texts.items())
        if len(texts) > 1 and part_of_year_in(line) and not any(map(part_of_year_in, texts.values())):
            yield Remark(Kind.PART_OF_YEAR, row, min(texts), line)


# ---------------------------------------------------------------- reporting unit


def find_reporter(title: TitleBlock, names: UnitNames, year: int, vocabulary: Vocabulary) -> Reporter:
    """Return the unit that reports: the one after its label, the issuing body, or the sheet's name.

    Two different units are a conflict; a named body that is not a unit is unknown, whatever else is named.
    """
    named = list(_names_after_label(title, names, vocabulary)) or list(_names_in_letterhead(title, names, vocabulary))
    name = _name_without_years(title.spot.sheet or "")
    if name and (names.find(name) or _is_body(name, vocabulary)):
        named.append((*SHEET, name))
    named = named or list(_names_in_title(title, names))
    unknown = next(((row, column, text) for row, column, text in named if names.find(text) is None), None)
    if unknown:
        row, column, text = unknown
        return Reporter(None, row, column, "unknown-unit", names.not_found(text, year), text)
    found = [(unit, row, column) for row, column, text in named if (unit := names.find(text))]
    if not found:
        return Reporter(None)
    first, row, column = found[0]
    others = [unit for unit, _, _ in found[1:]]
    if in_file := names.find(_name_of_file(title.spot.file)) if not title.spot.file.isdigit() else None:
        others.append(in_file)
    conflicting = next((unit for unit in others if unit.unit is not first.unit), None)
    if conflicting:
        message = phrase(
            "This return names {unit} here, but {other} elsewhere.", unit=first.named.name, other=conflicting.named.name
        )
        return Reporter(None, row, column, "conflicting-unit", message, first.named.name)
    return Reporter(first, row, column)


def _names_after_label(title: TitleBlock, names: UnitNames, vocabulary: Vocabulary) -> Iterator[Cell]:
    """Yield the name after "Đơn vị báo cáo:", in the cell or in the next one of the row."""
    for (row, column, text), following in zip(title.cells, [*title.cells[1:], None], strict=False):
        value = reporting_unit_in(text)
        if value is None or names_recipient(text):
            continue
        shown = after_label(text).strip(" .…_[]()-") if value else ""
        if not value and following and following[0] == row and not following[2].endswith(":"):
            shown = following[2].strip(" .…_[]()-")
        if not shown or is_measure(shown) or (_is_of_province(shown, vocabulary) and names.find(shown) is None):
            continue
        label = words(text.partition(":")[0].partition("：")[0])
        if len(label) <= 2 and level_of(" ".join([*label, "x"])) and not level_of(shown):
            shown = f"{text.partition(':')[0].strip()} {shown}"  # "Xã: Gia Trung"
        yield (*((row, column) if value or not following else following[:2]), shown)


def _names_in_letterhead(title: TitleBlock, names: UnitNames, vocabulary: Vocabulary) -> Iterator[Cell]:
    """Yield the bodies named alone in the first cell of a row, except recipients."""
    rows: dict[int, Cell] = {}
    for cell in title.cells:
        rows.setdefault(cell[0], cell)
    skipped = -1
    above: tuple[int, str] | None = None
    for row, column, text in rows.values():
        if names_recipient(text):
            skipped = row + 1 if text.rstrip().endswith(":") else row
            continue
        if row == skipped or len(text) > _WIDEST or text.isdecimal() or is_place_and_date(text):
            continue
        if names.find(text) or (_is_body(text, vocabulary) and not _is_of_province(text, vocabulary)):
            above = (row, text)
            yield row, column, text
        elif above and above[0] == row - 1 and _begins_as_body(text):
            yield row, column, f"{text} - {above[1]}"  # "TRUNG TÂM Y TẾ" under "UBND HUYỆN NHO QUAN"


def _is_of_province(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether a text is a body of the province, or a line of a letterhead that names no body."""
    key = words(text)
    if _begins_with("province", key):
        return True
    if any(key[-len(place) :] in (place, plain_key(place)) for place in vocabulary.places):
        return not any(level in key for level in words("huyện xã phường thị"))
    return False


def _is_body(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether a text is the name of a body: "Công an huyện Gia Viễn", "UBND xã Gia Trung"."""
    key = words(text)
    label = vocabulary.explain(text)
    if not 2 <= len(key) <= 14 or any(map(str.isdigit, text)) or (label.atoms and not label.unknown_words):
        return False
    rest = key[office_before(key) :]
    if len(rest) <= 6 and level_of(" ".join(rest)) and rest[:2] != ("xã", "hôị") and len(rest[0]) > 1:
        return True
    plain = set(map(without_diacritics, key))
    is_local = bool(plain & {"huyen", "xa", "phuong", "tran", "thon", "thpt", "thcs"}) or {"thanh", "pho"} <= plain
    return is_local and _begins_as_body(text)


def _begins_as_body(text: str) -> bool:
    """Return whether a text begins as the name of a body other than the offices that report for a unit."""
    key = words(text)
    is_title = not _WORDS_OF_TITLES.isdisjoint(map(without_diacritics, key))
    return _begins_with("body", key) and office_before(key) < len(key) and not is_title


def _begins_with(meaning: str, key: Key) -> bool:
    """Return whether words begin with an entry of the closed list, typed with or without diacritics."""
    return any(key[: len(start)] == start for entry in listed(meaning) for start in (words(entry), plain_words(entry)))


def _names_in_title(title: TitleBlock, names: UnitNames) -> Iterator[Cell]:
    """Yield the unit that the title of a report names as its territory, used where nothing else names the reporter."""
    for row, column, text in title.cells:
        if names_recipient(text) or len(text) > _WIDEST:
            continue
        tidied = tidy(text)
        if found := _REPORT_IN.search(without_diacritics(tidied)):
            place = tidied[found.start("unit") : found.end("unit")]
            if level_of(place) and names.find(place):
                yield row, column, place


def _name_without_years(name: str) -> str:
    kept = [word for word in re.split(r"[\s_()]+", name) if not (word.isdecimal() and len(word) == 4)]
    text = " ".join(kept).strip()
    return "" if text.isdecimal() else text


def _name_of_file(file: str) -> str:
    return " ".join(re.findall(r"[^\W\d_]+", PurePath(file).stem))
