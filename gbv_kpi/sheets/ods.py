"""Read OpenDocument spreadsheets (.ods) row by row."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime

from lxml.etree import _Element as Element

from gbv_kpi.sheets.grid import (
    MAX_COLUMNS,
    MAX_ROWS,
    NORMAL,
    Grid,
    Look,
    Run,
    Style,
    Text,
    as_written,
    join_runs,
    number_of,
)
from gbv_kpi.sheets.package import Attributes, Package, attributes_of, elements, local_name, walk
from gbv_kpi.sheets.refusal import ENCRYPTED, NOT_A_SPREADSHEET, TEXT_DOCUMENT, Refusal
from gbv_kpi.sheets.sheet import LONGEST_TEXT, Cell, FormulaError, FormulaWithoutValue, Percentage, Sheet

_TRUTH = {"TRUE": True, "FALSE": False, "ĐÚNG": True, "SAI": False}
_DRAWN = ("caption", "circle", "connector", "custom-shape", "ellipse", "frame", "g", "line", "path", "polygon", "rect")
_NOT_SHOWN = frozenset({"annotation", "hidden-text", *_DRAWN})
_EMBEDDING = frozenset({"shapes", "tracked-changes", "dde-links"})  # their tables are not sheets
_READ = ("spreadsheet", "table", "table-column", "table-row", "percentage-style", "style", "default-style")


def is_ods(package: Package) -> bool:
    """Return whether a package is an OpenDocument file. Raises `Refusal` for a locked file or a text document."""
    mimetype = package.part("mimetype") or b""
    manifest = package.part("META-INF/manifest.xml")
    if b"opendocument" not in mimetype and not package.has("content.xml"):
        return False
    entries = elements(manifest, "file-entry", "encryption-data")
    if any(name == "encryption-data" for name, _ in entries):
        raise Refusal(*ENCRYPTED)
    kinds = [mimetype.decode("latin-1"), *(entry.get("media-type", "") for _, entry in entries)]
    if any("opendocument.text" in kind for kind in kinds):
        raise Refusal(*TEXT_DOCUMENT)
    return True


def read_ods(package: Package) -> Iterator[Sheet]:
    """Yield the sheets of a document. Raises `Refusal`, or what lxml raises for a damaged file."""
    styles, is_spreadsheet = _Styles(), False
    table = _Table(styles)
    for part in ("styles.xml", "content.xml"):
        for name, element in walk(package.part(part), *_READ):
            given = attributes_of(element)
            around = [local_name(outer) for outer in element.iterancestors()]
            if name == "spreadsheet":
                is_spreadsheet = True
            elif name.endswith("style"):
                styles.add(name, given, element)
            elif not _EMBEDDING.isdisjoint(around) or around.count("table") != (name != "table"):
                continue  # a table in a cell or a drawing is not a sheet
            elif name == "table":
                is_hidden = _is_hidden(given) or _is_hidden(styles.properties("table", given.get("style-name", "")))
                yield table.grid.sheet(given.get("name", ""), is_shown=not is_hidden)
                table = _Table(styles)
            else:
                groups = map(attributes_of, element.iterancestors("{*}table-row-group", "{*}table-column-group"))
                is_hidden = given.get("visibility") in ("collapse", "filter") or any(map(_is_hidden, groups))
                if name == "table-row":
                    table.add_row(element, given, is_hidden)
                else:
                    table.add_columns(given, is_hidden)
    if not is_spreadsheet:
        raise Refusal(*NOT_A_SPREADSHEET)


# ------------------------------------------------------------------------ styles


class _Styles:
    def __init__(self) -> None:
        self._properties: dict[tuple[str, str], dict[str, str]] = {}  # by family and name
        self.percentages: set[str] = set()  # number formats

    def add(self, name: str, given: Attributes, style: Element) -> None:
        if name == "percentage-style":
            self.percentages.add(given.get("name", ""))
            return
        found = dict(given)
        for part in style.iterchildren("{*}text-properties", "{*}table-properties"):
            found |= attributes_of(part)
        if "text-line-through-type" in found:
            found.setdefault("text-line-through-style", found["text-line-through-type"])
        self._properties[given.get("family", ""), given.get("name", "")] = found

    def properties(self, family: str, name: str) -> Attributes:
        """Return what a style and its ancestors say, the nearest first."""
        found: dict[str, str] = {}
        for _ in range(20):
            given = self._properties.get((family, name))
            if given is None:
                break
            found = {key: value for key, value in given.items() if value} | found
            name = given.get("parent-style-name", "")
        return found

    def look(self, family: str, name: str, base: Look = NORMAL) -> Look:
        """Return whether a run is raised, and whether it is struck out or hidden."""
        found = self.properties(family, name)
        position, line = found.get("text-position"), found.get("text-line-through-style")
        is_raised = position.split()[0] not in ("0%", "0") if position else base[0]
        is_struck = line != "none" if line else base[1]
        return is_raised, is_struck or _is_hidden(found)


def _is_hidden(properties: Attributes) -> bool:
    return properties.get("display") in ("none", "false")


# ------------------------------------------------------------------------ tables


class _Table:
    """The grid of a table, filled row by row."""

    def __init__(self, styles: _Styles) -> None:
        self.grid = Grid()
        self._styles = styles
        self._row = 0
        self._column_styles: list[tuple[int, str]] = []  # end and default style

    def add_columns(self, given: Attributes, is_hidden: bool) -> None:
        first = self._column_styles[-1][0] if self._column_styles else 0
        end = first + _count(given, "number-columns-repeated", MAX_COLUMNS)
        if is_hidden:
            self.grid.hide_columns(first, end)
        self._column_styles.append((end, given.get("default-cell-style-name", "")))

    def add_row(self, row: Element, given: Attributes, is_hidden: bool) -> None:
        rows = range(self._row, self._row + _count(given, "number-rows-repeated"))
        if is_hidden:
            self.grid.hidden_rows.update(rows[: max(0, MAX_ROWS - self._row)])
        left, row_style = 0, given.get("default-cell-style-name", "")
        for cell in row.iterchildren("{*}table-cell", "{*}covered-table-cell"):
            of_cell = attributes_of(cell)
            columns = range(left, left + _count(of_cell, "number-columns-repeated", MAX_COLUMNS))
            default = row_style or next((style for end, style in self._column_styles if left < end), "")
            self._add_cell(cell, of_cell, rows, columns, of_cell.get("style-name", default))
            left = columns.stop
        self._row = rows.stop

    def _add_cell(self, cell: Element, given: Attributes, rows: range, columns: range, style: str) -> None:
        top, left = rows.start, columns.start
        down = _count(given, "number-rows-spanned")
        across = _count(given, "number-columns-spanned", MAX_COLUMNS)
        if down > 1 or across > 1:
            self.grid.merge(top, left, top + down - 1, left + across - 1)
        for note in cell.iterchildren("{*}annotation"):
            lines = ("".join(line.itertext()) for line in note.iterchildren("{*}p"))
            self.grid.notes.append((top, left, "\n".join(lines)[:LONGEST_TEXT]))
        look = self._styles.look("table-cell", style)
        shown = self.grid.show(top, left, self._value(cell, given, style, look), Style("", look))
        if shown != "" and len(rows) * len(columns) > 1:
            self.grid.put(rows[-1], columns[-1], shown)  # the last first: it refuses too large an area
            for row in rows:
                for column in columns:
                    self.grid.put(row, column, shown)

    def _value(self, cell: Element, given: Attributes, style: str, look: Look) -> Cell | Text:
        paragraphs = list(cell.iterchildren("{*}p", "{*}h"))
        runs: list[Run] = []
        for paragraph in paragraphs:
            if runs:
                runs.append(("\n", None))
            runs += self._runs(paragraph, look)
        kind, _, extension = given.get("value-type", "").partition(" ")  # LibreOffice adds its own: "string error"
        text, _ = join_runs(runs, look)
        if paragraphs and not text and kind not in ("", "string"):
            return [(given.get("value", ""), (False, True))]  # its format shows nothing
        if "error" in (kind, extension) or (kind != "string" and text.startswith(("#", "Err:"))):
            return FormulaError(text)
        if "formula" in given and not kind and not paragraphs:  # an empty text has an empty paragraph
            return FormulaWithoutValue()
        if kind in ("", "string"):
            return runs if paragraphs else given.get("string-value", "")[:LONGEST_TEXT]
        return self._number(given, kind, style, text)

    def _runs(self, element: Element, look: Look) -> Iterator[Run]:
        """Yield the runs of text in an element; nested spans have their own look."""
        yield element.text or "", look
        for part in element:
            name, given = local_name(part), attributes_of(part)
            if name == "s":
                yield " " * _count(given, "c", LONGEST_TEXT), look
            elif name in ("tab", "line-break"):
                yield "\t" if name == "tab" else "\n", look
            elif name in ("span", "a"):
                yield from self._runs(part, self._styles.look("text", given.get("style-name", ""), look))
            elif name not in _NOT_SHOWN:
                yield from self._runs(part, look)
            yield part.tail or "", look

    def _number(self, given: Attributes, kind: str, style: str, text: str) -> Cell:
        """Return a number, date, time or truth value."""
        match kind:
            case "boolean":
                return given.get("boolean-value") == "true"
            case "date":
                value = given.get("date-value", "")
                with suppress(ValueError):
                    return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
                return value[:LONGEST_TEXT]
            case "time":
                return text or given.get("time-value", "")
        number = number_of(given.get("value", ""))
        number_format = self._styles.properties("table-cell", style).get("data-style-name")
        if kind == "percentage" or number_format in self._styles.percentages:
            return Percentage(number)
        if text.endswith("%"):  # literal text after the number
            return Percentage(number / 100)
        truth = _TRUTH.get(text.upper()) if "formula" in given else None
        return truth if truth is not None else as_written(number, text) if text else number


def _count(attributes: Attributes, name: str, most: int = MAX_ROWS) -> int:
    """Return the repetitions or span of an element, `most` at most."""
    if name not in attributes:
        return 1
    value = attributes[name].strip()
    return min(max(1, int(value.lstrip("0")[:9] or "0")), most) if value.isdecimal() else 1
