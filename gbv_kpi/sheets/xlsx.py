"""Read workbooks that are a zip of XML (.xlsx, .xlsm), with every cell at its own address.

The fast reader misses percentages, years, errors, formulas never calculated, struck-out and raised text, hidden rows
and columns: workbooks that may have any are read cell by cell by `xlsx_scan`.
"""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import pandas as pd
from python_calamine import CalamineWorkbook

from gbv_kpi.sheets.grid import MAX_SHEETS, Style, without_noise
from gbv_kpi.sheets.package import Package, elements, is_true
from gbv_kpi.sheets.refusal import DAMAGED, NOT_A_SPREADSHEET, OVERSIZED, TEXT_DOCUMENT, Refusal, is_fault
from gbv_kpi.sheets.sheet import HEAD_ROWS, LONGEST_NAME, LONGEST_TEXT, Cell, FormulaWithoutValue, Note, Sheet
from gbv_kpi.sheets.xlsb import read_xlsb
from gbv_kpi.sheets.xlsx_scan import MAX_TEXT, read_notes, read_sheet, read_strings, read_styles

MAX_QUICK_AREA = 3_000_000  # cells that the fast reader may allocate
USUAL_PARTS = {"sharedStrings": "xl/sharedStrings.xml", "styles": "xl/styles.xml"}  # where the fast reader looks
_UNUSUAL_CELL = re.compile(rb'<c(?:[>/]| (?!r="[A-Z][1-9]\d{0,4}"))')  # without an address, or beyond Z99999
_NO_RESULT = (b"</f></c>", b"/></c>", b"<v/", b"<v ", b"<v></v>", b"> <")  # signs of a formula without a value
_SPACES = bytes.maketrans(b"\t\r\n'", b'   "')


@dataclass(frozen=True)
class Workbook:
    """The main part of a workbook, and the parts that it refers to."""

    sheets: Sequence[tuple[str, str, bool]]  # name, part, and whether it is shown
    parts: Mapping[str, bytes]  # of the sheets; two may share one
    notes: Mapping[str, Sequence[Note]]  # of each part
    strings: bytes | None
    styles: Sequence[Style]
    from_1904: bool
    asks_to_calculate: bool
    is_plain: bool  # the fast reader finds the same parts, and no style hides or changes a figure


def main_part(package: Package) -> str | None:
    """Return the name of the main part of an office document; None for another zip."""
    named = [relation.target for relation in package.relations() if relation.kind == "officeDocument"]
    typed = [part for part, kind in package.content_types().items() if ".main" in kind]
    return next((part for part in [*named, *typed] if package.has(part)), None)


def read_xlsx(content: bytes, package: Package, main: str) -> Iterable[Sheet]:
    """Return the sheets of a workbook. Raises `Refusal`, or what a library raises for a damaged file."""
    kind = package.content_types().get(main.lower(), "")
    if "wordprocessing" in kind or main.lower().startswith("word/"):
        raise Refusal(*TEXT_DOCUMENT)
    if "presentation" in kind:
        raise Refusal(*NOT_A_SPREADSHEET)
    if main.lower().endswith(".bin"):
        return read_xlsb(package, main)
    workbook = _open_workbook(package, main)
    sheets = (_read_quickly(content, workbook) if workbook.is_plain else None) or _read_closely(workbook)
    notes = (workbook.notes[part] for _, part, _ in workbook.sheets)
    return [replace(sheet, notes=of_sheet) for sheet, of_sheet in zip(sheets, notes, strict=True)]


def _open_workbook(package: Package, main: str) -> Workbook:
    found = elements(package.part(main), "workbook", "sheet", "workbookPr", "calcPr")
    if not found or found[-1][0] != "workbook":
        raise Refusal(*NOT_A_SPREADSHEET)
    relations = package.relations(main)
    targets = {relation.id: relation for relation in relations}
    listed = [(given, targets.get(given.get("id", ""))) for name, given in found if name == "sheet"]
    sheets = [
        (given.get("name", ""), relation.target, given.get("state", "visible") == "visible")
        for given, relation in listed
        if relation and relation.kind == "worksheet"
    ]
    if len(sheets) > MAX_SHEETS:
        raise Refusal(*OVERSIZED)
    shared = [relation for relation in relations if relation.kind in USUAL_PARTS]
    strings, styles_part = package.related(main, "sharedStrings"), package.related(main, "styles")
    has_styles = any(relation.kind == "styles" for relation in shared)
    parts = {part: package.part(part) for _, part, _ in sheets}
    if None in parts.values() or (styles_part is None and has_styles):  # a percentage would be read as a count
        raise Refusal(*DAMAGED)
    styles = read_styles(styles_part) if styles_part else []
    notes = {part: read_notes(package.related(part, "comments")) for part in parts}
    return Workbook(
        sheets,
        {name: part for name, part in parts.items() if part is not None},
        notes,
        strings,
        styles,
        any(is_true(given.get("date1904")) for _, given in found),
        any(is_true(given.get("fullCalcOnLoad")) for _, given in found),
        is_plain=main == "xl/workbook.xml"
        and not package.is_ambiguous
        and package.names.issuperset([*parts, *(relation.target for relation in shared)])
        and all(relation.target == USUAL_PARTS[relation.kind] for relation in shared)
        and all(relation and relation.kind in ("worksheet", "chartsheet") for _, relation in listed)
        and len({given.get("name") for given, _ in listed}) == len(listed)
        and not any(style.is_peculiar for style in set(styles)),
    )


