"""Find a built-in plan or a plan file, and read it with the fields and units it takes from other files.

The result is its plan, or every mistake.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from gbv_kpi.errors import PlanError
from gbv_kpi.i18n import Language
from gbv_kpi.inputs import DEFAULT_PLAN, UnreadableError, is_file, read_file
from gbv_kpi.plan.checks import contradictions, doubts, entries, texts
from gbv_kpi.plan.model import Plan
from gbv_kpi.plan.toml_file import MAX_BYTES, Content, Remark, nearest, read_toml

BUILT_IN = Path(__file__).parent / "builtin"

# The key of [[unit]] in each column of a CSV of units; the official lists of units have other names.
COLUMNS = {
    "code": "code",
    "name": "name",
    "name_vi": "name",
    "aliases": "aliases",
    "from": "from",
    "valid_from": "from",
    "until": "until",
    "valid_to": "until",
    "merged_into": "merged_into",
    "successor": "merged_into",
    "expected": "expected",
}
NO = ("false", "no", "0", "không")


@dataclass(frozen=True)
class PlanReading:
    """The plan of a file, or its mistakes. Only a file without mistakes has doubts."""

    plan: Plan | None  # None if there are mistakes
    mistakes: tuple[Remark, ...]
    doubts: tuple[Remark, ...] = ()


def built_in_ids() -> list[str]:
    """Return the ids of the built-in plans, the default one first."""
    return sorted((file.stem for file in BUILT_IN.glob("*.toml")), key=lambda plan: (plan != DEFAULT_PLAN, plan))


def is_built_in(plan: str | Path) -> bool:
    return is_file(BUILT_IN / f"{plan}.toml")


def plan_source(plan: str | Path, folder: Path | None = None) -> Path:
    """Return the file of a plan: the built-in one with that id, else the file at that path, relative to `folder`."""
    return BUILT_IN / f"{plan}.toml" if is_built_in(plan) else (folder or Path()) / plan


def unknown_plan(plan: str) -> PlanError:
    """Return the error of an unknown plan, naming the most similar built-in one."""
    meant = DEFAULT_PLAN if DEFAULT_PLAN.startswith(plan) else nearest(plan, built_in_ids())
    details = {"plan": plan, "meant": meant or "", "known": ", ".join(sorted(built_in_ids()))}
    if meant:
        return PlanError(
            "Unknown plan {plan}: it is neither a built-in plan nor a file. Did you mean {meant}?", **details
        )
    return PlanError(
        "Unknown plan {plan}: it is neither a built-in plan nor a file. The built-in plans are {known}.", **details
    )


def load_plan(plan: str | Path = DEFAULT_PLAN) -> Plan:
    """Return the built-in plan with that id, or that of the plan file at that path.

    Raises `PlanError` for a plan that is missing, unreadable or contradicts itself.

    >>> load_plan().number
    '63/KH-UBND'
    """
    content, found = _validated(plan)
    if found is None:
        raise PlanError("The plan file {plan} has mistakes: {mistakes}.", plan=str(plan), mistakes=content.complaint)
    return found


def read_plan(plan: str | Path) -> PlanReading:
    """Return a plan, its mistakes and its doubts as values. Raises `PlanError` for a missing file.

    >>> read_plan("ninh-binh-63-kh-ubnd").doubts
    ()
    """
    content, found = _validated(plan)
    if found is None:
        return PlanReading(None, content.remarks(content.mistakes))
    return PlanReading(found, (), content.remarks(doubts(found)))


def starting_file(language: Language, schema: Path, plan: str | None = None) -> str:
    """Return a small plan with what each key means, in the officer's language, or a built-in plan under a new id.

    Raises `PlanError` for a plan that is not built in.
    """
    if plan is None:
        text = (Path(__file__).parent / f"new_file.{language.tag}.toml").read_text("utf-8")
    elif is_built_in(plan):
        text = plan_source(plan).read_text("utf-8").partition("\n")[2]
        text = re.sub(r"^id = .*$", f'id = "{plan}-2"', text, count=1, flags=re.MULTILINE)
    else:
        raise unknown_plan(plan)
    return f"#:schema {schema.as_uri()}\n{text}"


def _validated(plan: str | Path) -> tuple[Content, Plan | None]:
    """Return the content of a plan file with its mistakes, and its plan if there are none."""
    content = _read_content(plan_source(plan), str(plan))
    if content.mistakes and not content.tables:
        return content, None
    found = content.validated(Plan)
    if content.is_whole:
        content.mistakes.extend(contradictions(content.tables, found))
    return content, None if content.mistakes else found


def _read_content(source: Path, name: str, takers: tuple[Path, ...] = ()) -> Content:
    """Read a plan file; `name` is shown, `takers` are the files that take fields from it.

    Raises `PlanError` for a file that is not there.
    """
    try:
        content = read_toml(source)
    except UnreadableError as error:
        if is_file(source):
            raise PlanError("{name} cannot be opened: {reason}.", name=name, reason=error.reason) from error
        raise unknown_plan(name) from error
    if not content.is_whole:
        return content
    for key, take in (("fields_from", _take_fields), ("units_file", _take_units)):
        try:
            if isinstance(content.tables.get(key), str):
                take(content, source, takers)
        except PlanError as error:
            content.lack((key,), error.phrase)
    return content


def _take_fields(content: Content, source: Path, takers: tuple[Path, ...]) -> None:
    """Append the fields that this plan needs of another plan. Raises `PlanError` for one it cannot take them from."""
    tables = content.tables
    named, own, abbreviations = tables["fields_from"], tables.get("field", []), tables.get("abbreviations", {})
    if not (isinstance(own, list) and isinstance(abbreviations, dict)):
        return
    file, takers = plan_source(named, source.parent), (*takers, source.resolve())
    if is_file(file) and file.resolve() in takers:
        raise PlanError("the plan {plan} takes its own fields from this plan", plan=named)
    try:
        other = _read_content(file, named, takers)
    except PlanError as error:
        raise PlanError(
            "unknown plan {plan}: it is neither built in nor in the folder of this file", plan=named
        ) from error
    if not other.is_whole:
        raise PlanError("the plan {plan} has mistakes: run gbv-kpi plan check on it first", plan=named)
    taken = list(_needed_fields(tables, other.tables))
    content.taken_fields = {number: (other, theirs) for number, (theirs, _) in enumerate(taken, start=len(own))}
    tables["field"] = [*own, *(entry for _, entry in taken)]
    inherited = other.tables.get("abbreviations")
    tables["abbreviations"] = (inherited if isinstance(inherited, dict) else {}) | abbreviations


def _needed_fields(tables: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Return the fields of another plan that a plan file needs and does not have, with their number there.

    Needed are those that its indicators name, their wholes, and the optional parts of them.
    """
    keys = (("field", "part_of"), ("field", "form_of"), ("indicator", "numerator"), ("indicator", "denominator"))
    needed: set[Any] = {name for table, key in keys for _, name in texts(tables, table, key)}
    names = ("id", "part_of", "form_of")
    valid = (
        pair for pair in entries(other, "field").items() if all(isinstance(pair[1].get(k, ""), str) for k in names)
    )
    theirs = dict(valid)
    for _ in theirs:  # no chain of parts and wholes is longer
        for entry in theirs.values():
            if entry.get("id") in needed:
                needed |= {entry.get("part_of"), entry.get("form_of")} - {None}
            elif entry.get("optional") is True and entry.get("part_of") in needed:
                needed.add(entry.get("id"))
    needed.difference_update(name for _, name in texts(tables, "field", "id"))
    return ((number, entry) for number, entry in theirs.items() if entry.get("id") in needed)


