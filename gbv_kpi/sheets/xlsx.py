"""Read workbooks that are a zip of XML (.xlsx, .xlsm), with every cell at its own address.

The fast reader misses percentages, years, errors, formulas never calculated, struck-out and raised text, hidden rows
and columns: workbooks that may have any are read with a parser.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
from python_calamine import CalamineWorkbook

from gbv_kpi.i18n import phrase
from gbv_kpi.sheets.grid import (
    BUILT_IN,
    MAX_SHEETS,
    PLAIN,
    Grid,
    Look,
    Run,
    Style,
    Text,
    address_of,
    number_of,
    without_noise,
)
from gbv_kpi.sheets.package import MAX_ELEMENTS, Package, elements, is_true, local_name, walk
from gbv_kpi.sheets.refusal import damaged, is_fault, oversized, text_document, unsupported
from gbv_kpi.sheets.sheet import HEAD_ROWS, LONGEST_NAME, LONGEST_TEXT, Cell, FormulaError, FormulaWithoutValue, Sheet
from gbv_kpi.sheets.xlsb import read_xlsb

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MAX_QUICK_AREA = 3_000_000  # cells that the fast reader may allocate
MAX_TEXT = 100 * 2**20  # bytes of text in cells, each of which may repeat one long text
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")  # a sign that XML cannot hold
_UNUSUAL_CELL = re.compile(rb'<c(?:[>/]| (?!r="[A-Z][1-9]\d{0,4}"))')  # without an address, or beyond Z99999
_NO_RESULT = (b"</f></c>", b"/></c>", b"<v/", b"<v ", b"<v></v>", b"> <")  # signs of a formula without a value
_SPACES = bytes.maketrans(b"\t\r\n'", b'   "')


@dataclass(frozen=True, slots=True)
class Workbook:
    """The main part of a workbook."""

    sheets: Sequence[tuple[str, str, bool]]  # name, part, and whether it is shown
    is_plain: bool  # the fast reader supports all its sheets
    from_1904: bool
    asks_to_calculate: bool


def main_part(package: Package) -> str | None:
    """Return the name of the main part of an office document; None for another zip."""
    named = [relation.target for relation in package.relations() if relation.kind == "officeDocument"]
    typed = [part for part, kind in package.content_types().items() if ".main" in kind]
    return next((part for part in [*named, *typed] if package.has(part)), None)


def read_xlsx(content: bytes, package: Package, main: str) -> list[Sheet]:
    """Return the sheets of a workbook. Raises `Refusal`, or what a library raises for a damaged file."""
    kind = package.content_types().get(main.lower(), "")
    if "wordprocessing" in kind or main.lower().startswith("word/"):
        raise text_document()
    if "presentation" in kind:
        raise unsupported(phrase("This is not a spreadsheet, despite its name."))
    if main.lower().endswith(".bin"):
        return read_xlsb(package, main)
    workbook = _read_workbook(package, main)
    if len(workbook.sheets) > MAX_SHEETS:
        raise oversized()
    styles_part, strings_part = package.related(main, "styles"), package.related(main, "sharedStrings")
    if styles_part is None and any(relation.kind == "styles" for relation in package.relations(main)):
        raise damaged()  # a percentage would be read as a count
    styles = _read_styles(styles_part) if styles_part else []
    parts = {part: package.part(part) for _, part, _ in workbook.sheets}
    if _is_canonical(package, workbook, main) and not any(style.is_peculiar for style in set(styles)):
        sheets = _read_quickly(content, workbook, parts, strings_part)
        if sheets is not None:
            return sheets
    return _read_closely(workbook, parts, strings_part, styles)


def _read_workbook(package: Package, main: str) -> Workbook:
    targets = {relation.id: relation for relation in package.relations(main)}
    found = elements(package.part(main), "workbook", "sheet", "workbookPr", "calcPr")
    if not found or found[-1][0] != "workbook":
        raise unsupported(phrase("This is not a spreadsheet, despite its name."))
    listed = [(given, targets.get(given.get("id", ""))) for name, given in found if name == "sheet"]
    return Workbook(
        [
            (given.get("name", ""), relation.target, given.get("state", "visible") == "visible")
            for given, relation in listed
            if relation and relation.kind == "worksheet"
        ],
        all(relation and relation.kind in ("worksheet", "chartsheet") for _, relation in listed)
        and len({given.get("name") for given, _ in listed}) == len(listed),
        any(is_true(given.get("date1904")) for _, given in found),
        any(is_true(given.get("fullCalcOnLoad")) for _, given in found),
    )


# ------------------------------------------------------------------------ closely, by a parser


def _read_closely(
    workbook: Workbook, parts: Mapping[str, bytes | None], strings: bytes | None, styles: Sequence[Style]
) -> list[Sheet]:
    texts = _read_strings(strings) if strings else []
    contents = {
        part: read_sheet(xml, texts, styles, from_1904=workbook.from_1904)
        for part, xml in parts.items()
        if xml is not None
    }
    if len(contents) < len(parts):
        raise damaged()
    # A script that does not calculate writes 0 in each formula, and asks whoever opens the workbook to calculate.
    results = [cell for _, results in contents.values() for cell in results.values()]
    if workbook.asks_to_calculate and all(isinstance(cell, float) and cell == 0 for cell in results):
        for grid, places in contents.values():
            for row, column in places:
                grid.put(row, column, FormulaWithoutValue())
    return [contents[part][0].sheet(name, is_shown=is_shown) for name, part, is_shown in workbook.sheets]


def _read_styles(xml: bytes) -> Sequence[Style]:
    """Return the formats that cells refer to by number."""
    codes = {str(number): code for number, code in BUILT_IN.items()}
    looks: list[Look] = []
    formats: list[tuple[str, str]] = []
    for name, element in walk(xml, "numFmt", "font", "xf"):
        parent = element.getparent()
        match name, "" if parent is None else local_name(parent):
            case "numFmt", "numFmts":
                codes[element.get("numFmtId", "")] = element.get("formatCode", "")
            case "font", "fonts":
                looks.append(_look(element))
            case "xf", "cellXfs":
                formats.append((element.get("numFmtId", ""), element.get("fontId", "")))
        if len(codes) + len(looks) + len(formats) > MAX_ELEMENTS:
            raise oversized()
    look_by_font = {str(number): look for number, look in enumerate(looks) if any(look)}
    style_by_key = {key: Style(codes.get(key[0], ""), look_by_font.get(key[1], PLAIN.look)) for key in set(formats)}
    return [style_by_key[key] for key in formats]


def _look(font: "Element") -> Look:
    values = {local_name(part): part.get("val", "1") for part in font}
    return values.get("vertAlign") in ("superscript", "subscript"), is_true(values.get("strike"))


def _read_strings(xml: bytes) -> Sequence[Text]:
    """Return the texts that cells refer to by number."""
    return [_text(item) for _, item in walk(xml, "si")]


def _text(item: "Element") -> Text:
    """Return a text in runs, or as one string where no run has a look of its own."""
    runs: list[Run] = []
    for part in item:
        kind = local_name(part)
        if kind == "t":
            runs.append((_unescape(part.text or ""), None))
        elif kind == "r":
            text = "".join(piece.text or "" for piece in part.iterchildren("{*}t"))
            looks = [_look(properties) for properties in part.iterchildren("{*}rPr")]
            runs.append((_unescape(text), looks[-1] if looks else None))
    return "".join(text for text, _ in runs)[:LONGEST_TEXT] if all(look is None for _, look in runs) else runs


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def read_sheet(
    xml: bytes, strings: Sequence[Text], styles: Sequence[Style], *, from_1904: bool
) -> tuple[Grid, Mapping[tuple[int, int], Cell]]:
    """Return the cells of a sheet, and the results of its formulas by their place.

    Raises `Refusal` where the cells span more than a return.
    """
    grid, row = Grid(from_1904=from_1904), -1
    results: dict[tuple[int, int], Cell] = {}
    for name, element in walk(xml, "row", "col", "mergeCell"):
        if name == "mergeCell":
            first, _, last = element.get("ref", "").partition(":")
            grid.merge(*address_of(first), *address_of(last or first))
        elif name == "col" and is_true(element.get("hidden")):
            grid.hide_columns(int(element.get("min", "1")) - 1, int(element.get("max", "0")))
        elif name == "row":
            row, column = int(element.get("r", row + 2)) - 1, -1
            if is_true(element.get("hidden")):
                grid.hidden_rows.add(row)
            if not any(map(len, element)):  # a million rows may have styles and nothing else: 2 of 7 s (2026-11-26)
                continue
            for cell in element.iterchildren("{*}c"):
                address = cell.get("r")
                row, column = address_of(address) if address else (row, column + 1)
                parts = {local_name(part): part for part in cell}
                value = _value(cell.get("t", "n"), parts, strings)
                if value is not None:
                    number = cell.get("s")
                    shown = grid.show(row, column, value, styles[int(number)] if number and styles else PLAIN)
                    if "f" in parts and not isinstance(shown, FormulaWithoutValue):
                        results[row, column] = shown
    return grid, results


def _value(kind: str, parts: Mapping[str, "Element"], strings: Sequence[Text]) -> Cell | Text | None:
    """Return the value of a cell by the parts of its element; None for a blank one."""
    written = (parts["v"].text or "") if "v" in parts else ""
    if not written and kind != "str" and "f" in parts:
        return FormulaWithoutValue()
    if not written and "f" not in parts and "is" not in parts:
        return None
    match kind:
        case "s":
            return strings[int(written)]
        case "str" | "inlineStr":
            return _text(parts["is"]) if "is" in parts else _unescape(written)
        case "b":
            return is_true(written)
        case "e":
            return FormulaError(written[:LONGEST_TEXT])
        case "d":
            return written[:LONGEST_TEXT]
        case _:
            return number_of(written)


# ------------------------------------------------------------------------ quickly, where nothing is peculiar


def _is_canonical(package: Package, workbook: Workbook, main: str) -> bool:
    """Return whether the fast reader finds the same parts: it looks for some by their usual name."""
    usual = {"sharedStrings": "xl/sharedStrings.xml", "styles": "xl/styles.xml"}
    related = [relation for relation in package.relations(main) if relation.kind in usual]
    parts = [*(part for _, part, _ in workbook.sheets), *(relation.target for relation in related)]
    return (
        workbook.is_plain
        and main == "xl/workbook.xml"
        and not package.is_ambiguous
        and package.names.issuperset(parts)
        and all(relation.target == usual[relation.kind] for relation in related)
    )


def _read_quickly(
    content: bytes, workbook: Workbook, parts: Mapping[str, bytes | None], strings: bytes | None
) -> list[Sheet] | None:
    """Return the sheets as the fast reader gives them; None where it may miss something, or fails."""
    areas = {part: 0 if xml is None else _quick_area(xml, workbook) for part, xml in parts.items()}
    if sum(areas[part] for _, part, _ in workbook.sheets) > MAX_QUICK_AREA:
        return None
    if strings and not _are_plain_strings(strings, [xml for xml in parts.values() if xml]):
        return None
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            read = [book.get_sheet_by_name(name) for name, _, _ in workbook.sheets]
            rows = [cast("list[list[Cell]]", sheet.to_python(skip_empty_area=False)) for sheet in read]
    except BaseException as error:
        if not is_fault(error):
            raise
        return None  # the close reader reports what is wrong
    merged = [tuple(sheet.merged_cell_ranges or ()) for sheet in read]
    return [
        _split_tail(Sheet(name[:LONGEST_NAME], cells, areas, is_shown=is_shown))
        for (name, _, is_shown), cells, areas in zip(workbook.sheets, rows, merged, strict=True)
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


def _are_plain_strings(strings: bytes, sheets: Sequence[bytes]) -> bool:
    start = strings[:200].lower()
    if b"\0" in start or b"vertAlign" in strings or b"strike" in strings or b"<!" in strings:
        return False
    used = sum(xml.count(b'"s"') + xml.count(b"'s'") for xml in sheets)
    return used * len(strings) <= MAX_TEXT or used * max(map(len, strings.split(b"<"))) <= MAX_TEXT
