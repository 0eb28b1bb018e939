"""A workbook as text that can be compared line by line."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

CHART_TEXT = re.compile(r"<(?:c:f|a:t|c:v)>([^<]*)</")


def workbook_text(file: Path) -> str:
    """Return every cell that says something under its sheet, as `A1<TAB>value<TAB>what else holds for it`."""
    return "\n".join([*_book_lines(file), *_chart_lines(file)]) + "\n"


def _book_lines(file: Path) -> Iterator[str]:
    book, values = load_workbook(file), load_workbook(file, data_only=True)
    for name, defined in sorted(book.defined_names.items()):
        yield f"name {name}\t{defined.attr_text}"
    for sheet in book.worksheets:
        yield from _sheet_lines(sheet)
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell, Cell) and (line := _cell_line(cell, values[sheet.title][cell.coordinate].value)):
                    yield line


def _sheet_lines(sheet: Worksheet) -> Iterator[str]:
    protected = "protected" if sheet.protection.sheet else "not protected"
    yield f"sheet {sheet.title}\t{sheet.sheet_state}, {protected}, {sheet.dimensions}, frozen at {sheet.freeze_panes}"
    page = sheet.page_setup
    yield f"  page\t{page.orientation}, paper {page.paperSize}, fit {page.fitToWidth} x {page.fitToHeight}"
    yield f"  print\t{sheet.print_area or 'all'}, repeated rows {sheet.print_title_rows}"
    yield from (f"  merged\t{area}" for area in sorted(map(str, sheet.merged_cells.ranges)))
    for rule in sorted(sheet.data_validations.dataValidation, key=lambda rule: str(rule.sqref)):
        yield f"  validation {rule.sqref}\t{rule.type} {rule.operator} {rule.formula1} {rule.formula2}"
        yield f"    prompt\t{_shown(rule.promptTitle)}: {_shown(rule.prompt)}"
        yield f"    error\t{_shown(rule.errorTitle)}: {_shown(rule.error)}"
    for area in sheet.conditional_formatting:
        for condition in area.rules:
            yield f"  condition {area.sqref}\t{condition.type} {condition.operator} {condition.formula}"
    widths = {letter: round(column.width, 2) for letter, column in sorted(sheet.column_dimensions.items())}
    yield f"  widths\t{widths}"
    hidden = [str(number) for number, row in sorted(sheet.row_dimensions.items()) if row.hidden]
    hidden += [letter for letter, column in sorted(sheet.column_dimensions.items()) if column.hidden]
    yield f"  hidden\t{' '.join(hidden) or 'none'}"


def _cell_line(cell: Cell, value: object) -> str | None:
    """Return None for a blank cell about which there is nothing to say."""
    about = []
    if cell.data_type == "f":
        about.append(f"calculated {_shown(value)}")
    if cell.number_format != "General":
        about.append(f"format {cell.number_format}")
    if cell.fill.fill_type:
        about.append(f"fill {cell.fill.start_color.rgb}")
    if cell.font.b:
        about.append("bold")
    if not cell.protection.locked:
        about.append("unlocked")
    if cell.hyperlink:
        about.append(f"link {cell.hyperlink.location or cell.hyperlink.target}")
    if cell.comment:
        about.append(f"comment {_shown(cell.comment.text)}")
    if cell.value is None and not about:
        return None
    kind = "" if isinstance(cell.value, str | None) else f" ({type(cell.value).__name__})"
    return "\t".join([cell.coordinate, f"{_shown(cell.value)}{kind}", ", ".join(about)]).rstrip()


def _shown(value: object) -> str:
    return "" if value is None else str(value).replace("\n", "\\n").replace("\t", "\\t")


def _chart_lines(file: Path) -> Iterator[str]:
    """Yield the references, titles and cached values of charts, which openpyxl hardly reads."""
    with zipfile.ZipFile(file) as archive:
        for name in sorted(archive.namelist()):
            if name.startswith("xl/charts/chart"):
                yield f"{name}\t{' | '.join(CHART_TEXT.findall(archive.read(name).decode()))}"
