"""Sweeps: of many cases that test one thing, a few are run by default and the others are marked `slow`."""

from collections.abc import Collection, Iterable
from typing import TypeVar

import pytest

T = TypeVar("T")


def sweep(cases: Iterable[T], quick: Collection[T] | int) -> list[T]:
    """Return the parameters of a test. Run the `quick` ones by default, or that number of them, evenly spread."""
    listed = list(cases)
    if isinstance(quick, int):
        step = max(1, len(listed) // quick)
        chosen = listed[::step][:quick]
    else:
        chosen = [case for case in listed if case in quick]
        assert len(chosen) == len(quick), "a quick case is not among the cases"
    return [case if case in chosen else slow(case) for case in listed]


def slow(*values: object) -> object:
    return pytest.param(*values, marks=pytest.mark.slow)
