"""What stands in a plan file, put together: its tables, fields taken over from another plan, units from a CSV.

Nothing is checked here but that it can be read. Numbers are read as decimals, never as binary floats.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli

from gbv_kpi.errors import PlanError
from gbv_kpi.i18n import Phrase, phrase, plural
from gbv_kpi.inputs import MEBIBYTE, UnreadableError, is_file, read_file
from gbv_kpi.plan.builtin import no_such_plan, plan_source
from gbv_kpi.plan.shared_fields import taken_fields

MAX_BYTES = 16 * MEBIBYTE  # of a plan file: one that lists the country's units has two million
MAX_DEPTH = 20  # of lists and tables within each other; a plan has five
MAX_SHOWN = 20  # mistakes in one message; `plan check` lists all
_TOO_DEEP = phrase("lists or tables are nested too deeply, or a number has too many digits")

if TYPE_CHECKING:
    from gbv_kpi.plan.toml_lines import Location


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong at one place of a plan file, or what is doubtful there."""

    location: "Location"
    what: Phrase


@dataclass(frozen=True, slots=True)
class Remark:
    """A mistake or a doubt, with the file, the line and the key it stands at, as far as it has them."""

    file: str
    line: int | None
    key: str
    what: Phrase

    @property
    def told(self) -> Phrase:
        """“line 94: indicator training, thresholds 1: …”."""
        what = phrase("{where}: {what}", where=self.key, what=self.what) if self.key else self.what
        return phrase("line {line}: {what}", line=str(self.line), what=what) if self.line else what


@dataclass
class Content:
    """A plan file while it is put together: its tables, what of them came from elsewhere, what is wrong so far."""

    name: str
    text: str = ""
    tables: dict[str, Any] = field(default_factory=dict)
    taken_fields: dict[int, tuple["Content", int]] = field(
        default_factory=dict
    )  # the plan they are of, and their number
    listed_units: dict[int, tuple[str, int]] = field(default_factory=dict)  # the CSV they are in, and their line
    mistakes: list[Mistake] = field(default_factory=list)
    broken_line: int | None = None  # where it is no TOML
    is_whole: bool = True  # False where it is no TOML, or fields or units cannot be had

    def lack(self, location: "Location", what: Phrase) -> None:
        """Something of the file cannot be had, so that nothing can be said of what would need it."""
        self.mistakes.append(Mistake(location, what))
        self.is_whole = False

    def remarks(self, found: Iterable[Mistake]) -> tuple[Remark, ...]:
        """What was found, each with its line, in the order of the lines; what has none comes last."""
        remarks = [
            Remark(*self._spot(mistake.location), _key_of(mistake.location, self.tables), mistake.what)
            for mistake in found
        ]
        return tuple(sorted(remarks, key=lambda r: (r.file != self.name, r.file, r.line is None, r.line or 0)))

    @property
    def complaint(self) -> Phrase:
        """Return the first mistakes in one sentence, each with its line and a phrase within the one before."""
        sentences = [remark.told for remark in self.remarks(self.mistakes)]
        shown, more = sentences[:MAX_SHOWN], len(sentences) - MAX_SHOWN
        whole = plural("{count} more mistake", "{count} more mistakes", more) if more > 0 else shown.pop()
        while shown:
            whole = phrase("{first}; {others}", first=shown.pop(), others=whole)
        return whole

    def _spot(self, location: "Location") -> tuple[str, int | None]:
        """The file and the line of a place: of the innermost part of it that stands in the file."""
        match location:
            case ():
                return self.name, self.broken_line
            case ("field", int(number), *rest) if number in self.taken_fields:
                other, theirs = self.taken_fields[number]
                return other._spot(("field", theirs, *rest))
            case ("unit", int(number), *_) if number in self.listed_units:
                return self.listed_units[number]
        outward = (location[:depth] for depth in range(len(location), 0, -1))
        return self.name, next((self._lines[place] for place in outward if place in self._lines), None)

    @cached_property
    def _lines(self) -> "dict[Location, int]":
        from gbv_kpi.plan.toml_lines import key_lines  # here, for most plans have no mistake

        return key_lines(self.text)


