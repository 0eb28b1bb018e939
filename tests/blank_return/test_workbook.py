import io
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from gbv_kpi.blank_return.request import BlankReturn, units_to_report
from gbv_kpi.blank_return.workbook import blank_return
from gbv_kpi.errors import UsageError
from gbv_kpi.i18n import ENGLISH, language
from gbv_kpi.kpi.engine import evaluate
from gbv_kpi.plan import Plan, Unit, load_plan
from gbv_kpi.returns.collect import read_returns
from tests.command import run
from tests.libreoffice import converted, needs_libreoffice
from tests.sweep import slow, sweep

Layout = Literal["table", "form"]
LAYOUTS: tuple[Layout, ...] = ("table", "form")
SPOKEN = ("vi", "en", "both")
OPTIONAL = [field.id for field in load_plan().fields if field.optional]


def ask(plan: Plan, year: int, unit: str | None = None, layout: Layout = "table", spoken: str = "vi") -> BlankReturn:
    first = ENGLISH if spoken == "en" else language("vi")
    return BlankReturn(
        plan, year, units_to_report(plan, year, unit, layout), first, ENGLISH if spoken == "both" else None
    )


def opened(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def sheet_of(book: Workbook, name: str | None = None) -> Worksheet:
    sheet = book[name] if name else book.worksheets[0]
    assert isinstance(sheet, Worksheet)
    return sheet


def unlocked(sheet: Worksheet) -> list[str]:
    """The addresses that can be written, row by row."""
    return [cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked]


def counts(number: int, *, with_forms: bool = True) -> dict[str, int]:
    """The counts of one unit, unlike those of any other."""
    required = {
        "victims": 20 + number,
        "victims_seeking_help": 10 + number,
        "cases_needing_help": 7 + number,
        "cases_helped": 7 + number,
        "officials": 1200 + number,
        "officials_trained": 1100 + number,
        "village_workers": 300 + number,
        "village_workers_trained": 0,
        "schools": 40 + number,
        "schools_integrating": 40,
    }
    if not with_forms:
        return required
    return required | dict.fromkeys(OPTIONAL, number) | {"helped_counselling": 7 + number}


def fill(
    content: bytes, request: BlankReturn, layout: Layout, counts_by_code: Mapping[str, Mapping[str, int]]
) -> Workbook:
    """The blank return with its answers written, a unit's in the order of the plan's fields."""
    book = opened(content)
    fields = [field.id for field in request.fields]
    cells: list[tuple[Worksheet, str]] = [
        (sheet, a) for sheet in book.worksheets for a in unlocked(sheet_of(book, sheet.title))
    ]
    assert len(cells) == len(fields) * len(request.units)
    for number, (sheet, address) in enumerate(cells):
        unit, field = request.units[number // len(fields)], fields[number % len(fields)]
        sheet[address] = counts_by_code.get(unit.code, {}).get(field)
    return book


def saved(book: Workbook, folder: Path) -> str:
    path = folder / "filled.xlsx"
    book.save(path)
    return str(path)


def as_read(file: str, plan: Plan) -> dict[str, dict[str, int]]:
    """The counts by unit of a file that has no problem; blank ones left out."""
    returns = read_returns([file], plan)
    assert [ENGLISH.say(problem.message) for problem in returns.problems] == []
    counts = returns.valid.set_index("unit")[list(plan.field_by_id)]
    return {str(code): {str(k): int(v) for k, v in row.dropna().items()} for code, row in counts.iterrows()}


@pytest.mark.quick(1)
@pytest.mark.parametrize("year", [slow(2023), 2025])
@pytest.mark.parametrize("unit", [None, slow("Huyện Kim Sơn")])
@pytest.mark.parametrize("spoken", sweep(SPOKEN, ["both"]))
@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_filled_in_is_read_without_a_problem(
    plan: Plan, tmp_path: Path, layout: Layout, spoken: str, unit: str | None, year: int
) -> None:
    request = ask(plan, year, unit, layout, spoken)
    wanted = {u.code: counts(number) for number, u in enumerate(request.units)}
    file = saved(fill(blank_return(request, layout), request, layout, wanted), tmp_path)
    assert as_read(file, plan) == wanted
    (coverage,) = evaluate(read_returns([file], plan), plan).coverage
    assert (coverage.year, coverage.received) == (year, len(request.units))
    assert coverage.complete == (unit is None)


@pytest.mark.quick(1)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_forms_of_help_may_be_left_blank(plan: Plan, tmp_path: Path, layout: Layout) -> None:
    request = ask(plan, 2024, None, layout)
    wanted = {u.code: counts(number, with_forms=False) for number, u in enumerate(request.units)}
    assert as_read(saved(fill(blank_return(request, layout), request, layout, wanted), tmp_path), plan) == wanted


@pytest.mark.quick(1)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_provinces_own_agencies_leave_blank_what_they_do_not_run(
    plan: Plan, tmp_path: Path, layout: Layout
) -> None:
    request = ask(plan, 2023, "37", layout)
    wanted = {"37": {"schools": 30, "schools_integrating": 30, "officials": 12, "officials_trained": 12}}
    assert as_read(saved(fill(blank_return(request, layout), request, layout, wanted), tmp_path), plan) == wanted


@pytest.mark.quick(1)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("spoken", sweep(SPOKEN, ["both"]))
def test_left_blank_it_is_left_out_and_nobody_is_refused(
    plan: Plan, tmp_path: Path, layout: Layout, spoken: str
) -> None:
    request = ask(plan, 2025, None, layout, spoken)
    returns = read_returns([saved(opened(blank_return(request, layout)), tmp_path)], plan)
    assert [problem.code for problem in returns.problems] == ["blank-return"]
    assert (len(returns.valid), returns.refused()) == (0, set())


@pytest.mark.quick(1)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_half_filled_it_is_the_return_of_those_who_filled_it(plan: Plan, tmp_path: Path, layout: Layout) -> None:
    request = ask(plan, 2025, None, layout)
    wanted = {unit.code: counts(number) for number, unit in enumerate(request.units) if number % 2}
    assert as_read(saved(fill(blank_return(request, layout), request, layout, wanted), tmp_path), plan) == wanted


@pytest.mark.quick(1)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_one_figure_left_out_of_a_return_is_missing(plan: Plan, tmp_path: Path, layout: Layout) -> None:
    request = ask(plan, 2025, None, layout)
    wanted = {unit.code: counts(number) for number, unit in enumerate(request.units)}
    (left_out, *_) = wanted
    del wanted[left_out]["schools"]
    returns = read_returns([saved(fill(blank_return(request, layout), request, layout, wanted), tmp_path)], plan)
    assert [(p.code, p.unit, p.field) for p in returns.problems] == [("missing-value", left_out, "schools")]
    assert returns.refused() == {(left_out, 2025)}


@needs_libreoffice
@pytest.mark.parametrize("suffix", [slow("xlsx"), "ods"])
@pytest.mark.parametrize(("layout", "spoken"), [("table", "vi"), slow("form", "en"), slow("table", "both")])
def test_libreoffice_saves_what_is_read_without_a_problem(
    plan: Plan, tmp_path: Path, layout: Layout, spoken: str, suffix: str
) -> None:
    request = ask(plan, 2025, None, layout, spoken)
    wanted = {u.code: counts(number) for number, u in enumerate(request.units)}
    file = saved(fill(blank_return(request, layout), request, layout, wanted), tmp_path)
    folder = tmp_path / "saved"
    folder.mkdir()
    assert as_read(str(converted(Path(file), suffix, folder)), plan) == wanted


@needs_libreoffice
def test_the_total_row_adds_up_in_libreoffice(plan: Plan, tmp_path: Path) -> None:
    request = ask(plan, 2025)
    wanted = {u.code: counts(number) for number, u in enumerate(request.units)}
    file = Path(saved(fill(blank_return(request, "table"), request, "table", wanted), tmp_path))
    folder = tmp_path / "saved"
    folder.mkdir()
    sheet = load_workbook(converted(file, "xlsx", folder), data_only=True).worksheets[0]
    (total,) = (row for row in sheet.iter_rows(values_only=True) if row[1] == "Tổng cộng")
    fields = [field.id for field in request.fields]
    assert total[2:] == tuple(sum(row.get(field, 0) for row in wanted.values()) for field in fields)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("spoken", sweep(SPOKEN, ["both"]))
def test_only_answer_cells_have_a_validation_and_it_explains_itself(plan: Plan, layout: Layout, spoken: str) -> None:
    book = opened(blank_return(ask(plan, 2025, None, layout, spoken), layout))
    for name in book.sheetnames:
        sheet = sheet_of(book, name)
        rules = sheet.data_validations.dataValidation
        validated = [f"{area.coord}" for rule in rules for area in rule.sqref.ranges]
        cells = [address for area in validated for address in _addresses(area)]
        assert sorted(cells) == sorted(unlocked(sheet))
        for rule in rules:
            assert rule.showErrorMessage
            assert rule.allow_blank
            assert 0 < len(rule.errorTitle or "") <= 32
            assert 0 < len(rule.error or "") <= 255
            assert 0 < len(rule.prompt or "") <= 255
    assert sum(len(unlocked(sheet_of(book, name))) for name in book.sheetnames) == 7 * len(plan.fields)


def _addresses(area: str) -> list[str]:
    return [f"{get_column_letter(column)}{row}" for row, column in CellRange(area).cells]


def test_validation_wants_wholes_from_zero_and_parts_within_their_whole(plan: Plan) -> None:
    sheet = sheet_of(opened(blank_return(ask(plan, 2025), "table")))
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    victims, seeking = rules["C11:C17"], rules["D11:D17"]
    assert (victims.type, victims.operator, victims.formula1) == ("whole", "greaterThanOrEqual", "0")
    assert seeking.type == "custom"
    assert seeking.formula1 == "AND(ISNUMBER(D11),D11=INT(D11),D11>=0,OR(ISBLANK(C11),D11<=C11))"
    assert "Số người bị bạo lực trên cơ sở giới" in seeking.error


@needs_libreoffice
def test_the_rule_of_a_part_lets_through_whole_numbers_up_to_its_whole(plan: Plan, tmp_path: Path) -> None:
    sheet = sheet_of(opened(blank_return(ask(plan, 2025), "table")))
    (rule,) = (r for r in sheet.data_validations.dataValidation if str(r.sqref) == "D11:D17")
    pairs: list[tuple[int | None, int | float | str, bool]] = [
        (5, 5, True), (5, 0, True), (None, 7, True), (5, 6, False), (5, 2.5, False), (5, -1, False), (5, "ba", False),
        (0, 0, True), (0, 1, False),
    ]  # fmt: skip
    book = Workbook()
    tried = sheet_of(book)
    for row, (whole, part, _) in enumerate(pairs, start=1):
        tried[f"C{row}"], tried[f"D{row}"] = whole, part
        tried[f"E{row}"] = "=" + str(rule.formula1).replace("11", str(row))
    folder = tmp_path / "saved"
    folder.mkdir()
    result = load_workbook(converted(Path(saved(book, tmp_path)), "xlsx", folder), data_only=True).worksheets[0]
    # What is no number makes the formula an error, which refuses as well as FALSE does.
    assert [result[f"E{row}"].value is True for row in range(1, len(pairs) + 1)] == [fits for *_, fits in pairs]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_sheets_are_protected_without_a_password_and_none_is_hidden(plan: Plan, layout: Layout) -> None:
    book = opened(blank_return(ask(plan, 2023, None, layout), layout))
    for sheet in book.worksheets:
        assert sheet.protection.sheet
        assert not sheet.protection.password
        assert sheet.sheet_state == "visible"
        assert str(sheet.page_setup.paperSize) == "9"  # A4
        assert sheet.freeze_panes


def test_a_table_is_printed_across_and_a_form_upright(plan: Plan) -> None:
    table = sheet_of(opened(blank_return(ask(plan, 2023), "table")))
    form = sheet_of(opened(blank_return(ask(plan, 2023, "372", "form"), "form")))
    assert (table.page_setup.orientation, form.page_setup.orientation) == ("landscape", "portrait")
    assert table.print_title_rows == "$7:$10"
    assert form.sheet_properties.pageSetUpPr is not None
    assert form.sheet_properties.pageSetUpPr.fitToPage
    assert (form.page_setup.fitToWidth or 1, form.page_setup.fitToHeight) == (1, 0)


def test_wide_table_prints_required_columns_on_the_first_page(plan: Plan) -> None:
    table = sheet_of(opened(blank_return(ask(plan, 2023), "table")))
    required = 2 + sum(not field.optional for field in plan.fields)
    assert [page_break.id for page_break in table.col_breaks.brk] == [required]
    assert table.print_title_cols == "$A:$B"
    assert table.sheet_properties.pageSetUpPr is not None
    assert not table.sheet_properties.pageSetUpPr.fitToPage


def test_each_form_has_a_sheet_named_after_its_unit_and_the_guide_is_last(plan: Plan) -> None:
    book = opened(blank_return(ask(plan, 2025, None, "form"), "form"))
    assert book.sheetnames == [unit.name for unit in plan.expected_units(2025)] + ["Hướng dẫn"]
    form = sheet_of(book, "Huyện Nho Quan")
    assert form["A1"].value == "Đơn vị báo cáo: Huyện Nho Quan"
    assert "Năm 2025" in [row[0] for row in form.iter_rows(max_row=8, values_only=True)]


def test_a_unit_whose_name_is_no_sheet_name_has_its_code_there(plan: Plan) -> None:
    long = Unit(code="12345", name="Đặc khu hành chính - kinh tế Vân Đồn")
    slash = Unit(code="7", name="Xã A/B")
    bracket = Unit(code="8", name="Xã Thượng Kiệm Hạ(sáp nhập 202)")  # a blank more would be one too many
    made = BlankReturn(plan, 2023, (long, slash, slash, bracket), ENGLISH)
    assert opened(blank_return(made, "form")).sheetnames == ["12345", "7", "7 (2)", "8", "Guide"]


def test_unit_with_a_bracket_in_its_name_keeps_it_as_the_sheets(plan: Plan) -> None:
    made = BlankReturn(plan, 2023, (Unit(code="8", name="Xã Bình An (mới)"),), ENGLISH)
    assert opened(blank_return(made, "form")).sheetnames == ["Xã Bình An (mới)", "Guide"]


def test_the_guide_says_what_each_field_counts_in_the_plans_words(plan: Plan) -> None:
    sheet = sheet_of(opened(blank_return(ask(plan, 2025), "table")), "Hướng dẫn")
    rows = {row[1]: row for row in sheet.iter_rows(values_only=True) if row[1]}
    for field in plan.fields:
        assert field.label.vi in rows
    notes = str(rows["Số cơ sở giáo dục tổ chức lồng ghép hoạt động tuyên truyền"][3])
    assert "“Số cơ sở giáo dục”" in notes
    assert next(i.quote for i in plan.indicators if i.id == "education") in notes
    texts = " ".join(str(value) for row in sheet.iter_rows(values_only=True) for value in row if value)
    assert plan.reporting_date_reason[2025].vi in texts


@pytest.mark.parametrize(
    ("asked", "code"), [("Huyện Hoa Lư", "374"), ("hoa lu", "374"), ("TP Ninh Bình", "369"), ("369", "369")]
)
def test_a_unit_is_known_by_its_name_or_code(plan: Plan, asked: str, code: str) -> None:
    assert [unit.code for unit in units_to_report(plan, 2024, asked, "form")] == [code]


def test_an_unknown_unit_is_refused_with_the_nearest_names(plan: Plan) -> None:
    with pytest.raises(UsageError, match="Huyện Nho Quan"):
        units_to_report(plan, 2024, "Nho Qan", "table")
    with pytest.raises(UsageError, match="is not a reporting unit in 2024"):
        units_to_report(plan, 2024, "???", "table")


def test_a_merged_unit_is_sent_to_its_successor(plan: Plan) -> None:
    with pytest.raises(UsageError, match="make the return of Thành phố Hoa Lư"):
        units_to_report(plan, 2025, "Thành phố Ninh Bình", "table")


def test_a_year_outside_the_plan_is_refused(plan: Plan) -> None:
    with pytest.raises(UsageError, match="from 2021 to 2025"):
        units_to_report(plan, 2026, None, "table")


def test_a_plan_without_units_makes_the_table_of_a_unit_that_is_named(plan: Plan, tmp_path: Path) -> None:
    unlisted = plan.model_copy(update={"units": ()})
    with pytest.raises(UsageError, match="table"):
        units_to_report(unlisted, 2023, "Xã Bất Kỳ", "form")
    request = ask(unlisted, 2023, "Xã Bất Kỳ")
    wanted = {"Xã Bất Kỳ": counts(1)}
    file = saved(fill(blank_return(request, "table"), request, "table", wanted), tmp_path)
    assert as_read(file, unlisted) == wanted


@pytest.mark.slow
def test_plan_without_units_makes_a_table_with_names_to_fill_in(plan: Plan, tmp_path: Path) -> None:
    unlisted = plan.model_copy(update={"units": ()})
    request = ask(unlisted, 2023)
    book = opened(blank_return(request, "table"))
    sheet = sheet_of(book)
    rows = [row for row in range(1, sheet.max_row) if not sheet.cell(row, 2).protection.locked]
    wanted = {"Xã A": counts(1), "Xã B": counts(2)}
    for row, name in zip(rows, wanted, strict=False):
        sheet.cell(row, 2, name)
        for column, field in enumerate(request.fields, start=3):
            sheet.cell(row, column, wanted[name].get(field.id))
    assert len(rows) == 30
    assert as_read(saved(book, tmp_path), unlisted) == wanted


# ---------------------------------------------------------------- the command


def test_the_command_writes_a_vietnamese_table_unless_told_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "mau.xlsx"
    assert run("template", "--year", "2025", "--output", str(file)).code == 0
    assert load_workbook(file).sheetnames == ["Báo cáo", "Hướng dẫn"]
    assert run("template", "--year", "2025", "--lang", "en", "--force", "--output", str(file)).code == 0
    assert load_workbook(file).sheetnames == ["Return", "Guide"]


def test_the_environment_may_choose_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GBV_KPI_LANG", "en")
    file = tmp_path / "form.xlsx"
    ran = run("template", "--year", "2025", "--unit", "372", "--layout", "form", "--output", str(file))
    assert (ran.code, ran.out) == (0, "")
    assert load_workbook(file).sheetnames == ["Huyện Nho Quan", "Guide"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--year", "2031", "--output", "F.xlsx"), "from 2021 to 2025"),
        (("--year", "2025", "--unit", "Nho Qan", "--output", "F.xlsx"), "Huyện Nho Quan"),
        (("--year", "2025", "--output", "F.xls"), ".xlsx"),
        (("--year", "2025", "--output", "nowhere/F.xlsx"), "cannot be written"),
        (("--year", "2025"), "--output"),
    ],
)
def test_impossible_form_is_one_line_exit_code_2_and_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("template", *arguments, "--lang", "en")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert list(tmp_path.iterdir()) == []
