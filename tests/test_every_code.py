"""Every code of the catalogue is raised by a return, and none is raised that the catalogue does not explain."""

import ast
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

import gbv_kpi
from gbv_kpi.plan import Plan
from gbv_kpi.plan.tables import Deadlines
from gbv_kpi.problems import CATALOGUE
from gbv_kpi.sheets.open import REPORT_COLUMNS
from tests import offices
from tests.command import WELL, run, well_but, write_csv
from tests.ledger.inbox import hand_in
from tests.reading.sending import FORM_TITLE, GIA_VIEN, HEADER, LABELS, NHO_QUAN, TITLE, Sent, send
from tests.sheets.hostile import REFUSED

PACKAGE = Path(gbv_kpi.__file__).parent
# What looks like a code in the package and is none: the status of a finding, the name of the program, words of SVG.
OTHER_WORDS = {"gbv-kpi", "not-due", "no-cases", "no-data", "aria-labelledby", "text-overlay", "tooltip-overlay"}
OTHER_WORDS |= {"fail-on", "min-count"}

READERS_OF_TAGS = {
    "ods.py",
    "html.py",
    "package.py",
}  # their words are names of tags and properties


def table(*rows: list[object]) -> list[list[object]]:
    return [TITLE, HEADER, *rows]


def nho_quan(column: int, value: object) -> list[object]:
    """The row of Nho Quan with one cell changed."""
    return [value if number == column else cell for number, cell in enumerate(NHO_QUAN)]


def with_sheet(name: str, rows: list[list[object]], state: Literal["visible", "hidden"] = "visible") -> Workbook:
    book = offices.workbook(("Sheet1", table(NHO_QUAN)), (name, rows))
    sheet = book[name]
    assert isinstance(sheet, Worksheet)
    sheet.sheet_state = state
    return book


def refused(code: str) -> bytes:
    """A file that was made to hurt."""
    return next(make for make, of in REFUSED.values() if of == code)()


def _form_on_the_sheet_of_another_unit() -> Workbook:
    items = [[label, figure] for label, figure in zip(LABELS, NHO_QUAN[1:], strict=True)]
    return offices.workbook(("Kim Sơn", [*FORM_TITLE, ["Chỉ tiêu", "Số liệu"], *items]))


def _with_hidden_row() -> Workbook:
    book = offices.workbook(("Sheet1", table(NHO_QUAN)))
    book.worksheets[0].row_dimensions[3].hidden = True
    return book


def _of_two_years() -> list[list[object]]:
    items = [[label, 0, figure] for label, figure in zip(LABELS, NHO_QUAN[1:], strict=True)]
    return [*FORM_TITLE, ["Chỉ tiêu", "Năm 2022", "Năm 2023"], *items]


