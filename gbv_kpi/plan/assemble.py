"""Assemble the content of a plan file: its tables, fields taken from another plan, units from a CSV.

The content is not checked here. Numbers are read as decimals, never as binary floats.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import tomli

from gbv_kpi.errors import PlanError
from gbv_kpi.i18n import Phrase, phrase, plural
from gbv_kpi.inputs import MEBIBYTE, UnreadableError, is_file, read_file
from gbv_kpi.plan.builtin import plan_source, unknown_plan
from gbv_kpi.plan.error_messages import Mistake, Remark, syntax_mistake
from gbv_kpi.plan.toml_lines import Location, key_lines

MAX_BYTES = 16 * MEBIBYTE  # of a plan file: one that lists the country's units has two million
MAX_DEPTH = 20  # of lists and tables within each other; a plan has five
MAX_SHOWN = 20  # mistakes in one message; `plan check` lists all
_TOO_DEEP = phrase("lists or tables are nested too deeply, or a number has too many digits")


@dataclass
class Content:
    """A plan file while it is put together, with the mistakes found so far."""

    name: str
    text: str = ""
    tables: dict[str, Any] = field(default_factory=dict)
    taken_fields: dict[int, tuple["Content", int]] = field(default_factory=dict)  # the plan of each, its number there
    listed_units: dict[int, tuple[str, int]] = field(default_factory=dict)  # the CSV of each, its line there
    mistakes: list[Mistake] = field(default_factory=list)
    broken_line: int | None = None  # the first one that is not TOML
    is_whole: bool = True  # False if it is not TOML, or fields or units are missing: references are not checked then

    def lack(self, location: Location, what: Phrase) -> None:
        """Add a mistake because of which a part of the content is missing."""
        self.mistakes.append(Mistake(location, what))
        self.is_whole = False

    def remarks(self, found: Iterable[Mistake]) -> tuple[Remark, ...]:
        """Return the mistakes in the order of their lines; those without one come last."""
        remarks = [
            Remark(*self._spot(mistake.location), _key_of(mistake.location, self.tables), mistake.what)
            for mistake in found
        ]
        return tuple(sorted(remarks, key=lambda r: (r.file != self.name, r.file, r.line is None, r.line or 0)))

    @property
    def complaint(self) -> Phrase:
        """Return the first mistakes as one phrase, each with its line; every phrase contains the next."""
        sentences = [remark.sentence for remark in self.remarks(self.mistakes)]
        shown, more = sentences[:MAX_SHOWN], len(sentences) - MAX_SHOWN
        whole = plural("{count} more mistake", "{count} more mistakes", more) if more > 0 else shown.pop()
        while shown:
            whole = phrase("{first}; {others}", first=shown.pop(), others=whole)
        return whole

    def _spot(self, location: Location) -> tuple[str, int | None]:
        """Return the file and the line of the innermost part of a location that a file contains."""
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
    def _lines(self) -> dict[Location, int]:
        return key_lines(self.text)


def read_content(source: Path, name: str, takers: tuple[Path, ...] = ()) -> Content:
    """Read a plan file; `name` is shown, `takers` are the files that take fields from it.

    Raises `PlanError` for a file that is not there.
    """
    try:
        content = read_toml(source)
    except UnreadableError as error:
        if is_file(source):
            raise PlanError(phrase("{name} cannot be opened: {reason}.", name=name, reason=error.reason)) from error
        raise unknown_plan(name) from error
    if content.is_whole:
        _take_fields(content, source, takers)
        _take_units(content, source)
    return content


def read_toml(source: Path) -> Content:
    """Return the content of a TOML file. Raises `UnreadableError` for a file that cannot be read."""
    content = Content(source.name)
    try:
        # Notepad writes a byte-order mark and CRLF
        content.text = read_file(source, MAX_BYTES).decode("utf-8-sig").replace("\r\n", "\n")
        content.tables = tomli.loads(content.text, parse_float=Decimal)
    except UnicodeDecodeError:
        content.lack((), phrase("the file is not UTF-8 text: save it as UTF-8"))
    except tomli.TOMLDecodeError as error:
        what, content.broken_line = syntax_mistake(str(error), content.text)
        content.lack((), what)
    except (RecursionError, ValueError):  # keys of a thousand parts, numbers of five thousand digits
        content.lack((), _TOO_DEEP)
    else:
        if _is_deeper(content.tables, MAX_DEPTH):
            content.tables = {}
            content.lack((), _TOO_DEEP)
    return content


def entries(tables: Mapping[str, Any], name: str) -> dict[int, Mapping[str, Any]]:
    """Return the tables of a list of tables, by their number; anything else in the list is left out."""
    listed = tables.get(name)
    return {n: e for n, e in enumerate(listed if isinstance(listed, list) else ()) if isinstance(e, Mapping)}


def _take_fields(content: Content, source: Path, takers: tuple[Path, ...]) -> None:
    """Append the fields that this plan needs of another plan (`fields_from`)."""
    tables = content.tables
    named, own, abbreviations = tables.get("fields_from"), tables.get("field", []), tables.get("abbreviations", {})
    if not (isinstance(named, str) and isinstance(own, list) and isinstance(abbreviations, dict)):
        return
    try:
        other = _other_plan(named, source, takers)
    except PlanError as error:
        content.lack(("fields_from",), error.phrase)
        return
    taken = list(_needed_fields(tables, other.tables))
    content.taken_fields = {number: (other, theirs) for number, (theirs, _) in enumerate(taken, start=len(own))}
    tables["field"] = [*own, *(entry for _, entry in taken)]
    inherited = other.tables.get("abbreviations")
    tables["abbreviations"] = (inherited if isinstance(inherited, dict) else {}) | abbreviations


def _other_plan(named: str, source: Path, takers: tuple[Path, ...]) -> Content:
    """Return the plan that a plan file takes its fields from. Raises `PlanError` for one it cannot take them from."""
    file, takers = plan_source(named, source.parent), (*takers, source.resolve())
    if is_file(file) and file.resolve() in takers:
        raise PlanError(phrase("the plan {plan} takes its own fields from this plan", plan=named))
    try:
        other = read_content(file, named, takers)
    except PlanError as error:
        what = phrase("unknown plan {plan}: it is neither built in nor in the folder of this file", plan=named)
        raise PlanError(what) from error
    if not other.is_whole:
        raise PlanError(phrase("the plan {plan} has mistakes: run gbv-kpi plan check on it first", plan=named))
    return other


def _needed_fields(tables: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the fields of another plan that a plan file needs and does not have, with their number there.

    Needed are those that its indicators name, their wholes, and the optional parts of them.
    """
    own = list(entries(tables, "field").values())
    needed = {entry.get(key) for entry in own for key in ("part_of", "form_of")} - {None}
    for indicator in entries(tables, "indicator").values():
        for named in (indicator.get("numerator"), indicator.get("denominator")):
            needed.update(name for name in (named if isinstance(named, list) else ()) if isinstance(name, str))
    theirs = entries(other, "field")
    for _ in theirs:  # no chain of parts and wholes is longer
        for entry in theirs.values():
            if entry.get("id") in needed:
                needed |= {entry.get("part_of"), entry.get("form_of")} - {None}
            elif entry.get("optional") is True and entry.get("part_of") in needed:
                needed.add(entry.get("id"))
    needed -= {entry.get("id") for entry in own}
    return ((number, entry) for number, entry in theirs.items() if entry.get("id") in needed)


