"""A plan as text and as JSON, schemas `gbv-kpi/plan-show/1` and `plan-list/1`: straight from the tables of its file.

Plain text and no library: a plan is shown as fast as `--help`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from textwrap import wrap
from typing import Any

from gbv_kpi.console import dumped, visible
from gbv_kpi.i18n import Bilingual, Language, Phrase, phrase
from gbv_kpi.plan.builtin import PlanSummary
from gbv_kpi.plan.dated import bound_of, threshold_in, units_on

Table = Mapping[str, Any]

SIGN = {">=": "≥", ">": ">", "<=": "≤", "<": "<"}
COUNTS = {
    "people": phrase("people"),
    "cases": phrase("cases"),
    "places": phrase("places"),
    "minutes": phrase("minutes"),
}
NOTHING = "–"


def plans_to_text(plans: Sequence[PlanSummary], language: Language) -> str:
    """A line for each plan: id, number, years, place."""
    width = max(len(plan.id) for plan in plans)
    return "".join(
        f"{plan.id:<{width}}  {plan.number:<13}  {plan.first_year}–{plan.last_year}  {language.say(plan.place)}\n"
        for plan in plans
    )


def plans_to_json(plans: Sequence[PlanSummary]) -> str:
    """The same in every language."""
    return dumped(
        {
            "schema": "gbv-kpi/plan-list/1",
            "plans": [
                {
                    "id": plan.id,
                    "number": plan.number,
                    "title": _texts(plan.title),
                    "place": _texts(plan.place),
                    "first_year": plan.first_year,
                    "last_year": plan.last_year,
                }
                for plan in plans
            ],
        }
    )


def plan_to_text(tables: Table, day: date, language: Language, width: int | None = None) -> str:
    """The plan for a person, with the units of that day; lines are broken where there is a `width`."""
    writer = _Writer(language, width)
    return "".join(f"{visible(line)}\n" for line in writer.plan(tables, day))


def plan_to_json(tables: Table, day: date) -> str:
    """The same in every language."""
    years = range(tables["first_year"], tables["last_year"] + 1)
    return dumped(
        {
            "schema": "gbv-kpi/plan-show/1",
            **{key: tables[key] for key in ("id", "number", "title", "place", "first_year", "last_year")},
            "issued": tables["issued"].isoformat(),
            "note": tables.get("note"),
            "indicators": [_indicator_record(indicator, years) for indicator in tables["indicator"]],
            "fields": [{"part_of": None, "optional": False, **field} for field in tables["field"]],
            "day": day.isoformat(),
            "units": [_unit_record(unit) for unit in units_on(tables, day)],
            "agencies": tables.get("agency", []),
            "task_groups": tables.get("task_group", []),
        }
    )


def _texts(text: Bilingual) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}


def _indicator_record(indicator: Table, years: range) -> dict[str, object]:
    measure = indicator.get("measure", "percent")
    return {
        **{key: indicator[key] for key in ("id", "title", "numerator", "denominator")},
        **{key: indicator.get(key) for key in ("quote", "note", "caveat")},
        "measure": measure,
        "thresholds": [_threshold_record(entry, measure) for entry in indicator["thresholds"]],
        "in_force": {str(year): _threshold_record(threshold_in(indicator, year), measure) for year in years},
    }


def _threshold_record(entry: Table | None, measure: str) -> dict[str, object] | None:
    if entry is None:
        return None
    comparator, bound = bound_of(entry.get("override", entry))
    return {"comparator": comparator, measure: _json_number(bound), "since": entry["from"], "note": entry.get("note")}


def _json_number(bound: int | Decimal) -> int | float:
    return int(bound) if bound == int(bound) else float(bound)


def _unit_record(unit: Table) -> dict[str, object]:
    days = {key: unit[key].isoformat() if key in unit else None for key in ("from", "until")}
    return {"code": unit["code"], "name": unit["name"], **days, "expected": unit.get("expected", True)}


class _Writer:
    """A plan being written in one language."""

    def __init__(self, language: Language, width: int | None) -> None:
        self.language = language
        self.width = width

    def plan(self, tables: Table, day: date) -> Iterator[str]:
        first, last = tables["first_year"], tables["last_year"]
        yield from self.lines(f"{tables['number']}: {self.text(tables['title'])}")
        issued = phrase(
            "issued {day}, from {first} to {last}", day=_written(tables["issued"]), first=str(first), last=str(last)
        )
        yield from self.lines(f"{tables['id']}; {self.language.say(issued)}")
        if "note" in tables:
            yield from self.lines(self.text(tables["note"]))
        yield from self.heading(phrase("Indicators"))
        for indicator in tables["indicator"]:
            yield from self.indicator(indicator)
        yield from self.heading(phrase("Thresholds in force"))
        yield from self.by_year(tables["indicator"], range(first, last + 1))
        yield from self.heading(phrase("Fields of a return"))
        yield from self.fields(tables["field"])
        yield from self.units(tables, day)
        if agencies := tables.get("agency"):
            yield from self.heading(phrase("Agencies"))
            for agency in agencies:
                yield from self.lines(f"{agency['role']}: {self.text(agency['name'])}", 2)
        if task_groups := tables.get("task_group"):
            yield from self.heading(phrase("Task groups, without a number"))
            for group in task_groups:
                yield from self.lines(self.text(group), 2)

    def indicator(self, indicator: Table) -> Iterator[str]:
        yield from self.lines(f"{indicator['id']}: {self.text(indicator['title'])}", 2)
        if quote := indicator.get("quote"):
            yield from self.lines(f"“{quote}”", 4)
        yield from self.lines(f"{_sum(indicator['numerator'])} / {_sum(indicator['denominator'])}", 4)
        for entry in sorted(indicator["thresholds"], key=lambda entry: int(entry["from"])):
            words = phrase("from {year}: {threshold}", year=str(entry["from"]), threshold=self.bound(entry, indicator))
            if "override" in entry:
                judged = self.bound(entry["override"], indicator)
                words = phrase("{threshold}, judged as {judged}", threshold=words, judged=judged)
            yield from self.lines(self.language.say(words), 4)
            if "note" in entry:
                yield from self.lines(self.text(entry["note"]), 6)
        for key in ("note", "caveat"):
            if key in indicator:
                yield from self.lines(self.text(indicator[key]), 4)

    def by_year(self, indicators: Sequence[Table], years: range) -> Iterator[str]:
        """A row for each indicator, a column for each year."""
        rows = [["", *map(str, years)]]
        for indicator in indicators:
            found = [threshold_in(indicator, year) for year in years]
            rows.append(
                [indicator["id"], *(self.bound(e.get("override", e), indicator) if e else NOTHING for e in found)]
            )
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for name, *cells in rows:
            right = "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths[1:], strict=True))
            yield f"  {name:<{widths[0]}}  {right}"

    def fields(self, fields: Sequence[Table]) -> Iterator[str]:
        width = max(len(field["id"]) for field in fields)
        for field in fields:
            notes = [self.language.say(COUNTS[field["counts"]])]
            if "part_of" in field:
                notes.append(self.language.say(phrase("part of {whole}", whole=field["part_of"])))
            if field.get("optional"):
                notes.append(self.language.say(phrase("may be left blank")))
            yield from self.lines(
                f"{field['id']:<{width}}  {self.text(field['label'])} ({'; '.join(notes)})", 2, 4 + width
            )

    def units(self, tables: Table, day: date) -> Iterator[str]:
        if not tables.get("unit"):
            yield from self.heading(
                phrase("Units: none are listed; any unit may report, and completeness is not judged")
            )
            return
        units = units_on(tables, day)
        yield from self.heading(phrase("Units on {day}: {count}", day=_written(day), count=str(len(units))))
        width = max((len(unit["code"]) for unit in units), default=0)
        not_waited_for = self.language.say(phrase("may report, is not waited for"))
        for unit in units:
            note = "" if unit.get("expected", True) else f" ({not_waited_for})"
            yield from self.lines(f"{unit['code']:<{width}}  {unit['name']}{note}", 2)

    def heading(self, words: Phrase) -> Iterator[str]:
        yield ""
        yield from self.lines(self.language.say(words))

    def lines(self, text: str, indent: int = 0, hanging: int | None = None) -> Iterator[str]:
        if self.width is None:
            yield " " * indent + text
            return
        further = " " * (indent if hanging is None else hanging)
        yield from wrap(text, max(self.width, 40), initial_indent=" " * indent, subsequent_indent=further)

    def text(self, text: Mapping[str, str]) -> str:
        return self.language.say(Bilingual(**text))

    def bound(self, entry: Table, indicator: Table) -> str:
        comparator, bound = bound_of(entry)
        number = f"{Decimal(bound):f}"
        if self.language.tag == "vi":
            number = number.replace(".", ",")
        return f"{SIGN[comparator]} {number}" + ("%" if indicator.get("measure", "percent") == "percent" else "")


def _sum(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"({' + '.join(names)})"


def _written(day: date) -> str:
    return f"{day:%d/%m/%Y}"
