"""Read the lines above a table: the years they name, the limits they put on its figures, and the reporting unit."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, islice, zip_longest
from operator import itemgetter
from pathlib import PurePath

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.problems import Place, Problem, Severity
from gbv_kpi.reading import titles
from gbv_kpi.reading.grid import Grid, Spot
from gbv_kpi.reading.labels import Kind, words_at_start
from gbv_kpi.reading.meanings import Vocabulary
from gbv_kpi.reading.normalize import is_measure, plain_key, tidy, without_diacritics, words
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.remarks import (
    DISTRICT_WORDS,
    TextCell,
    against_in,
    against_in_note,
    groups_units,
    names_lower_level,
)
from gbv_kpi.reading.tables import Seen, qualified
from gbv_kpi.reading.units import NamedUnit, UnitNames, begins_as_body, level_of, office_before

SHEET = (-1, -1)  # the place of a remark in the sheet's name
_WIDEST = 200  # characters of a line that may name a unit
_GLUED_YEAR = re.compile(r"(?<=[^\W\d_])(?=(?:19|20)\d\d(?!\d))")  # "KH2023"
_REPORT_IN = re.compile(
    r"(?:bao cao|bieu|bang|tong hop|ket qua|tinh hinh|so lieu|thong ke)\b.*\b(?:tren dia ban|cua|tai|thay cho)\s+"
    r"(?P<unit>.+?)(?:[,\s]+(?:tinh\s.*|nam\s.*|\(.*))?\)?$"
)


@dataclass(frozen=True)
class TitleBlock:
    """The lines above a table, and the years and limits they give."""

    cells: Sequence[TextCell]
    years: Sequence[tuple[int, int, int]]  # year, row and column, the nearest to the table first
    against: Sequence[Seen]  # lines that limit or exclude all figures
    spot: Spot
    first_row: int  # blank ones too

    @property
    def named_years(self) -> frozenset[int]:
        return frozenset(year for year, _, _ in self.years)


@dataclass(frozen=True)
class Found:
    """The unit of returns, or the problem with its name; `cell` is the title's, where the title names the unit."""

    unit: NamedUnit | None = None
    problem: str | None = None  # its code
    message: Phrase | None = None
    cell: TextCell | None = None


def read_title(grid: Grid, rows: range, columns: range) -> TitleBlock:
    """Return the title block of a table, limited to its columns where tables share the rows."""
    cells = [(row, column, text) for row in rows for column, text in grid.texts(row)]
    inside = [cell for cell in cells if cell[1] in columns]
    if any(titles.reporting_unit_in(text) is not None for _, _, text in inside):
        cells = inside
    lines, periods = _lines_of(cells)
    years: list[tuple[int, int, int]] = []
    against: list[Seen] = []
    for place, (row, column, text) in reversed(list(enumerate(lines))):
        years += [(year, row, column) for year in titles.read_line(text).years]
        kind = _against_in_title(text, grid.reader)
        above = titles.read_line(lines[place - 1][2]) if place else None
        if titles.is_year_label(text):  # the year is in the next filled cell of the row, or in the cell below
            right = [(row, number) for number in range(column + 1, len(grid.rows[row])) if grid.text(row, number)]
            dated = [*right[:1], (row + 1, column)]
            years += [(year, *cell) for cell in dated if (year := year_of(grid.cell(*cell)))][:1]
        elif kind and not (kind is Kind.TARGET and above and above.is_result and not above.years):
            against.append(Seen(row, column, text, (kind,)))  # "KẾ HOẠCH PHÒNG NGỪA …" may continue "KẾT QUẢ THỰC HIỆN"
    against += periods
    if name := _GLUED_YEAR.sub(" ", grid.sheet.name or ""):
        named = set(titles.years_in_sheet_name(name))
        years += [(year, *SHEET) for year in named] if len(named) == 1 else []
        if kind := _against_in_title(name, grid.reader):
            against.append(Seen(*SHEET, name, (kind,)))
    file = PurePath(grid.spot.file)
    if against_in(re.sub(r"[_.-]+", " ", file.stem), grid.reader.vocabulary) is Kind.PART_OF_YEAR:
        against.append(Seen(*SHEET, file.name, (Kind.PART_OF_YEAR,)))
    if not years:
        years = [(year, row, column) for row, column, text in lines if (year := titles.year_ended_in(text))]
    return TitleBlock(cells, years, against, grid.spot, rows.start)


