"""A report written as a Word document and read back."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Length, Mm
from docx.table import Table
from docx.text.paragraph import Paragraph

from tests.command import Ran, run


def written(folder: Path, *arguments: str, year: int = 2025) -> Document:
    """The document of `report`, in Vietnamese unless the arguments say otherwise."""
    output = folder / "report.docx"
    ran = run("report", "--year", str(year), *arguments, "--output", str(output))
    assert ran.code in (0, 1, 3), ran.err
    return docx.Document(BytesIO(output.read_bytes()))


def refused(folder: Path, *arguments: str) -> Ran:
    """A run that must write nothing."""
    output = folder / "report.docx"
    ran = run("report", "--year", "2025", *arguments, "--output", str(output))
    assert not output.exists()
    return ran


def blocks(document: Document) -> Iterator[Paragraph | Table]:
    """Paragraphs and tables in the order of the page."""
    for element in document.element.body:
        if element.tag == qn("w:p"):
            yield Paragraph(element, document)
        elif element.tag == qn("w:tbl"):
            yield Table(element, document)


def texts(document: Document) -> list[str]:
    """Every paragraph that says something, those of tables too, in the order of the page."""
    paragraphs = (Paragraph(element, document) for element in document.element.body.iter(qn("w:p")))
    return [paragraph.text for paragraph in paragraphs if paragraph.text.strip()]


def paragraph(document: Document, text: str) -> Paragraph:
    """The only paragraph that starts like this, wherever it stands."""
    paragraphs = (Paragraph(element, document) for element in document.element.body.iter(qn("w:p")))
    (found,) = (one for one in paragraphs if one.text.startswith(text))
    return found


def rows(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def tables(document: Document) -> list[Table]:
    """The tables with lines: those without only hold things side by side."""
    return [table for table in document.tables if table._tbl.find(f".//{qn('w:tblBorders')}/{qn('w:top')}") is not None]


def millimetres(length: Length | None) -> float:
    assert length is not None
    return round(length / Mm(1), 1)
