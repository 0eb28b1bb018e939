"""The rows of a form: the labels of each item, and the sections that it is in.

Sections come from numbering (I, 1, 1.1, a, -), from indentation and from items without a figure, and end at an item
of the same or a higher level. A relative label ("Tổng số", "Trong đó: nữ") belongs to the item above it and no other.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gbv_kpi.reading.labels import Kind, Label
from gbv_kpi.reading.meanings import Vocabulary

_DECIMAL = re.compile(r"\d{1,2}(?:\.\d{1,2})*")
_ROMAN = re.compile(r"[IVX]{1,5}")
_PREFIX = re.compile(
    r"\s*(\d{1,2}(?:\.\d{1,2})*\s*[.)/](?!\d)|\d{1,2}(?:\.\d{1,2})+\s|[IVX]{1,5}\s*[.)/]|[A-Za-zđĐ]\s*[.)]|[-–—+*•])"
)
_RANK = {"section": 0, "upper": 1, "roman": 2, "decimal": 3, "lower": 4, "dash": 6, "plus": 7, "blank": 9}
Level = tuple[str, int]  # kind of numbering, and how deep it is


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A row with words where the items are."""

    row: int
    column: int  # of the innermost label
    texts: tuple[str, ...]  # the labels, the outermost first
    number: str  # as the column of numbers has it
    indent: int  # blanks before the label
    has_figure: bool


@dataclass(frozen=True, slots=True)
class Item:
    """An item with the headings that it is under, the outermost first."""

    at: ItemRow
    path: tuple[str, ...]
    parents: tuple[int, ...]  # the rows of the items it is under


@dataclass(frozen=True, slots=True)
class _Node:
    item: ItemRow
    level: Level
    number: str
    label: Label
    is_relative: bool = False
    is_last_heading: bool = False  # a heading right above relative items


def level_of_number(number: str) -> Level | None:
    """Return the kind of numbering that a sign has.

    >>> level_of_number("1.2"), level_of_number("II."), level_of_number("-"), level_of_number("Người")
    (('decimal', 2), ('roman', 1), ('dash', 1), None)
    """
    sign = number.strip().rstrip(".)/ ").lstrip("(")
    if _DECIMAL.fullmatch(sign):
        return "decimal", sign.count(".") + 1
    if _ROMAN.fullmatch(sign):
        return "roman", 1
    if len(sign) == 1 and sign.isalpha():
        return ("upper" if sign.isupper() else "lower"), 1
    first = number.strip()[:1]
    if first and first in "-–—•*" and not number.strip().strip("-–—•*"):
        return "dash", 1
    return ("plus", 1) if number.strip() == "+" else None


def _level(item: ItemRow) -> tuple[Level | None, str]:
    """Return the level of an item by its number, or by the sign before its label."""
    if item.number and (level := level_of_number(item.number)):
        return level, item.number.strip().rstrip(".)/ ")
    prefix = _PREFIX.match(item.texts[-1]) if item.texts else None
    if prefix and (level := level_of_number(prefix[1])):
        return level, prefix[1].strip().rstrip(".)/ ")
    return None, ""


