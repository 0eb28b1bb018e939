"""Which units' counts a published table withholds, so that no small one can be told from the rest.

The reader has the total of the province and the counts of every unit shown. What he works out by subtraction
is what the withheld units have together, of every amount that is printed: counts of victims or cases, and
what a whole has over its part (20 of 22 helped tells of 2 who were not; so does a shortfall). All amounts of
a unit are withheld, or none. The units are:

1. Those with an amount from 1 up to below the limit. An amount of 0 tells of nobody and is no reason by itself.
2. What the total holds beside the units shown: a predecessor whose group is not complete is in no row.
3. Further units, until of every amount that is small in one of them
   a) at least `FEWEST` withheld units have it: a third one, so that a unit that knows its own count does not
      learn its neighbour's;
   b) these have together none, or at least the limit. Where the whole province has fewer, that is printed
      anyhow and cannot be helped;
   c) they do not all have the same, for then their number would tell it (three units with 3 cases together,
      and each known to have one or more).

How the further units are chosen is no secret either, so it must not tell who is one. The smallest unit is taken
that settles the matter alone, and where none does, the smallest of all. Units with the same counts are taken
together: one of two equal units withheld and the other shown would tell that the one withheld was not the
reason, and so who was.

With two or more units withheld, every reading that fits their sums is open: any one of them may have all and
the others none, for a sum of parts and wholes is itself a part and a whole. So the least and the most that a
withheld amount can be are 0 and the sum, and the sum is at least the limit, or one the province has anyhow.
Whether single units meet a threshold narrows nothing: one that has all stands as the sum does.

Where only one unit has an amount, the province's is that unit's, and is withheld with it.
What this does not keep: two outputs put side by side, such as last year's table under the old units beside
the trend under the new ones, and a reader who knows the counts of all withheld units but one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

FEWEST = 3


@dataclass(frozen=True, slots=True)
class Member:
    """One unit of a table, or (`unit` None) what the total holds beside the units shown."""

    unit: str | None
    own: tuple[int | None, ...]  # each amount as the unit's own row tells it
    added: tuple[int | None, ...]  # as it is in the total; None where it is not


def is_small(amount: int | None, limit: int) -> bool:
    return amount is not None and 1 <= amount < limit


def chosen(members: Sequence[Member], limit: int) -> list[Member]:
    """The members whose amounts may not be shown; none where nothing is small."""
    if not any(is_small(amount, limit) for member in members for amount in (*member.own, *member.added)):
        return []
    withheld: list[Member] = []
    rest: list[Member] = []
    for member in members:
        tells = member.unit is None or any(is_small(amount, limit) for amount in member.own)
        (withheld if tells else rest).append(member)
    groups = [list(group) for _, group in groupby(sorted(rest, key=_rank), key=_rank)]
    table = _Table(members, limit)
    while groups and not table.holds(withheld):
        settling = (group for group in groups if table.holds([*withheld, *group]))
        group = min(settling, key=len, default=groups[0])
        groups.remove(group)
        withheld += group
    return withheld


def sole_reporter(members: Sequence[Member], place: int, limit: int) -> bool:
    """Whether the total of the amount at that place is a small one of a single member."""
    added = [amount for member in members if (amount := member.added[place]) is not None]
    return len(added) == 1 and is_small(added[0], limit)


def _rank(member: Member) -> tuple[bool, int, list[tuple[int, int]]]:
    """Members with the same amounts have the same rank; those with nothing to hide behind come last."""
    amounts = [(-1 if a is None else a, -1 if b is None else b) for a, b in zip(member.added, member.own, strict=True)]
    size = sum(amount for amount in member.added if amount is not None)
    return size == 0, size, amounts


class _Table:
    """The totals of all members, against which a choice is tried."""

    def __init__(self, members: Sequence[Member], limit: int) -> None:
        self.limit = limit
        self.places = range(len(members[0].own))
        self.totals = [sum(_known(members, place)) for place in self.places]

    def holds(self, withheld: Sequence[Member]) -> bool:
        return all(self._keeps(_known(withheld, place), self.totals[place]) for place in self.places)

    def _keeps(self, amounts: Sequence[int], total: int) -> bool:
        if not any(is_small(amount, self.limit) for amount in amounts):
            return True
        told = is_small(sum(amounts), self.limit) and not is_small(total, self.limit)
        return len(amounts) >= FEWEST and not told and len(set(amounts)) > 1


def _known(members: Iterable[Member], place: int) -> list[int]:
    return [amount for member in members if (amount := member.added[place]) is not None]
