"""Describe the mistakes of a plan file in the words of its author, not in those of the library that found them."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.plan.toml_lines import Location

_UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")

# By the beginning of pydantic's error type.
_WANTED = {
    "int": phrase("expected a whole number"),
    "decimal": phrase("expected a number"),
    "finite": phrase("expected a number"),
    "string_pattern": phrase("expected lower-case letters and digits, starting with a letter"),
    "string": phrase("expected text in quotes"),
    "date": phrase("expected a date such as 2021-05-12"),
    "bool": phrase("expected true or false"),
    "tuple": phrase("expected a list in [ ]"),
    "too_": phrase("the list has too few or too many items"),
    "greater": phrase("the number is too small"),
    "less": phrase("the number is too large"),
}
# By the beginning of tomli's message.
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
# Vietnamese notations that tomli reports as other mistakes.
_HABITS = {
    re.compile(r"=\s*\d{1,2}[/.-]\d{1,2}[/.-]\d{4}"): phrase("write the date as 2026-01-31: year, month, day"),
    re.compile(r"=\s*\d+,\d"): phrase("write the number with a point, not with a comma: 1.7"),
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong or doubtful at one place of a plan file."""

    location: Location
    what: Phrase


@dataclass(frozen=True, slots=True)
class Remark:
    """A mistake or a doubt, with its file, and its line and key as far as it has them."""

    file: str
    line: int | None
    key: str
    what: Phrase

    @property
    def sentence(self) -> Phrase:
        """Return “line 94: indicator training, thresholds 1: …”."""
        what = phrase("{where}: {what}", where=self.key, what=self.what) if self.key else self.what
        return phrase("line {line}: {what}", line=str(self.line), what=what) if self.line else what


def syntax_mistake(reason: str, text: str) -> tuple[Phrase, int]:
    """Return the message for tomli's error and its line; tomli gives none at the end of the file."""
    found = re.search(r"at line (\d+)", reason)
    line = int(found[1]) if found else text.count("\n") + 1
    wrong = text.split("\n")[line - 1]
    phrases = [words for habit, words in _HABITS.items() if habit.search(wrong)]
    phrases += [words for start, words in _SYNTAX.items() if reason.startswith(start)]
    return next(iter(phrases), phrase("invalid line: write each line as key = value")), line


def mistakes_of(error: ValidationError, model: type[BaseModel]) -> Iterator[Mistake]:
    """Yield all that is wrong with the tables of a file.

    A misspelt key is not reported as missing too. A list is not too short if only its entries are wrong.
    """
    causes = error.errors()
    places = [cause["loc"] for cause in causes]
    meant = {(*cause["loc"][:-1], _meant(cause, model)) for cause in causes if cause["type"] in _UNKNOWN_KEY}
    for cause in causes:
        kind, place = cause["type"], cause["loc"]
        is_misspelt = kind == "missing" and place in meant
        is_emptied = kind == "too_short" and any(other[: len(place)] == place != other for other in places)
        if not (is_misspelt or is_emptied):
            yield Mistake(tuple(step for step in place if step != "[key]"), _what(cause, model))


def nearest(found: str, known: Collection[str]) -> str | None:
    """Return the known name most similar to an unknown one, or None."""
    return next(iter(get_close_matches(found, known, n=1, cutoff=0.6)), None)


def _what(mistake: ErrorDetails, model: type[BaseModel]) -> Phrase:
    match mistake["type"]:
        case "missing":
            return phrase("missing key")
        case kind if kind in _UNKNOWN_KEY:
            keys = ", ".join(_keys(model, mistake["loc"][:-1]))
            if meant := _meant(mistake, model):
                return phrase("unknown key; did you mean {meant}? The keys are {keys}", meant=meant, keys=keys)
            return phrase("unknown key; the keys are {keys}", keys=keys)
        case "value_error":
            reason = mistake["ctx"]["error"].args[0]
            return reason if isinstance(reason, Phrase) else phrase("{reason}", reason=str(reason))
        case "literal_error":
            choices = str(mistake["ctx"]["expected"]).replace(" or ", ", ")  # pydantic's "'a', 'b' or 'c'"
            return phrase("expected one of: {choices}", choices=choices)
        case kind:
            wanted = (words for start, words in _WANTED.items() if kind.startswith(start))
            return next(wanted, phrase("expected a table with keys"))


def _meant(mistake: ErrorDetails, model: type[BaseModel]) -> str | None:
    """Return the key most similar to a misspelt one."""
    return nearest(str(mistake["loc"][-1]), _keys(model, mistake["loc"][:-1]))


def _keys(model: type[BaseModel], location: Sequence[int | str]) -> list[str]:
    """Return the keys allowed at a place, as the file spells them."""
    table: Any = model
    for step in location:
        if isinstance(step, str) and (found := _annotations(table).get(step)):
            table = next(_tables(found), table)
    return list(_annotations(table))


def _annotations(table: Any) -> dict[str, Any]:
    """Return the types of a table's values, by the key's spelling in a file."""
    if is_dataclass(table):
        return {field.name: field.type for field in fields(table)}
    return {field.alias or name: field.annotation for name, field in table.model_fields.items()}


def _tables(annotation: Any) -> Iterator[type]:
    """Yield the tables that an annotation names, within lists and options too."""
    if isinstance(annotation, type) and (is_dataclass(annotation) or issubclass(annotation, BaseModel)):
        yield annotation
    for inner in get_args(annotation):
        yield from _tables(inner)
