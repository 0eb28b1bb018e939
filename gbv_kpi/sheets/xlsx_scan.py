"""Read the parts of an .xlsx with a parser, for workbooks that the fast reader cannot read fully.

It misses percentages, years, errors, formulas never calculated, struck-out and raised text, hidden rows and columns.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from gbv_kpi.sheets.grid import MAX_COLUMNS, Grid, address_of
from gbv_kpi.sheets.package import Attributes, attributes_of, elements, is_true, local_name, walk
from gbv_kpi.sheets.sheet import LONGEST_TEXT, Cell, FormulaError, FormulaWithoutValue
from gbv_kpi.sheets.shown import BUILT_IN, as_shown, is_peculiar, join_runs, number_of

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")  # a sign that XML cannot hold
_SECTIONS = ("numFmts", "fonts", "cellStyleXfs", "cellXfs", "dxfs")  # of the styles

RichText = list[tuple[str, bool | None, bool | None]]  # runs: raised, struck out; None: as in the cell's font


@dataclass(frozen=True, slots=True)
class CellStyle:
    """The part of a cell's format that changes its meaning."""

    number_format: str = ""
    is_raised: bool = False
    is_struck: bool = False

    @property
    def is_peculiar(self) -> bool:
        return self.is_raised or self.is_struck or is_peculiar(self.number_format)


PLAIN = CellStyle()


@dataclass(slots=True)
class SheetContents:
    """The cells of one sheet, and its formulas with the value 0, which a script may have left uncalculated."""

    grid: Grid = field(default_factory=Grid)
    zeros: list[tuple[int, int]] = field(default_factory=list)
    has_results: bool = False  # a formula has another value


def read_styles(xml: bytes) -> Sequence[CellStyle]:
    """Return the formats that cells refer to by number."""
    codes = {str(number): code for number, code in BUILT_IN.items()}
    fonts: list[tuple[bool, bool]] = []
    styles: list[tuple[str, str]] = []
    section = ""
    for name, given in elements(xml, *_SECTIONS, "numFmt", "font", "vertAlign", "strike", "xf"):
        match section, name:
            case "numFmts", "numFmt":
                codes[given.get("numFmtId", "")] = given.get("formatCode", "")
            case "fonts", "font":
                fonts.append((False, False))
            case "fonts", "vertAlign" if fonts:
                fonts[-1] = _is_raised(given), fonts[-1][1]
            case "fonts", "strike" if fonts:
                fonts[-1] = fonts[-1][0], is_true(given.get("val", "1"))
            case "cellXfs", "xf":
                styles.append((given.get("numFmtId", ""), given.get("fontId", "")))
        section = name if name in _SECTIONS else section
    looks = {str(number): look for number, look in enumerate(fonts) if any(look)}
    style_by_key = {key: CellStyle(codes.get(key[0], ""), *looks.get(key[1], (False, False))) for key in set(styles)}
    return [style_by_key[key] for key in styles]


def _is_raised(attributes: Attributes) -> bool:
    return attributes.get("val") in ("superscript", "subscript")


def read_strings(xml: bytes) -> Sequence[str | RichText]:
    """Return the texts that cells refer to by number."""
    return [_rich_text(item) for is_start, _, item in walk(xml, "si") if not is_start]


def _rich_text(item: Element) -> str | RichText:
    """Return a text in runs, or as one string where no run has a look of its own."""
    runs: RichText = []
    for part in item:
        kind = local_name(part.tag)
        if kind == "t":
            runs.append((_unescape(part.text or ""), None, None))
        elif kind == "r":
            runs.append(_run(part))
    if all(raised is None for _, raised, _ in runs):
        return "".join(text for text, _, _ in runs)[:LONGEST_TEXT]
    return runs


def _run(run: Element) -> tuple[str, bool | None, bool | None]:
    text, raised, struck = "", None, None
    for part in run:
        kind = local_name(part.tag)
        if kind == "t":
            text += part.text or ""
        elif kind == "rPr":
            looks = {local_name(look.tag): attributes_of(look) for look in part}
            raised = _is_raised(looks.get("vertAlign", {}))
            struck = "strike" in looks and is_true(looks["strike"].get("val", "1"))
    return _unescape(text), raised, struck


