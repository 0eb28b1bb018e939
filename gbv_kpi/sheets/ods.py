"""Read OpenDocument spreadsheets (.ods) row by row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree.ElementTree import Element

from gbv_kpi.i18n import phrase
from gbv_kpi.sheets.grid import MAX_COLUMNS, MAX_ROWS, Grid, check_areas
from gbv_kpi.sheets.package import Attributes, Package, attributes_of, elements, local_name, walk
from gbv_kpi.sheets.refusal import encrypted, oversized, text_document, unsupported
from gbv_kpi.sheets.sheet import LONGEST_TEXT, Cell, FormulaError, FormulaWithoutValue, Percentage, Sheet
from gbv_kpi.sheets.shown import Run, join_runs, number_of, scale_in, without_noise

MAX_TABLES = 1000
_TRUTH = {"TRUE": True, "FALSE": False, "ĐÚNG": True, "SAI": False}
_DRAWN = ("caption", "circle", "connector", "custom-shape", "ellipse", "frame", "g", "line", "path", "polygon", "rect")
_NOT_SHOWN = frozenset({"annotation", "hidden-text", *_DRAWN})
_EMBEDDING = frozenset({"shapes", "tracked-changes", "dde-links"})  # their tables are not sheets
_GROUPS = frozenset({"table-row-group", "table-column-group"})
_STYLES = ("percentage-style", "style", "default-style")
_READ = ("spreadsheet", "table", "table-column", "table-row", *_STYLES, *_GROUPS, *_EMBEDDING)


def is_ods(package: Package) -> bool:
    """Return whether a package is an OpenDocument file. Raises `Refusal` for a locked file or a text document."""
    mimetype = package.part("mimetype") or b""
    manifest = package.part("META-INF/manifest.xml")
    if b"opendocument" not in mimetype and not package.has("content.xml"):
        return False
    entries = elements(manifest, "file-entry", "encryption-data")
    if any(name == "encryption-data" for name, _ in entries):
        raise encrypted()
    kinds = [mimetype.decode("latin-1"), *(entry.get("media-type", "") for _, entry in entries)]
    if any("opendocument.text" in kind for kind in kinds):
        raise text_document()
    return True


def read_ods(package: Package) -> list[tuple[Sheet, bool]]:
    """Return each sheet and whether it is shown."""
    reader = _Reader()
    for part in ("styles.xml", "content.xml"):
        for is_start, name, element in walk(package.part(part) or b"<a/>", *_READ):
            reader.begin(name, attributes_of(element)) if is_start else reader.end(name, element)
    if not reader.is_spreadsheet:
        raise unsupported(phrase("This is not a spreadsheet, despite its name."))
    check_areas(sheet for sheet, _ in reader.sheets)
    return reader.sheets


@dataclass(frozen=True, slots=True)
class _Look:
    """The properties that a style gives a cell or a run of text."""

    parent: str
    number_format: str
    is_raised: bool | None
    is_struck: bool | None
    is_hidden: bool

    @classmethod
    def of(cls, style: Element) -> "_Look":
        given = attributes_of(style)
        properties = {local_name(child.tag): attributes_of(child) for child in style}
        text, table = properties.get("text-properties", {}), properties.get("table-properties", {})
        position = text.get("text-position")
        line = text.get("text-line-through-style", text.get("text-line-through-type"))
        return cls(
            given.get("parent-style-name", ""),
            given.get("data-style-name", ""),
            None if not position else position.split()[0] not in ("0%", "0"),
            None if line is None else line != "none",
            text.get("display") == "none" or table.get("display") == "false",
        )


class _Reader:
    """Collect the tables of a document from its elements."""

    def __init__(self) -> None:
        self.sheets: list[tuple[Sheet, bool]] = []
        self.is_spreadsheet = False
        self._looks: dict[tuple[str, str], _Look] = {}  # by family and name
        self._percentages: set[str] = set()  # number formats
        self._open_tables = 0  # a table in a cell is not a sheet
        self._embedding = 0  # open elements with tables that are not sheets
        self._grid = Grid()
        self._name, self._is_shown = "", True
        self._row = 0
        self._hidden_groups: list[bool] = []
        self._column_styles: list[tuple[int, str]] = []  # last column and default style

    def begin(self, name: str, given: Attributes) -> None:
        if name == "spreadsheet":
            self.is_spreadsheet = True
        elif name in _EMBEDDING:
            self._embedding += 1
        elif name == "table" and not self._embedding:
            self._open_tables += 1
            if self._open_tables == 1:
                self._begin_table(given)
        elif name in _GROUPS:
            self._hidden_groups.append(given.get("display") == "false")

    def end(self, name: str, element: Element) -> None:
        given = attributes_of(element)
        if name == "percentage-style":
            self._percentages.add(given.get("name", ""))
        elif name in ("style", "default-style"):
            self._looks[given.get("family", ""), given.get("name", "")] = _Look.of(element)
        elif name in _EMBEDDING:
            self._embedding -= 1
        elif name in _GROUPS:
            self._hidden_groups.pop()
        elif self._embedding:
            return
        elif name == "table":
            self._open_tables -= 1
            if self._open_tables == 0:
                self._end_table()
        elif self._open_tables == 1:
            self._read_row(element, given) if name == "table-row" else self._describe_columns(given)

    # ------------------------------------------------------------ styles

    def _looks_of(self, family: str, name: str) -> list[_Look]:
        """Return a style and its ancestors, the nearest first."""
        found: list[_Look] = []
        while (look := self._looks.get((family, name))) and len(found) < 20:
            found.append(look)
            name = look.parent
        return found

    def _run_look(self, family: str, name: str, base: tuple[bool, bool] = (False, False)) -> tuple[bool, bool]:
        """Return whether a run is raised, and whether it is struck out or hidden."""
        looks = self._looks_of(family, name)
        is_raised = next((look.is_raised for look in looks if look.is_raised is not None), base[0])
        is_struck = next((look.is_struck for look in looks if look.is_struck is not None), base[1])
        return is_raised, is_struck or any(look.is_hidden for look in looks)

    # ------------------------------------------------------------ tables

    def _begin_table(self, given: Attributes) -> None:
        self._grid, self._name, self._row = Grid(), given.get("name", ""), 0
        looks = self._looks_of("table", given.get("style-name", ""))
        self._is_shown = not any(look.is_hidden for look in looks) and given.get("display") != "false"
        self._column_styles, self._hidden_groups = [], []

    def _end_table(self) -> None:
        self.sheets.append((self._grid.sheet(self._name), self._is_shown))
        if len(self.sheets) > MAX_TABLES:
            raise oversized()

    def _is_hidden(self, given: Attributes) -> bool:
        return given.get("visibility") in ("collapse", "filter") or any(self._hidden_groups)

    def _describe_columns(self, given: Attributes) -> None:
        first = self._column_styles[-1][0] + 1 if self._column_styles else 0
        end = first + _count(given, "number-columns-repeated", MAX_COLUMNS)
        if self._is_hidden(given):
            self._grid.hidden_columns.update(range(first, min(end, MAX_COLUMNS)))
        self._column_styles.append((end - 1, given.get("default-cell-style-name", "")))

    def _read_row(self, row: Element, given: Attributes) -> None:
        rows = _count(given, "number-rows-repeated", MAX_ROWS)
        if self._is_hidden(given):
            self._grid.hidden_rows.update(range(self._row, min(self._row + rows, MAX_ROWS)))
        left, row_style = 0, given.get("default-cell-style-name", "")
        for cell in row:
            if local_name(cell.tag) in ("table-cell", "covered-table-cell"):
                left += self._read_cell(cell, left, rows, row_style)
        self._row += rows

    def _read_cell(self, cell: Element, left: int, rows: int, row_style: str) -> int:
        """Put a cell into the grid; return the number of columns it fills."""
        given, top = attributes_of(cell), self._row
        columns = _count(given, "number-columns-repeated", MAX_COLUMNS)
        default = row_style or next((style for last, style in self._column_styles if left <= last), "")
        value, is_cut = self._interpret(cell, given, given.get("style-name", default))
        down = _count(given, "number-rows-spanned", MAX_ROWS)
        across = _count(given, "number-columns-spanned", MAX_COLUMNS)
        if down > 1 or across > 1:
            self._grid.merge(top, left, top + down - 1, left + across - 1)
        if is_cut:
            self._grid.unseen.append((top, left))
        if value != "":
            self._grid.put(top + rows - 1, left + columns - 1, value)  # the last first: it refuses too large an area
            for row in range(top, top + rows):
                for column in range(left, left + columns):
                    self._grid.put(row, column, value)
        return columns

    # ------------------------------------------------------------ cells

    def _interpret(self, cell: Element, given: Attributes, style: str) -> tuple[Cell, bool]:
        """Return the cell, and whether some of its text was left out."""
        paragraphs = [part for part in cell if local_name(part.tag) in ("p", "h")]
        look = self._run_look("table-cell", style)
        text, is_cut = join_runs(self._cell_runs(paragraphs, look))
        kind, _, extension = given.get("value-type", "").partition(" ")  # LibreOffice adds its own: "string error"
        if "error" in (kind, extension) or (kind != "string" and text.startswith(("#", "Err:"))):
            return FormulaError(text), False
        if "formula" in given and not kind and not paragraphs:  # an empty text has an empty paragraph
            return FormulaWithoutValue(), False
        if kind in ("", "string"):
            return text or ("" if paragraphs else given.get("string-value", "")[:LONGEST_TEXT]), is_cut
        return ("", True) if look[1] else (self._number(given, kind, style, text), False)

    def _cell_runs(self, paragraphs: Sequence[Element], look: tuple[bool, bool]) -> Iterator[Run]:
        for number, paragraph in enumerate(paragraphs):
            if number:
                yield "\n", *look
            yield from self._runs(paragraph, look)

    def _runs(self, element: Element, look: tuple[bool, bool]) -> Iterator[Run]:
        """Yield the runs of text in an element; nested spans have their own look."""
        yield element.text or "", *look
        for part in element:
            name, given = local_name(part.tag), attributes_of(part)
            if name == "s":
                yield " " * _count(given, "c", LONGEST_TEXT), *look
            elif name in ("tab", "line-break"):
                yield "\t" if name == "tab" else "\n", *look
            elif name in ("span", "a"):
                yield from self._runs(part, self._run_look("text", given.get("style-name", ""), look))
            elif name not in _NOT_SHOWN:
                yield from self._runs(part, look)
            yield part.tail or "", *look

    def _number(self, given: Attributes, kind: str, style: str, text: str) -> Cell:
        """Return a number, date, time or truth value."""
        match kind:
            case "boolean":
                return given.get("boolean-value") == "true"
            case "date":
                return _date(given.get("date-value", ""))
            case "time":
                return text or given.get("time-value", "")
        number = without_noise(number_of(given.get("value", "")))
        formats = (look.number_format for look in self._looks_of("table-cell", style) if look.number_format)
        if kind == "percentage" or next(formats, "") in self._percentages:
            return Percentage(number)
        if text.endswith("%"):  # literal text after the number
            return Percentage(number / 100)
        if scale := scale_in(text):
            return f"{number:g} ({scale})"
        return _TRUTH.get(text.upper(), number) if "formula" in given else number


def _date(value: str) -> Cell:
    try:
        return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    except ValueError:
        return value[:LONGEST_TEXT]


def _count(attributes: Attributes, name: str, most: int) -> int:
    """Return the repetitions or span of an element, `most` at most."""
    value = attributes.get(name, "1").strip()
    return min(max(1, int(value)), most) if value.isdecimal() and len(value) < 10 else most if value.isdecimal() else 1
