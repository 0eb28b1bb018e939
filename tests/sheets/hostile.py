"""Files that were made to hurt, or that came to harm."""

import io
import random
import zipfile
from collections.abc import Callable
from itertools import pairwise

import xlwt

from tests import offices
from tests.reading.sending import HEADER, NHO_QUAN, TITLE

SHEET = "xl/worksheets/sheet1.xml"
Edit = Callable[[bytes], bytes]


def good() -> bytes:
    packed = io.BytesIO()
    offices.workbook(("Sheet1", [TITLE, HEADER, NHO_QUAN])).save(packed)
    return packed.getvalue()


def edited(edits: dict[str, Edit], added: dict[str, bytes] | None = None) -> bytes:
    """A good workbook with some members of its zip edited and others added."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good())) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, edits.get(member, bytes)(old.read(member)))
        for member, content in (added or {}).items():
            new.writestr(member, content)
    return packed.getvalue()


def with_rows(rows: bytes) -> bytes:
    """A good workbook with more rows, from row 4 on, in the XML of its sheet."""
    return edited({SHEET: lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>")})


def _entities(xml: bytes) -> bytes:
    names = "abcdefghij"
    nested = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise(names))
    doctype = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{nested}]>'.encode()
    return doctype + xml.replace(b"</sheetData>", b'<row r="4"><c r="A4" t="str"><v>&j;</v></c></row></sheetData>')


def shared_text(text: bytes, rows: range) -> bytes:
    """A good workbook with one text that many cells share."""
    cells = b"".join(b'<row r="%d"><c r="P%d" t="s"><v>0</v></c></row>' % (row, row) for row in rows)
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    relation = b'<Relationship Id="rIdShared" Type="%s" Target="sharedStrings.xml"/></Relationships>' % kind
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return edited(
        {
            SHEET: lambda xml: xml.replace(b"</sheetData>", cells + b"</sheetData>"),
            "xl/_rels/workbook.xml.rels": lambda xml: xml.replace(b"</Relationships>", relation),
        },
        {"xl/sharedStrings.xml": b'<sst xmlns="%s"><si><t>%s</t></si></sst>' % (space, text)},
    )


def _many_wide_sheets() -> bytes:
    packed = io.BytesIO()
    offices.workbook(*((f"S{number}", [[]] * 199 + [[None] * 16383 + [1]]) for number in range(3))).save(packed)
    return packed.getvalue()


def _repeated_cells() -> bytes:
    after = (
        '<table:table-row table:number-rows-repeated="1048500"><table:table-cell table:number-columns-repeated="1000"'
        ' office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell></table:table-row>'
    )
    return offices.ods("S", [["a"]], after=after)


def _repeated_percentages() -> bytes:
    after = (
        '<table:table-row table:number-rows-repeated="1000"><table:table-cell table:number-columns-repeated="1000"'
        ' office:value-type="percentage" office:value="1"><text:p>1</text:p></table:table-cell></table:table-row>'
    )
    return offices.ods("S", [["a"]], after=after)


def _many_merged_areas() -> bytes:
    made = xlwt.Workbook()
    sheet = made.add_sheet("S")
    for row in range(0, 60_000, 2):
        for column in range(0, 8, 2):
            sheet.merge(row, row + 1, column, column + 1)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def encrypted() -> bytes:
    """What a workbook saved with a password is: an OLE file with a stream of that name."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504
    return header + b"\x00" * 512 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 512


def _other_zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    return packed.getvalue()


