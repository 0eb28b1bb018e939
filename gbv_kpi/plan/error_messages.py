"""The mistakes of a plan file in the words of whoever wrote it, not in those of the library that found them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gbv_kpi.i18n import Phrase, phrase
from gbv_kpi.plan.assemble import Mistake

_UNKNOWN_KEY = ("extra_forbidden", "unexpected_keyword_argument")

# By how pydantic's name for the mistake begins.
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


def mistakes_of(error: ValidationError, model: type[BaseModel]) -> Iterator[Mistake]:
    """All that is wrong with the tables of a file, each with where it stands.

    A key that is missing only because it is misspelt is one mistake.
    """
    causes = list(_causes(error.errors()))
    meant = {(*cause["loc"][:-1], _meant(cause, model)) for cause in causes if cause["type"] in _UNKNOWN_KEY}
    for cause in causes:
        if cause["type"] != "missing" or cause["loc"] not in meant:
            yield Mistake(tuple(step for step in cause["loc"] if step != "[key]"), _what(cause, model))


def nearest(found: str, known: Collection[str]) -> str | None:
    """The known name that looks most like one that is not known; None where none does."""
    return next(iter(get_close_matches(found, known, n=1, cutoff=0.6)), None)


def _causes(mistakes: Sequence[ErrorDetails]) -> Iterator[ErrorDetails]:
    """The mistakes but for lists that are too short only because an entry of theirs has a mistake."""
    for mistake in mistakes:
        depth = len(mistake["loc"])
        within = (other["loc"] for other in mistakes if len(other["loc"]) > depth)
        if not (mistake["type"] == "too_short" and any(location[:depth] == mistake["loc"] for location in within)):
            yield mistake


def _what(mistake: ErrorDetails, model: type[BaseModel]) -> Phrase:
    """What is wrong at one place."""
    match mistake["type"]:
        case "missing":
            return phrase("missing key")
        case kind if kind in _UNKNOWN_KEY:
            keys = ", ".join(_keys(model, mistake["loc"][:-1]))
            if meant := _meant(mistake, model):
                return phrase("unknown key; did you mean {meant}? The keys are {keys}", meant=meant, keys=keys)
            return phrase("unknown key; the keys are {keys}", keys=keys)
        case "value_error":
            said = mistake["ctx"]["error"].args[0]
            return said if isinstance(said, Phrase) else phrase("{reason}", reason=str(said))
        case "literal_error":
            return phrase("expected one of: {choices}", choices=_choices(mistake))
        case kind:
            told = (wanted for start, wanted in _WANTED.items() if kind.startswith(start))
            return next(told, phrase("expected a table with keys"))


def _choices(mistake: ErrorDetails) -> str:
    """Return pydantic's "'a', 'b' or 'c'" without its word."""
    return str(mistake["ctx"]["expected"]).replace(" or ", ", ")


def _meant(mistake: ErrorDetails, model: type[BaseModel]) -> str | None:
    """The key that a misspelt one stands for."""
    return nearest(str(mistake["loc"][-1]), _keys(model, mistake["loc"][:-1]))


def _keys(model: type[BaseModel], location: Sequence[int | str]) -> list[str]:
    """The keys allowed at a place, as the file spells them."""
    at: Any = model
    for step in location:
        if isinstance(step, str) and (found := _spelt(at).get(step)):
            at = next(_tables(found), at)
    return list(_spelt(at))


def _spelt(table: Any) -> dict[str, Any]:
    """What a table's keys hold, by the key's spelling in a file."""
    if is_dataclass(table):
        return {field.name: field.type for field in fields(table)}
    return {field.alias or name: field.annotation for name, field in table.model_fields.items()}


def _tables(annotation: Any) -> Iterator[type]:
    """The tables that an annotation names, within lists and options too."""
    if isinstance(annotation, type) and (is_dataclass(annotation) or issubclass(annotation, BaseModel)):
        yield annotation
    for inner in get_args(annotation):
        yield from _tables(inner)
