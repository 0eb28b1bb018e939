"""Tables one below the other on a sheet, whose rows come by in blocks."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gbv_kpi.reading.form import find_form
from gbv_kpi.reading.headings import Vocabulary
from gbv_kpi.reading.layout import KnowsUnit, Layout
from gbv_kpi.reading.table import find_table
from gbv_kpi.reading.table_rows import Body
from gbv_kpi.sheets.column import Block
from gbv_kpi.sheets.sheet import Sheet, text_of

LOOKED_AT_ROWS = 800  # from the first filled one: a header stands within 100 of them, a form ends within 500


def locate_returns(
    sheet: Sheet, blocks: Iterator[Block], vocabulary: Vocabulary, knows_unit: KnowsUnit
) -> Iterator[tuple[int, Layout]]:
    """Number and layout of each table or form on a sheet, of a table first its header and then the lines of each block.

    `blocks` are taken as they are needed, and none is kept.
    """
    number = 0
    block = next(blocks, None)
    while block is not None:
        head = _head(sheet, block)
        if head is None or len(head.rows) == block.first + len(block):  # the block ends before all can be seen
            following = next(blocks, None)
            if following is not None:
                block = block + following if head else following
                continue
        layout = _layout(head, vocabulary, knows_unit) if head else None
        if layout is None or head is None:
            return
        yield number, layout
        if layout.items_down:
            block = None if layout.next_block is None else block.below(layout.next_block)
            number += 1
            continue
        body = Body(layout, head, vocabulary, knows_unit)
        rest: Block | None = block.below(layout.bottom + 1)
        tail: Block | None = None  # the rows since the last one of the table: another one may begin with them
        block = None
        while rest is not None:
            found = body.take(rest)
            yield (
                number,
                replace(
                    layout,
                    sheet=_at(sheet, rest),
                    block=rest,
                    lines=found.lines,
                    totals=found.totals,
                    years_between=found.years,
                ),
            )
            tail = rest if tail is None else tail + rest
            if found.next_table is not None:
                block, rest = tail.below(found.next_table), None
            else:
                tail = None if body.words_since is None else tail.below(body.words_since)
                rest = next(blocks, None)
        number += 1


def _head(sheet: Sheet, block: Block) -> Sheet | None:
    """The first rows that say something, at their own addresses; None where all are blank."""
    filled = np.zeros(len(block), dtype=bool)
    for column in block.columns:
        filled |= column.holds(lambda cell: text_of(cell) != "")
    if not filled.any():
        return None
    rows = block[: int(np.argmax(filled)) + LOOKED_AT_ROWS]
    return replace(sheet, rows=[*([[]] * block.first), *rows], first=0, columns=len(block.columns))


def _layout(head: Sheet, vocabulary: Vocabulary, knows_unit: KnowsUnit) -> Layout | None:
    """The layout that names more of the plan's fields: units down, or items down."""
    form = find_form(head, vocabulary, knows_unit)
    table = find_table(head, vocabulary, knows_unit, len(form.place_by_field) if form else 2)
    return max(table, form, key=lambda layout: len(layout.place_by_field) if layout else 0)


def _at(sheet: Sheet, block: Block) -> Sheet:
    """The sheet as far as its rows are at hand: a workbook's all, a CSV's those of the block."""
    return replace(sheet, rows=block, first=block.first) if sheet.tail is not None else sheet
