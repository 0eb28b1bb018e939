"""The formulas of a report, calculated anew by a real LibreOffice: they come to what the engine found."""

import random
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from xlsxwriter import Workbook

from gbv_kpi.kpi.finding import Status
from gbv_kpi.plan import Plan, load_plan
from gbv_kpi.plan.thresholds import Comparator, Threshold, is_met, shortfall
from gbv_kpi.render.xlsx import formulas
from tests.command import write_csv
from tests.libreoffice import needs_libreoffice, recalculated
from tests.render.report_book import (
    HOUSEWORK,
    INCOMPLETE,
    STATUS,
    assert_says_the_same,
    findings_in,
    opened,
    report,
    rows_of,
    sheet_of,
)

EXAMPLES = Path(__file__).parents[2] / "examples"
WORDS = {status: str(status) for status in Status}

RATIOS: tuple[dict[str, int | None], ...] = (
    {"women": 17, "men": 10},
    {"women": 171, "men": 100},
    {"women": 0, "men": 0},
)

MISSES = "2025: Ninh Bình province meets 3 of 4 thresholds in force; 1 is missed."
MEETS = "2025: Ninh Bình province meets every threshold in force."

Reports = Mapping[str, tuple[Path, Path, Any, Plan]]  # as written, as calculated, the JSON output, the plan


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Reports:
    folder = tmp_path_factory.mktemp("reports")
    plan = load_plan()
    other = folder / "housework.toml"
    other.write_text(HOUSEWORK, "utf-8")
    housework = load_plan(other)
    hours = [(str(code), 2025, figures) for code, figures in enumerate(RATIOS, start=1)]
    asked = {
        **{str(year): ("--year", str(year), str(EXAMPLES / str(year))) for year in range(2021, 2026)},
        "incomplete": ("--year", "2025", write_csv(folder / "incomplete.csv", plan, INCOMPLETE)),
        "housework": ("--year", "2025", write_csv(folder / "hours.csv", housework, hours), "--plan", str(other)),
    }
    written = {name: report(folder, name, *arguments) for name, arguments in asked.items()}
    calculated = recalculated([file for file, _ in written.values()], tmp_path_factory.mktemp("calculated"))
    return {
        name: (file, anew, told, housework if name == "housework" else plan)
        for (name, (file, told)), anew in zip(written.items(), calculated, strict=True)
    }


every_report = pytest.mark.parametrize("name", [*map(str, range(2021, 2026)), "incomplete", "housework"])


@needs_libreoffice
@every_report
def test_calculated_anew_every_rate_and_verdict_is_that_of_the_json(reports: Reports, name: str) -> None:
    _, calculated, told, plan = reports[name]
    assert_says_the_same(opened(calculated), told, plan)


@needs_libreoffice
def test_calculated_reports_hold_every_status_and_both_sides_of_a_bound(reports: Reports) -> None:
    statuses = {finding["status"] for _, _, told, _ in reports.values() for finding in told["findings"]}
    assert statuses == {"met", "missed", "not-due", "no-cases", "no-data"}
    _, calculated, _, plan = reports["incomplete"]
    found = findings_in(opened(calculated), plan)
    assert (found["training", "372"]["status"], found["training", "372"]["shortfall"]) == ("missed", 1)
    assert (found["education", "374"]["status"], found["education", "374"]["shortfall"]) == ("missed", 1)
    _, calculated, _, plan = reports["housework"]
    found = findings_in(opened(calculated), plan)
    assert (found["ratio", "1"]["status"], found["ratio", "1"]["next_shortfall"]) == ("met", 4)  # 13 of 10 is below 1.4
    assert (found["ratio", "2"]["status"], found["ratio", "2"]["shortfall"]) == ("missed", 1)


