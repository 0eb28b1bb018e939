from collections.abc import Mapping

import pandas as pd
import pytest

from gbv_kpi.ledger.outliers import UnusualChange, unusual_changes

STEADY = {f"u{number}": (100 + number, 101 + number) for number in range(8)}


def found(counts: Mapping[str, tuple[int, int]], unit: str) -> list[UnusualChange]:
    """`counts` are last year's and this year's, by unit."""
    frame = pd.DataFrame(list(counts.values()), list(counts), ["last", "this"])
    now, before = (frame[[name]].set_axis(["cases"], axis="columns") for name in ("this", "last"))
    return list(unusual_changes(now, before, [unit]))


@pytest.mark.parametrize(
    ("last", "this"), [(0, 0), (0, 11), (11, 0), (2, 16), (16, 2), (5, 20), (92, 86), (410, 500), (10_000, 12_000)]
)
def test_small_counts_and_common_changes_do_not_cry_wolf(last: int, this: int) -> None:
    assert found({**STEADY, "own": (last, this)}, "own") == []
    assert found({"own": (last, this)}, "own") == []


@pytest.mark.parametrize(("last", "this"), [(0, 13), (13, 0), (92, 9), (9, 92), (410, 41), (10_000, 15_500)])
def test_a_digit_lost_or_too_many_is_unusual(last: int, this: int) -> None:
    (change,) = found({**STEADY, "own": (last, this)}, "own")
    assert (change.new, change.old) == (this, last)
    assert found({"own": (last, this)}, "own")


def test_a_year_in_which_all_units_find_twice_as_many_is_usual() -> None:
    counts = {f"u{number}": (100 + number, 2 * (100 + number)) for number in range(8)}
    assert found({**counts, "own": (100, 205)}, "own") == []
    (still,) = found({**counts, "own": (100, 100)}, "own")
    assert still.likely == pytest.approx(200, abs=2)


def test_one_slip_elsewhere_does_not_move_what_is_likely() -> None:
    assert found({**STEADY, "slip": (100, 100_000), "own": (100, 104)}, "own") == []
    assert found({**STEADY, "slip": (100, 100_000), "own": (100, 1_000)}, "own") != []


def test_where_all_units_swing_a_swing_is_usual() -> None:
    swings = {f"u{number}": (100, this) for number, this in enumerate((40, 55, 70, 100, 140, 180, 250))}
    assert found({**swings, "own": (100, 190)}, "own") == []
    assert found({**STEADY, "own": (100, 190)}, "own") != []


def test_a_unit_without_last_years_return_is_not_compared() -> None:
    now, before = pd.DataFrame({"cases": {"own": 500}}), pd.DataFrame({"cases": {"other": 5}})
    assert list(unusual_changes(now, before, ["own", "absent"])) == []
