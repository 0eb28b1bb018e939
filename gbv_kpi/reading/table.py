"""Tables with the units down: a row for each return, under a header of one to three levels."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gbv_kpi.reading.layout import Heading, KnowsUnit, Layout, holds_figure, is_column_numbers
from gbv_kpi.reading.sheet import Sheet, text_of
from gbv_kpi.reading.vocabulary import Role, Vocabulary, is_signature, is_total

__all__ = ["find_table"]

SEARCHED_ROWS = 100  # a header stands within so many rows
LEVELS = 3
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """Consecutive rows of headings, and what each column means."""

    top: int
    bottom: int
    paths: Sequence[Path]
    meanings: Sequence["str | Role | None"]

    @property
    def field_count(self) -> int:
        return len({meaning for meaning in self.meanings if isinstance(meaning, str)})

    def column(self, role: Role) -> int | None:
        return next((column for column, meaning in enumerate(self.meanings) if meaning is role), None)


def find_table(sheet: Sheet, vocabulary: Vocabulary, knows_unit: KnowsUnit) -> Layout | None:
    """The table whose header names the most fields, None where no header names two."""
    header = max(
        _headers(sheet, vocabulary), key=lambda found: (found.field_count, found.top - found.bottom), default=None
    )
    if header is None or header.field_count < 2:
        return None
    columns: dict[str, int] = {}
    duplicates: list[tuple[str, Heading]] = []
    for column, meaning in enumerate(header.meanings):
        if isinstance(meaning, str):
            if meaning in columns:
                duplicates.append((meaning, _heading(header, column)))
            columns.setdefault(meaning, column)
    unit, code = header.column(Role.UNIT), header.column(Role.UNIT_CODE)
    if unit is None and code is None:
        unit = _column_of_units(sheet, header, knows_unit)
    body = _Body(sheet, tuple(columns.values()), unit if unit is not None else code, knows_unit)
    lines, totals = body.lines_below(header.bottom)
    return Layout(
        sheet,
        items_down=False,
        top=header.top,
        lines=lines,
        totals=totals,
        place_by_field=columns,
        unit=unit,
        unit_code=code,
        year=header.column(Role.YEAR),
        duplicates=duplicates,
        unknown=list(_unknown(sheet, header, lines, unit)),
    )


def _headers(sheet: Sheet, vocabulary: Vocabulary) -> Iterator[Header]:
    for bottom in range(min(len(sheet.rows), SEARCHED_ROWS)):
        words = [cell for cell in sheet.rows[bottom] if isinstance(cell, str) and cell.strip()]
        if len(words) < 2:
            continue
        for top in range(bottom, max(-1, bottom - LEVELS), -1):
            paths = _paths(sheet, top, bottom)
            yield Header(top, bottom, paths, [vocabulary.path_meaning(path) for path in paths])


def _paths(sheet: Sheet, top: int, bottom: int) -> list[Path]:
    """The headings over each column from the top level down, without repeats."""
    levels = [_level(sheet, row, bottom) for row in range(top, bottom + 1)]
    return [tuple(dict.fromkeys(text for text in column if text)) for column in zip(*levels, strict=True)]


def _level(sheet: Sheet, row: int, bottom: int) -> list[str]:
    """One row of headings; an upper one reaches over the columns it is merged with or that follow blank."""
    texts = [_words(sheet, row, column) for column in range(sheet.width)]
    if row == bottom:
        return texts
    across = [area for area in sheet.merged if area[0][0] == row and area[1][1] > area[0][1]]
    if across:
        for (_, left), (_, right) in across:
            texts[left : right + 1] = [texts[left]] * (right + 1 - left)
        return texts
    for column in range(1, len(texts)):
        if not texts[column] and _words(sheet, bottom, column):
            texts[column] = texts[column - 1]
    return texts


def _words(sheet: Sheet, row: int, column: int) -> str:
    cell = sheet.cell(row, column)
    return cell.strip() if isinstance(cell, str) else ""


def _heading(header: Header, column: int) -> Heading:
    return Heading(" → ".join(header.paths[column]), header.bottom, column)


def _column_of_units(sheet: Sheet, header: Header, knows_unit: KnowsUnit) -> int | None:
    """Where no heading says so, the column whose cells name the most units."""
    rows = range(header.bottom + 1, min(len(sheet.rows), header.bottom + SEARCHED_ROWS))
    counts = {
        column: sum(knows_unit(text_of(sheet.cell(row, column))) for row in rows)
        for column, meaning in enumerate(header.meanings)
        if not isinstance(meaning, str | Role)
    }
    best = max(counts, key=lambda column: counts[column], default=None)
    return best if best is not None and counts[best] else None


def _unknown(sheet: Sheet, header: Header, lines: Sequence[int], unit: int | None) -> Iterator[Heading]:
    for column, meaning in enumerate(header.meanings):
        path = header.paths[column]
        filled = any(text_of(sheet.cell(line, column)) for line in lines)
        if meaning is None and column != unit and (path or filled):
            yield Heading(" → ".join(path), header.bottom, column)


@dataclass(frozen=True, slots=True)
class _Body:
    """The rows below a header, to be told apart."""

    sheet: Sheet
    fields: tuple[int, ...]
    unit: int | None
    knows_unit: KnowsUnit

    def lines_below(self, header: int) -> tuple[list[int], list[int]]:
        """The rows that hold a return, and those that sum them up."""
        lines: list[int] = []
        totals: list[int] = []
        below_signatures = False
        for row in range(header + 1, len(self.sheet.rows)):
            name = text_of(self.sheet.cell(row, self.unit)) if self.unit is not None else ""
            has_figures = any(holds_figure(self.sheet.cell(row, column)) for column in self.fields)
            texts = {column: text for column, cell in enumerate(self.sheet.rows[row]) if (text := text_of(cell))}
            if has_figures and any(is_total(text) for column, text in texts.items() if column not in self.fields):
                totals.append(row)
            elif not (name and has_figures) and is_signature(texts.values()):
                below_signatures = True
            elif below_signatures:
                if has_figures and self.knows_unit(name):
                    lines.append(row)
            elif self._is_return(row, name, texts, has_figures):
                lines.append(row)
        return lines, totals

    def _is_return(self, row: int, name: str, texts: Mapping[int, str], has_figures: bool) -> bool:
        """Whether a row is a return: it has figures, or a unit that should have some."""
        if has_figures:
            return not self._numbers_columns(row)
        filled = any(column in texts for column in self.fields)
        return bool(name) and (filled or self.knows_unit(name))

    def _numbers_columns(self, row: int) -> bool:
        texts = [text_of(self.sheet.cell(row, column)) for column in sorted(self.fields)]
        if not is_column_numbers(texts):
            return False
        name = text_of(self.sheet.cell(row, self.unit)) if self.unit is not None else ""
        return len(name.strip("() ")) <= 2 and not self.knows_unit(name)
