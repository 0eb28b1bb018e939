"""One file of any kind to its sheets."""

import codecs

from gbv_kpi.language import phrase
from gbv_kpi.problems import Place, Problem
from gbv_kpi.reading.sheet import Sheet
from gbv_kpi.reading.sources import Source
from gbv_kpi.reading.text import is_legacy, legacy_encoding, read_text
from gbv_kpi.reading.workbook import is_workbook, read_workbook

__all__ = ["read_sheets"]

LOOKED_AT_ROWS = 200


def read_sheets(source: Source) -> tuple[list[Sheet], str | None, list[Problem]]:
    """The sheets of a file, the encoding of a CSV, and what kept sheets from being read."""
    place = Place(source.name)
    if not source.start.strip() and not source.content.strip():
        return [], None, [Problem("unreadable-file", place, phrase("The file is empty."))]
    if is_workbook(source.start):
        sheets, problems = read_workbook(source)
        if any(is_legacy(_texts(sheet)) for sheet in sheets):
            return [], None, [legacy_encoding(place)]
        return sheets, None, problems
    if problem := _other_kind(source.start, place):
        return [], None, [problem]
    sheet, encoding, problems = read_text(source)
    return [sheet] if sheet else [], encoding, problems


def _texts(sheet: Sheet) -> list[str]:
    return [cell for row in sheet.rows[:LOOKED_AT_ROWS] for cell in row if isinstance(cell, str) and cell]


def _other_kind(content: bytes, place: Place) -> Problem | None:
    """What a file is that is neither a workbook nor text with separators, whatever its name says."""
    start = content[:2000]
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        start = start.removeprefix(mark)
    start = start.replace(b"\0", b"").lstrip().lower()
    if start.startswith(b"%pdf"):
        return Problem("unsupported-format", place, phrase("This is a PDF, from which no figures are read."))
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")):
        return Problem("unsupported-format", place, phrase("This is a web page, whatever its name says."))
    if start.startswith((b"<?xml", b"{\\rtf", b"\x89png", b"\xff\xd8\xff", b"gif8", b"rar!", b"7z\xbc\xaf")):
        return Problem("unsupported-format", place, phrase("This is no spreadsheet, whatever its name says."))
    return None
