"""Fields taken over from another plan (`fields_from`), so that what two plans count is written once."""

from collections.abc import Iterator, Mapping
from typing import Any


def entries(tables: Mapping[str, Any], name: str) -> dict[int, Mapping[str, Any]]:
    """The tables of a list of tables, by their number; what is none is left to be told as a mistake."""
    listed = tables.get(name)
    return {n: e for n, e in enumerate(listed if isinstance(listed, list) else ()) if isinstance(e, Mapping)}


def taken_fields(tables: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The fields of another plan that a plan file needs and has not itself, by their number there.

    Needed are those that its indicators name, what those are a part of, and what may be given as a part of them:
    a plan asks its units for nothing else.
    """
    own = list(entries(tables, "field").values())
    needed = {entry.get(key) for entry in own for key in ("part_of", "form_of")} - {None}
    for indicator in entries(tables, "indicator").values():
        for named in (indicator.get("numerator"), indicator.get("denominator")):
            needed.update(name for name in (named if isinstance(named, list) else ()) if isinstance(name, str))
    theirs = entries(other, "field")
    for _ in theirs:  # a chain of parts and wholes is no longer than that
        for entry in theirs.values():
            if entry.get("id") in needed:
                needed |= {entry.get("part_of"), entry.get("form_of")} - {None}
            elif entry.get("optional") is True and entry.get("part_of") in needed:
                needed.add(entry.get("id"))
    needed -= {entry.get("id") for entry in own}
    return ((number, entry) for number, entry in theirs.items() if entry.get("id") in needed)