SENT: dict[str, Callable[[], Sent]] = {
    "unreadable-file": lambda: b"",
    "encrypted-workbook": lambda: refused("encrypted-workbook"),
    "unsupported-format": lambda: b"%PDF-1.7",
    "oversized-file": lambda: refused("oversized-file"),
    "no-table-found": lambda: [["Kế hoạch công tác"]],
    "legacy-encoding": lambda: "unit;year\nHuyÖn Nho Quan; ®Þa bµn\n".encode("cp1252"),
    "undecodable-text": lambda: refused("undecodable-text"),
    "missing-column": lambda: [TITLE, HEADER[:-1], NHO_QUAN[:-1]],
    "duplicate-column": lambda: [TITLE, [*HEADER, LABELS[0]], [*NHO_QUAN, 10]],
    "ambiguous-figure": lambda: [
        *FORM_TITLE,
        ["Chỉ tiêu", "Lần 1", "Lần 2"],
        *([label, figure, figure] for label, figure in zip(LABELS, NHO_QUAN[1:], strict=True)),
    ],
    "not-the-result": lambda: [["KẾ HOẠCH NĂM 2023"], HEADER, NHO_QUAN],
    "estimated-figure": lambda: [["ƯỚC THỰC HIỆN NĂM 2023"], HEADER, NHO_QUAN],
    "personal-data-column": lambda: [TITLE, [*HEADER, "Họ và tên"], [*NHO_QUAN, "Nguyễn Thị A"]],
    "missing-value": lambda: table(nho_quan(1, None)),
    "not-a-number": lambda: table(nho_quan(1, "khoảng 30")),
    "not-a-whole-number": lambda: table(nho_quan(1, 12.5)),
    "number-too-large": lambda: table(nho_quan(1, 12345678901234)),
    "negative-number": lambda: table(nho_quan(1, -4)),
    "formula-without-value": lambda: table(nho_quan(1, "=2+2")),
    "formula-error": lambda: table(nho_quan(1, "#DIV/0!")),
    "unknown-unit": lambda: table(["Huyện Gia Viển", *NHO_QUAN[1:]]),
    "missing-unit": lambda: table([None, *NHO_QUAN[1:]]),
    "conflicting-unit": _form_on_the_sheet_of_another_unit,
    "missing-year": lambda: [HEADER, NHO_QUAN],
    "conflicting-year": lambda: [["NĂM 2024"], [*HEADER, "Năm"], [*NHO_QUAN, 2023]],
    "year-outside-plan": lambda: [["NĂM 2019"], HEADER, NHO_QUAN],
    "duplicate-return": lambda: table(NHO_QUAN, NHO_QUAN),
    "part-exceeds-total": lambda: table(nho_quan(2, 31)),
    "unknown-column": lambda: [TITLE, [*HEADER, "Số hộ nghèo"], [*NHO_QUAN, 3]],
    "other-year-column": _of_two_years,
    "part-of-year": lambda: [["BÁO CÁO 6 THÁNG ĐẦU NĂM 2023"], HEADER, NHO_QUAN],
    "hidden-figures": _with_hidden_row,
    "sheet-not-read": lambda: with_sheet("Khác", [["Đơn vị", "Hộ", "Xã", "Thôn"], ["Huyện Gia Viễn", 3, 4, 5]]),
    "own-report": lambda: ",".join(REPORT_COLUMNS) + ",unit\n",
    "unseen-text": lambda: "<table><tr><td>NĂM 2023<tr><td><del>Biểu cũ</del></table>",
    "hidden-sheet": lambda: with_sheet("Cũ", table(GIA_VIEN), "hidden"),
    "grouped-number": lambda: table(nho_quan(7, "1.234")),
    "dash-read-as-zero": lambda: table(nho_quan(2, "-")),
    "merged-unit": lambda: [["NĂM 2025"], HEADER, ["Thành phố Ninh Bình", *NHO_QUAN[1:]]],
    "total-mismatch": lambda: table(NHO_QUAN, ["Tổng cộng", 99, *NHO_QUAN[2:]]),
    "help-forms-below-total": lambda: [TITLE, [*HEADER, "Số trường hợp được tư vấn"], [*NHO_QUAN, 1]],
}
FROM_TWO_FILES = ("duplicate-file",)  # tests.sheets.test_sources
FROM_THE_LEDGER = ("unusual-change", "late-return", "large-correction", "all-corrected", "identical-returns")


@pytest.mark.quick(8)
@pytest.mark.parametrize(
    "code",
    [code for code in CATALOGUE if code not in (*FROM_THE_LEDGER, *FROM_TWO_FILES, "blank-return", "own-report")],
)
def test_every_code_is_raised_by_a_return(code: str, tmp_path: Path) -> None:
    ran = run("check", str(send(tmp_path, SENT[code]())), "--format", "json")
    problems = [problem for problem in json.loads(ran.out)["problems"] if problem["code"] == code]
    assert problems, ran.out
    assert {problem["severity"] for problem in problems} == {CATALOGUE[code].severity}
    assert (ran.code == 3) == any(problem["severity"] == "error" for problem in json.loads(ran.out)["problems"])


def test_a_blank_return_is_left_out_where_another_file_is_filled_in(tmp_path: Path) -> None:
    """Alone it would leave nothing to check."""
    files = [
        send(tmp_path, rows, name) for name, rows in (("a.xlsx", table(NHO_QUAN)), ("b.xlsx", table(["Gia Viễn"])))
    ]
    ran = run("check", *map(str, files), "--format", "json", "--fail-on", "invalid")
    problems = [(p["code"], p["severity"], p["file"]) for p in json.loads(ran.out)["problems"]]
    assert (ran.code, problems) == (0, [("blank-return", "warning", str(files[1]))])


def test_codes_that_need_a_ledger_are_raised_at_submission(tmp_path: Path, plan: Plan) -> None:
    place, due = (
        str(tmp_path / "ledger.db"),
        plan.model_copy(update={"deadline": {2025: Deadlines(all=date(2025, 1, 15))}}),
    )
    units = ("372", "373", "375")
    rows = {
        2024: [(unit, 2024, WELL) for unit in units],
        2025: [("372", 2025, well_but(schools=200))],
        2023: [(unit, 2024, well_but(schools=90, victims=number)) for number, unit in enumerate(units, start=6)],
    }
    at = datetime(2025, 1, 20, tzinfo=UTC)
    raised = [
        problem.code
        for year, of_year in rows.items()
        for problem in hand_in(place, due, at, write_csv(tmp_path / f"{year}.csv", plan, of_year)).problems
    ]
    assert set(raised) == set(FROM_THE_LEDGER)


def test_no_code_is_raised_that_is_not_explained() -> None:
    """Codes are words with hyphens in them; where one is written, it is written as a text of its own."""
    written = {
        node.value
        for file in PACKAGE.rglob("*.py")
        if file.name not in READERS_OF_TAGS
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.fullmatch(r"[a-z]+(-[a-z]+)+", node.value)
    }
    assert written - OTHER_WORDS == set(CATALOGUE)
