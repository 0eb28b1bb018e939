"""The parts of an .xlsx read by a parser: what a fast reader does not tell of cells, and cells that it cannot read.

Percentages, years, errors, formulas never calculated, struck-out and raised text, hidden rows and columns.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from gbv_kpi.sheets.grid import MAX_COLUMNS, Grid, address_of
from gbv_kpi.sheets.number_formats import BUILT_IN, as_shown, is_peculiar, number_of
from gbv_kpi.sheets.sheet import LONGEST_TEXT, Cell, FormulaError, FormulaWithoutValue
from gbv_kpi.sheets.superscripts import join_runs
from gbv_kpi.sheets.xml_reader import Attributes, is_true, read_xml

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")  # a sign that XML cannot hold

RichText = list[tuple[str, bool | None, bool | None]]  # runs: raised, struck out; None: as the cell's font has it


@dataclass(frozen=True, slots=True)
class CellStyle:
    """How a cell looks, as far as that decides what it says."""

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
    codes: dict[str, str] = {str(number): code for number, code in BUILT_IN.items()}
    fonts: list[tuple[bool, bool]] = []
    styles: list[tuple[str, str]] = []
    path: list[str] = []

    def start(name: str, attributes: Attributes) -> None:
        section = path[1] if len(path) > 1 else ""
        path.append(name)
        match section, name:
            case "numFmts", "numFmt":
                codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            case "fonts", "font":
                fonts.append((False, False))
            case "fonts", "vertAlign" if fonts:
                fonts[-1] = _is_raised(attributes), fonts[-1][1]
            case "fonts", "strike" if fonts:
                fonts[-1] = fonts[-1][0], is_true(attributes.get("val", "1"))
            case "cellXfs", "xf":
                styles.append((attributes.get("numFmtId", ""), attributes.get("fontId", "")))

    def end(_: str) -> None:
        path.pop()

    read_xml(xml, start, end)
    looks = {str(number): look for number, look in enumerate(fonts) if any(look)}
    made = {key: CellStyle(codes.get(key[0], ""), *looks.get(key[1], (False, False))) for key in set(styles)}
    return [made[key] for key in styles]


def _is_raised(attributes: Attributes) -> bool:
    return attributes.get("val") in ("superscript", "subscript")


class _RichText:
    """A text in runs, as its tags come by."""

    def __init__(self) -> None:
        self._runs: RichText = []
        self._pieces: list[str] | None = None  # of the open <t>
        self._is_phonetic = False
        self._raised: bool | None = None
        self._struck: bool | None = None

    def start(self, name: str, attributes: Attributes) -> None:
        match name:
            case "t" if not self._is_phonetic:
                self._pieces = []
            case "r":
                self._raised = self._struck = None
            case "rPr":
                self._raised = self._struck = False
            case "vertAlign":
                self._raised = _is_raised(attributes)
            case "strike":
                self._struck = is_true(attributes.get("val", "1"))
            case "rPh":
                self._is_phonetic = True

    def end(self, name: str) -> None:
        match name:
            case "t" if self._pieces is not None:
                self._runs.append((_unescaped("".join(self._pieces)), self._raised, self._struck))
                self._pieces = None
            case "r":
                self._raised = self._struck = None
            case "rPh":
                self._is_phonetic = False

    def text(self, text: str) -> None:
        if self._pieces is not None:
            self._pieces.append(text)

    def result(self) -> str | RichText:
        if all(raised is None for _, raised, _ in self._runs):
            return "".join(text for text, _, _ in self._runs)[:LONGEST_TEXT]
        return self._runs


def read_strings(xml: bytes) -> Sequence[str | RichText]:
    """Return the texts that cells refer to by number."""
    strings: list[str | RichText] = []
    item: _RichText | None = None

    def start(name: str, attributes: Attributes) -> None:
        nonlocal item
        if name == "si":
            item = _RichText()
        elif item:
            item.start(name, attributes)

    def end(name: str) -> None:
        if item and name == "si":
            strings.append(item.result())
        elif item:
            item.end(name)

    read_xml(xml, start, end, lambda text: item.text(text) if item else None)
    return strings


def read_sheet(
    xml: bytes, strings: Sequence[str | RichText], styles: Sequence[CellStyle], *, from_1904: bool
) -> SheetContents:
    """Return the cells of a sheet's part. Raises `Refusal` where they span more than a return."""
    reader = _SheetReader(strings, styles, from_1904)
    read_xml(xml, reader.start, reader.end, reader.text)
    return reader.contents


