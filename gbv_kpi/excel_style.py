"""Define measures and colours of workbooks for either library, and make text safe to store."""

import math
import re
from collections.abc import Iterable

FONT = "Times New Roman"
HEADING, RED, AMBER, LINE = "DCE6F1", "FF9B9B", "FFD27F", "808080"
A4 = 9  # the code of the paper size in a workbook
MM = 1 / 25.4  # inches
MARGINS = {"top": 20 * MM, "bottom": 20 * MM, "left": 20 * MM, "right": 15 * MM}
MAX_TEXT = 32_767  # characters a cell holds
MAX_TITLE = 31  # characters of a sheet's name
MAX_ROW_HEIGHT = 409  # points; a workbook with a higher row counts as damaged
LINE_HEIGHT = 1.32  # of the font's size
LETTER_WIDTH = 0.39  # of the font's size: a letter of Vietnamese in Times New Roman, with room to spare
WIDTH_UNIT = 5.25  # points: what a column's width counts in
FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # the wide ones act in East Asian editions
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def storable(text: str) -> str:
    """Return the text without what a workbook cannot hold."""
    return _NOT_IN_XML.sub("", text)[:MAX_TEXT]


def is_formula_like(text: str) -> bool:
    """Return whether a spreadsheet would take the text for a formula if someone edited its cell."""
    return text.lstrip().startswith(FORMULA_STARTS)


def row_height(texts: Iterable[tuple[str, float]], size: float = 12, at_least: float = 0) -> float:
    """Return the height in points for wrapped texts in columns of these widths; programs differ."""
    lines = max((sum(_lines(part, width, size) for part in text.split("\n")) for text, width in texts), default=1)
    return min(MAX_ROW_HEIGHT, max(at_least, round(lines * size * LINE_HEIGHT + 4, 1)))


def _lines(text: str, width: float, size: float) -> int:
    return max(1, math.ceil(len(text) * size * LETTER_WIDTH / max(1, width * WIDTH_UNIT)))


def sheet_title(wanted: str, taken: Iterable[str]) -> str:
    """Return a name for a sheet: without characters a workbook refuses, short enough, and not `taken` in any case."""
    clean = "".join(" " if sign in "[]:*?/\\" else sign for sign in storable(wanted)).strip(" '") or "1"
    used = {title.casefold() for title in taken}
    title, number = clean[:MAX_TITLE].rstrip(" '"), 1
    while title.casefold() in used:
        number += 1
        ending = f" ({number})"
        title = clean[: MAX_TITLE - len(ending)].rstrip(" '") + ending
    return title
