"""Sequences by the million, whose items are made when somebody asks for them."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import TypeVar, overload

T = TypeVar("T")


class OnDemand(Sequence[T]):
    """What knows its length and how to make the item at a place; equal to any sequence of the same items."""

    __slots__ = ()

    @abstractmethod
    def at(self, place: int) -> T:
        """The item at a place from 0 on."""

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...
    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        chosen = range(len(self))[place]
        return self.at(chosen) if isinstance(chosen, int) else list(map(self.at, chosen))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(ours == theirs for ours, theirs in zip(self, other, strict=True))

    def __hash__(self) -> int:
        raise TypeError(f"a {type(self).__name__} is as long as a list, and as little a key")