def arrange(rows: Sequence[ItemRow], vocabulary: Vocabulary) -> list[Item]:
    """Return the items with the headings that each is under."""
    levels = [_level(item) for item in rows]
    is_numbered = sum(level is not None and level[0] not in ("dash", "plus") for level, _ in levels) > 1
    stack: list[_Node] = []
    items: list[Item] = []
    for place, (item, (level, number)) in enumerate(zip(rows, levels, strict=True)):
        label = vocabulary.explain(item.texts[-1])
        relative = _is_relative(label)
        node = _Node(item, level or ("blank", 1), number, label, relative)
        if level is not None:
            above = _above_numbered(stack, level, number)
            sibling = stack[len(above)] if len(above) < len(stack) else None
            if (
                relative
                and item.has_figure
                and sibling
                and level[0] not in ("dash", "plus")
                and not any(up.label.marks for up in above)
            ):
                above = [*above, sibling]  # "2. Trong đó: được tập huấn" after "1. Số cán bộ"
                node = replace(node, level=("blank", 1))
            stack = above
        elif (
            is_numbered
            and not item.has_figure
            and not label.is_inner
            and not relative
            and _numbered_next(levels, place)
        ):
            stack, node = [], replace(node, level=("section", 1))
        elif is_numbered:
            stack = [
                above for above in stack if _RANK[above.level[0]] < _RANK["dash"] or above.item.indent < item.indent
            ]
        else:
            following = rows[place + 1].texts[-1] if place + 1 < len(rows) else ""
            heads = not item.has_figure and not relative and _is_relative(vocabulary.explain(following))
            stack, node = _above_plain(stack, replace(node, is_last_heading=heads), vocabulary)
        path = tuple(text for above in stack for text in above.item.texts) + item.texts
        items.append(Item(item, path, tuple(above.item.row for above in stack)))
        stack = [*stack, node]
    return items


def _numbered_next(levels: Sequence[tuple[Level | None, str]], place: int) -> bool:
    """Whether the next item has a number, so that what is without one heads a section."""
    following = levels[place + 1][0] if place + 1 < len(levels) else None
    return following is not None and following[0] not in ("dash", "plus")


def _above_numbered(stack: list[_Node], level: Level, number: str) -> list[_Node]:
    """Return what a numbered item is under."""
    kept: list[_Node] = []
    for above in stack:
        if above.level == level or _RANK[above.level[0]] >= _RANK["dash"] > _RANK[level[0]]:
            break
        if above.level[0] == "decimal" and level[0] == "decimal":
            if above.level[1] >= level[1] or not number.startswith(above.number + "."):
                break
        elif _RANK[above.level[0]] > _RANK[level[0]] and (level[0], above.level[0]) != ("decimal", "lower"):
            break
        kept.append(above)
    return kept


def _above_plain(stack: list[_Node], node: _Node, vocabulary: Vocabulary) -> tuple[list[_Node], _Node]:
    """Return what an item is under on a form without numbers."""
    item, label = node.item, node.label
    inner = node.level[0] in ("dash", "plus") or label.is_inner or node.is_relative
    if inner:
        kept = [above for above in stack if above.item.indent <= item.indent]
        while kept and kept[-1].is_relative and kept[-1].item.indent >= item.indent:
            kept.pop()
        return kept, replace(node, is_relative=True)
    kept = [above for above in stack if not above.item.has_figure and not above.is_relative]
    if any(above.item.indent != item.indent for above in kept):
        kept = [above for above in kept if above.item.indent < item.indent or not _has_deeper(stack, above)]
    if not item.has_figure and label.field is None:
        kept = [above for above in kept if above.item.indent < item.indent]
        return kept, replace(node, level=("section", 1))
    if not item.has_figure:  # "Cơ sở giáo dục" ends "Lãnh đạo các cấp", whose items were relative, but no plan
        kept = [above for above in kept if not above.is_last_heading or above.item.indent < item.indent]
    named = label.field
    if named is not None:
        kept = [above for above in kept if above.label.field is None or vocabulary.is_within(named, above.label.field)]
    return kept, node


def _has_deeper(stack: Sequence[_Node], above: _Node) -> bool:
    """Whether what followed a heading was indented more than it."""
    place = stack.index(above)
    return any(node.item.indent > above.item.indent for node in stack[place + 1 :])


def _is_relative(label: Label) -> bool:
    """Whether a label means something only under another one: "Tổng số", "Được tập huấn", "Nữ"."""
    if label.is_inner or any(atom.lower for atom in label.atoms):
        return True
    if label.field or label.left or not label.atoms:
        return False
    return label.only({Kind.TOTAL, Kind.ACTUAL, Kind.RATE, Kind.MEASURE}) and not label.only({Kind.ACTUAL})
