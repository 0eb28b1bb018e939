"""Plans for a person, and as JSON, schemas `gbv-kpi/plan-list/1`, `gbv-kpi/plan-show/1` and `gbv-kpi/plan-check/1`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from textwrap import wrap
from typing import TYPE_CHECKING, Any, NamedTuple

from gbv_kpi.console import escape_controls, to_json_text
from gbv_kpi.exit_codes import ExitCode
from gbv_kpi.i18n import Bilingual, Language, Phrase, phrase, plural
from gbv_kpi.plan.builtin import PlanSummary
from gbv_kpi.plan.model import Plan
from gbv_kpi.plan.tables import Agency, Comparison, Indicator, Table, ThresholdEntry, Unit
from gbv_kpi.problem_codes import Severity
from gbv_kpi.render.formatting import SIGN
from gbv_kpi.render.problem_groups import SEVERITY

if TYPE_CHECKING:
    from gbv_kpi.plan.error_messages import Remark
    from gbv_kpi.plan.load import PlanReading

COUNTS = {
    "people": phrase("people"),
    "cases": phrase("cases"),
    "places": phrase("places"),
    "minutes": phrase("minutes"),
    "households": phrase("households"),
    "communes": phrase("communes"),
    "events": phrase("events"),
    "vnd": phrase("VND"),
}
ROLES = {"lead": phrase("leads and reports"), "issuer": phrase("issued the plan")}
KINDS = {"full text": phrase("full text"), "press": phrase("press")}
NOTHING = "–"


class _Line(NamedTuple):
    """A line of a plan's text, and how far it and the lines broken off it are indented."""

    text: Phrase | Bilingual | str
    indent: int = 0
    hanging: int | None = None  # as the line itself unless given
    is_row: bool = False  # of a table: never broken


def plans_to_text(plans: Sequence[PlanSummary], language: Language) -> str:
    """Return a line for each plan: id, number, years, place."""
    width = max(len(plan.id) for plan in plans)
    return "".join(
        f"{plan.id:<{width}}  {plan.number:<13}  {plan.first_year}–{plan.last_year}  {language.say(plan.place)}\n"
        for plan in plans
    )


def plans_to_json(plans: Sequence[PlanSummary]) -> str:
    return to_json_text({"schema": "gbv-kpi/plan-list/1", "plans": list(map(asdict, plans))})


def plan_to_json(plan: Plan, day: date) -> str:
    """Return the plan as JSON, the same in every language."""
    years = range(plan.first_year, plan.last_year + 1)
    written = _record(plan)
    return to_json_text(
        {
            "schema": "gbv-kpi/plan-show/1",
            **{key: written[key] for key in ("id", "number", "title", "place", "first_year", "last_year")},
            "issued": written.get("issued"),
            "note": written.get("note"),
            "indicators": [_indicator_record(indicator, years) for indicator in plan.all_indicators],
            "fields": [{"part_of": None, "optional": False, **_record(field)} for field in plan.fields],
            "day": day.isoformat(),
            "units": [_unit_record(unit) for unit in plan.units if unit.exists_on(day)],
            "agencies": written.get("agency", []),
            "task_groups": written.get("task_group", []),
        }
    )


def _record(table: Table) -> dict[str, Any]:
    """Return what a plan file says of a table, as JSON writes it."""
    return table.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _indicator_record(indicator: Indicator, years: range) -> dict[str, object]:
    written = {"quote": None} | _record(indicator)
    keys = ("id", "title", "numerator", "denominator", "quote", "note", "caveat", "source")
    in_force = {str(year): _entry_in(indicator, year) for year in years}
    return {
        **{key: written.get(key) for key in keys},
        "measure": indicator.measure,
        "thresholds": [_threshold_record(entry, indicator) for entry in indicator.entries],
        "in_force": {year: entry and _threshold_record(entry, indicator) for year, entry in in_force.items()},
    }


def _threshold_record(entry: ThresholdEntry, indicator: Indicator) -> dict[str, object]:
    written = _record(entry)
    comparator, bound = (entry.override or entry).bound
    return {
        "comparator": comparator,
        indicator.measure: int(bound) if bound == int(bound) else float(bound),
        "since": entry.from_year,
        "note": written.get("note"),
    } | ({"source": written["source"]} if "source" in written else {})


def _entry_in(indicator: Indicator, year: int) -> ThresholdEntry | None:
    """Return the entry in force: the one with the latest year not after `year`, None before the first."""
    begun = [entry for entry in indicator.entries if entry.from_year <= year]
    return max(begun, key=lambda entry: entry.from_year, default=None)


