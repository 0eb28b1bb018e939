"""Read the parts of a workbook (.xlsx) cell by cell: styles, shared texts, and sheets as their reader sees them."""

import re
from collections.abc import Mapping, Sequence

from lxml.etree import _Element as Element

from gbv_kpi.sheets.grid import BUILT_IN, NORMAL, PLAIN, Grid, Look, Run, Style, Text, address_of, number_of
from gbv_kpi.sheets.package import MAX_ELEMENTS, is_true, local_name, walk
from gbv_kpi.sheets.refusal import OVERSIZED, Refusal
from gbv_kpi.sheets.sheet import LONGEST_TEXT, Cell, FormulaError, FormulaWithoutValue, Note

MAX_TEXT = 100 * 2**20  # bytes of text in cells, each of which may repeat one long text
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")  # a sign that XML cannot hold


def read_styles(xml: bytes) -> Sequence[Style]:
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
            raise Refusal(*OVERSIZED)
    look_by_font = {str(number): look for number, look in enumerate(looks) if any(look)}
    style_by_key = {key: Style(codes.get(key[0], ""), look_by_font.get(key[1], NORMAL)) for key in set(formats)}
    return [style_by_key[key] for key in formats]


def _look(font: Element) -> Look:
    values = {local_name(part): part.get("val", "1") for part in font}
    return values.get("vertAlign") in ("superscript", "subscript"), is_true(values.get("strike"))


def read_strings(xml: bytes) -> Sequence[Text]:
    """Return the texts that cells refer to by number."""
    return [_text(item) for _, item in walk(xml, "si")]


def read_notes(xml: bytes | None) -> list[Note]:
    """Return the comments of a sheet."""
    notes = ((note.get("ref", ""), note.iter("{*}t")) for _, note in walk(xml, "comment"))
    return [(*address_of(ref), "".join(part.text or "" for part in parts)[:LONGEST_TEXT]) for ref, parts in notes]


def _text(item: Element) -> Text:
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


def _value(kind: str, parts: Mapping[str, Element], strings: Sequence[Text]) -> Cell | Text | None:
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
