"""Tables of Word, written as XML: python-docx looks for each cell anew, which takes minutes for ten thousand rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast
from xml.sax.saxutils import escape

from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx.oxml.table import CT_Tbl

TWENTIETHS_PER_MM = 1440 / 25.4  # Word measures in twentieths of a point
WHOLE_WIDTH = 5000  # Word's fiftieths of a percent
CELL_MARGINS = (1, 0.5)  # mm: beside the text, above and below it
KEPT_TOGETHER = 6  # rows: a table of no more is not broken between pages, and no page ends half blank for a longer one
LINES = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text; it may span columns, and `rows` of a heading."""

    text: str = ""
    align: str = "center"
    bold: bool = False
    columns: int = 1
    rows: int = 1
    continues: bool = False  # the lower part of a cell that spans rows


def heading_rows(headings: Sequence[tuple[str, ...]]) -> tuple[list[Cell], list[Cell]] | tuple[list[Cell]]:
    """One row, or two where a heading has two levels: equal upper levels side by side share a cell.

    >>> [[cell.text for cell in row] for row in heading_rows([("Unit",), ("Schools", "Total"), ("Schools", "Active")])]
    [['Unit', 'Schools'], ['', 'Total', 'Active']]
    """
    if all(len(heading) == 1 for heading in headings):
        return ([Cell(heading[0], bold=True) for heading in headings],)
    upper: list[Cell] = []
    lower: list[Cell] = []
    for place, heading in enumerate(headings):
        if len(heading) == 1:
            upper.append(Cell(heading[0], bold=True, rows=2))
            lower.append(Cell(continues=True))
        else:
            before = headings[place - 1] if place else ()
            if len(before) > 1 and before[0] == heading[0]:
                upper[-1] = replace(upper[-1], columns=upper[-1].columns + 1)
            else:
                upper.append(Cell(heading[0], bold=True))
            lower.append(Cell(heading[1], bold=True))
    return upper, lower


def grid(
    widths: Sequence[float], headings: Sequence[Sequence[Cell]], rows: Iterable[Sequence[Cell]], style_id: str
) -> CT_Tbl:
    """A table as wide as the text, its columns in proportion to `widths` (mm); its headings stand on each page."""
    parts = [_start(widths, LINES)]
    for heading in headings:
        parts += [
            "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>",
            *_cells(heading, widths, style_id, True),
            "</w:tr>",
        ]
    listed = list(rows)
    for number, row in enumerate(listed, start=1):
        stays = number < len(listed) <= KEPT_TOGETHER or number in (1, len(listed) - 2, len(listed) - 1)
        parts += ["<w:tr><w:trPr><w:cantSplit/></w:trPr>", *_cells(row, widths, style_id, stays), "</w:tr>"]
    return _table("".join([*parts, "</w:tbl>"]))


def without_lines(widths: Sequence[float], rows: int) -> CT_Tbl:
    """A table that only holds things side by side, its cells without a paragraph as yet."""
    cells = "".join(f"<w:tc><w:tcPr>{_width([width], widths)}</w:tcPr><w:p/></w:tc>" for width in widths)
    row = f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"
    return _table(_start(widths, "") + row * rows + "</w:tbl>")


def _table(xml: str) -> CT_Tbl:
    return cast("CT_Tbl", parse_xml(xml))


def _start(widths: Sequence[float], lines: str) -> str:
    beside, above = (round(margin * TWENTIETHS_PER_MM) if lines else 0 for margin in CELL_MARGINS)
    columns = "".join(f'<w:gridCol w:w="{round(width * TWENTIETHS_PER_MM)}"/>' for width in widths)
    return (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{WHOLE_WIDTH}" w:type="pct"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{lines}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>'
        f'<w:top w:w="{above}" w:type="dxa"/><w:left w:w="{beside}" w:type="dxa"/>'
        f'<w:bottom w:w="{above}" w:type="dxa"/><w:right w:w="{beside}" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>"
    )


def _width(columns: Sequence[float], widths: Sequence[float]) -> str:
    return f'<w:tcW w:w="{round(sum(columns) / sum(widths) * WHOLE_WIDTH)}" w:type="pct"/>'


def _cells(cells: Iterable[Cell], widths: Sequence[float], style_id: str, stays_with_next: bool) -> Iterator[str]:
    stays = "<w:keepNext/>" if stays_with_next else ""
    column = 0
    for cell in cells:
        width = _width(widths[column : column + cell.columns], widths)
        column += cell.columns
        span = f'<w:gridSpan w:val="{cell.columns}"/>' if cell.columns > 1 else ""
        merged = "<w:vMerge/>" if cell.continues else '<w:vMerge w:val="restart"/>' if cell.rows > 1 else ""
        bold = "<w:rPr><w:b/></w:rPr>" if cell.bold else ""
        yield (
            f'<w:tc><w:tcPr>{width}{span}{merged}<w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>'
            f'<w:pStyle w:val="{style_id}"/>{stays}<w:jc w:val="{cell.align}"/></w:pPr>'
            f'<w:r>{bold}<w:t xml:space="preserve">{escape(cell.text)}</w:t></w:r></w:p></w:tc>'
        )
