"""The mark by which a report of this tool is known among returns, whoever opened and saved it since."""

from gbv_kpi.sheets.encodings import plain_start
from gbv_kpi.sheets.package import Package
from gbv_kpi.sheets.sheet import Sheet
from gbv_kpi.sheets.xml_reader import Attributes, read_xml

REPORT_MARK = "gbv-kpi report"  # the category of a workbook or document
CSV_START = ("plan", "year", "indicator", "indicator_title", "scope")  # the first columns of a report as CSV
_PAGE_MARK = b'<meta name="generator" content="gbv-kpi'


def is_own_package(package: Package) -> bool:
    category: list[str] = []
    is_open = False

    def start(name: str, _: Attributes) -> None:
        nonlocal is_open
        is_open = name == "category"

    properties = package.related("", "core-properties")
    if properties:
        read_xml(properties, start, None, lambda text: category.append(text) if is_open else None)
    return "".join(category).strip() == REPORT_MARK


def is_own_page(start: bytes) -> bool:
    return _PAGE_MARK in plain_start(start)


def is_own_table(sheet: Sheet) -> bool:
    return len(sheet.rows) > 0 and tuple(sheet.rows[0][: len(CSV_START)]) == CSV_START
