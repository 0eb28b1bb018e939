"""Which rows of one table are withheld; they are written as numerator of denominator."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest

from gbv_kpi.suppression.selection import Column, select_rows
from tests.suppression.attacker import Pair, small, told
from tests.sweep import slow


def columns(
    pairs: Sequence[Pair], beside: Pair | None = None, limit: int = 5, *, is_late: bool = False
) -> list[Column]:
    """Numerator, denominator and the rest of each row, and of what the total holds beside them."""
    held = [*pairs, beside] if beside else list(pairs)
    row = np.array([*range(len(pairs)), *([-1] if beside else [])])
    return [
        Column(
            own=np.array([told(pair)[name] for pair in pairs], dtype=np.float64),
            is_reason=np.array([small(told(pair)[name], limit) for pair in pairs]),
            was_printed=np.zeros(len(pairs), dtype=bool),
            row=row,
            cell=np.zeros(len(held), dtype=np.int64),
            value=np.array([told(pair)[name] for pair in held], dtype=np.float64),
            units=np.ones(len(held), dtype=np.int64),
            is_corrected=np.zeros(len(held), dtype=bool),
            is_free=np.ones(len(held), dtype=bool),
            is_sum_late=is_late,
        )
        for name in told((0, 0))
    ]


def withheld(*pairs: Pair, limit: int = 5, beside: Pair | None = None, is_late: bool = False) -> list[int | None]:
    """The places of the units withheld, None for what the total holds beside them."""
    hidden, _ = select_rows(columns(pairs, beside, limit, is_late=is_late), limit, np.zeros(len(pairs), dtype=bool))
    places: list[int | None] = [int(place) for place in np.flatnonzero(hidden)]
    return [None, *places] if beside and places else places


WELL = (30, 60)


@pytest.mark.parametrize(
    ("pair", "is_withheld"),
    [
        pytest.param((0, 0), False, id="no cases"),
        pytest.param((0, 1), True, id="one"),
        pytest.param((0, 4), True, id="four"),
        pytest.param((0, 5), False, id="five, of which none was helped"),
        pytest.param((5, 5), False, id="five, all helped"),
        pytest.param((1, 30), True, id="one was helped"),
        pytest.param((18, 22), True, id="four were not"),
        pytest.param((17, 22), False, id="five were not"),
    ],
)
def test_counts_from_one_to_four_are_a_reason(pair: Pair, is_withheld: bool) -> None:
    assert (0 in withheld(pair, WELL, WELL, (40, 60))) is is_withheld


def test_nothing_is_withheld_where_nothing_is_small() -> None:
    assert withheld((0, 0), (5, 10), (30, 60), beside=(5, 10)) == []


def test_a_single_small_unit_takes_the_two_smallest_with_it() -> None:
    assert withheld((2, 10), (30, 60), (20, 40), (40, 80), (12, 24)) == [0, 2, 4]


def test_two_that_make_fewer_than_the_limit_together_take_more() -> None:
    """1 + 1 sought help, and the two smallest others are 5 of 10 and 6 of 12."""
    assert withheld((1, 20), (1, 30), (5, 10), (6, 12), (40, 80)) == [0, 1, 2]


def test_a_bigger_unit_is_taken_where_the_smaller_ones_do_not_hide_it() -> None:
    """2 were not helped; with those of the two small units still 2, with those of the big one 12."""
    assert withheld((20, 22), (6, 6), (7, 7), (50, 60), (90, 90)) == [0, 1, 3]


def test_zeros_hide_nothing_but_where_there_is_nothing_else() -> None:
    assert withheld((2, 8), (0, 0), (10, 20), (10, 30), (10, 40)) == [0, 2, 3]
    assert withheld((2, 2), (0, 0), (0, 0), (0, 0)) == [0, 1, 2, 3]


def test_small_remainder_of_the_province_is_shown_but_not_by_unit() -> None:
    """The 2 who were not helped are printed as the province's 98 of 100."""
    assert withheld((18, 20), (19, 19), (30, 30), (31, 31)) == [0, 1, 2]


def test_equal_counts_are_withheld_together() -> None:
    assert withheld((2, 10), (10, 20), (10, 20), (10, 20), (50, 99)) == [0, 1, 2, 3]


def test_three_units_with_the_same_small_count_take_another_with_them() -> None:
    """Three with 4 cases each make 12: who knows that all three are small would know each."""
    assert withheld((0, 4), (0, 4), (0, 4), (0, 30), (0, 40)) == [0, 1, 2, 3]


def test_what_the_total_holds_beside_the_units_counts_as_a_withheld_unit() -> None:
    assert withheld((10, 20), (10, 30), (10, 40), beside=(3, 12)) == [None, 0, 1]
    assert withheld((10, 20), (10, 30), (3, 40), beside=(40, 90)) == [None, 0, 2]


def test_a_limit_of_two_withholds_ones_only() -> None:
    assert withheld((2, 4), (3, 9), (4, 12), limit=2) == []
    assert withheld((1, 4), (3, 9), (4, 12), (9, 90), limit=2) == [0, 1, 2]


def test_a_total_of_one_unit_fails_to_hide_it() -> None:
    def failing(*pairs: Pair) -> list[int]:
        return select_rows(columns(pairs), 5, np.zeros(len(pairs), dtype=bool))[1]

    assert failing((2, 20)) == [0]
    assert failing((10, 20)) == []
    assert failing((2, 20), (0, 0)) == []


def test_an_interim_year_withholds_what_its_total_will_need() -> None:
    """A late unit may have 3 of 5: two more are withheld with it, and these have 5 or more of all that there is."""
    assert withheld((20, 30), (21, 31), (12, 40), (14, 50)) == []
    assert withheld((20, 30), (21, 31), (12, 40), (14, 50), is_late=True) == [0, 1]
    assert withheld((0, 30), (0, 31), (12, 40), (14, 50), is_late=True) == [0, 2]
    assert withheld((0, 30), (0, 31), (0, 40), is_late=True) == [0, 1]


@pytest.mark.parametrize(
    ("units", "most", "limit"), [(2, 7, 5), slow(3, 6, 5), slow(3, 7, 4), slow(4, 4, 3), slow(4, 4, 2)]
)
def test_who_knows_the_rule_recovers_no_count_either(units: int, most: int, limit: int) -> None:
    """Every input there is, by what is printed of it: no small count is the same in all that print the same."""
    pairs = [(part, whole) for whole in range(most + 1) for part in range(whole + 1)]
    worlds_by_print = defaultdict(list)
    chosen_of: dict[tuple[Pair, ...], set[Pair]] = {}
    for world in product(pairs, repeat=units):
        key = tuple(sorted(world))  # units with the same counts are withheld together: by counts, not by place
        if key not in chosen_of:
            chosen_of[key] = {key[place] for place in withheld(*key, limit=limit) if place is not None}
        shown = tuple(None if pair in chosen_of[key] else pair for pair in world)
        printed = shown, sum(part for part, _ in world), sum(whole for _, whole in world)
        worlds_by_print[printed].append(world)
    for (shown, *_), worlds in worlds_by_print.items():
        for place in (place for place, pair in enumerate(shown) if pair is None):
            recovered = _same_in_all([told(world[place]) for world in worlds])
            assert not any(small(amount, limit) for amount in recovered), worlds


def _same_in_all(told_by_world: Sequence[dict[str, int]]) -> list[int]:
    first = told_by_world[0]
    return [first[name] for name in first if all(told[name] == first[name] for told in told_by_world)]
