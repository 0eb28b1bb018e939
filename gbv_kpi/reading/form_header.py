"""The headings over the columns of a form, and what a column is for."""

from collections.abc import Iterator, Sequence

from gbv_kpi.reading.grid import Grid, holds_figure, is_column_numbers
from gbv_kpi.reading.header import KnowsUnit, is_number, is_title_line
from gbv_kpi.reading.items import level_of_number
from gbv_kpi.reading.labels import Kind
from gbv_kpi.reading.meanings import Vocabulary
from gbv_kpi.reading.titles import is_year_label, year_in

HEADER_ROWS = 4


_FRAME = (Kind.ITEM, Kind.NUMBERING, Kind.MEASURE, Kind.UNIT)


def header_rows(
    grid: Grid, rows: range, main: int, columns: range, first: int, vocabulary: Vocabulary, knows_unit: KnowsUnit
) -> Iterator[int]:
    """Yield the rows of column headings above the first item, the nearest first."""
    found = 0
    for row in range(first - 1, rows.start - 1, -1):
        texts = [(column, text) for column, text in grid.texts(row) if column in columns]
        right = [text for column, text in texts if column > main]
        if is_title_line(texts) or any(is_year_label(text) and right for column, text in texts if column <= main):
            return
        labels = [vocabulary.explain(text) for _, text in texts]
        is_frame = bool(texts) and all(any(label.only({kind}) for kind in _FRAME) for label in labels)
        if not right and not is_frame and found:
            return
        if not is_frame and (not right or _is_between(grid, row, main, texts, right, vocabulary, knows_unit)):
            continue
        yield row
        found += 1
        if found == HEADER_ROWS:
            return


def _is_between(
    grid: Grid,
    row: int,
    main: int,
    texts: Sequence[tuple[int, str]],
    right: Sequence[str],
    vocabulary: Vocabulary,
    knows_unit: KnowsUnit,
) -> bool:
    """Whether a row between the header and the first field numbers the columns, or is an item that nobody knows."""
    if is_column_numbers([text for _, text in texts]) and not all(map(knows_unit, right)):
        return True
    label = vocabulary.explain(grid.text(row, main))
    if not grid.text(row, main) or label.only(_FRAME) or any(knows_unit(text) or year_in(text) for text in right):
        return False
    return any(is_number(grid.cell(row, column)) for column, _ in texts if column > main)


def role_of_column(
    grid: Grid, column: int, header: Sequence[int], body: range, vocabulary: Vocabulary, knows_unit: KnowsUnit
) -> Kind | None:
    """Return what a column is for besides labels and figures: numbers, measures or notes."""
    headings = [text for row in header if (text := grid.spread_text(row, column))]
    cells = [text for row in body if (text := grid.text(row, column))]
    if not headings:
        return _role_of_cells(grid, column, body, cells, vocabulary)
    label = vocabulary.explain(headings[-1])
    kind = next((kind for kind in (Kind.NUMBERING, Kind.NOTE, Kind.MEASURE, Kind.CODE) if label.only({kind})), None)
    if kind is None or label.only({Kind.ACTUAL}):
        return None
    if kind is Kind.MEASURE and (any(map(knows_unit, headings)) or (cells and all(map(holds_figure, cells)))):
        return None  # "Số người" over figures
    return Kind.NUMBERING if kind is Kind.CODE else kind


def _role_of_cells(grid: Grid, column: int, body: range, cells: Sequence[str], vocabulary: Vocabulary) -> Kind | None:
    """Return what a column without a heading is for: all its cells are measures, or number the labels beside them."""
    if not cells:
        return None
    if all(vocabulary.explain(text).only({Kind.MEASURE}) for text in cells):
        return Kind.MEASURE
    if any(level_of_number(text) is None for text in cells):
        return None
    beside = [grid.text(row, column + 1) for row in body if grid.text(row, column)]
    words = [text for text in beside if text and not holds_figure(text)]
    return Kind.NUMBERING if all(beside) and len(words) > len(cells) / 2 else None
