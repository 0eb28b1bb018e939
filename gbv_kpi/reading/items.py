"""Build the rows of a form: the labels of each item, and its sections.

Sections come from numbering (I, 1, 1.1, a, -), from indentation and from items without a figure, and end at an item
of the same or a higher level. A relative label ("Tổng số", "Trong đó: nữ") belongs to the item above it and no other.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gbv_kpi.reading.labels import Kind, Label
from gbv_kpi.reading.meanings import Vocabulary
from gbv_kpi.reading.normalize import label_words

_DECIMAL = re.compile(r"\d{1,2}(?:\.\d{1,2})*")
_ROMAN = re.compile(r"[IVX]{1,5}")
_PREFIX = re.compile(
    r"\s*(\d{1,2}(?:\.\d{1,2})*\s*[.)/](?!\d)|\d{1,2}(?:\.\d{1,2})+\s|[IVX]{1,5}\s*[.)/]|[A-Za-zđĐ]\s*[.)]|[-–—+*•])"
)
_RANK = {"section": 0, "upper": 1, "roman": 2, "decimal": 3, "lower": 4, "dash": 6, "plus": 7, "blank": 9}
Level = tuple[str, int]  # kind of numbering, and how deep it is
_SECTION, _BLANK = ("section", 1), ("blank", 1)


@dataclass(frozen=True)
class Item:
    """A row with words where the items are, and the headings that it is under."""

    row: int
    at: int  # the column of the innermost label
    texts: tuple[str, ...]  # the labels, the outermost first
    number: str  # as the column of numbers has it
    indent: int  # blanks before the label
    has_figure: bool
    path: tuple[str, ...] = ()  # the labels of the headings above, the outermost first, and its own
    parents: tuple[int, ...] = ()  # the rows of these headings

    @property
    def heading(self) -> str:
        return self.texts[-1]


@dataclass(frozen=True)
class _Node:
    item: Item
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


def _level(item: Item) -> tuple[Level | None, str]:
    """Return the level of an item by its number, or by the sign before its label."""
    prefix = _PREFIX.match(item.heading)
    for sign in (item.number, prefix[1] if prefix else ""):
        if sign and (level := level_of_number(sign)):
            return level, sign.strip().rstrip(".)/ ")
    return None, ""


def arrange(rows: Sequence[Item], vocabulary: Vocabulary) -> list[Item]:
    """Return the items with the headings that each is under."""
    levels = [_level(item) for item in rows]
    is_numbered = sum(map(_is_numbered, (level for level, _ in levels))) > 1
    stack: list[_Node] = []
    items: list[Item] = []
    numbers: dict[Level | None, list[str]] = defaultdict(list)  # by level, as far as items are placed
    for place, (item, (level, number)) in enumerate(zip(rows, levels, strict=True)):
        label = vocabulary.explain(item.heading)
        following = rows[place + 1] if place + 1 < len(rows) else None
        is_headed = any(vocabulary.explain(text).marks for text in item.texts[:-1])  # in a column before it
        is_relative = _is_relative(label) and not is_headed and bool(stack or item.has_figure)
        node = _Node(item, level or _BLANK, number, label, is_relative)
        is_bare = not item.has_figure and not node.is_relative  # a heading, or an item that is not filled in
        is_section = is_bare and not label.is_inner and following is not None and _heads(label, following, vocabulary)
        numbers[level].append(number)
        if following and not item.has_figure and label_words(item.heading):
            next_level, next_number = levels[place + 1]  # "Trong đó: xã điểm", then 1 again
            is_section |= _is_numbered(next_level) and _begins_again(next_number, numbers[next_level])
        if level is not None:
            stack, node = _under_numbered(stack, node)
        elif not is_numbered:
            heads = is_bare and following is not None and _is_relative(vocabulary.explain(following.heading))
            stack, node = _under_plain(stack, replace(node, is_last_heading=heads), vocabulary)
        elif is_section:
            stack, node = [], replace(node, level=_SECTION)
        else:
            stack = [up for up in stack if _is_above(up, node)]
        path = tuple(text for above in stack for text in above.item.texts) + item.texts
        items.append(replace(item, path=path, parents=tuple(above.item.row for above in stack)))
        stack = [*stack, node]
    return items


def _is_above(up: _Node, node: _Node) -> bool:
    """Return whether an item is a heading of a later one that has no number, on a form with numbers."""
    if up.item.indent < node.item.indent or _RANK[up.level[0]] < _RANK["dash"]:
        return True
    if not node.is_relative or (node.label.is_inner and up.label.only({Kind.PART})):
        return False  # "Trong đó: được tập huấn" is not part of "Nữ" before it
    # "Có lồng ghép tuyên truyền" is of "- Mầm non" before it, "Được tập huấn" of "Số hội viên phụ nữ".
    return (up.level != _BLANK and not node.label.is_inner) or not up.is_relative


def _heads(label: Label, following: Item, vocabulary: Vocabulary) -> bool:
    """Return whether an item without a figure heads the next one: one with a number, or with a figure of its own."""
    level, _ = _level(following)
    if level is None:
        return label.field is None and following.has_figure and not _is_relative(vocabulary.explain(following.heading))
    return _is_numbered(level)


def _begins_again(number: str, before: Sequence[str]) -> bool:
    """Return whether a number is the first of its level again, or smaller than the last one."""
    if not number or not before:
        return False
    is_smaller = number.isdecimal() and before[-1].isdecimal() and int(number) < int(before[-1])
    return number == before[0] or is_smaller


def _is_numbered(level: Level | None) -> bool:
    return level is not None and level[0] not in ("dash", "plus")


def _under_numbered(stack: list[_Node], node: _Node) -> tuple[list[_Node], _Node]:
    """Return the ancestors of a numbered item, and the item with its level."""
    level, kept = node.level, list[_Node]()
    for above in stack:
        if above.level == level or _RANK[above.level[0]] >= _RANK["dash"] > _RANK[level[0]]:
            break
        if above.level[0] == "decimal" and level[0] == "decimal":
            if above.level[1] >= level[1] or not node.number.startswith(above.number + "."):
                break
        elif _RANK[above.level[0]] > _RANK[level[0]] and (level[0], above.level[0]) != ("decimal", "lower"):
            break
        kept.append(above)
    sibling = stack[len(kept)] if len(kept) < len(stack) else None
    is_numbered = node.is_relative and node.item.has_figure and _is_numbered(level)
    if sibling and is_numbered and not any(above.label.marks for above in kept):
        return [*kept, sibling], replace(node, level=_BLANK)  # "2. Trong đó: được tập huấn" after "1. Số cán bộ"
    return kept, node


def _under_plain(stack: list[_Node], node: _Node, vocabulary: Vocabulary) -> tuple[list[_Node], _Node]:
    """Return the ancestors of an item on a form without numbers."""
    item, label = node.item, node.label
    inner = node.level[0] in ("dash", "plus") or label.is_inner or node.is_relative
    if inner:
        kept = [above for above in stack if above.item.indent <= item.indent]
        while kept and kept[-1].item.indent >= item.indent:
            # "Tổng số" may follow its parts "Nam" and "Nữ" under one heading.
            is_part = len(kept) > 1 and kept[-1].label.against is Kind.PART and kept[-2].item.indent < item.indent
            if not (kept[-1].is_relative or (is_part and label.only({Kind.TOTAL}))):
                break
            kept.pop()
        return kept, replace(node, is_relative=True)
    kept = [above for above in stack if not above.item.has_figure and not above.is_relative]
    if any(above.item.indent != item.indent for above in kept):
        deepest = {above.item.row: max(node.item.indent for node in stack[place:]) for place, above in enumerate(stack)}
        kept = [up for up in kept if up.item.indent < item.indent or deepest[up.item.row] == up.item.indent]
    if not item.has_figure and label.field is None:
        kept = [above for above in kept if above.item.indent < item.indent]
        return kept, replace(node, level=_SECTION)
    if not item.has_figure:  # "Cơ sở giáo dục" ends "Lãnh đạo các cấp" and its relative items, but not a plan
        kept = [above for above in kept if not above.is_last_heading or above.item.indent < item.indent]
    if (named := label.field) is not None:
        kept = [above for above in kept if above.label.field is None or vocabulary.is_within(named, above.label.field)]
    return kept, node


def _is_relative(label: Label) -> bool:
    """Return whether a label means something only under another one: "Tổng số", "Được tập huấn", "Nữ"."""
    if label.is_inner or any(atom.lower for atom in label.atoms):
        return True
    if label.field or label.unknown_words or not label.atoms:
        return False
    return label.only({Kind.TOTAL, Kind.ACTUAL, Kind.RATE, Kind.MEASURE}) and not label.only({Kind.ACTUAL})
