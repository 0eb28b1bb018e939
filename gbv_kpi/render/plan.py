"""A plan for a person, and as JSON, schemas `gbv-kpi/plan-list/1` and `gbv-kpi/plan-show/1`."""

from collections.abc import Iterator, Sequence
from datetime import date
from textwrap import wrap
from typing import Any

from gbv_kpi.console import escape_controls, to_json_text
from gbv_kpi.i18n import Bilingual, Language, Phrase, phrase
from gbv_kpi.plan.builtin import PlanSummary
from gbv_kpi.plan.model import Plan
from gbv_kpi.plan.tables import Agency, Comparison, Indicator, ReturnField, Table, ThresholdEntry, Unit

SIGN = {">=": "≥", ">": ">", "<=": "≤", "<": "<"}
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
    """A line for each plan: id, number, years, place."""
    width = max(len(plan.id) for plan in plans)
    return "".join(
        f"{plan.id:<{width}}  {plan.number:<13}  {plan.first_year}–{plan.last_year}  {language.say(plan.place)}\n"
        for plan in plans
    )


def plans_to_json(plans: Sequence[PlanSummary]) -> str:
    """The same in every language."""
    return to_json_text(
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


def plan_to_text(plan: Plan, day: date, language: Language, width: int | None = None) -> str:
    """Return the plan for a person, with the units of that day; lines are broken where there is a `width`."""
    writer = _Writer(language, width)
    return "".join(f"{escape_controls(line)}\n" for line in writer.plan(plan, day))


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


def _texts(text: Bilingual) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}


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


