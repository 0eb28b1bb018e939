import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from gbv_kpi.annotate.workbook import annotate
from gbv_kpi.i18n import ENGLISH, Language, language, phrase
from gbv_kpi.plan import Plan
from gbv_kpi.problems import Place, Problem
from gbv_kpi.returns.collect import read_returns
from gbv_kpi.sheets.sources import Source, open_source
from tests.command import WELL, run, well_but
from tests.libreoffice import converted, needs_libreoffice
from tests.offices import compiled_table, csv_text
from tests.sweep import slow

RED, AMBER = "00FF9B9B", "00FFD27F"
SUMMARY = "To correct"


def saved(book: Workbook, path: Path) -> Path:
    book.save(path)
    return path


def faulty(plan: Plan) -> Workbook:
    """A table with an error of two kinds in D9, a warning in C10, and a unit nobody knows in B11."""
    rows = [
        ("Huyện Nho Quan", well_but(victims_seeking_help=31)),
        ("Huyện Gia Viễn", {**WELL, "victims": "1.010"}),
        ("Huyện Gia Viển", WELL),
    ]
    return compiled_table(plan, 2024, rows, total=False)


def marked(file: Path, plan: Plan, spoken: Language = ENGLISH) -> Workbook:
    problems = read_returns([str(file)], plan).problems
    return load_workbook(io.BytesIO(annotate(problems, open_source(str(file)), spoken)))