def _take_units(content: Content, source: Path, _: object) -> None:
    """Append the units of a CSV to those of the plan file. Raises `PlanError` for a file that cannot be read."""
    own, file = content.tables.get("unit", []), source.parent / content.tables["units_file"]
    if isinstance(own, list):
        units = _read_units(file)
        content.listed_units = {number: (file.name, line) for number, (line, _) in enumerate(units, start=len(own))}
        content.tables["unit"] = [*own, *(unit for _, unit in units)]


def _read_units(file: Path) -> list[tuple[int, dict[str, Any]]]:
    """Return the units of a CSV as tables of a plan file, each with its line. Other columns are ignored.

    Aliases are separated by “|”; days are written 2025-06-30 or 30/06/2025. A value that cannot be parsed is kept, to
    be reported as a mistake. Raises `PlanError` for a file that cannot be read, or that lists no unit by code and name.
    """
    try:
        # the country's 10,600 communes have one MiB; a cell of 40 took 451 MiB to read
        text = read_file(file, MAX_BYTES).decode("utf-8-sig")
        header, _, _ = text.partition("\n")
        rows = csv.reader(StringIO(text), delimiter=max(",;\t", key=header.count))
        columns = [COLUMNS.get(name.strip().casefold()) for name in next(rows, [])]
        units = []
        for cells in rows:
            texts = zip(columns, map(str.strip, cells), strict=False)
            if unit := {key: _PARSERS.get(key, str)(text) for key, text in texts if key and text}:
                units.append((rows.line_num, unit))
    except UnreadableError as error:
        raise PlanError("the file {file} cannot be opened: {reason}", file=file.name, reason=error.reason) from error
    except UnicodeDecodeError as error:
        raise PlanError("the file {file} is not UTF-8 text: save it as “CSV UTF-8”", file=file.name) from error
    except csv.Error as error:  # a cell of more than 131,072 characters
        raise PlanError("the file {file} is not a table of units", file=file.name) from error
    if not {"code", "name"} <= set(columns):
        raise PlanError(
            "the file {file} must have the columns code and name; known columns are {known}",
            file=file.name,
            known=", ".join(COLUMNS),
        )
    if not units:
        raise PlanError("the file {file} lists no unit", file=file.name)
    return units


def _day(text: str) -> date | str:
    """Parse a day in ISO 8601 or as Excel saves it in Vietnam; return any other text as it is."""
    if found := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text):
        text = f"{found[3]}-{found[2]:>02}-{found[1]:>02}"
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


_PARSERS: dict[str, Callable[[str], Any]] = {
    "from": _day,
    "until": _day,
    "aliases": lambda text: [alias.strip() for alias in text.split("|")],
    "expected": lambda text: text.casefold() not in NO,
}