class _Writer:
    """A plan being written in one language."""

    def __init__(self, language: Language, width: int | None) -> None:
        self.language = language
        self.width = width

    def plan(self, plan: Plan, day: date) -> Iterator[str]:
        yield from self.lines(f"{plan.number}: {self.language.say(plan.title)}")
        issued = phrase(
            "issued {day}, from {first} to {last}",
            day=_written(plan.issued) if plan.issued else NOTHING,
            first=str(plan.first_year),
            last=str(plan.last_year),
        )
        yield from self.lines(f"{plan.id}; {self.language.say(issued)}")
        if plan.note:
            yield from self.lines(self.language.say(plan.note))
        yield from self.heading(phrase("Indicators"))
        for indicator in plan.all_indicators:
            yield from self.indicator(indicator)
        yield from self.heading(phrase("Thresholds in force"))
        yield from self.by_year(plan.indicators, range(plan.first_year, plan.last_year + 1))
        yield from self.heading(phrase("Fields of a return"))
        yield from self.fields(plan.fields)
        yield from self.units(plan, day)
        if plan.agencies:
            yield from self.heading(phrase("Agencies"))
            for agency in plan.agencies:
                days = ((phrase("from {day}"), agency.since), (phrase("until {day}"), agency.until))
                words = [self.language.say(phrase(wording.wording, day=_written(day))) for wording, day in days if day]
                name = self.language.say(agency.name) + (f" ({', '.join(words)})" if words else "")
                role = self.language.say(ROLES.get(agency.role, agency.role))
                yield from self.lines(f"{role}: {name}", 2)
                yield from self.below(agency, 4)
        if plan.task_groups:
            yield from self.heading(phrase("Task groups, without a number"))
            for group in plan.task_groups:
                yield from self.lines(self.language.say(group.title), 2)
                if group.indicators:
                    yield from self.lines(", ".join(group.indicators), 4)

    def indicator(self, indicator: Indicator) -> Iterator[str]:
        yield from self.lines(f"{indicator.id}: {self.language.say(indicator.title)}", 2)
        if indicator.quote:
            yield from self.lines(f"“{indicator.quote}”", 4)
        yield from self.lines(" / ".join(map(_sum, filter(None, (indicator.numerator, indicator.denominator)))), 4)
        if indicator.measure == "change":
            base = str(indicator.base_year) if indicator.base_year else phrase("the year before")
            yield from self.lines(self.language.say(phrase("change against {year}", year=base)), 4)
        if indicator.is_monitored:
            yield from self.lines(self.language.say(phrase("monitored, without a threshold")), 4)
        for entry in sorted(indicator.entries, key=lambda entry: entry.from_year):
            words = phrase(
                "from {year}: {threshold}", year=str(entry.from_year), threshold=self.bound(entry, indicator)
            )
            if entry.override:
                judged = self.bound(entry.override, indicator)
                words = phrase("{threshold}, judged as {judged}", threshold=words, judged=judged)
            yield from self.lines(self.language.say(words), 4)
            yield from self.below(entry, 6)
        yield from self.below(indicator, 4)

    def below(self, table: Indicator | ThresholdEntry | Agency | Unit, indent: int) -> Iterator[str]:
        """Yield the notes of a table, and where it was read."""
        for note in (getattr(table, "note", None), getattr(table, "caveat", None)):
            if note:
                yield from self.lines(self.language.say(note), indent)
        if source := table.source:
            parts: list[str | Phrase] = [source.text, *([KINDS[source.kind]] if source.kind else [])]
            parts += [source.url] if source.url else []
            parts += [phrase("seen {day}", day=_written(source.seen))] if source.seen else []
            words = phrase("source: {source}", source="; ".join(map(self.language.say, parts)))
            yield from self.lines(self.language.say(words), indent)

    def by_year(self, indicators: Sequence[Indicator], years: range) -> Iterator[str]:
        """A row for each indicator, a column for each year."""
        rows = [["", *map(str, years)]]
        for indicator in indicators:
            found = [_entry_in(indicator, year) for year in years]
            rows.append([indicator.id, *(self.bound(e.override or e, indicator) if e else NOTHING for e in found)])
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for name, *cells in rows:
            right = "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths[1:], strict=True))
            yield f"  {name:<{widths[0]}}  {right}"

    def fields(self, fields: Sequence[ReturnField]) -> Iterator[str]:
        width = max(len(field.id) for field in fields)
        for field in fields:
            notes = [self.language.say(COUNTS[field.counts])]
            if field.part_of:
                notes.append(self.language.say(phrase("part of {whole}", whole=field.part_of)))
            if field.optional:
                notes.append(self.language.say(phrase("may be left blank")))
            yield from self.lines(
                f"{field.id:<{width}}  {self.language.say(field.label)} ({'; '.join(notes)})", 2, 4 + width
            )

    def units(self, plan: Plan, day: date) -> Iterator[str]:
        if not plan.units:
            yield from self.heading(
                phrase("Units: none are listed; any unit may report, and completeness is not judged")
            )
            return
        units = [unit for unit in plan.units if unit.exists_on(day)]
        yield from self.heading(phrase("Units on {day}: {count}", day=_written(day), count=str(len(units))))
        width = max((len(unit.code) for unit in units), default=0)
        not_expected = self.language.say(phrase("may report, not expected"))
        for unit in units:
            note = "" if unit.expected else f" ({not_expected})"
            yield from self.lines(f"{unit.code:<{width}}  {unit.name}{note}", 2)
            yield from self.below(unit, 4 + width)

    def heading(self, words: Phrase) -> Iterator[str]:
        yield ""
        yield from self.lines(self.language.say(words))

    def lines(self, text: str, indent: int = 0, hanging: int | None = None) -> Iterator[str]:
        if self.width is None:
            yield " " * indent + text
            return
        further = " " * (indent if hanging is None else hanging)
        yield from wrap(text, max(self.width, 40), initial_indent=" " * indent, subsequent_indent=further)

    def bound(self, entry: Comparison, indicator: Indicator) -> str:
        comparator, bound = entry.bound
        number = f"{bound:f}"
        if self.language.tag == "vi":
            number = number.replace(".", ",")
        return f"{SIGN[comparator]} {number}" + ("%" if indicator.measure in ("percent", "change") else "")


def _sum(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"({' + '.join(names)})"


def _written(day: date) -> str:
    return f"{day:%d/%m/%Y}"
