"""OpenDocument spreadsheets (.ods) to sheets, as the parser comes by their tags."""

from datetime import date, datetime

from gbv_kpi.i18n import phrase
from gbv_kpi.sheets.grid import MAX_COLUMNS, MAX_ROWS, Grid, check_areas
from gbv_kpi.sheets.number_formats import number_of, scale_in, without_noise
from gbv_kpi.sheets.package import Package
from gbv_kpi.sheets.refusal import encrypted, oversized, unsupported, word
from gbv_kpi.sheets.sheet import LONGEST_TEXT, Cell, FormulaError, FormulaWithoutValue, Percentage, Sheet
from gbv_kpi.sheets.superscripts import Run, join_runs
from gbv_kpi.sheets.xml_reader import Attributes, elements, read_xml

MAX_TABLES = 1000
_TRUTH = {"TRUE": True, "FALSE": False, "ĐÚNG": True, "SAI": False}
_DRAWN = ("caption", "circle", "connector", "custom-shape", "ellipse", "frame", "g", "line", "path", "polygon", "rect")
_NOT_SHOWN = frozenset({"annotation", "hidden-text", "shapes", "tracked-changes", "dde-links", *_DRAWN})


def is_ods(package: Package) -> bool:
    """Whether a package is an OpenDocument file of any kind; raises `Refusal` for one that is locked, or a text."""
    mimetype = package.part("mimetype") or b""
    manifest = package.part("META-INF/manifest.xml")
    if b"opendocument" not in mimetype and not package.has("content.xml"):
        return False
    entries = elements(manifest, "file-entry", "encryption-data")
    if any(name == "encryption-data" for name, _ in entries):
        raise encrypted()
    kinds = [mimetype.decode("latin-1"), *(entry.get("media-type", "") for _, entry in entries)]
    if any("opendocument.text" in kind for kind in kinds):
        raise word()
    return True


def read_ods(package: Package) -> list[tuple[Sheet, bool]]:
    """Return each sheet and whether it is shown."""
    reader = _Reader()
    for name in ("styles.xml", "content.xml"):
        if (xml := package.part(name)) is not None:
            read_xml(xml, reader.start, reader.end, reader.text)
    if not reader.is_spreadsheet:
        raise unsupported(phrase("This is not a spreadsheet, despite its name."))
    check_areas(sheet for sheet, _ in reader.sheets)
    return reader.sheets


class _Look:
    """What a style says of a cell or a stretch of text."""

    def __init__(self, attributes: Attributes) -> None:
        self.parent = attributes.get("parent-style-name", "")
        self.format = attributes.get("data-style-name", "")
        self.is_raised: bool | None = None
        self.is_struck: bool | None = None
        self.is_hidden = False


