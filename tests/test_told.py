"""Problems held as columns are the same problems, in the same order, as a list of them."""

import numpy as np

from gbv_kpi.i18n import phrase
from gbv_kpi.problems import Place, Problem
from gbv_kpi.sheets.sheet import cell_address
from gbv_kpi.told import OneKind, Problems, error_count, has_errors

FILE = "r.csv"


def problem(code: str, row: int, column: int) -> Problem:
    place = Place(FILE, None, cell_address(row, column), row + 1)
    return Problem(code, place, phrase("{found} is wrong.", found=str(row * 100 + column)))


def kind(code: str, *cells: tuple[int, int]) -> OneKind:
    rows, columns = (np.array(numbers) for numbers in zip(*cells, strict=True))
    return OneKind(FILE, code, rows, columns, lambda place: problem(code, *cells[place]))


def test_columns_and_single_problems_stand_in_the_order_of_their_cells() -> None:
    blank = kind("missing-value", (4, 2), (1, 3), (1, 30))
    single = problem("not-a-number", 1, 4)
    told = Problems([blank, single], in_reading_order=True)
    wanted = [problem("missing-value", 1, 3), single, problem("missing-value", 1, 30), problem("missing-value", 4, 2)]
    assert list(told) == wanted
    assert told == wanted
    assert [told[-1], *told[1:3]] == [wanted[-1], *wanted[1:3]]
    assert [p.place.cell for p in told] == ["D2", "E2", "AE2", "C5"]


def test_several_files_stand_one_after_the_other() -> None:
    first = Problems([kind("missing-value", (9, 1))], in_reading_order=True)
    second = Problems([kind("missing-value", (1, 1)), problem("dash-read-as-zero", 0, 0)], in_reading_order=True)
    both = Problems([first, second])
    assert [p.place.cell for p in both] == ["B10", "A1", "B2"]
    assert len(both) == 3


def test_errors_are_counted_and_warnings_are_not() -> None:
    warnings = Problems([kind("dash-read-as-zero", (1, 1), (2, 1))])
    assert not has_errors(warnings)
    assert error_count(warnings) == 0
    told = Problems([warnings, kind("missing-value", (1, 2), (2, 2), (3, 2)), problem("negative-number", 5, 5)])
    assert has_errors(told)
    assert error_count(told) == 4


def test_those_of_a_kind_are_chosen_without_the_others() -> None:
    blank_cells = kind("missing-value", (1, 2), (3, 2)), kind("missing-value", (0, 4))
    blank = [problem("missing-value", row, column) for row, column in ((0, 4), (1, 2), (3, 2))]
    of_kind = Problems([*blank_cells, problem("negative-number", 2, 2)], in_reading_order=True).by_kind()
    assert of_kind == {(FILE, "missing-value"): blank, (FILE, "negative-number"): [problem("negative-number", 2, 2)]}
    assert list(of_kind) == [(FILE, "missing-value"), (FILE, "negative-number")]
    assert Problems([]) == ()
    assert Problems([]).by_kind() == {}
