"""Say why a file is not TOML in the words of its author."""

import re

from gbv_kpi.i18n import Phrase, phrase

# By how tomli's sentence begins.
_SYNTAX = {
    "Expected '='": phrase("expected = and a value after the key"),
    "Invalid value": phrase("invalid value: write text in quotes, numbers with a point, dates as 2025-06-30"),
    "Invalid date": phrase("the date does not exist"),
    "Illegal character": phrase("unclosed quotes: text must end on its own line, with the same quotes"),
    "Unterminated string": phrase("unclosed quotes"),
    "Unclosed array": phrase("unclosed list: ] is missing"),
    "Unclosed inline table": phrase("unclosed table: }} is missing"),
    "Cannot overwrite": phrase("duplicate key"),
    "Duplicate inline table key": phrase("duplicate key"),
    "Cannot declare": phrase("duplicate table"),
    "Cannot mutate": phrase("duplicate table"),
    "Cannot redefine": phrase("duplicate table"),
    "Expected ']": phrase("unclosed name: a table's name ends with ], that of a list item with ]]"),
    "Invalid initial character": phrase("expected a key"),
    "Expected newline": phrase("unexpected text after the value: start a new line, or put the text in quotes"),
    "Unescaped": phrase("write each \\ in a text twice, or put the text in single quotes"),
}
# What is written otherwise in Vietnam, and would be reported as something else.
_HABITS = {
    re.compile(r"=\s*\d{1,2}[/.-]\d{1,2}[/.-]\d{4}"): phrase("write the date as 2026-01-31: year, month, day"),
    re.compile(r"=\s*\d+,\d"): phrase("write the number with a point, not with a comma: 1.7"),
}


def syntax_mistake(reason: str, text: str) -> tuple[Phrase, int]:
    """Return what tomli found and on which line; it gives none where it came to the end."""
    found = re.search(r"at line (\d+)", reason)
    line = int(found[1]) if found else text.count("\n") + 1
    wrong = text.split("\n")[line - 1]
    phrases = [words for habit, words in _HABITS.items() if habit.search(wrong)]
    phrases += [words for start, words in _SYNTAX.items() if reason.startswith(start)]
    return next(iter(phrases), phrase("invalid line: write each line as key = value")), line