def sheet_of(book: Workbook, name: str) -> Worksheet:
    sheet = book[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def coloured(sheet: Worksheet) -> dict[str, str]:
    return {
        cell.coordinate: str(cell.fill.start_color.rgb)
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.fill_type == "solid"
    }


def listed(book: Workbook) -> list[tuple[object, ...]]:
    """The rows of the summary below its headings."""
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    return [row for row in rows[5:] if any(row)]


def linked(book: Workbook) -> list[str]:
    """Where the links of the summary lead."""
    cells = (cell for row in book.worksheets[0].iter_rows() for cell in row)
    return [cell.hyperlink.location for cell in cells if cell.hyperlink and cell.hyperlink.location]


def everything_in(content: bytes) -> str:
    book = load_workbook(io.BytesIO(content))
    return " ".join(
        f"{cell.value} {cell.comment.text if cell.comment else ''}"
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
    )


def test_faulty_cells_are_red_uncertain_ones_amber_and_no_other_is_touched(plan: Plan, tmp_path: Path) -> None:
    book = marked(saved(faulty(plan), tmp_path / "f.xlsx"), plan)
    assert coloured(sheet_of(book, "Biểu 1")) == {"D9": RED, "C10": AMBER, "B11": RED}


def test_comment_says_what_is_wrong_and_what_to_do_in_the_asked_language(plan: Plan, tmp_path: Path) -> None:
    file = saved(faulty(plan), tmp_path / "f.xlsx")
    comment = sheet_of(marked(file, plan), "Biểu 1")["D9"].comment
    assert comment is not None
    (problem,) = (p for p in read_returns([str(file)], plan).problems if p.place.cell == "D9")
    assert comment.text == f"Error: {ENGLISH.say(problem.message)}\n→ {ENGLISH.say(problem.hint)}"
    vietnamese = sheet_of(marked(file, plan, language("vi")), "Biểu 1")["D9"].comment
    assert vietnamese is not None
    assert vietnamese.text.startswith("Lỗi: ")
    assert language("vi").say(problem.hint) in vietnamese.text


def test_the_summary_in_front_lists_every_problem_and_leads_to_its_cell(plan: Plan, tmp_path: Path) -> None:
    book = marked(saved(faulty(plan), tmp_path / "f.xlsx"), plan)
    assert book.sheetnames == [SUMMARY, "Biểu 1"]
    assert book.active is book.worksheets[0]
    assert [row[:4] for row in listed(book)] == [
        ("error", "part-exceeds-total", "Biểu 1", "D9"),
        ("error", "unknown-unit", "Biểu 1", "B11"),
        ("warning", "grouped-number", "Biểu 1", "C10"),
    ]
    links = linked(book)
    assert "'Biểu 1'!D9" in links
    assert "'Biểu 1'!B11" in links
    assert [sheet.sheet_view.tabSelected for sheet in book.worksheets] == [True, False]


def test_the_original_is_untouched_and_its_formatting_is_kept(plan: Plan, tmp_path: Path) -> None:
    book = faulty(plan)
    sheet = sheet_of(book, "Biểu 1")
    sheet["D9"].font = Font(name="Arial", size=9, bold=True)
    sheet.column_dimensions["B"].width = 33
    sheet["M9"] = "=SUM(C9:D9)"
    file = saved(book, tmp_path / "f.xlsx")
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    copy = sheet_of(marked(file, plan), "Biểu 1")
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before
    assert (copy["D9"].font.name, copy["D9"].font.sz, copy["D9"].font.b) == ("Arial", 9, True)
    assert copy.column_dimensions["B"].width == 33
    assert copy["M9"].value == "=SUM(C9:D9)"
    assert {str(area) for area in copy.merged_cells.ranges} == {str(area) for area in sheet.merged_cells.ranges}


@pytest.mark.slow
def test_a_comment_of_the_sender_stays_above_ours(plan: Plan, tmp_path: Path) -> None:
    book = faulty(plan)
    sheet_of(book, "Biểu 1")["D9"].comment = Comment("Đã hỏi lại xã", "Lan")
    comment = sheet_of(marked(saved(book, tmp_path / "f.xlsx"), plan), "Biểu 1")["D9"].comment
    assert comment is not None
    assert comment.text.startswith("Đã hỏi lại xã\n\nError: ")


def test_problems_of_one_cell_share_a_comment_and_the_graver_colours_it() -> None:
    book = Workbook()
    content = io.BytesIO()
    book.save(content)
    place = Place("f.xlsx", "Sheet", "B2", 2)
    problems = [
        Problem("grouped-number", place, phrase("first")),
        Problem("negative-number", place, phrase("second")),
        Problem("not-a-number", Place("other.xlsx", "Sheet", "C3", 3), phrase("of another file")),
    ]
    copy = sheet_of(
        load_workbook(io.BytesIO(annotate(problems, Source("f.xlsx", content.getvalue()), ENGLISH))), "Sheet"
    )
    assert coloured(copy) == {"B2": RED}
    assert copy["B2"].comment is not None
    assert "Warning: first" in copy["B2"].comment.text
    assert "Error: second" in copy["B2"].comment.text


def test_a_problem_inside_a_merged_area_is_marked_where_it_shows(plan: Plan, tmp_path: Path) -> None:
    book = faulty(plan)
    sheet = sheet_of(book, "Biểu 1")
    sheet.merge_cells("C9:D9")
    file = saved(book, tmp_path / "f.xlsx")
    problems = [Problem("missing-value", Place(str(file), "Biểu 1", "D9", 9), phrase("blank"))]
    copy = load_workbook(io.BytesIO(annotate(problems, open_source(str(file)), ENGLISH)))
    assert coloured(sheet_of(copy, "Biểu 1")) == {"C9": RED}


def test_a_problem_of_a_row_or_file_is_listed_and_marks_no_cell(plan: Plan, tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_text(csv_text(plan, [("372", 2024, WELL)]).replace("Số cơ sở giáo dục;", "Trường lớp;"), "utf-8")
    book = marked(file, plan)
    (row,) = (row for row in listed(book) if row[1] == "missing-column")
    assert row[2:4] == ("Return", "row 1")
    assert "'Return'!A1" in linked(book)


def test_a_csv_gives_a_workbook_with_every_cell_at_its_own_address(plan: Plan, tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    text = csv_text(plan, [("372", 2024, well_but(victims_seeking_help=31)), ("373", 2024, WELL)])
    file.write_text("sep=;\r\n" + text, "utf-8")
    sheet = sheet_of(marked(file, plan), "Return")
    assert (sheet["A1"].value, sheet["A2"].value, sheet["A3"].value) == ("Đơn vị", "372", "373")
    assert coloured(sheet) == {"D2": RED}


@needs_libreoffice
@pytest.mark.parametrize("suffix", ["xls", slow("ods")])
def test_other_workbooks_give_an_xlsx_of_the_same_cells(plan: Plan, tmp_path: Path, suffix: str) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    file = converted(saved(faulty(plan), tmp_path / "f.xlsx"), suffix, folder)
    sheet = sheet_of(marked(file, plan), "Biểu 1")
    assert coloured(sheet) == {"D9": RED, "C10": AMBER, "B11": RED}
    assert sheet["B9"].value == "Huyện Nho Quan"
    assert sheet["C9"].value == 10
    if suffix == "xls":  # the reader tells no merged cells of an .ods
        assert "A4:L4" in {str(area) for area in sheet.merged_cells.ranges}


@needs_libreoffice
def test_the_marked_copy_opens_in_libreoffice(plan: Plan, tmp_path: Path) -> None:
    file = saved(faulty(plan), tmp_path / "f.xlsx")
    copy = tmp_path / "copy.xlsx"
    copy.write_bytes(annotate(read_returns([str(file)], plan).problems, open_source(str(file)), language("vi")))
    folder = tmp_path / "saved"
    folder.mkdir()
    again = load_workbook(converted(copy, "xlsx", folder))
    assert again.sheetnames == ["Cần sửa", "Biểu 1"]
    assert {cell: colour[2:] for cell, colour in coloured(sheet_of(again, "Biểu 1")).items()} == {
        "D9": RED[2:],
        "C10": AMBER[2:],
        "B11": RED[2:],
    }


def test_the_copy_corrected_is_read_without_a_problem(plan: Plan, tmp_path: Path) -> None:
    book = marked(saved(faulty(plan), tmp_path / "f.xlsx"), plan, language("vi"))
    sheet = sheet_of(book, "Biểu 1")
    sheet["D9"], sheet["C10"], sheet["B11"] = 6, 1010, "Huyện Kim Sơn"
    again = read_returns([str(saved(book, tmp_path / "again.xlsx"))], plan)
    assert not again.problems
    assert len(again.frame) == 3


def with_personal_data(plan: Plan) -> Workbook:
    book = compiled_table(plan, 2024, [("Huyện Nho Quan", WELL)])
    sheet = sheet_of(book, "Biểu 1")
    sheet["M7"], sheet["M9"] = "Họ và tên", "Nguyễn Thị Bí Mật"
    sheet["B20"] = "Chỉ ở trong tệp"
    book.create_sheet("Danh sách riêng")["A1"] = "Trần Văn Kín"
    return book


def csv_with_personal_data(plan: Plan) -> bytes:
    header, row, *_ = csv_text(plan, [("Huyện Nho Quan", 2024, WELL)]).splitlines()
    return f"{header};Họ và tên\r\n{row};Nguyễn Thị Bí Mật\r\n".encode()


def test_of_a_file_with_personal_data_nothing_is_copied(plan: Plan, tmp_path: Path) -> None:
    workbook = saved(with_personal_data(plan), tmp_path / "f.xlsx")
    text = tmp_path / "f.csv"
    text.write_bytes(csv_with_personal_data(plan))
    for file in (workbook, text):
        content = annotate(read_returns([str(file)], plan).problems, open_source(str(file)), ENGLISH)
        assert load_workbook(io.BytesIO(content)).sheetnames == [SUMMARY]
        told = everything_in(content)
        assert "personal-data-column" in told
        for secret in ("Bí Mật", "Trần Văn Kín", "Chỉ ở trong tệp", "Nho Quan"):
            assert secret not in told


@pytest.mark.quick(1)
@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda good: good[: len(good) // 2], "unreadable-file"),
        (
            lambda good: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "encrypted-workbook",
        ),
        (lambda good: b"%PDF-1.7", "unsupported-format"),
        (lambda good: b"", "unreadable-file"),
    ],
)
def test_a_file_that_cannot_be_opened_gives_the_summary_alone(
    plan: Plan, tmp_path: Path, make: Callable[[bytes], bytes], code: str
) -> None:
    file = saved(faulty(plan), tmp_path / "f.xlsx")
    file.write_bytes(make(file.read_bytes()))
    book = marked(file, plan)
    assert book.sheetnames == [SUMMARY]
    assert [row[1] for row in listed(book)] == [code]
    assert "could not be read" in str(book.worksheets[0]["A3"].value)


def test_text_from_the_file_never_acts_as_a_formula(plan: Plan, tmp_path: Path) -> None:
    evil = ['=HYPERLINK("http://x")', "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)"]
    header, row, *_ = csv_text(plan, [("372", 2024, WELL)]).splitlines()
    values = row.split(";")
    text = f"{header}\r\n{';'.join([evil[0].replace(';', ','), *values[1:]])}\r\n"
    text += "".join(f"373;2024;{word};{';'.join(values[3:])}\r\n" for word in evil)
    file = tmp_path / "f.csv"
    file.write_text(text.replace('"', ""), "utf-8")
    book = marked(file, plan)
    problem = Problem("unknown-unit", Place("=1+1.csv", "=2+2", None, 3), phrase("=cmd()"), unit_name="@evil")
    direct = load_workbook(io.BytesIO(annotate([problem], Source("=1+1.csv", b"a;b\n=1;+2\n"), ENGLISH)))
    for sheet in (*book.worksheets, *direct.worksheets):
        for cells in sheet.iter_rows():
            for cell in cells:
                assert cell.data_type != "f"
                if isinstance(cell.value, str) and cell.value[:1] in ("=", "+", "-", "@"):
                    assert cell.quotePrefix
    assert direct.worksheets[0]["C6"].value == "=2+2"


def test_a_formula_the_sender_wrote_as_text_stays_text(plan: Plan, tmp_path: Path) -> None:
    book = faulty(plan)
    cell = sheet_of(book, "Biểu 1")["B20"]
    cell.value, cell.data_type = "=1+1", "s"
    copy = sheet_of(marked(saved(book, tmp_path / "f.xlsx"), plan), "Biểu 1")["B20"]
    assert (copy.value, copy.data_type) == ("=1+1", "s")


def test_control_characters_are_shown_not_stored(plan: Plan) -> None:
    problem = Problem("not-a-number", Place("f.csv", None, "A1", 1), phrase("“\x1b[31m\x07”"))
    told = everything_in(annotate([problem], Source("f.csv", b"a\x0bb;c\n1;2\n"), ENGLISH))
    assert "\\u001b[31m\\u0007" in told
    assert "\x1b" not in told


def test_a_sheet_named_like_the_summary_keeps_its_name(plan: Plan, tmp_path: Path) -> None:
    book = faulty(plan)
    book.create_sheet("to CORRECT")
    copy = marked(saved(book, tmp_path / "f.xlsx"), plan)
    assert copy.sheetnames == ["To correct (2)", "Biểu 1", "to CORRECT"]


def test_hidden_sheet_is_listed_and_not_copied(plan: Plan, tmp_path: Path) -> None:
    book = faulty(plan)
    hidden = book.create_sheet("Nháp")
    hidden["A1"], hidden.sheet_state = "riêng", "hidden"
    file = saved(book, tmp_path / "f.xlsx")
    copy = marked(file, plan)
    assert copy.sheetnames == [SUMMARY, "Biểu 1"]
    assert "hidden-sheet" in [row[1] for row in listed(copy)]
    assert coloured(sheet_of(copy, "Biểu 1"))["D9"] == RED
    assert "riêng" not in everything_in(annotate([], open_source(str(file)), ENGLISH))


@pytest.mark.slow
def test_copy_at_a_limit_gives_the_list_alone(plan: Plan, tmp_path: Path) -> None:
    book = faulty(plan)
    sheet_of(book, "Biểu 1").merged_cells.add("A100:XFD1048576")
    copy = marked(saved(book, tmp_path / "f.xlsx"), plan)
    assert copy.sheetnames[0] == SUMMARY
    assert len(listed(copy)) == 3


def test_signs_that_no_workbook_holds_are_left_out(plan: Plan, tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_text(csv_text(plan, [("Huyện \ufffe\uffff\x07Nho", 2024, WELL)]), "utf-8")
    assert "Huyện" in everything_in(annotate(read_returns([str(file)], plan).problems, open_source(str(file)), ENGLISH))


def test_without_a_problem_the_summary_says_so(plan: Plan, tmp_path: Path) -> None:
    file = saved(compiled_table(plan, 2024, [("Huyện Nho Quan", WELL)]), tmp_path / "f.xlsx")
    book = marked(file, plan)
    assert book.worksheets[0]["A2"].value == "No problem was found."
    assert coloured(sheet_of(book, "Biểu 1")) == {}


# ---------------------------------------------------------------- the command


@pytest.mark.slow
def test_the_copy_is_written_whatever_the_exit_code_and_format(plan: Plan, tmp_path: Path) -> None:
    file, out = str(saved(faulty(plan), tmp_path / "f.xlsx")), tmp_path / "out.xlsx"
    ran = run("check", file, "--annotate", str(out), "--format", "json")
    assert ran.code == json.loads(ran.out)["exit_code"] == 3
    assert load_workbook(out).sheetnames == [SUMMARY, "Biểu 1"]
    out.unlink()
    assert run("check", file, "--annotate", str(out), "--quiet", "--fail-on", "never").code == 0
    assert out.is_file()


def test_the_copy_speaks_the_language_asked_for(plan: Plan, tmp_path: Path) -> None:
    file, out = str(saved(faulty(plan), tmp_path / "f.xlsx")), tmp_path / "out.xlsx"
    run("check", file, "--annotate", str(out), "--lang", "vi")
    assert load_workbook(out).sheetnames == ["Cần sửa", "Biểu 1"]


def test_annotate_marks_exactly_one_file_and_never_the_original(plan: Plan, tmp_path: Path) -> None:
    one, two = (saved(faulty(plan), tmp_path / name) for name in ("a.xlsx", "b.xlsx"))
    link = tmp_path / "link.xlsx"
    link.symlink_to(one)
    before = one.read_bytes()
    for arguments, said in (
        ((str(one), str(two), "--annotate", str(tmp_path / "o.xlsx")), "a single file"),
        ((str(tmp_path), "--annotate", str(tmp_path / "o.xlsx")), "a single file"),
        (("-", "--annotate", str(tmp_path / "o.xlsx")), "a single file"),
        ((str(one), "--annotate", str(one)), "must not overwrite"),
        ((str(one), "--annotate", str(link)), "must not overwrite"),
        ((str(one), "--annotate", str(tmp_path / "o.csv")), ".xlsx"),
    ):
        ran = run("check", *arguments)
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err
    assert one.read_bytes() == before
    assert not (tmp_path / "o.xlsx").exists()


@pytest.mark.slow
def test_only_the_commands_that_write_workbooks_load_what_writes_them(plan: Plan, tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_text(csv_text(plan, [("372", 2024, WELL)]), "utf-8")
    for arguments in (["--help"], ["template", "--help"], ["check", str(file)]):
        code = (
            f"import sys; from gbv_kpi.cli.app import main; sys.argv[1:] = {arguments!r}\n"
            "try: main()\nexcept SystemExit: pass\n"
            "sys.exit(any(name.startswith(('openpyxl', 'gbv_kpi.workbooks')) for name in sys.modules))"
        )
        assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0
