"""Every code that a problem can have: how grave it is, what it means, an example, and the usual remedy.

A new code is added here and nowhere else; `gbv-kpi explain` tells it, and a test asks for a return that raises it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gbv_kpi.i18n import Phrase, phrase


class Severity(StrEnum):
    """How grave a problem is."""

    ERROR = "error"  # the return counts in no finding
    WARNING = "warning"  # something was read in a way the officer should confirm


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """What all problems of one code have in common."""

    severity: Severity
    meaning: Phrase
    example: Phrase
    remedy: Phrase


_FILE: Mapping[str, ProblemKind] = {
    "unreadable-file": ProblemKind(
        Severity.ERROR,
        phrase("The file is empty, damaged or was not received whole."),
        phrase("A workbook whose transfer broke off half way."),
        phrase("Open it in Excel or LibreOffice, save it again as .xlsx and send that."),
    ),
    "encrypted-workbook": ProblemKind(
        Severity.ERROR,
        phrase("The workbook is locked with a password, so nothing of it can be read."),
        phrase("A workbook that asks for a password when it is opened."),
        phrase("Open it with its password, save it without one and send that."),
    ),
    "unsupported-format": ProblemKind(
        Severity.ERROR,
        phrase("The file is of a kind from which no figures are read, whatever its name says."),
        phrase("A PDF or a scanned picture, or a Word document renamed to .xlsx."),
        phrase("Send the return as .xlsx, .xls, .ods or .csv."),
    ),
    "oversized-file": ProblemKind(
        Severity.ERROR,
        phrase("The file is far larger than any return, or its sheet claims far more rows than it fills."),
        phrase("A sheet whose last cell is XFD1048576, with a table of eight rows in it."),
        phrase("Delete empty rows, columns and pictures far from the table, save and send again."),
    ),
    "no-table-found": ProblemKind(
        Severity.ERROR,
        phrase("No sheet of the file has the headings of the plan's return."),
        phrase("A sheet with a plan of work, or a table whose headings were left out."),
        phrase("Use the column headings of the plan's return, one row for each unit or one item a row."),
    ),
    "legacy-encoding": ProblemKind(
        Severity.ERROR,
        phrase(
            "The text was written with a font of before Unicode (TCVN3, VNI), and cannot be decoded without guessing."
        ),
        phrase("“HuyÖn Nho Quan” in the font .VnTime instead of “Huyện Nho Quan”."),
        phrase("Convert the text to Unicode (for example with UniKey, Ctrl+Shift+F6) and send again."),
    ),
    "undecodable-text": ProblemKind(
        Severity.ERROR,
        phrase("The text is in no encoding that is known here."),
        phrase("A CSV that was saved under a foreign code page."),
        phrase("Save the file as “CSV UTF-8” or as .xlsx and send that."),
    ),
}
_COLUMNS: Mapping[str, ProblemKind] = {
    "missing-column": ProblemKind(
        Severity.ERROR,
        phrase("A number that the plan asks for has no column, or no row in a form."),
        phrase("There is no column “Số cơ sở giáo dục”."),
        phrase("Add the column under the plan's heading, and fill it."),
    ),
    "duplicate-column": ProblemKind(
        Severity.ERROR,
        phrase("Two columns mean the same number, and nothing says which one counts."),
        phrase("“Số cơ sở giáo dục” stands in column K and again in column N."),
        phrase("Keep one of the two columns."),
    ),
    "ambiguous-figure": ProblemKind(
        Severity.ERROR,
        phrase("Several figures claim to be the same number of one unit and year, and none of them was read."),
        phrase("A form with two columns of figures, “Lần 1” and “Lần 2”, and neither says that it is the result."),
        phrase("Keep one of the figures, or say over it that it is the result: “Thực hiện”, “Tổng số”."),
    ),
    "part-of-year": ProblemKind(
        Severity.ERROR,
        phrase("The figures are of some months, a quarter or a period that is not the year; they were not read."),
        phrase("The title “BÁO CÁO 6 THÁNG ĐẦU NĂM 2023”, or a column “Quý IV”."),
        phrase("Send the figures of the whole year."),
    ),
    "not-the-result": ProblemKind(
        Severity.ERROR,
        phrase("The figures are a plan, a target, a rate or a sum over several years, not the result of the year."),
        phrase("The title “KẾ HOẠCH NĂM 2024”, or “Lũy kế từ đầu giai đoạn”."),
        phrase("Send the figures of what was achieved in the year; say so in the title: “Kết quả thực hiện năm 2024”."),
    ),
    "personal-data-column": ProblemKind(
        Severity.ERROR,
        phrase("A column is about persons. The whole file is refused, and nothing of that column is shown or kept."),
        phrase("A column “Họ và tên”, “CCCD” or “Số điện thoại”."),
        phrase("Delete this column from the file before sending it: a return holds counts only."),
    ),
}
_CELLS: Mapping[str, ProblemKind] = {
    "missing-value": ProblemKind(
        Severity.ERROR,
        phrase("A number that must be given is blank, or given as “…”, which means that it is not known."),
        phrase("The cell of “Số người bị bạo lực trên cơ sở giới” is empty."),
        phrase("Write the number; write 0 only if there was none."),
    ),
    "not-a-number": ProblemKind(
        Severity.ERROR,
        phrase("A cell holds something other than a number."),
        phrase("“khoảng 30” where 30 is meant, or a date."),
        phrase("Write a whole number in digits."),
    ),
    "not-a-whole-number": ProblemKind(
        Severity.ERROR,
        phrase("People, cases and places are counted whole, and the number has a fraction."),
        phrase("12.5 schools; or 1.234 in a numeric cell, where 1234 was meant."),
        phrase("Write a whole number, without a fraction."),
    ),
    "number-too-large": ProblemKind(
        Severity.ERROR,
        phrase("The number is larger than anything that is counted in a province."),
        phrase("12345678901234 people: two numbers in one cell."),
        phrase("Check the number: no province counts that many."),
    ),
    "negative-number": ProblemKind(
        Severity.ERROR,
        phrase("A count is below zero."),
        phrase("-4 schools."),
        phrase("Write a number of 0 or more."),
    ),
    "formula-without-value": ProblemKind(
        Severity.ERROR,
        phrase("A cell holds a formula that was never calculated, so the file has no value for it."),
        phrase("=SUM(C9:C16) in a workbook that a script wrote."),
        phrase("Open the workbook in Excel or LibreOffice, let it calculate, save and send again."),
    ),
    "formula-error": ProblemKind(
        Severity.ERROR,
        phrase("A cell holds a formula that came to an error."),
        phrase("#DIV/0! or #REF! in place of a number."),
        phrase("Mend the formula, or write the number itself."),
    ),
}
_ROWS: Mapping[str, ProblemKind] = {
    "unknown-unit": ProblemKind(
        Severity.ERROR,
        phrase("The name or code is that of no unit that reports in this year."),
        phrase("“Huyện Gia Viển” instead of “Huyện Gia Viễn”."),
        phrase("Write the unit's name as the plan has it, or its code."),
    ),
    "missing-unit": ProblemKind(
        Severity.ERROR,
        phrase("Nothing says whose return this is."),
        phrase("A row of figures without a name in front of it."),
        phrase("Write the unit's name in this row, or above the table: “Đơn vị báo cáo: …”."),
    ),
    "conflicting-unit": ProblemKind(
        Severity.ERROR,
        phrase("Two places of the file name different units."),
        phrase("“Đơn vị báo cáo: Huyện Nho Quan” above a form on the sheet “Kim Sơn”."),
        phrase("Correct the one that is wrong."),
    ),
    "missing-year": ProblemKind(
        Severity.ERROR,
        phrase("Nothing says which year this return is of, or what stands there is no year."),
        phrase("A table without “Năm 2025” above it, and no column of years."),
        phrase("Write the year above the table (“Năm 2025”) or in a column, or give --year."),
    ),
    "conflicting-year": ProblemKind(
        Severity.ERROR,
        phrase("Two places of the file, or the file and --year, name different years."),
        phrase("“NĂM 2024” in the title, and --year 2025."),
        phrase("Correct the one that is wrong; --year is only for a file that names no year."),
    ),
    "year-outside-plan": ProblemKind(
        Severity.ERROR,
        phrase("The year is not one that the plan covers."),
        phrase("A return of 2019 under a plan for 2021 to 2025."),
        phrase("Correct the year."),
    ),
    "duplicate-return": ProblemKind(
        Severity.ERROR,
        phrase("Two returns are of the same unit and year, and nothing says which one counts."),
        phrase("“Huyện Kim Sơn” stands in two rows of 2025, or in two files."),
        phrase("Keep one return for each unit and year, and send only that."),
    ),
    "part-exceeds-total": ProblemKind(
        Severity.ERROR,
        phrase("A part is larger than the whole that it is part of; one of the two is wrong."),
        phrase("31 people sought help, but only 28 victims are reported."),
        phrase("Correct one of the two; the first is part of the second."),
    ),
}
_WARNINGS: Mapping[str, ProblemKind] = {
    "unknown-column": ProblemKind(
        Severity.WARNING,
        phrase("A column is none that the plan asks for; it was passed over."),
        phrase("A column “Ghi chú” or “Số hộ nghèo”."),
        phrase("If the plan asks for it, use the plan's heading; otherwise nothing need be done."),
    ),
    "other-year-column": ProblemKind(
        Severity.WARNING,
        phrase("A column holds the figures of another year than the title's, for comparison; it was passed over."),
        phrase("Columns “Năm 2022” and “Năm 2023” under the title “NĂM 2023”."),
        phrase("If it is a return too, send it in a file whose title names that year."),
    ),
    "estimated-figure": ProblemKind(
        Severity.WARNING,
        phrase("A figure is headed as an estimate. There is no other one for the year, so it was read and counts."),
        phrase("A column “Ước thực hiện cả năm” and no column “Thực hiện”."),
        phrase("If the final figure is known, send it under “Thực hiện”."),
    ),
    "sheet-not-read": ProblemKind(
        Severity.WARNING,
        phrase("A sheet has figures, but not under the plan's headings; it was passed over."),
        phrase("A second sheet with figures of “Huyện Nho Quan” under the headings of another form."),
        phrase("If the sheet belongs to the return, use the plan's headings there too."),
    ),
    "blank-return": ProblemKind(
        Severity.WARNING,
        phrase("The file is a blank return: it has the plan's headings and units, and no figure. It was left out."),
        phrase("The template of the year, saved among the returns."),
        phrase("Fill it in, or take it out of the folder."),
    ),
    "duplicate-file": ProblemKind(
        Severity.WARNING,
        phrase("The same file was given twice under different names; it counts once."),
        phrase("“Nho Quan.xlsx” and “Nho Quan (1).xlsx”, with the same content."),
        phrase("Delete the copy."),
    ),
    "own-report": ProblemKind(
        Severity.WARNING,
        phrase("The file is a report that this program wrote; it is no return and was left out."),
        phrase("The report of last year, saved into the folder of this year's returns."),
        phrase("Keep reports in a folder of their own."),
    ),
    "unseen-text": ProblemKind(
        Severity.WARNING,
        phrase("A text in a cell is struck out or not shown; it was left out, for a reader does not see it either."),
        phrase("“15” struck out and “20” behind it, in one cell."),
        phrase("Look at the cells, delete what no longer counts, and send again."),
    ),
    "hidden-sheet": ProblemKind(
        Severity.WARNING,
        phrase("A sheet is hidden; it was passed over, for its sender does not see it either."),
        phrase("Last year's sheet, hidden and not deleted."),
        phrase("If the sheet belongs to the return, unhide it and send again."),
    ),
    "hidden-figures": ProblemKind(
        Severity.WARNING,
        phrase("A row or a column is hidden or filtered out; its figures were read and count like the others."),
        phrase("A table filtered by unit before it was sent."),
        phrase("If they belong to the return, unhide them; if not, delete them and send again."),
    ),
    "grouped-number": ProblemKind(
        Severity.WARNING,
        phrase("A text with separators was read as a whole number in the Vietnamese way of writing."),
        phrase("“1.234” read as 1234."),
        phrase("Write the number without separators."),
    ),
    "dash-read-as-zero": ProblemKind(
        Severity.WARNING,
        phrase("A dash was read as 0, as statistical tables use it."),
        phrase("“-” under “Số người bị bạo lực trên cơ sở giới”."),
        phrase("Write 0 if there was none; leave the cell blank if the number is not known."),
    ),
    "merged-unit": ProblemKind(
        Severity.WARNING,
        phrase("The return names a unit that has become part of another; it is counted there."),
        phrase("“Thành phố Ninh Bình” in a return of 2025 counts in “Thành phố Hoa Lư”."),
        phrase("Report on the unit that exists in that year."),
    ),
    "total-mismatch": ProblemKind(
        Severity.WARNING,
        phrase("The total that stands in the file is not the sum of its rows. The rows are what counts."),
        phrase("“Tổng cộng” says 412, the rows come to 411."),
        phrase("Check the column: a row is missing, counted twice or mistyped."),
    ),
    "help-forms-below-total": ProblemKind(
        Severity.WARNING,
        phrase("The forms of help come to fewer than the cases helped, though each case got at least one."),
        phrase("9 cases helped, but only 7 under the forms of help."),
        phrase("Check the forms of help: every case helped got at least one."),
    ),
    "unusual-change": ProblemKind(
        Severity.WARNING,
        phrase(
            "A number is far from last year's and from what the other units make likely. It is recorded all the same."
        ),
        phrase("60 schools last year, 6 this year."),
        phrase("Ask the unit whether the figure is right; if it is, nothing need be done."),
    ),
    "late-return": ProblemKind(
        Severity.WARNING,
        phrase("The return came after the plan's deadline. It is recorded all the same."),
        phrase("The deadline was 15/01/2026, the return came on 20/01/2026."),
        phrase("Nothing need be done about the figures; remind the unit of next year's deadline."),
    ),
}

CATALOGUE: Mapping[str, ProblemKind] = {**_FILE, **_COLUMNS, **_CELLS, **_ROWS, **_WARNINGS}
