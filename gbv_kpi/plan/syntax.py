"""What makes a file no TOML, in the words of whoever wrote it."""

import re

from gbv_kpi.language import Phrase, phrase

__all__ = ["syntax_mistake"]

# By how tomllib's sentence begins.
_SYNTAX = {
    "Expected '='": phrase("after a key there must be = and a value; a number has a point, no comma: 1.7"),
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
    "Invalid initial character": phrase(
        "a key is wanted here; a table in {{ }} stands on one line, without a comma at its end"
    ),
    "Expected newline": phrase("something stands behind the value: begin a new line, or put the text in quotes"),
    "Unescaped": phrase("write each \\ of a text twice, or the text in single quotes"),
}


def syntax_mistake(reason: str, text: str) -> tuple[Phrase, int]:
    """What tomllib found, and on which line; where it says none, it came to the end."""
    told = next((words for start, words in _SYNTAX.items() if reason.startswith(start)), None)
    found = re.search(r"at line (\d+)", reason)
    what = told or phrase("this cannot be read: write each line as key = value")
    return what, int(found[1]) if found else text.count("\n") + 1
