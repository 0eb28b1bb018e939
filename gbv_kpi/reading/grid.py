"""Access the cells of a sheet as a grid: texts, figures and merged areas."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from gbv_kpi.problems import Place
from gbv_kpi.reading.labels import Kind, Label
from gbv_kpi.reading.normalize import seen
from gbv_kpi.reading.reader import Reader
from gbv_kpi.reading.titles import year_in
from gbv_kpi.sheets.sheet import Area, Cell, Sheet, cell_address, text_of

WIDEST = 16_384  # columns, as many as a workbook has; a text with more is not a table
_SIGNS = "-–—−….+"
_NUMBER = re.compile(r"[-+]?[\d.,  ]*\d[\d.,  ]*")


def holds_figure(cell: Cell) -> bool:
    """Return whether a cell is written as a figure, valid or not, rather than as words."""
    if isinstance(cell, str):
        text = seen(cell[:80]).strip()
        return text[:1].isdigit() or (text != "" and text[0] in _SIGNS and not text.strip(_SIGNS + " 0123456789,"))
    return True


def is_number(cell: Cell) -> bool:
    """Return whether a cell is a number other than a year."""
    if isinstance(cell, str):
        return bool(_NUMBER.fullmatch(cell.strip())) and year_in(cell) is None
    return not isinstance(cell, bool) and isinstance(cell, int | float) and not 1900 <= cell <= 2200


def is_column_numbers(texts: Sequence[str]) -> bool:
    """Return whether the cells of a row only number its columns: "A, B, 1, 2" or "(1), (2), (3)=(1)+(2)"."""
    signs = [text.split("=")[0].strip("()[] ") for text in texts]
    letters = list(takewhile(lambda sign: len(sign) == 1 and sign.isalpha(), signs))
    numbers = signs[len(letters) :]
    if not numbers or len(signs) < 2 or not all(number.isdecimal() and len(number) < 4 for number in numbers):
        return False
    return (
        "".join(letters).upper() in "ABCDEFGH"
        and all(int(after) == int(before) + 1 for before, after in pairwise(numbers))
        and (bool(letters) or len(numbers) > 1)
    )


@dataclass(frozen=True, slots=True)
class Spot:
    """The file and sheet in which problems are reported."""

    file: str
    sheet: str | None

    def at(self, row: int, column: int | None = None) -> Place:
        """Return the place of a cell, of a row where there is no `column`, or of the sheet where `row` is -1."""
        if row < 0:
            return Place(self.file, self.sheet)
        cell = None if column is None or column < 0 else cell_address(row, column)
        return Place(self.file, self.sheet, cell, row + 1)


@dataclass(frozen=True)
class Grid:
    """The loaded rows of a sheet, its merged areas by cell, and the reader to explain them."""

    sheet: Sheet
    spot: Spot
    rows: Sequence[Sequence[Cell]]
    area_at: dict[tuple[int, int], Area]
    reader: Reader

    @classmethod
    def of(cls, sheet: Sheet, file: str, reader: Reader, looked_at: int) -> "Grid":
        """Return the grid; merged areas are known in the first `looked_at` rows."""
        area_at = {
            (row, column): area
            for area in sheet.merged
            for row in range(area[0][0], min(area[1][0], looked_at) + 1)
            for column in range(area[0][1], min(area[1][1], area[0][1] + 1000) + 1)
        }
        rows = sheet.rows
        if any(len(row) > WIDEST for row in rows):
            rows = [row[:WIDEST] for row in rows]
        return cls(sheet, Spot(file, sheet.name), rows, area_at, reader)

    def cell(self, row: int, column: int) -> Cell:
        cells = self.rows[row] if 0 <= row < len(self.rows) else ()
        return cells[column] if 0 <= column < len(cells) else ""

    def text(self, row: int, column: int) -> str:
        """Return the text of the cell itself."""
        text = text_of(self.cell(row, column))
        return text if text.isascii() else seen(text).strip()

    def spread_text(self, row: int, column: int) -> str:
        """Return the text of the cell, or of the merged area that it belongs to."""
        text = self.text(row, column)
        if not text and (area := self.area_at.get((row, column))):
            return self.text(*area[0])
        return text

    def explain(self, text: str) -> Label:
        return self.reader.vocabulary.explain(text)

    def label(self, row: int, column: int) -> Label:
        return self.explain(self.text(row, column))

    def headings(self, rows: Iterable[int], column: int) -> list[str]:
        """Return the texts of a column in some rows, through merged areas."""
        return [text for row in rows if (text := self.spread_text(row, column))]

    def words(self, row: int) -> list[tuple[int, str]]:
        """Return column and text of the cells of a row that hold words."""
        cells = self.rows[row] if row < len(self.rows) else ()
        return [(column, text) for column, cell in enumerate(cells) if isinstance(cell, str) and (text := cell.strip())]

    def texts(self, row: int) -> list[tuple[int, str]]:
        """Return column and text of the filled cells of a row."""
        cells = self.rows[row] if row < len(self.rows) else ()
        return [(column, text) for column, cell in enumerate(cells) if cell != "" and (text := text_of(cell))]

    def marks(self, row: int) -> dict[int, set[object]]:
        """Return the fields, or levels of fields, that the cells of a row name, by column."""
        words = self.words(row)
        found = {text: self.explain(text).marks for text in {text for _, text in words}}  # 16,384 cells may be equal
        return {column: found[text] for column, text in words if found[text]}

    def has_number(self, row: int) -> bool:
        return any(map(is_number, self.rows[row]))

    def is_blank(self, row: int) -> bool:
        return not any(map(is_filled, self.rows[row]))

    def is_figure(self, row: int, column: int) -> bool:
        return (cell := self.cell(row, column)) != "" and holds_figure(cell)

    def knows_unit(self, text: str) -> bool:
        return self.reader.units.knows(text)


def is_filled(cell: Cell) -> bool:
    return cell != "" and (not isinstance(cell, str) or bool(cell.strip()))


def is_wide(area: Area | None) -> bool:
    """Return whether a merged area covers several columns."""
    return area is not None and area[1][1] > area[0][1]


def is_frame(label: Label, kinds: Iterable[Kind]) -> bool:
    """Return whether a label means one of these parts of a table's frame, and nothing else."""
    return any(label.only({kind}) for kind in kinds)
