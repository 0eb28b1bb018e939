"""A look into a workbook's zip before a reader opens it: is it safe, and what needs a closer look.

The fast reader allocates the whole rectangle between the first and the last cell, and gives a formula
without a value, a formula error and a percentage as if they were blank or plain. So the XML is looked
through once, as bytes: a bomb is refused here, and only a workbook that shows such cells pays for the
slower reader that can tell them.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from gbv_kpi.i18n import phrase
from gbv_kpi.problems import Place, Problem
from gbv_kpi.sheets.extent import area_of_sheet
from gbv_kpi.sheets.hidden import hidden_lines, sheet_names
from gbv_kpi.sheets.sheet import Seen
from gbv_kpi.sheets.superscripts import raised_in_shared_strings, raised_in_tables

MAX_UNPACKED = 100 * 2**20  # bytes; the country's 53,000 returns unpack to some 30 MiB
MAX_AREA = 2_500_000  # cells between the first and the last of all sheets; 53,000 returns span 1 million
MAX_TEXT = 100 * 2**20  # bytes of text in cells, each of which may repeat one long text

_UNCALCULATED = re.compile(
    rb"</(?:\w+:)?f>(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>|<(?:\w+:)?f\b[^>]*/></(?:\w+:)?c>"
)
# A script that does not calculate writes either no value or 0, and asks whoever opens the workbook to calculate.
_CALCULATED = re.compile(rb"</(?:\w+:)?f><(?:\w+:)?v>(?!0</)[^<]")
_ZERO = re.compile(rb"</(?:\w+:)?f><(?:\w+:)?v>0</")
_ASKS_TO_CALCULATE = re.compile(rb"""\bfullCalcOnLoad=["'](?:1|true)["']""")
_ERROR_CELL = re.compile(rb"""t=["']e["']""")
_CELL_FORMATS = re.compile(rb"<cellXfs.*?</cellXfs>", re.DOTALL)
_PERCENT_FORMAT = re.compile(rb"""numFmtId=["'](?:9|10)["']""")
_OWN_PERCENT_FORMAT = re.compile(rb"""<numFmt\b(?=[^>]*formatCode=["'][^"'>]*%)[^>]*numFmtId=["']([0-9]+)["']""")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a workbook's zip holds, as far as it decides how to read it."""

    needs_close_look: bool = False  # it has formulas without value, formula errors or percentages
    uncalculated: bool = False  # its formulas have never been calculated, though each has the value 0
    seen_by_sheet: Mapping[str, Seen] = field(default_factory=dict)
    raised: Mapping[str, str] = field(default_factory=dict)  # texts with numbers of footnotes, plain and as seen


def look_into(content: bytes, place: Place) -> Contents | Problem:
    """The contents of an .xlsx or .ods, or why it is not safe to open."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
                return _oversized(place)
            return _look_at_members(archive, place)
    except OverflowError:
        return _oversized(place)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError, RuntimeError):
        return damaged(place)


def _look_at_members(archive: zipfile.ZipFile, place: Place) -> Contents | Problem:
    look = _Look()
    unpacked = 0
    for member in archive.infolist():
        if not member.filename.endswith((".xml", ".rels")):
            continue
        with archive.open(member) as stream:
            xml = stream.read(member.file_size + 1)  # never more than it claims, whatever follows
        unpacked += len(xml)
        if len(xml) > member.file_size or unpacked > MAX_UNPACKED:
            return _oversized(place)
        if b"<!DOCTYPE" in xml[:4096] or b"<!ENTITY" in xml[:65536]:
            message = phrase("The workbook holds instructions that no spreadsheet program writes.")
            return Problem("unreadable-file", place, message)
        look.at(member.filename, xml)
        if look.area > MAX_AREA or look.texts * look.longest_text > MAX_TEXT:
            return _oversized(place)
    return look.contents()


@dataclass(slots=True)
class _Look:
    """What has been seen in the members so far."""

    area: int = 0
    texts: int = 0
    longest_text: int = 0
    needs_close_look: bool = False
    calculated: bool = False  # a formula has a value other than 0
    zeros: bool = False  # a formula has the value 0
    seen: dict[str, Seen] = field(default_factory=dict)  # by the sheet's name, of an .xlsx by the part that holds it
    raised: dict[str, str] = field(default_factory=dict)
    workbook: bytes = b""
    relations: bytes = b""

    def at(self, name: str, xml: bytes) -> None:
        match name:
            case "xl/workbook.xml":
                self.workbook = xml
            case "xl/_rels/workbook.xml.rels":
                self.relations = xml
            case "xl/sharedStrings.xml":
                self.longest_text = max(map(len, xml.split(b"</si>")))
                self.raised |= raised_in_shared_strings(xml)
            case "xl/styles.xml":
                self.needs_close_look |= _has_percentages(xml)
            case "content.xml":
                from gbv_kpi.sheets.ods_scan import area_of_tables, seen_in_tables

                self.area += area_of_tables(xml)
                if self.area <= MAX_AREA:
                    self.seen |= seen_in_tables(xml)
                    self.raised |= raised_in_tables(xml)
            case _ if name.startswith("xl/worksheets/"):
                self._at_sheet(name, xml)

    def _at_sheet(self, name: str, xml: bytes) -> None:
        self.area += area_of_sheet(xml)
        self.texts += xml.count(b't="s"')
        self.needs_close_look |= bool(_ERROR_CELL.search(xml))
        if b"<f" in xml or b":f" in xml:  # formulas told apart from none at a hundredth of the cost
            self.needs_close_look |= bool(_UNCALCULATED.search(xml))
            self.calculated |= bool(_CALCULATED.search(xml))
            self.zeros |= bool(_ZERO.search(xml))
        self.raised |= raised_in_shared_strings(xml)
        rows, columns = hidden_lines(xml)
        if rows or columns:
            self.seen[name] = Seen({}, rows, columns)

    def contents(self) -> Contents:
        uncalculated = self.zeros and not self.calculated and bool(_ASKS_TO_CALCULATE.search(self.workbook))
        names = sheet_names(self.workbook, self.relations) if self.seen else {}
        seen_by_sheet = {names.get(part, part): seen for part, seen in self.seen.items()}
        return Contents(self.needs_close_look or uncalculated, uncalculated, seen_by_sheet, self.raised)


def _has_percentages(styles: bytes) -> bool:
    formats = b"".join(_CELL_FORMATS.findall(styles))
    own = _OWN_PERCENT_FORMAT.findall(styles)
    return bool(_PERCENT_FORMAT.search(formats)) or any(
        re.search(rb"""numFmtId=["']%s["']""" % number, formats) for number in own
    )


def damaged(place: Place) -> Problem:
    return Problem("unreadable-file", place, phrase("The workbook is damaged or was not received whole."))


def _oversized(place: Place) -> Problem:
    return Problem(
        "oversized-file", place, phrase("The workbook is far larger than its table: it cannot be opened safely.")
    )
