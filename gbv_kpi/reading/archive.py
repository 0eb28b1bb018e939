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
from dataclasses import dataclass

from gbv_kpi.language import phrase
from gbv_kpi.problems import Place, Problem
from gbv_kpi.reading.extent import area_of_sheet, area_of_tables

__all__ = ["Contents", "look_into"]

MAX_UNPACKED = 100 * 2**20  # bytes; the country's 53,000 returns unpack to some 30 MiB
MAX_AREA = 4_000_000  # cells between the first and the last of all sheets; 53,000 returns span 1 million
MAX_TEXT = 100 * 2**20  # bytes of text in cells, each of which may repeat one long text

_UNCALCULATED = re.compile(
    rb"</(?:\w+:)?f>(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>|<(?:\w+:)?f\b[^>]*/></(?:\w+:)?c>"
)
_ERROR_CELL = re.compile(rb"""t=["']e["']""")
_CELL_FORMATS = re.compile(rb"<cellXfs.*?</cellXfs>", re.DOTALL)
_PERCENT_FORMAT = re.compile(rb"""numFmtId=["'](?:9|10)["']""")
_OWN_PERCENT_FORMAT = re.compile(rb"""<numFmt\b(?=[^>]*formatCode=["'][^"'>]*%)[^>]*numFmtId=["']([0-9]+)["']""")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a workbook's zip holds, as far as it decides how to read it."""

    needs_close_look: bool  # it has formulas without value, formula errors or percentages


def look_into(content: bytes, place: Place) -> Contents | Problem:
    """The contents of an .xlsx or .ods, or why it is not safe to open."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED:
                return _oversized(place)
            return _look_at_members(archive, place)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError, RuntimeError):
        message = phrase("The workbook is damaged or was not received whole.")
        return Problem("unreadable-file", place, message)


def _look_at_members(archive: zipfile.ZipFile, place: Place) -> Contents | Problem:
    unpacked = area = texts = 0
    longest_text = 0
    close_look = False
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
        if member.filename.startswith("xl/worksheets/"):
            area += area_of_sheet(xml)
            texts += xml.count(b't="s"')
            formulas = b"<f" in xml or b":f" in xml  # told apart from none at a hundredth of the cost
            close_look = close_look or bool((formulas and _UNCALCULATED.search(xml)) or _ERROR_CELL.search(xml))
        elif member.filename == "xl/sharedStrings.xml":
            longest_text = max(map(len, xml.split(b"</si>")))
        elif member.filename == "xl/styles.xml":
            close_look = close_look or _has_percentages(xml)
        elif member.filename == "content.xml":
            area += area_of_tables(xml)
        if area > MAX_AREA or texts * longest_text > MAX_TEXT:
            return _oversized(place)
    return Contents(close_look)


def _has_percentages(styles: bytes) -> bool:
    formats = b"".join(_CELL_FORMATS.findall(styles))
    own = _OWN_PERCENT_FORMAT.findall(styles)
    return bool(_PERCENT_FORMAT.search(formats)) or any(
        re.search(rb"""numFmtId=["']%s["']""" % number, formats) for number in own
    )


def _oversized(place: Place) -> Problem:
    return Problem(
        "oversized-file", place, phrase("The workbook is far larger than its table: it cannot be opened safely.")
    )
