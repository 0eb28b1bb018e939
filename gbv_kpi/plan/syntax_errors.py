"""Say why a file is not TOML in the words of its author."""

import re

from gbv_kpi.i18n import Phrase, phrase

# By how tomli's sentence begins.
_SYNTAX = {
    "Expected '='": phrase("after a key there must be = and a value"),
    "Invalid value": phrase("this is no value: write text in quotes, numbers with a point, dates as 2025-06-30"),
    "Invalid date": phrase("there is no such day"),
    "Illegal character": phrase("a text in quotes must end on its line, with the same quotes"),
    "Unterminated string": phrase("a text in quotes never ends"),
    "Unclosed array": phrase("a list that begins with [ never ends with ]"),
    "Unclosed inline table": phrase("a table that begins with {{ never ends with }}"),
    "Cannot overwrite": phrase("this key stands twice"),
    "Duplicate inline table key": phrase("this key stands twice"),
    "Cannot declare": phrase("this table stands twice"),
    "Cannot mutate": phrase("this table stands twice"),
    "Cannot redefine": phrase("this table stands twice"),
    "Expected ']": phrase("the name of a table ends with ], that of an entry of a list with ]]"),
    "Invalid initial character": phrase("a key is wanted here"),
    "Expected newline": phrase("something stands behind the value: begin a new line, or put the text in quotes"),
    "Unescaped": phrase("write each \\ of a text twice, or the text in single quotes"),
}
# What is written otherwise in Vietnam, and would be reported as something else.
_HABITS = {
    re.compile(r"=\s*\d{1,2}[/.-]\d{1,2}[/.-]\d{4}"): phrase("write the day as 2026-01-31: year, month, day"),
    re.compile(r"=\s*\d+,\d"): phrase("write the number with a point, not with a comma: 1.7"),
}


def syntax_mistake(reason: str, text: str) -> tuple[Phrase, int]:
    """Return what tomli found and on which line; it gives none where it came to the end."""
    found = re.search(r"at line (\d+)", reason)
    line = int(found[1]) if found else text.count("\n") + 1
    wrong = text.split("\n")[line - 1]
    phrases = [words for habit, words in _HABITS.items() if habit.search(wrong)]
    phrases += [words for start, words in _SYNTAX.items() if reason.startswith(start)]
    return next(iter(phrases), phrase("this cannot be read: write each line as key = value")), line
