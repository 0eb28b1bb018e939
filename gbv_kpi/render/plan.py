"""Render plans as text and as JSON, schemas `gbv-kpi/plan-list/1`, `gbv-kpi/plan-show/1` and `gbv-kpi/plan-check/1`."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from gbv_kpi.console import to_json_text
from gbv_kpi.exit_codes import ExitCode
from gbv_kpi.i18n import Language
from gbv_kpi.kpi.finding import threshold_record
from gbv_kpi.plan.builtin import PlanSummary
from gbv_kpi.plan.model import Plan
from gbv_kpi.plan.tables import Comparison, Indicator, Table, ThresholdEntry
from gbv_kpi.plan.thresholds import Threshold
from gbv_kpi.problems import Severity
from gbv_kpi.render.formatting import threshold_text
from gbv_kpi.render.problems import SEVERITY

if TYPE_CHECKING:
    from gbv_kpi.plan.load import PlanReading
    from gbv_kpi.plan.toml_file import Remark

NOTHING = "–"


def plans_to_text(plans: Sequence[PlanSummary], language: Language) -> str:
    """Return a line for each plan: id, number, years, place."""
    width = max(len(plan.id) for plan in plans)
    return "".join(
        f"{plan.id:<{width}}  {plan.number:<13}  {plan.first_year}–{plan.last_year}  {language.say(plan.place)}\n"
        for plan in plans
    )


def plans_to_json(plans: Sequence[PlanSummary]) -> str:
    return to_json_text({"schema": "gbv-kpi/plan-list/1", "plans": plans})


def plan_to_json(plan: Plan, day: date) -> str:
    units = (unit for unit in plan.units if unit.exists_on(day))
    return to_json_text(
        {
            "schema": "gbv-kpi/plan-show/1",
            **_record(plan, "id", "number", "title", "place", "first_year", "last_year", "issued", "note"),
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
    from gbv_kpi.render.jinja import text_of  # here: a list of plans needs no Jinja

    text = text_of(
        "plan.txt.j2",
        language,
        [_bound],
        plan=plan,
        day=day,
        units=[unit for unit in plan.units if unit.exists_on(day)],
        rows=_threshold_rows(plan, language),
        NOTHING=NOTHING,
    )
    return "".join(f"{part}\n" for line in text.splitlines() for part in _wrap_line(line, width))


def _bound(entry: Comparison, indicator: Indicator, language: Language) -> str:
    return threshold_text(Threshold(0, *entry.bound, indicator.measure), language)


def _threshold_rows(plan: Plan, language: Language) -> Iterator[str]:
    """Yield a row for each indicator, with a column for each year."""
    columns = [["", *(indicator.id for indicator in plan.indicators)]]
    for year in range(plan.first_year, plan.last_year + 1):
        in_force = (indicator.threshold_in(year) for indicator in plan.indicators)
        columns.append([str(year), *(threshold_text(found, language) if found else NOTHING for found in in_force)])
    first, *widths = (max(map(len, column)) for column in columns)
    for name, *cells in zip(*columns, strict=True):
        yield "  ".join([name.ljust(first), *map(str.rjust, cells, widths)])


def _wrap_line(line: str, width: int | None) -> list[str]:
    """Wrap a line to the width, under the second of two columns; leave a row of more columns whole."""
    columns = [gap.end() for gap in re.finditer(r"(?<=\S)  +", line)]
    if width is None or not line or len(columns) > 1:
        return [line]
    indent = len(line) - len(line.lstrip())
    hanging = " " * (columns[0] if columns else indent)
    return wrap(line.lstrip(), max(width, 40), initial_indent=" " * indent, subsequent_indent=hanging)


def exit_code(reading: "PlanReading") -> int:
    """Return the exit code of a plan file; doubts never fail, as the author may mean them."""
    return ExitCode.COULD_NOT_RUN if reading.mistakes else ExitCode.OK


def plan_check_to_text(reading: "PlanReading", name: str, language: Language) -> str:
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


def _grade_remarks(reading: "PlanReading") -> list[tuple[Severity, "Remark"]]:
    graded = ((Severity.ERROR, reading.mistakes), (Severity.WARNING, reading.doubts))
    return [(severity, remark) for severity, remarks in graded for remark in remarks]