def _unescape(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def read_sheet(
    xml: bytes, strings: Sequence[str | RichText], styles: Sequence[CellStyle], *, from_1904: bool
) -> SheetContents:
    """Return the cells of a sheet's part. Raises `Refusal` where they span more than a return."""
    contents = SheetContents()
    grid, row = contents.grid, -1
    for is_start, name, element in walk(xml, "row", "col", "mergeCell"):
        if is_start:
            continue
        given = attributes_of(element)
        if name == "mergeCell":
            first, _, last = given.get("ref", "").partition(":")
            grid.merge(*address_of(first), *address_of(last or first))
        elif name == "col" and is_true(given.get("hidden")):
            last_column = min(int(given.get("max", "0")), MAX_COLUMNS)
            grid.hidden_columns.update(range(int(given.get("min", "1")) - 1, last_column))
        elif name == "row":
            row = int(given.get("r", row + 2)) - 1
            if "hidden" in given and is_true(given["hidden"]):
                grid.hidden_rows.add(row)
            if any(map(len, element)):  # a million rows may have styles and nothing else: 2 of 7 s (2026-11-26)
                row = _put_row(contents, row, element, strings, styles, from_1904)
    return contents


def _put_row(
    contents: SheetContents,
    row: int,
    element: Element,
    strings: Sequence[str | RichText],
    styles: Sequence[CellStyle],
    from_1904: bool,
) -> int:
    """Put the cells of a row, and return its number: that of the last cell with an address."""
    column = -1
    for cell in element:
        if local_name(cell.tag) == "c":
            look = attributes_of(cell)
            row, column = address_of(look["r"]) if look.get("r") else (row, column + 1)
            style = styles[int(look["s"])] if "s" in look and styles else PLAIN
            _put_cell(contents, (row, column), _CellXml.of(cell, look.get("t", "n")), strings, style, from_1904)
    return row


@dataclass(frozen=True, slots=True)
class _CellXml:
    """The contents of a cell's element."""

    kind: str
    value: str
    text: str | RichText | None  # inline, not a shared string
    has_formula: bool

    @classmethod
    def of(cls, cell: Element, kind: str) -> "_CellXml":
        value, text, has_formula = "", None, False
        for part in cell:
            match local_name(part.tag):
                case "v":
                    value += part.text or ""
                case "is":
                    text = _rich_text(part)
                case "f":
                    has_formula = True
        return cls(kind, value, text, has_formula)


def _put_cell(
    contents: SheetContents,
    place: tuple[int, int],
    found: _CellXml,
    strings: Sequence[str | RichText],
    style: CellStyle,
    from_1904: bool,
) -> None:
    if not found.value and found.text is None and not found.has_formula:
        return
    cell, is_cut = _parse(found, strings, style, from_1904)
    if found.has_formula and found.kind == "n" and cell == 0:
        contents.zeros.append(place)
    elif found.has_formula and not isinstance(cell, FormulaWithoutValue):
        contents.has_results = True
    contents.grid.show(*place, (cell, is_cut))


def _parse(found: _CellXml, strings: Sequence[str | RichText], style: CellStyle, from_1904: bool) -> tuple[Cell, bool]:
    """Return the cell, and whether some of its text was left out."""
    value = found.value
    if found.has_formula and not value and found.kind != "str":
        return FormulaWithoutValue(), False
    if found.kind in ("s", "str", "inlineStr"):
        text = strings[int(value)] if found.kind == "s" else _unescape(value) if found.text is None else found.text
        runs: RichText = [(text, None, None)] if isinstance(text, str) else text
        return join_runs(
            (run, style.is_raised if raised is None else raised, style.is_struck if struck is None else struck)
            for run, raised, struck in runs
        )
    if style.is_struck:
        return "", True
    match found.kind:
        case "b":
            return is_true(value), False
        case "e":
            return FormulaError(value[:LONGEST_TEXT]), False
        case "d":
            return value[:LONGEST_TEXT], False
    shown = as_shown(number_of(value), style.number_format, from_1904=from_1904)
    return ("", True) if shown is None else (shown, False)