def _read_closely(workbook: Workbook) -> list[Sheet]:
    texts = read_strings(workbook.strings) if workbook.strings else []
    contents = {
        part: read_sheet(xml, texts, workbook.styles, from_1904=workbook.from_1904)
        for part, xml in workbook.parts.items()
    }
    # A script that does not calculate writes 0 in each formula, and asks whoever opens the workbook to calculate.
    results = [cell for _, results in contents.values() for cell in results.values()]
    if workbook.asks_to_calculate and all(isinstance(cell, float) and cell == 0 for cell in results):
        for grid, places in contents.values():
            for row, column in places:
                grid.put(row, column, FormulaWithoutValue())
    return [contents[part][0].sheet(name, is_shown=is_shown) for name, part, is_shown in workbook.sheets]


def _read_quickly(content: bytes, workbook: Workbook) -> list[Sheet] | None:
    """Return the sheets as the fast reader gives them; None where it may miss something, or fails."""
    area_by_part = {part: _quick_area(xml, workbook) for part, xml in workbook.parts.items()}
    is_small = sum(area_by_part[part] for _, part, _ in workbook.sheets) <= MAX_QUICK_AREA
    if not (is_small and _are_plain_strings(workbook)):
        return None
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            read = [book.get_sheet_by_name(name) for name, _, _ in workbook.sheets]
            rows = [cast("list[list[Cell]]", sheet.to_python(skip_empty_area=False)) for sheet in read]
    except BaseException as error:
        if not is_fault(error):
            raise
        return None  # the close reader reports what is wrong
    return [
        _split_tail(Sheet(name[:LONGEST_NAME], cells, tuple(sheet.merged_cell_ranges or ()), is_shown=is_shown))
        for (name, _, is_shown), sheet, cells in zip(workbook.sheets, read, rows, strict=True)
    ]


def _split_tail(sheet: Sheet) -> Sheet:
    """Return a sheet with its cells as shown; the later rows of a long plain table become its `tail`."""
    tail = _columns(sheet.rows[HEAD_ROWS:]) if all(area[1][0] < HEAD_ROWS for area in sheet.merged) else None
    rows = sheet.rows if tail is None else sheet.rows[:HEAD_ROWS]
    return replace(sheet, rows=[list(map(_shown_cell, row)) for row in rows], tail=tail)


def _shown_cell(cell: Cell) -> Cell:
    return cell[:LONGEST_TEXT] if isinstance(cell, str) else without_noise(cell) if isinstance(cell, float) else cell


def _columns(rows: Sequence[Sequence[Cell]]) -> pd.DataFrame | None:
    """Return rows as columns of whole numbers or of texts; None where there are none or a column has other cells."""
    columns: dict[int, Any] = {}
    for number, cells in enumerate(zip(*rows, strict=True)):
        kinds = set(map(type, cells))
        if kinds == {str}:
            codes, different = pd.factorize(np.array(cells, dtype=object))
            if max(map(len, different)) > LONGEST_TEXT:
                return None
            columns[number] = pd.Categorical.from_codes(codes, pd.Index(different, dtype=object))
        elif kinds <= {int, float}:
            figures = np.array(cells, dtype=np.float64)
            if not ((np.floor(figures) == figures) & (np.abs(figures) < 2**31)).all():
                return None
            columns[number] = figures.astype(np.int32)
        else:
            return None
    return pd.DataFrame(columns, index=pd.RangeIndex(HEAD_ROWS, HEAD_ROWS + len(rows)), copy=False) if rows else None


def _quick_area(xml: bytes, workbook: Workbook) -> int:
    """Return the most cells that the fast reader may allocate; over `MAX_QUICK_AREA` if it may miss something.

    The signs of peculiar cells are searched anywhere: a false alarm only costs the parser's time.
    """
    beyond = MAX_QUICK_AREA + 1
    start = xml[:200].lower()
    if b"\0" in start or (b"encoding" in start and b"utf-8" not in start) or b"<worksheet" not in start:
        return beyond
    normalized = xml.translate(_SPACES) if any(sign in xml for sign in (b"\t", b"\r", b"\n", b"'")) else xml
    if (
        _UNUSUAL_CELL.search(normalized)
        or (b"!" in normalized and b"<!" in normalized)  # a single byte is found ten times as fast
        or any(sign in normalized for sign in (b":c", b'"&', b'"e"', b"rPr"))
        or normalized.count(b"hidden") != normalized.count(b'hidden="0"') + normalized.count(b'hidden="false"')
        or (b"<f" in normalized and (workbook.asks_to_calculate or any(sign in normalized for sign in _NO_RESULT)))
    ):
        return beyond
    digits = next(
        (digits for digits in range(1, 5) if not re.search(rb'<c r="[A-Z]\d{%d}' % (digits + 1), normalized)), 5
    )
    return int(26 * 10**digits)


def _are_plain_strings(workbook: Workbook) -> bool:
    """Return whether no shared text has a look of its own, and all cells together have no more text than is allowed."""
    strings = workbook.strings or b""
    if b"\0" in strings[:200] or b"vertAlign" in strings or b"strike" in strings or b"<!" in strings:
        return False
    used = sum(xml.count(b'"s"') + xml.count(b"'s'") for xml in workbook.parts.values())
    return used * len(strings) <= MAX_TEXT or used * max(map(len, strings.split(b"<"))) <= MAX_TEXT
