"""A unit has one return a year: of two, neither counts."""

import numpy as np
import pandas as pd

from gbv_kpi.returns.duplicates import find_duplicates


def frame_of(*rows: tuple[str | None, int, str, bool], file: int = 0) -> pd.DataFrame:
    """Unit, year, the unit named and whether it has merged; all of one file, and with figures."""
    units, years, names, merged = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "file": pd.array([file] * len(rows), dtype="Int32"),
            "unit": pd.Categorical(units),
            "named_unit": pd.Categorical(names),
            "is_merged": np.array(merged, dtype=bool),
            "year": np.array(years, dtype=np.int16),
            "is_reported": True,
        }
    )


def found_in(frame: pd.DataFrame, *, across_files: bool = True) -> list[tuple[int, int]]:
    pairs, _ = find_duplicates(frame, across_files=across_files)
    return [(row, first) for row, first in pairs.tolist()]


def left_out(frame: pd.DataFrame, *, across_files: bool = True) -> list[bool]:
    _, is_duplicate = find_duplicates(frame, across_files=across_files)
    return list(map(bool, is_duplicate))


def test_a_return_of_the_same_unit_and_year_is_repeated() -> None:
    same = frame_of(("372", 2023, "372", False), ("373", 2023, "373", False), ("372", 2023, "372", False))
    assert found_in(same) == [(2, 0)]
    assert left_out(same) == [True, False, True]


def test_returns_of_other_years_are_not_repeated() -> None:
    assert found_in(frame_of(("372", 2022, "372", False), ("372", 2023, "372", False))) == []


def test_predecessors_together_are_the_return_of_their_successor() -> None:
    assert found_in(frame_of(("374", 2025, "369", True), ("374", 2025, "374", True))) == []


def test_a_predecessor_beside_its_successor_or_twice_is_repeated() -> None:
    beside = frame_of(("374", 2025, "369", True), ("374", 2025, "374", False))
    twice = frame_of(("374", 2025, "369", True), ("374", 2025, "369", True))
    assert found_in(beside) == found_in(twice) == [(1, 0)]


def test_of_three_returns_each_later_one_repeats_the_first() -> None:
    assert found_in(frame_of(*[("372", 2023, "372", False)] * 3)) == [(1, 0), (2, 0)]


def test_returns_of_no_known_unit_or_year_repeat_nothing() -> None:
    assert found_in(frame_of(*[("372", 0, "372", False)] * 2)) == []
    assert found_in(frame_of((None, 2023, "372", False), (None, 2023, "372", False), ("372", 2023, "372", False))) == []


def test_a_row_without_any_figure_repeats_nothing() -> None:
    rows = frame_of(*[("372", 2023, "372", False)] * 3).assign(is_reported=[True, False, True])
    assert found_in(rows) == [(2, 0)]
    assert left_out(rows) == [True, False, True]


def test_files_are_compared_with_each_other_only_where_asked() -> None:
    rows = frame_of(*[("372", 2023, "372", False)] * 3).assign(file=pd.array([0, 1, 1], dtype="Int32"))
    assert found_in(rows) == [(1, 0), (2, 0)]
    assert found_in(rows, across_files=False) == [(2, 1)]
    assert left_out(rows, across_files=False) == [False, True, True]
