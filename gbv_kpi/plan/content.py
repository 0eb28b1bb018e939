"""What stands in a plan file, put together: its tables, fields taken over from another plan, units from a CSV.

Nothing is checked here but that it can be read. Numbers are read as decimals, never as binary floats.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from gbv_kpi.errors import PlanError
from gbv_kpi.language import Phrase, phrase
from gbv_kpi.plan.library import plan_source
from gbv_kpi.plan.lines import Location, key_lines
from gbv_kpi.plan.taken import taken_fields
from gbv_kpi.plan.units_file import read_units

__all__ = ["Content", "Mistake", "Remark", "read_content"]


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong at one place of a plan file, or what is doubtful there."""

    location: Location
    what: Phrase


@dataclass(frozen=True, slots=True)
class Remark:
    """A mistake or a doubt, with the file, the line and the key it stands at, as far as it has them."""

    file: str | None
    line: int | None
    key: str
    what: Phrase

    @property
    def told(self) -> Phrase:
        """“line 94: indicator training, thresholds 1: …”."""
        what = phrase("{where}: {what}", where=self.key, what=self.what) if self.key else self.what
        return phrase("line {line}: {what}", line=str(self.line), what=what) if self.line else what


@dataclass(slots=True)
class Content:
    """A plan file while it is put together: its tables, where each of them stands, and what is wrong so far."""

    tables: dict[str, Any] = field(default_factory=dict)
    places: dict[Location, tuple[str, int]] = field(default_factory=dict)  # file and line
    mistakes: list[Mistake] = field(default_factory=list)
    is_whole: bool = True  # False where it is no TOML, or fields or units cannot be had

    def remarks(self, found: Iterable[Mistake]) -> tuple[Remark, ...]:
        """What was found, each with its line, in the order of the lines."""
        remarks = []
        for mistake in found:
            outward = (mistake.location[:depth] for depth in range(len(mistake.location), -1, -1))
            file, line = next((self.places[place] for place in outward if place in self.places), (None, None))
            remarks.append(Remark(file, line, _key_of(mistake.location, self.tables), mistake.what))
        return tuple(sorted(remarks, key=lambda remark: (remark.file or "", remark.line or 0)))

    def lack(self, place: Location, what: Phrase) -> None:
        """Something of the file cannot be had, so that nothing can be said of what would need it."""
        self.mistakes.append(Mistake(place, what))
        self.is_whole = False


def read_content(source: Path, name: str, above: tuple[Path, ...] = ()) -> Content:
    """`name` is what the officer calls it; `above` are the files that take their fields from this one.

    Raises `PlanError` for a file that is not there.
    """
    content = Content()
    try:
        text = source.read_text("utf-8-sig")  # Notepad writes a mark in front
        content.tables = tomllib.loads(text, parse_float=Decimal)
    except OSError as error:
        raise PlanError(phrase("There is no plan {plan}: neither a built-in plan nor a file.", plan=name)) from error
    except UnicodeDecodeError:
        content.lack((), phrase("the file is no UTF-8 text: save it as UTF-8"))
    except tomllib.TOMLDecodeError as error:
        what, line = _syntax_mistake(str(error))
        content.lack((), what)
        content.places = {(): (source.name, line or text.count("\n") + 1)}
    else:
        content.places = {place: (source.name, line) for place, line in key_lines(text).items()}
        _take_fields(content, source, above)
        _take_units(content, source)
    return content


def _take_fields(content: Content, source: Path, above: tuple[Path, ...]) -> None:
    """Put the fields of another plan that this one needs behind its own."""
    tables = content.tables
    named, own, abbreviations = tables.get("fields_from"), tables.get("field", []), tables.get("abbreviations", {})
    if not (isinstance(named, str) and isinstance(own, list) and isinstance(abbreviations, dict)):
        return
    file = plan_source(named, source.parent)
    if file.resolve() in (*above, source.resolve()):
        content.lack(("fields_from",), phrase("the plan {plan} takes its own fields from this one", plan=named))
        return
    try:
        other = read_content(file, named, (*above, source.resolve()))
    except PlanError as error:
        content.lack(("fields_from",), error.phrase)
        return
    if not other.is_whole:
        content.lack(("fields_from",), phrase("the plan {plan} cannot be read: check it first", plan=named))
        return
    taken = list(taken_fields(tables, other.tables))
    for number, (theirs, _) in enumerate(taken, start=len(own)):
        content.places["field", number] = other.places["field", theirs]
    tables["field"] = [*own, *(entry for _, entry in taken)]
    also = other.tables.get("abbreviations")
    tables["abbreviations"] = (also if isinstance(also, dict) else {}) | abbreviations


def _take_units(content: Content, source: Path) -> None:
    """Put the units of a CSV behind those that the plan file itself has."""
    name, own = content.tables.get("units_file"), content.tables.get("unit", [])
    if not (isinstance(name, str) and isinstance(own, list)):
        return
    try:
        units = read_units(source.parent / name)
    except PlanError as error:
        content.lack(("units_file",), error.phrase)
        return
    for number, (line, _) in enumerate(units, start=len(own)):
        content.places["unit", number] = (Path(name).name, line)
    content.tables["unit"] = [*own, *(unit for _, unit in units)]


# By how tomllib's sentence begins.
_SYNTAX = {
    "Expected '='": phrase("after a key there must be = and a value"),
    "Invalid value": phrase("this is no value: write text in quotes, numbers with a point, dates as 2025-06-30"),
    "Invalid date": phrase("there is no such day"),
    "Illegal character": phrase("a text in quotes must end on its line, with the same quotes"),
    "Unterminated string": phrase("a text in quotes never ends"),
    "Unclosed array": phrase("a list that begins with [ never ends with ]"),
    "Unclosed inline table": phrase("a table that begins with { never ends with }"),
    "Cannot overwrite": phrase("this key stands twice"),
    "Duplicate inline table key": phrase("this key stands twice"),
    "Cannot declare": phrase("this table stands twice"),
    "Cannot mutate": phrase("this table stands twice"),
    "Cannot redefine": phrase("this table stands twice"),
    "Expected ']": phrase("the name of a table ends with ], that of an entry of a list with ]]"),
    "Invalid initial character": phrase(
        "a key is wanted here; a table in { } stands on one line, without a comma at its end"
    ),
    "Expected newline": phrase("something stands behind the value: begin a new line, or put the text in quotes"),
    "Unescaped": phrase("write each \\ of a text twice, or the text in single quotes"),
}


def _syntax_mistake(reason: str) -> tuple[Phrase, int | None]:
    """What makes a file no TOML, and on which line; None stands for the last."""
    told = next((words for start, words in _SYNTAX.items() if reason.startswith(start)), None)
    line = re.search(r"at line (\d+)", reason)
    return told or phrase("this cannot be read: write each line as key = value"), int(line[1]) if line else None


def _key_of(location: Location, content: Any) -> str:
    """A place in the file in words: entries of a list by their id or code, else by their number from 1."""
    steps: list[str] = []
    for step in location:
        content = _inside(content, step)
        if isinstance(step, int):
            name = content.get("id") or content.get("code") if isinstance(content, Mapping) else None
            steps[-1:] = [f"{steps[-1] if steps else ''} {name or step + 1}".strip()]
        else:
            steps.append(step)
    return ", ".join(steps)


def _inside(content: Any, step: int | str) -> Any:
    try:
        return content[step]
    except (KeyError, IndexError, TypeError):
        return None
