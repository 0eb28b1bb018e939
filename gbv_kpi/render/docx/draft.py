"""A Word document being written from top to bottom, in one language."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from docx.document import Document
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx.oxml.table import CT_Tbl
from docx.shared import Mm
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from gbv_kpi.console import escape_controls
from gbv_kpi.i18n import Bilingual, Language, Phrase
from gbv_kpi.render.docx.styles import BODY, CELL, GAP, RULE, TABLE_TITLE, Look
from gbv_kpi.render.docx.table_xml import Cell, grid, heading_rows, without_lines

if TYPE_CHECKING:
    from docx.oxml.xmlchemy import BaseOxmlElement

USUAL_WIDTH = 165  # mm: of a page of A4 with the decree's margins


def plain(text: str) -> str:
    r"""The text with what cannot stand in a document shown instead.

    >>> print(plain("a\x1b[31mb"))
    a\u001b[31mb
    """
    return escape_controls(text)


class Draft:
    """Appends paragraphs and tables to a document that has the looks of `docx.looks`."""

    def __init__(self, document: Document, language: Language) -> None:
        self.document = document
        self.language = language

    @property
    def widest_page(self) -> float:
        """The width (mm) of the text on the widest pages: those for wide tables, where there are any."""
        sections = self.document.sections
        measures = [(s.page_width, s.left_margin, s.right_margin) for s in sections]
        return max(
            (float(width - left - right) / Mm(1) for width, left, right in measures if width and left and right),
            default=USUAL_WIDTH,
        )

    def text(self, spoken: Phrase | Bilingual | str) -> str:
        return plain(self.language.say(spoken))

    def write(self, spoken: Phrase | Bilingual | str, look: Look = BODY, cell: _Cell | None = None) -> Paragraph:
        """A paragraph below what is there, or in a cell that holds things side by side."""
        if cell is None:
            paragraph = self.document.add_paragraph()
        else:  # Word wants a paragraph in each cell: the first one is there already
            paragraph = cell.paragraphs[0] if cell.text == "" and len(cell.paragraphs) == 1 else cell.add_paragraph()
        paragraph.style = look.name
        paragraph.add_run(self.text(spoken))
        return paragraph

    def rule(self, length: float, width: float, cell: _Cell | None = None) -> None:
        """A line of that length (mm) in the middle of a column of that width."""
        paragraph = self.write("", RULE, cell)
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm((width - length) / 2)
        line = '<w:top w:val="single" w:sz="6" w:space="1" w:color="000000"/>'
        paragraph._p.get_or_add_pPr().insert_element_before(
            parse_xml(f"<w:pBdr {nsdecls('w')}>{line}</w:pBdr>"), "w:spacing", "w:ind", "w:jc"
        )

    def side_by_side(self, widths: Sequence[float], rows: int = 1) -> list[list[_Cell]]:
        """The cells of a table without lines, row by row."""
        table = Table(self._placed(without_lines(widths, rows)), self.document)
        return [list(row.cells) for row in table.rows]

    def table(
        self,
        title: Phrase | None,
        widths: Sequence[float],
        headings: Sequence[tuple[str, ...]],
        rows: Iterable[Sequence[Cell]],
        look: Look = CELL,
    ) -> None:
        """A table with lines, under its title."""
        if title is not None:
            self.write(title, TABLE_TITLE)
        style_id = self.document.styles[look.name].style_id
        cleaned = [tuple(plain(text) for text in heading) for heading in headings]
        self._placed(grid(widths, heading_rows(cleaned), rows, style_id))

    def _placed(self, table: CT_Tbl) -> CT_Tbl:
        """The table, and below it the paragraph that keeps it off the text: in a cell Word could not do without."""
        gap: BaseOxmlElement = self.write("", GAP)._p
        gap.addprevious(table)
        return table
