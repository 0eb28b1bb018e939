"""The workbook of a report as whoever opens it without calculating sees it, and as it is printed."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl.cell.cell import Cell
from openpyxl.workbook import Workbook
from python_calamine import CalamineWorkbook

from gbv_kpi.exit_codes import FailOn
from gbv_kpi.i18n import ENGLISH, language
from gbv_kpi.inputs import DEFAULT_PLAN
from gbv_kpi.kpi.finding import Status
from gbv_kpi.kpi.outcome import Outcome
from gbv_kpi.kpi.scorecard import UnitCounts
from gbv_kpi.pipeline import judge_report
from gbv_kpi.plan import Plan, load_plan
from gbv_kpi.render.html.page import to_html
from gbv_kpi.render.xlsx.report import to_xlsx
from tests.command import CASES, Row, findings_frame, of_2025, run, well_but, write_csv
from tests.render.report_book import HOUSEWORK, INCOMPLETE, assert_says_the_same, findings_in, opened, report, sheet_of
from tests.sweep import sweep

EXAMPLES = Path(__file__).parents[2] / "examples"
PER_INDICATOR = ["Help-seeking", "Assistance", "Training", "Education"]


def cells_of(book: Workbook) -> Iterator[Cell]:
    for name in book.sheetnames:
        for row in sheet_of(book, name).iter_rows():
            yield from (cell for cell in row if isinstance(cell, Cell) and cell.value is not None)


def outcome_of(*files: str, year: int = 2025, plan: str = DEFAULT_PLAN) -> Outcome:
    return judge_report(files, load_plan(plan), year, FailOn.MISSED, ENGLISH, detailed=True)


@pytest.mark.parametrize("year", sweep(range(2021, 2026), [2025]))
def test_without_calculating_every_rate_and_verdict_is_that_of_the_json(tmp_path: Path, plan: Plan, year: int) -> None:
    file, told = report(tmp_path, "r", "--year", str(year), str(EXAMPLES / str(year)))
    assert_says_the_same(opened(file), told, plan)


def test_incomplete_returns_are_marked_provisional_and_name_the_missing(tmp_path: Path, plan: Plan) -> None:
    file, told = report(tmp_path, "r", "--year", "2025", write_csv(tmp_path / "r.csv", plan, INCOMPLETE))
    book = opened(file)
    assert_says_the_same(book, told, plan)
    assert sheet_of(book, "Training")["B9"].value == "Ninh Bình province (provisional)"
    said = [cell.value for cell in sheet_of(book, "Summary")["A"]]
    assert "4 of 7 expected units have a valid return; the overall figures are provisional." in said
    assert "Help-seeking (provisional)" in said


def test_last_years_provisional_rates_are_marked_provisional(tmp_path: Path) -> None:
    files = (str(EXAMPLES / "2024" / "bieu-cheo-2024.xlsx"), str(EXAMPLES / "2025"))
    assert "Rate in 2024" in words_of_summary(tmp_path, outcome_of(*files))
    part_of_2024 = (str(EXAMPLES / "2023" / "huyen-nho-quan-2023.xlsx"), str(EXAMPLES / "2024" / "bieu-cheo-2024.xlsx"))
    outcome = outcome_of(*part_of_2024, year=2024)
    assert "Rate in 2023 (provisional)" in words_of_summary(tmp_path, outcome)
    assert re.search(r"2023: [\d.]+% \(provisional\)", to_html(outcome, ENGLISH))


def words_of_summary(folder: Path, outcome: Outcome) -> set[object]:
    book = opened(_written(folder, outcome))
    return {cell.value for row in sheet_of(book, "Summary").iter_rows() for cell in row}


@pytest.mark.slow
def test_a_reader_of_another_make_sees_the_same_values(tmp_path: Path) -> None:
    file, _ = report(tmp_path, "r", "--year", "2025", str(EXAMPLES / "2025"))
    rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_name("Education").to_python()
    province = next(row for row in rows if "Ninh Bình province" in row)
    assert province[2:4] == [530.0, 531.0]
    assert province[6:8] == ["missed", 1.0]


def test_a_rate_is_printed_with_as_many_decimals_as_its_verdict_needs(tmp_path: Path, plan: Plan) -> None:
    """2505 of 2506 schools is 99.96%, which one decimal would print as 100%."""
    rows = of_2025({"374": well_but(schools=2506, schools_integrating=2505)})
    file, _ = report(tmp_path, "r", "--year", "2025", write_csv(tmp_path / "r.csv", plan, rows))
    formats = {cell.value: cell.number_format for cell in sheet_of(opened(file), "Education")["E"]}
    assert formats[2505 / 2506] == "[$-409]0.00%"
    assert formats[1] == "[$-409]0.0%"


def test_sheets_and_numbers_are_in_the_readers_language(tmp_path: Path) -> None:
    file = tmp_path / "r.xlsx"
    years = (str(EXAMPLES / "2024"), str(EXAMPLES / "2025"))
    run("report", "--year", "2025", *years, "--lang", "vi", "--output", str(file))
    book = opened(file)
    assert book.sheetnames == [
        "Tổng hợp",
        "Tìm kiếm sự trợ giúp",
        "Được trợ giúp",
        "Tập huấn cán bộ",
        "Cơ sở giáo dục lồng ghép",
        "Số liệu báo cáo",
        "Diễn biến",
        "Nguồn số liệu",
    ]
    assert (
        sheet_of(book, "Tổng hợp")["A3"].value == "Năm 2025, tỉnh Ninh Bình đạt 3/4 chỉ tiêu; còn 01 chỉ tiêu chưa đạt."
    )
    assert {"[$-42A]#,##0", "[$-42A]0.0%"} <= {cell.number_format for cell in cells_of(book)}


def test_every_sheet_is_printed_on_a4_with_its_headings_and_page_numbers(tmp_path: Path) -> None:
    file, _ = report(tmp_path, "r", "--year", "2025", str(EXAMPLES / "2025"))
    book = opened(file)
    for sheet in (sheet_of(book, name) for name in book.sheetnames):
        assert (sheet.page_setup.paperSize, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (
            9,
            None,
            None if sheet.title in ("Summary", *PER_INDICATOR) else 0,
        )
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage  # to one page, where nothing else is said
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.oddFooter is not None
        assert sheet.oddFooter.center.text == "&P/&N"
        if sheet.title != "Summary":
            assert sheet.print_title_rows
            assert sheet.freeze_panes
    assert {cell.font.name for cell in cells_of(book)} == {"Times New Roman"}


@pytest.mark.slow
def test_charts_show_rates_against_thresholds(tmp_path: Path) -> None:
    file, _ = report(tmp_path, "r", "--year", "2025", str(EXAMPLES / "2025"))
    with zipfile.ZipFile(file) as parts:
        charts = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/charts/chart")]
    assert len(charts) == 5  # the summary's, and one for each indicator
    assert all("Threshold in force" in chart and "barChart" in chart for chart in charts)


@pytest.mark.slow
def test_of_more_units_than_a_chart_can_show_there_is_none(tmp_path: Path) -> None:
    units = "".join(f"[[unit]]\ncode = '{code}'\nname = 'Xã {code}'\n" for code in range(101, 201))
    other = tmp_path / "plan.toml"
    other.write_text(HOUSEWORK.partition("[[unit]]")[0] + units, "utf-8")
    rows: list[Row] = [(str(code), 2025, {"women": 3, "men": 2}) for code in range(101, 201)]
    returns = write_csv(tmp_path / "r.csv", load_plan(other), rows)
    file, told = report(tmp_path, "r", "--year", "2025", returns, "--plan", str(other))
    assert len(told["findings"]) == 202
    with zipfile.ZipFile(file) as parts:
        assert not [name for name in parts.namelist() if "chart" in name]


def test_judged_optional_field_has_a_column_though_no_unit_gave_it(tmp_path: Path) -> None:
    optional = HOUSEWORK.replace('counts = "people" }', 'counts = "people", optional = true }', 1)
    third = '{ id = "children", label = { vi = "Giờ của trẻ em" }, counts = "people" },\n]'
    other = tmp_path / "plan.toml"
    other.write_text(optional.replace("\n]", f"\n{third}", 1), "utf-8")
    plan = load_plan(other)
    returns = write_csv(tmp_path / "r.csv", plan, [("1", 2025, {"men": 5, "children": 1})])
    file, told = report(tmp_path, "r", "--year", "2025", returns, "--plan", str(other))
    assert {finding["status"] for finding in told["findings"]} == {"no-data"}
    assert_says_the_same(opened(file), told, plan)


@pytest.mark.slow
def test_the_trend_marks_what_was_recast_and_refers_to_the_year_reported(tmp_path: Path) -> None:
    """Thành phố Hoa Lư was two units in 2024."""
    ledger = ("--ledger", str(tmp_path / "ledger.db"))
    for year in (2024, 2025):
        assert run("submit", str(EXAMPLES / str(year)), "--by", "office", *ledger).code == 0
    file = tmp_path / "r.xlsx"
    run("report", "--year", "2025", *ledger, "--lang", "en", "--output", str(file))
    sheet = sheet_of(opened(file, values=False), "Trend")
    (row,) = [cell.row for cell in sheet["A"] if cell.value == "Thành phố Hoa Lư"][-1:]
    before, now = sheet.cell(row, 2), sheet.cell(row, 3)
    assert str(before.value).startswith("=")
    assert "/" in str(before.value)
    assert before.number_format == '[$-409]"✓ "0.0%"*"'
    assert str(now.value).startswith("='Education'!E")
    with zipfile.ZipFile(file) as parts:
        assert sum("lineChart" in parts.read(name).decode() for name in parts.namelist() if "charts/chart" in name) == 9


def test_trend_breaks_pages_only_between_indicators(tmp_path: Path) -> None:
    """The print of two years is so large that a page holds the block of one indicator, that of five holds two."""
    ledger = ("--ledger", str(tmp_path / "ledger.db"))
    for year, count in ((2021, None), (2022, 3), (2023, 2), (2024, 1), (2025, 1)):
        run("submit", str(EXAMPLES / str(year)), "--by", "office", *ledger)
        file = tmp_path / f"{year}.xlsx"
        run("report", "--year", str(year), *ledger, "--lang", "en", "--output", str(file))
        book = opened(file, values=False)
        assert ("Trend" in book.sheetnames) == (count is not None)  # the sheets of the indicators have the only year
        if count is not None:
            sheet = sheet_of(book, "Trend")
            starts = {sheet.cell(found.id + 1, 1).value for found in sheet.row_breaks.brk}
            assert len(starts) == count
            assert starts <= set(PER_INDICATOR)


@pytest.mark.slow
def test_the_same_outcome_gives_the_same_bytes() -> None:
    outcome = outcome_of(str(EXAMPLES / "2025"))
    assert to_xlsx(outcome, language("vi")) == to_xlsx(outcome, language("vi"))


def test_returns_that_are_all_refused_leave_the_problems_to_be_read(tmp_path: Path, plan: Plan) -> None:
    rows = [("không có", 2025, well_but())]
    file, told = report(tmp_path, "r", "--year", "2025", write_csv(tmp_path / "r.csv", plan, rows))
    assert told["exit_code"] == 3
    book = opened(file)
    assert "unknown-unit" in {cell.value for cell in sheet_of(book, "Errors and warnings")["B"]}
    assert sheet_of(book, "Sources")["A5"].value == str(tmp_path / "r.csv")
    assert "1 error" in str(sheet_of(book, "Summary")["A2"].value) + str(sheet_of(book, "Summary")["A3"].value)


@pytest.mark.slow
def test_problems_stand_with_file_sheet_and_cell(tmp_path: Path) -> None:
    file, _ = report(tmp_path, "r", "--year", "2023", str(CASES / "loi-2023.xlsx"))
    sheet = sheet_of(opened(file), "Errors and warnings")
    assert [cell.value for cell in sheet[4][:6]] == [
        "error",
        "part-exceeds-total",
        str(CASES / "loi-2023.xlsx"),
        "Biểu 1",
        "D11",
        "Huyện Nho Quan, 2023",
    ]


HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK('https://example.org')", "https://example.org", "01/02/2025")


def test_no_text_of_a_file_or_plan_acts(tmp_path: Path) -> None:
    """Units, titles and file names that a spreadsheet would take for formulas, links, dates or names of its own."""
    titles = (r"=[MAP(x)]:*?/\'Một'", "History")
    text = HOUSEWORK.replace("Việc nhà", titles[0].replace("\\", "\\\\")).replace("Phần của nam", titles[1])
    units = "".join(f"[[unit]]\ncode = '{number}'\nname = \"{name}\"\n" for number, name in enumerate(HOSTILE))
    other = tmp_path / "plan.toml"
    other.write_text(text.partition("[[unit]]")[0] + units, "utf-8")
    plan = load_plan(other)
    rows = [(str(number), 2025, {"women": 3, "men": 2}) for number in range(len(HOSTILE))]
    returns = write_csv(tmp_path / "=1+1\x1b\u202e.csv", plan, rows)
    book = opened(_written(tmp_path, outcome_of(returns, plan=str(other))), values=False)
    texts = [cell for cell in cells_of(book) if cell.value in HOSTILE]
    assert {cell.value for cell in texts} == set(HOSTILE)
    assert {cell.data_type for cell in texts} == {"s"}
    assert all(cell.quotePrefix for cell in texts if str(cell.value)[0] in "=+-@")
    assert not any(cell.hyperlink for cell in cells_of(book))
    formulas = {str(cell.value) for cell in cells_of(book) if cell.data_type == "f"}
    assert not any("HYPERLINK" in formula or "1+1" in formula for formula in formulas)
    assert "History" not in book.sheetnames


def test_control_characters_of_a_file_name_are_shown(tmp_path: Path, plan: Plan) -> None:
    file, _ = report(tmp_path, "r", "--year", "2025", write_csv(tmp_path / "a\x1b\u202eb.csv", plan, of_2025()))
    assert str(sheet_of(opened(file), "Sources")["A5"].value).endswith(r"a\u001b\u202eb.csv")


SECRET, ANOTHER = 40_321, 50_777


def test_what_is_withheld_stands_nowhere_in_the_workbook(tmp_path: Path, plan: Plan) -> None:
    """Neither as a value nor in what a formula came to; and the sum it could be told from is a number of its own."""
    rows = of_2025(
        {"372": well_but(victims=SECRET + 10, victims_seeking_help=SECRET), "373": well_but(victims=ANOTHER)}
    )
    outcome = published(outcome_of(write_csv(tmp_path / "r.csv", plan, rows)), ("372", "373"))
    file = _written(tmp_path, outcome)
    with zipfile.ZipFile(file) as parts:
        content = "".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
    assert not any(str(secret) in content for secret in (SECRET, SECRET + 10, ANOTHER))
    found = findings_in(opened(file), plan)
    assert found["help-seeking", "372"]["status"] == "withheld"
    assert found["help-seeking", "372"]["numerator"] == "withheld"
    assert found["help-seeking", "370"]["status"] == "met"
    assert found["help-seeking", None]["denominator"] == SECRET + 10 + ANOTHER + 50
    formulas = sheet_of(opened(file, values=False), "Help-seeking")
    assert formulas["D9"].value == SECRET + 10 + ANOTHER + 50
    returns = sheet_of(opened(file, values=False), "Returns")
    assert [cell.value for cell in returns[9]][2:5] == ["withheld", "withheld", '=IF(COUNT(E10:E16)=0,"",SUM(E10:E16))']


def published(outcome: Outcome, units: tuple[str, ...]) -> Outcome:
    """The outcome with the victims of some units withheld."""
    findings = [
        replace(finding, numerator=None, denominator=None, status=Status.WITHHELD)
        if finding.indicator == "help-seeking" and finding.unit in units
        else finding
        for finding in outcome.scorecard.findings
    ]
    fields = ("victims", "victims_seeking_help")
    counts = [
        UnitCounts(
            of.year,
            of.unit,
            of.unit_name,
            {field: count for field, count in of.values.items() if field not in fields},
            frozenset(fields),
        )
        if of.unit in units
        else of
        for of in outcome.counts
    ]
    scorecard = replace(outcome.scorecard, frame=findings_frame(outcome.scorecard.plan, findings))
    return replace(outcome, scorecard=scorecard, counts=tuple(counts), trend=None)


def _written(folder: Path, outcome: Outcome) -> Path:
    file = folder / "written.xlsx"
    file.write_bytes(to_xlsx(outcome, ENGLISH))
    return file