def _against_in_title(text: str, reader: Reader) -> Kind | None:
    """Return why a line excludes the figures; it does not if it only names a unit or units: "Cấp huyện"."""
    is_of_units = groups_units(text, reader.vocabulary) and not DISTRICT_WORDS.isdisjoint(words(text))
    if is_of_units or reader.units.knows(titles.reporting_unit_in(text) or text):
        return None
    return Kind.PART if reader.vocabulary.counts_others(text) else against_in(text, reader.vocabulary)


def _lines_of(cells: Sequence[TextCell]) -> tuple[list[TextCell], list[Seen]]:
    """Return the cells as lines, and the rows that give a part of a year with the row below.

    Cells of a row that together give a period are one line: "Từ tháng", "1", "đến tháng", "6"; or "tu_thang" and
    "den_thang" over 1 and 6.
    """
    bare = {(row, column): text.replace("_", " ").strip(" :") for row, column, text in cells}
    lines: list[TextCell] = []
    periods: list[Seen] = []
    for row, in_row in groupby(cells, key=itemgetter(0)):
        texts = list(in_row)
        joined = [bare[cell[:2]] for cell in texts]
        lines += [(*texts[0][:2], " ".join(joined))] if titles.joins_to_period(joined) else texts
        with_below = " ".join(f"{bare[row, column]} {bare.get((row + 1, column), '')}" for _, column, _ in texts)
        if len(texts) > 1 and titles.part_of_year_in(with_below) and not any(map(titles.part_of_year_in, joined)):
            periods.append(Seen(*texts[0][:2], with_below, (Kind.PART_OF_YEAR,)))
    return lines, periods


def year_of(cell: object) -> int | None:
    """Return the year that a cell gives alone, as a number, as words or as the first or last day of the year."""
    if isinstance(cell, date):
        return cell.year if (cell.month, cell.day) in ((1, 1), (12, 31)) else None
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return None
    return titles.year_in(f"{cell:g}" if isinstance(cell, float) and cell.is_integer() else str(cell))


def limits_of(
    grid: Grid,
    title: TitleBlock,
    headings: Iterable[TextCell],
    figures: Iterable[str],
    below: Iterable[int],
    comments: Iterable[TextCell],
) -> tuple[list[Problem], Problem | None]:
    """Return the problems of lines that limit or exclude all figures of a table, and the first that is an error.

    They are in the title, the `headings` of its units or items ("Đơn vị (6 tháng)"), notes in rows `below`, `comments`.
    "Chỉ tiêu kế hoạch" says that the figures are planned, unless a heading of `figures` names them a result; "Mục tiêu"
    and "Nhiệm vụ" head items of a result too.
    """
    vocabulary, figures = grid.reader.vocabulary, list(figures)
    is_result = any(titles.read_line(text).is_result for text in figures)
    is_dated = any(titles.year_named(text) in title.named_years for text in figures)
    found = [line for line in title.against if not (is_dated and _compares(line, vocabulary))][:1]
    headed = (
        Seen(*cell, (kind,))
        for cell in headings
        if not (names_lower_level(cell[2], vocabulary) or groups_units(cell[2], vocabulary))
        and (kind := against_in(cell[2], vocabulary))
        and not (kind is Kind.TARGET and (is_result or titles.read_line(cell[2]).against is not kind))
    )
    found += islice(headed, 1)
    notes = [(at, *cell) for at in below if not _is_listed(grid, at) for cell in grid.texts(at)]
    found += limiting([*notes, *comments], title, grid)
    problems = [qualified(grid.spot, remark, remark.kinds[0]) for remark in found]
    return problems, next((problem for problem in problems if problem.severity is Severity.ERROR), None)


