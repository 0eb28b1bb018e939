"""A plan file read: the plan that it makes, or every mistake in it with its line.

Numbers are read as decimals, never as binary floats. Fields may be taken over from another plan, and units
from a CSV: both are put in their place before the file is held against the models.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gbv_kpi.errors import PlanError
from gbv_kpi.language import Phrase, phrase
from gbv_kpi.plan.contradictions import contradictions
from gbv_kpi.plan.doubts import doubts
from gbv_kpi.plan.library import DEFAULT_PLAN, plan_source
from gbv_kpi.plan.lines import Location, key_lines
from gbv_kpi.plan.mistakes import Mistake, key_of, mistakes_of, syntax_mistake
from gbv_kpi.plan.model import Plan
from gbv_kpi.plan.taken import taken_fields
from gbv_kpi.plan.units_file import read_units

__all__ = ["PlanReading", "Remark", "load_plan", "read_plan"]


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


@dataclass(frozen=True, slots=True)
class PlanReading:
    """What a plan file came to. Doubts are told only of a file without mistakes."""

    plan: Plan | None  # None where there are mistakes
    mistakes: tuple[Remark, ...]
    doubts: tuple[Remark, ...] = ()


@dataclass(slots=True)
class _Content:
    """A plan file while it is put together: its tables, where each of them stands, and what is wrong so far."""

    tables: dict[str, Any] = field(default_factory=dict)
    places: dict[Location, tuple[str, int]] = field(default_factory=dict)  # file and line
    mistakes: list[Mistake] = field(default_factory=list)

    def remarks(self, found: Iterable[Mistake]) -> tuple[Remark, ...]:
        """What was found with its line, in the order of the file."""
        remarks = []
        for mistake in found:
            outward = (mistake.location[:depth] for depth in range(len(mistake.location), -1, -1))
            file, line = next((self.places[place] for place in outward if place in self.places), (None, None))
            remarks.append(Remark(file, line, key_of(mistake.location, self.tables), mistake.what))
        return tuple(sorted(remarks, key=lambda remark: (remark.file or "", remark.line or 0)))


def load_plan(plan: str | Path = DEFAULT_PLAN) -> Plan:
    """The plan with that id among the built-in ones, or the plan file at that path.

    Raises `PlanError` for a plan that is missing, unreadable or contradicts itself.

    >>> load_plan().number
    '63/KH-UBND'
    """
    found, content = _read(plan_source(plan), str(plan))
    if found is None:
        told = _in_one([remark.told for remark in content.remarks(content.mistakes)])
        raise PlanError(phrase("The plan file {plan} has mistakes: {mistakes}.", plan=str(plan), mistakes=told))
    return found


def read_plan(plan: str | Path) -> PlanReading:
    """The same, with everything that is wrong or doubtful as values. Raises `PlanError` for a plan that is missing.

    >>> read_plan("ninh-binh-63-kh-ubnd").doubts
    ()
    """
    found, content = _read(plan_source(plan), str(plan))
    return PlanReading(
        found, content.remarks(content.mistakes), content.remarks(doubts(found)) if found is not None else ()
    )


def _read(source: Path, name: str, above: tuple[Path, ...] = ()) -> tuple[Plan | None, _Content]:
    """`above` are the files that take their fields from this one."""
    content = _Content()
    try:
        text = source.read_text("utf-8-sig")  # Notepad writes a mark in front
        content.tables = tomllib.loads(text, parse_float=Decimal)
    except OSError as error:
        raise PlanError(phrase("There is no plan {plan}: neither a built-in plan nor a file.", plan=name)) from error
    except UnicodeDecodeError:
        content.mistakes.append(Mistake((), phrase("the file is no UTF-8 text: save it as UTF-8")))
        return None, content
    except tomllib.TOMLDecodeError as error:
        what, line = syntax_mistake(str(error))
        content.mistakes.append(Mistake((), what))
        content.places = {(): (source.name, line or text.count("\n") + 1)}
        return None, content
    content.places = {place: (source.name, line) for place, line in key_lines(text).items()}
    fields_are_known = _take_fields(content, source, above)
    _take_units(content, source)
    found = None
    try:
        found = Plan.model_validate(content.tables)
    except ValidationError as error:
        wrong = mistakes_of(error, Plan)
        content.mistakes.extend(mistake for mistake in wrong if fields_are_known or mistake.location != ("field",))
    if fields_are_known:
        content.mistakes.extend(contradictions(content.tables, found))
    return (None if content.mistakes else found), content


def _take_fields(content: _Content, source: Path, above: tuple[Path, ...]) -> bool:
    """Put the fields of another plan that this one needs behind its own; False where they cannot be had."""
    tables = content.tables
    other = tables.get("fields_from")
    own, abbreviations = tables.get("field", []), tables.get("abbreviations", {})
    if not (isinstance(other, str) and isinstance(own, list) and isinstance(abbreviations, dict)):
        return True
    try:
        file = plan_source(other, source.parent).resolve()
        if file in (*above, source.resolve()):
            raise PlanError(phrase("its own fields come from this plan"))
        found, read = _read(file, other, (*above, source.resolve()))
        if found is None:
            raise PlanError(_in_one([remark.told for remark in read.remarks(read.mistakes)]))
    except PlanError as error:
        what = phrase("the plan {plan} cannot be used: {reason}", plan=other, reason=error.phrase)
        content.mistakes.append(Mistake(("fields_from",), what))
        return False
    tables["field"] = [*own, *taken_fields(tables, found)]
    tables["abbreviations"] = found.abbreviations | abbreviations
    return True


def _take_units(content: _Content, source: Path) -> None:
    """Put the units of a CSV behind those that the plan file itself has."""
    name, own = content.tables.get("units_file"), content.tables.get("unit", [])
    if not (isinstance(name, str) and isinstance(own, list)):
        return
    try:
        units = read_units(source.parent / name)
    except PlanError as error:
        content.mistakes.append(Mistake(("units_file",), error.phrase))
        return
    for number, (line, _) in enumerate(units, start=len(own)):
        content.places["unit", number] = (Path(name).name, line)
    content.tables["unit"] = [*own, *(unit for _, unit in units)]


def _in_one(sentences: list[Phrase]) -> Phrase:
    whole = sentences.pop()
    while sentences:
        whole = phrase("{first}; {others}", first=sentences.pop(), others=whole)
    return whole