def _unit_record(unit: Unit) -> dict[str, object]:
    written = _record(unit)
    return {key: written.get(key) for key in ("code", "name", "from", "until")} | {"expected": unit.expected}


def plan_to_text(plan: Plan, day: date, language: Language, width: int | None = None) -> str:
    """Return the plan for a person, with the units of that day; lines are broken where there is a `width`."""
    parts = (part for line in _lines(plan, day, language) for part in _broken(line, language, width))
    return "".join(f"{escape_controls(part)}\n" for part in parts)


def _broken(line: _Line, language: Language, width: int | None) -> list[str]:
    text, indent = language.say(line.text), " " * line.indent
    if width is None or line.is_row or not text:
        return [indent + text]
    hanging = indent if line.hanging is None else " " * line.hanging
    return wrap(text, max(width, 40), initial_indent=indent, subsequent_indent=hanging)


def _lines(plan: Plan, day: date, language: Language) -> Iterator[_Line]:
    issued = phrase(
        "issued {day}, from {first} to {last}",
        day=_written(plan.issued) if plan.issued else NOTHING,
        first=str(plan.first_year),
        last=str(plan.last_year),
    )
    yield _Line(f"{plan.number}: {language.say(plan.title)}")
    yield _Line(f"{plan.id}; {language.say(issued)}")
    if plan.note:
        yield _Line(plan.note)
    yield from _section(phrase("Indicators"), _indicator_lines(plan, language))
    yield from _section(phrase("Thresholds in force"), _threshold_rows(plan, language))
    yield from _section(phrase("Fields of a return"), _field_lines(plan, language))
    if plan.units:
        units = [unit for unit in plan.units if unit.exists_on(day)]
        heading = phrase("Units on {day}: {count}", day=_written(day), count=str(len(units)))
        yield from _section(heading, _unit_lines(units, language))
    else:
        none_listed = phrase("Units: none are listed; any unit may report, and completeness is not judged")
        yield from _section(none_listed, ())
    if plan.agencies:
        yield from _section(phrase("Agencies"), _agency_lines(plan, language))
    if plan.task_groups:
        yield from _section(phrase("Task groups, without a number"), _task_lines(plan))


def _section(heading: Phrase, lines: Iterable[_Line]) -> Iterator[_Line]:
    yield from (_Line(""), _Line(heading), *lines)


def _indicator_lines(plan: Plan, language: Language) -> Iterator[_Line]:
    for indicator in plan.all_indicators:
        yield _Line(f"{indicator.id}: {language.say(indicator.title)}", 2)
        if indicator.quote:
            yield _Line(f"“{indicator.quote}”", 4)
        sides = (names for names in (indicator.numerator, indicator.denominator) if names)
        yield _Line(" / ".join(names[0] if len(names) == 1 else f"({' + '.join(names)})" for names in sides), 4)
        if indicator.measure == "change":
            base = str(indicator.base_year) if indicator.base_year else phrase("the year before")
            yield _Line(phrase("change against {year}", year=base), 4)
        if indicator.is_monitored:
            yield _Line(phrase("monitored, without a threshold"), 4)
        for entry in sorted(indicator.entries, key=lambda entry: entry.from_year):
            bound = _bound(entry, indicator, language)
            words = phrase("from {year}: {threshold}", year=str(entry.from_year), threshold=bound)
            if entry.override:
                judged = _bound(entry.override, indicator, language)
                words = phrase("{threshold}, judged as {judged}", threshold=words, judged=judged)
            yield _Line(words, 4)
            yield from _notes(entry, 6, language)
        yield from _notes(indicator, 4, language)


def _threshold_rows(plan: Plan, language: Language) -> Iterator[_Line]:
    """Yield a row for each indicator, with a column for each year."""
    years = range(plan.first_year, plan.last_year + 1)
    rows = [["", *map(str, years)]]
    for indicator in plan.indicators:
        found = [_entry_in(indicator, year) for year in years]
        bounds = [_bound(entry.override or entry, indicator, language) if entry else NOTHING for entry in found]
        rows.append([indicator.id, *bounds])
    first, *widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, *cells in rows:
        right = "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
        yield _Line(f"{name:<{first}}  {right}", 2, is_row=True)