def _is_listed(grid: Grid, row: int) -> bool:
    """Return whether a row is of a numbered list of several columns, such as the schools below a form."""
    (_, first), *others = grid.texts(row) or [(0, "")]
    return len(others) > 1 and (first.isdecimal() or grid.explain(first).only({Kind.NUMBERING}))


def comments_in(grid: Grid, title: TitleBlock, end: int | None) -> Iterator[TextCell]:
    """Yield the lines of comments on a table, from its title to the row `end`, without those of our own."""
    for row, column, comment in grid.sheet.notes:
        if row >= title.first_row and (end is None or row < end):
            of_sender = (part for part in comment.split("\n\n") if "\n→ " not in part)
            yield from ((row, column, line) for part in of_sender for line in part.splitlines())


def limiting(notes: Iterable[TextCell], title: TitleBlock, grid: Grid) -> Iterator[Seen]:
    """Yield the notes or comments that limit or exclude figures."""
    for row, column, text in notes:
        is_text = any(map(str.isalpha, text))
        if is_text and (kind := against_in_note(text, grid.reader.vocabulary, title.named_years)):
            yield Seen(row, column, text, (kind,))


def _compares(line: Seen, vocabulary: Vocabulary) -> bool:
    """Return whether a line of a title is a rate only for a comparison: "Năm 2023 so với năm 2022"."""
    shown = tidy(line.heading)
    start = without_diacritics(shown).find(" so voi ")
    return line.kinds == (Kind.RATE,) and start > 0 and against_in(shown[:start], vocabulary) is None


def find_reporter(title: TitleBlock, reader: Reader, year: int) -> Found:
    """Return the unit that reports: the one after its label, the issuing body, or the sheet's name.

    Two different units are a conflict; a named body that is not a unit is unknown, whatever else is named.
    """
    if not reader.plan.units:
        return Found()
    names, vocabulary = reader.units.in_year(year), reader.vocabulary
    in_letterhead = list(_names_in_letterhead(title, names, vocabulary))
    named = list(_names_after_label(title, names, vocabulary))
    named += [cell for cell in in_letterhead if not named or names.find(cell[2])]
    in_sheet_name = re.split(r"[\s_()]+", title.spot.sheet or "")
    name = " ".join(word for word in in_sheet_name if not (word.isdecimal() and len(word) == 4)).strip()
    if name and not name.isdecimal() and (names.find(name) or _is_body(name, vocabulary)):
        named.append((*SHEET, name))
    named += _names_in_title(title, names)
    units = [(unit, cell) for cell in named if (unit := names.find(cell[2]))]
    if len(units) < len(named):
        unknown = next(cell for cell in named if names.find(cell[2]) is None)
        return Found(None, "unknown-unit", names.not_found(unknown[2], year), unknown)
    if not units:
        return Found()
    (first, cell), *rest = units
    others = [(unit, place_named(title.spot.at(*other[:2]))) for unit, other in rest]
    name_of_file = " ".join(re.findall(r"[^\W\d_]+", PurePath(title.spot.file).stem))
    if not title.spot.file.isdigit() and (in_file := names.find(name_of_file)):
        others.append((in_file, phrase("the name of the file")))
    for other, where in others:
        if other.unit is first.unit:
            continue
        message = phrase(
            "This return names {unit} here, but {other} in {place}.",
            unit=first.named.name,
            other=other.named.name,
            place=where,
        )
        return Found(None, "conflicting-unit", message, (*cell[:2], first.named.name))
    return found_unit(first, cell)


def place_named(place: Place) -> Phrase:
    """Return the words for a cell, or for the name of the sheet."""
    return phrase("cell {cell}", cell=place.cell) if place.cell else phrase("the name of the sheet")


