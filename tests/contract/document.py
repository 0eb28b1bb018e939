"""A Word document as text that can be compared line by line."""

from collections.abc import Iterator
from pathlib import Path

import docx
from docx.shared import Length
from docx.table import Table
from docx.text.paragraph import Paragraph
from docx.text.run import Run


def document_text(file: Path) -> str:
    """Return pages, headers, paragraphs and tables in the order of the document."""
    return "\n".join(_lines(file)) + "\n"


def _lines(file: Path) -> Iterator[str]:
    document = docx.Document(str(file))
    for section in document.sections:
        sizes = (section.page_width, section.page_height)
        margins = (section.top_margin, section.right_margin, section.bottom_margin, section.left_margin)
        yield f"section {' x '.join(map(_mm, sizes))} mm, margins {' '.join(map(_mm, margins))} mm"
        for name, part in (("header", section.header), ("first header", section.first_page_header)):
            yield from (f"{name} {line}" for paragraph in part.paragraphs for line in _paragraph_lines(paragraph))
        yield from (f"footer {line}" for paragraph in section.footer.paragraphs for line in _paragraph_lines(paragraph))
    for block in document.iter_inner_content():
        yield from _table_lines(block) if isinstance(block, Table) else _paragraph_lines(block)


def _paragraph_lines(paragraph: Paragraph) -> Iterator[str]:
    style = paragraph.style.name if paragraph.style else None
    alignment = f", {paragraph.alignment.name.lower()}" if paragraph.alignment is not None else ""
    yield f"[{style}{alignment}] {''.join(map(_run_text, paragraph.runs)) or paragraph.text}".rstrip()


def _run_text(run: Run) -> str:
    marks = ("*" if run.bold else "") + ("/" if run.italic else "")
    return f"{marks}{run.text}{marks[::-1]}" if run.text else ""


def _table_lines(table: Table) -> Iterator[str]:
    yield f"table of {len(table.rows)} x {len(table.columns)}, style {table.style.name if table.style else None}"
    for number, row in enumerate(table.rows, start=1):
        for column, cell in enumerate(row.cells, start=1):
            for paragraph in cell.paragraphs:
                yield from (f"  {number}.{column} {line}" for line in _paragraph_lines(paragraph))


def _mm(length: Length | None) -> str:
    return "?" if length is None else f"{length.mm:.1f}"
