"""Sweeps: of many cases that test one thing a few are run by default, and all the others marked `slow`."""

from collections.abc import Collection, Iterable
from typing import TypeVar

import pytest

T = TypeVar("T")


def sweep(cases: Iterable[T], quick: Collection[T]) -> list[object]:
    """Return the values of a parameter, those that are not `quick` marked slow; the marker `quick` takes a number."""
    listed = list(cases)
    missing = [case for case in quick if case not in listed]
    assert not missing, f"{missing} are not among the cases"
    return [case if case in quick else slow(case) for case in listed]


def slow(*values: object) -> object:
    return pytest.param(*values, marks=pytest.mark.slow)
