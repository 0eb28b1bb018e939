"""Workbooks (.xlsx, .xls, .ods) to sheets, with every cell at the sheet's own address."""

import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import replace

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from gbv_kpi.language import phrase
from gbv_kpi.problems import Place, Problem
from gbv_kpi.reading.archive import Contents, look_into
from gbv_kpi.reading.sheet import Cell, FormulaError, FormulaWithoutValue, Percentage, Sheet
from gbv_kpi.reading.sources import Source

__all__ = ["is_workbook", "read_workbook"]

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

_LITERAL = re.compile(r'"[^"]*"|\\.')  # signs that a number format shows as they stand

MAX_LEGACY_SIZE = 64 * 2**20  # bytes of an .xls, which holds 65,536 rows at the most


def is_workbook(content: bytes) -> bool:
    return content.startswith((ZIP, OLE))


def read_workbook(source: Source) -> tuple[list[Sheet], list[Problem]]:
    """The visible sheets, and what kept the workbook or a sheet from being read."""
    contents = _safe_to_open(source)
    if isinstance(contents, Problem):
        return [], [contents]
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(source.content)) as workbook:
            sheets, problems = _read_sheets(workbook, source)
    except PasswordError:
        return [], [_encrypted(Place(source.name))]
    except (CalamineError, OSError, ValueError, OverflowError, MemoryError):
        return [], [_damaged(Place(source.name))]
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how a fault in the reader's own code arrives
            raise
        return [], [_damaged(Place(source.name))]
    if contents.needs_close_look:
        sheets = list(_looked_at_closely(source.content, sheets))
    return sheets, problems


def _safe_to_open(source: Source) -> Contents | Problem:
    """What the workbook holds, or why no reader should be let near it."""
    place = Place(source.name)
    if source.content.startswith(ZIP):
        if not _is_spreadsheet(source.content):
            message = phrase("This is a packed file, but not a spreadsheet.")
            return Problem("unsupported-format", place, message)
        return look_into(source.content, place)
    if ENCRYPTED in source.content:
        return _encrypted(place)
    if len(source.content) > MAX_LEGACY_SIZE:
        return Problem("oversized-file", place, phrase("The workbook is too large to be a return."))
    return Contents(needs_close_look=False)


def _is_spreadsheet(content: bytes) -> bool:
    return b"xl/" in content or b"opendocument.spreadsheet" in content[:200]


def _read_sheets(workbook: CalamineWorkbook, source: Source) -> tuple[list[Sheet], list[Problem]]:
    sheets: list[Sheet] = []
    problems: list[Problem] = []
    for metadata in workbook.sheets_metadata:
        if metadata.typ is not SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_name(metadata.name)
        if metadata.visible is SheetVisibleEnum.Visible:
            sheets.append(_sheet(sheet))
        elif sheet.start is not None:
            message = phrase("The sheet “{sheet}” is hidden and was not read.", sheet=metadata.name)
            problems.append(Problem("hidden-sheet", Place(source.name, metadata.name), message))
    return sheets, problems


def _sheet(sheet: CalamineSheet) -> Sheet:
    rows: list[list[Cell]] = sheet.to_python(skip_empty_area=False)  # type: ignore[assignment]
    return Sheet(sheet.name, rows, tuple(sheet.merged_cell_ranges or ()))


def _looked_at_closely(content: bytes, sheets: list[Sheet]) -> Iterator[Sheet]:
    """The sheets with the cells told apart that the fast reader gives as blank or plain numbers."""
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of extensions it will not keep; nothing is saved here
        formulas = load_workbook(io.BytesIO(content), read_only=True)
        results = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for sheet in sheets:
            rows = [list(cells) for cells in sheet.rows]
            pairs = zip(formulas[sheet.name or ""].iter_rows(), results[sheet.name or ""].iter_rows(), strict=True)
            for row, (written, calculated) in enumerate(pairs):
                for column, (formula, result) in enumerate(zip(written, calculated, strict=False)):
                    if row < len(rows) and column < len(rows[row]):
                        rows[row][column] = _told_apart(rows[row][column], formula, result)
            yield replace(sheet, rows=rows)


def _told_apart(cell: Cell, formula: object, result: object) -> Cell:
    value = getattr(result, "value", None)
    if getattr(result, "data_type", None) == "e":
        return FormulaError(str(value))
    if getattr(formula, "data_type", None) == "f" and value is None:
        return FormulaWithoutValue()
    shown_as = str(getattr(result, "number_format", ""))
    if isinstance(cell, float) and "%" in shown_as:
        return Percentage(cell if "%" in _LITERAL.sub("", shown_as) else cell / 100)
    return cell


def _encrypted(place: Place) -> Problem:
    return Problem("encrypted-workbook", place, phrase("The workbook is locked with a password."))


def _damaged(place: Place) -> Problem:
    return Problem("unreadable-file", place, phrase("The workbook is damaged or was not received whole."))
