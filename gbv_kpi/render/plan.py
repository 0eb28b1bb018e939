"""A plan as text and as JSON, schemas `gbv-kpi/plan-show/1` and `plan-list/1`: straight from the tables of its file.

Plain text and no library: a plan is shown as fast as `--help`.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from textwrap import wrap
from typing import Any

from gbv_kpi.console import escape_controls, to_json_text
from gbv_kpi.i18n import Bilingual, Language, Phrase, phrase
from gbv_kpi.plan.builtin import PlanSummary
from gbv_kpi.plan.dated import bound_of, measure_of, threshold_in, units_on

Table = Mapping[str, Any]

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


def plan_to_text(tables: Table, day: date, language: Language, width: int | None = None) -> str:
    """The plan for a person, with the units of that day; lines are broken where there is a `width`."""
    writer = _Writer(language, width)
    return "".join(f"{escape_controls(line)}\n" for line in writer.plan(tables, day))


def plan_to_json(tables: Table, day: date) -> str:
    """The same in every language."""
    years = range(tables["first_year"], tables["last_year"] + 1)
    return to_json_text(
        {
            "schema": "gbv-kpi/plan-show/1",
            **{key: tables[key] for key in ("id", "number", "title", "place", "first_year", "last_year")},
            "issued": tables["issued"].isoformat() if "issued" in tables else None,
            "note": tables.get("note"),
            "indicators": [_indicator_record(indicator, years) for indicator in tables["indicator"]],
            "fields": [{"part_of": None, "optional": False, **field} for field in tables["field"]],
            "day": day.isoformat(),
            "units": [_unit_record(unit) for unit in units_on(tables, day)],
            "agencies": [_dated_record(agency) for agency in tables.get("agency", [])],
            "task_groups": tables.get("task_group", []),
        }
    )


def _dated_record(table: Table) -> dict[str, object]:
    """Return a table with its days, and those of its source, as JSON has days."""
    written = {key: value.isoformat() if isinstance(value, date) else value for key, value in table.items()}
    return written | ({"source": _dated_record(table["source"])} if "source" in table else {})


def _texts(text: Bilingual) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}


def _indicator_record(indicator: Table, years: range) -> dict[str, object]:
    measure = measure_of(indicator)
    return {
        **{key: indicator.get(key) for key in ("id", "title", "numerator", "denominator")},
        **{key: indicator.get(key) for key in ("quote", "note", "caveat")},
        "source": _dated_record(indicator["source"]) if "source" in indicator else None,
        "measure": measure,
        "thresholds": [_threshold_record(entry, measure) for entry in indicator["thresholds"]],
        "in_force": {str(year): _threshold_record(threshold_in(indicator, year), measure) for year in years},
    }


def _threshold_record(entry: Table | None, measure: str) -> dict[str, object] | None:
    if entry is None:
        return None
    comparator, bound = bound_of(entry.get("override", entry))
    return {
        "comparator": comparator,
        measure: _json_number(bound),
        "since": entry["from"],
        "note": entry.get("note"),
    } | ({"source": _dated_record(entry["source"])} if "source" in entry else {})


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
            "issued {day}, from {first} to {last}",
            day=_written(tables["issued"]) if "issued" in tables else NOTHING,
            first=str(first),
            last=str(last),
        )
        yield from self.lines(f"{tables['id']}; {self.language.say(issued)}")
        if "note" in tables:
            yield from self.lines(self.text(tables["note"]))
        yield from self.heading(phrase("Indicators"))
        for indicator in tables["indicator"]:
            yield from self.indicator(indicator)
        yield from self.heading(phrase("Thresholds in force"))
        judged = [indicator for indicator in tables["indicator"] if indicator["thresholds"]]
        yield from self.by_year(judged, range(first, last + 1))
        yield from self.heading(phrase("Fields of a return"))
        yield from self.fields(tables["field"])
        yield from self.units(tables, day)
        if agencies := tables.get("agency"):
            yield from self.heading(phrase("Agencies"))
            for agency in agencies:
                days = (
                    (phrase("from {day}"), agency.get("since", agency.get("from"))),
                    (phrase("until {day}"), agency.get("until")),
                )
                words = [self.language.say(phrase(wording.wording, day=_written(day))) for wording, day in days if day]
                name = f"{self.text(agency['name'])} ({', '.join(words)})" if words else self.text(agency["name"])
                yield from self.lines(f"{agency['role']}: {name}", 2)
                yield from self.below(agency, 4)
        if task_groups := tables.get("task_group"):
            yield from self.heading(phrase("Task groups, without a number"))
            for group in task_groups:
                yield from self.lines(self.text({key: group[key] for key in ("vi", "en") if key in group}), 2)
                if figures := group.get("indicators"):
                    yield from self.lines(", ".join(figures), 4)

    def indicator(self, indicator: Table) -> Iterator[str]:
        yield from self.lines(f"{indicator['id']}: {self.text(indicator['title'])}", 2)
        if quote := indicator.get("quote"):
            yield from self.lines(f"“{quote}”", 4)
        sides = [indicator["numerator"], *([indicator["denominator"]] if indicator.get("denominator") else [])]
        yield from self.lines(" / ".join(map(_sum, sides)), 4)
        if measure_of(indicator) == "change":
            base = (
                str(indicator["base_year"])
                if "base_year" in indicator
                else self.language.say(phrase("the year before"))
            )
            yield from self.lines(self.language.say(phrase("change against {year}", year=base)), 4)
        if not indicator["thresholds"]:
            yield from self.lines(self.language.say(phrase("monitored, without a threshold")), 4)
        for entry in sorted(indicator["thresholds"], key=lambda entry: int(entry["from"])):
            words = phrase("from {year}: {threshold}", year=str(entry["from"]), threshold=self.bound(entry, indicator))
            if "override" in entry:
                judged = self.bound(entry["override"], indicator)
                words = phrase("{threshold}, judged as {judged}", threshold=words, judged=judged)
            yield from self.lines(self.language.say(words), 4)
            yield from self.below(entry, 6)
        yield from self.below(indicator, 4)

    def below(self, table: Table, indent: int) -> Iterator[str]:
        """Yield the notes of a table, and where it was read."""
        for key in ("note", "caveat"):
            if key in table:
                yield from self.lines(self.text(table[key]), indent)
        if source := table.get("source"):
            parts = [source["text"], *([KINDS[source["kind"]]] if "kind" in source else [])]
            parts += [source["url"]] if "url" in source else []
            parts += [phrase("seen {day}", day=_written(source["seen"]))] if "seen" in source else []
            words = phrase("source: {source}", source="; ".join(map(self.language.say, parts)))
            yield from self.lines(self.language.say(words), indent)

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

    def text(self, text: Mapping[str, str]) -> str:
        return self.language.say(Bilingual(**text))

    def bound(self, entry: Table, indicator: Table) -> str:
        comparator, bound = bound_of(entry)
        number = f"{Decimal(bound):f}"
        if self.language.tag == "vi":
            number = number.replace(".", ",")
        return f"{SIGN[comparator]} {number}" + ("%" if measure_of(indicator) in ("percent", "change") else "")


def _sum(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"({' + '.join(names)})"


def _written(day: date) -> str:
    return f"{day:%d/%m/%Y}"