def _names_after_label(title: TitleBlock, names: UnitNames, vocabulary: Vocabulary) -> Iterator[TextCell]:
    """Yield the name after "Đơn vị báo cáo:", in the cell or in the next one of the row."""
    for (row, column, text), following in zip(title.cells, [*title.cells[1:], None], strict=False):
        value = titles.reporting_unit_in(text)
        if value is None or titles.names_recipient(text):
            continue
        shown = titles.after_label(text).strip(titles.AROUND) if value else ""
        if not value and following and following[0] == row and not following[2].endswith(":"):
            shown = following[2].strip(titles.AROUND)
        if not shown or is_measure(shown) or (_is_of_province(shown, vocabulary) and names.find(shown) is None):
            continue
        label = () if re.search("[/(]", text) else words(text.partition(":")[0].partition("：")[0])
        if len(label) <= 2 and level_of(" ".join([*label, "x"])) and not level_of(shown):
            shown = f"{text.partition(':')[0].strip()} {shown}"  # "Xã: Gia Trung"
        yield (*((row, column) if value or not following else following[:2]), shown)


def _names_in_letterhead(title: TitleBlock, names: UnitNames, vocabulary: Vocabulary) -> Iterator[TextCell]:
    """Yield the bodies named alone in the first cell of a row, except recipients."""
    skipped = -1
    above: tuple[int, str] | None = None
    firsts = [next(in_row) for _, in_row in groupby(title.cells, key=itemgetter(0))]
    firsts = [(row, column, line) for row, column, text in firsts for line in text.splitlines()]
    for (row, column, text), below in zip_longest(firsts, firsts[1:]):
        if titles.names_recipient(text):
            skipped = row + 1 if text.rstrip().endswith(":") else row
            continue
        is_listed = text.lstrip()[:1] in ("-", "–", "+")  # among recipients
        if row == skipped or is_listed or len(text) > _WIDEST or text.isdecimal() or titles.is_place_and_date(text):
            continue
        if names.find(text) or (_is_body(text, vocabulary) and not _is_of_province(text, vocabulary)):
            above = (row, text)
            yield row, column, text
        elif above and above[0] >= row - 1 and begins_as_body(words(text)):
            both = words(f"{text} {below[2]}") if below else ()
            if both and office_before(both) == len(both):
                continue  # "PHÒNG LAO ĐỘNG - THƯƠNG BINH" over "VÀ XÃ HỘI"
            yield row, column, f"{text} - {above[1]}"  # "TRUNG TÂM Y TẾ" under "UBND HUYỆN NHO QUAN"


def _is_of_province(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether a text is a body of the province, or a line of a letterhead without a body."""
    key = words(text)
    if words_at_start("province", key):
        return True
    is_of_place = any(key[-len(place) :] == place for place in vocabulary.place_forms)
    return is_of_place and not any(level in key for level in words("huyện xã phường thị"))


def _is_body(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether a text is the name of a body: "Công an huyện Gia Viễn", "UBND xã Gia Trung"."""
    key, label = words(text), vocabulary.explain(text)
    if not 2 <= len(key) <= 14 or any(map(str.isdigit, text)) or (label.atoms and not label.unknown_words):
        return False
    rest = key[office_before(key) :]
    if len(rest) <= 6 and level_of(" ".join(rest)) and rest[:2] != ("xã", "hôị") and len(rest[0]) > 1:
        return True
    plain = set(plain_key(key))
    is_local = bool(plain & {"huyen", "xa", "phuong", "tran", "thon", "thpt", "thcs"}) or {"thanh", "pho"} <= plain
    return is_local and begins_as_body(key)


def _names_in_title(title: TitleBlock, names: UnitNames) -> Iterator[TextCell]:
    """Yield the unit that the title of a report names as its territory."""
    for row, column, text in title.cells:
        tidied = tidy(text) if len(text) <= _WIDEST and not titles.names_recipient(text) else ""
        if found := _REPORT_IN.search(without_diacritics(tidied)):
            place = tidied[found.start("unit") : found.end("unit")]
            if level_of(place) and names.find(place):
                yield row, column, place


def found_unit(unit: NamedUnit, cell: TextCell | None = None) -> Found:
    if not unit.merged:
        return Found(unit, cell=cell)
    message = phrase(
        "{named} has merged into {unit}; its figures count there.", named=unit.named.name, unit=unit.unit.name
    )
    return Found(unit, "merged-unit", message, cell)
