"""Returns laid out the way offices send them, for tests and for `examples/`.

Each function takes the figures and gives an openpyxl workbook or the text of a CSV; the labels are the
plan's. `Figures` are the counts of one unit by field id, None for a blank cell.
"""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from gbv_kpi.plan import Plan, ReturnField

Figure = int | float | str | None
Figures = Mapping[str, Figure]

BOLD = Font(name="Times New Roman", size=12, bold=True)
PLAIN = Font(name="Times New Roman", size=12)
CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
THIN = Side(style="thin")
GRID = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
SECTIONS = ("Người bị bạo lực trên cơ sở giới", "Trường hợp có nhu cầu trợ giúp", "Đào tạo, tập huấn", "Cơ sở giáo dục")
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
MEASURES = {"people": "Người", "cases": "Vụ", "places": "Cơ sở"}


def required(plan: Plan) -> list[ReturnField]:
    return [field for field in plan.fields if not field.optional]


def compiled_table(
    plan: Plan, year: int, rows: Sequence[tuple[str, Figures]], *, total: bool = True, title: str | None = None
) -> Workbook:
    """The official table: title block, two-level merged header, column numbers, total row, signatures."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Biểu 1"
    fields = required(plan)
    sheet["A1"], sheet["A2"] = "ỦY BAN NHÂN DÂN TỈNH NINH BÌNH", "SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI"
    sheet["A4"] = title or f"BIỂU TỔNG HỢP KẾT QUẢ THỰC HIỆN KẾ HOẠCH SỐ {plan.number} NĂM {year}"
    sheet.merge_cells(start_row=4, end_row=4, start_column=1, end_column=len(fields) + 2)
    for column, heading in enumerate(("STT", "Đơn vị"), start=1):
        sheet.cell(6, column, heading)
        sheet.merge_cells(start_row=6, end_row=7, start_column=column, end_column=column)
    start = 3
    for column, field in enumerate(fields, start=3):
        upper, lower = field.header["vi"]
        sheet.cell(7, column, lower)
        if column == 3 or upper != fields[column - 4].header["vi"][0]:
            start = column
            sheet.cell(6, column, upper)
        elif column == len(fields) + 2 or upper != fields[column - 2].header["vi"][0]:
            sheet.merge_cells(start_row=6, end_row=6, start_column=start, end_column=column)
    for column, number in enumerate(["A", "B", *range(1, len(fields) + 1)], start=1):
        sheet.cell(8, column, number)
    row = 8
    for row, (name, figures) in enumerate(rows, start=9):
        sheet.cell(row, 1, row - 8)
        sheet.cell(row, 2, name)
        for column, field in enumerate(fields, start=3):
            sheet.cell(row, column, figures.get(field.id))
    if total:
        row += 1
        sheet.cell(row, 2, "Tổng cộng")
        for column, field in enumerate(fields, start=3):
            counts = [figures.get(field.id) for _, figures in rows]
            sheet.cell(row, column, sum(count for count in counts if isinstance(count, int)))
    _dress(sheet, 6, row, len(fields) + 2)
    sheet.cell(row + 2, 9, f"Ninh Bình, ngày 15 tháng 12 năm {year}")
    sheet.cell(row + 3, 2, "NGƯỜI LẬP BIỂU")
    sheet.cell(row + 3, 9, "THỦ TRƯỞNG ĐƠN VỊ")
    sheet.cell(row + 8, 2, "Nơi nhận:")
    sheet.cell(row + 9, 2, "- Như trên;")
    return book


def form_sheet(sheet: Worksheet, plan: Plan, unit: str | None, year: int | None, figures: Figures) -> None:
    """The form of one unit: items down, numbered, with their measure; the value in the last column."""
    sheet["A1"] = "Biểu 02/BC-H"
    if unit is not None:
        sheet["A2"] = f"Đơn vị báo cáo: {unit}"
    sheet["C2"] = "Đơn vị nhận báo cáo: Sở Lao động - Thương binh và Xã hội tỉnh Ninh Bình"
    sheet["A3"] = "BÁO CÁO KẾT QUẢ PHÒNG NGỪA VÀ ỨNG PHÓ VỚI BẠO LỰC TRÊN CƠ SỞ GIỚI"
    if year is not None:
        sheet["A4"] = f"Năm {year}"
    for column, heading in enumerate(("STT", "Chỉ tiêu", "Đơn vị tính", "Số liệu"), start=1):
        sheet.cell(6, column, heading)
    row = 6
    fields = required(plan)
    for number, (section, items) in enumerate(
        zip(SECTIONS, (fields[:2], fields[2:4], fields[4:8], fields[8:]), strict=True), 1
    ):
        row += 1
        sheet.cell(row, 1, str(number))
        sheet.cell(row, 2, section)
        for item, field in enumerate(items, start=1):
            row += 1
            sheet.cell(row, 1, f"{number}.{item}")
            sheet.cell(row, 2, field.label.vi)
            sheet.cell(row, 3, MEASURES[field.counts])
            sheet.cell(row, 4, figures.get(field.id))
    _dress(sheet, 6, row, 4)
    sheet.column_dimensions["B"].width = 70
    sheet.cell(row + 2, 3, f"Ninh Bình, ngày 10 tháng 12 năm {year or 2025}")
    sheet.cell(row + 3, 1, "NGƯỜI LẬP BIỂU")


def form(plan: Plan, unit: str | None, year: int | None, figures: Figures) -> Workbook:
    book = Workbook()
    assert isinstance(book.active, Worksheet)
    form_sheet(book.active, plan, unit, year, figures)
    return book


def forms_in_one_workbook(plan: Plan, year: int, rows: Sequence[tuple[str, Figures]]) -> Workbook:
    """A sheet with a form for each unit, named after it."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, figures in rows:
        form_sheet(book.create_sheet(name), plan, name, year, figures)
    return book