def read_content(source: Path, name: str, above: tuple[Path, ...] = ()) -> Content:
    """`name` is what the officer calls it; `above` are the files that take their fields from this one.

    Raises `PlanError` for a file that is not there.
    """
    try:
        content = read_toml(source)
    except UnreadableError as error:
        if is_file(source):
            raise PlanError(phrase("{name} cannot be opened: {reason}.", name=name, reason=error.reason)) from error
        raise no_such_plan(name) from error
    if content.is_whole:
        _take_fields(content, source, above)
        _take_units(content, source)
    return content


def read_toml(source: Path) -> Content:
    """Return what is in a TOML file. Raises `UnreadableError` for a file that cannot be read."""
    content = Content(source.name)
    try:
        # Notepad writes a mark in front, and a line end of two signs
        content.text = read_file(source, MAX_BYTES).decode("utf-8-sig").replace("\r\n", "\n")
        content.tables = tomli.loads(content.text, parse_float=Decimal)
    except UnicodeDecodeError:
        content.lack((), phrase("the file is not UTF-8 text: save it as UTF-8"))
    except tomli.TOMLDecodeError as error:
        from gbv_kpi.plan.syntax_errors import syntax_mistake

        what, content.broken_line = syntax_mistake(str(error), content.text)
        content.lack((), what)
    except (RecursionError, ValueError):  # keys of a thousand parts, numbers of five thousand digits
        content.lack((), _TOO_DEEP)
    else:
        if _depth(content.tables) > MAX_DEPTH:
            content.tables = {}
            content.lack((), _TOO_DEEP)
    return content


def _take_fields(content: Content, source: Path, above: tuple[Path, ...]) -> None:
    """Put the fields of another plan that this one needs behind its own."""
    tables = content.tables
    named, own, abbreviations = tables.get("fields_from"), tables.get("field", []), tables.get("abbreviations", {})
    if not (isinstance(named, str) and isinstance(own, list) and isinstance(abbreviations, dict)):
        return
    file = plan_source(named, source.parent)
    if is_file(file) and file.resolve() in (*above, source.resolve()):
        content.lack(("fields_from",), phrase("the plan {plan} takes its own fields from this plan", plan=named))
        return
    try:
        other = read_content(file, named, (*above, source.resolve()))
    except PlanError:
        content.lack(
            ("fields_from",),
            phrase("unknown plan {plan}: it is neither built in nor in the folder of this file", plan=named),
        )
        return
    if not other.is_whole:
        content.lack(
            ("fields_from",), phrase("the plan {plan} has mistakes: run gbv-kpi plan check on it first", plan=named)
        )
        return
    taken = list(taken_fields(tables, other.tables))
    content.taken_fields = {number: (other, theirs) for number, (theirs, _) in enumerate(taken, start=len(own))}
    tables["field"] = [*own, *(entry for _, entry in taken)]
    also = other.tables.get("abbreviations")
    tables["abbreviations"] = (also if isinstance(also, dict) else {}) | abbreviations


def _take_units(content: Content, source: Path) -> None:
    """Put the units of a CSV behind those that the plan file itself has."""
    name, own = content.tables.get("units_file"), content.tables.get("unit", [])
    if not (isinstance(name, str) and isinstance(own, list)):
        return

    from gbv_kpi.plan.units_file import read_units  # here, for most plans have no such file

    file = source.parent / name
    try:
        units = read_units(file)
    except PlanError as error:
        content.lack(("units_file",), error.phrase)
        return
    content.listed_units = {number: (file.name, line) for number, (line, _) in enumerate(units, start=len(own))}
    content.tables["unit"] = [*own, *(unit for _, unit in units)]


def _depth(content: Any) -> int:
    """How deep lists and tables are within each other."""
    depth, level = 0, [content]
    while level:
        depth += 1
        tables = (value.values() if isinstance(value, dict) else value for value in level)
        level = [inner for values in tables for inner in values if isinstance(inner, dict | list)]
    return depth


def _key_of(location: "Location", content: Any) -> str:
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
