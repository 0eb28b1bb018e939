import math
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gbv_kpi.i18n import ENGLISH
from gbv_kpi.reading.numbers import Figure, read_figure
from gbv_kpi.sheets.sheet import Cell, FormulaError, FormulaWithoutValue, Percentage


def said(figure: Figure) -> str:
    return ENGLISH.say(figure.message) if figure.message else ""


@pytest.mark.parametrize(
    ("cell", "value"),
    [(12, 12), (12.0, 12), (0, 0), ("12", 12), (" 12 ", 12), ("12\u00a0", 12), ("007", 7), ("12\n", 12), ("１２", 12)],
)
def test_a_whole_number_is_read_without_a_word(cell: Cell, value: int) -> None:
    assert read_figure(cell) == Figure(value)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1.234", 1234),
        ("1.234.567", 1234567),
        ("1 234", 1234),
        ("1\u00a0234", 1234),
        ("1,234", 1234),
        ("1'234", 1234),
        ("1.234,00", 1234),
        ("100.000", 100000),
    ],
)
def test_grouped_thousands_are_read_with_a_warning(cell: str, value: int) -> None:
    figure = read_figure(cell)
    assert (figure.value, figure.code) == (value, "grouped-number")
    assert str(value) in said(figure)


@pytest.mark.parametrize("cell", ["-", "–", "—", "−", "--", " - "])
def test_a_dash_means_none_and_is_told(cell: str) -> None:
    figure = read_figure(cell)
    assert (figure.value, figure.code) == (0, "dash-read-as-zero")


@pytest.mark.parametrize("cell", ["", " ", "\u00a0", "…", "...", " … ", "….", "……", "....."])
def test_blank_and_not_available_are_missing_never_zero(cell: str) -> None:
    assert read_figure(cell) == Figure(None)


@pytest.mark.parametrize(
    ("cell", "likely"),
    [(1.234, "1234"), (12.5, "12500"), ("1.23", "1230"), (0.95, "rate"), ("0,95", "rate"), ("12,5", None)],
)
def test_a_fraction_is_no_count_and_its_likely_reading_is_offered(cell: Cell, likely: str | None) -> None:
    figure = read_figure(cell)
    assert (figure.value, figure.code) == (None, "not-a-whole-number")
    assert (likely or "is not a whole number.") in said(figure)


@pytest.mark.parametrize("cell", ["1.234,56", "1,234.5", Percentage(0.95), "95%", "95,5 %", Percentage(1.0)])
def test_fractions_of_thousands_and_percentages_are_no_counts(cell: Cell) -> None:
    figure = read_figure(cell)
    assert (figure.value, figure.code) == (None, "not-a-whole-number")


def test_a_percentage_is_called_one() -> None:
    assert said(read_figure(Percentage(0.95))) == "95% is a percentage, not a count."


@pytest.mark.parametrize(
    ("cell", "likely"),
    [("12 người", "12"), ("12người", "12"), ("1.234 người", "1234"), ("12*", "12"), ("12.", "12"), ("+12", "12")],
)
def test_number_with_a_measure_or_sign_is_refused_with_a_likely_reading(cell: str, likely: str) -> None:
    figure = read_figure(cell)
    assert (figure.value, figure.code) == (None, "not-a-number")
    assert f"; did you mean {likely}?" in said(figure)


OTHER = ["abc", "khoảng 12", "(12)", "5+3", "1e3", "0x10", "٣", "N/A", "1 2", "12 (trong đó 3 nữ)", "1.23.4", "½", "①"]


@pytest.mark.parametrize("cell", OTHER)
def test_other_text_is_no_number(cell: str) -> None:
    figure = read_figure(cell)
    assert (figure.value, figure.code) == (None, "not-a-number")
    assert "did you mean" not in said(figure)


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (date(2023, 5, 1), "is a date"),
        (datetime(2023, 5, 1, 8), "is a date"),  # noqa: DTZ001
        (time(8, 30), "is a time of day"),
        (timedelta(hours=3), "is a time of day"),
        (True, "“TRUE” is not a number"),
        (False, "“FALSE” is not a number"),
        (math.nan, "is not a number"),
        (math.inf, "is not a number"),
    ],
)
def test_dates_times_and_booleans_are_no_numbers(cell: Cell, words: str) -> None:
    figure = read_figure(cell)
    assert (figure.value, figure.code) == (None, "not-a-number")
    assert words in said(figure)


def test_formulas_without_a_number_are_named() -> None:
    assert read_figure(FormulaWithoutValue()).code == "formula-without-value"
    error = read_figure(FormulaError("#REF!"))
    assert error.code == "formula-error"
    assert "#REF!" in said(error)


def test_a_negative_number_is_left_to_the_schema() -> None:
    assert read_figure("-5") == Figure(-5)
    assert read_figure("-12").value == read_figure("\u221212").value == -12


def test_what_nobody_sees_changes_no_number() -> None:
    assert read_figure("\u200b12\u200e") == Figure(12)
    assert read_figure("1’234").value == 1234


@pytest.mark.parametrize("error", ["#DIV/0!", "#ref!", "#N/A", "#NAME?", "Err:502"])
def test_an_error_written_as_text_is_one(error: str) -> None:
    assert read_figure(error).code == "formula-error"


@pytest.mark.parametrize("cell", ["9" * 19, "9" * 5000, 1e20, 2.0**53, "1" + ".000" * 6])
def test_a_number_beyond_any_count_is_too_large(cell: Cell) -> None:
    figure = read_figure(cell)
    assert (figure.value, figure.code) == (None, "number-too-large")


@given(st.integers(1000, 999_999_999), st.sampled_from([".", " ", "\u00a0", ",", "'"]))
def test_any_whole_number_grouped_by_thousands_is_itself_with_a_warning(number: int, mark: str) -> None:
    figure = read_figure(f"{number:,}".replace(",", mark))
    assert (figure.value, figure.code) == (number, "grouped-number")


@given(st.integers(0, 999_999_999))
def test_any_whole_number_is_itself_as_integer_float_and_text(number: int) -> None:
    assert read_figure(number) == read_figure(float(number)) == read_figure(str(number)) == Figure(number)


@given(st.floats().filter(lambda number: not number.is_integer()))
def test_a_float_that_is_not_whole_never_becomes_a_value(number: float) -> None:
    figure = read_figure(number)
    assert figure.value is None
    assert figure.code in ("not-a-whole-number", "not-a-number")


@given(st.text(max_size=12))
def test_text_without_a_digit_or_a_dash_never_becomes_a_value(text: str) -> None:
    if not any(letter.isdigit() for letter in text) and read_figure(text).code != "dash-read-as-zero":
        assert read_figure(text).value is None


def test_a_column_is_read_cell_by_cell_and_types_are_not_mixed_up() -> None:
    cells: list[Cell] = [1, True, 1.0, "1", "-", ""]
    assert [read_figure(cell).value for cell in cells] == [1, None, 1, 1, 0, None]


@pytest.mark.parametrize("cell", ["200\n210", "200\t210", "200  210"])
def test_two_numbers_in_a_cell_are_not_one(cell: str) -> None:
    assert read_figure(cell).value is None
