"""Workbooks (.xlsx, .xls, .ods) to sheets, with every cell at the sheet's own address."""

import io
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import cast

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from gbv_kpi.i18n import phrase
from gbv_kpi.problems import Place, Problem
from gbv_kpi.sheets.sheet import Cell, FormulaError, FormulaWithoutValue, Seen, Sheet, as_shown
from gbv_kpi.sheets.xls import OLE, encrypted, read_legacy_workbook
from gbv_kpi.sheets.xlsx_scan import Contents, damaged, look_into

ZIP = b"PK\x03\x04"


def is_workbook(content: bytes) -> bool:
    return content.startswith((ZIP, OLE))


def read_workbook(content: bytes, place: Place) -> list[tuple[Sheet, bool]] | Problem:
    """Each sheet and whether it is shown, or what keeps the workbook from being read."""
    return _read_archive(content, place) if content.startswith(ZIP) else read_legacy_workbook(content, place)


def _read_archive(content: bytes, place: Place) -> list[tuple[Sheet, bool]] | Problem:
    if not _is_spreadsheet(content):
        return Problem("unsupported-format", place, phrase("This is a packed file, but not a spreadsheet."))
    contents = look_into(content, place)
    if isinstance(contents, Problem):
        return contents
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            sheets = list(_sheets(workbook))
    except PasswordError:
        return encrypted(place)
    except (CalamineError, OSError, ValueError, OverflowError, MemoryError):
        return damaged(place)
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how a fault in the reader's own code arrives
            raise
        return damaged(place)
    if contents.needs_close_look:
        sheets = list(_looked_at_closely(content, sheets, contents))
    return [(_completed(sheet, contents), is_shown) for sheet, is_shown in sheets]


def _is_spreadsheet(content: bytes) -> bool:
    return b"xl/" in content or b"opendocument.spreadsheet" in content[:200]


def _sheets(workbook: CalamineWorkbook) -> Iterator[tuple[Sheet, bool]]:
    for metadata in workbook.sheets_metadata:
        if metadata.typ is SheetTypeEnum.WorkSheet:
            sheet = workbook.get_sheet_by_name(metadata.name)
            rows = cast("list[list[Cell]]", sheet.to_python(skip_empty_area=False))
            merged = tuple(sheet.merged_cell_ranges or ())
            yield Sheet(sheet.name, rows, merged), metadata.visible is SheetVisibleEnum.Visible


def _completed(sheet: Sheet, contents: Contents) -> Sheet:
    """The sheet with what its XML shows besides."""
    seen = contents.seen_by_sheet.get(sheet.name or "", Seen())
    if not (seen.cells or contents.raised):
        return replace(sheet, hidden_rows=seen.hidden_rows, hidden_columns=seen.hidden_columns)
    rows = [[contents.raised.get(cell, cell) if isinstance(cell, str) else cell for cell in row] for row in sheet.rows]
    for (row, column), cell in seen.cells.items():
        if row < len(rows):
            rows[row].extend([""] * (column + 1 - len(rows[row])))
            rows[row][column] = cell
    return replace(sheet, rows=rows, hidden_rows=seen.hidden_rows, hidden_columns=seen.hidden_columns)


def _looked_at_closely(
    content: bytes, sheets: Iterable[tuple[Sheet, bool]], contents: Contents
) -> Iterator[tuple[Sheet, bool]]:
    """The sheets with the cells told apart that the fast reader gives as blank or plain numbers."""
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of extensions it will not keep; nothing is saved here
        formulas = load_workbook(io.BytesIO(content), read_only=True)
        results = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for sheet, is_shown in sheets:
            rows = [list(cells) for cells in sheet.rows]
            pairs = zip(formulas[sheet.name or ""].iter_rows(), results[sheet.name or ""].iter_rows(), strict=True)
            for row, (written, calculated) in enumerate(pairs):
                for column, (formula, result) in enumerate(zip(written, calculated, strict=False)):
                    if row < len(rows) and column < len(rows[row]):
                        rows[row][column] = _told_apart(rows[row][column], formula, result, contents)
            yield replace(sheet, rows=rows), is_shown


def _told_apart(cell: Cell, formula: object, result: object, contents: Contents) -> Cell:
    value = getattr(result, "value", None)
    kind = getattr(result, "data_type", None)
    if kind == "e":
        return FormulaError(str(value))
    if getattr(formula, "data_type", None) == "f" and (
        (value is None and kind != "str") or (value == 0 and contents.uncalculated)
    ):
        return FormulaWithoutValue()
    return as_shown(cell, str(getattr(result, "number_format", ""))) if isinstance(cell, float) else cell