class _Reader:
    """The tables of a document as its tags come by."""

    def __init__(self) -> None:
        self.sheets: list[tuple[Sheet, bool]] = []
        self.is_spreadsheet = False
        self._looks: dict[tuple[str, str], _Look] = {}  # by family and name
        self._look: _Look | None = None  # of the open style
        self._percentages: set[str] = set()  # number formats
        self._path: list[str] = []
        self._unseen = 0  # open tags whose text is no part of a cell
        self._grid = Grid()
        self._in_table = False
        self._name, self._is_shown = "", True
        self._row = self._column = 0
        self._rows = 1  # that the open row stands for
        self._hidden_group: list[bool] = []
        self._column_styles: list[tuple[int, str]] = []  # last column and default style
        self._described = 0  # columns
        self._row_style = ""
        self._cell: Attributes | None = None
        self._runs: list[Run] = []
        self._length = 0
        self._spans: list[tuple[bool, bool]] = []
        self._has_paragraph = self._in_paragraph = False

    # ------------------------------------------------------------ what the parser calls

    def start(self, name: str, attributes: Attributes) -> None:
        self._path.append(name)
        if self._unseen or name in _NOT_SHOWN:
            self._unseen += 1
        elif self._cell is not None:
            self._cell_part(self._cell, name, attributes)
        elif self._in_table:
            self._table_part(name, attributes)
        elif name == "table" and self._path[-2] == "spreadsheet":
            self._begin_table(attributes)
        elif name == "spreadsheet":
            self.is_spreadsheet = True
        else:
            self._in_styles(name, attributes)

    def end(self, name: str) -> None:
        self._path.pop()
        if self._unseen:
            self._unseen -= 1
        elif self._cell is not None:
            self._end_in_cell(self._cell, name)
        elif self._in_table:
            self._end_in_table(name)
        elif name == "style":
            self._look = None

    def _end_in_cell(self, cell: Attributes, name: str) -> None:
        if name in ("table-cell", "covered-table-cell"):
            self._end_cell(cell)
        elif name in ("p", "h"):
            self._in_paragraph = False
        elif name in ("span", "a"):
            self._spans.pop()

    def _end_in_table(self, name: str) -> None:
        if name == "table-row":
            self._row += self._rows
        elif name in ("table-row-group", "table-column-group"):
            self._hidden_group.pop()
        elif name == "table":
            self.sheets.append((self._grid.sheet(self._name), self._is_shown))
            self._in_table = False
            if len(self.sheets) > MAX_TABLES:
                raise oversized()

    def text(self, text: str) -> None:
        if self._in_paragraph and not self._unseen:
            self._add(text)

    # ------------------------------------------------------------ styles

    def _in_styles(self, name: str, attributes: Attributes) -> None:
        if name == "percentage-style":
            self._percentages.add(attributes.get("name", ""))
        elif name in ("style", "default-style"):
            self._look = _Look(attributes)
            self._looks[attributes.get("family", ""), attributes.get("name", "")] = self._look
        elif name == "text-properties" and self._look:
            if position := attributes.get("text-position"):
                self._look.is_raised = position.split()[0] not in ("0%", "0")
            line = attributes.get("text-line-through-style", attributes.get("text-line-through-type"))
            if line is not None:
                self._look.is_struck = line != "none"
            self._look.is_hidden = attributes.get("display") == "none"
        elif name == "table-properties" and self._look:
            self._look.is_hidden = attributes.get("display") == "false"

    def _looks_of(self, family: str, name: str) -> list[_Look]:
        """Return a style and those that it is made from, the nearest first."""
        found: list[_Look] = []
        while (look := self._looks.get((family, name))) and len(found) < 20:
            found.append(look)
            name = look.parent
        return found

    def _drawn(self, family: str, name: str, base: tuple[bool, bool]) -> tuple[bool, bool]:
        """Return whether a text is raised, and whether it is struck out or hidden."""
        looks = self._looks_of(family, name)
        is_raised = next((look.is_raised for look in looks if look.is_raised is not None), base[0])
        is_struck = next((look.is_struck for look in looks if look.is_struck is not None), base[1])
        return is_raised, is_struck or any(look.is_hidden for look in looks)

    # ------------------------------------------------------------ tables

    def _begin_table(self, attributes: Attributes) -> None:
        self._grid, self._in_table = Grid(), True
        self._name = attributes.get("name", "")
        looks = self._looks_of("table", attributes.get("style-name", ""))
        self._is_shown = not any(look.is_hidden for look in looks) and attributes.get("display") != "false"
        self._row, self._described = 0, 0
        self._column_styles, self._hidden_group = [], []

    def _table_part(self, name: str, attributes: Attributes) -> None:
        if name in ("table-row-group", "table-column-group"):
            self._hidden_group.append(attributes.get("display") == "false")
        elif name == "table-column":
            count = _count(attributes, "number-columns-repeated", MAX_COLUMNS)
            if self._is_hidden(attributes):
                self._grid.hidden_columns.update(range(self._described, min(self._described + count, MAX_COLUMNS)))
            self._described += count
            self._column_styles.append((self._described - 1, attributes.get("default-cell-style-name", "")))
        elif name == "table-row":
            self._rows = _count(attributes, "number-rows-repeated", MAX_ROWS)
            self._column = 0
            self._row_style = attributes.get("default-cell-style-name", "")
            if self._is_hidden(attributes):
                self._grid.hidden_rows.update(range(self._row, min(self._row + self._rows, MAX_ROWS)))
        elif name in ("table-cell", "covered-table-cell"):
            self._cell = attributes
            self._runs, self._length, self._has_paragraph = [], 0, False
            self._spans = []

    def _is_hidden(self, attributes: Attributes) -> bool:
        return attributes.get("visibility") in ("collapse", "filter") or any(self._hidden_group)

    # ------------------------------------------------------------ cells

    def _style_of(self, attributes: Attributes) -> str:
        default = self._row_style or next((style for last, style in self._column_styles if self._column <= last), "")
        return attributes.get("style-name", default)

    def _cell_part(self, cell: Attributes, name: str, attributes: Attributes) -> None:
        if name in ("p", "h"):
            self._spans = [self._drawn("table-cell", self._style_of(cell), (False, False))]
            if self._has_paragraph:
                self._add("\n")
            self._has_paragraph = self._in_paragraph = True
        elif name in ("span", "a"):
            base = self._spans[-1] if self._spans else (False, False)
            self._spans.append(self._drawn("text", attributes.get("style-name", ""), base))
        elif name == "s":
            self._add(" " * _count(attributes, "c", LONGEST_TEXT))
        elif name in ("tab", "line-break"):
            self._add("\t" if name == "tab" else "\n")

    def _add(self, text: str) -> None:
        if self._spans and self._length < LONGEST_TEXT:
            self._runs.append((text[:LONGEST_TEXT], *self._spans[-1]))
            self._length += len(text)

    def _end_cell(self, attributes: Attributes) -> None:
        columns = _count(attributes, "number-columns-repeated", MAX_COLUMNS)
        cell, is_cut = self._interpreted(attributes)
        top, left = self._row, self._column
        down, across = (
            _count(attributes, "number-rows-spanned", MAX_ROWS),
            _count(attributes, "number-columns-spanned", MAX_COLUMNS),
        )
        self._cell, self._spans = None, []
        self._column += columns
        if down > 1 or across > 1:
            self._grid.merge(top, left, top + down - 1, left + across - 1)
        if is_cut:
            self._grid.unseen.append((top, left))
        if cell != "":
            self._grid.put(top + self._rows - 1, left + columns - 1, cell)  # the last first: it tells how much there is
            for row in range(top, top + self._rows):
                for column in range(left, left + columns):
                    self._grid.put(row, column, cell)

    def _interpreted(self, attributes: Attributes) -> tuple[Cell, bool]:
        """Return the cell, and whether a text of it was left out."""
        style = self._style_of(attributes)
        text, is_cut = join_runs(self._runs)
        text = text[:LONGEST_TEXT]
        kind, _, own = attributes.get("value-type", "").partition(" ")  # LibreOffice adds its own: "string error"
        if "error" in (kind, own) or (kind != "string" and text.startswith(("#", "Err:"))):
            return FormulaError(text), False
        if "formula" in attributes and not kind and not self._has_paragraph:  # an empty text has an empty paragraph
            return FormulaWithoutValue(), False
        if kind in ("", "string"):
            return text or ("" if self._has_paragraph else attributes.get("string-value", "")[:LONGEST_TEXT]), is_cut
        if self._drawn("table-cell", style, (False, False))[1]:
            return "", True
        return self._number(attributes, kind, style, text), False

    def _number(self, attributes: Attributes, kind: str, style: str, text: str) -> Cell:
        """Return a cell whose value is no text."""
        match kind:
            case "boolean":
                return attributes.get("boolean-value") == "true"
            case "date":
                return _date(attributes.get("date-value", ""))
            case "time":
                return text or attributes.get("time-value", "")
        number = without_noise(number_of(attributes.get("value", "")))
        shown = next((look.format for look in self._looks_of("table-cell", style) if look.format), "")
        if kind == "percentage" or shown in self._percentages:
            return Percentage(number)
        if text.endswith("%"):  # only a sign behind the number
            return Percentage(number / 100)
        if scale := scale_in(text):
            return f"{number:g} ({scale})"
        return _TRUTH.get(text.upper(), number) if "formula" in attributes else number


def _date(value: str) -> Cell:
    try:
        return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    except ValueError:
        return value[:LONGEST_TEXT]


def _count(attributes: Attributes, name: str, most: int) -> int:
    """Return how many an element stands for."""
    value = attributes.get(name, "1").strip()
    return min(max(1, int(value)), most) if value.isdecimal() and len(value) < 10 else most if value.isdecimal() else 1