class _SheetReader:
    """The cells of a sheet as its tags come by."""

    def __init__(self, strings: Sequence[str | RichText], styles: Sequence[CellStyle], from_1904: bool) -> None:
        self.contents = SheetContents()
        self._strings, self._styles, self._from_1904 = strings, styles, from_1904
        self._in_rows = False
        self._row, self._column = -1, -1
        self._cell: Attributes | None = None
        self._value: list[str] | None = None  # pieces of the open <v>
        self._pieces: list[str] = []
        self._rich: _RichText | None = None
        self._has_formula = False

    def start(self, name: str, attributes: Attributes) -> None:
        if self._cell is not None:
            self._in_cell(name, attributes)
        elif not self._in_rows:
            self._outside_rows(name, attributes)
        elif name == "c":
            self._cell = attributes
            if reference := attributes.get("r"):
                self._row, self._column = address_of(reference)
            else:
                self._column += 1
        elif name == "row":
            self._row, self._column = int(attributes.get("r", self._row + 2)) - 1, -1
            if is_true(attributes.get("hidden")):
                self.contents.grid.hidden_rows.add(self._row)

    def _in_cell(self, name: str, attributes: Attributes) -> None:
        if name == "v":
            self._value = self._pieces
        elif name == "f":
            self._has_formula = True
        elif name == "is":
            self._rich = _RichText()
        elif self._rich:
            self._rich.start(name, attributes)

    def _outside_rows(self, name: str, attributes: Attributes) -> None:
        if name == "sheetData":
            self._in_rows = True
        elif name == "col" and is_true(attributes.get("hidden")):
            last = min(int(attributes.get("max", "0")), MAX_COLUMNS)
            self.contents.grid.hidden_columns.update(range(int(attributes.get("min", "1")) - 1, last))
        elif name == "mergeCell":
            first, _, last_cell = attributes.get("ref", "").partition(":")
            self.contents.grid.merge(*address_of(first), *address_of(last_cell or first))

    def text(self, text: str) -> None:
        if self._value is not None:
            self._value.append(text)
        elif self._rich:
            self._rich.text(text)

    def end(self, name: str) -> None:
        if name == "c" and self._cell is not None:
            self._place(self._cell)
            self._cell, self._rich, self._has_formula = None, None, False
            self._pieces.clear()
        elif name == "v":
            self._value = None
        elif name == "sheetData":
            self._in_rows = False
        elif self._rich:
            self._rich.end(name)

    def _place(self, attributes: Attributes) -> None:
        value = "".join(self._pieces)
        if not (value or self._rich or self._has_formula):
            return
        contents, kind = self.contents, attributes.get("t", "n")
        style = self._styles[int(attributes["s"])] if "s" in attributes and self._styles else PLAIN
        cell, is_cut = self._interpreted(value, kind, style)
        if self._has_formula and kind == "n" and cell == 0:
            contents.zeros.append((self._row, self._column))
        elif self._has_formula and not isinstance(cell, FormulaWithoutValue):
            contents.has_results = True
        contents.grid.show(self._row, self._column, (cell, is_cut))

    def _interpreted(self, value: str, kind: str, style: CellStyle) -> tuple[Cell, bool]:
        """Return the cell, and whether a text of it was left out."""
        if self._has_formula and not value and kind != "str":
            return FormulaWithoutValue(), False
        if kind in ("s", "str", "inlineStr"):
            text = self._text(value, kind)
            runs = [(text, None, None)] if isinstance(text, str) else text
            seen, is_cut = join_runs(
                (run, style.is_raised if raised is None else raised, style.is_struck if struck is None else struck)
                for run, raised, struck in runs
            )
            return seen[:LONGEST_TEXT], is_cut
        if style.is_struck:
            return "", True
        match kind:
            case "b":
                return is_true(value), False
            case "e":
                return FormulaError(value[:LONGEST_TEXT]), False
            case "d":
                return value[:LONGEST_TEXT], False
        shown = as_shown(number_of(value), style.number_format, from_1904=self._from_1904)
        return ("", True) if shown is None else (shown, False)

    def _text(self, value: str, kind: str) -> str | RichText:
        if kind == "s":
            return self._strings[int(value)]
        return self._rich.result() if self._rich else _unescaped(value)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
