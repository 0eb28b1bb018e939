"""Render plans as text and as JSON, schemas `gbv-kpi/plan-list/1`, `gbv-kpi/plan-show/1` and `gbv-kpi/plan-check/1`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from gbv_kpi.console import to_json_text
from gbv_kpi.exit_codes import ExitCode
from gbv_kpi.i18n import Language, phrase
from gbv_kpi.plan.builtin import PlanSummary
from gbv_kpi.plan.model import Plan
from gbv_kpi.plan.tables import Comparison, Indicator, Source, Table, ThresholdEntry, Unit
from gbv_kpi.problems import Severity
from gbv_kpi.render.formatting import SIGN
from gbv_kpi.render.problems import SEVERITY

if TYPE_CHECKING:
    from gbv_kpi.plan.load import PlanReading
    from gbv_kpi.plan.toml_file import Remark

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
    """Return the keys that a plan file gives in a table, as JSON."""
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
    from gbv_kpi.render.jinja import text_of  # here: a list of plans needs no Jinja

    text = text_of(
        "plan.txt.j2",
        language,
        (_source_words, _bound),
        (_fraction, _written),
        plan=plan,
        day=day,
        units=[unit for unit in plan.units if unit.exists_on(day)],
        rows=_threshold_rows(plan, language),
        COUNTS=COUNTS,
        NOTHING=NOTHING,
        ROLES=ROLES,
    )
    return "".join(f"{part}\n" for line in text.splitlines() for part in _wrap_line(line, width))


def _wrap_line(line: str, width: int | None) -> list[str]:
    """Wrap a line to the width, under the second of two columns; leave a row of more columns whole."""
    columns = [gap.end() for gap in re.finditer(r"(?<=\S)  +", line)]
    if width is None or not line or len(columns) > 1:
        return [line]
    indent = len(line) - len(line.lstrip())
    hanging = " " * (columns[0] if columns else indent)
    return wrap(line.lstrip(), max(width, 40), initial_indent=" " * indent, subsequent_indent=hanging)


def _threshold_rows(plan: Plan, language: Language) -> Iterator[str]:
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
        yield f"{name:<{first}}  {right}"


def _fraction(indicator: Indicator) -> str:
    sides = (names for names in (indicator.numerator, indicator.denominator) if names)
    return " / ".join(names[0] if len(names) == 1 else f"({' + '.join(names)})" for names in sides)


def _source_words(source: Source, language: Language) -> str:
    parts = [source.text, KINDS[source.kind] if source.kind else "", source.url or ""]
    parts += [phrase("seen {day}", day=_written(source.seen))] if source.seen else []
    return "; ".join(language.say(part) for part in parts if part)


def _bound(entry: Comparison, indicator: Indicator, language: Language) -> str:
    comparator, bound = entry.bound
    number = f"{bound:f}"
    if language.tag == "vi":
        number = number.replace(".", ",")
    return f"{SIGN[comparator]} {number}" + ("%" if indicator.measure in ("percent", "change") else "")


def _written(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def exit_code(reading: "PlanReading") -> int:
    """Return the exit code of a plan file; doubts never fail, as the author may mean them."""
    return ExitCode.COULD_NOT_RUN if reading.mistakes else ExitCode.OK


def plan_check_to_text(reading: "PlanReading", name: str, language: Language) -> str:
    """Return a line for each mistake and doubt, and the verdict."""
    from gbv_kpi.render.jinja import text_of

    remarks = _grade_remarks(reading)
    return text_of("plan_check.txt.j2", language, reading=reading, remarks=remarks, name=name, SEVERITY=SEVERITY)


def plan_check_to_json(reading: "PlanReading", name: str, language: Language) -> str:
    records = [
        {
            "severity": severity,
            "file": remark.file,
            "line": remark.line,
            "key": remark.key,
            "message": f"{language.say(remark.what)}.",
        }
        for severity, remark in _grade_remarks(reading)
    ]
    content = {"schema": "gbv-kpi/plan-check/1", "plan": reading.plan.id if reading.plan else None, "file": name}
    return to_json_text({**content, "problems": records, "exit_code": exit_code(reading)})


def _grade_remarks(reading: "PlanReading") -> Iterator[tuple[Severity, "Remark"]]:
    yield from ((Severity.ERROR, mistake) for mistake in reading.mistakes)
    yield from ((Severity.WARNING, doubt) for doubt in reading.doubts)
