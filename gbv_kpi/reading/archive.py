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
from collections.abc import Iterator
from dataclasses import dataclass

from gbv_kpi.language import phrase
from gbv_kpi.problems import Place, Problem

__all__ = ["Contents", "look_into"]

MAX_UNPACKED = 200 * 2**20  # bytes; the country's 53,000 returns unpack to some 30 MiB
MAX_AREA = 4_000_000  # cells between the first and the last, unless they are really filled
FILLED_SHARE = 20  # a sheet may span at most that many cells for each one it holds

_CELL = re.compile(rb"<(?:\w+:)?c[ >/]")
_FAR_COLUMN = re.compile(rb"""\br=["']([A-Z]{2,3})[0-9]""")
_ROW_NUMBER = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\br=["']([0-9]{1,9})""")
_UNCALCULATED = re.compile(
    rb"</(?:\w+:)?f>(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>|<(?:\w+:)?f\b[^>]*/></(?:\w+:)?c>"
)
_ERROR_CELL = re.compile(rb"""\bt=["']e["']""")
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
    unpacked = 0
    close_look = False
    for member in archive.infolist():
        if not member.filename.endswith((".xml", ".rels")):
            continue
        xml = b"".join(_unpacked(archive, member))
        unpacked += len(xml)
        if len(xml) > member.file_size or unpacked > MAX_UNPACKED:
            return _oversized(place)
        if b"<!DOCTYPE" in xml[:4096] or b"<!ENTITY" in xml[:65536]:
            message = phrase("The workbook holds instructions that no spreadsheet program writes.")
            return Problem("unreadable-file", place, message)
        if member.filename.startswith("xl/worksheets/"):
            if _spans_too_far(xml):
                return _oversized(place)
            close_look = close_look or bool(_UNCALCULATED.search(xml) or _ERROR_CELL.search(xml))
        elif member.filename == "xl/styles.xml":
            close_look = close_look or _has_percentages(xml)
    return Contents(close_look)


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member in pieces; it stops one byte after the size it claims, whatever follows."""
    left = member.file_size + 1
    with archive.open(member) as stream:
        while left > 0 and (piece := stream.read(min(left, 2**20))):
            left -= len(piece)
            yield piece


def _spans_too_far(xml: bytes) -> bool:
    """Whether the rectangle of a sheet's cells is far larger than what it holds."""
    last_row = max((int(number) for number in _ROW_NUMBER.findall(xml, max(0, len(xml) - 2**20))), default=0)
    columns = 26
    for letters in set(_FAR_COLUMN.findall(xml)):
        columns = max(columns, _column_number(letters))
    area = last_row * columns
    return area > MAX_AREA and area > FILLED_SHARE * len(_CELL.findall(xml))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


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
