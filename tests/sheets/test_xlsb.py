"""Workbooks in binary records, written here record by record."""

import io
import struct
import zipfile

from gbv_kpi.sheets.open import read_sheets
from gbv_kpi.sheets.sheet import FormulaError, Percentage
from gbv_kpi.sheets.sources import Source

TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/xl/workbook.bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
    "</Types>"
)
RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
RELATION = (
    '<Relationship Id="{}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"/>'
)


def record(kind: int, content: bytes = b"") -> bytes:
    kinds = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(content)
    return kinds + (bytes([size]) if size < 0x80 else bytes([size & 0x7F | 0x80, size >> 7])) + content


def text(words: str) -> bytes:
    return struct.pack("<I", len(words)) + words.encode("utf-16-le")


def font(*, is_struck: bool = False, is_raised: bool = False) -> bytes:
    return record(43, struct.pack("<HHHH", 220, 8 * is_struck, 400, is_raised) + bytes(13) + text("Calibri"))


def cell(kind: int, column: int, content: bytes, style: int = 0) -> bytes:
    return record(kind, struct.pack("<II", column, style) + content)


def row(number: int, *, is_hidden: bool = False) -> bytes:
    return record(0, struct.pack("<IIHBBB", number, 0, 300, 0, 0x10 * is_hidden, 0) + struct.pack("<I", 0))


def rich(words: str, *runs: tuple[int, int]) -> bytes:
    return b"\x01" + text(words) + struct.pack("<I", len(runs)) + b"".join(struct.pack("<HH", *run) for run in runs)


STYLES = (
    record(278) + record(615, struct.pack("<I", 1)) + record(44, struct.pack("<H", 164) + text("yyyy")) + record(616)
    + record(611, struct.pack("<I", 3)) + font() + font(is_struck=True) + font(is_raised=True) + record(612)
    + record(617, struct.pack("<I", 4))
    + b"".join(
        record(47, struct.pack("<HHH", 0, number_format, drawn) + bytes(10))
        for number_format, drawn in ((0, 0), (9, 0), (164, 0), (0, 1))
    )
    + record(618) + record(279)
)  # fmt: skip
STRINGS = record(159, struct.pack("<II", 2, 2)) + record(19, b"\0" + text("Đơn vị")) + record(
    19, rich("15201", (0, 1), (2, 0), (4, 2))
) + record(160)  # fmt: skip
SHEET = (
    record(129)
    + record(390) + record(60, struct.pack("<IIIIH", 4, 5, 2560, 0, 1)) + record(391)
    + record(145)
    + row(0) + cell(7, 0, struct.pack("<I", 0)) + cell(7, 1, struct.pack("<I", 1)) + cell(6, 2, text("x"))
    + row(2, is_hidden=True) + cell(2, 0, struct.pack("<i", 12 << 2 | 2)) + cell(2, 1, struct.pack("<i", 1250 << 2 | 3))
    + cell(5, 2, struct.pack("<d", 0.5), 1) + cell(3, 3, b"\x07") + cell(4, 4, b"\x01")
    + cell(5, 5, struct.pack("<d", 45000), 2) + cell(5, 6, struct.pack("<d", 15), 3)
    + record(146) + record(177, struct.pack("<I", 1)) + record(176, struct.pack("<IIII", 3, 3, 0, 2)) + record(178)
    + record(130)
)  # fmt: skip


def workbook() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        archive.writestr("_rels/.rels", RELATIONS.format(RELATION.format("r1", "officeDocument", "xl/workbook.bin")))
        targets = (
            ("r1", "worksheet", "s.bin"),
            ("r2", "styles", "styles.bin"),
            ("r3", "sharedStrings", "sharedStrings.bin"),
        )
        related = "".join(RELATION.format(*target) for target in targets)
        archive.writestr("xl/_rels/workbook.bin.rels", RELATIONS.format(related))
        sheet = record(156, struct.pack("<II", 0, 1) + text("r1") + text("Biểu 1"))
        archive.writestr("xl/workbook.bin", record(131) + record(143) + sheet + record(144) + record(132))
        archive.writestr("xl/s.bin", SHEET)
        archive.writestr("xl/styles.bin", STYLES)
        archive.writestr("xl/sharedStrings.bin", STRINGS)
    return packed.getvalue()


def test_records_are_read_as_a_person_sees_them() -> None:
    opened = read_sheets(Source("f.xlsb", workbook()))
    sheets, problems = opened.shown, opened.problems
    assert [problem.code for problem in problems] == ["unseen-text"]
    sheet = sheets[0]
    assert list(map(list, sheet.rows)) == [
        ["Đơn vị", "20¹", "x"],
        [],
        [12.0, 12.5, Percentage(0.5), FormulaError("#DIV/0!"), True, 2023.0],
    ]
    assert (sheet.name, sheet.merged) == ("Biểu 1", (((3, 0), (3, 2)),))
    assert (sheet.hidden_rows, sheet.hidden_columns, sheet.unseen) == ({2}, {4, 5}, ((0, 1), (2, 6)))


def test_a_record_that_breaks_off_is_damage() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(packed, "w") as new:
        for part in old.namelist():
            new.writestr(part, SHEET[: SHEET.index(record(146)) - 4] if part == "xl/s.bin" else old.read(part))
    opened = read_sheets(Source("f.xlsb", packed.getvalue()))
    sheets, problems = opened.shown, opened.problems
    assert (sheets, [problem.code for problem in problems]) == ((), ["unreadable-file"])
