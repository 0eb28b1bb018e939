"""Recognise reports of this tool among returns, even after another program has saved them."""

from gbv_kpi.sheets.encodings import plain_start
from gbv_kpi.sheets.package import Package, walk
from gbv_kpi.sheets.sheet import Sheet

REPORT_MARK = "gbv-kpi report"  # the category of a workbook or document
CSV_START = ("plan", "year", "indicator", "indicator_title", "scope")  # the first columns of a report as CSV
_PAGE_MARK = b'<meta name="generator" content="gbv-kpi'


def is_own_package(package: Package) -> bool:
    properties = package.related("", "core-properties")
    return any((category.text or "").strip() == REPORT_MARK for _, category in walk(properties, "category"))


def is_own_page(start: bytes) -> bool:
    return _PAGE_MARK in plain_start(start)


def is_own_table(sheet: Sheet) -> bool:
    return len(sheet.rows) > 0 and tuple(sheet.rows[0][: len(CSV_START)]) == CSV_START
