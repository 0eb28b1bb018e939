"""A Word document being written from top to bottom, in one language.

Tables are written as XML: python-docx looks for each cell anew, which takes minutes for ten thousand rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, cast
from xml.sax.saxutils import escape

from docx.document import Document
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx.oxml.table import CT_Tbl
from docx.shared import Mm
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Bilingual, Language, Phrase
from gbv_kpi.render.docx.styles import Style
from gbv_kpi.sheets.own_reports import REPORT_MARK

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement

USUAL_WIDTH = 165  # mm: of a page of A4 with the decree's margins
TWENTIETHS_PER_MM = 1440 / 25.4  # Word measures in twentieths of a point
WHOLE_WIDTH = 5000  # Word's fiftieths of a percent
CELL_MARGINS = (1, 0.5)  # mm: at the sides of the text, above and below it
KEPT_TOGETHER = 6  # rows: a table of no more is not broken between pages, and no page ends half blank for a longer one
LINES = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)

Words = Phrase | Bilingual | str


@dataclass(frozen=True, slots=True)
class Bold:
    """Words in a cell that are to be seen first."""

    words: Words


class Column(NamedTuple):
    """A column of a table: its heading, with an upper one where several columns share it, and its cells."""

    heading: Words | tuple[Words, Words]
    width: float  # mm
    cells: Sequence[Words | Bold]
    align: str = "center"


def plain(text: str) -> str:
    r"""Return the text with what cannot stand in a document shown instead.

    >>> print(plain("a\x1b[31mb"))
    a\u001b[31mb
    """
    return escape_controls(text)


def date_document(document: Document, day: date) -> None:
    """Date the document by the day of its figures, so that they alone decide it, and mark it as one of this program."""
    properties = document.core_properties
    properties.category = REPORT_MARK
    properties.created = properties.modified = datetime.combine(day, time(), UTC)


class Draft:
    """Appends paragraphs and tables to a document that has the styles of `docx.styles`."""

    def __init__(self, document: Document, language: Language) -> None:
        self.document = document
        self.language = language

    @property
    def widest_page(self) -> float:
        """Return the width (mm) of the text on the widest pages: those for wide tables, where there are any."""
        measures = [(s.page_width, s.left_margin, s.right_margin) for s in self.document.sections]
        return max(
            (float(width - left - right) / Mm(1) for width, left, right in measures if width and left and right),
            default=USUAL_WIDTH,
        )

    def text(self, words: Words) -> str:
        return plain(self.language.say(words))

    def write(self, words: Words, style: Style = Style.BODY, cell: _Cell | None = None) -> Paragraph:
        """Add a paragraph to the document, or to a cell that holds things side by side."""
        paragraph = (cell or self.document).add_paragraph()
        paragraph.style = style.value.name
        paragraph.add_run(self.text(words))
        return paragraph

    def rule(self, length: float, width: float, cell: _Cell | None = None) -> None:
        """Draw a line of that length (mm) in the middle of a column of that width."""
        paragraph = self.write("", Style.RULE, cell)
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm((width - length) / 2)
        line = '<w:top w:val="single" w:sz="6" w:space="1" w:color="000000"/>'
        paragraph._p.get_or_add_pPr().insert_element_before(
            parse_xml(f"<w:pBdr {nsdecls('w')}>{line}</w:pBdr>"), "w:spacing", "w:ind", "w:jc"
        )

    def side_by_side(self, widths: Sequence[float], rows: int = 1) -> list[list[_Cell]]:
        """Return the cells of a table without lines, row by row, each without a paragraph as yet."""
        cells = "".join(f"<w:tc><w:tcPr>{_width([width], widths)}</w:tcPr></w:tc>" for width in widths)
        row = f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"
        table = Table(self._placed(_table(widths, row * rows, "", (0, 0))), self.document)
        return [list(row.cells) for row in table.rows]

    def table(self, columns: Sequence[Column], title: Words | None = None, style: Style = Style.CELL) -> None:
        """Write a table with lines, as wide as the text, under its title; its headings are repeated on each page."""
        if title is not None:
            self.write(title, Style.TABLE_TITLE)
        style_id = self.document.styles[style.value.name].style_id
        widths = [column.width for column in columns]
        rows = list(zip(*(column.cells for column in columns), strict=True))
        parts = []
        for heading in _heading_rows([self._levels(column) for column in columns]):
            cells = _cells(heading, widths, style_id, stays_with_next=True)
            parts += ["<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>", *cells, "</w:tr>"]
        for number, row in enumerate(rows, start=1):
            stays = number < len(rows) <= KEPT_TOGETHER or number in (1, len(rows) - 2, len(rows) - 1)
            written = [self._cell(words, column.align) for words, column in zip(row, columns, strict=True)]
            cells = _cells(written, widths, style_id, stays_with_next=stays)
            parts += ["<w:tr><w:trPr><w:cantSplit/></w:trPr>", *cells, "</w:tr>"]
        self._placed(_table(widths, "".join(parts), LINES, CELL_MARGINS))

    def _levels(self, column: Column) -> tuple[str, ...]:
        levels = column.heading if isinstance(column.heading, tuple) else (column.heading,)
        return tuple(self.text(words) for words in levels)

    def _cell(self, words: Words | Bold, align: str) -> "_TableCell":
        if isinstance(words, Bold):
            return _TableCell(self.text(words.words), align, bold=True)
        return _TableCell(self.text(words), align)

    def _placed(self, table: CT_Tbl) -> CT_Tbl:
        """Add the table, and below it the paragraph that keeps it off the text: in a cell Word could not do without."""
        gap: BaseOxmlElement = self.write("", Style.GAP)._p
        gap.addprevious(table)
        return table


class _TableCell(NamedTuple):
    text: str = ""
    align: str = "center"
    bold: bool = False
    columns: int = 1
    rows: int = 1
    continues: bool = False  # the lower part of a cell that spans rows


def _heading_rows(headings: Sequence[tuple[str, ...]]) -> list[list[_TableCell]]:
    """Return one row, or two where a heading has two levels: equal upper levels in a row share a cell.

    >>> [[cell.text for cell in row] for row in _heading_rows([("Unit",), ("School", "All"), ("School", "Active")])]
    [['Unit', 'School'], ['', 'All', 'Active']]
    """
    if all(len(heading) == 1 for heading in headings):
        return [[_TableCell(heading[0], bold=True) for heading in headings]]
    upper: list[_TableCell] = []
    lower: list[_TableCell] = []
    for (text, levels), group in groupby(headings, key=lambda heading: (heading[0], len(heading))):
        below = [heading[1:] for heading in group]
        if levels == 1:
            upper += [_TableCell(text, bold=True, rows=2)] * len(below)
            lower += [_TableCell(continues=True)] * len(below)
        else:
            upper.append(_TableCell(text, bold=True, columns=len(below)))
            lower += [_TableCell(own, bold=True) for (own,) in below]
    return [upper, lower]


def _cells(cells: Sequence[_TableCell], widths: Sequence[float], style_id: str, stays_with_next: bool) -> Iterator[str]:
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


def _width(columns: Sequence[float], widths: Sequence[float]) -> str:
    return f'<w:tcW w:w="{round(sum(columns) / sum(widths) * WHOLE_WIDTH)}" w:type="pct"/>'


def _table(widths: Sequence[float], rows: str, lines: str, margins: tuple[float, float]) -> CT_Tbl:
    """Return a table with its columns in proportion to `widths` (mm)."""
    sides, ends = (round(margin * TWENTIETHS_PER_MM) for margin in margins)
    columns = "".join(f'<w:gridCol w:w="{round(width * TWENTIETHS_PER_MM)}"/>' for width in widths)
    xml = (
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{WHOLE_WIDTH}" w:type="pct"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{lines}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>'
        f'<w:top w:w="{ends}" w:type="dxa"/><w:left w:w="{sides}" w:type="dxa"/>'
        f'<w:bottom w:w="{ends}" w:type="dxa"/><w:right w:w="{sides}" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl>"
    )
    return cast("CT_Tbl", parse_xml(xml))
