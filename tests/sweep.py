"""Sweeps: of many cases that test one thing a few are run by default, and all the others marked `slow`."""

from collections.abc import Collection, Iterable
from typing import TypeVar

import pytest

T = TypeVar("T")


def sweep(cases: Iterable[T], quick: Collection[T] | int) -> list[object]:
    """Return the values of a parameter: run by default the `quick` ones, or that number of them, evenly spread."""
    listed = list(cases)
    chosen = listed[:: -(-len(listed) // quick)] if isinstance(quick, int) else list(quick)
    missing = [case for case in chosen if case not in listed]
    assert not missing, f"{missing} are not among the cases"
    return [case if case in chosen else slow(case) for case in listed]


def slow(*values: object) -> object:
    return pytest.param(*values, marks=pytest.mark.slow)
