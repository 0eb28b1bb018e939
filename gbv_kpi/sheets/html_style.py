"""Read from the styles of a web page which of its text is raised, struck out or not shown."""

from collections.abc import Mapping
from dataclasses import dataclass

_STRUCK = frozenset({"s", "strike", "del"})


@dataclass(frozen=True, slots=True)
class Look:
    """The look of the text in an open tag and in the tags nested in it."""

    is_raised: bool = False
    is_struck: bool = False  # or invisible
    is_gone: bool = False  # not laid out: takes no room
    is_note: bool = False  # leads to another place on the page


def look_of(tag: str, attributes: Mapping[str, str], above: Look, classes: Mapping[str, Mapping[str, str]]) -> Look:
    """Return the look of an open tag; `above` is the look of the tag around it, `classes` the style sheet."""
    if not attributes and tag not in _STRUCK and tag not in ("sup", "sub"):
        return above
    style: dict[str, str] = {}
    for name in attributes.get("class", "").split():
        style |= classes.get(name, {})
    style |= _declarations(attributes.get("style", ""))
    is_struck = tag in _STRUCK or "line-through" in style.get("text-decoration", "") + style.get(
        "text-decoration-line", ""
    )
    is_unseen = style.get("visibility") in ("hidden", "collapse") or any(
        style[name].strip("0.") in ("", "px", "pt") for name in ("font-size", "opacity") if name in style
    )
    is_gone = "hidden" in attributes or style.get("display") == "none" or style.get("mso-hide") == "all"
    return Look(
        above.is_raised or tag in ("sup", "sub") or _is_raised(style.get("vertical-align", "")),
        above.is_struck or is_struck or is_unseen,
        above.is_gone or is_gone,
        above.is_note or (tag == "a" and attributes.get("href", "").startswith("#")),
    )


def _declarations(style: str) -> dict[str, str]:
    """Return the properties that a style sets, in small letters.

    >>> _declarations("Display: NONE; height:0")
    {'display': 'none', 'height': '0'}
    """
    pairs = (declaration.partition(":") for declaration in style.lower().split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in pairs if value}


def classes_of(style_sheet: str) -> Mapping[str, Mapping[str, str]]:
    """Return the properties of single classes in a style sheet (`.xl65`, `td.xl65`)."""
    rules = (rule.partition("{") for rule in style_sheet.split("}"))
    return {
        selector.strip().partition(".")[2]: _declarations(style)
        for selectors, _, style in rules
        for selector in selectors.replace("<!--", "").split(",")
        if selector.count(".") == 1 and " " not in selector.strip()
    }


def _is_raised(alignment: str) -> bool:
    return alignment in ("super", "sub", "text-top", "text-bottom") or alignment[:1].isdigit()
