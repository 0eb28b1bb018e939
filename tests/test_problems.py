import pytest

from gbv_kpi.i18n import ENGLISH, phrase
from gbv_kpi.problems import CATALOGUE, Place, Problem, Severity, error_count, has_errors, in_reading_order

# The codes of the design.
ERRORS = [
    *("unreadable-file", "encrypted-workbook", "unsupported-format", "oversized-file", "no-table-found"),
    *("legacy-encoding", "undecodable-text", "missing-column", "duplicate-column", "personal-data-column"),
    *("missing-value", "not-a-number", "not-a-whole-number", "negative-number", "formula-without-value"),
    *("formula-error", "unknown-unit", "missing-unit", "missing-year", "year-outside-plan", "duplicate-return"),
    "part-exceeds-total",
]
WARNINGS = [
    *("unknown-column", "hidden-sheet", "grouped-number", "dash-read-as-zero", "merged-unit", "total-mismatch"),
    *("help-forms-below-total", "unusual-change", "late-return"),
]


@pytest.mark.parametrize("code", ERRORS)
def test_codes_that_fail_a_return_are_errors(code: str) -> None:
    assert CATALOGUE[code].severity is Severity.ERROR


@pytest.mark.parametrize("code", WARNINGS)
def test_codes_that_let_a_return_pass_are_warnings(code: str) -> None:
    assert CATALOGUE[code].severity is Severity.WARNING


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_code_has_a_remedy_that_is_a_sentence(code: str) -> None:
    remedy = ENGLISH.say(CATALOGUE[code].remedy)
    assert remedy[0].isupper()
    assert remedy.endswith(".")


def test_a_problem_has_the_severity_and_the_usual_remedy_of_its_code() -> None:
    problem = Problem("unknown-unit", Place("a.csv"), phrase("…"))
    assert (problem.severity, problem.hint) == (Severity.ERROR, CATALOGUE["unknown-unit"].remedy)


def test_a_remedy_of_its_own_goes_before_the_usual_one() -> None:
    own = phrase("Write Huyện Gia Viễn.")
    assert Problem("unknown-unit", Place("a.csv"), phrase("…"), own).hint is own


def test_a_problem_told_of_a_unit_and_a_year_stays_where_it_stands() -> None:
    problem = Problem("negative-number", Place("a.csv", None, "K14", 14), phrase("…"), field="schools", value="-4")
    told = problem.for_unit("372", "Huyện Nho Quan", 2023)
    assert (told.unit, told.unit_name, told.year) == ("372", "Huyện Nho Quan", 2023)
    assert (told.place, told.field, told.value) == (problem.place, "schools", "-4")
    assert (problem.unit, problem.year) == (None, None)


def test_warnings_alone_are_no_errors() -> None:
    warning = Problem("grouped-number", Place("a.csv"), phrase("…"))
    error = Problem("negative-number", Place("a.csv"), phrase("…"))
    assert [has_errors(told) for told in ([], [warning], [warning, error])] == [False, False, True]


def test_errors_are_counted_and_warnings_are_not() -> None:
    codes = ["dash-read-as-zero", "missing-value", "grouped-number", "missing-value", "negative-number"]
    assert error_count(Problem(code, Place("a.csv"), phrase("…")) for code in codes) == 3
    assert error_count([]) == 0


def test_problems_of_a_sheet_are_by_row_then_column_without_a_cell_first() -> None:
    cells = ["C5", "AE2", "D2", "E2", None, "Z10", "A10"]
    problems = [
        Problem("missing-value", Place("a.csv", None, cell, int(cell.lstrip("ACDEZ")) if cell else None), phrase("…"))
        for cell in cells
    ]
    ordered = [problem.place.cell for problem in in_reading_order(problems)]
    assert ordered == [None, "D2", "E2", "AE2", "C5", "A10", "Z10"]


def test_problems_of_one_cell_keep_their_order() -> None:
    problems = [
        Problem(code, Place("a.csv", None, "B2", 2), phrase("…")) for code in ("negative-number", "late-return")
    ]
    assert in_reading_order(problems) == problems