def _field_lines(plan: Plan, language: Language) -> Iterator[_Line]:
    width = max(len(field.id) for field in plan.fields)
    for field in plan.fields:
        notes = [COUNTS[field.counts]]
        if field.part_of:
            notes.append(phrase("part of {whole}", whole=field.part_of))
        if field.optional:
            notes.append(phrase("may be left blank"))
        words = "; ".join(map(language.say, notes))
        yield _Line(f"{field.id:<{width}}  {language.say(field.label)} ({words})", 2, hanging=4 + width)


def _unit_lines(units: Sequence[Unit], language: Language) -> Iterator[_Line]:
    width = max((len(unit.code) for unit in units), default=0)
    not_expected = language.say(phrase("may report, not expected"))
    for unit in units:
        note = "" if unit.expected else f" ({not_expected})"
        yield _Line(f"{unit.code:<{width}}  {unit.name}{note}", 2)
        yield from _notes(unit, 4 + width, language)


def _agency_lines(plan: Plan, language: Language) -> Iterator[_Line]:
    for agency in plan.agencies:
        days = [phrase("from {day}", day=_written(agency.since))] if agency.since else []
        days += [phrase("until {day}", day=_written(agency.until))] if agency.until else []
        role = language.say(ROLES.get(agency.role, agency.role))
        when = f" ({', '.join(map(language.say, days))})" if days else ""
        yield _Line(f"{role}: {language.say(agency.name)}{when}", 2)
        yield from _notes(agency, 4, language)


def _task_lines(plan: Plan) -> Iterator[_Line]:
    for group in plan.task_groups:
        yield _Line(group.title, 2)
        if group.indicators:
            yield _Line(", ".join(group.indicators), 4)


def _notes(table: Indicator | ThresholdEntry | Agency | Unit, indent: int, language: Language) -> Iterator[_Line]:
    """Yield the notes of a table, and where it was read."""
    for note in (getattr(table, "note", None), getattr(table, "caveat", None)):
        if note:
            yield _Line(note, indent)
    if source := table.source:
        parts = [source.text, KINDS[source.kind] if source.kind else "", source.url or ""]
        parts += [phrase("seen {day}", day=_written(source.seen))] if source.seen else []
        text = "; ".join(language.say(part) for part in parts if part)
        yield _Line(phrase("source: {source}", source=text), indent)


def _bound(entry: Comparison, indicator: Indicator, language: Language) -> str:
    comparator, bound = entry.bound
    number = f"{bound:f}"
    if language.tag == "vi":
        number = number.replace(".", ",")
    return f"{SIGN[comparator]} {number}" + ("%" if indicator.measure in ("percent", "change") else "")


def _written(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def exit_code(reading: "PlanReading") -> int:
    """Return the exit code of a plan file; doubts fail nothing, for whoever wrote the plan may mean them."""
    return ExitCode.COULD_NOT_RUN if reading.mistakes else ExitCode.OK


def plan_check_to_text(reading: "PlanReading", name: str, language: Language) -> str:
    """Return a line for each mistake and doubt, and a verdict last."""
    say, mistakes, doubts = language.say, len(reading.mistakes), len(reading.doubts)
    lines = [f"{say(SEVERITY[severity])}: {say(remark.sentence)}." for severity, remark in _graded(reading)]
    if reading.plan is None:
        verdict = plural("{file}: {count} mistake.", "{file}: {count} mistakes.", mistakes, file=name)
    elif doubts:
        verdict = plural(
            "{file}: usable, with {count} warning.",
            "{file}: usable, with {count} warnings.",
            doubts,
            file=name,
        )
    else:
        verdict = phrase("{file}: no mistakes.", file=name)
    return "".join(f"{escape_controls(line)}\n" for line in (*lines, say(verdict)))


def plan_check_to_json(reading: "PlanReading", name: str, language: Language) -> str:
    """Return the remarks as JSON, the messages in `language`."""
    records = [
        {
            "severity": severity,
            "file": remark.file,
            "line": remark.line,
            "key": remark.key,
            "message": f"{language.say(remark.what)}.",
        }
        for severity, remark in _graded(reading)
    ]
    content = {"schema": "gbv-kpi/plan-check/1", "plan": reading.plan.id if reading.plan else None, "file": name}
    return to_json_text({**content, "problems": records, "exit_code": exit_code(reading)})


def _graded(reading: "PlanReading") -> Iterator[tuple[Severity, "Remark"]]:
    yield from ((Severity.ERROR, mistake) for mistake in reading.mistakes)
    yield from ((Severity.WARNING, doubt) for doubt in reading.doubts)