# Name, content, and the code of the one problem it must give.
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "encrypted.xlsx": (encrypted, "encrypted-workbook"),
    "truncated.xlsx": (lambda: good()[: len(good()) // 2], "unreadable-file"),
    "tail-missing.xlsx": (lambda: good()[:-30], "unreadable-file"),
    "random.xlsx": (lambda: random.Random(1).randbytes(50_000), "unreadable-file"),
    "random.csv": (lambda: random.Random(1).randbytes(50_000), "undecodable-text"),
    "random-zip.xlsx": (lambda: b"PK\x03\x04xl/" + random.Random(1).randbytes(50_000), "unreadable-file"),
    "random-ole.xls": (lambda: encrypted()[:512] + random.Random(1).randbytes(50_000), "unreadable-file"),
    "letter.xlsx": (_other_zip, "unsupported-format"),
    "zip-bomb.xlsx": (lambda: edited({}, {"xl/media/image1.bin": b"\x00" * (300 * 2**20)}), "oversized-file"),
    "xml-bomb.xlsx": (lambda: with_rows(b" " * (150 * 2**20)), "oversized-file"),
    "entity-bomb.xlsx": (lambda: edited({SHEET: _entities}), "unreadable-file"),
    "stray-cell.xlsx": (
        lambda: with_rows(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "oversized-file",
    ),
    "wide-sheets.xlsx": (_many_wide_sheets, "oversized-file"),
    "repeated-cells.ods": (_repeated_cells, "oversized-file"),
    "repeated-percentages.ods": (_repeated_percentages, "no-table-found"),
    "many-merged-areas.xls": (_many_merged_areas, "oversized-file"),
    "long-spans.xls": (lambda: b"<table>" + b"<tr><td colspan=1000 rowspan=60000>1" * 1000, "oversized-file"),
    "many-cells.xls": (lambda: b"<table><tr>" + b"<td>" * 1_500_000, "oversized-file"),
    "many-rows.xls": (lambda: b"<table>" + b"<tr>" * 1_500_000, "oversized-file"),
    "deep.xls": (lambda: b"<table><tr><td>" * 50_000, "oversized-file"),
    "deep-divisions.xls": (lambda: b"<html>" + b"<div>" * 3_000_000, "oversized-file"),
    "one-tag.xls": (lambda: b"<html><table a='" + b"x" * 30_000_000, "unsupported-format"),
    "entities.xls": (
        lambda: b"<!DOCTYPE html [<!ENTITY a 'aaaaaaaa'><!ENTITY b '&a;&a;'>]><table><tr><td>" + b"&b;" * 500_000,
        "unsupported-format",
    ),
    "long.csv": (lambda: b"a;b\n" * 3_000_000, "oversized-file"),
    "wide.csv": (lambda: b";" * 5_000_000 + b"x", "oversized-file"),
    "wide-row.csv": (lambda: b"a;b\n" * 1500 + b";" * 16_000 + b"x\n" + b"a;b\n" * 1500, "oversized-file"),
    "wide-and-blank.csv": (lambda: b";" * 5_000_000, "no-table-found"),
    "wide-blank-row.csv": (lambda: b"a;b\n" * 1500 + b";" * 16_000 + b"\n" + b"a;b\n" * 1500, "no-table-found"),
}


def _stray_legacy_cell() -> bytes:
    made = xlwt.Workbook()
    sheet = made.add_sheet("S")
    for row, cells in enumerate([TITLE, HEADER, NHO_QUAN]):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    sheet.write(65_535, 255, "")
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


# These are large in a way that a person would not notice: they must be read.
HARMLESS: dict[str, Callable[[], bytes]] = {
    "million-styled-rows.xlsx": lambda: with_rows(
        b"".join(b'<row r="%d" s="1" customFormat="1"/>' % row for row in range(4, 1_000_004))
    ),
    "million-styled-cells.xlsx": lambda: with_rows(
        b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (row, row) for row in range(4, 1_000_004))
    ),
    "stray-cell.xls": _stray_legacy_cell,
    "many-hidden-columns.xlsx": lambda: edited(
        {
            SHEET: lambda xml: xml.replace(
                b"<sheetData>",
                b"<cols>" + b'<col min="20" max="99999999999" hidden="1"/>' * 200_000 + b"</cols><sheetData>",
            )
        }
    ),
    "many-links.xlsx": lambda: edited(
        {
            SHEET: lambda xml: xml.replace(
                b"</sheetData>",
                b'<row r="4"><c r="A4" s="0"/><c r="Z4"><f>A1</f></c></row></sheetData><hyperlinks>'
                + b'<hyperlink ref="A1" location="x"/>' * 600_000
                + b"</hyperlinks>",
            )
        }
    ),
    "long-text.xlsx": lambda: shared_text(b"x" * 30_000, range(4, 100_000)),
    "stray-style.xlsx": lambda: with_rows(b'<row r="1048576"><c r="XFD1048576" s="0"/></row>'),
    "many-merges.xlsx": lambda: edited(
        {
            SHEET: lambda xml: xml.replace(
                b"</sheetData>",
                b"</sheetData><mergeCells>"
                + b"".join(b'<mergeCell ref="A%d:XFD%d"/>' % (row, row + 1) for row in range(10, 100_010, 2))
                + b"</mergeCells>",
            )
        }
    ),
}
