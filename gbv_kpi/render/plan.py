"""Render plans and settings, as text and as JSON.

The schemas are `gbv-kpi/plan-list/1`, `gbv-kpi/plan-show/1`, `gbv-kpi/plan-check/1` and `gbv-kpi/config/1`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from operator import attrgetter
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import tomli

from gbv_kpi.console import escape_controls, to_json_text
from gbv_kpi.exit_codes import ExitCode
from gbv_kpi.i18n import Language, Phrase, phrase
from gbv_kpi.kpi.finding import threshold_record
from gbv_kpi.plan.load import PlanReading
from gbv_kpi.plan.model import Plan
from gbv_kpi.plan.tables import Indicator, Lasting, Table, ThresholdEntry
from gbv_kpi.plan.thresholds import Threshold
from gbv_kpi.plan.toml_file import Remark
from gbv_kpi.problems import Severity
from gbv_kpi.render.formatting import threshold_text
from gbv_kpi.render.json import attributes
from gbv_kpi.render.problems import SEVERITY

if TYPE_CHECKING:
    from rich.console import RenderableType

    from gbv_kpi.plan.office import Setting

NOTHING = "–"
SUMMARY = ("id", "number", "title", "place", "first_year", "last_year")
COUNTS, ROLES, SOURCE_KINDS, SETTING_SOURCES = (
    {key: Phrase(words) for key, words in table.items()}
    for table in tomli.loads(Path(__file__).with_suffix(".toml").read_text("utf-8")).values()
)


def plans_to_text(plans: Sequence[Plan], language: Language) -> str:
    """Return a line for each plan: id, number, years, place."""
    width = max(len(plan.id) for plan in plans)
    return "".join(
        f"{plan.id:<{width}}  {plan.number:<13}  {plan.first_year}–{plan.last_year}  {language.say(plan.place)}\n"
        for plan in plans
    )


def plans_to_json(plans: Sequence[Plan]) -> str:
    return to_json_text({"schema": "gbv-kpi/plan-list/1", "plans": [_record(plan, *SUMMARY) for plan in plans]})


def plan_to_json(plan: Plan, day: date) -> str:
    units = (unit for unit in plan.units if unit.exists_on(day))
    return to_json_text(
        {
            "schema": "gbv-kpi/plan-show/1",
            **_record(plan, *SUMMARY, "issued", "note"),
            "indicators": (_indicator_record(indicator, plan) for indicator in plan.all_indicators),
            "fields": [{"part_of": None, "optional": False, **_record(field)} for field in plan.fields],
            "day": day,
            "units": [_record(unit, "code", "name", "from", "until") | {"expected": unit.expected} for unit in units],
            "agencies": map(_record, plan.agencies),
            "task_groups": map(_record, plan.task_groups),
        }
    )


def _record(table: Table, *keys: str) -> dict[str, Any]:
    """Return what a plan file gives in a table, as JSON; of these keys, None for those that it leaves out."""
    written = table.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return {key: written.get(key) for key in keys} if keys else written


def _indicator_record(indicator: Indicator, plan: Plan) -> dict[str, object]:
    thresholds = {entry.from_year: _threshold_record(entry, indicator) for entry in indicator.entries}
    years = range(plan.first_year, plan.last_year + 1)
    in_force = {year: indicator.threshold_in(year) for year in years}
    return {
        **_record(indicator, "id", "title", "numerator", "denominator", "quote", "note", "caveat", "source"),
        "measure": indicator.measure,
        "thresholds": list(thresholds.values()),
        "in_force": {str(year): found and thresholds[found.since] for year, found in in_force.items()},
    }


def _threshold_record(entry: ThresholdEntry, indicator: Indicator) -> dict[str, object]:
    written, threshold = _record(entry), entry.threshold(indicator.measure)
    source = {"source": written["source"]} if "source" in written else {}
    return {**threshold_record(threshold), "note": written.get("note"), **source}


def plan_to_text(plan: Plan, day: date, language: Language, width: int | None = None) -> str:
    """Return the plan for a person, with the units of that day; lines are broken where there is a `width`."""
    lines = map(escape_controls, _plan_lines(plan, day, language))
    return "".join(f"{part}\n" for line in lines for part in _wrap_line(line, width))


def _plan_lines(plan: Plan, day: date, language: Language) -> Iterator[str]:
    """Yield the lines of a plan, without Jinja: it would take a sixth of the time of the command."""
    say, years = language.say, {"first": str(plan.first_year), "last": str(plan.last_year)}
    day_issued = _day_text(plan.issued) if plan.issued else NOTHING
    issued = phrase("issued {day}, from {first} to {last}", day=day_issued, **years)
    yield f"{plan.number}: {say(plan.title)}"
    yield f"{plan.id}; {say(issued)}"
    if plan.note:
        yield say(plan.note)
    yield from ("", say(phrase("Indicators")))
    for indicator in plan.all_indicators:
        yield from _indicator_lines(indicator, language)
    yield from ("", say(phrase("Thresholds in force")))
    yield from _threshold_rows(plan, language)
    yield from ("", say(phrase("Fields of a return")))
    width = max(len(field.id) for field in plan.fields)
    for field in plan.fields:
        whole = phrase("part of {whole}", whole=field.part_of) if field.part_of else None
        optional = phrase("may be left blank") if field.optional else None
        notes = _joined([COUNTS[field.counts], whole, optional], language)
        yield f"  {field.id:<{width}}  {say(field.label)} ({notes})"
    units = [unit for unit in plan.units if unit.exists_on(day)]
    heading = phrase("Units on {day}: {count}", day=_day_text(day), count=str(len(units)))
    no_units = phrase("Units: none are listed; any unit may report, and completeness is not judged")
    yield from ("", say(heading if plan.units else no_units))
    width = max((len(unit.code) for unit in units), default=0)
    not_expected = phrase("may report, not expected")
    for unit in units:
        note = "" if unit.expected else f" ({say(not_expected)})"
        yield f"  {unit.code:<{width}}  {unit.name}{note}"
        yield from _notes(unit, " " * (4 + width), language)
    if plan.agencies:
        yield from ("", say(phrase("Agencies")))
    for agency in plan.agencies:
        since = phrase("from {day}", day=_day_text(agency.since)) if agency.since else None
        until = phrase("until {day}", day=_day_text(agency.until)) if agency.until else None
        days = _joined([since, until], language, ", ")
        yield f"  {say(ROLES.get(agency.role, agency.role))}: {say(agency.name)}{f' ({days})' if days else ''}"
        yield from _notes(agency, "    ", language)
    if plan.task_groups:
        yield from ("", say(phrase("Task groups, without a number")))
    for group in plan.task_groups:
        yield f"  {say(group.title)}"
        if group.indicators:
            yield f"    {', '.join(group.indicators)}"


def _indicator_lines(indicator: Indicator, language: Language) -> Iterator[str]:
    yield f"  {indicator.id}: {language.say(indicator.title)}"
    if indicator.quote:
        yield f"    “{indicator.quote}”"
    sums = [
        names[0] if len(names) == 1 else f"({' + '.join(names)})"
        for names in (indicator.numerator, indicator.denominator)
        if names
    ]
    details: list[Phrase | str] = [" / ".join(sums)]
    if indicator.measure == "change":
        base = str(indicator.base_year) if indicator.base_year else phrase("the year before")
        details.append(phrase("change against {year}", year=base))
    if indicator.is_monitored:
        details.append(phrase("monitored, without a threshold"))
    yield from (f"    {language.say(detail)}" for detail in details)
    for entry in sorted(indicator.entries, key=attrgetter("from_year")):
        written = threshold_text(Threshold(entry.from_year, *entry.bound, indicator.measure), language)
        words = phrase("from {year}: {threshold}", year=str(entry.from_year), threshold=written)
        if entry.override:
            judged = threshold_text(entry.threshold(indicator.measure), language)
            words = phrase("{threshold}, judged as {judged}", threshold=words, judged=judged)
        yield f"    {language.say(words)}"
        yield from _notes(entry, "      ", language)
    yield from _notes(indicator, "    ", language)


def _notes(table: ThresholdEntry | Indicator | Lasting, indent: str, language: Language) -> Iterator[str]:
    """Yield the notes and the source of a table."""
    notes = [getattr(table, "note", None), getattr(table, "caveat", None)]
    if source := table.source:
        kind = SOURCE_KINDS[source.kind] if source.kind else None
        seen = phrase("seen {day}", day=_day_text(source.seen)) if source.seen else None
        notes.append(phrase("source: {source}", source=_joined([source.text, kind, source.url, seen], language)))
    yield from (f"{indent}{language.say(note)}" for note in notes if note)


def _joined(parts: Iterable[Phrase | str | None], language: Language, separator: str = "; ") -> str:
    return separator.join(language.say(part) for part in parts if part)


def _day_text(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _threshold_rows(plan: Plan, language: Language) -> Iterator[str]:
    """Yield a row for each indicator, with a column for each year."""
    columns = [["", *(indicator.id for indicator in plan.indicators)]]
    for year in range(plan.first_year, plan.last_year + 1):
        in_force = (indicator.threshold_in(year) for indicator in plan.indicators)
        columns.append([str(year), *(threshold_text(found, language) if found else NOTHING for found in in_force)])
    first, *widths = (max(map(len, column)) for column in columns)
    for name, *cells in zip(*columns, strict=True):
        yield "  ".join(["", name.ljust(first), *map(str.rjust, cells, widths)])


def _wrap_line(line: str, width: int | None) -> list[str]:
    """Wrap a line to the width, under the second of two columns; leave a row of more columns whole."""
    columns = [gap.end() for gap in re.finditer(r"(?<=\S)  +", line)]
    if width is None or not line or len(columns) > 1:
        return [line]
    indent = len(line) - len(line.lstrip())
    hanging = " " * (columns[0] if columns else indent)
    return wrap(line.lstrip(), max(width, 40), initial_indent=" " * indent, subsequent_indent=hanging)


def exit_code(reading: PlanReading) -> int:
    """Return the exit code of a plan file; doubts never fail, as the author may mean them."""
    return ExitCode.COULD_NOT_RUN if reading.mistakes else ExitCode.OK


def plan_check_to_text(reading: PlanReading, name: str, language: Language) -> str:
    from gbv_kpi.render.jinja import text_of

    remarks = _grade_remarks(reading)
    return text_of("plan_check.txt.j2", language, reading=reading, remarks=remarks, name=name, SEVERITY=SEVERITY)


def plan_check_to_json(reading: PlanReading, name: str, language: Language) -> str:
    records = [
        {"severity": severity, **attributes(remark, "file", "line", "key"), "message": f"{language.say(remark.what)}."}
        for severity, remark in _grade_remarks(reading)
    ]
    content = {"schema": "gbv-kpi/plan-check/1", "plan": reading.plan.id if reading.plan else None, "file": name}
    return to_json_text({**content, "problems": records, "exit_code": exit_code(reading)})


def _grade_remarks(reading: PlanReading) -> list[tuple[Severity, Remark]]:
    graded = ((Severity.ERROR, reading.mistakes), (Severity.WARNING, reading.doubts))
    return [(severity, remark) for severity, remarks in graded for remark in remarks]


def settings_to_json(settings: Sequence["Setting"], file: Path | None) -> str:
    content = {"schema": "gbv-kpi/config/1", "file": file and str(file), "settings": settings}
    return to_json_text({**content, "exit_code": 0})


def settings_to_terminal(settings: Sequence["Setting"], file: Path | None, language: Language) -> "RenderableType":
    from gbv_kpi.render.listing import Columns, listing_of
    from gbv_kpi.render.table import on_terminal  # here: a plan needs no rich

    def source_of(setting: "Setting") -> str:
        words = language.say(SETTING_SOURCES[setting.source])
        return f"{words} ({file}:{setting.line})" if setting.line else words

    columns: Columns[Setting] = (
        ("key", phrase("Setting"), lambda setting: setting.key),
        ("value", phrase("Value"), lambda setting: setting.value),
        ("source", phrase("From"), source_of),
    )
    return on_terminal(listing_of(phrase("Setting"), columns, settings), language)