def _take_units(content: Content, source: Path) -> None:
    """Append the units of a CSV (`units_file`) to those of the plan file."""
    name, own = content.tables.get("units_file"), content.tables.get("unit", [])
    if not (isinstance(name, str) and isinstance(own, list)):
        return

    from gbv_kpi.plan.units_file import read_units  # here, for most plans have no such file

    try:
        units = read_units(source.parent / name)
    except PlanError as error:
        content.lack(("units_file",), error.phrase)
        return
    csv = (source.parent / name).name
    content.listed_units = {number: (csv, line) for number, (line, _) in enumerate(units, start=len(own))}
    content.tables["unit"] = [*own, *(unit for _, unit in units)]


def _is_deeper(value: Any, levels: int) -> bool:
    """Return whether lists and tables are nested more than some levels deep."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return inner is not None and (levels == 0 or any(_is_deeper(value, levels - 1) for value in inner))


def _key_of(location: Location, content: Any) -> str:
    """Describe a location: entries of a list by their id or code, else by their number from 1."""
    steps: list[str] = []
    for step in location:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            content = None
        if isinstance(step, int):
            name = content.get("id") or content.get("code") if isinstance(content, Mapping) else None
            steps[-1:] = [f"{steps[-1] if steps else ''} {name or step + 1}".strip()]
        else:
            steps.append(step)
    return ", ".join(steps)
