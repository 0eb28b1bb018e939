"""Say the mistakes of a plan file in the words of its author, not in those of the library that found them."""

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
    """Yield all that is wrong with the tables of a file.

    A key that is missing only because it is misspelt is one mistake, and so is a list that is too short only because
    an entry of it is wrong.
    """
    causes = error.errors()
    places = [cause["loc"] for cause in causes]
    meant = {(*cause["loc"][:-1], _meant(cause, model)) for cause in causes if cause["type"] in _UNKNOWN_KEY}
    for cause in causes:
        kind, place = cause["type"], cause["loc"]
        is_misspelt = kind == "missing" and place in meant
        is_emptied = kind == "too_short" and any(o[: len(place)] == place != o for o in places)
        if not (is_misspelt or is_emptied):
            yield Mistake(tuple(step for step in place if step != "[key]"), _what(cause, model))


def nearest(found: str, known: Collection[str]) -> str | None:
    """Return the known name that looks most like an unknown one, None where none does."""
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
            said = mistake["ctx"]["error"].args[0]
            return said if isinstance(said, Phrase) else phrase("{reason}", reason=str(said))
        case "literal_error":
            choices = str(mistake["ctx"]["expected"]).replace(" or ", ", ")  # pydantic's "'a', 'b' or 'c'"
            return phrase("expected one of: {choices}", choices=choices)
        case kind:
            wanted = (words for start, words in _WANTED.items() if kind.startswith(start))
            return next(wanted, phrase("expected a table with keys"))


def _meant(mistake: ErrorDetails, model: type[BaseModel]) -> str | None:
    """Return the key that a misspelt one stands for."""
    return nearest(str(mistake["loc"][-1]), _keys(model, mistake["loc"][:-1]))


def _keys(model: type[BaseModel], location: Sequence[int | str]) -> list[str]:
    """Return the keys allowed at a place, as the file spells them."""
    at: Any = model
    for step in location:
        if isinstance(step, str) and (found := _annotations(at).get(step)):
            at = next(_tables(found), at)
    return list(_annotations(at))


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