@needs_libreoffice
@every_report
def test_calculated_summary_says_of_the_province_what_the_json_says(reports: Reports, name: str) -> None:
    """A link to a cell with nothing in it would come to 0: of what is not due nothing is lacking, not even 0."""
    _, calculated, told, plan = reports[name]
    provinces = {finding["indicator"]: finding for finding in told["findings"] if finding["unit"] is None}
    summary = sheet_of(opened(calculated), "Summary")
    (top,) = (cell.row for cell in summary["C"] if cell.value == "Numerator")
    for row, indicator in enumerate(plan.indicators, start=top + 1):
        values = [summary.cell(row, column).value or None for column in (3, 4, 7)]
        finding = provinces[indicator.id]
        assert values[:2] == [finding["numerator"], finding["denominator"]]
        assert STATUS[str(values[2])] == finding["status"]
        assert summary.cell(row, 8).value == finding["shortfall"]


@needs_libreoffice
def test_count_corrected_in_the_workbook_changes_verdict_and_headline(reports: Reports, tmp_path: Path) -> None:
    """2025 misses education by one school, Huyện Yên Mô's."""
    book = load_workbook(reports["2025"][0])
    returns = sheet_of(book, "Returns")
    (row,) = (row["row"] for row in rows_of(returns) if row["Code"] == "377")
    headings = [cell.value for cell in returns[8]]
    cell = returns.cell(row, headings.index("Schools that integrate communication activities") + 1)
    assert cell.value == 58
    cell.value = 59
    corrected = tmp_path / "corrected.xlsx"
    book.save(corrected)
    (tmp_path / "out").mkdir()
    (calculated,) = recalculated([corrected], tmp_path / "out")
    after = opened(calculated)
    found = findings_in(after, load_plan())
    assert (found["education", "377"]["status"], found["education", None]["status"]) == ("met", "met")
    assert (found["education", None]["numerator"], found["education", None]["shortfall"]) == (531, 0)
    assert sheet_of(load_workbook(reports["2025"][0], data_only=True), "Summary")["A3"].value == MISSES
    assert sheet_of(after, "Summary")["A3"].value == MEETS


@needs_libreoffice
def test_formulas_agree_with_whole_numbers_around_every_threshold(tmp_path: Path) -> None:
    dice = random.Random(11)
    comparators: tuple[Comparator, ...] = (">=", ">", "<=", "<")
    cases = []
    for number in range(600):
        measure = dice.choice(("percent", "ratio"))
        bound = Decimal(dice.choice((0, 1, 29, 50, 85, 90, 100, 335, 1699))).scaleb(-dice.choice((0, 1, 2)))
        threshold = Threshold(2025, comparators[number % 4], bound, "percent" if measure == "percent" else "ratio")
        denominator = dice.choice((1, 3, 50, 489, 2506, dice.randint(1, 10**9), 999_999_999))
        exact = int(bound * denominator / (100 if measure == "percent" else 1))
        cases.append((max(0, exact + dice.randint(-2, 2)), denominator, threshold))
    file = tmp_path / "cases.xlsx"
    book = Workbook(str(file))
    sheet = book.add_worksheet()
    for row, (numerator, denominator, threshold) in enumerate(cases):
        sheet.write_number(row, 0, numerator)
        sheet.write_number(row, 1, denominator)
        cells = (f"A{row + 1}", f"B{row + 1}")
        sheet.write_formula(row, 2, formulas.verdict(*cells, threshold, WORDS))
        sheet.write_formula(row, 3, formulas.lacking(*cells, threshold))
    book.close()
    (tmp_path / "out").mkdir()
    (calculated,) = recalculated([file], tmp_path / "out")
    results = [values[2:] for values in sheet_of(opened(calculated), "Sheet1").iter_rows(values_only=True)]
    for (numerator, denominator, threshold), result in zip(cases, results, strict=True):
        status = "met" if is_met(numerator, denominator, threshold) else "missed"
        assert result == (status, shortfall(numerator, denominator, threshold)), (numerator, denominator, threshold)


def test_a_choice_too_long_for_a_formula_is_none() -> None:
    assert formulas.choice("A1", ["none", "one"]) == '=CHOOSE(1+A1,"none","one")'
    assert formulas.choice("A1", ["none", "one" * 200]) is None
    assert formulas.choice("A1", ["a sentence of some length"] * 300) is None
