"""Sheets with the items down: the form of one unit, and cross tables with a column for each unit or year."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gbv_kpi.reading.headings import Vocabulary
from gbv_kpi.reading.layout import (
    Heading,
    KnowsUnit,
    Layout,
    first_filled_row,
    holds_figure,
    is_column_numbers,
    years_said,
)
from gbv_kpi.reading.stock_phrases import Role, is_comparison, is_signature
from gbv_kpi.reading.titles import (
    is_part_of_year,
    reporting_unit_in,
    year_in,
    year_named,
    years_in,
)
from gbv_kpi.sheets.sheet import Sheet, text_of

SEARCHED_COLUMNS = 20
SEARCHED_ROWS = 500
HEADER_ROWS = 3
_NOT_VALUES = (Role.UNIT_CODE, Role.NUMBERING, Role.MEASURE, Role.NOTE, Role.ITEM)


@dataclass(frozen=True, slots=True)
class Item:
    """A row that names an item, and the field it means."""

    row: int
    text: str
    field: str | None


def find_form(sheet: Sheet, vocabulary: Vocabulary, knows_unit: KnowsUnit) -> Layout | None:
    """The form or cross table whose items name the most fields, None where they do not name two."""
    items_column, items, next_block = max(
        ((column, *_items(sheet, column, vocabulary)) for column in _promising_columns(sheet, vocabulary)),
        key=lambda found: len({item.field for item in found[1] if item.field}),
        default=(0, [], None),
    )
    named = [item.row for item in items if item.field]
    if len({item.field for item in items if item.field}) < 2:
        return None
    header = list(_header_rows(sheet, items_column, named[0], knows_unit))
    lines, totals, unit, year, left = _lines(sheet, items_column, header, named, vocabulary, knows_unit)
    if not lines and not left:
        return None
    top = min([*header, named[0]])
    other_years = list(_of_other_years(sheet, top, lines, year))
    lines = [line for line in lines if line not in {heading.column for _, heading in other_years}]
    last_heading = max(header, default=named[0])
    filled = {item.row for item in items if any(text_of(sheet.cell(item.row, line)) for line in lines)}
    rows: dict[str, int] = {}
    duplicates: list[tuple[str, Heading]] = []
    for item in items:
        if item.field is None:
            continue
        if item.field in rows and item.row in filled and rows[item.field] in filled:
            duplicates.append((item.field, Heading(item.text, item.row, items_column)))
        elif item.field not in rows or rows[item.field] not in filled:
            rows[item.field] = item.row  # a heading without figures gives way to the item below it
    return Layout(
        sheet,
        items_down=True,
        top=top,
        place_by_field=rows,
        lines=lines,
        totals=totals,
        unit=unit,
        year=year,
        duplicates=duplicates,
        unknown=[
            *left,
            *(
                Heading(item.text, item.row, items_column)
                for item in items
                if item.field is None
                and item.row in filled
                and item.row > last_heading
                and sum(map(str.isalnum, item.text)) > 1
            ),
        ],
        other_years=other_years,
        next_block=next_block,
    )


def _promising_columns(sheet: Sheet, vocabulary: Vocabulary) -> list[int]:
    """The columns in which several cells may name a field."""
    first = first_filled_row(sheet)
    cells = (cell for row in sheet.rows[first : first + SEARCHED_ROWS] for cell in enumerate(row[:SEARCHED_COLUMNS]))
    named = Counter(
        column for column, cell in cells if isinstance(cell, str) and vocabulary.may_name_field(cell.strip())
    )
    return sorted(column for column, count in named.items() if count > 1)


def _is_sign(text: str) -> bool:
    """Whether a text only numbers something: "B", "(2)"."""
    return sum(map(str.isalnum, text)) < 2


def _items(sheet: Sheet, column: int, vocabulary: Vocabulary) -> tuple[list[Item], int | None]:
    """The items of one column, each read under the headings above it, and the row where another form begins."""
    items: list[Item] = []
    above: list[Item] = []  # what an item may be a part of, the nearest last
    first = first_filled_row(sheet)
    signed = asked = False  # whether a signature, and whether an item of the plan, stands above
    for row in range(first, min(len(sheet.rows), first + SEARCHED_ROWS)):
        cell = sheet.cell(row, column)
        if not isinstance(cell, str) or not cell.strip():
            continue
        text = cell.strip()
        if asked:
            signed = signed or is_signature([text])
            if vocabulary.meaning(text) is Role.ITEM or (signed and vocabulary.field(text)):
                return items, _title_above(sheet, row, max(item.row for item in items if item.field))
        if signed:
            continue
        item = Item(row, text, vocabulary.field(text) or _field_below(text, above, vocabulary))
        items.append(item)
        above.append(item)
        asked = asked or item.field is not None
    return items, None


def _title_above(sheet: Sheet, header: int, last_item: int) -> int:
    """Where the title block of a further form begins: below the item, or the signatures, of the one before."""
    for row in range(header - 1, last_item, -1):
        texts = [text for cell in sheet.rows[row] if (text := text_of(cell))]
        if texts and is_signature(texts):
            return row + 1
    return last_item + 1


def _field_below(text: str, above: Sequence[Item], vocabulary: Vocabulary) -> str | None:
    """The field of an item that only makes sense under the ones above: "trong đó: được tập huấn"."""
    for upper in reversed(above[-12:]) if vocabulary.may_be_lower(text) else ():
        if field := vocabulary.field_under(upper.text, text):
            return field
        if upper.field and (part := vocabulary.part_of(upper.field, text)):
            return part
    return None


def _header_rows(sheet: Sheet, items_column: int, first_item: int, knows_unit: KnowsUnit) -> Iterator[int]:
    """The rows of column headings above the first item, nearest first."""
    found = 0
    for row in range(first_item - 1, -1, -1):
        right = [text_of(cell) for cell in sheet.rows[row][items_column + 1 :]]
        filled = [text for text in right if text]
        item = text_of(sheet.cell(row, items_column))
        if reporting_unit_in(item) is not None:
            return  # the title block
        if not filled:
            if found or not item or years_in(item):
                return  # a blank row, or the title block
            continue  # a section heading between the header and the first item
        if _is_item(sheet, row, items_column, knows_unit):
            continue
        letters_only = len(filled) > 1 and all(len(text) <= 3 for text in filled)
        if (is_column_numbers(filled) or letters_only) and not all(map(knows_unit, filled)):
            continue
        yield row
        found += 1
        if found == HEADER_ROWS:
            return


def _is_item(sheet: Sheet, row: int, items_column: int, knows_unit: KnowsUnit) -> bool:
    """Whether a row is an item with its figure, known or not, rather than headings."""
    cells = sheet.rows[row][items_column:]
    figures = [text_of(cell) for cell in cells[1:] if isinstance(cell, int | float)]
    if (
        not figures
        or not isinstance(cells[0], str)
        or is_column_numbers([text for text in map(text_of, cells) if text])
    ):
        return False
    return len(cells[0].strip()) > 1 and not any(year_in(text) or knows_unit(text) for text in figures)


def _lines(
    sheet: Sheet,
    items_column: int,
    header: Sequence[int],
    items: Sequence[int],
    vocabulary: Vocabulary,
    knows_unit: KnowsUnit,
) -> tuple[list[int], list[int], int | None, int | None, list[Heading]]:
    """The columns with a return each, those that sum up, the header rows of units and years, and the columns left out.

    A column is left out that holds figures but is neither: they are told, never dropped silently.
    """
    columns = range(items_column + 1, sheet.width)
    texts = {(row, column): sheet.spread_text(row, column) for row in header for column in columns}

    def headed(column: int, claim: Callable[[str], bool]) -> bool:
        return any(claim(text) for row in header if (text := texts[row, column]))

    unit = _row_with_most(header, [row for (row, _), text in texts.items() if text and knows_unit(text)])
    year = _row_with_most(header, list(_years(texts)))
    totals = [column for column in columns if headed(column, vocabulary.is_total)]
    usable = [column for column in columns if not headed(column, lambda text: vocabulary.meaning(text) in _NOT_VALUES)]
    figures = [column for column in usable if any(holds_figure(sheet.cell(row, column)) for row in items)]
    others = [column for column in usable if headed(column, is_comparison) or headed(column, is_part_of_year)]
    counts = [column for column in usable if column not in totals and column not in others]
    if unit is not None or year is not None:
        named = [row for row in (unit, year) if row is not None]
        lines = [column for column in counts if column in figures or any(texts[row, column] for row in named)]
    else:
        values = [column for column in counts if headed(column, lambda text: vocabulary.meaning(text) is Role.VALUE)]
        # The one column of a form may be headed "Tổng số", with those it sums up beside it: "Nam", "Nữ".
        choices = values or totals[:1] or [column for column in counts if column in figures]
        lines, totals = (choices or [column for column in counts if headed(column, bool)])[-1:], []
    left_out = [column for column in figures if column not in lines and column not in totals]
    bottom = max(header, default=items[0])
    left = [
        Heading(" → ".join(dict.fromkeys(filter(None, (texts[row, column] for row in sorted(header))))), bottom, column)
        for column in left_out
    ]
    return lines, totals, unit, year, left


def _of_other_years(sheet: Sheet, top: int, lines: Sequence[int], year: int | None) -> Iterator[tuple[int, Heading]]:
    """The columns of a year beside one of the year that the title gives, where it gives one.

    "Năm 2022" and "Năm 2023" under the title "NĂM 2023": the former year stands there for comparison.
    """
    if year is None:
        return
    said = years_said(sheet, top)
    headings = [Heading(sheet.spread_text(year, line), year, line) for line in lines]
    years = [year_named(heading.text) for heading in headings]
    if len(said) == 1 and not {*said, None}.isdisjoint(years):  # "Năm báo cáo" is a column of the title's year
        yield from ((named, at) for named, at in zip(years, headings, strict=True) if named and named not in said)


def _years(texts: Mapping[tuple[int, int], str]) -> Iterator[int]:
    """The row of each heading that is a year, or that tells its column from another one by a year."""
    for (row, _), text in texts.items():
        others = {year_named(other) for (beside, _), other in texts.items() if beside == row} - {None}
        if text and (year_in(text) or (year_named(text) and len(others) > 1)):
            yield row


def _row_with_most(rows: Sequence[int], hits: Sequence[int]) -> int | None:
    return max(rows, key=hits.count) if hits else None