def cross_table(plan: Plan, year: int, rows: Sequence[tuple[str, Figures]], *, total: bool = True) -> Workbook:
    """Items down, units across, with a "Toàn tỉnh" column."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet["A1"] = f"KẾT QUẢ THỰC HIỆN KẾ HOẠCH SỐ {plan.number} NĂM {year}"
    headings = ["STT", "Nội dung", "Đơn vị tính", *(["Toàn tỉnh"] if total else []), *(name for name, _ in rows)]
    for column, heading in enumerate(headings, start=1):
        sheet.cell(3, column, heading)
    fields = required(plan)
    for row, field in enumerate(fields, start=4):
        counts = [figures.get(field.id) for _, figures in rows]
        whole = [sum(count for count in counts if isinstance(count, int))] if total else []
        for column, cell in enumerate([row - 3, field.label.vi, MEASURES[field.counts], *whole, *counts], start=1):
            sheet.cell(row, column, cell)
    _dress(sheet, 3, len(fields) + 3, len(headings))
    sheet.column_dimensions["B"].width = 70
    return book


def csv_text(plan: Plan, rows: Sequence[tuple[str, int | None, Figures]], delimiter: str = ";") -> str:
    """A plain table with the plan's labels as its header; unit, year, then the figures."""
    fields = required(plan)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(["Đơn vị", "Năm", *(field.label.vi for field in fields)])
    for name, year, figures in rows:
        writer.writerow([name, year, *(figures.get(field.id) for field in fields)])
    return text.getvalue()


def workbook(*sheets: tuple[str, Sequence[Sequence[object]]], merged: Sequence[str] = ()) -> Workbook:
    """Sheets of bare rows; `merged` areas are those of the first sheet."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    for area in merged:
        book.worksheets[0].merge_cells(area)
    return book


def ods(name: str, rows: Sequence[Sequence[str | float]], *, after: str = "") -> bytes:
    """An .ods with one table of bare rows; `after` is XML that follows them."""

    def cell(value: str | float) -> str:
        kind = "string" if isinstance(value, str) else f'float" office:value="{value}'
        return f'<table:table-cell office:value-type="{kind}"><text:p>{escape(str(value))}</text:p></table:table-cell>'

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    spaces = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"' for prefix in ("office", "table", "text")
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), ODS_TYPE)
        archive.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<m:file-entry m:full-path="/" m:media-type="{ODS_TYPE}"/></m:manifest>',
        )
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2">'
            f'<office:body><office:spreadsheet><table:table table:name="{escape(name)}">{body}{after}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return packed.getvalue()


def cp1258(text: str) -> bytes:
    """The text as Windows writes it in code page 1258: letters that have no code of their own with loose tones."""
    import unicodedata

    encoded = bytearray()
    for letter in unicodedata.normalize("NFC", text):
        try:
            encoded += letter.encode("cp1258")
        except UnicodeEncodeError:
            marks = unicodedata.normalize("NFD", letter)
            base = unicodedata.normalize("NFC", "".join(m for m in marks if m not in "\u0300\u0301\u0303\u0309\u0323"))
            encoded += (base + "".join(m for m in marks if m in "\u0300\u0301\u0303\u0309\u0323")).encode("cp1258")
    return bytes(encoded)


def _dress(sheet: Worksheet, first: int, last: int, columns: int) -> None:
    for row in sheet.iter_rows(min_row=first, max_row=last, max_col=columns):
        for cell in row:
            cell.border = GRID
            cell.font = BOLD if cell.row == first else PLAIN
            if int(cell.row or 0) <= first + 2:
                cell.alignment = CENTRED
    for column in range(1, columns + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 6 if column == 1 else 18
